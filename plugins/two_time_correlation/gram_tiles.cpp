// SPDX-License-Identifier: BSD-3-Clause
// Tiles of three by three dot products: 9 sums and 6 rows of operands fit the 16 vector registers of AVX2.
#include "gram_tiles.hpp"

#include <algorithm>
#include <iterator>

// Bodies are inlined into one function per kind of processor, so that each is compiled for its instructions. Not
// target_clones: its resolvers run before a sanitizer's runtime is ready.
#define SLUICE_INLINE inline __attribute__((always_inline))

namespace sluice::two_time_correlation {
namespace {

static_assert(tile_edge == 3);

/// sums[3 a + b] = sum over p < run of x[a][p] y[b][p]. Written out, since the compiler turns just this form, int += short *
/// short, into multiply-add of pairs (vpmaddwd): twice the rate of single precision.
SLUICE_INLINE void tile_sums(const std::int16_t* x0, const std::int16_t* y0, std::ptrdiff_t stride, std::ptrdiff_t run,
                             double* sums) {
    const std::int16_t *x1 = x0 + stride, *x2 = x1 + stride, *y1 = y0 + stride, *y2 = y1 + stride;
    std::int32_t s00 = 0, s01 = 0, s02 = 0, s10 = 0, s11 = 0, s12 = 0, s20 = 0, s21 = 0, s22 = 0;
    for (std::ptrdiff_t p = 0; p < run; ++p) {
        s00 += x0[p] * y0[p], s01 += x0[p] * y1[p], s02 += x0[p] * y2[p];
        s10 += x1[p] * y0[p], s11 += x1[p] * y1[p], s12 += x1[p] * y2[p];
        s20 += x2[p] * y0[p], s21 += x2[p] * y1[p], s22 += x2[p] * y2[p];
    }
    const std::int32_t all[] = {s00, s01, s02, s10, s11, s12, s20, s21, s22};
    std::copy(std::begin(all), std::end(all), sums);
}

using Four = double __attribute__((vector_size(32), may_alias));

SLUICE_INLINE void tile_sums(const double* x, const double* y, std::ptrdiff_t stride, std::ptrdiff_t run, double* sums) {
    Four part[9] = {};
    for (std::ptrdiff_t p = 0; p < run; p += 4) {
        const auto* column = reinterpret_cast<const Four*>(x + p);
        const Four x0 = column[0], x1 = column[stride / 4], x2 = column[stride / 2];
        for (std::ptrdiff_t b = 0; b < 3; ++b) {
            const Four yb = *reinterpret_cast<const Four*>(y + p + b * stride);
            part[b] += x0 * yb, part[3 + b] += x1 * yb, part[6 + b] += x2 * yb;
        }
    }
    for (std::ptrdiff_t i = 0; i < 9; ++i) sums[i] = (part[i][0] + part[i][1]) + (part[i][2] + part[i][3]);
}

/// One run of pixels, short enough for all its rows to stay in cache.
template <class V>
SLUICE_INLINE void add_run(const V* x, const V* y, const TileShape& shape, std::ptrdiff_t run, bool upper_only, double* sums) {
    const std::ptrdiff_t rows = shape.rows, stride = shape.stride;
    for (std::ptrdiff_t b = 0; b < rows; b += tile_edge) {
        const std::ptrdiff_t end = upper_only ? std::min(b + 1, rows) : rows, width = std::min(tile_edge, rows - b);
        for (std::ptrdiff_t a = 0; a < end; a += tile_edge) {
            double tile[tile_edge * tile_edge];
            tile_sums(x + a * stride, y + b * stride, stride, run, tile);
            for (std::ptrdiff_t i = 0; i < std::min(tile_edge, rows - a); ++i)
                for (std::ptrdiff_t j = 0; j < width; ++j) sums[(a + i) * rows + b + j] += tile[tile_edge * i + j];
        }
    }
}

template <class V>
SLUICE_INLINE void add_runs(const V* x, const V* y, const TileShape& shape, bool upper_only, double* sums) {
    for (std::ptrdiff_t p = 0; p < shape.pixels; p += shape.run)
        add_run(x + p, y + p, shape, std::min(shape.run, shape.pixels - p), upper_only, sums);
}

template <class V>
void add_baseline(const V* x, const V* y, const TileShape& shape, bool upper_only, double* sums) {
    add_runs(x, y, shape, upper_only, sums);
}

#if defined(__x86_64__)
template <class V>
__attribute__((target("avx2"))) void add_avx2(const V* x, const V* y, const TileShape& shape, bool upper_only, double* sums) {
    add_runs(x, y, shape, upper_only, sums);
}

template <class V>
__attribute__((target("avx512f,avx512bw,avx512vl"))) void add_avx512(const V* x, const V* y, const TileShape& shape,
                                                                     bool upper_only, double* sums) {
    add_runs(x, y, shape, upper_only, sums);
}
#endif

template <class V>
void dispatch(const V* x, const V* y, const TileShape& shape, bool upper_only, double* sums, [[maybe_unused]] Cpu cpu) {
#if defined(__x86_64__)
    if (cpu == Cpu::avx512) return add_avx512(x, y, shape, upper_only, sums);
    if (cpu == Cpu::avx2) return add_avx2(x, y, shape, upper_only, sums);
#endif
    add_baseline(x, y, shape, upper_only, sums);
}

}  // namespace

Cpu best_cpu() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return Cpu::avx512;
    if (__builtin_cpu_supports("avx2")) return Cpu::avx2;
#endif
    return Cpu::baseline;
}

void add_products(const std::int16_t* x, const std::int16_t* y, const TileShape& shape, bool upper_only, double* sums, Cpu cpu) {
    dispatch(x, y, shape, upper_only, sums, cpu);
}

void add_products(const double* x, const double* y, const TileShape& shape, bool upper_only, double* sums, Cpu cpu) {
    dispatch(x, y, shape, upper_only, sums, cpu);
}

}  // namespace sluice::two_time_correlation
