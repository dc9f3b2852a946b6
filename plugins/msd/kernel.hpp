// SPDX-License-Identifier: BSD-3-Clause
// Mean-squared displacement of particles over all time origins, and of their centre of mass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "displacement_sums.hpp"
#include "time_blocks.hpp"

namespace sluice::msd {

struct Shape {
    std::ptrdiff_t frames, particles, axes;

    [[nodiscard]] std::ptrdiff_t columns() const { return particles * axes; }
};

struct Options {
    std::ptrdiff_t max_lag;      ///< frames
    std::ptrdiff_t time_blocks;  ///< parts of the origins whose means are told one by one
    bool remove_centre_of_mass = false;
};

/// Where the results go; lags from 0 to max_lag.
struct Output {
    std::span<double> msd;             ///< [lag]
    std::span<double> variance;        ///< [lag]; empty: not wanted
    std::span<double> blocks;          ///< [block, lag]; NaN where a block has no origins
    std::span<double> centre_of_mass;  ///< [lag]
};

/// Calls f(0) … f(n - 1), in any order and on any threads, and returns when all are done.
using ParallelFor = std::function<void(std::int64_t n, const std::function<void(std::int64_t)>& f)>;
inline void serial_for(std::int64_t n, const std::function<void(std::int64_t)>& f) {
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

/// Mean over N particles and all origins t, displacements in all axes added:
///
///     MSD(k) = 1 / (N (T - k)) sum_p sum_{t=0}^{T-k-1} |r_p(t + k) - r_p(t)|^2
///
/// Source of the sums by Fourier transforms: see displacement_sums.hpp.
/// blocks are the same means over the origins of one time block each (time_blocks.hpp), whose other ends may lie in later blocks;
/// weighted by their origins they add up to MSD. variance is from their scatter (block_errors.hpp).
/// centre_of_mass is the MSD of R(t) = (1/N) sum_p r_p(t). Removing it gives the MSD of r_p - R, exactly: MSD(k) less that of R,
/// and likewise in every block.
///
/// Positions must be unwrapped, in equal steps of time. Time: O(T log T) per particle; bits do not depend on the threads.
/// Accuracy: about 1e-15 of the mean square distance of a particle from its own mean position; what rounding makes negative is 0.
class MeanSquareDisplacement {
public:
    /// Throws std::invalid_argument unless frames >= 2, particles and axes >= 1, 1 <= max_lag < frames,
    /// 1 <= time_blocks <= frames; also when the centre of mass of one particle is to be removed.
    MeanSquareDisplacement(const Shape& shape, const Options& options);

    [[nodiscard]] const Shape& shape() const { return shape_; }

    /// Doubles that run() needs for work: at most half as much as the positions, or 64 MiB where that is more, or what a
    /// single part takes.
    [[nodiscard]] std::ptrdiff_t scratch_size() const;

    /// positions: [frame, particle, axis]. scratch: [scratch_size()], aligned to 64 bytes. Throws std::domain_error that names
    /// the first position that is NaN or infinite, by frame, particle and axis.
    void run(std::span<const double> positions, std::span<double> scratch, const Output& out,
             const ParallelFor& parallel_for = serial_for) const;

private:
    void sum_parts(const Trajectory& of, std::span<double> scratch, const ParallelFor& parallel_for) const;

    Shape shape_;
    Options options_;
    TimeBlocks blocks_;
    DisplacementSums sums_;
    std::ptrdiff_t parts_;
};

}  // namespace sluice::msd
