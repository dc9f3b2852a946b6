// SPDX-License-Identifier: BSD-3-Clause
// The map: one correlation function to its cumulants. Where q is from, options from parameters, numbers to the outputs.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::cumulant_fit {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 too_few_points, 2 no_decay, 3 not_converged, 4 negative_second_cumulant, 5 no_signal, 6 bound_hit";

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = setup.input("correlation").coordinate_unit("delay").value();  // plugin.json requires it
    Options options;
    options.of = parameters.text("of") == "g1" ? Of::g1 : Of::g2_minus_1;
    options.order = parameters.integer("order");
    options.amplitude = parameters.optional_number("amplitude");
    options.baseline = parameters.optional_number("baseline");
    options.first_delay = parameters.optional_number("first_delay", unit).value_or(options.first_delay);
    options.last_delay = parameters.optional_number("last_delay", unit).value_or(options.last_delay);
    return options;
}

/// A number, or a step that gives one per item.
bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

enum class QFrom { nothing, q, angle };

QFrom q_from(const sdk::Setup& setup) {
    const int of_angle = given(setup, "wavelength") + given(setup, "refractive_index") + given(setup, "angle");
    if (given(setup, "q") && of_angle > 0)
        throw sdk::RecipeError("q is given, and so is part of wavelength, refractive_index and angle. Give q, or these three.");
    if (of_angle != 0 && of_angle != 3)
        throw sdk::RecipeError("wavelength, refractive_index and angle give q together. Give all three, or q.");
    if (given(setup, "q")) return QFrom::q;
    return of_angle == 3 ? QFrom::angle : QFrom::nothing;
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::too_few_points:
            return context.warn("a correlation function has too few points to fit: see the outputs status and points");
        case Status::no_decay:
            return context.warn("a correlation function shows no decay: see the output status");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
        case Status::negative_second_cumulant:
            return context.warn(
                "a second cumulant is more than 3 standard errors below 0, which no mixture of decays gives: see the output "
                "status");
        case Status::no_signal:
            return context.warn(
                "the baseline describes a correlation function as well, so it gives no rate: see the output status");
        case Status::bound_hit:
            return context.warn("a fit ended on a bound, so it gives no variances: see the output status");
    }
}

class CumulantFit : public sdk::Map {
public:
    explicit CumulantFit(const sdk::Setup& setup)
        : options_(options_of(setup)),
          q_from_(q_from(setup)),
          per_s_(setup.context().unit_factor("1/(" + setup.input("correlation").coordinate_unit("delay").value() + ")", "1/s")),
          wavelength_nm_(setup.parameters().optional_number("wavelength").value_or(unknown)),
          refractive_index_(setup.parameters().optional_number("refractive_index").value_or(unknown)) {}

    static void probe(const sdk::Probe& probe) {
        (void)q_from(probe);
        const bool weighted = probe.input("correlation").has_variances();
        for (const auto* port : {"rate", "diffusion_coefficient", "second_cumulant", "polydispersity_index"}) {
            probe.output(port).set_fact("uncertainty_from", weighted ? "propagated" : "scatter");
            probe.output(port).set_fact("order", static_cast<double>(probe.parameters().integer("order")), "1");
        }
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto result = fit({item.coordinate("correlation", "delay"), item.values("correlation"),
                                 item.variances("correlation"), item.mask("correlation")},
                                options_);
        const double q = q_inv_nm(item);
        sdk::write(item, "rate", result.rate);
        sdk::write(item, "diffusion_coefficient",
                   diffusion_um2_per_s({per_s_ * result.rate.value, per_s_ * per_s_ * result.rate.variance}, q));
        sdk::write(item, "second_cumulant", result.second_cumulant);
        sdk::write(item, "third_cumulant", result.third_cumulant);
        sdk::write(item, "polydispersity_index", result.polydispersity_index);
        sdk::write(item, "amplitude", result.amplitude);
        sdk::write(item, "baseline", result.baseline);
        item.out("q")[0] = q;
        std::copy(result.curve.begin(), result.curve.end(), item.out("curve").begin());
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
        if (q_from_ != QFrom::nothing && !(q > 0))
            item.context().warn(
                "a q, or the angle that it is from, is NaN or out of its range, so it gives no diffusion coefficient");
    }

private:
    [[nodiscard]] double q_inv_nm(const sdk::Item& item) const {
        if (q_from_ == QFrom::nothing) return unknown;
        if (q_from_ == QFrom::q) return item.number("q").value_or(unknown);
        const double angle_deg = item.number("angle").value_or(unknown);
        if (!(angle_deg > 0 && angle_deg <= 180)) return unknown;  // that of a step nobody has checked
        return scattering_q_inv_nm(wavelength_nm_, refractive_index_, angle_deg * std::numbers::pi / 180);
    }

    Options options_;
    QFrom q_from_;
    double per_s_;  ///< from the inverse of the delay's unit
    double wavelength_nm_, refractive_index_;
};

}  // namespace
}  // namespace sluice::cumulant_fit

SLUICE_PLUGIN(sluice::cumulant_fit::CumulantFit)
