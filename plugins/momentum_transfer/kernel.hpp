// SPDX-License-Identifier: BSD-3-Clause
// The axis of a curve from scattering angle to momentum transfer.
#pragma once

#include <span>
#include <vector>

namespace sluice::momentum_transfer {

/// Momentum transfer of elastic scattering
///
///     q = (4 pi / lambda) sin(2 theta / 2)
///
/// Source: Warren (1990), X-ray Diffraction, Dover, chapter 10. two_theta_rad: [n], strictly increasing, within 0 and pi.
/// Returns [n] in 1/angstrom, strictly increasing. Throws std::invalid_argument: an angle below 0 or above pi, one that is NaN or
/// not above the one before, each with its index; a wavelength that is not above 0 and finite; two angles so close that both
/// give one q (next to 180 degrees). Accuracy: rounding.
std::vector<double> q_of_angles(std::span<const double> two_theta_rad, double wavelength_angstrom);

}  // namespace sluice::momentum_transfer
