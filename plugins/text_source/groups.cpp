// SPDX-License-Identifier: BSD-3-Clause
// Rows of tables: grouped by a column, cut out, pooled.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "segments.hpp"

namespace sluice::text_source {
namespace {

double mean_of(std::span<const double> values, const std::vector<std::ptrdiff_t>& rows) {
    const auto value = [&](std::ptrdiff_t row) { return values[static_cast<std::size_t>(row)]; };
    const double first = value(rows.front());
    double sum = 0;
    for (const auto row : rows) sum += value(row) - first;
    return first + sum / static_cast<double>(rows.size());
}

}  // namespace

std::vector<RowGroup> group_rows(std::span<const double> values, double tolerance) {
    std::vector<std::ptrdiff_t> order(values.size());
    std::iota(order.begin(), order.end(), std::ptrdiff_t{0});
    const auto value = [&](std::ptrdiff_t row) { return values[static_cast<std::size_t>(row)]; };
    for (const auto row : order)
        if (!std::isfinite(value(row))) throw std::domain_error("row " + std::to_string(row) + " has no finite value in it");
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return value(a) < value(b); });
    std::vector<RowGroup> groups;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool same = i > 0 && value(order[i]) - value(order[i - 1]) <= tolerance * std::abs(value(order[i]));
        if (!same) groups.emplace_back();
        groups.back().rows.push_back(order[i]);
    }
    if (groups.size() == values.size() && values.size() > 2)
        throw std::domain_error(
            "every row has a value of its own in it: needed is a column of few values, or a larger tolerance");
    for (RowGroup& group : groups) {
        std::sort(group.rows.begin(), group.rows.end());
        group.value = mean_of(values, group.rows);
    }
    return groups;
}

Table take_rows(const Table& table, std::span<const std::ptrdiff_t> rows) {
    Table part{table.file, table.header, {}};
    for (const Column& column : table.columns) {
        part.columns.push_back({column.name, column.unit, {}});
        for (const auto row : rows) part.columns.back().values.push_back(column.values[static_cast<std::size_t>(row)]);
    }
    return part;
}

Table take_rows(const Table& table, const Segment& segment) {
    std::vector<std::ptrdiff_t> rows(static_cast<std::size_t>(segment.last - segment.first + 1));
    std::iota(rows.begin(), rows.end(), segment.first);
    return take_rows(table, rows);
}

Table pooled(std::span<const Table> tables) {
    Table all = tables.front();
    for (const Table& table : tables.subspan(1)) {
        bool like = table.columns.size() == all.columns.size();
        for (std::size_t i = 0; like && i < table.columns.size(); ++i)
            like = table.columns[i].name == all.columns[i].name && table.columns[i].unit == all.columns[i].unit;
        if (!like)
            throw std::runtime_error(table.file +
                                     ": its steps have unlike columns or units, so their rows cannot be grouped "
                                     "together. Choose one by step.");
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            all.columns[i].values.insert(all.columns[i].values.end(), table.columns[i].values.begin(),
                                         table.columns[i].values.end());
    }
    return all;
}

}  // namespace sluice::text_source
