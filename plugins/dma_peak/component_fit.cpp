// SPDX-License-Identifier: BSD-3-Clause
// The fit of a component model from given starts.
#include "component_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::dma_peak {
namespace {

using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t starts_tried = 3;
constexpr double same_valley = 1e-6;  ///< of chi-square: two starts that end alike
constexpr std::ptrdiff_t iterations_on_bins = 8, few_iterations = 5, most_iterations = 150;
constexpr std::ptrdiff_t blocks_per_parameter = 4;

FitParameter bounded(double initial, double lower, double upper) { return {std::clamp(initial, lower, upper), lower, upper}; }

void bound_peak(const ComponentModel& model, double first_K, double last_K, std::vector<FitParameter>& out) {
    const double range = last_K - first_K;
    const auto bound = [&](std::size_t i, double lower, double upper) { out[i] = bounded(out[i].initial, lower, upper); };
    bound(ComponentModel::temperature, first_K, last_K);
    bound(ComponentModel::height, 0, infinity);
    bound(ComponentModel::width, range / 500, range);
    if (model.options().peak == PeakModel::asymmetric_gaussian) bound(ComponentModel::shape, -0.95, 0.95);
    if (model.options().peak == PeakModel::cole_cole) bound(ComponentModel::shape, 0.02, 1);
}

void bound_background(const ComponentModel& model, double first_K, double last_K, std::span<FitParameter> out) {
    const double range = last_K - first_K;
    const auto bound = [&](std::size_t i, double lower, double upper) { out[i] = bounded(out[i].initial, lower, upper); };
    switch (model.options().background) {
        case Background::polynomial:
        case Background::none:
            return;
        case Background::constant_exponential:
            bound(2, range / 500, 100 * range);
            break;
        case Background::arrhenius:
            bound(2, 0.1, 1e5);
            break;
        case Background::vogel_fulcher_tammann:
            bound(2, 1, 1e6);
            bound(3, 0, 0.98 * first_K);
            break;
        case Background::cole_cole:
            bound(1, 0, model.options().quantity == Quantity::tan_delta ? 1 : infinity);
            bound(2, 0.02, 1);
            bound(3, first_K, 2 * last_K);
            bound(4, 0.1, 1e5);
            return;
    }
    bound(1, 0, infinity);
}

void fix(std::span<FitParameter> parameters) {
    for (auto& each : parameters) each.fixed = true;
}

bool has_tail(const ComponentModel& model) {
    const auto background = model.options().background;
    return background != Background::polynomial && background != Background::none;
}

std::vector<FitParameter> parameters_from(const ComponentModel& model, const Binned& curve, const std::vector<double>& start,
                                          Freedom freedom) {
    std::vector<FitParameter> out;
    for (const double each : start) out.push_back({each});
    const double first = curve.temperature_K.front(), last = curve.temperature_K.back();
    const std::span<FitParameter> background(out.data() + model.peak_size(), out.size() - model.peak_size());
    bound_peak(model, first, last, out);
    bound_background(model, first, last, background);
    if (freedom == Freedom::background_only) {
        out[ComponentModel::height].initial = 0;
        fix({out.data(), model.peak_size()});
    }
    if (freedom == Freedom::no_tail && has_tail(model)) {
        background[1].initial = 0;
        fix(background.subspan(1));
    }
    if (freedom == Freedom::arrhenius_tail) {
        background[3].initial = 0;
        fix(background.subspan(3));
    }
    return out;
}

void residuals(const ComponentModel& model, const Binned& curve, std::span<const double> values, std::span<double> out,
               std::span<double> jacobian) {
    model.evaluate(ComponentPart::whole, values, curve.temperature_K, out, jacobian);
    const std::size_t n = jacobian.empty() ? 0 : model.size();
    for (std::size_t i = 0; i < curve.size(); ++i) {
        const double w = curve.root_weight[i];
        out[i] = w * (out[i] - curve.value[i]);
        for (double& each : jacobian.subspan(n * i, n)) each *= w;
    }
}

/// Of sums over blocks, four per parameter, of two points or more.
double block_factor(const std::vector<double>& rest, std::ptrdiff_t parameters) {
    const auto n = static_cast<std::ptrdiff_t>(rest.size());
    const std::ptrdiff_t blocks = std::min(blocks_per_parameter * parameters, n / 2);
    if (blocks <= parameters || n <= parameters) return 1;
    double single = 0, summed = 0;
    for (std::ptrdiff_t k = 0; k < blocks; ++k) {
        const std::ptrdiff_t first = k * n / blocks, last = (k + 1) * n / blocks;
        double sum = 0;
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
            sum += rest[i], single += rest[i] * rest[i];
        summed += sum * sum / static_cast<double>(last - first);
    }
    const double factor = (summed / static_cast<double>(blocks - parameters)) / (single / static_cast<double>(n - parameters));
    return std::isfinite(factor) ? factor : 1;
}

/// (1 + r)/(1 - r) with the correlation r of neighbours, when that is more than chance.
double neighbour_factor(const std::vector<double>& rest, std::ptrdiff_t parameters) {
    const auto n = static_cast<double>(rest.size());
    double product = 0, square = rest[0] * rest[0];
    for (std::size_t i = 1; i < rest.size(); ++i) product += rest[i] * rest[i - 1], square += rest[i] * rest[i];
    const double r = product / square;
    if (!(r > 3 / std::sqrt(n))) return 1;
    return std::min((1 + r) / (1 - r), n / (2 * static_cast<double>(parameters)));
}

}  // namespace

Weighted weighted(Points points) {
    Weighted out;
    double square = 0;
    for (const double each : points.value) square += each * each;
    const double size = std::sqrt(square / static_cast<double>(std::max<std::size_t>(points.size(), 1)));
    for (std::size_t i = 0; i < points.size(); ++i)
        out.root_weight.push_back(points.variance.empty() ? 1 / (size > 0 ? size : 1) : 1 / std::sqrt(points.variance[i]));
    out.points = std::move(points);
    return out;
}

FitReport fit_from(const ComponentModel& model, const Binned& curve, std::vector<double> start, Freedom freedom,
                   std::ptrdiff_t iterations) {
    return numerics::least_squares(parameters_from(model, curve, start, freedom), static_cast<std::ptrdiff_t>(curve.size()),
                                   [&](auto values, auto out, auto jacobian) { residuals(model, curve, values, out, jacobian); },
                                   {iterations});
}

FitReport fit_best(const ComponentModel& model, const Binned& points, const Binned& bins,
                   const std::vector<ComponentStart>& starts, Freedom freedom) {
    std::vector<double> best = starts.front().values;
    double lowest = infinity;
    for (std::size_t i = 0; i < std::min(starts_tried, starts.size()); ++i) {
        const auto report = fit_from(model, bins, starts[i].values, freedom, iterations_on_bins);
        if (i > 0 && std::abs(report.chi_square - lowest) <= same_valley * lowest) break;
        if (!(report.chi_square < lowest)) continue;
        lowest = report.chi_square;
        best = report.values;
    }
    const auto report = fit_from(model, points, best, freedom, few_iterations);  // the bins have led it to the minimum
    if (report.status == FitStatus::converged) return report;
    return fit_from(model, points, report.values, freedom, most_iterations);
}

double drift_factor(const ComponentModel& model, const Binned& points, std::span<const double> values) {
    std::vector<double> rest(points.size());
    residuals(model, points, values, rest, {});
    const auto parameters = static_cast<std::ptrdiff_t>(model.size());
    return std::max({1.0, block_factor(rest, parameters), neighbour_factor(rest, parameters)});
}

double centred_square(const Binned& bins) {
    double weight = 0, sum = 0, square = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double w = bins.root_weight[i] * bins.root_weight[i];
        weight += w, sum += w * bins.value[i];
    }
    for (std::size_t i = 0; i < bins.size(); ++i)
        square += std::pow(bins.root_weight[i] * (bins.value[i] - sum / weight), 2);
    return square;
}

double propagated(std::span<const double> covariance, std::span<const double> slopes) {
    double sum = 0;
    for (std::size_t i = 0; i < slopes.size(); ++i)
        for (std::size_t j = 0; j < slopes.size(); ++j)
            if (slopes[i] != 0 && slopes[j] != 0) sum += slopes[i] * covariance[i * slopes.size() + j] * slopes[j];
    return sum;
}

}  // namespace sluice::dma_peak
