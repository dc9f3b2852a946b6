// SPDX-License-Identifier: BSD-3-Clause
// Lists of input files: glob patterns in natural order, and numbers taken from file names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::io {

/// True if a sorts before b when runs of digits count as numbers: frame_2 before frame_10.
/// Equal numbers with different leading zeros ("01", "1") are ordered as plain text.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

/// The files that a name or a glob pattern (*, ?, [...]) stands for, in natural order.
/// A name without glob characters, or of an existing file, is returned as it is.
/// Throws std::runtime_error if a pattern matches nothing.
[[nodiscard]] std::vector<std::string> expand(const std::string& pattern);

struct FileSeries {
  std::vector<std::string> files;  ///< at least one
  bool is_series = false;          ///< false for the name of one file; a pattern or a list is a series of any length
};

/// The files that the parameters `file` (a name or a pattern) and `files` (a list, each a name or a pattern) ask for.
/// Throws std::invalid_argument unless exactly one of the two is given, and as expand().
[[nodiscard]] FileSeries find_series(const std::optional<std::string>& file, const std::vector<std::string>& files);

/// One number per file: the first capture group of the ECMAScript regular expression,
/// searched in the file name without its folder.
/// Throws std::runtime_error naming the first file whose name does not match or whose capture is
/// no number, and std::invalid_argument for a faulty expression or one without a capture group.
[[nodiscard]] std::vector<double> numbers_from_names(const std::vector<std::string>& files,
                                                     const std::string& expression);

}  // namespace sluice::io
