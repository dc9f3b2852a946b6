// SPDX-License-Identifier: BSD-3-Clause
// The lines of atoms: words to numbers, and lines to particles.
#include <algorithm>
#include <numeric>
#include <string>

#include "lammps_dump_frame.hpp"
#include "lammps_dump_numbers.hpp"

namespace sluice::lammps_dump {
namespace {

// Roles of columns: 1 + axis is a position, 4 + axis an image flag.
constexpr std::int8_t not_read = 0, position = 1, image_flag = 4, identity = 7;

// What LAMMPS itself can count, with 64-bit flags; far above it box lengths would cost the coordinate its digits.
constexpr std::int64_t largest_flag = 1 << 20;

const char* needed(std::int8_t role) {
    return role < image_flag  ? "a finite number"
           : role == identity ? "an integer"
                              : "an integer from -1048576 to 1048576, an image flag of LAMMPS,";
}

}  // namespace

AtomParser::AtomParser(const DumpColumns& columns, bool ids_only) : roles_(static_cast<std::size_t>(columns.count), not_read) {
    const auto give = [this](std::ptrdiff_t column, int role) {
        if (column >= 0) roles_[static_cast<std::size_t>(column)] = static_cast<std::int8_t>(role);
    };
    give(columns.id, identity);
    for (int axis = 0; axis < 3 && !ids_only; ++axis) {
        give(columns.position[static_cast<std::size_t>(axis)], position + axis);
        give(columns.image_flag[static_cast<std::size_t>(axis)], image_flag + axis);
    }
}

bool AtomParser::take(std::string_view word, std::size_t column, Atom& atom) const {
    const auto role = roles_[column];
    if (role == not_read) return true;
    if (role < image_flag) {
        const auto value = to_number(word);
        atom.position[static_cast<std::size_t>(role - position)] = value.value_or(0);
        return value.has_value();
    }
    const auto value = to_integer(word);
    if (role != identity && value && (*value < -largest_flag || *value > largest_flag)) return false;
    (role == identity ? atom.id : atom.image_flag[static_cast<std::size_t>(role - image_flag)]) = value.value_or(0);
    return value.has_value();
}

void AtomParser::parse(const Lines& lines, std::string_view line, Atom& atom) const {
    auto rest = line;
    for (std::size_t column = 0; column < roles_.size(); ++column) {
        const auto word = take_word(rest);
        if (word.empty() || !take(word, column, atom)) explain(lines, line);
    }
    if (!take_word(rest).empty()) explain(lines, line);
}

void AtomParser::explain(const Lines& lines, std::string_view line) const {
    if (line.starts_with("ITEM:"))
        lines.fail(shown(line) +
                   " where the line of an atom is needed: the frame has fewer than ITEM: NUMBER OF "
                   "ATOMS says. The file is damaged.");
    std::size_t count = 0;
    Atom atom;
    for (auto word = take_word(line); !word.empty(); word = take_word(line), ++count) {
        if (count >= roles_.size() || take(word, count, atom)) continue;
        lines.fail("column " + std::to_string(count + 1) + " holds " + shown(word) + " where " + needed(roles_[count]) +
                   " is needed. The simulation failed, or the file is damaged.");
    }
    lines.fail("the line has " + std::to_string(count) + " columns, ITEM: ATOMS names " + std::to_string(roles_.size()) +
               ". The file is damaged.");
}

ParticleOrder::ParticleOrder(std::span<const std::int64_t> sorted_ids)
    : ids_(sorted_ids), expected_(sorted_ids.size()), seen_(sorted_ids.size(), 0) {
    std::iota(expected_.begin(), expected_.end(), 0);
}

void ParticleOrder::start_frame() {
    ++frame_;
    line_ = 0;
}

std::int64_t ParticleOrder::next(const Lines& lines, std::int64_t id) {
    auto& index = expected_[line_++];
    if (ids_[static_cast<std::size_t>(index)] != id) index = find(lines, id);
    auto& seen = seen_[static_cast<std::size_t>(index)];
    if (seen == frame_) lines.fail("id " + std::to_string(id) + " comes twice in this frame. Dump every atom once.");
    seen = frame_;
    return index;
}

std::int64_t ParticleOrder::find(const Lines& lines, std::int64_t id) const {
    const auto guess = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(ids_.front());  // mostly ids have no gaps
    if (guess < ids_.size() && ids_[guess] == id) return static_cast<std::int64_t>(guess);
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id)
        lines.fail("id " + std::to_string(id) +
                   " is not in the frames before. All frames must have the same atoms: dump a group that does "
                   "not change.");
    return found - ids_.begin();
}

}  // namespace sluice::lammps_dump
