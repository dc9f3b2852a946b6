// SPDX-License-Identifier: BSD-3-Clause
// A polynomial fitted to the points around a temperature: its value, slope and curvature with errors, and its noise.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <sluice/numerics/linear_fit.hpp>

#include "points.hpp"

namespace sluice::dma_peak {

/// p(x), x = (T - centre) / half, |x| <= 1, so that the powers of x stay well conditioned.
class LocalPolynomial {
public:
    /// The least squares polynomial through the points within half_K of centre_K; weighted when they have variances.
    /// solved() is false when they do not determine it.
    LocalPolynomial(const Points& points, double centre_K, double half_K, std::ptrdiff_t order);

    [[nodiscard]] bool solved() const { return fit_.solved; }
    [[nodiscard]] std::ptrdiff_t points() const { return static_cast<std::ptrdiff_t>(end_ - begin_); }
    [[nodiscard]] std::size_t begin() const { return begin_; }  ///< first point within the window
    [[nodiscard]] std::size_t end() const { return end_; }      ///< one behind the last
    [[nodiscard]] double centre_K() const { return centre_K_; }
    [[nodiscard]] double half_K() const { return half_K_; }
    /// Root mean square residual of one point, corrected for the coefficients; NaN when no point is left over.
    [[nodiscard]] double noise() const { return noise_; }

    /// d^n p / dT^n, in units of value / K^n, and its variance.
    [[nodiscard]] Value derivative(double temperature_K, std::size_t n) const;
    [[nodiscard]] Value at(double temperature_K) const { return derivative(temperature_K, 0); }
    /// Where p^(n) = 0 and p^(n) falls (falling) or rises through it, nearest to the centre; the variance is
    /// var(p^(n)) / p^(n+1)^2. Nothing when there is no such place inside the window, or its points do not span it.
    [[nodiscard]] std::optional<Value> zero(std::size_t n, bool falling) const;
    /// The straight line that touches p at touch_K, elsewhere: p(touch) + (T - touch) p'(touch).
    [[nodiscard]] Value tangent(double touch_K, double temperature_K) const;
    /// Multiplies all variances: for residuals that hang together, see drift_factor().
    void scale_variances(double factor) { variance_factor_ *= factor; }
    /// By how much neighbouring residuals that hang together make the variances of the coefficients too small; at least 1.
    ///
    ///     f = sum_b (sum_{i in b} r_i)^2 / (s^2 [n - sum_b sum_jk S_bj (X^T X)^-1_jk S_bk]),   S_bj = sum_{i in b} X_ij
    ///
    /// over blocks b of neighbours, r the residuals over their sigmas, X the design over them and s^2 the mean square
    /// residual: block sums against what independent residuals give, of which the fit has taken its part. Blocks of
    /// 4 and of 8 points; the larger f counts, if it is 3 standard errors of f above 1, so that of independent points
    /// the variances stay as they are (but 1 % of them).
    [[nodiscard]] double drift_factor() const;

private:
    [[nodiscard]] double x_of(double temperature_K) const { return (temperature_K - centre_K_) / half_K_; }
    [[nodiscard]] Value functional(const std::vector<double>& by_coefficient) const;  ///< sum_k by_k c_k
    [[nodiscard]] double value_of(double temperature_K, std::size_t n) const;         ///< d^n p / dx^n
    [[nodiscard]] double block_excess(std::size_t length) const;

    double centre_K_, half_K_, noise_ = unknown, variance_factor_ = 1;
    std::size_t begin_ = 0, end_ = 0;
    numerics::LinearFit fit_;
    std::vector<double> design_, residuals_;  ///< over sigma
};

/// A place of a polynomial, and the polynomial around it.
struct Place {
    LocalPolynomial polynomial;
    Value temperature;
};

/// LocalPolynomial::zero() of a window that moves there until it holds the same points as before (20 moves at most).
/// Nothing when there is no zero, or fewer than order + 3 points are in the window.
[[nodiscard]] std::optional<Place> followed_zero(const Points& points, double start_K, double half_K, std::ptrdiff_t order,
                                                 std::size_t n, bool falling);

}  // namespace sluice::dma_peak
