// SPDX-License-Identifier: BSD-3-Clause
// The fit: candidates to begin with, bounded least squares, then the parts of the curve with their errors.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/percus_yevick.hpp>

#include "descent.hpp"
#include "start.hpp"

namespace sluice::saxs_model {
namespace {

using numerics::fail;
using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

/// The smallest radius, which only stands for "above 0", as it is written in texts.
double shown(double bound) { return bound == std::numeric_limits<double>::min() ? 0 : bound; }

}  // namespace

void check(const Options& options) {
    if (!(options.q_first < options.q_last))
        fail<std::invalid_argument>("q_min = ", options.q_first, " 1/nm, must be below q_max = ", options.q_last, " 1/nm.");
    for (std::size_t k = 0; k < n_parameters; ++k) {
        const auto& [fixed, lower, upper, start, least_fixed, most_fixed] = options.parameters[k];
        if (!uses(options.kind, k) || fixed) continue;
        const auto [least, most] = domain(k);
        if (!(lower < upper && lower >= least && upper <= most))
            fail<std::invalid_argument>("parameter ", parameter_names[k], " is bounded by ", shown(lower), " and ", upper,
                                        "; the first must be below the second, and both within ", shown(least), " to ", most,
                                        ".");
        if (start && !(*start >= lower && *start <= upper))
            fail<std::invalid_argument>("parameter ", parameter_names[k], " starts at ", *start, ", outside its bounds ",
                                        shown(lower), " to ", upper, ".");
    }
}

namespace {

bool numbers_are_good(const Options& options) {
    for (std::size_t k = 0; k < n_parameters; ++k) {
        const auto& known = options.parameters[k];
        if (!uses(options.kind, k) || !known.fixed) continue;
        const double fixed = *known.fixed;
        const auto [least, most] = domain(k);
        if (!(std::isfinite(fixed) && fixed >= least && fixed <= most)) return false;
        if (!(fixed >= known.least_fixed && fixed <= known.most_fixed)) return false;
    }
    return true;
}

/// (model - intensity) / sigma and its derivatives.
void residuals(const Points& points, const Kind& kind, std::span<const double> values, std::span<double> out,
               std::span<double> jacobian) {
    const Shape shape = shape_of(kind, points.q, values, !jacobian.empty());
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double root_weight = std::sqrt(points.weight[i]);
        out[i] = root_weight * (intensity(shape, i, points.q[i], values) - points.intensity[i]);
        if (jacobian.empty()) continue;
        const auto row = jacobian.subspan(i * n_parameters, n_parameters);
        intensity_slopes(shape, i, points.q[i], values, row);
        for (double& each : row) each *= root_weight;
    }
}

std::vector<FitParameter> parameters_at(const Options& options, const Values& start) {
    std::vector<FitParameter> out(n_parameters);
    for (std::size_t k = 0; k < n_parameters; ++k) {
        const auto& known = options.parameters[k];
        if (!uses(options.kind, k) || known.fixed)
            out[k] = {start[k], start[k], start[k], true};
        else
            out[k] = {std::clamp(start[k], known.lower, known.upper), known.lower, known.upper, false};
    }
    return out;
}

/// The last point with its Jacobian: the search, its last steps and the verdict ask for the same ones again.
class Memory {
public:
    Memory(const Points& points, const Kind& kind) : points_(points), kind_(kind) {}

    void operator()(std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
        const bool known = std::equal(values.begin(), values.end(), at_.begin(), at_.end());
        if (!known && jacobian.empty()) return residuals(points_, kind_, values, out, jacobian);
        if (!known) {
            at_.assign(values.begin(), values.end());
            residuals_.resize(out.size());
            jacobian_.resize(jacobian.size());
            residuals(points_, kind_, values, residuals_, jacobian_);
        }
        std::copy(residuals_.begin(), residuals_.end(), out.begin());
        if (!jacobian.empty()) std::copy(jacobian_.begin(), jacobian_.end(), jacobian.begin());
    }

private:
    const Points& points_;
    const Kind& kind_;
    std::vector<double> at_, residuals_, jacobian_;
};

/// Each candidate is brought down into its own valley with the coarse points; the lowest with all points is fitted.
FitReport search(const Points& points, const Options& options) {
    const Points few = coarse(points);
    Values best{};
    double lowest = std::numeric_limits<double>::infinity();
    for (Values candidate : start_of(few, options)) {
        descend(few, options, candidate);
        const double cost = solve_amplitudes(points, shape_of(options.kind, points.q, candidate, false), options, candidate);
        if (!(cost < lowest)) continue;
        lowest = cost;
        best = candidate;
    }
    if (std::isinf(lowest)) {  // no radius has amplitudes that fit: a curve of zeros, say
        FitReport none;
        none.status = FitStatus::singular;
        return none;
    }
    Memory memory(points, options.kind);
    return numerics::least_squares(parameters_at(options, best), static_cast<std::ptrdiff_t>(points.size()),
                                   [&](auto values, auto out, auto jacobian) { memory(values, out, jacobian); });
}

void fill_correlation(Result& result) {
    for (std::size_t i = 0; i < n_parameters; ++i)
        for (std::size_t j = 0; j < n_parameters; ++j) {
            const double both = std::sqrt(result.variances[i] * result.variances[j]);
            double& out = result.correlation[i * n_parameters + j];
            out = both == 0 ? (i == j ? 1 : 0) : result.covariance[i * n_parameters + j] / both;
        }
}

double form(const Values& left, const std::vector<double>& covariance, const Values& right) {
    double sum = 0;
    for (std::size_t i = 0; i < n_parameters; ++i)
        for (std::size_t j = 0; j < n_parameters; ++j)
            if (left[i] != 0 && right[j] != 0) sum += left[i] * covariance[i * n_parameters + j] * right[j];
    return sum;
}

/// Covariance with 0 for what is on a bound: the parts' errors hold with it kept there.
std::vector<double> known_covariance(const Result& result) {
    auto covariance = result.covariance;
    for (double& each : covariance)
        if (std::isnan(each)) each = 0;
    return covariance;
}

void fill_curves(const Curve& curve, const Options& options, Result& result) {
    const Shape shape = shape_of(options.kind, curve.q_inv_nm, result.values, true);
    const auto covariance = known_covariance(result);
    const Values& at = result.values;
    for (std::size_t i = 0; i < curve.q_inv_nm.size(); ++i) {
        const double q = curve.q_inv_nm[i], p = shape.form_factor[i], s = shape.structure_factor[i];
        const double law = at[porod_amplitude] == 0 ? 0 : at[porod_amplitude] * power_law(q);
        const double kept = options.remove_power_law ? law : 0;
        Values single{}, other{};  // their slopes
        for (std::size_t k = 0; k < n_form; ++k) {
            const double slope = shape.form_slopes[i * n_form + k];
            single[k] = at[amplitude] * slope;
            other[k] = at[colloid_amplitude] * slope;
        }
        single[amplitude] = other[colloid_amplitude] = p;
        other[background] = 1;
        if (options.remove_power_law && q > 0) other[porod_amplitude] = power_law(q);
        result.form_factor[i] = p;
        result.structure_factor[i] = s;
        result.liquid[i] = at[amplitude] * p * s;
        result.colloid[i] = at[colloid_amplitude] * p;
        result.power_law[i] = law;
        result.curve[i] = intensity(shape, i, q, at);
        result.residuals[i] = curve.intensity[i] - result.curve[i];
        result.single[i] = at[amplitude] * p;
        result.other[i] = result.colloid[i] + at[background] + kept;
        result.single_variance[i] = form(single, covariance, single);
        result.other_variance[i] = form(other, covariance, other);
        result.single_other_covariance[i] = form(single, covariance, other);
    }
}

Result empty_result(std::size_t n) {
    Result result;
    result.values.fill(unknown);
    result.variances.fill(unknown);
    result.covariance.assign(n_parameters * n_parameters, unknown);
    result.correlation = result.covariance;
    for (auto* each : {&result.curve, &result.liquid, &result.colloid, &result.power_law, &result.residuals, &result.form_factor,
                       &result.structure_factor, &result.single, &result.single_variance, &result.other, &result.other_variance,
                       &result.single_other_covariance})
        each->assign(n, unknown);
    return result;
}

Status status_of(const FitReport& report) {
    switch (report.status) {
        case FitStatus::converged:
            return report.any_at_bound() ? Status::at_bound : Status::ok;
        case FitStatus::singular:
            return Status::not_determined;
        case FitStatus::not_converged:
            return Status::not_converged;
    }
    return Status::not_converged;
}

void fill(const FitReport& report, bool weighted, Result& result) {
    const double scale = weighted ? 1 : report.reduced_chi_square();
    std::copy(report.values.begin(), report.values.end(), result.values.begin());
    for (std::size_t i = 0; i < result.covariance.size(); ++i)
        result.covariance[i] = report.covariance[i] == 0 ? 0 : scale * report.covariance[i];
    for (std::size_t k = 0; k < n_parameters; ++k) {
        result.variances[k] = result.covariance[k * n_parameters + k];
        result.at_bound[k] = report.at_bound[k];
    }
    fill_correlation(result);
}

}  // namespace

Range domain(std::size_t parameter) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    switch (parameter) {
        case radius:
        case hard_sphere_radius:
            return {std::numeric_limits<double>::min(), infinite};
        case size_spread:
            return {0, numerics::largest_size_spread};
        case shell_thickness:
            return {0, infinite};
        case volume_fraction:
            return {0, std::nextafter(numerics::largest_volume_fraction, 0)};
        default:
            return {-infinite, infinite};
    }
}

Result fit(const Curve& curve, const Options& options) {
    check(options);
    Result result = empty_result(curve.q_inv_nm.size());
    const auto failed = [&](Status status) {
        result.status = status;
        return result;
    };
    if (!numbers_are_good(options)) return failed(Status::bad_number);
    const Points points = points_in_use(curve, options);
    result.points = static_cast<std::ptrdiff_t>(points.size());
    std::size_t free = 0;
    for (std::size_t k = 0; k < n_parameters; ++k) free += uses(options.kind, k) && !options.parameters[k].fixed ? 1 : 0;
    if (points.size() <= free) return failed(Status::too_few_points);

    const FitReport report = search(points, options);
    result.status = status_of(report);
    result.reduced_chi_square = report.reduced_chi_square();
    if (result.status == Status::not_converged || result.status == Status::not_determined) return result;
    fill(report, points.weighted, result);
    fill_curves(curve, options, result);
    if (options.kind.structure == Structure::none) result.values[hard_sphere_radius] = unknown;
    result.frozen = result.values[volume_fraction] > numerics::freezing_volume_fraction;
    return result;
}

}  // namespace sluice::saxs_model
