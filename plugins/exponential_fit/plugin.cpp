// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its exponential. Where x is from and its unit here, the fit in the kernel.
#include <cstdint>

#include <sluice/sdk/curve_outputs.hpp>
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
          points_(setup),
          fine_(setup.parameters()) {}

    static void probe(const sdk::Probe& probe) {
        const sdk::PointsToFit points(probe);
        const auto& unit = points.unit();
        probe.output("decay_constant").set_unit(unit);
        const auto data = probe.input("data");
        probe.output("reduced_chi_square").set_unit(data.has_variances() ? "1" : "(" + data.unit() + ")^2");
        probe.output("amplitude").set_fact("origin", probe.parameters().number("origin"), unit);
        sdk::FineCurve(probe.parameters()).describe(probe, unit, points.known_x(probe));
        probe.output("curve").set_correlated_over("x");
        for (const auto* port : {"decay_constant", "amplitude", "offset", "curve", "fine_curve"})
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto x = points_.x(item);
        const auto result = fit({x, item.values("data"), item.variances("data"), item.mask("data")}, options_);
        sdk::write(item, "decay_constant", result.decay_constant);
        sdk::write(item, "amplitude", result.amplitude);
        sdk::write(item, "offset", result.offset);
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
}  // namespace sluice::exponential_fit

SLUICE_PLUGIN(sluice::exponential_fit::ExponentialFit)
