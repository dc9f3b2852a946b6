// SPDX-License-Identifier: BSD-3-Clause
// The fit of the Ornstein-Zernike law: a start from a grid, least squares, and whether the law can be told from the points.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/linear_fit.hpp>

namespace sluice::ornstein_zernike {
namespace {

using numerics::fail;
using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;
using Doubles = std::vector<double>;

constexpr double too_large = 3;  ///< chi-square above its mean, in its standard deviations

/// The points fitted, scaled to order 1: x = q / q_last, y = I / unit. weight is 1 / variance in these units.
struct Points {
    Doubles x, y, weight;
    double q_first = 0, q_last = 1, unit = 1;

    [[nodiscard]] std::size_t size() const { return x.size(); }
};

void check(const Curve& curve, const Options& options) {
    const std::size_t n = curve.q.size();
    const auto agree = [n](const char* name, std::size_t length) {
        if (length != n) fail<std::invalid_argument>(name, " has ", length, " points and q has ", n, ". They must agree.");
    };
    agree("intensity", curve.intensity.size());
    if (!curve.variance.empty()) agree("variance", curve.variance.size());
    if (!curve.mask.empty()) agree("mask", curve.mask.size());
    if (!(options.q_min < options.q_max))
        fail<std::invalid_argument>("q_min = ", options.q_min, ", must be below q_max = ", options.q_max, ".");
}

bool usable(const Curve& curve, const Options& options, std::size_t i) {
    if (!numerics::inside(curve.q[i], options.q_min, options.q_max) || !std::isfinite(curve.intensity[i])) return false;
    if (!curve.mask.empty() && curve.mask[i] != 0) return false;
    return curve.variance.empty() || (std::isfinite(curve.variance[i]) && curve.variance[i] > 0);
}

Points points_of(const Curve& curve, const Options& options) {
    Points points;
    double largest = 0;
    for (std::size_t i = 0; i < curve.q.size(); ++i) {
        if (!usable(curve, options, i)) continue;
        points.x.push_back(curve.q[i]);
        points.y.push_back(curve.intensity[i]);
        points.weight.push_back(curve.variance.empty() ? 1 : 1 / curve.variance[i]);
        largest = std::max(largest, std::abs(curve.intensity[i]));
    }
    if (points.x.empty()) return points;
    points.q_first = points.x.front();
    points.q_last = points.x.back() > 0 ? points.x.back() : 1;
    points.unit = largest > 0 ? largest : 1;
    for (double& x : points.x) x /= points.q_last;
    for (double& y : points.y) y /= points.unit;
    if (!curve.variance.empty())
        for (double& weight : points.weight) weight *= points.unit * points.unit;
    return points;
}

/// Positions in the vector of parameters; length is xi q_last.
enum : std::size_t { length, amplitude, background, n_parameters };
using Parameters = std::array<double, n_parameters>;

double law(double x, double xi) { return 1 / (1 + x * x * xi * xi); }

void residuals(const Points& points, std::span<const double> at, std::span<double> out, std::span<double> jacobian) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double x = points.x[i], s = law(x, at[length]), w = std::sqrt(points.weight[i]);
        out[i] = w * (at[amplitude] * s + at[background] - points.y[i]);
        if (jacobian.empty()) continue;
        const auto row = jacobian.subspan(n_parameters * i, n_parameters);
        row[length] = -2 * w * at[amplitude] * s * s * x * x * at[length];
        row[amplitude] = w * s;
        row[background] = w;
    }
}

/// Amplitude (and background, unless given) for one xi, with their chi-square.
struct Linear {
    double amplitude = unknown, background = unknown, chi_square = unknown;
};

Linear solve(const Points& points, double xi, std::optional<double> given) {
    double w = 0, ws = 0, wss = 0, wy = 0, wsy = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double s = law(points.x[i], xi), each = points.weight[i];
        w += each, ws += each * s, wss += each * s * s, wy += each * points.y[i], wsy += each * s * points.y[i];
    }
    Linear found;
    if (given) {
        found.background = *given;
        found.amplitude = (wsy - *given * ws) / wss;
    } else {
        found.amplitude = (w * wsy - ws * wy) / (w * wss - ws * ws);
        found.background = (wy - found.amplitude * ws) / w;
    }
    found.chi_square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double off = found.amplitude * law(points.x[i], xi) + found.background - points.y[i];
        found.chi_square += points.weight[i] * off * off;
    }
    return found;
}

/// The best of a grid over xi with amplitude > 0; NaN when there is none: the points rise.
Parameters start_of(const Points& points, std::optional<double> given) {
    Parameters best{unknown, unknown, unknown};
    double least = std::numeric_limits<double>::infinity();
    for (int k = -16; k <= 40; ++k) {
        const double xi = std::pow(10, k / 8.0);
        const Linear found = solve(points, xi, given);
        if (!(found.amplitude > 0) || !(found.chi_square < least)) continue;
        least = found.chi_square;
        best = {xi, found.amplitude, found.background};
    }
    return best;
}

FitReport least_squares(const Points& points, const Parameters& start, bool free_background) {
    std::array<FitParameter, n_parameters> parameters;
    parameters[length] = {start[length], 0, 1e6};
    parameters[amplitude] = {start[amplitude], 0};
    parameters[background].initial = start[background];
    parameters[background].fixed = !free_background;
    return numerics::least_squares(parameters, static_cast<std::ptrdiff_t>(points.size()),
                                   [&](auto at, auto out, auto jacobian) { residuals(points, at, out, jacobian); });
}

double chi_square_of_mean(const Points& points) {
    double w = 0, wy = 0, sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) w += points.weight[i], wy += points.weight[i] * points.y[i];
    for (std::size_t i = 0; i < points.size(); ++i) sum += points.weight[i] * (points.y[i] - wy / w) * (points.y[i] - wy / w);
    return sum;
}

/// Of I = a - b q^2, which bends nowhere.
double chi_square_of_parabola(const Points& points) {
    Doubles square, variance;
    for (std::size_t i = 0; i < points.size(); ++i) {
        square.push_back(points.x[i] * points.x[i]);
        variance.push_back(1 / points.weight[i]);
    }
    return numerics::polynomial_fit(square, 1, points.y, variance).chi_square;
}

bool poor(const FitReport& report) {
    const auto freedom = static_cast<double>(report.degrees_of_freedom);
    return report.chi_square > freedom + too_large * std::sqrt(2 * freedom);
}

/// scale: of the covariance; 1, or the mean square residual where no variances are known.
Status status_of(const Points& points, const FitReport& report, double scale, bool free_background, bool weighted) {
    const double scatter = weighted ? std::max(1.0, report.reduced_chi_square()) : scale;
    double square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) square += points.weight[i] * points.y[i] * points.y[i];
    const double least = report.chi_square + 1e-24 * square;  // and rounding, of exact data
    if (chi_square_of_mean(points) <= least + (free_background ? 11.8 : 9) * scatter) return Status::no_fall;
    const double xi = report.values[length];
    if (xi * points.q_first / points.q_last >= 1) return Status::no_plateau;
    if (xi <= 1 / std::numbers::sqrt3 || chi_square_of_parabola(points) <= least + 9 * scatter) return Status::no_inflection;
    if (report.status != FitStatus::converged || report.any_at_bound()) return Status::not_determined;
    if (!(scale * report.variance(length) <= xi * xi / 4)) return Status::not_determined;
    return weighted && poor(report) ? Status::poor_fit : Status::ok;
}

void fill(const Curve& curve, const Points& points, const FitReport& report, double scale, Result& result) {
    const auto value = [&](std::size_t i, double unit) {
        return Value{unit * report.values[i], unit * unit * scale * report.variance(i)};
    };
    result.correlation_length = value(length, 1 / points.q_last);
    result.intensity = value(amplitude, points.unit);
    result.background = value(background, points.unit);
    const bool weighted = !curve.variance.empty();
    result.reduced_chi_square = report.reduced_chi_square() * (weighted ? 1 : points.unit * points.unit);
    for (std::size_t i = 0; i < curve.q.size(); ++i)
        result.curve[i] = result.intensity.value * law(curve.q[i], result.correlation_length.value) + result.background.value;
}

}  // namespace

Result fit(const Curve& curve, std::optional<double> given, const Options& options) {
    check(curve, options);
    const Points points = points_of(curve, options);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(points.size());
    result.curve.assign(curve.q.size(), unknown);
    const auto without = [&](Status status) {
        result.status = status;
        return result;
    };
    if (given && !std::isfinite(*given)) return without(Status::no_background);
    if (points.size() <= (given ? 2u : 3u)) return without(Status::too_few_points);
    const auto scaled = given ? std::optional(*given / points.unit) : std::nullopt;
    const Parameters start = start_of(points, scaled);
    if (std::isnan(start[length])) return without(Status::no_fall);

    const bool weighted = !curve.variance.empty();
    const FitReport report = least_squares(points, start, !given);
    const double scale = weighted ? 1 : report.reduced_chi_square();
    result.status = status_of(points, report, scale, !given, weighted);
    if (result.status == Status::ok || result.status == Status::poor_fit) fill(curve, points, report, scale, result);
    return result;
}

}  // namespace sluice::ornstein_zernike
