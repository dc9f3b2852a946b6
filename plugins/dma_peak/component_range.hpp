// SPDX-License-Identifier: BSD-3-Clause
// Which points of a curve a component is fitted to when its range is not given.
#pragma once

#include <cstddef>
#include <optional>

#include "component.hpp"
#include "component_start.hpp"
#include "points.hpp"

namespace sluice::dma_peak {

inline constexpr std::size_t most_bins = 48;  ///< of a curve, for all searches

/// How far up a fit reaches by itself. flank: to where the curve behind the peak or shoulder first exceeds 1.5 times its lowest
/// value since, or the last point; valley: to the bin of that lowest value.
enum class Upper { flank, valley };

/// That temperature, from `near_K` on; without, from where the logarithmic slope is smallest between two steeper rises.
[[nodiscard]] double upper_end_K(const Binned& curve, const std::optional<double>& near_K, Upper upper);

/// The points to fit: none of a curve that turns, all where options.to_K is given or the background is cole_cole, up to the
/// valley for a polynomial, else to the flank.
[[nodiscard]] Points range_of(const Points& all, const ComponentOptions& options);

}  // namespace sluice::dma_peak
