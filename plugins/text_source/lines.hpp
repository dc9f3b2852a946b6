// SPDX-License-Identifier: BSD-3-Clause
// Lines and fields of a text, and the sentence that says where a fault is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel.hpp"

namespace sluice::text_source {

struct Line {
    std::int64_t number = 0;  ///< from 1
    std::string_view text;    ///< without its end
};

/// The lines that are not empty, from first_line to last_line (0: the end). A byte order mark is passed over. Lines
/// end with LF or CR LF, or with CR in a text without LF.
[[nodiscard]] std::vector<Line> split_lines(std::string_view text, std::int64_t first_line = 1, std::int64_t last_line = 0);

[[nodiscard]] bool is_blank(char c);
/// Without blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// ASCII letters in lower case, whatever the locale.
[[nodiscard]] std::string lower(std::string_view text);
/// The line without the marks of a comment before it; an empty mark is none.
[[nodiscard]] std::string_view without_comment_marks(std::string_view line, std::string_view mark);
/// The parts between separators, trimmed; one more than there are separators.
[[nodiscard]] std::vector<std::string_view> split_at(std::string_view line, char separator);
[[nodiscard]] std::string_view without_quotes(std::string_view text);

/// Appends the numbers of a line to row; separator ' ' means any white space. Returns the first field that is no number, as a
/// view into the line, or nothing if the whole line is numbers.
[[nodiscard]] std::optional<std::string_view> parse_row(std::string_view line, char separator, char decimal,
                                                        std::vector<double>& row);

/// Throws std::runtime_error "file:line: fault", or "file:line:column: fault" for a part `at` of the line.
[[noreturn]] void fail_at(const std::string& file, const Line& line, const std::string& fault);
[[noreturn]] void fail_at(const std::string& file, const Line& line, std::string_view at, const std::string& fault);

}  // namespace sluice::text_source
