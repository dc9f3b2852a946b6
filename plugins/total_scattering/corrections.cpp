// SPDX-License-Identifier: BSD-3-Clause
// The factors, and the checks of the angles they hold for.
#include "corrections.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/photon.hpp>

namespace sluice::total_scattering {
namespace {

constexpr double right_angle = std::numbers::pi / 2;

/// (1 - exp(-x)) / x, 1 at x = 0.
double mean_transmission(double x) { return x == 0 ? 1 : -std::expm1(-x) / x; }

void check_below_right_angle(std::span<const double> q, const std::vector<double>& two_theta) {
    for (std::size_t i = 0; i < q.size(); ++i)
        if (two_theta[i] >= right_angle)
            numerics::fail<std::invalid_argument>(
                "q = ", q[i], " 1/angstrom is scattered to 2theta = ", two_theta[i] * 180 / std::numbers::pi,
                " deg; solid_angle, sensor_tau and the absorption of a plate hold below 90 deg. "
                "Cut the curve with slice, or correct it before.");
}

}  // namespace

double polarization(double two_theta_rad) {
    const double cosine = std::cos(two_theta_rad);
    return (1 + cosine * cosine) / 2;
}

double solid_angle(double two_theta_rad) {
    const double cosine = std::cos(two_theta_rad);
    return cosine * cosine * cosine;
}

double incidence(double two_theta_rad, double sensor_tau) {
    return std::expm1(-sensor_tau / std::cos(two_theta_rad)) / std::expm1(-sensor_tau);
}

double plate_absorption(double two_theta_rad, double mu_t) {
    return std::exp(-mu_t) * mean_transmission(mu_t * (1 / std::cos(two_theta_rad) - 1));
}

void check_reach(std::span<const double> q_inv_angstrom, double wavelength_angstrom) {
    const double largest = 4 * std::numbers::pi / wavelength_angstrom;
    if (q_inv_angstrom.empty() || !(q_inv_angstrom.back() > largest * (1 + 1e-12))) return;
    numerics::fail<std::invalid_argument>(
        "q reaches ", q_inv_angstrom.back(), " 1/angstrom, but 4 pi / lambda is ", largest, " 1/angstrom at the wavelength ",
        wavelength_angstrom,
        " angstrom: no angle belongs to it. Give the energy or wavelength of the measurement, and "
        "look at the unit of q.");
}

GeometryTable geometry_table(std::span<const double> q_inv_angstrom, const Geometry& geometry, double wavelength_angstrom) {
    const std::size_t n = q_inv_angstrom.size();
    GeometryTable table{std::vector<double>(n, 0), std::vector<double>(n, 1), std::vector<double>(n, 1),
                        std::vector<double>(n, 1)};
    if (!geometry.any()) return table;
    if (geometry.sensor_tau && !(*geometry.sensor_tau > 0))
        numerics::fail<std::invalid_argument>("sensor_tau = ", *geometry.sensor_tau, ", must be above 0.");
    check_reach(q_inv_angstrom, wavelength_angstrom);
    for (std::size_t i = 0; i < n; ++i)
        table.two_theta_rad[i] = numerics::two_theta_from_q(q_inv_angstrom[i], wavelength_angstrom);
    if (geometry.flat()) check_below_right_angle(q_inv_angstrom, table.two_theta_rad);
    for (std::size_t i = 0; i < n; ++i) {
        const double two_theta = table.two_theta_rad[i];
        if (geometry.polarization) table.polarization[i] = polarization(two_theta);
        if (geometry.solid_angle) table.solid_angle[i] = solid_angle(two_theta);
        if (geometry.sensor_tau) table.incidence[i] = incidence(two_theta, *geometry.sensor_tau);
    }
    return table;
}

}  // namespace sluice::total_scattering
