// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its invariant. Options from parameters, spans to the kernel, numbers to the outputs.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::porod_invariant {
namespace {

// In the order of the enums; the names are those of plugin.json.
constexpr std::array<std::string_view, 2> quadratures{"trapezoid", "simpson"};
constexpr std::array<std::string_view, 4> low_tails{"none", "guinier", "flat", "power"};
constexpr std::array<std::string_view, 3> high_tails{"none", "power", "porod"};

template <class Enum, std::size_t n>
Enum choice(const sdk::Parameters& parameters, const char* name, const std::array<std::string_view, n>& names) {
    return static_cast<Enum>(std::find(names.begin(), names.end(), parameters.text(name)) - names.begin());
}

std::string unit_of_q(const sdk::Setup& setup) {
    return setup.input("intensity").coordinate_unit("q").value();   // plugin.json requires it
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = unit_of_q(setup);
    Options options;
    options.q_min = parameters.optional_number("q_min", unit).value_or(options.q_min);
    options.q_max = parameters.optional_number("q_max", unit).value_or(options.q_max);
    options.quadrature = choice<Quadrature>(parameters, "quadrature", quadratures);
    options.low = choice<LowTail>(parameters, "low_tail", low_tails);
    options.high = choice<HighTail>(parameters, "high_tail", high_tails);
    options.low_points = parameters.integer("low_points");
    options.high_points = parameters.integer("high_points");
    return options;
}

/// The units of what a tail's fit found: see TailFit.
void set_tail_units(const sdk::Probe& probe, const Options& options) {
    const auto intensity = probe.input("intensity").unit(), unit = unit_of_q(probe), q = "(" + unit + ")";
    probe.output("low_shape").set_unit(options.low == LowTail::guinier ? "1/" + q + "^2" : "1");
    const bool porod = options.high == HighTail::porod;
    probe.output("high_amplitude").set_unit(porod ? "(" + intensity + ") " + q + "^4" : intensity);
    probe.output("high_shape").set_unit(porod ? intensity : "1");
}

void set_facts(const sdk::OutputDescription& invariant, const sdk::Parameters& parameters) {
    for (const auto* name : {"quadrature", "low_tail", "high_tail"}) invariant.set_fact(name, parameters.text(name));
    for (const auto* name : {"q_min", "q_max"})
        if (const auto limit = parameters.optional_number(name)) invariant.set_fact(name, *limit, "1/nm");
}

constexpr double poor_chi_square = 10;  ///< reduced

void write(const sdk::Item& item, const std::string& port, double value, double sigma) {
    item.out(port)[0] = value;
    if (const auto variance = item.out_variances(port); !variance.empty()) variance[0] = sigma * sigma;
}

void write(const sdk::Item& item, const std::string& port, const std::vector<double>& values, const std::vector<double>& variances) {
    std::copy(values.begin(), values.end(), item.out(port).begin());
    if (const auto out = item.out_variances(port); !out.empty()) std::copy(variances.begin(), variances.end(), out.begin());
    std::transform(values.begin(), values.end(), item.out_mask(port).begin(), [](double value) { return std::isnan(value); });
}

void warn(const sdk::Context& context, const Result& result) {
    if (result.low_fit.reduced_chi_square > poor_chi_square || result.high_fit.reduced_chi_square > poor_chi_square)
        context.warn(
            "the form of a tail does not describe its points (reduced chi-square above 10): see the outputs low_chi_square and "
            "high_chi_square");
    switch (result.status) {
        case Status::ok: return;
        case Status::tail_dominates: return context.warn("a tail is more than half of the invariant: see the outputs low_tail and high_tail");
        case Status::divergent: return context.warn("a fitted power law has no finite integral, so there is no invariant: see the output status");
        case Status::tail_not_fitted: return context.warn("the fit of a tail did not converge, so there is no invariant: see the output status");
    }
}

class PorodInvariant : public sdk::Map {
public:
    explicit PorodInvariant(const sdk::Setup& setup) : options_(options_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        set_tail_units(probe, options_of(probe));
        set_facts(probe.output("invariant"), probe.parameters());
        probe.output("status").set_fact("status_codes", "0 ok, 1 tail_dominates, 2 divergent, 3 tail_not_fitted");
    }

    void run(const sdk::Item& item) const {
        const auto result = integrate({item.coordinate("intensity", "q"), item.values("intensity"),
                                       item.variances("intensity"), item.mask("intensity")}, options_);
        write(item, "invariant", result.total.value, result.total.sigma);
        write(item, "integrand", result.integrand, result.integrand_variance);
        write(item, "cumulative", result.cumulative, result.cumulative_variance);
        write(item, "data", result.data.value, result.data.sigma);
        write(item, "low_tail", result.low.value, result.low.sigma);
        write(item, "high_tail", result.high.value, result.high.sigma);
        item.out("quadrature_error")[0] = result.quadrature_term;
        write_fit(item, "low", result.low_fit);
        write_fit(item, "high", result.high_fit);
        item.out("q_first")[0] = result.q_first;
        item.out("q_last")[0] = result.q_last;
        item.out<std::int64_t>("points_left_out")[0] = result.points_left_out;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result);
    }

private:
    static void write_fit(const sdk::Item& item, const std::string& end, const TailFit& fit) {
        write(item, end + "_amplitude", fit.amplitude.value, fit.amplitude.sigma);
        write(item, end + "_shape", fit.shape.value, fit.shape.sigma);
        item.out(end + "_chi_square")[0] = fit.reduced_chi_square;
    }

    Options options_;
};

}  // namespace
}  // namespace sluice::porod_invariant

SLUICE_PLUGIN(sluice::porod_invariant::PorodInvariant)
