// SPDX-License-Identifier: BSD-3-Clause
// The ad hoc route to F(Q): a scale by least squares to 1, and what varies slowly taken off as a polynomial.
#pragma once

#include <cstddef>
#include <vector>

#include "estimate.hpp"

namespace sluice::total_scattering {

/// The scale that brings x = I / |<f>|^2 nearest to 1 in `range`, all points weighing the same:
///
///     a = sum x / sum x^2
///
/// Source: Juhas, Davis, Farrow and Billinge (2013), J. Appl. Cryst. 46, 560, for the route; the law of the scale is inferred
/// from curves that PDFgetX3 gives. It is no absolute scale: Compton scattering and all else that varies slowly is in it. Points
/// that are NaN are left out; no point, or all 0: NaN. The variance is exact to first order, NaN without variances.
[[nodiscard]] Estimate ad_hoc_scale(const Points& points, const Range& range);

/// Number of terms of the polynomial, in general no whole number: r_poly q_max / pi, r_poly in angstrom. Structure at r > r_poly
/// is then left in F. Source: Juhas et al. (2013).
[[nodiscard]] double polynomial_order(double r_poly_angstrom, double q_max_inv_angstrom);

struct SlowPart {
    std::vector<double> curve;  ///< [n] P(Q) = sum_j p_j Q^(j-1) in the range, NaN outside of it: there nothing holds P
    std::vector<double> terms;  ///< [ceil(order)] p_j for Q in 1/angstrom
    bool found = false;         ///< false: too few usable points, and all numbers are NaN
};

/// What varies slowly in F = Q (a I / |<f>|^2 - 1): the least-squares polynomial without constant
///
///     Q P(Q) = sum_{j=1..order} p_j Q^j
///
/// over `range`, outside of which it is not known, all points weighing the same; for a broken order the one of floor(order) terms
/// and the one of ceil(order) terms, mixed linearly. Source: Juhas et al. (2013), as above. It is fitted in Chebyshev
/// polynomials, so that 40 terms are no trouble; `terms` lose digits beyond some 15 terms, `curve` does not. range.to: finite,
/// the scale of the polynomials. order >= 0; 0 gives P = 0 with no terms. Points that are NaN are left out. Throws
/// std::invalid_argument when order is negative, NaN or above 60.
[[nodiscard]] SlowPart slow_part(const Points& points, double scale, const Range& range, double order);

/// Throws what slow_part() would throw for this order, at once.
void check_order(double order);

}  // namespace sluice::total_scattering
