// SPDX-License-Identifier: BSD-3-Clause
// Which entry of a table has the keys of an element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::join {

/// One number or one label for each element of the data, and for each entry of the table.
struct Column {
    std::vector<double> numbers;
    std::vector<std::string> labels;  ///< when the key is text; numbers is empty then
    [[nodiscard]] std::ptrdiff_t size() const {
        return static_cast<std::ptrdiff_t>(labels.empty() ? numbers.size() : labels.size());
    }
};
struct Key {
    std::string name, unit;  ///< for messages; both columns are in this unit
    Column data, table;
    double tolerance = 0;
};

/// For each element of the data the entry whose keys all fit, or -1. Labels fit when they are equal, numbers when they differ by
/// no more than the tolerance (at least 1e-9 of their size, for units that were converted).
/// left_out: elements, and entries, whose keys do not count; empty: none.
/// Throws std::invalid_argument when a key is labels on one side and numbers on the other; std::domain_error for a NaN key that
/// is not left out, for two entries with the same keys, and for two that both fit one element.
[[nodiscard]] std::vector<std::ptrdiff_t> match(const std::vector<Key>& keys, std::span<const std::uint8_t> data_left_out,
                                                std::span<const std::uint8_t> table_left_out);

/// "temperature 300 K, composition 0.5"
[[nodiscard]] std::string keys_of_element(const std::vector<Key>& keys, std::ptrdiff_t element);

/// What the numbers of a column span, or its first labels: "temperature 290 to 310 K".
[[nodiscard]] std::string extent(const Key& key, const Column& column);

}  // namespace sluice::join
