// SPDX-License-Identifier: BSD-3-Clause
// How results are written to the outputs of an item, and what is warned of.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "convert.hpp"
#include "peaks.hpp"
#include "step.hpp"

namespace sluice::dsc_transition {

inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
inline constexpr const char* peak_ports[] = {"peak_temperature", "peak_height", "peak_onset", "peak_end", "peak_enthalpy"};

inline void fill(const sdk::Item& item, const char* port, double value) {
    std::fill(item.out(port).begin(), item.out(port).end(), value);
}

/// A column over the prepared points back to the places of the data; NaN where no point was used.
inline void scatter(const sdk::Item& item, const char* port, const std::vector<double>& values, const Prepared& prepared) {
    fill(item, port, not_known);
    for (std::size_t i = 0; i < values.size(); ++i) item.out(port)[prepared.position[i]] = values[i];
}

inline void write_step(const sdk::Item& item, const StepResult& result) {
    sdk::write(item, "onset", result.onset);
    sdk::write(item, "midpoint", result.midpoint);
    sdk::write(item, "inflection", result.inflection);
    sdk::write(item, "end", result.end);
    sdk::write(item, "heat_capacity_step", result.heat_capacity_step);
    sdk::write(item, "overshoot", result.overshoot);
    item.out("onset_bias")[0] = result.onset_bias;
    item.out("onset_shift")[0] = result.onset_shift;
    item.out("step_chi_square")[0] = result.reduced_chi_square;
    item.out("glass_from")[0] = result.glass_window.from;
    item.out("glass_to")[0] = result.glass_window.to;
    item.out("liquid_from")[0] = result.liquid_window.from;
    item.out("liquid_to")[0] = result.liquid_window.to;
    item.out("slope_window")[0] = result.slope_window_K;
    item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
}

inline void write_lines(const sdk::Item& item, const StepResult& result) {
    const auto temperature = item.coordinate("data", "temperature");
    sdk::write_curve(item, "glass_line", result.glass, temperature);
    sdk::write_curve(item, "liquid_line", result.liquid, temperature);
    const auto tangent = item.out("tangent");
    for (std::size_t i = 0; i < temperature.size(); ++i) {
        const bool on_it = temperature[i] >= result.onset.value && temperature[i] <= result.end.value;
        tangent[i] = on_it ? result.tangent.at(temperature[i]).value : not_known;
    }
}

inline void write_peak_value(const sdk::Item& item, const char* port, std::size_t i, const PeakValue& value) {
    item.out(port)[i] = value.value;
    item.out_variances(port)[i] = value.variance;
    item.out_mask(port)[i] = std::isnan(value.value);
}

inline void write_peak(const sdk::Item& item, std::size_t i, const Peak& peak) {
    const PeakValue values[] = {peak.temperature, peak.height, peak.onset, peak.end, peak.enthalpy};
    for (std::size_t k = 0; k < std::size(peak_ports); ++k) write_peak_value(item, peak_ports[k], i, values[k]);
    item.out("peak_from")[i] = peak.from_K;
    item.out("peak_to")[i] = peak.to_K;
    for (const auto* port : {"peak_from", "peak_to"}) item.out_mask(port)[i] = std::isnan(item.out(port)[i]);
    item.out<std::int8_t>("peak_status")[i] = static_cast<std::int8_t>(peak.status);
}

inline StepStatus status_of(ScanFault fault) {
    switch (fault) {
        case ScanFault::turns:
            return StepStatus::turns;
        case ScanFault::modulated:
            return StepStatus::modulated;
        case ScanFault::none:
        case ScanFault::too_few_points:
            break;
    }
    return StepStatus::too_few_points;
}

inline void warn(const sdk::Context& context, StepStatus status) {
    switch (status) {
        case StepStatus::ok:
        case StepStatus::none:
            return;
        case StepStatus::overshoot:
            return context.warn(
                "an enthalpy overshoot lies on the step: it moves the tangent, and with it onset and inflection, up; see "
                "the outputs status and overshoot");
        case StepStatus::overlap:
            return context.warn(
                "an exotherm begins on the step or close behind it, so the liquid line is not sure: see the outputs "
                "status, liquid_from and liquid_to");
        case StepStatus::too_few_points:
            return context.warn("a curve has too few points: see the output status");
        case StepStatus::turns:
            return context.warn(
                "a curve holds a heating and a cooling, which are not mixed: see the output status. Split it where it "
                "is loaded (parameter segments of text_source)");
        case StepStatus::modulated:
            return context.warn(
                "the temperature of a scan oscillates about its course, as in temperature-modulated DSC, which this plugin "
                "does not separate: see the output status");
        case StepStatus::not_converged:
            return context.warn("the model of a step did not converge: see the output status");
    }
}

}  // namespace sluice::dsc_transition
