// SPDX-License-Identifier: BSD-3-Clause
// The map: one number per item through the Stokes-Einstein relation, whichever of its two is connected.
#include <cmath>
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::stokes_einstein {
namespace {

constexpr const char* diffusion_port = "diffusion_coefficient";
constexpr const char* diameter_port = "hydrodynamic_diameter";

/// Whether the diffusion coefficient is the input that is connected, and the diameter asked for; or the other way round.
bool gets_diffusion(const sdk::Setup& setup) {
    const bool diffusion = setup.input(diffusion_port).present();
    if (diffusion == setup.input(diameter_port).present())
        throw sdk::RecipeError(std::string(diffusion ? "both inputs are" : "neither input is") +
                               " connected; connect diffusion_coefficient to get the diameter, or hydrodynamic_diameter to get "
                               "the diffusion coefficient");
    return diffusion;
}

bool from_step(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter).front() == '{'; }

class StokesEinstein : public sdk::Map {
public:
    explicit StokesEinstein(const sdk::Setup& setup) : gets_diffusion_(gets_diffusion(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const bool diffusion = gets_diffusion(probe);
        const auto *given = diffusion ? diffusion_port : diameter_port, *wanted = diffusion ? diameter_port : diffusion_port;
        const bool variances = probe.input(given).has_variances();
        probe.output(given).set_variances(variances);
        probe.output(wanted).set_variances(variances || from_step(probe, "temperature") || from_step(probe, "viscosity"));
        probe.output("status").set_fact("status_codes", "0 ok, 1 undefined");
    }

    void run(const sdk::Item& item) const {
        const auto* given = gets_diffusion_ ? diffusion_port : diameter_port;
        const auto* wanted = gets_diffusion_ ? diameter_port : diffusion_port;
        const auto variance = item.variances(given);
        const Estimate one{item.values(given)[0], variance.empty() ? 0 : variance[0]};
        const auto relation = gets_diffusion_ ? hydrodynamic_diameter_nm : diffusion_coefficient_um2_per_s;
        const auto other = relation(one, number(item, "temperature"), number(item, "viscosity"));
        write(item, given, one);
        write(item, wanted, other);
        item.out<std::int8_t>("status")[0] = std::isnan(other.value);
    }

private:
    static Estimate number(const sdk::Item& item, const char* parameter) {
        return {item.number(parameter).value(), item.number_variance(parameter)};
    }
    static void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        if (const auto out = item.out_variances(port); !out.empty()) out[0] = estimate.variance;
    }

    bool gets_diffusion_;
};

}  // namespace
}  // namespace sluice::stokes_einstein

SLUICE_PLUGIN(sluice::stokes_einstein::StokesEinstein)
