// SPDX-License-Identifier: BSD-3-Clause
// The fit: start from the points, least squares, then what the result is worth and what follows from it.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>

#include "derived.hpp"
#include "model.hpp"
#include "start.hpp"

namespace sluice::kww_fit {
namespace {

using numerics::fail;
using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

constexpr double significant = 9;  ///< of a difference of chi-square: 3 standard errors

// ---- what may be asked ------------------------------------------------------------------------------------------------

void check(const Data& data, const Options& options) {
    if (options.domain == Domain::time && is_havriliak_negami(options.model))
        fail<std::invalid_argument>(
            "in time there are the models kww and debye; Havriliak-Negami and Cole-Cole need the frequency domain.");
    if (options.domain == Domain::time && !data.storage.empty())
        fail<std::invalid_argument>("a decay in time has no storage part. Leave the input out.");
    if (!data.storage.empty() && data.variances.empty() != data.storage_variances.empty())
        fail<std::invalid_argument>("of loss and storage only one has variances. Give both or none: they are weighed together.");
    if (!(options.first < options.last))
        fail<std::invalid_argument>("first = ", options.first, ", must be below last = ", options.last, ".");
    const double largest = largest_beta(options), allowed = options.domain == Domain::time ? 4 : 1;
    if (!(options.smallest_exponent > 0 && options.smallest_exponent < std::min({largest, options.largest_gamma, 1.0})))
        fail<std::invalid_argument>("smallest_exponent = ", options.smallest_exponent,
                                    ", must be above 0 and below the largest ones.");
    if (!(largest <= allowed))
        fail<std::invalid_argument>("largest_beta = ", largest, ", must be at most ", allowed, " in this domain.");
}

bool numbers_are_good(const Options& options) {
    const double most = options.domain == Domain::time ? 4 : 1;
    const bool exponent = !options.beta || (*options.beta > 0 && *options.beta <= most);
    return exponent && std::isfinite(options.amplitude.value_or(0)) && std::isfinite(options.offset.value_or(0));
}

bool is_free(std::size_t parameter, const Options& options, bool has_storage) {
    switch (parameter) {
        case beta:
            return options.model == Model::kww && !options.beta;
        case alpha:
            return is_havriliak_negami(options.model);
        case gamma_exponent:
            return options.model == Model::havriliak_negami;
        case amplitude:
            return !options.amplitude;
        case offset:
            return !options.offset;
        case unrelaxed:
            return has_storage;
        default:
            return true;
    }
}

std::size_t count_free(const Options& options, bool has_storage) {
    std::size_t n = 0;
    for (std::size_t k = 0; k < n_parameters; ++k) n += is_free(k, options, has_storage) ? 1 : 0;
    return n;
}

// ---- least squares ----------------------------------------------------------------------------------------------------

/// Derivatives of one part of the response by all parameters.
Gradient gradient_of(Part part, Response response, Model model, const Shape& shape, double height) {
    Gradient out{};
    out[log_tau] = height * part_of(part, response, shape.by_log_tau);
    out[first_exponent(model)] = height * part_of(part, response, shape.by_first);
    if (is_havriliak_negami(model)) out[gamma_exponent] = height * part_of(part, response, shape.by_second);
    out[amplitude] = part_of(part, response, shape.value);
    out[level_of(part)] = 1;
    return out;
}

/// (model - y) / sigma and its derivatives.
void residuals(const Points& points, const Options& options, std::span<const double> given, Shapes& remembered,
               std::span<double> out, std::span<double> jacobian) {
    Values values;
    std::copy(given.begin(), given.end(), values.begin());
    const auto& shapes = remembered.at(values);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto& [place, part, y, root_weight] = points.all[i];
        const double g = part_of(part, options.response, shapes[place].value);
        out[i] = root_weight * (values[level_of(part)] + values[amplitude] * g - y);
        if (jacobian.empty()) continue;
        const auto gradient = gradient_of(part, options.response, options.model, shapes[place], values[amplitude]);
        for (std::size_t k = 0; k < n_parameters; ++k) jacobian[n_parameters * i + k] = root_weight * gradient[k];
    }
}

FitReport least_squares(const Points& points, const Options& options, const Values& start) {
    std::array<FitParameter, n_parameters> parameters;
    for (std::size_t k = 0; k < n_parameters; ++k) {
        parameters[k].initial = start[k];
        parameters[k].fixed = !is_free(k, options, points.has_storage());
    }
    const auto bounded = [&](std::size_t k, double lower, double upper) {
        if (parameters[k].fixed) return;
        parameters[k].lower = lower;
        parameters[k].upper = upper;
    };
    const auto taus = log_tau_bounds(points, options.domain);
    bounded(log_tau, taus.lower, taus.upper);
    bounded(beta, options.smallest_exponent, largest_beta(options));
    bounded(alpha, options.smallest_exponent, 1);
    bounded(gamma_exponent, options.smallest_exponent, options.largest_gamma);
    Shapes shapes(points, options);
    return numerics::least_squares(
        parameters, static_cast<std::ptrdiff_t>(points.size()),
        [&](auto values, auto out, auto jacobian) { residuals(points, options, values, shapes, out, jacobian); });
}

bool outside(const Points& points, Domain domain, double log_of_tau) {
    const auto [low, high] = log_taus_within(points, domain);
    return log_of_tau < low || log_of_tau > high;
}

Status status_of(const Points& points, const Options& options, const FitReport& report, double scale) {
    double square = 0;
    for (const auto& point : points.all) square += std::pow(point.root_weight * point.y, 2);
    const double limit = report.chi_square + significant * scale + 1e-24 * square;  // and rounding
    if (chi_square_of_constants(points, options) <= limit) return Status::no_decay;
    if (report.status != FitStatus::converged) return Status::not_converged;
    if (report.at_bound[log_tau]) return Status::tau_outside;
    if (report.any_at_bound()) return Status::beta_at_bound;
    return outside(points, options.domain, report.values[log_tau]) ? Status::tau_outside : Status::ok;
}

// ---- what is reported ------------------------------------------------------------------------------------------------

/// The values of parameters that the model does not have are NaN; so is what was not found.
Values known_values(const Options& options) {
    Values values;
    values.fill(unknown);
    if (options.model == Model::debye) values[beta] = values[alpha] = values[gamma_exponent] = 1;
    if (options.model == Model::cole_cole) values[gamma_exponent] = 1;
    if (options.model == Model::kww && options.beta) values[beta] = *options.beta;
    values[amplitude] = options.amplitude.value_or(unknown);
    values[offset] = options.offset.value_or(unknown);
    return values;
}

/// 0 of what is known, NaN of what is not.
Matrix known_covariance(const Values& known) {
    Matrix covariance{};
    for (std::size_t i = 0; i < n_parameters; ++i)
        for (std::size_t j = 0; j < n_parameters; ++j)
            if (std::isnan(known[i]) && std::isnan(known[j])) covariance[i * n_parameters + j] = unknown;
    return covariance;
}

void fill(const FitReport& report, const Options& options, bool has_storage, double scale, Result& result) {
    const bool sound = !report.any_at_bound();
    for (std::size_t i = 0; i < n_parameters; ++i) {
        if (!is_free(i, options, has_storage)) continue;
        result.values[i] = report.values[i];
        for (std::size_t j = 0; j < n_parameters; ++j)
            if (is_free(j, options, has_storage))
                result.covariance[i * n_parameters + j] = sound ? scale * report.covariance[i * n_parameters + j] : unknown;
    }
}

/// What is known before anything is fitted, and whether that can be.
Result without_fit(const Points& points, const Options& options) {
    Result result;
    result.points = static_cast<std::ptrdiff_t>(points.size());
    result.values = known_values(options);
    result.covariance = known_covariance(result.values);
    result.curve.values.fill(unknown);
    result.storage_curve = result.curve;
    if (!numbers_are_good(options))
        result.status = Status::bad_number;
    else if (points.size() <= count_free(options, points.has_storage()) || points.all.front().part == Part::storage)
        result.status = Status::too_few_points;
    return result;
}

void derive(const Options& options, bool has_storage, Result& result) {
    result.tau = tau_of(result);
    result.mean_relaxation_time = mean_relaxation_time_of(result, options);
    if (options.peak) result.peak_frequency = peak_frequency_of(result, options);
    result.curve = {options.domain, options.model, options.response, false, result.values, result.covariance};
    if (!has_storage) return;
    result.storage_curve = result.curve;
    result.storage_curve.storage = true;
}

}  // namespace

Value Curve::at(double x) const {
    if (!std::isfinite(x) || (domain == Domain::time ? x < 0 : x <= 0) || std::isnan(values[log_tau])) return {};
    const Part part = storage ? Part::storage : domain == Domain::time ? Part::decay : Part::loss;
    const Shape shape = shape_of(domain, model, x, values, true);
    const double y = values[level_of(part)] + values[amplitude] * part_of(part, response, shape.value);
    return {y, propagated(gradient_of(part, response, model, shape, values[amplitude]), covariance)};
}

Result fit(const Data& data, const Options& options) {
    check(data, options);
    const Points points = points_in_use(data, options);
    Result result = without_fit(points, options);
    if (result.status != Status::ok) return result;
    const auto start = best_start(points, options);
    if (!start) {
        result.status = Status::not_converged;
        return result;
    }
    const FitReport report = least_squares(points, options, *start);
    const double scale = data.variances.empty() ? report.reduced_chi_square() : 1;
    result.status = status_of(points, options, report, scale);
    if (result.status == Status::not_converged) return result;
    result.reduced_chi_square = report.reduced_chi_square();
    if (result.status == Status::no_decay) return result;
    fill(report, options, points.has_storage(), scale, result);
    derive(options, points.has_storage(), result);
    return result;
}

}  // namespace sluice::kww_fit
