// SPDX-License-Identifier: BSD-3-Clause
// Where the lines of a glass transition may be fitted: the search for a step between two straight stretches.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "step.hpp"

namespace sluice::dsc_transition {

/// A curve that is searched: T increases, y upward at the step.
struct StepCurve {
    std::vector<double> T, y;
    double noise = 0;  ///< standard deviation of one point
};

/// At most 1200 points, means over equal pieces of temperature; y times `sign`. Noise: from the median distance of a point from
/// the line between its neighbours.
[[nodiscard]] StepCurve search_curve(const Scan& scan, double sign);

struct FoundStep {
    StepStatus status = StepStatus::none;  ///< ok, overshoot, overlap, none
    Range glass, liquid;
    double middle_K = 0;                                            ///< half step
    double half_width_K = 0;                                        ///< half the way from extrapolated onset to end, roughly
    double step = 0;                                                ///< unit of y
    double falls_from_K = std::numeric_limits<double>::infinity();  ///< where an exotherm on the step turns the curve down
};

[[nodiscard]] FoundStep find_step(const StepCurve& curve, const StepOptions& options);

}  // namespace sluice::dsc_transition
