// SPDX-License-Identifier: BSD-3-Clause
// Random numbers that depend on (seed, item, element) alone: the same on any thread, in any order, in any block.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sluice::numerics {

/// Philox4x32-10: 128 random bits as a function of a 128-bit counter and a 64-bit key.
/// Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", Proc. SC11, article 16,
/// doi 10.1145/2063384.2063405.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
    }
    return counter;
}

/// The random numbers of one element (a pixel) of one item (a frame): up to 2^33 of them, independent of all others.
class RandomStream {
public:
    constexpr RandomStream(std::uint64_t seed, std::uint64_t item, std::uint32_t element)
        : key_{low(seed), high(seed)}, item_(item), element_(element) {}

    /// Uniform on the open interval (0, 1), 52 bits: never 0 and never 1.
    constexpr double uniform() {
        if (have_spare_) {
            have_spare_ = false;
            return spare_;
        }
        const auto bits = philox4x32({draw_++, element_, low(item_), high(item_)}, key_);
        spare_ = to_unit(bits[2], bits[3]);
        have_spare_ = true;
        return to_unit(bits[0], bits[1]);
    }

    /// Fills `out` with standard normal numbers, by Box and Muller (1958), Ann. Math. Stat. 29, 610-611: a draw's words give
    ///     r1 cos a1, r1 sin a1, r2 cos a2, r2 sin a2;   r = sqrt(-2 ln u), a = 2 pi v - pi/4, u and v each from one word.
    /// n numbers take ceil(n / 4) draws, which uniform() does not see. With words of 32 bits none lies beyond 6.8, where 1e-11
    /// of them should. The elementary functions are our own, right to 1e-15: the same bits on every machine.
    void fill_normal(std::span<double> out);

private:
    static constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
    static constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
    static constexpr double to_unit(std::uint32_t upper, std::uint32_t lower) {
        const auto bits = ((std::uint64_t{upper} << 32) | lower) >> 12;  // and half a step, to keep off 0 and 1
        return (static_cast<double>(bits) + 0.5) * 0x1p-52;
    }

    std::array<std::uint32_t, 2> key_;
    std::uint64_t item_;
    std::uint32_t element_;
    std::uint32_t draw_ = 0;
    double spare_ = 0;
    bool have_spare_ = false;
};

/// A Poisson random number of this mean; its probabilities are right to 1e-4 relative at the largest mean, 1e-9 below 1e5.
/// Mean < 10: inversion by adding up the probabilities, one uniform number. Else the transformed rejection PTRS of Hoermann
/// (1993), Insurance: Mathematics and Economics 12, 39-45, some 2.2 uniform numbers.
/// Throws std::domain_error when the mean is negative, NaN or above 1e10.
std::int64_t poisson(double mean, RandomStream& stream);

}  // namespace sluice::numerics
