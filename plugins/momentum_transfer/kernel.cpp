// SPDX-License-Identifier: BSD-3-Clause
// q of each angle, after the angles have been checked.
#include "kernel.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/photon.hpp>

namespace sluice::momentum_transfer {
namespace {

using numerics::fail;

constexpr double degree = std::numbers::pi / 180;

/// 180 degrees may come out of a conversion a little too large.
constexpr double largest_angle = std::numbers::pi * (1 + 1e-12);

void check_angles(std::span<const double> two_theta_rad) {
    for (std::size_t i = 0; i < two_theta_rad.size(); ++i) {
        const double angle = two_theta_rad[i];
        if (!(angle >= 0) || angle > largest_angle)
            fail<std::invalid_argument>(
                "two_theta = ", angle / degree, " deg at index ", i,
                ", must lie within 0 and 180 deg. Cut the others off (slice), or mend the unit of two_theta.");
        if (i > 0 && !(angle > two_theta_rad[i - 1]))
            fail<std::invalid_argument>("two_theta does not increase at index ", i, ": ", two_theta_rad[i - 1] / degree,
                                        " deg, then ", angle / degree, " deg.");
    }
}

}  // namespace

std::vector<double> q_of_angles(std::span<const double> two_theta_rad, double wavelength_angstrom) {
    if (!(wavelength_angstrom > 0) || !std::isfinite(wavelength_angstrom))
        fail<std::invalid_argument>("wavelength = ", wavelength_angstrom, " angstrom, must be above 0 and finite.");
    check_angles(two_theta_rad);
    std::vector<double> q_inv_angstrom;
    for (const double angle : two_theta_rad) {
        q_inv_angstrom.push_back(numerics::momentum_transfer(angle, wavelength_angstrom));
        const auto n = q_inv_angstrom.size();
        if (n > 1 && !(q_inv_angstrom[n - 1] > q_inv_angstrom[n - 2]))
            fail<std::invalid_argument>("the angles at index ", n - 2, " and ", n - 1, " have one and the same q.");
    }
    return q_inv_angstrom;
}

}  // namespace sluice::momentum_transfer
