// SPDX-License-Identifier: BSD-3-Clause
// The evaluation of a step: windows, method, systematic changes, overshoot, and signs for cooling.
#include "step.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "step_data.hpp"
#include "windows.hpp"

namespace sluice::dsc_transition {
namespace {

using numerics::fail;
constexpr std::size_t fewest_points = 20;

void check_order(const char* lower, const std::optional<double>& from, const char* upper, const std::optional<double>& to) {
    if (from && to && !(*from < *to))
        fail<std::invalid_argument>(lower, " = ", *from, " K, must be below ", upper, " = ", *to, " K.");
}

void check_options(const StepOptions& options) {
    check_order("glass_from", options.glass_from_K, "glass_to", options.glass_to_K);
    check_order("glass_to", options.glass_to_K, "liquid_from", options.liquid_from_K);
    check_order("liquid_from", options.liquid_from_K, "liquid_to", options.liquid_to_K);
    check_order("glass_from", options.glass_from_K, "liquid_to", options.liquid_to_K);
    if (!(options.slope_window_K > 0))
        fail<std::invalid_argument>("slope_window = ", options.slope_window_K, " K, must be above 0.");
}

StepData data_of(const Scan& scan) {
    StepData out;
    out.T = scan.temperature_K;
    out.variances = scan.variances;
    out.sign = scan.rate_K_s < 0 ? -1 : 1;
    out.rate = std::abs(scan.rate_K_s);
    for (const double each : scan.heat_flow_W_g) out.y.push_back(out.sign * each);
    return out;
}

/// Scatter about both lines together: the noise that a tangent through the step has too, but not its curvature.
double pooled_noise(const StepData& data, const StepWindows& windows) {
    const auto glass = fit_powers(data, windows.glass, windows.middle_K, 1);
    const auto liquid = fit_powers(data, windows.liquid, windows.middle_K, 1);
    const auto freedom = static_cast<double>(glass.degrees_of_freedom() + liquid.degrees_of_freedom());
    return glass.solved && liquid.solved && freedom > 0 ? std::sqrt((glass.chi_square + liquid.chi_square) / freedom) : 0;
}

/// The model starts from the construct of the windows first chosen.
StepNumbers evaluated(const StepData& data, const StepWindows& windows, const StepNumbers& start, StepMethod method,
                      StepShape shape) {
    return method == StepMethod::construct ? construct_step(data, windows) : model_step(data, windows, start, shape);
}

// --- systematic changes ------------------------------------------------------------------------------------------------------

/// How far a slope over `window` moves the onset of a step of this shape: the slope of the line through S over the window.
double bias_of(StepShape shape, double window, double apparent_half_width) {
    double half_width = apparent_half_width;
    for (int round = 0; round < 20; ++round) {  // the width itself comes out of the slope that is too small
        const double reach = window / 2 / half_width;
        double sum = 0, squares = 0;
        constexpr int nodes = 50;
        for (int k = 0; k < nodes; ++k) {
            const double u = reach * (k + 0.5) / nodes;
            sum += u * (rise(shape, u).value - 0.5);
            squares += u * u;
        }
        half_width = apparent_half_width * (2 * sum / squares);
    }
    return half_width - apparent_half_width;
}

std::vector<StepWindows> other_windows(const StepWindows& windows) {
    const double shift = 0.3 * windows.half_width_K;
    std::vector<StepWindows> out(6, windows);
    out[0].glass.to += shift;
    out[1].glass.to -= shift;
    out[2].liquid.from += shift;
    out[3].liquid.from -= shift;
    out[4].slope_window_K *= 4.0 / 3;
    out[5].slope_window_K *= 2.0 / 3;
    return out;
}

/// The model has no inner ends; it is fitted over shorter ranges, and with the other shape.
std::vector<StepWindows> other_ranges(const StepWindows& windows) {
    std::vector<StepWindows> out(2, windows);
    out[0].glass.from = (windows.glass.from + windows.glass.to) / 2;
    out[1].liquid.to = (windows.liquid.from + windows.liquid.to) / 2;
    return out;
}

/// numbers: of the windows chosen; the model starts there.
double largest_shift(const StepData& data, const StepWindows& windows, const StepNumbers& numbers, const StepOptions& options) {
    double largest = 0;
    const auto take = [&](const StepWindows& each, StepShape shape) {
        const double other = evaluated(data, each, numbers, options.method, shape).onset.value;
        if (std::isfinite(other)) largest = std::max(largest, std::abs(other - numbers.onset.value));
    };
    const bool model = options.method == StepMethod::model;
    for (const auto& each : model ? other_ranges(windows) : other_windows(windows)) take(each, options.shape);
    if (model) take(windows, options.shape == StepShape::normal ? StepShape::logistic : StepShape::normal);
    return largest;
}

// --- overshoot ---------------------------------------------------------------------------------------------------------------

/// First temperature behind the middle at which the mean of three points lies above the liquid line; NaN without one.
double first_above(const StepData& data, const StepLine& liquid, const StepWindows& windows) {
    for (std::size_t i = 1; i + 1 < data.T.size(); ++i) {
        if (data.T[i] <= windows.middle_K || data.T[i] >= windows.liquid.from) continue;
        const double mean = (data.y[i - 1] + data.y[i] + data.y[i + 1]) / 3;
        if (mean > (liquid.at(data.T[i - 1]).value + liquid.at(data.T[i]).value + liquid.at(data.T[i + 1]).value) / 3)
            return data.T[i];
    }
    return std::numeric_limits<double>::quiet_NaN();
}

/// Trapezoids of y - line over T, divided by the rate.
PeakValue area_above(const StepData& data, const StepLine& liquid, double from, double to) {
    double area = 0, noise = 0, weights = 0, moments = 0;
    for (std::size_t i = 1; i + 1 < data.T.size(); ++i) {
        if (data.T[i] < from || data.T[i] > to) continue;
        const double weight = (data.T[i + 1] - data.T[i - 1]) / 2;
        const double variance = data.variances.empty() ? data.noise * data.noise : data.variances[i];
        area += weight * (data.y[i] - liquid.at(data.T[i]).value);
        noise += weight * weight * variance;
        weights += weight;
        moments += weight * (data.T[i] - liquid.reference_K);
    }
    const auto& c = liquid.covariance;
    const double line = weights * weights * c[0] + 2 * weights * moments * c[1] + moments * moments * c[2];
    return {area / data.rate, (noise + line) / (data.rate * data.rate)};
}

StepLine with_sign(StepLine line, double sign) {
    line.level *= sign;
    line.slope *= sign;
    return line;
}

void take_over(const StepNumbers& numbers, double sign, StepResult& out) {
    out.onset = numbers.onset;
    out.midpoint = numbers.midpoint;
    out.inflection = numbers.inflection;
    out.end = numbers.end;
    out.heat_capacity_step = numbers.heat_capacity_step;
    out.glass = with_sign(numbers.glass, sign);
    out.liquid = with_sign(numbers.liquid, sign);
    out.tangent = with_sign(numbers.tangent, sign);
    out.slope_window_K = numbers.slope_window_K;
    out.reduced_chi_square = numbers.reduced_chi_square;
    if (!numbers.curve.empty()) out.curve = numbers.curve;
}

}  // namespace

PeakValue StepLine::at(double temperature_K) const {
    const double x = temperature_K - reference_K;
    return {level + slope * x, covariance[0] + 2 * x * covariance[1] + x * x * covariance[2]};
}

std::optional<StepLines> StepResult::lines() const {
    if (!std::isfinite(onset.value) || !std::isfinite(end.value) || !std::isfinite(glass.slope) || !std::isfinite(liquid.slope))
        return std::nullopt;
    const double middle = inflection.value;
    return StepLines{glass_window.to, liquid_window.from,      onset.value, end.value, middle, glass.at(middle).value,
                     glass.slope,     liquid.at(middle).value, liquid.slope};
}

StepResult evaluate_step(const Scan& scan, const StepOptions& options) {
    check_options(options);
    StepResult out;
    out.curve.assign(scan.temperature_K.size(), std::numeric_limits<double>::quiet_NaN());
    out.status = StepStatus::too_few_points;
    if (scan.temperature_K.size() < fewest_points || !(scan.temperature_K.back() > scan.temperature_K.front())) return out;
    StepData data = data_of(scan);
    const auto found = find_step(search_curve(scan, data.sign), options);
    out.status = found.status;
    if (found.status == StepStatus::none) return out;
    StepWindows windows{found.glass,        found.liquid,           found.middle_K,
                        found.half_width_K, options.slope_window_K, std::numeric_limits<double>::infinity()};
    out.glass_window = found.glass;
    out.liquid_window = found.liquid;
    data.noise = pooled_noise(data, windows);
    if (found.status == StepStatus::overlap) {  // the upper part of the step is the exotherm's already
        windows.slope_window_K = std::min(windows.slope_window_K, found.falls_from_K - found.middle_K);
        windows.overshoot_from_K = std::min(found.middle_K + found.half_width_K, (found.middle_K + found.falls_from_K) / 2);
    }
    const auto construct = construct_step(data, windows);
    const bool over = found.status == StepStatus::overshoot;
    const double above = over ? first_above(data, construct.liquid, windows) : std::numeric_limits<double>::quiet_NaN();
    if (over) windows.overshoot_from_K = above - found.half_width_K / 4;
    const auto numbers = evaluated(data, windows, construct, options.method, options.shape);
    if (!numbers.solved)
        out.status = StepStatus::too_few_points;
    else if (!numbers.converged)
        out.status = StepStatus::not_converged;
    if (!numbers.solved || !numbers.converged) return out;
    take_over(numbers, data.sign, out);
    const bool by_construct = options.method == StepMethod::construct;
    out.onset_bias = by_construct ? bias_of(options.shape, numbers.slope_window_K, (out.end.value - out.onset.value) / 2) : 0;
    out.onset_shift = largest_shift(data, windows, numbers, options);
    if (by_construct && found.status == StepStatus::overlap) {  // its window was narrowed: what the one asked for would give
        windows.slope_window_K = options.slope_window_K;
        const double wide = construct_step(data, windows).onset.value;
        if (std::isfinite(wide)) out.onset_shift = std::max(out.onset_shift, std::abs(wide - out.onset.value));
    }
    if (over) out.overshoot = area_above(data, numbers.liquid, above, windows.liquid.from);
    return out;
}

}  // namespace sluice::dsc_transition
