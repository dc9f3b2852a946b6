// SPDX-License-Identifier: BSD-3-Clause
// The header of a frame: ITEM lines, box and columns.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "lammps_dump_frame.hpp"
#include "lammps_dump_numbers.hpp"

namespace sluice::lammps_dump {
namespace {

using Words = std::vector<std::string_view>;
using Names = std::array<std::string_view, 3>;

constexpr std::string_view item = "ITEM: ";
constexpr const char* dump_advice = "Needed is a text dump of LAMMPS (dump style atom or custom), plain or gzip.";

Words words_of(std::string_view line) {
    Words words;
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) words.push_back(word);
    return words;
}

class HeaderReader {
public:
    HeaderReader(Lines& lines, std::int64_t frame) : lines_(lines), frame_(frame) {}

    std::optional<FrameHeader> read() {
        auto line = first_line();
        if (!line) return std::nullopt;
        while (!line->starts_with("ITEM: ATOMS")) {
            take_item(*line);
            line = next();
        }
        if (!has_step_ || !has_particles_ || !has_box_)
            lines_.fail("ITEM: ATOMS comes before " +
                        std::string(!has_step_        ? "ITEM: TIMESTEP"
                                    : !has_particles_ ? "ITEM: NUMBER OF ATOMS"
                                                      : "ITEM: BOX BOUNDS") +
                        ". " + dump_advice);
        take_columns(line->substr(std::string_view("ITEM: ATOMS").size()));
        return header_;
    }

private:
    /// Empty lines between frames are passed over.
    std::optional<std::string_view> first_line() {
        for (;;) {
            header_.place = {lines_.offset(), lines_.number() + 1};
            const auto line = lines_.next();
            if (!line && lines_.cut_off()) fail_cut_off(lines_, frame_, lines_.number() + 1);
            if (!line || !line->empty()) return line;
        }
    }

    std::string_view next() {
        const auto line = lines_.next();
        if (!line) fail_cut_off(lines_, frame_, header_.place.line);
        return *line;
    }

    void take_item(std::string_view line) {
        if (!line.starts_with(item))
            lines_.fail("a line that begins with 'ITEM: ' must stand here, found " + shown(line) + ". " + dump_advice);
        const auto name = line.substr(item.size(), line.find_last_not_of(" \t") + 1 - item.size());
        if (name == "TIMESTEP")
            take_step();
        else if (name == "NUMBER OF ATOMS")
            take_particles();
        else if (name.starts_with("BOX BOUNDS"))
            take_box(name.substr(std::string_view("BOX BOUNDS").size()));
        else if (name == "UNITS" || name == "TIME")
            (void)next();
        else
            lines_.fail("item " + shown(name) + " is none of a dump of atoms. " + dump_advice);
    }

    void take_count(const std::string& what, std::int64_t& value, bool& present) {
        if (present)
            lines_.fail("the item comes twice in frame " + std::to_string(frame_) + ", without ITEM: ATOMS between. " +
                        dump_advice);
        const auto words = words_of(next());
        const auto found = words.size() == 1 ? to_integer(words[0]) : std::nullopt;
        if (!found) lines_.fail(what + " must stand here, as one integer. The file is damaged.");
        value = *found;
        present = true;
    }

    void take_step() {
        take_count("a step", header_.step, has_step_);
        if (header_.step < 0) lines_.fail("step " + std::to_string(header_.step) + " is negative. The file is damaged.");
    }

    void take_particles() {
        take_count("the number of atoms", header_.particles, has_particles_);
        if (header_.particles < 1)
            lines_.fail("frame " + std::to_string(frame_) + " has " + std::to_string(header_.particles) +
                        " atoms; at least one is needed. Dump a group that is not empty.");
    }

    void take_box(std::string_view boundaries) {
        if (has_box_) lines_.fail("the box comes twice in frame " + std::to_string(frame_) + ". " + dump_advice);
        const auto words = words_of(boundaries);
        if (std::find(words.begin(), words.end(), "xy") != words.end() ||
            std::find(words.begin(), words.end(), "abc") != words.end())
            lines_.fail("the box is tilted (triclinic); only orthogonal boxes can be read. Dump xu yu zu of an orthogonal box.");
        const auto known = [](std::string_view word) { return word.size() == 2 && word.find_first_not_of("pfsm") == word.npos; };
        if (words.size() != 3 || !std::all_of(words.begin(), words.end(), known))
            lines_.fail("ITEM: BOX BOUNDS must say of x, y and z whether they are periodic, as 'pp pp pp' or 'pp pp ff', found " +
                        shown(boundaries) + ". Add it if another program or an old LAMMPS wrote the file.");
        for (std::size_t axis = 0; axis < 3; ++axis) header_.periodic[axis] = words[axis] == "pp";
        for (std::size_t axis = 0; axis < 3; ++axis) take_bounds(axis);  // next lines: `words` are gone
        has_box_ = true;
    }

    void take_bounds(std::size_t axis) {
        const auto words = words_of(next());
        const auto low = words.size() == 2 ? to_number(words[0]) : std::nullopt;
        const auto high = words.size() == 2 ? to_number(words[1]) : std::nullopt;
        if (!low || !high || !(*low < *high) || !std::isfinite(*high - *low))
            lines_.fail(
                "lower and upper bound of the box must stand here, as two finite numbers, the second one larger. The file is "
                "damaged, or its box is tilted.");
        header_.low[axis] = *low;
        header_.high[axis] = *high;
    }

    void take_columns(std::string_view names) {
        const auto words = words_of(names);
        auto& columns = header_.columns;
        columns.count = std::ssize(words);
        columns.id = find(words, "id");
        columns.image_flag = find(words, Names{"ix", "iy", "iz"});
        const bool found = take_positions(words);
        if (columns.id < 0 || !found)
            lines_.fail("the columns are " + shown(names.empty() ? names : names.substr(1)) + "; needed are " +
                        (columns.id < 0 ? "id" : "x y z, xs ys zs, xu yu zu or xsu ysu zsu") +
                        ". Write them by 'dump … custom … id x y z ix iy iz'.");
    }

    /// False when there are none.
    bool take_positions(const Words& words) {
        struct Kind {
            Names names;
            bool wrapped, scaled;
        };
        constexpr std::array<Kind, 4> kinds{{{{"xu", "yu", "zu"}, false, false},
                                             {{"xsu", "ysu", "zsu"}, false, true},
                                             {{"x", "y", "z"}, true, false},
                                             {{"xs", "ys", "zs"}, true, true}}};
        for (const auto& kind : kinds) {
            auto& columns = header_.columns.position;
            columns = find(words, kind.names);
            if (*std::min_element(columns.begin(), columns.end()) < 0) continue;
            header_.scaled = kind.scaled;
            header_.positions = !kind.wrapped ? Positions::unwrapped
                                : has_flags() ? Positions::wrapped_with_flags
                                              : Positions::wrapped;
            return true;
        }
        return false;
    }

    /// -1: there is none.
    [[nodiscard]] std::ptrdiff_t find(const Words& words, std::string_view name) const {
        const auto found = std::find(words.begin(), words.end(), name);
        if (found == words.end()) return -1;
        if (std::find(found + 1, words.end(), name) != words.end())
            lines_.fail("column '" + std::string(name) + "' comes twice.");
        return found - words.begin();
    }
    [[nodiscard]] std::array<std::ptrdiff_t, 3> find(const Words& words, const Names& names) const {
        return {find(words, names[0]), find(words, names[1]), find(words, names[2])};
    }

    /// Of every periodic axis, of which there is one.
    [[nodiscard]] bool has_flags() const {
        bool some = false;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            if (header_.periodic[axis] && header_.columns.image_flag[axis] < 0) return false;
            some = some || header_.periodic[axis];
        }
        return some;
    }

    Lines& lines_;
    std::int64_t frame_;
    FrameHeader header_;
    bool has_step_ = false, has_particles_ = false, has_box_ = false;
};

}  // namespace

std::optional<FrameHeader> read_header(Lines& lines, std::int64_t frame) { return HeaderReader(lines, frame).read(); }

void fail_cut_off(const Lines& lines, std::int64_t frame, std::int64_t first_line) {
    std::string text = lines.path() + ": the file ends within frame " + std::to_string(frame) + ", which begins at line " +
                       std::to_string(first_line) + " (every line needs its end, the last one too); ";
    if (frame == 0) {
        text += "it has no whole frame. Was the program that wrote it stopped, or the disk full?";
    } else {
        text += "the " + std::to_string(frame) + " frames before it are whole. To use those, keep the first " +
                std::to_string(first_line - 1) + " lines (head -n " + std::to_string(first_line - 1) +
                ", of gzip data after zcat).";
    }
    throw std::runtime_error(text);
}

}  // namespace sluice::lammps_dump
