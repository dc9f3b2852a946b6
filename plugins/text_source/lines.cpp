// SPDX-License-Identifier: BSD-3-Clause
// Lines and fields of a text; numbers whatever the locale.
#include "lines.hpp"

#include <locale.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace sluice::text_source {
namespace {

/// Cuts the first field off line: up to the separator, or up to white space if that is ' '.
std::string_view take_field(std::string_view& line, char separator) {
    const auto end = separator == ' ' ? line.find_first_of(" \t") : line.find(separator);
    const std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end, line.size()));
    return trimmed(field);
}

/// Steps over what separates two fields; false at the end of the line.
bool skip_separator(std::string_view& line, char separator) {
    if (line.empty()) return false;
    if (separator != ' ')
        line.remove_prefix(1);
    else
        while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    return true;
}

}  // namespace

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = std::min(text.find_first_not_of(blanks), text.size());  // of blanks only: the end, so that it has a place
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string_view without_comment_marks(std::string_view line, std::string_view mark) {
    line = trimmed(line);
    while (!mark.empty() && line.starts_with(mark)) line = trimmed(line.substr(mark.size()));
    return line;
}

std::vector<std::string_view> split_at(std::string_view line, char separator) {
    std::vector<std::string_view> parts;
    for (auto end = line.find(separator); end != std::string_view::npos; end = line.find(separator)) {
        parts.push_back(trimmed(line.substr(0, end)));
        line.remove_prefix(end + 1);
    }
    parts.push_back(trimmed(line));
    return parts;
}

std::string_view without_quotes(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return trimmed(text.substr(1, text.size() - 2));
    return text;
}

std::vector<Line> split_lines(std::string_view text, std::int64_t first_line, std::int64_t last_line) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const char end_mark = text.find('\n') == std::string_view::npos ? '\r' : '\n';  // old programs end lines by CR alone
    std::vector<Line> lines;
    for (std::int64_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find(end_mark), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const bool wanted = number >= first_line && (last_line == 0 || number <= last_line);
        if (wanted && !trimmed(line).empty()) lines.push_back({number, line});
    }
    return lines;
}

std::optional<std::string_view> parse_row(std::string_view line, char separator, char decimal, std::vector<double>& row) {
    line = separator == '\t' ? line : trimmed(line);
    do {
        const std::string_view field = take_field(line, separator);
        const auto number = parse_number(field, decimal);
        if (!number) return field;
        row.push_back(*number);
    } while (skip_separator(line, separator));
    return std::nullopt;
}

/// By strtod_l: std::from_chars for double is missing in libc++ 14.
std::optional<double> parse_number(std::string_view field, char decimal) {
    static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    std::array<char, 64> digits{};
    const bool hexadecimal = field.find_first_of("xX") != std::string_view::npos;
    if (field.empty() || field.size() >= digits.size() || hexadecimal) return std::nullopt;
    if (decimal != '.' && field.find('.') != std::string_view::npos) return std::nullopt;
    std::replace_copy(field.begin(), field.end(), digits.begin(), decimal, '.');
    char* end = nullptr;
    const double value = ::strtod_l(digits.data(), &end, c_locale);
    const bool too_large = std::isinf(value) && field.find_first_of("iI") == std::string_view::npos;
    if (end != digits.data() + field.size() || too_large) return std::nullopt;
    return value;
}

void fail_at(const std::string& file, const Line& line, const std::string& fault) {
    throw std::runtime_error(file + ":" + std::to_string(line.number) + ": " + fault);
}

void fail_at(const std::string& file, const Line& line, std::string_view at, const std::string& fault) {
    const auto column = at.data() - line.text.data() + 1;
    throw std::runtime_error(file + ":" + std::to_string(line.number) + ":" + std::to_string(column) + ": " + fault);
}

}  // namespace sluice::text_source
