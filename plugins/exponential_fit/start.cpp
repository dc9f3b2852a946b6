// SPDX-License-Identifier: BSD-3-Clause
// A start from the points alone: for each decay constant of a grid the model is linear in amplitude and offset.
#include "start.hpp"

#include <algorithm>
#include <set>

#include <sluice/numerics/linear_fit.hpp>
#include <sluice/numerics/shape_sums.hpp>

namespace sluice::exponential_fit {
namespace {

double amplitude_of(const numerics::ShapeSums& sums, const std::optional<double>& offset) {
    const double curvature = sums.curvature(offset);
    return curvature > 1e-12 * sums.ee ? sums.slope(offset) / curvature : 0;
}

}  // namespace

Scaled points_in_use(const Points& points, const Options& options) {
    const auto y = numerics::within(points.x, options.first, options.last, points.y, points.mask);
    Scaled used;
    std::set<double> different;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double variance = points.variances.empty() ? 1 : points.variances[i];
        if (!std::isfinite(points.x[i]) || !std::isfinite(y[i]) || !std::isfinite(variance) || variance <= 0) continue;
        used.t.push_back(points.x[i]);
        used.y.push_back(y[i]);
        used.weight.push_back(1 / variance);
        different.insert(points.x[i]);
    }
    used.different = different.size();
    if (used.different < 2) return used;
    used.lowest = *different.begin();
    used.span = *different.rbegin() - used.lowest;
    used.gap = (*std::next(different.begin()) - used.lowest) / used.span;
    for (double& t : used.t) t = (t - used.lowest) / used.span;
    return used;
}

Bounds log_constant_bounds(const Scaled& points) { return {std::log(points.gap / 20), std::log(1e4)}; }

double chi_square_of_constant(const Scaled& points, const std::optional<double>& constant) {
    return numerics::chi_square_of_constant(points.y, points.weight, constant);
}

Parameters best_start(const Scaled& points, const std::optional<double>& offset) {
    Parameters best;
    double lowest = std::numeric_limits<double>::infinity();
    Doubles decays(points.size());
    const double first = std::log(points.gap / 5), last = std::log(30.0);  // inside of the bounds
    const auto steps = static_cast<int>(std::ceil((last - first) / 0.2));
    for (int k = 0; k <= steps; ++k) {
        Parameters at{0, first + (last - first) * k / steps, 0};
        std::transform(points.t.begin(), points.t.end(), decays.begin(), [&](double t) { return decay(t, at.log_constant); });
        const numerics::ShapePoints shape{points.y, points.weight, decays};
        const numerics::ShapeSums sums(shape);
        at.amplitude = amplitude_of(sums, offset);
        at.offset = offset.value_or(sums.best_offset(at.amplitude));
        const double chi_square = numerics::chi_square(shape, at.amplitude, at.offset);
        if (!(chi_square < lowest)) continue;
        lowest = chi_square;
        best = at;
    }
    return best;
}

}  // namespace sluice::exponential_fit
