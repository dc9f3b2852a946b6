// SPDX-License-Identifier: BSD-3-Clause
// Turning points of a run, its steady part and its rate.
#include "segments.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace sluice::text_source {
namespace {

/// Finite x and time of rows; time is the row's number when none is given.
struct Path {
    std::vector<double> x, time;
    std::vector<std::ptrdiff_t> row;
};

Path finite_path(std::span<const double> x, std::span<const double> time, std::ptrdiff_t first, std::ptrdiff_t last) {
    Path path;
    for (std::ptrdiff_t i = first; i <= last; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double t = time.empty() ? static_cast<double>(i) : time[at];
        if (!std::isfinite(x[at]) || !std::isfinite(t)) continue;
        path.x.push_back(x[at]);
        path.time.push_back(t);
        path.row.push_back(i);
    }
    return path;
}

/// 0 where time does not go on.
double rate_between(const Path& path, std::size_t a, std::size_t b) {
    const double duration = path.time[b] - path.time[a];
    return duration > 0 ? (path.x[b] - path.x[a]) / duration : 0;
}

/// The rate at which half of the path has been passed, slower parts first.
double median_over_path(const std::vector<double>& rates, const std::vector<double>& steps) {
    std::vector<std::pair<double, double>> sorted;
    for (std::size_t i = 0; i < rates.size(); ++i)
        if (rates[i] > 0) sorted.emplace_back(rates[i], steps[i]);
    if (sorted.empty()) return 0;
    std::sort(sorted.begin(), sorted.end());
    const double all =
        std::accumulate(sorted.begin(), sorted.end(), 0.0, [](double sum, const auto& each) { return sum + each.second; });
    double passed = 0;
    for (const auto& [rate, step] : sorted)
        if ((passed += step) >= all / 2) return rate;
    return sorted.back().first;
}

double slope(std::span<const double> x, std::span<const double> time) {
    const auto n = static_cast<double>(x.size());
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n,
                 mean_t = std::accumulate(time.begin(), time.end(), 0.0) / n;
    double products = 0, squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        products += (time[i] - mean_t) * (x[i] - mean_x);
        squares += (time[i] - mean_t) * (time[i] - mean_t);
    }
    return products / squares;
}

double to_three_digits(double value) {
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return unit < 1 ? std::round(value / unit) / std::round(1 / unit) : std::round(value / unit) * unit;
}

}  // namespace

std::vector<Segment> find_segments(std::span<const double> x, double tolerance) {
    const Path path = finite_path(x, {}, 0, std::ssize(x) - 1);
    std::vector<Segment> segments;
    std::size_t low = 0, high = 0;  // extremes since the last turning point
    int direction = 0;
    const auto turn = [&](std::size_t at, bool heating) {
        const std::ptrdiff_t begin = segments.empty() ? 0 : segments.back().last + 1;
        segments.push_back({begin, path.row[at], heating, 0});
    };
    for (std::size_t i = 0; i < path.x.size(); ++i) {
        if (path.x[i] > path.x[high]) high = i;
        if (path.x[i] < path.x[low]) low = i;
        if (direction >= 0 && path.x[high] - path.x[i] > tolerance) {
            if (direction > 0) turn(high, true);
            direction = -1;
            low = high = i;
        } else if (direction <= 0 && path.x[i] - path.x[low] > tolerance) {
            if (direction < 0) turn(low, false);
            direction = 1;
            low = high = i;
        }
    }
    if (direction != 0) {
        const std::ptrdiff_t begin = segments.empty() ? 0 : segments.back().last + 1;
        segments.push_back({begin, std::ssize(x) - 1, direction > 0, 0});
    }
    for (Segment& segment : segments) {
        const Path own = finite_path(x, {}, segment.first, segment.last);
        const auto [least, most] = std::minmax_element(own.x.begin(), own.x.end());
        segment.extent = *most - *least;
    }
    return segments;
}

Segment without_slow_ends(std::span<const double> x, std::span<const double> time, Segment segment, double part) {
    const Path path = finite_path(x, time, segment.first, segment.last);
    const std::size_t n = path.x.size(), window = std::max<std::size_t>(1, n / 50), inner = std::max<std::size_t>(1, n / 250);
    if (part <= 0 || n < 3) return segment;
    const double sign = segment.heating ? 1 : -1;
    std::vector<double> rates, steps;
    for (std::size_t i = 0; i + window < n; ++i) {
        rates.push_back(sign * rate_between(path, i, i + window));
        steps.push_back(std::abs(path.x[i + window] - path.x[i]));
    }
    const double least = part * median_over_path(rates, steps);
    const auto fast = [&](double rate) { return rate > 0 && rate >= least; };
    std::size_t first = 0, last = n - 1;
    while (first + window < n && !(fast(rates[first]) && fast(sign * rate_between(path, first, first + inner)))) ++first;
    while (last >= window && !(fast(rates[last - window]) && fast(sign * rate_between(path, last - inner, last)))) --last;
    if (first >= last) return segment;
    segment.first = path.row[first];
    segment.last = path.row[last];
    return segment;
}

std::optional<double> steady_rate(std::span<const double> x, std::span<const double> time, double factor) {
    constexpr std::size_t stretches = 20, needed = 16;
    const Path path = finite_path(x, time, 0, std::min(std::ssize(x), std::ssize(time)) - 1);
    const std::size_t n = path.x.size();
    if (n < 2 * stretches || !std::is_sorted(path.time.begin(), path.time.end())) return std::nullopt;
    std::vector<double> rates;
    for (std::size_t i = 0; i < stretches; ++i) {
        const std::size_t begin = i * n / stretches, count = (i + 1) * n / stretches - begin;
        if (!(path.time[begin + count - 1] > path.time[begin])) return std::nullopt;
        rates.push_back(slope(std::span(path.x).subspan(begin, count), std::span(path.time).subspan(begin, count)));
    }
    std::vector<double> sorted = rates;
    std::sort(sorted.begin(), sorted.end());
    const double median = (sorted[stretches / 2 - 1] + sorted[stretches / 2]) / 2;
    const auto like = [&](double rate) { return std::abs(rate - median) <= 0.02 * std::abs(median); };
    double sum = 0;
    std::size_t count = 0;
    for (const double rate : rates)
        if (like(rate)) sum += rate, ++count;
    if (median == 0 || count < needed) return std::nullopt;
    return to_three_digits(sum / static_cast<double>(count) * factor);
}

}  // namespace sluice::text_source
