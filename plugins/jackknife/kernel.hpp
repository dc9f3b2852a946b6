// SPDX-License-Identifier: BSD-3-Clause
// The jackknife as a mergeable state in flat memory: estimates that leave one block out, to variance and bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::jackknife {

struct Item {
    std::span<const double> values;      ///< [n]
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Output {
    std::span<double> estimate;     ///< [n]
    std::span<double> variance;     ///< [n], of the estimate
    std::span<double> bias;         ///< [n]
    std::span<std::int64_t> count;  ///< [n], replicates that could be used
};

/// Bytes of one state: four doubles (estimate from all; count, sum and M2 of the replicates) per element. A state has no
/// pointers and may be copied or sent as it is; it must be aligned as double.
[[nodiscard]] std::int64_t state_bytes(std::ptrdiff_t size);

/// Makes a state of no items.
void initialize(std::span<std::byte> state, std::ptrdiff_t size);

/// Adds one item: index 0 is the estimate from all the data, index k = 1, 2, ... that without block k. Elements that are
/// masked or not finite are left out.
void add(std::span<std::byte> state, const Item& item, std::int64_t index);

/// Adds the items of `from` to `into`: numerics::merged(). Associative to rounding only.
void merge(std::span<std::byte> into, std::span<const std::byte> from);

/// Writes, per element, for n blocks of which m <= n gave a usable replicate theta_k (mean over these: theta_mean),
///
///     variance = (n - 1) / m  sum_k (theta_k - theta_mean)^2,    bias = (n - 1) (theta_mean - theta)
///
/// and theta, the estimate from all the data, or with `bias_corrected` theta - bias = n theta - (n - 1) theta_mean.
/// Source: Tukey (1958), Ann. Math. Statist. 29, 614; Quenouille (1956), Biometrika 43, 353 (bias); Miller (1974), Biometrika
/// 61, 1; Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11. There m = n; with m < n each missing
/// square is taken as the mean of the others. Leaving the factor at (m - 1) / m would take m for the number of blocks,
/// and be too small by about m / n.
///
/// `replicates` is n. Fewer than two usable replicates: variance and bias are NaN. Estimate from all not usable: estimate,
/// variance and bias are NaN, and the count stands.
/// Exact for a mean over equal blocks, where the variance is the squared standard error of the block means; right to leading
/// order for smooth functions of means; wrong for medians and other estimates that jump. The standard deviation itself is known
/// to about 1 / sqrt(2 (n - 1)).
void finish(std::span<const std::byte> state, std::int64_t replicates, bool bias_corrected, const Output& output);

// All functions throw std::invalid_argument when a length or the alignment is wrong; add() also for a negative index,
// finish() for fewer than two replicates or fewer than were added.

}  // namespace sluice::jackknife
