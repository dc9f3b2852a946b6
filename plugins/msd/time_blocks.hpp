// SPDX-License-Identifier: BSD-3-Clause
// Cuts a trajectory into time blocks, and says which pairs of blocks hold displacements of the wanted lags.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sluice::msd {

/// Blocks of nearly equal length: block b of n begins at frame floor(b T / n). They hold the origins t of r(t + lag) - r(t);
/// t + lag may lie in any later block.
class TimeBlocks {
public:
    /// 1 <= count <= frames.
    TimeBlocks(std::ptrdiff_t frames, std::ptrdiff_t count) : frames_(frames), count_(count) {}

    [[nodiscard]] std::ptrdiff_t frames() const { return frames_; }
    [[nodiscard]] std::ptrdiff_t count() const { return count_; }
    [[nodiscard]] std::ptrdiff_t begin(std::ptrdiff_t block) const { return block * frames_ / count_; }
    [[nodiscard]] std::ptrdiff_t length(std::ptrdiff_t block) const { return begin(block + 1) - begin(block); }
    [[nodiscard]] std::ptrdiff_t longest() const { return (frames_ + count_ - 1) / count_; }

    /// One past the last origin of a block whose other end, `lag` later, is a frame; begin(block) when there is none.
    [[nodiscard]] std::ptrdiff_t end(std::ptrdiff_t block, std::ptrdiff_t lag) const {
        return std::max(begin(block), std::min(begin(block + 1), frames_ - lag));
    }
    [[nodiscard]] std::ptrdiff_t origins(std::ptrdiff_t block, std::ptrdiff_t lag) const {
        return end(block, lag) - begin(block);
    }

private:
    std::ptrdiff_t frames_, count_;
};

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
