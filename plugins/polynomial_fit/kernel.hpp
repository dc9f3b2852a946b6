// SPDX-License-Identifier: BSD-3-Clause
// A weighted polynomial through the points of a curve: its coefficients with their covariance, and its value anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::polynomial_fit {

enum class Status { ok, too_few_points };

struct Points {
    std::span<const double> x;           ///< [n], in any order
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// All in the unit of x.
struct Options {
    std::ptrdiff_t degree = 2;
    double about = 0;  ///< the x about which the coefficients hold
    double at = 0;     ///< the x at which value and slope are wanted
    double first = -std::numeric_limits<double>::infinity();
    double last = std::numeric_limits<double>::infinity();
};

struct Estimate {
    double value, variance;
};

struct Result {
    Status status;
    std::vector<double> coefficients;     ///< [degree + 1]: c_0, c_1, … about Options::about
    std::vector<double> covariance;       ///< [(degree + 1)^2], row-major
    Estimate value, slope;                ///< at Options::at
    double reduced_chi_square;            ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points;                ///< fitted
    std::vector<double> curve;            ///< [n], at all x
    std::vector<double> curve_variances;  ///< [n], of the curve; not independent of each other
};

/// Weighted least squares of
///
///     y = sum_k c_k (x - about)^k,   k = 0 … degree
///
/// Source: Bevington and Robinson (2003), Data Reduction and Error Analysis, 3rd ed., chapter 7; numerics/linear_fit.
/// The fit runs in t = (x - middle) / half range of the points used, so that powers are of order 1; the coefficients about
/// any other point follow by the binomial theorem, their covariance with them. Far from the points they are as ill
/// conditioned as the question is. Covariances are from the variances of y, not scaled by chi-square; without these from the
/// scatter of the points, and then NaN when no point is left over.
///
/// Left out: points outside of [first, last], masked ones, those that are not finite, and those whose variance is not above
/// 0. Fewer different x than coefficients: too_few_points, and everything but the number of points is NaN.
/// Accuracy: 9 digits or more on the NIST sets Pontius, Wampler1 and Wampler2.
/// Throws std::invalid_argument when lengths differ, first > last, or degree < 0.
[[nodiscard]] Result fit(const Points& points, const Options& options);

}  // namespace sluice::polynomial_fit
