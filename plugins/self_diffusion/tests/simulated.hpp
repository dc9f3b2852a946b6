// SPDX-License-Identifier: BSD-3-Clause
// Trajectories of known diffusion and their mean-squared displacements in blocks, by direct sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "kernel.hpp"

namespace sluice::self_diffusion::test {

using Doubles = std::vector<double>;

/// A harmonic spring: it adds 2 variance (1 - exp(-t / time)) to the MSD of each axis.
struct Spring {
    double variance, time;
};

/// Particles that walk in three dimensions with D = 1 and frames 1 apart: steps of variance 2 along each axis.
struct Walk {
    int particles = 20, frames = 400;
    double rattling = 0;               ///< variance of a displacement about the walk, independent from frame to frame
    std::vector<Spring> springs = {};  ///< in place of the walk
};

struct Msd {
    Doubles lag, whole, blocks;
    std::ptrdiff_t rows, frames;

    [[nodiscard]] Points points() const { return {lag, whole, {}}; }
    [[nodiscard]] Blocks in_blocks() const { return {blocks, {}, rows, Recording{frames, 1}}; }
};

/// [frame] along one axis of the walk.
inline Doubles walked(const Walk& walk, numerics::RandomStream& stream) {
    const auto n = static_cast<std::size_t>(walk.frames);
    Doubles noise(2 * n), x(n);
    stream.fill_normal(noise);
    double at = 0;
    for (std::size_t i = 0; i < n; ++i) {
        x[i] = at + std::sqrt(walk.rattling) * noise[n + i];
        at += std::sqrt(2.0) * noise[i];
    }
    return x;
}

/// Adds one on a spring: x' = e x + sqrt(variance (1 - e^2)) n, e = exp(-1/time), begun in equilibrium.
inline void add_on_spring(const Spring& spring, numerics::RandomStream& stream, Doubles& x) {
    Doubles noise(x.size());
    stream.fill_normal(noise);
    const double stays = std::exp(-1 / spring.time);
    double at = std::sqrt(spring.variance) * noise[0];
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i > 0) at = stays * at + std::sqrt(spring.variance * (1 - stays * stays)) * noise[i];
        x[i] += at;
    }
}

inline Doubles path(const Walk& walk, std::uint64_t seed, std::uint64_t particle, std::uint32_t axis) {
    numerics::RandomStream stream(seed, particle, axis);
    if (walk.springs.empty()) return walked(walk, stream);
    Doubles x(static_cast<std::size_t>(walk.frames));
    for (const auto& spring : walk.springs) add_on_spring(spring, stream, x);
    return x;
}

inline void add_path(const Doubles& x, std::ptrdiff_t first_lag, double weight, Msd& msd) {
    const auto frames = static_cast<std::ptrdiff_t>(x.size()), lags = static_cast<std::ptrdiff_t>(msd.lag.size());
    for (std::ptrdiff_t k = 0; k < lags; ++k) {
        const std::ptrdiff_t lag = first_lag + k;
        for (std::ptrdiff_t b = 0; b < msd.rows; ++b) {
            const std::ptrdiff_t begin = b * frames / msd.rows, end = std::min((b + 1) * frames / msd.rows, frames - lag);
            double sum = 0;
            for (std::ptrdiff_t s = begin; s < end; ++s) {
                const double step = x[static_cast<std::size_t>(s + lag)] - x[static_cast<std::size_t>(s)];
                sum += step * step;
            }
            if (end > begin)
                msd.blocks[static_cast<std::size_t>(b * lags + k)] += weight * sum / static_cast<double>(end - begin);
            msd.whole[static_cast<std::size_t>(k)] += weight * sum / static_cast<double>(frames - lag);
        }
    }
}

/// The lags first ... last, over `rows` blocks of origins.
inline Msd msd_of(const Walk& walk, std::ptrdiff_t first, std::ptrdiff_t last, std::ptrdiff_t rows, std::uint64_t seed) {
    const auto lags = static_cast<std::size_t>(last - first + 1);
    Msd msd{{}, Doubles(lags), Doubles(lags * static_cast<std::size_t>(rows)), rows, walk.frames};
    for (std::ptrdiff_t lag = first; lag <= last; ++lag) msd.lag.push_back(static_cast<double>(lag));
    for (int particle = 0; particle < walk.particles; ++particle)
        for (std::uint32_t axis = 0; axis < 3; ++axis)
            add_path(path(walk, seed, static_cast<std::uint64_t>(particle), axis), first, 1.0 / walk.particles, msd);
    return msd;
}

}  // namespace sluice::self_diffusion::test
