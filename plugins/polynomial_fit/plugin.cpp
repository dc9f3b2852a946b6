// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its polynomial. Where x is from and its unit here, the fit in the kernel.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/points_to_fit.hpp>

#include "kernel.hpp"

namespace sluice::polynomial_fit {
namespace {

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

class PolynomialFit : public sdk::Map {
public:
    explicit PolynomialFit(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())), points_(setup) {}

    static void probe(const sdk::Probe& probe) {
        const sdk::PointsToFit points(probe);
        const auto options = options_of(probe.parameters());
        const auto& unit = points.unit();
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
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points");
    }

    void run(const sdk::Item& item) const {
        const auto result = fit({points_.x(item), item.values("data"), item.variances("data"), item.mask("data")}, options_);
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

    Options options_;
    sdk::PointsToFit points_;
};

}  // namespace
}  // namespace sluice::polynomial_fit

SLUICE_PLUGIN(sluice::polynomial_fit::PolynomialFit)
