// SPDX-License-Identifier: BSD-3-Clause
// Amplitudes by linear least squares within bounds, and the way down into a valley: what the search is made of.
#pragma once

#include "points.hpp"

namespace sluice::saxs_model {

/// The amplitudes that fit best for given nonlinear parameters, within their bounds; returns the weighted sum of squares.
double solve_amplitudes(const Points& points, const Shape& shape, const Options& options, Values& values);

/// Levenberg-Marquardt steps over all free parameters, projected into the bounds: into the valley that `values` is in, and
/// some way down. Returns the weighted sum of squares there.
double descend(const Points& points, const Options& options, Values& values);

}  // namespace sluice::saxs_model
