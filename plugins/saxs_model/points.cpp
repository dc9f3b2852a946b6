// SPDX-License-Identifier: BSD-3-Clause
// The points of a curve that are fitted, and the few that are searched with.
#include "points.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>

namespace sluice::saxs_model {
namespace {

constexpr std::size_t coarse_points_wanted = 80;
constexpr double tolerated = 0.1;  ///< of the intensity: how wrong the model may be in the search

}  // namespace

Points points_in_use(const Curve& curve, const Options& options) {
    Points points;
    points.weighted = !curve.variance.empty();
    for (std::size_t i = 0; i < curve.q_inv_nm.size(); ++i) {
        const double q = curve.q_inv_nm[i], variance = points.weighted ? curve.variance[i] : 1;
        const bool inside = q > 0 && numerics::inside(q, options.q_first, options.q_last);
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        if (!inside || masked || !std::isfinite(curve.intensity[i]) || !std::isfinite(variance) || variance <= 0) continue;
        points.q.push_back(q);
        points.intensity.push_back(curve.intensity[i]);
        points.weight.push_back(1 / variance);
    }
    return points;
}

Points coarse(const Points& points) {
    const std::size_t step = std::max<std::size_t>(1, points.size() / coarse_points_wanted);
    double largest = 0;
    for (const double each : points.intensity) largest = std::max(largest, std::abs(each));
    Points out;
    out.weighted = true;
    for (std::size_t i = step / 2; i < points.size(); i += step) {
        const double error = std::max(tolerated * std::abs(points.intensity[i]), 1e-6 * largest);
        out.q.push_back(points.q[i]);
        out.intensity.push_back(points.intensity[i]);
        out.weight.push_back(1 / (error * error + (points.weighted ? 1 / points.weight[i] : 0)));
    }
    return out;
}

}  // namespace sluice::saxs_model
