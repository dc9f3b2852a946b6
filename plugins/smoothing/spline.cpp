// SPDX-License-Identifier: BSD-3-Clause
// Reinsch's bands, their factors, and the central bands of the inverse, once for numbers and once for numbers with a derivative.
#include "spline.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::smoothing {
namespace {

/// A number and its derivative with respect to ln penalty.
struct Dual {
    double value = 0, slope = 0;
    Dual() = default;
    Dual(double v, double s = 0) : value(v), slope(s) {}
    friend Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
    friend Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.slope - b.slope}; }
    friend Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.value * b.slope + a.slope * b.value}; }
    friend Dual operator/(Dual a, Dual b) {
        const double ratio = a.value / b.value;
        return {ratio, (a.slope - ratio * b.slope) / b.value};
    }
};

/// A symmetric matrix of five bands: [i] of the diagonal, (i, i + 1) and (i, i + 2).
template <class T>
struct Bands {
    explicit Bands(std::size_t n) : diagonal(n + 2), next(n + 2), second(n + 2) {}  // two rows of zeros behind
    std::vector<T> diagonal, next, second;
};

/// Column j of Q, 1 <= j <= n - 2: second differences, at rows j - 1, j, j + 1.
struct Column {
    double before, at, after;
};
Column column(const std::vector<double>& step, std::size_t j) {
    const double left = 1 / step[j - 1], right = 1 / step[j];
    return {left, -left - right, right};
}

/// B = R + penalty Q^T V Q; row i belongs to the inner knot i + 1.
template <class T>
Bands<T> matrix(const std::vector<double>& step, const std::vector<double>& v, T penalty) {
    const std::size_t m = step.size() - 1;
    Bands<T> b(m);
    for (std::size_t i = 0; i < m; ++i) {
        const std::size_t j = i + 1;
        const Column c = column(step, j);
        const double sum = c.before * c.before * v[j - 1] + c.at * c.at * v[j] + c.after * c.after * v[j + 1];
        b.diagonal[i] = T((step[j - 1] + step[j]) / 3) + penalty * T(sum);
        if (i + 1 >= m) continue;
        const Column d = column(step, j + 1);
        b.next[i] = T(step[j] / 6) + penalty * T(c.at * v[j] * d.before + c.after * v[j + 1] * d.at);
        if (i + 2 < m) b.second[i] = penalty * T(c.after * v[j + 1] * column(step, j + 2).before);
    }
    return b;
}

/// In place: L D L^T, D on the diagonal, L(i + 1, i) and L(i + 2, i) beside it.
template <class T>
void factorise(Bands<T>& b) {
    const std::size_t m = b.diagonal.size() - 2;
    for (std::size_t i = 0; i < m; ++i) {
        if (i >= 1) {
            b.diagonal[i] = b.diagonal[i] - b.next[i - 1] * b.next[i - 1] * b.diagonal[i - 1];
            b.next[i] = b.next[i] - b.second[i - 1] * b.next[i - 1] * b.diagonal[i - 1];
        }
        if (i >= 2) b.diagonal[i] = b.diagonal[i] - b.second[i - 2] * b.second[i - 2] * b.diagonal[i - 2];
        b.next[i] = b.next[i] / b.diagonal[i];
        b.second[i] = b.second[i] / b.diagonal[i];
    }
}

/// The central bands of the inverse (Hutchinson and de Hoog 1985, from the last row up).
template <class T>
Bands<T> inverse(const Bands<T>& f) {
    const std::size_t m = f.diagonal.size() - 2;
    Bands<T> s(m);
    for (std::size_t i = m; i-- > 0;) {
        s.second[i] = T(0) - f.next[i] * s.next[i + 1] - f.second[i] * s.diagonal[i + 2];
        s.next[i] = T(0) - f.next[i] * s.diagonal[i + 1] - f.second[i] * s.next[i + 1];
        s.diagonal[i] = T(1) / f.diagonal[i] - f.next[i] * s.next[i] - f.second[i] * s.second[i];
    }
    return s;
}

/// H_ii = 1 - penalty v_i (Q B^-1 Q^T)_ii.
template <class T>
std::vector<T> leverages(const std::vector<double>& step, const std::vector<double>& v, T penalty) {
    auto factors = matrix(step, v, penalty);
    factorise(factors);
    const Bands<T> s = inverse(factors);
    const std::size_t n = v.size(), m = n - 2;
    std::vector<T> out(n);
    for (std::size_t i = 0; i < n; ++i) {  // row i of Q meets the columns i - 1, i, i + 1
        const double a = i >= 2 ? column(step, i - 1).after : 0;
        const double b = i >= 1 && i <= m ? column(step, i).at : 0;
        const double c = i + 1 <= m ? column(step, i + 1).before : 0;
        T sum(0);
        if (i >= 2) sum = sum + T(a * a) * s.diagonal[i - 2];
        if (i >= 1 && i <= m) sum = sum + T(b * b) * s.diagonal[i - 1];
        if (i + 1 <= m) sum = sum + T(c * c) * s.diagonal[i];
        if (i >= 2) sum = sum + T(2 * a * b) * s.next[i - 2] + T(2 * a * c) * s.second[i - 2];
        if (i >= 1) sum = sum + T(2 * b * c) * s.next[i - 1];
        out[i] = T(1) - penalty * T(v[i]) * sum;
    }
    return out;
}

/// Solves L D L^T z = z.
void solve(const Bands<double>& f, std::vector<double>& z) {
    const std::size_t m = z.size();
    for (std::size_t i = 0; i < m; ++i) {
        if (i >= 1) z[i] -= f.next[i - 1] * z[i - 1];
        if (i >= 2) z[i] -= f.second[i - 2] * z[i - 2];
    }
    for (std::size_t i = 0; i < m; ++i) z[i] /= f.diagonal[i];
    for (std::size_t i = m; i-- > 0;) {
        if (i + 1 < m) z[i] -= f.next[i] * z[i + 1];
        if (i + 2 < m) z[i] -= f.second[i] * z[i + 2];
    }
}

/// Q z of inner knots.
std::vector<double> spread(const std::vector<double>& step, const std::vector<double>& z) {
    std::vector<double> out(z.size() + 2, 0);
    for (std::size_t i = 0; i < z.size(); ++i) {
        const Column c = column(step, i + 1);
        out[i] += c.before * z[i];
        out[i + 1] += c.at * z[i];
        out[i + 2] += c.after * z[i];
    }
    return out;
}

}  // namespace

SmoothingSpline::SmoothingSpline(std::span<const double> x, std::span<const double> weights)
    : x_(x.size()),
      step_(x.size() - 1),
      weights_(weights.begin(), weights.end()),
      variances_(x.size()),
      x_origin_(x.front()),
      mean_weight_(0) {
    const std::size_t n = x.size();
    spacing_ = (x.back() - x.front()) / static_cast<double>(n - 1);
    for (std::size_t i = 0; i < n; ++i) x_[i] = (x[i] - x.front()) / spacing_;
    for (std::size_t i = 0; i + 1 < n; ++i) step_[i] = (x[i + 1] - x[i]) / spacing_;
    for (const double weight : weights) mean_weight_ += weight / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) variances_[i] = mean_weight_ / weights[i];
}

std::vector<double> SmoothingSpline::smoothed(std::span<const double> y, double penalty) const {
    auto factors = matrix(step_, variances_, penalty);
    factorise(factors);
    std::vector<double> bend(y.size() - 2);
    for (std::size_t i = 0; i < bend.size(); ++i) bend[i] = (y[i + 2] - y[i + 1]) / step_[i + 1] - (y[i + 1] - y[i]) / step_[i];
    solve(factors, bend);
    auto out = spread(step_, bend);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = y[i] - penalty * variances_[i] * out[i];
    return out;
}

SmoothingSpline::Fit SmoothingSpline::fit(std::span<const double> y, double penalty) const {
    const double scaled = penalty / (mean_weight_ * spacing_ * spacing_ * spacing_);
    Fit out{smoothed(y, scaled), {}, {}, 0, 0};
    for (const Dual& each : sluice::smoothing::leverages(step_, variances_, Dual(scaled, scaled))) {
        out.leverages.push_back(each.value);
        out.sensitivity.push_back(each.value + each.slope);
        out.trace += each.value;
    }
    for (std::size_t i = 0; i < y.size(); ++i) out.residual += weights_[i] * (y[i] - out.values[i]) * (y[i] - out.values[i]);
    return out;
}

/// The c of which f(x) = sum_i c_i f_i for the natural spline f through any f_i.
std::vector<double> SmoothingSpline::interpolation(double x) const {
    const std::size_t n = x_.size();
    const auto above = std::upper_bound(x_.begin() + 1, x_.end() - 1, x);
    const auto k = static_cast<std::size_t>(above - x_.begin()) - 1;
    const double h = step_[k], b = (x - x_[k]) / h, a = 1 - b;
    std::vector<double> curvature(n - 2, 0);  // what f'' at the inner knots adds; it is 0 at the ends
    if (k >= 1) curvature[k - 1] = -h * h / 6 * a * b * (1 + a);
    if (k + 1 <= n - 2) curvature[k] = -h * h / 6 * a * b * (1 + b);
    auto r = matrix(step_, variances_, 0.0);
    factorise(r);
    solve(r, curvature);
    auto c = spread(step_, curvature);
    c[k] += a;
    c[k + 1] += b;
    return c;
}

SmoothingSpline::Value SmoothingSpline::at(double x, const Fit& fit, double penalty) const {
    const auto c = interpolation((x - x_origin_) / spacing_);
    std::vector<double> shares(c.size());
    Value out{0, 0};
    for (std::size_t i = 0; i < c.size(); ++i) {
        out.value += c[i] * fit.values[i];
        shares[i] = c[i] / weights_[i];
    }
    // f(x) = c^T (W + penalty K)^-1 W y; smoothing c / w gives the (W + penalty K)^-1 c that its variance needs.
    const auto row = smoothed(shares, penalty / (mean_weight_ * spacing_ * spacing_ * spacing_));
    for (std::size_t i = 0; i < row.size(); ++i) out.variance += weights_[i] * row[i] * row[i];
    return out;
}

double SmoothingSpline::smallest_penalty() const {
    const double shortest = *std::min_element(step_.begin(), step_.end());
    return 1e-8 * shortest * shortest * shortest * mean_weight_ * spacing_ * spacing_ * spacing_;
}

double SmoothingSpline::largest_penalty() const {
    const auto n = static_cast<double>(x_.size());
    return n * n * n * n * mean_weight_ * spacing_ * spacing_ * spacing_;
}

}  // namespace sluice::smoothing
