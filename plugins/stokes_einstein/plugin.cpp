// SPDX-License-Identifier: BSD-3-Clause
// The map: one number per item through the Stokes-Einstein relation.
#include <cmath>
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::stokes_einstein {
namespace {

class StokesEinstein : public sdk::Map {
public:
    explicit StokesEinstein(const sdk::Setup&) {}

    static void probe(const sdk::Probe& probe) { probe.output("status").set_fact("status_codes", "0 ok, 1 undefined"); }

    void run(const sdk::Item& item) const {
        const auto variance = item.variances("diffusion_coefficient");
        const Estimate diffusion{item.values("diffusion_coefficient")[0], variance.empty() ? 0 : variance[0]};
        const auto diameter = hydrodynamic_diameter_nm(diffusion, number(item, "temperature"), number(item, "viscosity"));
        item.out("hydrodynamic_diameter")[0] = diameter.value;
        if (!variance.empty()) item.out_variances("hydrodynamic_diameter")[0] = diameter.variance;
        item.out<std::int8_t>("status")[0] = std::isnan(diameter.value);
    }

private:
    static Estimate number(const sdk::Item& item, const char* parameter) {
        return {item.number(parameter).value(), item.number_variance(parameter)};
    }
};

}  // namespace
}  // namespace sluice::stokes_einstein

SLUICE_PLUGIN(sluice::stokes_einstein::StokesEinstein)
