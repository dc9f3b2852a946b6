// SPDX-License-Identifier: BSD-3-Clause
// The points of an axis: evenly spaced ones, the centres of bins, those inside a range.
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {

/// `count` points from first to last, both exactly: in equal steps, or, logarithmic, in equal ratios.
/// Throws std::invalid_argument unless count >= 2 and first < last, and first > 0 when logarithmic.
[[nodiscard]] inline std::vector<double> spaced(double first, double last, std::ptrdiff_t count, bool logarithmic = false) {
    if (count < 2) fail<std::invalid_argument>("count = ", count, ", must be at least 2.");
    if (!(first < last) || !std::isfinite(last - first))
        fail<std::invalid_argument>("first = ", first, " and last = ", last, "; first must be below last.");
    if (logarithmic && !(first > 0)) fail<std::invalid_argument>("first = ", first, ", must be above 0 for logarithmic spacing.");
    std::vector<double> points;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(count - 1);
        points.push_back(logarithmic ? first * std::pow(last / first, part) : first + part * (last - first));
    }
    points.front() = first;
    points.back() = last;
    return points;
}

/// Half way between neighbouring edges of bins; of n + 1 edges n centres. NaN stays NaN.
[[nodiscard]] inline std::vector<double> centres(const std::vector<double>& edges) {
    std::vector<double> out;
    for (std::size_t i = 1; i < edges.size(); ++i) out.push_back((edges[i - 1] + edges[i]) / 2);
    return out;
}

/// Whether first <= x <= last, with 1e-9 to spare: a limit that was given in another unit is rounded, and limits are inclusive.
/// False for NaN.
[[nodiscard]] inline bool inside(double x, double first, double last) {
    constexpr double slack = 1e-9;
    return x >= first - slack * std::abs(first) && x <= last + slack * std::abs(last);
}

}  // namespace sluice::numerics
