// SPDX-License-Identifier: BSD-3-Clause
// Internal to least_squares.cpp: a point of the search, its linear model, and Gauss-Newton steps from it.
#pragma once

#include <sluice/numerics/least_squares.hpp>

#include <Eigen/Dense>

namespace sluice::numerics::detail {

using Index = std::ptrdiff_t;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// The problem over all parameters, and which of them move.
struct Problem {
    std::span<const FitParameter> parameters;
    const ResidualFunction& function;
    Index n_residuals;
    std::vector<std::size_t> free;  ///< positions of the free parameters

    /// False where the model has no finite value. residuals: [n_residuals]; jacobian: null when it is not wanted.
    [[nodiscard]] bool evaluate(const std::vector<double>& values, double* residuals, Matrix* jacobian) const;
};

/// Where a parameter is, and the linear model of the residuals there.
struct Point {
    std::vector<double> values;
    Vector residuals;
    Matrix jacobian;
    bool valid = false;
    double chi_square = 0;
};

[[nodiscard]] Point point_at(const Problem& problem, std::vector<double> values);

/// Half the gradient of chi-square.
[[nodiscard]] Vector slope_at(const Point& point);

/// True when chi-square falls beyond the bound, not inside.
[[nodiscard]] bool held_by_bound(const FitParameter& parameter, double value, double slope_of_chi_square);

/// QR with column pivoting of the columns `moving` of the Jacobian, each scaled to norm 1 so that units do not matter.
struct Factors {
    std::vector<std::size_t> moving;
    Vector scale;
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;

    Factors(const Matrix& jacobian, std::vector<std::size_t> columns);
    [[nodiscard]] bool full_rank() const;
    [[nodiscard]] Vector step(const Vector& residuals) const;
    [[nodiscard]] Eigen::MatrixXd covariance() const;
};

/// A Gauss-Newton step from a point, and what it could take off the residuals at most (a norm).
struct Step {
    std::vector<double> to;
    double offset = 0;
    double fraction = 1;  ///< of the whole step, up to the first bound that it meets
};

/// Over the free parameters that no bound holds.
[[nodiscard]] Step gauss_newton(const Problem& problem, const Point& point);

/// The offset below which a point is a minimum. The size of the model's terms, ||J_i|| |value_i|, sets the scale of rounding;
/// fixed parameters count, if the model fills their columns, and `start`, as values may be 0.
[[nodiscard]] double tolerance(const Problem& problem, const Point& start, const Point& point);

/// Gauss-Newton steps for as long as they help: Ceres stops some digits before rounding does, and in a narrow valley early.
[[nodiscard]] Point polished(const Problem& problem, Point point);

}  // namespace sluice::numerics::detail
