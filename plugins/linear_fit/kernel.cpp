// SPDX-License-Identifier: BSD-3-Clause
// The line with errors in both coordinates: its direction by a scan and a bisection, the rest in closed form.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "errors.hpp"
#include "problem.hpp"

namespace sluice::linear_fit {
namespace {

using Doubles = std::vector<double>;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int directions = 180;
constexpr double step = std::numbers::pi / directions;
constexpr double smallest_step = 1e-18;  // of the angle: ends a bisection towards a level line
constexpr double level = 1e-9;           // of S, between the best and the worst direction: below, rounding decides
constexpr double vertical = 1e-7;        // cosine, in scaled coordinates: the slope is larger than all that the points can tell

/// The best line of one direction: y cos t - x sin t = distance.
struct Direction {
    double sine, cosine, distance = unknown;
    double chi_square = infinite, derivative = unknown;  ///< S and dS/dt
    Doubles pull = {};                                   ///< M^-1 e of the residuals e across the line
};

Direction look(const Problem& problem, double angle) {
    Direction found{std::sin(angle), std::cos(angle)};
    const AcrossLine across(problem.errors, found.sine, found.cosine);
    if (!across.positive()) return found;
    const auto n = problem.x.size();
    Doubles e(n), turned(n);  // and d e / d t, but for the distance
    for (std::size_t i = 0; i < n; ++i) {
        e[i] = problem.y[i] * found.cosine - problem.x[i] * found.sine;
        turned[i] = -problem.y[i] * found.sine - problem.x[i] * found.cosine;
    }
    double turned_distance = 0;  // of the best distance it does not matter: S does not change with it
    if (problem.exact) {
        found.distance = problem.exact->y * found.cosine - problem.exact->x * found.sine;
        turned_distance = -problem.exact->y * found.sine - problem.exact->x * found.cosine;
    } else {
        const Doubles weights = across.solve(Doubles(n, 1.0));
        found.distance = sum_of_products(weights, e) / sum_of_products(weights, Doubles(n, 1.0));
    }
    for (double& each : e) each -= found.distance;
    for (double& each : turned) each -= turned_distance;
    found.pull = across.solve(e);
    found.chi_square = sum_of_products(e, found.pull);
    found.derivative = 2 * sum_of_products(turned, found.pull) - across.derivative(found.pull);
    return found;
}

/// The direction of the lowest S; nothing where S is the same in all.
std::optional<Direction> best_direction(const Problem& problem) {
    double best = 0, lowest = infinite, highest = 0;
    for (int i = 0; i < directions; ++i) {
        const double angle = (i + 0.5) * step - std::numbers::pi / 2;
        const double chi_square = look(problem, angle).chi_square;
        if (chi_square < lowest) lowest = chi_square, best = angle;
        if (chi_square < infinite) highest = std::max(highest, chi_square);
    }
    if (!(lowest < infinite)) return look(problem, best);
    if (!(highest - lowest > level * highest)) return std::nullopt;
    double below = best - step, above = best + step;
    (look(problem, best).derivative > 0 ? above : below) = best;
    while (above - below > smallest_step) {
        const double middle = (below + above) / 2;
        if (middle == below || middle == above) break;
        const Direction there = look(problem, middle);
        if (!(there.chi_square < infinite)) break;
        (there.derivative > 0 ? above : below) = middle;
    }
    return look(problem, (below + above) / 2);
}

/// Height and slope, with their errors, in scaled coordinates.
Line scaled_line(const Problem& problem, const Direction& best) {
    const AcrossLine across(problem.errors, best.sine, best.cosine);
    const double slope = best.sine / best.cosine, square = best.cosine * best.cosine;
    const auto n = problem.x.size();
    Doubles adjusted(n);
    for (std::size_t i = 0; i < n; ++i)
        adjusted[i] =
            problem.x[i] - (problem.errors.cross[i] - slope * problem.errors.x_variances[i]) * best.cosine * best.pull[i];
    const Doubles weights = across.solve(Doubles(n, 1.0));
    const double all = sum_of_products(weights, Doubles(n, 1.0));
    Line line;
    line.centre = problem.exact ? problem.exact->x : sum_of_products(weights, adjusted) / all;
    line.height = {best.distance / best.cosine + slope * line.centre, problem.exact ? 0 : 1 / (square * all)};
    for (double& each : adjusted) each -= line.centre;
    line.slope = {slope, 1 / (square * sum_of_products(adjusted, across.solve(adjusted)))};
    return line;
}

Line unscaled(const Problem& problem, const Line& line) {
    const double kx = problem.x_scale.size, ky = problem.y_scale.size;
    return {problem.x_scale.centre + kx * line.centre,
            {problem.y_scale.centre + ky * line.height.value, ky * ky * line.height.variance},
            {ky / kx * line.slope.value, ky / kx * (ky / kx) * line.slope.variance}};
}

bool one_exact_x(const Problem& problem) {
    double spread = 0, errors = 0;
    for (const double each : problem.x)
        spread = std::max(spread, std::abs(each - (problem.exact ? problem.exact->x : problem.x[0])));
    for (const double each : problem.errors.x_variances) errors = std::max(errors, each);
    return spread == 0 && errors == 0;
}

bool is_symmetric(const Doubles& matrix, std::size_t n) {
    constexpr double rounding = 1e-9;  // of the two standard errors
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double difference = matrix[i * n + j] - matrix[j * n + i];
            if (!(std::abs(difference) <= rounding * std::sqrt(matrix[i * n + i] * matrix[j * n + j]))) return false;
        }
    return true;
}

bool is_covariance(const Errors& errors) {
    if (errors.y_covariance.empty()) return true;
    if (!is_symmetric(errors.y_covariance, errors.y_variances.size())) return false;
    Errors raised = errors;  // so that one that is singular to rounding passes here: errors of x can make up for it
    const auto n = errors.y_variances.size();
    for (std::size_t i = 0; i < n; ++i) raised.y_covariance[i * n + i] *= 1 + 1e-10;
    raised.x_variances.assign(n, 0);
    raised.cross.assign(n, 0);
    return AcrossLine(raised, 0, 1).positive();
}

void solve(const Problem& problem, const Options& options, Result& result) {
    const auto found = best_direction(problem);
    if (!found || !(found->chi_square < infinite)) {
        const bool no_weights = found && !problem.errors.y_covariance.empty();
        result.status = no_weights ? Status::covariance_not_positive : Status::not_determined;
        return;
    }
    const Direction& best = *found;
    Line line = unscaled(problem, scaled_line(problem, best));
    if (std::abs(best.cosine) < vertical || !(line.slope.variance > 0) || !std::isfinite(line.slope.variance)) {
        result.status = Status::not_determined;
        return;
    }
    const auto left_over = static_cast<double>(result.points - 2);
    const double reduced = left_over > 0 ? best.chi_square / left_over : unknown;
    if (problem.weighted)
        result.reduced_chi_square = reduced;
    else
        line.height.variance *= reduced, line.slope.variance *= reduced;
    result.line = line;
    result.intercept = line.at(options.about);
    result.intercept_slope_covariance = (options.about - line.centre) * line.slope.variance;
}

}  // namespace

Value Line::at(double x) const {
    const double away = x - centre;
    return {height.value + slope.value * away, height.variance + away * away * slope.variance};
}

Result fit(const Points& points, const Options& options) {
    const Problem problem = problem_of(points, options);
    Result result;
    result.points = problem.points();
    result.correlation = problem.correlation;
    if (problem.exact_points > 1 || !is_covariance(problem.errors))
        result.status = Status::covariance_not_positive;
    else if (result.points < 2 || one_exact_x(problem))
        result.status = Status::too_few_points;
    else
        solve(problem, options, result);
    return result;
}

}  // namespace sluice::linear_fit
