// SPDX-License-Identifier: BSD-3-Clause
// A curve smoothed by local polynomials, and the maxima and minima that stand out of its noise.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "points.hpp"

namespace sluice::dma_peak {

/// Numbers along temperature with their errors.
struct Series {
    std::vector<double> temperature_K, value, sigma;
    [[nodiscard]] std::size_t size() const { return value.size(); }
    void add(double at_K, const Value& number) {
        temperature_K.push_back(at_K);
        value.push_back(number.value);
        sigma.push_back(std::sqrt(number.variance));
    }
    [[nodiscard]] Value at(std::size_t i) const { return {value[i], sigma[i] * sigma[i]}; }
};

struct Smoothed {
    Series level, slope;  ///< of the same temperatures
};

/// Local polynomials of this order (parabolas; straight lines do not ring beside a step) and half width half_K at temperatures
/// step_K apart (a quarter of the mean distance of the points at least), over all points; where one is not determined there is no
/// number. Without variances the noise is the same everywhere: the median over windows of the residuals from polynomials of order
/// 4, and rounding (1e-12 of the largest value) at least.
[[nodiscard]] Smoothed smoothed(const Points& points, double half_K, double step_K, std::ptrdiff_t order = 2);

struct Extremum {
    std::size_t at = 0;                        ///< index
    std::size_t left = 0, right = 0;           ///< of the lowest points on both sides, between it and any higher one, or the ends
    double left_errors = 0, right_errors = 0;  ///< by how many standard errors it stands above these
};

/// All inner maxima of the series (of sign * value), from left to right.
[[nodiscard]] std::vector<Extremum> maxima(const Series& series, double sign = 1);

}  // namespace sluice::dma_peak
