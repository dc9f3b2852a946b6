// SPDX-License-Identifier: BSD-3-Clause
// Column names and units from the lines above a table.
#include "header.hpp"

#include <algorithm>

#include "kernel.hpp"
#include "lines.hpp"
#include "units.hpp"

namespace sluice::text_source {
namespace {

/// A letter; bytes above 127 belong to letters outside ASCII, such as Greek ones.
bool starts_with_letter(std::string_view text) {
    if (text.empty()) return false;
    const auto c = static_cast<unsigned char>(text.front());
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 127;
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

std::vector<std::string_view> split_titles(std::string_view line, char separator) {
    return separator == ' ' ? split_at_white_space(line) : split_at(line, separator);
}

ColumnTitle title_with_unit(std::string_view name, std::string_view unit) {
    return {std::string(trimmed(name)), unit_under_title(trimmed(name), respelled_unit(std::string(unit)))};
}

/// A line "#L r G" of a SPEC or .gr file has one word more than columns. Titles with spaces may stand between tabs.
std::vector<ColumnTitle> titles_in(std::string_view line, char separator, std::size_t count, std::string_view comment) {
    const auto text = without_comment_marks(line, comment);
    const auto titles = parse_titles(text, separator, count);
    if (!titles.empty()) return titles;
    const bool marked = trimmed(line).starts_with("#L") && text.size() > 2 && text[0] == 'L' && is_blank(text[1]);
    if (marked) return parse_titles(trimmed(text.substr(1)), separator, count);
    return separator == ' ' ? parse_titles(text, '\t', count) : titles;
}

/// A last line of units counts as such only under titles that hold none.
std::vector<ColumnTitle> titles_with_unit_row(std::span<const Line> header, char separator, std::size_t count,
                                              std::string_view comment) {
    if (header.size() < 2) return {};
    const auto text = without_comment_marks(header.back().text, comment);
    auto units = parse_units(text, separator, count);
    if (units.empty() && separator == ' ') units = parse_units(text, '\t', count);
    if (units.empty()) return {};
    auto titles = titles_in(header[header.size() - 2].text, separator, count, comment);
    for (std::size_t i = 0; i < titles.size(); ++i) {
        if (!titles[i].unit.empty()) return {};
        titles[i].unit = unit_under_title(titles[i].name, units[i]);
    }
    return titles;
}

}  // namespace

ColumnTitle parse_title(std::string_view text) {
    const auto open = text.find_first_of("([");
    if (open != std::string_view::npos && (text.back() == ')' || text.back() == ']'))
        return title_with_unit(text.substr(0, open), text.substr(open + 1, text.size() - open - 2));
    const auto underscore = text.rfind('_');
    if (underscore != std::string_view::npos && text.find_first_of("/^", underscore) != std::string_view::npos)
        return title_with_unit(text.substr(0, underscore), text.substr(underscore + 1));
    return {std::string(text), ""};
}

ColumnTitle parse_stroke_title(std::string_view title) {
    title = trimmed(title);
    const auto stroke = title.find('/');
    if (stroke == std::string_view::npos || !looks_like_unit(title.substr(stroke + 1))) return {std::string(title), ""};
    const auto name = trimmed(title.substr(0, stroke));
    return {std::string(name), unit_under_title(name, unit_of_cell(title.substr(stroke + 1)))};
}

std::size_t count_titles(std::string_view line, char separator) { return split_titles(line, separator).size(); }

std::vector<ColumnTitle> parse_titles(std::string_view line, char separator, std::size_t count) {
    if (separator != ';') line = line.substr(0, line.find(" ;"));  // a remark after the titles
    const auto parts = split_titles(line, separator);
    std::vector<ColumnTitle> titles;
    for (const std::string_view part : parts) titles.push_back(parse_title(without_quotes(part)));
    const bool are_names =
        std::all_of(titles.begin(), titles.end(), [](const ColumnTitle& title) { return starts_with_letter(title.name); });
    if (titles.size() != count || !are_names) return {};
    return titles;
}

std::vector<ColumnTitle> titles_above(std::span<const Line> header, char separator, std::size_t count, std::string_view comment) {
    if (header.empty()) return {};
    auto titles = titles_with_unit_row(header, separator, count, comment);
    return titles.empty() ? titles_in(header.back().text, separator, count, comment) : titles;
}

std::vector<std::string> parse_units(std::string_view line, char separator, std::size_t count) {
    const auto cells = split_titles(line, separator);
    if (cells.size() != count ||
        !std::all_of(cells.begin(), cells.end(), [](auto cell) { return looks_like_unit(without_quotes(cell)); }))
        return {};
    const bool letters = std::all_of(cells.begin(), cells.end(), [](auto cell) { return cell.size() == 1 && cell != "-"; });
    if (separator == ' ' && letters) return {};
    std::vector<std::string> units;
    for (const auto cell : cells) units.push_back(unit_of_cell(without_quotes(cell)));
    return units;
}

}  // namespace sluice::text_source
