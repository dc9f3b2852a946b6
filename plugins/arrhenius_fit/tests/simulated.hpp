// SPDX-License-Identifier: BSD-3-Clause
// Peaks of a beta relaxation beside an alpha relaxation: the complex modulus of two Cole-Cole terms, its loss peaks by dense
// search.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/gas_constant.hpp>

namespace sluice::arrhenius_fit::test {

/// E* / E_u = 1 - D_b/(1 + (i w tau_b)^a_b) - D_a/(1 + (i w tau_a)^a_a), tau_b Arrhenius with 1 Hz at T_b, log10 tau_a = 2 + m
/// (T_g/T - 1).
struct Relaxations {
    double energy_J_per_mol = 85e3, one_hertz_K = 340;
    double beta_strength = 0.15, beta_exponent = 0.4;
    double alpha_strength = 0.6, alpha_exponent = 0.45, fragility = 42, glass_transition_K = 428;

    [[nodiscard]] double loss_tangent(double temperature_K, double frequency_Hz, bool with_alpha) const {
        const double omega = 2 * std::numbers::pi * frequency_Hz;
        const double tau_beta =
            std::exp(energy_J_per_mol / numerics::gas_constant_J_per_mol_K * (1 / temperature_K - 1 / one_hertz_K)) /
            (2 * std::numbers::pi);
        const double tau_alpha = std::pow(10, 2 + fragility * (glass_transition_K / temperature_K - 1));
        const auto term = [&](double strength, double tau, double exponent) {
            return strength / (1.0 + std::pow(std::complex<double>(0, omega * tau), exponent));
        };
        auto modulus = 1.0 - term(beta_strength, tau_beta, beta_exponent);
        if (with_alpha) modulus -= term(alpha_strength, tau_alpha, alpha_exponent);
        return modulus.imag() / modulus.real();
    }

    /// The first local maximum above 300 K, to the vertex of the parabola through three points 0.05 K apart: 1e-4 K.
    [[nodiscard]] double peak_K(double frequency_Hz, bool with_alpha) const {
        constexpr double step = 0.05;
        for (double t = 300; t < 420; t += step) {
            const double a = loss_tangent(t - step, frequency_Hz, with_alpha), b = loss_tangent(t, frequency_Hz, with_alpha),
                         c = loss_tangent(t + step, frequency_Hz, with_alpha);
            if (b >= a && b > c) return t + step * (a - c) / (2 * (a - 2 * b + c));
        }
        throw std::runtime_error("the simulated curve has no maximum");
    }
};

}  // namespace sluice::arrhenius_fit::test
