// SPDX-License-Identifier: BSD-3-Clause
// Position and height of a peak from a polynomial over its top, and its width from lines over its flanks.
#include <algorithm>
#include <cmath>
#include <optional>

#include <sluice/numerics/linear_fit.hpp>

#include "points.hpp"

namespace sluice::scattering_peaks {
namespace {

using numerics::LinearFit;

constexpr double shrink = 0.85;
constexpr double too_large = 3;        ///< chi-square above its mean, in its standard deviations
constexpr double least_curvature = 3;  ///< in its standard deviations

/// A fit in x = (q - centre) / half over `count` consecutive points from `first`.
struct Local {
    double centre = 0, half = 1;
    std::size_t first = 0, count = 0;
    LinearFit fit;

    [[nodiscard]] double x(double q) const { return (q - centre) / half; }
};

/// The points within `half` of `centre` and inside [lower, upper], and more of the nearest up to `least`.
Local chosen(const Points& points, double centre, double half, const Candidate& candidate, std::size_t least) {
    const auto& q = points.q;
    const auto index = [&](double limit) {
        return static_cast<std::size_t>(std::lower_bound(q.begin(), q.end(), limit) - q.begin());
    };
    const std::size_t lowest = index(candidate.lower);
    const auto highest = static_cast<std::size_t>(std::upper_bound(q.begin(), q.end(), candidate.upper) - q.begin());
    std::size_t first = std::max(lowest, index(centre - half));
    auto last = std::min(highest, static_cast<std::size_t>(std::upper_bound(q.begin(), q.end(), centre + half) - q.begin()));
    last = std::max(last, first);
    while (last - first < least && (first > lowest || last < highest)) {
        const bool take_left = last == highest || (first > lowest && centre - q[first - 1] < q[last] - centre);
        if (take_left)
            --first;
        else
            ++last;
    }
    Local local{centre, half, first, last - first, {}};
    if (local.count > 0) local.half = std::max({half, centre - q[first], q[last - 1] - centre});
    return local;
}

void fit_in(const Points& points, std::ptrdiff_t degree, Local& local) {
    Doubles x, y, variance;
    for (std::size_t i = local.first; i < local.first + local.count; ++i) {
        x.push_back(local.x(points.q[i]));
        y.push_back(points.intensity[i]);
        if (!points.variance.empty()) variance.push_back(points.variance[i]);
    }
    local.fit = numerics::polynomial_fit(x, degree, y, variance);
}

bool poor(const LinearFit& fit) {
    const auto freedom = static_cast<double>(fit.degrees_of_freedom());
    return fit.weighted && freedom > 0 && fit.chi_square > freedom + too_large * std::sqrt(2 * freedom);
}

/// The `order`-th derivative of x^power.
double derivative_of_power(double x, std::size_t power, std::size_t order) {
    if (power < order) return 0;
    double factor = 1;
    for (std::size_t k = 0; k < order; ++k) factor *= static_cast<double>(power - k);
    return factor * std::pow(x, static_cast<double>(power - order));
}

double derivative(const LinearFit& fit, double x, std::size_t order) {
    double sum = 0;
    for (std::size_t k = 0; k < fit.values.size(); ++k) sum += fit.values[k] * derivative_of_power(x, k, order);
    return sum;
}

/// Variance of a derivative of the polynomial at x.
double variance_of(const LinearFit& fit, double x, std::size_t order) {
    double sum = 0;
    const std::size_t n = fit.values.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            sum += derivative_of_power(x, i, order) * fit.covariance[i * n + j] * derivative_of_power(x, j, order);
    return sum;
}

/// The maximum inside (-1, 1): the best of a grid, then Newton steps; nothing when the polynomial is highest at an end.
std::optional<double> maximum(const LinearFit& fit) {
    constexpr int steps = 100;
    const auto x_of = [](int k) { return -1 + 2.0 * k / steps; };
    int best = 0;
    for (int k = 1; k <= steps; ++k)
        if (derivative(fit, x_of(k), 0) > derivative(fit, x_of(best), 0)) best = k;
    if (best == 0 || best == steps) return std::nullopt;
    double x = x_of(best);
    for (int k = 0; k < 20; ++k) {
        const double curvature = derivative(fit, x, 2);
        if (!(curvature < 0)) return std::nullopt;
        x = std::clamp(x - derivative(fit, x, 1) / curvature, x_of(best - 1), x_of(best + 1));
    }
    return x;
}

/// Where one flank passes `level`: its q with variance, and how it moves with the level.
struct Flank {
    double q = unknown, variance = unknown, by_level = unknown;
};

/// A line over the points around the crossing, moved twice to where the line itself crosses.
Flank flank(const Points& points, const Candidate& candidate, double crossing, double level) {
    const bool rising = crossing < points.q[candidate.top];
    const double reach = (candidate.right - candidate.left) / 8;
    Flank found;
    for (int round = 0; round < 3; ++round) {
        Local local = chosen(points, crossing, reach, candidate, 4);
        if (local.count < 3) return {};
        fit_in(points, 1, local);
        const double slope = local.fit.values[1];
        if (!local.fit.solved || (slope > 0) != rising || slope == 0) return {};
        const double x = std::clamp((level - local.fit.values[0]) / slope, -1.0, 1.0), scale = local.half / slope;
        crossing += local.half * x;
        found = {crossing, variance_of(local.fit, x, 0) * scale * scale, scale};
    }
    return found;
}

Value width_of(const Points& points, const Candidate& candidate, const Value& height, double base, double base_variance) {
    const double level = (height.value + base) / 2;
    const Flank left = flank(points, candidate, candidate.left, level), right = flank(points, candidate, candidate.right, level);
    const double by_level = right.by_level - left.by_level;
    const double variance = left.variance + right.variance + by_level * by_level * (height.variance + base_variance) / 4;
    return {right.q - left.q, variance};
}

/// Where a peak is and how large, well enough to choose a window.
struct Outline {
    double centre, half, prominence;
};

/// From a Lorentzian on a line, whatever the true shape: it uses all points, where half prominence as read from the curve is
/// that of its largest noise. The latter serves when the fit gives nothing near it.
Outline outline_of(const Points& points, const Candidate& candidate) {
    const Outline read{(candidate.left + candidate.right) / 2, (candidate.right - candidate.left) / 2, candidate.prominence};
    Doubles unused(points.position.back() + 1);
    const Peak fit = fit_shape(points, candidate, Method::lorentzian, false, unused);
    const double half = fit.width.value / 2;
    const bool near = std::abs(fit.position.value - read.centre) < read.half && 0.3 * read.half < half && half < 4 * read.half;
    return near ? Outline{fit.position.value, half, fit.prominence.value} : read;  // near is false for NaN
}

/// Half width of the window, in half widths of the peak: see find_peaks().
double rule_of_thumb(const Points& points, const Outline& outline, std::ptrdiff_t degree) {
    double n = 0, sum = 0;
    const auto& variance = points.variance.empty() ? points.searched_variance : points.variance;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (std::abs(points.q[i] - outline.centre) <= outline.half) n += 1, sum += variance[i];
    const double noise = std::sqrt(sum) / std::max(n, 1.0) / outline.prominence;  // sigma / (prominence sqrt(n))
    const double unbiased =
        degree == 2 ? std::min(std::pow(7.5 * noise, 1 / 4.5), std::pow(5.8 * noise, 1 / 3.5)) : std::pow(53 * noise, 1 / 6.5);
    const double determined = std::pow((degree == 2 ? 39 : 136) * noise, 1 / 2.5);
    return std::clamp(std::max(unbiased, determined), 0.1, 1.2);
}

/// Shrinks to the window wanted, and further until the polynomial describes the points or no more can be spared.
Local fitted_window(const Points& points, const Candidate& candidate, std::ptrdiff_t degree) {
    const auto least = static_cast<std::size_t>(degree + 3);
    const Outline outline = outline_of(points, candidate);
    const double wanted = rule_of_thumb(points, outline, degree);
    double part = std::max(1.0, wanted);
    Local local = chosen(points, outline.centre, part * outline.half, candidate, least);
    if (local.count < least) return local;
    fit_in(points, degree, local);
    while (part > wanted || (poor(local.fit) && local.count > least)) {
        part = part > wanted ? std::max(wanted, shrink * part) : shrink * part;
        const double centre = local.centre + local.half * maximum(local.fit).value_or(0);
        local = chosen(points, centre, part * outline.half, candidate, least);
        fit_in(points, degree, local);
    }
    return local;
}

}  // namespace

Peak fit_polynomial(const Points& points, const Candidate& candidate, std::ptrdiff_t degree, Doubles& fitted) {
    Peak peak;
    peak.significance = candidate.significance;
    const Local local = fitted_window(points, candidate, degree);
    peak.points = static_cast<std::ptrdiff_t>(local.count);
    peak.status = Status::too_few_points;
    if (!local.fit.solved) return peak;
    peak.status = Status::not_determined;
    peak.reduced_chi_square = local.fit.reduced_chi_square();
    const auto top = maximum(local.fit);
    if (!top) return peak;
    const double curvature = derivative(local.fit, *top, 2), curvature_variance = variance_of(local.fit, *top, 2);
    if (curvature * curvature < least_curvature * least_curvature * curvature_variance) return peak;

    peak.status = poor(local.fit) ? Status::poor_fit : Status::ok;
    const double to_q = local.half / curvature;
    peak.position = {local.centre + local.half * *top, variance_of(local.fit, *top, 1) * to_q * to_q};
    peak.height = {derivative(local.fit, *top, 0), variance_of(local.fit, *top, 0)};
    const double base = points.searched[candidate.base], base_variance = points.searched_variance[candidate.base];
    peak.prominence = {peak.height.value - base, peak.height.variance + base_variance};
    peak.width = width_of(points, candidate, peak.height, base, base_variance);
    for (std::size_t i = local.first; i < local.first + local.count; ++i)
        fitted[points.position[i]] = derivative(local.fit, local.x(points.q[i]), 0);
    return peak;
}

}  // namespace sluice::scattering_peaks
