// SPDX-License-Identifier: BSD-3-Clause
// All regions at once: their pixels are collected train by train, then each region is summed up over the compact copy.
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

#include "gram.hpp"
#include "gram_check.hpp"
#include "gram_places.hpp"
#include "gram_region.hpp"
#include "gram_scratch.hpp"

namespace sluice::two_time_correlation {
namespace {

/// The pixels of all regions, one region after the other, with room for the last block of a row to run over.
FrameShape compact_shape(const FrameShape& shape, std::span<const Region> regions) {
    std::ptrdiff_t total = block_width;
    for (const Region region : regions) total += std::ssize(region);
    return {shape.pulses, total};
}

/// One train of the compact shape.
template <class T>
struct Compact {
    T* values;
    std::uint8_t* mask_memory;
    const std::uint8_t* mask;  ///< mask_memory, or null where the train has no mask
};

template <class T>
Compact<T> make_compact(const FrameShape& shape, Scratch& scratch) {
    const std::ptrdiff_t size = shape.pulses * shape.pixels;
    return {scratch.take<T>(size).data(), scratch.take<std::uint8_t>(size).data(), nullptr};
}

template <class V>
void collect(const FrameShape& shape, std::span<const Places> regions, const V* values, std::ptrdiff_t width, V* compact) {
    for (std::ptrdiff_t pulse = 0; pulse < shape.pulses; ++pulse) {
        V* row = compact + pulse * width;
        for (const Places& places : regions) {
            gather(values + pulse * shape.pixels, places, row);
            row += places.count;
        }
    }
}

/// Fills a compact train.
template <class T>
void collect(const FrameShape& shape, std::span<const Places> regions, const T* values, const std::uint8_t* mask,
             std::ptrdiff_t width, Compact<T>& compact) {
    collect(shape, regions, values, width, compact.values);
    if (mask != nullptr) collect(shape, regions, mask, width, compact.mask_memory);
    compact.mask = mask == nullptr ? nullptr : compact.mask_memory;
}

std::span<Places> find_all_places(const FrameShape& shape, std::span<const Region> regions, Scratch& scratch) {
    const auto places = scratch.take<Places>(std::ssize(regions));
    for (std::size_t r = 0; r < regions.size(); ++r) {
        const auto blocks = scratch.take<Places::Block>(std::ssize(regions[r]));
        places[r] = find_places(regions[r], shape.pixels, blocks);
    }
    return places;
}

/// The results of one region.
template <class V>
std::span<V> part(std::span<V> all, std::size_t regions, std::size_t region) {
    return all.subspan(all.size() / regions * region, all.size() / regions);
}

}  // namespace

std::int64_t scratch_bytes(const FrameShape& shape, std::span<const Region> regions, std::ptrdiff_t value_bytes) {
    const FrameShape compact = compact_shape(shape, regions);
    const std::ptrdiff_t size = compact.pulses * compact.pixels;
    std::int64_t bytes = 2 * (piece_bytes<std::byte>(size * value_bytes) + piece_bytes<std::uint8_t>(size)) +
                         piece_bytes<std::int32_t>(compact.pixels) + piece_bytes<Places>(std::ssize(regions)) +
                         piece_bytes<std::byte>(region_scratch_bytes(compact)) + scratch_alignment;
    for (const Region region : regions) bytes += piece_bytes<Places::Block>(std::ssize(region));
    return bytes;
}

template <class T>
void products(const FrameShape& shape, std::span<const Region> regions, const Trains<T>& trains, std::span<double> own,
              std::span<double> pair, std::span<TrainReport> reports, std::span<std::byte> scratch) {
    const std::size_t n_regions = regions.size(), n_trains = trains.values.size();
    check_results(shape, static_cast<std::ptrdiff_t>(n_regions * n_trains), own.size(), pair.size(), reports.size());
    if (!trains.masks.empty()) check_length("masks", trains.masks.size(), std::ssize(trains.values));
    for (const Region region : regions) check_region(shape, region);
    check_scratch(scratch.size(), scratch_bytes(shape, regions, sizeof(T)));
    if (n_regions == 0 || n_trains == 0) return;

    const FrameShape compact = compact_shape(shape, regions);
    Scratch memory(scratch);
    std::array<Compact<T>, 2> both{make_compact<T>(compact, memory), make_compact<T>(compact, memory)};
    auto [previous, current] = std::pair(&both[0], &both[1]);
    const std::span<const Places> places = find_all_places(shape, regions, memory);
    const auto offsets = memory.take<std::int32_t>(compact.pixels);
    std::iota(offsets.begin(), offsets.end(), 0);
    const auto rest = memory.take<std::byte>(region_scratch_bytes(compact));

    bool has_previous = !pair.empty() && trains.before != nullptr;
    if (has_previous) collect(shape, places, trains.before, trains.mask_before, compact.pixels, *previous);
    for (std::size_t n = 0; n < n_trains; ++n) {
        collect(shape, places, trains.values[n], trains.masks.empty() ? nullptr : trains.masks[n], compact.pixels, *current);
        const T* const values[] = {current->values};
        const std::uint8_t* const masks[] = {current->mask};
        const Trains<T> train{has_previous ? previous->values : nullptr, values, masks, has_previous ? previous->mask : nullptr};
        std::size_t first = 0;
        for (std::size_t r = 0; r < n_regions; first += regions[r++].size())
            region_products(compact, Region(offsets.subspan(first, regions[r].size())), train,
                            part(part(own, n_regions, r), n_trains, n), part(part(pair, n_regions, r), n_trains, n),
                            part(part(reports, n_regions, r), n_trains, n), rest);
        std::swap(previous, current);
        has_previous = !pair.empty();
    }
}

#define SLUICE_INSTANTIATE(T)                                                                                                  \
    template void products(const FrameShape&, std::span<const Region>, const Trains<T>&, std::span<double>, std::span<double>, \
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
