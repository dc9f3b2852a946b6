// SPDX-License-Identifier: BSD-3-Clause
// The errors of points as a line meets them: their covariance across a line of any direction, and its inverse.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::linear_fit {

/// Errors of n points. y_covariance: [n * n] row-major, or empty where those of different points are independent.
struct Errors {
    std::vector<double> x_variances, y_variances;  ///< [n]
    std::vector<double> cross;                     ///< [n], covariance of x and y of one point
    std::vector<double> y_covariance;              ///< [n * n], with y_variances on its diagonal; or empty
};

/// The covariance M of  y_i cos t - x_i sin t, the distances from a line of the direction t:
///
///     M = cos^2 C_y + sin^2 D_x - 2 sin cos D_xy,      D diagonal
class AcrossLine {
public:
    AcrossLine(const Errors& errors, double sine, double cosine);

    /// False where M is not positive definite, to 1e-13 of its diagonal: no weights then.
    [[nodiscard]] bool positive() const { return positive_; }
    /// M^-1 v, [n].
    [[nodiscard]] std::vector<double> solve(std::span<const double> v) const;
    /// w^T (dM/dt) w.
    [[nodiscard]] double derivative(std::span<const double> w) const;

private:
    void factorise();

    const Errors& errors_;
    double sine_, cosine_;
    std::vector<double> m_;  ///< the diagonal, or the Cholesky factor
    bool positive_ = true;
};

}  // namespace sluice::linear_fit
