// SPDX-License-Identifier: BSD-3-Clause
// The Ornstein-Zernike correlation length of one scattering curve, or the reason why it has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::ornstein_zernike {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// From no_fall on there are no numbers.
enum class Status {
    ok,
    poor_fit,        ///< fitted, but the points scatter about the curve by more than their variances say
    no_fall,         ///< not applicable: a constant describes the points as well, or they rise
    no_plateau,      ///< not applicable: q_min xi >= 1, the curve still rises towards its smallest q
    no_inflection,   ///< not applicable: q_max xi <= 1/sqrt(3), or I = a - b q^2 describes the points as well
    not_determined,  ///< no minimum was found, or sigma(xi) is above xi / 2
    too_few_points,  ///< not more points than free parameters
    no_background,   ///< the background given is NaN
};

/// One curve. `q` is in any unit; the length comes in its inverse.
struct Curve {
    std::span<const double> q;           ///< [n], >= 0, strictly increasing
    std::span<const double> intensity;   ///< [n], negative values count like all others
    std::span<const double> variance;    ///< [n], or empty: all points weigh the same
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Options {
    double q_min = 0;
    double q_max = std::numeric_limits<double>::infinity();
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Result {
    Status status = Status::ok;
    Value correlation_length, intensity, background;
    double reduced_chi_square = unknown;  ///< without variances the mean square residual
    std::ptrdiff_t points = 0;            ///< fitted, or that would have been
    std::vector<double> curve;            ///< [n], the model at all q
};

/// Weighted least-squares fit of
///
///     I = I0 / (1 + q^2 xi^2) + background
///
/// Source: Ornstein and Zernike (1914), Proc. Acad. Sci. Amsterdam 17, 793, in the form of Stanley (1971), Introduction to
/// Phase Transitions and Critical Phenomena, chapter 7. background: fixed at this value (as if exact), or nothing: free.
/// Fitted are the points with q_min <= q <= q_max (to 1e-9 of these) that are not masked and whose intensity and variance, if
/// any, are finite and the variance above 0; negative intensities too. Weights are 1/variance. Without variances all points
/// weigh the same, and the covariance is scaled by the mean square residual.
///
/// The law is only looked for where it can show itself, else the status says why and everything but `points` is NaN:
/// - the points must fall: chi-square of a constant above that of the fit by 9, or 11.8 with a free background (3 standard
///   errors; where the reduced chi-square is above 1, times it);
/// - the smallest q fitted must reach the plateau: q xi < 1;
/// - the largest must reach the inflection of the law, q xi > 1/sqrt(3), and the points must show it: chi-square of
///   I = a - b q^2, which has none, above that of the fit by 9. A curve that bends downwards all along is as well a Guinier law
///   or the flank of a peak.
/// Start: the best of a grid over xi from these points alone, I0 and background solved linearly, I0 > 0.
/// Accuracy: exact data give xi back to 1e-8. Throws std::invalid_argument when lengths differ or q_min >= q_max.
[[nodiscard]] Result fit(const Curve& curve, std::optional<double> background, const Options& options);

}  // namespace sluice::ornstein_zernike
