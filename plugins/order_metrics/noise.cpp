// SPDX-License-Identifier: BSD-3-Clause
// Sums over q that carry the errors of S(q) to numbers made of G(r).
#include "noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::order_metrics {
namespace {

using Doubles = std::vector<double>;
using Index = std::ptrdiff_t;

std::vector<Index> in_range(std::span<const double> q, const Transform& transform) {
    std::vector<Index> at;
    for (std::size_t k = 0; k < q.size(); ++k)
        if (numerics::inside(q[k], transform.q_min, transform.q_max)) at.push_back(static_cast<Index>(k));
    if (at.size() < 2)
        numerics::fail<std::invalid_argument>(
            "only ", at.size(), " points of the structure factor lie between q_min = ", transform.q_min,
            " and q_max = ", transform.q_max,
            " 1/angstrom. Connect the structure factor that G was made from, or correct q_max.");
    return at;
}

Doubles picked(std::span<const double> values, const std::vector<Index>& at) {
    Doubles out;
    for (const auto k : at) out.push_back(values[static_cast<std::size_t>(k)]);
    return out;
}

}  // namespace

double Covariance::variance(std::span<const double> gradient) const {
    if (noise_ == nullptr) return unknown;
    Doubles scaled(gradient.begin(), gradient.end()), sums(spectrum_.size());
    for (std::size_t i = 0; i < scale_.size(); ++i) scaled[i] *= scale_[i];
    noise_->to_q_.sine(scaled, sums);
    double total = 0;
    for (std::size_t k = 0; k < sums.size(); ++k) total += spectrum_[k] * sums[k] * sums[k];
    return total;
}

SineNoise::SineNoise(std::span<const double> r_angstrom, std::span<const double> q_inv_angstrom, const Transform& transform)
    : at_(in_range(q_inv_angstrom, transform)),
      q_(picked(q_inv_angstrom, at_)),
      points_of_r_(r_angstrom.size()),
      to_q_(r_angstrom, q_),
      to_r_(q_, r_angstrom) {
    const double q_max = std::isfinite(transform.q_max) ? transform.q_max : q_.back();
    for (const double q : q_)
        amplitude_.push_back(2 / std::numbers::pi * q * numerics::window(transform.window, q, q_max, transform.window_width));
}

Doubles SineNoise::flat_grid(double r_max, double q_max) {
    const double cells = std::ceil(2 * r_max * q_max / std::numbers::pi);  // cos(2 q r) must still be resolved
    const auto count = static_cast<Index>(std::clamp(cells, 2.0, 1e5));
    Doubles q;
    for (Index k = 0; k < count; ++k) q.push_back(q_max * (static_cast<double>(k) + 0.5) / static_cast<double>(count));
    return q;
}

Covariance SineNoise::of_structure_factor(std::span<const double> variance, std::span<const std::uint8_t> mask) const {
    std::vector<std::size_t> used;
    Doubles q;
    for (std::size_t i = 0; i < at_.size(); ++i) {
        const auto k = static_cast<std::size_t>(at_[i]);
        if ((!mask.empty() && mask[k] != 0) || !std::isfinite(variance[k])) continue;
        used.push_back(i);
        q.push_back(q_[i]);
    }
    const auto weights = numerics::trapezoid_weights(q);
    Covariance out;
    out.noise_ = this;
    out.spectrum_.assign(q_.size(), 0);
    for (std::size_t j = 0; j < used.size(); ++j) {
        const double by_s = weights[j] * amplitude_[used[j]];
        out.spectrum_[used[j]] = by_s * by_s * variance[static_cast<std::size_t>(at_[used[j]])];
    }
    out.points_ = point_variances(out.spectrum_);
    return out;
}

Covariance SineNoise::of_points(std::span<const double> variance) const {
    Covariance out;
    out.noise_ = this;
    for (const double each : amplitude_) out.spectrum_.push_back(each * each);
    out.points_.assign(variance.begin(), variance.end());
    const auto flat = point_variances(out.spectrum_);
    for (std::size_t i = 0; i < flat.size(); ++i)
        out.scale_.push_back(flat[i] > 0 && std::isfinite(variance[i]) ? std::sqrt(variance[i] / flat[i]) : 0);
    return out;
}

Doubles SineNoise::point_variances(const Doubles& spectrum) const {
    Doubles out(points_of_r_);
    to_r_.sine_squared(spectrum, out);
    return out;
}

}  // namespace sluice::order_metrics
