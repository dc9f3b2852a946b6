// SPDX-License-Identifier: BSD-3-Clause
// The Arrhenius fit: which points, their line, and what it says of E and f0.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/gas_constant.hpp>

#include "merged.hpp"

namespace sluice::arrhenius_fit {
namespace {

using numerics::gas_constant_J_per_mol_K;

constexpr double least_significance = 3;

void check(const Peaks& peaks) {
    const auto n = peaks.temperature_K.size();
    const auto agrees = [n](std::size_t got, const char* name) {
        if (got != n)
            numerics::fail<std::invalid_argument>(name, " has ", got, " points and temperature ", n, ". They must agree.");
    };
    agrees(peaks.frequency_Hz.size(), "frequency");
    if (!peaks.variances.empty()) agrees(peaks.variances.size(), "variances");
    if (!peaks.exclude.empty()) agrees(peaks.exclude.size(), "exclude");
}

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

bool usable(const Peaks& peaks, std::size_t i) {
    if (!peaks.exclude.empty() && peaks.exclude[i] != 0) return false;
    if (!is_positive(peaks.temperature_K[i]) || !is_positive(peaks.frequency_Hz[i])) return false;
    return peaks.variances.empty() || is_positive(peaks.variances[i]);
}

Plot plot_of(const Peaks& peaks) {
    Plot plot;
    for (std::size_t i = 0; i < peaks.temperature_K.size(); ++i)
        if (usable(peaks, i)) plot.index.push_back(i);
    std::stable_sort(plot.index.begin(), plot.index.end(),
                     [&](std::size_t a, std::size_t b) { return peaks.frequency_Hz[a] < peaks.frequency_Hz[b]; });
    for (const auto i : plot.index) {
        const double inverse = 1 / peaks.temperature_K[i];
        plot.log_frequency.push_back(std::log(peaks.frequency_Hz[i]));
        plot.inverse.push_back(inverse);
        if (!peaks.variances.empty()) plot.variance.push_back(peaks.variances[i] * inverse * inverse * inverse * inverse);
    }
    return plot;
}

/// T must rise with f; without an error of the slope (two points) that is all that can be asked.
bool is_activated(const Value& slope) {
    if (!(slope.value < 0) || !std::isfinite(slope.value)) return false;
    return !(slope.value * slope.value < least_significance * least_significance * slope.variance);
}

/// E = -R / slope; ln f0 is where 1/T = 0.
void set_parameters(const Line& line, Result& result) {
    const double slope = line.slope.value, inverse = line.inverse.value;
    const double energy_by_slope = gas_constant_J_per_mol_K / (slope * slope), log_by_slope = inverse / (slope * slope);
    result.line = line;
    result.activation_energy = {-gas_constant_J_per_mol_K / slope, energy_by_slope * energy_by_slope * line.slope.variance};
    result.log_prefactor = {line.log_frequency - inverse / slope,
                            line.inverse.variance / (slope * slope) + log_by_slope * log_by_slope * line.slope.variance};
    result.covariance = energy_by_slope * log_by_slope * line.slope.variance;
}

}  // namespace

Value Line::temperature(double log_f) const {
    const double away = log_f - log_frequency, there = inverse.value + slope.value * away;
    if (!(there > 0) || !std::isfinite(there)) return {};
    return {1 / there, (inverse.variance + away * away * slope.variance) / (there * there * there * there)};
}

Result fit(const Peaks& peaks, const Options& options) {
    check(peaks);
    const Plot all = plot_of(peaks);
    const auto flags = find_merged(all);
    Result result;
    result.merged.assign(peaks.temperature_K.size(), 0);
    for (std::size_t i = 0; i < all.size(); ++i) result.merged[all.index[i]] = flags[i];
    const Plot fitted = options.leave_out_merged ? unflagged(all, flags) : all;
    result.points = static_cast<std::ptrdiff_t>(fitted.size());
    result.left_out = static_cast<std::ptrdiff_t>(peaks.temperature_K.size()) - result.points;
    const Through found = line_through(fitted);
    if (different_frequencies(fitted) < 2) {
        result.status = Status::too_few_points;
    } else if (!found.solved || !is_activated(found.line.slope)) {
        result.status = Status::not_determined;
    } else {
        set_parameters(found.line, result);
        result.reduced_chi_square = found.reduced_chi_square;
        if (is_curved(fitted)) result.status = Status::curved;
    }
    return result;
}

Value reduced_energy(const Value& energy, const Value& glass_transition_K) {
    if (!is_positive(glass_transition_K.value)) return {};
    const double ratio = energy.value / (gas_constant_J_per_mol_K * glass_transition_K.value);
    const double of_energy = energy.variance / (energy.value * energy.value);
    const double of_transition = glass_transition_K.variance / (glass_transition_K.value * glass_transition_K.value);
    return {ratio, ratio * ratio * (of_energy + of_transition)};
}

}  // namespace sluice::arrhenius_fit
