// SPDX-License-Identifier: BSD-3-Clause
// Both lines are fitted about the middle of the points, where value and slope are nearly independent.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::line_crossing {
namespace {

constexpr double needed = 2;        ///< standard errors by which the slopes must differ
constexpr double distinct = 1e-12;  ///< and by this much of themselves: less is rounding

/// y = a + b u with u = x - middle, where its points lie, and whether there are enough.
struct Centred {
    double a, b, var_a, cov, var_b;
    double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
    bool solved = true;

    [[nodiscard]] double variance(double u) const { return var_a + 2 * u * cov + u * u * var_b; }
};

struct Range {
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;

    void take(const Points& points, const std::vector<double>& y) {
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double variance = points.variances.empty() ? 1 : points.variances[i];
            const bool used = std::isfinite(points.x[i]) && std::isfinite(y[i]) && variance > 0 && std::isfinite(variance);
            if (!used) continue;
            lowest = std::min(lowest, points.x[i]);
            highest = std::max(highest, points.x[i]);
        }
    }
    [[nodiscard]] double middle() const { return lowest <= highest ? lowest / 2 + highest / 2 : 0; }
};

std::vector<double> in_window(const Points& points, const Window& window) {
    return numerics::within(points.x, window.from, window.to, points.y, points.mask);
}

Centred fit(const Points& points, const Window& window, double middle, Line& line) {
    const auto y = in_window(points, window);
    std::vector<double> u(points.x.begin(), points.x.end());
    for (double& each : u) each -= middle;
    const auto found = numerics::polynomial_fit(u, 1, y, points.variances);
    Range range;
    range.take(points, y);
    const Centred centred{found.values[0],   found.values[1], found.variance(0), found.covariance[1],
                          found.variance(1), range.lowest,    range.highest,     found.solved};
    line.intercept = {centred.a - middle * centred.b, centred.variance(-middle)};
    line.slope = {centred.b, centred.var_b};
    line.reduced_chi_square = found.reduced_chi_square();
    line.points = found.points;
    for (const double each : u) {
        line.curve.push_back(centred.a + centred.b * each);
        line.curve_variances.push_back(centred.variance(each));
    }
    return centred;
}

Centred level_of(double level, Line& line) {
    line.intercept = {level, 0};
    line.slope = {0, 0};
    line.reduced_chi_square = std::numeric_limits<double>::quiet_NaN();
    return {level, 0, 0, 0, 0};
}

bool determined(const Centred& first, const Centred& second) {
    const double difference = std::abs(first.b - second.b), variance = first.var_b + second.var_b;
    return difference > distinct * (std::abs(first.b) + std::abs(second.b)) && !(difference < needed * std::sqrt(variance));
}

/// The roots of (d + s u)^2 = V1(u) + V2(u) on either side of -d/s. With s above 2 standard errors they are real.
void fieller(const Centred& first, const Centred& second, double middle, Result& result) {
    const double d = first.a - second.a, s = first.b - second.b;
    const double p = s * s - first.var_b - second.var_b, q = d * s - first.cov - second.cov,
                 r = d * d - first.var_a - second.var_a;
    const double discriminant = q * q - p * r;
    const double width = std::sqrt(discriminant < 0 ? 0 : discriminant) / p;  // NaN, of variances not known, stays NaN
    result.lower = middle - q / p - width;
    result.upper = middle - q / p + width;
}

void cross(const Centred& first, const Centred& second, double middle, Result& result) {
    const double s = first.b - second.b, u = (second.a - first.a) / s, share = first.b / s;
    const double v1 = first.variance(u), v2 = second.variance(u);
    result.crossing = {middle + u, (v1 + v2) / (s * s)};
    result.value = {first.a + first.b * u, (1 - share) * (1 - share) * v1 + share * share * v2};
    const double x = result.crossing.value;
    result.extrapolated = x < first.lowest || x > first.highest || x < second.lowest || x > second.highest;
    fieller(first, second, middle, result);
}

}  // namespace

Result crossing(const Points& first, const std::variant<Points, double>& second, const Window& window) {
    const auto* other = std::get_if<Points>(&second);
    Range range;
    range.take(first, in_window(first, window));
    if (other) range.take(*other, in_window(*other, window));
    const double middle = range.middle();

    Result result;
    const Centred one = fit(first, window, middle, result.first);
    const Centred two = other ? fit(*other, window, middle, result.second) : level_of(std::get<double>(second), result.second);
    result.difference = {one.b - two.b, one.var_b + two.var_b};
    result.status = !one.solved || !two.solved ? Status::too_few_points
                    : determined(one, two)     ? Status::ok
                                               : Status::not_determined;
    if (result.status == Status::ok) cross(one, two, middle, result);
    return result;
}

}  // namespace sluice::line_crossing
