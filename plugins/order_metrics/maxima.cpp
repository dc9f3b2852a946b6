// SPDX-License-Identifier: BSD-3-Clause
// Maxima of a smooth curve: which there are, and where each one is, with the gradient by every point.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "parts.hpp"

namespace sluice::order_metrics {
namespace {

// How far down from its top a maximum is fitted, as part of its prominence. A polynomial is to follow the top alone: neighbours
// that overlap make the whole upper half skew.
constexpr double upper_part = 0.1, upper_half = 0.5;

Stretch stretch(const Doubles& x, Range range) {
    Stretch out;
    while (out.first < x.size() && !numerics::inside(x[out.first], range.from, range.to)) ++out.first;
    out.end = out.first;
    while (out.end < x.size() && numerics::inside(x[out.end], range.from, range.to)) ++out.end;
    return out;
}

/// The lowest point from top in steps of one, up to the next higher point or the end of the stretch.
std::size_t base(const Doubles& y, std::size_t top, int step, Stretch range) {
    std::size_t lowest = top;
    for (auto i = static_cast<std::ptrdiff_t>(top) + step;
         i >= static_cast<std::ptrdiff_t>(range.first) && i < static_cast<std::ptrdiff_t>(range.end); i += step) {
        const auto at = static_cast<std::size_t>(i);
        if (y[at] > y[top]) break;
        if (y[at] < y[lowest]) lowest = at;
    }
    return lowest;
}

/// The last point from top on that is still above the level and no valley.
std::size_t side(const Doubles& y, std::size_t top, int step, double level) {
    std::size_t at = top;
    for (;;) {
        const auto next = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + step);
        if (next >= y.size() || y[next] < level || y[next] > y[at]) return at;
        at = next;
    }
}

Maximum describe(const Doubles& y, std::size_t top, Stretch range) {
    const auto left = base(y, top, -1, range), right = base(y, top, +1, range);
    const auto higher = y[left] > y[right] ? left : right;
    return {top, higher, y[top] - y[higher]};
}

/// The points of a fit: those to either side of the top at which y has fallen by less than `part` of the prominence, and no
/// fewer than two.
Stretch window(const Doubles& y, const Maximum& maximum, double part) {
    const double level = y[maximum.top] - part * maximum.prominence;
    const auto left = side(y, maximum.top, -1, level), right = side(y, maximum.top, +1, level);
    return {std::min(left, maximum.top - std::min<std::size_t>(2, maximum.top)),
            std::min(std::max(right, maximum.top + 2) + 1, y.size())};
}

Doubles part(const Doubles& values, Stretch range) {
    return {values.begin() + static_cast<std::ptrdiff_t>(range.first), values.begin() + static_cast<std::ptrdiff_t>(range.end)};
}

/// Value and the first two derivatives of a polynomial.
std::array<double, 3> evaluated(const Doubles& coefficients, double u) {
    std::array<double, 3> out{};
    for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) {
        out[2] = out[2] * u + 2 * out[1];
        out[1] = out[1] * u + out[0];
        out[0] = out[0] * u + *c;
    }
    return out;
}

/// The maximum of a polynomial between -1 and 1 that Newton's method finds from the top on.
std::optional<double> maximum_of(const Doubles& coefficients, double start) {
    double u = start;
    for (int i = 0; i < 50; ++i) {
        const auto [value, slope, curvature] = evaluated(coefficients, u);
        if (!(curvature < 0)) return std::nullopt;
        const double step = -slope / curvature;
        u += step;
        if (!(std::abs(u) <= 1)) return std::nullopt;
        if (std::abs(step) < 1e-13) return u;
    }
    return std::nullopt;
}

}  // namespace

std::vector<Maximum> maxima(const Doubles& x, const Doubles& y, Range range) {
    std::vector<Maximum> out;
    const auto points = stretch(x, range);
    for (std::size_t i = points.first + 1; i + 1 < points.end; ++i)
        if (y[i] > y[i - 1] && y[i] >= y[i + 1]) out.push_back(describe(y, i, points));
    return out;
}

std::optional<std::size_t> highest(const Doubles& x, const Doubles& y, Range range) {
    const auto points = stretch(x, range);
    if (points.size() == 0) return std::nullopt;
    const auto begin = y.begin() + static_cast<std::ptrdiff_t>(points.first);
    return static_cast<std::size_t>(std::max_element(begin, y.begin() + static_cast<std::ptrdiff_t>(points.end)) - y.begin());
}

FittedMaximum fit_polynomial(const Doubles& x, const Doubles& y, const Maximum& maximum) {
    const auto points = window(y, maximum, upper_part);
    return fit_polynomial(x, y, maximum.top, points, points.size() < 5 ? 2 : 4);
}

FittedMaximum fit_polynomial(const Doubles& x, const Doubles& y, std::size_t top_point, Stretch points, std::ptrdiff_t degree) {
    FittedMaximum out;
    if (points.size() < 3) return out;
    const double centre = (x[points.first] + x[points.end - 1]) / 2, half = (x[points.end - 1] - x[points.first]) / 2;
    Doubles u = part(x, points);
    for (double& each : u) each = (each - centre) / half;
    // With variances of 1 the covariance is that of A^T A: the coefficients are that times A^T y.
    const auto fit = numerics::polynomial_fit(u, degree, part(y, points), Doubles(points.size(), 1.0));
    if (!fit.solved) return out;
    const auto top = maximum_of(fit.values, (x[top_point] - centre) / half);
    if (!top) return out;
    const auto [height, slope, curvature] = evaluated(fit.values, *top);
    out.position = {centre + half * *top, Doubles(x.size(), 0.0)};
    out.height = {height, Doubles(x.size(), 0.0)};
    const auto columns = static_cast<std::size_t>(degree + 1);
    for (std::size_t j = 0; j < u.size(); ++j) {
        Doubles by_y(columns, 0.0);  // of the coefficients
        for (std::size_t m = 0; m < columns; ++m) {
            double power = 1;
            for (std::size_t l = 0; l < columns; ++l, power *= u[j]) by_y[m] += fit.covariance[m * columns + l] * power;
        }
        const auto [by_height, by_slope, unused] = evaluated(by_y, *top);
        out.height.gradient[points.first + j] = by_height;
        out.position.gradient[points.first + j] = -half * by_slope / curvature;
    }
    return out;
}

namespace {

/// Height, position, sigma of a Gaussian through some points.
class Gaussian {
public:
    Gaussian(const Doubles& x, const Doubles& y, std::size_t top, Stretch points) : x_(part(x, points)), y_(part(y, points)) {
        const double span = x_.back() - x_.front();
        const std::array<numerics::FitParameter, 3> start{
            {{y[top]}, {x[top], x_.front() - span, x_.back() + span}, {span / 2, 1e-3 * span, 1e3 * span}}};
        fit_ = numerics::least_squares(start, static_cast<std::ptrdiff_t>(x_.size()),
                                       [this](auto p, auto residuals, auto jacobian) { evaluate(p, residuals, jacobian); });
    }
    [[nodiscard]] bool solved() const { return fit_.status == numerics::FitStatus::converged && !fit_.any_at_bound(); }
    [[nodiscard]] double value(std::size_t p) const { return fit_.values[p]; }
    /// d value[p] / d y[j] where the residuals are small.
    [[nodiscard]] Doubles slopes(std::size_t p) const {
        Doubles residuals(x_.size()), jacobian(3 * x_.size()), out(x_.size());
        evaluate(fit_.values, residuals, jacobian);
        for (std::size_t j = 0; j < x_.size(); ++j)
            for (std::size_t l = 0; l < 3; ++l) out[j] += fit_.covariance[3 * p + l] * jacobian[3 * j + l];
        return out;
    }

private:
    void evaluate(std::span<const double> p, std::span<double> residuals, std::span<double> jacobian) const {
        for (std::size_t j = 0; j < x_.size(); ++j) {
            const double u = (x_[j] - p[1]) / p[2], shape = std::exp(-u * u / 2);
            residuals[j] = p[0] * shape - y_[j];
            if (jacobian.empty()) continue;
            jacobian[3 * j] = shape;
            jacobian[3 * j + 1] = p[0] * shape * u / p[2];
            jacobian[3 * j + 2] = p[0] * shape * u * u / p[2];
        }
    }

    Doubles x_, y_;
    numerics::FitReport fit_;
};

}  // namespace

FittedMaximum fit_gaussian(const Doubles& x, const Doubles& y, const Maximum& maximum) {
    const double to_width = std::sqrt(8 * std::numbers::ln2);
    auto points = window(y, maximum, upper_half);
    if (!(y[maximum.top] > 0)) return {};
    for (int iteration = 0; iteration < 20; ++iteration) {
        if (points.size() < 4) return {};
        const Gaussian fit(x, y, maximum.top, points);
        if (!fit.solved()) return {};
        // The points down to half of the Gaussian itself: those at which y crosses a level would depend on single points.
        const double half = to_width / 2 * fit.value(2);
        const auto wanted = stretch(x, {fit.value(1) - half, fit.value(1) + half});
        if (iteration < 19 && (wanted.first != points.first || wanted.end != points.end)) {
            points = wanted;
            continue;
        }
        FittedMaximum out;
        Estimate* const estimates[] = {&out.height, &out.position, &out.width};
        for (std::size_t p = 0; p < 3; ++p) {
            const auto slopes = fit.slopes(p);
            const double factor = p == 2 ? to_width : 1;
            *estimates[p] = {factor * fit.value(p), Doubles(x.size(), 0.0)};
            for (std::size_t j = 0; j < slopes.size(); ++j) estimates[p]->gradient[points.first + j] = factor * slopes[j];
        }
        return out;
    }
    return {};
}

Estimate width_at_half(const Doubles& x, const Doubles& y, std::size_t top, const Estimate& height) {
    Estimate out{0, Doubles(x.size(), 0.0)};
    const double level = height.value / 2;
    for (const int step : {-1, +1}) {
        const auto above = side(y, top, step, level);
        const auto below = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(above) + step);
        if (below >= y.size() || !(y[below] < level)) return {};
        const double slope = (y[below] - y[above]) / (x[below] - x[above]);
        const double t = (level - y[above]) / (y[below] - y[above]), sign = step;
        out.value += sign * (x[above] + t * (x[below] - x[above]));
        out.gradient[above] -= sign * (1 - t) / slope;
        out.gradient[below] -= sign * t / slope;
        out.add_slopes(height, sign / (2 * slope));
    }
    return out;
}

}  // namespace sluice::order_metrics
