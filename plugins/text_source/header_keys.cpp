// SPDX-License-Identifier: BSD-3-Clause
// Names and values from the lines above a table.
#include "header_keys.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "lines.hpp"

namespace sluice::text_source {
namespace {

std::string list_of(const std::vector<HeaderKey>& keys) {
    constexpr std::size_t most = 30;
    std::string list;
    for (std::size_t i = 0; i < std::min(keys.size(), most); ++i) list += (i == 0 ? "" : ", ") + keys[i].name;
    return list + (keys.size() > most ? ", …" : "");
}

}  // namespace

std::optional<HeaderNumber> number_and_unit(std::string_view text, const Format& format) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const auto number = parse_number(text.substr(0, end), format.decimal);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return HeaderNumber{*number, respelled_unit(std::string(trimmed(text.substr(end))))};
}

std::vector<HeaderKey> header_keys(const Table& table, const Format& format) {
    std::vector<HeaderKey> keys;
    for (const auto& each : table.header) {
        const auto line = without_comment_marks(each, format.comment);
        const auto mark = line.find_first_of("=:");
        if (mark == std::string_view::npos) continue;
        const auto name = trimmed(line.substr(0, mark));
        if (!name.empty()) keys.push_back({std::string(name), std::string(trimmed(line.substr(mark + 1)))});
    }
    return keys;
}

std::string header_text(const Table& table, const std::string& key, const Format& format) {
    const auto keys = header_keys(table, format);
    const HeaderKey* found = nullptr;
    for (const auto& each : keys) {
        if (each.name != key) continue;
        if (found && found->value != each.value)
            throw std::runtime_error(table.file + ": the header has '" + key + "' twice, as '" + found->value + "' and as '" +
                                     each.value + "'. Correct the file, or cut it by first_line.");
        found = &each;
    }
    if (!found)
        throw std::runtime_error(table.file + ": the header has no '" + key + "'" +
                                 (keys.empty() ? ", nor any line 'name = value'." : "; it has " + list_of(keys) + "."));
    if (found->value.empty()) throw std::runtime_error(table.file + ": '" + key + "' in the header has no value.");
    return found->value;
}

HeaderNumber header_number(const Table& table, const std::string& key, const Format& format) {
    const auto text = header_text(table, key, format);
    if (const auto number = number_and_unit(text, format)) return *number;
    throw std::runtime_error(table.file + ": '" + key + "' in the header is '" + text +
                             "', needed is a number. Leave out its unit in the recipe to take it as a text.");
}

std::string common_header_text(std::span<const Table> tables, const std::string& key, const Format& format) {
    const auto first = header_text(tables.front(), key, format);
    for (const auto& table : tables)
        if (const auto text = header_text(table, key, format); text != first)
            throw std::runtime_error(
                table.file + ": '" + key + "' in the header is '" + text + "', but in the first file (" + tables.front().file +
                ") it is '" + first +
                "'. Files of one series must agree in it: read them apart, or make it a coordinate of the files "
                "(series_coordinates with key).");
    return first;
}

HeaderNumber common_header_number(std::span<const Table> tables, const std::string& key, const Format& format) {
    const auto first = header_number(tables.front(), key, format);
    for (const auto& table : tables) {
        const auto each = header_number(table, key, format);
        if (each.value != first.value || each.unit != first.unit)
            static_cast<void>(common_header_text(tables, key, format));  // says so: the texts differ too
    }
    return first;
}

void check_end(const Table& table, const ColumnKey& column, const std::string& key, const Format& format) {
    const auto wanted = header_number(table, key, format).value;
    const auto& values = find_column(table, column).values;
    const double last = values.back();
    const double step = values.size() > 1 ? std::abs(last - values[values.size() - 2]) : 0;
    if (std::abs(last - wanted) <= 1.5 * step) return;
    throw std::runtime_error(table.file + ": the last row is at " + std::to_string(last) + ", but the header says " + key +
                             " = " + header_text(table, key, format) +
                             ". The file was cut off: get it again, or leave out end_key.");
}

}  // namespace sluice::text_source
