// SPDX-License-Identifier: BSD-3-Clause
// Units as people and instruments write them above columns.
#include "units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "kernel.hpp"
#include "lines.hpp"

namespace sluice::text_source {
namespace {

constexpr std::array<std::string_view, 35> symbols{"s",    "sec", "min", "h",   "hr",      "K",        "C",     "F",   "degC",
                                                   "degF", "°C",  "°F",  "deg", "°",       "rad",      "Hz",    "Pa",  "N",
                                                   "m",    "g",   "W",   "J",   "V",       "A",        "mol",   "rpm", "%",
                                                   "mHg",  "bar", "L",   "l",   "percent", "angstrom", "count", "ohm"};
constexpr std::array<std::string_view, 11> prefixes{"", "m", "u", "µ", "\u03BC", "n", "k", "M", "G", "c", "d"};

bool is_symbol(std::string_view word) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        return word.starts_with(prefix) && std::find(symbols.begin(), symbols.end(), word.substr(prefix.size())) != symbols.end();
    });
}

/// (Pa) and [Pa] as Pa.
std::string_view without_brackets(std::string_view text) {
    text = trimmed(text);
    if (text.size() < 2) return text;
    const bool round = text.front() == '(' && text.back() == ')', square = text.front() == '[' && text.back() == ']';
    return round || square ? trimmed(text.substr(1, text.size() - 2)) : text;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

bool is_temperature(std::string_view title) {
    const std::string name = lower(title);
    if (name.find("temp") != std::string::npos) return true;
    return name == "t" || name == "ts" || name == "tr" || name == "tp" || name.starts_with("t_");
}

}  // namespace

bool looks_like_unit(std::string_view cell) {
    const std::string text = respelled_unit(std::string(without_brackets(cell)));
    if (text == "-" || text == "1") return true;
    constexpr std::string_view between = " ./*()^-+0123456789";
    bool known = false;
    for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find_first_of(between), rest.size());
        if (end > 0 && !is_symbol(rest.substr(0, end))) return false;
        known |= end > 0;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return known;
}

std::string unit_of_cell(std::string_view cell) {
    const auto text = respelled_unit(std::string(without_brackets(cell)));
    return text == "-" ? "1" : text;
}

std::string unit_under_title(std::string_view title, std::string unit) {
    return unit == "C" && is_temperature(title) ? "degC" : unit;
}

std::string respelled_unit(std::string unit) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 18> spellings{{
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
        {"\u00B0C", "degC"},
        {"\u2103", "degC"},  // the one character for it
    }};
    unit = trimmed(unit);
    for (const auto& [from, to] : spellings) replace_all(unit, from, to);
    if (unit == "1/A" || unit == "A^-1" || unit == "A-1") return "1/angstrom";
    return unit;
}

}  // namespace sluice::text_source
