// SPDX-License-Identifier: BSD-3-Clause
// Linear least squares by Eigen's pivoted QR. All sums run over matrices of our own, so that their order, and with it the
// last bit, does not depend on how the caller's memory is aligned.
#include <sluice/numerics/linear_fit.hpp>

#include <stdexcept>

#include <Eigen/Dense>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double dependent = 1e-13;  // smallest over largest pivot; what is left then has no digits worth giving

void check_length(const char* name, std::size_t got, std::size_t y) {
    if (got != y) fail<std::invalid_argument>(name, " has ", got, " points and y has ", y, ". They must agree.");
}

void check_lengths(std::size_t design, std::ptrdiff_t columns, std::size_t y, std::size_t variances) {
    if (columns < 1) fail<std::invalid_argument>("a linear fit has ", columns, " columns; at least 1 is needed.");
    if (design != y * static_cast<std::size_t>(columns))
        fail<std::invalid_argument>("the design has ", design, " numbers; ", y, " points with ", columns, " columns need ",
                                    y * static_cast<std::size_t>(columns), ".");
    if (variances != 0) check_length("variances", variances, y);
}

/// The usable points, each divided by its sigma.
struct System {
    MatrixXd a;
    VectorXd b;
};

System usable(std::span<const double> design, std::size_t columns, std::span<const double> y, std::span<const double> variances) {
    System system{MatrixXd(static_cast<Index>(y.size()), static_cast<Index>(columns)), VectorXd(static_cast<Index>(y.size()))};
    Index points = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double variance = variances.empty() ? 1 : variances[i];
        if (!(variance > 0) || !std::isfinite(variance) || !std::isfinite(y[i])) continue;
        const Eigen::Map<const Eigen::RowVectorXd> row(design.data() + i * columns, static_cast<Index>(columns));
        if (!row.allFinite()) continue;
        system.a.row(points) = row / std::sqrt(variance);
        system.b[points++] = y[i] / std::sqrt(variance);
    }
    system.a.conservativeResize(points, Eigen::NoChange);
    system.b.conservativeResize(points);
    return system;
}

/// (A^T A)^-1 of A = Q R P^T / scale.
MatrixXd inverse_of_normal(const Eigen::ColPivHouseholderQR<MatrixXd>& qr, const VectorXd& scale) {
    const Index n = scale.size();
    const MatrixXd inverse_r = qr.matrixR().topLeftCorner(n, n).triangularView<Eigen::Upper>().solve(MatrixXd::Identity(n, n));
    const MatrixXd half = scale.asDiagonal() * (qr.colsPermutation() * inverse_r);
    return half * half.transpose();
}

void solve(const System& system, LinearFit& fit) {
    VectorXd scale = system.a.colwise().norm();
    scale = scale.unaryExpr([](double norm) { return norm > 0 ? 1 / norm : 1; });
    Eigen::ColPivHouseholderQR<MatrixXd> qr;
    qr.setThreshold(dependent);
    qr.compute(system.a * scale.asDiagonal());
    if (qr.rank() < scale.size()) return;

    const VectorXd values = scale.asDiagonal() * qr.solve(system.b);
    MatrixXd covariance = inverse_of_normal(qr, scale);
    fit.solved = true;
    fit.chi_square = (system.b - system.a * values).squaredNorm();
    const auto left_over = static_cast<double>(fit.degrees_of_freedom());
    if (!fit.weighted) covariance *= left_over > 0 ? fit.chi_square / left_over : unknown;
    fit.values.assign(values.begin(), values.end());
    fit.covariance.assign(covariance.data(), covariance.data() + covariance.size());  // symmetric: the order is no matter
}

}  // namespace

LinearFit linear_fit(std::span<const double> design, std::ptrdiff_t columns, std::span<const double> y,
                     std::span<const double> variances) {
    check_lengths(design.size(), columns, y.size(), variances.size());
    const auto n = static_cast<std::size_t>(columns);
    const System system = usable(design, n, y, variances);
    LinearFit fit;
    fit.values.assign(n, unknown);
    fit.covariance.assign(n * n, unknown);
    fit.points = system.b.size();
    fit.weighted = !variances.empty();
    if (fit.points >= columns) solve(system, fit);
    return fit;
}

std::vector<double> polynomial_design(std::span<const double> x, std::ptrdiff_t degree) {
    std::vector<double> design;
    design.reserve(x.size() * static_cast<std::size_t>(degree + 1));
    for (const double each : x) {
        double power = 1;
        for (std::ptrdiff_t j = 0; j <= degree; ++j, power *= each) design.push_back(power);
    }
    return design;
}

LinearFit polynomial_fit(std::span<const double> x, std::ptrdiff_t degree, std::span<const double> y,
                         std::span<const double> variances) {
    if (degree < 0) fail<std::invalid_argument>("a polynomial of degree ", degree, " is asked for; at least 0 is needed.");
    return linear_fit(polynomial_design(x, degree), degree + 1, y, variances);
}

std::vector<double> within(std::span<const double> x, double first, double last, std::span<const double> y,
                           std::span<const std::uint8_t> mask) {
    check_length("x", x.size(), y.size());
    if (!mask.empty()) check_length("mask", mask.size(), y.size());
    if (!(first <= last))
        fail<std::invalid_argument>("the range to fit begins at ", first, " and ends at ", last, ". Swap the two.");
    std::vector<double> kept(y.begin(), y.end());
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (!inside(x[i], first, last) || (!mask.empty() && mask[i] != 0)) kept[i] = unknown;
    return kept;
}

std::vector<double> evaluate(const LinearFit& fit, std::span<const double> design) {
    const std::size_t columns = fit.values.size();
    std::vector<double> y(design.size() / columns, 0);
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t j = 0; j < columns; ++j) y[i] += design[i * columns + j] * fit.values[j];
    return y;
}

}  // namespace sluice::numerics
