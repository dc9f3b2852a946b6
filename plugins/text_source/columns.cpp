// SPDX-License-Identifier: BSD-3-Clause
// Columns of tables by number or title, and those of several tables one after the other.
#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "kernel.hpp"

namespace sluice::text_source {
namespace {

std::string list_columns(const Table& table) {
    std::string list;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& name = table.columns[i].name;
        list += (i == 0 ? "" : ", ") + std::to_string(i) + (name.empty() ? "" : " '" + name + "'");
    }
    return list;
}

std::string quoted_key(const ColumnKey& key) {
    const auto* number = std::get_if<std::int64_t>(&key);
    return number != nullptr ? std::to_string(*number) : "'" + std::get<std::string>(key) + "'";
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

std::size_t longest_column(std::span<const Table> tables, const ColumnKey& key) {
    std::size_t longest = 0;
    for (const Table& table : tables) longest = std::max(longest, find_column(table, key).values.size());
    return longest;
}

void check_like_first(const Table& table, const Column& column, const Table& first_table, const Column& first,
                      const ColumnKey& key, Rows rows) {
    const std::string compared = ", but the first file (" + first_table.file + ") has ";
    if (rows == Rows::equal && column.values.size() != first.values.size())
        throw std::runtime_error(table.file + ": " + std::to_string(column.values.size()) + " rows" + compared +
                                 std::to_string(first.values.size()) + ". Files of a series need the same number of rows.");
    if (column.unit != first.unit)
        throw std::runtime_error(table.file + ": column " + quoted_key(key) + " has unit '" + column.unit + "'" + compared + "'" +
                                 first.unit + "'. Files of a series need the same units.");
}

}  // namespace

const Column& find_column(const Table& table, const ColumnKey& key) {
    const auto* number = std::get_if<std::int64_t>(&key);
    if (number != nullptr && *number >= 0 && *number < std::ssize(table.columns))
        return table.columns[static_cast<std::size_t>(*number)];
    if (number == nullptr) {
        const auto named = [&](const Column& column) { return column.name == std::get<std::string>(key); };
        const auto found = std::find_if(table.columns.begin(), table.columns.end(), named);
        if (std::count_if(table.columns.begin(), table.columns.end(), named) > 1)
            throw std::runtime_error(table.file + ": several columns are called " + quoted_key(key) + ": " + list_columns(table) +
                                     ". Give the number of the one that you mean.");
        if (found != table.columns.end()) return *found;
    }
    throw std::runtime_error(table.file + ": no column " + quoted_key(key) + ". There are " + list_columns(table) + ".");
}

StackedColumn stack_column(std::span<const Table> tables, const ColumnKey& key, Rows rows) {
    if (tables.empty()) throw std::invalid_argument("the list of tables is empty.");
    const Column& first = find_column(tables.front(), key);
    StackedColumn stacked{first.name, first.unit, {}};
    const std::size_t longest = longest_column(tables, key);
    for (const Table& table : tables) {
        const Column& column = find_column(table, key);
        check_like_first(table, column, tables.front(), first, key, rows);
        stacked.same_in_every_file &= same_bits(column.values, first.values);
        stacked.values.insert(stacked.values.end(), column.values.begin(), column.values.end());
        stacked.values.resize(stacked.values.size() + longest - column.values.size(), std::numeric_limits<double>::quiet_NaN());
    }
    return stacked;
}

}  // namespace sluice::text_source
