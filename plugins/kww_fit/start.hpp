// SPDX-License-Identifier: BSD-3-Clause
// A start of the fit from the points alone, and the chi-square of constants.
#pragma once

#include "model.hpp"

namespace sluice::kww_fit {

struct LogTaus {
    double lower, upper;
};

/// Bounds of ln(tau): a thousandth of the smallest time (not 0) or 1/omega, a thousand times the largest.
[[nodiscard]] LogTaus log_tau_bounds(const Points& points, Domain domain);

/// The smallest and the largest ln(tau) within the points.
[[nodiscard]] LogTaus log_taus_within(const Points& points, Domain domain);

/// The largest beta that the options allow.
[[nodiscard]] double largest_beta(const Options& options);

/// Chi-square of the constants that fit best, or of the offset given.
[[nodiscard]] double chi_square_of_constants(const Points& points, const Options& options);

/// The best of a grid over ln(tau) and the exponents, the rest solved linearly. Nothing where no chi-square is a number (the
/// squares of the values overflow).
[[nodiscard]] std::optional<Values> best_start(const Points& points, const Options& options);

}  // namespace sluice::kww_fit
