// SPDX-License-Identifier: BSD-3-Clause
// Hands out pieces of scratch memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace sluice::two_time_correlation {

constexpr std::ptrdiff_t scratch_alignment = 64;

constexpr std::ptrdiff_t round_up(std::ptrdiff_t value, std::ptrdiff_t step) { return (value + step - 1) / step * step; }

/// Bytes of a piece.
template <class V>
constexpr std::ptrdiff_t piece_bytes(std::ptrdiff_t count) {
    return round_up(count * static_cast<std::ptrdiff_t>(sizeof(V)), scratch_alignment);
}

/// Needs the sum of all piece_bytes and scratch_alignment more, wherever the memory begins. Pieces are not cleared.
class Scratch {
public:
    explicit Scratch(std::span<std::byte> memory) {
        void* begin = memory.data();
        std::size_t space = memory.size();
        next_ = static_cast<std::byte*>(std::align(scratch_alignment, 1, begin, space));
    }

    template <class V>
    std::span<V> take(std::ptrdiff_t count) {
        auto* begin = reinterpret_cast<V*>(next_);
        std::uninitialized_default_construct_n(begin, count);
        next_ += piece_bytes<V>(count);
        return {begin, static_cast<std::size_t>(count)};
    }

private:
    std::byte* next_;
};

}  // namespace sluice::two_time_correlation
