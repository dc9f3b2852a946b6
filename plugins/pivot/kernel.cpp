// SPDX-License-Identifier: BSD-3-Clause
// Grouping of keys, and means of cells.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace sluice::pivot {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

std::string text_of(double number, const std::string& unit) {
    std::ostringstream text;
    text.precision(10);
    text << number << (unit.empty() || unit == "1" ? "" : " " + unit);
    return text.str();
}

std::string place_of(const Key& key, const Axis& axis, std::ptrdiff_t at) {
    return key.name + " " +
           (axis.labels.empty() ? text_of(axis.numbers[index(at)], key.unit) : "'" + axis.labels[index(at)] + "'");
}

std::vector<std::ptrdiff_t> items_with_keys(const Key& key, std::span<const std::uint8_t> left_out) {
    std::vector<std::ptrdiff_t> items;
    for (std::ptrdiff_t i = 0; i < key.size(); ++i) {
        if (!left_out.empty() && left_out[index(i)] != 0) continue;
        if (key.labels.empty() && std::isnan(key.numbers[index(i)]))
            throw std::domain_error("the key '" + key.name + "' of item " + std::to_string(i) +
                                    " is NaN: mend it, or mask it there to leave the item out");
        items.push_back(i);
    }
    if (items.empty()) throw std::domain_error("no item has a key '" + key.name + "' that is not masked");
    return items;
}

Axis axis_of_labels(const Key& key, const std::vector<std::ptrdiff_t>& items) {
    Axis axis;
    axis.position.assign(key.labels.size(), -1);
    for (const auto item : items) {
        const auto& label = key.labels[index(item)];
        const auto found = std::find(axis.labels.begin(), axis.labels.end(), label);
        axis.position[index(item)] = found - axis.labels.begin();
        if (found == axis.labels.end()) axis.labels.push_back(label);
    }
    return axis;
}

/// Infinity is near to nothing but itself.
bool near(double a, double b, double tolerance) {
    if (std::isinf(a) || std::isinf(b)) return a == b;
    return std::abs(a - b) <= std::max(tolerance, 1e-9 * std::max(std::abs(a), std::abs(b)));
}

}  // namespace

Axis axis_of(const Key& key, double tolerance, std::span<const std::uint8_t> left_out) {
    auto items = items_with_keys(key, left_out);
    if (!key.labels.empty()) return axis_of_labels(key, items);
    const auto number = [&](std::ptrdiff_t item) { return key.numbers[index(item)]; };
    std::stable_sort(items.begin(), items.end(), [&](auto a, auto b) { return number(a) < number(b); });
    Axis axis;
    axis.position.assign(key.numbers.size(), -1);
    for (auto first = items.begin(); first != items.end();) {
        auto last = first + 1;
        while (last != items.end() && near(number(*last), number(*(last - 1)), tolerance)) ++last;
        const double lowest = number(*first), highest = number(*(last - 1));
        if (!near(lowest, highest, tolerance))
            throw std::invalid_argument("the keys '" + key.name + "' from " + text_of(lowest, key.unit) + " to " +
                                        text_of(highest, key.unit) + " run together: neighbours are within the tolerance of " +
                                        text_of(tolerance, key.unit) + ", the first and the last are not. Make it smaller");
        double more = 0;  // than the lowest, so that equal keys stay what they are
        for (auto item = first; item != last; ++item) {
            axis.position[index(*item)] = axis.size();
            if (number(*item) != lowest) more += number(*item) - lowest;
        }
        axis.numbers.push_back(lowest + more / static_cast<double>(last - first));
        first = last;
    }
    return axis;
}

Grid lay_out(const Axis& rows, const Axis* columns) {
    Grid grid;
    grid.rows = rows.size();
    if (columns) grid.columns = columns->size();
    grid.items.resize(index(grid.cells()));
    for (std::size_t item = 0; item < rows.position.size(); ++item) {
        const auto row = rows.position[item], column = columns ? columns->position[item] : 0;
        if (row >= 0 && column >= 0) grid.items[index(row * grid.columns + column)].push_back(static_cast<std::ptrdiff_t>(item));
    }
    return grid;
}

void refuse_duplicates(const Grid& grid, const Key& row, const Axis& rows, const Key* column, const Axis* columns) {
    for (std::ptrdiff_t cell = 0; cell < grid.cells(); ++cell) {
        const auto& items = grid.items[index(cell)];
        if (items.size() < 2) continue;
        throw std::domain_error("items " + std::to_string(items[0]) + " and " + std::to_string(items[1]) + " both have " +
                                place_of(row, rows, cell / grid.columns) +
                                (column ? " and " + place_of(*column, *columns, cell % grid.columns) : "") +
                                ": take one out (slice), or set duplicates to \"mean\"");
    }
}

std::vector<std::ptrdiff_t> first_items(const Grid& grid) {
    std::vector<std::ptrdiff_t> first;
    for (const auto& items : grid.items) first.push_back(items.empty() ? -1 : items.front());
    return first;
}

void average(const Grid& grid, const Items& items, const Cells& cells) {
    const bool weighted = !items.variances.empty();
    const auto masked = [&](std::ptrdiff_t item) { return !items.mask.empty() && items.mask[index(item)] != 0; };
    for (std::size_t cell = 0; cell < grid.items.size(); ++cell) {
        const auto& own = grid.items[cell];
        cells.mask[cell] = std::all_of(own.begin(), own.end(), masked) ? 1 : 0;
        double sum = 0, weights = 0;
        for (const auto item : own) {
            const double value = items.values[index(item)], variance = weighted ? items.variances[index(item)] : 1;
            if (masked(item) || !std::isfinite(value) || !(variance > 0) || !std::isfinite(variance)) continue;
            sum += value / variance;
            weights += 1 / variance;
        }
        const bool one = own.size() == 1;
        cells.values[cell] = one ? items.values[index(own[0])] : weights > 0 ? sum / weights : nan;
        if (weighted) cells.variances[cell] = one ? items.variances[index(own[0])] : weights > 0 ? 1 / weights : nan;
    }
}

}  // namespace sluice::pivot
