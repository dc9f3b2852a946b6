// SPDX-License-Identifier: BSD-3-Clause
// What the recipe and the facts of the data say: unit, sign, mass, rate, and the options of both kernels.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/units.hpp>

#include "peaks.hpp"
#include "step.hpp"

namespace sluice::dsc_transition {

inline bool parameter_given(const sdk::Setup& setup, const char* parameter) {
    return setup.parameters().json(parameter) != "null";
}

/// Whether the data are per mass already. Throws where they are neither.
inline bool is_specific(const sdk::Setup& setup) {
    const auto unit = setup.input("data").unit();
    if (sdk::converts(setup.context(), unit, "W/g")) return true;
    if (sdk::converts(setup.context(), unit, "W")) return false;
    throw sdk::RecipeError("the data have the unit '" + unit +
                           "'; a heat flow is needed, in a unit that converts to W/g or to W. "
                           "Set the unit where the data are loaded.");
}

inline double sign_of(const sdk::Setup& setup) {
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

inline Known known_of(const sdk::Setup& setup) {
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

inline StepOptions step_options_of(const sdk::Parameters& parameters) {
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

inline PeakOptions peak_options_of(const sdk::Parameters& parameters) {
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

}  // namespace sluice::dsc_transition
