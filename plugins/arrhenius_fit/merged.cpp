// SPDX-License-Identifier: BSD-3-Clause
// Lines of an Arrhenius plot, and what does not lie on them.
#include "merged.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::arrhenius_fit {
namespace {

constexpr double significant = 3;  // standard errors

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double each : values) sum += each;
    return sum / static_cast<double>(values.size());
}

std::vector<double> less(std::vector<double> values, double centre) {
    for (double& each : values) each -= centre;
    return values;
}

/// The ln f at which height and slope of the weighted line are independent.
double weighted_centre(const Plot& plot) {
    double weights = 0, sum = 0;
    for (std::size_t i = 0; i < plot.size(); ++i) {
        weights += 1 / plot.variance[i];
        sum += plot.log_frequency[i] / plot.variance[i];
    }
    return sum / weights;
}

Through weighted_line(const Plot& plot) {
    const double centre = weighted_centre(plot);
    const auto fitted = numerics::polynomial_fit(less(plot.log_frequency, centre), 1, plot.inverse, plot.variance);
    return {{centre, {fitted.values[0], fitted.variance(0)}, {fitted.values[1], fitted.variance(1)}},
            fitted.reduced_chi_square(),
            fitted.solved};
}

/// ln f = mean + b (1/T - mean), turned around.
Through unweighted_line(const Plot& plot) {
    const double centre = mean(plot.inverse);
    const auto fitted = numerics::polynomial_fit(less(plot.inverse, centre), 1, plot.log_frequency);
    const double b = fitted.values[1];
    return {{fitted.values[0], {centre, fitted.variance(0) / (b * b)}, {1 / b, fitted.variance(1) / (b * b * b * b)}},
            unknown,
            fitted.solved};
}

/// How much larger the errors are than the variances say, by the scatter.
double excess(double reduced_chi_square) { return std::isnan(reduced_chi_square) ? 1 : std::max(1.0, reduced_chi_square); }

/// Whether a point lies above the line through others in T, that is below in 1/T.
bool above(const Plot& plot, std::size_t i, const Plot& others) {
    const auto [line, reduced, solved] = line_through(others);
    if (!solved) return false;
    const double away = plot.log_frequency[i] - line.log_frequency;
    const double lower = line.inverse.value + line.slope.value * away - plot.inverse[i];
    const double of_line = line.inverse.variance + away * away * line.slope.variance;
    const auto left_over = static_cast<std::ptrdiff_t>(others.size()) - 2;
    if (!plot.variance.empty()) return lower > significant * std::sqrt((of_line + plot.variance[i]) * excess(reduced));
    const double of_point = line.inverse.variance * static_cast<double>(others.size());  // the scatter: the mean's is 1/n of it
    return lower > significant_by_scatter(left_over) * std::sqrt(of_line + of_point);
}

}  // namespace

std::size_t different_frequencies(const Plot& plot) {
    std::size_t count = plot.size() > 0 ? 1 : 0;
    for (std::size_t i = 1; i < plot.size(); ++i)
        if (plot.log_frequency[i] > plot.log_frequency[i - 1]) ++count;
    return count;
}

Plot unflagged(const Plot& plot, const std::vector<std::uint8_t>& flags) {
    Plot out;
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if (flags[i] != 0) continue;
        out.log_frequency.push_back(plot.log_frequency[i]);
        out.inverse.push_back(plot.inverse[i]);
        if (!plot.variance.empty()) out.variance.push_back(plot.variance[i]);
        out.index.push_back(plot.index[i]);
    }
    return out;
}

Through line_through(const Plot& plot) {
    if (different_frequencies(plot) < 2) return {};
    return plot.variance.empty() ? unweighted_line(plot) : weighted_line(plot);
}

std::vector<std::uint8_t> find_merged(const Plot& plot) {
    const std::size_t least = plot.variance.empty() ? 4 : 3;
    std::vector<std::uint8_t> flags;
    for (std::size_t i = 0; i < plot.size(); ++i) {
        const Plot below = unflagged(plot, flags);
        flags.push_back(below.size() >= least && above(plot, i, below));
    }
    return flags;
}

bool is_curved(const Plot& plot) {
    if (different_frequencies(plot) < 4) return false;
    const double centre = mean(plot.log_frequency);
    const auto fitted = numerics::polynomial_fit(less(plot.log_frequency, centre), 2, plot.inverse, plot.variance);
    if (!fitted.solved) return false;
    if (plot.variance.empty())
        return std::abs(fitted.values[2]) > significant_by_scatter(fitted.degrees_of_freedom()) * fitted.sigma(2);
    return std::abs(fitted.values[2]) > significant * fitted.sigma(2) * std::sqrt(excess(fitted.reduced_chi_square()));
}

double significant_by_scatter(std::ptrdiff_t left_over) {
    // scipy 1.10.1, stats.t.isf(0.0013498980316300933, nu) of nu = 1 to 6; above Abramowitz and Stegun (1964), eq. 26.7.5.
    constexpr std::array<double, 6> few{235.80149796043676, 19.206744211445656, 9.218940458700226,
                                        6.6202059784483,    5.507079713019967,  4.904064673686171};
    if (left_over < 1) return std::numeric_limits<double>::infinity();
    if (left_over <= 6) return few[static_cast<std::size_t>(left_over - 1)];
    const auto nu = static_cast<double>(left_over);
    constexpr double z = significant, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * nu) + (5 * z5 + 16 * z3 + 3 * z) / (96 * nu * nu) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * nu * nu * nu);
}

}  // namespace sluice::arrhenius_fit
