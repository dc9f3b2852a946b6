// SPDX-License-Identifier: BSD-3-Clause
// The points in use, their noise, and filters that see lines but no polynomial.
#include "search.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <sluice/numerics/axis.hpp>

namespace sluice::bragg_check {
namespace {

constexpr std::size_t degree = 6;
constexpr double normal_median = 0.6744898;  ///< of |z| of normal noise

/// Orthonormal polynomials of degree 0 … 6 at x, each made from x times the one before; twice, for rounding.
std::vector<Doubles> polynomials(const Doubles& x) {
    std::vector<Doubles> all;
    for (std::size_t k = 0; k <= degree; ++k) {
        Doubles next(x.size(), 1);
        if (k > 0) std::transform(x.begin(), x.end(), all.back().begin(), next.begin(), std::multiplies<>());
        for (int pass = 0; pass < 2; ++pass)
            for (const auto& p : all) {
                const double part = dot(p, next.data());
                for (std::size_t i = 0; i < next.size(); ++i) next[i] -= part * p[i];
            }
        const double norm = std::sqrt(dot(next, next.data()));
        for (double& each : next) each /= norm;
        all.push_back(std::move(next));
    }
    return all;
}

/// What the polynomials leave over at the searched points `at`, as it is and over `root`, that of the intensity.
struct Scatter {
    std::vector<std::size_t> at;
    Doubles even, growing, root;
};

Scatter scatter_of(const Points& points, double least_intensity) {
    Filters filters(Doubles{});
    Scatter scatter;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto window = points.windows[i];
        if (!window.searched()) continue;
        filters.prepare(points.q_of(window), points.q[i], points.spacing);
        const double left = dot(filters.filter(0), points.y.data() + window.first);
        scatter.at.push_back(i);
        scatter.root.push_back(std::sqrt(std::max(points.y[i] - left, least_intensity)));
        scatter.even.push_back(std::abs(left) / std::sqrt(filters.square(0)));
        scatter.growing.push_back(scatter.even.back() / scatter.root.back());
    }
    return scatter;
}

/// Of the 101 values about k, those at the ends too.
double median_about(const Doubles& values, std::size_t k) {
    constexpr std::size_t half = 50;
    const std::size_t begin = std::min(k - std::min(k, half), values.size() - std::min(values.size(), 2 * half + 1));
    const std::size_t end = std::min(begin + 2 * half + 1, values.size());
    return quantile(
        Doubles(values.begin() + static_cast<std::ptrdiff_t>(begin), values.begin() + static_cast<std::ptrdiff_t>(end)), 0.5);
}

bool usable(const Curve& curve, std::size_t i) {
    if (!std::isfinite(curve.intensity[i]) || (!curve.mask.empty() && curve.mask[i] != 0)) return false;
    return curve.variance.empty() || (std::isfinite(curve.variance[i]) && curve.variance[i] > 0);
}

Points::Window window_about(const Points& points, std::size_t i, const Options& options) {
    Points::Window window{i, i};
    const auto& q = points.q;
    const auto near = [&](std::size_t a, std::size_t b) {  // a next to b, which lies in the window
        return std::abs(q[a] - q[i]) <= reach * options.narrowest_halo * (1 + 1e-9) &&
               std::abs(q[a] - q[b]) <= options.widest / 2;
    };
    while (window.first > 0 && near(window.first - 1, window.first)) --window.first;
    while (window.last + 1 < q.size() && near(window.last + 1, window.last)) ++window.last;
    const double least = reach / 2 * options.narrowest_halo * (1 - 1e-9);
    if (window.size() >= fewest_points && q[i] - q[window.first] >= least && q[window.last] - q[i] >= least) return window;
    return {i, i};
}

}  // namespace

double quantile(Doubles values, double part) {
    if (values.empty()) return unknown;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

Points usable_points(const Curve& curve, const Options& options) {
    Points points;
    for (std::size_t i = 0; i < curve.q.size(); ++i) {
        if (!numerics::inside(curve.q[i], options.first, options.last) || !usable(curve, i)) continue;
        points.q.push_back(curve.q[i]);
        points.y.push_back(curve.intensity[i]);
        if (!curve.variance.empty()) points.variance.push_back(curve.variance[i]);
    }
    Doubles steps;
    for (std::size_t i = 1; i < points.size(); ++i) steps.push_back(points.q[i] - points.q[i - 1]);
    points.spacing = quantile(steps, 0.5);
    for (std::size_t i = 0; i < points.size(); ++i) points.windows.push_back(window_about(points, i, options));
    return points;
}

bool Filters::at_hand(std::span<const double> q, double q_centre, double spacing) const {
    if (q.size() != distances_.size()) return false;
    for (std::size_t k = 0; k < q.size(); ++k)
        if (std::abs(q[k] - q_centre - distances_[k]) > 0.01 * spacing) return false;
    return true;
}

void Filters::prepare(std::span<const double> q, double q_centre, double spacing) {
    if (at_hand(q, q_centre, spacing)) return;
    distances_.resize(q.size());
    Doubles x(q.size());
    const double middle = (q.front() + q.back()) / 2, half = (q.back() - q.front()) / 2;
    for (std::size_t k = 0; k < q.size(); ++k) distances_[k] = q[k] - q_centre, x[k] = (q[k] - middle) / half;
    const auto basis = polynomials(x);
    filters_.clear();
    squares_.clear();
    for (std::size_t w = 0; w <= widths_.size(); ++w) {
        Doubles g = shape(w);
        const double whole = dot(g, g.data());
        for (const auto& p : basis) {
            const double part = dot(p, g.data());
            for (std::size_t k = 0; k < g.size(); ++k) g[k] -= part * p[k];
        }
        const double left = dot(g, g.data());
        squares_.push_back(left > 1e-5 * whole ? left : 0);
        filters_.push_back(std::move(g));
    }
}

Doubles Filters::shape(std::size_t w) const {
    Doubles g;
    for (const double distance : distances_)
        g.push_back(w < widths_.size() ? gaussian(distance, widths_[w]) : (distance == 0 ? 1 : 0));
    return g;
}

Doubles template_widths(const Points& points, const Options& options) {
    Doubles widths;
    for (double w = options.widest; w >= std::max(1.2 * points.spacing, options.narrowest * (1 - 1e-9)); w /= std::numbers::sqrt2)
        widths.push_back(w);
    return widths;
}

void estimate_variances(Points& points) {
    const std::size_t n = points.size();
    double largest = 0;
    for (const double y : points.y) largest = std::max(largest, std::abs(y));
    const Scatter scatter = scatter_of(points, 1e-6 * largest);
    points.variance.assign(n, unknown);
    std::size_t k = 0;  // the searched point nearest to i
    const auto distance = [&](std::size_t j, std::size_t i) { return std::abs(points.q[scatter.at[j]] - points.q[i]); };
    for (std::size_t i = 0; i < n; ++i) {
        while (k + 1 < scatter.at.size() && distance(k + 1, i) <= distance(k, i)) ++k;
        const double sigma =
            std::max({median_about(scatter.even, k), median_about(scatter.growing, k) * scatter.root[k], 1e-13 * largest});
        points.variance[i] = sigma * sigma / (normal_median * normal_median);
    }
}

}  // namespace sluice::bragg_check
