// SPDX-License-Identifier: BSD-3-Clause
// The natural cubic smoothing spline through weighted points, its leverages and variances, all in O(n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::smoothing {

/// The f that minimises
///
///     sum_i w_i (y_i - f(x_i))^2 + penalty * integral f''(x)^2 dx
///
/// a natural cubic spline with knots at all x_i: f = H y. Its leverages H_ii, and, with w_i = 1 / var_i, its variances
/// sum_j H_ij^2 var_j = (H_ii + d H_ii / d ln penalty) / w_i.
/// Source: Reinsch (1967), Numer. Math. 10, 177 for f; Hutchinson and de Hoog (1985), Numer. Math. 47, 99 for H_ii from the
/// five central bands of the inverse. (H^T W H)-type sums follow from H = (W + penalty K)^-1 W, of which the derivative with
/// respect to the penalty is -H W^-1 K H: the same recursion carries it along.
/// Banded factors are our own (five bands, no pivoting: the matrix is positive definite).
class SmoothingSpline {
public:
    /// x: [n], n >= 3, strictly increasing. weights: [n], > 0.
    SmoothingSpline(std::span<const double> x, std::span<const double> weights);

    struct Fit {
        std::vector<double> values;       ///< [n] H y
        std::vector<double> leverages;    ///< [n] H_ii
        std::vector<double> sensitivity;  ///< [n] w_i sum_j H_ij^2 / w_j = H_ii + d H_ii / d ln penalty
        double trace;                     ///< of H: the effective degrees of freedom, from n (penalty 0) to 2 (a straight line)
        double residual;                  ///< sum_i w_i (y_i - f_i)^2
    };
    /// y: [n]. penalty > 0.
    [[nodiscard]] Fit fit(std::span<const double> y, double penalty) const;

    struct Value {
        double value, variance;
    };
    /// f at a point between the first and the last knot; the variance is that of y with variances 1 / w. O(n) each.
    [[nodiscard]] Value at(double x, const Fit& fit, double penalty) const;

    /// Below the first the spline passes through the points; above the second it is a straight line.
    [[nodiscard]] double smallest_penalty() const;
    [[nodiscard]] double largest_penalty() const;

private:
    [[nodiscard]] std::vector<double> smoothed(std::span<const double> y, double penalty) const;
    [[nodiscard]] std::vector<double> interpolation(double x) const;

    std::vector<double> x_, step_;             ///< [n], [n - 1]: in units of the mean spacing
    std::vector<double> weights_, variances_;  ///< [n], as given, and mean weight / weight
    double x_origin_, spacing_, mean_weight_;
};

}  // namespace sluice::smoothing
