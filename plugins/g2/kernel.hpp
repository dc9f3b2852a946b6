// SPDX-License-Identifier: BSD-3-Clause
// g2 - 1 at a sample age: means along the diagonals of square blocks of a two-time correlation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::g2 {

/// Pulses first .. last, both included: the block t1, t2 in [t_first, t_last].
struct Window {
    std::ptrdiff_t first;
    std::ptrdiff_t last;
    [[nodiscard]] std::ptrdiff_t size() const { return last - first + 1; }
};

/// Lags first .. first + count - 1 that share one point of the output.
struct Bin {
    std::ptrdiff_t first;
    std::ptrdiff_t count;
};

struct Correlation {
    std::span<const double> values;      ///< [pulses, pulses], C order (t1, t2)
    std::span<const double> variances;   ///< as values; or empty
    std::span<const std::uint8_t> mask;  ///< as values, nonzero = leave out; or empty
};

/// Of the elements used at one lag of one window: scratch of average().
struct LagSums {
    double value, variance;
    std::int64_t count;
};

struct Output {
    std::span<double> g2;           ///< [windows, bins], g2 - 1
    std::span<double> variance;     ///< as g2; or empty
    std::span<std::int64_t> pairs;  ///< as g2: elements used
};

/// Throws std::invalid_argument, with the window, when first > last or one of them is no pulse.
void check_windows(std::span<const Window> windows, std::ptrdiff_t pulses);

/// Windows of `length` pulses, side by side from pulse 0 on; pulses at the end that fill none are left out. Throws
/// std::invalid_argument when length < 2 or there are fewer pulses than one window.
[[nodiscard]] std::vector<Window> windows_side_by_side(std::ptrdiff_t length, std::ptrdiff_t pulses);

/// Lags of the longest window.
[[nodiscard]] std::ptrdiff_t lags_of(std::span<const Window> windows);

/// One bin for each of the lags 0 .. lags - 1.
[[nodiscard]] std::vector<Bin> linear_bins(std::ptrdiff_t lags);

/// Bins as in a multi-tau correlator of p points per octave: the lags 0 .. 2p - 1 one by one, then p bins of 2 lags, p of
/// 4, and so on; a last bin that would go beyond lags - 1 is not made.
[[nodiscard]] std::vector<Bin> logarithmic_bins(std::ptrdiff_t lags, std::ptrdiff_t points_per_octave);

/// Mean delay of each bin, times[k] - times[0] being that of lag k. times: [n], n > every lag; any unit.
[[nodiscard]] std::vector<double> delays_of(std::span<const Bin> bins, std::span<const double> times);

/// Mean age of each window, (t_first + t_last) / 2: that of the elements at every lag.
[[nodiscard]] std::vector<double> ages_of(std::span<const Window> windows, std::span<const double> times);

/// Throws std::invalid_argument naming the first step that is not equal to the mean one within 1e-6 of it: then a lag
/// would have no one delay. times: [n], strictly increasing.
void check_spacing(std::span<const double> times, const std::string& unit);

/// Throws std::invalid_argument naming the first pulse at which the times of the two axes differ by more than 1e-6 of the
/// step of equally spaced t1. t1, t2: [n], in the same unit.
void check_same_times(std::span<const double> t1, std::span<const double> t2, const std::string& unit);

/// Throws std::invalid_argument naming the first age that is not above the one before. ages: [windows].
void check_ages(std::span<const double> ages, const std::string& unit);

/// g2 - 1 in each window and bin:
///
///     g2(lag k) - 1 = (1 / n_k) sum_i C(i, i + k),    first <= i, i + k <= last,    variance = sum_i var C(i, i + k) / n_k^2
///
/// and, in a bin of m lags, their mean with equal weights, variance = sum_k variance_k / m^2. In a square block
/// the mean age of the elements is (t_first + t_last) / 2 at every lag; in a band along the diagonal it drifts with the
/// lag. Source: Bikondoa (2017), J. Appl. Cryst. 50, 357, for one-time correlations at a sample age, where age is the
/// mean of t1 and t2; the square block is our choice.
///
/// An element that is masked or not finite is left out of the mean of its lag. A lag without elements is NaN with 0 pairs,
/// and so is a bin with such a lag, or one that is not wholly inside the window: its mean delay would be another. A
/// variance that is not finite makes that of its lag NaN (unknown), not smaller.
/// The variance takes the elements as independent. They are not: elements of one diagonal share speckles, so it is too small.
///
/// scratch: [windows times lags_of(windows)]. `windows` must have passed check_windows(), bins must lie within these lags.
/// A window has the same bits whatever other windows there are. Accuracy: sums to n_k 1e-16 of the largest element.
/// Throws std::invalid_argument when a length is wrong.
void average(const Correlation& correlation, std::ptrdiff_t pulses, std::span<const Window> windows, std::span<const Bin> bins,
             std::span<LagSums> scratch, const Output& output);

}  // namespace sluice::g2
