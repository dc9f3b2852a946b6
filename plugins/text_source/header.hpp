// SPDX-License-Identifier: BSD-3-Clause
// Column names and units from the line above a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::text_source {

struct ColumnTitle {
  std::string name;
  std::string unit;
};

/// The titles in a header line, cut at separator (' ' means any white space outside brackets).
/// Empty unless there are exactly count titles that all look like names, that is start with a
/// letter; so a line of numbers or a Fortran format is no title line.
[[nodiscard]] std::vector<ColumnTitle> parse_titles(std::string_view line, char separator,
                                                    std::size_t count);

}  // namespace sluice::text_source
