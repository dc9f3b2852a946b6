// SPDX-License-Identifier: BSD-3-Clause
// Which elements of a dimension a slice takes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace sluice::slice {

/// Elements begin, begin + step, … : count of them.
struct Range {
    std::int64_t begin = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
    friend bool operator==(const Range&, const Range&) = default;
};

struct Dimension {
    std::string name;
    std::int64_t size = 0;
};

/// One element; negative counts from the end. Throws std::invalid_argument when there is no such element.
[[nodiscard]] Range one_element(const Dimension& dimension, std::int64_t index);

/// Elements begin to end - 1 as in Python: negative counts from the end, what lies outside is cut off; absent: from the
/// first, to the last. Throws std::invalid_argument when nothing is left, with the range that there is.
[[nodiscard]] Range by_index(const Dimension& dimension, std::optional<std::int64_t> begin,
                             std::optional<std::int64_t> end, std::int64_t step);

/// The coordinate that a range of values refers to. values: [size of the dimension]; unit for messages.
struct Coordinate {
    std::string name;
    std::string unit;
    std::span<const double> values;
};

/// Elements whose coordinate lies in [from, to], both included; absent: no limit. NaN lies nowhere.
/// Throws std::invalid_argument when nothing lies within, with the range that there is; when from > to; and when the
/// elements within do not follow one another (the coordinate goes up and down).
[[nodiscard]] Range by_value(const Dimension& dimension, const Coordinate& coordinate, std::optional<double> from,
                             std::optional<double> to, std::int64_t step);

}  // namespace sluice::slice
