// SPDX-License-Identifier: BSD-3-Clause
// Few extrapolated points are summed once, at construction; the measured ones go through the fast sums for every curve.
#include "cut.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::pair_distribution {
namespace {

/// Enough at any r that can be asked for, and a bound where the first two measured points all but coincide.
constexpr double most_points_below = 1e4;

/// From 0 (left out: F is 0 there) to below `first`, at most `step` apart.
std::vector<double> points_below(double first, double step) {
    // A whole number but for rounding: the grid of the data goes on.
    const double parts = std::min(std::ceil(first / step - 1e-6), most_points_below);
    std::vector<double> out;
    for (double k = 1; k < parts; ++k) out.push_back(k * first / parts);
    return out;
}

}  // namespace

Cut::Cut(const Sums& sums, const Range& range, bool with_running) : sums_(&sums), range_(range) {
    take_points();
    reduced_ = low_at(Function::reduced, sums.r());
    if (with_running) running_ = low_at(Function::running, sums.r());
}

void Cut::take_points() {
    const auto q = sums_->q();
    const auto first = static_cast<std::size_t>(range_.first), count = static_cast<std::size_t>(range_.last - range_.first + 1);
    const auto used = q.subspan(first, count);
    const bool to_extend = range_.low_q != LowQ::none && used.front() > 0;
    if (to_extend) {
        low_q_ =
            extrapolation(range_.low_q, used.first(std::min(count, static_cast<std::size_t>(range_.low_q_points))), range_.s0);
        low_points_ = points_below(used.front(), used[1] - used[0]);
    }
    std::vector<double> all;
    if (to_extend) all.push_back(0);
    all.insert(all.end(), low_points_.begin(), low_points_.end());
    all.insert(all.end(), used.begin(), used.end());
    const auto weights = numerics::trapezoid_weights(all);
    const auto coefficient = [&](std::size_t i) {
        return 2 / std::numbers::pi * weights[i] * numerics::window(range_.window, all[i], used.back(), range_.width) * all[i];
    };
    const std::size_t measured = all.size() - count;
    for (std::size_t i = to_extend ? 1 : 0; i < measured; ++i) low_coefficients_.push_back(coefficient(i));
    coefficients_.assign(q.size(), 0.0);
    for (std::size_t k = 0; k < count; ++k) coefficients_[first + k] = coefficient(measured + k);
}

std::span<const double> Cut::first_points(std::span<const double> values) const {
    return values.subspan(static_cast<std::size_t>(range_.first), fitted());
}

Cut::Low Cut::low_at(Function function, std::span<const double> r) const {
    Low low;
    low.level.assign(r.size(), 0.0);
    low.curvature.assign(r.size(), 0.0);
    for (std::size_t p = 0; p < low_points_.size(); ++p) {
        const double q = low_points_[p];
        for (std::size_t j = 0; j < r.size(); ++j) {
            const double term = low_coefficients_[p] * factor(function, q, r[j]);
            low.level[j] += term;
            low.curvature[j] += term * q * q;
        }
    }
    for (std::size_t i = 0; i < fitted(); ++i) {
        const std::size_t k = static_cast<std::size_t>(range_.first) + i;
        for (const double each : r) low.own.push_back(coefficients_[k] * factor(function, sums_->q()[k], each));
    }
    return low;
}

std::vector<double> Cut::coefficients_times(std::span<const double> s) const {
    std::vector<double> out(s.size(), 0.0);
    for (auto k = static_cast<std::size_t>(range_.first); k <= static_cast<std::size_t>(range_.last); ++k)
        out[k] = coefficients_[k] * (s[k] - 1);
    return out;
}

/// Without the points that the extrapolation is fitted to: they enter in two places.
std::vector<double> Cut::squares_times(std::span<const double> variance) const {
    std::vector<double> out(variance.size(), 0.0);
    const std::size_t begin = static_cast<std::size_t>(range_.first) + fitted();
    for (auto k = begin; k <= static_cast<std::size_t>(range_.last); ++k)
        out[k] = coefficients_[k] * coefficients_[k] * variance[k];
    return out;
}

/// Of the function at r_j, by the i-th of the fitted points.
double Cut::slope(const Low& low, std::size_t i, std::size_t j) const {
    return low.own[i * low.level.size() + j] + low_q_.level_share[i] * low.level[j] +
           low_q_.curvature_share[i] * low.curvature[j];
}

double Cut::low_value(const Low& low, std::size_t j, std::span<const double> s) const {
    if (!low_q_.present) return 0;
    return (low_q_.level(first_points(s)) - 1) * low.level[j] + low_q_.curvature(first_points(s)) * low.curvature[j];
}

Values Cut::at_r(Function function, std::span<const double> s, std::span<const double> variance) const {
    const Low& low = function == Function::reduced ? reduced_ : running_;
    Values out;
    out.value = sums_->sum(function, coefficients_times(s));
    if (low_q_.present) {
        const double level = low_q_.level(first_points(s)) - 1, curvature = low_q_.curvature(first_points(s));
        for (std::size_t j = 0; j < out.value.size(); ++j) out.value[j] += level * low.level[j] + curvature * low.curvature[j];
    }
    if (variance.empty()) return out;
    out.variance = sums_->sum_of_squares(function, squares_times(variance));
    for (std::size_t i = 0; i < fitted(); ++i) {
        const double its_variance = first_points(variance)[i];
        for (std::size_t j = 0; j < out.variance.size(); ++j) {
            const double by_s = slope(low, i, j);
            out.variance[j] += by_s * by_s * its_variance;
        }
    }
    return out;
}

template <class F>
Value Cut::plain(std::span<const double> s, std::span<const double> variance, const F& factor_at) const {
    double level = 0, curvature = 0;
    for (std::size_t p = 0; p < low_points_.size(); ++p) {
        const double term = low_coefficients_[p] * factor_at(low_points_[p]);
        level += term;
        curvature += term * low_points_[p] * low_points_[p];
    }
    Value out{0, 0};
    if (low_q_.present) out.value = (low_q_.level(first_points(s)) - 1) * level + low_q_.curvature(first_points(s)) * curvature;
    const auto first = static_cast<std::size_t>(range_.first);
    for (auto k = first; k <= static_cast<std::size_t>(range_.last); ++k) {
        double by_s = coefficients_[k] * factor_at(sums_->q()[k]);
        out.value += by_s * (s[k] - 1);
        if (variance.empty()) continue;
        if (k - first < fitted()) by_s += low_q_.level_share[k - first] * level + low_q_.curvature_share[k - first] * curvature;
        out.variance += by_s * by_s * variance[k];
    }
    return out;
}

Value Cut::at(Function function, double r, std::span<const double> s, std::span<const double> variance) const {
    return plain(s, variance, [&](double q) { return factor(function, q, r); });
}

Value Cut::slope_at_zero(std::span<const double> s, std::span<const double> variance) const {
    return plain(s, variance, [](double q) { return q; });
}

/// sin a sin b = [cos(a - b) - cos(a + b)] / 2: the covariance follows from one sum of cosines.
void Cut::covariance(std::span<const double> variance, std::span<double> out) const {
    const std::size_t n = sums_->r().size();
    const auto cosine = sums_->cosines(squares_times(variance));
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t l = 0; l < n; ++l) out[j * n + l] = (cosine[j > l ? j - l : l - j] - cosine[j + l]) / 2;
    for (std::size_t i = 0; i < fitted(); ++i) {
        const double its_variance = first_points(variance)[i];
        for (std::size_t j = 0; j < n; ++j) {
            const double by_s = slope(reduced_, i, j) * its_variance;
            for (std::size_t l = 0; l < n; ++l) out[j * n + l] += by_s * slope(reduced_, i, l);
        }
    }
}

}  // namespace sluice::pair_distribution
