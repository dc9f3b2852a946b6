// SPDX-License-Identifier: BSD-3-Clause
// Dot products of all rows of one matrix with all rows of another, in tiles that stay in registers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::two_time_correlation {

/// Rows come in groups of this many; the last group is filled up with rows of zeros.
constexpr std::ptrdiff_t tile_edge = 3;

/// Pixels are handled in multiples of this many; the rest of a row is zero.
constexpr std::ptrdiff_t pixel_step = 64;

/// Two matrices [rows, pixels] of the same shape.
struct TileShape {
    std::ptrdiff_t rows;    ///< rows wanted; memory holds them rounded up to tile_edge
    std::ptrdiff_t stride;  ///< elements from row to row
    std::ptrdiff_t pixels;  ///< elements used of a row, a multiple of pixel_step
    std::ptrdiff_t run;     ///< pixels summed up before the sum is added to the result, a multiple of pixel_step
};

/// Which instructions to use. The sums have the same bits for all of them.
enum class Cpu { baseline, avx2, avx512 };

/// The best one that this processor has.
[[nodiscard]] Cpu best_cpu();

/// Adds to sums [rows, rows] at [a][b] the sum over p of x[a][p] y[b][p]; with upper_only, where b >= a at least.
/// Exact while run times the largest |x y| is below 2^31, and the sums below 2^53.
void add_products(const std::int16_t* x, const std::int16_t* y, const TileShape& shape, bool upper_only, double* sums, Cpu cpu);

/// The same in double: each run is summed up in four parts, p mod 4, without fused multiply-add, so that the bits are
/// the same on any processor. Exact for integers while run times the largest |x y| and the sums are below 2^53.
void add_products(const double* x, const double* y, const TileShape& shape, bool upper_only, double* sums, Cpu cpu);

}  // namespace sluice::two_time_correlation
