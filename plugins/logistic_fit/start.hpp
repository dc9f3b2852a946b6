// SPDX-License-Identifier: BSD-3-Clause
// The points that are fitted, in the order of x on a scale of their own; sharp steps through them; where a fit begins.
#pragma once

#include <cmath>
#include <vector>

#include "kernel.hpp"

namespace sluice::logistic_fit {

using Doubles = std::vector<double>;

/// t = (x - lowest) / span, 0 … 1, increasing. weight is 1/variance, or 1.
struct Scaled {
    double lowest = 0, span = 1;
    double gap = 1;  ///< of t: the smallest between neighbours that differ
    Doubles t, y, weight;
    std::vector<std::size_t> groups;  ///< where each different t begins, and the end

    [[nodiscard]] std::size_t size() const { return t.size(); }
    [[nodiscard]] std::size_t different() const { return groups.empty() ? 0 : groups.size() - 1; }
    [[nodiscard]] double group_t(std::size_t k) const { return t[groups[k]]; }
};

[[nodiscard]] Scaled points_in_use(const Points& points, const Options& options);

/// low + (high - low) / (1 + exp(-(t - midpoint) / exp(log_width))).
struct Parameters {
    double low = 0, high = 0, midpoint = 0, log_width = 0;
};

/// 1 / (1 + exp(-(t - midpoint) / width)).
[[nodiscard]] inline double rise(double t, double midpoint, double width) { return 1 / (1 + std::exp(-(t - midpoint) / width)); }

struct Bounds {
    double lower, upper;
};

[[nodiscard]] Bounds log_width_bounds(const Scaled& points);
[[nodiscard]] Bounds midpoint_bounds();

/// Two levels; groups up to `left` are on the low one, those from `right` on the high one: right = left + 1, or left + 2 with
/// one in between, whose y is free between the levels.
struct Step {
    double chi_square = std::numeric_limits<double>::infinity();
    std::size_t left = 0, right = 1;
    Value low, high;              ///< variances without scatter
    std::ptrdiff_t free = 0;      ///< levels that are fitted, the place, and the y in between if there is one
    double t_from = 0, t_to = 1;  ///< the neighbours between which y passes the middle of the levels
};

[[nodiscard]] Step best_step(const Scaled& points, const Options& options, bool with_one_between);

/// In the order of width.
[[nodiscard]] std::vector<Parameters> starts(const Scaled& points, const Options& options);

}  // namespace sluice::logistic_fit
