// SPDX-License-Identifier: BSD-3-Clause
// How smooth a curve is to be: the criteria, and the windows and penalties that are tried.
#pragma once

#include <span>

#include "kernel.hpp"
#include "local_smoother.hpp"
#include "spline.hpp"

namespace sluice::smoothing {

/// Of a smooth curve, over the points used that have a value.
struct Measure {
    double residual = 0;  ///< chi^2, or the sum of squares
    double trace = 0;     ///< tr H
    double points = 0;
    [[nodiscard]] double freedom() const { return points - trace; }
};

/// Points of variance 0 count in all but the residual; where all are 0, as without variances.
[[nodiscard]] Measure measure(const Smooth& smooth, const Points& points);

/// The one given, else the one that suits the data; gcv where there are no variances, or none above 0.
[[nodiscard]] Criterion criterion_of(const Options& options, bool variances);

/// Given by the options, else chosen: see smooth(). A window that leaves points used without a value is not chosen if another
/// serves all.
[[nodiscard]] Window window_of(LocalSmoother& smoother, const Points& points, const Options& options);

/// Given by the options, else chosen, or such that tr H is as asked. weighted: by variances.
/// Throws std::invalid_argument when degrees_of_freedom is not between 2 and the number of points.
[[nodiscard]] double penalty_of(const SmoothingSpline& spline, std::span<const double> y, const Options& options, bool weighted);

}  // namespace sluice::smoothing
