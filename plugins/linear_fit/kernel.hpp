// SPDX-License-Identifier: BSD-3-Clause
// A straight line through points with errors in both coordinates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace sluice::linear_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    too_few_points,           ///< fewer than 2, or all at one x that has no errors
    not_determined,           ///< the best line is vertical, or no direction is better than the others
    covariance_not_positive,  ///< of y: not that of any errors (not symmetric, say), or more than one point without errors
};

struct Points {
    std::span<const double> x, y;          ///< [n], in any order
    std::span<const double> x_variances;   ///< [n], or empty: x is exact
    std::span<const double> y_variances;   ///< [n], or empty: y is exact
    std::span<const double> correlation;   ///< [n], of the errors of x and y of a point, -1 to 1; or empty: 0
    std::span<const double> y_covariance;  ///< [n * n] row-major, in place of y_variances; or empty
    std::span<const std::uint8_t> mask;    ///< [n], nonzero = leave out; or empty
};

struct Options {
    double about = 0;           ///< the x at which the intercept holds
    bool equal_errors = false;  ///< orthogonal regression: the variances are not used
    double y_over_x = 1;        ///< with equal_errors: an error of y over one of x, in their units
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

/// The line through (centre, height), with independent errors of height and slope.
struct Line {
    double centre = unknown;
    Value height, slope;

    [[nodiscard]] Value at(double x) const;
};

struct Result {
    Status status = Status::ok;
    Line line;
    Value intercept;  ///< at about
    double intercept_slope_covariance = unknown;
    double correlation = unknown;         ///< of the points fitted, Pearson's r, without weights
    double reduced_chi_square = unknown;  ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points = 0;            ///< fitted
};

/// The line y = a + b x of the largest likelihood for normal errors in both coordinates: the minimum of
///
///     S(a, b) = r^T V^-1 r,    r_i = y_i - a - b x_i,    V = C_y + b^2 D_x - 2 b D_xy
///
/// Source: York, Evensen, Lopez Martinez and De Basabe Delgado (2004), Am. J. Phys. 72, 367, whose eq. 13 is its condition dS/db
/// = 0 where C_y is diagonal; here the direction of the line is scanned (every degree, in coordinates scaled by their spread) and
/// the lowest S is refined by bisection of its derivative, which finds the deepest of several minima and needs no start.
/// Covariance: (J^T V^-1 J)^-1, J = (1, X_i) with the adjusted points X_i = x_i - (D_xy - b D_x)(V^-1 r): their standard errors
/// (p. 370), not scaled by S. Without any variances all points weigh the same, x is exact, and the covariance is scaled by
/// S / (n - 2); with equal_errors that is so with the same error in both coordinates (orthogonal regression).
///
/// Left out: masked points; those whose x, y or variances are not finite or negative; those with a correlation outside of
/// -1 to 1; and where there are variances, points without any error. With y_covariance, one point whose row is 0 and whose x is
/// exact (the reference of a series of differences) is one that the line goes through: the fit of the differences with their
/// covariance is then that of the values themselves. Accuracy: Pearson's data with York's weights to 12 digits. O(n) without
/// y_covariance, O(n^3) with it. Throws std::invalid_argument when lengths differ.
[[nodiscard]] Result fit(const Points& points, const Options& options);

}  // namespace sluice::linear_fit
