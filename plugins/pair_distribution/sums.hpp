// SPDX-License-Identifier: BSD-3-Clause
// The sums over Q that all functions of r are made of, for one pair of grids: prepared once, used for every curve.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sluice/numerics/sine_transform.hpp>

namespace sluice::pair_distribution {

/// Which integral over F(Q) = Q (S - 1):
///
///     reduced  G(r) = (2/pi) int F M sin(Q r) dQ
///     running  int_0^r r' G(r') dr' = (2/pi) int F M (sin(Q r) - Q r cos(Q r)) / Q^2 dQ
///
/// The second is what the atoms within r number more than those of a uniform density; taken from F, it has no error of a
/// quadrature over r, and its variance is exact.
enum class Function { reduced, running };

/// The factor beside (2/pi) F M: sin(Q r), or (sin(Q r) - Q r cos(Q r)) / Q^2.
[[nodiscard]] double factor(Function function, double q, double r);

/// Sums of both kinds over one grid of Q, [n_q] in 1/angstrom, at r_j = j r_step, [n_r] in angstrom. const members may be
/// called from many threads.
class Sums {
public:
    /// with_covariance: cosines() are given up to 2 n_r - 2, else up to n_r - 1.
    Sums(std::span<const double> q, double r_step, std::ptrdiff_t n_r, bool with_covariance);

    /// sum_k a_k factor(Q_k, r_j), [n_r]. a: [n_q]; where Q is 0 it must be 0.
    [[nodiscard]] std::vector<double> sum(Function function, std::span<const double> a) const;
    /// sum_k a_k factor(Q_k, r_j)^2, [n_r], for a >= 0.
    [[nodiscard]] std::vector<double> sum_of_squares(Function function, std::span<const double> a) const;
    /// sum_k a_k cos(Q_k m r_step), m = 0, 1, ….
    [[nodiscard]] std::vector<double> cosines(std::span<const double> a) const;

    [[nodiscard]] std::span<const double> r() const { return r_; }
    [[nodiscard]] std::span<const double> q() const { return q_; }
    /// How the sums at r are taken: the others have grids alike.
    [[nodiscard]] numerics::SineSum::Way way() const { return at_r_.way(); }

private:
    [[nodiscard]] std::vector<double> over_q_squared(std::span<const double> a) const;
    [[nodiscard]] std::vector<double> running(std::span<const double> a) const;
    [[nodiscard]] std::vector<double> running_squared(std::span<const double> a) const;

    std::vector<double> q_, r_;
    std::ptrdiff_t n_half_;
    numerics::SineSum at_r_, at_half_r_, at_double_r_;
};

}  // namespace sluice::pair_distribution
