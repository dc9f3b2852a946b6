// SPDX-License-Identifier: BSD-3-Clause
// Before data is read: what the recipe asks is checked, and the outputs are described.
#include "description.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/curve_outputs.hpp>

#include "model.hpp"

namespace sluice::delta_gamma {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 h_negative, 2 s_tail_not_1, 3 phi_high, 4 phi_out_of_table, 5 too_few_points, 6 bad_number";

// In the order of the enums; the names are those of plugin.json.
constexpr std::array<std::string_view, 2> forms{"bare", "renormalised"}, modifications{"additive", "scale"};
constexpr std::array<std::string_view, 5> self_parts{"theory", "hard_sphere", "charged", "fixed", "fit"};
constexpr std::array<std::string_view, 2> low_ends{"constant", "model"}, high_ends{"one", "model"};

template <class Enum, std::size_t n>
Enum choice(const sdk::Parameters& parameters, const char* name, const std::array<std::string_view, n>& names) {
    return static_cast<Enum>(std::find(names.begin(), names.end(), parameters.text(name)) - names.begin());
}

bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }
bool from_step(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter).front() == '{'; }
bool present(const sdk::Setup& setup, const char* port) { return setup.input(port).present(); }
bool has_variances(const sdk::Setup& setup, const char* port) {
    return present(setup, port) && setup.input(port).has_variances();
}
bool measures(const sdk::Setup& setup) { return present(setup, "measured") || present(setup, "measured_ratio"); }

void check_self_part(const sdk::Setup& setup, const Options& options) {
    if (options.self_part == SelfPart::fit && !measures(setup))
        throw sdk::RecipeError(
            "self_part is fit, but there is nothing to fit to: connect 'measured' (H), or 'measured_ratio' (D/D0).");
    const bool fixed = options.self_part == SelfPart::fixed;
    if (fixed && !given(setup, "fixed_self_part"))
        throw sdk::RecipeError(
            "self_part is fixed, which needs the parameter fixed_self_part = D_s/D0. Give it, or choose another self_part.");
    if (!fixed && given(setup, "fixed_self_part"))
        throw sdk::RecipeError("fixed_self_part is given, but self_part is " + setup.parameters().text("self_part") +
                               ", which does not use it. Set self_part to fixed, or remove fixed_self_part.");
    if (options.q_min_inv_nm > options.q_max_inv_nm) throw sdk::RecipeError("q_min must not be above q_max. Swap the two.");
}

/// Errors that H has in common over q, S for one, must come apart from those of the single points.
void check_measured(const sdk::Setup& setup) {
    if (!present(setup, "measured") || present(setup, "measured_ratio")) return;
    const auto over = setup.input("measured").correlated_over();
    if (setup.input("measured").has_variances() && std::find(over.begin(), over.end(), "q") != over.end())
        throw sdk::RecipeError(
            "the variances of input 'measured' are correlated over q (its points share S or D0). Connect D/D0 to "
            "'measured_ratio' as well, and S to 'structure_factor': then what is shared is counted once.");
}

/// S/S(0) does not tend to 1.
void check_normalisation(const sdk::Setup& setup) {
    if (present(setup, "structure_factor") && setup.input("structure_factor").fact_text("normalisation") == "s0")
        throw sdk::RecipeError(
            "input 'structure_factor' is normalised by S(0), so it does not tend to 1. Normalise it with high_q.");
}

/// Smallest and largest q of the first input that is connected; nothing where its q differ between items.
std::optional<std::pair<double, double>> known_range(const sdk::Setup& setup) {
    const auto* port = present(setup, "measured") ? "measured" : measures(setup) ? "measured_ratio" : "structure_factor";
    const auto q = sdk::known_coordinate(setup.input(port), measures(setup) ? "q" : "q_structure");
    if (!q) return std::nullopt;
    std::pair range(std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity());
    for (const double each : *q)
        if (std::isfinite(each)) range = {std::min(range.first, each), std::max(range.second, each)};
    return range;
}

/// The variances of the curves, and what the numbers rest on.
void describe_errors(const sdk::Probe& probe, const Options& options) {
    const bool structure = has_variances(probe, "structure_factor"), fit = options.self_part == SelfPart::fit;
    const bool self = fit || from_step(probe, "fixed_self_part");
    probe.output("self_part").set_variances(self);
    probe.output("alternatives").set_variances(measures(probe));
    if (measures(probe)) probe.output("alternatives").set_correlated_over("choice");
    const auto set = [&](const char* port, bool variances, const char* dim) {
        probe.output(port).set_variances(variances);
        if (variances) probe.output(port).set_correlated_over(dim);
    };
    set("distinct", structure, "curve_q");
    set("hydrodynamic_function", self || structure, "curve_q");
    set("at_measured", self || structure, "q");
    if (!measures(probe)) return;
    const bool ratio = present(probe, "measured_ratio");
    const bool weighted = has_variances(probe, ratio ? "measured_ratio" : "measured");
    for (const auto* port : {"self_part", "alternatives"}) {
        probe.output(port).set_fact("uncertainty_from", weighted ? "propagated" : "scatter");
        if (structure) probe.output(port).set_fact("structure_factor_errors", ratio ? "shared" : "independent");
    }
}

void set_facts(const sdk::Probe& probe, const Options& options) {
    for (const auto* port : {"hydrodynamic_function", "self_part"}) {
        const auto out = probe.output(port);
        for (const auto* name : {"sgamma", "self_part", "modify"}) out.set_fact(name, probe.parameters().text(name));
        out.set_fact("gamma_interpolation", gamma_interpolation);
        if (!present(probe, "structure_factor")) {
            out.set_fact("structure_factor", "percus_yevick");
            continue;
        }
        out.set_fact("structure_factor", "measured");
        for (const auto* name : {"low_q", "high_q"}) out.set_fact(name, probe.parameters().text(name));
        if (options.low_q == LowQ::constant) out.set_fact("low_q_points", static_cast<double>(options.low_q_points), "1");
        if (const auto cut = probe.parameters().optional_number("q_cut")) out.set_fact("q_cut", *cut, "1/nm");
    }
    probe.output("status").set_fact("status_codes", status_codes);
}

}  // namespace

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.form = choice<SGamma>(parameters, "sgamma", forms);
    options.self_part = choice<SelfPart>(parameters, "self_part", self_parts);
    options.modify = choice<Modify>(parameters, "modify", modifications);
    options.low_q = choice<LowQ>(parameters, "low_q", low_ends);
    options.high_q = choice<HighQ>(parameters, "high_q", high_ends);
    options.low_q_points = parameters.integer("low_q_points");
    options.q_cut_inv_nm = parameters.optional_number("q_cut").value_or(options.q_cut_inv_nm);
    options.q_min_inv_nm = parameters.optional_number("q_min").value_or(options.q_min_inv_nm);
    options.q_max_inv_nm = parameters.optional_number("q_max").value_or(options.q_max_inv_nm);
    return options;
}

std::vector<double> curve_q(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto from = parameters.optional_number("curve_from"), to = parameters.optional_number("curve_to");
    std::optional<std::pair<double, double>> range;
    if (measures(setup) || present(setup, "structure_factor"))
        range = known_range(setup);
    else if (!from_step(setup, "radius"))
        range = {0.0, 10 / parameters.number("radius")};
    if (!range && !(from && to))
        throw sdk::RecipeError(
            "the q of the curves are not known before data is read (they, or the radius, differ between items): "
            "give curve_from and curve_to.");
    const double first = from ? *from : range->first, last = to ? *to : range->second;
    if (!(first < last) || !std::isfinite(last - first))
        throw sdk::RecipeError("the curves have no range of q: curve_from must be below curve_to. Give both.");
    return numerics::spaced(first, last, parameters.integer("curve_points"));
}

void describe(const sdk::Probe& probe) {
    const auto options = options_of(probe.parameters());
    check_self_part(probe, options);
    check_measured(probe);
    check_normalisation(probe);
    const auto q = curve_q(probe);
    const auto n = static_cast<std::int64_t>(q.size());
    for (const auto* port : {"hydrodynamic_function", "distinct", "structure_factor", "diffusion_coefficient"}) {
        probe.output(port).set_dims({{"curve_q", n}});
        probe.output(port).set_coordinate("curve_q", {{"curve_q", n}}, "1/nm", q);
    }
    const std::vector<std::string> names(choices.begin(), choices.end());
    for (const auto* port : {"alternatives", "alternatives_chi_square"}) {
        probe.output(port).set_dims({{"choice", static_cast<std::int64_t>(names.size())}});
        probe.output(port).set_labels("choice", "choice", names);
    }
    if (!measures(probe))
        for (const auto* port : {"at_measured", "residuals"}) probe.output(port).set_dims({{"q", 1}});
    describe_errors(probe, options);
    set_facts(probe, options);
}

}  // namespace sluice::delta_gamma
