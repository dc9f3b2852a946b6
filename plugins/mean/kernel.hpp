// SPDX-License-Identifier: BSD-3-Clause
// Mean over a loop dimension as a mergeable state in flat memory, with leave-one-block-out replicates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::mean {

/// What one state holds: `size` elements per item, summed apart for each of `blocks` runs of items.
struct Layout {
    std::ptrdiff_t size;        ///< n, elements of one item
    std::ptrdiff_t blocks = 1;  ///< B; item i of N is in block floor(i B / N)
};

/// Where the variance of the mean comes from.
enum class Error {
    propagated,  ///< sum of the items' variances / count^2: right when those are known and items independent
    scatter,     ///< M2 / (count (count - 1)), M2 = sum (x - mean)^2: what the items in fact do; needs two
};

struct Item {
    std::span<const double> values;      ///< [n]
    std::span<const double> variances;   ///< [n], or empty: the propagated variance is then NaN (unknown)
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Output {
    std::span<double> mean;          ///< [replicates, n]
    std::span<double> variance;      ///< [replicates, n], of the mean
    std::span<std::int64_t> count;   ///< [replicates, n], items used; the others were masked or not finite
};

/// Replicates in the output: 1 without blocks; else blocks + 1, where 0 is the mean of all items and k = 1..B leaves
/// out block k - 1.
[[nodiscard]] std::ptrdiff_t replicates(const Layout& layout);

/// Bytes of one state: four doubles (count, sum, sum of variances, M2) per block and element. A state has no pointers
/// and may be copied or sent as it is; it must be aligned as double.
[[nodiscard]] std::int64_t state_bytes(const Layout& layout);

/// Makes a state of no items.
void initialize(std::span<std::byte> state, const Layout& layout);

/// Adds item `index` of `total`. Per element, with count, sum and M2 so far (Welford 1962, Technometrics 4, 419):
///
///     M2 += (x - sum / count)^2 count / (count + 1),   sum += x,   count += 1
///
/// An element that is masked, or whose value or variance is not finite, is left out of all sums.
void add(std::span<std::byte> state, const Layout& layout, const Item& item, std::int64_t index, std::int64_t total);

/// Adds the items of `from` to `into` (Chan, Golub and LeVeque 1979, Stanford STAN-CS-79-773):
///
///     M2 = M2_a + M2_b + (mean_a - mean_b)^2 count_a count_b / (count_a + count_b)
///
/// Associative to rounding only: the same order of calls gives the same bits.
void merge(std::span<std::byte> into, std::span<const std::byte> from, const Layout& layout);

/// Writes the arithmetic mean, its variance and the count for each replicate and element. Elements without items
/// give NaN, NaN and 0; the scatter of one item is NaN.
///
/// A mean weighted by inverse variance is not offered: the variance of Poisson counts is taken from the counts
/// themselves, so low counts would get high weights and the mean would be biased low, by about one count.
/// Each replicate is merged from the blocks it keeps, never found by subtraction, so no digits are lost.
/// Accuracy: sums of positive values to about count 1e-16; M2 likewise, also where the mean is large.
void finish(std::span<const std::byte> state, const Layout& layout, Error error, const Output& output);

// All functions throw std::invalid_argument when a length, the alignment or the layout is wrong; add() also when
// 0 <= index < total does not hold or there are more blocks than items.

}  // namespace sluice::mean
