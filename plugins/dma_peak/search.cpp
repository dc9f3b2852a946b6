// SPDX-License-Identifier: BSD-3-Clause
// Smoothing by local polynomials and topological prominence in standard errors.
#include "search.hpp"

#include <algorithm>
#include <cmath>

#include "local_polynomial.hpp"

namespace sluice::dma_peak {
namespace {

/// A quarter of the mean distance of the points, and above 0: no more windows than that, however narrow they are.
double least_step(const Points& points) {
    const double range_K = points.temperature_K.back() - points.temperature_K.front();
    return std::max(range_K, 1e-6) / (4 * static_cast<double>(points.size()));
}

/// Noise of a curve without variances: see smoothed().
double scatter(const Points& points, double half_K) {
    std::vector<double> noises;
    double largest = 0;
    for (const double each : points.value) largest = std::max(largest, std::abs(each));
    const auto& t = points.temperature_K;
    const double stride = std::max(2 * half_K, least_step(points));
    for (double centre = t.front() + half_K; centre < t.back() + half_K; centre += stride) {
        const double noise = LocalPolynomial(points, centre, half_K, 4).noise();
        if (std::isfinite(noise)) noises.push_back(noise);
    }
    const double least = 1e-12 * largest;
    if (noises.empty()) return least;
    const auto middle = noises.begin() + static_cast<std::ptrdiff_t>(noises.size() / 2);
    std::nth_element(noises.begin(), middle, noises.end());
    return std::max(least, *middle);
}

/// The lowest point on one side of `top` before the series is higher than it.
std::size_t base_of(const Series& series, double sign, std::size_t top, std::ptrdiff_t step) {
    std::size_t lowest = top;
    const auto n = static_cast<std::ptrdiff_t>(series.size());
    for (auto i = static_cast<std::ptrdiff_t>(top) + step; i >= 0 && i < n; i += step) {
        const auto at = static_cast<std::size_t>(i);
        if (sign * series.value[at] > sign * series.value[top]) break;
        if (sign * series.value[at] < sign * series.value[lowest]) lowest = at;
    }
    return lowest;
}

double errors_between(const Series& series, std::size_t a, std::size_t b) {
    return a == b ? 0 : std::abs(series.value[a] - series.value[b]) / std::hypot(series.sigma[a], series.sigma[b]);
}

}  // namespace

Smoothed smoothed(const Points& points, double half_K, double step_K, std::ptrdiff_t order) {
    Smoothed out;
    if (points.size() == 0) return out;
    Points weighted = points;
    if (points.variance.empty()) weighted.variance.assign(points.size(), std::pow(scatter(points, half_K), 2));
    if (weighted.variance.front() == 0) weighted.variance.assign(points.size(), 1e-300);  // all values are 0
    const auto& t = points.temperature_K;
    step_K = std::max(step_K, least_step(points));
    const auto steps = static_cast<std::ptrdiff_t>(std::floor((t.back() - t.front()) / step_K));
    for (std::ptrdiff_t k = 0; k <= steps; ++k) {
        const double centre = t.front() + step_K * static_cast<double>(k);
        const LocalPolynomial local(weighted, centre, half_K, order);
        if (!local.solved()) continue;
        out.level.add(centre, local.at(centre));
        out.slope.add(centre, local.derivative(centre, 1));
    }
    return out;
}

std::vector<Extremum> maxima(const Series& series, double sign) {
    std::vector<Extremum> found;
    for (std::size_t i = 1; i + 1 < series.size(); ++i) {
        if (!(sign * series.value[i] > sign * series.value[i - 1] && sign * series.value[i] >= sign * series.value[i + 1]))
            continue;
        Extremum each{i, base_of(series, sign, i, -1), base_of(series, sign, i, 1), 0, 0};
        each.left_errors = errors_between(series, i, each.left);
        each.right_errors = errors_between(series, i, each.right);
        found.push_back(each);
    }
    return found;
}

}  // namespace sluice::dma_peak
