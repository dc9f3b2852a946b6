// SPDX-License-Identifier: BSD-3-Clause
// Local polynomials by linear least squares; their zeros by bracketing and bisection; the block residuals.
#include "local_polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace sluice::dma_peak {
namespace {

/// The n-th derivative of x^power.
double derivative_of_power(double x, std::size_t power, std::size_t n) {
    if (power < n) return 0;
    double factor = 1;
    for (std::size_t k = 0; k < n; ++k) factor *= static_cast<double>(power - k);
    for (std::size_t k = n; k < power; ++k) factor *= x;
    return factor;
}

/// The root of f in [a, b], where f(a) and f(b) differ in sign, to the last bit.
template <class Function>
double bisected(const Function& f, double a, double b) {
    const bool rising = f(a) < 0;
    for (int k = 0; k < 60; ++k) {
        const double middle = (a + b) / 2;
        ((f(middle) < 0) == rising ? a : b) = middle;
    }
    return (a + b) / 2;
}

}  // namespace

LocalPolynomial::LocalPolynomial(const Points& points, double centre_K, double half_K, std::ptrdiff_t order)
    : centre_K_(centre_K), half_K_(half_K) {
    const auto& t = points.temperature_K;
    const double slack = 1e-9 * std::abs(centre_K);  // points at the window's very ends belong to it in any unit
    begin_ = static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), centre_K - half_K - slack) - t.begin());
    end_ = static_cast<std::size_t>(std::upper_bound(t.begin(), t.end(), centre_K + half_K + slack) - t.begin());
    std::vector<double> x;
    for (std::size_t i = begin_; i < end_; ++i) x.push_back(x_of(t[i]));
    const std::size_t count = end_ - begin_, columns = static_cast<std::size_t>(order + 1);
    const auto y = std::span(points.value).subspan(begin_, count);
    const auto variance = points.variance.empty() ? std::span<const double>() : std::span(points.variance).subspan(begin_, count);
    design_ = numerics::polynomial_design(x, order);
    fit_ = numerics::linear_fit(design_, order + 1, y, variance);
    if (!fit_.solved) return;
    const auto fitted = numerics::evaluate(fit_, design_);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double sigma = variance.empty() ? 1 : std::sqrt(variance[i]);
        sum += (y[i] - fitted[i]) * (y[i] - fitted[i]);
        residuals_.push_back((y[i] - fitted[i]) / sigma);
        for (std::size_t j = 0; j < columns; ++j) design_[i * columns + j] /= sigma;
    }
    if (fit_.degrees_of_freedom() > 0) noise_ = std::sqrt(sum / static_cast<double>(fit_.degrees_of_freedom()));
}

double LocalPolynomial::value_of(double temperature_K, std::size_t n) const {
    double sum = 0;
    for (std::size_t i = n; i < fit_.values.size(); ++i) sum += fit_.values[i] * derivative_of_power(x_of(temperature_K), i, n);
    return sum;
}

Value LocalPolynomial::functional(const std::vector<double>& by_coefficient) const {
    const std::size_t columns = fit_.values.size();
    Value found{0, 0};
    for (std::size_t i = 0; i < columns; ++i) {
        found.value += fit_.values[i] * by_coefficient[i];
        for (std::size_t j = 0; j < columns; ++j)
            found.variance += by_coefficient[i] * fit_.covariance[i * columns + j] * by_coefficient[j];
    }
    return {found.value, variance_factor_ * found.variance};
}

Value LocalPolynomial::derivative(double temperature_K, std::size_t n) const {
    const double scale = std::pow(half_K_, -static_cast<double>(n));
    std::vector<double> by(fit_.values.size());
    for (std::size_t i = 0; i < by.size(); ++i) by[i] = scale * derivative_of_power(x_of(temperature_K), i, n);
    return functional(by);
}

Value LocalPolynomial::tangent(double touch_K, double temperature_K) const {
    const double x = x_of(touch_K), step = x_of(temperature_K) - x;
    std::vector<double> by(fit_.values.size());
    for (std::size_t i = 0; i < by.size(); ++i) by[i] = derivative_of_power(x, i, 0) + step * derivative_of_power(x, i, 1);
    return functional(by);
}

std::optional<Value> LocalPolynomial::zero(std::size_t n, bool falling) const {
    constexpr int steps = 64;  // a polynomial of order 6 has 5 of them at most
    const double sign = falling ? 1 : -1;
    const auto height = [&](double temperature_K) { return sign * value_of(temperature_K, n); };
    const auto at_step = [&](int k) { return centre_K_ + half_K_ * (2.0 * k / steps - 1); };
    std::optional<double> best;
    for (int k = 0; k < steps; ++k) {
        if (!(height(at_step(k)) > 0 && height(at_step(k + 1)) <= 0)) continue;
        const double root = bisected(height, at_step(k), at_step(k + 1));
        if (!best || std::abs(root - centre_K_) < std::abs(*best - centre_K_)) best = root;
    }
    if (!best) return std::nullopt;
    const double steepness = derivative(*best, n + 1).value;
    return Value{*best, derivative(*best, n).variance / (steepness * steepness)};
}

double LocalPolynomial::block_excess(std::size_t length) const {
    const std::size_t columns = fit_.values.size(), n = residuals_.size(), blocks = n / length;
    const auto freedom = static_cast<double>(n) - static_cast<double>(columns);
    if (blocks < columns + 3) return 1;
    double squares = 0, sums = 0, expected = 0;
    for (const double each : residuals_) squares += each * each;
    const double mean_square = squares / freedom;
    const double to_plain = fit_.weighted ? 1 : 1 / mean_square;  // covariance = (X^T X)^-1 times it; may be 0/0
    for (std::size_t b = 0; b < blocks; ++b) {
        double sum = 0, taken = 0;
        std::vector<double> columns_sum(columns, 0.0);
        for (std::size_t i = b * length; i < (b + 1) * length; ++i) {
            sum += residuals_[i];
            for (std::size_t j = 0; j < columns; ++j) columns_sum[j] += design_[i * columns + j];
        }
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t k = 0; k < columns; ++k)
                taken += columns_sum[j] * fit_.covariance[j * columns + k] * to_plain * columns_sum[k];
        sums += sum * sum;
        expected += static_cast<double>(length) - taken;
    }
    const double excess = sums / (mean_square * expected);
    const double error = std::sqrt(2 / static_cast<double>(blocks - columns));
    return excess > 1 + 3 * error ? excess : 1;  // false for NaN
}

double LocalPolynomial::drift_factor() const { return fit_.solved ? std::max(block_excess(4), block_excess(8)) : 1; }

std::optional<Place> followed_zero(const Points& points, double start_K, double half_K, std::ptrdiff_t order, std::size_t n,
                                   bool falling) {
    constexpr int moves = 20;
    LocalPolynomial polynomial(points, start_K, half_K, order);
    for (int k = 0;; ++k) {
        if (polynomial.points() < order + 3 || !polynomial.solved()) return std::nullopt;
        const auto zero = polynomial.zero(n, falling);
        if (!zero) return std::nullopt;
        LocalPolynomial next(points, zero->value, half_K, order);
        const bool same = next.begin() == polynomial.begin() && next.end() == polynomial.end();
        if (same || k == moves) return Place{std::move(polynomial), *zero};
        polynomial = std::move(next);
    }
}

}  // namespace sluice::dma_peak
