// SPDX-License-Identifier: BSD-3-Clause
// The ideal line from the ends, the ratios with their exact correlation with them.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "series.hpp"

namespace sluice::ideal_mixing {
namespace {

using numerics::fail;

void check_length(const char* name, std::size_t got, std::size_t n, bool may_be_empty) {
    if (got != n && !(may_be_empty && got == 0))
        fail<std::invalid_argument>(name, " has ", got, " samples and composition has ", n, ". They must agree.");
}

void check(const Samples& samples, const Options& options) {
    const std::size_t n = samples.composition.size();
    check_length("invariant", samples.invariant.size(), n, false);
    check_length("variances", samples.variances.size(), n, true);
    check_length("mask", samples.mask.size(), n, true);
    check_length("flagged", samples.flagged.size(), n, true);
    if (!(options.end_tolerance >= 0 && options.end_tolerance < 0.5))
        fail<std::invalid_argument>("end_tolerance = ", options.end_tolerance, ", must be at least 0 and below 0.5.");
    check_compositions(samples.composition, options.end_tolerance);
}

double snapped(double x, double tolerance) {
    if (std::abs(x) <= tolerance) return 0;
    return std::abs(x - 1) <= tolerance ? 1 : x;
}

Series series_of(const Samples& samples, const Options& options) {
    Series series;
    series.variances.assign(samples.variances.begin(), samples.variances.end());
    for (std::size_t i = 0; i < samples.composition.size(); ++i) {
        const double x = snapped(samples.composition[i], options.end_tolerance), q = samples.invariant[i];
        const bool masked = !samples.mask.empty() && samples.mask[i] != 0;
        series.x.push_back(x);
        series.invariant.push_back(masked || !std::isfinite(x) || !std::isfinite(q) ? unknown : q);
        series.flagged.push_back(!samples.flagged.empty() && samples.flagged[i] != 0);
    }
    return series;
}

/// Which samples stand for an end: those not flagged, where there are any.
std::vector<std::size_t> samples_at(const Series& series, double x, bool use_flagged, bool& flagged) {
    std::vector<std::size_t> sound, doubtful;
    for (std::size_t i = 0; i < series.size(); ++i)
        if (series.x[i] == x && !std::isnan(series.invariant[i])) (series.flagged[i] ? doubtful : sound).push_back(i);
    flagged = sound.empty() && !doubtful.empty() && use_flagged;
    return flagged ? doubtful : sound;
}

/// Not normalised: 1/variance of those that have one above 0; all the same when none has, or there is but one sample.
Doubles weights_of(const Series& series, const std::vector<std::size_t>& at) {
    Doubles weights(series.size(), 0);
    double sum = 0;
    for (const auto i : at) {
        const double variance = series.weighted() ? series.variances[i] : 0;
        if (at.size() > 1 && variance > 0 && std::isfinite(variance)) weights[i] = 1 / variance;
        sum += weights[i];
    }
    if (sum == 0)
        for (const auto i : at) weights[i] = 1;
    return weights;
}

End end_at(const Series& series, double x, const Options& options) {
    End end;
    const auto at = samples_at(series, x, options.use_flagged_ends, end.flagged);
    end.samples = static_cast<std::ptrdiff_t>(at.size());
    end.weights = weights_of(series, at);
    if (at.empty()) return end;
    double sum = 0;
    for (const auto i : at) sum += end.weights[i];
    end.value = 0;
    end.variance = series.weighted() ? 0 : unknown;
    for (const auto i : at) {
        const double weight = end.weights[i] /= sum;
        if (weight == 0) continue;
        end.value += weight * series.invariant[i];
        if (series.weighted()) end.variance += weight * weight * series.variances[i];
    }
    return end;
}

Status status_of(const Ends& ends) {
    if (ends.both()) return Status::ok;
    if (ends.at_0.samples > 0) return Status::no_sample_at_1;
    return ends.at_1.samples > 0 ? Status::no_sample_at_0 : Status::no_sample_at_either_end;
}

/// sum_k (d r_i / d Q_k)^2 var_k
double ratio_variance(const Series& series, const Ends& ends, std::size_t i, double ratio, double ideal) {
    double sum = 0;
    for (std::size_t k = 0; k < series.size(); ++k) {
        const double of_ideal = series.x[i] * ends.at_1.weights[k] + (1 - series.x[i]) * ends.at_0.weights[k];
        const double gradient = ((i == k ? 1 : 0) - ratio * of_ideal) / ideal;
        if (gradient != 0) sum += gradient * gradient * series.variances[k];
    }
    return sum;
}

void compare(const Series& series, const Ends& ends, Result& result) {
    const std::size_t n = series.size(), n_variances = series.variances.size();
    result.ideal.assign(n, unknown);
    result.ratio = result.ideal;
    result.ideal_variances.assign(n_variances, unknown);
    result.ratio_variances = result.ideal_variances;
    if (!ends.both()) return;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = series.x[i], ideal = ends.ideal(x), ratio = series.invariant[i] / ideal;
        result.ideal[i] = ideal;
        if (series.weighted()) result.ideal_variances[i] = x * x * ends.at_1.variance + (1 - x) * (1 - x) * ends.at_0.variance;
        if (!std::isfinite(ratio)) continue;
        result.ratio[i] = ratio;
        if (series.weighted()) result.ratio_variances[i] = ratio_variance(series, ends, i, ratio, ideal);
    }
}

}  // namespace

void check_compositions(std::span<const double> composition, double end_tolerance) {
    for (std::size_t i = 0; i < composition.size(); ++i)
        if (composition[i] < -end_tolerance || composition[i] > 1 + end_tolerance)
            fail<std::domain_error>("composition[", i, "] = ", composition[i],
                                    ", must be from 0 to 1. Give fractions, or say that the unit is percent.");
}

Result mix(const Samples& samples, const Options& options) {
    check(samples, options);
    const Series series = series_of(samples, options);
    const Ends ends{end_at(series, 0, options), end_at(series, 1, options)};
    Result result;
    result.status = status_of(ends);
    result.flagged_end = ends.at_0.flagged || ends.at_1.flagged;
    compare(series, ends, result);
    if (options.pin_ends)
        fit_pinned(series, ends, options.pinned_terms, result);
    else
        fit_quadratic(series, result);
    return result;
}

}  // namespace sluice::ideal_mixing
