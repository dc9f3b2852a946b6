// SPDX-License-Identifier: BSD-3-Clause
// How far the result of a region can be relied on, as a code and as sentences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train_average.hpp"

namespace sluice::two_time_correlation {

/// Where several apply, the largest.
enum class Status : std::int8_t {
    ok = 0,
    low_counts = 1,    ///< per_frame: fewer than 100 photons per frame on average, so the contrast is biased by percents
    empty_frames = 2,  ///< some frames hold fewer than min_counts: their pairs are left out
    no_neighbour = 3,  ///< no train has the neighbours it needs: nothing is left
    ring_empty = 4,    ///< no good pixel
    nothing_left = 5   ///< every count is 0 for another reason: all frames empty, or a single pixel with ratio_of_sums
};

constexpr const char* status_codes = "0 ok, 1 low_counts, 2 empty_frames, 3 no_neighbour, 4 ring_empty, 5 nothing_left";

struct RegionSummary {
    std::ptrdiff_t pixels;
    std::int64_t trains, lonely, frames, frames_empty;
    double photons;                    ///< mean over frames of the sum over the region
    bool nothing_left = false;         ///< every count is 0
    std::int64_t pixels_left_out = 0;  ///< most in one train
};

/// photon: signal of one, in the unit of the data.
[[nodiscard]] RegionSummary summary_of(const Result& result, std::ptrdiff_t pixels, double photon);

[[nodiscard]] Status status_of(const RegionSummary& region, const Settings& settings);

/// One sentence per kind of trouble, naming the regions (1, 2, …) that have it.
[[nodiscard]] std::vector<std::string> warnings_of(std::span<const RegionSummary> regions, const Settings& settings);

}  // namespace sluice::two_time_correlation
