// SPDX-License-Identifier: BSD-3-Clause
// The map: units, sign, mass and rate of a DSC curve here; the glass transition and the peaks in the kernels.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "convert.hpp"
#include "peaks.hpp"
#include "step.hpp"

namespace sluice::dsc_transition {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
constexpr const char* peak_ports[] = {"peak_temperature", "peak_height", "peak_onset", "peak_end", "peak_enthalpy"};

// --- what the recipe and the facts say ---------------------------------------------------------------------------------------

bool parameter_given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

bool converts(const sdk::Setup& setup, const std::string& from, const char* to) {
    try {
        return setup.context().unit_factor(from, to) != 0;
    } catch (const sdk::RecipeError&) {
        return false;
    }
}

/// Whether the data are per mass already. Throws where they are neither.
bool is_specific(const sdk::Setup& setup) {
    const auto unit = setup.input("data").unit();
    if (converts(setup, unit, "W/g")) return true;
    if (converts(setup, unit, "W")) return false;
    throw sdk::RecipeError("the data have the unit '" + unit +
                           "'; a heat flow is needed, in a unit that converts to W/g or to W. "
                           "Set the unit where the data are loaded.");
}

double sign_of(const sdk::Setup& setup) {
    const auto told = setup.input("data").fact_text("exo");
    const auto exo = setup.parameters().optional_text("exo");
    const auto chosen = exo ? exo : told;
    if (!chosen)
        throw sdk::RecipeError(
            "it is not known whether exothermic points up or down: the data have no fact 'exo'. Set the "
            "parameter exo to up or down.");
    if (*chosen == "up") return -1;
    if (*chosen == "down") return 1;
    throw sdk::RecipeError("the fact 'exo' of the data is '" + *chosen + "', must be up or down. Set the parameter exo.");
}

struct Known {
    bool specific = true;
    double factor = 1;               ///< to W/g with endothermic up, or to W
    std::optional<double> mass_g;    ///< by the fact
    std::optional<double> rate_K_s;  ///< by the fact
};

Known known_of(const sdk::Setup& setup) {
    const auto data = setup.input("data");
    if (data.fact("modulated"))
        throw sdk::RecipeError(
            "the data are temperature-modulated (fact 'modulated'): onset, step and enthalpies of a total heat "
            "flow need its separation first, which this plugin does not do. Give an unmodulated scan, or the "
            "reversing heat flow without that fact.");
    Known known;
    known.specific = is_specific(setup);
    known.factor = sign_of(setup) * setup.context().unit_factor(data.unit(), known.specific ? "W/g" : "W");
    known.mass_g = data.fact_number("mass", "g");
    known.rate_K_s = data.fact_number("heating_rate", "K/s");
    if (!known.specific && !parameter_given(setup, "mass") && !known.mass_g)
        throw sdk::RecipeError("the heat flow is in '" + data.unit() +
                               "' and the mass of the sample is not known: the data have no "
                               "fact 'mass'. Set the parameter mass.");
    if (!data.coordinate_unit("time") && !parameter_given(setup, "heating_rate") && !known.rate_K_s)
        throw sdk::RecipeError(
            "the heating rate is not known: the data have neither a coordinate 'time' along their temperature nor "
            "the fact 'heating_rate'. Set the parameter heating_rate.");
    return known;
}

StepOptions step_options_of(const sdk::Parameters& parameters) {
    StepOptions options;
    options.method = parameters.text("method") == "model" ? StepMethod::model : StepMethod::construct;
    options.shape = parameters.text("shape") == "logistic" ? StepShape::logistic : StepShape::normal;
    options.glass_from_K = parameters.optional_number("glass_from");
    options.glass_to_K = parameters.optional_number("glass_to");
    options.liquid_from_K = parameters.optional_number("liquid_from");
    options.liquid_to_K = parameters.optional_number("liquid_to");
    options.near_K = parameters.optional_number("near");
    options.slope_window_K = parameters.number("slope_window");
    return options;
}

PeakOptions peak_options_of(const sdk::Parameters& parameters) {
    PeakOptions options;
    options.baseline = parameters.text("baseline") == "sigmoidal" ? PeakBaseline::sigmoidal : PeakBaseline::linear;
    options.max_peaks = parameters.integer("max_peaks");
    options.threshold = parameters.number("threshold");
    const auto ranges = nlohmann::json::parse(parameters.json("peak_ranges"));
    for (const auto& each : ranges) options.ranges_K.emplace_back(each.at(0).get<double>(), each.at(1).get<double>());
    for (const auto& [from, to] : options.ranges_K)
        if (!(from < to)) throw sdk::RecipeError("a pair of peak_ranges must go upwards in temperature. Swap its two numbers.");
    return options;
}

// --- outputs -----------------------------------------------------------------------------------------------------------------

void fill(const sdk::Item& item, const char* port, double value) {
    std::fill(item.out(port).begin(), item.out(port).end(), value);
}

/// A column over the prepared points back to the places of the data; NaN where no point was used.
void scatter(const sdk::Item& item, const char* port, const std::vector<double>& values, const Prepared& prepared) {
    fill(item, port, not_known);
    for (std::size_t i = 0; i < values.size(); ++i) item.out(port)[prepared.position[i]] = values[i];
}

void write_step(const sdk::Item& item, const StepResult& result) {
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

void write_lines(const sdk::Item& item, const StepResult& result) {
    const auto temperature = item.coordinate("data", "temperature");
    sdk::write_curve(item, "glass_line", result.glass, temperature);
    sdk::write_curve(item, "liquid_line", result.liquid, temperature);
    const auto tangent = item.out("tangent");
    for (std::size_t i = 0; i < temperature.size(); ++i) {
        const bool on_it = temperature[i] >= result.onset.value && temperature[i] <= result.end.value;
        tangent[i] = on_it ? result.tangent.at(temperature[i]).value : not_known;
    }
}

void write_peak_value(const sdk::Item& item, const char* port, std::size_t i, const PeakValue& value) {
    item.out(port)[i] = value.value;
    item.out_variances(port)[i] = value.variance;
    item.out_mask(port)[i] = std::isnan(value.value);
}

void write_peak(const sdk::Item& item, std::size_t i, const Peak& peak) {
    const PeakValue values[] = {peak.temperature, peak.height, peak.onset, peak.end, peak.enthalpy};
    for (std::size_t k = 0; k < std::size(peak_ports); ++k) write_peak_value(item, peak_ports[k], i, values[k]);
    item.out("peak_from")[i] = peak.from_K;
    item.out("peak_to")[i] = peak.to_K;
    for (const auto* port : {"peak_from", "peak_to"}) item.out_mask(port)[i] = std::isnan(item.out(port)[i]);
    item.out<std::int8_t>("peak_status")[i] = static_cast<std::int8_t>(peak.status);
}

StepStatus status_of(ScanFault fault) {
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

void warn(const sdk::Context& context, StepStatus status) {
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

class DscTransition : public sdk::Map {
public:
    explicit DscTransition(const sdk::Setup& setup)
        : known_(known_of(setup)),
          step_(step_options_of(setup.parameters())),
          peaks_(peak_options_of(setup.parameters())),
          start_up_K_(setup.parameters().number("start_up")) {}

    static void probe(const sdk::Probe& probe) {
        known_of(probe);
        const auto options = peak_options_of(probe.parameters());
        const auto ranges = static_cast<std::int64_t>(options.ranges_K.size());
        const std::int64_t places = ranges > 0 ? ranges : options.max_peaks;
        for (const auto* port : peak_ports) probe.output(port).set_dims({{"peak", places}});
        for (const auto* port : {"peak_from", "peak_to", "peak_status"}) probe.output(port).set_dims({{"peak", places}});
        for (const auto* port : {"onset", "midpoint", "inflection", "end", "heat_capacity_step", "step_curve"})
            probe.output(port).set_fact("method", probe.parameters().text("method"));
        for (const auto* port : {"peak_enthalpy", "peak_onset", "peak_end", "baseline"})
            probe.output(port).set_fact("baseline", probe.parameters().text("baseline"));
        probe.output("heat_flow").set_fact("exo", "down");
        probe.output("status").set_fact(
            "status_codes", "0 ok, 1 overshoot, 2 overlap, 3 none, 4 too_few_points, 5 turns, 6 modulated, 7 not_converged");
        probe.output("peak_status").set_fact("status_codes", "0 ok, 1 overlap, 2 at_edge, 3 too_few_points, 4 none, 5 turns");
        if (const auto fact = probe.input("data").fact_text("exo")) probe.output("heat_flow").set_fact("exo_of_data", *fact);
    }

    void run(const sdk::Item& item) const {
        const Measured measured{item.coordinate("data", "temperature"), item.values("data"), item.variances("data"),
                                item.coordinate("data", "time"), item.mask("data")};
        const Conversion conversion = conversion_of(item);
        write_heat_flow(item, measured, conversion.factor);
        const auto prepared = prepare(measured, conversion);
        item.out("rate")[0] = prepared.rate_K_s;
        item.out<std::int64_t>("points_left_out")[0] = prepared.left_out;
        StepResult step;
        if (prepared.fault == ScanFault::none)
            step = evaluate_step(prepared.scan(), step_);
        else
            step.status = status_of(prepared.fault);
        write_step(item, step);
        write_lines(item, step);
        scatter(item, "step_curve", step.curve, prepared);
        write_peaks(item, prepared, step);
        warn(item.context(), step.status);
    }

private:
    [[nodiscard]] Conversion conversion_of(const sdk::Item& item) const {
        Conversion out;
        const double mass_g =
            known_.specific ? 1 : positive(item, "mass").value_or(known_.mass_g.value_or(not_known) * 1e3) / 1e3;
        out.factor = known_.factor / mass_g;
        const auto rate = item.number("heating_rate");
        out.rate_K_s = rate ? *rate / 60 : known_.rate_K_s.value_or(not_known);
        out.start_up_K = start_up_K_;
        return out;
    }

    /// A mass that comes from a step and is not above 0 makes no numbers.
    static std::optional<double> positive(const sdk::Item& item, const char* parameter) {
        const auto given = item.number(parameter);
        return given && !(*given > 0) ? std::optional(not_known) : given;
    }

    static void write_heat_flow(const sdk::Item& item, const Measured& measured, double factor) {
        const auto heat_flow = endothermic_up(measured, factor);
        std::copy(heat_flow.begin(), heat_flow.end(), item.out("heat_flow").begin());
        const auto variances = item.out_variances("heat_flow");
        for (std::size_t i = 0; i < variances.size(); ++i) variances[i] = factor * factor * measured.variances[i];
    }

    void write_peaks(const sdk::Item& item, const Prepared& prepared, const StepResult& step) const {
        const auto places = item.out("peak_temperature").size();
        PeakResult result;
        if (prepared.fault == ScanFault::none) result = find_peaks(prepared.scan(), peaks_, step.lines());
        for (std::size_t i = 0; i < places; ++i) write_peak(item, i, i < result.peaks.size() ? result.peaks[i] : Peak());
        item.out<std::int64_t>("peaks")[0] = result.found;
        scatter(item, "baseline", result.baseline, prepared);
        if (peaks_.ranges_K.empty() && result.found > peaks_.max_peaks)
            item.context().warn("more peaks were found than max_peaks: see the output peaks");
    }

    Known known_;
    StepOptions step_;
    PeakOptions peaks_;
    double start_up_K_;
};

}  // namespace
}  // namespace sluice::dsc_transition

SLUICE_PLUGIN(sluice::dsc_transition::DscTransition)
