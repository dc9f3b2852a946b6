// SPDX-License-Identifier: BSD-3-Clause
// The two laws, one line each.
#include "laws.hpp"

#include <cmath>

namespace sluice::delta_gamma {

double hard_sphere_self_diffusion(double phi) { return 1 - 1.8315 * phi * (1 + 0.12 * phi - 0.70 * phi * phi); }

double charged_sphere_self_diffusion(double phi) { return 1 - 2.5 * std::pow(phi, 4.0 / 3.0); }

}  // namespace sluice::delta_gamma
