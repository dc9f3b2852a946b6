// SPDX-License-Identifier: BSD-3-Clause
// Least squares: Ceres searches among the free parameters; Gauss-Newton steps finish, judge, and give the covariance.
#include <sluice/numerics/least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <ceres/cost_function.h>
#include <ceres/problem.h>
#include <ceres/solver.h>

#include <sluice/numerics/fail.hpp>

#include "gauss_newton.hpp"

namespace sluice::numerics {
namespace {

using namespace detail;
using Positions = std::vector<std::size_t>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool is_fixed(const FitParameter& parameter) { return parameter.fixed || parameter.lower == parameter.upper; }

void check(std::span<const FitParameter> parameters, Index n_residuals) {
    if (parameters.empty()) fail<std::invalid_argument>("a fit needs at least one parameter, got none.");
    if (n_residuals < 1) fail<std::invalid_argument>("a fit needs at least one residual, got ", n_residuals, ".");
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& each = parameters[i];
        if (!std::isfinite(each.initial) || !(each.lower <= each.initial && each.initial <= each.upper))
            fail<std::invalid_argument>("parameter ", i, " starts at ", each.initial, ", must be finite and within its bounds ",
                                        each.lower, " to ", each.upper, ".");
    }
}

bool on_bound(const FitParameter& parameter, double value) { return value <= parameter.lower || value >= parameter.upper; }

/// One residual block over one block of the parameters that move.
class Cost : public ceres::CostFunction {
public:
    Cost(const Problem& problem, const Positions& moving, std::vector<double> values)
        : problem_(problem), moving_(moving), values_(std::move(values)) {
        set_num_residuals(static_cast<int>(problem.n_residuals));
        mutable_parameter_block_sizes()->push_back(static_cast<int>(moving.size()));
    }

    bool Evaluate(double const* const* moved, double* residuals, double** jacobians) const override {
        auto values = values_;
        for (std::size_t k = 0; k < moving_.size(); ++k) values[moving_[k]] = moved[0][k];
        const bool wanted = jacobians && jacobians[0];
        Matrix jacobian;
        if (!problem_.evaluate(values, residuals, wanted ? &jacobian : nullptr)) return false;
        if (!wanted) return true;
        Eigen::Map<Matrix> out(jacobians[0], problem_.n_residuals, static_cast<Index>(moving_.size()));
        for (std::size_t k = 0; k < moving_.size(); ++k)
            out.col(static_cast<Index>(k)) = jacobian.col(static_cast<Index>(moving_[k]));
        return true;
    }

private:
    const Problem& problem_;
    const Positions& moving_;
    std::vector<double> values_;
};

ceres::Solver::Options solver_options(Index max_iterations) {
    ceres::Solver::Options out;
    out.linear_solver_type = ceres::DENSE_QR;
    out.max_num_iterations = static_cast<int>(max_iterations);
    out.function_tolerance = 1e-16;  // whether it has converged is judged afterwards, on a scale of its own
    out.gradient_tolerance = 0;
    out.parameter_tolerance = 1e-13;
    out.max_num_consecutive_invalid_steps = 50;
    out.num_threads = 1;
    out.logging_type = ceres::SILENT;
    return out;
}

/// Moves the parameters `moving` of the report to where Ceres ends. Returns whether Ceres has more to do.
bool search(const Problem& problem, const Positions& moving, Index max_iterations, FitReport& report) {
    std::vector<double> values;
    for (const auto i : moving) values.push_back(report.values[i]);
    ceres::Problem ceres_problem;
    ceres_problem.AddResidualBlock(new Cost(problem, moving, report.values), nullptr, values.data());  // owned by the problem
    for (std::size_t k = 0; k < moving.size(); ++k) {
        const auto& parameter = problem.parameters[moving[k]];
        if (std::isfinite(parameter.lower))
            ceres_problem.SetParameterLowerBound(values.data(), static_cast<int>(k), parameter.lower);
        if (std::isfinite(parameter.upper))
            ceres_problem.SetParameterUpperBound(values.data(), static_cast<int>(k), parameter.upper);
    }
    ceres::Solver::Summary summary;
    ceres::Solve(solver_options(max_iterations), &ceres_problem, &summary);
    for (std::size_t k = 0; k < moving.size(); ++k) report.values[moving[k]] = values[k];
    report.iterations += static_cast<Index>(summary.iterations.size());
    report.message = summary.message;
    return summary.termination_type == ceres::NO_CONVERGENCE;
}

bool is_minimum(const Problem& problem, const Point& start, const Point& point) {
    return point.valid && gauss_newton(problem, point).offset <= tolerance(problem, start, point);
}

/// The free parameters but those that a bound holds, which are put on it where they are next to it.
Positions let_go(const Problem& problem, const Point& point, std::vector<double>& values) {
    constexpr double next_to = 1e-6;
    const auto slope = slope_at(point);
    Positions moving;
    for (const auto i : problem.free) {
        const auto& parameter = problem.parameters[i];
        double at = point.values[i];
        for (const double bound : {parameter.lower, parameter.upper})
            if (std::isfinite(bound) && std::abs(at - bound) <= next_to * std::abs(bound)) at = bound;
        if (held_by_bound(parameter, at, slope(static_cast<Index>(i))))
            values[i] = at;
        else
            moving.push_back(i);
    }
    return moving;
}

/// Ceres projects each step into the bounds, and so creeps along a bound that a valley crosses aslant. When a round ends
/// off a minimum, the next one therefore keeps the parameters that a bound holds, and lets go those that it holds no more.
Point find_minimum(const Problem& problem, const Point& start, const FitOptions& options, FitReport& report) {
    const bool bounded = std::any_of(problem.free.begin(), problem.free.end(), [&](std::size_t i) {
        return std::isfinite(problem.parameters[i].lower) || std::isfinite(problem.parameters[i].upper);
    });
    const Index round = bounded ? 50 : options.max_iterations;
    Positions moving = problem.free;
    Point point = start;
    while (report.iterations < options.max_iterations && point.valid) {
        const bool unfinished = search(problem, moving, std::min(round, options.max_iterations - report.iterations), report);
        point = polished(problem, point_at(problem, report.values));
        report.values = point.values;
        if (is_minimum(problem, start, point)) break;
        const auto next = let_go(problem, point, report.values);
        if (next.empty() || (next == moving && !unfinished)) break;
        moving = next;
        point = point_at(problem, report.values);
    }
    return polished(problem, point_at(problem, report.values));
}

/// Marks with NaN what is not known: everything of a free parameter, against all others that are not fixed.
void forget(const Problem& problem, const Positions& which, FitReport& report) {
    const auto n = report.values.size();
    for (const auto i : which)
        for (const auto j : problem.free) report.covariance[i * n + j] = report.covariance[j * n + i] = unknown;
}

void fill_covariance(const Factors& factors, FitReport& report) {
    if (factors.moving.empty()) return;
    const Eigen::MatrixXd covariance = factors.covariance();
    for (std::size_t a = 0; a < factors.moving.size(); ++a)
        for (std::size_t b = 0; b < factors.moving.size(); ++b)
            report.covariance[factors.moving[a] * report.values.size() + factors.moving[b]] =
                covariance(static_cast<Index>(a), static_cast<Index>(b));
}

void judge(const Problem& problem, const Point& start, const Point& point, FitReport& report) {
    Positions inner, outer;
    for (const auto i : problem.free) {
        report.at_bound[i] = on_bound(problem.parameters[i], point.values[i]);
        (report.at_bound[i] ? outer : inner).push_back(i);
    }
    const bool minimum = is_minimum(problem, start, point);
    const Factors factors(point.jacobian, inner);
    if (!minimum)
        report.status = FitStatus::not_converged;
    else if (!factors.full_rank())
        report.status = FitStatus::singular;
    if (report.status == FitStatus::singular) report.message = "the data do not determine all free parameters";
    if (report.status != FitStatus::converged) return forget(problem, problem.free, report);
    fill_covariance(factors, report);
    forget(problem, outer, report);
}

}  // namespace

bool FitReport::any_at_bound() const { return std::find(at_bound.begin(), at_bound.end(), true) != at_bound.end(); }

double FitReport::reduced_chi_square() const {
    return degrees_of_freedom > 0 ? chi_square / static_cast<double>(degrees_of_freedom) : unknown;
}

FitReport least_squares(std::span<const FitParameter> parameters, std::ptrdiff_t n_residuals, const ResidualFunction& residuals,
                        const FitOptions& options) {
    check(parameters, n_residuals);
    Problem problem{parameters, residuals, n_residuals, {}};
    FitReport report;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        report.values.push_back(parameters[i].initial);
        if (!is_fixed(parameters[i])) problem.free.push_back(i);
    }
    report.covariance.assign(parameters.size() * parameters.size(), 0.0);
    report.at_bound.assign(parameters.size(), false);
    report.degrees_of_freedom = n_residuals - static_cast<Index>(problem.free.size());

    const Point start = point_at(problem, report.values);
    report.chi_square = start.chi_square;
    if (!start.valid) {
        report.status = FitStatus::not_converged;
        report.message = "the model has no finite value at the start";
        forget(problem, problem.free, report);
        return report;
    }
    if (problem.free.empty()) return report;
    const Point end = find_minimum(problem, start, options, report);
    report.values = end.values;
    report.chi_square = end.chi_square;
    judge(problem, start, end, report);
    return report;
}

double jacobian_error(std::span<const double> values, std::ptrdiff_t n_residuals, const ResidualFunction& residuals) {
    const std::vector<FitParameter> parameters(values.size());
    const Problem problem{parameters, residuals, n_residuals, {}};
    const Point centre = point_at(problem, {values.begin(), values.end()});
    double worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double h = 1e-5 * std::max(std::abs(values[i]), 1e-8);
        const auto moved = [&](double by) {
            auto there = centre.values;
            there[i] += by;
            return point_at(problem, there).residuals;
        };
        // Fourth order, so that the step can be wide enough for rounding.
        const Vector difference = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
        const auto column = centre.jacobian.col(static_cast<Index>(i));
        worst = std::max(worst, (column - difference).cwiseAbs().maxCoeff() / column.cwiseAbs().maxCoeff());
    }
    return worst;
}

}  // namespace sluice::numerics
