// SPDX-License-Identifier: BSD-3-Clause
// From a curve alone: its points in bins, and where the fit of a component may start.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "component_model.hpp"
#include "points.hpp"

namespace sluice::dma_peak {

/// Means of neighbouring points: some dozens stand for the curve where a search looks at it often.
struct Binned {
    std::vector<double> temperature_K, value, root_weight;
    [[nodiscard]] std::size_t size() const { return value.size(); }
};

/// Equal numbers of points in at most `most` bins. root_weight: of the points, 1/sigma each.
[[nodiscard]] Binned binned(const Points& points, std::span<const double> root_weight, std::size_t most);

/// Sum of the squared weighted residuals; infinite where the model has no value.
[[nodiscard]] double chi_square(const ComponentModel& model, const Binned& curve, std::span<const double> values);

/// A start with its chi_square().
struct ComponentStart {
    std::vector<double> values;  ///< [model.size()]
    double chi_square = std::numeric_limits<double>::infinity();
};

/// Starts for a model whose background is linear but for one or two numbers: over a grid of peaks and of these numbers the
/// heights follow by linear least squares. The best one for each background, best first; empty when no peak of the grid has a
/// height above 0. Not for Background::cole_cole.
[[nodiscard]] std::vector<ComponentStart> starts_on_grid(const ComponentModel& model, const Binned& curve);

/// Where the fit of the background alone may start: these values without the peak, or with the tail of the grid, its amplitudes
/// solved for, that describes the curve best.
[[nodiscard]] std::vector<double> background_on_grid(const ComponentModel& model, const Binned& curve,
                                                     std::span<const double> values);

/// Starts for Background::cole_cole from the fit of the same peak on an arrhenius background below the flank, whose tail is
/// that of the relaxation looked for.
[[nodiscard]] std::vector<ComponentStart> starts_from_tail(const ComponentModel& model, const Binned& curve,
                                                           std::span<const double> with_arrhenius, double reference_K);

}  // namespace sluice::dma_peak
