// SPDX-License-Identifier: BSD-3-Clause
// A start from the points alone: for each decay constant of a grid the model is linear in amplitude and offset.
#include "start.hpp"

#include <algorithm>
#include <set>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::exponential_fit {
namespace {

/// Sums over the points for a decay e_i: what the linear problem in amplitude and offset needs.
struct Sums {
    double w = 0, e = 0, ee = 0, y = 0, ey = 0;
};

Sums sums_of(const Scaled& points, const Doubles& decays) {
    Sums s;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double w = points.weight[i], e = decays[i], y = points.y[i];
        s.w += w, s.e += w * e, s.ee += w * e * e, s.y += w * y, s.ey += w * e * y;
    }
    return s;
}

double amplitude_of(const Sums& s, const std::optional<double>& offset) {
    const double top = offset ? s.ey - *offset * s.e : s.ey - s.e * s.y / s.w;
    const double bottom = offset ? s.ee : s.ee - s.e * s.e / s.w;
    return bottom > 1e-12 * s.ee ? top / bottom : 0;
}

double chi_square_at(const Scaled& points, const Doubles& decays, const Parameters& at) {
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double residual = at.offset + at.amplitude * decays[i] - points.y[i];
        sum += points.weight[i] * residual * residual;
    }
    return sum;
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
    double w = 0, wy = 0, sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) w += points.weight[i], wy += points.weight[i] * points.y[i];
    const double level = constant.value_or(wy / w);
    for (std::size_t i = 0; i < points.size(); ++i) sum += points.weight[i] * (points.y[i] - level) * (points.y[i] - level);
    return sum;
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
        const Sums s = sums_of(points, decays);
        at.amplitude = amplitude_of(s, offset);
        at.offset = offset.value_or((s.y - at.amplitude * s.e) / s.w);
        const double chi_square = chi_square_at(points, decays, at);
        if (!(chi_square < lowest)) continue;
        lowest = chi_square;
        best = at;
    }
    return best;
}

}  // namespace sluice::exponential_fit
