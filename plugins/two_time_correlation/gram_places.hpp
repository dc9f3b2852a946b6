// SPDX-License-Identifier: BSD-3-Clause
// Copies scattered pixels of a frame into a row: runs of neighbours as blocks, which is several times as fast.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sluice::two_time_correlation {

/// Pixels copied at once.
constexpr std::ptrdiff_t block_width = 16;

/// Where pixels lie in a frame. Each run of neighbours is copied in blocks of fixed width, in ascending order: what a block
/// writes beyond its run, the next one overwrites. So a row has block_width more elements than pixels.
struct Places {
    struct Block {
        std::int32_t from, to;  ///< offset in the frame, position in the row
    };
    std::span<const Block> blocks;
    std::span<const std::int32_t> singles;  ///< offsets of the last pixels, copied one by one
    std::ptrdiff_t count;                   ///< pixels in all
};

/// offsets: ascending; of frames of `pixels`. memory: [offsets.size()], for the blocks.
inline Places find_places(std::span<const std::int32_t> offsets, std::ptrdiff_t pixels, std::span<Places::Block> memory) {
    const auto count = offsets.size();
    std::size_t blocks = 0, position = 0;
    while (position < count && offsets[position] + block_width <= pixels) {  // else it would read past the last frame
        memory[blocks++] = {offsets[position], static_cast<std::int32_t>(position)};
        const std::size_t end = std::min(position + static_cast<std::size_t>(block_width), count);
        for (++position; position < end && offsets[position] == offsets[position - 1] + 1;) ++position;
    }
    return {memory.first(blocks), offsets.subspan(position), static_cast<std::ptrdiff_t>(count)};
}

/// row: [places.count + block_width]; what lies behind the pixels is left undefined.
template <class T, class Row>
void gather(const T* frame, const Places& places, Row* row) {
    for (const Places::Block block : places.blocks) {
        T from[block_width];  // copies tell the compiler that source and destination are apart
        Row to[block_width];
        std::memcpy(from, frame + block.from, sizeof from);
        for (std::ptrdiff_t i = 0; i < block_width; ++i) to[i] = static_cast<Row>(from[i]);
        std::memcpy(row + block.to, to, sizeof to);
    }
    Row* to = row + places.count - std::ssize(places.singles);
    for (const std::int32_t offset : places.singles) *to++ = static_cast<Row>(frame[offset]);
}

}  // namespace sluice::two_time_correlation
