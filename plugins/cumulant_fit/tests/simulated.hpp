// SPDX-License-Identifier: BSD-3-Clause
// Correlation functions made for the tests: of the model, exact or with noise, and of known distributions of sizes.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"

namespace sluice::cumulant_fit::test {

using Doubles = std::vector<double>;

struct Data {
    Doubles delay, values, variances;
    std::vector<std::uint8_t> mask;

    [[nodiscard]] Curve curve() const { return {delay, values, variances, mask}; }
};

inline Doubles linear(double first, double last, std::ptrdiff_t n) { return numerics::spaced(first, last, n); }
inline Doubles logarithmic(double first, double last, std::ptrdiff_t n) { return numerics::spaced(first, last, n, true); }

inline Data exact(double rate, double p, double s, double amplitude, double baseline, Of of, const Doubles& delay) {
    Data data{delay, {}, {}, {}};
    for (const double t : delay) {
        const double x = rate * t, m = std::exp(-x) * (1 + p * x * x / 2 - s * x * x * x / 6);
        data.values.push_back(baseline + amplitude * (of == Of::g1 ? m : m * m));
    }
    return data;
}

/// g2 - 1 with the contrast 0.8 at 60 delays from 0.5 to 120, with normal noise of this sigma.
inline Data noisy(int seed, double rate, double p, double sigma) {
    auto data = exact(rate, p, 0, 0.8, 0, Of::g2_minus_1, logarithmic(0.5, 120, 60));
    Doubles noise(data.delay.size());
    numerics::RandomStream(77, static_cast<std::uint64_t>(seed), 0).fill_normal(noise);
    for (std::size_t i = 0; i < noise.size(); ++i) data.values[i] += sigma * noise[i];
    data.variances.assign(noise.size(), sigma * sigma);
    return data;
}

/// A distribution of rates: g1 and the cumulants are sums over it.
struct Rates {
    Doubles rates, weights;
    double mean = 0, variance = 0;

    void add(double rate, double weight) {
        rates.push_back(rate);
        weights.push_back(weight);
    }
    void finish() {
        double sum = 0;
        for (const double w : weights) sum += w;
        for (double& w : weights) w /= sum;
        for (std::size_t i = 0; i < rates.size(); ++i) mean += weights[i] * rates[i];
        for (std::size_t i = 0; i < rates.size(); ++i) variance += weights[i] * (rates[i] - mean) * (rates[i] - mean);
    }
    [[nodiscard]] double g1(double t) const {
        double sum = 0;
        for (std::size_t i = 0; i < rates.size(); ++i) sum += weights[i] * std::exp(-rates[i] * t);
        return sum;
    }
};

/// Radii normal around 1 with standard deviation s, each scattering as r^6 and decaying at rate_of_mean / r.
inline Rates rates_of_sizes(double s, double rate_of_mean) {
    Rates out;
    for (int i = -50; i <= 50; ++i) {
        const double x = 0.1 * i, r = 1 + s * x;
        out.add(rate_of_mean / r, std::pow(r, 6) * std::exp(-x * x / 2));
    }
    out.finish();
    return out;
}

}  // namespace sluice::cumulant_fit::test
