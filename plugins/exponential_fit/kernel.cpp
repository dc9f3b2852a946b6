// SPDX-License-Identifier: BSD-3-Clause
// The fit: start from the points, least squares, then what the result is worth.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "start.hpp"

namespace sluice::exponential_fit {
namespace {

using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

constexpr double significant = 9;  ///< of a difference of chi-square: 3 standard errors

/// Positions in the vector of parameters.
enum : std::size_t { amplitude, log_constant, offset };

/// (model - y) / sigma and its derivatives.
void residuals(const Scaled& points, std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
    const double constant = std::exp(values[log_constant]);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double u = points.t[i] / constant, e = std::exp(-u), root_weight = std::sqrt(points.weight[i]);
        out[i] = root_weight * (values[offset] + values[amplitude] * e - points.y[i]);
        if (jacobian.empty()) continue;
        const auto row = jacobian.subspan(3 * i, 3);
        row[amplitude] = root_weight * e;
        row[log_constant] = e > 0 ? root_weight * values[amplitude] * e * u : 0;
        row[offset] = root_weight;
    }
}

FitReport least_squares(const Scaled& points, const Options& options) {
    const auto start = best_start(points, options.offset);
    const auto [lower, upper] = log_constant_bounds(points);
    std::array<FitParameter, 3> parameters;
    parameters[amplitude].initial = start.amplitude;
    parameters[log_constant] = {start.log_constant, lower, upper};
    parameters[offset].initial = start.offset;
    parameters[offset].fixed = options.offset.has_value();
    return numerics::least_squares(parameters, static_cast<std::ptrdiff_t>(points.size()),
                                   [&](auto values, auto out, auto jacobian) { residuals(points, values, out, jacobian); });
}

double chi_square_of_line(const Scaled& points) {
    Doubles variances;
    for (const double weight : points.weight) variances.push_back(1 / weight);
    return numerics::polynomial_fit(points.t, 1, points.y, variances).chi_square;
}

Status status_of(const Scaled& points, const Options& options, const FitReport& report, double scale) {
    double square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) square += points.weight[i] * points.y[i] * points.y[i];
    const double limit = report.chi_square + significant * scale + 1e-24 * square;  // and rounding
    if (options.offset && chi_square_of_constant(points, options.offset) <= limit) return Status::no_amplitude;
    if (chi_square_of_constant(points, std::nullopt) <= limit) return Status::no_decay;
    if (!options.offset && chi_square_of_line(points) <= limit) return Status::straight_line;
    if (report.status != FitStatus::converged) return Status::not_converged;
    return report.any_at_bound() ? Status::bound_hit : Status::ok;
}

/// Covariances are unknown when they hold nothing, or at a bound only.
Exponential curve_of(const Scaled& points, const FitReport& report, double scale) {
    const bool sound = report.status == FitStatus::converged && !report.any_at_bound();
    Exponential curve{points.lowest, points.span, {}, {}};
    std::copy(report.values.begin(), report.values.end(), curve.values.begin());
    for (std::size_t i = 0; i < 9; ++i) curve.covariance[i] = sound ? scale * report.covariance[i] : unknown;
    return curve;
}

Value decay_constant_of(const Exponential& curve) {
    const double constant = curve.span * std::exp(curve.values[log_constant]);
    return {constant, curve.variance({0, constant, 0})};
}

Value amplitude_of(const Exponential& curve, double origin) {
    const double distance = (curve.lowest - origin) / decay_constant_of(curve).value, growth = std::exp(distance);
    const double there = curve.values[amplitude] * growth;
    if (!std::isfinite(there)) return {};
    return {there, curve.variance({growth, -there * distance, 0})};
}

}  // namespace

double Exponential::variance(const std::array<double, 3>& gradient) const {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            if (gradient[i] != 0 && gradient[j] != 0) sum += gradient[i] * covariance[3 * i + j] * gradient[j];
    return sum;
}

Value Exponential::at(double x) const {
    const double u = (x - lowest) / span / std::exp(values[log_constant]), e = std::exp(-u), change = values[amplitude] * e;
    const double y = values[offset] + change;
    return {y, std::isnan(y) ? unknown : variance({e, e > 0 ? change * u : 0, 1})};
}

Result fit(const Points& points, const Options& options) {
    const Scaled used = points_in_use(points, options);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(used.size());
    if (options.offset) result.offset = {*options.offset, 0};
    const std::size_t free = options.offset ? 2 : 3;
    if (used.size() <= free || used.different < free) {
        result.status = Status::too_few_points;
        return result;
    }
    const FitReport report = least_squares(used, options);
    const double scale = points.variances.empty() ? report.reduced_chi_square() : 1;
    result.status = status_of(used, options, report, scale);
    if (result.status == Status::not_converged) return result;
    result.reduced_chi_square = report.reduced_chi_square();
    if (result.status != Status::ok && result.status != Status::bound_hit) return result;
    result.curve = curve_of(used, report, scale);
    result.decay_constant = decay_constant_of(result.curve);
    result.amplitude = amplitude_of(result.curve, options.origin);
    if (!options.offset) result.offset = {result.curve.values[offset], result.curve.variance({0, 0, 1})};
    return result;
}

}  // namespace sluice::exponential_fit
