// SPDX-License-Identifier: BSD-3-Clause
// The Stokes-Einstein relation, both ways: diffusion coefficient and hydrodynamic diameter.
#pragma once

namespace sluice::stokes_einstein {

inline constexpr double boltzmann_J_per_K = 1.380649e-23;  ///< exact (SI, 2019)

struct Estimate {
    double value;
    double variance = 0;
};

/// Hydrodynamic diameter d of a sphere that diffuses with D in a liquid of viscosity eta, no slip at its surface:
///
///     d = k T / (3 pi eta D),    var(d)/d^2 = var(D)/D^2 + var(T)/T^2 + var(eta)/eta^2
///
/// Source: Einstein (1905), Ann. Phys. 322, 549, with 6 pi eta d/2 for the drag of a sphere. Variances in first order, of
/// independent D, T and eta: eta(T) of one thermometer is not.
///
/// D in um^2/s, T in K, eta in Pa s; d in nm. D that is not above 0 or infinite, and NaN in any of the three, give NaN. Exact to
/// rounding. Throws std::domain_error when T or eta is not above 0 or infinite.
[[nodiscard]] Estimate hydrodynamic_diameter_nm(const Estimate& diffusion_um2_per_s, const Estimate& temperature_K,
                                                const Estimate& viscosity_Pa_s);

/// The same relation solved for D = k T / (3 pi eta d), in um^2/s of d in nm; all else as there.
[[nodiscard]] Estimate diffusion_coefficient_um2_per_s(const Estimate& diameter_nm, const Estimate& temperature_K,
                                                       const Estimate& viscosity_Pa_s);

}  // namespace sluice::stokes_einstein
