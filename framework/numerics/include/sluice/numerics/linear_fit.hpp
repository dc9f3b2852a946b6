// SPDX-License-Identifier: BSD-3-Clause
// Weighted linear least squares for a handful of coefficients: straight lines, polynomials, any columns.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::numerics {

/// What a fit found. Where it is not solved, every value and covariance is NaN.
struct LinearFit {
    std::vector<double> values;                                    ///< [columns], the coefficients
    std::vector<double> covariance;                                ///< [columns * columns], row-major
    double chi_square = std::numeric_limits<double>::quiet_NaN();  ///< unweighted: the sum of squares, in the unit of y squared
    std::ptrdiff_t points = 0;                                     ///< used
    bool weighted = false;                                         ///< false: the covariance is from the scatter of the points
    bool solved = false;                                           ///< false: the usable points do not determine all coefficients

    [[nodiscard]] std::ptrdiff_t degrees_of_freedom() const { return points - static_cast<std::ptrdiff_t>(values.size()); }
    [[nodiscard]] double variance(std::size_t i) const { return covariance[i * values.size() + i]; }
    [[nodiscard]] double sigma(std::size_t i) const { return std::sqrt(variance(i)); }
    /// NaN when unweighted, or when no point is left over.
    [[nodiscard]] double reduced_chi_square() const {
        return weighted && degrees_of_freedom() > 0 ? chi_square / static_cast<double>(degrees_of_freedom())
                                                    : std::numeric_limits<double>::quiet_NaN();
    }
};

/// The coefficients c that minimise
///
///     chi^2 = sum_i (y_i - sum_j A_ij c_j)^2 / var_i,    covariance = (A^T W A)^-1,  W = diag(1 / var)
///
/// by Householder QR with column pivoting of the weighted, column-scaled A. Without variances all points weigh the same,
/// and the covariance is scaled by chi^2 / (points - columns), the scatter of the points; NaN when no point is left over.
/// Source: Golub and Van Loan, Matrix Computations (4th ed., 2013), chapter 5.
///
/// design: [points * columns], row-major: A. y: [points]. variances: [points] of y, or empty. The unit of c_j is that of
/// y / column j. Weighted covariances are taken at their word: they are not scaled by chi^2.
/// A point is left out when y, its row or its variance is not finite, or its variance is not above 0: so a caller leaves
/// out masked points by NaN. Fewer usable points than columns, and columns that depend on each other to 1e-13, give a fit
/// that is not solved.
/// Throws std::invalid_argument when columns < 1 or lengths differ. Accurate to some 1e-15 times the condition of the
/// scaled A: 12 digits or more on the NIST sets Norris and NoInt1, 9 on the collinear Longley.
[[nodiscard]] LinearFit linear_fit(std::span<const double> design, std::ptrdiff_t columns, std::span<const double> y,
                                   std::span<const double> variances = {});

/// linear_fit() of c_0 + c_1 x + ... + c_degree x^degree; degree 0 is the weighted mean, 1 the straight line. Shift x so
/// that the point of interest is at 0: c_0 and its variance are then the value there.
[[nodiscard]] LinearFit polynomial_fit(std::span<const double> x, std::ptrdiff_t degree, std::span<const double> y,
                                       std::span<const double> variances = {});

/// y with NaN where `mask` is nonzero or x is not inside() [first, last] (axis.hpp): what a fit is to leave out. x and y: [points]; mask:
/// [points] or empty. Throws std::invalid_argument when lengths differ or first > last.
[[nodiscard]] std::vector<double> within(std::span<const double> x, double first, double last, std::span<const double> y,
                                         std::span<const std::uint8_t> mask);

/// sum_j row_j c_j for each row of the design, [points].
[[nodiscard]] std::vector<double> evaluate(const LinearFit& fit, std::span<const double> design);

/// The design of polynomial_fit(): rows 1, x, ..., x^degree.
[[nodiscard]] std::vector<double> polynomial_design(std::span<const double> x, std::ptrdiff_t degree);

}  // namespace sluice::numerics
