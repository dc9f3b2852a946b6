// SPDX-License-Identifier: BSD-3-Clause
// What the geometry does to a total-scattering curve: polarization, solid angle, depth of the sensor, absorption in a plate.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace sluice::total_scattering {

/// Polarization averaged over full rings: (1 + cos^2 2theta) / 2, whatever the degree of linear polarization, whose part goes as
/// cos(2 azimuth) and averages out.
[[nodiscard]] double polarization(double two_theta_rad);

/// Solid angle of a pixel over that of one at 2theta = 0, on a flat detector normal to the beam: cos^3 2theta.
[[nodiscard]] double solid_angle(double two_theta_rad);

/// What a sensor takes of a beam that comes at the angle 2theta, over what it takes of one that comes straight:
/// (1 - exp(-tau / cos 2theta)) / (1 - exp(-tau)), tau > 0 its thickness in attenuation lengths; flat detector normal to the
/// beam. Source: Zaleski, Wu and Coppens (1998), J. Appl. Cryst. 31, 302.
[[nodiscard]] double incidence(double two_theta_rad, double sensor_tau);

/// What a plate normal to the beam lets out, in transmission: the mean over the depth of the way in and out,
///
///     A = exp(-mu_t) (1 - exp(-x)) / x,    x = mu_t (1/cos 2theta - 1)
///
/// with the limit exp(-mu_t) at 2theta = 0. mu_t >= 0: thickness in attenuation lengths; 0 gives 1.
[[nodiscard]] double plate_absorption(double two_theta_rad, double mu_t);

/// Which factors are still in the data.
struct Geometry {
    bool polarization = false;
    bool solid_angle = false;
    std::optional<double> sensor_tau;  ///< none: no factor of the sensor
    bool plate = false;

    [[nodiscard]] bool flat() const { return solid_angle || sensor_tau || plate; }
    [[nodiscard]] bool any() const { return polarization || flat(); }
};

/// The factors at each q, [n] each; 1 where not asked for. Absorption, which differs between items, is not among them.
struct GeometryTable {
    std::vector<double> two_theta_rad;  ///< 0 when no factor is asked for
    std::vector<double> polarization, solid_angle, incidence;
};

/// q in 1/angstrom, [n], increasing. wavelength in angstrom; not used when geometry asks for nothing.
/// Throws std::invalid_argument when q lies beyond 4 pi / wavelength, or, with a factor of a flat detector or plate, at
/// 2theta >= 90 deg; when sensor_tau is not above 0.
[[nodiscard]] GeometryTable geometry_table(std::span<const double> q_inv_angstrom, const Geometry& geometry,
                                           double wavelength_angstrom);

/// Throws std::invalid_argument when the last q, of increasing ones, lies beyond 4 pi / wavelength, which no angle reaches.
void check_reach(std::span<const double> q_inv_angstrom, double wavelength_angstrom);

}  // namespace sluice::total_scattering
