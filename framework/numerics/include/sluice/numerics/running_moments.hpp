// SPDX-License-Identifier: BSD-3-Clause
// Count, mean and sum of squared deviations of numbers that arrive one by one or in parts. Header-only.
#pragma once

namespace sluice::numerics {

/// What is kept of the numbers seen so far: enough for their mean and their scatter, and mergeable. Three doubles, so
/// that it can stand in the flat state of a reduce; the count is exact to 2^53.
struct RunningMoments {
    double count = 0;  ///< n
    double sum = 0;    ///< sum x
    double m2 = 0;     ///< sum (x - mean)^2

    /// NaN when there are no numbers.
    [[nodiscard]] double mean() const { return sum / count; }
};

/// The moments of one number.
[[nodiscard]] inline RunningMoments moments_of(double value) { return {1, value, 0}; }

/// The moments of the numbers of a and b together:
///
///     n = n_a + n_b,   sum = sum_a + sum_b,   M2 = M2_a + M2_b + (mean_a - mean_b)^2 n_a n_b / n
///
/// Source: Chan, Golub and LeVeque (1979), Stanford STAN-CS-79-773; with n_b = 1 it is Welford (1962), Technometrics 4, 419.
/// A part without numbers changes no bit of the other. Not finite numbers spoil the sums: leave them out before.
/// Associative to rounding only: the same order of calls gives the same bits. Accuracy: M2 of values mean +- scatter to
/// about n 1e-16 (1 + mean / scatter) of itself; there is no cancellation as in sum x^2 - n mean^2, which loses
/// (mean / scatter)^2.
[[nodiscard]] inline RunningMoments merged(const RunningMoments& a, const RunningMoments& b) {
    if (b.count == 0) return a;
    if (a.count == 0) return b;
    const double count = a.count + b.count, apart = a.sum / a.count - b.sum / b.count;
    return {count, a.sum + b.sum, a.m2 + b.m2 + apart * apart * (a.count * b.count / count)};
}

}  // namespace sluice::numerics
