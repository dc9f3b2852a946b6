// SPDX-License-Identifier: BSD-3-Clause
// The fit: least squares from a few starts, then what the result is worth beside a constant, a line and a sharp step.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "start.hpp"

namespace sluice::logistic_fit {
namespace {

using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

// Of differences of chi-square: 3 and 4 standard errors.
constexpr double significant = 9, significant_anywhere = 16;
constexpr double significant_step = 2;  ///< standard errors

/// Positions in the vector of parameters; in the fit the midpoint is that of t and the width the logarithm of t's.
enum : std::size_t { midpoint, width, low, high };

/// (model - y) / sigma and its derivatives.
void residuals(const Scaled& points, std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
    const double size = std::exp(values[width]), step = values[high] - values[low];
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double u = (points.t[i] - values[midpoint]) / size, f = rise(points.t[i], values[midpoint], size);
        const double root_weight = std::sqrt(points.weight[i]), slope = f * (1 - f);
        out[i] = root_weight * (values[low] + step * f - points.y[i]);
        if (jacobian.empty()) continue;
        const auto row = jacobian.subspan(4 * i, 4);
        row[midpoint] = -root_weight * step * slope / size;
        row[width] = slope > 0 ? -root_weight * step * slope * u : 0;
        row[low] = root_weight * (1 - f);
        row[high] = root_weight * f;
    }
}

FitReport fit_from(const Scaled& points, const Options& options, const Parameters& start) {
    const auto [narrow, wide] = log_width_bounds(points);
    const auto [left, right] = midpoint_bounds();
    std::array<FitParameter, 4> parameters;
    parameters[midpoint] = {start.midpoint, left, right};
    parameters[width] = {start.log_width, narrow, wide};
    parameters[low].initial = start.low;
    parameters[low].fixed = options.low.has_value();
    parameters[high].initial = start.high;
    parameters[high].fixed = options.high.has_value();
    return numerics::least_squares(parameters, static_cast<std::ptrdiff_t>(points.size()),
                                   [&](auto values, auto out, auto jacobian) { residuals(points, values, out, jacobian); });
}

FitReport best_fit(const Scaled& points, const Options& options) {
    FitReport best;
    best.status = FitStatus::not_converged;
    best.chi_square = std::numeric_limits<double>::infinity();
    for (const auto& start : starts(points, options)) {
        auto report = fit_from(points, options, start);
        if (report.chi_square < best.chi_square) best = std::move(report);
    }
    return best;
}

double chi_square_of_polynomial(const Scaled& points, std::ptrdiff_t degree) {
    Doubles variances;
    for (const double weight : points.weight) variances.push_back(1 / weight);
    const auto fit = numerics::polynomial_fit(points.t, degree, points.y, variances);
    return fit.solved ? fit.chi_square : std::numeric_limits<double>::infinity();
}

/// What no fit can be told from for rounding alone.
double rounding(const Scaled& points) {
    double square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) square += points.weight[i] * points.y[i] * points.y[i];
    return 1e-24 * square;
}

bool step_is_significant(const FitReport& report, double scale) {
    const double step = report.values[high] - report.values[low];
    const double variance = scale * (report.variance(low) + report.variance(high) - 2 * report.covariance[4 * low + high]);
    return step * step >= significant_step * significant_step * variance;
}

/// What describes the points as well as the best fit is not told from it: a line comes before a step, which does for a slow
/// drift too where the points are few. Without variances the scale of few degrees of freedom needs more: Student's t has longer
/// tails than the normal distribution.
Status status_of(const Scaled& points, const FitReport& report, const Step& step, double scale, bool weighted) {
    const double limit = std::min(report.chi_square, step.chi_square) + rounding(points);
    const double more = weighted ? 1 : 1 + 8 / static_cast<double>(report.degrees_of_freedom);
    const auto as_well = [&](double chi_square, double least) { return chi_square <= limit + least * more * scale; };
    if (as_well(chi_square_of_polynomial(points, 0), significant_anywhere) ||
        as_well(chi_square_of_polynomial(points, 1), significant))
        return Status::no_transition;
    if (as_well(step.chi_square, significant)) return Status::unresolved;
    const double t = report.values[midpoint];
    if (report.any_at_bound() || t < 0 || t > 1) return Status::at_edge;
    if (report.status != FitStatus::converged) return Status::not_converged;
    return step_is_significant(report, scale) ? Status::ok : Status::at_edge;
}

Logistic curve_of(const Scaled& points, const FitReport& report, double scale) {
    Logistic curve;
    const double size = points.span * std::exp(report.values[width]);
    curve.values = {points.lowest + points.span * report.values[midpoint], size, report.values[low], report.values[high]};
    const std::array<double, 4> factors{points.span, size, 1, 1};
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            curve.covariance[4 * i + j] = factors[i] * factors[j] * scale * report.covariance[4 * i + j];
    return curve;
}

/// Between which neighbours the midpoint lies, in t, and what noise adds to its variance.
struct Place {
    double from, to, noise = 0;
};

/// The gap of the logistic's midpoint: where several points lie on the rise, it is known better than that of the step.
Place place_of(const Scaled& points, const FitReport& report, const Step& step, double scale) {
    const double t = report.values[midpoint], variance = scale * report.variance(midpoint);
    if (report.status != FitStatus::converged || report.any_at_bound() || !(t > 0 && t < 1)) return {step.t_from, step.t_to};
    std::size_t k = 1;
    while (points.group_t(k) < t) ++k;
    const double from = points.group_t(k - 1), to = points.group_t(k), gap = to - from;
    return {from, to, std::isfinite(variance) ? std::min(variance, gap * gap) : 0};
}

/// The levels are independent; nothing is known of the width.
Logistic curve_of(const Scaled& points, const Step& step, const Place& place, double scale) {
    const auto x = [&](double t) { return points.lowest + points.span * t; };
    const double gap = place.to - place.from;
    Logistic curve;
    curve.values = {x((place.from + place.to) / 2), unknown, step.low.value, step.high.value};
    curve.covariance.fill(0);
    for (std::size_t k = 0; k < 4; ++k) curve.covariance[4 * width + k] = curve.covariance[4 * k + width] = unknown;
    curve.covariance[5 * midpoint] = points.span * points.span * (gap * gap / 12 + place.noise);
    curve.covariance[5 * low] = scale * step.low.variance;
    curve.covariance[5 * high] = scale * step.high.variance;
    curve.sharp = true;
    curve.step_from = x(points.group_t(step.left)), curve.step_to = x(points.group_t(step.right));
    return curve;
}

void take(Result& result, const Logistic& curve) {
    result.curve = curve;
    result.midpoint = curve.parameter(midpoint);
    result.width = curve.parameter(width);
    result.low = curve.parameter(low);
    result.high = curve.parameter(high);
}

double per_degree_of_freedom(double chi_square, std::ptrdiff_t degrees) {
    return degrees > 0 ? chi_square / static_cast<double>(degrees) : unknown;
}

void take_step(Result& result, const Scaled& points, const Step& step, const Place& place, bool weighted) {
    result.status = Status::unresolved;
    result.reduced_chi_square = per_degree_of_freedom(step.chi_square, result.points - step.free);
    take(result, curve_of(points, step, place, weighted ? 1 : result.reduced_chi_square));
}

/// Too few points for a logistic: a sharp step between two of them, if it is one.
void fit_step(Result& result, const Scaled& points, const Options& options, bool weighted) {
    const Step step = best_step(points, options, false);
    if (!weighted && result.points <= step.free) {
        result.status = Status::too_few_points;
        return;
    }
    const double scale = weighted ? 1 : per_degree_of_freedom(step.chi_square, result.points - step.free);
    const double height = step.high.value - step.low.value, variance = scale * (step.low.variance + step.high.variance);
    result.status = Status::no_transition;
    if (height * height >= significant_step * significant_step * variance && height * height > rounding(points))
        take_step(result, points, step, {step.t_from, step.t_to}, weighted);
}

void forget_variances(Result& result) {
    for (Value* each : {&result.midpoint, &result.width, &result.low, &result.high}) each->variance = unknown;
    result.curve.covariance.fill(unknown);
}

}  // namespace

Value Logistic::at(double x) const {
    if (std::isnan(x) || (sharp && x > step_from && x < step_to)) return {};
    if (sharp) return parameter(x <= step_from ? low : high);
    const double size = values[width], u = (x - values[midpoint]) / size, f = rise(x, values[midpoint], size);
    const double step = values[high] - values[low], slope = f * (1 - f) / size;
    const std::array<double, 4> gradient{-step * slope, slope > 0 ? -step * slope * u : 0, 1 - f, f};
    double variance = 0;
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j) variance += gradient[i] * covariance[4 * i + j] * gradient[j];
    return {values[low] + step * f, variance};
}

Result fit(const Points& points, const Options& options) {
    if (options.low && options.high && *options.low == *options.high)
        numerics::fail<std::invalid_argument>("low and high are both ", *options.low,
                                              ": there is no transition between equal levels.");
    const Scaled used = points_in_use(points, options);
    const bool weighted = !points.variances.empty();
    Result result;
    result.points = static_cast<std::ptrdiff_t>(used.size());
    const std::size_t free = 2 + (options.low ? 0 : 1) + (options.high ? 0 : 1);
    if (used.different() < 3) {
        result.status = Status::too_few_points;
        return result;
    }
    if (used.size() <= free || used.different() < free) {
        fit_step(result, used, options, weighted);
        return result;
    }
    const FitReport report = best_fit(used, options);
    const Step step = best_step(used, options, true);
    if (report.values.empty()) {
        result.status = Status::not_converged;
        return result;
    }
    const double scale =
        weighted ? 1 : std::min(report.chi_square, step.chi_square) / static_cast<double>(report.degrees_of_freedom);
    result.status = status_of(used, report, step, scale, weighted);
    if (result.status == Status::unresolved) take_step(result, used, step, place_of(used, report, step, scale), weighted);
    if (result.status != Status::ok && result.status != Status::at_edge) return result;
    result.reduced_chi_square = report.reduced_chi_square();
    take(result, curve_of(used, report, scale));
    if (result.status == Status::at_edge) forget_variances(result);
    return result;
}

}  // namespace sluice::logistic_fit
