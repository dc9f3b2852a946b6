// SPDX-License-Identifier: BSD-3-Clause
// Sums over elements and pairs, point by point.
#include "kernel.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/photon.hpp>

#include "elements.hpp"
#include "tables.hpp"

namespace sluice::atomic_factors {
namespace {

using numerics::fail;
using Complex = std::complex<double>;

constexpr double near_edge_kev = 0.1;

/// Avogadro's number, exact since 2019, times angstrom^3/cm^3.
constexpr double per_mol_and_angstrom3 = 0.602214076;

void check_length(const char* what, std::span<double> out, std::size_t wanted) {
    if (!out.empty() && out.size() != wanted)
        fail<std::invalid_argument>(what, " has ", out.size(), " elements, not ", wanted, ".");
}

std::vector<Anomalous> anomalous_of(const Composition& composition, const Options& options) {
    std::vector<Anomalous> all;
    for (const auto& each : composition)
        all.push_back(options.anomalous ? anomalous_factors(each.atomic_number, options.energy_kev) : Anomalous{});
    return all;
}

double compton(const Composition& composition, const Options& options, double q_inv_angstrom) {
    double sum = 0;
    for (const auto& each : composition) sum += each.fraction * incoherent_scattering(each.atomic_number, q_inv_angstrom);
    if (options.recoil_power == 0) return sum;
    return sum * std::pow(numerics::recoil_ratio(q_inv_angstrom, options.energy_kev), options.recoil_power);
}

/// f of each element at one q, and their averages.
struct Amplitudes {
    std::vector<Complex> f;
    double mean_square = 0, square_mean = 0;
};

Amplitudes amplitudes_at(double q_inv_angstrom, const Composition& composition, const std::vector<Anomalous>& anomalous) {
    Amplitudes all;
    Complex mean = 0;
    for (std::size_t i = 0; i < composition.size(); ++i) {
        const double f0 = form_factor(composition[i].atomic_number, q_inv_angstrom);
        all.f.emplace_back(f0 + anomalous[i].real, anomalous[i].imaginary);
        all.mean_square += composition[i].fraction * std::norm(all.f.back());
        mean += composition[i].fraction * all.f.back();
    }
    all.square_mean = std::norm(mean);
    return all;
}

/// Column k of weights[pairs, n].
void write_weights(const Composition& composition, const Amplitudes& at, std::size_t k, std::size_t n,
                   std::span<double> weights) {
    std::size_t pair = 0;
    for (std::size_t i = 0; i < composition.size(); ++i)
        for (std::size_t j = i; j < composition.size(); ++j, ++pair) {
            const double product = (at.f[i] * std::conj(at.f[j])).real();
            weights[pair * n + k] =
                (i == j ? 1 : 2) * composition[i].fraction * composition[j].fraction * product / at.square_mean;
        }
}

}  // namespace

void check(const Options& options, std::span<const double> q_inv_angstrom) {
    if (options.recoil_power != 0 && options.recoil_power != 2 && options.recoil_power != 3)
        fail<std::invalid_argument>("recoil_power = ", options.recoil_power, ", must be 2, 3 or 0.");
    (void)mass_attenuation(1, options.energy_kev);  // refuses energies outside of the tables
    const double largest = 4 * std::numbers::pi / numerics::wavelength_from_energy(options.energy_kev);
    for (std::size_t i = 0; i < q_inv_angstrom.size(); ++i)
        if (!(q_inv_angstrom[i] >= 0) || q_inv_angstrom[i] > largest * (1 + 1e-12))
            fail<std::invalid_argument>("q = ", q_inv_angstrom[i], " 1/angstrom at index ", i,
                                        ", must be at least 0 and at most ", largest, ", which is 180 deg at ",
                                        options.energy_kev, " keV: is the energy right, and the unit of q?");
}

void average(const Composition& composition, const Options& options, std::span<const double> q_inv_angstrom,
             const Averages& out) {
    check(options, q_inv_angstrom);
    const auto n = q_inv_angstrom.size(), pairs = composition.size() * (composition.size() + 1) / 2;
    check_length("mean_square", out.mean_square, n), check_length("square_mean", out.square_mean, n);
    check_length("compton", out.compton, n), check_length("weights", out.weights, pairs * n);
    const auto anomalous = anomalous_of(composition, options);
    for (std::size_t k = 0; k < n; ++k) {
        const auto at = amplitudes_at(q_inv_angstrom[k], composition, anomalous);
        if (!out.mean_square.empty()) out.mean_square[k] = at.mean_square;
        if (!out.square_mean.empty()) out.square_mean[k] = at.square_mean;
        if (!out.compton.empty()) out.compton[k] = compton(composition, options, q_inv_angstrom[k]);
        if (!out.weights.empty()) write_weights(composition, at, k, n, out.weights);
    }
}

std::vector<std::string> pair_labels(const Composition& composition) {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < composition.size(); ++i)
        for (std::size_t j = i; j < composition.size(); ++j)
            labels.push_back(std::string(symbol(composition[i].atomic_number)) + "-" +
                             std::string(symbol(composition[j].atomic_number)));
    return labels;
}

Bulk bulk(const Composition& composition, const Density& density, double energy_kev) {
    if (density.mass_g_per_cm3 && density.number_per_angstrom3)
        throw std::invalid_argument("density and number_density are both given; one says the other: remove one of them.");
    Bulk out;
    out.mean_atomic_mass_g_per_mol = mean_atomic_mass(composition);
    const double atoms_per_gram = per_mol_and_angstrom3 / out.mean_atomic_mass_g_per_mol;  // number density over density
    double mass = std::numeric_limits<double>::quiet_NaN();
    if (density.mass_g_per_cm3) mass = numerics::detail::positive("density (g/cm^3)", *density.mass_g_per_cm3);
    if (density.number_per_angstrom3)
        mass = numerics::detail::positive("number_density (1/angstrom^3)", *density.number_per_angstrom3) / atoms_per_gram;
    out.number_density_per_angstrom3 = density.number_per_angstrom3.value_or(mass * atoms_per_gram);
    double per_gram_cm2 = 0;
    for (const auto& each : composition)
        per_gram_cm2 += each.fraction * atomic_weight(each.atomic_number) / out.mean_atomic_mass_g_per_mol *
                        mass_attenuation(each.atomic_number, energy_kev);
    out.attenuation_per_mm = mass * per_gram_cm2 / 10;
    return out;
}

std::string edges_near(const Composition& composition, double energy_kev) {
    std::string text;
    for (const auto& each : composition)
        if (const auto edge = near_edge(each.atomic_number, energy_kev, near_edge_kev))
            text += (text.empty() ? "" : ", ") + std::string(symbol(each.atomic_number)) + " " + edge->name;
    return text;
}

}  // namespace sluice::atomic_factors
