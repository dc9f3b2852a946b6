// SPDX-License-Identifier: BSD-3-Clause
// Trains of random whole numbers with regions and masks, and a call of the sums of products on them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <type_traits>
#include <vector>

#include "../gram_region.hpp"

namespace sluice::two_time_correlation::test {

using Doubles = std::vector<double>;

inline std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

/// Some trains and a region. mask[n] empty: no mask.
template <class T>
struct Data {
    FrameShape frame;
    std::vector<std::int32_t> region;
    std::vector<std::vector<T>> values;
    std::vector<std::vector<std::uint8_t>> mask = {};

    [[nodiscard]] T at(std::size_t train, std::ptrdiff_t pulse, std::int32_t pixel) const {
        return values[train][index(pulse * frame.pixels + pixel)];
    }
    [[nodiscard]] const std::uint8_t* mask_of(std::size_t train) const { return mask.empty() ? nullptr : mask[train].data(); }

    /// The rule of the header, pulse by pulse.
    [[nodiscard]] bool good(std::size_t train, std::int32_t pixel) const {
        for (std::ptrdiff_t pulse = 0; pulse < frame.pulses; ++pulse) {
            if (!mask.empty() && mask[train][index(pulse * frame.pixels + pixel)] != 0) return false;
            if constexpr (std::is_floating_point_v<T>)
                if (!std::isfinite(at(train, pulse, pixel))) return false;
        }
        return true;
    }
};

struct Result {
    Doubles own, pair;
    std::vector<TrainReport> reports;
};

/// Trains first .. last - 1 as the functions under test want them.
template <class T>
struct View {
    View(const Data<T>& data, std::size_t first, std::size_t last, bool before) {
        for (std::size_t n = first; n < last; ++n) {
            values.push_back(data.values[n].data());
            if (!data.mask.empty()) masks.push_back(data.mask_of(n));
        }
        trains = {nullptr, values, masks, nullptr};
        if (before) trains.before = data.values[first - 1].data(), trains.mask_before = data.mask_of(first - 1);
    }
    View(const View&) = delete;

    std::vector<const T*> values;
    std::vector<const std::uint8_t*> masks;
    Trains<T> trains;
};

inline Result make_result(std::size_t trains, std::size_t regions, std::ptrdiff_t pulses, bool pairs) {
    const std::size_t size = trains * regions * index((pulses + 1) * (pulses + 1));
    return {Doubles(size, -1), Doubles(pairs ? size : 0, -1), std::vector<TrainReport>(trains * regions)};
}

template <class T>
Result compute(const Data<T>& data, std::size_t first, std::size_t last, bool before, bool pairs = true) {
    const View<T> view(data, first, last, before);
    Result result = make_result(last - first, 1, data.frame.pulses, pairs);
    std::vector<std::byte> scratch(static_cast<std::size_t>(region_scratch_bytes(data.frame)));
    region_products<T>(data.frame, data.region, view.trains, result.own, result.pair, result.reports, scratch);
    return result;
}

/// `pixels` of a frame three times as large, half of them in runs as those of a ring, reaching the last pixel.
inline std::vector<std::int32_t> make_region(std::ptrdiff_t pixels, std::mt19937_64& generator) {
    std::set<std::int32_t> chosen;
    const auto frame = static_cast<std::int32_t>(3 * pixels);
    std::uniform_int_distribution<std::int32_t> place(0, std::max(frame - 1, 0)), length(1, 40);
    if (pixels > 0) chosen.insert(frame - 1);
    while (std::ssize(chosen) < pixels) {
        const std::int32_t begin = place(generator), end = begin + (begin % 2 == 0 ? length(generator) : 1);
        for (std::int32_t p = begin; p < std::min(end, frame) && std::ssize(chosen) < pixels; ++p) chosen.insert(p);
    }
    return {chosen.begin(), chosen.end()};
}

/// Whole numbers from low to high. Seeds are fixed, so that a failure repeats.
template <class T>
Data<T> make_data(std::size_t trains, FrameShape region, double low, double high, unsigned seed) {
    std::mt19937_64 generator(seed);
    Data<T> data{{region.pulses, 3 * region.pixels}, make_region(region.pixels, generator), {}};
    std::uniform_real_distribution<double> value(low, high + 1);
    for (std::size_t n = 0; n < trains; ++n) {
        data.values.emplace_back(index(data.frame.pulses * data.frame.pixels));
        for (T& one : data.values.back()) one = static_cast<T>(std::floor(value(generator)));
    }
    return data;
}

template <class T>
void add_masks(Data<T>& data, double part, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::bernoulli_distribution bad(part);
    for (std::size_t n = 0; n < data.values.size(); ++n) {
        data.mask.emplace_back(data.values[n].size());
        for (std::uint8_t& one : data.mask.back()) one = bad(generator) ? 7 : 0;
    }
}

}  // namespace sluice::two_time_correlation::test
