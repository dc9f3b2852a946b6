// SPDX-License-Identifier: BSD-3-Clause
// Gathers a region's pixels, a chunk of them at a time, into rows of 16-bit integers where they fit, else of doubles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "gram.hpp"
#include "gram_places.hpp"
#include "gram_tiles.hpp"

namespace sluice::two_time_correlation {

/// Largest |value| that is kept in 16 bits: pixel_step products of two such values stay below 2^31.
constexpr int narrow_limit = 5792;

/// Most pixels of a chunk.
constexpr std::ptrdiff_t largest_chunk = 1024;

/// One train as the caller has it.
template <class T>
struct PackSource {
    const T* values;
    const std::uint8_t* mask;  ///< or null
};

/// What to copy of a train, and into what form.
struct Chunk {
    FrameShape frame;
    Places places;
    TileShape shape;                      ///< of the rows: the pulses and one of ones
    std::span<std::uint8_t> bad, masked;  ///< [places.count + block_width], overwritten
};

/// A chunk of a train: rows of pulses and a row of ones. Where a pixel is left out the column is zero.
struct Packed {
    std::int16_t* narrow;  ///< [rows, stride]
    double* wide;          ///< [rows, stride]
    bool is_narrow, is_wide;
    int largest;      ///< largest |value| of the narrow rows, the ones included
    double smallest;  ///< smallest value used, or infinity
    std::ptrdiff_t left_out;
};

namespace pack_detail {

inline std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

/// Marks what is masked in any pulse.
inline void find_masked(const Chunk& chunk, const std::uint8_t* mask) {
    std::fill(chunk.bad.begin(), chunk.bad.end(), std::uint8_t(0));
    for (std::ptrdiff_t pulse = 0; mask != nullptr && pulse < chunk.frame.pulses; ++pulse) {
        gather(mask + pulse * chunk.frame.pixels, chunk.places, chunk.masked.data());
        for (std::size_t p = 0; p < index(chunk.places.count); ++p) chunk.bad[p] |= chunk.masked[p];
    }
}

/// Marks what is not finite.
inline void find_not_finite(const double* row, const Chunk& chunk) {
    for (std::ptrdiff_t p = 0; p < chunk.places.count; ++p)
        chunk.bad[index(p)] |= static_cast<std::uint8_t>(!(std::abs(row[p]) <= std::numeric_limits<double>::max()));
}

inline std::ptrdiff_t count_bad(const Chunk& chunk) {
    const auto end = chunk.bad.begin() + chunk.places.count;
    return chunk.places.count - std::count(chunk.bad.begin(), end, std::uint8_t(0));
}

/// Zeros the columns left out and what lies behind the last pixel.
template <class Row>
void clear(const Chunk& chunk, bool any_bad, Row* row) {
    const std::uint8_t* bad = chunk.bad.data();
    for (std::ptrdiff_t p = 0; any_bad && p < chunk.places.count; ++p) row[p] = bad[p] != 0 ? Row(0) : row[p];
    std::fill(row + chunk.places.count, row + chunk.shape.pixels, Row(0));
}

template <class Row>
void write_ones(const Chunk& chunk, bool any_bad, Row* rows) {
    Row* row = rows + chunk.frame.pulses * chunk.shape.stride;
    std::fill(row, row + chunk.places.count, Row(1));
    clear(chunk, any_bad, row);
}

template <class Row>
struct Limits {
    Row smallest = std::numeric_limits<Row>::max(), largest = std::numeric_limits<Row>::lowest();
};

/// Widens the limits by the pixels of a row that are not left out.
template <class Row>
void extend(Limits<Row>& limits, const Chunk& chunk, bool any_bad, const Row* row) {
    const std::uint8_t* bad = chunk.bad.data();
    Row smallest = limits.smallest, largest = limits.largest;
    if (any_bad) {
        for (std::ptrdiff_t p = 0; p < chunk.places.count; ++p) {
            smallest = std::min(smallest, bad[p] != 0 ? smallest : row[p]);
            largest = std::max(largest, bad[p] != 0 ? largest : row[p]);
        }
    } else {
        for (std::ptrdiff_t p = 0; p < chunk.places.count; ++p) {
            smallest = std::min(smallest, row[p]);
            largest = std::max(largest, row[p]);
        }
    }
    limits = {smallest, largest};
}

template <class Row>
double smallest_used(const Limits<Row>& limits) {
    const bool none = limits.smallest > limits.largest;
    return none ? std::numeric_limits<double>::infinity() : static_cast<double>(limits.smallest);
}

/// One row to 16 bits. False where a value is too large, not whole or NaN.
template <class Row>
bool narrow_row(const Row* wide, std::ptrdiff_t pixels, std::int16_t* narrow) {
    constexpr Row most = narrow_limit;
    Row inside[largest_chunk];  // a loop of its own: only so does the compiler make vector instructions of both
    for (std::ptrdiff_t p = 0; p < pixels; ++p) inside[p] = std::abs(wide[p]) <= most ? wide[p] : Row(0);
    int differs = 0;
    for (std::ptrdiff_t p = 0; p < pixels; ++p) {
        const int whole = static_cast<int>(inside[p]);
        differs |= static_cast<Row>(whole) != wide[p] ? 1 : 0;
        narrow[p] = static_cast<std::int16_t>(whole);
    }
    return differs == 0;
}

/// One pulse to 16 bits, with columns left out. False where a value cannot be.
template <class T>
bool narrow_pulse(const Chunk& chunk, const T* frame, bool any_bad, std::int16_t* row) {
    if constexpr (sizeof(T) <= 2) {
        gather(frame, chunk.places, row);  // uint16 above 32767 becomes negative
        clear(chunk, any_bad, row);
        return true;
    } else {
        std::conditional_t<std::is_same_v<T, float>, float, double> real[largest_chunk + block_width];
        gather(frame, chunk.places, real);
        clear(chunk, any_bad, real);
        return narrow_row(real, chunk.shape.pixels, row);
    }
}

/// Straight to 16 bits. False where a value is too large, not whole or NaN.
template <class T>
bool pack_narrow(const Chunk& chunk, const T* values, Packed& packed) {
    const bool any_bad = packed.left_out != 0;
    Limits<std::int16_t> limits;
    for (std::ptrdiff_t pulse = 0; pulse < chunk.frame.pulses; ++pulse) {
        std::int16_t* row = packed.narrow + pulse * chunk.shape.stride;
        if (!narrow_pulse(chunk, values + pulse * chunk.frame.pixels, any_bad, row)) return false;
        extend(limits, chunk, any_bad, row);
        const int lowest = std::is_unsigned_v<T> ? 0 : -narrow_limit;
        if (limits.smallest < lowest || limits.largest > narrow_limit) return false;
    }
    write_ones(chunk, any_bad, packed.narrow);
    packed.smallest = smallest_used(limits);
    packed.largest = std::max({1, -static_cast<int>(limits.smallest), static_cast<int>(limits.largest)});
    return true;
}

template <class T>
void pack_wide(const Chunk& chunk, const T* values, Packed& packed) {
    const std::ptrdiff_t pulses = chunk.frame.pulses;
    const auto row = [&](std::ptrdiff_t pulse) { return packed.wide + pulse * chunk.shape.stride; };
    for (std::ptrdiff_t pulse = 0; pulse < pulses; ++pulse) {
        gather(values + pulse * chunk.frame.pixels, chunk.places, row(pulse));
        if constexpr (std::is_floating_point_v<T>) find_not_finite(row(pulse), chunk);
    }
    packed.left_out = count_bad(chunk);
    const bool any_bad = packed.left_out != 0;
    Limits<double> limits;
    for (std::ptrdiff_t pulse = 0; pulse < pulses; ++pulse) {
        clear(chunk, any_bad, row(pulse));
        extend(limits, chunk, any_bad, row(pulse));
    }
    write_ones(chunk, any_bad, packed.wide);
    packed.smallest = smallest_used(limits);
}

}  // namespace pack_detail

/// Packs one chunk of one train. Counts stored as 32-bit integers or floating point also come out narrow, unless a value is
/// not finite.
template <class T>
void pack(const Chunk& chunk, const PackSource<T>& train, Packed& packed) {
    pack_detail::find_masked(chunk, train.mask);
    packed.left_out = pack_detail::count_bad(chunk);
    packed.is_narrow = pack_detail::pack_narrow(chunk, train.values, packed);
    packed.is_wide = !packed.is_narrow;
    if (packed.is_wide) pack_detail::pack_wide(chunk, train.values, packed);
}

/// Makes the wide rows of a narrow train, to be multiplied with a wide one.
inline void widen(const Chunk& chunk, Packed& packed) {
    if (packed.is_wide) return;
    for (std::ptrdiff_t i = 0; i < chunk.shape.rows; ++i) {
        const std::int16_t* row = packed.narrow + i * chunk.shape.stride;
        std::copy(row, row + chunk.shape.pixels, packed.wide + i * chunk.shape.stride);
    }
    packed.is_wide = true;
}

}  // namespace sluice::two_time_correlation
