// SPDX-License-Identifier: BSD-3-Clause
// The points in use, the shape of the decay, and a start of the fit from the points alone.
#pragma once

#include "kernel.hpp"

namespace sluice::cumulant_fit {

using Doubles = std::vector<double>;

/// The points that are fitted, with weights 1/variance or 1.
struct Points {
    Doubles delay, values, weight;

    [[nodiscard]] std::size_t size() const { return delay.size(); }
};

[[nodiscard]] Points points_in_use(const Curve& curve, const Options& options);

struct Parameters {
    double log_rate = 0, spread = 0, skew = 0, amplitude = 0, baseline = 0;  ///< spread and skew: p and s of fit()
};

/// m(x) = e^-x (1 + p x^2 / 2 - s x^3 / 6) and its derivatives.
struct Decay {
    double value, by_log_rate, by_spread, by_skew;
};
[[nodiscard]] Decay decay(double delay, const Parameters& at);

/// baseline + amplitude m^power, power 1 of g1, 2 of g2 - 1.
[[nodiscard]] double model(double delay, const Parameters& at, Of of);

/// Bounds of ln(rate): rate t from 1e-6 at the last delay to 10 at the first: beyond, nothing can be told from the points.
struct LogRates {
    double lower, upper;
};
[[nodiscard]] LogRates log_rate_bounds(const Points& points);

/// A hundred times the largest value: a fit that runs there has found no amplitude.
[[nodiscard]] double largest_amplitude(const Points& points);

/// Chi-square of the constant that fits best (one given: of that).
[[nodiscard]] double chi_square_of_constant(const Points& points, const std::optional<double>& constant);

/// The best point of a grid over ln(rate) and, from order 2 on, the spread.
[[nodiscard]] Parameters best_start(const Points& points, const Options& options);

}  // namespace sluice::cumulant_fit
