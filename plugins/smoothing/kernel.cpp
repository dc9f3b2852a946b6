// SPDX-License-Identifier: BSD-3-Clause
// Which points are used, and the result of the smoother chosen.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "choice.hpp"
#include "local_smoother.hpp"
#include "spline.hpp"

namespace sluice::smoothing {
namespace {

using numerics::fail;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void check_length(const char* name, std::size_t length, std::size_t n) {
    if (length != n) fail<std::invalid_argument>(name, " has ", length, " points and x has ", n, ". They must agree.");
}

void check_curve(const Curve& curve) {
    const std::size_t n = curve.x.size();
    check_length("y", curve.y.size(), n);
    if (!curve.variances.empty()) check_length("variances", curve.variances.size(), n);
    if (!curve.mask.empty()) check_length("mask", curve.mask.size(), n);
    for (std::size_t i = 1; i < n; ++i)
        if (!(curve.x[i] > curve.x[i - 1]))
            fail<std::invalid_argument>("x must increase strictly, but has ", curve.x[i], " at index ", i, " after ",
                                        curve.x[i - 1], ".");
}

std::vector<std::ptrdiff_t> points_used(const Curve& curve, bool zero_variances) {
    std::vector<std::ptrdiff_t> used;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!std::isfinite(curve.y[i]) || (!curve.mask.empty() && curve.mask[i] != 0)) continue;
        if (!curve.variances.empty()) {
            const double variance = curve.variances[i];
            if (!std::isfinite(variance) || variance < 0 || (variance == 0 && !zero_variances)) continue;
        }
        used.push_back(static_cast<std::ptrdiff_t>(i));
    }
    return used;
}

Result empty_result(const Curve& curve, std::size_t used) {
    const std::size_t n = curve.x.size();
    return {Status::too_few_points,
            std::vector<double>(n, unknown),
            std::vector<double>(curve.variances.empty() ? 0 : n, unknown),
            std::vector<std::uint8_t>(n, 1),
            unknown,
            unknown,
            unknown,
            unknown,
            static_cast<std::ptrdiff_t>(used)};
}

void take(Result& result, std::size_t i, double value, double variance) {
    if (std::isnan(value)) return;
    result.values[i] = value;
    if (!result.variances.empty()) result.variances[i] = variance;
    result.mask[i] = 0;
}

/// The points that get a value: those used, or all between them.
std::vector<std::ptrdiff_t> targets(const std::vector<std::ptrdiff_t>& used, bool fill) {
    if (!fill) return used;
    std::vector<std::ptrdiff_t> all;
    for (auto i = used.front(); i <= used.back(); ++i) all.push_back(i);
    return all;
}

void finish(Result& result, const Measure& measure, bool weighted) {
    result.status = Status::ok;
    result.degrees_of_freedom = measure.trace;
    if (weighted) result.chi_square = measure.residual;
}

Result smooth_locally(const Curve& curve, const Options& options) {
    if (options.method == Method::savitzky_golay) check_equal_spacing(curve.x);
    const Points points{curve.x, curve.y, curve.variances, points_used(curve, true)};
    Result result = empty_result(curve, points.used.size());
    if (static_cast<std::ptrdiff_t>(points.used.size()) <= options.degree) return result;
    LocalSmoother smoother(points, options.degree);
    const Window window = window_of(smoother, points, options);
    Smooth smooth = smoother.smooth(window, 0, options.fill);
    const Measure measured = measure(smooth, points);
    if (measured.points == 0) return result;
    if (options.derivative > 0) smooth = smoother.smooth(window, options.derivative, options.fill);
    for (const auto each : targets(points.used, options.fill)) {
        const auto i = static_cast<std::size_t>(each);
        take(result, i, smooth.values[i], smooth.variances.empty() ? unknown : smooth.variances[i]);
    }
    result.window = window.size;
    finish(result, measured, points.weighted());
    return result;
}

Result smooth_by_spline(const Curve& curve, const Options& options) {
    const auto used = points_used(curve, false);
    Result result = empty_result(curve, used.size());
    if (used.size() < 3) return result;
    std::vector<double> x, y, weights;
    for (const auto each : used) {
        const auto i = static_cast<std::size_t>(each);
        x.push_back(curve.x[i]);
        y.push_back(curve.y[i]);
        weights.push_back(curve.variances.empty() ? 1 : 1 / curve.variances[i]);
    }
    const SmoothingSpline spline(x, weights);
    result.penalty = penalty_of(spline, y, options, !curve.variances.empty());
    const auto fit = spline.fit(y, result.penalty);
    for (std::size_t k = 0; k < used.size(); ++k)
        take(result, static_cast<std::size_t>(used[k]), fit.values[k], fit.sensitivity[k] / weights[k]);
    for (const auto each : targets(used, options.fill)) {
        const auto i = static_cast<std::size_t>(each);
        if (result.mask[i] == 0) continue;
        const auto filled = spline.at(curve.x[i], fit, result.penalty);
        take(result, i, filled.value, filled.variance);
    }
    finish(result, {fit.residual, fit.trace, static_cast<double>(used.size())}, !curve.variances.empty());
    return result;
}

}  // namespace

Result smooth(const Curve& curve, const Options& options) {
    check_curve(curve);
    check_options(options, static_cast<std::ptrdiff_t>(curve.x.size()), !curve.variances.empty());
    return options.method == Method::smoothing_spline ? smooth_by_spline(curve, options) : smooth_locally(curve, options);
}

}  // namespace sluice::smoothing
