// SPDX-License-Identifier: BSD-3-Clause
// A start from the points alone: for each rate and spread of a grid the model is linear in amplitude and baseline.
#include "start.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/shape_sums.hpp>

namespace sluice::cumulant_fit {

Points points_in_use(const Curve& curve, const Options& options) {
    Points points;
    for (std::size_t i = 0; i < curve.delay.size(); ++i) {
        const double delay = curve.delay[i], variance = curve.variance.empty() ? 1 : curve.variance[i];
        const bool inside = delay > 0 && std::isfinite(delay) && numerics::inside(delay, options.first_delay, options.last_delay);
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        if (!inside || masked || !std::isfinite(curve.values[i]) || !std::isfinite(variance) || variance <= 0) continue;
        points.delay.push_back(delay);
        points.values.push_back(curve.values[i]);
        points.weight.push_back(1 / variance);
    }
    return points;
}

Decay decay(double delay, const Parameters& at) {
    const double x = std::exp(at.log_rate) * delay, e = std::exp(-x);
    if (e == 0) return {0, 0, 0, 0};
    const double sum = 1 + x * x * (at.spread / 2 - at.skew * x / 6);
    return {e * sum, e * x * (x * (at.spread - at.skew * x / 2) - sum), e * x * x / 2, -e * x * x * x / 6};
}

double model(double delay, const Parameters& at, Of of) {
    const double m = decay(delay, at).value;
    return at.baseline + at.amplitude * (of == Of::g1 ? m : m * m);
}

LogRates log_rate_bounds(const Points& points) {
    const auto [first, last] = std::minmax_element(points.delay.begin(), points.delay.end());
    return {std::log(1e-6 / *last), std::log(10 / *first)};
}

double largest_amplitude(const Points& points) {
    double largest = 0;
    for (const double each : points.values) largest = std::max(largest, std::abs(each));
    return 100 * largest;
}

double chi_square_of_constant(const Points& points, const std::optional<double>& constant) {
    return numerics::chi_square_of_constant(points.values, points.weight, constant);
}

Parameters best_start(const Points& points, const Options& options) {
    Parameters best;
    double lowest = std::numeric_limits<double>::infinity();
    Doubles decays(points.size());
    const auto bounds = log_rate_bounds(points);
    const double first = bounds.lower + std::log(1e3), last = bounds.upper - std::log(2.0);  // rate t of 1e-3 and of 5
    const auto steps = static_cast<int>(std::ceil((last - first) / 0.25));
    best.log_rate = (first + last) / 2;  // where no point of the grid has a chi-square: values whose squares are infinite
    best.baseline = options.baseline.value_or(0);
    const double largest = largest_amplitude(points);
    for (const double spread : options.order > 1 ? Doubles{0, 0.15, 0.5} : Doubles{0}) {
        for (int k = 0; k <= steps; ++k) {
            Parameters at{first + (last - first) * k / steps, spread, options.order > 2 ? 2 * spread * spread : 0, 1, 0};
            std::transform(points.delay.begin(), points.delay.end(), decays.begin(),
                           [&](double delay) { return model(delay, at, options.of); });
            const numerics::ShapePoints shape{points.values, points.weight, decays};
            const numerics::ShapeSums sums(shape);
            at.amplitude = options.amplitude.value_or(sums.amplitude_within(options.baseline, largest));
            at.baseline = options.baseline.value_or(sums.best_offset(at.amplitude));
            const double chi_square = numerics::chi_square(shape, at.amplitude, at.baseline);
            if (!(chi_square < lowest)) continue;
            lowest = chi_square;
            best = at;
        }
    }
    return best;
}

}  // namespace sluice::cumulant_fit
