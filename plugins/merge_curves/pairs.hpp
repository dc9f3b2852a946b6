// SPDX-License-Identifier: BSD-3-Clause
// The points of one curve beside the other one interpolated there.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "curves.hpp"

namespace sluice::merge_curves {

/// A point of the first curve and what the second one is there, B, by its neighbours B_j.
struct Pair {
    double a, var_a, b, var_b;
    std::array<std::size_t, 2> node;  ///< indices of the two B_j in all values of the second curves
    std::array<double, 2> share;      ///< dB / dB_j; the second is 0 at a node
};

/// Interpolation between the two neighbours, B_0 at q_0 and B_1 at q_1. Where both are positive (with variances: above 5
/// sigma) the logarithm is interpolated, in ln q if q_0 > 0, else in q:
///
///     B = B_0^(1-t) B_1^t [1 + t (1-t) (var_0 / B_0^2 + var_1 / B_1^2) / 2],   t = ln(q / q_0) / ln(q_1 / q_0)
///
/// exact for a power law; the bracket takes off what noise does to a mean of logarithms. Else B is linear in q.
/// var_b = sum share_j^2 var_j: neighbouring pairs share nodes, so that their errors are correlated; `node` says how.
///
/// Left out: points of the first curve, and neighbours, that are masked, not finite, or without a variance above 0 (where
/// there are variances at all), and points outside `range`, which overlap() gives. Variances must be there in both or neither.
/// Rows of the two sets of curves belong together. Throws std::invalid_argument when lengths or rows differ.
[[nodiscard]] std::vector<Pair> pairs_of(const Curves& first, const Curves& second, const Range& range);

}  // namespace sluice::merge_curves
