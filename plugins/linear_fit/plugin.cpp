// SPDX-License-Identifier: BSD-3-Clause
// The map: two columns to their line. Units, weights and masks here, the fit in the kernel.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::linear_fit {
namespace {

using Doubles = std::vector<double>;

constexpr const char* status_codes = "0 ok, 1 too_few_points, 2 not_determined, 3 covariance_not_positive";

/// A unit with an offset, degC, is at least itself.
double factor_between(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return from == to ? 1 : setup.context().unit_factor(from, to);
}

bool equal_errors(const sdk::Setup& setup) { return setup.parameters().text("errors") == "equal"; }

Options options_of(const sdk::Setup& setup) {
    Options options;
    options.about = setup.parameters().number("about");
    options.equal_errors = equal_errors(setup);
    if (!options.equal_errors) return options;
    const auto x = setup.input("x").unit(), y = setup.input("y").unit();
    try {
        options.y_over_x = factor_between(setup, x, y);
    } catch (const sdk::RecipeError&) {
        throw sdk::RecipeError("errors = equal takes one error for both coordinates, but x is in '" + x + "' and y in '" + y +
                               "'. Give variances to both and use errors = given.");
    }
    return options;
}

void check_correlated(const sdk::Setup& setup) {
    const auto over = setup.input("y").correlated_over();
    if (std::find(over.begin(), over.end(), "x") == over.end() || setup.input("y_covariance").present()) return;
    if (setup.parameters().boolean("allow_correlated")) return;
    throw sdk::RecipeError(
        "the variances of input 'y' are correlated over the points (they share an uncertain number), so the uncertainties of a "
        "line would "
        "be wrong. Connect their covariance to 'y_covariance', or set allow_correlated to take the points as independent all the "
        "same.");
}

std::string uncertainty_from(const sdk::Setup& setup) {
    const bool x = setup.input("x").has_variances(), covariance = setup.input("y_covariance").present();
    const bool y = setup.input("y").has_variances() || covariance;
    if (equal_errors(setup) || (!x && !y)) return "scatter";
    const auto over = setup.input("y").correlated_over();
    const bool shared = !covariance && std::find(over.begin(), over.end(), "x") != over.end();
    return shared ? "propagated, correlations ignored" : "propagated";
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::too_few_points:
            return context.warn("a line has too few points: see the outputs status and points");
        case Status::not_determined:
            return context.warn("the points do not determine a line y(x): see the output status");
        case Status::covariance_not_positive:
            return context.warn("the covariance of y is not that of any errors, so it gives no weights: see the output status");
    }
}

/// NaN where masked.
Doubles unmasked(const sdk::Item& item, const char* port) {
    const auto given = item.values(port);
    const auto mask = item.mask(port);
    Doubles out(given.begin(), given.end());
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] != 0) out[i] = unknown;
    return out;
}

class LinearFit : public sdk::Map {
public:
    explicit LinearFit(const sdk::Setup& setup)
        : options_(options_of(setup)),
          fine_(setup.parameters()),
          error_correlation_(setup.parameters().number("error_correlation")) {
        const auto covariance = setup.input("y_covariance");
        if (covariance.present()) to_y_squared_ = factor_between(setup, covariance.unit(), "(" + setup.input("y").unit() + ")^2");
        if (setup.input("correlations").present() && error_correlation_ != 0)
            throw sdk::RecipeError("both error_correlation and the input 'correlations' are given. Remove one of them.");
    }

    static void probe(const sdk::Probe& probe) {
        check_correlated(probe);
        static_cast<void>(options_of(probe));
        const std::vector<std::string> names{"intercept", "slope"};
        const auto covariance = probe.output("covariance");
        covariance.set_dims({{"parameter", 2}, {"parameter2", 2}});
        covariance.set_labels("parameter", "parameter", names);
        covariance.set_labels("parameter2", "parameter2", names);
        const auto unit = probe.input("x").unit();
        sdk::FineCurve(probe.parameters()).describe(probe, unit, std::nullopt);
        probe.output("curve").set_correlated_over("x");
        for (const auto* port : {"slope", "intercept", "covariance", "curve", "fine_curve"})
            probe.output(port).set_fact("uncertainty_from", uncertainty_from(probe));
        for (const auto* port : {"intercept", "covariance"})
            probe.output(port).set_fact("about", probe.parameters().number("about"), unit);
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const Doubles x = unmasked(item, "x"), y = unmasked(item, "y"), covariance = covariance_of(item),
                      correlation = correlation_of(item);
        const auto result = fit({x, y, item.variances("x"), item.variances("y"), correlation, covariance, {}}, options_);
        sdk::write(item, "slope", result.line.slope);
        sdk::write(item, "intercept", result.intercept);
        const Doubles all{result.intercept.variance, result.intercept_slope_covariance, result.intercept_slope_covariance,
                          result.line.slope.variance};
        std::copy(all.begin(), all.end(), item.out("covariance").begin());
        item.out("correlation")[0] = result.correlation;
        sdk::write_curve(item, "curve", result.line, x);
        fine_.write(item, result.line, x);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
    }

private:
    [[nodiscard]] Doubles covariance_of(const sdk::Item& item) const {
        if (!item.present("y_covariance")) return {};
        Doubles out = unmasked(item, "y_covariance");
        for (double& each : out) each *= to_y_squared_;
        return out;
    }
    [[nodiscard]] Doubles correlation_of(const sdk::Item& item) const {
        if (item.present("correlations")) return unmasked(item, "correlations");
        return error_correlation_ == 0 ? Doubles() : Doubles(item.values("x").size(), error_correlation_);
    }

    Options options_;
    sdk::FineCurve fine_;
    double error_correlation_, to_y_squared_ = 1;
};

}  // namespace
}  // namespace sluice::linear_fit

SLUICE_PLUGIN(sluice::linear_fit::LinearFit)
