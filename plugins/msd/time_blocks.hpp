// SPDX-License-Identifier: BSD-3-Clause
// Which pairs of time blocks hold displacements of the wanted lags.
#pragma once

#include <cstddef>
#include <vector>

#include <sluice/numerics/time_blocks.hpp>

namespace sluice::msd {

using numerics::TimeBlocks;

/// Origins in `first`, other ends in `second`, which is the same block or a later one.
struct BlockPair {
    std::ptrdiff_t first, second;
};

/// All that some lag up to max_lag joins.
[[nodiscard]] inline std::vector<BlockPair> block_pairs(const TimeBlocks& blocks, std::ptrdiff_t max_lag) {
    std::vector<BlockPair> pairs;
    for (std::ptrdiff_t first = 0; first < blocks.count(); ++first)
        for (std::ptrdiff_t second = first; second < blocks.count(); ++second)
            if (blocks.begin(second) - blocks.begin(first + 1) < max_lag) pairs.push_back({first, second});
    return pairs;
}

}  // namespace sluice::msd
