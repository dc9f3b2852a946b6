// SPDX-License-Identifier: BSD-3-Clause
// Tests of running moments: exact small cases, two-pass sums, merging, and values far from zero.
#include <sluice/numerics/running_moments.hpp>

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::numerics;
using doctest::Approx;
using Doubles = std::vector<double>;

RunningMoments of(std::span<const double> values) {
    RunningMoments all;
    for (const double value : values) all = merged(all, moments_of(value));
    return all;
}

void check_same_bits(const RunningMoments& a, const RunningMoments& b) {
    CHECK(a.count == b.count);
    CHECK(a.sum == b.sum);
    CHECK(a.m2 == b.m2);
}

/// Mean and sum of squared deviations in two passes.
struct TwoPass {
    long double mean = 0, m2 = 0;
    explicit TwoPass(const Doubles& values) {
        for (const double value : values) mean += value / static_cast<long double>(values.size());
        for (const double value : values) m2 += (value - mean) * (value - mean);
    }
};

}  // namespace

TEST_CASE("small cases are exact") {
    const auto moments = of(Doubles{1, 2, 3, 6});  // mean 3, squares 4 + 1 + 0 + 9
    CHECK(moments.count == 4);
    CHECK(moments.mean() == 3);
    CHECK(moments.m2 == Approx(14).epsilon(1e-15));
    CHECK(of(Doubles{7}).m2 == 0);
    CHECK(of(Doubles{5, 5, 5}).m2 == 0);
    CHECK(std::isnan(RunningMoments{}.mean()));
}

TEST_CASE("one by one, in parts of any size and in two passes: the same to rounding") {
    constexpr unsigned seed = 11;
    CAPTURE(seed);
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal(3, 1);
    Doubles values(101);
    for (auto& value : values) value = normal(generator);
    const TwoPass expected(values);
    const auto whole = of(values);
    CHECK(whole.mean() == Approx(static_cast<double>(expected.mean)).epsilon(1e-14));
    CHECK(whole.m2 == Approx(static_cast<double>(expected.m2)).epsilon(1e-13));  // about 101 rounding errors
    for (const std::size_t cut : {1, 50, 77, 100}) {
        const std::span<const double> all(values);
        const auto parts = merged(of(all.first(cut)), of(all.subspan(cut)));
        CHECK(parts.count == 101);
        CHECK(parts.mean() == Approx(whole.mean()).epsilon(1e-14));
        CHECK(parts.m2 == Approx(whole.m2).epsilon(1e-13));
    }
}

TEST_CASE("an empty part changes no bit") {
    const auto some = of(Doubles{0.1, 0.7, -3.3});
    check_same_bits(merged(some, {}), some);
    check_same_bits(merged({}, some), some);
    check_same_bits(merged(RunningMoments{}, RunningMoments{}), {});
}

TEST_CASE("the scatter of values far from zero keeps its digits") {
    // 1e8 + {0 .. 9}: squares about the mean are 82.5; sum x^2 - n mean^2 would be off by about 1e17 * 1e-16 = 10.
    Doubles values;
    for (int i = 0; i < 10; ++i) values.push_back(1e8 + i);
    CHECK(of(values).m2 == Approx(82.5).epsilon(1e-6));  // 10 * 1e-16 * 1e8 / 3
}
