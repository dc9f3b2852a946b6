// SPDX-License-Identifier: BSD-3-Clause
// Difference, what is taken away from it, integral, and whether both curves agree where they should.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "points.hpp"

namespace sluice::enthalpy_difference {
namespace {

constexpr std::ptrdiff_t fewest_points = 3;
constexpr double offset_sigmas = 3, offset_part = 0.05;
constexpr double smallest_noise = 1e-12;  ///< of the largest difference: exact data

/// Points first .. end - 1.
struct Part {
    std::size_t first = 0, end = 0;
    [[nodiscard]] std::size_t size() const { return end - first; }
};

/// The range of the integral and the stretches beside it.
struct Parts {
    double from_K, to_K;
    Part below, range, above;

    Parts(const DifferencePoints& points, const Options& options)
        : from_K(options.from_K.value_or(points.temperature.front())), to_K(options.to_K.value_or(points.temperature.back())) {
        const auto at = [&](double temperature) {
            return static_cast<std::size_t>(std::lower_bound(points.temperature.begin(), points.temperature.end(), temperature) -
                                            points.temperature.begin());
        };
        const double slack = 1e-9 * to_K;  // a limit that was given in another unit is rounded
        range = {at(from_K - slack), at(to_K + slack)};
        below = {at(from_K - options.check_K - slack), range.first};
        above = {range.end, at(to_K + options.check_K + slack)};
    }

    [[nodiscard]] bool covered(const DifferencePoints& points) const {
        const double slack = 1e-9 * to_K;
        return from_K >= points.temperature.front() - slack && to_K <= points.temperature.back() + slack;
    }
};

/// Mean of weights 1 / variance.
Value mean_of(const DifferencePoints& points, const Part& part) {
    double sum = 0, weights = 0;
    for (auto i = part.first; i < part.end; ++i) {
        sum += points.difference[i] / points.variance[i];
        weights += 1 / points.variance[i];
    }
    return part.size() > 0 ? Value{sum / weights, 1 / weights} : Value{};
}

/// Scatter about the straight line of one stretch, as a sum of squares and its degrees of freedom.
std::array<double, 2> scatter_about_line(const DifferencePoints& points, const Part& part) {
    if (part.size() < 5) return {0, 0};
    std::vector<double> x, y;
    for (auto i = part.first; i < part.end; ++i) {
        x.push_back(points.temperature[i] - points.temperature[part.first]);
        y.push_back(points.difference[i]);
    }
    const auto fit = numerics::polynomial_fit(x, 1, y);
    if (!fit.solved) return {0, 0};
    return {fit.chi_square, static_cast<double>(fit.degrees_of_freedom())};
}

void set_noise(DifferencePoints& points, const Parts& parts) {
    double largest = 0;
    for (const double each : points.difference) largest = std::max(largest, std::abs(each));
    const double smallest = std::pow(smallest_noise * (largest > 0 ? largest : 1), 2);
    if (std::all_of(points.variance.begin(), points.variance.end(), [](double each) { return std::isfinite(each); })) {
        for (auto& each : points.variance) each = std::max(each, smallest);  // exact points weigh most
        return;
    }
    const auto low = scatter_about_line(points, parts.below), high = scatter_about_line(points, parts.above);
    const double freedom = low[1] + high[1], beside = freedom > 0 ? (low[0] + high[0]) / freedom : 0;
    points.variance.assign(points.size(), std::max({scatter_of_neighbours(points), beside, smallest}));
}

/// What is taken away: c0 + c1 (T - middle).
struct Background {
    double middle_K = 0;
    std::vector<double> values, covariance;  ///< [k], [k * k]

    [[nodiscard]] double at(double temperature_K) const {
        double sum = 0;
        for (std::size_t j = values.size(); j-- > 0;) sum = sum * (temperature_K - middle_K) + values[j];
        return sum;
    }
    /// Of sum_j gradient_j c_j.
    [[nodiscard]] double variance(const std::array<double, 2>& gradient) const {
        double sum = 0;
        const auto n = values.size();
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) sum += gradient[i] * gradient[j] * covariance[i * n + j];
        return sum;
    }
};

/// Nothing where the points do not determine it.
std::optional<Background> background_of(const DifferencePoints& points, const Parts& parts, Subtract subtract) {
    Background out;
    out.middle_K = (parts.from_K + parts.to_K) / 2;
    if (subtract == Subtract::none) return out;
    std::vector<double> x, y, variance;
    for (const auto& part : {parts.below, parts.above})
        for (auto i = part.first; i < part.end; ++i) {
            x.push_back(points.temperature[i] - out.middle_K);
            y.push_back(points.difference[i]);
            variance.push_back(points.variance[i]);
        }
    const auto fit = numerics::polynomial_fit(x, subtract == Subtract::line ? 1 : 0, y, variance);
    if (!fit.solved) return std::nullopt;
    out.values = fit.values;
    out.covariance = fit.covariance;
    return out;
}

Value integrate(const DifferencePoints& points, const std::vector<double>& weights, const Background& background) {
    Value out{0, 0};
    std::array<double, 2> gradient{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double x = points.temperature[i] - background.middle_K;
        out.value += weights[i] * (points.difference[i] - background.at(points.temperature[i]));
        out.variance += weights[i] * weights[i] * points.variance[i];
        gradient[0] += weights[i];
        gradient[1] += weights[i] * x;
    }
    out.variance += background.variance(gradient);
    return out;
}

/// Both sides count alike, however many points they have.
Value middle_of(const Value& a, const Value& b) {
    if (std::isnan(a.value)) return b;
    if (std::isnan(b.value)) return a;
    return {(a.value + b.value) / 2, (a.variance + b.variance) / 4};
}

/// Whether what is left beside the range is significant and matters.
bool disagrees(const Value& offset, double background, double seconds, const Value& enthalpy) {
    if (std::isnan(offset.value)) return false;
    const double rest = std::abs(offset.value - background);
    return rest > offset_sigmas * std::sqrt(offset.variance) && rest * seconds > offset_part * std::abs(enthalpy.value);
}

Status status_of(const DifferencePoints& points, const Parts& parts, const Background& background, double seconds,
                 const Result& result) {
    if (!parts.covered(points)) return Status::partly_covered;
    const auto middle = [&](const Part& part) {
        double sum = 0;
        for (auto i = part.first; i < part.end; ++i) sum += points.temperature[i] / static_cast<double>(part.size());
        return background.at(sum);
    };
    if (disagrees(result.offset_below, middle(parts.below), seconds, result.enthalpy) ||
        disagrees(result.offset_above, middle(parts.above), seconds, result.enthalpy))
        return Status::offset;
    return parts.below.size() + parts.above.size() == 0 ? Status::not_checked : Status::ok;
}

void check(const Options& options) {
    if (options.from_K && options.to_K && !(*options.from_K < *options.to_K))
        numerics::fail<std::invalid_argument>("the range goes from ", *options.from_K, " to ", *options.to_K,
                                              " K; from must be below to.");
    if (!(options.check_K >= 0)) numerics::fail<std::invalid_argument>("check = ", options.check_K, " K, must be at least 0.");
}

void write_difference(const DifferencePoints& points, const Background& background, Result& result) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double t = points.temperature[i];
        result.difference[points.origin[i]] = points.difference[i] - background.at(t);
        result.variance[points.origin[i]] = points.variance[i] + background.variance({1, t - background.middle_K});
    }
}

}  // namespace

Result compare(const Curves& curves, const Options& options) {
    check(options);
    auto points = difference_points(curves);
    Result result;
    result.difference.assign(curves.temperature_K.size(), unknown);
    result.variance = result.difference;
    const bool timed = !curves.time_s.empty() || (std::isfinite(curves.rate_K_s) && curves.rate_K_s != 0);
    result.status = !timed ? Status::no_rate : goes_there_and_back(curves) ? Status::turns : Status::too_few_points;
    if (result.status != Status::too_few_points || static_cast<std::ptrdiff_t>(points.size()) < fewest_points) return result;
    const Parts parts(points, options);
    result.points = static_cast<std::ptrdiff_t>(parts.range.size());
    if (!(parts.from_K < parts.to_K) || result.points < fewest_points) return result;
    set_noise(points, parts);
    const auto found = background_of(points, parts, options.subtract);
    result.status = Status::not_checked;
    if (!found) return result;
    const auto& background = *found;
    const auto weights = integration_weights(points, parts.from_K, parts.to_K);
    double seconds = 0;
    for (const double each : weights) seconds += each;
    result.enthalpy = integrate(points, weights, background);
    result.offset_below = mean_of(points, parts.below);
    result.offset_above = mean_of(points, parts.above);
    result.offset = middle_of(result.offset_below, result.offset_above);
    result.offset_enthalpy = {result.offset.value * seconds, result.offset.variance * seconds * seconds};
    write_difference(points, background, result);
    result.status = status_of(points, parts, background, seconds, result);
    return result;
}

}  // namespace sluice::enthalpy_difference
