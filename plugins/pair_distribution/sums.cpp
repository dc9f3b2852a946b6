// SPDX-License-Identifier: BSD-3-Clause
// Sines at r, cosines from the squared sines at r / 2, and the mixed term of the running number's variance from sines at 2 r.
#include "sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::pair_distribution {
namespace {

std::vector<double> points(double step, std::ptrdiff_t n) {
    std::vector<double> out;
    for (std::ptrdiff_t j = 0; j < n; ++j) out.push_back(static_cast<double>(j) * step);
    return out;
}

}  // namespace

double factor(Function function, double q, double r) {
    const double x = q * r;
    if (function == Function::reduced) return std::sin(x);
    if (q == 0) return 0;
    if (std::abs(x) < 0.02) return x * x * x * (1 - x * x / 10 * (1 - x * x / 28)) / (3 * q * q);  // next term: 1e-14 of it
    return (std::sin(x) - x * std::cos(x)) / (q * q);
}

Sums::Sums(std::span<const double> q, double r_step, std::ptrdiff_t n_r, bool with_covariance)
    : q_(q.begin(), q.end()),
      r_(points(r_step, n_r)),
      n_half_(with_covariance ? 2 * n_r - 1 : n_r),
      at_r_(q_, r_),
      at_half_r_(q_, points(r_step / 2, n_half_)),
      at_double_r_(q_, points(r_step * 2, n_r)) {}

std::vector<double> Sums::sum(Function function, std::span<const double> a) const {
    if (function == Function::running) return running(a);
    std::vector<double> out(r_.size());
    at_r_.sine(a, out);
    return out;
}

std::vector<double> Sums::sum_of_squares(Function function, std::span<const double> a) const {
    if (function == Function::running) return running_squared(a);
    std::vector<double> out(r_.size());
    at_r_.sine_squared(a, out);
    return out;
}

std::vector<double> Sums::cosines(std::span<const double> a) const {
    std::vector<double> out(static_cast<std::size_t>(n_half_));
    at_half_r_.sine_squared(a, out);
    const double all = std::accumulate(a.begin(), a.end(), 0.0);
    for (double& each : out) each = all - 2 * each;
    return out;
}

std::vector<double> Sums::over_q_squared(std::span<const double> a) const {
    std::vector<double> out(a.size(), 0.0);
    for (std::size_t k = 0; k < a.size(); ++k)
        if (q_[k] != 0) out[k] = a[k] / (q_[k] * q_[k]);
    return out;
}

/// sum u sin - r sum u Q cos, u = a / Q^2.
std::vector<double> Sums::running(std::span<const double> a) const {
    auto u = over_q_squared(a);
    std::vector<double> out(r_.size());
    at_r_.sine(u, out);
    for (std::size_t k = 0; k < u.size(); ++k) u[k] *= q_[k];
    const auto cosine = cosines(u);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] -= r_[j] * cosine[j];
    return out;
}

/// (sin x - x cos x)^2 = sin^2 x + x^2 (1 - sin^2 x) - x sin 2x, x = Q r. The terms cancel as x^6 at small r: what is then left
/// of their rounding must not become negative.
std::vector<double> Sums::running_squared(std::span<const double> a) const {
    const auto v = over_q_squared(a), u = over_q_squared(v);
    std::vector<double> out(r_.size()), squares(r_.size()), doubled(r_.size()), uq(u);
    for (std::size_t k = 0; k < uq.size(); ++k) uq[k] *= q_[k];
    at_r_.sine_squared(u, out);
    at_r_.sine_squared(v, squares);
    at_double_r_.sine(uq, doubled);
    const double all = std::accumulate(v.begin(), v.end(), 0.0);
    for (std::size_t j = 0; j < out.size(); ++j)
        out[j] = std::max(0.0, out[j] + r_[j] * (r_[j] * (all - squares[j]) - doubled[j]));
    return out;
}

}  // namespace sluice::pair_distribution
