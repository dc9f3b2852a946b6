// SPDX-License-Identifier: BSD-3-Clause
// The apparent peak: the first local maximum of a whole curve against temperature, read from a local polynomial.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "curve.hpp"

namespace sluice::dma_peak {

enum class ApparentStatus {
    ok,
    shoulder,        ///< the slope has a minimum on the flank of something larger, but the curve has no maximum there
    at_edge,         ///< there is a maximum, but nearer than half of half_width to an end of the points
    none,            ///< neither of them stands out of the noise
    too_few_points,  ///< of the curve, or around the maximum, for the polynomial
    turns,           ///< the temperature goes there and back: split the run first
};

struct ApparentOptions {
    double from_K = unknown, to_K = unknown;  ///< NaN: the whole curve
    double half_width_K = 20;
    std::ptrdiff_t order = 4;
    std::optional<double> near_K;  ///< take the maximum or shoulder nearest to this; nothing: the first from low temperature
    double significance = 4;
};

struct ApparentPeak {
    ApparentStatus status = ApparentStatus::none;
    double found_K = unknown;       ///< about where the maximum or shoulder is that was looked at, whatever came of it
    Value temperature, height;      ///< K; unit of the values. NaN unless ok, as all below
    double noise = unknown;         ///< root mean square residual of one point from the polynomial, in the unit of the values
    double drift = unknown;         ///< factor >= 1 that is in both variances for residuals that hang together
    double window_shift = unknown;  ///< K, systematic
    double order_shift = unknown;   ///< K, systematic
    std::ptrdiff_t points = 0;      ///< in the window
    std::vector<double> curve;      ///< [n] of the curve given: the polynomial within its window, else NaN
};

/// Searches a curve for its first local maximum and reads it from a polynomial of the given order in x = (T - T_0)/h:
///
///     y(T) = sum_k c_k x^k, |T - T_0| <= h,   dy/dT = 0 and d2y/dT2 < 0 at T_peak,
///     var(T_peak) = var(dy/dT) / (d2y/dT2)^2,   var(height) = var(y) at T_peak
///
/// with h = half_width_K; T_0 follows the maximum until it stays on it. Never an end of the window.
/// Search: local parabolas (same h, centres h/4 apart) smooth the curve. A maximum of it counts when it stands above the
/// lowest points between it and any higher ones, or the ends, on both sides by `significance` standard errors of that
/// difference. A shoulder is a minimum of their slope, above 0, that is that significant, and at most 3/4 of the largest
/// slopes on both sides. The first of them counts, or the nearest to near_K: a shoulder ahead of a maximum is not passed over.
/// Errors: variances of the curve where it has them, else the scatter around the polynomial; times `drift`
/// (LocalPolynomial::drift_factor()).
/// window_shift: the larger change of T_peak with h/4 more and less (5 K of 20); order_shift: with one order more and less
/// (not below 2). NaN when one of these has no maximum. They hold part of the noise too; they are in no variance.
///
/// Temperatures in K, any unit of values; order of the points free. See usable_points() for what is left out.
/// Exact for a parabola. Bias for a Cole-Cole peak as of a metallic glass (60 K wide or more), order 4 and h = 20 K: below 0.06 K
/// and 2e-6 of tan delta clear of the next flank, up to 0.2 K just before it merges with that; twice the larger of window_shift
/// and order_shift bounds it (see the tests). Errors agree with the spread over noise within 15 %.
/// Throws std::invalid_argument unless half_width_K > 0, 2 <= order <= 6, significance > 0 and from_K < to_K.
[[nodiscard]] ApparentPeak apparent_peak(const Curve& curve, const ApparentOptions& options = {});

}  // namespace sluice::dma_peak
