// SPDX-License-Identifier: BSD-3-Clause
// Peaks that share a baseline: where they begin and end, and the flanks that the baseline is fitted to.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "peak_baseline.hpp"
#include "peak_search.hpp"

namespace sluice::dsc_transition {

constexpr std::size_t fewest_beside = 3;  ///< points of a flank

/// Peaks with one baseline: over points first .. last.
struct Group {
    std::size_t first = 0, last = 0;
    Flank left, right;
    bool overlap = false;  ///< with a glass transition
    std::vector<Apex> apexes;
};

/// Whether what the stretch has beyond its levels is the overshoot of a step.
[[nodiscard]] bool is_overshoot(const Stretch& stretch);

/// The peaks of a stretch, with limits beside a step where their own flanks end.
[[nodiscard]] Group group_of(const PeakPoints& points, const PeakSearch& search, const PeakOptions& options,
                             const Stretch& stretch);

/// Without apexes; the flanks are a window beside either end, outside of the step and of other ranges.
[[nodiscard]] Group group_of_range(const PeakPoints& points, const PeakOptions& options, const std::optional<StepLines>& step,
                                   std::pair<double, double> range);

}  // namespace sluice::dsc_transition
