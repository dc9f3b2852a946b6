// SPDX-License-Identifier: BSD-3-Clause
// The first and the last train of a run, kept in the state until both are there: the pixels of all regions, packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "gram.hpp"
#include "regions.hpp"

namespace sluice::two_time_correlation {

/// How a kept train lies in memory: values [pulses, pixels of all regions], then a mask of the same shape if there is one.
struct KeptTrain {
    std::ptrdiff_t pulses, pixels, element_bytes;
    bool masked;

    /// A multiple of 8, so that trains behind one another stay aligned.
    [[nodiscard]] std::int64_t bytes() const { return (pulses * pixels * (element_bytes + (masked ? 1 : 0)) + 7) / 8 * 8; }
};

/// Copies what the regions hold of one train. values: [pulses, frame pixels]; mask: the same, nonzero = leave out, or null.
template <class T>
void keep_train(const KeptTrain& kept, const FrameShape& shape, const Regions& regions, const T* values, const std::uint8_t* mask,
                std::span<std::byte> to) {
    const auto row = static_cast<std::size_t>(kept.pixels);
    auto* kept_values = reinterpret_cast<T*>(to.data());
    auto* kept_mask = reinterpret_cast<std::uint8_t*>(to.data()) + kept.pulses * kept.pixels * kept.element_bytes;
    for (std::ptrdiff_t k = 0; k < kept.pulses;
         ++k, values += shape.pixels, kept_values += kept.pixels, kept_mask += kept.pixels) {
        for (std::size_t i = 0; i < row; ++i) kept_values[i] = values[regions.pixels[i]];
        if (!kept.masked) continue;
        for (std::size_t i = 0; i < row; ++i) kept_mask[i] = mask ? mask[k * shape.pixels + regions.pixels[i]] : 0;
    }
}

/// products() of train `before` with train `after`, both kept: [regions, T + 1, T + 1], the same numbers as from their frames.
template <class T>
std::vector<double> kept_products(const KeptTrain& kept, const Regions& regions, std::span<const std::byte> before,
                                  std::span<const std::byte> after) {
    const FrameShape shape{kept.pulses, kept.pixels};
    std::vector<std::int32_t> offsets(static_cast<std::size_t>(kept.pixels));
    std::iota(offsets.begin(), offsets.end(), 0);
    std::vector<Region> packed;
    for (std::ptrdiff_t r = 0; r < regions.count(); ++r)
        packed.push_back(Region(offsets).subspan(static_cast<std::size_t>(regions.begin[static_cast<std::size_t>(r)]),
                                                 static_cast<std::size_t>(regions.size(r))));
    const auto mask_of = [&](std::span<const std::byte> train) {
        return kept.masked ? reinterpret_cast<const std::uint8_t*>(train.data()) + kept.pulses * kept.pixels * kept.element_bytes
                           : nullptr;
    };
    const T* values = reinterpret_cast<const T*>(after.data());
    const std::uint8_t* mask = mask_of(after);
    const Trains<T> trains{reinterpret_cast<const T*>(before.data()), {&values, 1}, {&mask, 1}, mask_of(before)};
    const auto size = packed.size() * static_cast<std::size_t>((kept.pulses + 1) * (kept.pulses + 1));
    std::vector<double> own(size), pair(size);
    std::vector<TrainReport> reports(packed.size());
    std::vector<std::byte> scratch(static_cast<std::size_t>(scratch_bytes(shape, packed, kept.element_bytes)));
    products<T>(shape, packed, trains, own, pair, reports, scratch);
    return pair;
}

}  // namespace sluice::two_time_correlation
