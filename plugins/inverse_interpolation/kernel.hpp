// SPDX-License-Identifier: BSD-3-Clause
// The x at which a monotonic curve has a given value, with its uncertainty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "curve.hpp"

namespace sluice::inverse_interpolation {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    below_range,     ///< the level is below all values of the curve
    above_range,     ///< or above them
    not_monotonic,   ///< the curve meets the level several times, or turns next to where it does
    too_few_points,  ///< fewer than 2
    no_level,        ///< the level is not a finite number
};

enum class Scale { linear, logarithmic };

struct Points {
    std::span<const double> x;                ///< [n], in any order
    std::span<const double> y;                ///< [n]
    std::span<const double> variances = {};   ///< [n] of y, 0 allowed; or empty: the curve is exact
    std::span<const std::uint8_t> mask = {};  ///< [n], nonzero = leave out; or empty
};

/// The level: variance 0 of an exact one.
struct Level {
    double value, variance = 0;
};

struct Options {
    Method method = Method::linear;
    Scale scale = Scale::linear;  ///< logarithmic: ln y is interpolated
    double monotonic_within = 2;  ///< standard errors of a step against the direction that are taken as noise
    bool correlated = false;      ///< the errors of the curve's points go together, as of a fitted curve
};

struct Estimate {
    double value = unknown;
    double variance = unknown;
};

struct Result {
    Status status = Status::ok;
    Estimate x;
    double lower = unknown, upper = unknown;  ///< of x; NaN where the interval goes on beyond the curve
    double slope = unknown;                   ///< dy/dx there
    std::ptrdiff_t points = 0;                ///< of the curve, in use
    std::ptrdiff_t not_positive = 0;          ///< points that a logarithmic scale left out
};

/// The x* at which the interpolated curve f has the value of the level L, and
///
///     var x* = [V(x*) + var L] / f'(x*)^2,    V(x) = sum_i (df(x)/dy_i)^2 var y_i
///
/// to first order in both errors, independent of each other; of correlated points V(x) = (sum_i df(x)/dy_i sigma_i)^2, neighbours
/// going fully together. The interval [lower, upper] around x* holds the x with (f(x) - L)^2 <= V(x) + var L: where level and
/// curve are apart by less than 1 standard error, which is not symmetric where f bends or its errors change; as Fieller's
/// (1954, J. R. Stat. Soc. B 16, 175) for a straight line.
///
/// status not_monotonic: the points pass the level more than once; or a step between neighbours, next to the one that passes it,
/// goes the other way by more than monotonic_within of its standard errors (0 of correlated points and of an exact curve).
/// But for ok all numbers are NaN.
/// Left out: points that are masked, not finite, or have a variance that is negative or not finite; of a logarithmic scale those
/// that are not above 0.
/// Throws std::invalid_argument when lengths differ or monotonic_within < 0, std::domain_error for two points at one x.
/// Accuracy: x* to 1e-15 of the distance of the points, times the step of y over its rounding; lower and upper to 1e-12.
[[nodiscard]] Result invert(const Points& points, const Level& level, const Options& options);

}  // namespace sluice::inverse_interpolation
