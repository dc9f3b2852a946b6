// SPDX-License-Identifier: BSD-3-Clause
// The value of a curve at one point, from a weighted polynomial of low degree through its points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::extrapolate {

enum class Form { constant, line, quadratic };  ///< the number is the degree
enum class Status { ok, too_few_points };

struct Points {
    std::span<const double> x;           ///< [n], in any order
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// All in the unit of x.
struct Options {
    Form form = Form::line;
    double at = 0;
    double first = -std::numeric_limits<double>::infinity();
    double last = std::numeric_limits<double>::infinity();
};

struct Estimate {
    double value, variance;
};

struct Result {
    Status status;
    Estimate value, slope;      ///< at the point asked for
    double reduced_chi_square;  ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points;      ///< fitted
    std::vector<double> curve;  ///< [n], at all x
};

/// Least squares of y = a + b (x - at) + c (x - at)^2, of which a line has c = 0 and a constant b = c = 0:
///
///     value = a,  slope = b;  minimum of  sum (y - a - b (x - at) - c (x - at)^2)^2 / variance
///
/// Source: Bevington and Robinson (2003), Data Reduction and Error Analysis, 3rd ed., chapters 6 and 7; numerics/linear_fit.
/// The variances of value and slope are those of the fit: from the variances of y, not scaled by chi-square; without these
/// from the scatter of the points, and then NaN when no point is left over.
///
/// Left out: points outside of [first, last], masked ones, those that are not finite, and those whose variance is not above
/// 0. Fewer different x than coefficients: too_few_points, and everything but the number of points is NaN.
/// Throws std::invalid_argument when lengths differ or first > last.
[[nodiscard]] Result extrapolate(const Points& points, const Options& options);

}  // namespace sluice::extrapolate
