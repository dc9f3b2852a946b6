// SPDX-License-Identifier: BSD-3-Clause
// The check: from the most significant point down, fit a line, take it off, look again.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "search.hpp"

namespace sluice::bragg_check {
namespace {

using numerics::fail;

constexpr std::ptrdiff_t fewest_for_scatter = 50;

void check_length(const char* name, std::size_t length, std::size_t n) {
    if (length != n) fail<std::invalid_argument>(name, " has ", length, " points and q has ", n, ". They must agree.");
}

void check_curve(const Curve& curve) {
    check_length("intensity", curve.intensity.size(), curve.q.size());
    if (!curve.variance.empty()) check_length("variance", curve.variance.size(), curve.q.size());
    if (!curve.mask.empty()) check_length("mask", curve.mask.size(), curve.q.size());
    for (std::size_t i = 1; i < curve.q.size(); ++i)
        if (!(curve.q[i] > curve.q[i - 1]))
            fail<std::domain_error>("q[", i, "] = ", curve.q[i], " does not lie above q[", i - 1, "] = ", curve.q[i - 1],
                                    ". Sort the curve by q and merge repeated points.");
}

void check_options(const Options& options) {
    if (!(options.widest > 0)) fail<std::invalid_argument>("widest = ", options.widest, ", must be above 0.");
    if (!(options.narrowest >= 0 && options.narrowest < options.widest))
        fail<std::invalid_argument>("narrowest = ", options.narrowest, ", must be at least 0 and below widest = ", options.widest,
                                    ".");
    if (!(options.narrowest_halo >= 2 * options.widest))
        fail<std::invalid_argument>("narrowest_halo = ", options.narrowest_halo,
                                    ", must be at least twice widest = ", options.widest,
                                    ": else a line cannot be told from a halo. Make widest smaller.");
    if (!(options.threshold > 0)) fail<std::invalid_argument>("threshold = ", options.threshold, ", must be above 0.");
    if (options.max_lines < 1) fail<std::invalid_argument>("max_lines = ", options.max_lines, ", must be at least 1.");
    if (!(options.first < options.last))
        fail<std::invalid_argument>("q_min = ", options.first, ", must be below q_max = ", options.last, ".");
}

void take_off(const Points& points, const Line& line, Doubles& y, Search& search) {
    const double centre = line.position.value, reach = 3 * line.width.value;
    const auto first = std::lower_bound(points.q.begin(), points.q.end(), centre - reach) - points.q.begin();
    const auto last = std::upper_bound(points.q.begin(), points.q.end(), centre + reach) - points.q.begin();
    for (auto k = static_cast<std::size_t>(first); k < static_cast<std::size_t>(last); ++k)
        y[k] -= line.height.value * gaussian(points.q[k] - centre, line.width.value);
    search.block(centre - line.width.value, centre + line.width.value);
    search.update(y, static_cast<std::size_t>(first), static_cast<std::size_t>(last));
}

/// Every step blocks at least one point, so it ends.
void find_lines(const Points& points, bool weighted, const Options& options, Result& result) {
    Search search(points, options);
    Doubles y = points.y;
    result.largest_significance = -std::numeric_limits<double>::infinity();
    while (static_cast<std::ptrdiff_t>(result.lines.size()) < options.max_lines) {
        const std::size_t i = search.best();
        const double significance = search.significance(i), width = search.width(i), half = width / 2;
        if (!(significance >= options.threshold)) {
            result.largest_significance = std::max(result.largest_significance, significance);
            break;
        }
        const double least = search.scale(i) * options.threshold;
        const bool beside_a_dip = search.beside_a_dip(i, options.widest);
        search.block(points.q[i] - half, points.q[i] + half);
        if (beside_a_dip) continue;
        auto line = fit_line(points, y, {i, width, least * least}, weighted, options);
        if (!line) continue;
        line->significance = significance;
        result.largest_significance = std::max(result.largest_significance, significance);
        take_off(points, *line, y, search);
        result.lines.push_back(*line);
    }
    if (!std::isfinite(result.largest_significance)) result.largest_significance = unknown;
}

}  // namespace

Result check(const Curve& curve, const Options& options) {
    check_curve(curve);
    check_options(options);
    Points points = usable_points(curve, options);
    Result result;
    result.searched = std::count_if(points.windows.begin(), points.windows.end(), [](const auto& w) { return w.searched(); });
    const bool weighted = !curve.variance.empty();
    if (result.searched < (weighted ? 1 : fewest_for_scatter)) return result;
    if (!weighted) estimate_variances(points);
    find_lines(points, weighted, options, result);
    result.status = result.lines.empty() ? Status::amorphous : Status::crystalline;
    std::sort(result.lines.begin(), result.lines.end(),
              [](const Line& a, const Line& b) { return a.position.value < b.position.value; });
    return result;
}

}  // namespace sluice::bragg_check
