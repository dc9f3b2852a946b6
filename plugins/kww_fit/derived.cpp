// SPDX-License-Identifier: BSD-3-Clause
// What follows from the parameters of a fit, with first-order variances.
#include "derived.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <sluice/numerics/relaxation.hpp>

#include "model.hpp"

namespace sluice::kww_fit {
namespace {

/// factor tau with its variance; slopes: d ln(factor) by the exponents.
Value times_tau(const Result& result, double factor, Gradient slopes, double power = 1) {
    const double value = factor * std::exp(power * result.values[log_tau]);
    slopes[log_tau] = power;
    return {value, value * value * propagated(slopes, result.covariance)};
}

/// d ln f / d x by central differences, one-sided at the upper end.
template <class F>
double logarithmic_slope(const F& f, double x, double largest) {
    const double h = 1e-4 * x, high = std::min(x + h, largest), low = x - h;
    return std::log(f(high) / f(low)) / (high - low);
}

}  // namespace

double propagated(const Gradient& gradient, const Matrix& covariance) {
    double sum = 0;
    for (std::size_t i = 0; i < n_parameters; ++i)
        for (std::size_t j = 0; j < n_parameters; ++j)
            if (gradient[i] != 0 && gradient[j] != 0) sum += gradient[i] * covariance[i * n_parameters + j] * gradient[j];
    return sum;
}

Value tau_of(const Result& result) { return times_tau(result, 1, {}); }

Value mean_relaxation_time_of(const Result& result, const Options& options) {
    Gradient slopes{};
    if (options.model == Model::debye) return times_tau(result, 1, slopes);
    if (is_havriliak_negami(options.model)) return {};  // infinite: its alpha is below 1
    slopes[beta] = numerics::mean_relaxation_time_slope(result.values[beta]);
    return times_tau(result, numerics::mean_relaxation_time(1, result.values[beta]), slopes);
}

Value peak_frequency_of(const Result& result, const Options& options) {
    Gradient slopes{};
    const double per_turn = 1 / (2 * std::numbers::pi), b = result.values[beta], a = result.values[alpha],
                 g = result.values[gamma_exponent];
    if (options.model == Model::debye) return times_tau(result, per_turn, slopes, -1);
    if (options.model == Model::kww) {
        if (!(b >= 0.05 * 1.001 && b <= 1)) return {};
        slopes[beta] = logarithmic_slope([](double each) { return numerics::kww_loss_peak(each); }, b, 1);
        return times_tau(result, per_turn * numerics::kww_loss_peak(b), slopes, -1);
    }
    slopes[alpha] = logarithmic_slope([&](double each) { return numerics::havriliak_negami_loss_peak(each, g); }, a, 1);
    slopes[gamma_exponent] =
        logarithmic_slope([&](double each) { return numerics::havriliak_negami_loss_peak(a, each); }, g, 1e9);
    return times_tau(result, per_turn * numerics::havriliak_negami_loss_peak(a, g), slopes, -1);
}

}  // namespace sluice::kww_fit
