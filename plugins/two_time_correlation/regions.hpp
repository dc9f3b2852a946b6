// SPDX-License-Identifier: BSD-3-Clause
// The good pixels of each region of interest, from a map of labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::two_time_correlation {

struct Regions {
    std::vector<std::int32_t> pixels;   ///< offsets in a frame, region after region, ascending within each
    std::vector<std::ptrdiff_t> begin;  ///< [regions + 1] into pixels

    [[nodiscard]] std::ptrdiff_t count() const { return static_cast<std::ptrdiff_t>(begin.size()) - 1; }
    [[nodiscard]] std::ptrdiff_t size(std::ptrdiff_t r) const {
        return begin[static_cast<std::size_t>(r) + 1] - begin[static_cast<std::size_t>(r)];
    }
    [[nodiscard]] std::span<const std::int32_t> of(std::ptrdiff_t r) const {
        return std::span(pixels).subspan(static_cast<std::size_t>(begin[static_cast<std::size_t>(r)]),
                                         static_cast<std::size_t>(size(r)));
    }
    [[nodiscard]] std::vector<std::span<const std::int32_t>> all() const;
};

/// labels: [pixels], region r = 0, 1, … has the label r + 1; 0 and negative zero: in none. masked: [pulses, pixels] or
/// [pixels], nonzero: out, or empty; a pixel that is masked in one pulse is out in all. regions: how many there are, some of
/// them perhaps without pixels; 0: as many as the largest label says.
/// Throws std::invalid_argument naming the pixel when a label is no whole number >= 0 or larger than `regions`, and when no
/// pixel has a label.
[[nodiscard]] Regions make_regions(std::span<const double> labels, std::span<const double> masked, std::ptrdiff_t regions);

}  // namespace sluice::two_time_correlation
