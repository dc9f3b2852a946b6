// SPDX-License-Identifier: BSD-3-Clause
// A liquid of two kinds of atoms with S(Q) in closed form, and raw curves of it with a known scale and constant.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "../reduction.hpp"

namespace sluice::total_scattering::test {

using Doubles = std::vector<double>;

constexpr double number_density = 0.0575;  // 1/angstrom^3

/// S - 1 of g(r) = 1 - exp(-r^2 / 2 s^2) + a shell at R: h(0) = -1, so the integral of Q^2 (S - 1) is -2 pi^2 rho0 exactly (the
/// shell adds exp(-63)).
inline double exact_s(double q) {
    constexpr double s = 0.8, shell = 2.8, width = 0.25, area = 1.6;
    const double core = number_density * std::pow(2 * std::numbers::pi, 1.5) * s * s * s * std::exp(-s * s * q * q / 2);
    const double decay = area * width * std::sqrt(2 * std::numbers::pi) * std::exp(-width * width * q * q / 2);
    return 1 - core + decay * (q == 0 ? shell : std::sin(q * shell) / q);
}

/// Form factors f_k = Z_k / (1 + (q / w_k)^2)^1.2 of 60 % and 40 %.
struct Atoms {
    Doubles mean_square, square_mean, compton;

    [[nodiscard]] AtomicFactors view() const { return {mean_square, square_mean, compton}; }
};

inline Atoms atoms_at(const Doubles& q) {
    Atoms out;
    for (const double each : q) {
        const double a = 40 / std::pow(1 + each * each / 36, 1.2), b = 13 / std::pow(1 + each * each / 20, 1.2);
        out.mean_square.push_back(0.6 * a * a + 0.4 * b * b);
        out.square_mean.push_back((0.6 * a + 0.4 * b) * (0.6 * a + 0.4 * b));
        out.compton.push_back(27 * (1 - std::exp(-each * each / 40)));
    }
    return out;
}

struct Simulated {
    Doubles q, intensity, variance;
    Atoms atoms;
    double alpha = 1 / 52.3, beta = 40;

    [[nodiscard]] Raw raw() const { return {intensity, variance, {}, {}, {}}; }
};

inline Doubles grid(double first, double last, double step) {
    Doubles out;
    for (std::ptrdiff_t i = 0; first + static_cast<double>(i) * step <= last + step / 2; ++i)
        out.push_back(first + static_cast<double>(i) * step);
    return out;
}

/// Normal errors of 0.5 %; seed 0: none.
inline Simulated simulate(std::uint64_t seed, double step = 0.02) {
    Simulated out{grid(0.3, 22, step), {}, {}, {}};
    out.atoms = atoms_at(out.q);
    Doubles errors(out.q.size(), 0.0);
    if (seed != 0) numerics::RandomStream(seed, 0, 0).fill_normal(errors);
    for (std::size_t i = 0; i < out.q.size(); ++i) {
        const auto& atoms = out.atoms;
        const double electrons =
            atoms.mean_square[i] + atoms.compton[i] + atoms.square_mean[i] * (exact_s(out.q[i]) - 1) + out.beta;
        const double exact = electrons / out.alpha, sigma = 0.005 * exact;
        out.intensity.push_back(exact + sigma * errors[i]);
        out.variance.push_back(sigma * sigma);
    }
    return out;
}

inline Options options_for(const Simulated& data, Method method = Method::high_q) {
    Options options;
    options.method = method;
    options.fit = {12, data.q.back()};
    options.damping_angstrom2 = 5 / (data.q.back() * data.q.back());
    options.ad_hoc = {0, data.q.back()};
    options.polynomial_order = 3.5;
    return options;
}

inline Reduced reduce(const Simulated& data, const Options& options, const Numbers& numbers = {1, 0, 0, number_density}) {
    return total_scattering::reduce(data.q, data.raw(), data.atoms.view(), geometry_table(data.q, {}, unknown), numbers, options);
}

}  // namespace sluice::total_scattering::test
