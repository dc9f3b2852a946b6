// SPDX-License-Identifier: BSD-3-Clause
// Sorting two grids into one, and filling it.
#include "grid.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::merge_curves {
namespace {

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

struct Point {
    double value, variance;
    bool masked;
    [[nodiscard]] bool usable() const { return !masked && std::isfinite(value) && std::isfinite(variance); }
};

Point point_of(const Curves& curves, std::size_t i) {
    return {curves.values[i], curves.variances.empty() ? 0 : curves.variances[i], !curves.mask.empty() && curves.mask[i] != 0};
}

Point scaled(const Point& b, const Match& match) {
    return {b.value / match.scale - match.offset, b.variance / (match.scale * match.scale),
            b.masked || match.status != Status::ok};
}

Point mean(const Point& a, const Point& b, bool weighted) {
    if (!b.usable()) return a;
    if (!a.usable()) return b;
    const double sum = a.variance + b.variance;
    if (!weighted || sum == 0) return {(a.value + b.value) / 2, sum / 4, false};
    return {(a.value * b.variance + b.value * a.variance) / sum, a.variance * b.variance / sum, false};
}

}  // namespace

void align(std::span<double> q, std::span<const double> q_first) {
    for (std::size_t j = 0; j < q.size(); ++j) {
        const auto above = std::lower_bound(q_first.begin(), q_first.end(), q[j]);
        for (auto near : {above, above == q_first.begin() ? above : above - 1})
            if (near != q_first.end() && same(*near, q[j]) && (j == 0 || *near > q[j - 1]) &&
                (j + 1 == q.size() || *near < q[j + 1]))
                q[j] = *near;
    }
}

Range overlap(std::span<const double> q_first, std::span<const double> q_second, const Range& window) {
    if (q_first.empty() || q_second.empty()) return {1, 0};
    return {std::max({q_first.front(), q_second.front(), window.from}), std::min({q_first.back(), q_second.back(), window.to})};
}

Grid merged_grid(std::span<const double> q_first, std::span<const double> q_second, Keep keep, const Range& range) {
    Grid grid;
    const auto add = [&](double q, std::ptrdiff_t first, std::ptrdiff_t second) {
        grid.q.push_back(q);
        grid.sources.push_back({first, second});
    };
    std::size_t i = 0, j = 0;
    while (i < q_first.size() || j < q_second.size()) {
        const bool a = i < q_first.size() && (j >= q_second.size() || q_first[i] < q_second[j] || same(q_first[i], q_second[j]));
        const bool b = j < q_second.size() && (i >= q_first.size() || q_second[j] < q_first[i] || same(q_first[i], q_second[j]));
        const bool keep_a = a && !(keep == Keep::second && range.holds(q_first[i]));
        const bool keep_b = b && !(keep == Keep::first && range.holds(q_second[j]));
        if (keep_a || keep_b)
            add(keep_a ? q_first[i] : q_second[j], keep_a ? static_cast<std::ptrdiff_t>(i) : -1,
                keep_b ? static_cast<std::ptrdiff_t>(j) : -1);
        i += a ? 1 : 0;
        j += b ? 1 : 0;
    }
    return grid;
}

void merge(const Curves& first, const Curves& second, const Grid& grid, const Match& match, const Merged& out) {
    const std::size_t n = grid.q.size();
    for (std::size_t at = 0; at < out.values.size(); ++at) {
        const auto [a, b] = grid.sources[at % n];
        const std::size_t row = at / n;
        Point point{0, 0, true};
        if (a >= 0) point = point_of(first, row * first.q.size() + static_cast<std::size_t>(a));
        if (b >= 0) {
            const Point own = scaled(point_of(second, row * second.q.size() + static_cast<std::size_t>(b)), match);
            point = a >= 0 ? mean(point, own, !first.variances.empty()) : own;
        }
        out.values[at] = point.value;
        if (!out.variances.empty()) out.variances[at] = point.variance;
        out.mask[at] = point.masked ? 1 : 0;
    }
}

}  // namespace sluice::merge_curves
