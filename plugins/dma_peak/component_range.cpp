// SPDX-License-Identifier: BSD-3-Clause
// The end of the range by the slopes and the valley of the curve itself.
#include "component_range.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "component_fit.hpp"

namespace sluice::dma_peak {
namespace {

using Doubles = std::vector<double>;

constexpr double flank_rise = 1.5;  ///< over the lowest value behind the peak

/// Slope of ln y over two bins to either side; y is held above 5 % of its median size.
Doubles logarithmic_slopes(const Binned& curve) {
    Doubles sizes;
    for (const double each : curve.value) sizes.push_back(std::abs(each));
    std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
    const double least = 0.05 * sizes[sizes.size() / 2];
    const auto logarithm = [&](std::size_t i) { return std::log(std::max(curve.value[i], least)); };
    Doubles slopes;
    for (std::size_t i = 2; i + 2 < curve.size(); ++i)
        slopes.push_back((logarithm(i + 2) - logarithm(i - 2)) / (curve.temperature_K[i + 2] - curve.temperature_K[i - 2]));
    return slopes;
}

/// The bin with the smallest logarithmic slope between two steeper rises, by the lesser of the two differences; size() without.
std::size_t flattest(const Binned& curve) {
    const auto slopes = logarithmic_slopes(curve);
    Doubles steepest_behind(slopes);
    for (std::size_t i = slopes.size() - 1; i-- > 0;) steepest_behind[i] = std::max(slopes[i], steepest_behind[i + 1]);
    double steepest_before = slopes[0], deepest = 0;
    std::size_t out = curve.size();
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        steepest_before = std::max(steepest_before, slopes[i]);
        const double depth = std::min(steepest_before, steepest_behind[i]) - slopes[i];
        if (depth > deepest) deepest = depth, out = i + 2;
    }
    return out;
}

Points up_to(const Points& all, double last_K) {
    const auto end = std::upper_bound(all.temperature_K.begin(), all.temperature_K.end(), last_K) - all.temperature_K.begin();
    const auto cut = [&](const std::vector<double>& from) {
        return std::vector<double>(from.begin(), from.begin() + (from.empty() ? 0 : end));
    };
    Points out;
    out.temperature_K = cut(all.temperature_K), out.value = cut(all.value), out.variance = cut(all.variance);
    return out;
}

/// The points below the flank of the next relaxation.
Points below_flank(const Points& all, const std::optional<double>& near_K, Upper upper) {
    if (all.size() < 2) return all;
    const auto with_weights = weighted(all);
    return up_to(all, upper_end_K(binned(all, with_weights.root_weight, most_bins), near_K, upper));
}

}  // namespace

double upper_end_K(const Binned& curve, const std::optional<double>& near_K, Upper upper) {
    const auto& temperature = curve.temperature_K;
    const double last = temperature.back();
    if (curve.size() < 10) return last;
    std::size_t valley = near_K ? static_cast<std::size_t>(std::lower_bound(temperature.begin(), temperature.end(), *near_K) -
                                                           temperature.begin())
                                : flattest(curve);
    if (valley >= curve.size()) return last;
    for (std::size_t i = valley; i < curve.size(); ++i) {
        if (curve.value[i] > flank_rise * curve.value[valley]) return temperature[upper == Upper::flank ? i : valley];
        if (curve.value[i] < curve.value[valley]) valley = i;
    }
    return last;
}

Points range_of(const Points& all, const ComponentOptions& options) {
    if (all.turns) return {};
    if (options.to_K || options.background == Background::cole_cole) return all;
    return below_flank(all, options.near_K, options.background == Background::polynomial ? Upper::valley : Upper::flank);
}

}  // namespace sluice::dma_peak
