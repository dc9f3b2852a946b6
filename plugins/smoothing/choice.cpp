// SPDX-License-Identifier: BSD-3-Clause
// The criteria, and searches for the window or penalty that meets them: one way through for all curves, without a start value.
#include "choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::smoothing {
namespace {

using numerics::fail;

/// The lower the better; chi_square: 1 where it is fulfilled.
double score(const Measure& m, Criterion criterion) {
    if (criterion == Criterion::mallows) return m.residual + 2 * m.trace;
    if (m.freedom() < 0.5) return std::numeric_limits<double>::infinity();  // it passes through the points
    return criterion == Criterion::gcv ? m.points * m.residual / (m.freedom() * m.freedom())
                                       : std::max(1.0, m.residual / m.freedom());
}

Window chosen_window(LocalSmoother& smoother, const Points& points, const Options& options, Criterion criterion) {
    const Extent extent = options.method == Method::savitzky_golay ? Extent::grid : Extent::nearest;
    const auto most = static_cast<std::ptrdiff_t>(extent == Extent::grid ? points.x.size() : points.used.size());
    std::ptrdiff_t best = std::min(most, (options.degree + 1) / 2 * 2 + std::ptrdiff_t{1});
    double lowest = std::numeric_limits<double>::infinity();
    for (std::ptrdiff_t size = best; size <= most; size = std::max(size + 2, size * 6 / 5 / 2 * 2 + 1)) {
        const Window window{extent, static_cast<double>(size)};
        const Measure measured = measure(smoother.quick(window), points);
        if (measured.points < static_cast<double>(points.used.size())) {  // too few around a gap
            if (std::isinf(lowest)) best = size;
            continue;
        }
        const double found = score(measured, criterion);
        if (found > 2 * lowest) break;
        if (found < lowest || (criterion == Criterion::chi_square && found == 1)) {
            lowest = found;
            best = size;
        }
    }
    return {extent, static_cast<double>(best)};
}

/// ln penalty where `excess`, negative at `low`, changes its sign; 1e-6 of the penalty.
double bisect(double low, double high, const auto& excess) {
    for (int i = 0; i < 60 && high - low > 1e-6; ++i) {
        const double middle = (low + high) / 2;
        (excess(middle) < 0 ? low : high) = middle;
    }
    return (low + high) / 2;
}

double minimum(double low, double high, const auto& f) {
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double a = high - golden * (high - low), b = low + golden * (high - low), at_a = f(a), at_b = f(b);
    while (high - low > 1e-4) {
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            at_a = f(a = high - golden * (high - low));
        } else {
            low = a;
            a = b;
            at_a = at_b;
            at_b = f(b = low + golden * (high - low));
        }
    }
    return (low + high) / 2;
}

/// The smoothest curve that meets a condition: from the straight line down until it holds, then the crossing.
double smoothest(double low, double high, const auto& excess) {
    constexpr double step = 0.5;
    double at = high;
    if (excess(at) < 0) return at;
    while (at > low && excess(at) >= 0) at -= step;
    return bisect(at, at + step, excess);
}

double lowest(double low, double high, const auto& f) {
    constexpr double step = 0.5;
    double best = low, value = f(low);
    for (double at = low + step; at <= high; at += step)
        if (const double found = f(at); found < value) {
            value = found;
            best = at;
        }
    return minimum(best - step, best + step, f);
}

}  // namespace

Measure measure(const Smooth& smooth, const Points& points) {
    Measure out;
    const bool weighted = points.weighted();
    for (const auto used : points.used) {
        const auto i = static_cast<std::size_t>(used);
        if (std::isnan(smooth.values[i])) continue;
        out.points += 1;
        out.trace += smooth.leverages[i];
        const double off = points.y[i] - smooth.values[i];
        const double variance = weighted ? points.variances[i] : 1;
        if (variance > 0) out.residual += off * off / variance;
    }
    return out;
}

Criterion criterion_of(const Options& options, bool variances) {
    if (!variances) return Criterion::gcv;
    return options.criterion == Criterion::automatic ? Criterion::mallows : options.criterion;
}

Window window_of(LocalSmoother& smoother, const Points& points, const Options& options) {
    if (options.width) return {Extent::width, *options.width};
    if (options.relative_width) return {Extent::relative, *options.relative_width};
    if (!options.window) return chosen_window(smoother, points, options, criterion_of(options, points.weighted()));
    return {options.method == Method::savitzky_golay ? Extent::grid : Extent::nearest, static_cast<double>(*options.window)};
}

double penalty_of(const SmoothingSpline& spline, std::span<const double> y, const Options& options, bool weighted) {
    if (options.penalty) return *options.penalty;
    const Criterion criterion = criterion_of(options, weighted);
    const double low = std::log(spline.smallest_penalty()), high = std::log(spline.largest_penalty());
    const auto n = static_cast<double>(y.size());
    const auto found = [&](double at) {
        const auto fit = spline.fit(y, std::exp(at));
        return Measure{fit.residual, fit.trace, n};
    };
    if (options.degrees_of_freedom) {
        if (!(*options.degrees_of_freedom > 2 && *options.degrees_of_freedom < n))
            fail<std::invalid_argument>("degrees_of_freedom = ", *options.degrees_of_freedom, ", must be above 2 and below the ",
                                        n, " points used.");
        return std::exp(bisect(low, high, [&](double at) { return *options.degrees_of_freedom - found(at).trace; }));
    }
    if (criterion != Criterion::chi_square)
        return std::exp(lowest(low, high, [&](double at) { return score(found(at), criterion); }));
    return std::exp(smoothest(low, high, [&](double at) {
        const Measure m = found(at);
        return m.residual - m.freedom();
    }));
}

}  // namespace sluice::smoothing
