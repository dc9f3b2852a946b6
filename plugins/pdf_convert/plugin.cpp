// SPDX-License-Identifier: BSD-3-Clause
// The map: units, and what the two functions need, here; the arithmetic in the kernel.
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::pdf_convert {
namespace {

double factor_or_zero(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return setup.context().host().unit_factor(sdk::to_text(from), sdk::to_text(to));
}

bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

/// The two functions, when one follows from the other point by point.
struct Pair {
    const Definition &from, &to;
};

Pair pair_of(const sdk::Setup& setup) {
    const Pair pair{definition_of(setup.parameters().text("from")), definition_of(setup.parameters().text("to"))};
    if (pair.from.over_q == pair.to.over_q) return pair;
    const std::string from(pair.from.name), to(pair.to.name);
    throw sdk::RecipeError(from + " is a function of " + (pair.from.over_q ? "q" : "r") + " and " + to + " one of " +
                           (pair.to.over_q ? "q" : "r") + ": between them lies a transform over the whole curve. Use " +
                           (pair.from.over_q ? "pair_distribution (it takes S, and gives G)"
                                             : "inverse_pair_distribution (it takes G, and gives S)") +
                           ", then convert.");
}

std::string unit_of_amplitude(const sdk::Setup& setup) {
    const auto input = setup.input("square_mean");
    return input.present() ? input.unit() : setup.parameters().text("amplitude_unit");
}

/// Of a function, with the amplitude in its own unit.
std::string unit_of(const Definition& definition, const std::string& amplitude_unit) {
    const std::string length = definition.over_q       ? (definition.power == 1 ? "1/angstrom" : "1")
                               : definition.power == 1 ? "1/angstrom^2"
                               : definition.power == 2 ? "1/angstrom"
                                                       : "1";
    if (definition.amplitude == 0 || amplitude_unit == "1") return length;
    return length == "1" ? amplitude_unit : "(" + amplitude_unit + ") (" + length + ")";
}

double factor_of_values(const sdk::Setup& setup, const Pair& pair) {
    const auto own = setup.input("data").unit(), wanted = unit_of(pair.from, unit_of_amplitude(setup));
    const double factor = factor_or_zero(setup, own, wanted);
    if (factor != 0) return factor;
    throw sdk::RecipeError("the data is in " + own + ", but " + std::string(pair.from.name) + " is in " + wanted +
                           ". Is it another function (parameter from), or has the amplitude another unit (amplitude_unit)?");
}

double factor_of_x(const sdk::Setup& setup, const Pair& pair) {
    const auto own = setup.input("data").coordinate_unit("x").value();  // plugin.json requires it
    const std::string wanted = pair.from.over_q ? "1/angstrom" : "angstrom";
    const double factor = factor_or_zero(setup, own, wanted);
    if (factor != 0) return factor;
    throw sdk::RecipeError(std::string(pair.from.name) + " is a function of " + (pair.from.over_q ? "q" : "r") + " (" + wanted +
                           "), but the coordinate bound to x is in " + own + ". Bind x to the right dimension, or correct from.");
}

/// The density of the whole data, when it is no number of each item.
std::optional<double> density_of(const sdk::Setup& setup, const Pair& pair) {
    if (!needs_density(pair.from, pair.to) || given(setup, "number_density")) return std::nullopt;
    const auto fact = setup.input("data").fact_number("number_density", "1/angstrom^3");
    if (fact) return fact;
    throw sdk::RecipeError(std::string(pair.from.name) + " to " + std::string(pair.to.name) +
                           " needs the number density, and the data has no fact number_density. Set number_density "
                           "(atoms per angstrom^3; atomic_factors gives it from composition and density).");
}

/// A density is a property of the sample: what the data was made with and what is given here must be one number, and it goes with
/// the result.
void describe_density(const sdk::Probe& probe, const Pair& pair, const sdk::OutputDescription& out) {
    if (!needs_density(pair.from, pair.to) || !given(probe, "number_density")) return;
    const auto fact = probe.input("data").fact_number("number_density", "1/angstrom^3");
    if (probe.parameters().json("number_density").front() == '{') {  // one per item, from a step
        if (fact) out.drop_fact("number_density");
        return;
    }
    const double here = probe.parameters().number("number_density");
    if (fact && std::abs(here - *fact) > 1e-6 * *fact)
        throw sdk::RecipeError("number_density is " + std::to_string(here) + " 1/angstrom^3, but the data was made with " +
                               std::to_string(*fact) +
                               " (its fact number_density). Leave number_density out, or correct it where the data is made.");
    out.set_fact("number_density", here, "1/angstrom^3");
}

void check_amplitude(const sdk::Setup& setup, const Pair& pair) {
    const bool input = setup.input("square_mean").present(), number = given(setup, "square_mean_amplitude");
    if (input && number)
        throw sdk::RecipeError("the input 'square_mean' and the parameter 'square_mean_amplitude' are both given. Remove one.");
    if (input && !pair.from.over_q)
        throw sdk::RecipeError("the input 'square_mean' is a function of q, and " + std::string(pair.from.name) +
                               " one of r. Set square_mean_amplitude to the number that was used in the transform.");
    if (needs_amplitude(pair.from, pair.to) && !input && !number)
        throw sdk::RecipeError(std::string(pair.from.name) + " to " + std::string(pair.to.name) +
                               " needs the squared mean amplitude. Set square_mean_amplitude and amplitude_unit" +
                               (pair.from.over_q ? ", or connect square_mean of atomic_factors." : "."));
}

class PdfConvert : public sdk::Map {
public:
    explicit PdfConvert(const sdk::Setup& setup)
        : pair_(pair_of(setup)),
          value_factor_(factor_of_values(setup, pair_)),
          x_factor_(factor_of_x(setup, pair_)),
          density_(density_of(setup, pair_)),
          at_zero_(setup.parameters().text("at_zero") == "limit" ? AtZero::limit : AtZero::masked) {}

    static void probe(const sdk::Probe& probe) {
        const auto pair = pair_of(probe);
        check_amplitude(probe, pair);
        static_cast<void>(factor_of_values(probe, pair));
        static_cast<void>(factor_of_x(probe, pair));
        if (const auto density = density_of(probe, pair)) probe.context().resolved("number_density", std::to_string(*density));
        const auto out = probe.output("data");
        out.set_unit(unit_of(pair.to, unit_of_amplitude(probe)));
        describe_density(probe, pair, out);
        for (const auto& dim : probe.input("data").correlated_over()) out.set_correlated_over(dim);
    }

    void run(const sdk::Item& item) const {
        const auto x = scaled(item.coordinate("data", "x"), x_factor_);
        const auto values = scaled(item.values("data"), value_factor_);
        const auto variances = scaled(item.variances("data"), value_factor_ * value_factor_);
        const auto amplitude = amplitude_of(item);
        const Medium medium{density_ ? *density_ : item.number("number_density").value_or(unknown), amplitude};
        const auto left_out = convert(pair_.from, pair_.to, {x, values, variances, item.mask("data")}, medium, at_zero_,
                                      {item.out("data"), item.out_variances("data"), item.out_mask("data")});
        if (left_out == static_cast<std::ptrdiff_t>(x.size()))
            item.context().warn("a whole curve is masked: its data, its density or its amplitude is NaN or masked");
    }

private:
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    static std::vector<double> scaled(std::span<const double> values, double factor) {
        std::vector<double> out(values.begin(), values.end());
        for (double& each : out) each *= factor;
        return out;
    }

    static std::vector<double> amplitude_of(const sdk::Item& item) {
        if (!item.present("square_mean")) return {item.number("square_mean_amplitude").value_or(unknown)};
        const auto values = item.values("square_mean");
        const auto mask = item.mask("square_mean");
        std::vector<double> out(values.begin(), values.end());
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] != 0) out[i] = unknown;
        return out;
    }

    Pair pair_;
    double value_factor_, x_factor_;
    std::optional<double> density_;
    AtZero at_zero_;
};

}  // namespace
}  // namespace sluice::pdf_convert

SLUICE_PLUGIN(sluice::pdf_convert::PdfConvert)
