// SPDX-License-Identifier: BSD-3-Clause
// The Porod invariant: choice of points, quadrature weights, and the sums over them.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

#include "tails.hpp"

namespace sluice::porod_invariant {
namespace {

using numerics::fail;
using Index = std::ptrdiff_t;

// --- checks and choice of points -------------------------------------------------------------------------------

void check_length(const char* name, std::size_t got, std::size_t needed) {
    if (got != needed)
        fail<std::invalid_argument>(name, " has ", got, " points and q has ", needed, ". They must agree.");
}

void check_q(std::span<const double> q) {
    for (std::size_t i = 0; i < q.size(); ++i) {
        if (!(q[i] >= 0) || std::isinf(q[i]))
            fail<std::domain_error>("q[", i, "] = ", q[i], ", must be finite and >= 0. Remove the point.");
        if (i == 0 || q[i] > q[i - 1]) continue;
        const bool duplicate = q[i] == q[i - 1];
        fail<std::domain_error>("q[", i, "] = ", q[i], duplicate ? " repeats" : " is below", " q[", i - 1, "] = ",
                                q[i - 1], ", q must be strictly increasing. ",
                                duplicate ? "Merge the two points or remove one." : "Sort the curve by q.");
    }
}

void check(const Curve& curve, const Options& options) {
    const auto n = curve.q.size();
    check_length("intensity", curve.intensity.size(), n);
    if (!curve.variance.empty()) check_length("variance", curve.variance.size(), n);
    if (!curve.mask.empty()) check_length("mask", curve.mask.size(), n);
    if (!(options.q_min < options.q_max))
        fail<std::invalid_argument>("q_min = ", options.q_min, ", must be below q_max = ", options.q_max, ".");
    check_q(curve.q);
    for (std::size_t i = 0; i < curve.variance.size(); ++i)
        if (curve.variance[i] < 0)
            fail<std::domain_error>("variance[", i, "] = ", curve.variance[i], ", must be >= 0. Mask the point.");
}

Points select(const Curve& curve, const Options& options) {
    Points points;
    for (std::size_t i = 0; i < curve.q.size(); ++i) {
        if (!numerics::inside(curve.q[i], options.q_min, options.q_max)) continue;
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        const bool known = curve.variance.empty() || std::isfinite(curve.variance[i]);
        if (masked || !known || !std::isfinite(curve.intensity[i])) {
            ++points.left_out;
            continue;
        }
        points.position.push_back(i);
        points.q.push_back(curve.q[i]);
        points.intensity.push_back(curve.intensity[i]);
        if (!curve.variance.empty()) points.variance.push_back(curve.variance[i]);
    }
    if (points.size() < 2)
        fail<std::domain_error>("between q_min = ", options.q_min, " and q_max = ", options.q_max,
                                " (in the unit of q), ", points.size(), " of ", curve.q.size(), " points can be used (",
                                points.left_out,
                                " more are masked or not finite); at least 2 are needed. Widen the range.");
    return points;
}

// --- linear sums -----------------------------------------------------------------------------------------------

Doubles trapezoid_weights(const Doubles& q) {
    Doubles weights(q.size());
    for (std::size_t i = 0; i + 1 < q.size(); ++i) {
        const double half = (q[i + 1] - q[i]) / 2;
        weights[i] += half;
        weights[i + 1] += half;
    }
    return weights;
}

Doubles simpson_weights(const Doubles& q) {
    const std::size_t n = q.size();
    if (n < 3) return trapezoid_weights(q);
    Doubles weights(n);
    for (std::size_t i = 0; i + 2 < n; i += 2) {
        const double h = q[i + 1] - q[i], k = q[i + 2] - q[i + 1], sum = h + k;
        weights[i] += sum * (2 * h - k) / (6 * h);
        weights[i + 1] += sum * sum * sum / (6 * h * k);
        weights[i + 2] += sum * (2 * k - h) / (6 * k);
    }
    if (n % 2 == 0) {  // the last interval alone, on the parabola through the last three points
        const double h = q[n - 2] - q[n - 3], k = q[n - 1] - q[n - 2], sum = h + k;
        weights[n - 3] -= k * k * k / (6 * h * sum);
        weights[n - 2] += k * (3 * h + k) / (6 * h);
        weights[n - 1] += k * (3 * h + 2 * k) / (6 * sum);
    }
    return weights;
}

/// Turns weights of q^2 I into weights of I, which is the gradient of the sum with respect to each intensity.
Doubles gradient_of(Doubles weights, const Doubles& q) {
    for (std::size_t i = 0; i < q.size(); ++i) weights[i] *= q[i] * q[i];
    return weights;
}

Value sum_of(const Doubles& gradient, const Points& points) {
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) sum += gradient[i] * points.intensity[i];
    return {sum, sigma_of(gradient, points)};
}

// --- results ---------------------------------------------------------------------------------------------------

/// Integrand and running trapezoid at the used points, NaN elsewhere. `settled` is the variance of the points before
/// this one, which have their full weight; this one has its left half interval only.
void fill_profile(const Points& points, std::size_t n, Result& result) {
    for (auto* column : {&result.integrand, &result.integrand_variance}) column->assign(n, unknown);
    for (auto* column : {&result.cumulative, &result.cumulative_variance}) column->assign(n, unknown);
    double sum = 0, settled = 0, previous = 0, left = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double q_squared = points.q[i] * points.q[i], integrand = q_squared * points.intensity[i];
        sum += left * (previous + integrand);
        const std::size_t at = points.position[i];
        result.integrand[at] = integrand;
        result.cumulative[at] = sum;
        const double right = i + 1 == points.size() ? 0 : (points.q[i + 1] - points.q[i]) / 2;
        if (!points.variance.empty()) {
            const double variance = q_squared * q_squared * points.variance[i];
            result.integrand_variance[at] = variance;
            result.cumulative_variance[at] = settled + left * left * variance;
            settled += (left + right) * (left + right) * variance;
        }
        previous = integrand;
        left = right;
    }
}

void add_up(const Doubles& data_gradient, const Tail& low, const Tail& high, const Points& points, Result& result) {
    result.status = std::max(low.status, high.status);
    if (result.status != Status::ok) {
        for (auto* part : {&result.low, &result.data, &result.high}) part->fraction = unknown;
        return;
    }
    Doubles gradient = data_gradient;
    for (std::size_t i = 0; i < points.size(); ++i) gradient[i] += low.gradient[i] + high.gradient[i];
    const double total = result.low.value + result.data.value + result.high.value;
    result.total = {total, sigma_of(gradient, points)};
    for (auto* part : {&result.low, &result.data, &result.high}) part->fraction = part->value / total;
    if (std::max(std::abs(result.low.fraction), std::abs(result.high.fraction)) > 0.5)
        result.status = Status::tail_dominates;
}

}  // namespace

Result integrate(const Curve& curve, const Options& options) {
    check(curve, options);
    const Points points = select(curve, options);
    const Doubles trapezoid = gradient_of(trapezoid_weights(points.q), points.q);
    const Doubles simpson = gradient_of(simpson_weights(points.q), points.q);

    Result result;
    result.trapezoid = sum_of(trapezoid, points);
    result.simpson = sum_of(simpson, points);
    result.quadrature_term = std::abs(result.simpson.value - result.trapezoid.value);
    result.q_first = points.q.front();
    result.q_last = points.q.back();
    result.points_used = static_cast<Index>(points.size());
    result.points_left_out = points.left_out;
    fill_profile(points, curve.q.size(), result);

    const bool by_simpson = options.quadrature == Quadrature::simpson;
    const Value data = by_simpson ? result.simpson : result.trapezoid;
    const Tail low = low_tail(options, points), high = high_tail(options, points);
    result.data = {data.value, data.sigma, unknown};
    result.low = low.part;
    result.high = high.part;
    result.low_fit = low.fit;
    result.high_fit = high.fit;
    add_up(by_simpson ? simpson : trapezoid, low, high, points, result);
    return result;
}

}  // namespace sluice::porod_invariant
