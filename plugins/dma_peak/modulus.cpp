// SPDX-License-Identifier: BSD-3-Clause
// The steepest fall of a smoothed modulus, its tangent and the line of the glass; the minimum behind it, and the way back up.
#include "modulus.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "local_polynomial.hpp"
#include "search.hpp"

namespace sluice::dma_peak {
namespace {

constexpr std::ptrdiff_t least_points = 7;
constexpr double foot = 0.03;  ///< of the steepest slope: where the glass ends

void check(const ModulusOptions& options) {
    using numerics::fail;
    if (!(options.half_width_K > 0))
        fail<std::invalid_argument>("modulus_half_width = ", options.half_width_K, " K, must be above 0.");
    if (!(options.smallest_drop > 0 && options.smallest_drop < 1))
        fail<std::invalid_argument>("smallest_drop = ", options.smallest_drop, ", must be between 0 and 1.");
    if (!(options.significance > 0)) fail<std::invalid_argument>("significance = ", options.significance, ", must be above 0.");
    if (options.glass_from_K >= options.glass_to_K)
        fail<std::invalid_argument>("glass_from = ", options.glass_from_K, " K, must be below glass_to = ", options.glass_to_K,
                                    " K. Swap the two.");
}

/// Level and slope at the temperatures that both have: in a gap of the data one may reach farther than the other.
Smoothed common(const Series& level, const Series& slope) {
    Smoothed both;
    for (std::size_t i = 0, j = 0; i < level.size() && j < slope.size();) {
        const double a = level.temperature_K[i], b = slope.temperature_K[j];
        if (a == b) {
            both.level.add(a, level.at(i));
            both.slope.add(b, slope.at(j));
        }
        i += a <= b ? 1 : 0;
        j += b <= a ? 1 : 0;
    }
    return both;
}

/// Temperatures of a series whose windows are full: slopes nearer to an end are too uncertain to be searched.
struct Full {
    std::size_t begin = 0, end = 0;
};

Full full_windows(const Series& slope, double half_K) {
    const auto& t = slope.temperature_K;
    Full full{0, t.size()};
    while (full.begin < full.end && t[full.begin] - t.front() < half_K) ++full.begin;
    while (full.begin < full.end && t.back() - t[full.end - 1] < half_K) --full.end;
    return full;
}

/// Index of the lowest slope.
std::size_t steepest_fall(const Series& slope, const Full& full) {
    const auto begin = slope.value.begin();
    return static_cast<std::size_t>(
        std::min_element(begin + static_cast<std::ptrdiff_t>(full.begin), begin + static_cast<std::ptrdiff_t>(full.end)) - begin);
}

/// The fall from the highest point ahead of `at` to the lowest behind it, as a part of the former.
double relative_fall(const Series& level, std::size_t at) {
    const auto begin = level.value.begin(), here = begin + static_cast<std::ptrdiff_t>(at);
    const double before = *std::max_element(begin, here + 1), after = *std::min_element(here, level.value.end());
    return (before - after) / before;
}

/// Walks down from the drop to the end of the glass: see modulus_drop(). Index in the series, `first` at least.
std::size_t end_of_glass(const Series& slope, std::size_t first, std::size_t drop) {
    std::size_t flattest = drop;
    for (std::size_t i = drop; i-- > first;) {
        if (slope.value[i] > slope.value[flattest]) flattest = i;
        const double back = slope.value[flattest] - slope.value[i];
        if (back > 2 * std::hypot(slope.sigma[i], slope.sigma[flattest]) + foot * (slope.value[flattest] - slope.value[drop]))
            break;
    }
    const double excess = foot * (slope.value[flattest] - slope.value[drop]);
    std::size_t i = drop;
    while (i > flattest && slope.value[flattest] - slope.value[i] > std::max(excess, 2 * slope.sigma[i])) --i;
    return i;
}

/// A zero of the n-th derivative near start_K, from a polynomial of order 4 (extrema, n = 1) or 3 (inflections, n = 2; of order
/// 4 its error is 3 times as large), with its drift. Where noise leaves none, in a window of twice the width.
std::optional<Place> place(const Points& points, double start_K, double half_K, std::size_t n, bool falling) {
    for (const double half : {half_K, 2 * half_K}) {
        auto found = followed_zero(points, start_K, half, n == 1 ? 4 : 3, n, falling);
        if (!found || std::abs(found->temperature.value - start_K) > 2 * half_K) continue;
        const double drift = found->polynomial.drift_factor();
        found->polynomial.scale_variances(drift);
        found->temperature.variance *= drift;
        return found;
    }
    return std::nullopt;
}

/// Where the tangent of `steep` meets a line; both know their variances.
template <class Line>
Value crossing(const Place& steep, const Line& line, double slope_of_line) {
    const double touch = steep.temperature.value;
    const double slope = steep.polynomial.derivative(touch, 1).value - slope_of_line;
    const double at = touch - (steep.polynomial.at(touch).value - line(touch).value) / slope;
    const double variance = (steep.polynomial.tangent(touch, at).variance + line(at).variance) / (slope * slope);
    return {at, variance};
}

/// The line through the glass; nothing when its points do not determine it.
std::optional<LocalPolynomial> glass_line(const Points& points, double from_K, double to_K) {
    LocalPolynomial line(points, (from_K + to_K) / 2, (to_K - from_K) / 2, 1);
    if (line.points() < 3 || !line.solved()) return std::nullopt;
    line.scale_variances(line.drift_factor());
    return line;
}

/// Onset and inflection; false when the drop is at an edge.
bool read_drop(const Points& points, const Smoothed& smooth, std::size_t drop, const ModulusOptions& options,
               ModulusResult& result) {
    const auto steep = place(points, smooth.slope.temperature_K[drop], options.half_width_K, 2, false);
    if (!steep) return false;
    const auto end = end_of_glass(smooth.slope, full_windows(smooth.slope, options.half_width_K).begin, drop);
    const double to = std::isnan(options.glass_to_K) ? smooth.slope.temperature_K[end] : options.glass_to_K;
    const double from = std::isnan(options.glass_from_K) ? std::max(points.temperature_K.front(), to - 5 * options.half_width_K)
                                                         : options.glass_from_K;
    const auto line = from < to ? glass_line(points, from, to) : std::nullopt;
    if (!line) return false;
    result.glass_from_K = from;
    result.glass_to_K = to;
    result.drop_inflection = steep->temperature;
    const auto on_line = [&](double t) { return line->at(t); };
    result.drop_onset = crossing(*steep, on_line, line->derivative(to, 1).value);
    return true;
}

/// The first minimum behind the drop that stands out, as an index of the series; nothing when the modulus does not rise again.
std::optional<std::size_t> minimum_behind(const Series& level, std::size_t drop, double significance) {
    for (const auto& dip : maxima(level, -1))
        if (dip.at > drop && dip.right_errors >= significance) return dip.at;
    return std::nullopt;
}

/// By a polynomial where it has a maximum or minimum there, else by the smoothed curve, whose place then has no error.
Value level_at(const Points& points, const Series& level, std::size_t at, double half_K, bool maximum, Value* temperature) {
    const auto found = place(points, level.temperature_K[at], half_K, 1, maximum);
    if (temperature) *temperature = found ? found->temperature : Value{level.temperature_K[at], unknown};
    if (found) return found->polynomial.at(found->temperature.value);
    return {level.value[at], level.sigma[at] * level.sigma[at]};
}

Value ratio(const Value& above, const Value& below) {
    const double value = above.value / below.value;
    return {value, (above.variance + value * value * below.variance) / (below.value * below.value)};
}

void read_rise(const Points& points, const Smoothed& smooth, std::size_t low, const ModulusOptions& options,
               ModulusResult& result) {
    const auto& level = smooth.level;
    const double half = options.half_width_K;
    result.minimum = level_at(points, level, low, half, false, &result.minimum_temperature);
    const auto from = [&](const std::vector<double>& values, std::size_t i) {
        return values.begin() + static_cast<std::ptrdiff_t>(i);
    };
    const std::size_t end = std::max(low + 1, full_windows(smooth.slope, half).end);
    const auto high =
        static_cast<std::size_t>(std::max_element(from(level.value, low), from(level.value, end)) - level.value.begin());
    const auto& slope = smooth.slope;
    const auto rise =
        static_cast<std::size_t>(std::max_element(from(slope.value, low), from(slope.value, high + 1)) - slope.value.begin());
    if (const auto steep = place(points, slope.temperature_K[rise], half, 2, true)) {
        const Value bottom = result.minimum;
        result.restiffening_onset = crossing(
            *steep, [bottom](double) { return bottom; }, 0);
    }
    const double still = slope.value[high] * half;  // what the next half window would add
    const bool rising = high + 1 == end && slope.value[high] > options.significance * slope.sigma[high] &&
                        still > 0.01 * (level.value[high] - level.value[low]);
    result.status = rising ? ModulusStatus::rise_at_edge : ModulusStatus::ok;
    if (rising) return;
    result.recovered = level_at(points, level, high, half, true, nullptr);
    result.restiffening = ratio(result.recovered, result.minimum);
}

}  // namespace

ModulusResult modulus_drop(const Curve& curve, const ModulusOptions& options) {
    check(options);
    const Points points = usable_points(curve, options.from_K, options.to_K);
    ModulusResult result;
    result.status = points.turns ? ModulusStatus::turns : ModulusStatus::too_few_points;
    if (points.turns || static_cast<std::ptrdiff_t>(points.size()) < least_points) return result;
    const double half = options.half_width_K;
    const Smoothed smooth = common(smoothed(points, half, half / 2, 1).level, smoothed(points, half, half / 2).slope);
    const auto full = full_windows(smooth.slope, half);
    if (full.end < full.begin + 3) return result;
    const auto drop = steepest_fall(smooth.slope, full);
    result.status = ModulusStatus::none;
    const bool clear = smooth.slope.value[drop] < -options.significance * smooth.slope.sigma[drop];
    if (!clear || !(relative_fall(smooth.level, drop) >= options.smallest_drop)) return result;
    result.status = ModulusStatus::drop_at_edge;
    const bool inner = drop > full.begin && drop + 1 < full.end;
    if (!inner || !read_drop(points, smooth, drop, options, result)) return result;
    result.status = ModulusStatus::drop_only;
    if (const auto low = minimum_behind(smooth.level, drop, options.significance))
        read_rise(points, smooth, *low, options, result);
    return result;
}

}  // namespace sluice::dma_peak
