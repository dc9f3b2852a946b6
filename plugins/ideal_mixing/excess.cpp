// SPDX-License-Identifier: BSD-3-Clause
// The curve through the samples: a free quadratic, or an excess over the ideal line that vanishes at both ends.
#include <cmath>

#include <sluice/numerics/linear_fit.hpp>

#include "series.hpp"

namespace sluice::ideal_mixing {
namespace {

using numerics::LinearFit;

/// Parameters of the pinned curve, in this order.
enum : std::size_t { end_0, end_1, symmetric, skew };

/// a = M (Q0, Q1, b, c), from Q0 (1-x) + Q1 x + x (1-x) [b + c (1-2x)].
constexpr std::array<std::array<double, 4>, 4> to_powers{{{1, 0, 0, 0}, {-1, 1, 1, 1}, {0, 0, -1, -3}, {0, 0, 0, 2}}};

using Matrix = std::array<double, 16>;

void take_report(const LinearFit& fit, Result& result) {
    result.reduced_chi_square = fit.reduced_chi_square();
    result.points = fit.points;
    result.fit_status = fit.solved ? FitStatus::ok : FitStatus::too_few_points;
}

/// Samples between the ends that are not flagged.
bool inside(const Series& series, std::size_t i) { return series.x[i] > 0 && series.x[i] < 1 && !series.flagged[i]; }

/// x (1-x) and x (1-x)(1-2x).
Doubles excess_design(const Series& series, std::ptrdiff_t terms) {
    Doubles design;
    for (const double x : series.x) {
        design.push_back(x * (1 - x));
        if (terms > 1) design.push_back(x * (1 - x) * (1 - 2 * x));
    }
    return design;
}

/// The fit of the same samples, with the same weights, to other numbers: of x and of 1-x it gives how the coefficients
/// move when an end moves.
template <class Number>
LinearFit fit_to(const Series& series, const Doubles& design, std::ptrdiff_t terms, const Number& number) {
    Doubles y(series.size(), unknown);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (inside(series, i) && !std::isnan(series.invariant[i])) y[i] = number(i);
    return numerics::linear_fit(design, terms, y, series.variances);
}

/// Without variances of its own an end has that of the scatter.
double variance_of(const End& end, const Series& series, const LinearFit& fit) {
    if (series.weighted()) return end.variance;
    const auto left_over = static_cast<double>(fit.degrees_of_freedom());
    return left_over > 0 ? fit.chi_square / left_over / static_cast<double>(end.samples) : unknown;
}

/// Of (Q0, Q1, b, c) if the ends were exact.
Matrix covariance_of(const LinearFit& fit) {
    Matrix all{};
    const std::size_t n = fit.values.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) all[4 * (symmetric + i) + symmetric + j] = fit.covariance[n * i + j];
    return all;
}

/// What an end of this variance adds: raised by 1 it lowers the coefficients by `follow`.
void add_end(std::size_t end, double variance, const LinearFit& follow, Matrix& covariance) {
    std::array<double, 4> gradient{};
    gradient[end] = 1;
    for (std::size_t i = 0; i < follow.values.size(); ++i) gradient[symmetric + i] = -follow.values[i];
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            if (gradient[i] != 0 && gradient[j] != 0) covariance[4 * i + j] += gradient[i] * gradient[j] * variance;
}

/// M C M^T
Matrix transformed(const Matrix& c) {
    Matrix out{};
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            for (std::size_t k = 0; k < 4; ++k)
                for (std::size_t l = 0; l < 4; ++l) out[4 * i + j] += to_powers[i][k] * c[4 * k + l] * to_powers[j][l];
    return out;
}

}  // namespace

std::array<double, 16> Cubic::filled(double value) {
    std::array<double, 16> all{};
    all.fill(value);
    return all;
}

Estimate Cubic::at(double x) const {
    const std::array<double, 4> powers{1, x, x * x, x * x * x};
    Estimate out{0, 0};
    for (std::size_t i = 0; i < 4; ++i) {
        out.value += coefficients[i] * powers[i];
        for (std::size_t j = 0; j < 4; ++j) out.variance += powers[i] * covariance[4 * i + j] * powers[j];
    }
    if (out.variance < 0) out.variance = 0;  // rounding, where the curve is exact
    return out;
}

void fit_quadratic(const Series& series, Result& result) {
    Doubles y = series.invariant;
    for (std::size_t i = 0; i < y.size(); ++i)
        if (series.flagged[i]) y[i] = unknown;
    const auto fit = numerics::polynomial_fit(series.x, 2, y, series.variances);
    take_report(fit, result);
    if (!fit.solved) return;
    result.curve.coefficients[3] = 0;
    result.curve.covariance = Cubic::filled(0);
    for (std::size_t i = 0; i < 3; ++i) {
        result.curve.coefficients[i] = fit.values[i];
        for (std::size_t j = 0; j < 3; ++j) result.curve.covariance[4 * i + j] = fit.covariance[3 * i + j];
    }
    result.excess = {-fit.values[2], fit.variance(2)};
    result.asymmetry = {0, 0};
}

void fit_pinned(const Series& series, const Ends& ends, std::ptrdiff_t terms, Result& result) {
    result.fit_status = FitStatus::no_end;
    if (!ends.both()) return;
    const auto design = excess_design(series, terms);
    const auto fit = fit_to(series, design, terms, [&](auto i) { return series.invariant[i] - ends.ideal(series.x[i]); });
    take_report(fit, result);
    if (!fit.solved) return;
    const auto by_0 = fit_to(series, design, terms, [&](auto i) { return 1 - series.x[i]; });
    const auto by_1 = fit_to(series, design, terms, [&](auto i) { return series.x[i]; });
    Matrix covariance = covariance_of(fit);
    add_end(end_0, variance_of(ends.at_0, series, fit), by_0, covariance);
    add_end(end_1, variance_of(ends.at_1, series, fit), by_1, covariance);

    const std::array<double, 4> pinned{ends.at_0.value, ends.at_1.value, fit.values[0], terms > 1 ? fit.values[1] : 0};
    for (std::size_t i = 0; i < 4; ++i) {
        result.curve.coefficients[i] = 0;
        for (std::size_t k = 0; k < 4; ++k) result.curve.coefficients[i] += to_powers[i][k] * pinned[k];
    }
    result.curve.covariance = transformed(covariance);
    result.excess = {pinned[symmetric], covariance[4 * symmetric + symmetric]};
    result.asymmetry = {pinned[skew], covariance[4 * skew + skew]};
}

}  // namespace sluice::ideal_mixing
