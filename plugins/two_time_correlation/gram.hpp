// SPDX-License-Identifier: BSD-3-Clause
// Sums of products of pulses within a train and between neighbouring trains, over the pixels of one region.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::two_time_correlation {

/// A train is [pulses, pixels], in C order.
struct FrameShape {
    std::ptrdiff_t pulses;
    std::ptrdiff_t pixels;
};

/// Ascending offsets of the good pixels of a region in a frame.
using Region = std::span<const std::int32_t>;

/// Consecutive trains.
template <class T>
struct Trains {
    const T* before;                             ///< the train before the first, or null
    std::span<const T* const> values;            ///< [n]
    std::span<const std::uint8_t* const> masks;  ///< [n], each [pulses, pixels], nonzero = leave out; or empty; null: no mask
    const std::uint8_t* mask_before;             ///< of the train before, or null
};

/// What one train has in the region.
struct TrainReport {
    double smallest;                 ///< smallest value used; infinity where no pixel is left
    std::ptrdiff_t pixels_left_out;  ///< masked or not finite in at least one pulse
};

/// Bytes of scratch that products() needs for these regions, whatever the number of trains; value_bytes: of one pixel. It
/// does not matter to the result where the scratch begins.
[[nodiscard]] std::int64_t scratch_bytes(const FrameShape& shape, std::span<const Region> regions, std::ptrdiff_t value_bytes);

/// Products, sums and pixel numbers of n trains in each region. With X_n [T pulses, P pixels] of a region and a further row T
/// of ones:
///
///     own_n [a][b]  = sum_p X_n(a, p) X_n(b, p)        pair_n [a][b] = sum_p X_{n-1}(a, p) X_n(b, p)
///
/// so own [a][T] are sums, own [T][T] is the number of pixels; pair [a][T] are sums of train n-1, pair [T][b] of train n, and
/// pair [T][T] is the number of pixels common to both. The correlation is C(a, b) = own [a][b] own [T][T] / (own [a][T]
/// own [b][T]) - 1, and X(a, b) the same of pair.
///
/// A pixel that is masked or not finite in any pulse of a train is left out of that train: its column, the one included,
/// is zero, in the pair with either neighbour as well.
///
/// own: [regions, n, T + 1, T + 1], both triangles. pair: the same, or empty when not wanted; that of the first train is all
/// zero without `before`. reports: [regions, n]. Unit: that of the values squared. scratch: at least scratch_bytes().
///
/// Each frame is read through once: the pixels of all regions are first collected, train by train, which spares memory and
/// address translation. Groups of trains of any size cost about the same.
///
/// Accuracy: sums of products of integers are exact, and then rounded once to double, as long as no sum of two factors'
/// products can pass 2^53: always for values of up to 16 bits. Others are accumulated in double. Which way is taken
/// depends on the values of the trains that are multiplied alone, so the bits depend neither on how trains are grouped nor on
/// the other regions.
/// Throws std::invalid_argument when a length is wrong.
template <class T>
void products(const FrameShape& shape, std::span<const Region> regions, const Trains<T>& trains, std::span<double> own,
              std::span<double> pair, std::span<TrainReport> reports, std::span<std::byte> scratch);

// Defined for std::int8_t to std::int64_t, std::uint8_t to std::uint64_t, float and double.

}  // namespace sluice::two_time_correlation
