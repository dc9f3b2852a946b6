// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its polynomial. Where x is from and its unit here, the fit in the kernel.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::polynomial_fit {
namespace {

std::string own_unit_of_x(const sdk::Setup& setup) {
    if (setup.input("abscissa").present()) return setup.input("abscissa").unit();
    const auto unit = setup.input("data").coordinate_unit("x");
    if (!unit)
        throw sdk::RecipeError(
            "the data has no coordinate along its dimension x, and no input 'abscissa' is connected. Give the x of the points "
            "by one of the two.");
    return *unit;
}

std::string unit_of_x(const sdk::Setup& setup) {
    return setup.parameters().optional_text("x_unit").value_or(own_unit_of_x(setup));
}

/// From the unit of x to x_unit. One unit with an offset, degC, is at least itself.
double factor_of_x(const sdk::Setup& setup) {
    const auto own = own_unit_of_x(setup), wanted = unit_of_x(setup);
    return own == wanted ? 1 : setup.context().unit_factor(own, wanted);
}

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.degree = parameters.integer("degree");
    options.about = parameters.number("about");
    options.at = parameters.number("at");
    options.first = parameters.optional_number("first").value_or(options.first);
    options.last = parameters.optional_number("last").value_or(options.last);
    return options;
}

std::vector<double> powers(std::int64_t count) {
    std::vector<double> all;
    for (std::int64_t k = 0; k < count; ++k) all.push_back(static_cast<double>(k));
    return all;
}

void size_powers(const sdk::Probe& probe, std::int64_t n) {
    const std::vector<sdk::DimSize> power{{"power", n}}, power2{{"power2", n}};
    probe.output("coefficients").set_dims(power);
    probe.output("coefficients").set_coordinate("power", power, "1", powers(n));
    probe.output("covariance").set_dims({power[0], power2[0]});
    probe.output("covariance").set_coordinate("power", power, "1", powers(n));
    probe.output("covariance").set_coordinate("power2", power2, "1", powers(n));
}

bool correlated(const sdk::Setup& setup) {
    const auto over = setup.input("data").correlated_over();
    return std::find(over.begin(), over.end(), "x") != over.end();
}

void refuse_correlated(const sdk::Setup& setup) {
    if (!correlated(setup) || setup.parameters().boolean("allow_correlated")) return;
    throw sdk::RecipeError(
        "the variances of input 'data' are correlated over x (its points share an uncertain number), so the uncertainties of a "
        "fit would be too small. Set allow_correlated to take the points as independent all the same.");
}

const char* uncertainty_from(const sdk::Setup& setup) {
    if (!setup.input("data").has_variances()) return "scatter";
    return correlated(setup) ? "propagated, correlations ignored" : "propagated";
}

class PolynomialFit : public sdk::Map {
public:
    explicit PolynomialFit(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())), factor_(factor_of_x(setup)), own_x_(setup.input("abscissa").present()) {}

    static void probe(const sdk::Probe& probe) {
        refuse_correlated(probe);
        const auto options = options_of(probe.parameters());
        const auto unit = unit_of_x(probe);
        size_powers(probe, options.degree + 1);
        probe.output("slope").set_unit("(" + probe.input("data").unit() + ")/(" + unit + ")");
        probe.output("coefficients").set_correlated_over("power");
        probe.output("curve").set_correlated_over("x");
        for (const auto* port : {"coefficients", "covariance"}) {
            probe.output(port).set_fact("about", options.about, unit);
            probe.output(port).set_fact("x_unit", unit);
        }
        for (const auto* port : {"value", "slope"}) probe.output(port).set_fact("at", options.at, unit);
        for (const auto* port : {"coefficients", "value", "slope", "curve"})
            probe.output(port).set_fact("uncertainty_from", uncertainty_from(probe));
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points");
    }

    void run(const sdk::Item& item) const {
        const auto result = fit({x_of(item), item.values("data"), item.variances("data"), item.mask("data")}, options_);
        write(item, "coefficients", result.coefficients);
        for (std::size_t k = 0, n = result.coefficients.size(); k < n; ++k)
            item.out_variances("coefficients")[k] = result.covariance[k * n + k];
        write(item, "covariance", result.covariance);
        write(item, "value", result.value);
        write(item, "slope", result.slope);
        write(item, "curve", result.curve);
        std::copy(result.curve_variances.begin(), result.curve_variances.end(), item.out_variances("curve").begin());
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        if (result.status != Status::ok)
            item.context().warn("a curve has too few points for its polynomial: see the outputs status and points");
    }

private:
    static void write(const sdk::Item& item, const char* port, const std::vector<double>& values) {
        std::copy(values.begin(), values.end(), item.out(port).begin());
    }
    static void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        item.out_variances(port)[0] = estimate.variance;
    }

    /// NaN where an abscissa is masked.
    [[nodiscard]] std::vector<double> x_of(const sdk::Item& item) const {
        const auto given = own_x_ ? item.values("abscissa") : item.coordinate("data", "x");
        const auto masked = own_x_ ? item.mask("abscissa") : std::span<const std::uint8_t>();
        std::vector<double> x(given.begin(), given.end());
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = !masked.empty() && masked[i] != 0 ? std::numeric_limits<double>::quiet_NaN() : x[i] * factor_;
        return x;
    }

    Options options_;
    double factor_;  ///< from the unit of x to x_unit
    bool own_x_;
};

}  // namespace
}  // namespace sluice::polynomial_fit

SLUICE_PLUGIN(sluice::polynomial_fit::PolynomialFit)
