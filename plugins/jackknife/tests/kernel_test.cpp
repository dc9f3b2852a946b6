// SPDX-License-Identifier: BSD-3-Clause
// Tests of the jackknife kernel: the classical standard error, a ratio by pseudo-values, merging, replicates that failed.
#include "../kernel.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::jackknife;
using doctest::Approx;
using Doubles = std::vector<double>;
using State = std::vector<std::byte>;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// The state of items first .. last - 1 of [replicate][n].
State state_of(const std::vector<Doubles>& items, std::size_t first, std::size_t last) {
    const auto size = static_cast<std::ptrdiff_t>(items.at(0).size());
    State state(static_cast<std::size_t>(state_bytes(size)));
    initialize(state, size);
    for (std::size_t i = first; i < last; ++i) add(state, {items[i], {}}, static_cast<std::int64_t>(i));
    return state;
}

State merged(State a, const State& b) {
    merge(a, b);
    return a;
}

struct Result {
    Doubles estimate, variance, bias;
    std::vector<std::int64_t> count;
};

Result result_of(const State& state, std::size_t blocks, bool bias_corrected = false) {
    const std::size_t n = state.size() / 32;
    Result result{Doubles(n), Doubles(n), Doubles(n), std::vector<std::int64_t>(n)};
    finish(state, static_cast<std::int64_t>(blocks), bias_corrected,
           {result.estimate, result.variance, result.bias, result.count});
    return result;
}

Result jackknife_of(const std::vector<Doubles>& items, bool bias_corrected = false) {
    return result_of(state_of(items, 0, items.size()), items.size() - 1, bias_corrected);
}

Doubles random_numbers(std::size_t n, unsigned seed, double mean) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal(mean, 1);
    Doubles values(n);
    for (auto& value : values) value = normal(generator);
    return values;
}

double sum(const Doubles& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Of a statistic of two sums: from all, then with each pair left out.
template <class F>
std::vector<Doubles> replicates_of(const Doubles& x, const Doubles& y, const F& statistic) {
    std::vector<Doubles> items{{statistic(sum(x), sum(y), static_cast<double>(x.size()))}};
    for (std::size_t k = 0; k < x.size(); ++k)
        items.push_back({statistic(sum(x) - x[k], sum(y) - y[k], static_cast<double>(x.size() - 1))});
    return items;
}

double mean_of_x(double x, double, double n) { return x / n; }
double ratio(double x, double y, double) { return x / y; }

}  // namespace

TEST_CASE("the jackknife of a mean is its classical standard error, without bias") {
    // 1, 2, 3, 6: mean 3, squares about it 14, 14 / (4 * 3). Leave-one-out means (12 - x) / 3.
    const auto result = jackknife_of({{3}, {11.0 / 3}, {10.0 / 3}, {3}, {2}});
    CHECK(result.estimate[0] == 3);
    CHECK(result.variance[0] == Approx(7.0 / 6).epsilon(1e-14));
    CHECK(std::abs(result.bias[0]) < 1e-15);
    CHECK(result.count[0] == 4);
    const auto x = random_numbers(20, 5, 3);  // seed 5
    double squares = 0;
    for (const double value : x) squares += (value - sum(x) / 20) * (value - sum(x) / 20);
    CHECK(jackknife_of(replicates_of(x, x, mean_of_x)).variance[0] ==
          Approx(squares / (20 * 19)).epsilon(1e-12));  // rounding of theta_k, 1e-16 / 0.01
}

TEST_CASE("the ratio of Efron and Tibshirani's patch data (1993, table 10.1), against exact fractions") {
    const Doubles z{8406, 2342, 8187, 8459, 4795, 3516, 4796, 10238}, y{-1200, 2601, -2705, 1982, -1290, 351, -638, -2719};
    const auto plain = jackknife_of(replicates_of(y, z, ratio));
    CHECK(plain.estimate[0] == Approx(-0.07130609590256017).epsilon(1e-15));  // Python 3.11 fractions
    CHECK(plain.bias[0] == Approx(0.008002488358107412).epsilon(1e-13));  // the difference of numbers 10 times as large, times 7
    CHECK(plain.variance[0] == Approx(0.01113611348720513).epsilon(1e-13));
    const auto corrected = jackknife_of(replicates_of(y, z, ratio), true);
    CHECK(corrected.estimate[0] == plain.estimate[0] - plain.bias[0]);
    CHECK(corrected.variance[0] == plain.variance[0]);
}

TEST_CASE("a ratio agrees with Tukey's pseudo-values: their mean, and the standard error of it") {
    constexpr unsigned seed = 6;
    CAPTURE(seed);
    const std::size_t n = 15;
    const auto items = replicates_of(random_numbers(n, seed, 5), random_numbers(n, seed + 1, 8), ratio);
    Doubles pseudo;
    for (std::size_t k = 1; k <= n; ++k) pseudo.push_back(n * items[0][0] - (n - 1) * items[k][0]);
    double squares = 0;
    for (const double value : pseudo) squares += (value - sum(pseudo) / n) * (value - sum(pseudo) / n);
    const auto result = jackknife_of(items, true);
    CHECK(result.estimate[0] == Approx(sum(pseudo) / n).epsilon(1e-13));
    CHECK(result.variance[0] == Approx(squares / (n * (n - 1))).epsilon(1e-12));
}

TEST_CASE("any parts, merged in any order, give the same to rounding, and the same tree the same bits") {
    std::vector<Doubles> items;
    for (unsigned k = 0; k < 21; ++k) items.push_back(random_numbers(3, k, 10));  // seeds 0 .. 20
    const auto whole = jackknife_of(items);
    for (const std::size_t cut : {1, 2, 7, 20}) {
        const auto front = state_of(items, 0, cut), back = state_of(items, cut, 21), none = state_of(items, 0, 0);
        CHECK(merged(front, back) == merged(front, back));
        CHECK(merged(front, none) == front);
        CHECK(merged(none, front) == front);
        for (const auto& state : {merged(front, back), merged(back, front)}) {
            const auto parts = result_of(state, 20);
            CHECK(parts.estimate == whole.estimate);
            CHECK(parts.count == whole.count);
            for (std::size_t i = 0; i < 3; ++i) {
                CHECK(parts.variance[i] == Approx(whole.variance[i]).epsilon(1e-13));
                CHECK(parts.bias[i] == Approx(whole.bias[i]).epsilon(1e-11));  // 1e-16 of 10, times 19
            }
        }
    }
}

TEST_CASE("replicates that failed are counted, and the variance stays that of all blocks") {
    // Left: 1, 2, 3 about 2; m = 3 of n = 4: (4 - 1) / 3 * 2. Bias (4 - 1) (2 - 1.5).
    const auto result = jackknife_of({{1.5}, {1}, {nan_value}, {2}, {3}});
    CHECK(result.estimate[0] == 1.5);
    CHECK(result.variance[0] == Approx(2).epsilon(1e-15));
    CHECK(result.bias[0] == Approx(1.5).epsilon(1e-15));
    CHECK(result.count[0] == 3);
}

TEST_CASE("fewer than two replicates: no variance and no bias; no estimate: nothing") {
    const double infinite = std::numeric_limits<double>::infinity();
    const auto result = jackknife_of(
        {{1, 1, nan_value, infinite}, {2, nan_value, 1, 1}, {infinite, nan_value, 2, 2}, {nan_value, nan_value, 3, 3}});
    CHECK(result.estimate[0] == 1);
    CHECK(result.estimate[1] == 1);
    for (const std::size_t i : {2, 3}) CHECK(std::isnan(result.estimate[i]));
    for (const double each : result.variance) CHECK(std::isnan(each));
    for (const double each : result.bias) CHECK(std::isnan(each));
    CHECK(result.count == std::vector<std::int64_t>{1, 0, 3, 3});
    CHECK(std::isnan(jackknife_of({{1}, {2}, {nan_value}}, true).estimate[0]));  // nothing known to correct by
}

TEST_CASE("a masked element is left out like NaN") {
    State state(static_cast<std::size_t>(state_bytes(2)));
    initialize(state, 2);
    const std::vector<std::uint8_t> first{1, 0}, none{0, 0};
    add(state, {Doubles{1, 2}, none}, 0);
    add(state, {Doubles{99, 1}, first}, 1);
    add(state, {Doubles{2, 3}, none}, 2);
    add(state, {Doubles{4, 5}, {}}, 3);
    const auto result = result_of(state, 3);
    CHECK(result.count == std::vector<std::int64_t>{2, 3});
    CHECK(result.variance[0] == Approx(2).epsilon(1e-15));  // (3 - 1) / 2 * 2
    add(state, {Doubles{7, 7}, first}, 0);                  // an estimate that is masked does not count
    CHECK(result_of(state, 3).estimate[0] == 1);
}

TEST_CASE("wrong lengths, items and numbers of replicates are refused") {
    State state(static_cast<std::size_t>(state_bytes(2)));
    initialize(state, 2);
    const Doubles two{1, 2}, three{1, 2, 3};
    const auto check = [](auto call, const char* text) { CHECK_THROWS_WITH_AS(call(), text, std::invalid_argument); };
    check([&] { add(state, {three, {}}, 0); }, "values has length 3, must be 2.");
    check([&] { add(state, {two, std::vector<std::uint8_t>{0}}, 0); }, "mask has length 1, must be 2.");
    check([&] { add(state, {two, {}}, -1); }, "item -1, must be at least 0.");
    check([&] { initialize(std::span(state).first(8), 2); }, "state has length 8, must be 64.");
    check([&] { add(std::span(state).first(33), {two, {}}, 0); }, "state has length 33, must be a multiple of 32.");
    check([&] { merge(state, std::span(state).first(32)); }, "the state to merge has length 32, must be 64.");
    check([&] { (void)result_of(state, 1); }, "a jackknife of 1 replicates: at least 2 are needed.");
    for (int k = 1; k <= 3; ++k) add(state, {two, {}}, k);
    check([&] { (void)result_of(state, 2); }, "more than 2 replicates were added.");
    check([&] { (void)state_bytes(-1); }, "a jackknife of -1 elements: must be >= 0.");
    State odd(65);
    check([&] { initialize(std::span(odd).subspan(1), 2); }, "state is not aligned as double.");
}
