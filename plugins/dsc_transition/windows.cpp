// SPDX-License-Identifier: BSD-3-Clause
// The search for a step: pairs of lines from running sums, the test of what lies between them, and the growth of windows.
#include "windows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::dsc_transition {
namespace {

using Doubles = std::vector<double>;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::ptrdiff_t fewest_of_line = 8;
constexpr double least_significance = 8;
constexpr double near_K = 15;
constexpr int most_examined = 4000;

// --- lines of any stretch in a few operations --------------------------------------------------------------------------------

struct Fitted {
    double middle = 0, level = unknown, slope = unknown;  ///< level at `middle`
    double spread = 0, count = 0;                         ///< sum of (T - middle)^2
    double squares = 0;                                   ///< of the residuals

    [[nodiscard]] double at(double T) const { return level + slope * (T - middle); }
    /// In units of the variance of one point.
    [[nodiscard]] double leverage(double T) const { return 1 / count + (T - middle) * (T - middle) / spread; }
};

class Sums {
public:
    explicit Sums(const StepCurve& curve) : origin_(curve.T[curve.T.size() / 2]), level_(curve.y[curve.y.size() / 2]), sums_(1) {
        for (std::size_t i = 0; i < curve.T.size(); ++i) {
            const double x = curve.T[i] - origin_, y = curve.y[i] - level_;
            const Moments& last = sums_.back();
            sums_.push_back({last.x + x, last.xx + x * x, last.y + y, last.xy + x * y, last.yy + y * y});
        }
    }
    /// Points first <= i < end.
    [[nodiscard]] Fitted line(std::size_t first, std::size_t end) const {
        const Moments &a = sums_[first], &b = sums_[end];
        const double n = static_cast<double>(end - first), x = (b.x - a.x) / n, y = (b.y - a.y) / n;
        Fitted out;
        out.count = n;
        out.spread = (b.xx - a.xx) - n * x * x;
        out.slope = ((b.xy - a.xy) - n * x * y) / out.spread;
        out.middle = origin_ + x;
        out.level = level_ + y;
        out.squares = std::max(0.0, (b.yy - a.yy) - n * y * y - out.slope * out.slope * out.spread);
        return out;
    }

private:
    struct Moments {
        double x = 0, xx = 0, y = 0, xy = 0, yy = 0;
    };
    double origin_, level_;
    std::vector<Moments> sums_;
};

struct Stretch {
    std::size_t first = 0, end = 0;
    [[nodiscard]] std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(end) - static_cast<std::ptrdiff_t>(first); }
};

Stretch stretch_of(const StepCurve& curve, double from, double to) {
    const auto first = std::lower_bound(curve.T.begin(), curve.T.end(), from);
    const auto end = std::upper_bound(first, curve.T.end(), to);
    return {static_cast<std::size_t>(first - curve.T.begin()), static_cast<std::size_t>(end - curve.T.begin())};
}

// --- candidates --------------------------------------------------------------------------------------------------------------

struct Candidate {
    Stretch left, right;
    double significance = 0;
};

/// How far a parabola through a stretch leaves its line between middle and ends, and the standard error of that.
struct Bend {
    double size = 0, sigma = 0;
};

Bend bend_of(const StepCurve& curve, const Stretch& part) {
    const double low = curve.T[part.first], high = curve.T[part.end - 1];
    Doubles u,
        y(curve.y.begin() + static_cast<std::ptrdiff_t>(part.first), curve.y.begin() + static_cast<std::ptrdiff_t>(part.end));
    for (std::size_t i = part.first; i < part.end; ++i) u.push_back((2 * curve.T[i] - low - high) / (high - low));
    const auto fit = numerics::polynomial_fit(u, 2, y);
    if (!fit.solved) return {};
    const double own = fit.degrees_of_freedom() > 0 ? fit.chi_square / static_cast<double>(fit.degrees_of_freedom()) : 0;
    const double scale = own > 0 ? fit.variance(2) / own : 0;
    return {std::abs(fit.values[2]), std::sqrt(scale) * curve.noise};
}

class Search {
public:
    Search(const StepCurve& curve, const StepOptions& options) : curve_(curve), options_(options), sums_(curve) {}

    [[nodiscard]] std::vector<Candidate> candidates() const {
        std::vector<Candidate> out;
        const double range = curve_.T.back() - curve_.T.front();
        const double spacing = range / static_cast<double>(curve_.T.size() - 1);
        for (double gap = std::max(2.0, 4 * spacing); gap < std::min(60.0, range / 2); gap *= 1.3) {
            const double step = std::max({range / 400, spacing, gap / 16});
            for (double centre = curve_.T.front() + gap / 2; centre < curve_.T.back() - gap / 2; centre += step)
                add(centre, gap, out);
        }
        std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) { return a.significance > b.significance; });
        return out;
    }

    /// ok, overlap or none: whether the data go from one line to the other.
    [[nodiscard]] StepStatus judge(const Candidate& candidate, double& step) const {
        const Fitted left = line(candidate.left), right = line(candidate.right);
        const double centre = (curve_.T[candidate.left.end - 1] + curve_.T[candidate.right.first]) / 2;
        const double reach = (curve_.T[candidate.right.first] - curve_.T[candidate.left.end - 1]) / 2;
        step = right.at(centre) - left.at(centre);
        const double turn = (right.slope - left.slope) * reach / step;
        if (turn > 0.2 || turn < -0.6) return StepStatus::none;
        const auto status = between(candidate, left, right, curve_.noise / step);
        if (status == StepStatus::none) return status;
        for (const auto& part : {candidate.left, candidate.right}) {
            const Bend bend = bend_of(curve_, part);
            if (bend.size > std::max(4 * bend.sigma, 0.05 * step)) return StepStatus::none;
        }
        return status;
    }

    [[nodiscard]] Fitted line(const Stretch& part) const { return sums_.line(part.first, part.end); }

    [[nodiscard]] double significance_of(const Fitted& below, const Fitted& above, double centre) const {
        const double scatter = (below.squares + above.squares) / (below.count + above.count - 4);
        const double variance = std::max(scatter, curve_.noise * curve_.noise);
        return (above.at(centre) - below.at(centre)) / std::sqrt(variance * (below.leverage(centre) + above.leverage(centre)));
    }

    /// Walks through the gap, with means over three points against noise.
    [[nodiscard]] StepStatus between(const Candidate& candidate, const Fitted& left, const Fitted& right, double noise) const {
        const double lowest = -0.25 - 3 * noise;
        double highest = 0;
        for (std::size_t i = candidate.left.end + 1; i + 1 < candidate.right.first; ++i) {
            const double y = (curve_.y[i - 1] + curve_.y[i] + curve_.y[i + 1]) / 3, low = left.at(curve_.T[i]);
            const double part = (y - low) / (right.at(curve_.T[i]) - low);
            if (part > 4 || std::isnan(part)) return StepStatus::none;
            if (part < lowest) return highest > 0.5 && highest < 1.5 ? StepStatus::overlap : StepStatus::none;
            highest = std::max(highest, part);
        }
        return StepStatus::ok;
    }

private:
    /// Lengths of the line beside a gap, or the range that was given.
    [[nodiscard]] std::vector<Stretch> lefts(double inner, double gap) const {
        if (options_.glass_from_K && options_.glass_to_K)
            return {stretch_of(curve_, *options_.glass_from_K, *options_.glass_to_K)};
        std::vector<Stretch> out;
        for (const double length : {0.6 * gap, 1.2 * gap, 2.4 * gap}) out.push_back(stretch_of(curve_, inner - length, inner));
        return out;
    }
    [[nodiscard]] std::vector<Stretch> rights(double inner, double gap) const {
        if (options_.liquid_from_K && options_.liquid_to_K)
            return {stretch_of(curve_, *options_.liquid_from_K, *options_.liquid_to_K)};
        std::vector<Stretch> out;
        for (const double length : {0.6 * gap, 1.2 * gap, 2.4 * gap}) out.push_back(stretch_of(curve_, inner, inner + length));
        return out;
    }

    void add(double centre, double gap, std::vector<Candidate>& out) const {
        if (options_.near_K && std::abs(centre - *options_.near_K) > near_K) return;
        for (const auto& left : lefts(centre - gap / 2, gap)) {
            if (left.size() < fewest_of_line) continue;
            const Fitted below = line(left);
            for (const auto& right : rights(centre + gap / 2, gap)) {
                if (right.size() < fewest_of_line || right.first <= left.end + 2) continue;
                const double significance = significance_of(below, line(right), centre);
                if (significance > least_significance) out.push_back({left, right, significance});
            }
        }
    }

    const StepCurve& curve_;
    const StepOptions& options_;
    Sums sums_;
};

// --- from a candidate to windows ---------------------------------------------------------------------------------------------

/// The first half step in the gap and the width that follows from the slope there; false where the curve does not cross.
bool measure(const StepCurve& curve, const Fitted& left, const Fitted& right, const Candidate& candidate, FoundStep& found) {
    const auto part = [&](std::size_t i) {
        return (curve.y[i] - left.at(curve.T[i])) / (right.at(curve.T[i]) - left.at(curve.T[i]));
    };
    const double gap = curve.T[candidate.right.first] - curve.T[candidate.left.end - 1];
    double window = gap / 3;
    found.middle_K = unknown;
    for (std::size_t i = candidate.left.end; i < candidate.right.first && std::isnan(found.middle_K); ++i)
        if (part(i) >= 0.5 && (i + 1 >= curve.T.size() || part(i + 1) >= 0.5)) found.middle_K = curve.T[i];
    if (std::isnan(found.middle_K)) return false;
    for (int round = 0; round < 3; ++round) {  // a window that follows the width found in the round before
        auto around = stretch_of(curve, found.middle_K - window / 2, found.middle_K + window / 2);
        while (around.size() < 5 && around.first > 0 && around.end < curve.T.size()) --around.first, ++around.end;
        Doubles T, fraction;
        for (std::size_t i = around.first; i < around.end; ++i)
            T.push_back(curve.T[i] - found.middle_K), fraction.push_back(part(i));
        const auto fit = numerics::polynomial_fit(T, 1, fraction);
        if (!fit.solved || !(fit.values[1] > 0)) return false;
        found.half_width_K = 1 / (2 * fit.values[1]);
        const double shift = (0.5 - fit.values[0]) / fit.values[1];
        if (std::abs(shift) > window) return false;
        found.middle_K += shift;
        window = std::min(window, found.half_width_K);
    }
    const bool inside = found.middle_K > curve.T[candidate.left.end - 1] && found.middle_K < curve.T[candidate.right.first];
    return inside && found.half_width_K < gap;
}

/// Whether one line describes a stretch: no bend, and its outermost fifth goes on as the rest does.
bool straight(const StepCurve& curve, const Sums& sums, const Stretch& part, bool outward_is_up, double step) {
    const Bend bend = bend_of(curve, part);
    if (bend.size > std::max(3.5 * bend.sigma, 0.005 * step)) return false;
    const auto fifth = static_cast<std::size_t>(std::max<std::ptrdiff_t>(3, part.size() / 5));
    const Stretch last = outward_is_up ? Stretch{part.end - fifth, part.end} : Stretch{part.first, part.first + fifth};
    const Stretch rest = outward_is_up ? Stretch{part.first, last.first} : Stretch{last.end, part.end};
    if (rest.size() < 4) return true;
    const Fitted trunk = sums.line(rest.first, rest.end), tip = sums.line(last.first, last.end);
    const double sigma = curve.noise * std::sqrt(1 / tip.count + trunk.leverage(tip.middle));
    return std::abs(tip.level - trunk.at(tip.middle)) < std::max(3.5 * sigma, 0.01 * step);
}

/// The stretch from `inner` outward, as long as it is straight; at least `shortest`. direction: +1 up in temperature.
Range grow(const StepCurve& curve, const Sums& sums, double inner, double direction, const FoundStep& found, double shortest) {
    const double stride = found.half_width_K / 4, longest = 12 * found.half_width_K;
    const auto up_to = [&](double length) {
        return direction > 0 ? stretch_of(curve, inner, inner + length) : stretch_of(curve, inner - length, inner);
    };
    double length = shortest, good = shortest;
    while (up_to(length).size() < fewest_of_line && length < longest) good = length += stride;
    int bent = 0;  // in a row: of many tests one may fail by chance
    for (; length <= longest && bent < 2; length += stride) {
        const auto part = up_to(length);
        if (part.size() < fewest_of_line) break;
        if (straight(curve, sums, part, direction > 0, found.step))
            good = length, bent = 0;
        else
            ++bent;
    }
    if (bent > 0) good = std::max(good - 2 * stride, std::min(good, shortest));  // what it stopped at began earlier
    return direction > 0 ? Range{inner, inner + good} : Range{inner - good, inner};
}

/// The largest mean over half a half width above the liquid line, in parts of the step.
bool overshoots(const StepCurve& curve, const Fitted& left, const Fitted& right, const FoundStep& found) {
    const double piece = found.half_width_K / 2;
    for (double at = found.middle_K + found.half_width_K; at + piece < found.liquid.from; at += piece / 2) {
        const auto part = stretch_of(curve, at, at + piece);
        if (part.size() < 2) continue;
        double above = 0, step = 0;
        for (std::size_t i = part.first; i < part.end; ++i) {
            above += curve.y[i] - right.at(curve.T[i]);
            step += right.at(curve.T[i]) - left.at(curve.T[i]);
        }
        const double n = static_cast<double>(part.size()), sigma = curve.noise / std::sqrt(n);
        if (above / n > std::max(5 * sigma, 0.04 * step / n)) return true;
    }
    return false;
}

/// Inner ends at 2.6 half widths, where a normal step is within 6e-4 of its lines; `wide`: not further in than the candidate's,
/// since an overshoot makes the width too small.
void choose_windows(const StepCurve& curve, const Sums& sums, const StepOptions& options, const Candidate& candidate, bool wide,
                    FoundStep& found) {
    double glass = found.middle_K - 2.6 * found.half_width_K, liquid = found.middle_K + 2.6 * found.half_width_K;
    if (wide) glass = std::min(glass, curve.T[candidate.left.end - 1]), liquid = std::max(liquid, curve.T[candidate.right.first]);
    const double shortest = 1.2 * found.half_width_K;
    const Range below = grow(curve, sums, options.glass_to_K.value_or(glass), -1, found, shortest);
    const Range above = grow(curve, sums, options.liquid_from_K.value_or(liquid), 1, found, shortest);
    found.glass = {options.glass_from_K.value_or(std::max(below.from, curve.T.front())), options.glass_to_K.value_or(below.to)};
    found.liquid = {options.liquid_from_K.value_or(above.from), options.liquid_to_K.value_or(std::min(above.to, curve.T.back()))};
}

/// How far the data leave the liquid line within two gaps above its window, in parts of the step: means over half a half width.
/// The last such piece of the curve is left out: scans end in a hold.
struct Beyond {
    double above = 0, below = 0;
    double last = 1;  ///< of these means, above the glass line
};

Beyond beyond_of(const StepCurve& curve, const Fitted& left, const Fitted& right, const FoundStep& found) {
    Beyond out;
    const double piece = found.half_width_K / 2, end = found.liquid.to + 2 * (found.liquid.from - found.glass.to);
    for (double at = found.liquid.to; at + piece <= std::min(end, curve.T.back() - piece); at += piece / 2) {
        const auto part = stretch_of(curve, at, at + piece);
        if (part.size() == 0) continue;
        double sum = 0, height = 0;
        for (std::size_t i = part.first; i < part.end; ++i) {
            sum += curve.y[i] - right.at(curve.T[i]);
            height += curve.y[i] - left.at(curve.T[i]);
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
bool both_short(const StepCurve& curve, const StepOptions& options, const FoundStep& found) {
    const double two = 2 * found.half_width_K;
    const bool glass = found.glass.to - found.glass.from < two && found.glass.to - two > curve.T.front();
    const bool liquid = found.liquid.to - found.liquid.from < two && found.liquid.from + two < curve.T.back();
    return glass && liquid && !options.glass_from_K && !options.liquid_to_K;
}

/// Judges the step with its final lines. A "glass line" on the falling flank of an exotherm, and a "liquid line" on that of
/// an endotherm, betray themselves by their slopes: a liquid line is not much steeper upward than the glass line, and where it
/// falls much more, what comes behind it tells whether it is a flank (above it) or the beginning of an exotherm (below).
StepStatus verdict(const StepCurve& curve, const Search& search, const StepOptions& options, const FoundStep& found) {
    const Candidate lines{stretch_of(curve, found.glass.from, found.glass.to),
                          stretch_of(curve, found.liquid.from, found.liquid.to), 0};
    if (lines.left.size() < 3 || lines.right.size() < 3) return StepStatus::none;
    const Fitted left = search.line(lines.left), right = search.line(lines.right);
    const double step = right.at(found.middle_K) - left.at(found.middle_K);
    if (!(search.significance_of(left, right, found.middle_K) > least_significance)) return StepStatus::none;
    const double turn = (right.slope - left.slope) * (found.liquid.from - found.glass.to) / 2 / step;
    const bool another = step < 0.6 * found.step || step > 1.7 * found.step;  // its windows have left the candidate
    if (turn > 0.2 || turn < -0.6 || another) return StepStatus::none;
    if (both_short(curve, options, found)) return StepStatus::none;
    const auto status = search.between(lines, left, right, curve.noise / step);
    if (status == StepStatus::none) return status;
    const Beyond beyond = beyond_of(curve, left, right, found);
    const bool back_to_glass = std::abs(beyond.last) < 0.4;  // a peak that is over, no exotherm
    if (turn < -0.15 && (beyond.above > 0.3 || back_to_glass)) return StepStatus::none;
    if (status == StepStatus::overlap || (turn < -0.06 && beyond.below > 0.5)) return StepStatus::overlap;
    return overshoots(curve, left, right, found) ? StepStatus::overshoot : StepStatus::ok;
}

/// Windows and status of one candidate; none where it is no step.
FoundStep examined(const StepCurve& curve, const Sums& sums, const Search& search, const StepOptions& options,
                   const Candidate& candidate) {
    FoundStep found, nothing;
    const auto first = search.judge(candidate, found.step);
    if (first == StepStatus::none) return nothing;
    const Fitted left = search.line(candidate.left), right = search.line(candidate.right);
    if (!measure(curve, left, right, candidate, found)) return nothing;
    found.liquid.from = curve.T[candidate.right.first];
    const bool wide = first == StepStatus::overlap || overshoots(curve, left, right, found);
    choose_windows(curve, sums, options, candidate, wide, found);
    found.status = verdict(curve, search, options, found);
    if (wide || found.status != StepStatus::overshoot) return found;
    choose_windows(curve, sums, options, candidate, true, found);
    found.status = verdict(curve, search, options, found);
    return found;
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
    Doubles distances;
    for (std::size_t i = 1; i + 1 < out.T.size(); ++i) {
        const double part = (out.T[i] - out.T[i - 1]) / (out.T[i + 1] - out.T[i - 1]);
        const double between = out.y[i - 1] + part * (out.y[i + 1] - out.y[i - 1]);
        distances.push_back(std::abs(out.y[i] - between) / std::sqrt(1 + part * part + (1 - part) * (1 - part)));
    }
    if (distances.empty()) return out;
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::nth_element(distances.begin(), middle, distances.end());
    constexpr double median_of_normal = 0.6744897501960817;
    const auto [least, most_y] = std::minmax_element(out.y.begin(), out.y.end());
    out.noise = std::max(*middle / median_of_normal, 1e-6 * (*most_y - *least));
    return out;
}

FoundStep find_step(const StepCurve& curve, const StepOptions& options) {
    FoundStep best;
    if (curve.T.size() < 3 * static_cast<std::size_t>(fewest_of_line)) return best;
    const Search search(curve, options);
    const Sums sums(curve);
    int examined_so_far = 0;
    for (const auto& candidate : search.candidates()) {
        if (++examined_so_far > most_examined) break;
        const auto found = examined(curve, sums, search, options, candidate);
        if (found.status == StepStatus::none || (found.status == StepStatus::overlap && best.status == StepStatus::overlap))
            continue;
        best = found;
        if (best.status != StepStatus::overlap) break;
    }
    return best;
}

}  // namespace sluice::dsc_transition
