// SPDX-License-Identifier: BSD-3-Clause
// The measured structure factor of one curve: what is left of the intensity over what single particles scatter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::structure_factor {

/// [n] each, of one curve. All in one unit, covariance in its square; variances may be empty: taken as 0.
struct Terms {
    std::span<const double> intensity, intensity_variance;
    std::span<const double> single, single_variance;  ///< I0 P(q): what the particles would scatter without each other
    std::span<const double> other, other_variance;    ///< what else scatters; empty: nothing
    std::span<const double> covariance;               ///< of single and other; empty: none
    std::span<const std::uint8_t> mask;               ///< nonzero = leave out; or empty
};

struct Options {
    double smallest_single = 1e-3;  ///< points where single is below this part of its largest value are left out
    double s0 = 1;                  ///< S(0), what the result is divided by
    double s0_variance = 0;
};

/// [n] each; variance may be empty: not wanted.
struct Output {
    std::span<double> values, variance;
    std::span<std::uint8_t> mask;
};

/// Of the n points.
struct Counts {
    std::ptrdiff_t masked = 0;    ///< left out, for whatever reason
    std::ptrdiff_t small = 0;     ///< of them, because single is small or not above 0
    std::ptrdiff_t negative = 0;  ///< points with S < 0
};

/// Measured structure factor
///
///     S = (I - O) / (F s0)
///     var S = {[var I + var O + S1^2 var F + 2 S1 cov(F, O)] / F^2 + S1^2 var s0 / s0^2} / s0^2,    S1 = (I - O) / F
///
/// with F = single, O = other, to first order. I is taken as independent of F and O, and s0 of all: F and O come from a fit to
/// I, but of hundreds of points, so that each one is only little in them. Source: Tanner et al., Suppressed self-diffusion of
/// nanoscale constituents of a complex liquid, "Modelling of SAXS patterns": S is I over the fitted form factor; with
/// s0 = S(0) it is normalised as in the code used there (xrsdkit), else it tends to 1 at high q.
///
/// Left out (mask 1, values NaN): masked points; those whose intensity, single, other, or one of their variances is not finite;
/// those with single <= 0 or below smallest_single times the largest single among the points not left out for these reasons.
/// S < 0 is kept and counted. s0 not finite or not above 0: all points are left out.
/// Throws std::invalid_argument when lengths differ. Accuracy: rounding; the variance to first order, right to 1 % while F and s0
/// are known to 5 %.
Counts divide(const Terms& terms, const Options& options, const Output& out);

}  // namespace sluice::structure_factor
