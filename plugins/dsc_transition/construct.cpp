// SPDX-License-Identifier: BSD-3-Clause
// The construct by two lines and the tangent at the inflection, with the errors of the points propagated through it.
#include <algorithm>
#include <cmath>

#include "step_data.hpp"

namespace sluice::dsc_transition {
namespace {

using Doubles = std::vector<double>;
using numerics::LinearFit;

/// Value and variance of a polynomial at x (relative to its reference).
PeakValue polynomial_at(const LinearFit& fit, double x) {
    Doubles powers;
    double power = 1, value = 0, variance = 0;
    for (std::size_t i = 0; i < fit.values.size(); ++i, power *= x) {
        powers.push_back(power);
        value += power * fit.values[i];
    }
    for (std::size_t i = 0; i < powers.size(); ++i)
        for (std::size_t j = 0; j < powers.size(); ++j) variance += powers[i] * powers[j] * fit.covariance[i * powers.size() + j];
    return {value, variance};
}

/// Where a line crosses the tangent, in first order.
PeakValue crossing(const StepLine& line, const StepLine& tangent) {
    const double slope = tangent.slope - line.slope;
    const double T = tangent.reference_K + (line.at(tangent.reference_K).value - tangent.level) / slope;
    return {T, (line.at(T).variance + tangent.at(T).variance) / (slope * slope)};
}

/// The steepest line through a slope window in the middle of the step.
double steepest(const StepData& data, const StepWindows& windows, double window) {
    double best = windows.middle_K, largest = -std::numeric_limits<double>::infinity();
    for (double at = windows.middle_K - windows.half_width_K; at <= windows.middle_K + windows.half_width_K; at += window / 12) {
        const auto fit = fit_powers(data, {at - window / 2, at + window / 2}, at, 1);
        if (fit.solved && fit.values[1] > largest) largest = fit.values[1], best = at;
    }
    return best;
}

/// The inflection of a cubic about `at`: -c2 / (3 c3); nothing where the cubic has none as it should.
PeakValue inflection_of(const LinearFit& cubic, double at, double largest_shift) {
    if (!cubic.solved || !(cubic.values[3] < 0)) return {};
    const double c2 = cubic.values[2], c3 = cubic.values[3], shift = -c2 / (3 * c3);
    if (!(std::abs(shift) <= largest_shift)) return {};
    const double by_c2 = -1 / (3 * c3), by_c3 = -shift / c3;
    const double variance =
        by_c2 * by_c2 * cubic.variance(2) + by_c3 * by_c3 * cubic.variance(3) + 2 * by_c2 * by_c3 * cubic.covariance[2 * 4 + 3];
    return {at + shift, variance};
}

/// Where the cubic about `at` is half way between the lines.
PeakValue half_step(const LinearFit& cubic, double at, const StepNumbers& numbers, double largest_shift) {
    const double middle_slope = (numbers.glass.slope + numbers.liquid.slope) / 2;
    const auto miss = [&](double x) {
        return polynomial_at(cubic, x).value - (numbers.glass.at(at + x).value + numbers.liquid.at(at + x).value) / 2;
    };
    const auto slope = [&](double x) {
        return cubic.values[1] + 2 * cubic.values[2] * x + 3 * cubic.values[3] * x * x - middle_slope;
    };
    double x = 0;
    for (int i = 0; i < 20; ++i) x = std::clamp(x - miss(x) / slope(x), -largest_shift, largest_shift);
    if (!(std::abs(x) < largest_shift)) return {};
    const double lines = (numbers.glass.at(at + x).variance + numbers.liquid.at(at + x).variance) / 4;
    return {at + x, (polynomial_at(cubic, x).variance + lines) / (slope(x) * slope(x))};
}

/// At least 6 points in the window, at most 1.4 half widths unless that has too few.
double usable_window(const StepData& data, const StepWindows& windows) {
    double window = std::min(windows.slope_window_K, 1.4 * windows.half_width_K);
    const auto points = [&] {
        const auto first = std::lower_bound(data.T.begin(), data.T.end(), windows.middle_K - window / 2);
        return std::upper_bound(first, data.T.end(), windows.middle_K + window / 2) - first;
    };
    while (points() < 6 && window < 4 * windows.half_width_K) window *= 1.1;
    return window;
}

PeakValue heat_capacity_step(const StepNumbers& numbers, double rate) {
    const double T = numbers.midpoint.value;
    const PeakValue glass = numbers.glass.at(T), liquid = numbers.liquid.at(T);
    const double by_T = numbers.liquid.slope - numbers.glass.slope;
    const double variance = glass.variance + liquid.variance + by_T * by_T * numbers.midpoint.variance;
    return {(liquid.value - glass.value) / rate, variance / (rate * rate)};
}

}  // namespace

LinearFit fit_powers(const StepData& data, const Range& range, double reference, int degree) {
    const auto first = std::lower_bound(data.T.begin(), data.T.end(), range.from) - data.T.begin();
    const auto count = std::upper_bound(data.T.begin() + first, data.T.end(), range.to) - data.T.begin() - first;
    Doubles x;
    for (auto i = first; i < first + count; ++i) x.push_back(data.T[static_cast<std::size_t>(i)] - reference);
    const auto begin = static_cast<std::size_t>(first), n = static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0));
    const auto y = std::span(data.y).subspan(begin, n);
    if (!data.variances.empty()) return numerics::polynomial_fit(x, degree, y, data.variances.subspan(begin, n));
    if (!(data.noise > 0)) return numerics::polynomial_fit(x, degree, y);
    return numerics::polynomial_fit(x, degree, y, Doubles(n, data.noise * data.noise));
}

StepLine line_of(const LinearFit& fit, double reference) {
    if (!fit.solved) return {};
    return {reference, fit.values[0], fit.values[1], {fit.covariance[0], fit.covariance[1], fit.covariance[3]}};
}

StepNumbers construct_step(const StepData& data, const StepWindows& windows) {
    StepNumbers out;
    out.glass = line_of(fit_powers(data, windows.glass, windows.middle_K, 1), windows.middle_K);
    out.liquid = line_of(fit_powers(data, windows.liquid, windows.middle_K, 1), windows.middle_K);
    const double window = usable_window(data, windows);
    double at = steepest(data, windows, window);
    LinearFit cubic;
    for (int round = 0; round < 2; ++round) {
        cubic = fit_powers(data, {at - window, at + window}, at, 3);
        out.inflection = inflection_of(cubic, at, windows.half_width_K);
        if (std::isnan(out.inflection.value)) break;
        if (round == 0) at = out.inflection.value;
    }
    if (!std::isnan(out.inflection.value))
        at = out.inflection.value;
    else
        out.inflection.value = at;  // of the slopes alone, with no error to give
    out.tangent = line_of(fit_powers(data, {at - window / 2, at + window / 2}, at, 1), at);
    out.slope_window_K = window;
    out.solved =
        std::isfinite(out.glass.slope) && std::isfinite(out.liquid.slope) && std::isfinite(out.tangent.slope) && cubic.solved;
    if (!out.solved) return out;
    cubic = fit_powers(data, {at - window, at + window}, at, 3);
    out.onset = crossing(out.glass, out.tangent);
    out.end = crossing(out.liquid, out.tangent);
    out.midpoint = half_step(cubic, at, out, windows.half_width_K);
    out.heat_capacity_step = heat_capacity_step(out, data.rate);
    return out;
}

}  // namespace sluice::dsc_transition
