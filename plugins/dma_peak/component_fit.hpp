// SPDX-License-Identifier: BSD-3-Clause
// Least squares of a component model: bounds, the search over starts, and what correlated residuals do to the errors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sluice/numerics/least_squares.hpp>

#include "component_model.hpp"
#include "component_start.hpp"
#include "points.hpp"

namespace sluice::dma_peak {

/// A model fitted to points: what curves and numbers come from.
struct FittedModel {
    ComponentModel model;
    std::vector<double> values, covariance;  ///< [model.size()], and its square
};

/// Points with their weights. Without variances they all weigh the same: by the root mean square of the values, so that
/// residuals are of the same size in any unit.
struct Weighted {
    Points points;
    std::vector<double> root_weight;

    [[nodiscard]] bool known() const { return !points.variance.empty(); }
};

[[nodiscard]] Weighted weighted(Points points);

/// Which parameters a fit may move.
enum class Freedom { all, no_tail, arrhenius_tail, background_only };

/// One fit from one start, in at most this number of iterations. no_tail: the amplitude of the tail is 0 and its
/// numbers stay; arrhenius_tail: the temperature of a vogel_fulcher_tammann tail is 0; background_only: the peak has height 0.
[[nodiscard]] numerics::FitReport fit_from(const ComponentModel& model, const Binned& curve, std::vector<double> start,
                                           Freedom freedom, std::ptrdiff_t iterations);

/// The best fit from three starts, or from two that agree: each is first led to its valley on the bins, the lowest one is fitted
/// to all points.
[[nodiscard]] numerics::FitReport fit_best(const ComponentModel& model, const Binned& points, const Binned& bins,
                                           const std::vector<ComponentStart>& starts, Freedom freedom);

/// By how much residuals that hang together make the variances of a fit larger than independent ones; at least 1. The larger
/// one of two estimates: the variance of sums over blocks (four blocks per parameter) over that of independent residuals, each
/// divided by what the fit leaves of it; and (1 + r)/(1 - r) of a first-order autoregression, r the correlation of neighbours,
/// when r > 3/sqrt(points), at most points/(2 parameters).
[[nodiscard]] double drift_factor(const ComponentModel& model, const Binned& points, std::span<const double> values);

/// Sum of the squared weighted differences from the mean: what there is to describe.
[[nodiscard]] double centred_square(const Binned& curve);

/// First-order variance of a number with these derivatives; 0 of a parameter that was fixed.
[[nodiscard]] double propagated(std::span<const double> covariance, std::span<const double> slopes);

}  // namespace sluice::dma_peak
