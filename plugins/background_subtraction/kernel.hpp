// SPDX-License-Identifier: BSD-3-Clause
// Subtracts a background from one curve, and finds the scale at which the two match in a window of q.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::background_subtraction {

struct Curve {
    std::span<const double> values;     ///< [n]
    std::span<const double> variances;  ///< [n], or empty
};

/// The numbers that bring both curves to a common scale. None of them touches the shape of a curve.
struct Corrections {
    double sample_transmission = 1;
    double background_transmission = 1;
    double thickness = 1;  ///< of the sample, in the unit the result is to be divided by
    double scale = 1;      ///< of the background after its transmission
};

struct Net {
    std::span<double> values;     ///< [n]
    std::span<double> variances;  ///< [n], or empty when the inputs have none
};

/// Subtracts the background of one curve:
///
///     net = (sample / Ts - scale background / Tb) / d
///     var = (var_sample / Ts^2 + scale^2 var_background / Tb^2) / d^2
///
/// Order of corrections after Pauw et al. (2017), J. Appl. Cryst. 50, 1800: transmission, background, thickness.
/// Ts, Tb: transmissions, 0 < T <= 1 each (1 for curves already corrected); d: thickness; net has unit(sample)/unit(d).
/// The variance holds the independent errors of the points alone. Errors of Ts, Tb, d and scale move all points
/// together; they belong beside the curve, as one number each, and must not be added here.
///
/// Negative results are kept and counted. NaN in either curve gives NaN at that point, and the same for variances.
/// Empty curves give an empty net. Returns the number of points with net < 0.
/// Throws std::invalid_argument when lengths differ or only one curve has variances; std::domain_error when a
/// correction is out of its range. Accurate to rounding; equal curves and corrections give exactly 0.
std::ptrdiff_t subtract(const Curve& sample, const Curve& background, const Corrections& corrections, const Net& net);

/// Where to match: the points with from <= q <= to, in the unit of q, that no mask excludes.
struct Window {
    std::span<const double> q;           ///< [n]
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
    double from;
    double to;
};

struct Match {
    double scale;
    double sigma;               ///< NaN without variances
    double reduced_chi_square;  ///< NaN without variances or with one point
    std::ptrdiff_t points;      ///< used; masked points and NaN are left out
    bool converged;             ///< false: the curves are too noisy there for a scale to be found
};

/// The scale f at which the background equals the sample in a window where the sample adds nothing of its own:
///
///     minimum over f of  sum (S - f B)^2 / (var_S + f^2 var_B),   S = sample / Ts,  B = background / Tb
///
/// Both curves are noisy, so weights of the sample alone would pull f towards 0. The minimum is found by iterating
/// f = sum(w b S) / sum(w b B), w = 1 / (var_S + f^2 var_B), b = w (B var_S + f S var_B), from the ratio of sums;
/// sigma^2 = 1 / sum(w b^2). Source: York (1966), Can. J. Phys. 44, 1079, for a line through the origin.
/// Without variances all points weigh the same and B is taken as exact.
///
/// Only the transmissions of `corrections` are used. The error of f moves all points of the net curve together:
/// keep sigma beside the curve, since subtract() cannot put it into independent variances.
/// Masked points and points that are not finite in either curve or variance are left out.
/// Throws as subtract() does, and std::domain_error when the window holds no point, when the background sums to 0
/// there, or when a point has no variance in either curve (its weight would be infinite).
[[nodiscard]] Match match_scale(const Curve& sample, const Curve& background, const Corrections& corrections,
                                const Window& window);

}  // namespace sluice::background_subtraction
