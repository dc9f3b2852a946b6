// SPDX-License-Identifier: BSD-3-Clause
// The search over all places, gaps and lengths of lines, and the first judgement of one pair.
#include "step_candidates.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::dsc_transition {
namespace {

constexpr std::ptrdiff_t fewest_of_line = 8;
constexpr double near_K = 15;

/// Lengths of the line beside a gap, or the range that was given. direction: -1 towards low temperature.
std::vector<Section> sections_beside(const Sections& sections, const std::optional<double>& from, const std::optional<double>& to,
                                     double inner, double gap, int direction) {
    if (from && to) return {sections.between(*from, *to)};
    std::vector<Section> out;
    for (const double length : {0.6 * gap, 1.2 * gap, 2.4 * gap})
        out.push_back(direction < 0 ? sections.between(inner - length, inner) : sections.between(inner, inner + length));
    return out;
}

void add_pairs(const Sections& sections, const StepOptions& options, double centre, double gap, std::vector<Candidate>& out) {
    if (options.near_K && std::abs(centre - *options.near_K) > near_K) return;
    const auto rights = sections_beside(sections, options.liquid_from_K, options.liquid_to_K, centre + gap / 2, gap, 1);
    for (const auto& left : sections_beside(sections, options.glass_from_K, options.glass_to_K, centre - gap / 2, gap, -1)) {
        if (left.size() < fewest_of_line) continue;
        const SectionLine below = sections.line(left);
        for (const auto& right : rights) {
            if (right.size() < fewest_of_line || right.first <= left.end + 2) continue;
            const double significance = significance_of(sections, below, sections.line(right), centre);
            if (significance > least_significance) out.push_back({left, right, significance});
        }
    }
}

}  // namespace

std::vector<Candidate> step_candidates(const Sections& sections, const StepOptions& options) {
    std::vector<Candidate> out;
    const auto& T = sections.curve().T;
    const double range = T.back() - T.front(), spacing = range / static_cast<double>(T.size() - 1);
    for (double gap = std::max(2.0, 4 * spacing); gap < std::min(60.0, range / 2); gap *= 1.3) {
        const double stride = std::max({range / 400, spacing, gap / 16});
        for (double centre = T.front() + gap / 2; centre < T.back() - gap / 2; centre += stride)
            add_pairs(sections, options, centre, gap, out);
    }
    std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) { return a.significance > b.significance; });
    return out;
}

double significance_of(const Sections& sections, const SectionLine& below, const SectionLine& above, double centre) {
    const double scatter = (below.squares + above.squares) / (below.count + above.count - 4);
    const double variance = std::max(scatter, sections.curve().noise * sections.curve().noise);
    return (above.at(centre) - below.at(centre)) / std::sqrt(variance * (below.leverage(centre) + above.leverage(centre)));
}

/// Means over three points, against noise. An exotherm that begins behind the half step is an overlap.
StepStatus course_between(const Sections& sections, const Candidate& candidate) {
    const auto& curve = sections.curve();
    const SectionLine left = sections.line(candidate.left), right = sections.line(candidate.right);
    const double centre = (curve.T[candidate.left.end - 1] + curve.T[candidate.right.first]) / 2;
    const double lowest = -0.25 - 3 * curve.noise / (right.at(centre) - left.at(centre));
    double highest = 0;
    for (std::size_t i = candidate.left.end + 1; i + 1 < candidate.right.first; ++i) {
        const double y = (curve.y[i - 1] + curve.y[i] + curve.y[i + 1]) / 3, low = left.at(curve.T[i]);
        const double part = (y - low) / (right.at(curve.T[i]) - low);
        if (part > 4 || std::isnan(part)) return StepStatus::none;
        if (part < lowest) return highest > 0.5 && highest < 1.5 ? StepStatus::overlap : StepStatus::none;
        highest = std::max(highest, part);
    }
    return StepStatus::ok;
}

StepStatus judge(const Sections& sections, const Candidate& candidate, double& step) {
    const auto& T = sections.curve().T;
    const SectionLine left = sections.line(candidate.left), right = sections.line(candidate.right);
    const double low = T[candidate.left.end - 1], high = T[candidate.right.first], centre = (low + high) / 2;
    step = right.at(centre) - left.at(centre);
    const double turn = (right.slope - left.slope) * (high - low) / 2 / step;
    if (turn > 0.2 || turn < -0.6) return StepStatus::none;
    const auto status = course_between(sections, candidate);
    if (status == StepStatus::none) return status;
    for (const auto& part : {candidate.left, candidate.right}) {
        const Bend bend = sections.bend(part);
        if (bend.size > std::max(4 * bend.sigma, 0.05 * step)) return StepStatus::none;
    }
    return status;
}

}  // namespace sluice::dsc_transition
