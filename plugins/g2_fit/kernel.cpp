// SPDX-License-Identifier: BSD-3-Clause
// The fit: start from the lags, least squares, then what the result is worth.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/relaxation.hpp>

#include "start.hpp"

namespace sluice::g2_fit {
namespace {

using numerics::fail;
using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

constexpr double significant = 9;       ///< of a difference of chi-square: 3 standard errors
constexpr double poor_chi_square = 10;  ///< reduced; lags that share speckles have errors too small by up to 2.8

void check(const Options& options) {
    if (!(options.first_delay < options.last_delay))
        fail<std::invalid_argument>("first_delay = ", options.first_delay, ", must be below last_delay = ", options.last_delay,
                                    ".");
    if (!(options.smallest_exponent < options.largest_exponent))
        fail<std::invalid_argument>("smallest_exponent = ", options.smallest_exponent,
                                    ", must be below largest_exponent = ", options.largest_exponent, ".");
}

Doubles exponents_to_try(const Options& options) {
    if (options.model == Model::exponential) return {1};
    Doubles inside{std::sqrt(options.smallest_exponent * options.largest_exponent)};
    for (const double each : {0.3, 0.5, 0.75, 1.0, 1.5, 2.0})
        if (options.smallest_exponent < each && each < options.largest_exponent) inside.push_back(each);
    return inside;
}

/// Positions in the vector of parameters.
enum : std::size_t { log_rate, contrast, exponent, baseline };

Parameters parameters_of(std::span<const double> values) {
    return {values[log_rate], values[contrast], values[exponent], values[baseline]};
}

/// (model - g2) / sigma and its derivatives.
void residuals(const Lags& lags, std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
    const Parameters at = parameters_of(values);
    for (std::size_t i = 0; i < lags.size(); ++i) {
        const double log_x = at.log_rate + std::log(lags.delay[i]), root_weight = std::sqrt(lags.weight[i]);
        const auto [e, power] = numerics::stretched_exponential(log_x, at.exponent, 2);
        out[i] = root_weight * (at.baseline + at.contrast * e - lags.g2[i]);
        if (jacobian.empty()) continue;
        const double by_log_power = e > 0 ? -2 * power * at.contrast * e : 0;
        const auto row = jacobian.subspan(4 * i, 4);
        row[log_rate] = root_weight * at.exponent * by_log_power;
        row[contrast] = root_weight * e;
        row[exponent] = root_weight * log_x * by_log_power;
        row[baseline] = root_weight;
    }
}

FitReport least_squares(const Lags& lags, const Fixed& fixed, const Options& options) {
    const bool stretched = options.model == Model::kww;
    const auto start = best_start(lags, fixed, options.largest_contrast, exponents_to_try(options));
    const auto [lower, upper] = log_rate_bounds(lags, stretched ? options.smallest_exponent : 1);
    std::array<FitParameter, 4> parameters;
    parameters[log_rate] = {start.log_rate, lower, upper};
    parameters[contrast] = {start.contrast, 0, options.largest_contrast};
    if (fixed.contrast) parameters[contrast] = {*fixed.contrast, *fixed.contrast, *fixed.contrast};
    parameters[exponent] = {1, 1, 1};
    if (stretched) parameters[exponent] = {start.exponent, options.smallest_exponent, options.largest_exponent};
    parameters[baseline].initial = start.baseline;
    parameters[baseline].fixed = fixed.baseline.has_value();
    return numerics::least_squares(parameters, static_cast<std::ptrdiff_t>(lags.size()),
                                   [&](auto values, auto out, auto jacobian) { residuals(lags, values, out, jacobian); });
}

/// Of a difference of chi-square and of the covariance: 1, or the mean square residual where no variances are known.
double scale_of(const Curve& curve, const FitReport& report) { return curve.variance.empty() ? report.reduced_chi_square() : 1; }

Status status_of(const Lags& lags, const Fixed& fixed, const FitReport& report, double scale) {
    double square = 0;
    for (std::size_t i = 0; i < lags.size(); ++i) square += lags.weight[i] * lags.g2[i] * lags.g2[i];
    const double limit = report.chi_square + significant * scale + 1e-24 * square;  // and rounding
    const bool level_known = fixed.contrast && fixed.baseline;
    const auto level = level_known ? std::optional(*fixed.contrast + *fixed.baseline) : std::nullopt;
    if (fixed.baseline && chi_square_of_constant(lags, fixed.baseline) <= limit) return Status::decayed_before_first_lag;
    if (chi_square_of_constant(lags, level) <= limit) return Status::no_decay;
    if (report.status != FitStatus::converged) return Status::not_converged;
    return report.any_at_bound() ? Status::bound_hit : Status::ok;
}

Value value_of(const FitReport& report, std::size_t i, double scale) {
    const double variance = report.variance(i);
    const bool doubtful = report.any_at_bound() && variance != 0;  // it holds with the parameter kept on its bound: too small
    return {report.values[i], doubtful ? unknown : scale * variance};
}

void fill(const FitReport& report, double scale, std::optional<double> given_contrast, Result& result) {
    result.reduced_chi_square = report.reduced_chi_square();
    result.baseline = value_of(report, baseline, scale);
    if (given_contrast) result.contrast = {*given_contrast, 0};
    const bool stretched = report.variance(exponent) != 0;
    if (!stretched) result.exponent = {1, 0};
    if (result.status == Status::decayed_before_first_lag) return;
    const auto logarithm = value_of(report, log_rate, scale);
    const double rate = std::exp(logarithm.value);
    result.rate = {rate, rate * rate * logarithm.variance};
    if (!given_contrast) result.contrast = value_of(report, contrast, scale);
    if (stretched) result.exponent = value_of(report, exponent, scale);
}

Doubles curve_at(std::span<const double> delays, const Parameters& at) {
    Doubles curve;
    for (const double delay : delays) {
        const double e = delay == 0 ? 1 : decay(delay, at);  // NaN below 0
        curve.push_back(at.baseline + at.contrast * e);
    }
    return curve;
}

}  // namespace

Result fit(const Curve& curve, std::optional<double> given_contrast, const Options& options) {
    check(options);
    const Lags lags = lags_in_use(curve, options);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(lags.size());
    result.curve.assign(curve.delay.size(), unknown);
    const auto failed = [&](Status status) {
        result.status = status;
        return result;
    };
    if (given_contrast && !(*given_contrast > 0 && std::isfinite(*given_contrast))) return failed(Status::no_contrast);
    const std::size_t free = 1u + (given_contrast ? 0 : 1) + (options.model == Model::kww ? 1 : 0) + (options.baseline ? 0 : 1);
    if (lags.size() <= free) return failed(Status::too_few_lags);

    const Fixed fixed{given_contrast, options.baseline};
    const FitReport report = least_squares(lags, fixed, options);
    const double scale = scale_of(curve, report);
    result.status = status_of(lags, fixed, report, scale);
    if (result.status == Status::not_converged) return result;
    fill(report, scale, given_contrast, result);
    result.poor = !curve.variance.empty() && result.reduced_chi_square > poor_chi_square;
    result.curve = curve_at(curve.delay, parameters_of(report.values));
    return result;
}

}  // namespace sluice::g2_fit
