// SPDX-License-Identifier: BSD-3-Clause
// Diffusion: the columns of each model, one linear fit, and D from its coefficients.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::diffusion_fit {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double nm2_per_um2 = 1e6;

/// Of all points in the range, fitted or not: so it is the same for all replicates of a measurement.
double geometric_mean_of_q(const Points& points, const Options& options) {
    double sum = 0, count = 0;
    for (const double q : points.q_inv_nm) {
        if (!(q > 0 && q >= options.q_min_inv_nm && q <= options.q_max_inv_nm)) continue;
        sum += std::log(q);
        ++count;
    }
    return std::exp(sum / count);  // NaN when there is none
}

/// The first coefficient is D, or ln(D q0^2) of the power law; the second the offset, or the exponent.
std::vector<double> design(std::span<const double> q_inv_nm, Model model, double reference_q_inv_nm) {
    std::vector<double> rows;
    for (const double q : q_inv_nm) {
        rows.push_back(model == Model::power_law ? 1 : q * q * nm2_per_um2);
        if (model == Model::offset) rows.push_back(1);
        if (model == Model::power_law) rows.push_back(std::log(q / reference_q_inv_nm));
    }
    return rows;
}

/// Rates and their variances on the logarithmic scale; NaN, which leaves a point out, where a rate is not above 0.
void take_logarithm(std::vector<double>& rates, std::vector<double>& variances) {
    for (std::size_t i = 0; i < std::min(rates.size(), variances.size()); ++i) variances[i] /= rates[i] * rates[i];
    for (double& rate : rates) rate = rate > 0 ? std::log(rate) : unknown;
}

void take_exponential(Result& result) {
    const double q0 = result.reference_q_inv_nm;
    const auto [log_rate, variance] = result.diffusion_um2_per_s;
    const double diffusion = std::exp(log_rate) / (q0 * q0 * nm2_per_um2);
    result.diffusion_um2_per_s = {diffusion, diffusion * diffusion * variance};
    for (double& each : result.curve_per_s) each = std::exp(each);
}

void set_effective(const Points& points, Result& result) {
    for (std::size_t i = 0; i < points.q_inv_nm.size(); ++i) {
        const double q2_inv_um2 = points.q_inv_nm[i] * points.q_inv_nm[i] * nm2_per_um2;
        const double per_q2 = q2_inv_um2 > 0 ? 1 / q2_inv_um2 : unknown;
        result.effective_um2_per_s.push_back(points.rate_per_s[i] * per_q2);
        if (!points.variances.empty()) result.effective_variances.push_back(points.variances[i] * per_q2 * per_q2);
    }
}

}  // namespace

Result fit(const Points& points, const Options& options) {
    const bool power_law = options.model == Model::power_law;
    const double q0 = power_law ? options.reference_q_inv_nm.value_or(geometric_mean_of_q(points, options)) : unknown;
    auto y = numerics::within(points.q_inv_nm, options.q_min_inv_nm, options.q_max_inv_nm, points.rate_per_s, points.mask);
    std::vector<double> variances(points.variances.begin(), points.variances.end());
    if (power_law) take_logarithm(y, variances);

    const auto rows = design(points.q_inv_nm, options.model, q0);
    const auto fit = numerics::linear_fit(rows, options.model == Model::through_origin ? 1 : 2, y, variances);
    const double zero = 0 * fit.values[0];  // NaN stays NaN
    Result result{.status = fit.solved ? Status::ok : Status::too_few_points,
                  .diffusion_um2_per_s = {fit.values[0], fit.variance(0)},
                  .offset_per_s = {zero, zero},
                  .exponent = {2 + zero, zero},
                  .reference_q_inv_nm = q0,
                  .reduced_chi_square = fit.reduced_chi_square(),
                  .points = fit.points,
                  .curve_per_s = numerics::evaluate(fit, rows),
                  .effective_um2_per_s = {},
                  .effective_variances = {}};
    if (options.model == Model::offset) {
        result.offset_per_s = {fit.values[1], fit.variance(1)};
        if (fit.values[1] < -3 * fit.sigma(1)) result.status = Status::negative_intercept;
    }
    if (power_law) {
        result.exponent = {fit.values[1], fit.variance(1)};
        take_exponential(result);
    }
    set_effective(points, result);
    return result;
}

}  // namespace sluice::diffusion_fit
