// SPDX-License-Identifier: BSD-3-Clause
// A series of frames in blocks of time, for errors: one rule of where they begin for all that makes or reads them.
#pragma once

#include <algorithm>
#include <cstddef>

namespace sluice::numerics {

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

}  // namespace sluice::numerics
