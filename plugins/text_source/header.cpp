// SPDX-License-Identifier: BSD-3-Clause
// Column names and units from the line above a table.
#include "header.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kernel.hpp"

namespace sluice::text_source {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A letter; bytes above 127 belong to letters outside ASCII, such as Greek ones.
bool starts_with_letter(std::string_view text) {
    if (text.empty()) return false;
    const auto c = static_cast<unsigned char>(text.front());
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 127;
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

/// The end of the title at the front of line: white space outside brackets, unless a bracket
/// follows it, for that holds the unit of the same title.
std::size_t end_of_title(std::string_view line) {
    int depth = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '(' || line[i] == '[') ++depth;
        if (line[i] == ')' || line[i] == ']') --depth;
        if (depth > 0 || (line[i] != ' ' && line[i] != '\t')) continue;
        const auto next = line.find_first_not_of(" \t", i);
        if (next == std::string_view::npos || (line[next] != '(' && line[next] != '[')) return i;
        i = next - 1;
    }
    return line.size();
}

std::vector<std::string_view> split_at_white_space(std::string_view line) {
    std::vector<std::string_view> parts;
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
        const std::size_t end = end_of_title(line);
        parts.push_back(trimmed(line.substr(0, end)));
        line.remove_prefix(end);
    }
    return parts;
}

std::string_view without_quotes(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return trimmed(text.substr(1, text.size() - 2));
    return text;
}

/// "q (1/nm)", "q[1/nm]", or "q_1/nm", where only a tail with '/' or '^' is taken for a unit.
ColumnTitle parse_title(std::string_view text) {
    const auto open = text.find_first_of("([");
    if (open != std::string_view::npos && (text.back() == ')' || text.back() == ']'))
        return {std::string(trimmed(text.substr(0, open))),
                respelled_unit(std::string(text.substr(open + 1, text.size() - open - 2)))};
    const auto underscore = text.rfind('_');
    if (underscore != std::string_view::npos && text.find_first_of("/^", underscore) != std::string_view::npos)
        return {std::string(text.substr(0, underscore)), respelled_unit(std::string(text.substr(underscore + 1)))};
    return {std::string(text), ""};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace

std::vector<ColumnTitle> parse_titles(std::string_view line, char separator, std::size_t count) {
    if (separator != ';') line = line.substr(0, line.find(" ;"));  // a remark after the titles
    const auto parts = separator == ' ' ? split_at_white_space(line) : split_at(line, separator);
    std::vector<ColumnTitle> titles;
    for (const std::string_view part : parts) titles.push_back(parse_title(without_quotes(part)));
    const bool are_names =
        std::all_of(titles.begin(), titles.end(), [](const ColumnTitle& title) { return starts_with_letter(title.name); });
    if (titles.size() != count || !are_names) return {};
    return titles;
}

std::string respelled_unit(std::string unit) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 16> spellings{{
        {"$", ""},
        {"\\mathrm", ""},
        {"\\AA", "angstrom"},
        {"{", ""},
        {"}", ""},
        {"⁻", "^-"},
        {"^-¹", "^-1"},
        {"^-²", "^-2"},
        {"^-³", "^-3"},
        {"^-⁴", "^-4"},
        {"²", "^2"},
        {"³", "^3"},
        {"⁴", "^4"},
        {"\u00C5", "angstrom"},   // A with ring, the letter
        {"\u212B", "angstrom"},   // the angstrom sign
        {"A\u030A", "angstrom"},  // A and a combining ring
    }};
    unit = trimmed(unit);
    for (const auto& [from, to] : spellings) replace_all(unit, from, to);
    if (unit == "1/A" || unit == "A^-1" || unit == "A-1") return "1/angstrom";
    return unit;
}

}  // namespace sluice::text_source
