// SPDX-License-Identifier: BSD-3-Clause
// The baseline under one or more peaks, from the points on both sides, and integrals above it with their variances.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "peak_points.hpp"

namespace sluice::dsc_transition {

/// Points first .. end - 1 beside a peak; empty: that side has the level and slope 0 exactly (the line of a glass transition),
/// or, at the end of the data, what the line of the other side gives there.
struct Flank {
    std::size_t first = 0, end = 0;
    bool at_end_of_data = false;
    [[nodiscard]] std::size_t size() const { return end - first; }
};

/// left(T) = a + s (T - T_first), right(T) = b + s (T - T_last): parallel lines through both flanks.
/// linear: B is the straight line from left(T_first) to right(T_last).
/// sigmoidal: B = (1 - x) left + x right, x being the part of the area above B up to T; by iteration.
struct FlankBaseline {
    std::size_t first = 0, last = 0;        ///< points between the flanks
    std::vector<double> values;             ///< [last - first + 1], W/g
    std::array<std::vector<double>, 3> by;  ///< derivatives of the values by a, b and s
    std::array<std::array<double, 3>, 3> covariance{};
    double scatter = 1;  ///< variance of the flanks' points over that of their noise, with the correlation of neighbours; >= 1
    bool solved = false;

    [[nodiscard]] double at(std::size_t i) const { return values[i - first]; }
    /// Of the baseline at point i.
    [[nodiscard]] double variance(std::size_t i) const;
    /// Of sum_i w_i B_i over points from, from + 1, ...
    [[nodiscard]] double variance(std::size_t from, const std::vector<double>& weights) const;
};

[[nodiscard]] FlankBaseline fit_baseline(const PeakPoints& points, const std::vector<double>& y, std::size_t first,
                                         std::size_t last, const Flank& left, const Flank& right, PeakBaseline form);

/// Integral over time of y - B over points from .. to (inside first .. last).
[[nodiscard]] PeakValue integral(const PeakPoints& points, const std::vector<double>& y, const FlankBaseline& baseline,
                                 std::size_t from, std::size_t to);

}  // namespace sluice::dsc_transition
