// SPDX-License-Identifier: BSD-3-Clause
// Curves of a simulated glass, with lines on demand and counting noise.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"

namespace sluice::bragg_check::test {

using Doubles = std::vector<double>;

struct Data {
    Doubles q, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Curve() const { return {q, y, variances, mask}; }
};

struct Bragg {
    double position, height, width;

    [[nodiscard]] double at(double q) const {
        const double u = (q - position) / width;
        return height * std::exp(-4 * std::numbers::ln2 * u * u);
    }
};

/// A sharp first halo (Lorentzian, full width 0.5 1/angstrom), two broader ones and a level; counts.
inline double halo(double q, double counts = 1) {
    const auto bump = [q](double centre, double width) { return std::exp(-std::pow((q - centre) / width, 2)); };
    return counts * (2000 + 30000 / (1 + std::pow((q - 2.7) / 0.25, 2)) + 6000 * bump(4.6, 0.5) + 3000 * bump(7, 0.9));
}

/// Without noise when the seed is 0.
inline Data glass(double step, double counts, std::uint64_t seed, const std::vector<Bragg>& lines = {}, double last = 20) {
    Data data;
    for (double q = 0.8; q < last; q += step) data.q.push_back(q);
    Doubles noise(data.q.size(), 0);
    if (seed > 0) numerics::RandomStream(seed, 0, 0).fill_normal(noise);
    for (std::size_t i = 0; i < data.q.size(); ++i) {
        double expected = halo(data.q[i], counts);
        for (const auto& line : lines) expected += line.at(data.q[i]);
        data.variances.push_back(expected);
        data.y.push_back(expected + std::sqrt(expected) * noise[i]);
    }
    return data;
}

inline Data without_variances(Data data) {
    data.variances.clear();
    return data;
}

/// Of counting noise on the halo: what the best filter for a known line on a known curve would give as significance.
inline Bragg line_of(double significance, double position, double width, double step, double counts = 1) {
    const double points = width / step * std::sqrt(std::numbers::pi / (8 * std::numbers::ln2));  // sum of the shape squared
    return {position, significance * std::sqrt(halo(position, counts) / points), width};
}

}  // namespace sluice::bragg_check::test
