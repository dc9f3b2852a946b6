// SPDX-License-Identifier: BSD-3-Clause
// Limits of peaks, and flanks in the straight runs beside them or between them and a glass transition.
#include "peak_groups.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sluice::dsc_transition {
namespace {

constexpr double overshoot_part = 2;  ///< an excess on a step below this many steps is its overshoot
constexpr double snap_part = 0.15;    ///< of a stretch: a limit this close to its end is its end
constexpr double slope_end = 3e-3;    ///< of the steepest slope of a flank: where the flank ends
constexpr double extension = 0.2;     ///< of the width: limits lie that far in the straight runs on both sides

/// From the apex towards `direction` to where the flank is no longer inclined, at most to `bound`.
std::size_t walk(const PeakPoints& points, const PeakSearch& search, const LocalLines& lines, const Apex& apex, int direction,
                 std::size_t bound) {
    double steepest = 0;
    auto i = apex.at;
    while (i != bound) {
        i = direction < 0 ? i - 1 : i + 1;
        const double slope = -direction * apex.sign * (lines.slope[i] - search.slope);
        steepest = std::max(steepest, slope);
        if (steepest > 0 && slope < slope_end * steepest + 2 * points.noise * lines.slope_unit[i] && slope < steepest / 2) break;
    }
    return i;
}

/// Whether the end of the stretch on that side is the end of the peak.
bool ends_with_stretch(const PeakPoints& points, const Stretch& stretch, std::size_t limit, bool left) {
    const auto& t = points.temperature;
    const double gap = left ? t[limit] - t[stretch.first] : t[stretch.last] - t[limit];
    return gap <= snap_part * (t[stretch.last] - t[stretch.first]);
}

/// First and last point of the peaks of a stretch: its ends, unless a step lies between these and the peak.
std::pair<std::size_t, std::size_t> limits(const PeakPoints& points, const PeakSearch& search, const PeakOptions& options,
                                           const Stretch& stretch) {
    std::pair<std::size_t, std::size_t> out{stretch.first, stretch.last};
    const bool left = stretch.has_step() || stretch.left == Beside::step,
               right = stretch.has_step() || stretch.right == Beside::step;
    if (stretch.apexes.empty() || !(left || right)) return out;
    const auto lines = local_lines(points.temperature, search.y, options.window_K / 2);
    if (left) {
        const auto end = walk(points, search, lines, stretch.apexes.front(), -1, stretch.first);
        if (stretch.left == Beside::step || !ends_with_stretch(points, stretch, end, true)) out.first = end;
    }
    if (right) {
        const auto end = walk(points, search, lines, stretch.apexes.back(), 1, stretch.last);
        if (stretch.right == Beside::step || !ends_with_stretch(points, stretch, end, false)) out.second = end;
    }
    return out;
}

/// Points within `reach` K below (above) the limit, no further than `bound`.
Flank flank_below(const PeakPoints& points, std::size_t limit, std::size_t bound, double reach) {
    return {std::max(bound, first_from(points, points.temperature[limit] - reach)), limit, false};
}
Flank flank_above(const PeakPoints& points, std::size_t limit, std::size_t bound, double reach) {
    const auto end = first_from(points, std::nextafter(points.temperature[limit] + reach, 1e9));
    return {limit + 1, std::max(limit + 1, std::min(bound + 1, end)), false};
}

/// A flank between the transition and the peak; without room there the transition's own line stands in.
void beside_step(Group& group, Flank& flank) {
    if (flank.size() >= fewest_beside) return;
    flank = {};
    group.overlap = true;
}

/// How many points a limit moves out into the points between it and a transition: half of them, at most the extension.
std::size_t room_beside(const PeakPoints& points, std::size_t from, std::size_t to, double width) {
    const auto reach = first_from(points, points.temperature[from] + extension * width) - from;
    return std::min(reach, (to - from) / 2);
}

void set_left_flank(const PeakPoints& points, const PeakOptions& options, const Stretch& stretch, double width, Group& group) {
    const bool inside = group.first > stretch.first;
    if (stretch.left == Beside::nothing) {
        group.left.at_end_of_data = true;
    } else if (stretch.left == Beside::step || inside) {
        if (stretch.left == Beside::step) group.first -= room_beside(points, stretch.first, group.first, width);
        group.left = flank_below(points, group.first, stretch.first, options.window_K / 2);
        group.overlap = group.overlap || stretch.left != Beside::step;
        beside_step(group, group.left);
    } else {
        const double t = points.temperature[group.first], room = t - points.temperature[stretch.left_end];
        group.first = first_from(points, t - std::min(extension * width, room / 2));
        group.left = flank_below(points, group.first, stretch.left_end, std::max(options.window_K, width / 2));
    }
}

void set_right_flank(const PeakPoints& points, const PeakOptions& options, const Stretch& stretch, double width, Group& group) {
    const bool inside = group.last < stretch.last;
    if (stretch.right == Beside::nothing) {
        group.right.at_end_of_data = true;
    } else if (stretch.right == Beside::step || inside) {
        if (stretch.right == Beside::step) group.last += room_beside(points, group.last, stretch.last, width);
        group.right = flank_above(points, group.last, stretch.last, options.window_K / 2);
        group.overlap = group.overlap || stretch.right != Beside::step;
        beside_step(group, group.right);
    } else {
        const double t = points.temperature[group.last], room = points.temperature[stretch.right_end] - t;
        group.last = first_from(points, std::nextafter(t + std::min(extension * width, room / 2), 1e9)) - 1;
        group.right = flank_above(points, group.last, stretch.right_end, std::max(options.window_K, width / 2));
    }
}

/// A flank must not reach into the transition or another range.
bool free_point(const PeakOptions& options, const std::optional<StepLines>& step, double temperature) {
    if (step && temperature >= step->from_K && temperature <= step->to_K) return false;
    return std::none_of(options.ranges_K.begin(), options.ranges_K.end(),
                        [&](const auto& range) { return temperature >= range.first && temperature <= range.second; });
}

}  // namespace

bool is_overshoot(const Stretch& stretch) {
    if (!stretch.has_step()) return false;
    const double same = stretch.step > 0 ? stretch.up : stretch.down, other = stretch.step > 0 ? stretch.down : stretch.up;
    return other == 0 && same < overshoot_part * std::abs(stretch.step);
}

Group group_of(const PeakPoints& points, const PeakSearch& search, const PeakOptions& options, const Stretch& stretch) {
    Group group;
    std::tie(group.first, group.last) = limits(points, search, options, stretch);
    group.apexes = stretch.apexes;
    const double width = points.temperature[group.last] - points.temperature[group.first];
    set_left_flank(points, options, stretch, width, group);
    set_right_flank(points, options, stretch, width, group);
    return group;
}

Group group_of_range(const PeakPoints& points, const PeakOptions& options, const std::optional<StepLines>& step,
                     std::pair<double, double> range) {
    Group group;
    group.first = first_from(points, range.first);
    group.last = first_from(points, std::nextafter(range.second, 1e9)) - 1;
    group.left = flank_below(points, group.first, 0, options.window_K);
    group.right = flank_above(points, group.last, points.size() - 1, options.window_K);
    while (group.left.size() > 0 && !free_point(options, step, points.temperature[group.left.first])) ++group.left.first;
    while (group.right.size() > 0 && !free_point(options, step, points.temperature[group.right.end - 1])) --group.right.end;
    group.left.at_end_of_data = group.first < fewest_beside;
    group.right.at_end_of_data = group.last + fewest_beside >= points.size();
    group.overlap = step && range.first < step->to_K && range.second > step->from_K;
    return group;
}

}  // namespace sluice::dsc_transition
