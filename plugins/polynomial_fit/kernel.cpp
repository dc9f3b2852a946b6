// SPDX-License-Identifier: BSD-3-Clause
// The fit in a centred and scaled variable, and the change to the point about which the coefficients are wanted.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::polynomial_fit {
namespace {

using Doubles = std::vector<double>;

/// t = (x - middle) / half: -1 … 1 over the points used.
struct Scale {
    double middle = 0, half = 1;

    [[nodiscard]] double operator()(double x) const { return (x - middle) / half; }
};

Scale scale_of(std::span<const double> x, const Doubles& y, std::span<const double> variances) {
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const bool used = std::isfinite(x[i]) && std::isfinite(y[i]) && (variances.empty() || variances[i] > 0);
        if (!used) continue;
        lowest = std::min(lowest, x[i]);
        highest = std::max(highest, x[i]);
    }
    if (!(lowest < highest)) return {};
    return {lowest / 2 + highest / 2, highest / 2 - lowest / 2};
}

/// The polynomial of a fit in t about another point: c = T f, covariance T C T^T.
struct Shifted {
    Doubles coefficients, covariance;
};

/// T_kj = binomial(j, k) s^(j-k) / half^k with s = t(about), from t = s + (x - about) / half.
Doubles shift_matrix(std::size_t n, double s, double half) {
    Doubles t(n * n, 0);
    for (std::size_t j = 0; j < n; ++j) {
        double binomial = 1;
        for (std::size_t back = 0; back <= j; ++back) {  // k = j - back
            t[(j - back) * n + j] =
                binomial * std::pow(s, static_cast<double>(back)) / std::pow(half, static_cast<double>(j - back));
            binomial *= static_cast<double>(j - back) / static_cast<double>(back + 1);
        }
    }
    return t;
}

Shifted shifted(const numerics::LinearFit& fit, const Scale& scale, double about) {
    const std::size_t n = fit.values.size();
    const Doubles t = shift_matrix(n, scale(about), scale.half);
    Shifted out{Doubles(n, 0), Doubles(n * n, 0)};
    Doubles half(n * n, 0);  // T C
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = 0; j < n; ++j) {
            out.coefficients[k] += t[k * n + j] * fit.values[j];
            for (std::size_t l = 0; l < n; ++l) half[k * n + j] += t[k * n + l] * fit.covariance[l * n + j];
        }
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = k; j < n; ++j) {
            for (std::size_t l = 0; l < n; ++l) out.covariance[k * n + j] += half[k * n + l] * t[j * n + l];
            out.covariance[j * n + k] = out.covariance[k * n + j];  // symmetric to the last bit
        }
    return out;
}

/// row^T C row for each row of the design.
Doubles variances_of(const numerics::LinearFit& fit, const Doubles& design) {
    const std::size_t n = fit.values.size();
    Doubles out(design.size() / n, 0);
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t k = 0; k < n; ++k) out[i] += design[i * n + j] * fit.covariance[j * n + k] * design[i * n + k];
    return out;
}

}  // namespace

Result fit(const Points& points, const Options& options) {
    const auto y = numerics::within(points.x, options.first, options.last, points.y, points.mask);
    const Scale scale = scale_of(points.x, y, points.variances);
    Doubles t(points.x.begin(), points.x.end());
    std::transform(t.begin(), t.end(), t.begin(), scale);

    const auto found = numerics::polynomial_fit(t, options.degree, y, points.variances);
    const auto design = numerics::polynomial_design(t, options.degree);
    auto about = shifted(found, scale, options.about);
    const auto there = shifted(found, scale, options.at);
    const double zero = 0 * there.coefficients[0];  // NaN stays NaN
    const auto n = static_cast<std::size_t>(options.degree + 1);
    return {.status = found.solved ? Status::ok : Status::too_few_points,
            .coefficients = std::move(about.coefficients),
            .covariance = std::move(about.covariance),
            .value = {there.coefficients[0], there.covariance[0]},
            .slope = n > 1 ? Estimate{there.coefficients[1], there.covariance[n + 1]} : Estimate{zero, zero},
            .reduced_chi_square = found.reduced_chi_square(),
            .points = found.points,
            .curve = numerics::evaluate(found, design),
            .curve_variances = variances_of(found, design)};
}

}  // namespace sluice::polynomial_fit
