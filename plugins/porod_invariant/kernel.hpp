// SPDX-License-Identifier: BSD-3-Clause
// The Porod invariant of one curve: measured part by quadrature, tails in closed form, sigma from one Jacobian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::porod_invariant {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Quadrature { trapezoid, simpson };
enum class LowTail { none, guinier, flat, power };
enum class HighTail { none, power, porod };

/// Whether the total can be used, in order of severity.
enum class Status {
    ok,
    tail_dominates,   ///< the total is given, but one tail is more than half of it
    divergent,        ///< a fitted power law has no finite integral: the total is NaN
    tail_not_fitted,  ///< a tail's fit did not converge: the total is NaN
};

/// One curve. `q` is in any unit; every result is in that unit and the unit of the intensity.
struct Curve {
    std::span<const double> q;           ///< [n], >= 0, strictly increasing
    std::span<const double> intensity;   ///< [n], any linear scale; negative values count like all others
    std::span<const double> variance;    ///< [n], or empty: every sigma is then NaN (unknown)
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Options {
    double q_min = 0;
    double q_max = std::numeric_limits<double>::infinity();
    Quadrature quadrature = Quadrature::trapezoid;  ///< of the measured part; both rules are always reported
    LowTail low = LowTail::none;
    HighTail high = HighTail::none;
    std::ptrdiff_t low_points = 10;   ///< used points at the low end that the low tail is fitted to
    std::ptrdiff_t high_points = 10;  ///< used points at the high end that the high tail is fitted to
};

struct Value {
    double value = unknown;
    double sigma = unknown;
};

/// One addend of the total: value, sigma, and value / total (NaN where there is no total).
struct Part {
    double value = 0;
    double sigma = 0;
    double fraction = 0;
};

/// What the fit of a tail found (a = first, b = last used q):
/// | tail    | I(q)             | amplitude | shape        |
/// | flat    | I0               | I0        | 0            |
/// | guinier | I0 exp(-B q^2)   | I0        | B = Rg^2 / 3 |
/// | power   | A (q / a or b)^-m | A, at the end of the data | the exponent m |
/// | porod   | C q^-4 + B       | C         | B, the background |
struct TailFit {
    Value amplitude;
    Value shape;
    double reduced_chi_square = unknown;  ///< NaN without variances, or when no point is left over
};

struct Result {
    Status status = Status::ok;
    Value total;  ///< low + data + high
    Part low, data, high;
    TailFit low_fit, high_fit;
    Value trapezoid, simpson;  ///< the measured part by both rules
    double quadrature_term = 0;  ///< |simpson - trapezoid|, a size for the error of the rule, in no sigma
    double q_first = 0, q_last = 0;  ///< the range in fact integrated over
    std::ptrdiff_t points_used = 0;
    std::ptrdiff_t points_left_out = 0;  ///< inside the range, but masked or not finite
    /// [n], aligned with q; NaN at points that were not used.
    std::vector<double> integrand, integrand_variance;    ///< q^2 I
    std::vector<double> cumulative, cumulative_variance;  ///< trapezoid from the first used point to this one
};

/// Porod invariant Q, the integral of q^2 I(q) dq: the measured part and, when asked, a tail at either end.
///
///     Q      = Q_low + Q_data + Q_high,    Q_data = sum_i w_i q_i^2 I_i
///     Q_low  = I0 int_0^a q^2 exp(-B q^2) dq  |  I0 a^3 / 3  |  A a^3 / (3 - m), m < 3
///     Q_high = A b^3 / (m - 3), m > 3  |  C / b
///
/// Trapezoid: w_i = (q_{i+1} - q_{i-1}) / 2, half intervals at the ends. Simpson: the parabola through three
/// neighbours, for unequal steps; an odd last interval takes the parabola through the last three points, and two
/// points alone take the trapezoid. Source of the invariant: Jin et al. (2022), J. Phys. Chem. Lett. 13, 2205,
/// eq. 1, cut at both ends; of the tails: Guinier (1939) and Porod (1951), integrated in closed form.
///
/// Range: the points with q_min <= q <= q_max (to 1e-9 of these); nothing is interpolated to the limits themselves, and
/// q_first and q_last say what was covered. Masked points, and points whose intensity or variance is not finite, are left out
/// and counted; the quadrature then joins their neighbours. No point is left out because it is negative.
///
/// Tails are fitted to I itself (not its logarithm, which is biased and loses I <= 0) with weights 1/variance, or 1
/// without variances, by Levenberg-Marquardt. The measured part is never altered: when the background B of a porod
/// tail matters, the measured part holds B (b^3 - a^3) / 3 of it; subtract B from the curve first.
/// A power law with m >= 3 (low) or m <= 3 (high) has no integral, and one whose m is not two of its sigma away from 3
/// cannot be told from it: status `divergent`, the total is NaN and the measured part stands. Just above 3 the tail is
/// finite but huge, and `tail_dominates` marks it.
///
/// sigma: linear propagation of independent point errors. The tails are fitted to points that are integrated too, so
/// the sigma of the total comes from one gradient over all points and is not the sum in quadrature of its parts.
///
/// Throws std::invalid_argument when lengths differ or an option makes no sense; std::domain_error, with the first
/// bad index, when q is negative, NaN or not strictly increasing or a variance is negative, when fewer than two
/// points can be used, or when a tail lacks points, has a point of zero variance, or lies below q = 0.
/// Accuracy: sums to rounding; tails to about 1e-10 of their value once fitted.
[[nodiscard]] Result integrate(const Curve& curve, const Options& options);

}  // namespace sluice::porod_invariant
