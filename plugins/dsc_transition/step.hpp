// SPDX-License-Identifier: BSD-3-Clause
// The glass transition of one DSC scan: lines on both sides, onset, midpoint, inflection, end, step of heat capacity, overshoot.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "peaks.hpp"

namespace sluice::dsc_transition {

enum class StepMethod {
    construct,  ///< two lines and the tangent at the inflection, as by hand
    model       ///< least squares of lines and a step between them
};

/// The step of the model, from 0 to 1: normal distribution or logistic function.
enum class StepShape { normal, logistic };

enum class StepStatus {
    ok,
    overshoot,       ///< an endothermic peak on the upper end of the step: it pulls the construct's onset up
    overlap,         ///< an exotherm begins before the liquid line: what depends on that line is extrapolated from behind it
    none,            ///< no step above the noise
    too_few_points,  ///< in the scan, or in a window that was given
    turns,           ///< heating and cooling in one curve
    modulated,       ///< temperature-modulated: this evaluation does not apply
    not_converged    ///< method model: the fit ended without a minimum inside its bounds
};

struct Range {
    double from = std::numeric_limits<double>::quiet_NaN(), to = std::numeric_limits<double>::quiet_NaN();
};

struct StepOptions {
    StepMethod method = StepMethod::construct;
    StepShape shape = StepShape::normal;
    std::optional<double> glass_from_K, glass_to_K, liquid_from_K, liquid_to_K;  ///< each nothing: chosen
    std::optional<double> near_K;  ///< only a step whose middle is within 15 K of it
    double slope_window_K = 6;     ///< full width
};

/// level + slope (T - reference), with the covariance of level and slope.
struct StepLine {
    double reference_K = 0;
    double level = std::numeric_limits<double>::quiet_NaN(), slope = std::numeric_limits<double>::quiet_NaN();
    std::array<double, 3> covariance{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(),
                                     std::numeric_limits<double>::quiet_NaN()};  ///< of level, of both, of slope

    [[nodiscard]] PeakValue at(double temperature_K) const;
};

struct StepResult {
    StepStatus status = StepStatus::none;
    PeakValue onset, midpoint, inflection, end;                        ///< K
    PeakValue heat_capacity_step;                                      ///< J/(g K), at the midpoint
    PeakValue overshoot;                                               ///< J/g above the liquid line; exactly 0 without one
    StepLine glass, liquid, tangent;                                   ///< W/g
    Range glass_window, liquid_window;                                 ///< K, as used
    double slope_window_K = std::numeric_limits<double>::quiet_NaN();  ///< as used: narrower for a narrow step
    double onset_bias = std::numeric_limits<double>::quiet_NaN();      ///< K, of the construct by its slope window; in no number
    double onset_shift = std::numeric_limits<double>::quiet_NaN();     ///< K, the largest change of onset by other windows
    double reduced_chi_square = std::numeric_limits<double>::quiet_NaN();  ///< of the model, with variances
    std::vector<double> curve;                                             ///< [n] of the scan, W/g: the model, else NaN

    [[nodiscard]] std::optional<StepLines> lines() const;  ///< for the peaks; nothing where both lines are not there
};

/// Finds the step and evaluates it.
///
/// Search (for what is not given): pairs of straight lines with a gap between them, over all places and gaps of 2 to 60 K. A
/// pair counts when the liquid line lies above the glass line (endothermic up, times the sign of the rate) by 8 standard
/// errors or more in the middle of the gap, neither line bends by more than 5 % of the step, and the data between go from one
/// to the other: a fraction of the step that falls below -0.25 is an exotherm (`overlap`, if the curve has risen half way
/// before), one above 4 a melting. The most significant pair wins. The windows then begin 2.6 half widths from the half
/// step and grow outward while their line holds: a parabola through the window, and a line less its last fifth,
/// deviate by less than 3.5 standard errors or 0.5 % (of the last fifth 1 %) of the step; to 12 half widths.
///
/// construct: lines by least squares on both windows. Inflection: maximum of the local slope (line through slope_window), then
/// of a cubic through twice that window. tangent: the line through slope_window about it. onset: tangent x glass line; end:
/// tangent x liquid line; midpoint: where the cubic is half way between the lines.
/// Bias: a slope over a window w is too small, which moves the onset down and the end up by about w^2 / (25 half width)
/// (normal) to w^2 / (20 half width) (logistic), half width = (end - onset) / 2. `onset_bias` is that number for this step. The
/// window used is at most 1.4 half widths, so the bias is at most a tenth of the half width.
///
/// model: y = glass(T) + S((T - midpoint) / half_width) (liquid(T) - glass(T)), fitted from the beginning of the glass window
/// to the end of the liquid window; points of an overshoot are left out. onset, end and inflection are those of the fitted
/// curve, so that without difference of slopes onset = midpoint - half_width.
///
/// heat_capacity_step = (liquid - glass) / rate at the midpoint. overshoot: integral over time of what lies above the liquid
/// line behind the first crossing. On cooling onset still is the end at the glass.
/// Weights are 1/variance (points of variance 0 are refused by NaN results); without variances all weigh the same and the
/// noise is that about the lines. onset_shift: largest change of onset when the inner ends of both windows move
/// by 0.3 half widths to either side, or the slope window by a third; of an overlap also to the slope window asked for. The
/// model's variances are multiplied by correlation_factor() of its residuals, so that drift and a wrong shape widen them.
/// overlap: the slope window is at most the way from the half step to where the exotherm turns the curve down. A step whose
/// upper half lies in the exotherm (6 J/g, 11 K behind its middle) has its onset within 0.6 K, onset_shift saying 0.7 K.
///
/// scan: as prepare() makes it, increasing temperature and finite, with a rate that is not NaN (else no heat capacity step).
/// Throws std::invalid_argument for windows that are empty or in the wrong order.
[[nodiscard]] StepResult evaluate_step(const Scan& scan, const StepOptions& options);

}  // namespace sluice::dsc_transition
