// SPDX-License-Identifier: BSD-3-Clause
// The correlation is read once, row by row; each window adds its part of the row to its sums per lag.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace sluice::g2 {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

void check_length(const char* name, std::size_t got, std::ptrdiff_t needed) {
    if (std::cmp_not_equal(got, needed))
        throw std::invalid_argument(std::string(name) + " has length " + std::to_string(got) + ", must be " +
                                    std::to_string(needed) + ".");
}

void check_lengths(const Correlation& correlation, std::ptrdiff_t elements, const Output& output, std::ptrdiff_t points) {
    check_length("correlation", correlation.values.size(), elements);
    if (!correlation.variances.empty()) check_length("variances", correlation.variances.size(), elements);
    if (!correlation.mask.empty()) check_length("mask", correlation.mask.size(), elements);
    check_length("g2", output.g2.size(), points);
    if (!output.variance.empty()) check_length("variance", output.variance.size(), points);
    check_length("pairs", output.pairs.size(), points);
}

/// Elements first .. first + sums.size() - 1 of the correlation, one per lag.
void add_row(const Correlation& correlation, std::ptrdiff_t first, std::span<LagSums> sums) {
    for (std::size_t k = 0; k < sums.size(); ++k) {
        const std::size_t i = at(first) + k;
        const double value = correlation.values[i];
        if (!std::isfinite(value) || (!correlation.mask.empty() && correlation.mask[i] != 0)) continue;
        sums[k].value += value;
        sums[k].variance += correlation.variances.empty() ? 0 : correlation.variances[i];
        ++sums[k].count;
    }
}

struct Point {
    double value, variance;
    std::int64_t pairs;
};

Point mean_of(std::span<const LagSums> lags) {
    Point sum{0, 0, 0};
    for (const auto& lag : lags) {
        if (lag.count == 0) return {unknown, unknown, 0};
        const auto n = static_cast<double>(lag.count);
        sum.value += lag.value / n;
        sum.variance += std::isfinite(lag.variance) ? lag.variance / (n * n) : unknown;
        sum.pairs += lag.count;
    }
    const auto m = static_cast<double>(lags.size());
    return {sum.value / m, sum.variance / (m * m), sum.pairs};
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

}  // namespace

void check_windows(std::span<const Window> windows, std::ptrdiff_t pulses) {
    if (windows.empty()) throw std::invalid_argument("windows is empty: give at least one [first, last], or null for all pulses");
    for (std::size_t w = 0; w < windows.size(); ++w) {
        const auto [first, last] = windows[w];
        const auto name = "windows[" + std::to_string(w) + "] = [" + std::to_string(first) + ", " + std::to_string(last) + "]";
        if (first < 0 || last >= pulses || first >= pulses)
            throw std::invalid_argument(name + ": the data have the pulses 0 to " + std::to_string(pulses - 1) +
                                        ", and last is included");
        if (first > last) throw std::invalid_argument(name + ": first must not be greater than last");
    }
}

std::vector<Window> windows_side_by_side(std::ptrdiff_t length, std::ptrdiff_t pulses) {
    if (length < 2) throw std::invalid_argument("window_length = " + std::to_string(length) + ", must be at least 2");
    if (pulses < length)
        throw std::invalid_argument("window_length = " + std::to_string(length) + ", but the data have " +
                                    std::to_string(pulses) +
                                    " pulses, which do not fill one window: give a smaller window_length");
    std::vector<Window> windows;
    for (std::ptrdiff_t first = 0; first <= pulses - length; first += length) windows.push_back({first, first + length - 1});
    return windows;
}

std::ptrdiff_t lags_of(std::span<const Window> windows) {
    std::ptrdiff_t lags = 0;
    for (const auto& window : windows) lags = std::max(lags, window.size());
    return lags;
}

std::vector<Bin> linear_bins(std::ptrdiff_t lags) {
    std::vector<Bin> bins;
    for (std::ptrdiff_t lag = 0; lag < lags; ++lag) bins.push_back({lag, 1});
    return bins;
}

std::vector<Bin> logarithmic_bins(std::ptrdiff_t lags, std::ptrdiff_t points_per_octave) {
    if (points_per_octave < 1) throw std::invalid_argument("points_per_octave must be at least 1");
    std::vector<Bin> bins = linear_bins(std::min(lags, 2 * points_per_octave));
    std::ptrdiff_t first = 2 * points_per_octave;
    for (std::ptrdiff_t width = 2; first + width <= lags; width *= 2)
        for (std::ptrdiff_t k = 0; k < points_per_octave && first + width <= lags; ++k, first += width)
            bins.push_back({first, width});
    return bins;
}

std::vector<double> delays_of(std::span<const Bin> bins, std::span<const double> times) {
    std::vector<double> delays;
    for (const auto& bin : bins) {
        double sum = 0;
        for (std::ptrdiff_t lag = bin.first; lag < bin.first + bin.count; ++lag) sum += times[at(lag)] - times[0];
        delays.push_back(sum / static_cast<double>(bin.count));
    }
    return delays;
}

std::vector<double> ages_of(std::span<const Window> windows, std::span<const double> times) {
    std::vector<double> ages;
    for (const auto& window : windows) ages.push_back(0.5 * (times[at(window.first)] + times[at(window.last)]));
    return ages;
}

void check_spacing(std::span<const double> times, const std::string& unit) {
    if (times.size() < 2) return;
    const double mean = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
    for (std::size_t k = 1; k < times.size(); ++k) {
        const double step = times[k] - times[k - 1];
        if (std::abs(step - mean) <= 1e-6 * mean) continue;
        throw std::invalid_argument("the pulses are not equally spaced: from pulse " + std::to_string(k - 1) + " to " +
                                    std::to_string(k) + " it is " + number(step) + " " + unit + ", on average " + number(mean) +
                                    " " + unit +
                                    ", so a lag has no one delay. Take pulses of equal spacing before the correlation");
    }
}

void check_same_times(std::span<const double> t1, std::span<const double> t2, const std::string& unit) {
    check_length("t2", t2.size(), std::ssize(t1));
    const double tolerance = t1.size() > 1 ? 1e-6 * (t1[1] - t1[0]) : 1e-12 * std::abs(t1[0]);
    for (std::size_t k = 0; k < t1.size(); ++k)
        if (!(std::abs(t2[k] - t1[k]) <= tolerance))
            throw std::invalid_argument("the coordinates t1 and t2 of input 'correlation' differ at pulse " + std::to_string(k) +
                                        ": " + number(t1[k]) + " and " + number(t2[k]) + " " + unit +
                                        ". They must be the same times");
}

void check_ages(std::span<const double> ages, const std::string& unit) {
    for (std::size_t w = 1; w < ages.size(); ++w)
        if (!(ages[w] > ages[w - 1]))
            throw std::invalid_argument(
                "windows[" + std::to_string(w) + "] has the mean age " + number(ages[w]) + " " + unit +
                ", which is not above that of the window before, " + number(ages[w - 1]) + " " + unit +
                ". Order the windows by (first + last) / 2; windows of equal mean age belong in steps of their own");
}

void average(const Correlation& correlation, std::ptrdiff_t pulses, std::span<const Window> windows, std::span<const Bin> bins,
             std::span<LagSums> scratch, const Output& output) {
    const auto lags = lags_of(windows), n_bins = std::ssize(bins);
    check_lengths(correlation, pulses * pulses, output, std::ssize(windows) * n_bins);
    check_length("scratch", scratch.size(), std::ssize(windows) * lags);
    std::fill(scratch.begin(), scratch.end(), LagSums{0, 0, 0});
    for (std::ptrdiff_t i = 0; i < pulses; ++i)
        for (std::size_t w = 0; w < windows.size(); ++w)
            if (windows[w].first <= i && i <= windows[w].last)
                add_row(correlation, i * pulses + i, scratch.subspan(w * at(lags), at(windows[w].last - i + 1)));
    for (std::size_t w = 0; w < windows.size(); ++w)
        for (std::size_t b = 0; b < bins.size(); ++b) {
            const auto point = mean_of(scratch.subspan(w * at(lags) + at(bins[b].first), at(bins[b].count)));
            const auto to = w * bins.size() + b;
            output.g2[to] = point.value;
            if (!output.variance.empty()) output.variance[to] = point.variance;
            output.pairs[to] = point.pairs;
        }
}

}  // namespace sluice::g2
