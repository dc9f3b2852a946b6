// SPDX-License-Identifier: BSD-3-Clause
// The cubic is computed in numbers that carry their derivatives by the four nodes around it.
#include "curve.hpp"

#include <algorithm>
#include <utility>

#include <sluice/numerics/dual.hpp>

namespace sluice::inverse_interpolation {
namespace {

using Number = numerics::Dual<4>;

/// The slope at a node between two chords of lengths h (before) and next_h.
Number node_slope(double h, const Number& chord, double next_h, const Number& next) {
    if (!(chord.value * next.value > 0)) return 0.0;
    return 3 * (h + next_h) / ((2 * next_h + h) / chord + (next_h + 2 * h) / next);
}

}  // namespace

Curve::Curve(std::vector<double> x, std::vector<double> y, Method method) : x_(std::move(x)), y_(std::move(y)), method_(method) {}

There Curve::at(const Place& place) const { return method_ == Method::linear ? linear(place) : cubic(place); }

There Curve::linear(const Place& place) const {
    const auto [k, u] = place;
    return {(1 - u) * y_[k] + u * y_[k + 1], (y_[k + 1] - y_[k]) / (x_[k + 1] - x_[k]), {0, 1 - u, u, 0}};
}

There Curve::cubic(const Place& place) const {
    const std::size_t k = place.k;
    const double u = place.u;
    const auto length = [&](std::size_t i) { return x_[i + 1] - x_[i]; };
    const auto chord = [&](std::size_t i) { return (Number(y_[i + 1], i + 2 - k) - Number(y_[i], i + 1 - k)) / length(i); };
    const double h = length(k);
    const Number here = chord(k);
    const Number left = k == 0 ? here : node_slope(length(k - 1), chord(k - 1), h, here);
    const Number right = k + 2 == x_.size() ? here : node_slope(h, here, length(k + 1), chord(k + 1));
    const Number rise = here - left, bend = left + right - 2 * here;  // y = y_k + h u [left + u (rise - (1 - u) bend)]
    const Number y = Number(y_[k], 1) + h * u * (left + u * (rise - (1 - u) * bend));
    const double slope = left.value + 2 * u * rise.value + u * (3 * u - 2) * bend.value;
    return {y.value, slope, {y.slope[0], y.slope[1], y.slope[2], y.slope[3]}};
}

Place Curve::meeting(std::size_t k, double level) const {
    if (method_ == Method::linear) return {k, std::clamp((level - y_[k]) / (y_[k + 1] - y_[k]), 0.0, 1.0)};
    const bool rises = y_[k + 1] > y_[k];
    double low = 0, high = 1;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        ((at({k, middle}).value < level) == rises ? low : high) = middle;
    }
    return {k, (low + high) / 2};
}

}  // namespace sluice::inverse_interpolation
