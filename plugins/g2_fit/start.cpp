// SPDX-License-Identifier: BSD-3-Clause
// A start from the lags alone: for each rate of a grid the model is linear in contrast and baseline.
#include "start.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/relaxation.hpp>

namespace sluice::g2_fit {
namespace {

/// Sums over the lags for a decay E_i: what the linear problem in contrast and baseline needs.
struct Sums {
    double w = 0, e = 0, ee = 0, y = 0, ey = 0;
};

Sums sums_of(const Lags& lags, const Doubles& decays) {
    Sums s;
    for (std::size_t i = 0; i < lags.size(); ++i) {
        const double w = lags.weight[i], e = decays[i], y = lags.g2[i];
        s.w += w, s.e += w * e, s.ee += w * e * e, s.y += w * y, s.ey += w * e * y;
    }
    return s;
}

double contrast_of(const Sums& s, const Fixed& fixed, double largest) {
    if (fixed.contrast) return *fixed.contrast;
    const double top = fixed.baseline ? s.ey - *fixed.baseline * s.e : s.ey - s.e * s.y / s.w;
    const double bottom = fixed.baseline ? s.ee : s.ee - s.e * s.e / s.w;
    return bottom > 0 ? std::clamp(top / bottom, 0.0, largest) : largest / 2;
}

double chi_square_at(const Lags& lags, const Doubles& decays, const Parameters& at) {
    double sum = 0;
    for (std::size_t i = 0; i < lags.size(); ++i) {
        const double residual = at.baseline + at.contrast * decays[i] - lags.g2[i];
        sum += lags.weight[i] * residual * residual;
    }
    return sum;
}

}  // namespace

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
    double w = 0, wy = 0, sum = 0;
    for (std::size_t i = 0; i < lags.size(); ++i) w += lags.weight[i], wy += lags.weight[i] * lags.g2[i];
    const double level = constant.value_or(wy / w);
    for (std::size_t i = 0; i < lags.size(); ++i) sum += lags.weight[i] * (lags.g2[i] - level) * (lags.g2[i] - level);
    return sum;
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
            const Sums s = sums_of(lags, decays);
            at.contrast = contrast_of(s, fixed, largest_contrast);
            at.baseline = fixed.baseline.value_or((s.y - at.contrast * s.e) / s.w);
            const double chi_square = chi_square_at(lags, decays, at);
            if (!(chi_square < lowest)) continue;
            lowest = chi_square;
            best = at;
        }
    }
    return best;
}

}  // namespace sluice::g2_fit
