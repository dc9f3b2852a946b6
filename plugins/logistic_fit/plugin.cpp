// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its transition. Where x is from and its unit here, the fit in the kernel.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/points_to_fit.hpp>

#include "kernel.hpp"

namespace sluice::logistic_fit {
namespace {

constexpr const char* status_codes = "0 ok, 1 too_few_points, 2 no_transition, 3 at_edge, 4 unresolved, 5 not_converged";
const std::vector<std::string> parameter_names{"midpoint", "width", "low", "high"};

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.low = parameters.optional_number("low");
    options.high = parameters.optional_number("high");
    options.first = parameters.optional_number("first").value_or(options.first);
    options.last = parameters.optional_number("last").value_or(options.last);
    return options;
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::too_few_points:
            return context.warn("a curve has too few points for its transition: see the outputs status and points");
        case Status::no_transition:
            return context.warn(
                "a constant or a straight line describes a curve as well, so there is no transition: see the output status");
        case Status::at_edge:
            return context.warn(
                "the points do not show both levels of a transition, so the fit gives no variances: see the output status");
        case Status::unresolved:
            return context.warn(
                "a transition is sharper than the points are apart: its midpoint is that of a gap, its width is not known");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
    }
}

class LogisticFit : public sdk::Map {
public:
    explicit LogisticFit(const sdk::Setup& setup) : options_(options_of(setup.parameters())), points_(setup), fine_(setup.parameters()) {}

    static void probe(const sdk::Probe& probe) {
        const sdk::PointsToFit points(probe);
        const auto data = probe.input("data");
        for (const auto* port : {"midpoint", "width"}) probe.output(port).set_unit(points.unit());
        probe.output("reduced_chi_square").set_unit(data.has_variances() ? "1" : "(" + data.unit() + ")^2");
        const auto covariance = probe.output("covariance");
        covariance.set_dims({{"parameter", 4}, {"parameter2", 4}});
        covariance.set_unit("1");
        covariance.set_labels("parameter", "parameter", parameter_names);
        covariance.set_labels("parameter2", "parameter2", parameter_names);
        covariance.set_fact("units", points.unit() + ", " + points.unit() + ", " + data.unit() + ", " + data.unit());
        sdk::FineCurve(probe.parameters()).describe(probe, points.unit(), points.known_x(probe));
        probe.output("curve").set_correlated_over("x");
        for (const auto* port : {"midpoint", "width", "low", "high", "curve", "fine_curve"})
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto x = points_.x(item);
        const auto result = fit({x, item.values("data"), item.variances("data"), item.mask("data")}, options_);
        sdk::write(item, "midpoint", result.midpoint);
        sdk::write(item, "width", result.width);
        sdk::write(item, "low", result.low);
        sdk::write(item, "high", result.high);
        std::copy(result.curve.covariance.begin(), result.curve.covariance.end(), item.out("covariance").begin());
        sdk::write_curve(item, "curve", result.curve, x);
        fine_.write(item, result.curve, x);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
    }

private:
    Options options_;
    sdk::PointsToFit points_;
    sdk::FineCurve fine_;
};

}  // namespace
}  // namespace sluice::logistic_fit

SLUICE_PLUGIN(sluice::logistic_fit::LogisticFit)
