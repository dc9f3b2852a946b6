// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its exponential. Where x is from and its unit here, the fit in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/points_to_fit.hpp>

#include "kernel.hpp"

namespace sluice::exponential_fit {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 no_amplitude, 2 no_decay, 3 straight_line, 4 too_few_points, 5 bound_hit, 6 not_converged";

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.offset = parameters.optional_number("offset");
    options.origin = parameters.number("origin");
    options.first = parameters.optional_number("first").value_or(options.first);
    options.last = parameters.optional_number("last").value_or(options.last);
    return options;
}

struct Range {
    std::optional<double> from, to;

    [[nodiscard]] Range within(const std::vector<double>& x) const {
        Range out = *this;
        for (const double each : x) {
            if (!std::isfinite(each)) continue;
            if (!from) out.from = std::min(each, out.from.value_or(each));
            if (!to) out.to = std::max(each, out.to.value_or(each));
        }
        return out;
    }
    [[nodiscard]] std::vector<double> points(std::int64_t n) const {
        std::vector<double> all;
        for (std::int64_t i = 0; i < n; ++i)
            all.push_back(*from + (*to - *from) * static_cast<double>(i) / static_cast<double>(n - 1));
        return all;
    }
};

Range range_of(const sdk::Parameters& parameters) {
    Range range{parameters.optional_number("curve_from"), parameters.optional_number("curve_to")};
    if (range.from && range.to && !(*range.from < *range.to))
        throw sdk::RecipeError("curve_from must be below curve_to. Swap the two.");
    return range;
}

/// The axis of fine_curve, where it is known before data is read.
void describe_fine_curve(const sdk::Probe& probe, const sdk::PointsToFit& points) {
    const auto n = probe.parameters().integer("curve_points");
    Range range = range_of(probe.parameters());
    const auto coordinate = probe.input("data").coordinate("x");
    if (coordinate && !points.has_abscissa()) {
        auto x = coordinate->edges ? numerics::centres(coordinate->values) : coordinate->values;
        for (double& each : x) each *= points.factor();
        range = range.within(x);
    }
    for (const auto* port : {"fine_curve", "fine_x"}) {
        probe.output(port).set_dims({{"curve_x", n}});
        if (range.from && range.to) probe.output(port).set_coordinate("curve_x", {{"curve_x", n}}, points.unit(), range.points(n));
    }
    probe.output("fine_x").set_unit(points.unit());
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::no_amplitude:
            return context.warn("the offset alone describes a curve as well, so there is no exponential: see the output status");
        case Status::no_decay:
            return context.warn("a constant describes a curve as well, so there is no exponential: see the output status");
        case Status::straight_line:
            return context.warn(
                "a straight line describes a curve as well, so its decay constant and offset cannot be told apart: see the "
                "output "
                "status");
        case Status::too_few_points:
            return context.warn("a curve has too few points for its exponential: see the outputs status and points");
        case Status::bound_hit:
            return context.warn("a fit ended on a bound, so it gives no variances: see the output status");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
    }
}

class ExponentialFit : public sdk::Map {
public:
    explicit ExponentialFit(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())),
          range_(range_of(setup.parameters())),
          points_(setup) {}

    static void probe(const sdk::Probe& probe) {
        const sdk::PointsToFit points(probe);
        const auto& unit = points.unit();
        probe.output("decay_constant").set_unit(unit);
        const auto data = probe.input("data");
        probe.output("reduced_chi_square").set_unit(data.has_variances() ? "1" : "(" + data.unit() + ")^2");
        probe.output("amplitude").set_fact("origin", probe.parameters().number("origin"), unit);
        describe_fine_curve(probe, points);
        probe.output("curve").set_correlated_over("x");
        probe.output("fine_curve").set_correlated_over("curve_x");
        for (const auto* port : {"decay_constant", "amplitude", "offset", "curve", "fine_curve"})
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto x = points_.x(item);
        const auto result = fit({x, item.values("data"), item.variances("data"), item.mask("data")}, options_);
        write(item, "decay_constant", result.decay_constant);
        write(item, "amplitude", result.amplitude);
        write(item, "offset", result.offset);
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
    static void write_curve(const sdk::Item& item, const char* port, const Exponential& curve, const std::vector<double>& x) {
        const auto out = item.out(port), variances = item.out_variances(port);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const Value there = curve.at(x[i]);
            out[i] = there.value;
            variances[i] = there.variance;
        }
    }
    void write_fine_curve(const sdk::Item& item, const Exponential& curve, const std::vector<double>& x) const {
        const auto out = item.out("fine_x");
        Range range = range_.within(x);
        if (!range.from || !range.to) range = {unknown, unknown};  // no x is a number
        const auto fine = range.points(static_cast<std::int64_t>(out.size()));
        std::copy(fine.begin(), fine.end(), out.begin());
        write_curve(item, "fine_curve", curve, fine);
    }

    Options options_;
    Range range_;
    sdk::PointsToFit points_;
};

}  // namespace
}  // namespace sluice::exponential_fit

SLUICE_PLUGIN(sluice::exponential_fit::ExponentialFit)
