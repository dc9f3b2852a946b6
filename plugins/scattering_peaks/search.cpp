// SPDX-License-Identifier: BSD-3-Clause
// Which maxima of a curve stand above its noise: topological prominence against the noise of top and base.
#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>

#include "points.hpp"

namespace sluice::scattering_peaks {
namespace {

bool usable(double value, const Curve& curve, std::size_t i) {
    if (!std::isfinite(value) || (!curve.mask.empty() && curve.mask[i] != 0)) return false;
    return curve.variance.empty() || (std::isfinite(curve.variance[i]) && curve.variance[i] > 0);
}

/// Variance of one point from second differences on unequal steps: the median is blind to the few points of sharp peaks.
double variance_of_scatter(const Doubles& q, const Doubles& y) {
    Doubles sizes;
    double largest = 0;
    for (const double each : y) largest = std::max(largest, std::abs(each));
    for (std::size_t i = 1; i + 1 < y.size(); ++i) {
        const double right = (q[i] - q[i - 1]) / (q[i + 1] - q[i - 1]), left = 1 - right;
        sizes.push_back(std::abs(y[i] - left * y[i - 1] - right * y[i + 1]) / std::sqrt(1 + left * left + right * right));
    }
    if (sizes.empty()) return largest * largest;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    constexpr double median_of_normal = 0.6744897501960817;
    const double sigma = std::max(*middle / median_of_normal, 1e-13 * largest);  // and rounding, of noise-free curves
    return sigma * sigma;
}

/// A point walks from `top` in steps of `step` until the curve is higher than the top, or ends: the lowest point passed.
std::size_t base_of(const Doubles& y, std::size_t top, std::ptrdiff_t step) {
    const auto n = static_cast<std::ptrdiff_t>(y.size());
    std::size_t lowest = top;
    for (auto i = static_cast<std::ptrdiff_t>(top) + step; i >= 0 && i < n; i += step) {
        const auto at = static_cast<std::size_t>(i);
        if (y[at] > y[top]) break;
        if (y[at] < y[lowest]) lowest = at;
    }
    return lowest;
}

/// q where the searched curve first falls to `level`, by linear interpolation; a base lies below, so there is such a point.
double crossing(const Points& points, std::size_t top, std::ptrdiff_t step, double level) {
    const auto& y = points.searched;
    auto i = static_cast<std::ptrdiff_t>(top);
    while (y[static_cast<std::size_t>(i)] > level) i += step;
    const auto below = static_cast<std::size_t>(i), above = static_cast<std::size_t>(i - step);
    const double part = (y[above] - level) / (y[above] - y[below]);
    return points.q[above] + part * (points.q[below] - points.q[above]);
}

/// The last index of a plateau that begins at i and is higher than both of its neighbours; i - 1 when it is not.
std::size_t end_of_maximum(const Doubles& y, std::size_t i) {
    if (!(y[i] > y[i - 1])) return i - 1;
    std::size_t end = i;
    while (end + 1 < y.size() && y[end + 1] == y[i]) ++end;
    return end + 1 < y.size() && y[end + 1] < y[i] ? end : i - 1;
}

Candidate candidate_at(const Points& points, std::size_t top) {
    const auto& y = points.searched;
    const std::size_t left = base_of(y, top, -1), right = base_of(y, top, 1);
    Candidate found;
    found.top = top;
    found.base = y[left] > y[right] ? left : right;
    found.prominence = y[top] - y[found.base];
    found.significance = found.prominence / std::sqrt(points.searched_variance[top] + points.searched_variance[found.base]);
    return found;
}

/// A fit may reach as far as the lowest point between two peaks.
void set_limits(const Points& points, std::vector<Candidate>& all) {
    double lower = points.q.front();
    for (std::size_t i = 0; i < all.size(); ++i) {
        double upper = points.q.back();
        if (i + 1 < all.size()) {
            const auto first = points.searched.begin() + static_cast<std::ptrdiff_t>(all[i].top);
            const auto last = points.searched.begin() + static_cast<std::ptrdiff_t>(all[i + 1].top);
            upper = points.q[static_cast<std::size_t>(std::min_element(first, last) - points.searched.begin())];
        }
        all[i].lower = lower;
        all[i].upper = upper;
        lower = upper;
    }
}

}  // namespace

Points usable_points(const Curve& curve, const Curve& search, const Window& window) {
    Points points;
    for (std::size_t i = 0; i < curve.q.size(); ++i) {
        if (!numerics::inside(curve.q[i], window.from, window.to)) continue;
        if (!usable(curve.intensity[i], curve, i) || !usable(search.intensity[i], search, i)) continue;
        points.q.push_back(curve.q[i]);
        points.intensity.push_back(curve.intensity[i]);
        points.searched.push_back(search.intensity[i]);
        points.position.push_back(i);
        if (!curve.variance.empty()) points.variance.push_back(curve.variance[i]);
        if (!search.variance.empty()) points.searched_variance.push_back(search.variance[i]);
    }
    if (search.variance.empty()) points.searched_variance.assign(points.size(), variance_of_scatter(points.q, points.searched));
    return points;
}

std::vector<Candidate> find_candidates(const Points& points, const Options& options) {
    std::vector<Candidate> all;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const std::size_t end = end_of_maximum(points.searched, i);
        if (end < i) continue;
        auto found = candidate_at(points, (i + end) / 2);
        i = end;
        if (!(found.significance >= options.significance) || found.prominence < options.smallest_prominence) continue;
        const double level = points.searched[found.top] - found.prominence / 2;
        found.left = crossing(points, found.top, -1, level);
        found.right = crossing(points, found.top, 1, level);
        all.push_back(found);
    }
    if (!all.empty()) set_limits(points, all);
    return all;
}

}  // namespace sluice::scattering_peaks
