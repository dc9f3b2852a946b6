// SPDX-License-Identifier: BSD-3-Clause
// The decay of the oscillations of G: an exponential through its extrema.
#include <algorithm>
#include <cmath>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "parts.hpp"

namespace sluice::order_metrics {
namespace {

constexpr std::ptrdiff_t fewest = 3;

/// One extremum of G: the top of |G| in a stretch of one sign, and the points above half of it.
struct Extremum {
    std::size_t top = 0;
    Stretch upper_half;
    double magnitude = 0;
};

double magnitude(const Points& points, std::size_t i) { return std::abs(points.reduced[i]); }

/// Those of the stretches whose top is not at an end of the range, where it may be cut off.
std::vector<Extremum> extrema(const Points& points, Range range) {
    std::size_t first = 0, last = points.size();
    while (first < last && !numerics::inside(points.r[first], range.from, range.to)) ++first;
    while (last > first && !numerics::inside(points.r[last - 1], range.from, range.to)) --last;
    std::vector<Extremum> found;
    for (std::size_t begin = first, end = first; begin < last; begin = end) {
        const bool negative = std::signbit(points.reduced[begin]);
        std::size_t top = begin;
        for (end = begin; end < last && std::signbit(points.reduced[end]) == negative; ++end)
            if (magnitude(points, end) > magnitude(points, top)) top = end;
        if (top == first || top + 1 == last || !(magnitude(points, top) > 0)) continue;
        Stretch upper{top, top + 1};
        while (upper.first > begin && magnitude(points, upper.first - 1) > magnitude(points, top) / 2) --upper.first;
        while (upper.end < end && magnitude(points, upper.end) > magnitude(points, top) / 2) ++upper.end;
        found.push_back({top, upper, magnitude(points, top)});
    }
    return found;
}

/// Only those above the noise, and on the envelope: not less than half as high as a later one, or than a fifth of the one
/// before. Small ones are ripples about a zero of G, and no half period of the oscillation.
std::vector<Extremum> on_envelope(const Points& points, const std::vector<Extremum>& found) {
    std::vector<Extremum> out;
    double later = 0;
    for (auto each = found.rbegin(); each != found.rend(); ++each) {
        const double noise = points.variance.empty() ? 0 : std::sqrt(points.variance[each->top]);
        if (!(each->magnitude > 3 * noise) || each->magnitude < later / 2) continue;
        later = std::max(later, each->magnitude);
        out.push_back(*each);
    }
    std::reverse(out.begin(), out.end());
    double before = 0;
    std::erase_if(out, [&](const Extremum& each) {
        if (each.magnitude < before / 5) return true;
        before = each.magnitude;
        return false;
    });
    return out;
}

/// Fitted to the upper half, so that noise does not choose the highest point: position, and |G| there with its gradient.
std::vector<FittedMaximum> fitted(const Points& points, const std::vector<Extremum>& chosen) {
    std::vector<FittedMaximum> out;
    Doubles y(points.size());
    for (const auto& each : chosen) {
        const double sign = std::copysign(1.0, points.reduced[each.top]);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = sign * points.reduced[i];
        auto fit = fit_polynomial(points.r, y, each.top, each.upper_half, 2);
        if (!(fit.height.value > 0)) continue;
        for (double& slope : fit.height.gradient) slope *= sign;
        out.push_back(std::move(fit));
    }
    return out;
}

}  // namespace

Envelope envelope(const Points& points, Range range) {
    Envelope out;
    const auto used = fitted(points, on_envelope(points, extrema(points, range)));
    out.extrema = static_cast<std::ptrdiff_t>(used.size());
    if (out.extrema < fewest) return out;
    Doubles r, logarithm;
    for (const auto& each : used) {
        r.push_back(each.position.value);
        logarithm.push_back(std::log(each.height.value));
    }
    const auto line =
        numerics::polynomial_fit(r, 1, logarithm, Doubles(r.size(), 1.0));  // of weight 1: the covariance is that of A^T A
    if (!line.solved) return out;
    out.scatter = std::sqrt(line.chi_square / static_cast<double>(used.size()));
    const double slope = line.values[1];
    if (!(slope < 0)) return out;
    out.length = {-1 / slope, points.empty_gradient()};
    out.amplitude = {std::exp(line.values[0]), points.empty_gradient()};
    for (std::size_t j = 0; j < used.size(); ++j) {  // the positions move the line in second order alone: ln |G| is flat there
        const double by_slope = line.covariance[2] + line.covariance[3] * r[j],
                     by_intercept = line.covariance[0] + line.covariance[1] * r[j];
        out.length.add_slopes(used[j].height, by_slope / (slope * slope) / used[j].height.value);
        out.amplitude.add_slopes(used[j].height, out.amplitude.value * by_intercept / used[j].height.value);
    }
    return out;
}

}  // namespace sluice::order_metrics
