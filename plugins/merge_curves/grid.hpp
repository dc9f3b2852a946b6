// SPDX-License-Identifier: BSD-3-Clause
// The points of the merged curve: which native point each one is, and its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "curves.hpp"
#include "match.hpp"

namespace sluice::merge_curves {

enum class Keep { both, first, second };  ///< in the overlap

/// A point of the merged curve: an index into the first grid, into the second, or both where they share a q; -1: none.
struct Source {
    std::ptrdiff_t first, second;
};

struct Grid {
    std::vector<double> q;  ///< strictly increasing
    std::vector<Source> sources;
};

/// The points of both grids, sorted; where `keep` says so, without those of the other one in `range`. Points of equal q (to
/// 1e-9) are one. q_first, q_second: strictly increasing.
[[nodiscard]] Grid merged_grid(std::span<const double> q_first, std::span<const double> q_second, Keep keep, const Range& range);

/// Gives points of q that are points of q_first to 1e-9 (rounding of a change of unit) exactly that value, so that they are in
/// the overlap and are compared as they are. Both: strictly increasing, and so they stay.
void align(std::span<double> q, std::span<const double> q_first);

struct Merged {
    std::span<double> values;      ///< [rows * grid]
    std::span<double> variances;   ///< the same, or empty
    std::span<std::uint8_t> mask;  ///< the same
};

/// A as it is, and B / scale - offset with the variance var_B / scale^2: the errors of scale and offset, which all points of B
/// share, are not in it. Where both have a point at one q, their mean weighted by 1 / variance (plain without variances), or
/// the one that is not masked or NaN. Masks are taken over; a match without result leaves B masked and NaN.
void merge(const Curves& first, const Curves& second, const Grid& grid, const Match& match, const Merged& out);

}  // namespace sluice::merge_curves
