// SPDX-License-Identifier: BSD-3-Clause
// The glass transition as a model: two lines and a step from one to the other, by least squares.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include <sluice/numerics/least_squares.hpp>

#include "correlation.hpp"
#include "step_data.hpp"

namespace sluice::dsc_transition {
namespace {

// With x = T - c: y = glass + glass_slope x + S((T - midpoint) / half_width) (step + slope_difference x).
enum Parameter : std::size_t { glass, glass_slope, step, slope_difference, midpoint, half_width, parameters };
using Values = std::array<double, parameters>;

struct ModelPoints {
    std::vector<double> x, y, sigma;
};

ModelPoints points_of(const StepData& data, const StepWindows& windows, double centre) {
    ModelPoints out;
    for (std::size_t i = 0; i < data.T.size(); ++i) {
        const double T = data.T[i];
        if (T < windows.glass.from || T > windows.liquid.to || (T > windows.overshoot_from_K && T < windows.liquid.from))
            continue;
        const double sigma = data.variances.empty() ? (data.noise > 0 ? data.noise : 1) : std::sqrt(data.variances[i]);
        if (!(sigma > 0)) continue;
        out.x.push_back(T - centre);
        out.y.push_back(data.y[i]);
        out.sigma.push_back(sigma);
    }
    return out;
}

double model_at(StepShape shape, std::span<const double> p, double centre, double x) {
    const Rise part = rise(shape, (x + centre - p[midpoint]) / p[half_width]);
    return p[glass] + p[glass_slope] * x + part.value * (p[step] + p[slope_difference] * x);
}

void residuals_of(StepShape shape, const ModelPoints& points, double centre, std::span<const double> p, std::span<double> r,
                  std::span<double> jacobian) {
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        const double x = points.x[i], u = (x + centre - p[midpoint]) / p[half_width], weight = 1 / points.sigma[i];
        const Rise part = rise(shape, u);
        const double height = p[step] + p[slope_difference] * x;
        r[i] = weight * (p[glass] + p[glass_slope] * x + part.value * height - points.y[i]);
        if (jacobian.empty()) continue;
        const double by_u = part.slope * height / p[half_width];
        const std::array<double, parameters> row{1, x, part.value, part.value * x, -by_u, -by_u * u};
        for (std::size_t k = 0; k < parameters; ++k) jacobian[i * parameters + k] = weight * row[k];
    }
}

/// u of the inflection of the whole curve, where (step + difference x) S'' + 2 difference S' = 0. With equal slopes it is 0.
double inflection_u(StepShape shape, std::span<const double> p, double centre) {
    const double at_middle = p[step] + p[slope_difference] * (p[midpoint] - centre), along = p[slope_difference] * p[half_width];
    double u = 0;
    for (int i = 0; i < 30; ++i) {
        const double part = along / (at_middle + along * u);
        u = shape == StepShape::normal ? 4 * part / std::numbers::pi : std::atanh(std::clamp(part, -0.9, 0.9));
        u = std::clamp(u, -1.0, 1.0);
    }
    return u;
}

struct Tangent {
    double T = 0, level = 0, slope = 0;
};

Tangent tangent_of(StepShape shape, std::span<const double> p, double centre) {
    const double u = inflection_u(shape, p, centre), T = p[midpoint] + u * p[half_width], x = T - centre;
    const Rise part = rise(shape, u);
    const double height = p[step] + p[slope_difference] * x;
    const double slope = p[glass_slope] + part.value * p[slope_difference] + part.slope * height / p[half_width];
    return {T, p[glass] + p[glass_slope] * x + part.value * height, slope};
}

using Quantity = std::function<double(std::span<const double>)>;

/// A quantity of the fitted values with the variance that follows from their covariance.
PeakValue derived(const Quantity& quantity, const numerics::FitReport& fit, double scale) {
    const double height = std::abs(fit.values[step]), width = fit.values[half_width];
    const Values steps{height, height / width, height, height / width, width, width};
    Values gradient;
    for (std::size_t k = 0; k < parameters; ++k) {
        auto up = fit.values, down = fit.values;
        const double h = 1e-5 * steps[k];
        up[k] += h;
        down[k] -= h;
        gradient[k] = (quantity(up) - quantity(down)) / (2 * h);
    }
    double variance = 0;
    for (std::size_t i = 0; i < parameters; ++i)
        for (std::size_t j = 0; j < parameters; ++j) variance += gradient[i] * gradient[j] * fit.covariance[i * parameters + j];
    return {quantity(fit.values), scale * variance};
}

/// A line whose level and slope are sums of fitted values: those of the two lists.
StepLine line_of_values(const numerics::FitReport& fit, double scale, double centre, std::initializer_list<std::size_t> levels,
                        std::initializer_list<std::size_t> slopes) {
    const auto sum = [&](const auto& list) {
        double total = 0;
        for (const auto k : list) total += fit.values[k];
        return total;
    };
    const auto covariance = [&](const auto& a, const auto& b) {
        double total = 0;
        for (const auto i : a)
            for (const auto j : b) total += fit.covariance[i * parameters + j];
        return scale * total;
    };
    return {
        centre, sum(levels), sum(slopes), {covariance(levels, levels), covariance(levels, slopes), covariance(slopes, slopes)}};
}

numerics::FitReport fitted(const ModelPoints& points, const StepWindows& windows, const StepNumbers& start, StepShape shape,
                           double centre) {
    const double T = std::isfinite(start.midpoint.value) ? start.midpoint.value : windows.middle_K;
    const double height = start.liquid.at(centre).value - start.glass.at(centre).value, width = windows.half_width_K;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<numerics::FitParameter> initial{{start.glass.at(centre).value, -infinity, infinity},
                                                      {start.glass.slope, -infinity, infinity},
                                                      {height, -infinity, infinity},
                                                      {start.liquid.slope - start.glass.slope, -infinity, infinity},
                                                      {T, T - 5 * width, T + 5 * width},
                                                      {width, width / 10, 10 * width}};
    return numerics::least_squares(initial, static_cast<std::ptrdiff_t>(points.x.size()),
                                   [&](std::span<const double> p, std::span<double> r, std::span<double> jacobian) {
                                       residuals_of(shape, points, centre, p, r, jacobian);
                                   });
}

void fill(const numerics::FitReport& fit, const StepData& data, StepShape shape, double centre, double scale, StepNumbers& out) {
    const auto tangent = [=](std::span<const double> p) { return tangent_of(shape, p, centre); };
    out.midpoint = derived([](std::span<const double> p) { return p[midpoint]; }, fit, scale);
    out.inflection = derived([&](std::span<const double> p) { return tangent(p).T; }, fit, scale);
    out.onset = derived(
        [&](std::span<const double> p) {
            const Tangent t = tangent(p);
            return t.T + (p[glass] + p[glass_slope] * (t.T - centre) - t.level) / (t.slope - p[glass_slope]);
        },
        fit, scale);
    out.end = derived(
        [&](std::span<const double> p) {
            const Tangent t = tangent(p);
            const double slope = p[glass_slope] + p[slope_difference];
            return t.T + (p[glass] + p[step] + slope * (t.T - centre) - t.level) / (t.slope - slope);
        },
        fit, scale);
    out.heat_capacity_step =
        derived([&](std::span<const double> p) { return (p[step] + p[slope_difference] * (p[midpoint] - centre)) / data.rate; },
                fit, scale);
    const PeakValue level = derived([&](std::span<const double> p) { return tangent(p).level; }, fit, scale);
    const PeakValue slope = derived([&](std::span<const double> p) { return tangent(p).slope; }, fit, scale);
    out.tangent = {out.inflection.value, level.value, slope.value, {level.variance, 0, slope.variance}};
    out.glass = line_of_values(fit, scale, centre, {glass}, {glass_slope});
    out.liquid = line_of_values(fit, scale, centre, {glass, step}, {glass_slope, slope_difference});
}

}  // namespace

Rise rise(StepShape shape, double u) {
    if (shape == StepShape::logistic) {
        const double value = 1 / (1 + std::exp(-2 * u));
        return {value, 2 * value * (1 - value)};
    }
    constexpr double pi = std::numbers::pi;
    return {0.5 * std::erfc(-u * std::sqrt(pi) / 2), 0.5 * std::exp(-pi * u * u / 4)};
}

StepNumbers model_step(const StepData& data, const StepWindows& windows, const StepNumbers& start, StepShape shape) {
    const double centre = windows.middle_K;
    const ModelPoints points = points_of(data, windows, centre);
    StepNumbers out;
    if (points.x.size() <= parameters || !start.solved) return out;
    const auto fit = fitted(points, windows, start, shape, centre);
    out.solved = true;
    out.converged = fit.status == numerics::FitStatus::converged && !fit.any_at_bound();
    if (!out.converged) return out;
    const double scatter = fit.reduced_chi_square();
    if (!data.variances.empty()) out.reduced_chi_square = scatter;
    std::vector<double> residuals(points.x.size());
    residuals_of(shape, points, centre, fit.values, residuals, {});
    fill(fit, data, shape, centre, (data.variances.empty() ? scatter : 1) * correlation_factor(residuals), out);
    out.curve.assign(data.T.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < data.T.size(); ++i)
        if (data.T[i] >= windows.glass.from && data.T[i] <= windows.liquid.to)
            out.curve[i] = data.sign * model_at(shape, fit.values, centre, data.T[i] - centre);
    return out;
}

}  // namespace sluice::dsc_transition
