// SPDX-License-Identifier: BSD-3-Clause
// One formula, symmetric in diameter and diffusion coefficient, and its relative variances.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::stokes_einstein {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double nm_per_m = 1e9, m2_per_um2 = 1e-12;

void check(const char* name, double value, const char* unit) {
    if (value <= 0 || std::isinf(value))
        numerics::fail<std::domain_error>(name, " = ", value, " ", unit, ", must be finite and above 0.");
}

double relative_variance(const Estimate& x) { return x.variance / (x.value * x.value); }

/// k T / (3 pi eta one), where diameter and diffusion coefficient are one and other.
Estimate other_of(const Estimate& one, const Estimate& temperature_K, const Estimate& viscosity_Pa_s) {
    check("temperature", temperature_K.value, "K");
    check("viscosity", viscosity_Pa_s.value, "Pa s");
    if (!(one.value > 0) || std::isinf(one.value)) return {unknown, unknown};
    const double drag_per_diameter = 3 * std::numbers::pi * viscosity_Pa_s.value;
    const double other = nm_per_m * boltzmann_J_per_K * temperature_K.value / (drag_per_diameter * m2_per_um2 * one.value);
    const double relative = relative_variance(one) + relative_variance(temperature_K) + relative_variance(viscosity_Pa_s);
    return {other, other * other * relative};
}

}  // namespace

Estimate hydrodynamic_diameter_nm(const Estimate& diffusion_um2_per_s, const Estimate& temperature_K,
                                  const Estimate& viscosity_Pa_s) {
    return other_of(diffusion_um2_per_s, temperature_K, viscosity_Pa_s);
}

Estimate diffusion_coefficient_um2_per_s(const Estimate& diameter_nm, const Estimate& temperature_K,
                                         const Estimate& viscosity_Pa_s) {
    return other_of(diameter_nm, temperature_K, viscosity_Pa_s);  // nm_per_m / m2_per_um2 is the same for both
}

}  // namespace sluice::stokes_einstein
