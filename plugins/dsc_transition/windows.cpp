// SPDX-License-Identifier: BSD-3-Clause
// The search for a step: candidates, windows, and the last judgement with the lines of these windows.
#include "windows.hpp"

#include <algorithm>
#include <cmath>

#include "step_growth.hpp"

namespace sluice::dsc_transition {
namespace {

constexpr std::size_t fewest_of_curve = 24;
constexpr int most_examined = 4000;

/// How far the data leave the liquid line within two gaps above its window, in parts of the step: means over half a half width.
/// The last such piece of the curve is left out: scans end in a hold.
struct Beyond {
    double above = 0, below = 0;
    double last = 1;  ///< of these means, above the glass line
};

Beyond beyond_of(const Sections& sections, const SectionLine& left, const SectionLine& right, const FoundStep& found) {
    Beyond out;
    const double piece = found.half_width_K / 2, end = found.liquid.to + 2 * (found.liquid.from - found.glass.to);
    for (double at = found.liquid.to; at + piece <= std::min(end, sections.curve().T.back() - piece); at += piece / 2) {
        const auto part = sections.between(at, at + piece);
        if (part.size() == 0) continue;
        double sum = 0, height = 0;
        for (std::size_t i = part.first; i < part.end; ++i) {
            sum += sections.curve().y[i] - right.at(sections.curve().T[i]);
            height += sections.curve().y[i] - left.at(sections.curve().T[i]);
        }
        const double whole = static_cast<double>(part.size()) * found.step;
        sum /= whole;
        out.last = height / whole;
        out.above = std::max(out.above, sum);
        out.below = std::max(out.below, -sum);
    }
    return out;
}

/// Whether neither line got longer than two half widths, though it had room: then both stand on the shoulders of something.
bool both_short(const Sections& sections, const StepOptions& options, const FoundStep& found) {
    const double two = 2 * found.half_width_K;
    const bool glass = found.glass.to - found.glass.from < two && found.glass.to - two > sections.curve().T.front();
    const bool liquid = found.liquid.to - found.liquid.from < two && found.liquid.from + two < sections.curve().T.back();
    return glass && liquid && !options.glass_from_K && !options.liquid_to_K;
}

/// Judges the step with its final lines. A "glass line" on the falling flank of an exotherm, and a "liquid line" on that of
/// an endotherm, betray themselves by their slopes: a liquid line is not much steeper upward than the glass line, and where it
/// falls much more, what comes behind it tells whether it is a flank (above it) or the beginning of an exotherm (below).
StepStatus verdict(const Sections& sections, const StepOptions& options, const FoundStep& found) {
    const Candidate lines{sections.between(found.glass.from, found.glass.to),
                          sections.between(found.liquid.from, found.liquid.to), 0};
    if (lines.left.size() < 3 || lines.right.size() < 3) return StepStatus::none;
    const SectionLine left = sections.line(lines.left), right = sections.line(lines.right);
    const double step = right.at(found.middle_K) - left.at(found.middle_K);
    if (!(significance_of(sections, left, right, found.middle_K) > least_significance)) return StepStatus::none;
    const double turn = (right.slope - left.slope) * (found.liquid.from - found.glass.to) / 2 / step;
    const bool another = step < 0.6 * found.step || step > 1.7 * found.step;  // its windows have left the candidate
    if (turn > 0.2 || turn < -0.6 || another) return StepStatus::none;
    if (both_short(sections, options, found)) return StepStatus::none;
    const auto status = course_between(sections, lines);
    if (status == StepStatus::none) return status;
    const Beyond beyond = beyond_of(sections, left, right, found);
    const bool back_to_glass = std::abs(beyond.last) < 0.4;  // a peak that is over, no exotherm
    if (turn < -0.15 && (beyond.above > 0.3 || back_to_glass)) return StepStatus::none;
    if (status == StepStatus::overlap || (turn < -0.06 && beyond.below > 0.5)) return StepStatus::overlap;
    return overshoots(sections, left, right, found) ? StepStatus::overshoot : StepStatus::ok;
}

/// Windows and status of one candidate; none where it is no step.
FoundStep examined(const Sections& sections, const StepOptions& options, const Candidate& candidate) {
    FoundStep found, nothing;
    const auto first = judge(sections, candidate, found.step);
    if (first == StepStatus::none) return nothing;
    if (!measure_step(sections, candidate, found)) return nothing;
    const SectionLine left = sections.line(candidate.left), right = sections.line(candidate.right);
    found.liquid.from = sections.curve().T[candidate.right.first];
    const bool wide = first == StepStatus::overlap || overshoots(sections, left, right, found);
    choose_windows(sections, options, candidate, wide, found);
    found.status = verdict(sections, options, found);
    if (wide || found.status != StepStatus::overshoot) return found;
    choose_windows(sections, options, candidate, true, found);
    found.status = verdict(sections, options, found);
    return found;
}

/// From the median distance of a point from the line between its neighbours; not below 1e-6 of the range.
double noise_of(const StepCurve& curve) {
    std::vector<double> distances;
    for (std::size_t i = 1; i + 1 < curve.T.size(); ++i) {
        const double part = (curve.T[i] - curve.T[i - 1]) / (curve.T[i + 1] - curve.T[i - 1]);
        const double between = curve.y[i - 1] + part * (curve.y[i + 1] - curve.y[i - 1]);
        distances.push_back(std::abs(curve.y[i] - between) / std::sqrt(1 + part * part + (1 - part) * (1 - part)));
    }
    if (distances.empty()) return 0;
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::nth_element(distances.begin(), middle, distances.end());
    constexpr double median_of_normal = 0.6744897501960817;
    const auto [least, most] = std::minmax_element(curve.y.begin(), curve.y.end());
    return std::max(*middle / median_of_normal, 1e-6 * (*most - *least));
}

}  // namespace

StepCurve search_curve(const Scan& scan, double sign) {
    const auto n = scan.temperature_K.size();
    constexpr std::size_t most = 1200;
    const double low = scan.temperature_K.front(), high = scan.temperature_K.back(), piece = (high - low) / most;
    StepCurve out;
    for (std::size_t i = 0; i < n;) {
        double T = 0, y = 0, count = 0;
        const double limit =
            n <= most ? scan.temperature_K[i] : low + piece * (std::floor((scan.temperature_K[i] - low) / piece) + 1);
        const auto begin = i;
        for (; i < n && (i == begin || scan.temperature_K[i] < limit || scan.temperature_K[i] == scan.temperature_K[begin]); ++i)
            T += scan.temperature_K[i], y += sign * scan.heat_flow_W_g[i], count += 1;
        out.T.push_back(T / count);
        out.y.push_back(y / count);
    }
    out.noise = noise_of(out);
    return out;
}

FoundStep find_step(const StepCurve& curve, const StepOptions& options) {
    FoundStep best;
    if (curve.T.size() < fewest_of_curve) return best;
    const Sections sections(curve);
    int examined_so_far = 0;
    for (const auto& candidate : step_candidates(sections, options)) {
        if (++examined_so_far > most_examined) break;
        const auto found = examined(sections, options, candidate);
        if (found.status == StepStatus::none || (found.status == StepStatus::overlap && best.status == StepStatus::overlap))
            continue;
        best = found;
        if (best.status != StepStatus::overlap) break;
    }
    return best;
}

}  // namespace sluice::dsc_transition
