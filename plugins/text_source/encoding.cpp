// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a text file as UTF-8: byte order marks, UTF-16, Windows-1252.
#include "encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::text_source {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append_utf8(std::string& text, char32_t code) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            put(0xE0 | (code >> 12));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
        }
        put(0x80 | ((code >> 6) & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

/// Bytes that follow a first byte of UTF-8; -1 when it is none.
int continuation_bytes(unsigned char first) {
    if (first < 0x80) return 0;
    if (first >= 0xC2 && first < 0xE0) return 1;
    if (first >= 0xE0 && first < 0xF0) return 2;
    return first >= 0xF0 && first < 0xF5 ? 3 : -1;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int more = continuation_bytes(static_cast<unsigned char>(bytes[i]));
        if (more < 0 || bytes.size() - i <= static_cast<std::size_t>(more)) return false;
        for (int k = 0; k < more; ++k)
            if ((static_cast<unsigned char>(bytes[++i]) & 0xC0U) != 0x80U) return false;
    }
    return true;
}

/// The bytes 80 to 9F of Windows-1252; all others are code points of their own.
constexpr std::array<char32_t, 32> windows_1252{
    0x20AC, replacement, 0x201A,      0x0192, 0x201E,      0x2026,      0x2020, 0x2021,      0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152,      replacement, 0x017D, replacement, replacement, 0x2018, 0x2019,      0x201C, 0x201D, 0x2022,
    0x2013, 0x2014,      0x02DC,      0x2122, 0x0161,      0x203A,      0x0153, replacement, 0x017E, 0x0178};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// F8 is the degree sign of the code pages of DOS (437, 850), in which old programs write; before C or F, and not inside a word.
bool is_degree_of_dos(std::string_view bytes, std::size_t i) {
    const bool unit_follows = i + 1 < bytes.size() && (bytes[i + 1] == 'C' || bytes[i + 1] == 'F');
    return bytes[i] == '\xF8' && unit_follows && (i == 0 || !is_letter(bytes[i - 1]));
}

std::string from_windows_1252(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (is_degree_of_dos(bytes, i))
            append_utf8(text, 0xB0);
        else
            append_utf8(text, byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80U] : byte);
    }
    return text;
}

/// `high` is the place of the high byte in each pair: 0 or 1.
std::string from_utf16(std::string_view bytes, std::size_t high) {
    const auto unit = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(bytes[i + high]) << 8 |
                                     static_cast<unsigned char>(bytes[i + 1 - high]));
    };
    std::string text;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const char32_t first = unit(i);
        const bool leads = first >= 0xD800 && first < 0xDC00 && i + 3 < bytes.size();
        const char32_t second = leads ? unit(i + 2) : 0;
        if (leads && second >= 0xDC00 && second < 0xE000) {
            append_utf8(text, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            i += 2;
        } else {
            append_utf8(text, first >= 0xD800 && first < 0xE000 ? replacement : first);
        }
    }
    return text;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), 1);
    if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), 0);
    return is_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

}  // namespace sluice::text_source
