// SPDX-License-Identifier: BSD-3-Clause
// The points that are fitted, on a scale of their own, and where a fit of them begins.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "kernel.hpp"

namespace sluice::exponential_fit {

using Doubles = std::vector<double>;

/// t = (x - lowest) / span, 0 … 1. weight is 1/variance, or 1.
struct Scaled {
    double lowest = 0, span = 1;
    double gap = 1;  ///< of t: from the smallest to the next one that differs
    Doubles t, y, weight;
    std::size_t different = 0;  ///< how many x there are, repeats apart

    [[nodiscard]] std::size_t size() const { return t.size(); }
};

/// offset + amplitude exp(-t / exp(log_constant)).
struct Parameters {
    double amplitude = 0, log_constant = 0, offset = 0;
};

struct Bounds {
    double lower, upper;
};

[[nodiscard]] Scaled points_in_use(const Points& points, const Options& options);

/// exp(-t / exp(log_constant)).
[[nodiscard]] inline double decay(double t, double log_constant) { return std::exp(-t / std::exp(log_constant)); }

/// Of log_constant: below, only the first point feels the exponential; above, it is a line to 1e-4 of itself.
[[nodiscard]] Bounds log_constant_bounds(const Scaled& points);

/// Chi-square of the constant given, or of the best one.
[[nodiscard]] double chi_square_of_constant(const Scaled& points, const std::optional<double>& constant);

/// The best of a grid over the decay constant, the rest solved linearly.
[[nodiscard]] Parameters best_start(const Scaled& points, const std::optional<double>& offset);

}  // namespace sluice::exponential_fit
