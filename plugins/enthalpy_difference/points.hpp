// SPDX-License-Identifier: BSD-3-Clause
// The difference of two curves as points in order of temperature, with time and noise.
#pragma once

#include <cstddef>
#include <vector>

#include "kernel.hpp"

namespace sluice::enthalpy_difference {

/// Usable points, [n] each, T not decreasing.
struct DifferencePoints {
    std::vector<double> temperature, difference, variance;  ///< variance: NaN where not given
    std::vector<double> seconds;
    std::vector<std::size_t> origin;

    [[nodiscard]] std::size_t size() const { return temperature.size(); }
};

/// reference - data. Throws std::invalid_argument when lengths differ.
[[nodiscard]] DifferencePoints difference_points(const Curves& curves);

/// Whether the temperatures, in the order given, go there and back.
[[nodiscard]] bool goes_there_and_back(const Curves& curves);

/// The scatter of one point about the middle of its neighbours, squared; NaN of fewer than 3.
[[nodiscard]] double scatter_of_neighbours(const DifferencePoints& points);

/// w with sum_i w_i y_i = the integral over time, from one temperature to another, of y joined by straight lines.
[[nodiscard]] std::vector<double> integration_weights(const DifferencePoints& points, double from_K, double to_K);

}  // namespace sluice::enthalpy_difference
