// SPDX-License-Identifier: BSD-3-Clause
// Column names and units from the lines above a table.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lines.hpp"

namespace sluice::text_source {

struct ColumnTitle {
    std::string name;
    std::string unit;
};

/// The titles in a header line, cut at separator (' ' means any white space outside brackets).
/// Empty unless there are exactly count titles that all look like names, that is start with a
/// letter; so a line of numbers or a Fortran format is no title line.
[[nodiscard]] std::vector<ColumnTitle> parse_titles(std::string_view line, char separator, std::size_t count);

/// The units in a line under the titles, "Hz, MPa, MPa, C, -"; empty unless there are exactly count, and all of them units. A
/// line of single letters parted by white space is none: it may be titles.
[[nodiscard]] std::vector<std::string> parse_units(std::string_view line, char separator, std::size_t count);

/// "Temperature/degC" and "DSC/(mW/mg)": what follows the first stroke is the unit, if it is one; else the stroke belongs to the
/// name.
[[nodiscard]] ColumnTitle parse_stroke_title(std::string_view title);

/// "q (1/nm)", "q[1/nm]", or "q_1/nm", where only a tail with '/' or '^' is taken for a unit.
[[nodiscard]] ColumnTitle parse_title(std::string_view title);

/// The titles in the last line of a header, which may be a comment, or in the line before it when the last one holds units.
/// Empty as parse_titles().
[[nodiscard]] std::vector<ColumnTitle> titles_above(std::span<const Line> header, char separator, std::size_t count,
                                                    std::string_view comment);

/// How many fields the line has.
[[nodiscard]] std::size_t count_titles(std::string_view line, char separator);

}  // namespace sluice::text_source
