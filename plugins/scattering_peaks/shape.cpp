// SPDX-License-Identifier: BSD-3-Clause
// A Lorentzian or Gaussian on a straight line, fitted to the points around a peak.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include <sluice/numerics/least_squares.hpp>

#include "points.hpp"

namespace sluice::scattering_peaks {
namespace {

using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

enum : std::size_t { position, width, prominence, offset, slope, n_parameters };

constexpr double reach = 1.5;    ///< of the fit, in widths to either side
constexpr double too_large = 3;  ///< chi-square above its mean, in its standard deviations

/// S(u) and dS/du.
struct Shape {
    double value, slope;
};

Shape shape(Method method, double u) {
    if (method == Method::gaussian) {
        const double value = std::exp(-u * u * std::numbers::ln2);
        return {value, -2 * std::numbers::ln2 * u * value};
    }
    const double value = 1 / (1 + u * u);
    return {value, -2 * u * value * value};
}

/// area = this * prominence * width
double area_factor(Method method) {
    return method == Method::gaussian ? std::sqrt(std::numbers::pi / (4 * std::numbers::ln2)) : std::numbers::pi / 2;
}

/// x, y in units of the start: x = (q - centre) / scale, y = I / unit.
struct Scaled {
    Doubles x, y, root_weight;
};

double model(Method method, std::span<const double> at, double x) {
    return at[prominence] * shape(method, 2 * (x - at[position]) / at[width]).value + at[offset] + at[slope] * (x - at[position]);
}

void residuals(Method method, const Scaled& data, std::span<const double> at, std::span<double> out, std::span<double> jacobian) {
    for (std::size_t i = 0; i < data.x.size(); ++i) {
        const double distance = data.x[i] - at[position], u = 2 * distance / at[width], w = data.root_weight[i];
        const Shape s = shape(method, u);
        out[i] = w * (at[prominence] * s.value + at[offset] + at[slope] * distance - data.y[i]);
        if (jacobian.empty()) continue;
        const auto row = jacobian.subspan(n_parameters * i, n_parameters);
        row[position] = w * (-2 * at[prominence] * s.slope / at[width] - at[slope]);
        row[width] = -w * at[prominence] * s.slope * u / at[width];
        row[prominence] = w * s.value;
        row[offset] = w;
        row[slope] = w * distance;
    }
}

/// Variance of f where df/d(parameter) is `gradient`.
double propagated(const FitReport& report, const std::array<double, n_parameters>& gradient, double scale) {
    double sum = 0;
    for (std::size_t i = 0; i < n_parameters; ++i)
        for (std::size_t j = 0; j < n_parameters; ++j)
            if (gradient[i] != 0 && gradient[j] != 0) sum += gradient[i] * report.covariance[i * n_parameters + j] * gradient[j];
    return scale * sum;
}

/// First point, and the one after the last.
std::pair<std::size_t, std::size_t> range_of(const Points& points, const Candidate& candidate, bool whole) {
    const double full = candidate.right - candidate.left, centre = (candidate.left + candidate.right) / 2;
    const double lower = whole ? candidate.lower : std::max(candidate.lower, centre - reach * full);
    const double upper = whole ? candidate.upper : std::min(candidate.upper, centre + reach * full);
    const auto first = std::lower_bound(points.q.begin(), points.q.end(), lower) - points.q.begin();
    const auto last = std::upper_bound(points.q.begin(), points.q.end(), upper) - points.q.begin();
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

Scaled scaled(const Points& points, std::size_t first, std::size_t last, double centre, double scale, double unit) {
    Scaled data;
    for (std::size_t i = first; i < last; ++i) {
        data.x.push_back((points.q[i] - centre) / scale);
        data.y.push_back(points.intensity[i] / unit);
        data.root_weight.push_back(points.variance.empty() ? 1 : unit / std::sqrt(points.variance[i]));
    }
    return data;
}

bool poor(const FitReport& report) {
    const auto freedom = static_cast<double>(report.degrees_of_freedom);
    return report.chi_square > freedom + too_large * std::sqrt(2 * freedom);
}

/// Where the fit starts: from the search alone. The bounds only keep the search from leaving the range.
std::array<FitParameter, n_parameters> start(const Points& points, const Candidate& candidate, const Scaled& data) {
    const double base = points.searched[candidate.base] / candidate.prominence, range = data.x.back() - data.x.front();
    std::array<FitParameter, n_parameters> parameters;
    parameters[position] = {0, data.x.front(), data.x.back()};
    parameters[width] = {1, 1e-3, 10 * std::max(range, 1.0)};
    parameters[prominence] = {1, 0};
    parameters[offset].initial = base;
    parameters[slope].initial = 0;
    return parameters;
}

}  // namespace

Peak fit_shape(const Points& points, const Candidate& candidate, Method method, bool whole, Doubles& fitted) {
    Peak peak;
    peak.significance = candidate.significance;
    const auto [first, last] = range_of(points, candidate, whole);
    peak.points = static_cast<std::ptrdiff_t>(last - first);
    peak.status = Status::too_few_points;
    if (last - first <= n_parameters) return peak;
    const double centre = (candidate.left + candidate.right) / 2, scale = candidate.right - candidate.left;
    const double unit = candidate.prominence;
    const Scaled data = scaled(points, first, last, centre, scale, unit);
    if (!(data.x.front() < 0 && 0 < data.x.back())) return peak;
    const auto report =
        numerics::least_squares(start(points, candidate, data), peak.points,
                                [&](auto at, auto out, auto jacobian) { residuals(method, data, at, out, jacobian); });

    peak.status = Status::not_determined;
    const bool weighted = !points.variance.empty();
    if (weighted) peak.reduced_chi_square = report.reduced_chi_square();
    if (report.status != FitStatus::converged || report.any_at_bound()) return peak;
    peak.status = weighted && poor(report) ? Status::poor_fit : Status::ok;
    const double by_scatter = weighted ? 1 : report.reduced_chi_square(), area = area_factor(method) * unit * scale;
    const auto& at = report.values;
    const auto value = [&](double v, const std::array<double, n_parameters>& gradient) {
        return Value{v, propagated(report, gradient, by_scatter)};
    };
    peak.position = value(centre + scale * at[position], {scale, 0, 0, 0, 0});
    peak.width = value(scale * at[width], {0, scale, 0, 0, 0});
    peak.prominence = value(unit * at[prominence], {0, 0, unit, 0, 0});
    peak.height = value(unit * (at[prominence] + at[offset]), {0, 0, unit, unit, 0});
    peak.area = value(area * at[prominence] * at[width], {0, area * at[prominence], area * at[width], 0, 0});
    for (std::size_t i = first; i < last; ++i) fitted[points.position[i]] = unit * model(method, at, data.x[i - first]);
    return peak;
}

}  // namespace sluice::scattering_peaks
