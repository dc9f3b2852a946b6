// SPDX-License-Identifier: BSD-3-Clause
// The tails of the invariant: a form fitted to the points at one end, integrated beyond them in closed form.
#pragma once

#include "points.hpp"

namespace sluice::porod_invariant {

struct Tail {
    Status status = Status::ok;
    Part part;         ///< its fraction is known once the total is
    TailFit fit;
    Doubles gradient;  ///< d(part)/dI over all points
};

/// The integral of q^2 I from 0 to the first point, by the form that the options name. Errors as integrate().
[[nodiscard]] Tail low_tail(const Options& options, const Points& points);

/// The integral from the last point to infinity.
[[nodiscard]] Tail high_tail(const Options& options, const Points& points);

}  // namespace sluice::porod_invariant
