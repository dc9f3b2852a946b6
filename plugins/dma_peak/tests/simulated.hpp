// SPDX-License-Identifier: BSD-3-Clause
// For tests: tan delta of a metallic glass with a beta and an alpha relaxation, its true peaks, and noise.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/random.hpp>

namespace sluice::dma_peak::simulated {

constexpr double gas_constant_J_mol_K = 8.314462618;

/// Two Cole-Cole relaxations of a modulus E_u that falls linearly with temperature:
///
///     E* = E_u(T) [1 - D_b / (1 + (i w tau_b)^a_b) - D_a / (1 + (i w tau_a)^a_a) + i bg]
///     E_u = 35 GPa (1 - c_T (T - 300 K)),  tau_b = exp(E_b/R (1/T - 1/T_b0)) / 2 pi,  log10 tau_a = 2 + m (T_g/T - 1)
///
/// As they stand the numbers give an apparent maximum of tan delta at 1 Hz of 0.0300 at 345.00 K.
struct Glass {
    double beta_at_1_hz_K = 342.1821482270406, beta_energy_j_mol = 89629.90702204;
    double beta_strength = 0.16546106722145246, beta_exponent = 0.38;
    double alpha_strength = 0.6, alpha_exponent = 0.45, fragility = 42, glass_transition_K = 428;
    double softening_per_K = 0.0002, background = 0.002;

    [[nodiscard]] std::complex<double> modulus_pa(double temperature_K, double frequency_hz) const {
        using Complex = std::complex<double>;
        const double pi = std::numbers::pi, omega = 2 * pi * frequency_hz;
        const double tau_b =
            std::exp(beta_energy_j_mol / gas_constant_J_mol_K * (1 / temperature_K - 1 / beta_at_1_hz_K)) / (2 * pi);
        const double tau_a = std::pow(10, 2 + fragility * (glass_transition_K / temperature_K - 1));
        const auto term = [&](double strength, double tau, double a) {
            return strength / (1.0 + std::pow(omega * tau, a) * std::polar(1.0, pi * a / 2));
        };
        const Complex relaxed = 1.0 - term(beta_strength, tau_b, beta_exponent) - term(alpha_strength, tau_a, alpha_exponent);
        return 35e9 * (1 - softening_per_K * (temperature_K - 300)) * (relaxed + Complex(0, background));
    }
    [[nodiscard]] double storage_pa(double temperature_K, double frequency_hz = 1) const {
        return modulus_pa(temperature_K, frequency_hz).real();
    }
    [[nodiscard]] double tan_delta(double temperature_K, double frequency_hz = 1) const {
        const auto modulus = modulus_pa(temperature_K, frequency_hz);
        return modulus.imag() / modulus.real();
    }
};

struct Truth {
    double temperature_K = 0, height = 0;
};

/// The first local maximum of f above `from`, by steps of 0.01 K and a golden section: independent of any polynomial.
template <class Function>
Truth first_maximum(const Function& f, double from, double to) {
    double t = from;
    while (t < to && !(f(t) > f(t - 0.01) && f(t) >= f(t + 0.01))) t += 0.01;
    if (t >= to) throw std::runtime_error("the simulated curve has no maximum");
    double low = t - 0.01, high = t + 0.01;
    const double part = (std::sqrt(5.0) - 1) / 2;
    while (high - low > 1e-6) {
        const double a = high - part * (high - low), b = low + part * (high - low);
        (f(a) < f(b) ? low : high) = f(a) < f(b) ? a : b;
    }
    return {(low + high) / 2, f((low + high) / 2)};
}

/// The first local maximum of the whole curve: the apparent peak.
inline Truth apparent(const Glass& glass, double frequency_hz = 1, double from = 200, double to = 480) {
    return first_maximum([&](double t) { return glass.tan_delta(t, frequency_hz); }, from, to);
}

/// The maximum of tan delta without the alpha relaxation and the constant loss: the component.
inline Truth component(Glass glass, double frequency_hz = 1, double from = 200, double to = 480) {
    glass.alpha_strength = 0;
    glass.background = 0;
    return apparent(glass, frequency_hz, from, to);
}

/// A glass whose apparent maximum at 1 Hz is at this temperature and this high: fixed-point steps on T_b0 and D_b.
inline Glass tuned(double temperature_K, double height, double glass_transition_K = 428) {
    Glass glass;
    glass.glass_transition_K = glass_transition_K;
    glass.beta_at_1_hz_K = temperature_K - 3;
    glass.beta_strength = 5 * height;
    for (int k = 0; k < 60; ++k) {
        const auto found = apparent(glass, 1, temperature_K - 60, temperature_K + 60);
        if (std::abs(found.temperature_K - temperature_K) < 1e-5 && std::abs(found.height - height) < 1e-9) return glass;
        glass.beta_at_1_hz_K += temperature_K - found.temperature_K;
        glass.beta_strength += 5 * (height - found.height);
    }
    throw std::runtime_error("no simulated glass has this peak");
}

/// first, first + step, ... up to last, as the shared files are sampled by default.
inline std::vector<double> grid(double first = 260, double last = 459.5, double step = 0.5) {
    std::vector<double> out;
    for (std::ptrdiff_t i = 0; first + step * static_cast<double>(i) <= last + 1e-9; ++i)
        out.push_back(first + step * static_cast<double>(i));
    return out;
}

/// tan delta on a grid with normal noise; one seed, one curve.
inline std::vector<double> tan_delta(const Glass& glass, const std::vector<double>& temperature_K, double frequency_hz = 1,
                                     double sigma = 0, std::uint64_t seed = 1) {
    std::vector<double> noise(temperature_K.size(), 0.0), out;
    if (sigma > 0) numerics::RandomStream(seed, 0, 0).fill_normal(noise);
    for (std::size_t i = 0; i < temperature_K.size(); ++i)
        out.push_back(glass.tan_delta(temperature_K[i], frequency_hz) + sigma * noise[i]);
    return out;
}

inline std::vector<double> storage_pa(const Glass& glass, const std::vector<double>& temperature_K, double frequency_hz = 1) {
    std::vector<double> out;
    for (const double each : temperature_K) out.push_back(glass.storage_pa(each, frequency_hz));
    return out;
}

}  // namespace sluice::dma_peak::simulated
