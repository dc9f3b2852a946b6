// SPDX-License-Identifier: BSD-3-Clause
// The diffusion coefficient from relaxation rates over q, by weighted linear least squares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::diffusion_fit {

enum class Model { through_origin, offset, power_law };
enum class Status {
    ok,
    too_few_points,
    negative_intercept,  ///< the offset is more than 3 standard errors below 0: no diffusion can give that; all values stand
};

struct Points {
    std::span<const double> q_inv_nm;    ///< [n], in any order; repeats allowed (sectors of a ring)
    std::span<const double> rate_per_s;  ///< [n]
    std::span<const double> variances;   ///< [n] of the rates, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Options {
    Model model = Model::through_origin;
    double q_min_inv_nm = 0;
    double q_max_inv_nm = std::numeric_limits<double>::infinity();
    std::optional<double> reference_q_inv_nm = {};  ///< of the power law; else the geometric mean of the q in the range
};

struct Estimate {
    double value, variance;
};

struct Result {
    Status status;
    Estimate diffusion_um2_per_s, offset_per_s, exponent;  ///< what the model fixes has variance 0
    double reference_q_inv_nm;                             ///< NaN but for the power law
    double reduced_chi_square;                             ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points;                                 ///< fitted
    std::vector<double> curve_per_s;                       ///< [n], at all q
    std::vector<double> effective_um2_per_s;               ///< [n], G/q^2 of all points, fitted or not; NaN at q = 0
    std::vector<double> effective_variances;               ///< [n], var(G)/q^4; or empty
};

/// Least squares of the rates G(q) of g1, with weights 1/variance:
///
///     through_origin   G = D q^2
///     offset           G = G0 + D q^2
///     power_law        ln G = ln(D q0^2) + a ln(q/q0),   var(ln G) = var(G)/G^2
///
/// Source: Berne and Pecora (1976), Dynamic Light Scattering, for G = D q^2; numerics/linear_fit for the fit.
/// The variances are those of the fit: from the variances of the rates, not scaled by chi-square; without these from the
/// scatter of the points, and then NaN when no point is left over. That of the power law's D is first order, D^2 var(ln D).
///
/// Left out: points outside of the range of q, masked ones, those that are not finite, those whose variance is not above 0,
/// and, by the power law, rates <= 0. Fewer different q than coefficients: too_few_points, and what the fit gives is NaN.
/// Throws std::invalid_argument when lengths differ or the range of q is reversed.
[[nodiscard]] Result fit(const Points& points, const Options& options);

}  // namespace sluice::diffusion_fit
