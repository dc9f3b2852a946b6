// SPDX-License-Identifier: BSD-3-Clause
// Sharp steps by running sums, and starts by a grid: for each midpoint and width the model is linear in its levels.
#include "start.hpp"

#include <algorithm>
#include <numeric>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::logistic_fit {
namespace {

/// Sums over points of one side: what the best level and its chi-square need. y is less a reference, against rounding.
struct Sums {
    double w = 0, y = 0, yy = 0;

    void add(double weight, double value) { w += weight, y += weight * value, yy += weight * value * value; }
    [[nodiscard]] Sums less(const Sums& other) const { return {w - other.w, y - other.y, yy - other.yy}; }
    [[nodiscard]] double level(const std::optional<double>& given) const { return given.value_or(y / w); }
    [[nodiscard]] double chi_square(double at) const { return std::max(0.0, yy - 2 * at * y + at * at * w); }
};

/// sums[k]: of the groups before k.
std::vector<Sums> running_sums(const Scaled& points, double reference) {
    std::vector<Sums> sums(1);
    for (std::size_t k = 0; k < points.different(); ++k) {
        Sums next = sums.back();
        for (std::size_t i = points.groups[k]; i < points.groups[k + 1]; ++i) next.add(points.weight[i], points.y[i] - reference);
        sums.push_back(next);
    }
    return sums;
}

std::optional<double> moved(const std::optional<double>& level, double by) {
    return level ? std::optional(*level - by) : std::nullopt;
}

/// The step between the groups left and right; infinite where the one between them does not lie between the levels.
Step step_at(const Scaled& points, const std::vector<Sums>& sums, std::size_t left, std::size_t right, const Options& levels) {
    const Sums below = sums[left + 1], above = sums.back().less(sums[right]), between = sums[right].less(sums[left + 1]);
    const double low = below.level(levels.low), high = above.level(levels.high);
    Step step;
    step.left = left, step.right = right;
    step.t_from = points.group_t(left), step.t_to = points.group_t(right);
    step.low = {low, levels.low ? 0 : 1 / below.w};
    step.high = {high, levels.high ? 0 : 1 / above.w};
    step.free = 1 + (levels.low ? 0 : 1) + (levels.high ? 0 : 1) + (right > left + 1 ? 1 : 0);
    const double chi_square = below.chi_square(low) + above.chi_square(high);
    if (right == left + 1) {
        step.chi_square = chi_square;
        return step;
    }
    const double middle = between.y / between.w;
    if ((middle - low) * (middle - high) > 0) return step;
    step.chi_square = chi_square + between.chi_square(middle);
    (std::abs(middle - low) > std::abs(middle - high) ? step.t_to : step.t_from) = points.group_t(left + 1);
    return step;
}

/// Sums for the levels at one midpoint and width: rise f and fall 1 - f.
Parameters solved(const Scaled& points, const Options& options, double midpoint, double log_width, double& chi_square) {
    const double width = std::exp(log_width);
    double ff = 0, fg = 0, gg = 0, fy = 0, gy = 0, yy = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double f = rise(points.t[i], midpoint, width), g = 1 - f, w = points.weight[i], y = points.y[i];
        ff += w * f * f, fg += w * f * g, gg += w * g * g, fy += w * f * y, gy += w * g * y, yy += w * y * y;
    }
    Parameters at{options.low.value_or(0), options.high.value_or(0), midpoint, log_width};
    const double determinant = ff * gg - fg * fg;
    chi_square = std::numeric_limits<double>::infinity();
    if (!options.low && !options.high) {
        if (!(determinant > 1e-10 * ff * gg)) return at;
        at.low = (ff * gy - fg * fy) / determinant, at.high = (gg * fy - fg * gy) / determinant;
    } else if (!options.low) {
        if (!(gg > 1e-10)) return at;
        at.low = (gy - fg * at.high) / gg;
    } else if (!options.high) {
        if (!(ff > 1e-10)) return at;
        at.high = (fy - fg * at.low) / ff;
    }
    const double l = at.low, h = at.high;
    chi_square = yy + l * l * gg + h * h * ff + 2 * l * h * fg - 2 * l * gy - 2 * h * fy;
    return at;
}

/// Points, and half way between them; of many an even choice.
Doubles midpoints(const Scaled& points) {
    Doubles all;
    for (std::size_t k = 0; k < points.different(); ++k) {
        all.push_back(points.group_t(k));
        if (k + 1 < points.different()) all.push_back((points.group_t(k) + points.group_t(k + 1)) / 2);
    }
    constexpr std::size_t most = 60;
    if (all.size() <= most) return all;
    Doubles some;
    for (std::size_t k = 0; k < most; ++k) some.push_back(all[k * (all.size() - 1) / (most - 1)]);
    return some;
}

void set_groups(Scaled& used) {
    for (std::size_t i = 0; i < used.size(); ++i)
        if (i == 0 || used.t[i] != used.t[i - 1]) used.groups.push_back(i);
    if (!used.groups.empty()) used.groups.push_back(used.size());
}

}  // namespace

Scaled points_in_use(const Points& points, const Options& options) {
    const auto y = numerics::within(points.x, options.first, options.last, points.y, points.mask);
    std::vector<std::size_t> order;
    const auto variance = [&](std::size_t i) { return points.variances.empty() ? 1 : points.variances[i]; };
    for (std::size_t i = 0; i < y.size(); ++i)
        if (std::isfinite(points.x[i]) && std::isfinite(y[i]) && std::isfinite(variance(i)) && variance(i) > 0)
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points.x[a] < points.x[b]; });
    Scaled used;
    for (const std::size_t i : order) {
        used.t.push_back(points.x[i]);
        used.y.push_back(y[i]);
        used.weight.push_back(1 / variance(i));
    }
    set_groups(used);
    if (used.different() < 2) return used;
    used.lowest = used.t.front();
    used.span = used.t.back() - used.lowest;
    for (double& t : used.t) t = (t - used.lowest) / used.span;
    for (std::size_t k = 1; k < used.different(); ++k) used.gap = std::min(used.gap, used.group_t(k) - used.group_t(k - 1));
    return used;
}

Bounds log_width_bounds(const Scaled& points) { return {std::log(points.gap / 20), std::log(10.0)}; }
Bounds midpoint_bounds() { return {-0.5, 1.5}; }

Step best_step(const Scaled& points, const Options& options, bool with_one_between) {
    const double total = std::accumulate(points.y.begin(), points.y.end(), 0.0);
    const double reference = total / static_cast<double>(points.size());
    Options levels = options;
    levels.low = moved(options.low, reference), levels.high = moved(options.high, reference);
    const auto sums = running_sums(points, reference);
    Step best;
    for (std::size_t left = 0; left + 1 < points.different(); ++left)
        for (std::size_t right = left + 1; right <= left + (with_one_between ? 2 : 1) && right < points.different(); ++right) {
            const Step step = step_at(points, sums, left, right, levels);
            if (step.chi_square < best.chi_square) best = step;
        }
    best.low.value += reference, best.high.value += reference;
    return best;
}

std::vector<Parameters> starts(const Scaled& points, const Options& options) {
    const auto places = midpoints(points);
    const double first = std::log(points.gap / 8), last = std::log(3.0);  // inside of the bounds
    const auto steps = static_cast<int>(std::ceil((last - first) / 0.5));
    std::vector<Parameters> best;
    Doubles chi_squares;
    for (int k = 0; k <= steps; ++k) {
        best.emplace_back();
        chi_squares.push_back(std::numeric_limits<double>::infinity());
        for (const double midpoint : places) {
            double chi_square = 0;
            const Parameters at = solved(points, options, midpoint, first + (last - first) * k / steps, chi_square);
            if (!(chi_square < chi_squares.back())) continue;
            chi_squares.back() = chi_square;
            best.back() = at;
        }
    }
    std::vector<Parameters> chosen;
    for (std::size_t k = 0; k < best.size(); ++k) {
        const bool from_left = k == 0 || chi_squares[k] < chi_squares[k - 1];
        const bool from_right = k + 1 == best.size() || chi_squares[k] <= chi_squares[k + 1];
        if (std::isfinite(chi_squares[k]) && from_left && from_right) chosen.push_back(best[k]);
    }
    return chosen;
}

}  // namespace sluice::logistic_fit
