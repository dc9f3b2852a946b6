// SPDX-License-Identifier: BSD-3-Clause
// Noise of a sine transform: the covariance of G(r) that independent errors of S(q) make, kept as a sum over q.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <sluice/numerics/sine_transform.hpp>
#include <sluice/numerics/transform_window.hpp>

namespace sluice::order_metrics {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// How G was made: G(r) = 2/pi int_{q_min}^{q_max} q (S - 1) M(q) sin(q r) dq by trapezoids. In 1/angstrom.
struct Transform {
    double q_min = 0;
    double q_max = std::numeric_limits<double>::infinity();
    numerics::Window window = numerics::Window::none;
    double window_width = 0;  ///< as numerics::window() takes it
};

class SineNoise;

/// Of the points of one G: C_ij = s_i s_j sum_k v_k sin(q_k r_i) sin(q_k r_j). Empty: nothing is known.
class Covariance {
public:
    Covariance() = default;
    /// The variances of the points are known, what they have in common is not: variance() gives NaN.
    explicit Covariance(std::span<const double> points) : points_(points.begin(), points.end()) {}

    /// Variances of the points, [n]; empty when nothing is known.
    [[nodiscard]] const std::vector<double>& points() const { return points_; }
    /// gradient^T C gradient. gradient: [n], d(number)/dG_i.
    [[nodiscard]] double variance(std::span<const double> gradient) const;

private:
    friend class SineNoise;
    const SineNoise* noise_ = nullptr;  ///< outlives this
    std::vector<double> points_;
    std::vector<double> spectrum_;  ///< v_k
    std::vector<double> scale_;     ///< s_i; empty: 1
};

/// The sums over q for one grid of r and one of q, used for many curves.
class SineNoise {
public:
    /// r_angstrom: [n]; q_inv_angstrom: [m], strictly increasing. The points of q between q_min and q_max count.
    /// Throws std::invalid_argument when there are fewer than 2, or when the window makes no sense.
    SineNoise(std::span<const double> r_angstrom, std::span<const double> q_inv_angstrom, const Transform& transform);

    /// A grid of q for of_points(): fine enough for all r up to r_max.
    static std::vector<double> flat_grid(double r_max, double q_max);

    /// Exact for independent points of S: v_k = (2/pi w_k q_k M_k)^2 var S_k with the weights w of the trapezoidal rule.
    /// variance, mask: [m] of S. Points that are masked or without finite variance are left out, their neighbours joined.
    [[nodiscard]] Covariance of_structure_factor(std::span<const double> variance, std::span<const std::uint8_t> mask) const;

    /// An approximation where only the variances [n] of G are known: errors of S that are the same at all q up to q_max give the
    /// correlation of neighbouring points, s_i their variances. Counting noise rather grows with q, as form factors fall: sums
    /// over smooth parts of G are then better known than this says.
    [[nodiscard]] Covariance of_points(std::span<const double> variance) const;

private:
    friend class Covariance;
    [[nodiscard]] std::vector<double> point_variances(const std::vector<double>& spectrum) const;

    std::vector<std::ptrdiff_t> at_;     ///< the points of q in use
    std::vector<double> q_, amplitude_;  ///< 2/pi q M
    std::size_t points_of_r_;
    numerics::SineSum to_q_, to_r_;
};

}  // namespace sluice::order_metrics
