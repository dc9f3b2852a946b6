// SPDX-License-Identifier: BSD-3-Clause
// Gauss-Newton steps by QR of the column-scaled Jacobian.
#include "gauss_newton.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace sluice::numerics::detail {
namespace {

constexpr double rank_threshold = 1e-11;     ///< of the scaled Jacobian: below, double precision cannot tell columns apart
constexpr double statistical_offset = 1e-4;  ///< of the standard deviation of a residual
constexpr double rounding_offset = 1e-10;    ///< of the largest term of the model

std::vector<std::size_t> not_held(const Problem& problem, const Point& point) {
    const Vector slope = slope_at(point);
    std::vector<std::size_t> moving;
    for (const auto i : problem.free)
        if (!held_by_bound(problem.parameters[i], point.values[i], slope(static_cast<Index>(i)))) moving.push_back(i);
    return moving;
}

/// Cuts the way from a point to `to` where it meets the first bound, and puts that parameter on it. Returns what is left.
double shorten(const Problem& problem, const Point& point, std::vector<double>& to) {
    double fraction = 1;
    for (const auto i : problem.free) {
        const double bound = std::clamp(to[i], problem.parameters[i].lower, problem.parameters[i].upper);
        if (to[i] != bound) fraction = std::min(fraction, (bound - point.values[i]) / (to[i] - point.values[i]));
    }
    if (fraction < 1)
        for (const auto i : problem.free) {
            const double bound = std::clamp(to[i], problem.parameters[i].lower, problem.parameters[i].upper);
            const bool first = to[i] != bound && (bound - point.values[i]) / (to[i] - point.values[i]) == fraction;
            to[i] = first ? bound : point.values[i] + fraction * (to[i] - point.values[i]);
        }
    return fraction;
}

/// The point after one step, halved until chi-square falls by a tenth of what the linear model promises at least; near the
/// minimum, where rounding hides that, a whole step that lowers the offset will do. Nothing when no step helps.
std::optional<Point> advance(const Problem& problem, const Point& point, const Step& step) {
    const double promise = (2 * step.fraction - step.fraction * step.fraction) * step.offset * step.offset;
    for (double part = 1; part > 1e-3; part /= 2) {
        auto values = step.to;
        for (const auto i : problem.free)
            if (part < 1) values[i] = point.values[i] + part * (step.to[i] - point.values[i]);
        Point next = point_at(problem, std::move(values));
        if (!next.valid) continue;
        if (promise > 0 && point.chi_square - next.chi_square >= 0.1 * part * promise) return next;
        const bool level = next.chi_square <= point.chi_square * (1 + 1e-10);
        if (part == 1 && step.fraction == 1 && level && gauss_newton(problem, next).offset <= 0.9 * step.offset) return next;
    }
    return std::nullopt;
}

}  // namespace

bool Problem::evaluate(const std::vector<double>& values, double* residuals, Matrix* jacobian) const {
    const auto n = static_cast<Index>(parameters.size());
    std::span<double> slopes;
    if (jacobian) {
        *jacobian = Matrix::Zero(n_residuals, n);
        slopes = {jacobian->data(), static_cast<std::size_t>(jacobian->size())};
    }
    function(values, {residuals, static_cast<std::size_t>(n_residuals)}, slopes);
    return Eigen::Map<const Vector>(residuals, n_residuals).allFinite() && (!jacobian || jacobian->allFinite());
}

Point point_at(const Problem& problem, std::vector<double> values) {
    Point point{std::move(values), Vector(problem.n_residuals), {}};
    point.valid = problem.evaluate(point.values, point.residuals.data(), &point.jacobian);
    point.chi_square = point.residuals.squaredNorm();
    return point;
}

Vector slope_at(const Point& point) { return point.jacobian.transpose() * point.residuals; }

bool held_by_bound(const FitParameter& parameter, double value, double slope_of_chi_square) {
    return (value <= parameter.lower && slope_of_chi_square >= 0) || (value >= parameter.upper && slope_of_chi_square <= 0);
}

Factors::Factors(const Matrix& jacobian, std::vector<std::size_t> columns) : moving(std::move(columns)) {
    const auto n = static_cast<Index>(moving.size());
    Eigen::MatrixXd scaled(jacobian.rows(), n);
    scale.resize(n);
    for (Index k = 0; k < n; ++k) {
        const auto column = jacobian.col(static_cast<Index>(moving[static_cast<std::size_t>(k)]));
        const double norm = column.stableNorm();
        scale(k) = norm > 0 ? norm : 1;
        scaled.col(k) = column / scale(k);
    }
    qr.setThreshold(rank_threshold);
    if (n > 0) qr.compute(scaled);
}

bool Factors::full_rank() const { return moving.empty() || qr.rank() == static_cast<Index>(moving.size()); }

Vector Factors::step(const Vector& residuals) const { return qr.solve(-residuals).cwiseQuotient(scale); }

Eigen::MatrixXd Factors::covariance() const {
    const auto n = static_cast<Index>(moving.size());
    const Eigen::MatrixXd inverse =
        qr.matrixR().topLeftCorner(n, n).triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n, n));
    const Eigen::MatrixXd half = scale.cwiseInverse().asDiagonal() * (qr.colsPermutation() * inverse);
    return half * half.transpose();
}

Step gauss_newton(const Problem& problem, const Point& point) {
    const Factors factors(point.jacobian, not_held(problem, point));
    Step step{point.values};
    if (factors.moving.empty()) return step;
    const Vector change = factors.step(point.residuals);
    Vector predicted = Vector::Zero(point.residuals.size());
    for (std::size_t k = 0; k < factors.moving.size(); ++k) {
        predicted += change(static_cast<Index>(k)) * point.jacobian.col(static_cast<Index>(factors.moving[k]));
        step.to[factors.moving[k]] += change(static_cast<Index>(k));
    }
    step.offset = predicted.norm();
    step.fraction = shorten(problem, point, step.to);
    return step;
}

double tolerance(const Problem& problem, const Point& start, const Point& point) {
    const auto degrees = static_cast<double>(point.residuals.size()) - static_cast<double>(problem.free.size());
    double largest = 0;
    for (std::size_t i = 0; i < point.values.size(); ++i)
        largest = std::max(largest, point.jacobian.col(static_cast<Index>(i)).norm() *
                                        std::max(std::abs(start.values[i]), std::abs(point.values[i])));
    const double sigma = degrees > 0 ? std::sqrt(point.chi_square / degrees) : 0;
    return std::max(statistical_offset * sigma, rounding_offset * largest);
}

Point polished(const Problem& problem, Point point) {
    for (int count = 0; count < 50 && point.valid; ++count) {
        const Step step = gauss_newton(problem, point);
        if (step.offset == 0 || step.fraction == 0) break;
        auto next = advance(problem, point, step);
        if (!next) break;
        point = std::move(*next);
    }
    return point;
}

}  // namespace sluice::numerics::detail
