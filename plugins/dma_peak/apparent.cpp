// SPDX-License-Identifier: BSD-3-Clause
// The first maximum of a smoothed curve, then the polynomial that follows it, and what other windows and orders would give.
#include "apparent.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "local_polynomial.hpp"
#include "search.hpp"

namespace sluice::dma_peak {
namespace {

constexpr double outer_errors = 2;      ///< of a maximum near an end: enough to say that it is one
constexpr double shoulder_part = 0.75;  ///< of the slopes on both sides, at most

void check(const ApparentOptions& options) {
    using numerics::fail;
    if (!(options.half_width_K > 0)) fail<std::invalid_argument>("half_width = ", options.half_width_K, " K, must be above 0.");
    if (options.order < 2 || options.order > 6) fail<std::invalid_argument>("order = ", options.order, ", must be from 2 to 6.");
    if (!(options.significance > 0)) fail<std::invalid_argument>("significance = ", options.significance, ", must be above 0.");
    if (options.from_K >= options.to_K)
        fail<std::invalid_argument>("from = ", options.from_K, " K, must be below to = ", options.to_K, " K. Swap the two.");
}

struct Feature {
    double temperature_K;
    bool maximum;  ///< else a shoulder
};

bool stands_out(const Extremum& top, const Series& level, double half_K, double significance) {
    const double t = level.temperature_K[top.at];
    const double left = t - level.temperature_K.front() < half_K ? std::min(outer_errors, significance) : significance;
    const double right = level.temperature_K.back() - t < half_K ? std::min(outer_errors, significance) : significance;
    return top.left_errors >= left && top.right_errors >= right && std::max(top.left_errors, top.right_errors) >= significance;
}

bool is_shoulder(const Extremum& dip, const Series& slope, double significance) {
    const double value = slope.value[dip.at];
    return dip.left_errors >= significance && dip.right_errors >= significance && value > -significance * slope.sigma[dip.at] &&
           value <= shoulder_part * std::min(slope.value[dip.left], slope.value[dip.right]);
}

/// Maxima and shoulders that stand out, by temperature.
std::vector<Feature> features(const Points& points, const ApparentOptions& options) {
    const auto [level, slope] = smoothed(points, options.half_width_K, options.half_width_K / 4);
    std::vector<Feature> all;
    for (const auto& top : maxima(level))
        if (stands_out(top, level, options.half_width_K, options.significance))
            all.push_back({level.temperature_K[top.at], true});
    const auto tops = all;
    for (const auto& dip : maxima(slope, -1)) {
        const double left = slope.temperature_K[dip.left], right = slope.temperature_K[dip.right];
        const bool has_top = std::any_of(tops.begin(), tops.end(), [&](const Feature& top) {
            return left <= top.temperature_K && top.temperature_K <= right;
        });
        if (!has_top && is_shoulder(dip, slope, options.significance)) all.push_back({slope.temperature_K[dip.at], false});
    }
    std::sort(all.begin(), all.end(), [](const Feature& a, const Feature& b) { return a.temperature_K < b.temperature_K; });
    return all;
}

const Feature& chosen(const std::vector<Feature>& all, const std::optional<double>& near_K) {
    if (!near_K) return all.front();
    return *std::min_element(all.begin(), all.end(), [&](const Feature& a, const Feature& b) {
        return std::abs(a.temperature_K - *near_K) < std::abs(b.temperature_K - *near_K);
    });
}

std::optional<Place> top_near(const Points& points, double start_K, double half_K, std::ptrdiff_t order) {
    return followed_zero(points, start_K, half_K, order, 1, true);
}

/// Larger change of the temperature over two variants; NaN when one of them has no maximum.
double shift(const std::optional<Place>& a, const std::optional<Place>& b, double temperature_K) {
    if (!a || !b) return unknown;
    return std::max(std::abs(a->temperature.value - temperature_K), std::abs(b->temperature.value - temperature_K));
}

/// Whether the maximum has points near it on both sides.
ApparentStatus status_at(const Points& points, double top_K, double half_K) {
    const auto& t = points.temperature_K;
    if (top_K - t.front() < half_K / 2 || t.back() - top_K < half_K / 2) return ApparentStatus::at_edge;
    const auto above = std::lower_bound(t.begin(), t.end(), top_K);
    return *above - top_K > half_K / 2 || top_K - *(above - 1) > half_K / 2 ? ApparentStatus::too_few_points : ApparentStatus::ok;
}

/// Why a maximum of the smoothed curve is none of the polynomial.
ApparentStatus failure(const Points& points, const Feature& feature, const ApparentOptions& options) {
    const LocalPolynomial around(points, feature.temperature_K, options.half_width_K, options.order);
    if (around.points() < options.order + 3 || !around.solved()) return ApparentStatus::too_few_points;
    const auto& t = points.temperature_K;
    const double to_end = std::min(feature.temperature_K - t.front(), t.back() - feature.temperature_K);
    return to_end < options.half_width_K ? ApparentStatus::at_edge : ApparentStatus::none;
}

/// d2y/dT2 at the maximum. Noise moves a maximum to where the polynomial happens to be curved most, which feigns a small
/// error: so unless its curvature is 6 standard errors, that of a parabola in the same window counts, which is low by 7 %
/// for a Cole-Cole peak of a metallic glass.
double curvature(const Points& points, const LocalPolynomial& polynomial, double top_K) {
    const Value own = polynomial.derivative(top_K, 2);
    if (own.value * own.value > 36 * own.variance) return own.value;
    const LocalPolynomial parabola(points, polynomial.centre_K(), polynomial.half_K(), 2);
    const double plain = parabola.derivative(top_K, 2).value;
    return plain < 0 ? plain : own.value;
}

void read(const Points& points, const Place& top, const ApparentOptions& options, ApparentPeak& peak) {
    auto polynomial = top.polynomial;
    const double t = top.temperature.value, half = options.half_width_K;
    peak.drift = polynomial.drift_factor();
    polynomial.scale_variances(peak.drift);
    peak.temperature = {t, polynomial.derivative(t, 1).variance / std::pow(curvature(points, polynomial, t), 2)};
    peak.height = polynomial.at(t);
    peak.noise = polynomial.noise();
    peak.points = polynomial.points();
    const auto order = options.order, lower = std::max<std::ptrdiff_t>(2, order - 1);
    peak.window_shift = shift(top_near(points, t, 0.75 * half, order), top_near(points, t, 1.25 * half, order), t);
    peak.order_shift = shift(top_near(points, t, half, lower), top_near(points, t, half, order + 1), t);
}

/// The polynomial at the temperatures of the curve that are inside its window, usable or not.
void draw(const Curve& curve, const LocalPolynomial& polynomial, std::vector<double>& out) {
    for (std::size_t i = 0; i < curve.temperature_K.size(); ++i)
        if (std::abs(curve.temperature_K[i] - polynomial.centre_K()) <= polynomial.half_K())  // false for NaN
            out[i] = polynomial.at(curve.temperature_K[i]).value;
}

}  // namespace

ApparentPeak apparent_peak(const Curve& curve, const ApparentOptions& options) {
    check(options);
    const Points points = usable_points(curve, options.from_K, options.to_K);
    ApparentPeak peak;
    peak.curve.assign(curve.temperature_K.size(), unknown);
    peak.status = points.turns ? ApparentStatus::turns : ApparentStatus::too_few_points;
    if (points.turns || static_cast<std::ptrdiff_t>(points.size()) < options.order + 3) return peak;
    const auto all = features(points, options);
    peak.status = ApparentStatus::none;
    if (all.empty()) return peak;
    const auto& feature = chosen(all, options.near_K);
    peak.found_K = feature.temperature_K;
    peak.status = ApparentStatus::shoulder;
    if (!feature.maximum) return peak;
    const auto top = top_near(points, feature.temperature_K, options.half_width_K, options.order);
    peak.status = top ? status_at(points, top->temperature.value, options.half_width_K) : failure(points, feature, options);
    if (peak.status != ApparentStatus::ok) return peak;
    peak.found_K = top->temperature.value;
    read(points, *top, options, peak);
    draw(curve, top->polynomial, peak.curve);
    return peak;
}

}  // namespace sluice::dma_peak
