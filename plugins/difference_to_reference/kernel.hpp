// SPDX-License-Identifier: BSD-3-Clause
// Two curves to their difference, and a difference to its mean square over a window, less the part that is noise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace sluice::difference_to_reference {

/// n points. variances and mask may be empty: not known, nothing is left out.
struct Curve {
    std::span<const double> values, variances;
    std::span<const std::uint8_t> mask;  ///< nonzero = leave out
};

/// Where a difference goes, n points; variances are empty when the curves have none.
struct Difference {
    std::span<double> values, variances;
    std::span<std::uint8_t> mask;
};

/// Both ends included (to 1e-9 of themselves), in the unit of x.
struct Window {
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();
};

/// curve - reference, with the sum of their variances. Where one of them is masked, or its value or variance is not finite,
/// value and variance are NaN and the mask is 1.
void subtract(const Curve& curve, const Curve& reference, const Difference& out);

/// The same of a curve and itself: exactly 0 with the variance 0 where it is known.
void subtract_itself(const Curve& curve, const Difference& out);

struct Excess {
    double mean_square = std::numeric_limits<double>::quiet_NaN();  ///< of the difference, less that of the noise
    double variance = std::numeric_limits<double>::quiet_NaN();     ///< of mean_square
    double rms = std::numeric_limits<double>::quiet_NaN();          ///< root of |mean_square|, with its sign
    double rms_variance = std::numeric_limits<double>::quiet_NaN();
    double noise = std::numeric_limits<double>::quiet_NaN();  ///< rms that the variances alone give
    double significance =
        std::numeric_limits<double>::quiet_NaN();  ///< mean_square over its standard deviation where nothing differs
    std::ptrdiff_t points = 0;
};

/// Over the N points of a window that are not masked and finite, of difference d and variance v:
///
///     mean_square = <d^2> - <v>,    noise = sqrt(<v>)
///     variance    = 2 <v^2> / m + 4 <(d^2 - v) v> / m,    significance = mean_square / sqrt(2 <v^2> / m)
///
/// with m independent points: all N, or for a correlation_length above 0 the length of the window's points over it, 1 to N.
/// This is the variance of a sum of squares of normal numbers, in which d^2 - v stands for the square of what is no noise; it is
/// kept above a quarter of its first term. With neighbours correlated the first term is exact for noise that is white up to a
/// highest frequency pi / correlation_length, or grows in amplitude as the frequency up to 9/5 of that (the sine transform of
/// q (S - 1), for equal errors of S); the second one takes the difference to have the spectrum of the noise. The variance of rms
/// is variance / (4 |mean_square|), and 0.8 sqrt(variance) where mean_square is 0, as of a signed root of a normal number.
/// Without variances nothing is taken off; variance, noise and significance are NaN. Without points all are NaN. Where all v
/// are 0 significance is 0 for a difference of 0, else NaN.
[[nodiscard]] Excess excess(std::span<const double> x, const Curve& difference, const Window& window, double correlation_length);

}  // namespace sluice::difference_to_reference
