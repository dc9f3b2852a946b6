// SPDX-License-Identifier: BSD-3-Clause
// The fit: start from the points, least squares, then what the result is worth.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>

#include "start.hpp"

namespace sluice::cumulant_fit {
namespace {

using numerics::fail;
using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

/// Of a difference of chi-square, by the number of parameters that make it, less one: what pure noise exceeds with the
/// probability 0.0027 of 3 standard errors, which are the first.
constexpr std::array<double, 5> significant{9, 11.829, 14.156, 16.251, 18.205};
constexpr double widest = 100;  ///< spread, and its cube root the skew: far beyond what an expansion can describe

void check(const Curve& curve, const Options& options) {
    const auto n = curve.delay.size();
    if (curve.values.size() != n || (!curve.variance.empty() && curve.variance.size() != n) ||
        (!curve.mask.empty() && curve.mask.size() != n))
        fail<std::invalid_argument>("delays, values, variances and mask differ in length");
    if (!(options.first_delay < options.last_delay))
        fail<std::invalid_argument>("first_delay = ", options.first_delay, ", must be below last_delay = ", options.last_delay,
                                    ".");
    if (options.order < 1 || options.order > 3) fail<std::invalid_argument>("order = ", options.order, ", must be 1, 2 or 3.");
    if (options.amplitude && !(*options.amplitude > 0 && std::isfinite(*options.amplitude)))
        fail<std::invalid_argument>("amplitude = ", *options.amplitude, ", must be finite and above 0.");
}

/// Positions in the vector of parameters.
enum : std::size_t { log_rate, spread, skew, amplitude, baseline, n_parameters };

Parameters parameters_of(std::span<const double> values) {
    return {values[log_rate], values[spread], values[skew], values[amplitude], values[baseline]};
}

/// (model - value) / sigma and its derivatives.
void residuals(const Points& points, Of of, std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
    const Parameters at = parameters_of(values);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Decay m = decay(points.delay[i], at);
        const double power = of == Of::g1 ? m.value : m.value * m.value, root_weight = std::sqrt(points.weight[i]);
        out[i] = root_weight * (at.baseline + at.amplitude * power - points.values[i]);
        if (jacobian.empty()) continue;
        const double by_decay = root_weight * at.amplitude * (of == Of::g1 ? 1 : 2 * m.value);
        const auto row = jacobian.subspan(n_parameters * i, n_parameters);
        row[log_rate] = by_decay * m.by_log_rate;
        row[spread] = by_decay * m.by_spread;
        row[skew] = by_decay * m.by_skew;
        row[amplitude] = root_weight * power;
        row[baseline] = root_weight;
    }
}

FitReport least_squares(const Points& points, const Options& options) {
    const auto start = best_start(points, options);
    const auto [lower, upper] = log_rate_bounds(points);
    std::array<FitParameter, n_parameters> parameters;
    parameters[log_rate] = {start.log_rate, lower, upper};
    parameters[spread] = {start.spread, -widest, widest, options.order < 2};
    parameters[skew] = {start.skew, -widest * widest, widest * widest, options.order < 3};
    parameters[amplitude] = {start.amplitude, 0, largest_amplitude(points)};
    if (options.amplitude) parameters[amplitude] = {*options.amplitude, *options.amplitude, *options.amplitude};
    parameters[baseline].initial = start.baseline;
    parameters[baseline].fixed = options.baseline.has_value();
    return numerics::least_squares(
        parameters, static_cast<std::ptrdiff_t>(points.size()),
        [&](auto values, auto out, auto jacobian) { residuals(points, options.of, values, out, jacobian); });
}

bool falls(const Points& points, const FitReport& report, Of of) {
    const auto at = parameters_of(report.values);
    const auto [first, last] = std::minmax_element(points.delay.begin(), points.delay.end());
    return model(*last, at, of) < model(*first, at, of);
}

std::ptrdiff_t free_parameters(const Options& options) {
    return options.order + (options.amplitude ? 0 : 1) + (options.baseline ? 0 : 1);
}

Status status_of(const Points& points, const Options& options, const FitReport& report, double scale) {
    double square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) square += points.weight[i] * points.values[i] * points.values[i];
    const std::ptrdiff_t free = free_parameters(options);
    const auto as_good = [&](const std::optional<double>& constant) {  // and rounding
        const std::ptrdiff_t more = free - (constant ? 0 : 1);
        const double limit = report.chi_square + significant.at(static_cast<std::size_t>(more - 1)) * scale + 1e-24 * square;
        return chi_square_of_constant(points, constant) <= limit;
    };
    if (options.baseline && as_good(options.baseline)) return Status::no_signal;
    const bool level_known = options.amplitude && options.baseline;
    const auto level = level_known ? std::optional(*options.amplitude + *options.baseline) : std::nullopt;
    if (as_good(level) || !falls(points, report, options.of)) return Status::no_decay;
    if (report.status != FitStatus::converged) return Status::not_converged;
    if (report.any_at_bound()) return Status::bound_hit;
    const double p = report.values[spread];
    return p < 0 && p * p > significant[0] * scale * report.variance(spread) && options.order > 1
               ? Status::negative_second_cumulant
               : Status::ok;
}

Value value_of(const FitReport& report, std::size_t i, double scale) {
    const double variance = report.variance(i);
    const bool doubtful = report.any_at_bound() && variance != 0;  // it holds with the parameter kept on its bound: too small
    return {report.values[i], doubtful ? unknown : scale * variance};
}

/// value rate^n, where value is the parameter i: var = rate^2n (var v + 2 n v cov(v, ln rate) + n^2 v^2 var(ln rate)).
Value cumulant(const FitReport& report, std::size_t i, int n, double scale) {
    const auto [value, variance] = value_of(report, i, scale);
    const double power = std::exp(n * report.values[log_rate]);
    const double of_rate = value_of(report, log_rate, scale).variance;
    const double together = scale * report.covariance[i * n_parameters + log_rate];
    return {power * value, power * power * (variance + 2 * n * value * together + n * n * value * value * of_rate)};
}

void fill(const FitReport& report, const Options& options, double scale, Result& result) {
    const auto logarithm = value_of(report, log_rate, scale);
    const double rate = std::exp(logarithm.value);
    result.rate = {rate, rate * rate * logarithm.variance};
    result.polydispersity_index = options.order > 1 ? value_of(report, spread, scale) : Value{0, 0};
    result.second_cumulant = options.order > 1 ? cumulant(report, spread, 2, scale) : Value{0, 0};
    result.third_cumulant = options.order > 2 ? cumulant(report, skew, 3, scale) : Value{0, 0};
    result.amplitude = value_of(report, amplitude, scale);
    result.baseline = value_of(report, baseline, scale);
}

}  // namespace

Result fit(const Curve& curve, const Options& options) {
    check(curve, options);
    const Points points = points_in_use(curve, options);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(points.size());
    result.curve.assign(curve.delay.size(), unknown);
    if (result.points <= free_parameters(options)) {
        result.status = Status::too_few_points;
        return result;
    }
    const FitReport report = least_squares(points, options);
    const double scale = curve.variance.empty() ? report.reduced_chi_square() : 1;  // the scatter, where no variance is known
    result.status = status_of(points, options, report, scale);
    const bool found =
        result.status == Status::ok || result.status == Status::negative_second_cumulant || result.status == Status::bound_hit;
    if (!found) return result;
    fill(report, options, scale, result);
    result.reduced_chi_square = report.reduced_chi_square();
    const auto at = parameters_of(report.values);
    for (std::size_t i = 0; i < curve.delay.size(); ++i)
        if (curve.delay[i] >= 0 && std::isfinite(curve.delay[i])) result.curve[i] = model(curve.delay[i], at, options.of);
    return result;
}

double scattering_q_inv_nm(double wavelength_nm, double refractive_index, double angle_rad) {
    return 4 * std::numbers::pi * refractive_index * std::sin(angle_rad / 2) / wavelength_nm;
}

Value diffusion_um2_per_s(const Value& rate_per_s, double q_inv_nm) {
    if (!(q_inv_nm > 0) || std::isinf(q_inv_nm)) return {};
    const double q_inv_um = 1e3 * q_inv_nm, square = q_inv_um * q_inv_um;
    return {rate_per_s.value / square, rate_per_s.variance / (square * square)};
}

}  // namespace sluice::cumulant_fit
