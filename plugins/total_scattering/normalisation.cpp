// SPDX-License-Identifier: BSD-3-Clause
// Two linear problems: a straight line through intensities over expected level, and a ratio of weighted sums.
#include "normalisation.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/linear_fit.hpp>

namespace sluice::total_scattering {
namespace {

using Doubles = std::vector<double>;

void check(const Points& points, const Range& range) {
    const std::size_t n = points.q.size();
    const auto agree = [n](const char* name, std::size_t length) {
        if (length != n)
            numerics::fail<std::invalid_argument>(name, " has ", length, " points and q has ", n, ". They must agree.");
    };
    agree("intensity", points.intensity.size());
    if (!points.variance.empty()) agree("variance", points.variance.size());
    agree("expected", points.expected.size());
    agree("square_mean", points.square_mean.size());
    if (!(range.from <= range.to))
        numerics::fail<std::invalid_argument>("the range to fit begins at ", range.from, " and ends at ", range.to,
                                              " 1/angstrom. Swap fit_from and fit_to.");
}

/// From x = 1/alpha (and y = beta/alpha) with covariances.
Scale to_scale(const numerics::LinearFit& fit, std::optional<double> constant) {
    Scale scale;
    scale.points = fit.points;
    scale.found = fit.solved;
    if (!fit.solved) return scale;
    const double alpha = 1 / fit.values[0], square = alpha * alpha;
    if (!std::isfinite(alpha)) return scale;  // a curve of zeros
    scale.alpha = {alpha, square * square * fit.variance(0)};
    if (constant) {
        scale.beta = {*constant, 0};
        scale.covariance = 0;
        return scale;
    }
    const double beta = fit.values[1] * alpha, both = fit.covariance[1];
    scale.beta = {beta, square * (fit.variance(1) - 2 * beta * both + beta * beta * fit.variance(0))};
    scale.covariance = -square * alpha * (both - beta * fit.variance(0));
    return scale;
}

/// Weights of the mean over the range, adding up to 1; empty when no point is there.
Doubles mean_weights(const Points& points, const Range& range, std::ptrdiff_t& count) {
    Doubles weights(points.q.size(), 0);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double variance = points.variance.empty() ? 1 : points.variance[i];
        if (!numerics::inside(points.q[i], range.from, range.to) || !std::isfinite(points.intensity[i]) || !(variance > 0))
            continue;
        weights[i] = 1 / variance;
        sum += weights[i];
        ++count;
    }
    if (count == 0) return {};
    for (double& weight : weights) weight /= sum;
    return weights;
}

/// sum_i w_i y_i where w_i is not 0, so that y may be NaN elsewhere.
double weighted_sum(const Doubles& weights, std::span<const double> y) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] != 0) sum += weights[i] * y[i];
    return sum;
}

/// w of the integral up to `end`, with the piece below the first usable point, where I is taken as there.
Doubles krogh_moe_weights(const Points& points, double end, double damping) {
    constexpr double everything = -std::numeric_limits<double>::infinity();
    Doubles weights = trapezoid_weights(points.q, numerics::within(points.q, everything, end, points.intensity, {}));
    bool first = true;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] == 0) continue;
        const double q = points.q[i];
        weights[i] *= q * q * std::exp(-damping * q * q);
        if (first) weights[i] += q * q * q / 3;
        weights[i] /= points.square_mean[i];
        first = false;
    }
    return weights;
}

double plain_sum(const Doubles& weights) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    return sum;
}

/// alpha = level / sum k_i I_i and beta = alpha <I> - <E>, with their first-order variances.
Scale from_sums(const Points& points, const Doubles& k, double level, const Doubles& mean, std::optional<double> constant) {
    const double denominator = weighted_sum(k, points.intensity), alpha = level / denominator;
    const double mean_intensity = constant ? 0 : weighted_sum(mean, points.intensity);
    Scale scale;
    scale.found = true;
    if (!std::isfinite(alpha)) return scale;  // a curve of zeros
    scale.alpha = {alpha, points.variance.empty() ? unknown : 0};
    scale.beta = {constant ? *constant : alpha * mean_intensity - weighted_sum(mean, points.expected), scale.alpha.variance};
    scale.covariance = scale.alpha.variance;
    if (constant) scale.beta.variance = scale.covariance = 0;
    if (points.variance.empty()) return scale;
    for (std::size_t i = 0; i < k.size(); ++i) {
        if (k[i] == 0) continue;
        const double by_alpha = -alpha * k[i] / denominator;
        const double by_beta = constant ? 0 : alpha * mean[i] + mean_intensity * by_alpha;
        scale.alpha.variance += by_alpha * by_alpha * points.variance[i];
        scale.beta.variance += by_beta * by_beta * points.variance[i];
        scale.covariance += by_alpha * by_beta * points.variance[i];
    }
    return scale;
}

}  // namespace

std::vector<double> trapezoid_weights(std::span<const double> x, std::span<const double> y) {
    Doubles weights(x.size(), 0);
    std::ptrdiff_t before = -1;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(y[i])) continue;
        if (before >= 0) {
            const double half = (x[i] - x[static_cast<std::size_t>(before)]) / 2;
            weights[static_cast<std::size_t>(before)] += half;
            weights[i] += half;
        }
        before = static_cast<std::ptrdiff_t>(i);
    }
    return weights;
}

Scale high_q_scale(const Points& points, const Range& range, std::optional<double> constant) {
    check(points, range);
    const std::ptrdiff_t columns = constant ? 1 : 2;
    Doubles design;
    for (const double expected : points.expected) {
        design.push_back(expected + constant.value_or(0));
        if (!constant) design.push_back(1);
    }
    const auto intensity = numerics::within(points.q, range.from, range.to, points.intensity, {});
    return to_scale(numerics::linear_fit(design, columns, intensity, points.variance), constant);
}

Scale krogh_moe_scale(const Points& points, const Range& range, std::optional<double> constant,
                      double number_density_inv_angstrom3, double damping_angstrom2) {
    check(points, range);
    Doubles k = krogh_moe_weights(points, range.to, damping_angstrom2);
    const double all = plain_sum(k);
    std::ptrdiff_t count = 0;
    const Doubles mean = mean_weights(points, range, count);
    if (!(all > 0) || (mean.empty() && !constant)) return {};
    double level = weighted_sum(k, points.expected) - 2 * std::numbers::pi * std::numbers::pi * number_density_inv_angstrom3;
    level += all * (constant ? *constant : -weighted_sum(mean, points.expected));
    if (!constant)
        for (std::size_t i = 0; i < k.size(); ++i) k[i] -= all * mean[i];
    Scale scale = from_sums(points, k, level, mean, constant);
    scale.points = count;
    return scale;
}

}  // namespace sluice::total_scattering
