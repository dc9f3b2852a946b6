// SPDX-License-Identifier: BSD-3-Clause
// Sums of squared displacements over all pairs of frames, by Fourier transforms of time blocks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "time_blocks.hpp"
#include "transform.hpp"

namespace sluice::msd {

/// Coordinates of some particles: [frame][column], where column = particle * axes + axis.
struct Trajectory {
    std::span<const double> positions;
    std::ptrdiff_t frames, columns, axes;
};

/// For block b and lag k, over origins t of the block with t + k < T, and over columns x:
///
///     sum [x(t + k) - x(t)]^2  =  sum [x(t)^2 + x(t + k)^2]  -  2 sum x(t) x(t + k)
///
/// The first sum is one of running sums; the second is a correlation of block b with itself and with later blocks (Wiener and
/// Khinchin; so Calandrini et al., Collection SFN 12 (2011) 201, doi 10.1051/sfn/201112010). Each block of a column is
/// transformed once, padded to twice its length; products of two blocks' transforms are summed over columns, and only these
/// sums are transformed back. So the blocks cost little beside one transform of the whole trajectory, padded likewise.
/// Each column's mean is subtracted first, to keep digits.
class DisplacementSums {
public:
    DisplacementSums(const TimeBlocks& blocks, std::ptrdiff_t max_lag, std::ptrdiff_t axes);

    /// Sums over some columns, and memory to work in: pieces of one span of part_size(columns) doubles, aligned to 64 bytes.
    struct Part {
        std::span<double> squares;   ///< [frame], of x^2
        std::span<double> total;     ///< [frame, axis], of x; empty: not wanted
        std::span<double> products;  ///< [pair of blocks, pitch], complex
        std::span<double> tiles;     ///< [column, block, a few frequencies], work
        std::span<double> series;    ///< [column, block, pitch], work
    };
    [[nodiscard]] std::ptrdiff_t part_size(std::ptrdiff_t columns) const;
    [[nodiscard]] Part part(std::span<double> memory, std::ptrdiff_t columns) const;

    void clear(const Part& part) const;
    /// Adds columns first … first + count - 1. Throws std::domain_error that names the trajectory's first position that is NaN
    /// or infinite.
    void add(const Trajectory& of, std::ptrdiff_t first, std::ptrdiff_t count, const Part& part) const;
    void merge(const Part& into, const Part& from) const;
    /// sums: [block, lag], lags 0 … max_lag; 0 where a block has no origins. Uses up products. running: [2 (frames + 1)], work.
    void finish(const Part& part, std::span<double> running, std::span<double> sums) const;

private:
    void gather(const Trajectory& of, std::ptrdiff_t first, std::ptrdiff_t count, const Part& part) const;
    void centre(const Trajectory& of, std::ptrdiff_t column, double* series, const Part& part) const;
    void multiply(std::ptrdiff_t count, const Part& part) const;

    TimeBlocks blocks_;
    std::ptrdiff_t max_lag_, axes_;
    std::vector<BlockPair> pairs_;
    Transform transform_;
};

}  // namespace sluice::msd
