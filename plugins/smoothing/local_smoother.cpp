// SPDX-License-Identifier: BSD-3-Clause
// Local polynomials: which points are in a window, what they weigh, and the sums over them.
#include "local_smoother.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::smoothing {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double tricube(double distance, double reach) {
    const double u = std::abs(distance) / reach, v = 1 - u * u * u;
    return u < 1 ? v * v * v : 0;
}

}  // namespace

LocalSmoother::LocalSmoother(const Points& points, int degree) : points_(points), degree_(degree) {
    const std::size_t n = points.x.size();
    spacing_ = n > 1 ? (points.x.back() - points.x.front()) / static_cast<double>(n - 1) : 1;
    used_before_.assign(n + 1, 0);
    for (const auto i : points.used) ++used_before_[static_cast<std::size_t>(i) + 1];
    for (std::size_t i = 0; i < n; ++i) used_before_[i + 1] += used_before_[i];
    for (const auto i : points.used) {
        used_x_.push_back(points.x[static_cast<std::size_t>(i)]);
        used_grid_.push_back(static_cast<double>(i));
    }
}

LocalSmoother::Range LocalSmoother::range_at(std::size_t i, const Window& window, std::ptrdiff_t hint) const {
    const double x = points_.x[i];
    const auto n = static_cast<std::ptrdiff_t>(points_.x.size()), m = static_cast<std::ptrdiff_t>(used_x_.size());
    if (window.extent == Extent::grid) {
        const auto size = static_cast<std::ptrdiff_t>(window.size), at = static_cast<std::ptrdiff_t>(i);
        const auto begin = std::clamp<std::ptrdiff_t>(at - size / 2, 0, n - size);
        return {used_before_[static_cast<std::size_t>(begin)], used_before_[static_cast<std::size_t>(begin + size)], 0,
                at - begin};
    }
    if (window.extent == Extent::nearest) {
        const auto size = std::min(static_cast<std::ptrdiff_t>(window.size), m);
        const auto used = [&](std::ptrdiff_t j) { return used_x_[static_cast<std::size_t>(j)]; };
        auto begin = hint;  // windows move with x only forwards
        while (begin + size < m && used(begin + size) - x < x - used(begin)) ++begin;
        const double farthest = std::max(x - used(begin), used(begin + size - 1) - x);
        const double reach = size > 1 ? farthest * static_cast<double>(size + 1) / static_cast<double>(size - 1) : 0;
        return {begin, begin + size, reach > 0 ? reach : std::numeric_limits<double>::infinity(), 0};
    }
    const double reach = (window.extent == Extent::relative ? window.size * std::abs(x) : window.size) / 2;
    const auto begin = std::lower_bound(used_x_.begin(), used_x_.end(), x - reach);
    const auto end = std::upper_bound(begin, used_x_.end(), x + reach);
    return {begin - used_x_.begin(), end - used_x_.begin(), reach, 0};
}

bool LocalSmoother::row_at(std::size_t i, const Window& window, const Range& range, int derivative) {
    const auto begin = static_cast<std::size_t>(range.begin), size = static_cast<std::size_t>(range.end - range.begin);
    row_.resize(size);
    if (size == 0) return false;
    weights_.assign(size, 1);
    if (window.extent != Extent::grid) {
        for (std::size_t j = 0; j < size; ++j) weights_[j] = tricube(used_x_[begin + j] - points_.x[i], range.reach);
        const std::span<const double> x(used_x_);
        return polynomial_.make(x.subspan(begin, size), weights_, points_.x[i], degree_, derivative, row_);
    }
    const bool gaps = static_cast<double>(size) != window.size;
    auto& known = complete_[static_cast<std::size_t>(range.offset)];
    if (!gaps && !known.empty()) {
        row_ = known;
        return true;
    }
    const std::span<const double> grid(used_grid_);
    if (!polynomial_.make(grid.subspan(begin, size), weights_, static_cast<double>(i), degree_, derivative, row_)) return false;
    const double per_x = std::pow(spacing_, -derivative);
    for (double& each : row_) each *= per_x;
    if (!gaps) known = row_;
    return true;
}

/// The row at point i, applied.
void LocalSmoother::take(std::size_t i, const Range& range, Smooth& out) const {
    double value = 0, variance = 0;
    for (std::size_t j = 0; j < row_.size(); ++j) {
        const auto from = static_cast<std::size_t>(points_.used[static_cast<std::size_t>(range.begin) + j]);
        value += row_[j] * points_.y[from];
        if (!out.variances.empty()) variance += row_[j] * row_[j] * points_.variances[from];
    }
    out.values[i] = value;
    if (!out.variances.empty()) out.variances[i] = variance;
    const auto self = used_before_[i];
    if (used_before_[i + 1] > self && self >= range.begin && self < range.end)
        out.leverages[i] = row_[static_cast<std::size_t>(self - range.begin)];
}

Smooth LocalSmoother::smooth(const Window& window, int derivative, bool everywhere) {
    const std::size_t n = points_.x.size();
    Smooth out{std::vector<double>(n, unknown), std::vector<double>(points_.variances.empty() ? 0 : n, unknown),
               std::vector<double>(n, 0)};
    if (window.extent == Extent::grid) complete_.assign(static_cast<std::size_t>(window.size), {});
    std::ptrdiff_t hint = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const bool is_used = used_before_[i + 1] > used_before_[i];
        if (!is_used && !everywhere) continue;
        const Range range = range_at(i, window, hint);
        hint = range.begin;
        if (row_at(i, window, range, derivative)) take(i, range, out);
    }
    return out;
}

}  // namespace sluice::smoothing
