// SPDX-License-Identifier: BSD-3-Clause
// The usable points of a scan in order of temperature, their noise, and local straight lines through them.
#pragma once

#include <cstddef>
#include <vector>

#include "peaks.hpp"

namespace sluice::dsc_transition {

/// Usable points, [n] each, increasing temperature.
struct PeakPoints {
    std::vector<double> temperature;  ///< K; where `turned`, in proportion to time between the ends of the turn
    std::vector<double> heat_flow;    ///< W/g
    std::vector<double> variance;     ///< given, or the square of `noise`; above 0
    std::vector<double> seconds;      ///< any zero
    std::vector<std::size_t> origin;  ///< index in the scan
    std::vector<char> turned;  ///< [n], the temperature runs back there, as that of an undercooled sample that crystallises
    double noise = 0;          ///< W/g, of a typical point
    bool weighted = false;     ///< variances were given
    bool cooling = false;

    [[nodiscard]] std::size_t size() const { return temperature.size(); }
};

/// Throws std::invalid_argument when lengths differ, and when there is neither time nor rate.
/// With a time a turn of more than 0.1 K (and 3 usual steps) is straightened, so that the order of the points stays that of time.
[[nodiscard]] PeakPoints sorted_points(const Scan& scan);

/// Least-squares lines through the points within +-window/2 of each (5 at least, all weighing the same).
struct LocalLines {
    std::vector<double> value;       ///< [n], at the point itself
    std::vector<double> slope;       ///< [n]; NaN where all points have one temperature
    std::vector<double> slope_unit;  ///< [n], standard error of the slope for points of standard deviation 1
};
[[nodiscard]] LocalLines local_lines(const std::vector<double>& temperature, const std::vector<double>& y, double window_K);

/// The weights of a trapezoidal integral over time of points first .. last: sum_i weight_i y_i, in order of time.
[[nodiscard]] std::vector<double> time_weights(const PeakPoints& points, std::size_t first, std::size_t last);

/// Median; NaN of nothing.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace sluice::dsc_transition
