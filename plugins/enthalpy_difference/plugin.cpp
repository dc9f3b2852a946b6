// SPDX-License-Identifier: BSD-3-Clause
// The map: two heat flow curves to the enthalpy between them. Sign, rate and limits here, the rest in the kernel.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::enthalpy_difference {
namespace {

constexpr const char* status_codes = "0 ok, 1 offset, 2 not_checked, 3 partly_covered, 4 too_few_points, 5 turns, 6 no_rate";
constexpr std::array<std::string_view, 3> subtract_names{"none", "constant", "line"};  // in the order of the enum
constexpr double seconds_per_minute = 60;

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.from_K = parameters.optional_number("from");
    options.to_K = parameters.optional_number("to");
    options.check_K = parameters.number("check");
    const auto subtract = parameters.text("subtract");
    options.subtract =
        static_cast<Subtract>(std::find(subtract_names.begin(), subtract_names.end(), subtract) - subtract_names.begin());
    if (options.from_K && options.to_K && !(*options.from_K < *options.to_K))
        throw sdk::RecipeError("from must be below to. Swap the two.");
    return options;
}

/// 1, or -1 where exothermic heat flow is up.
double sign_of(const sdk::Setup& setup) {
    auto exo = setup.parameters().optional_text("exo");
    if (!exo) exo = setup.input("data").fact_text("exo");
    if (!exo)
        throw sdk::RecipeError("it is not known whether exothermic points up or down: input 'data' has no fact 'exo'. Set the "
                               "parameter exo to up or down.");
    if (*exo == "down") return 1;
    if (*exo == "up") return -1;
    throw sdk::RecipeError("the fact exo of input 'data' is '" + *exo + "', must be up or down. Give the parameter exo.");
}

bool has_time(const sdk::Setup& setup) { return setup.input("data").coordinate_unit("time").has_value(); }

/// The fact, in K/min.
std::optional<double> rate_of_data(const sdk::Setup& setup) { return setup.input("data").fact_number("heating_rate", "K/min"); }

void check_rate(const sdk::Setup& setup) {
    if (has_time(setup) || rate_of_data(setup) || setup.parameters().json("heating_rate") != "null") return;
    throw sdk::RecipeError(
        "input 'data' has neither a coordinate 'time' nor the fact heating_rate, so heat flow has no integral over time. Give "
        "heating_rate, in K/min.");
}

void write(const sdk::Item& item, const char* port, const Value& value, double sign) {
    item.out(port)[0] = sign * value.value;
    item.out_variances(port)[0] = value.variance;
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::offset:
            return context.warn(
                "data and reference differ beside the range too, so the enthalpy holds a part of what only is their baseline: "
                "see the "
                "outputs offset_below, offset_above and offset_enthalpy, and the parameter subtract");
        case Status::not_checked:
            return context.warn("there are no points beside the range, so whether both baselines agree is not known");
        case Status::partly_covered:
            return context.warn("a curve does not reach as far as the range from, to: the enthalpy is that of a part of it");
        case Status::too_few_points:
            return context.warn("a curve has fewer than 3 points in the range, so it has no enthalpy");
        case Status::turns:
            return context.warn(
                "a curve holds a heating and a cooling, which are no one curve, so it has no enthalpy: take one of them by the "
                "parameter segments of text_source");
        case Status::no_rate:
            return context.warn("a heating rate is NaN or 0, so there is no integral over time and no enthalpy");
    }
}

class EnthalpyDifference : public sdk::Map {
public:
    explicit EnthalpyDifference(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())),
          sign_(sign_of(setup)),
          has_time_(has_time(setup)),
          rate_K_min_(rate_of_data(setup)) {}

    static void probe(const sdk::Probe& probe) {
        static_cast<void>(options_of(probe.parameters()));
        check_rate(probe);
        static_cast<void>(sign_of(probe));
        for (const auto* port : {"enthalpy", "difference", "offset", "offset_below", "offset_above", "offset_enthalpy"})
            probe.output(port).set_fact("exo", "down");
        probe.output("enthalpy").set_fact("subtract", probe.parameters().text("subtract"));
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        Curves curves{item.coordinate("data", "temperature"), item.values("data"), item.values("reference")};
        curves.data_variance = item.variances("data");
        curves.reference_variance = item.variances("reference");
        curves.data_mask = item.mask("data");
        curves.reference_mask = item.mask("reference");
        if (has_time_) curves.time_s = item.coordinate("data", "time");
        curves.rate_K_s = item.number("heating_rate").value_or(rate_K_min_.value_or(unknown)) / seconds_per_minute;
        const auto result = compare(curves, options_);
        write(item, "enthalpy", result.enthalpy, sign_);
        write(item, "offset", result.offset, sign_);
        write(item, "offset_below", result.offset_below, sign_);
        write(item, "offset_above", result.offset_above, sign_);
        write(item, "offset_enthalpy", result.offset_enthalpy, sign_);
        write_difference(item, result);
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
    }

private:
    void write_difference(const sdk::Item& item, const Result& result) const {
        const auto out = item.out("difference"), variances = item.out_variances("difference");
        const auto mask = item.out_mask("difference");
        for (std::size_t i = 0; i < result.difference.size(); ++i) {
            out[i] = sign_ * result.difference[i];
            variances[i] = result.variance[i];
            mask[i] = std::isnan(result.difference[i]);
        }
    }

    Options options_;
    double sign_;
    bool has_time_;
    std::optional<double> rate_K_min_;
};

}  // namespace
}  // namespace sluice::enthalpy_difference

SLUICE_PLUGIN(sluice::enthalpy_difference::EnthalpyDifference)
