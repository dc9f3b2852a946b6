// SPDX-License-Identifier: BSD-3-Clause
// One item from numbers to numbers: theory, structure factor, D_s/D0 as asked for, the fit and its alternatives, what is
// doubtful.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "fit.hpp"
#include "hydrodynamic.hpp"
#include "inputs.hpp"

namespace sluice::delta_gamma {

/// The larger, the more serious; a result has the most serious one.
enum class Status { ok, h_negative, s_tail_not_1, phi_high, phi_out_of_table, too_few_points, bad_number };

/// Where no measurement limits it, the theory is taken to hold up to here.
inline constexpr double highest_volume_fraction = 0.45;
/// S of the last point is 1 within this many standard errors, or, without these, to within s_tail_without_errors.
inline constexpr double s_tail_errors = 3, s_tail_without_errors = 0.02;

/// What need not be computed is left empty.
struct Wanted {
    bool curve = true, curve_variances = true, alternatives = true;
};

/// The four ways of a fit, in the order of `alternatives`.
inline constexpr std::array<const char*, 4> choices{"bare, additive", "bare, scale", "renormalised, additive",
                                                    "renormalised, scale"};

/// NaN where there is nothing.
struct Result {
    Estimate self_part{};
    double theory_bare = std::numeric_limits<double>::quiet_NaN(), theory_renormalised = theory_bare;
    double hard_sphere = theory_bare, charged_sphere = theory_bare;
    double scale = theory_bare;
    SelfPartFit fit{};  ///< points 0: none
    std::array<SelfPartFit, 4> alternatives{};
    std::vector<double> curve, curve_variances;  ///< H at curve_q
    std::vector<double> distinct, distinct_variances;
    std::vector<double> structure_factor;
    std::vector<double> at_measured, at_measured_variances, residuals;  ///< at the q of measured, or of ratio
    double lowest = theory_bare, s_at_end = theory_bare;
    bool apart = false;           ///< fitted with errors of H and of S that are taken as independent
    bool inconsistent = false;    ///< measured is not ratio times S
    std::array<bool, 7> found{};  ///< by status; ok means nothing
    [[nodiscard]] Status status() const;
};

/// The whole of it: H(y) by DeltaGamma and distinct_part(), with y = q radius, and D_s/D0 by the laws, the recipe, or
/// fit_self_part(). H below 0 is kept and noted.
///
/// Where `ratio` is given, H at its points is `measured`, or without that ratio times S; its errors are those of the ratio times
/// S and, shared with H_d, those of S: dH_i/dS_j = ratio_i dS(q_i)/dS_j. Points outside of those of a measured S have none, and
/// are left out. Without `ratio` the errors of `measured` are taken as independent of those of S.
///
/// A number that is not finite or not in its range gives nothing but status bad_number. A renormalised theory above
/// gamma_table_end has no H_d: NaN, status phi_out_of_table. Fewer than two points of S, or none to fit: too_few_points.
/// Throws std::domain_error when q of an input does not increase, std::invalid_argument when lengths disagree.
[[nodiscard]] Result evaluate(const Basis& basis, const Data& data, const Options& options, const Wanted& wanted = {});

}  // namespace sluice::delta_gamma
