// SPDX-License-Identifier: BSD-3-Clause
// The shape of a relaxation at one x, and which points are fitted.
#include "model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/relaxation.hpp>

namespace sluice::kww_fit {
namespace {

Shape decay_at(double time_s, const Values& values) {
    if (time_s == 0) return {1, 0, 0, 0};
    const double log_t = std::log(time_s) - values[log_tau];
    const auto [e, power] = numerics::stretched_exponential(log_t, values[beta]);
    const double by_log_power = e > 0 ? -power * e : 0;
    return {e, -values[beta] * by_log_power, log_t * by_log_power, 0};
}

Shape kww_response(double omega_tau, double exponent, bool slopes) {
    if (!slopes) return {numerics::kww(omega_tau, exponent), 0, 0, 0};
    const auto all = numerics::kww_slopes(omega_tau, exponent);
    return {all.response, all.by_log_omega, all.by_beta, 0};
}

/// R = (1 + u)^-gamma with u = (i w)^alpha.
Shape havriliak_negami_response(double omega_tau, double a, double g, bool slopes) {
    const Complex value = numerics::havriliak_negami(omega_tau, a, g);
    if (!slopes) return {value, 0, 0, 0};
    const Complex log_iw(std::log(omega_tau), std::numbers::pi / 2), u = std::exp(a * log_iw),
                                                                     by_log_u = -g * value * u / (1.0 + u);
    return {value, a * by_log_u, log_iw * by_log_u, -value * std::log(1.0 + u)};
}

bool usable(double y, std::span<const double> variances, std::span<const std::uint8_t> mask, std::size_t i) {
    const double variance = variances.empty() ? 1 : variances[i];
    const bool masked = !mask.empty() && mask[i] != 0;
    return !masked && std::isfinite(y) && std::isfinite(variance) && variance > 0;
}

double root_weight(std::span<const double> variances, std::size_t i) {
    return variances.empty() ? 1 : 1 / std::sqrt(variances[i]);
}

void check_lengths(const Data& data) {
    const auto n = data.x.size();
    for (const auto other :
         {data.y.size(), data.variances.empty() ? n : data.variances.size(), data.mask.empty() ? n : data.mask.size(),
          data.storage.empty() ? n : data.storage.size(), data.storage_variances.empty() ? n : data.storage_variances.size(),
          data.storage_mask.empty() ? n : data.storage_mask.size()})
        if (other != n)
            numerics::fail<std::invalid_argument>("an array has ", other, " elements, x has ", n, "; they must agree.");
}

}  // namespace

std::size_t first_exponent(Model model) { return is_havriliak_negami(model) ? alpha : beta; }

Shape shape_of(Domain domain, Model model, double x, const Values& values, bool slopes) {
    if (domain == Domain::time) return decay_at(x, values);
    const double omega_tau = x * std::exp(values[log_tau]);
    if (is_havriliak_negami(model)) return havriliak_negami_response(omega_tau, values[alpha], values[gamma_exponent], slopes);
    return kww_response(omega_tau, values[beta], slopes);
}

double part_of(Part part, Response response, Complex value) {
    if (part == Part::loss) return -value.imag();
    return part == Part::storage && response == Response::modulus ? -value.real() : value.real();
}

Points points_in_use(const Data& data, const Options& options) {
    check_lengths(data);
    Points points;
    std::vector<std::size_t> places(data.x.size());
    const bool time = options.domain == Domain::time;
    const auto add = [&](Part part, std::size_t i, double y, double weight) {
        points.all.push_back({places[i], part, y, weight});
    };
    for (std::size_t i = 0; i < data.x.size(); ++i) {
        const double x = data.x[i];
        places[i] = points.x.size();
        const bool inside = std::isfinite(x) && (time ? x >= 0 : x > 0) && numerics::inside(x, options.first, options.last);
        const bool y = inside && usable(data.y[i], data.variances, data.mask, i);
        const bool storage =
            inside && !data.storage.empty() && usable(data.storage[i], data.storage_variances, data.storage_mask, i);
        if (y) add(time ? Part::decay : Part::loss, i, data.y[i], root_weight(data.variances, i));
        if (storage) add(Part::storage, i, data.storage[i], root_weight(data.storage_variances, i));
        if (y || storage) points.x.push_back(x);
    }
    std::stable_sort(points.all.begin(), points.all.end(), [](const auto& a, const auto& b) { return a.part < b.part; });
    return points;
}

const std::vector<Shape>& Shapes::at(const Values& values) {
    // tau and the exponents come before the amplitude, and make the shape
    if (!shapes_.empty() && std::equal(values.begin(), values.begin() + amplitude, values_.begin())) return shapes_;
    shapes_.clear();
    for (const double x : points_.x) shapes_.push_back(shape_of(options_.domain, options_.model, x, values, true));
    values_ = values;
    return shapes_;
}

}  // namespace sluice::kww_fit
