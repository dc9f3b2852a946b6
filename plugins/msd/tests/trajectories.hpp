// SPDX-License-Identifier: BSD-3-Clause
// Trajectories with known displacements, and the mean-squared displacement as sums over all pairs of frames.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"

namespace sluice::msd::test {

using Doubles = std::vector<double>;

inline std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

/// All that a run gives.
struct Curves {
    Doubles msd, variance, blocks, centre_of_mass;
};

inline Curves run(const Shape& shape, const Options& options, const Doubles& positions,
                  const ParallelFor& parallel_for = serial_for) {
    const MeanSquareDisplacement kernel(shape, options);
    Doubles memory(index(kernel.scratch_size() + 8), std::nan(""));  // what is not cleared shows
    void* begin = memory.data();
    std::size_t space = memory.size() * sizeof(double);
    auto* scratch = static_cast<double*>(std::align(64, index(kernel.scratch_size()) * sizeof(double), begin, space));
    const auto lags = index(options.max_lag + 1);
    Curves out{Doubles(lags), Doubles(lags), Doubles(lags * index(options.time_blocks)), Doubles(lags)};
    kernel.run(positions, {scratch, index(kernel.scratch_size())}, {out.msd, out.variance, out.blocks, out.centre_of_mass},
               parallel_for);
    return out;
}

/// The mean of each frame, taken off when asked for.
inline Doubles centre(const Shape& shape, Doubles& positions, bool remove) {
    Doubles out(index(shape.frames * shape.axes));
    for (std::ptrdiff_t i = 0; i < shape.frames * shape.columns(); ++i)
        out[index(i / shape.columns() * shape.axes + i % shape.axes)] +=
            positions[index(i)] / static_cast<double>(shape.particles);
    for (std::ptrdiff_t i = 0; remove && i < shape.frames * shape.columns(); ++i)
        positions[index(i)] -= out[index(i / shape.columns() * shape.axes + i % shape.axes)];
    return out;
}

/// The equation as it stands, over origins begin … end - 1.
inline double direct(const Shape& shape, const Doubles& positions, std::ptrdiff_t lag, std::ptrdiff_t begin, std::ptrdiff_t end) {
    long double sum = 0;
    for (std::ptrdiff_t i = begin * shape.columns(); i < end * shape.columns(); ++i) {
        const long double step = static_cast<long double>(positions[index(i + lag * shape.columns())]) - positions[index(i)];
        sum += step * step;
    }
    return begin == end ? std::nan("") : static_cast<double>(sum / static_cast<long double>((end - begin) * shape.particles));
}

/// Likewise, all curves but the variances.
inline Curves direct(const Shape& shape, const Options& options, Doubles positions) {
    const Doubles of_centre = centre(shape, positions, options.remove_centre_of_mass);
    const Shape one{shape.frames, 1, shape.axes};
    const TimeBlocks blocks(shape.frames, options.time_blocks);
    Curves out;
    for (std::ptrdiff_t lag = 0; lag <= options.max_lag; ++lag) {
        out.msd.push_back(direct(shape, positions, lag, 0, shape.frames - lag));
        out.centre_of_mass.push_back(direct(one, of_centre, lag, 0, shape.frames - lag));
    }
    for (std::ptrdiff_t b = 0; b < options.time_blocks; ++b)
        for (std::ptrdiff_t lag = 0; lag <= options.max_lag; ++lag)
            out.blocks.push_back(direct(shape, positions, lag, blocks.begin(b), blocks.end(b, lag)));
    return out;
}

/// Steps of variance 1 along each axis: MSD(k) = axes k. The particles start in a box of 10.
inline Doubles random_walk(const Shape& shape, std::uint64_t seed) {
    Doubles steps(index(shape.frames * shape.columns()));
    numerics::RandomStream(seed, 1, 0).fill_normal(steps);
    for (std::ptrdiff_t i = 0; i < shape.columns(); ++i) steps[index(i)] = std::fmod(7.31 * static_cast<double>(i), 10.0);
    for (std::ptrdiff_t i = shape.columns(); i < shape.frames * shape.columns(); ++i)
        steps[index(i)] += steps[index(i - shape.columns())];
    return steps;
}

}  // namespace sluice::msd::test
