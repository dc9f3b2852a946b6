// SPDX-License-Identifier: BSD-3-Clause
// The map: a G(r) to its order metrics. What is known of the noise, and how G was made, is settled here from facts and
// parameters.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::order_metrics {
namespace {

// In the order of the enums; the names are those of plugin.json.
constexpr std::array<std::string_view, 2> methods{"polynomial", "gaussian"};
constexpr std::array<std::string_view, 5> rules{"none", "limits", "first_minimum", "symmetric_total", "symmetric_radial"};
constexpr const char* status_codes = "0 ok, 1 no_peak, 2 at_edge, 3 not_determined";
constexpr std::array with_variances{"short_range_order",   "medium_range_order", "coordination_number", "coordination_to",
                                    "first_peak_position", "first_peak_height",  "first_peak_width",    "decay_length",
                                    "decay_amplitude",     "peak_position",      "peak_height"};

template <std::size_t n>
std::size_t index_of(const std::array<std::string_view, n>& names, const std::string& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

std::optional<Range> range_of(const sdk::Setup& setup, const char* name) {
    if (!given(setup, name)) return std::nullopt;
    const auto ends = setup.parameters().numbers(name, "angstrom");
    return Range{ends.at(0), ends.at(1)};
}

// --- coordination ------------------------------------------------------------------------------------------------

Coordination rule_of(const sdk::Setup& setup) {
    const auto rule = static_cast<Coordination>(index_of(rules, setup.parameters().text("coordination")));
    const bool to = given(setup, "coordination_to"), from = given(setup, "coordination_from"),
               density = given(setup, "number_density");
    if (to && rule != Coordination::limits)
        throw sdk::RecipeError(
            "coordination_to is given, which is used by coordination = limits alone. Set coordination to limits, or remove "
            "coordination_to.");
    if (rule == Coordination::limits && !(to && from))
        throw sdk::RecipeError(
            "coordination is limits, which needs coordination_from and coordination_to. Give both, or choose first_minimum.");
    const bool wanted = from || to || (rule != Coordination::none && rule != Coordination::first_minimum);
    if (wanted && rule != Coordination::none && !density)
        throw sdk::RecipeError(
            "a coordination number needs number_density, in atoms per cubic angstrom. Give it: atomic_factors makes it from "
            "composition and density.");
    return density ? rule : Coordination::none;
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Options options;
    options.short_range = range_of(setup, "short_range");
    options.medium_range = range_of(setup, "medium_range");
    options.decay_range = range_of(setup, "decay_range");
    options.peaks.from = parameters.number("peak_from");
    options.peaks.to = parameters.optional_number("peak_to").value_or(options.peaks.to);
    options.first_peak_prominence = parameters.number("first_peak_prominence");
    options.smallest_prominence = parameters.number("smallest_prominence");
    options.significance = parameters.number("significance");
    options.method = static_cast<PeakMethod>(index_of(methods, parameters.text("peak_method")));
    options.max_peaks = parameters.integer("max_peaks");
    options.coordination = rule_of(setup);
    options.from = parameters.optional_number("coordination_from");
    options.to = parameters.optional_number("coordination_to");
    return options;
}

// --- noise -------------------------------------------------------------------------------------------------------

enum class Knowledge { none, points_alone, points, structure_factor };

std::optional<double> of_transform(const sdk::Setup& setup, const char* name, std::string_view unit) {
    if (const auto value = setup.parameters().optional_number(name)) return value;
    return setup.input("reduced").fact_number(name, unit);
}

Knowledge knowledge(const sdk::Setup& setup) {
    if (setup.input("structure_factor").present() && setup.input("structure_factor").has_variances())
        return Knowledge::structure_factor;
    if (!setup.input("reduced").has_variances()) return Knowledge::none;
    return of_transform(setup, "q_max", "1/angstrom") ? Knowledge::points : Knowledge::points_alone;
}

const char* uncertainty_from(Knowledge known) {
    switch (known) {
        case Knowledge::none:
            return "none";
        case Knowledge::points_alone:
            return "none: q_max of the transform is not known";
        case Knowledge::points:
            return "variances of G, correlated as by errors of S that are the same at all q";
        case Knowledge::structure_factor:
            return "structure_factor";
    }
    return "";
}

bool propagates(Knowledge known) { return known == Knowledge::points || known == Knowledge::structure_factor; }

numerics::Window window_of(const sdk::Setup& setup, Knowledge known) {
    const auto fact = setup.input("reduced").fact_text("window");
    const auto name = setup.parameters().optional_text("window").value_or(fact.value_or(""));
    if (name.empty() && known == Knowledge::points) return numerics::Window::none;
    const auto index = index_of(numerics::window_names, name);
    if (index < numerics::window_names.size()) return static_cast<numerics::Window>(index);
    throw sdk::RecipeError(name.empty() ? "variances from 'structure_factor' need the window that G was made with, and 'reduced' "
                                          "has no fact 'window'. Give the "
                                          "parameter window, such as none."
                                        : "the fact 'window' of 'reduced' is '" + name +
                                              "', which is no window that is known here. Give the parameter window.");
}

Transform transform_of(const sdk::Setup& setup, Knowledge known) {
    Transform out;
    const auto q_max = of_transform(setup, "q_max", "1/angstrom");
    if (!q_max)
        throw sdk::RecipeError(
            "variances from 'structure_factor' need the q_max that G was made with, and 'reduced' has no fact 'q_max'. Give the "
            "parameter q_max.");
    out.q_max = *q_max;
    out.q_min = of_transform(setup, "q_min", "1/angstrom").value_or(0);
    out.window = window_of(setup, known);
    if (!numerics::has_width(out.window)) return out;
    const auto width = of_transform(setup, "window_width", out.window == numerics::Window::cosine ? "1/angstrom" : "angstrom");
    if (!width)
        throw sdk::RecipeError(
            "the window of G has a width, and 'reduced' has no fact 'window_width'. Give the parameter window_width.");
    out.window_width = *width;
    return out;
}

/// The same points for all items, or nothing.
std::optional<std::vector<double>> common(const sdk::InputDescription& input, const char* name) {
    const auto found = input.coordinate(name);
    if (!found) return std::nullopt;
    if (!found->edges) return found->values;
    std::vector<double> centres;
    for (std::size_t i = 1; i < found->values.size(); ++i) centres.push_back((found->values[i - 1] + found->values[i]) / 2);
    return centres;
}

/// The noise of the items: sums over q are prepared once where all items have the same points.
class NoiseOfItems {
public:
    explicit NoiseOfItems(const sdk::Setup& setup) : known_(knowledge(setup)) {
        if (!propagates(known_)) return;
        transform_ = transform_of(setup, known_);
        const auto r = common(setup.input("reduced"), "r");
        if (known_ == Knowledge::points) {
            if (r && !r->empty()) sums_.emplace(flat(*r));
            return;
        }
        const auto q = common(setup.input("structure_factor"), "q");
        if (r && q) sums_.emplace(*r, *q, transform_);
    }

    /// Calls f with the covariance of the points of an item.
    template <class F>
    void use(const sdk::Item& item, const F& f) const {
        if (known_ == Knowledge::none) return f(Covariance());
        if (known_ == Knowledge::points_alone) return f(Covariance(item.variances("reduced")));
        if (sums_) return f(of(item, *sums_));
        const auto r = item.coordinate("reduced", "r");
        const SineNoise own =
            known_ == Knowledge::points ? flat(r) : SineNoise(r, item.coordinate("structure_factor", "q"), transform_);
        f(of(item, own));
    }

private:
    [[nodiscard]] SineNoise flat(std::span<const double> r) const {
        return {r, SineNoise::flat_grid(r.back(), transform_.q_max), transform_};
    }
    [[nodiscard]] Covariance of(const sdk::Item& item, const SineNoise& sums) const {
        if (known_ == Knowledge::points) return sums.of_points(item.variances("reduced"));
        return sums.of_structure_factor(item.variances("structure_factor"), item.mask("structure_factor"));
    }

    Knowledge known_;
    Transform transform_;
    std::optional<SineNoise> sums_;
};

/// Mean over the points of what G's own variances are of those that the structure factor gives; NaN where one is not known.
double ratio_of_variances(const sdk::Item& item, const Covariance& covariance) {
    const auto own = item.variances("reduced");
    if (own.empty() || covariance.points().empty()) return unknown;
    double sum = 0, of_transform = 0;
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (!std::isfinite(own[i])) continue;
        sum += own[i];
        of_transform += covariance.points()[i];
    }
    return sum / of_transform;
}

// --- results -----------------------------------------------------------------------------------------------------

void write(const sdk::Item& item, const char* port, const Value& value, std::size_t i = 0) {
    item.out(port)[i] = value.value;
    item.out_mask(port)[i] = std::isnan(value.value);
    if (const auto variances = item.out_variances(port); !variances.empty()) variances[i] = value.variance;
}

void write(const sdk::Item& item, const Result& result) {
    write(item, "short_range_order", result.short_range.rms);
    write(item, "medium_range_order", result.medium_range.rms);
    write(item, "short_range_noise", {result.short_range.noise});
    write(item, "medium_range_noise", {result.medium_range.noise});
    write(item, "coordination_number", result.coordination_number);
    write(item, "coordination_from", result.coordination_from);
    write(item, "coordination_to", result.coordination_to);
    write(item, "first_peak_position", result.first_peak.position);
    write(item, "first_peak_height", result.first_peak.height);
    write(item, "first_peak_width", result.first_peak_width);
    write(item, "decay_length", result.decay.length);
    write(item, "decay_amplitude", result.decay.amplitude);
    write(item, "decay_scatter", {result.decay.scatter});
    for (std::size_t i = 0; i < item.out("peak_position").size(); ++i) {
        const Peak peak = i < result.peaks.size() ? result.peaks[i] : Peak();
        write(item, "peak_position", peak.position, i);
        write(item, "peak_height", peak.height, i);
    }
    item.out<std::int64_t>("decay_extrema")[0] = result.decay.extrema;
    item.out<std::int64_t>("peak_count")[0] = result.count;
    item.out<std::int64_t>("points_left_out")[0] = result.left_out;
    item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::no_peak:
            return context.warn("a G(r) has no peak: see the output status and the parameter peak_from");
        case Status::at_edge:
            return context.warn(
                "a first peak or its shell ends beyond the points of G or the range for peaks: see the output status");
        case Status::not_determined:
            return context.warn("the fit of a first peak found no maximum: see the output status");
    }
}

class OrderMetrics : public sdk::Map {
public:
    explicit OrderMetrics(const sdk::Setup& setup) : options_(options_of(setup)), noise_(setup) {
        if (knowledge(setup) == Knowledge::points_alone)
            setup.context().warn(
                "G has variances, but how its points are correlated is not known: there are no variances of the results. Connect "
                "'structure_factor', or give q_max");
    }

    static void probe(const sdk::Probe& probe) {
        const auto options = options_of(probe);
        const auto known = knowledge(probe);
        for (const auto* port : {"peak_position", "peak_height"}) probe.output(port).set_dims({{"peak", options.max_peaks}});
        for (const auto* port : with_variances) {
            probe.output(port).set_variances(propagates(known));
            probe.output(port).set_fact("uncertainty_from", uncertainty_from(known));
        }
        for (const auto* port : {"peak_position", "peak_height"}) probe.output(port).set_correlated_over("peak");
        probe.output("coordination_number").set_fact("coordination", rules[static_cast<std::size_t>(options.coordination)]);
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        Options options = options_;
        if (const auto density = item.number("number_density"))
            options.density = {*density, item.number_variance("number_density")};
        noise_.use(item, [&](const Covariance& covariance) {
            const auto result =
                measure({item.coordinate("reduced", "r"), item.values("reduced"), item.mask("reduced")}, covariance, options);
            write(item, result);
            warn(item.context(), result.status);
            const double ratio = ratio_of_variances(item, covariance);
            if (ratio < 0.8 || ratio > 1.25)
                item.context().warn(
                    "the variances of 'reduced' are not those that 'structure_factor' gives by q_max and window: see whether it "
                    "is the one that G "
                    "was made from");
        });
    }

private:
    Options options_;
    NoiseOfItems noise_;
};

}  // namespace
}  // namespace sluice::order_metrics

SLUICE_PLUGIN(sluice::order_metrics::OrderMetrics)
