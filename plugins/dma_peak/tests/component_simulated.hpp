// SPDX-License-Identifier: BSD-3-Clause
// For tests of components: curves of known peaks on known backgrounds, written without the formulas of the kernel.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "../component.hpp"
#include "simulated.hpp"

namespace sluice::dma_peak::simulated {

struct PeakTruth {
    double temperature_K = 0, height = 0, width_K = 0, area = 0;
};

/// Position and height by golden section, the half heights by bisection, the area by the trapezoid rule: of any curve f that
/// rises to one maximum and falls. inverse: the area is T0^2 times the integral over 1/T, as of cole_cole.
template <class Function>
PeakTruth measured(const Function& f, double from_K, double to_K, bool inverse) {
    const auto top = first_maximum(f, from_K, to_K);
    const auto half_height = [&](double inside_K, double outside_K) {
        for (int k = 0; k < 200; ++k) {
            const double middle = (inside_K + outside_K) / 2;
            (f(middle) > top.height / 2 ? inside_K : outside_K) = middle;
        }
        return inside_K;
    };
    PeakTruth out{top.temperature_K, top.height, half_height(top.temperature_K, 1500) - half_height(top.temperature_K, 50), 0};
    constexpr int steps = 40000;
    const double first = inverse ? -0.02 : from_K, last = inverse ? 0.03 : to_K,
                 scale = inverse ? std::pow(out.temperature_K, 2) : 1;
    for (int k = 0; k < steps; ++k) {
        const double x = first + (last - first) * (k + 0.5) / steps;
        out.area += scale * f(inverse ? 1 / x : x) * (last - first) / steps;
    }
    return out;
}

/// A smooth asymmetric Gaussian as Fraser and Suzuki write it: H exp(-ln 2 [ln(1 + 2 b (T - T0)/d)/b]^2).
struct SkewGaussian {
    double position_K = 340, height = 0.03, d_K = 60, b = 0.3;

    [[nodiscard]] double operator()(double temperature_K) const {
        const double inside = 1 + 2 * b * (temperature_K - position_K) / d_K;
        return inside > 0 ? height * std::exp(-std::log(2.0) * std::pow(std::log(inside) / b, 2)) : 0;
    }
};

struct Data {
    std::vector<double> temperature_K, value, variance;

    [[nodiscard]] Curve curve() const { return {temperature_K, value, variance, {}}; }
};

/// f on a grid with normal noise. `correlation`: of neighbouring errors, which stay of size sigma; known: with variances.
template <class Function>
Data noisy(const Function& f, const std::vector<double>& temperature_K, double sigma, std::uint64_t seed, bool known = false,
           double correlation = 0) {
    Data out{temperature_K, {}, {}};
    std::vector<double> noise(temperature_K.size(), 0.0);
    if (sigma > 0) numerics::RandomStream(seed, 7, 0).fill_normal(noise);
    for (std::size_t i = 1; i < noise.size(); ++i)
        noise[i] = correlation * noise[i - 1] + std::sqrt(1 - correlation * correlation) * noise[i];
    for (std::size_t i = 0; i < temperature_K.size(); ++i) out.value.push_back(f(temperature_K[i]) + sigma * noise[i]);
    if (known) out.variance.assign(temperature_K.size(), sigma * sigma);
    return out;
}

}  // namespace sluice::dma_peak::simulated
