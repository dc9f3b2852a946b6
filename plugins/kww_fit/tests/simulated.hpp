// SPDX-License-Identifier: BSD-3-Clause
// Relaxations with noise, by formulas written out here; the transform alone is of numerics, which has its own oracles.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

#include <sluice/numerics/random.hpp>
#include <sluice/numerics/relaxation.hpp>

#include "../kernel.hpp"

namespace sluice::kww_fit::test {

using Doubles = std::vector<double>;

inline Doubles logarithmic(double first, double last, int n) {
    Doubles out;
    for (int i = 0; i < n; ++i) out.push_back(first * std::pow(last / first, static_cast<double>(i) / (n - 1)));
    return out;
}

struct Simulated {
    Doubles x, y, variances, storage, storage_variances;

    [[nodiscard]] Data data() const { return {x, y, variances, {}, storage, storage_variances, {}}; }
    [[nodiscard]] Data without_variances() const { return {x, y, {}, {}, storage, {}, {}}; }
    [[nodiscard]] Data loss_only() const { return {x, y, variances, {}, {}, {}, {}}; }

    /// Adds noise of this sigma to all; the variances say so.
    Simulated& add_noise(double sigma, std::uint64_t seed) {
        for (auto* each : {&y, &storage}) {
            Doubles noise(each->size());
            numerics::RandomStream(seed, 0, each == &y ? 0 : 1).fill_normal(noise);
            for (std::size_t i = 0; i < noise.size(); ++i) (*each)[i] += sigma * noise[i];
        }
        variances.assign(y.size(), sigma * sigma);
        storage_variances.assign(storage.size(), sigma * sigma);
        return *this;
    }
};

inline Simulated decay(const Doubles& times_s, double tau_s, double beta, double amplitude, double offset) {
    Simulated out{times_s, {}, {}, {}, {}};
    for (const double t : times_s) out.y.push_back(offset + amplitude * std::exp(-std::pow(t / tau_s, beta)));
    return out;
}

/// Loss and storage of a modulus: unrelaxed - strength R.
template <class ResponseAt>
Simulated modulus(const Doubles& omegas, double strength, double unrelaxed, const ResponseAt& response_at) {
    Simulated out{omegas, {}, {}, {}, {}};
    for (const double omega : omegas) {
        const std::complex<double> response = response_at(omega);
        out.y.push_back(-strength * response.imag());
        out.storage.push_back(unrelaxed - strength * response.real());
    }
    return out;
}

inline Simulated kww_modulus(const Doubles& omegas, double tau_s, double beta, double strength, double unrelaxed) {
    return modulus(omegas, strength, unrelaxed, [=](double omega) { return numerics::kww(omega * tau_s, beta); });
}

/// 1 / (1 + (i omega tau)^alpha)^gamma, as it stands.
inline Simulated havriliak_negami_modulus(const Doubles& omegas, double tau_s, double alpha, double gamma, double strength,
                                          double unrelaxed) {
    return modulus(omegas, strength, unrelaxed,
                   [=](double omega) { return std::pow(1.0 + std::pow(std::complex<double>(0, omega * tau_s), alpha), -gamma); });
}

inline Options in_frequency(Model model) {
    Options options;
    options.domain = Domain::frequency;
    options.model = model;
    return options;
}

}  // namespace sluice::kww_fit::test
