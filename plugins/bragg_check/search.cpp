// SPDX-License-Identifier: BSD-3-Clause
// Which points stand out, beside noise and beside what the curvature of a halo could be.
#include <algorithm>
#include <cmath>

#include "search.hpp"

namespace sluice::bragg_check {
namespace {

constexpr double normal_quartile = 0.3186394;  ///< of |z| of normal noise

double variance_of(const Doubles& filter, const double* variances) {
    double sum = 0;
    for (std::size_t k = 0; k < filter.size(); ++k) sum += filter[k] * filter[k] * variances[k];
    return sum;
}

}  // namespace

Search::Search(const Points& points, const Options& options)
    : points_(points),
      filters_(template_widths(points, options)),
      scale_(filters_.widths().size(), 1),
      range_(points.size(), 0),
      significance_(points.size(), -std::numeric_limits<double>::infinity()),
      highest_(points.size(), 0),
      deepest_(points.size(), 0),
      template_(points.size(), 0),
      blocked_(points.size(), false) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto first = points.y.begin() + static_cast<std::ptrdiff_t>(points.windows[i].first);
        const auto [low, high] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(points.windows[i].size()));
        range_[i] = *high - *low;
    }
    set_halo_bias(options);
    set_scales();
    for (std::size_t i = 0; i < points.size(); ++i) rate(points.y, i);
}

void Search::set_halo_bias(const Options& options) {
    const auto half = static_cast<std::ptrdiff_t>(reach * options.narrowest_halo / points_.spacing + 1e-6);
    Doubles q;
    for (std::ptrdiff_t k = -half; k <= half; ++k) q.push_back(static_cast<double>(k) * points_.spacing);
    bias_.assign(filters_.widths().size(), 0);
    if (q.size() < fewest_points) return;
    filters_.prepare(q, 0, points_.spacing);
    Doubles halo(q.size());
    for (int offset = -30; offset <= 30; ++offset) {
        for (std::size_t k = 0; k < q.size(); ++k) {
            const double u = 2 * q[k] / options.narrowest_halo - offset / 15.0;
            halo[k] = 1 / (1 + u * u);
        }
        const auto [low, high] = std::minmax_element(halo.begin(), halo.end());
        for (std::size_t w = 0; w < bias_.size(); ++w)
            if (filters_.square(w) > 0)
                bias_[w] = std::max(bias_[w], dot(filters_.filter(w), halo.data()) / filters_.square(w) / (*high - *low));
    }
}

void Search::set_scales() {
    std::vector<Doubles> sizes(filters_.widths().size());
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const auto window = points_.windows[i];
        if (!window.searched()) continue;
        filters_.prepare(points_.q_of(window), points_.q[i], points_.spacing);
        for (std::size_t w = 0; w < sizes.size(); ++w) {
            const auto& g = filters_.filter(w);
            const double variance = variance_of(g, points_.variance.data() + window.first);
            if (variance > 0) sizes[w].push_back(std::abs(dot(g, points_.y.data() + window.first)) / std::sqrt(variance));
        }
    }
    for (std::size_t w = 0; w < sizes.size(); ++w)
        if (sizes[w].size() >= 50) scale_[w] = std::max(1.0, quantile(sizes[w], 0.25) / normal_quartile);
}

void Search::rate(const Doubles& y, std::size_t i) {
    const auto window = points_.windows[i];
    significance_[i] = -std::numeric_limits<double>::infinity();
    highest_[i] = deepest_[i] = 0;
    if (!window.searched() || blocked_[i]) return;
    filters_.prepare(points_.q_of(window), points_.q[i], points_.spacing);
    for (std::size_t w = 0; w < scale_.size(); ++w) {
        const double square = filters_.square(w);
        if (!(square > 0)) continue;
        const auto& g = filters_.filter(w);
        const double variance = variance_of(g, points_.variance.data() + window.first);
        const double halo = bias_[w] * range_[i] * square;
        const double seen = dot(g, y.data() + window.first),
                     found = seen / std::sqrt(scale_[w] * scale_[w] * variance + halo * halo);
        highest_[i] = std::max(highest_[i], seen / std::sqrt(square));
        deepest_[i] = std::min(deepest_[i], seen / std::sqrt(square));
        if (!(found > significance_[i])) continue;
        significance_[i] = found;
        template_[i] = w;
    }
}

void Search::update(const Doubles& y, std::size_t first, std::size_t last) {
    for (std::size_t i = 0; i < points_.size(); ++i)
        if (points_.windows[i].last >= first && points_.windows[i].first <= last) rate(y, i);
}

void Search::block(double from, double to) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (points_.q[i] < from || points_.q[i] > to) continue;
        blocked_[i] = true;
        significance_[i] = -std::numeric_limits<double>::infinity();
    }
}

bool Search::beside_a_dip(std::size_t i, double distance) const {
    for (std::size_t k = 0; k < points_.size(); ++k)
        if (std::abs(points_.q[k] - points_.q[i]) <= distance && -deepest_[k] > highest_[i]) return true;
    return false;
}

std::size_t Search::best() const {
    return static_cast<std::size_t>(std::max_element(significance_.begin(), significance_.end()) - significance_.begin());
}

}  // namespace sluice::bragg_check
