// SPDX-License-Identifier: BSD-3-Clause
// Runs of common slope are baseline; what lies between two runs is a stretch; its extremes beyond both levels are peaks.
#include "peak_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::dsc_transition {
namespace {

constexpr double slope_sigmas = 5;       ///< a slope closer to the common one than this is straight baseline
constexpr double slope_spreads = 3;      ///< or than this times the spread of all slopes: the baseline bends by itself
constexpr double smallest_slope = 5e-3;  ///< or than this part of (range of the curve) / (range of temperature)
constexpr double slope_share = 0.25;     ///< of that tolerance times half the width: how well levels are known across a stretch
constexpr double apex_sigmas = 4;        ///< of the smoothed curve
constexpr double valley_part = 0.05;     ///< a valley shallower than this part of a peak divides no peaks

struct Run {
    std::size_t first, last;
};

double range_of(const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *high - *low;
}

/// The slope of most of the curve, and how far from it a slope may be.
struct CommonSlope {
    double slope, tolerance;

    CommonSlope(const PeakPoints& points, const std::vector<double>& y, const LocalLines& lines) : slope(0), tolerance(0) {
        std::vector<double> slopes, distances;
        for (const double each : lines.slope)
            if (std::isfinite(each)) slopes.push_back(each);
        if (slopes.empty()) return;
        slope = median(slopes);
        for (const double each : slopes) distances.push_back(std::abs(each - slope));
        const double smallest = smallest_slope * range_of(y) / range_of(points.temperature);
        tolerance = std::max(slope_spreads * 1.4826 * median(distances), smallest);
    }

    [[nodiscard]] double at(const LocalLines& lines, std::size_t i, double noise) const {
        return std::max(tolerance, slope_sigmas * noise * lines.slope_unit[i]);
    }
};

bool in_step(const std::optional<StepLines>& step, double temperature) {
    return step && temperature >= step->from_K && temperature <= step->to_K;
}

/// Runs of points with the common slope, at least a window long.
std::vector<Run> straight_runs(const PeakPoints& points, const LocalLines& lines, const CommonSlope& common, double window,
                               const std::optional<StepLines>& step) {
    std::vector<Run> runs;
    const auto n = points.size();
    const auto straight = [&](std::size_t i) {
        return std::isfinite(lines.slope[i]) && !in_step(step, points.temperature[i]) &&
               std::abs(lines.slope[i] - common.slope) <= common.at(lines, i, points.noise);
    };
    for (std::size_t i = 0; i < n; ++i) {
        if (!straight(i)) continue;
        const auto first = i;
        while (i + 1 < n && straight(i + 1)) ++i;
        if (i >= first + 4 && points.temperature[i] - points.temperature[first] >= window) runs.push_back({first, i});
    }
    return runs;
}

/// The stretches before, between and behind the runs.
std::vector<Stretch> between(const std::vector<Run>& runs, std::size_t n, const LocalLines& lines) {
    std::vector<Stretch> out;
    for (std::size_t k = 0; k <= runs.size(); ++k) {
        Stretch each;
        each.first = k == 0 ? 0 : runs[k - 1].last;
        each.last = k == runs.size() ? n - 1 : runs[k].first;
        if (each.last < each.first + 2) continue;
        if (k > 0) {
            each.left = Beside::baseline;
            each.left_end = runs[k - 1].first;
            each.left_level = lines.value[each.first];
        }
        if (k < runs.size()) {
            each.right = Beside::baseline;
            each.right_end = runs[k].last;
            each.right_level = lines.value[each.last];
        }
        out.push_back(each);
    }
    return out;
}

/// Takes the glass transition out of the stretches: what remains beside it has the transition's own line, y = 0, as its level.
std::vector<Stretch> without_step(const std::vector<Stretch>& stretches, const PeakPoints& points,
                                  const std::optional<StepLines>& step) {
    if (!step) return stretches;
    std::vector<Stretch> out;
    const auto begin = first_from(points, step->from_K), end = first_from(points, std::nextafter(step->to_K, 1e9));
    for (const auto& each : stretches) {
        if (each.last < begin || each.first >= end) {
            out.push_back(each);
            continue;
        }
        if (begin > each.first + 2) {
            auto below = each;
            below.last = below.right_end = begin - 1;
            below.right = Beside::step;
            below.right_level = 0;
            out.push_back(below);
        }
        if (end + 2 < each.last) {
            auto above = each;
            above.first = above.left_end = end;
            above.left = Beside::step;
            above.left_level = 0;
            out.push_back(above);
        }
    }
    return out;
}

/// The level of a side at a temperature; minus or plus infinity of a side that is not there, so that it does not count.
struct Levels {
    const PeakPoints& points;
    const Stretch& stretch;
    double slope;

    [[nodiscard]] double left(double temperature) const {
        return stretch.left_level +
               (stretch.left == Beside::step ? 0 : slope * (temperature - points.temperature[stretch.first]));
    }
    [[nodiscard]] double right(double temperature) const {
        return stretch.right_level +
               (stretch.right == Beside::step ? 0 : slope * (temperature - points.temperature[stretch.last]));
    }
    /// How far y lies outside of the band of both levels, on the side of `sign`; 0 inside.
    [[nodiscard]] double excess(double temperature, double y, int sign) const {
        double band = -std::numeric_limits<double>::infinity();
        if (stretch.left != Beside::nothing) band = std::max(band, sign * left(temperature));
        if (stretch.right != Beside::nothing) band = std::max(band, sign * right(temperature));
        return std::isfinite(band) ? std::max(0.0, sign * y - band) : 0;
    }
};

/// Maxima of `excess` that fall by `drop` (or the part of their height) on both sides; [first, last].
void add_maxima(const std::vector<double>& excess, std::size_t offset, double drop, int sign, std::vector<Apex>& apexes) {
    double low = excess.front(), high = excess.front();
    std::size_t at = 0;
    bool rising = false;  // whether a maximum is being followed
    for (std::size_t i = 0; i < excess.size(); ++i) {
        if (rising) {
            if (excess[i] > high) {
                high = excess[i];
                at = i;
            } else if (excess[i] < high - std::max(drop, valley_part * high)) {
                apexes.push_back({offset + at, sign});
                rising = false;
                low = excess[i];
            }
            continue;
        }
        low = std::min(low, excess[i]);
        if (excess[i] > low + std::max(drop, valley_part * excess[i])) {
            rising = true;
            high = excess[i];
            at = i;
        }
    }
}

void find_apexes(const PeakPoints& points, const PeakSearch& search, Stretch& stretch) {
    const Levels levels{points, stretch, search.slope};
    for (const int sign : {1, -1}) {
        std::vector<double> excess;
        for (auto i = stretch.first; i <= stretch.last; ++i)
            excess.push_back(levels.excess(points.temperature[i], search.smooth[i], sign));
        const double largest = *std::max_element(excess.begin(), excess.end());
        (sign > 0 ? stretch.up : stretch.down) = largest > stretch.tolerance ? largest : 0;
        add_maxima(excess, stretch.first, stretch.tolerance, sign, stretch.apexes);
    }
    std::sort(stretch.apexes.begin(), stretch.apexes.end(), [](const Apex& a, const Apex& b) { return a.at < b.at; });
    const bool open = stretch.left == Beside::nothing || stretch.right == Beside::nothing;
    const double first = points.temperature[stretch.first];
    stretch.step = open ? std::nan("") : levels.right(first) - levels.left(first);
}

}  // namespace

bool Stretch::has_step() const { return std::abs(step) > 2 * tolerance; }

std::size_t first_from(const PeakPoints& points, double temperature) {
    return static_cast<std::size_t>(std::lower_bound(points.temperature.begin(), points.temperature.end(), temperature) -
                                    points.temperature.begin());
}

PeakSearch search_peaks(const PeakPoints& points, const PeakOptions& options, const std::optional<StepLines>& step) {
    PeakSearch search;
    search.y = points.heat_flow;
    constexpr std::size_t fewest = 10;
    if (points.size() < fewest || !(range_of(points.temperature) > 0)) return search;
    if (step)
        for (std::size_t i = 0; i < points.size(); ++i) search.y[i] -= step->at(points.temperature[i]);
    const auto lines = local_lines(points.temperature, search.y, options.window_K);
    search.smooth = local_lines(points.temperature, search.y, options.window_K / 8).value;
    const CommonSlope common(points, search.y, lines);
    search.slope = common.slope;
    const auto runs = straight_runs(points, lines, common, options.window_K, step);
    search.stretches = without_step(between(runs, points.size(), lines), points, step);
    for (auto& each : search.stretches) {
        const double width = points.temperature[each.last] - points.temperature[each.first];
        each.tolerance = apex_sigmas * points.noise / std::sqrt(5.0) + slope_share * common.tolerance * width / 2;
        find_apexes(points, search, each);
    }
    return search;
}

}  // namespace sluice::dsc_transition
