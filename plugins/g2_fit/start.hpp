// SPDX-License-Identifier: BSD-3-Clause
// The lags in use, the shape of the decay, and a start of the fit from the lags alone.
#pragma once

#include "kernel.hpp"

namespace sluice::g2_fit {

using Doubles = std::vector<double>;

/// The lags that are fitted, with weights 1/variance or 1.
struct Lags {
    Doubles delay, g2, weight;

    [[nodiscard]] std::size_t size() const { return delay.size(); }
};

[[nodiscard]] Lags lags_in_use(const Curve& curve, const Options& options);

/// What is kept fixed.
struct Fixed {
    std::optional<double> contrast, baseline;
};

struct Parameters {
    double log_rate = 0, contrast = 0, exponent = 1, baseline = 0;
};

/// exp(-2 (rate tau)^exponent)
[[nodiscard]] double decay(double delay, const Parameters& at);

/// Bounds of ln(rate), so wide that a fit that ends there has found no rate: (rate tau)^exponent from 1e-6 at the last lag
/// to 1e3 at the first.
struct LogRates {
    double lower, upper;
};
[[nodiscard]] LogRates log_rate_bounds(const Lags& lags, double smallest_exponent);

/// Chi-square of the constant that fits best (fixed ones given: of that constant).
[[nodiscard]] double chi_square_of_constant(const Lags& lags, const std::optional<double>& constant);

/// The best point of a grid over ln(rate) and these exponents; contrast and baseline, where free, by linear least squares.
[[nodiscard]] Parameters best_start(const Lags& lags, const Fixed& fixed, double largest_contrast, const Doubles& exponents);

}  // namespace sluice::g2_fit
