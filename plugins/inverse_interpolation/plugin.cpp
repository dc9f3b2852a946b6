// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve and a level to the x where they meet. Units here, the rest in the kernel.
#include <algorithm>
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::inverse_interpolation {
namespace {

constexpr const char* status_codes = "0 ok, 1 below_range, 2 above_range, 3 not_monotonic, 4 too_few_points, 5 no_level";

bool correlated(const sdk::Setup& setup) {
    const auto over = setup.input("curve").correlated_over();
    return std::find(over.begin(), over.end(), "x") != over.end();
}

bool has_variances(const sdk::Setup& setup) {
    return setup.input("curve").has_variances() || setup.input("level").has_variances();
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Options options;
    options.method = parameters.text("method") == "linear" ? Method::linear : Method::monotone_cubic;
    options.scale = parameters.text("scale") == "linear" ? Scale::linear : Scale::logarithmic;
    options.monotonic_within = parameters.number("monotonic_within");
    options.correlated = correlated(setup);
    return options;
}

/// From the unit of the level to that of the curve; a unit with an offset, degC, is at least itself.
double level_factor(const sdk::Setup& setup) {
    const auto from = setup.input("level").unit(), to = setup.input("curve").unit();
    return from == to ? 1 : setup.context().unit_factor(from, to);
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::below_range:
            return context.warn("a level is below all values of its curve, so there is no x: see the output status");
        case Status::above_range:
            return context.warn("a level is above all values of its curve, so there is no x: see the output status");
        case Status::not_monotonic:
            return context.warn(
                "a curve meets its level several times, or turns next to where it does, so there is no one x: see the output "
                "status; "
                "take a part of the curve, or a fit through it");
        case Status::too_few_points:
            return context.warn("a curve has fewer than 2 points: see the outputs status and points");
        case Status::no_level:
            return context.warn("a level is masked or not a number: see the output status");
    }
}

class InverseInterpolation : public sdk::Map {
public:
    explicit InverseInterpolation(const sdk::Setup& setup)
        : options_(options_of(setup)), level_factor_(level_factor(setup)), has_variances_(has_variances(setup)) {}

    static void probe(const sdk::Probe& probe) {
        probe.output("x").set_variances(has_variances(probe));
        probe.output("x").set_fact("method", probe.parameters().text("method"));
        probe.output("x").set_fact("scale", probe.parameters().text("scale"));
        const bool together = probe.input("curve").has_variances() && correlated(probe);
        probe.output("x").set_fact("uncertainty_from", !has_variances(probe) ? "none"
                                                       : together            ? "propagated, errors of the curve fully correlated"
                                                                             : "propagated");
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const Points points{item.coordinate("curve", "x"), item.values("curve"), item.variances("curve"), item.mask("curve")};
        const auto result = invert(points, level_of(item), options_);
        item.out("x")[0] = result.x.value;
        if (has_variances_) item.out_variances("x")[0] = result.x.variance;
        item.out("lower")[0] = has_variances_ ? result.lower : unknown;
        item.out("upper")[0] = has_variances_ ? result.upper : unknown;
        item.out("slope")[0] = result.slope;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
        if (result.not_positive > 0)
            item.context().warn(
                "a curve has points that are not above 0, which its logarithmic scale leaves out: see the output points");
    }

private:
    [[nodiscard]] Level level_of(const sdk::Item& item) const {
        const auto mask = item.mask("level");
        const auto variances = item.variances("level");
        if (!mask.empty() && mask[0] != 0) return {unknown};
        return {level_factor_ * item.values("level")[0], variances.empty() ? 0 : level_factor_ * level_factor_ * variances[0]};
    }

    Options options_;
    double level_factor_;
    bool has_variances_;  ///< of the curve or of the level
};

}  // namespace
}  // namespace sluice::inverse_interpolation

SLUICE_PLUGIN(sluice::inverse_interpolation::InverseInterpolation)
