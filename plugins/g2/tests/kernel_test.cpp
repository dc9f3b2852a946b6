// SPDX-License-Identifier: BSD-3-Clause
// Tests of the g2 kernel: literal sums, the exact exponential of a drifting rate, left-out elements, bins, refusals.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::g2;
using doctest::Approx;
using Doubles = std::vector<double>;
using Windows = std::vector<Window>;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Result {
    Doubles g2, variance;
    std::vector<std::int64_t> pairs;
};

Result average_of(const Correlation& correlation, std::ptrdiff_t pulses, const Windows& windows, const std::vector<Bin>& bins) {
    const std::size_t n = windows.size() * bins.size();
    Result result{Doubles(n), Doubles(correlation.variances.empty() ? 0 : n), std::vector<std::int64_t>(n)};
    std::vector<LagSums> scratch(windows.size() * static_cast<std::size_t>(lags_of(windows)));
    average(correlation, pulses, windows, bins, scratch, {result.g2, result.variance, result.pairs});
    return result;
}

Result average_of(const Correlation& correlation, std::ptrdiff_t pulses, const Windows& windows) {
    return average_of(correlation, pulses, windows, linear_bins(lags_of(windows)));
}

Doubles random_numbers(std::size_t n, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(0.1, 1);
    Doubles values(n);
    for (auto& value : values) value = uniform(generator);
    return values;
}

Doubles equal_times(std::size_t n, double start, double step) {
    Doubles times(n);
    for (std::size_t k = 0; k < n; ++k) times[k] = start + step * static_cast<double>(k);
    return times;
}

/// The definition, in long double: element (i, i + k) of each i of the window.
long double literal(const Doubles& of, std::size_t pulses, const Window& window, std::ptrdiff_t lag) {
    long double sum = 0;
    for (auto i = window.first; i + lag <= window.last; ++i)
        sum += of[static_cast<std::size_t>(i) * pulses + static_cast<std::size_t>(i + lag)];
    return sum / static_cast<long double>(window.size() - lag);
}

}  // namespace

TEST_CASE("mean, variance and pairs of each lag against the literal sum, in windows of any kind") {
    constexpr unsigned seed = 3;
    CAPTURE(seed);
    const std::size_t pulses = 23;
    const auto values = random_numbers(pulses * pulses, seed), variances = random_numbers(pulses * pulses, seed + 1);
    const Windows windows{{0, 6}, {3, 12}, {7, 7}, {0, 22}, {21, 22}};
    const auto result = average_of({values, variances, {}}, 23, windows);
    for (std::size_t w = 0; w < windows.size(); ++w)
        for (std::ptrdiff_t k = 0; k < 23; ++k) {
            const auto i = w * 23 + static_cast<std::size_t>(k);
            const auto pairs = std::max<std::ptrdiff_t>(0, windows[w].size() - k);
            CHECK(result.pairs[i] == pairs);
            if (pairs > 0) {  // 1e-14: 23 rounding errors
                CHECK(result.g2[i] == Approx(static_cast<double>(literal(values, pulses, windows[w], k))).epsilon(1e-14));
                CHECK(result.variance[i] ==
                      Approx(static_cast<double>(literal(variances, pulses, windows[w], k)) / static_cast<double>(pairs))
                          .epsilon(1e-14));
            } else {
                CHECK(std::isnan(result.g2[i]));
                CHECK(std::isnan(result.variance[i]));
            }
        }
    const auto alone = average_of({values, variances, {}}, 23, {windows[1]});
    for (std::size_t k = 0; k < 10; ++k) CHECK(alone.g2[k] == result.g2[23 + k]);  // the same bits
}

TEST_CASE("a rate that drifts with age gives the exponential averaged over the ages of the block") {
    // C = beta exp(-2 G0 (1 + kappa tbar) tau), tbar = (t1 + t2) / 2: on a diagonal tbar runs in equal steps about the age
    // of the window, so the sum is geometric: exp(-2 G0 (1 + kappa age) tau) sinh(n x) / (n sinh x), x = G0 kappa dt tau.
    const std::size_t pulses = 40;
    const double beta = 0.3, rate = 0.05, kappa = 0.02, step = 0.443;
    const auto times = equal_times(pulses, 0, step);
    Doubles values;
    for (const double t1 : times)
        for (const double t2 : times)
            values.push_back(beta * std::exp(-2 * rate * (1 + kappa * 0.5 * (t1 + t2)) * std::abs(t2 - t1)));
    const Windows windows{{0, 9}, {10, 39}};
    const auto result = average_of({values, {}, {}}, 40, windows);
    const auto ages = ages_of(windows, times);
    for (std::size_t w = 0; w < 2; ++w)
        for (std::ptrdiff_t k = 0; k < windows[w].size(); ++k) {
            const auto n = static_cast<double>(windows[w].size() - k);
            const double tau = static_cast<double>(k) * step, x = rate * kappa * step * tau;
            const double spread = k == 0 ? 1 : std::sinh(n * x) / (n * std::sinh(x));
            CHECK(result.g2[w * 30 + static_cast<std::size_t>(k)] ==
                  Approx(beta * std::exp(-2 * rate * (1 + kappa * ages[w]) * tau) * spread).epsilon(1e-13));
        }
}

TEST_CASE("masked and not finite elements are left out; an unknown variance stays unknown") {
    const double infinite = std::numeric_limits<double>::infinity();
    const Doubles values{1, 4, 6,          //
                         9, 2, nan_value,  //
                         9, 9, infinite};
    const Doubles variances{4, 5, nan_value,  //
                            9, 2, 1,          //
                            9, 9, 1};
    const std::vector<std::uint8_t> mask{1, 0, 0, 0, 0, 0, 0, 0, 0};
    const auto result = average_of({values, variances, mask}, 3, {{0, 2}});
    CHECK(result.pairs == std::vector<std::int64_t>{1, 1, 1});
    CHECK(result.g2 == Doubles{2, 4, 6});
    CHECK(result.variance[0] == 2);
    CHECK(result.variance[1] == 5);
    CHECK(std::isnan(result.variance[2]));
    const std::vector<std::uint8_t> all(9, 1);
    const auto none = average_of({values, {}, all}, 3, {{0, 2}});
    CHECK(none.pairs == std::vector<std::int64_t>{0, 0, 0});
    for (const double each : none.g2) CHECK(std::isnan(each));
}

TEST_CASE("logarithmic bins: single lags up to twice the points per octave, then octaves that follow without a gap") {
    const auto bins = logarithmic_bins(30, 2);
    const std::vector<Bin> expected{{0, 1}, {1, 1}, {2, 1},  {3, 1}, {4, 2},
                                    {6, 2}, {8, 4}, {12, 4}, {16, 8}};  // {24, 8} ends at 31
    REQUIRE(bins.size() == expected.size());
    for (std::size_t b = 0; b < bins.size(); ++b) {
        CHECK(bins[b].first == expected[b].first);
        CHECK(bins[b].count == expected[b].count);
    }
    CHECK(logarithmic_bins(32, 2).size() == 10);
    CHECK(logarithmic_bins(3, 8).size() == 3);
    const auto delays = delays_of(bins, equal_times(30, 7, 0.5));
    const Doubles means{0, 0.5, 1, 1.5, 2.25, 3.25, 4.75, 6.75, 9.75};  // 0.5 times the mean lag
    for (std::size_t b = 0; b < bins.size(); ++b) CHECK(delays[b] == Approx(means[b]).epsilon(1e-14));
}

TEST_CASE("a bin is the mean of its lags, at their mean delay; one that is not complete is empty") {
    // A correlation that is linear in the delay: the mean over a bin is the value at its mean delay, exactly.
    const std::size_t pulses = 12;
    Doubles values, variances;
    for (std::size_t i = 0; i < pulses; ++i)
        for (std::size_t j = 0; j < pulses; ++j) {
            values.push_back(1 - 0.05 * std::abs(static_cast<double>(j) - static_cast<double>(i)));
            variances.push_back(0.5);
        }
    const Windows windows{{0, 11}, {2, 10}};
    const auto bins = logarithmic_bins(12, 2);  // lags 0, 1, 2, 3, 4-5, 6-7, 8-11
    const auto delays = delays_of(bins, equal_times(pulses, 0, 1));
    auto result = average_of({values, variances, {}}, 12, windows, bins);
    for (std::size_t b = 0; b < 7; ++b) CHECK(result.g2[b] == Approx(1 - 0.05 * delays[b]).epsilon(1e-14));
    CHECK(result.pairs[4] == 8 + 7);
    CHECK(result.variance[4] == Approx((0.5 / 8 + 0.5 / 7) / 4).epsilon(1e-14));
    CHECK(result.pairs[7 + 5] == 3 + 2);  // lags 6 and 7 of 9 pulses
    CHECK(result.pairs[7 + 6] == 0);      // lags 8-11: only lag 8 is there
    CHECK(std::isnan(result.g2[7 + 6]));
    for (std::size_t i = 0; i + 5 < pulses; ++i) values[i * pulses + i + 5] = nan_value;
    result = average_of({values, {}, {}}, 12, windows, bins);
    CHECK(std::isnan(result.g2[4]));  // lag 5 has no element
    CHECK(result.pairs[4] == 0);
}

TEST_CASE("ages are the middle of the windows, delays start at 0") {
    const auto times = equal_times(50, 100, 0.443);
    const Windows windows{{0, 20}, {21, 49}, {7, 7}};
    const Doubles expected{100 + 4.43, 100 + 35 * 0.443, 100 + 7 * 0.443};
    for (std::size_t w = 0; w < 3; ++w) CHECK(ages_of(windows, times)[w] == Approx(expected[w]).epsilon(1e-15));
    CHECK(delays_of(linear_bins(3), times)[0] == 0);
    CHECK(delays_of(linear_bins(3), times)[2] == Approx(0.886).epsilon(1e-12));
}

TEST_CASE("windows side by side: as many as are full, from the first pulse on") {
    struct Case {
        std::ptrdiff_t length, pulses, last_of_last;
        std::size_t count;
    };
    for (const auto& [length, pulses, last_of_last, count] : {Case{10, 50, 49, 5}, Case{10, 40, 39, 4}, Case{10, 120, 119, 12},
                                                              Case{10, 59, 49, 5}, Case{10, 10, 9, 1}, Case{2, 5, 3, 2}}) {
        CAPTURE(pulses);
        const auto windows = windows_side_by_side(length, pulses);
        REQUIRE(windows.size() == count);
        CHECK(windows.back().last == last_of_last);
        for (std::size_t w = 0; w < count; ++w) {
            CHECK(windows[w].first == static_cast<std::ptrdiff_t>(w) * length);
            CHECK(windows[w].size() == length);
        }
        check_windows(windows, pulses);
    }
}

TEST_CASE("windows, spacing and lengths that cannot be used are refused") {
    const auto check = [](auto call, const char* text) { CHECK_THROWS_WITH_AS(call(), text, std::invalid_argument); };
    const Windows outside{{0, 5}, {3, 10}}, turned{{5, 3}}, none{}, good{{0, 2}};
    check([&] { check_windows(outside, 10); }, "windows[1] = [3, 10]: the data have the pulses 0 to 9, and last is included");
    check([&] { check_windows(turned, 10); }, "windows[0] = [5, 3]: first must not be greater than last");
    check([&] { (void)windows_side_by_side(10, 9); },
          "window_length = 10, but the data have 9 pulses, which do not fill one window: give a smaller window_length");
    check([&] { (void)windows_side_by_side(1, 9); }, "window_length = 1, must be at least 2");
    check([&] { check_windows(none, 10); }, "windows is empty: give at least one [first, last], or null for all pulses");
    check(
        [&] {
            check_spacing(Doubles{0, 1, 2, 3.5, 4}, "us");
        },
        "the pulses are not equally spaced: from pulse 2 to 3 it is 1.5 us, on average 1 us, so a lag has no one delay. "
        "Take pulses of equal spacing before the correlation");
    check_spacing(Doubles{0, 1, 2.0000005, 3}, "us");  // within 1e-6 of the step
    check_spacing(Doubles{5}, "us");
    check([&] { (void)logarithmic_bins(9, 0); }, "points_per_octave must be at least 1");
    const Doubles nine(9, 1), eight(8, 1);
    check([&] { (void)average_of({eight, {}, {}}, 3, good); }, "correlation has length 8, must be 9.");
    check([&] { (void)average_of({nine, eight, {}}, 3, good); }, "variances has length 8, must be 9.");
}
