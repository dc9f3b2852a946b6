// SPDX-License-Identifier: BSD-3-Clause
// Words and numbers of one line of text, without the costs of general parsers.
#pragma once

#include <array>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <locale.h>
#include <optional>
#include <string_view>

namespace sluice::lammps_dump {

/// Takes the first word off a line; empty when there is none left. Words are parted by blanks and tabs.
inline std::string_view take_word(std::string_view& line) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    std::size_t begin = 0;
    while (begin < line.size() && blank(line[begin])) ++begin;
    std::size_t end = begin;
    while (end < line.size() && !blank(line[end])) ++end;
    const auto word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

inline std::optional<std::int64_t> to_integer(std::string_view word) {
    if (word.starts_with('+')) word.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (fault != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return value;
}

/// Any finite number that strtod takes, hexadecimal ones apart. The word must stand in a line of Lines: what follows it in
/// memory ends a number. (std::from_chars for double is missing in libc++ 14.)
inline std::optional<double> to_number_slowly(std::string_view word) {
    static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    if (word.empty() || word.find_first_of("xX") != std::string_view::npos) return std::nullopt;
    char* end = nullptr;
    const double value = ::strtod_l(word.data(), &end, c_locale);
    if (end != word.data() + word.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// The double next to the decimal number, as strtod: digits that make an integer below 2^53, with a power of ten up to 10^22,
/// need one operation, which rounds once (Clinger 1990, Proc. PLDI 90, 92); the rest goes the slow way.
inline std::optional<double> to_number(std::string_view word) {
    static constexpr std::array<double, 23> powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const bool negative = word.starts_with('-');
    std::uint64_t digits = 0;
    int count = 0, decimals = 0;
    bool point = false;
    for (std::size_t i = negative ? 1 : 0; i < word.size(); ++i) {
        const auto digit = static_cast<unsigned>(word[i]) - '0';
        if (digit < 10) {
            digits = digits * 10 + digit;
            ++count;
            decimals += point ? 1 : 0;
        } else if (word[i] == '.' && !point) {
            point = true;
        } else {
            return to_number_slowly(word);
        }
    }
    if (count == 0 || count > 18 || digits >= std::uint64_t{1} << 53) return to_number_slowly(word);
    const double value = static_cast<double>(digits) / powers[static_cast<std::size_t>(decimals)];
    return negative ? -value : value;
}

}  // namespace sluice::lammps_dump
