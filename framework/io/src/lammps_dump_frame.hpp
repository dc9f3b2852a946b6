// SPDX-License-Identifier: BSD-3-Clause
// One frame of a LAMMPS text dump: its header, and the lines of its atoms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <sluice/io/lammps_dump.hpp>

#include "lammps_dump_lines.hpp"

namespace sluice::lammps_dump {

struct FrameHeader {
    DumpPlace place;
    std::int64_t step = 0, particles = 0;
    std::array<double, 3> low{}, high{};
    std::array<bool, 3> periodic{};
    DumpColumns columns;
    Positions positions = Positions::wrapped;
    bool scaled = false;
};

/// Reads up to the line ITEM: ATOMS. Nothing when the file ended before the frame.
/// Throws std::runtime_error, naming file and line; the file's end within the header: as fail_cut_off.
[[nodiscard]] std::optional<FrameHeader> read_header(Lines& lines, std::int64_t frame);

/// The file ends within this frame, which begins at the line `first_line`.
[[noreturn]] void fail_cut_off(const Lines& lines, std::int64_t frame, std::int64_t first_line);

/// What is read of an atom's line.
struct Atom {
    std::int64_t id = 0;
    std::array<double, 3> position{};
    std::array<std::int64_t, 3> image_flag{};  ///< 0 where there is no such column
};

/// Takes apart lines of these columns.
class AtomParser {
public:
    /// ids_only: numbers of other columns are not looked at.
    AtomParser(const DumpColumns& columns, bool ids_only);

    /// Throws std::runtime_error by lines.fail: too few or too many words, words that are no finite numbers.
    void parse(const Lines& lines, std::string_view line, Atom& atom) const;

private:
    [[nodiscard]] bool take(std::string_view word, std::size_t column, Atom& atom) const;
    [[noreturn]] void explain(const Lines& lines, std::string_view line) const;

    std::vector<std::int8_t> roles_;  // of each column: see the .cpp
};

/// Which of the sorted ids the lines of a frame belong to. Lines mostly keep their order from frame to frame.
class ParticleOrder {
public:
    explicit ParticleOrder(std::span<const std::int64_t> sorted_ids);

    void start_frame();
    /// Index of this id among the sorted ones, at the next line. Throws std::runtime_error by lines.fail for an id that is not
    /// among them or came already in this frame.
    std::int64_t next(const Lines& lines, std::int64_t id);

private:
    [[nodiscard]] std::int64_t find(const Lines& lines, std::int64_t id) const;

    std::span<const std::int64_t> ids_;
    std::vector<std::int64_t> expected_;  // index that stood at each line of the frame before
    std::vector<std::int64_t> seen_;      // frame in which each index came last
    std::int64_t frame_ = 0;
    std::size_t line_ = 0;
};

}  // namespace sluice::lammps_dump
