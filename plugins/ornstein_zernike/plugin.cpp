// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its correlation length, or to the reason why it has none.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::ornstein_zernike {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 poor_fit; not applicable: 2 no_fall, 3 no_plateau, 4 no_inflection; 5 not_determined, 6 too_few_points, "
    "7 no_background";

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = setup.input("intensity").coordinate_unit("q").value();  // plugin.json requires it
    Options options;
    options.q_min = parameters.optional_number("q_min", unit).value_or(options.q_min);
    options.q_max = parameters.optional_number("q_max", unit).value_or(options.q_max);
    return options;
}

bool fixed_by_number(const sdk::Setup& setup) { return setup.parameters().optional_number("background").has_value(); }
bool fixed_by_step(const sdk::Setup& setup) { return setup.input("known_background").present(); }

void write(const sdk::Item& item, const char* port, const Value& value) {
    item.out(port)[0] = value.value;
    item.out_variances(port)[0] = value.variance;
    item.out_mask(port)[0] = std::isnan(value.value);
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::poor_fit:
            return context.warn("the Ornstein-Zernike law does not describe a curve: see the output reduced_chi_square");
        case Status::no_fall:
            return context.warn(
                "not applicable: a curve does not fall significantly in the window, so it has no correlation length: see the "
                "output status");
        case Status::no_plateau:
            return context.warn(
                "not applicable: the smallest q times the correlation length is not below 1, so only a power law is seen: see "
                "the output status");
        case Status::no_inflection:
            return context.warn(
                "not applicable: a curve has no inflection in the window, so nothing tells the Ornstein-Zernike law from "
                "others: see the output status");
        case Status::not_determined:
            return context.warn("a curve does not determine its correlation length: see the output status");
        case Status::too_few_points:
            return context.warn("a curve has too few points to fit: see the outputs status and points");
        case Status::no_background:
            return context.warn("a background given is NaN, so nothing was fitted: see the output status");
    }
}

class OrnsteinZernike : public sdk::Map {
public:
    explicit OrnsteinZernike(const sdk::Setup& setup)
        : options_(options_of(setup)),
          background_(setup.parameters().optional_number("background")),
          by_step_(fixed_by_step(setup)) {
        if (by_step_)
            factor_ = setup.context().unit_factor(setup.input("known_background").unit(), setup.input("intensity").unit());
        if (setup.input("intensity").fact("smoothed"))
            setup.context().warn("a smoothed curve is fitted, whose points are correlated: the variances are too small");
    }

    static void probe(const sdk::Probe& probe) {
        if (fixed_by_number(probe) && fixed_by_step(probe))
            throw sdk::RecipeError("background is given and known_background is connected; remove one of them");
        const auto length = probe.output("correlation_length");
        length.set_fact("background", fixed_by_number(probe) || fixed_by_step(probe) ? "fixed" : "free");
        length.set_fact("uncertainty_from", probe.input("intensity").has_variances() ? "propagated" : "scatter");
        for (const auto* name : {"q_min", "q_max"})
            if (const auto limit = probe.parameters().optional_number(name)) length.set_fact(name, *limit, "1/nm");
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const Curve curve{item.coordinate("intensity", "q"), item.values("intensity"), item.variances("intensity"),
                          item.mask("intensity")};
        const auto result = fit(curve, by_step_ ? given_to(item) : background_, options_);
        write(item, "correlation_length", result.correlation_length);
        write(item, "intensity", result.intensity);
        write(item, "background", result.background);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out_mask("reduced_chi_square")[0] = std::isnan(result.reduced_chi_square);
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        std::copy(result.curve.begin(), result.curve.end(), item.out("curve").begin());
        std::transform(result.curve.begin(), result.curve.end(), item.out_mask("curve").begin(),
                       [](double value) { return std::isnan(value); });
        warn(item.context(), result.status);
    }

private:
    /// NaN where it is masked.
    [[nodiscard]] std::optional<double> given_to(const sdk::Item& item) const {
        const auto mask = item.mask("known_background");
        if (!mask.empty() && mask[0] != 0) return unknown;
        return factor_ * item.values("known_background")[0];
    }

    Options options_;
    std::optional<double> background_;
    bool by_step_;
    double factor_ = 1;  ///< from the unit of known_background to that of the intensity
};

}  // namespace
}  // namespace sluice::ornstein_zernike

SLUICE_PLUGIN(sluice::ornstein_zernike::OrnsteinZernike)
