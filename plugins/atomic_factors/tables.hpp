// SPDX-License-Identifier: BSD-3-Clause
// Scattering factors and absorption of single atoms, from the tables of xraylib, made safe for all q.
#pragma once

#include <optional>
#include <string>

namespace sluice::atomic_factors {

/// What f0_source says of results. Source of the library: Schoonjans et al. (2011), Spectrochim. Acta B 66, 776.
constexpr const char* f0_source = "xraylib 4 (FF_Rayl, SF_Compt, Fi, Fii)";

/// Below this q, in 1/angstrom, the tables are not used: their numbers are rounded to some digits of Z there, and the splines
/// through them swing by 40 % of S_inc, rise above Z, or end (S_inc of all but hydrogen at q = 0.0126). It is a knot of the
/// tables, sin(theta)/lambda = 0.005.
constexpr double lowest_q_of_tables = 0.0628318530717958648;

/// f0(q), the form factor of the free atom at rest far from its absorption edges; f0(0) = Z. FF_Rayl at the argument
/// sin(theta)/lambda = q / (4 pi); below lowest_q_of_tables Z - a q^2, continuous and falling.
/// z: 1 to 98; q_inv_angstrom >= 0, finite. Throws std::invalid_argument else, or when the table refuses.
double form_factor(int z, double q_inv_angstrom);

/// S_inc(q), the incoherent scattering function: electrons that scatter incoherently, 0 at q = 0, Z at large q. SF_Compt; below
/// lowest_q_of_tables a q^2, continuous and rising. The rest as above. Between the knots of the tables the spline overshoots Z
/// or falls back by up to 3e-5 of Z at q above 18 1/angstrom; that is left as it is.
double incoherent_scattering(int z, double q_inv_angstrom);

/// f' and f'', with f'' >= 0 (Fii of xraylib has the opposite sign).
struct Anomalous {
    double real = 0, imaginary = 0;
};

/// z: 1 to 98; energy 1 to 800 keV. Throws std::invalid_argument else, or when the table refuses.
Anomalous anomalous_factors(int z, double energy_kev);

/// Mass attenuation coefficient with coherent scattering, cm^2/g. Arguments and errors as above.
double mass_attenuation(int z, double energy_kev);

struct Edge {
    std::string name;  ///< "K", "L3"
    double energy_kev = 0;
};

/// The absorption edge next to this energy, K to M5, when one lies within `within_kev` of it.
std::optional<Edge> near_edge(int z, double energy_kev, double within_kev);

}  // namespace sluice::atomic_factors
