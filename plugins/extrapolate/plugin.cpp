// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its value at one point. Units of x and weights here, the fit in the kernel.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::extrapolate {
namespace {

constexpr std::array<std::string_view, 3> forms{"constant", "line", "quadratic"};  // in the order of the enum

std::string unit_of_x(const sdk::Setup& setup) { return setup.input("data").coordinate_unit("x").value(); }

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = unit_of_x(setup);
    const double factor = setup.context().unit_factor(parameters.optional_text("x_unit").value_or(unit), unit);
    Options options;
    options.form = static_cast<Form>(std::find(forms.begin(), forms.end(), parameters.text("form")) - forms.begin());
    options.at = factor * parameters.number("at");
    if (const auto first = parameters.optional_number("first")) options.first = factor * *first;
    if (const auto last = parameters.optional_number("last")) options.last = factor * *last;
    return options;
}

/// What weighs the fit: the input 'errors', else the data themselves.
const char* weighing(const sdk::Setup& setup) { return setup.input("errors").present() ? "errors" : "data"; }

class Extrapolate : public sdk::Map {
public:
    explicit Extrapolate(const sdk::Setup& setup) : options_(options_of(setup)), weighing_(weighing(setup)) {
        const double factor = setup.context().unit_factor(setup.input(weighing_).unit(), setup.input("data").unit());
        variance_factor_ = factor * factor;
    }

    static void probe(const sdk::Probe& probe) {
        const bool weighted = probe.input(weighing(probe)).has_variances();
        for (const auto* port : {"value", "slope"}) {
            const auto output = probe.output(port);
            output.set_fact("form", probe.parameters().text("form"));
            output.set_fact("at", options_of(probe).at, unit_of_x(probe));
            output.set_fact("uncertainty_from", weighted ? "propagated" : "scatter");
        }
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points");
    }

    void run(const sdk::Item& item) const {
        auto variances = item.unmasked_variances(weighing_);
        for (auto& variance : variances) variance *= variance_factor_;   // in the unit of the data
        const auto result =
            extrapolate({item.coordinate("data", "x"), item.values("data"), variances, item.mask("data")}, options_);
        write(item, "value", result.value);
        write(item, "slope", result.slope);
        std::copy(result.curve.begin(), result.curve.end(), item.out("curve").begin());
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
    }

private:
    static void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        item.out_variances(port)[0] = estimate.variance;
    }

    Options options_;
    const char* weighing_;
    double variance_factor_;
};

}  // namespace
}  // namespace sluice::extrapolate

SLUICE_PLUGIN(sluice::extrapolate::Extrapolate)
