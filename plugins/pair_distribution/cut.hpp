// SPDX-License-Identifier: BSD-3-Clause
// The integral over one range of Q with one window: coefficients of every point, values and variances at every r.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sluice/numerics/transform_window.hpp>

#include "low_q.hpp"
#include "sums.hpp"

namespace sluice::pair_distribution {

/// Where the integral begins and ends, and what multiplies F.
struct Range {
    std::ptrdiff_t first = 0, last = 0;  ///< indices of Q, both used
    numerics::Window window = numerics::Window::none;
    double width = 0;  ///< of the window, see transform_window.hpp; its q_max is the Q of `last`
    LowQ low_q = LowQ::none;
    std::ptrdiff_t low_q_points = 1;  ///< from first on, fitted to continue S to Q = 0
    double s0 = 0;
};

struct Values {
    std::vector<double> value, variance;  ///< [n_r]; variance empty when the curve has none
};

struct Value {
    double value, variance;
};

/// The trapezoidal rule over the measured points of the range, and below them over points of the extrapolation as far
/// apart as the first two measured ones, or a little closer (10,000 points at most), from Q = 0 on:
///
///     G(r) = sum_k c_k (S_k - 1) sin(Q_k r) + P0(r) (level - 1) + P2(r) curvature,     c_k = (2/pi) w_k M(Q_k) Q_k
///
/// P0 and P2 are the sums over the extrapolated points of c and c Q^2. All is linear in S, so that the variances
///
///     var G(r) = sum_k [c_k sin(Q_k r) + P0(r) dlevel/dS_k + P2(r) dcurvature/dS_k]^2 var S_k
///
/// are exact for independent points of any scatter.
class Cut {
public:
    /// What the extrapolated part adds, at some r, and what its first points have there by themselves.
    struct Low {
        std::vector<double> level, curvature;  ///< P0, P2
        std::vector<double> own;               ///< [points fitted * r], c_i times the factor
    };

    /// The sums must outlive this. Throws std::invalid_argument for a window or extrapolation that cannot be.
    /// with_running: at_r() of that function will be asked for.
    Cut(const Sums& sums, const Range& range, bool with_running);

    /// s, variance: [n_q] of S; outside of the range not looked at. variance may be empty.
    [[nodiscard]] Values at_r(Function function, std::span<const double> s, std::span<const double> variance) const;
    /// At any one r, in angstrom, by plain sums.
    [[nodiscard]] Value at(Function function, double r, std::span<const double> s, std::span<const double> variance) const;
    /// dG/dr at r = 0, in 1/angstrom^3.
    [[nodiscard]] Value slope_at_zero(std::span<const double> s, std::span<const double> variance) const;
    /// Covariance of G at r_j and r_l, out: [n_r * n_r]; the sums must have been made with_covariance.
    void covariance(std::span<const double> variance, std::span<double> out) const;
    /// The window and the weight of S_k at each Q, c_k: [n_q], 0 outside of the range.
    [[nodiscard]] std::span<const double> coefficients() const { return coefficients_; }

    [[nodiscard]] Low low_at(Function function, std::span<const double> r) const;
    /// What is below the first point measured, at the j-th of those r.
    [[nodiscard]] double low_value(const Low& low, std::size_t j, std::span<const double> s) const;

    [[nodiscard]] const Range& range() const { return range_; }

private:
    void take_points();
    [[nodiscard]] std::vector<double> coefficients_times(std::span<const double> s) const;
    [[nodiscard]] std::vector<double> squares_times(std::span<const double> variance) const;
    [[nodiscard]] std::size_t fitted() const { return low_q_.level_share.size(); }
    [[nodiscard]] std::span<const double> first_points(std::span<const double> values) const;
    [[nodiscard]] double slope(const Low& low, std::size_t i, std::size_t j) const;
    template <class F>
    [[nodiscard]] Value plain(std::span<const double> s, std::span<const double> variance, const F& factor) const;

    const Sums* sums_;
    Range range_;
    Extrapolation low_q_;
    std::vector<double> coefficients_;
    std::vector<double> low_points_, low_coefficients_;  ///< below the first point measured, in Q
    Low reduced_, running_;                              ///< at the r of the sums
};

}  // namespace sluice::pair_distribution
