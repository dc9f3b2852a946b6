// SPDX-License-Identifier: BSD-3-Clause
// Two noisy curves of known truth with different grids: shared by the tests.
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "../curves.hpp"

namespace sluice::merge_curves::simulated {

using Doubles = std::vector<double>;

inline Doubles spaced(double from, double to, int n) {
    Doubles q;
    for (int i = 0; i < n; ++i) q.push_back(from + (to - from) * i / (n - 1));
    return q;
}

/// A level under a power law, as where small angles meet wide ones.
inline double intensity(double q) { return 2 * std::pow(q, -3) + 0.3; }

struct Noise {
    Doubles values, variances;
};

/// scale (intensity + offset) of `rows` curves with a relative noise, drawn from `generator`.
inline Noise noisy(const Doubles& q, double scale, double offset, double relative, std::mt19937_64& generator, int rows = 1) {
    std::normal_distribution<double> normal;
    Noise out;
    for (int row = 0; row < rows; ++row)
        for (const double each : q) {
            const double truth = scale * (intensity(each) + offset), sigma = relative * truth;
            out.values.push_back(truth + sigma * normal(generator));
            out.variances.push_back(sigma * sigma);
        }
    return out;
}

inline Curves curves(const Doubles& q, const Noise& noise) { return {q, noise.values, noise.variances, {}}; }

}  // namespace sluice::merge_curves::simulated
