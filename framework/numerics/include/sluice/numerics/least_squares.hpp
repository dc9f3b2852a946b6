// SPDX-License-Identifier: BSD-3-Clause
// Bounded nonlinear least squares for a few parameters: values, covariance, and a report on how far to trust them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace sluice::numerics {

/// One parameter of a model. With lower == upper it is fixed too.
struct FitParameter {
    double initial = 0;
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    bool fixed = false;
};

/// The model and its data. values: [n], those of fixed parameters included. residuals: [m], to be filled with
/// (model - data) / sigma, or model - data when no sigma is known. jacobian: [m, n] row-major, to be filled with
/// d residual / d value; empty when it is not asked for; columns of fixed parameters may be left as they are (zero).
/// A residual that is not finite says that the model has no value there: the search turns back. Exceptions pass through.
using ResidualFunction =
    std::function<void(std::span<const double> values, std::span<double> residuals, std::span<double> jacobian)>;

enum class FitStatus {
    converged,
    not_converged,  ///< the iterations ended before a minimum was found, or the model has no value at the start
    singular,       ///< a minimum, but the data do not determine every free parameter: the covariance is NaN
};

struct FitReport {
    std::vector<double> values;             ///< [n]
    std::vector<double> covariance;         ///< [n, n] row-major, (J^T J)^-1; see least_squares()
    std::vector<bool> at_bound;             ///< [n]: free, and ended on a bound
    double chi_square = 0;                  ///< sum of the squared residuals
    std::ptrdiff_t degrees_of_freedom = 0;  ///< residuals - free parameters
    FitStatus status = FitStatus::converged;
    std::ptrdiff_t iterations = 0;
    std::string message;  ///< why the search ended

    [[nodiscard]] double variance(std::size_t i) const { return covariance[i * values.size() + i]; }
    [[nodiscard]] bool any_at_bound() const;
    /// chi_square / degrees_of_freedom; NaN when there are none. For residuals without sigma, multiply the covariance by it.
    [[nodiscard]] double reduced_chi_square() const;
};

struct FitOptions {
    std::ptrdiff_t max_iterations = 500;
};

/// Minimises the sum of squared residuals over lower <= value <= upper.
///
///     chi_square = sum_i r_i(values)^2,     covariance = (J^T J)^-1 over the free parameters that are not on a bound
///
/// Method: Levenberg-Marquardt with bounds (Ceres Solver: Agarwal, Mierle and others), then Gauss-Newton steps by QR of
/// the column-scaled Jacobian, which also gives rank and covariance. Converged means, as Bates and Watts (1981,
/// Technometrics 23, 179) propose, that what a further step could remove from the residuals is below 1e-4 of the standard
/// deviation of one residual (or is rounding, for exact data).
/// Covariance: rows and columns of a fixed parameter are 0. Those of a parameter on a bound are NaN, and the others hold
/// with it kept there: Ceres' own covariance ignores bounds. With status singular, and not_converged, all of it is NaN but
/// the zeros of fixed parameters. It is linear: for a strongly curved model see whether it holds.
/// n = 1 to 20 or so; n_residuals >= 1. One thread, no clock, nothing is printed: the same input gives the same bits.
/// It finds the minimum of the valley that it starts in: the start is the caller's to search.
/// Throws std::invalid_argument for no parameters, no residuals, a start that is not finite or outside its bounds.
[[nodiscard]] FitReport least_squares(std::span<const FitParameter> parameters, std::ptrdiff_t n_residuals,
                                      const ResidualFunction& residuals, const FitOptions& options = {});

/// For tests of a model: the largest |jacobian - central difference| of a column, relative to the largest entry of that
/// column; the largest over all columns. Some 1e-9 for a right derivative away from kinks and of values not near 0.
[[nodiscard]] double jacobian_error(std::span<const double> values, std::ptrdiff_t n_residuals,
                                    const ResidualFunction& residuals);

}  // namespace sluice::numerics
