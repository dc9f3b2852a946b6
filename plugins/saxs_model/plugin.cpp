// SPDX-License-Identifier: BSD-3-Clause
// The map: one curve to the parameters of a model. Choices and bounds from parameters, q to 1/nm, results to the outputs.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::saxs_model {
namespace {

constexpr const char* status_codes = "0 ok, 1 at_bound, 2 not_converged, 3 not_determined, 4 too_few_points, 5 bad_number";
constexpr std::array<std::string_view, 4> distributions{"monodisperse", "gaussian", "schulz", "log_normal"};  // as in the enum

FormFactor form_factor(const std::string& name) {
    if (name == CoreShellSphere::name) return CoreShellSphere{};
    return Sphere{};  // plugin.json lets no other name pass
}

Kind kind_of(const sdk::Parameters& parameters) {
    Kind kind;
    kind.form = form_factor(parameters.text("form_factor"));
    const auto distribution = parameters.text("size_distribution");
    kind.distribution = static_cast<numerics::SizeDistribution>(
        std::find(distributions.begin(), distributions.end(), distribution) - distributions.begin());
    kind.structure = parameters.text("structure_factor") == "percus_yevick" ? Structure::percus_yevick : Structure::none;
    kind.decoupling = parameters.boolean("decoupling");
    return kind;
}

/// Bounds that plugin.json has as defaults keep a search off where it goes astray; a number given may lie outside of them.
bool is_default_bound(const std::string& name, double bound) {
    if (name == "size_spread_min") return bound == 0.001;
    if (name == "volume_fraction_max") return bound == 0.6;
    return name.ends_with("amplitude_min") && bound == 0;
}

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.kind = kind_of(parameters);
    options.remove_power_law = !parameters.boolean("keep_power_law");
    options.q_first = parameters.optional_number("q_min").value_or(options.q_first);
    options.q_last = parameters.optional_number("q_max").value_or(options.q_last);
    for (std::size_t k = 0; k < n_parameters; ++k) {
        const std::string name = parameter_names[k];
        auto& known = options.parameters[k];
        const auto [least, most] = domain(k);
        known.lower = parameters.optional_number(name + "_min").value_or(least);
        known.upper = parameters.optional_number(name + "_max").value_or(most);
        if (!is_default_bound(name + "_min", known.lower)) known.least_fixed = known.lower;
        if (!is_default_bound(name + "_max", known.upper)) known.most_fixed = known.upper;
        if (k < n_nonlinear) known.start = parameters.optional_number(name + "_start");
    }
    return options;
}

/// Whether the recipe says something of a parameter; null and what plugin.json has as default are not.
bool is_given(const sdk::Parameters& parameters, std::size_t k) {
    const std::string name = parameter_names[k];
    if (k < n_nonlinear && parameters.json(name + "_start") != "null") return true;
    const auto value = parameters.json(name);
    return k == colloid_amplitude ? value != "0" && value != "0.0" : value != "null";
}

/// A number that nothing depends on is a mistake in the recipe, not a wish to be passed over.
void check_unused(const sdk::Parameters& parameters, const Kind& kind) {
    for (std::size_t k = 0; k < n_parameters; ++k)
        if (!uses(kind, k) && is_given(parameters, k))
            throw sdk::RecipeError("parameter '" + std::string(parameter_names[k]) +
                                   "' is given, but this model has none: form_factor = " + parameters.text("form_factor") +
                                   ", size_distribution = " + parameters.text("size_distribution") + ", structure_factor = " +
                                   parameters.text("structure_factor") + ". Leave it out, or choose a model that has it.");
    if (kind.decoupling && kind.structure == Structure::none)
        throw sdk::RecipeError(
            "decoupling needs a structure factor: set structure_factor to percus_yevick, or leave decoupling out.");
}

/// A number and bounds that exclude it: either is meant, but not both.
void check_fixed(const sdk::Parameters& parameters, const Options& options) {
    for (std::size_t k = 0; k < n_parameters; ++k) {
        const std::string name = parameter_names[k];
        const auto& known = options.parameters[k];
        if (!uses(options.kind, k) || parameters.json(name).front() == '{')
            continue;  // that is one per item: see status bad_number
        const auto fixed = parameters.optional_number(name);
        if (!fixed) continue;
        const bool below = *fixed < known.least_fixed;
        if (!below && !(*fixed > known.most_fixed)) continue;
        const std::string bound = name + (below ? "_min" : "_max");
        throw sdk::RecipeError(name + " is kept at " + parameters.json(name) + ", which is " + (below ? "below " : "above ") +
                               bound + " = " + parameters.json(bound) + ". Set " + name +
                               " to null to fit it within its bounds, or leave " + bound + " out.");
    }
}

void write(const sdk::Item& item, const char* port, const std::vector<double>& values) {
    std::copy(values.begin(), values.end(), item.out(port).begin());
}

/// Reduced; from here on the uncertainties of a fit mean little.
constexpr double poor_chi_square = 10;

void warn(const sdk::Context& context, const Result& result, bool weighted) {
    if (weighted && result.reduced_chi_square > poor_chi_square)
        context.warn("the model does not describe a curve (reduced chi-square above 10): see the output reduced_chi_square");
    if (result.frozen)
        context.warn(
            "a volume fraction is above 0.494, where hard spheres freeze: the structure factor is that of a metastable fluid");
    switch (result.status) {
        case Status::ok:
            break;
        case Status::at_bound:
            return context.warn(
                "a parameter ended on its bound, so it has no variance, and those of the others hold with it kept "
                "there: see the output at_bound");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
        case Status::not_determined:
            return context.warn(
                "a curve does not determine all free parameters, so nothing is given: fix one; see the output status");
        case Status::too_few_points:
            return context.warn("a curve has too few points to fit: see the outputs status and points");
        case Status::bad_number:
            return context.warn(
                "a number given for a parameter is NaN or out of its range, so nothing was fitted: see the output status");
    }
}

class SaxsModel : public sdk::Map {
public:
    explicit SaxsModel(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())),
          to_inv_nm_(setup.context().unit_factor(setup.input("intensity").coordinate_unit("q").value(), "1/nm")) {}

    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        check_unused(parameters, kind_of(parameters));
        const auto options = options_of(parameters);
        check(options);
        check_fixed(parameters, options);
        const std::vector<std::string> names(parameter_names.begin(), parameter_names.end());
        const auto n = static_cast<std::int64_t>(names.size());
        for (const auto* port : {"covariance", "correlation"}) {
            probe.output(port).set_dims({{"parameter", n}, {"parameter2", n}});
            probe.output(port).set_labels("parameter", "parameter", names);
            probe.output(port).set_labels("parameter2", "parameter2", names);
        }
        probe.output("at_bound").set_dims({{"parameter", n}});
        probe.output("at_bound").set_labels("parameter", "parameter", names);
        const bool weighted = probe.input("intensity").has_variances();
        for (const auto* port : parameter_names) {
            for (const auto* choice : {"form_factor", "size_distribution", "structure_factor"})
                probe.output(port).set_fact(choice, parameters.text(choice));
            probe.output(port).set_fact("weights", weighted ? "intensity" : "none");
        }
        for (const auto* port : {"form_factor", "structure_factor"}) probe.output(port).drop_fact("intensity_scale");
        probe.output("structure_factor").set_fact("normalisation", "high_q");
        probe.output("other").set_fact("holds_power_law", !parameters.boolean("keep_power_law"));
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto given = item.coordinate("intensity", "q");
        std::vector<double> q(given.begin(), given.end());
        for (double& each : q) each *= to_inv_nm_;
        Options options = options_;
        for (std::size_t k = 0; k < n_parameters; ++k) options.parameters[k].fixed = item.number(parameter_names[k]);
        const auto result = fit({q, item.values("intensity"), item.variances("intensity"), item.mask("intensity")}, options);
        write_numbers(item, result);
        write_curves(item, result);
        warn(item.context(), result, !item.variances("intensity").empty());
    }

private:
    static void write_numbers(const sdk::Item& item, const Result& result) {
        for (std::size_t k = 0; k < n_parameters; ++k) {
            item.out(parameter_names[k])[0] = result.values[k];
            item.out_variances(parameter_names[k])[0] = result.variances[k];
            item.out<std::uint8_t>("at_bound")[k] = result.at_bound[k] ? 1 : 0;
        }
        write(item, "covariance", result.covariance);
        write(item, "correlation", result.correlation);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        item.out<std::int64_t>("points")[0] = result.points;
    }

    static void write_curves(const sdk::Item& item, const Result& result) {
        write(item, "curve", result.curve);
        write(item, "liquid", result.liquid);
        write(item, "colloid", result.colloid);
        write(item, "power_law", result.power_law);
        write(item, "residuals", result.residuals);
        write(item, "form_factor", result.form_factor);
        write(item, "structure_factor", result.structure_factor);
        write(item, "single", result.single);
        write(item, "other", result.other);
        write(item, "single_other_covariance", result.single_other_covariance);
        std::copy(result.single_variance.begin(), result.single_variance.end(), item.out_variances("single").begin());
        std::copy(result.other_variance.begin(), result.other_variance.end(), item.out_variances("other").begin());
    }

    Options options_;
    double to_inv_nm_;
};

}  // namespace
}  // namespace sluice::saxs_model

SLUICE_PLUGIN(sluice::saxs_model::SaxsModel)
