// SPDX-License-Identifier: BSD-3-Clause
// What the two methods of evaluating a step share: the curve with its step upward, the lines beside it, and one evaluation.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include <sluice/numerics/linear_fit.hpp>

#include "step.hpp"
#include "windows.hpp"

namespace sluice::dsc_transition {

/// The whole scan with y = sign * heat flow, so that the step goes up; variances may be empty.
struct StepData {
    std::span<const double> T;
    std::vector<double> y;
    std::span<const double> variances;
    double noise = 0;  ///< used in place of variances: about the lines
    double sign = 1;   ///< of the rate
    double rate = 1;   ///< |K/s|; NaN where not known
};

/// Windows and rough size of the step that an evaluation starts from.
struct StepWindows {
    Range glass, liquid;
    double middle_K = 0, half_width_K = 0;
    double slope_window_K = 6;
    double overshoot_from_K =
        std::numeric_limits<double>::infinity();  ///< from here to the liquid window is left out of the model
};

struct StepNumbers {
    bool solved = false;
    bool converged = true;  ///< model only
    PeakValue onset, midpoint, inflection, end, heat_capacity_step;
    StepLine glass, liquid, tangent;
    double slope_window_K = std::numeric_limits<double>::quiet_NaN();
    double reduced_chi_square = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> curve;  ///< model only
};

/// Coefficients of powers of T - reference, over from <= T <= to, weighted by the variances or else by the noise alone (the
/// covariance is then that of this noise, not of the scatter about the fit).
[[nodiscard]] numerics::LinearFit fit_powers(const StepData& data, const Range& range, double reference, int degree);

/// The line over a window; sets no noise.
[[nodiscard]] StepLine line_of(const numerics::LinearFit& fit, double reference);

[[nodiscard]] StepNumbers construct_step(const StepData& data, const StepWindows& windows);

/// Starts from what the construct found.
[[nodiscard]] StepNumbers model_step(const StepData& data, const StepWindows& windows, const StepNumbers& start, StepShape shape);

/// S and its derivative by u; S(u) rises from 0 to 1 with S'(0) = 1/2, so that its tangent at u = 0 spans -1 to 1.
struct Rise {
    double value = 0, slope = 0;
};
[[nodiscard]] Rise rise(StepShape shape, double u);

}  // namespace sluice::dsc_transition
