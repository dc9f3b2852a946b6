// SPDX-License-Identifier: BSD-3-Clause
// Half step and width by a line through the middle, and the growth of windows by tests of straightness.
#include "step_growth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::dsc_transition {
namespace {

constexpr std::ptrdiff_t fewest_of_line = 8;

/// Whether one line describes a stretch: no bend, and its outermost fifth goes on as the rest does.
bool straight(const Sections& sections, const Section& part, bool outward_is_up, double step) {
    const Bend bend = sections.bend(part);
    if (bend.size > std::max(3.5 * bend.sigma, 0.005 * step)) return false;
    const auto fifth = static_cast<std::size_t>(std::max<std::ptrdiff_t>(3, part.size() / 5));
    const Section last = outward_is_up ? Section{part.end - fifth, part.end} : Section{part.first, part.first + fifth};
    const Section rest = outward_is_up ? Section{part.first, last.first} : Section{last.end, part.end};
    if (rest.size() < 4) return true;
    const SectionLine trunk = sections.line(rest), tip = sections.line(last);
    const double sigma = sections.curve().noise * std::sqrt(1 / tip.count + trunk.leverage(tip.middle));
    return std::abs(tip.level - trunk.at(tip.middle)) < std::max(3.5 * sigma, 0.01 * step);
}

/// The stretch from `inner` outward, as long as it is straight; at least `shortest`. direction: +1 up in temperature.
Range grow(const Sections& sections, double inner, double direction, const FoundStep& found, double shortest) {
    const double stride = found.half_width_K / 4, longest = 12 * found.half_width_K;
    const auto up_to = [&](double length) {
        return direction > 0 ? sections.between(inner, inner + length) : sections.between(inner - length, inner);
    };
    double length = shortest, good = shortest;
    while (up_to(length).size() < fewest_of_line && length < longest) good = length += stride;
    int bent = 0;  // in a row: of many tests one may fail by chance
    for (; length <= longest && bent < 2; length += stride) {
        const auto part = up_to(length);
        if (part.size() < fewest_of_line) break;
        if (straight(sections, part, direction > 0, found.step))
            good = length, bent = 0;
        else
            ++bent;
    }
    if (bent > 0) good = std::max(good - 2 * stride, std::min(good, shortest));  // what it stopped at began earlier
    return direction > 0 ? Range{inner, inner + good} : Range{inner - good, inner};
}

/// What the curve is between the lines of a candidate: 0 on the lower one, 1 on the upper one.
struct Fraction {
    const StepCurve& curve;
    SectionLine left, right;
    std::size_t first = 0, end = 0;  ///< the points of the gap

    [[nodiscard]] double at(std::size_t i) const {
        const double low = left.at(curve.T[i]);
        return (curve.y[i] - low) / (right.at(curve.T[i]) - low);
    }
    /// The first point from which two in a row are half way up; `end` without one.
    [[nodiscard]] std::size_t half_step() const {
        std::size_t i = first;
        while (i < end && !(at(i) >= 0.5 && (i + 1 >= curve.T.size() || at(i + 1) >= 0.5))) ++i;
        return i;
    }
    /// K, of the highest point behind `from` before the curve falls to the lower line; infinite where it does not.
    [[nodiscard]] double falls_from(std::size_t from) const {
        std::size_t highest = from;
        for (std::size_t i = from; i < end; ++i) {
            if (at(i) > at(highest)) highest = i;
            if (at(i) < 0) return curve.T[highest];
        }
        return std::numeric_limits<double>::infinity();
    }
};

/// Middle and half width from a line through `window`; false where it does not rise, or crosses the half outside of it.
bool take_middle(const Sections& sections, const Fraction& fraction, double window, FoundStep& found) {
    auto around = sections.between(found.middle_K - window / 2, found.middle_K + window / 2);
    while (around.size() < 5 && around.first > 0 && around.end < fraction.curve.T.size()) --around.first, ++around.end;
    std::vector<double> T, y;
    for (std::size_t i = around.first; i < around.end; ++i)
        T.push_back(fraction.curve.T[i] - found.middle_K), y.push_back(fraction.at(i));
    const auto fit = numerics::polynomial_fit(T, 1, y);
    if (!fit.solved || !(fit.values[1] > 0)) return false;
    found.half_width_K = 1 / (2 * fit.values[1]);
    const double shift = (0.5 - fit.values[0]) / fit.values[1];
    found.middle_K += shift;
    return std::abs(shift) <= window;
}

}  // namespace

bool measure_step(const Sections& sections, const Candidate& candidate, FoundStep& found) {
    const auto& T = sections.curve().T;
    const Fraction fraction{sections.curve(), sections.line(candidate.left), sections.line(candidate.right), candidate.left.end,
                            candidate.right.first};
    const std::size_t half = fraction.half_step();
    if (half == fraction.end) return false;
    found.middle_K = T[half];
    found.falls_from_K = fraction.falls_from(half);
    const double low = T[candidate.left.end - 1], high = T[candidate.right.first];
    double window = std::min((high - low) / 3, 2 * (found.falls_from_K - found.middle_K));
    for (int round = 0; round < 3; ++round) {  // a window that follows the width found in the round before
        if (!take_middle(sections, fraction, window, found)) return false;
        window = std::min(window, found.half_width_K);
    }
    return found.middle_K > low && found.middle_K < high && found.half_width_K < high - low;
}

bool overshoots(const Sections& sections, const SectionLine& left, const SectionLine& right, const FoundStep& found) {
    const double piece = found.half_width_K / 2;
    for (double at = found.middle_K + found.half_width_K; at + piece < found.liquid.from; at += piece / 2) {
        const auto part = sections.between(at, at + piece);
        if (part.size() < 2) continue;
        double above = 0, step = 0;
        for (std::size_t i = part.first; i < part.end; ++i) {
            above += sections.curve().y[i] - right.at(sections.curve().T[i]);
            step += right.at(sections.curve().T[i]) - left.at(sections.curve().T[i]);
        }
        const double n = static_cast<double>(part.size()), sigma = sections.curve().noise / std::sqrt(n);
        if (above / n > std::max(5 * sigma, 0.04 * step / n)) return true;
    }
    return false;
}

void choose_windows(const Sections& sections, const StepOptions& options, const Candidate& candidate, bool wide,
                    FoundStep& found) {
    double glass = found.middle_K - 2.6 * found.half_width_K, liquid = found.middle_K + 2.6 * found.half_width_K;
    if (wide)
        glass = std::min(glass, sections.curve().T[candidate.left.end - 1]),
        liquid = std::max(liquid, sections.curve().T[candidate.right.first]);
    const double shortest = 1.2 * found.half_width_K;
    const Range below = grow(sections, options.glass_to_K.value_or(glass), -1, found, shortest);
    const Range above = grow(sections, options.liquid_from_K.value_or(liquid), 1, found, shortest);
    found.glass = {options.glass_from_K.value_or(std::max(below.from, sections.curve().T.front())),
                   options.glass_to_K.value_or(below.to)};
    found.liquid = {options.liquid_from_K.value_or(above.from),
                    options.liquid_to_K.value_or(std::min(above.to, sections.curve().T.back()))};
}

}  // namespace sluice::dsc_transition
