// SPDX-License-Identifier: BSD-3-Clause
// Averages of atomic scattering over a composition: <f^2>, |<f>|^2, Compton scattering, Faber-Ziman weights, density.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "composition.hpp"

namespace sluice::atomic_factors {

struct Options {
    double energy_kev = 0;  ///< 1 to 800
    bool anomalous = true;  ///< with f' and f''
    int recoil_power = 2;   ///< of E'/E in the Compton scattering: 2 photons are counted, 3 their energy, 0 no recoil
};

/// [n] each, per atom in electron units; weights: [pairs, n], in the order of pair_labels. An empty span is not computed.
struct Averages {
    std::span<double> mean_square, square_mean, compton, weights;
};

/// Averages over the atoms of a sample, with f_i = f0_i(q) + f'_i + i f''_i and c_i the fraction of element i:
///
///     <f^2>   = sum_i c_i |f_i|^2
///     |<f>|^2 = |sum_i c_i f_i|^2
///     C       = sum_i c_i S_inc,i(q) (E'/E)^p,      E'/E = 1/(1 + (E/m c^2)(1 - cos 2 theta))
///     w_ij    = (2 - delta_ij) c_i c_j Re(f_i f_j*) / |<f>|^2,   i <= j, sum 1
///
/// Sources: Faber and Ziman (1965), Phil. Mag. 11, 153, for the weights, in the form of Keen (2001), J. Appl. Cryst. 34, 172,
/// with complex f; Warren (1990), X-ray Diffraction, Dover, chapter 10, for averages and Compton scattering with recoil.
/// q_inv_angstrom: [n], each at or above 0 and not beyond 4 pi / lambda. Throws std::invalid_argument: q outside of that, with
/// its index; an energy outside of the tables; a recoil power other than 0, 2, 3; spans of wrong length. Accuracy: that of the
/// tables (tables.hpp), the sums to rounding.
void average(const Composition& composition, const Options& options, std::span<const double> q_inv_angstrom, const Averages& out);

/// Throws what `average` would throw for these arguments, at once.
void check(const Options& options, std::span<const double> q_inv_angstrom);

/// n (n + 1) / 2 names, "La-La", "La-Co", "La-Al", "Co-Co" …, in the order of the composition.
std::vector<std::string> pair_labels(const Composition& composition);

/// At most one of both.
struct Density {
    std::optional<double> mass_g_per_cm3, number_per_angstrom3;
};

struct Bulk {
    double mean_atomic_mass_g_per_mol = 0;
    double number_density_per_angstrom3 = 0, attenuation_per_mm = 0;  ///< NaN without a density
};

/// Atoms per volume, and the linear attenuation coefficient at the options' energy:
///
///     rho0 = rho N_A / <A>,     mu = rho sum_i g_i (mu/rho)_i,     g_i = c_i A_i / <A>
///
/// Throws std::invalid_argument: both densities given, one not above 0 and finite, or the energy outside of the tables.
Bulk bulk(const Composition& composition, const Density& density, double energy_kev);

/// Edges within 100 eV of the energy, as "La K, Co K"; empty when there is none. So near to an edge f' changes by electrons
/// within the edge's chemical shift and fine structure, which tables of free atoms do not have.
std::string edges_near(const Composition& composition, double energy_kev);

}  // namespace sluice::atomic_factors
