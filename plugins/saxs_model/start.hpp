// SPDX-License-Identifier: BSD-3-Clause
// Where the fit begins: a search over the nonlinear parameters, the amplitudes solved for each.
#pragma once

#include <vector>

#include "points.hpp"

namespace sluice::saxs_model {

/// Candidates, best first: the lowest of a grid over radius, spread, own parameters of the form, hard-sphere radius and
/// volume fraction, apart from each other in the radius. Radii from 0.8/q_last to 6/q_first, in steps of 0.5/q_last or 3 %, so
/// that no valley of the oscillating P is passed over; a start given narrows its parameter to within a third of it.
/// Amplitudes within their bounds by linear least squares.
[[nodiscard]] std::vector<Values> start_of(const Points& coarse_points, const Options& options);

}  // namespace sluice::saxs_model
