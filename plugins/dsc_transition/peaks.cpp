// SPDX-License-Identifier: BSD-3-Clause
// From groups to peaks: shares of overlapping neighbours, what each one measures, and what counts.
#include "peaks.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "peak_baseline.hpp"
#include "peak_groups.hpp"
#include "peak_points.hpp"
#include "peak_search.hpp"
#include "peak_shape.hpp"

namespace sluice::dsc_transition {
namespace {

constexpr double shared_valley = 0.01;  ///< of the lower peak: a valley below this is baseline
constexpr std::ptrdiff_t fewest_above_half = 5;

struct Found {
    Peak peak;
    double significance = 0;
};

/// Where the share of one peak ends and that of the next begins, and whether they share anything.
struct Border {
    std::size_t at;
    bool shared;
};

Border border(const PeakPoints& points, const PeakSearch& search, const FlankBaseline& baseline, const Apex& a, const Apex& b) {
    const auto above = [&](std::size_t i, int sign) { return sign * (search.smooth[i] - baseline.at(i)); };
    if (a.sign != b.sign) {
        auto i = a.at;
        while (i < b.at && above(i, a.sign) > 0) ++i;
        return {i, true};
    }
    auto lowest = a.at;
    for (auto i = a.at; i <= b.at; ++i)
        if (above(i, a.sign) < above(lowest, a.sign)) lowest = i;
    const double smaller = std::min(above(a.at, a.sign), above(b.at, a.sign));
    return {lowest, above(lowest, a.sign) > std::max(shared_valley * smaller, 3 * points.noise / std::sqrt(5.0))};
}

PeakStatus status_of(const Group& group, const HalfHeight& half, bool shared, const FlankBaseline& baseline) {
    if (!baseline.solved || half.points < fewest_above_half) return PeakStatus::too_few_points;
    if (group.left.at_end_of_data || group.right.at_end_of_data) return PeakStatus::at_edge;
    return shared || group.overlap ? PeakStatus::overlap : PeakStatus::ok;
}

/// One peak over points from .. to of its group.
Found measure(const PeakPoints& points, const PeakSearch& search, const Group& group, const FlankBaseline& baseline,
              const Apex& apex, std::size_t from, std::size_t to, bool shared) {
    Found out;
    PeakAbove above{points, baseline, {}, from, to, apex.at, apex.sign};
    for (auto i = from; i <= to; ++i) above.distance.push_back(apex.sign * (search.y[i] - baseline.at(i)));
    const auto half = half_height(above);
    auto& peak = out.peak;
    peak.status = status_of(group, half, shared, baseline);
    peak.from_K = points.temperature[from];
    peak.to_K = points.temperature[to];
    const auto area = integral(points, search.y, baseline, from, to);
    out.significance = area.value * apex.sign / std::sqrt(area.variance);
    if (peak.status == PeakStatus::too_few_points) return out;
    const auto fit = fit_apex(above, half);
    peak.temperature = fit.temperature;
    peak.height = fit.height;
    if (peak.status == PeakStatus::at_edge) return out;
    if (std::any_of(points.turned.begin() + static_cast<std::ptrdiff_t>(from),
                    points.turned.begin() + static_cast<std::ptrdiff_t>(to) + 1, [](char each) { return each != 0; })) {
        peak.status = PeakStatus::turns;
        peak.temperature = {};
        peak.enthalpy = area;
        return out;
    }
    peak.enthalpy = area;
    if (std::isnan(fit.temperature.value)) peak.status = PeakStatus::too_few_points;
    peak.onset = extrapolated_onset(above, half, points.cooling ? 1 : -1);
    peak.end = extrapolated_onset(above, half, points.cooling ? -1 : 1);
    return out;
}

std::vector<Found> measure_all(const PeakPoints& points, const PeakSearch& search, const Group& group,
                               const FlankBaseline& baseline) {
    std::vector<Border> borders{{group.first, false}};
    for (std::size_t k = 1; k < group.apexes.size(); ++k)
        borders.push_back(border(points, search, baseline, group.apexes[k - 1], group.apexes[k]));
    borders.push_back({group.last, false});
    std::vector<Found> out;
    for (std::size_t k = 0; k < group.apexes.size(); ++k)
        out.push_back(measure(points, search, group, baseline, group.apexes[k], borders[k].at, borders[k + 1].at,
                              borders[k].shared || borders[k + 1].shared));
    return out;
}

/// The peaks of a group that count; a place that does not is given to its neighbours.
std::vector<Found> significant(const PeakPoints& points, const PeakSearch& search, Group& group, const FlankBaseline& baseline,
                               double threshold) {
    const auto outside = [&](const Apex& each) {
        return each.at <= group.first || each.at >= group.last ||
               each.sign * (search.smooth[each.at] - baseline.at(each.at)) <= 0;
    };
    std::erase_if(group.apexes, outside);
    while (!group.apexes.empty()) {
        auto found = measure_all(points, search, group, baseline);
        const auto least = std::min_element(found.begin(), found.end(),
                                            [](const Found& a, const Found& b) { return a.significance < b.significance; });
        if (least->significance >= threshold) return found;
        group.apexes.erase(group.apexes.begin() + (least - found.begin()));
    }
    return {};
}

void draw(const PeakPoints& points, const FlankBaseline& baseline, const std::optional<StepLines>& step,
          std::vector<double>& out) {
    for (auto i = baseline.first; i <= baseline.last; ++i)
        out[points.origin[i]] = baseline.at(i) + (step ? step->at(points.temperature[i]) : 0);
}

std::vector<Found> searched(const PeakPoints& points, const PeakSearch& search, const PeakOptions& options,
                            const std::optional<StepLines>& step, PeakResult& result) {
    std::vector<Found> all;
    for (const auto& stretch : search.stretches) {
        if (stretch.apexes.empty() || is_overshoot(stretch)) continue;
        auto group = group_of(points, search, options, stretch);
        const auto baseline = fit_baseline(points, search.y, group.first, group.last, group.left, group.right, options.baseline);
        if (!baseline.solved) continue;
        const auto found = significant(points, search, group, baseline, options.threshold);
        if (!found.empty()) draw(points, baseline, step, result.baseline);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

// ---- ranges of the caller ------------------------------------------------------------------------------------------------

/// Largest distance from the baseline, to the side of the area.
Apex apex_of_range(const PeakSearch& search, const Group& group, const FlankBaseline& baseline, double area) {
    Apex apex{group.first, area < 0 ? -1 : 1};
    const auto above = [&](std::size_t i) { return apex.sign * (search.smooth[i] - baseline.at(i)); };
    for (auto i = group.first; i <= group.last; ++i)
        if (above(i) > above(apex.at)) apex.at = i;
    return apex;
}

Peak peak_in_range(const PeakPoints& points, const PeakSearch& search, const PeakOptions& options,
                   const std::optional<StepLines>& step, std::pair<double, double> range, PeakResult& result) {
    Peak out;
    out.status = PeakStatus::too_few_points;
    out.from_K = range.first;
    out.to_K = range.second;
    if (points.size() == 0 || search.smooth.empty()) return out;
    const auto first = first_from(points, range.first), end = first_from(points, std::nextafter(range.second, 1e9));
    if (end < first + static_cast<std::size_t>(fewest_above_half)) return out;
    const auto group = group_of_range(points, options, step, range);
    const bool edge = group.left.at_end_of_data || group.right.at_end_of_data;
    if (!edge && (group.left.size() < fewest_beside || group.right.size() < fewest_beside)) return out;
    const auto baseline = fit_baseline(points, search.y, group.first, group.last, group.left, group.right, options.baseline);
    if (!baseline.solved) return out;
    const auto area = integral(points, search.y, baseline, group.first, group.last);
    const auto found = measure(points, search, group, baseline, apex_of_range(search, group, baseline, area.value), group.first,
                               group.last, false);
    out = found.peak;
    if (!(found.significance >= options.threshold)) {
        out = Peak{};
        out.enthalpy = edge ? PeakValue{} : area;
    } else {
        ++result.found;
    }
    out.from_K = range.first;
    out.to_K = range.second;
    draw(points, baseline, step, result.baseline);
    return out;
}

// ---- checks and order ----------------------------------------------------------------------------------------------------

void check(const PeakOptions& options) {
    if (options.max_peaks < 1) numerics::fail<std::invalid_argument>("max_peaks = ", options.max_peaks, ", must be at least 1.");
    if (!(options.threshold > 0)) numerics::fail<std::invalid_argument>("threshold = ", options.threshold, ", must be above 0.");
    if (!(options.window_K > 0))
        numerics::fail<std::invalid_argument>("the window is ", options.window_K, " K, must be above 0.");
    for (const auto& [from, to] : options.ranges_K)
        if (!(from < to))
            numerics::fail<std::invalid_argument>("a peak's range goes from ", from, " to ", to,
                                                  " K; its first number must be the smaller one.");
}

/// The most significant ones, in order of temperature.
std::vector<Peak> best(std::vector<Found> found, std::ptrdiff_t most) {
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.significance > b.significance; });
    if (static_cast<std::ptrdiff_t>(found.size()) > most) found.resize(static_cast<std::size_t>(most));
    std::vector<Peak> out;
    for (const auto& each : found) out.push_back(each.peak);
    std::sort(out.begin(), out.end(), [](const Peak& a, const Peak& b) { return a.from_K < b.from_K; });
    return out;
}

}  // namespace

double StepLines::at(double temperature_K) const {
    const auto glass = [&](double t) { return glass_level + glass_slope * (t - reference_K); };
    const auto liquid = [&](double t) { return liquid_level + liquid_slope * (t - reference_K); };
    if (temperature_K <= onset_K) return glass(temperature_K);
    if (temperature_K >= end_K) return liquid(temperature_K);
    const double part = (temperature_K - onset_K) / (end_K - onset_K);
    return (1 - part) * glass(onset_K) + part * liquid(end_K);
}

PeakResult find_peaks(const Scan& scan, const PeakOptions& options, const std::optional<StepLines>& step) {
    check(options);
    const auto points = sorted_points(scan);
    PeakResult result;
    result.noise = points.size() > 0 ? points.noise : result.noise;
    result.baseline.assign(scan.temperature_K.size(), std::numeric_limits<double>::quiet_NaN());
    const auto search = search_peaks(points, options, step);
    if (!options.ranges_K.empty()) {
        for (const auto& range : options.ranges_K)
            result.peaks.push_back(peak_in_range(points, search, options, step, range, result));
        return result;
    }
    auto found = searched(points, search, options, step, result);
    result.found = static_cast<std::ptrdiff_t>(found.size());
    result.peaks = best(std::move(found), options.max_peaks);
    return result;
}

}  // namespace sluice::dsc_transition
