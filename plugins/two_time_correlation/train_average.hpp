// SPDX-License-Identifier: BSD-3-Clause
// Two-time correlation of one region averaged over trains: a mergeable state in flat memory, and its result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::two_time_correlation {

/// What is subtracted from each train's C_n: nothing, or the mean XC_n of its two neighbours' terms.
enum class Artefact { none, neighbours };

/// Which trains have an XC_n.
enum class Edge {
    single,  ///< those with a neighbour on either side: the mean of what is there
    drop,    ///< those with both neighbours; the others are left out
    wrap     ///< as single, and the first and the last train of the run are neighbours
};

/// Where the average over trains stands.
enum class Normalisation {
    per_frame,     ///< mean over trains of <I I> / (<I><I>) - 1
    ratio_of_sums  ///< sum over trains of <I I> / sum of <I><I>, minus 1: for few counts per frame or few pixels
};

/// Noise of one pixel value that a frame shares with itself alone: var(I) = gain <I> + variance.
struct ShotNoise {
    double gain = 0;      ///< unit of I: 1 for counts, ADU per photon for ADU
    double variance = 0;  ///< unit of I squared: read noise^2 + step^2 / 12 of rounding for ADU
};

struct Settings {
    std::ptrdiff_t pulses = 1;  ///< T
    std::ptrdiff_t blocks = 1;  ///< B; train n of N is in block floor(n B / N)
    Artefact artefact = Artefact::neighbours;
    Edge edge = Edge::single;
    Normalisation normalisation = Normalisation::per_frame;
    ShotNoise noise = {};
    double min_counts = 1;  ///< unit of I; a frame with a smaller sum, or none above 0, is empty: its pairs are left out
};

/// One train, as products() of gram.hpp gives it.
struct Train {
    std::int64_t index, total;     ///< its number n in the run, and the number N of trains there
    bool linked;                   ///< the train before it is its neighbour
    std::span<const double> own;   ///< [T + 1, T + 1]
    std::span<const double> pair;  ///< [T + 1, T + 1], with the train before; not looked at when not linked
    std::ptrdiff_t pixels_left_out = 0;
};

/// Replicates in the result: 1 without blocks; else B + 1, where 0 is the mean of all trains and k = 1..B leaves out block
/// k - 1.
[[nodiscard]] std::ptrdiff_t replicates(const Settings& settings);

/// Bytes of one state: about 8 (10 + 2 B) T (T + 1) / 2, with ratio_of_sums 8 (14 + 8 B) T (T + 1) / 2. A state has no
/// pointers and may be copied or sent as it is; it must be aligned as double. What no train has reached is not initialised.
[[nodiscard]] std::int64_t state_bytes(const Settings& settings);

/// Makes a state of no trains.
void initialize(std::span<std::byte> state, const Settings& settings);

/// How many trains a state holds.
[[nodiscard]] std::int64_t trains_in(std::span<const std::byte> state, const Settings& settings);

/// Adds a train to a state of the trains before it. With k1 <= k2 pulses, m = <I> a mean over the region,
///
///     C_n(k1, k2) = <I_n(k1) I_n(k2)> / (m_n(k1) m_n(k2)) - 1
///     X_n(t1, t2) = <I_{n-1}(t1) I_n(t2)> / (m_{n-1}(t1) m_n(t2)) - 1,   XT_n = (X_n + X_n^T) / 2
///     XC_n = (XT_n + XT_{n+1}) / 2,   d_n = C_n - XC_n
///
/// With ratio_of_sums <I><I> of a train with itself is the mean over distinct pixels p, q,
/// sum_{p != q} I(k1, p) I(k2, q) / (P (P - 1)), whose expectation is that of the two means: m m has a part (C + 1/<k> on the
/// diagonal) / P too much. So the sums are unbiased for pixels of independent speckle, and C is but for order 1 / (P N).
/// Source: Dallari et al. (2021), Appl. Sci. 11, 8037, for the neighbours' term; m there in place of the printed
/// fluctuations. Each pair of trains is computed once and belongs to the later: d_n waits in the state for train n + 1.
void push(std::span<std::byte> state, const Settings& settings, const Train& train);

/// Appends the trains of `from`, which follow those of `into` in the run.
/// Associative to rounding only: the same order of calls gives the same bits.
void merge(std::span<std::byte> into, std::span<const std::byte> from, const Settings& settings);

/// What the average of one region is, unit 1 unless said otherwise. Elements without trains are NaN, their count 0.
struct Result {
    std::vector<double> correlation;         ///< [replicates, T, T], mean of d_n
    std::vector<double> variance;            ///< [replicates, T, T], of that mean; NaN for one train
    std::vector<std::int64_t> count;         ///< [replicates, T, T], trains in it
    std::vector<double> artefact;            ///< [T, T], XC over the same trains; NaN for Artefact::none
    std::vector<double> intensity;           ///< [T], mean over all trains of m_n(k), unit of I; frames without counts too
    std::vector<double> intensity_variance;  ///< [T], of that mean, from its scatter
    std::vector<double> contrast, contrast_variance;          ///< [replicates], mean over pulses of d(k, k) - noise
    std::vector<double> contrast_raw, contrast_raw_variance;  ///< [replicates], mean over pulses of d(k, k)
    std::vector<double> contrast_ratio;  ///< [replicates], (sum <I^2> - gain <I> - variance) / sum <I>^2 - 1, without XC
    std::int64_t trains, lonely;         ///< all, and those without the neighbours that Edge asks for
    std::int64_t frames, frames_empty;   ///< all, and those below min_counts
    std::int64_t pixels_left_out;        ///< most in one train: masked or not finite
    double mean_sum;                     ///< mean over frames of the sum over the region, unit of I
};

/// The result of all trains of the run. `wrap`: [T + 1, T + 1] products of the last train with the first, for Edge::wrap
/// with two trains or more; else empty.
///
/// Noise of a frame: gain / m + variance / m^2, taken off the diagonal of the contrast alone, frame by frame.
///
/// Variance of the mean over n trains. Neighbours share the term XT between them, so with g0 the variance of d_n (ddof 1)
/// and g1 the covariance of the n1 pairs of neighbours,
///
///     var = (n g0 + 2 n1 max(g1, 0)) / n^2.
///
/// In theory g1 = var(XT) / 4. A pattern that all trains share makes g1 negative; then var is too large rather than too
/// small. With Artefact::none var = g0 / n. ratio_of_sums: delete-one-block jackknife over B >= 2 blocks,
/// var = (B - 1) / B sum (C_k - mean C_k)^2. Replicate k: that of all trains times n / n_k.
/// Accuracy: 1e-13 of the terms that are summed, in whatever way the trains were divided among states.
[[nodiscard]] Result finish(std::span<const std::byte> state, const Settings& settings, std::span<const double> wrap = {});

// All functions throw std::invalid_argument when a length, the alignment or a setting is wrong, and push(), merge() and
// finish() when trains do not follow one another or the run is not complete.

}  // namespace sluice::two_time_correlation
