// SPDX-License-Identifier: BSD-3-Clause
// Chunk after chunk of a region's pixels: each train is gathered once and multiplied with itself and with the one before.
#include "gram_region.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "gram_check.hpp"
#include "gram_pack.hpp"
#include "gram_places.hpp"
#include "gram_scratch.hpp"
#include "gram_tiles.hpp"

namespace sluice::two_time_correlation {
namespace {

constexpr std::ptrdiff_t row_padding = 32;  // so that rows do not compete for the same lines of the cache; >= block_width
constexpr std::ptrdiff_t wide_run = 512;

/// Depends on the shape alone, so that sums in double are always taken in the same order. Two trains fit the second cache.
constexpr std::ptrdiff_t chunk_pixels(std::ptrdiff_t pulses) { return pulses < 128 ? largest_chunk : 256; }

/// Sizes of what is in the scratch memory.
struct Layout {
    explicit Layout(const FrameShape& frame)
        : rows(round_up(frame.pulses + 1, tile_edge)), pixels(chunk_pixels(frame.pulses)), stride(pixels + row_padding) {}

    [[nodiscard]] std::ptrdiff_t bytes() const {
        return 2 * (piece_bytes<double>(rows * stride) + piece_bytes<std::int16_t>(rows * stride)) +
               2 * piece_bytes<std::uint8_t>(stride) + piece_bytes<Places::Block>(pixels) + scratch_alignment;
    }

    std::ptrdiff_t rows, pixels, stride;
};

/// The longest run whose products cannot pass 2^31.
std::ptrdiff_t narrow_run(const Packed& x, const Packed& y, std::ptrdiff_t pixels) {
    const std::ptrdiff_t largest = static_cast<std::ptrdiff_t>(x.largest) * y.largest;
    const std::ptrdiff_t run = std::numeric_limits<std::int32_t>::max() / largest / pixel_step * pixel_step;
    return std::min(run, pixels);
}

/// Adds the products of the rows of two trains, or of one with itself, to sums [T + 1, T + 1].
void add(const Chunk& chunk, Packed& x, Packed& y, std::span<double> sums, Cpu cpu) {
    const bool same = &x == &y;
    TileShape shape = chunk.shape;
    if (x.is_narrow && y.is_narrow) {
        shape.run = narrow_run(x, y, shape.pixels);
        add_products(x.narrow, y.narrow, shape, same, sums.data(), cpu);
    } else {
        widen(chunk, x);
        widen(chunk, y);
        shape.run = wide_run;
        add_products(x.wide, y.wide, shape, same, sums.data(), cpu);
    }
}

/// What region_products() fills.
struct Results {
    std::ptrdiff_t rows;
    std::span<double> own, pair;
    std::span<TrainReport> reports;

    [[nodiscard]] std::span<double> matrix(std::span<double> all, std::size_t train) const {
        const auto size = static_cast<std::size_t>(rows * rows);
        return all.subspan(train * size, size);
    }
};

template <class T>
void add_chunk(const Chunk& chunk, const Trains<T>& trains, std::array<Packed, 2> packed, const Results& results, Cpu cpu) {
    auto [previous, current] = std::pair(&packed[0], &packed[1]);
    const bool pairs = !results.pair.empty();
    bool has_previous = pairs && trains.before != nullptr;
    if (has_previous) pack(chunk, PackSource<T>{trains.before, trains.mask_before}, *previous);
    for (std::size_t n = 0; n < trains.values.size(); ++n) {
        pack(chunk, PackSource<T>{trains.values[n], trains.masks.empty() ? nullptr : trains.masks[n]}, *current);
        add(chunk, *current, *current, results.matrix(results.own, n), cpu);
        if (has_previous) add(chunk, *previous, *current, results.matrix(results.pair, n), cpu);
        TrainReport& report = results.reports[n];
        report = {std::min(report.smallest, current->smallest), report.pixels_left_out + current->left_out};
        std::swap(previous, current);
        has_previous = pairs;
    }
}

/// Rows for one train; those that only fill up a tile are zero.
Packed make_packed(const Layout& layout, std::ptrdiff_t used_rows, Scratch& memory) {
    Packed packed{};
    packed.wide = memory.take<double>(layout.rows * layout.stride).data();
    packed.narrow = memory.take<std::int16_t>(layout.rows * layout.stride).data();
    std::fill(packed.wide + used_rows * layout.stride, packed.wide + layout.rows * layout.stride, 0.0);
    std::fill(packed.narrow + used_rows * layout.stride, packed.narrow + layout.rows * layout.stride, std::int16_t(0));
    return packed;
}

/// Fills the lower triangle from the upper one.
void mirror(std::span<double> matrix, std::ptrdiff_t rows) {
    for (std::ptrdiff_t a = 0; a < rows; ++a)
        for (std::ptrdiff_t b = 0; b < a; ++b)
            matrix[static_cast<std::size_t>(a * rows + b)] = matrix[static_cast<std::size_t>(b * rows + a)];
}

}  // namespace

std::int64_t region_scratch_bytes(const FrameShape& shape) { return Layout(shape).bytes(); }

template <class T>
void region_products(const FrameShape& shape, Region region, const Trains<T>& trains, std::span<double> own,
                     std::span<double> pair, std::span<TrainReport> reports, std::span<std::byte> scratch) {
    const Results results{shape.pulses + 1, own, pair, reports};
    check_results(shape, std::ssize(trains.values), own.size(), pair.size(), reports.size());
    if (!trains.masks.empty()) check_length("masks", trains.masks.size(), std::ssize(trains.values));
    check_scratch(scratch.size(), Layout(shape).bytes());
    check_region(shape, region);
    std::fill(own.begin(), own.end(), 0.0);
    std::fill(pair.begin(), pair.end(), 0.0);
    std::fill(reports.begin(), reports.end(), TrainReport{std::numeric_limits<double>::infinity(), 0});

    const Layout layout(shape);
    Scratch memory(scratch);
    std::array<Packed, 2> packed{};
    for (Packed& train : packed) train = make_packed(layout, results.rows, memory);
    const auto bad = memory.take<std::uint8_t>(layout.stride), masked = memory.take<std::uint8_t>(layout.stride);
    const auto blocks = memory.take<Places::Block>(layout.pixels);

    const Cpu cpu = best_cpu();
    const auto step = static_cast<std::size_t>(layout.pixels);
    for (std::size_t first = 0; first < region.size(); first += step) {
        const Region part = region.subspan(first, std::min(step, region.size() - first));
        const std::ptrdiff_t pixels = round_up(std::ssize(part), pixel_step);
        const TileShape tiles{shape.pulses + 1, layout.stride, pixels, pixels};
        const Chunk chunk{shape, find_places(part, shape.pixels, blocks), tiles, bad, masked};
        add_chunk(chunk, trains, packed, results, cpu);
    }
    for (std::size_t n = 0; n < trains.values.size(); ++n) mirror(results.matrix(own, n), results.rows);
}

#define SLUICE_INSTANTIATE(T)                                                                                        \
    template void region_products(const FrameShape&, Region, const Trains<T>&, std::span<double>, std::span<double>, \
                                  std::span<TrainReport>, std::span<std::byte>);
SLUICE_INSTANTIATE(std::int8_t)
SLUICE_INSTANTIATE(std::int16_t)
SLUICE_INSTANTIATE(std::int32_t)
SLUICE_INSTANTIATE(std::int64_t)
SLUICE_INSTANTIATE(std::uint8_t)
SLUICE_INSTANTIATE(std::uint16_t)
SLUICE_INSTANTIATE(std::uint32_t)
SLUICE_INSTANTIATE(std::uint64_t)
SLUICE_INSTANTIATE(float)
SLUICE_INSTANTIATE(double)
#undef SLUICE_INSTANTIATE

}  // namespace sluice::two_time_correlation
