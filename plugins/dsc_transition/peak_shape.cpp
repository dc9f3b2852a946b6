// SPDX-License-Identifier: BSD-3-Clause
// Local polynomials at the apex and at the steepest point of a flank; errors from their covariance and the baseline's.
#include "peak_shape.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::dsc_transition {
namespace {

constexpr double tangent_half_window = 0.3;  ///< of the full width at half height, at most

/// Noise over height, of the mean of the points above half height.
double relative_noise(const PeakAbove& peak, const HalfHeight& half) {
    const double sigma = std::sqrt(peak.points.variance[peak.apex] * peak.baseline.scatter);
    return sigma / (half.height * std::sqrt(static_cast<double>(std::max<std::ptrdiff_t>(half.points, 1))));
}

/// Parts of the largest windows for which a polynomial misses a Gaussian by some 0.15 of the standard error: the quartic's height
/// at the apex is low by 1.05e-3 part^6, known to 2.15 noise / part^(1/2); the cubic's onset is off by 1.44e-3 part^4 full
/// widths, known to 6.2 noise / part^(3/2).
double apex_part(double noise) { return std::clamp(std::pow(290 * noise, 1 / 6.5), 0.2, 1.0); }
double tangent_part(double noise) { return std::clamp(std::pow(600 * noise, 1 / 5.5), 0.3, 1.0); }

/// A polynomial in x = (T - origin) / scale with the covariance of its coefficients.
struct LocalPolynomial {
    double origin = 0, scale = 1;
    numerics::LinearFit fit;
    double factor = 1;  ///< on the covariance

    [[nodiscard]] double derivative(double x, int order) const {
        double sum = 0;
        for (std::size_t j = fit.values.size(); j-- > static_cast<std::size_t>(order);)
            sum = sum * x + falling(j, order) * fit.values[j];
        return sum;
    }
    /// d (derivative of that order) / d coefficient j.
    [[nodiscard]] std::vector<double> gradient(double x, int order) const {
        std::vector<double> out;
        for (std::size_t j = 0; j < fit.values.size(); ++j)
            out.push_back(j < static_cast<std::size_t>(order) ? 0
                                                              : falling(j, order) * std::pow(x, static_cast<double>(j) - order));
        return out;
    }
    [[nodiscard]] double variance(const std::vector<double>& gradient) const {
        double sum = 0;
        const auto n = gradient.size();
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) sum += gradient[i] * gradient[j] * fit.covariance[i * n + j];
        return factor * sum;
    }
    [[nodiscard]] bool poor() const {
        const auto freedom = static_cast<double>(fit.degrees_of_freedom());
        return freedom > 0 && fit.chi_square / freedom > 1 + 3 * std::sqrt(2 / freedom);
    }

private:
    static double falling(std::size_t j, int order) {
        double out = 1;
        for (int k = 0; k < order; ++k) out *= static_cast<double>(j) - k;
        return out;
    }
};

/// Over the points of the peak in [from, to] K; not solved where there are fewer than degree + 3.
LocalPolynomial fit_polynomial(const PeakAbove& peak, double origin, double from, double to, std::ptrdiff_t degree) {
    LocalPolynomial out;
    out.origin = origin;
    out.scale = std::max({to - origin, origin - from, 1e-12});
    std::vector<double> x, y, variance;
    for (auto i = peak.first; i <= peak.last; ++i) {
        const double t = peak.points.temperature[i];
        if (t < from || t > to) continue;
        x.push_back((t - origin) / out.scale);
        y.push_back(peak.at(i));
        variance.push_back(peak.points.variance[i] * peak.baseline.scatter);
    }
    if (static_cast<std::ptrdiff_t>(x.size()) < degree + 3) return out;
    out.fit = numerics::polynomial_fit(x, degree, y, variance);
    if (out.fit.solved && out.poor()) out.factor = out.fit.chi_square / static_cast<double>(out.fit.degrees_of_freedom());
    return out;
}

/// The maximum of the polynomial nearest to x = 0 within +-0.7, by signs of its slope on a grid and bisection.
std::optional<double> vertex(const LocalPolynomial& polynomial) {
    constexpr int steps = 28;
    constexpr double reach = 0.7;
    std::optional<double> best;
    const auto slope = [&](double x) { return polynomial.derivative(x, 1); };
    for (int k = 0; k < steps; ++k) {
        double low = -reach + 2 * reach * k / steps, high = -reach + 2 * reach * (k + 1) / steps;
        if (!(slope(low) > 0 && slope(high) <= 0)) continue;
        for (int round = 0; round < 60; ++round) {
            const double middle = (low + high) / 2;
            (slope(middle) > 0 ? low : high) = middle;
        }
        if (!best || std::abs(low) < std::abs(*best)) best = low;
    }
    return best;
}

ApexFit values_of(const PeakAbove& peak, const LocalPolynomial& polynomial, double x) {
    ApexFit out;
    const double curvature = polynomial.derivative(x, 2), scale = polynomial.scale;
    const auto& baseline = peak.baseline;
    const auto near = std::clamp(peak.apex, baseline.first + 1, baseline.last - 1);
    const double step = peak.points.temperature[near + 1] - peak.points.temperature[near - 1];
    const double tilt = step > 0 ? baseline.variance(near - 1, {-1 / step, 0, 1 / step}) : 0;  // of the baseline's slope
    out.temperature.value = polynomial.origin + scale * x;
    out.temperature.variance =
        scale * scale * (polynomial.variance(polynomial.gradient(x, 1)) + tilt * scale * scale) / (curvature * curvature);
    out.height.value = peak.sign * polynomial.derivative(x, 0);
    out.height.variance = polynomial.variance(polynomial.gradient(x, 0)) + baseline.variance(near);
    return out;
}

/// Steepest place of a flank by local lines over half the window; its temperature.
std::optional<double> steepest(const PeakAbove& peak, const HalfHeight& half, int side) {
    const auto begin = side < 0 ? peak.first : peak.apex, end = (side < 0 ? peak.apex : peak.last) + 1;
    std::vector<double> t, y;
    for (auto i = begin; i < end; ++i) {
        t.push_back(peak.points.temperature[i]);
        y.push_back(peak.at(i));
    }
    const auto lines = local_lines(t, y, tangent_half_window * half.width());
    std::optional<double> best;
    double largest = 0;
    for (std::size_t k = 0; k < lines.slope.size(); ++k) {
        const double slope = -side * lines.slope[k];
        const bool on_flank = lines.value[k] > 0.1 * half.height && lines.value[k] < 0.95 * half.height;
        if (!on_flank || !(slope > largest)) continue;
        largest = slope;
        best = t[k];
    }
    return best;
}

/// Cubic about the steepest place, not beyond the apex; where the window holds too few points a wider one, then a line.
LocalPolynomial flank_polynomial(const PeakAbove& peak, const HalfHeight& half, int side, double place) {
    const double apex = peak.points.temperature[peak.apex];
    LocalPolynomial out;
    for (const std::ptrdiff_t degree : {3, 1})
        for (double part = tangent_part(relative_noise(peak, half)); part < 1.3; part *= 1.25) {
            const double reach = tangent_half_window * half.width() * part;
            const double from = side < 0 ? place - reach : std::max(place - reach, apex);
            const double to = side < 0 ? std::min(place + reach, apex) : place + reach;
            out = fit_polynomial(peak, place, from, to, degree);
            if (out.fit.solved) return out;
        }
    return out;
}

}  // namespace

HalfHeight half_height(const PeakAbove& peak) {
    const auto& t = peak.points.temperature;
    HalfHeight out;
    const auto from = std::max(peak.apex >= 2 ? peak.apex - 2 : 0, peak.first), to = std::min(peak.apex + 2, peak.last);
    for (auto i = from; i <= to; ++i) out.height += peak.at(i) / static_cast<double>(to - from + 1);
    auto low = peak.apex, high = peak.apex;
    while (low > peak.first && peak.at(low) > out.height / 2) --low;
    while (high < peak.last && peak.at(high) > out.height / 2) ++high;
    out.left = t[peak.apex] - t[low];
    out.right = t[high] - t[peak.apex];
    out.points = static_cast<std::ptrdiff_t>(high - low) - 1;
    return out;
}

ApexFit fit_apex(const PeakAbove& peak, const HalfHeight& half) {
    const double origin = peak.points.temperature[peak.apex], start = apex_part(relative_noise(peak, half));
    const auto fit_part = [&](double part, std::ptrdiff_t degree) {
        return fit_polynomial(peak, origin, origin - part * half.left, origin + part * half.right, degree);
    };
    std::optional<ApexFit> last;
    for (const std::ptrdiff_t degree : {4, 2}) {
        double part = degree == 4 ? start : start / 2;
        while (part < 1 && !fit_part(part, degree).fit.solved) part *= 1.25;  // enough points come first
        for (int round = 0; round < 12; ++round, part *= 0.85) {
            const auto polynomial = fit_part(part, degree);
            if (!polynomial.fit.solved) break;
            const auto x = vertex(polynomial);
            if (!x) continue;
            last = values_of(peak, polynomial, *x);
            if (!polynomial.poor()) return *last;
        }
        if (last) return *last;
    }
    return {};
}

PeakValue extrapolated_onset(const PeakAbove& peak, const HalfHeight& half, int side) {
    const auto place = steepest(peak, half, side);
    if (!place) return {};
    const auto polynomial = flank_polynomial(peak, half, side, *place);
    if (!polynomial.fit.solved) return {};
    double x = 0;  // of the steepest point: where the second derivative is 0, if that is near
    if (const auto& c = polynomial.fit.values; c.size() == 4) {
        const double inflection = -c[2] / (3 * c[3]);
        if (std::abs(inflection) < 0.7 && -side * c[3] < 0) x = inflection;
    }
    const double height = polynomial.derivative(x, 0), slope = polynomial.derivative(x, 1), scale = polynomial.scale;
    if (!(-side * slope > 0)) return {};
    // T = T* - scale p / p'. Where p'' = 0 it does not depend on where the tangent was taken, to first order.
    auto gradient = polynomial.gradient(x, 0);
    const auto by_slope = polynomial.gradient(x, 1);
    for (std::size_t j = 0; j < gradient.size(); ++j)
        gradient[j] = scale * (-gradient[j] / slope + height / (slope * slope) * by_slope[j]);
    const double onset = *place + scale * (x - height / slope);
    const auto& t = peak.points.temperature;
    auto near = static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), onset) - t.begin());
    near = std::clamp(near, peak.baseline.first, peak.baseline.last);
    return {onset, polynomial.variance(gradient) + peak.baseline.variance(near) * scale * scale / (slope * slope)};
}

}  // namespace sluice::dsc_transition
