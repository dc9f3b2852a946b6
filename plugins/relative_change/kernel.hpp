// SPDX-License-Identifier: BSD-3-Clause
// Changes of a series against a reference value, with the covariance that the shared reference brings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::relative_change {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    reference_missing,          ///< the reference is masked, not finite, or without a usable variance: all is NaN
    reference_not_significant,  ///< it is 0, or less than 3 standard errors from 0: fractions and ratios are NaN
};

struct Series {
    std::span<const double> values;      ///< [n]
    std::span<const double> variances;   ///< [n], or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// A value from elsewhere; exact where its variance is 0.
struct Reference {
    double value = unknown;
    double variance = 0;
};

/// n values; variances and covariance [n * n] are empty when the series has no variances.
struct Change {
    std::vector<double> values, variances, covariance;
};

struct Result {
    Status status = Status::ok;
    Change difference, ratio;  ///< the fraction lost is 1 - ratio, with the variances and the covariance of the ratio
};

/// For y_i of a series and y_r, one of them or a value from elsewhere,
///
///     difference_i = y_i - y_r        cov_ij = delta_ij var y_i + var y_r
///     ratio_i      = y_i / y_r        cov_ij = (delta_ij var y_i + ratio_i ratio_j var y_r) / y_r^2
///
/// in first order, for independent y. Where y_r is one of the series, its own row is exact: 0 +- 0 and 1 +- 0.
/// Definitions: Yang et al. (2022), J. Chem. Phys. 157, 184504, figures 2e and 2f.
/// A value that is masked, not finite, or has a variance that is not a number of at least 0, is NaN in every output.
/// Limits: the first order of a ratio is right to (sigma_r / y_r)^2 of itself, which is why y_r must stand 3 sigma from 0.
/// Throws std::invalid_argument when lengths differ or the index is outside of the series.
[[nodiscard]] Result change(const Series& series, std::size_t reference);
[[nodiscard]] Result change(const Series& series, const Reference& reference);

}  // namespace sluice::relative_change
