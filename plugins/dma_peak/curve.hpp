// SPDX-License-Identifier: BSD-3-Clause
// A curve against temperature as the kernels of this plugin take it, and a number with its variance as they give it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace sluice::dma_peak {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Points in any order. One whose temperature or value is not finite, whose variance is not finite or not above 0, or that
/// is masked, is left out.
struct Curve {
    std::span<const double> temperature_K;  ///< [n]
    std::span<const double> value;          ///< [n], tan delta or a modulus
    std::span<const double> variance;       ///< [n], or empty: all points weigh the same
    std::span<const std::uint8_t> mask;     ///< [n], nonzero = leave out; or empty
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

}  // namespace sluice::dma_peak
