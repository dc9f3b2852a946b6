// SPDX-License-Identifier: BSD-3-Clause
// What a finished run is called, and the sentences that go with it.
#pragma once

#include <cmath>
#include <cstdint>

#include "neighbours.hpp"
#include "thermo.hpp"

namespace sluice::lj_langevin {

enum class Status : std::int8_t { ok = 0, demixed = 1, not_equilibrated = 2, masked = 3, negative_pressure = 4, crystalline = 5 };

inline constexpr const char* status_codes = "0 ok, 1 demixed, 2 not_equilibrated, 3 masked, 4 negative_pressure, 5 crystalline";

/// The first that holds:
///   crystalline        lattice_order above largest_lattice_order: the lattice of the start did not melt
///   demixed            density_spread above largest_density_spread; or above 1, the spread of an ideal gas, under tension
///   not_equilibrated   energy_drift beyond largest_drift, or NaN (such a box also drifts while it demixes)
///   negative_pressure  under tension: the mean pressure is more than 3 standard errors below 0
[[nodiscard]] inline Status status_of(const Structure& structure, double energy_drift, Estimate pressure) {
    const bool tension = pressure.value < -3 * std::sqrt(pressure.variance);
    if (structure.lattice_order > largest_lattice_order) return Status::crystalline;
    if (structure.density_spread > (tension ? 1 : largest_density_spread)) return Status::demixed;
    if (!(std::abs(energy_drift) <= largest_drift)) return Status::not_equilibrated;
    return tension ? Status::negative_pressure : Status::ok;
}

/// Without numbers: the host keeps the same sentence of many items once.
[[nodiscard]] inline const char* warning(Status status) {
    switch (status) {
        case Status::demixed:
            return "a box demixed into dense and dilute parts, so its diffusion coefficient is a mixture of both: see the "
                   "outputs status and "
                   "density_spread";
        case Status::not_equilibrated:
            return "the potential energy of a run still drifted: give it more equilibration_steps, and see the outputs status "
                   "and drift";
        case Status::negative_pressure:
            return "the mean pressure of a box is negative: the liquid is stretched, and a larger box or a longer run may not "
                   "hold it together; "
                   "see the outputs status and mean_pressure";
        case Status::crystalline:
            return "the lattice that a box starts on did not melt: it is a crystal, whose particles do not diffuse; take a lower "
                   "volume_fraction or epsilon, and see the outputs status and lattice_order";
        default:
            return "";
    }
}

}  // namespace sluice::lj_langevin
