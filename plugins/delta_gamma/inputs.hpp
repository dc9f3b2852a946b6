// SPDX-License-Identifier: BSD-3-Clause
// What an item brings: numbers, S and measured H on their own points, and how they depend on each other.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "fit.hpp"
#include "s_gamma.hpp"
#include "structure.hpp"

namespace sluice::delta_gamma {

/// Where D_s/D0 comes from; the order of the enum in plugin.json.
enum class SelfPart { theory, hard_sphere, charged, fixed, fit };

struct Options {
    SGamma form = SGamma::renormalised;
    SelfPart self_part = SelfPart::theory;
    Modify modify = Modify::additive;
    LowQ low_q = LowQ::constant;
    HighQ high_q = HighQ::one;
    std::ptrdiff_t low_q_points = 1;
    double q_cut_inv_nm = 0;  ///< points of S below are not used
    double q_min_inv_nm = 0;  ///< measured points below are not fitted
    double q_max_inv_nm = std::numeric_limits<double>::infinity();
};

/// A curve on its own q in 1/nm; values NaN: left out. variances may be empty.
struct Curve {
    std::span<const double> q_inv_nm, values, variances;
};

struct Data {
    double radius_nm = 0;
    double volume_fraction = 0;
    std::optional<Estimate> fixed_self_part{};
    double scale_uncertainty = 0;             ///< of the D0 in measured: its standard error over D0
    std::optional<Curve> structure_factor{};  ///< nothing: Percus-Yevick
    std::optional<Curve> measured{};          ///< H
    std::optional<Curve> ratio{};             ///< D/D0 at the same q as measured, whose errors do not hold those of S
    std::span<const double> curve_q_inv_nm;   ///< what the curves are wanted at
};

/// S, with the variances of its points where it is measured and has them.
struct Structure {
    std::optional<StructureFactor> s{};                            ///< nothing: fewer than two points
    std::vector<double> variances{};                               ///< of all points given, 0 where not used; empty: S is exact
    double last_error = std::numeric_limits<double>::quiet_NaN();  ///< standard error of the last point used
};

/// Points whose value or variance is not finite are not used, nor those below options.q_cut_inv_nm.
[[nodiscard]] Structure structure_of(const Data& data, const Options& options);

/// H as it is fitted, at the points of measured or ratio; NaN: left out.
struct MeasuredH {
    std::vector<double> y, values;
    std::vector<double> variances;  ///< without what S adds where by_structure is not empty; or empty: unknown
    std::vector<double>
        by_structure;           ///< dH_i/dS_j, [points * points of S]; empty: S is exact, or its errors are not known to be in H
    bool inconsistent = false;  ///< somewhere measured is not ratio times S
};

/// With data.ratio H is data.measured, or without that the ratio times S; v_i = S(q_i)^2 var ratio_i, and dH_i/dS_j =
/// ratio_i dS(q_i)/dS_j. Points outside of those of a measured S are then left out. Else H and its variances as they are.
/// structure.s must be there; data.measured or data.ratio, too.
[[nodiscard]] MeasuredH measured_of(const Data& data, const Structure& structure);

/// The values within q_min_inv_nm and q_max_inv_nm, both inclusive; NaN elsewhere.
[[nodiscard]] std::vector<double> fitted_values(const MeasuredH& measured, const Data& data, const Options& options);

/// q a for each q.
[[nodiscard]] std::vector<double> q_a(std::span<const double> q_inv_nm, double radius_nm);

/// Throws std::domain_error when the q of an input do not increase or are below 0 (NaN: no point, as the padding of a shorter
/// curve), std::invalid_argument when lengths disagree.
void check(const Data& data);

/// The numbers are finite and in their ranges.
[[nodiscard]] bool is_number(const Data& data, const Options& options);

}  // namespace sluice::delta_gamma
