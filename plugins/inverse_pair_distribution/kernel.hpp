// SPDX-License-Identifier: BSD-3-Clause
// From G(r) back to F(Q) and S(Q): what is prepared for a grid of r, and what one curve gets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <sluice/numerics/sine_transform.hpp>

namespace sluice::inverse_pair_distribution {

/// What G is taken to be from r = 0 to the first point used.
enum class LowR { straight, density, none };

/// In the order of the enum; the parameter low_r takes these words.
inline constexpr std::array<std::string_view, 3> low_r_names{"straight", "density", "none"};

enum class Status : std::int8_t { ok, missing_points, no_density, nyquist };

/// Q in 1/angstrom, r in angstrom.
struct Options {
    double q_min = 0, q_max = 0, q_step = 0.02;
    bool natural = false;                ///< the step nearest to q_step for which pi / (dr step) is whole
    std::optional<double> r_min, r_max;  ///< nothing: from the first point, to the last one
    LowR low_r = LowR::straight;
};

/// The Q of the answers: q_min, q_min + step, … up to q_max. r: [n]; looked at for a natural step only.
/// Throws std::invalid_argument when q_min is above q_max, there would be more than a million points, or a natural step is asked
/// for and r is not evenly spaced (to 1e-9 of a step).
[[nodiscard]] std::vector<double> q_grid(std::span<const double> r, const Options& options);

struct Curve {
    std::span<const double> g;           ///< [n], 1/angstrom^2
    std::span<const double> variance;    ///< [n] of independent points, or empty
    std::span<const double> covariance;  ///< [n * n], instead of variance, or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero: not known; or empty
    double number_density = 0;           ///< 1/angstrom^3; for LowR::density only
};

/// [n_q] each; variances are written when they are not empty, and then the curve must have variances or a covariance.
struct Output {
    std::span<double> reduced, reduced_variance;                    ///< F
    std::span<double> structure_factor, structure_factor_variance;  ///< S
};

/// The inverse sine transform, prepared for one grid of r:
///
///     F(Q) = Q (S - 1) = int_0^r_max G(r) sin(Q r) dr,     S(0) = 1 + int_0^r_max G(r) r dr
///
/// Source: Keen (2001), J. Appl. Cryst. 34, 172, with G = 4 pi rho0 r (g - 1). By the trapezoidal rule on the points as they are;
/// and from r = 0 to the first point used, on points as far apart as the first two or a little closer,
///
///     straight  G rises or falls in a straight line from G(0) = 0 to the first point used
///     density   G = -4 pi rho0 r: no two atoms are that close
///     none      nothing is added
///
/// Variances: exact, for all is linear in G; of independent points of G, or by their covariance. rho0 is taken as exact.
/// A masked or not finite point (or variance) between the first and the last point used: all NaN, status missing_points. A
/// density that is NaN or not above 0 where it is needed: all NaN, no_density. Points beyond pi / dr, where F is its own mirror
/// image: given, nyquist.
///
/// Accuracy: G on multiples of dr and F on multiples of dQ with dr dQ = pi / N, r from 0 to pi / dQ, is the exact inverse of the
/// trapezoidal rule over Q: to 1e-11 of the largest F. At the q_max of G's own integral that gives half of F, as the
/// rule weighs that point by a half; beyond it 0. G that ends at r_max is G times a box: F is averaged over Q by sin(r_max Q) /
/// (pi Q).
class InverseTransform {
public:
    /// r: [n], increasing, not below 0. Throws std::invalid_argument when fewer than 2 points lie between r_min and r_max.
    InverseTransform(std::span<const double> r, const Options& options);

    /// Throws std::invalid_argument when a length is not that of r or q.
    [[nodiscard]] Status run(const Curve& curve, const Output& out) const;

    [[nodiscard]] std::span<const double> q() const { return q_; }
    [[nodiscard]] double r_first() const { return points_[extension()]; }
    [[nodiscard]] double r_last() const { return points_.back(); }
    [[nodiscard]] numerics::SineSum::Way way() const { return sums_.way(); }

private:
    [[nodiscard]] std::size_t extension() const { return points_.size() - used_; }
    void check_lengths(const Curve& curve, const Output& out) const;
    [[nodiscard]] bool complete(const Curve& curve) const;
    [[nodiscard]] std::vector<double> weighted(std::span<const double> used, double slope) const;
    [[nodiscard]] double own_slope(std::span<const double> used) const;
    [[nodiscard]] std::vector<double> transformed(std::span<const double> weighted) const;
    void write_values(const Curve& curve, const Output& out) const;
    [[nodiscard]] std::vector<double> variances(std::span<const double> variance) const;
    [[nodiscard]] std::vector<double> variances_of_covariance(std::span<const double> covariance) const;

    Options options_;
    std::size_t n_, begin_, used_;  ///< points of the curve, the first of them used, how many are
    std::vector<double> points_;    ///< [extension + used], r
    std::vector<double> weights_;   ///< the same
    std::vector<double> q_;
    numerics::SineSum sums_;
    bool beyond_nyquist_;
    std::vector<double> first_;  ///< [n_q], what the first point used has in F - or at Q = 0 in S - by itself
};

}  // namespace sluice::inverse_pair_distribution
