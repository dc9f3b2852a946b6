// SPDX-License-Identifier: BSD-3-Clause
// Calls of xraylib, each with its error checked, and the continuation toward q = 0.
#include "tables.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>
#include <stdexcept>

#include <xraylib.h>

#include <sluice/numerics/fail.hpp>

#include "elements.hpp"

namespace sluice::atomic_factors {
namespace {

using numerics::fail;

struct FreeError {
    void operator()(xrl_error* error) const { xrl_error_free(error); }
};

/// f(z, x) of xraylib. Its way to say that it cannot is 0 and an error; 0 alone may be right.
template <class F>
double look_up(const char* what, F f, int z, double x) {
    xrl_error* raw = nullptr;
    const double value = f(z, x, &raw);
    const std::unique_ptr<xrl_error, FreeError> error(raw);
    if (error || !std::isfinite(value))
        fail<std::invalid_argument>(what, " of ", symbol(z), " at ", x,
                                    " is not in the tables: ", error ? error->message : "no number", ".");
    return value;
}

void check_element(int z) {
    if (z < 1 || z > largest_atomic_number)
        fail<std::invalid_argument>("atomic number ", z, ", must be 1 to ", largest_atomic_number, ".");
}

void check_q(double q_inv_angstrom) {
    if (!(q_inv_angstrom >= 0) || !std::isfinite(q_inv_angstrom))
        fail<std::invalid_argument>("q = ", q_inv_angstrom, " 1/angstrom, must be 0 or above, and finite.");
}

void check_energy(double energy_kev) {
    if (!(energy_kev >= 1 && energy_kev <= 800))
        fail<std::invalid_argument>("photon energy ", energy_kev, " keV, must be 1 to 800 keV.");
}

double argument_of(double q_inv_angstrom) { return q_inv_angstrom / (4 * std::numbers::pi); }

double square(double x) { return x * x; }

}  // namespace

double form_factor(int z, double q_inv_angstrom) {
    check_element(z), check_q(q_inv_angstrom);
    if (q_inv_angstrom >= lowest_q_of_tables) return look_up("f0", FF_Rayl, z, argument_of(q_inv_angstrom));
    const double at_end = look_up("f0", FF_Rayl, z, argument_of(lowest_q_of_tables));
    return z - (z - at_end) * square(q_inv_angstrom / lowest_q_of_tables);
}

double incoherent_scattering(int z, double q_inv_angstrom) {
    check_element(z), check_q(q_inv_angstrom);
    if (q_inv_angstrom >= lowest_q_of_tables) return look_up("S_inc", SF_Compt, z, argument_of(q_inv_angstrom));
    return look_up("S_inc", SF_Compt, z, argument_of(lowest_q_of_tables)) * square(q_inv_angstrom / lowest_q_of_tables);
}

Anomalous anomalous_factors(int z, double energy_kev) {
    check_element(z), check_energy(energy_kev);
    return {look_up("f'", Fi, z, energy_kev), std::abs(look_up("f''", Fii, z, energy_kev))};
}

double mass_attenuation(int z, double energy_kev) {
    check_element(z), check_energy(energy_kev);
    return look_up("the attenuation", CS_Total, z, energy_kev);
}

std::optional<Edge> near_edge(int z, double energy_kev, double within_kev) {
    check_element(z), check_energy(energy_kev);
    constexpr std::array<const char*, 9> names{"K", "L1", "L2", "L3", "M1", "M2", "M3", "M4", "M5"};  // in xraylib's order
    std::optional<Edge> next;
    for (int shell = K_SHELL; shell <= M5_SHELL; ++shell) {
        xrl_error* raw = nullptr;
        const double edge_kev = EdgeEnergy(z, shell, &raw);
        const std::unique_ptr<xrl_error, FreeError> none(raw);  // light elements lack outer shells
        if (none || std::abs(edge_kev - energy_kev) > within_kev) continue;
        if (!next || std::abs(edge_kev - energy_kev) < std::abs(next->energy_kev - energy_kev))
            next = Edge{names.at(static_cast<std::size_t>(shell)), edge_kev};
    }
    return next;
}

}  // namespace sluice::atomic_factors
