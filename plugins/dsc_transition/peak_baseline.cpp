// SPDX-License-Identifier: BSD-3-Clause
// Parallel lines through both flanks by linear least squares; what joins them; the integral over time above that.
#include "peak_baseline.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <sluice/numerics/linear_fit.hpp>

#include "correlation.hpp"

namespace sluice::dsc_transition {
namespace {

using Coefficients = std::array<double, 3>;  ///< a, b, s

struct Sides {
    double first_K, last_K;
    bool left, right;                ///< fitted
    bool left_absent, right_absent;  ///< continues the other side

    [[nodiscard]] double left_at(const Coefficients& c, double temperature) const {
        if (left_absent && right) return right_at(c, temperature);
        return left ? c[0] + c[2] * (temperature - first_K) : 0;
    }
    [[nodiscard]] double right_at(const Coefficients& c, double temperature) const {
        if (right_absent && left) return left_at(c, temperature);
        return right ? c[1] + c[2] * (temperature - last_K) : 0;
    }
};

struct FlankFit {
    Coefficients values{};
    std::array<std::array<double, 3>, 3> covariance{};
    double scatter = 1;
    bool solved = false;
};

/// Rows (1, 0, T - T_first) of the left flank and (0, 1, T - T_last) of the right one, without the columns of an empty flank.
struct FlankSystem {
    std::vector<double> design, y, variance;
    std::vector<std::size_t> columns;  ///< which of a, b, s

    FlankSystem(const PeakPoints& points, const std::vector<double>& values, const Sides& sides, const Flank& left,
                const Flank& right) {
        if (sides.left) columns.push_back(0);
        if (sides.right) columns.push_back(1);
        columns.push_back(2);
        const auto add = [&](const Flank& flank, std::size_t column, double origin) {
            for (auto i = flank.first; i < flank.end; ++i) {
                for (const auto each : columns)
                    design.push_back(each == 2 ? points.temperature[i] - origin : each == column ? 1 : 0);
                y.push_back(values[i]);
                variance.push_back(points.variance[i]);
            }
        };
        add(left, 0, sides.first_K);
        add(right, 1, sides.last_K);
    }
};

double correlation_of(const FlankSystem& system, const numerics::LinearFit& fit, std::size_t left_points) {
    const auto line = numerics::evaluate(fit, system.design);
    std::vector<double> residuals;
    for (std::size_t i = 0; i < line.size(); ++i) residuals.push_back((system.y[i] - line[i]) / std::sqrt(system.variance[i]));
    const auto middle = residuals.begin() + static_cast<std::ptrdiff_t>(left_points);
    return std::max(correlation_factor({residuals.begin(), middle}), correlation_factor({middle, residuals.end()}));
}

/// What the covariance is multiplied by: given variances are taken at their word, and a scatter that chance explains is none.
double scatter_of(const PeakPoints& points, const FlankSystem& system, const numerics::LinearFit& fit, std::size_t left_points) {
    const auto freedom = static_cast<double>(fit.degrees_of_freedom());
    if (points.weighted || !(freedom > 0)) return 1;
    const double scatter = fit.chi_square / freedom;
    const double larger = scatter > 1 + 3 * std::sqrt(2 / freedom) ? scatter : 1;
    return larger * correlation_of(system, fit, left_points);
}

FlankFit fit_flanks(const PeakPoints& points, const std::vector<double>& y, const Sides& sides, const Flank& left,
                    const Flank& right) {
    FlankFit out;
    const FlankSystem system(points, y, sides, left, right);
    out.solved = !sides.left && !sides.right;
    if (out.solved) return out;
    const auto n = system.columns.size();
    const auto fit = numerics::linear_fit(system.design, static_cast<std::ptrdiff_t>(n), system.y, system.variance);
    out.solved = fit.solved;
    if (!fit.solved) return out;
    out.scatter = scatter_of(points, system, fit, left.size());
    for (std::size_t i = 0; i < n; ++i) {
        out.values[system.columns[i]] = fit.values[i];
        for (std::size_t j = 0; j < n; ++j)
            out.covariance[system.columns[i]][system.columns[j]] = out.scatter * fit.covariance[i * n + j];
    }
    return out;
}

std::vector<double> straight(const PeakPoints& points, std::size_t first, std::size_t last, const Sides& sides,
                             const Coefficients& c) {
    const double from = sides.left_at(c, sides.first_K), to = sides.right_at(c, sides.last_K);
    std::vector<double> out;
    for (auto i = first; i <= last; ++i)
        out.push_back(from + (to - from) * (points.temperature[i] - sides.first_K) / (sides.last_K - sides.first_K));
    return out;
}

/// One more step of the iteration: the part of the area above `baseline` at each point. Area of the other sign counts as it is.
std::vector<double> parts(const PeakPoints& points, const std::vector<double>& y, std::size_t first,
                          const std::vector<double>& baseline) {
    std::vector<double> out(baseline.size(), 0);
    for (std::size_t k = 1; k < out.size(); ++k) {
        const auto i = first + k;
        const double mean = (y[i] - baseline[k] + y[i - 1] - baseline[k - 1]) / 2;
        out[k] = out[k - 1] + mean * std::abs(points.seconds[i] - points.seconds[i - 1]);
    }
    const double whole = out.back();
    for (auto& each : out) each = whole != 0 ? std::clamp(each / whole, 0.0, 1.0) : 0.5;
    return out;
}

std::vector<double> sigmoid(const PeakPoints& points, const std::vector<double>& y, std::size_t first, std::size_t last,
                            const Sides& sides, const Coefficients& c) {
    auto baseline = straight(points, first, last, sides, c);
    constexpr int most = 60;
    for (int round = 0; round < most; ++round) {
        const auto x = parts(points, y, first, baseline);
        double change = 0;
        for (std::size_t k = 0; k < baseline.size(); ++k) {
            const double t = points.temperature[first + k];
            const double next = (1 - x[k]) * sides.left_at(c, t) + x[k] * sides.right_at(c, t);
            change = std::max(change, std::abs(next - baseline[k]));
            baseline[k] = next;
        }
        if (change < 1e-6 * points.noise) break;
    }
    return baseline;
}

}  // namespace

double FlankBaseline::variance(std::size_t from, const std::vector<double>& weights) const {
    Coefficients gradient{};
    for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t k = 0; k < weights.size(); ++k) gradient[j] += weights[k] * by[j][from - first + k];
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) sum += gradient[i] * gradient[j] * covariance[i][j];
    return sum;
}

double FlankBaseline::variance(std::size_t i) const { return variance(i, {1}); }

FlankBaseline fit_baseline(const PeakPoints& points, const std::vector<double>& y, std::size_t first, std::size_t last,
                           const Flank& left, const Flank& right, PeakBaseline form) {
    FlankBaseline out;
    out.first = first;
    out.last = last;
    const Sides sides{points.temperature[first], points.temperature[last], left.size() > 0,
                      right.size() > 0,          left.at_end_of_data,      right.at_end_of_data};
    const auto fit = fit_flanks(points, y, sides, left, right);
    out.solved = fit.solved && sides.last_K > sides.first_K;
    if (!out.solved) return out;
    out.covariance = fit.covariance;
    out.scatter = fit.scatter;
    const auto curve = [&](const Coefficients& c) {
        return form == PeakBaseline::linear ? straight(points, first, last, sides, c) : sigmoid(points, y, first, last, sides, c);
    };
    out.values = curve(fit.values);
    for (std::size_t j = 0; j < 3; ++j) {  // central differences over one standard error; exact for the straight line
        out.by[j].assign(out.values.size(), 0);
        const double step = std::sqrt(fit.covariance[j][j]);
        if (!(step > 0)) continue;
        auto low = fit.values, high = fit.values;
        low[j] -= step;
        high[j] += step;
        const auto below = curve(low), above = curve(high);
        for (std::size_t k = 0; k < below.size(); ++k) out.by[j][k] = (above[k] - below[k]) / (2 * step);
    }
    return out;
}

PeakValue integral(const PeakPoints& points, const std::vector<double>& y, const FlankBaseline& baseline, std::size_t from,
                   std::size_t to) {
    const auto weights = time_weights(points, from, to);
    double sum = 0, noise = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        sum += weights[k] * (y[from + k] - baseline.at(from + k));
        noise += weights[k] * weights[k] * points.variance[from + k];
    }
    return {sum, baseline.scatter * noise + baseline.variance(from, weights)};
}

}  // namespace sluice::dsc_transition
