// SPDX-License-Identifier: BSD-3-Clause
// Order metrics: the points in use, mean squares, the choice of peaks, and variances of all that is found.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

#include "parts.hpp"

namespace sluice::order_metrics {

using numerics::fail;

void Estimate::add_slopes(const Estimate& other, double factor) {
    if (gradient.empty()) gradient.assign(other.gradient.size(), 0.0);
    for (std::size_t i = 0; i < other.gradient.size(); ++i) gradient[i] += factor * other.gradient[i];
    by_density += factor * other.by_density;
}

double Propagation::variance(const Estimate& estimate) const {
    if (std::isnan(estimate.value)) return unknown;
    Doubles all(points_.all, 0.0);
    for (std::size_t i = 0; i < estimate.gradient.size(); ++i) all[points_.at[i]] = estimate.gradient[i];
    return covariance_.variance(all) + estimate.by_density * estimate.by_density * density_variance_;
}

namespace {

// --- checks and choice of points ---------------------------------------------------------------------------------

void check(const Curve& curve, const Covariance& covariance, const Options& options) {
    const auto n = curve.r.size();
    if (curve.reduced.size() != n || (!curve.mask.empty() && curve.mask.size() != n) ||
        (!covariance.points().empty() && covariance.points().size() != n))
        fail<std::invalid_argument>("r has ", n, " points; G, its mask and its variances must have as many.");
    for (std::size_t i = 0; i < n; ++i)
        if (!(curve.r[i] >= 0) || (i > 0 && !(curve.r[i] > curve.r[i - 1])))
            fail<std::domain_error>("r[", i, "] = ", curve.r[i],
                                    ", r must be at least 0 and increase strictly. Sort the points.");
    const double density = options.density.per_cubic_angstrom;
    if (density <= 0) fail<std::invalid_argument>("number_density = ", density, ", must be above 0 (atoms per cubic angstrom).");
    if (options.coordination == Coordination::limits && (!options.from || !options.to))
        fail<std::invalid_argument>("coordination is 'limits', which needs coordination_from and coordination_to.");
}

/// The data must reach as far as the range, to one step: of half a range the number would be another one.
void check_covered(std::span<const double> r, const Range& range, const char* name) {
    if (!(range.from < range.to)) fail<std::invalid_argument>(name, " = [", range.from, ", ", range.to, "], must increase.");
    if (r.size() < 2) fail<std::invalid_argument>("G has ", r.size(), " points; at least 2 are needed.");
    const auto n = r.size();
    const double before = r[0] - (r[1] - r[0]), behind = r[n - 1] + (r[n - 1] - r[n - 2]);
    if (range.from < before || range.to > behind)
        fail<std::invalid_argument>(name, " = [", range.from, ", ", range.to, "] angstrom, but r goes from ", r[0], " to ",
                                    r[n - 1], ". Choose a range inside, set it to null, or transform further in r.");
}

/// The limits that are given; those that are found have a status instead.
void check_limits(std::span<const double> r, const Options& options) {
    if (r.empty() || options.coordination == Coordination::none || !options.from) return;
    const double a = *options.from, b = options.to.value_or(r.back());
    if (!(a < b)) fail<std::invalid_argument>("coordination_from = ", a, " must be below coordination_to = ", b, " angstrom.");
    if (a < r.front() - 1e-9 || b > r.back() * (1 + 1e-9))
        fail<std::invalid_argument>("the coordination number is wanted between ", a, " and ", b, " angstrom, but r goes from ",
                                    r.front(), " to ", r.back(), ". Change coordination_from or coordination_to.");
}

Points select(const Curve& curve, const Covariance& covariance) {
    Points points;
    points.all = curve.r.size();
    const auto& variance = covariance.points();
    for (std::size_t i = 0; i < curve.r.size(); ++i) {
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        if (masked || !std::isfinite(curve.reduced[i]) || (!variance.empty() && !std::isfinite(variance[i]))) continue;
        points.at.push_back(i);
        points.r.push_back(curve.r[i]);
        points.reduced.push_back(curve.reduced[i]);
        if (!variance.empty()) points.variance.push_back(variance[i]);
    }
    return points;
}

// --- short and medium range --------------------------------------------------------------------------------------

/// Weights of a mean over the points in the range, by trapezoids; empty without two points.
Doubles mean_weights(const Points& points, Range range) {
    std::vector<std::size_t> used;
    Doubles r;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!numerics::inside(points.r[i], range.from, range.to)) continue;
        used.push_back(i);
        r.push_back(points.r[i]);
    }
    if (used.size() < 2) return {};
    const auto widths = numerics::trapezoid_weights(r);
    Doubles weights(points.size(), 0.0);
    for (std::size_t j = 0; j < used.size(); ++j) weights[used[j]] = widths[j] / (r.back() - r.front());
    return weights;
}

/// Root with the sign of m. Its variance: var m / (4 |m|), and 0.8 standard deviations of m where m is 0, which is what a
/// signed root of a normal number of mean 0 has.
Value signed_root(double m, double variance) {
    const double root = std::copysign(std::sqrt(std::abs(m)), m);
    return {root, variance > 0 ? variance / (4 * std::sqrt(m * m + variance / 10.24)) : variance};
}

Order order(const Points& points, const std::optional<Range>& range, const Propagation& propagation) {
    const auto weights = range ? mean_weights(points, *range) : Doubles();
    if (weights.empty()) return {};
    Estimate mean_square{0, points.empty_gradient()};
    double noise = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        mean_square.value += weights[i] * points.reduced[i] * points.reduced[i];
        mean_square.gradient[i] = 2 * weights[i] * points.reduced[i];
        if (!points.variance.empty()) noise += weights[i] * points.variance[i];
    }
    Order out;
    out.rms = signed_root(mean_square.value - noise, propagation.variance(mean_square));
    if (!points.variance.empty()) out.noise = std::sqrt(noise);
    return out;
}

// --- peaks -------------------------------------------------------------------------------------------------------

bool above_noise(const Points& points, const Maximum& maximum, double significance) {
    if (points.variance.empty()) return true;
    const double noise = std::sqrt(points.variance[maximum.top] + points.variance[maximum.base]);
    return maximum.prominence >= significance * noise;
}

std::vector<Maximum> chosen(const Points& points, const Options& options) {
    auto all = maxima(points.r, points.reduced, options.peaks);
    double largest = 0;
    for (const auto& each : all) largest = std::max(largest, each.prominence);
    std::erase_if(all, [&](const Maximum& each) {
        return each.prominence < options.smallest_prominence * largest || !above_noise(points, each, options.significance);
    });
    return all;
}

/// Nothing where no peak is prominent enough.
std::optional<Maximum> first_of(const std::vector<Maximum>& peaks, double part) {
    double largest = 0;
    for (const auto& each : peaks) largest = std::max(largest, each.prominence);
    const auto first =
        std::find_if(peaks.begin(), peaks.end(), [&](const Maximum& each) { return each.prominence >= part * largest; });
    return first == peaks.end() ? std::nullopt : std::optional(*first);
}

FittedMaximum fitted(const Points& points, const Maximum& maximum, PeakMethod method) {
    return method == PeakMethod::gaussian ? fit_gaussian(points.r, points.reduced, maximum)
                                          : fit_polynomial(points.r, points.reduced, maximum);
}

/// G still rises where the range or the data end, above all peaks there are.
bool highest_at_edge(const Points& points, const Options& options, const std::vector<Maximum>& peaks) {
    const auto top = highest(points.r, points.reduced, options.peaks);
    if (!top || !(points.reduced[*top] > 0)) return false;
    const auto same = [&](const Maximum& each) { return points.reduced[each.top] >= points.reduced[*top]; };
    const bool first = *top == 0 || !numerics::inside(points.r[*top - 1], options.peaks.from, options.peaks.to);
    const bool last = *top + 1 == points.size() || !numerics::inside(points.r[*top + 1], options.peaks.from, options.peaks.to);
    return (first || last) && std::none_of(peaks.begin(), peaks.end(), same);
}

void find_peaks(Result& result, const Points& points, const Options& options, const Propagation& propagation,
                std::optional<Maximum>& first) {
    const auto peaks = chosen(points, options);
    result.count = static_cast<std::ptrdiff_t>(peaks.size());
    for (const auto& each : peaks) {
        if (static_cast<std::ptrdiff_t>(result.peaks.size()) >= options.max_peaks) break;
        const auto fit = fitted(points, each, options.method);
        result.peaks.push_back({propagation.value(fit.position), propagation.value(fit.height)});
    }
    if (highest_at_edge(points, options, peaks)) {
        result.status = Status::at_edge;
        return;
    }
    first = first_of(peaks, options.first_peak_prominence);
    if (!first) {
        result.status = Status::no_peak;
        return;
    }
    const auto fit = fitted(points, *first, options.method);
    result.first_peak = {propagation.value(fit.position), propagation.value(fit.height)};
    const bool has_width = options.method == PeakMethod::gaussian || std::isnan(fit.height.value);
    result.first_peak_width =
        propagation.value(has_width ? fit.width : width_at_half(points.r, points.reduced, first->top, fit.height));
    if (std::isnan(fit.position.value)) result.status = Status::not_determined;
}

void find_shell(Result& result, const Points& points, const Options& options, const Propagation& propagation,
                const std::optional<Maximum>& first) {
    const auto shell = coordination(points, first ? std::optional(first->top) : std::nullopt, options);
    result.coordination_number = propagation.value(shell.number);
    result.coordination_from = {shell.from.value, std::isnan(shell.from.value) ? unknown : 0};
    result.coordination_to = propagation.value(shell.to);
    if (shell.at_edge && result.status == Status::ok) result.status = Status::at_edge;
}

}  // namespace

Result measure(const Curve& curve, const Covariance& covariance, const Options& options) {
    check(curve, covariance, options);
    if (options.short_range) check_covered(curve.r, *options.short_range, "short_range");
    if (options.medium_range) check_covered(curve.r, *options.medium_range, "medium_range");
    if (options.decay_range) check_covered(curve.r, *options.decay_range, "decay_range");
    check_limits(curve.r, options);
    const auto points = select(curve, covariance);
    const Propagation propagation(points, covariance, options.density.variance);
    Result result;
    result.left_out = static_cast<std::ptrdiff_t>(curve.r.size() - points.size());
    result.short_range = order(points, options.short_range, propagation);
    result.medium_range = order(points, options.medium_range, propagation);
    std::optional<Maximum> first;
    find_peaks(result, points, options, propagation, first);
    find_shell(result, points, options, propagation, first);
    if (options.decay_range) {
        const auto decay = envelope(points, *options.decay_range);
        result.decay = {propagation.value(decay.length), propagation.value(decay.amplitude), decay.scatter, decay.extrema};
    }
    return result;
}

}  // namespace sluice::order_metrics
