// SPDX-License-Identifier: BSD-3-Clause
// What one train, and one pair of neighbours, contribute to the average: vectors over pairs of pulses.
#pragma once

#include <cstddef>
#include <span>

#include "train_average.hpp"

namespace sluice::two_time_correlation {

/// Lengths of the vectors below. Pairs of pulses k1 <= k2 stand in a triangle, row by row: M = T (T + 1) / 2 of them.
///
///     per_frame      own     C [M], noise [T]                       noise: gain / m + variance / m^2
///                    pair    XT [M]
///                    closed  d [M], mean of d(k, k), mean of d(k, k) - noise
///     ratio_of_sums  own     <I I> [M], <I><I> [M], noise [T]       <I><I> over distinct pixels; noise: gain m + variance
///                    pair    <I I> [M], m m [M], both symmetrised over the two trains
///                    closed  own, then pair as the mean over the neighbours there are
///
/// With Artefact::none there is no pair. NaN: not available, as a frame is empty or no neighbour is there.
struct Lengths {
    explicit Lengths(const Settings& settings);
    std::ptrdiff_t triangle, own, pair, closed;
};

/// Place of (k, k) in the triangle.
[[nodiscard]] inline std::ptrdiff_t diagonal(std::ptrdiff_t pulses, std::ptrdiff_t k) { return k * pulses - k * (k - 1) / 2; }

/// The sum of a frame over the region as a divisor: NaN when the frame is empty, which makes all NaN that it enters.
[[nodiscard]] double sum_or_nan(const Settings& settings, double sum);

/// products: [T + 1, T + 1] of one train, as of gram.hpp.
void own_terms(const Settings& settings, std::span<const double> products, std::span<double> own);

/// products: [T + 1, T + 1] of train n - 1 (rows) with train n (columns).
void pair_terms(const Settings& settings, std::span<const double> products, std::span<double> pair);

/// A train whose neighbours' terms `left` and `right` are known; all NaN: no such neighbour.
/// artefact: [M], XC_n, written for per_frame with neighbours only.
void closed_terms(const Settings& settings, std::span<const double> own, std::span<const double> left,
                  std::span<const double> right, std::span<double> closed, std::span<double> artefact);

}  // namespace sluice::two_time_correlation
