// SPDX-License-Identifier: BSD-3-Clause
// The variance of a mean-squared displacement from the scatter of its time blocks.
#pragma once

#include <cstddef>
#include <span>

#include "time_blocks.hpp"

namespace sluice::msd {

/// Variance of MSD(lag), the mean over all origins, from the means m_b over those of each block:
///
///     var = f sum_b w_b^2 (m_b - MSD)^2,    w_b = n_b / n, the part of the origins that block b has
///
/// Displacements of overlapping times are correlated, over one lag: neighbouring blocks therefore scatter less about their common
/// mean than that scatters about the truth, the more so the longer the lag. f is the ratio of the two in a Gaussian random walk,
/// where squared displacements whose origins are s apart are correlated by (1 - s / lag)^2, 0 beyond the lag (the square of the
/// common part of the two times). For lags much shorter than a block f = B / (B - 1). So var is unbiased for a random walk, and
/// in other motion as far as squared displacements are correlated alike. It has at most B - 1 degrees of freedom; of 10 blocks 8
/// at a lag of one block, 4 at three, 2 at five.
///
/// msd: [lag], blocks: [block, lag], variance: [lag], lags from 0. NaN where fewer than two blocks have origins; 0 at lag 0.
void block_variances(const TimeBlocks& of, std::span<const double> msd, std::span<const double> blocks,
                     std::span<double> variance);

}  // namespace sluice::msd
