// SPDX-License-Identifier: BSD-3-Clause
// Curves on one grid of q, and the range in which two sets of them overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace sluice::merge_curves {

/// One curve, or several that share q and follow one another.
struct Curves {
    std::span<const double> q;           ///< [n], strictly increasing
    std::span<const double> values;      ///< [rows * n]
    std::span<const double> variances;   ///< [rows * n] of values, or empty
    std::span<const std::uint8_t> mask;  ///< [rows * n], nonzero = leave out; or empty

    [[nodiscard]] std::size_t rows() const { return q.empty() ? 0 : values.size() / q.size(); }
};

/// Of q, both ends inclusive.
struct Range {
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool holds(double q) const { return q >= from && q <= to; }
    [[nodiscard]] bool empty() const { return !(from <= to); }
};

/// Where both grids have points or lie between some, cut to `window`; empty() when nowhere.
[[nodiscard]] Range overlap(std::span<const double> q_first, std::span<const double> q_second, const Range& window);

}  // namespace sluice::merge_curves
