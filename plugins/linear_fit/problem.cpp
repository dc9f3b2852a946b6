// SPDX-License-Identifier: BSD-3-Clause
// Points to a problem in scaled coordinates.
#include "problem.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::linear_fit {
namespace {

using Doubles = std::vector<double>;

Scale scale_of(const Doubles& values) {
    Scale scale;
    for (const double each : values) scale.centre += each / static_cast<double>(values.size());
    double most = 0;
    for (const double each : values) most = std::max(most, std::abs(each - scale.centre));
    if (most > 0) scale.size = most;
    return scale;
}

void check(const Points& points) {
    const auto n = points.x.size();
    const auto agrees = [n](std::size_t got, std::size_t wanted, const char* name) {
        if (got != wanted)
            numerics::fail<std::invalid_argument>(name, " has ", got, " numbers; ", n, " points need ", wanted, ".");
    };
    agrees(points.y.size(), n, "y");
    if (!points.x_variances.empty()) agrees(points.x_variances.size(), n, "x_variances");
    if (!points.y_variances.empty()) agrees(points.y_variances.size(), n, "y_variances");
    if (!points.correlation.empty()) agrees(points.correlation.size(), n, "correlation");
    if (!points.y_covariance.empty()) agrees(points.y_covariance.size(), n * n, "y_covariance");
    if (!points.mask.empty()) agrees(points.mask.size(), n, "mask");
}

bool has_variances(const Points& points) {
    return !points.x_variances.empty() || !points.y_variances.empty() || !points.y_covariance.empty();
}

double x_variance(const Points& points, std::size_t i) { return points.x_variances.empty() ? 0 : points.x_variances[i]; }

double y_variance(const Points& points, std::size_t i) {
    if (!points.y_covariance.empty()) return points.y_covariance[i * points.x.size() + i];
    return points.y_variances.empty() ? 0 : points.y_variances[i];
}

enum class Use { left_out, fitted, exact };

Use use_of(const Points& points, std::size_t i, bool weighted) {
    if (!points.mask.empty() && points.mask[i] != 0) return Use::left_out;
    if (!std::isfinite(points.x[i]) || !std::isfinite(points.y[i])) return Use::left_out;
    if (!weighted) return Use::fitted;
    const double x = x_variance(points, i), y = y_variance(points, i);
    if (!std::isfinite(x + y) || x < 0 || y < 0) return Use::left_out;
    if (!points.correlation.empty() && !(std::abs(points.correlation[i]) <= 1)) return Use::left_out;
    if (x > 0 || y > 0) return Use::fitted;
    return points.y_covariance.empty() ? Use::left_out : Use::exact;
}

struct Chosen {
    std::vector<std::size_t> fitted;
    std::vector<std::size_t> exact;
};

Chosen choose(const Points& points, bool weighted) {
    Chosen chosen;
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        const Use use = use_of(points, i, weighted);
        if (use == Use::fitted) chosen.fitted.push_back(i);
        if (use == Use::exact) chosen.exact.push_back(i);
    }
    return chosen;
}

Errors errors_of(const Points& points, const Options& options, const Chosen& chosen, bool weighted, double kx, double ky) {
    const double equal_x = options.equal_errors ? 1 : 0, equal_y = options.equal_errors ? options.y_over_x * options.y_over_x : 1;
    Errors errors;
    for (const auto i : chosen.fitted) {
        const double x = weighted ? x_variance(points, i) : equal_x, y = weighted ? y_variance(points, i) : equal_y;
        const double r = weighted && !points.correlation.empty() ? points.correlation[i] : 0;
        errors.x_variances.push_back(x / (kx * kx));
        errors.y_variances.push_back(y / (ky * ky));
        errors.cross.push_back(r * std::sqrt(x * y) / (kx * ky));
        if (!weighted || points.y_covariance.empty()) continue;
        for (const auto j : chosen.fitted)
            errors.y_covariance.push_back(points.y_covariance[i * points.x.size() + j] / (ky * ky));
    }
    return errors;
}

double pearson(const Points& points, const Chosen& chosen) {
    Doubles x, y;
    for (const auto* which : {&chosen.fitted, &chosen.exact})
        for (const auto i : *which) x.push_back(points.x[i]), y.push_back(points.y[i]);
    const Scale sx = scale_of(x), sy = scale_of(y);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (x[i] - sx.centre) / sx.size, y[i] = (y[i] - sy.centre) / sy.size;
    return sum_of_products(x, y) / std::sqrt(sum_of_products(x, x) * sum_of_products(y, y));
}

double scaled(double value, const Scale& scale) { return (value - scale.centre) / scale.size; }

}  // namespace

double sum_of_products(const Doubles& a, const Doubles& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

Problem problem_of(const Points& points, const Options& options) {
    check(points);
    Problem problem;
    problem.weighted = has_variances(points) && !options.equal_errors;
    const Chosen chosen = choose(points, problem.weighted);
    for (const auto i : chosen.fitted) {
        problem.x.push_back(points.x[i]);
        problem.y.push_back(points.y[i]);
    }
    problem.x_scale = scale_of(problem.x);
    problem.y_scale = scale_of(problem.y);
    for (double& each : problem.x) each = scaled(each, problem.x_scale);
    for (double& each : problem.y) each = scaled(each, problem.y_scale);
    problem.exact_points = static_cast<std::ptrdiff_t>(chosen.exact.size());
    if (!chosen.exact.empty()) {
        const auto first = chosen.exact.front();
        problem.exact = {scaled(points.x[first], problem.x_scale), scaled(points.y[first], problem.y_scale)};
    }
    problem.errors = errors_of(points, options, chosen, problem.weighted, problem.x_scale.size, problem.y_scale.size);
    if (problem.points() >= 2) problem.correlation = pearson(points, chosen);
    return problem;
}

}  // namespace sluice::linear_fit
