// SPDX-License-Identifier: BSD-3-Clause
// From keys of items to rows and columns, and from the values of items to cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::pivot {

/// One number or one label per item.
struct Key {
    std::string name;
    std::string unit;  ///< of the numbers, for messages; "" and "1": none
    std::vector<double> numbers;
    std::vector<std::string> labels;  ///< when the key is text; numbers is empty then
    [[nodiscard]] std::ptrdiff_t size() const {
        return static_cast<std::ptrdiff_t>(labels.empty() ? numbers.size() : labels.size());
    }
};

/// The different keys, and which of them each item has.
struct Axis {
    std::vector<double> numbers;           ///< increasing
    std::vector<std::string> labels;       ///< in the order in which they come first
    std::vector<std::ptrdiff_t> position;  ///< per item; -1: left out
    [[nodiscard]] std::ptrdiff_t size() const {
        return static_cast<std::ptrdiff_t>(labels.empty() ? numbers.size() : labels.size());
    }
};

/// Numbers that differ by no more than `tolerance` (at least 1e-9 of their size, for units that were converted) are one, at
/// their mean. left_out: per item; empty: none.
/// Throws std::domain_error for a NaN key that is not left out, and when no item is left; std::invalid_argument when keys run
/// together: neighbours within the tolerance, the first and the last of them not.
[[nodiscard]] Axis axis_of(const Key& key, double tolerance, std::span<const std::uint8_t> left_out);

struct Grid {
    std::ptrdiff_t rows = 0, columns = 1;
    std::vector<std::vector<std::ptrdiff_t>> items;  ///< per cell, in C order
    [[nodiscard]] std::ptrdiff_t cells() const { return rows * columns; }
};

/// columns: nullptr: rows only. An item that either axis leaves out is in no cell.
[[nodiscard]] Grid lay_out(const Axis& rows, const Axis* columns);

/// Throws std::domain_error when a cell has several items: names the cell and the items.
void refuse_duplicates(const Grid& grid, const Key& row, const Axis& rows, const Key* column, const Axis* columns);

/// What is said of an item. Empty spans: no variances, no mask.
struct Items {
    std::span<const double> values, variances;
    std::span<const std::uint8_t> mask;
};
struct Cells {
    std::span<double> values, variances;
    std::span<std::uint8_t> mask;  ///< 1: no item, or masked ones only
};

/// The mean of the items of each cell: sum(x / v) / sum(1 / v) with variance 1 / sum(1 / v); without variances the plain mean.
/// Where a cell has one item, that item as it is. Of several, those are left out that are masked, not finite, or of a variance
/// that is not above 0; a cell without any left is NaN, and masked if all of its items are. Cells without items: NaN, masked.
void average(const Grid& grid, const Items& items, const Cells& cells);

/// One position per cell: its first item, or -1. For values that are only moved.
[[nodiscard]] std::vector<std::ptrdiff_t> first_items(const Grid& grid);

/// The item that speaks for each place on an axis, when all items of a place have equal entries; empty when they do not. Then
/// what the entries are (a name of a sample) belongs to the axis.
template <class T>
std::vector<std::ptrdiff_t> speakers(const Axis& axis, const std::vector<T>& entries) {
    std::vector<std::ptrdiff_t> speaker(static_cast<std::size_t>(axis.size()), -1);
    for (std::size_t item = 0; item < entries.size(); ++item) {
        if (axis.position[item] < 0) continue;
        auto& mine = speaker[static_cast<std::size_t>(axis.position[item])];
        if (mine < 0)
            mine = static_cast<std::ptrdiff_t>(item);
        else if (!(entries[static_cast<std::size_t>(mine)] == entries[item]))
            return {};
    }
    return speaker;
}

}  // namespace sluice::pivot
