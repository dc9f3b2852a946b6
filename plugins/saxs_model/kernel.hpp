// SPDX-License-Identifier: BSD-3-Clause
// The fit of one small-angle curve by spheres: sizes, volume fraction, amplitudes, and what the structure factor needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "model.hpp"
#include "parameters.hpp"

namespace sluice::saxs_model {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    at_bound,        ///< a parameter ended on its bound: it has no variance, and those of the others hold with it kept there
    not_converged,   ///< no minimum was found: all NaN
    not_determined,  ///< a minimum, but the data do not determine every free parameter: all NaN
    too_few_points,  ///< not more points than free parameters: all NaN
    bad_number,      ///< a number given for a parameter is NaN or outside its range or bounds: all NaN
};

/// One curve. q in 1/nm, strictly increasing, > 0; intensity in any linear unit, negative values too.
struct Curve {
    std::span<const double> q_inv_nm;
    std::span<const double> intensity;
    std::span<const double> variance;    ///< or empty: all points weigh the same
    std::span<const std::uint8_t> mask;  ///< nonzero = leave out; or empty
};

/// What is known of one parameter before the fit.
struct Knowledge {
    std::optional<double> fixed;
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    std::optional<double> start;  ///< the search keeps within a third of it; nothing: it is searched everywhere
    double least_fixed = -std::numeric_limits<double>::infinity();  ///< a fixed number outside of these two is a bad number
    double most_fixed = std::numeric_limits<double>::infinity();
};

/// What the formulas can take: the widest bounds.
struct Range {
    double lower, upper;
};
[[nodiscard]] Range domain(std::size_t parameter);

struct Options {
    Kind kind;
    std::array<Knowledge, n_parameters> parameters;                        ///< those that the kind does not use are passed over
    double q_first = 0, q_last = std::numeric_limits<double>::infinity();  ///< 1/nm, inclusive
    bool remove_power_law = true;                                          ///< it is then part of `other`
};

struct Result {
    Status status = Status::ok;
    Values values, variances;
    std::array<bool, n_parameters> at_bound{};
    std::vector<double> covariance, correlation;  ///< [n_parameters, n_parameters]
    double reduced_chi_square = unknown;
    std::ptrdiff_t points = 0;
    bool frozen = false;  ///< volume fraction above that of freezing
    /// [n] at all q: the model and its parts, intensity - model, P, S, amplitude P, and what is not that times S, with
    /// variances from the whole covariance.
    std::vector<double> curve, liquid, colloid, power_law, residuals, form_factor, structure_factor;
    std::vector<double> single, single_variance, other, other_variance, single_other_covariance;
};

/// Throws std::invalid_argument when the range or a pair of bounds is empty or outside what the model can take, or a start is
/// outside its bounds. Parameters that are fixed, or that the kind does not use, are passed over.
void check(const Options& options);

/// Weighted least-squares fit of the kind's I(q) (model.hpp), bounded, with exact derivatives.
///
/// Fitted are points within [q_first, q_last] (to 1e-9 of themselves) that are not masked and whose intensity is finite and
/// variance, if any, finite and > 0. Weights are 1/variance; without variances all weigh 1 and the covariance is scaled by
/// the reduced chi-square. Parameters that are not fixed are free within their bounds; those not of the kind come as 0 (NaN:
/// hard_sphere_radius), with variance 0. Covariance: (J^T W J)^-1, by numerics::least_squares(), not scaled by chi-square.
/// Start: start_of() of start.hpp, from these points alone.
/// Throws what check() throws.
[[nodiscard]] Result fit(const Curve& curve, const Options& options);

}  // namespace sluice::saxs_model
