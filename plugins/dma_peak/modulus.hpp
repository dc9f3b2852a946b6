// SPDX-License-Identifier: BSD-3-Clause
// The storage modulus against temperature: where it drops at the glass transition, and where and how far it comes back.
#pragma once

#include <cstddef>

#include "curve.hpp"

namespace sluice::dma_peak {

enum class ModulusStatus {
    ok,              ///< a drop, a minimum behind it, and a maximum behind that
    drop_only,       ///< the modulus does not rise again
    none,            ///< no drop of smallest_drop
    not_given,       ///< there is no storage modulus
    too_few_points,  ///< for the polynomials
    turns,           ///< the temperature goes there and back: split the run first
    drop_at_edge,    ///< it falls by smallest_drop, but is steepest at an end of the points, or no glass is ahead of it
    rise_at_edge,    ///< it still rises at the last point: all but what is recovered
};

struct ModulusOptions {
    double from_K = unknown, to_K = unknown;  ///< NaN: the whole curve
    double half_width_K = 6;                  ///< of the local polynomials
    double smallest_drop = 0.2;               ///< part of the modulus of the glass
    double significance = 4;
    double glass_from_K = unknown, glass_to_K = unknown;  ///< of the line through the glass; NaN: chosen
};

struct ModulusResult {
    ModulusStatus status = ModulusStatus::not_given;
    Value drop_onset;                                     ///< K: line of the glass x tangent at the inflection
    Value drop_inflection;                                ///< K: where it falls fastest
    double glass_from_K = unknown, glass_to_K = unknown;  ///< the range of that line
    Value minimum_temperature, minimum;                   ///< behind the drop
    Value recovered;                                      ///< the highest behind the minimum
    Value restiffening;                                   ///< recovered / minimum
    Value restiffening_onset;                             ///< K: level of the minimum x tangent where it rises fastest
};

/// Temperatures and levels of the drop and the recovery of a storage modulus E'(T).
///
///     onset = T with E'_i + s_i (T - T_i) = a + b T;    restiffening onset = T_r - (E'_r - E'_min) / s_r
///
/// s_i, E'_i: slope and value at the inflection T_i (d2E'/dT2 = 0) of a cubic within half_width_K around it (polynomials of order
/// 4 for minimum and maximum); a + b T: least squares line of the glass; r: the steepest rise behind the minimum. Extrapolated
/// onsets as DMA standards read them from a linear ordinate (ASTM E1640; text not checked). The drop is the steepest fall of E'
/// smoothed by parabolas of half width half_width_K; minima and maxima are searched after smoothing by straight lines, which do
/// not ring beside a step. Range of the glass, unless given: it ends where, going down from the drop, the slope has lost 97 % of
/// its excess over the least steep place between it and the next fall (or the first point), and begins 5 half widths below. Bias:
/// for a logistic step of width w the onset is T_0 - 2 w. With h from 0.75 w to 3 w it is read within 0.2 w of that without noise
/// (see the tests): the line of the glass holds the foot of the step, and a wide window flattens the slope. Noise biases it up,
/// as the steepest place is where noise helps: by 0.1 w for noise of 0.1 % of the step and h = 0.75 w. Errors: variances of the
/// curve where it has them, else the scatter around each polynomial, times its drift_factor(); the lines are independent. The
/// choice of the range is in no variance. Temperatures in K, any unit of the modulus, order of the points free; see
/// usable_points() for what is left out. Throws std::invalid_argument unless half_width_K > 0, 0 < smallest_drop < 1,
/// significance > 0, glass_from_K < glass_to_K.
[[nodiscard]] ModulusResult modulus_drop(const Curve& curve, const ModulusOptions& options = {});

}  // namespace sluice::dma_peak
