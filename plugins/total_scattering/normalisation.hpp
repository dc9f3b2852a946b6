// SPDX-License-Identifier: BSD-3-Clause
// From detector units to electron units per atom: scale and constant by the level at high q, and by Krogh-Moe and Norman.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "estimate.hpp"

namespace sluice::total_scattering {

/// alpha I - beta = <f^2> + C + |<f>|^2 (S - 1).
struct Scale {
    Estimate alpha;               ///< electron units per atom and unit of intensity
    Estimate beta;                ///< electron units per atom; variance 0 when given
    double covariance = unknown;  ///< of the two
    std::ptrdiff_t points = 0;    ///< in the range
    bool found = false;           ///< false: too few usable points. Then all numbers are NaN, as for a curve of zeros
};

/// Scale and constant at which the curve runs about the expected level E = <f^2> + C in `range`, where S is about 1: weighted
/// least squares of
///
///     I = E / alpha + beta / alpha
///
/// linear in 1/alpha and beta/alpha; their covariance is carried over to first order. `constant` given: beta is fixed to it.
/// The usual high-angle method, with a constant for fluorescence and multiple scattering.
/// Points that are NaN, or whose variance is not above 0, are left out. Without variances all points weigh the same and the
/// covariance is from their scatter. Not found: fewer different E than numbers to fit.
/// The variances hold the counting statistics; what S - 1 leaves in the range is not in them (0.1 % of alpha for a glass from
/// 10 1/angstrom on, some percent for crystals).
/// Throws std::invalid_argument when lengths differ or range.from > range.to.
[[nodiscard]] Scale high_q_scale(const Points& points, const Range& range, std::optional<double> constant);

/// Scale at which the atoms keep their distance, g(0) = 0: the integral of Q^2 (S - 1) is -2 pi^2 rho0, damped by exp(-g Q^2):
///
///     alpha = [int (E + beta) w dQ - 2 pi^2 rho0] / int I w dQ,    w = Q^2 exp(-g Q^2) / |<f>|^2
///
/// by trapezoids over the usable points up to range.to; from 0 to the first of them S is taken as constant. `constant` given:
/// beta is fixed to it; else beta = alpha <I> - <E>, the weighted means in `range`, and the two linear equations are solved
/// together. Sources: Krogh-Moe (1956), Acta Cryst. 9, 951; Norman (1957), Acta Cryst. 10, 370. number_density: rho0 > 0,
/// 1/angstrom^3. damping: g >= 0, angstrom^2; the damping blurs g(r) by sqrt(2 g), which must stay well below the shortest
/// distance between atoms. Variances are exact, as the result is a ratio of sums over I, to first order; NaN without variances.
/// Not found: fewer than 2 usable points, or none in the range when beta is wanted. Throws std::invalid_argument as
/// high_q_scale() does. Accuracy: 1e-3 of alpha for a liquid measured to 20 1/angstrom.
[[nodiscard]] Scale krogh_moe_scale(const Points& points, const Range& range, std::optional<double> constant,
                                    double number_density_inv_angstrom3, double damping_angstrom2);

/// Trapezoidal weights of the points where y is finite: sum w_i y_i is the integral over them; 0 elsewhere. [n]
[[nodiscard]] std::vector<double> trapezoid_weights(std::span<const double> x, std::span<const double> y);

}  // namespace sluice::total_scattering
