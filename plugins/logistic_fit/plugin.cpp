// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its transition. Where x is from and its unit here, the fit in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
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

/// n points over the range of x; none where x has no range.
std::vector<double> fine_points(const std::vector<double>& x, std::int64_t n) {
    double first = std::numeric_limits<double>::infinity(), last = -first;
    for (const double each : x)
        if (std::isfinite(each)) first = std::min(first, each), last = std::max(last, each);
    return first < last ? numerics::spaced(first, last, n) : std::vector<double>{};
}

/// The axis of fine_curve, where it is known before data is read.
void describe_fine_curve(const sdk::Probe& probe, const sdk::PointsToFit& points) {
    const auto n = probe.parameters().integer("curve_points");
    for (const auto* port : {"fine_curve", "fine_x"}) probe.output(port).set_dims({{"curve_x", n}});
    probe.output("fine_x").set_unit(points.unit());
    const auto coordinate = probe.input("data").coordinate("x");
    if (!coordinate || points.has_abscissa()) return;
    auto x = coordinate->edges ? numerics::centres(coordinate->values) : coordinate->values;
    for (double& each : x) each *= points.factor();
    const auto fine = fine_points(x, n);
    if (fine.empty()) return;
    for (const auto* port : {"fine_curve", "fine_x"})
        probe.output(port).set_coordinate("curve_x", {{"curve_x", n}}, points.unit(), fine);
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
    explicit LogisticFit(const sdk::Setup& setup) : options_(options_of(setup.parameters())), points_(setup) {}

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
        describe_fine_curve(probe, points);
        probe.output("curve").set_correlated_over("x");
        probe.output("fine_curve").set_correlated_over("curve_x");
        for (const auto* port : {"midpoint", "width", "low", "high", "curve", "fine_curve"})
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto x = points_.x(item);
        const auto result = fit({x, item.values("data"), item.variances("data"), item.mask("data")}, options_);
        write(item, "midpoint", result.midpoint);
        write(item, "width", result.width);
        write(item, "low", result.low);
        write(item, "high", result.high);
        std::copy(result.curve.covariance.begin(), result.curve.covariance.end(), item.out("covariance").begin());
        write_curve(item, "curve", result.curve, x);
        write_fine_curve(item, result.curve, x);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
    }

private:
    static void write(const sdk::Item& item, const char* port, const Value& value) {
        item.out(port)[0] = value.value;
        item.out_variances(port)[0] = value.variance;
    }
    static void write_curve(const sdk::Item& item, const char* port, const Logistic& curve, const std::vector<double>& x) {
        const auto out = item.out(port), variances = item.out_variances(port);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const Value there = curve.at(x[i]);
            out[i] = there.value;
            variances[i] = there.variance;
        }
    }
    void write_fine_curve(const sdk::Item& item, const Logistic& curve, const std::vector<double>& x) const {
        const auto out = item.out("fine_x");
        auto fine = fine_points(x, static_cast<std::int64_t>(out.size()));
        if (fine.empty()) fine.assign(out.size(), unknown);
        std::copy(fine.begin(), fine.end(), out.begin());
        write_curve(item, "fine_curve", curve, fine);
    }

    Options options_;
    sdk::PointsToFit points_;
};

}  // namespace
}  // namespace sluice::logistic_fit

SLUICE_PLUGIN(sluice::logistic_fit::LogisticFit)
