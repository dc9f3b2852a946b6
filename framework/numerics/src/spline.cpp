// SPDX-License-Identifier: BSD-3-Clause
// Rows of the inverse of the spline's matrix: each decays from its diagonal, so that few points matter.
#include "spline.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::numerics {
namespace {

constexpr double negligible = 1e-30;  // of the largest: a row halves at least from point to point

}  // namespace

Spline::Spline(std::span<const double> x) : x_(x), h_(x.size() - 1), left_(x.size()), right_(x.size()) {
    const std::size_t n = x.size();
    for (std::size_t i = 0; i + 1 < n; ++i) h_[i] = x[i + 1] - x[i];
    const auto diagonal = [&](std::size_t i) { return (h_[i - 1] + h_[i]) / 3; };
    for (std::size_t i = 1; i + 1 < n; ++i) left_[i] = diagonal(i) - (i == 1 ? 0 : h_[i - 1] * h_[i - 1] / 36 / left_[i - 1]);
    for (std::size_t i = n - 1; i-- > 1;) right_[i] = diagonal(i) - (i + 2 == n ? 0 : h_[i] * h_[i] / 36 / right_[i + 1]);
}

Weights Spline::solve(std::size_t k, double c, double d) const {
    const std::size_t last = x_.size() - 2;  // the inner points are 1 … last
    const auto inner = [&](std::size_t i) { return i >= 1 && i <= last; };
    const auto diagonal = [&](std::size_t i) { return left_[i] + right_[i] - (h_[i - 1] + h_[i]) / 3; };  // 1 / inverse_ii
    const auto below = [&](std::size_t i) { return -h_[i] / 6 / left_[i]; };       // u_i of u_i+1, left of the source
    const auto above = [&](std::size_t i) { return -h_[i - 1] / 6 / right_[i]; };  // u_i of u_i-1, right of it
    double at_k = 0, next = 0;
    if (inner(k)) at_k += c / diagonal(k);
    if (inner(k) && inner(k + 1)) next += above(k + 1) * c / diagonal(k);
    if (inner(k + 1)) next += d / diagonal(k + 1);
    if (inner(k) && inner(k + 1)) at_k += below(k) * d / diagonal(k + 1);

    const double least = negligible * std::max(std::abs(at_k), std::abs(next));
    std::vector<double> to_the_left;
    double u = at_k;
    for (std::size_t i = k; inner(i) && std::abs(u) > least; --i) {
        to_the_left.push_back(u);
        if (i > 1) u *= below(i - 1);
    }
    Weights column{k + 1 - to_the_left.size(), {to_the_left.rbegin(), to_the_left.rend()}};
    u = next;
    for (std::size_t i = k + 1; inner(i) && std::abs(u) > least; ++i) {
        column.values.push_back(u);
        if (i < last) u *= above(i + 1);
    }
    return column;
}

Weights Spline::combine(std::size_t k, double a, double b, double c, double d) const {
    const Weights u = c == 0 && d == 0 ? Weights{k + 1, {}} : solve(k, c, d);
    Weights out;
    out.first = std::min(k, u.first - 1);
    out.values.assign(std::max(k + 1, u.first + u.values.size()) - out.first + 1, 0.0);
    const auto add = [&](std::size_t i, double weight) { out.values[i - out.first] += weight; };
    add(k, a);
    add(k + 1, b);
    for (std::size_t j = 0; j < u.values.size(); ++j) {
        const std::size_t i = u.first + j;
        add(i - 1, u.values[j] / h_[i - 1]);
        add(i, -u.values[j] * (1 / h_[i - 1] + 1 / h_[i]));
        add(i + 1, u.values[j] / h_[i]);
    }
    return out;
}

}  // namespace sluice::numerics
