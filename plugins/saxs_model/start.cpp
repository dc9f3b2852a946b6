// SPDX-License-Identifier: BSD-3-Clause
// The search for a start.
#include "start.hpp"

#include <algorithm>
#include <cmath>

#include "descent.hpp"

namespace sluice::saxs_model {
namespace {

using Doubles = std::vector<double>;

constexpr std::size_t candidates = 5;
constexpr double apart = 0.06;  ///< of the radius

/// Values to try for one parameter: the fixed one, some about a start, or the wide list, all within the bounds.
Doubles to_try(const Kind& kind, const Options& options, std::size_t parameter, const Doubles& wide) {
    const auto& known = options.parameters[parameter];
    if (!uses(kind, parameter)) return {0};
    if (known.fixed) return {*known.fixed};
    Doubles tried = wide;
    if (known.start) tried = {0.7 * *known.start, 0.85 * *known.start, *known.start, 1.15 * *known.start, 1.3 * *known.start};
    for (double& each : tried) each = std::clamp(each, known.lower, known.upper);
    std::sort(tried.begin(), tried.end());
    tried.erase(std::unique(tried.begin(), tried.end()), tried.end());
    return tried;
}

Doubles radii_to_try(const Points& points, const Options& options) {
    const auto& known = options.parameters[radius];
    if (known.fixed) return {*known.fixed};
    const double last = points.q.back(), first = std::max(points.q.front(), last / 1e4);
    double at = 0.8 / last, end = 6 / first;
    if (known.start) at = *known.start * 0.7, end = *known.start * 1.35;
    at = std::clamp(at, known.lower, known.upper);
    end = std::clamp(end, known.lower, known.upper);
    Doubles tried;
    for (; at <= end; at += std::max(0.5 / last, 0.03 * at)) tried.push_back(at);
    if (tried.empty()) tried.push_back(end);
    return tried;
}

struct Candidate {
    double cost;
    Values values;
};

/// Keeps the lowest, one per radius (to `apart`).
void keep(std::vector<Candidate>& best, const Candidate& next) {
    for (auto& each : best)
        if (std::abs(each.values[radius] / next.values[radius] - 1) < apart) {
            if (next.cost < each.cost) each = next;
            std::sort(best.begin(), best.end(), [](const auto& a, const auto& b) { return a.cost < b.cost; });
            return;
        }
    if (best.size() == candidates && !(next.cost < best.back().cost)) return;
    best.push_back(next);
    std::sort(best.begin(), best.end(), [](const auto& a, const auto& b) { return a.cost < b.cost; });
    if (best.size() > candidates) best.pop_back();
}

/// Lists for the parameters but the radius; those of lengths as multiples of the radius.
struct Grid {
    Doubles spread, thickness, contrast, hard_ratio, fraction;
};

/// All of the grid at one radius. P is computed once per spread and shell, S once per hard-sphere radius and density.
void scan(const Points& points, const Options& options, const Grid& grid, double r, std::vector<Candidate>& best) {
    const Kind& kind = options.kind;
    Values values{};
    values[radius] = r;
    std::vector<std::pair<std::array<double, 2>, Shape>> fluids;
    Kind only_structure = kind;
    only_structure.form = Sphere{};
    only_structure.distribution = numerics::SizeDistribution::monodisperse;
    only_structure.decoupling = false;
    const auto& hard = options.parameters[hard_sphere_radius];
    for (const double hard_radius : to_try(kind, options, hard_sphere_radius, [&] {
             Doubles list;
             for (const double ratio : grid.hard_ratio) list.push_back(ratio * r);
             return list;
         }()))
        for (const double fraction : grid.fraction) {
            values[hard_sphere_radius] = std::clamp(hard_radius, hard.lower, hard.upper);
            values[volume_fraction] = fraction;
            fluids.push_back({{values[hard_sphere_radius], fraction}, shape_of(only_structure, points.q, values, false)});
        }
    Kind only_form = kind;
    only_form.structure = Structure::none;
    for (const double spread : grid.spread)
        for (const double thickness : grid.thickness)
            for (const double contrast : grid.contrast) {
                values[size_spread] = spread;
                values[shell_thickness] = thickness;
                values[shell_contrast] = contrast;
                Shape shape = shape_of(only_form, points.q, values, false);
                for (auto& [at, fluid] : fluids) {
                    values[hard_sphere_radius] = at[0];
                    values[volume_fraction] = at[1];
                    shape.structure_factor = fluid.structure_factor;
                    const double cost = solve_amplitudes(points, shape, options, values);
                    if (std::isfinite(cost)) keep(best, {cost, values});
                }
            }
}

}  // namespace

std::vector<Values> start_of(const Points& points, const Options& options) {
    const Kind& kind = options.kind;
    const Doubles spreads{0.03, 0.08, 0.16, 0.3}, ratios{1.0, 1.2}, fractions{0.05, 0.2, 0.35};
    Grid grid{to_try(kind, options, size_spread, spreads),
              {},
              to_try(kind, options, shell_contrast, {-1.5, -0.5, 0.3, 0.7, 2}),
              ratios,
              to_try(kind, options, volume_fraction, fractions)};
    std::vector<Candidate> best;
    for (const double r : radii_to_try(points, options)) {
        grid.thickness = to_try(kind, options, shell_thickness, {0.15 * r, 0.4 * r, r});
        scan(points, options, grid, r, best);
    }
    if (kind.structure != Structure::none) {  // the fluid, finer, where the radius is about right
        const auto coarse_best = best;
        for (const auto& each : coarse_best) {
            const Grid fine{{each.values[size_spread]},
                            {each.values[shell_thickness]},
                            {each.values[shell_contrast]},
                            {0.9, 1.0, 1.1, 1.2, 1.35, 1.55},
                            to_try(kind, options, volume_fraction, {0.02, 0.1, 0.17, 0.24, 0.31, 0.38, 0.45})};
            scan(points, options, fine, each.values[radius], best);
        }
    }
    std::vector<Values> out;
    for (const auto& each : best) out.push_back(each.values);
    return out;
}

}  // namespace sluice::saxs_model
