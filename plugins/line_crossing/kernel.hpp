// SPDX-License-Identifier: BSD-3-Clause
// Where two weighted straight lines cross, or one line and a level, with the uncertainty of that x.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>
#include <vector>

namespace sluice::line_crossing {

enum class Status {
    ok,
    too_few_points,  ///< a line has fewer than two different x: all NaN
    not_determined,  ///< the slopes differ by less than 2 standard errors: no crossing, the lines stand
};

struct Points {
    std::span<const double> x;           ///< [n], in any order
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// In the unit of x: the points of both curves that make the lines.
struct Window {
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();
};

struct Estimate {
    double value = std::numeric_limits<double>::quiet_NaN();
    double variance = std::numeric_limits<double>::quiet_NaN();
};

struct Line {
    Estimate intercept, slope;            ///< intercept: at x = 0
    double reduced_chi_square;            ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points = 0;            ///< fitted
    std::vector<double> curve;            ///< [n], at all x
    std::vector<double> curve_variances;  ///< [n]; not independent of each other
};

struct Result {
    Status status = Status::ok;
    Estimate crossing;                                                       ///< x
    Estimate value;                                                          ///< y there
    Estimate difference;                                                     ///< of the slopes, first - second
    double lower = std::numeric_limits<double>::quiet_NaN(), upper = lower;  ///< of x: Fieller's interval of 1 standard error
    bool extrapolated = false;  ///< the crossing lies outside of the points of a line
    Line first, second;         ///< second, of a level: intercept level ± 0, slope 0 ± 0, no points, no curve
};

/// Least squares of y = a + b x through each set of points in the window, and
///
///     x* = (a2 - a1) / (b1 - b2),    var x* = [V1(x*) + V2(x*)] / (b1 - b2)^2,    V(x) = var a + 2 x cov(a, b) + x^2 var b
///
/// the delta method with the covariance of each line. Source: Jin et al. (2022), J. Phys. Chem. Lett. 13, 2205, figure 3,
/// where the line of Q reaches that of Q_ideal at T*. It is first order, and symmetric where the truth is not: the
/// interval [lower, upper] holds the x at which the lines differ by no more than 1 standard error of their difference
/// there, (y1 - y2)^2 <= V1 + V2: Fieller (1954), J. R. Stat. Soc. B 16, 175.
/// The two lines are taken as independent of each other. Variances are those of the fits: from the variances of y, not
/// scaled by chi-square; without these from the scatter of the points, and then NaN when no point is left over.
/// second: other points, which may have another x, or a level: an exact constant, in the unit of y.
///
/// Left out: points outside of the window, masked ones, those that are not finite, and those whose variance is not above 0.
/// Slopes without variances are taken as different unless they are equal to 1e-12.
/// Accuracy: 1e-12 of the distance from the points, times slope / difference of the slopes.
/// Throws std::invalid_argument when lengths differ or from > to.
[[nodiscard]] Result crossing(const Points& first, const std::variant<Points, double>& second, const Window& window);

}  // namespace sluice::line_crossing
