// SPDX-License-Identifier: BSD-3-Clause
// Differences of curves and their mean squares.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>

namespace sluice::difference_to_reference {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool usable(const Curve& curve, std::size_t i) {
    if (!curve.mask.empty() && curve.mask[i] != 0) return false;
    return std::isfinite(curve.values[i]) && (curve.variances.empty() || std::isfinite(curve.variances[i]));
}

void put(const Difference& out, std::size_t i, bool known, double value, double variance) {
    out.values[i] = known ? value : unknown;
    if (!out.variances.empty()) out.variances[i] = known ? variance : unknown;
    out.mask[i] = known ? 0 : 1;
}

/// Means over the points of a window.
struct Means {
    double points = 0, first = 0, last = 0;
    double square = 0, noise = 0, squared_noise = 0, cross = 0;

    void add(double x, double d, double v) {
        if (points == 0) first = x;
        last = x;
        ++points;
        square += d * d;
        noise += v;
        squared_noise += v * v;
        cross += (d * d - v) * v;
    }
    void divide() {
        for (double* each : {&square, &noise, &squared_noise, &cross}) *each /= points;
    }
    [[nodiscard]] double independent(double correlation_length) const {
        return correlation_length > 0 ? std::clamp((last - first) / correlation_length, 1.0, points) : points;
    }
};

double significance(double mean_square, double variance_of_noise) {
    if (variance_of_noise > 0) return mean_square / std::sqrt(variance_of_noise);
    return mean_square == 0 ? 0 : unknown;
}

double variance_of_root(double mean_square, double variance) {
    return variance > 0 ? variance / (4 * std::sqrt(mean_square * mean_square + variance / 10.24)) : variance;
}

}  // namespace

void subtract(const Curve& curve, const Curve& reference, const Difference& out) {
    for (std::size_t i = 0; i < curve.values.size(); ++i) {
        const double variance = curve.variances.empty() ? 0 : curve.variances[i] + reference.variances[i];
        put(out, i, usable(curve, i) && usable(reference, i), curve.values[i] - reference.values[i], variance);
    }
}

void subtract_itself(const Curve& curve, const Difference& out) {
    for (std::size_t i = 0; i < curve.values.size(); ++i) put(out, i, usable(curve, i), 0, 0);
}

Excess excess(std::span<const double> x, const Curve& difference, const Window& window, double correlation_length) {
    Means mean;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (numerics::inside(x[i], window.from, window.to) && usable(difference, i))
            mean.add(x[i], difference.values[i], difference.variances.empty() ? 0 : difference.variances[i]);
    Excess out;
    out.points = static_cast<std::ptrdiff_t>(mean.points);
    if (out.points == 0) return out;
    mean.divide();
    out.mean_square = mean.square - mean.noise;
    out.rms = std::copysign(std::sqrt(std::abs(out.mean_square)), out.mean_square);
    if (difference.variances.empty()) return out;
    const double m = mean.independent(correlation_length), of_noise = 2 * mean.squared_noise / m;
    out.variance = std::max(of_noise + 4 * mean.cross / m, of_noise / 4);
    out.rms_variance = variance_of_root(out.mean_square, out.variance);
    out.noise = std::sqrt(mean.noise);
    out.significance = significance(out.mean_square, of_noise);
    return out;
}

}  // namespace sluice::difference_to_reference
