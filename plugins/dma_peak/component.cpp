// SPDX-License-Identifier: BSD-3-Clause
// The component of a curve: range, fit, status, and the numbers with their variances.
#include "component.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/least_squares.hpp>

#include "component_fit.hpp"
#include "component_model.hpp"
#include "component_range.hpp"
#include "component_start.hpp"
#include "points.hpp"

namespace sluice::dma_peak {
namespace {

using numerics::FitReport;
using numerics::FitStatus;

/// Of the signal: more than a tail loses by being taken from the grid, so what a peak describes beyond that is no tail.
constexpr double clear_part = 0.1;
constexpr double significant = 25;  ///< of a difference of chi-square for a peak that may be anywhere: 5 standard errors

Binned unbinned(const Weighted& data) { return {data.points.temperature_K, data.points.value, data.root_weight}; }

bool is_tail(Background background) {
    return background == Background::constant_exponential || background == Background::arrhenius ||
           background == Background::vogel_fulcher_tammann;
}

bool has_reference(const ComponentOptions& options) {
    return options.background != Background::none && options.background != Background::cole_cole;
}

/// Tr: the end of the flank for tails, whose amplitude is then their value there; the middle for polynomials.
double reference_of(const ComponentOptions& options, const Points& points) {
    const double first = points.temperature_K.front(), last = points.temperature_K.back();
    return options.background == Background::polynomial ? (first + last) / 2 : last;
}

/// Everything that is fitted to the same points.
struct Data {
    Weighted weighted;
    Binned points, bins;
};

Data data_of(Points points) {
    Data out;
    out.weighted = weighted(std::move(points));
    out.points = unbinned(out.weighted);
    out.bins = binned(out.weighted.points, out.weighted.root_weight, most_bins);
    return out;
}

std::vector<ComponentStart> starts_of(const ComponentModel& model, const Data& data) {
    if (model.options().background != Background::cole_cole) return starts_on_grid(model, data.bins);
    auto options = model.options();
    options.background = Background::arrhenius;
    options.to_K = {};  // the range given is for both relaxations
    const Data below = data_of(range_of(data.weighted.points, options));
    if (below.points.size() <= model.size()) return {};
    const ComponentModel tail(options, reference_of(options, below.weighted.points));
    const auto starts = starts_on_grid(tail, below.bins);
    if (starts.empty()) return {};
    const auto report = fit_best(tail, below.bins, below.bins, starts, Freedom::all);
    return starts_from_tail(model, data.bins, report.values, tail.reference_K());
}

/// A fit with what it is worth.
struct Outcome {
    FitReport report;
    double scale = unknown;  ///< of the covariance: scatter, if no variances are known, and drift
    double drift = 1;
    ComponentStatus status = ComponentStatus::none;
};

/// A tail that ends on the border to a simpler one is that: a vogel_fulcher_tammann tail with 0 K, and a tail without height, or
/// one that the points do not determine.
FitReport fit_with_simplest_tail(const ComponentModel& model, const Data& data, const std::vector<ComponentStart>& starts) {
    auto report = fit_best(model, data.points, data.bins, starts, Freedom::all);
    const auto background = model.options().background;
    if (background == Background::polynomial || background == Background::none) return report;
    const std::size_t amplitude = model.peak_size() + 1;
    if (background == Background::vogel_fulcher_tammann && report.values[amplitude + 2] <= 0)
        report = fit_from(model, data.points, report.values, Freedom::arrhenius_tail, 150);
    if (report.status == FitStatus::converged && !report.at_bound[amplitude]) return report;
    auto without = fit_best(model, data.points, data.bins, starts, Freedom::no_tail);
    const bool as_good = without.chi_square <= report.chi_square * (1 + 1e-3) + 1e-20 * static_cast<double>(data.points.size());
    return as_good && without.status == FitStatus::converged ? without : report;
}

bool near_the_edge(const Data& data, std::span<const double> values) {
    const double margin = values[ComponentModel::width] / 8, at = values[ComponentModel::temperature];
    return at < data.points.temperature_K.front() + margin || at > data.points.temperature_K.back() - margin;
}

/// gain: by how much chi-square grows without the peak.
ComponentStatus status_of(const Data& data, const Outcome& outcome, double gain) {
    const auto& report = outcome.report;
    const double rounding = 1e-24 * static_cast<double>(data.points.size());
    if (report.values[ComponentModel::height] <= 0 || gain <= significant * outcome.scale + rounding)
        return ComponentStatus::none;
    if (report.status != FitStatus::converged) return ComponentStatus::not_converged;
    if (near_the_edge(data, report.values)) return ComponentStatus::at_edge;
    return report.any_at_bound() ? ComponentStatus::bound_hit : ComponentStatus::ok;
}

Outcome fitted(const ComponentModel& model, const Data& data) {
    Outcome out;
    const auto starts = starts_of(model, data);
    if (starts.empty()) return out;
    out.report = fit_with_simplest_tail(model, data, starts);
    out.drift = drift_factor(model, data.points, out.report.values);
    out.scale = out.drift * (data.weighted.known() ? 1 : out.report.reduced_chi_square());
    // On the bins, which hold all of a smooth difference.
    const double with_peak = chi_square(model, data.bins, out.report.values);
    const auto alone = background_on_grid(model, data.bins, out.report.values);
    const double gain_on_grid = chi_square(model, data.bins, alone) - with_peak;
    if (gain_on_grid > clear_part * centred_square(data.bins) && gain_on_grid > 100 * significant * out.scale) {
        out.status = status_of(data, out, gain_on_grid);
        return out;
    }
    const auto without = fit_from(model, data.bins, alone, Freedom::background_only, 60);
    const double gain = without.chi_square - with_peak;
    out.status = status_of(data, out, gain);
    if (out.status == ComponentStatus::none)
        out.report = fit_from(model, data.points, without.values, Freedom::background_only, 150);
    return out;
}

void fill_numbers(const FittedModel& fit, ComponentResult& result) {
    const std::size_t n = fit.model.size();
    const auto parameter = [&](std::size_t i) { return Value{fit.values[i], fit.covariance[i * n + i]}; };
    result.temperature = parameter(ComponentModel::temperature);
    result.height = parameter(ComponentModel::height);
    result.width = parameter(ComponentModel::width);
    std::vector<double> slopes(n);
    result.area.value = fit.model.area(fit.values, slopes);
    result.area.variance = propagated(fit.covariance, slopes);
}

/// The values in the order of component_parameters(): Tr follows as a number that is exact.
void fill_parameters(const FittedModel& fit, ComponentResult& result) {
    const std::size_t n = fit.model.size(), with = result.values.size();
    std::copy(fit.values.begin(), fit.values.end(), result.values.begin());
    if (with > n) result.values[n] = fit.model.reference_K();
    for (std::size_t i = 0; i < with; ++i)
        for (std::size_t j = 0; j < with; ++j) result.covariance[i * with + j] = i < n && j < n ? fit.covariance[i * n + j] : 0;
}

void fill(const ComponentModel& model, const Data& data, const Outcome& outcome, ComponentResult& result) {
    result.status = outcome.status;
    if (outcome.report.values.empty() || outcome.status == ComponentStatus::not_converged) return;
    auto fit = std::make_shared<FittedModel>(FittedModel{model, outcome.report.values, outcome.report.covariance});
    const bool doubtful = outcome.report.any_at_bound();
    for (double& each : fit->covariance) each = doubtful ? unknown : each * outcome.scale;
    if (data.weighted.known()) result.reduced_chi_square = outcome.report.reduced_chi_square();
    result.drift = outcome.drift;
    result.whole = {fit, ComponentPart::whole};
    result.background = {fit, ComponentPart::background};
    result.component = {fit, ComponentPart::component};
    if (outcome.status == ComponentStatus::none) return;
    fill_numbers(*fit, result);
    fill_parameters(*fit, result);
}

ComponentResult fit_points(const Data& data, const ComponentOptions& options) {
    ComponentResult result;
    const std::size_t parameters = component_parameters(options).size();
    result.values.assign(parameters, unknown);
    result.covariance.assign(parameters * parameters, unknown);
    result.points = static_cast<std::ptrdiff_t>(data.points.size());
    result.status = ComponentStatus::too_few_points;
    if (data.points.size() == 0) return result;
    result.from_K = data.points.temperature_K.front();
    result.to_K = data.points.temperature_K.back();
    const ComponentModel model(options, reference_of(options, data.weighted.points));
    if (data.points.size() <= model.size() || !(result.from_K < result.to_K)) return result;
    fill(model, data, fitted(model, data), result);
    return result;
}

/// Half the range of a number over the fit chosen and those with the other tails that found a peak. Not polynomials: of a wide
/// peak they take a part. data: the points that a tail can describe.
void compare(const Data& data, const ComponentOptions& chosen, ComponentResult& result) {
    if (!std::isfinite(result.temperature.value)) return;
    double lowest_K = result.temperature.value, highest_K = lowest_K, lowest = result.height.value, highest = lowest;
    for (const auto other : {Background::constant_exponential, Background::arrhenius, Background::vogel_fulcher_tammann}) {
        if (other == chosen.background) continue;
        auto options = chosen;
        options.background = other;
        const auto found = fit_points(data, options);
        if (found.status != ComponentStatus::ok && found.status != ComponentStatus::bound_hit) continue;
        lowest_K = std::min(lowest_K, found.temperature.value), highest_K = std::max(highest_K, found.temperature.value);
        lowest = std::min(lowest, found.height.value), highest = std::max(highest, found.height.value);
    }
    result.spread_temperature = (highest_K - lowest_K) / 2;
    result.spread_height = (highest - lowest) / 2;
}

}  // namespace

std::vector<std::string> component_parameters(const ComponentOptions& options) {
    std::vector<std::string> out;
    for (const auto& each : parameters_of(options)) out.push_back(each.name);
    if (has_reference(options)) out.emplace_back("reference_temperature");
    return out;
}

std::vector<std::string> component_units(const ComponentOptions& options) {
    std::vector<std::string> out;
    for (const auto& each : parameters_of(options)) out.push_back(each.unit);
    if (has_reference(options)) out.emplace_back("K");
    return out;
}

Value ComponentCurve::at(double temperature_K) const {
    if (!model_ || !(temperature_K > 0)) return {};
    std::vector<double> slopes(model_->model.size());
    const double value = model_->model.value(part_, model_->values, temperature_K, slopes);
    return {value, propagated(model_->covariance, slopes)};
}

ComponentResult fit_component(const Curve& curve, const ComponentOptions& options) {
    if (options.from_K && options.to_K && !(*options.from_K < *options.to_K))
        numerics::fail<std::invalid_argument>("component_from = ", *options.from_K,
                                              " K, must be below component_to = ", *options.to_K, " K.");
    const auto usable = usable_points(curve, options.from_K.value_or(unknown), options.to_K.value_or(unknown));
    const Data data = data_of(range_of(usable, options));
    auto result = fit_points(data, options);
    if (usable.turns) result.status = ComponentStatus::turns;
    if (!options.compare_backgrounds) return result;
    auto tail = options;
    tail.background = Background::arrhenius;
    if (options.background == Background::cole_cole) tail.to_K = {};  // that range is for both relaxations
    compare(is_tail(options.background) ? data : data_of(range_of(usable, tail)), options, result);
    return result;
}

}  // namespace sluice::dma_peak
