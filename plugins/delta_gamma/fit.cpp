// SPDX-License-Identifier: BSD-3-Clause
// One linear number fitted to H, with the derivatives that carry errors shared by H and H_d.
#include "fit.hpp"

#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::delta_gamma {
namespace {

using std::size_t;
using Doubles = std::vector<double>;

void check(const FitPoints& points) {
    const auto n = points.measured.size(), m = points.structure_variances.size();
    const auto want = [](const char* name, size_t has, size_t needs) {
        if (has != needs) numerics::fail<std::invalid_argument>(name, " has ", has, " elements; ", needs, " are needed.");
    };
    want("distinct", points.distinct.size(), n);
    if (!points.variances.empty()) want("variances", points.variances.size(), n);
    want("distinct_by_structure", points.distinct_by_structure.size(), n * m);
    if (!points.measured_by_structure.empty()) want("measured_by_structure", points.measured_by_structure.size(), n * m);
}

/// Variance of H_i - kappa H_d,i from the errors of S.
double variance_by_structure(const FitPoints& points, size_t i, double kappa) {
    const auto m = points.structure_variances.size();
    const bool shared = !points.measured_by_structure.empty();
    double sum = 0;
    for (size_t j = 0; j < m; ++j) {
        const double by =
            (shared ? points.measured_by_structure[i * m + j] : 0) - kappa * points.distinct_by_structure[i * m + j];
        sum += by * by * points.structure_variances[j];
    }
    return sum;
}

/// Each point's weight, 0 where it is left out. kappa: what H_d is multiplied by in the model.
Doubles weights_of(const FitPoints& points, double kappa, bool with_structure) {
    Doubles weights(points.measured.size(), 0.0);
    for (size_t i = 0; i < weights.size(); ++i) {
        const bool weighted = !points.variances.empty();
        if (!std::isfinite(points.measured[i]) || !std::isfinite(points.distinct[i])) continue;
        if (weighted && !(points.variances[i] >= 0)) continue;
        const double by_structure = variance_by_structure(points, i, kappa);  // what is not finite leaves a point out in any case
        const double total = weighted ? points.variances[i] + (with_structure ? by_structure : 0) : 1;
        if (std::isfinite(by_structure) && std::isfinite(total) && total > 0) weights[i] = 1 / total;
    }
    return weights;
}

/// sum w H x / sum w x x for the column x that the unknown multiplies: 1 (of H - H_d), or the theory's H.
struct Column {
    const FitPoints& points;
    Modify modify;

    [[nodiscard]] double x(size_t i) const {
        return modify == Modify::additive ? 1 : points.self_part_theory + points.distinct[i];
    }
    [[nodiscard]] double y(size_t i) const {
        return modify == Modify::additive ? points.measured[i] - points.distinct[i] : points.measured[i];
    }
    [[nodiscard]] double norm(const Doubles& weights) const {
        double sum = 0;
        for (size_t i = 0; i < weights.size(); ++i)
            if (weights[i] > 0) sum += weights[i] * x(i) * x(i);
        return sum;
    }
    [[nodiscard]] double solve(const Doubles& weights) const {
        double sum = 0;
        for (size_t i = 0; i < weights.size(); ++i)
            if (weights[i] > 0) sum += weights[i] * x(i) * y(i);
        return sum / norm(weights);
    }
};

std::ptrdiff_t count(const Doubles& weights) {
    std::ptrdiff_t used = 0;
    for (const double each : weights) used += each > 0 ? 1 : 0;
    return used;
}

double chi_square(const Column& column, const Doubles& weights, double coefficient) {
    double sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        if (!(weights[i] > 0)) continue;
        const double residual = column.y(i) - coefficient * column.x(i);
        sum += weights[i] * residual * residual;
    }
    return sum;
}

/// The derivatives of the result: unit is what the coefficient is multiplied by to give D_s/D0.
void set_derivatives(SelfPartFit& fit, const Column& column, const Doubles& weights, double coefficient, double unit) {
    const auto& points = column.points;
    const auto n = points.measured.size(), m = points.structure_variances.size();
    const double norm = column.norm(weights);
    fit.by_measured.assign(n, 0.0);
    fit.by_structure.assign(m, 0.0);
    for (size_t i = 0; i < n; ++i) {
        if (!(weights[i] > 0)) continue;
        const double by_measured = unit * weights[i] * column.x(i) / norm;
        const double by_distinct = column.modify == Modify::additive
                                       ? -by_measured
                                       : unit * weights[i] * (points.measured[i] - 2 * coefficient * column.x(i)) / norm;
        fit.by_measured[i] = by_measured;
        fit.by_log_scale -= by_measured * points.measured[i];
        for (size_t j = 0; j < m; ++j) {
            fit.by_structure[j] += by_distinct * points.distinct_by_structure[i * m + j];
            if (!points.measured_by_structure.empty())
                fit.by_structure[j] += by_measured * points.measured_by_structure[i * m + j];
        }
    }
}

double square(double x) { return x * x; }

/// Variance of sum of factor times the fit's derivatives, and own times those by S of a point of its own.
double propagate(const SelfPartFit& fit, const FitPoints& points, double factor, double own,
                 std::span<const double> own_by_structure) {
    double sum = square(factor * fit.by_log_scale * points.scale_uncertainty);
    for (size_t i = 0; i < fit.by_measured.size(); ++i)
        if (fit.by_measured[i] != 0)
            sum += square(factor * fit.by_measured[i]) * (points.variances.empty() ? fit.scatter : points.variances[i]);
    for (size_t j = 0; j < fit.by_structure.size(); ++j) {
        const double by = factor * fit.by_structure[j] + (own_by_structure.empty() ? 0 : own * own_by_structure[j]);
        sum += square(by) * points.structure_variances[j];
    }
    return sum;
}

/// sum w var(H - H_model), which chi^2 is on average: points - 1 when the points share no error.
double expected_chi_square(const SelfPartFit& fit, const Column& column, const Doubles& weights, double kappa, double unit) {
    const auto& points = column.points;
    const auto n = weights.size(), m = points.structure_variances.size();
    const bool shared = !points.measured_by_structure.empty();
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
        if (!(weights[i] > 0)) continue;
        const double factor = column.x(i) / unit;  // of the model at this point, times the derivatives of the result
        double variance = square((points.measured[i] + factor * fit.by_log_scale) * points.scale_uncertainty);
        for (size_t k = 0; k < n; ++k)
            if (weights[k] > 0) variance += square((k == i ? 1 : 0) - factor * fit.by_measured[k]) * points.variances[k];
        for (size_t j = 0; j < m; ++j)
            variance += square((shared ? points.measured_by_structure[i * m + j] : 0) -
                               kappa * points.distinct_by_structure[i * m + j] - factor * fit.by_structure[j]) *
                        points.structure_variances[j];
        sum += weights[i] * variance;
    }
    return sum;
}

}  // namespace

SelfPartFit fit_self_part(const FitPoints& points, Modify modify) {
    check(points);
    SelfPartFit fit;
    const Column column{points, modify};
    const double kappa = modify == Modify::additive ? 1 : column.solve(weights_of(points, 1, false));
    const auto weights = weights_of(points, kappa, true);
    fit.points = count(weights);
    if (fit.points == 0 || !(column.norm(weights) > 0)) return fit;
    const double coefficient = column.solve(weights), unit = modify == Modify::additive ? 1 : points.self_part_theory;
    fit.self_part.value = unit * coefficient;
    const double chi = chi_square(column, weights, coefficient);
    const double freedom = static_cast<double>(fit.points - 1);
    if (points.variances.empty()) fit.scatter = freedom > 0 ? chi / freedom : std::numeric_limits<double>::quiet_NaN();
    set_derivatives(fit, column, weights, coefficient, unit);
    if (!points.variances.empty() && freedom > 0)
        fit.reduced_chi_square =
            chi / expected_chi_square(fit, column, weights, modify == Modify::additive ? 1 : coefficient, unit);
    fit.self_part.variance = propagate(fit, points, 1, 0, {});
    return fit;
}

double model_variance(const SelfPartFit& fit, const FitPoints& points, Modify modify, double distinct,
                      std::span<const double> distinct_by_structure) {
    if (!distinct_by_structure.empty() && distinct_by_structure.size() != points.structure_variances.size())
        numerics::fail<std::invalid_argument>("distinct_by_structure has ", distinct_by_structure.size(), " elements; ",
                                              points.structure_variances.size(), " are needed.");
    if (fit.points == 0) return std::numeric_limits<double>::quiet_NaN();
    if (modify == Modify::additive) return propagate(fit, points, 1, 1, distinct_by_structure);
    const double theory = points.self_part_theory;
    return propagate(fit, points, (theory + distinct) / theory, fit.self_part.value / theory, distinct_by_structure);
}

}  // namespace sluice::delta_gamma
