// SPDX-License-Identifier: BSD-3-Clause
// A start from the lags alone: for each rate of a grid the model is linear in contrast and baseline.
#include "start.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/relaxation.hpp>
#include <sluice/numerics/shape_sums.hpp>

namespace sluice::g2_fit {

Lags lags_in_use(const Curve& curve, const Options& options) {
    Lags lags;
    for (std::size_t i = 0; i < curve.delay.size(); ++i) {
        const double delay = curve.delay[i], variance = curve.variance.empty() ? 1 : curve.variance[i];
        const bool inside = delay > 0 && numerics::inside(delay, options.first_delay, options.last_delay);
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        if (!inside || masked || !std::isfinite(curve.g2[i]) || !std::isfinite(variance) || variance <= 0) continue;
        lags.delay.push_back(delay);
        lags.g2.push_back(curve.g2[i]);
        lags.weight.push_back(1 / variance);
    }
    return lags;
}

double decay(double delay, const Parameters& at) {
    return numerics::stretched_exponential(at.log_rate + std::log(delay), at.exponent, 2).value;
}

LogRates log_rate_bounds(const Lags& lags, double smallest_exponent) {
    return {std::log(1e-6) / smallest_exponent - std::log(lags.delay.back()),
            std::log(1e3) / smallest_exponent - std::log(lags.delay.front())};
}

double chi_square_of_constant(const Lags& lags, const std::optional<double>& constant) {
    return numerics::chi_square_of_constant(lags.g2, lags.weight, constant);
}

Parameters best_start(const Lags& lags, const Fixed& fixed, double largest_contrast, const Doubles& exponents) {
    Parameters best;
    double lowest = std::numeric_limits<double>::infinity();
    Doubles decays(lags.size());
    for (const double exponent : exponents) {
        // (rate tau)^exponent from 1e-3 at the last lag to 30 at the first, in steps of a factor 1.28
        const double first = std::log(1e-3) / exponent - std::log(lags.delay.back());
        const double last = std::log(30.0) / exponent - std::log(lags.delay.front());
        const auto steps = static_cast<int>(std::ceil((last - first) * exponent / 0.25));
        for (int k = 0; k <= steps; ++k) {
            Parameters at{first + (last - first) * k / steps, 0, exponent, 0};
            std::transform(lags.delay.begin(), lags.delay.end(), decays.begin(), [&](double delay) { return decay(delay, at); });
            const numerics::ShapePoints points{lags.g2, lags.weight, decays};
            const numerics::ShapeSums sums(points);
            at.contrast = fixed.contrast.value_or(sums.amplitude_within(fixed.baseline, largest_contrast));
            at.baseline = fixed.baseline.value_or(sums.best_offset(at.contrast));
            const double chi_square = numerics::chi_square(points, at.contrast, at.baseline);
            if (!(chi_square < lowest)) continue;
            lowest = chi_square;
            best = at;
        }
    }
    return best;
}

}  // namespace sluice::g2_fit
