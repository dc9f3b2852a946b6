// SPDX-License-Identifier: BSD-3-Clause
// Smoothing of one curve by a linear smoother, with its variances and effective degrees of freedom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sluice::smoothing {

enum class Method { savitzky_golay, local_polynomial, smoothing_spline };
enum class Criterion { automatic, mallows, chi_square, gcv };  ///< automatic: mallows with variances, else gcv
enum class Status { ok, too_few_points };

struct Curve {
    std::span<const double> x;           ///< [n], strictly increasing
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// What is not given is chosen. Of window, width and relative_width at most one; of penalty and degrees_of_freedom too.
struct Options {
    Method method = Method::savitzky_golay;
    int degree = 3;                            ///< of the local polynomial
    int derivative = 0;                        ///< 0: the curve itself; not of the spline
    std::optional<std::ptrdiff_t> window;      ///< odd number of points
    std::optional<double> width;               ///< in the unit of x; local_polynomial
    std::optional<double> relative_width;      ///< times x; local_polynomial
    std::optional<double> penalty;             ///< smoothing_spline
    std::optional<double> degrees_of_freedom;  ///< smoothing_spline: tr H
    Criterion criterion = Criterion::automatic;
    bool fill = false;  ///< give the points left out the value of the smooth curve, if they lie between points used
};

struct Result {
    Status status;
    std::vector<double> values;      ///< [n]; NaN where `mask` is set
    std::vector<double> variances;   ///< [n], or empty without variances
    std::vector<std::uint8_t> mask;  ///< [n]: left out and not filled, or too few points in the window
    double degrees_of_freedom;       ///< tr H over the points used
    double window;                   ///< used: points, or width, or relative width; NaN for the spline
    double penalty;                  ///< used, in units of x^3 (per variance of y, with variances); NaN for the others
    double chi_square;               ///< sum (y - H y)^2 / variance; NaN without variances above 0
    std::ptrdiff_t points;           ///< used
};

/// A linear smoother y -> H y (local_smoother.hpp, spline.hpp) and variances of the result, exactly
///
///     var_i = sum_j H_ij^2 var_j
///
/// for a given window or penalty. One that is not given is chosen by one of
///
///     mallows     smallest chi^2 + 2 tr H, which estimates the squared distance from the true curve; with variances
///     chi_square  the smoothest curve with chi^2 <= n - tr H; with variances
///     gcv         smallest n RSS / (n - tr H)^2, generalised cross-validation; with or without
///
/// Sources: Mallows (1973), Technometrics 15, 661; Reinsch (1967) and Wahba (1983), J. R. Stat. Soc. B 45, 133; Craven and
/// Wahba (1979), Numer. Math. 31, 377. chi_square hangs on the sum of all noise, which scatters by sqrt(2 n): with many points
/// per degree of freedom it often takes far too small a window (or misses the excess), so it is not the automatic choice.
/// Windows are tried at odd numbers of points in steps of some 20 %, until the measure is twice the lowest, by
/// LocalSmoother::quick(); of a derivative, the window is the one that suits the curve. The noise that went into the choice is
/// not in the variances.
///
/// Left out: masked points, those that are not finite, and those whose variance is not finite or is negative; the spline,
/// which weighs by 1 / variance, leaves out those of variance 0 too. Where all variances are 0, windows are chosen by gcv.
/// Values are never clipped. Too few points for the polynomial (degree + 1) or the spline (3): too_few_points, all NaN.
/// Throws std::invalid_argument when lengths differ, x does not increase or an option makes no sense; std::domain_error when
/// savitzky_golay meets x that is not equally spaced to 1e-4 of the spacing.
[[nodiscard]] Result smooth(const Curve& curve, const Options& options);

/// What smooth() throws for options and x; a plan can ask before there are data. points: of the curve.
void check_options(const Options& options, std::ptrdiff_t points, bool variances);
void check_equal_spacing(std::span<const double> x);

}  // namespace sluice::smoothing
