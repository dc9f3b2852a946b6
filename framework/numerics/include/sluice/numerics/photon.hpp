// SPDX-License-Identifier: BSD-3-Clause
// X-ray photons: energy and wavelength, scattering angle and momentum transfer, and the energy lost by Compton recoil.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {

/// h c / e, exact since the SI of 2019: 6.62607015e-34 J s * 299792458 m/s / 1.602176634e-19 C, as keV angstrom.
constexpr double hc_kev_angstrom = 6.62607015 * 2.99792458 / 1.602176634;

/// m c^2 of the electron in keV, CODATA 2022 (0.510 998 950 69(16) MeV).
constexpr double electron_rest_energy_kev = 510.99895069;

namespace detail {

inline double positive(const char* name, double value) {
    if (!(value > 0) || !std::isfinite(value)) fail<std::invalid_argument>(name, " = ", value, ", must be above 0 and finite.");
    return value;
}

}  // namespace detail

/// lambda = h c / E, in angstrom. Throws std::invalid_argument unless 0 < energy_kev < infinity.
[[nodiscard]] inline double wavelength_from_energy(double energy_kev) {
    return hc_kev_angstrom / detail::positive("energy (keV)", energy_kev);
}

/// E = h c / lambda, in keV. Throws std::invalid_argument unless 0 < wavelength_angstrom < infinity.
[[nodiscard]] inline double energy_from_wavelength(double wavelength_angstrom) {
    return hc_kev_angstrom / detail::positive("wavelength (angstrom)", wavelength_angstrom);
}

/// q = (4 pi / lambda) sin(theta) of elastic scattering, in the inverse unit of the wavelength. NaN gives NaN.
[[nodiscard]] inline double momentum_transfer(double two_theta_rad, double wavelength) {
    return 4 * std::numbers::pi / wavelength * std::sin(two_theta_rad / 2);
}

/// sin(theta) = q lambda / (4 pi), of q and lambda in inverse units; above 1 no angle belongs to q.
[[nodiscard]] inline double sine_of_half_angle(double q, double wavelength) { return q * wavelength / (4 * std::numbers::pi); }

/// 2 theta in rad of q; pi where q lambda is above 4 pi by rounding (1e-12), NaN where it is above by more: no angle reaches it.
[[nodiscard]] inline double two_theta_from_q(double q, double wavelength) {
    const double sine = sine_of_half_angle(q, wavelength);
    return sine > 1 && sine <= 1 + 1e-12 ? std::numbers::pi : 2 * std::asin(sine);
}

/// What may say which photons a curve was measured with.
struct PhotonChoice {
    std::optional<double> energy_kev, wavelength_angstrom;  ///< as the user gives them: at most one of both
    std::optional<double> data_wavelength_angstrom;         ///< as the data say
};

/// The photon energy in keV: as given, else that of the data; nothing when no one says it.
/// Throws std::invalid_argument: energy and wavelength both given; one that is not above 0 and finite; a given one that differs
/// from the data's by more than 1 %, which is another beam line, harmonic or unit, and not a refined calibration.
[[nodiscard]] inline std::optional<double> chosen_photon_energy(const PhotonChoice& choice) {
    if (choice.energy_kev && choice.wavelength_angstrom)
        throw std::invalid_argument("energy and wavelength are both given; one says the other: remove one of them.");
    std::optional<double> given, data;
    if (choice.energy_kev) given = detail::positive("energy (keV)", *choice.energy_kev);
    if (choice.wavelength_angstrom) given = energy_from_wavelength(*choice.wavelength_angstrom);
    if (choice.data_wavelength_angstrom) data = energy_from_wavelength(*choice.data_wavelength_angstrom);
    if (given && data && std::abs(*given / *data - 1) > 0.01)
        fail<std::invalid_argument>("the photon energy given is ", *given, " keV, but the data's fact wavelength says ", *data,
                                    " keV: remove the parameter to use the latter, or mend what set the fact.");
    return given ? given : data;
}

/// Energy of a photon scattered by an electron at rest, over its energy before:
///
///     E'/E = 1 / (1 + (E / m c^2)(1 - cos 2 theta)),    1 - cos 2 theta = 2 sin^2 theta = 2 (q lambda / 4 pi)^2
///
/// with q of elastic scattering into the same angle, as curves are labelled. Source: A. H. Compton, Phys. Rev. 21, 483 (1923),
/// eq. 5. energy_kev > 0; q in 1/angstrom. NaN where no angle belongs to q. Exact; binding of the electrons is left out.
[[nodiscard]] inline double recoil_ratio(double q_inv_angstrom, double energy_kev) {
    const double sine = sine_of_half_angle(q_inv_angstrom, hc_kev_angstrom / energy_kev);
    if (!(std::abs(sine) <= 1 + 1e-12)) return std::numeric_limits<double>::quiet_NaN();
    return 1 / (1 + energy_kev / electron_rest_energy_kev * 2 * sine * sine);
}

}  // namespace sluice::numerics
