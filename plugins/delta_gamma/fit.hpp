// SPDX-License-Identifier: BSD-3-Clause
// D_s / D0 from a measured hydrodynamic function: delta-gamma theory with its self part changed until it agrees.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace sluice::delta_gamma {

/// How D_s / D0 changes the theory.
enum class Modify {
    additive,  ///< H = D_s/D0 + H_d
    scale,     ///< H = (D_s/D0) / (D_s/D0 of the theory) * (D_s/D0 of the theory + H_d)
};

/// Measured points and what the theory says there. [n] each over the points, [m] over the points of a measured S; matrices are
/// [n * m], row-major. Everything without a unit.
struct FitPoints {
    std::span<const double> measured;               ///< H; NaN: left out
    std::span<const double> variances;              ///< of H, without what S adds when measured_by_structure is given; or empty
    std::span<const double> distinct;               ///< H_d of the theory
    std::span<const double> structure_variances;    ///< of S, [m]; or empty: S is exact
    std::span<const double> distinct_by_structure;  ///< dH_d / dS; or empty, as structure_variances
    std::span<const double> measured_by_structure;  ///< dH / dS; or empty: the errors of H are independent of those of S
    double self_part_theory = std::numeric_limits<double>::quiet_NaN();
    double scale_uncertainty = 0;  ///< standard error of D0 over D0, common to all points of H
};

struct Estimate {
    double value = std::numeric_limits<double>::quiet_NaN();
    double variance = std::numeric_limits<double>::quiet_NaN();
};

/// What a fit found; NaN where there is no point.
struct SelfPartFit {
    Estimate self_part;                                                    ///< D_s / D0
    double reduced_chi_square = std::numeric_limits<double>::quiet_NaN();  ///< NaN without variances, or of one point
    std::ptrdiff_t points = 0;                                             ///< used
    std::vector<double> by_measured;                                       ///< d(D_s/D0)/dH, [n]; 0 where left out
    std::vector<double> by_structure;                                      ///< d(D_s/D0)/dS through H and H_d, [m]
    double by_log_scale = 0;                                               ///< d(D_s/D0)/d ln D0
    double scatter = 0;                                                    ///< variance of a point, where it is from the scatter
};

/// The weighted least-squares estimate of the one number in H that is linear,
///
///     additive  c = sum w (H - H_d) / sum w
///     scale     c = c_t k,   k = sum w H T / sum w T^2,   T = c_t + H_d,  c_t: self_part_theory
///     w = 1 / u,   u_i = v_i + sum_j (G_ij - kappa A_ij)^2 var S_j,   kappa = 1 | k of weights 1/v
///     chi^2 = sum w (H - H_model)^2,  reduced: over its mean by the errors, sum w var(H - H_model)
///
///     var c = sum_i (dc/dH_i)^2 v_i + sum_j [sum_i dc/dH_i G_ij + dc/dH_d,i A_ij]^2 var S_j + (sum_i dc/dH_i H_i)^2 sigma_D0^2
///
/// v: variances, G: measured_by_structure, A: distinct_by_structure, sigma_D0: scale_uncertainty. An error of S_j is in H and in
/// H_d, where the two partly cancel or add up: both go into one derivative. An error of D0 moves all H together, so it is not in
/// the weights. The mean of chi^2 is n - 1 where points share no error, and less where they do. First order throughout; the
/// weights are taken as exact. Source: Bevington and Robinson (2003), Data Reduction and Error Analysis for the Physical
/// Sciences, 3rd ed., eq. 3.13 (errors with covariances) and chapter 4 (weighted mean).
///
/// Without variances all points weigh the same, and v is the scatter, sum (H - H_model)^2 / (n - 1): NaN of one point.
/// Left out: points whose H, H_d, variance or total u is not finite, and those with a variance below 0 or a u of 0.
/// Throws std::invalid_argument when lengths disagree.
[[nodiscard]] SelfPartFit fit_self_part(const FitPoints& points, Modify modify);

/// The variance of a modelled H at a point q: c + H_d(q), or c/c_t (c_t + H_d(q)), from all that c and H_d(q) share.
/// distinct: H_d(q). distinct_by_structure: dH_d(q)/dS, [m], or empty.
[[nodiscard]] double model_variance(const SelfPartFit& fit, const FitPoints& points, Modify modify, double distinct,
                                    std::span<const double> distinct_by_structure);

}  // namespace sluice::delta_gamma
