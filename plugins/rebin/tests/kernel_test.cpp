// SPDX-License-Identifier: BSD-3-Clause
// Rebinning: scipy's binned statistics, shares by hand, conservation of sums and areas, variances, edges, refusals.
#include "kernel.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace sluice::rebin;
using doctest::Approx;
using Doubles = std::vector<double>;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Outcome {
    Doubles values, variances, count;
    Bytes masked;
};

Outcome in_bins(const Curve& curve, const Doubles& edges, Statistic statistic, Weighting weighting = Weighting::equal) {
    const auto m = edges.size() - 1;
    Outcome out{Doubles(m), Doubles(curve.variances.empty() ? 0 : m), Doubles(m), Bytes(m)};
    rebin(curve, edges, statistic, weighting, {out.values, out.variances, out.count, out.masked});
    return out;
}

/// Of the bins that are not empty.
double total(const Doubles& values) {
    return std::accumulate(values.begin(), values.end(), 0.0,
                           [](double sum, double value) { return std::isnan(value) ? sum : sum + value; });
}

const Doubles x{0.1, 0.25, 0.3, 0.7, 1.1, 1.15, 2.0, 3.5, 3.6, 5.0}, y{5.0, 4.0, 4.5, -1.0, 2.0, 2.5, 0.5, 1.0, 7.0, 3.0};
const Doubles v{0.04, 0.01, 0.09, 0.16, 0.25, 0.01, 0.04, 0.09, 0.5, 0.2};
const Doubles edges{0.1, 0.3, 1.1, 1.2, 2.5, 3.0, 5.0};

}  // namespace

TEST_CASE("points, against scipy.stats.binned_statistic (scipy 1.10.1, numpy 1.24.2)") {
    const auto sum = in_bins({x, y, v, {}}, edges, Statistic::sum), mean = in_bins({x, y, v, {}}, edges, Statistic::mean);
    const Doubles sums{9, 3.5, 4.5, 0.5, unknown, 11}, counts{2, 2, 2, 1, 0, 3};
    const Doubles variances{0.05, 0.25, 0.26, 0.04, unknown, 0.79};  // sums of v
    for (std::size_t bin = 0; bin < 6; ++bin) {
        CAPTURE(bin);
        CHECK(sum.count[bin] == counts[bin]);
        CHECK(sum.masked[bin] == (bin == 4 ? 1 : 0));
        if (bin == 4) {
            for (const auto* out : {&sum, &mean}) CHECK((std::isnan(out->values[4]) && std::isnan(out->variances[4])));
            continue;
        }
        CHECK(sum.values[bin] == Approx(sums[bin]).epsilon(1e-15));
        CHECK(sum.variances[bin] == Approx(variances[bin]).epsilon(1e-14));
        CHECK(mean.values[bin] == Approx(sums[bin] / counts[bin]).epsilon(1e-15));
        CHECK(mean.variances[bin] == Approx(variances[bin] / counts[bin] / counts[bin]).epsilon(1e-14));
    }
}

TEST_CASE("weights of inverse variance, against numpy.average") {
    const auto out = in_bins({x, y, v, {}}, edges, Statistic::mean, Weighting::inverse_variance);
    const Doubles values{4.2, 2.52, 2.480769230769231, 0.5, 2.214723926380368},
        variances{0.008, 0.0576, 0.009615384615384616, 0.04, 0.05521472392638037};
    for (std::size_t i = 0; i < 5; ++i) {
        const std::size_t bin = i < 4 ? i : 5;
        CHECK(out.values[bin] == Approx(values[i]).epsilon(1e-14));
        CHECK(out.variances[bin] == Approx(variances[i]).epsilon(1e-14));
    }
    CHECK(out.masked[4] == 1);
}

TEST_CASE("bins are shared out by overlap: sums by their share, means by its width") {
    // Old bins [0,1], [1,3], [3,4]; new ones [0,2] and [2,4]: the second old bin is halved.
    const Doubles old{0, 1, 3, 4}, counts{10, 20, 30}, variances{1, 4, 9}, wanted{0, 2, 4};
    const auto sum = in_bins({old, counts, variances, {}}, wanted, Statistic::sum);
    CHECK(sum.values == Doubles{20, 40});
    CHECK(sum.variances == Doubles{2, 10});  // 1 + 0.25 4, 0.25 4 + 9
    CHECK(sum.count == Doubles{1.5, 1.5});
    const auto mean = in_bins({old, counts, variances, {}}, wanted, Statistic::mean);
    CHECK(mean.values == Doubles{15, 25});         // (1 10 + 1 20)/2, (1 20 + 1 30)/2
    CHECK(mean.variances == Doubles{1.25, 3.25});  // (1 + 4)/4, (4 + 9)/4
    const auto weighted = in_bins({old, counts, variances, {}}, wanted, Statistic::mean, Weighting::inverse_variance);
    CHECK(weighted.values[0] == Approx((10.0 + 20 / 8.0) / (1 + 1 / 8.0)).epsilon(1e-15));  // weights f/v: 1, 0.5/4
    CHECK(weighted.variances[0] == Approx((1.0 + 4 / 64.0) / (1.125 * 1.125)).epsilon(1e-15));
    // The same data from the other end.
    CHECK(in_bins({Doubles{4, 3, 1, 0}, Doubles{30, 20, 10}, Doubles{9, 4, 1}, {}}, wanted, Statistic::sum).values ==
          Doubles{20, 40});
}

TEST_CASE("sums and areas are conserved for any bins that cover the data") {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> uniform(0.01, 1);
    for (int trial = 0; trial < 50; ++trial) {
        CAPTURE(trial);
        Doubles old{0}, counts, wanted{-0.5};
        for (int i = 0; i < 40; ++i) old.push_back(old.back() + uniform(random)), counts.push_back(uniform(random));
        while (wanted.back() < old.back()) wanted.push_back(wanted.back() + 3 * uniform(random));
        CHECK(total(in_bins({old, counts, {}, {}}, wanted, Statistic::sum).values) == Approx(total(counts)).epsilon(1e-13));
        CHECK(total(in_bins({old, counts, {}, {}}, wanted, Statistic::sum).count) == Approx(40).epsilon(1e-13));

        double area = 0, area_of_means = 0;  // inside of the range, where no new bin reaches beyond the data
        Doubles inside{old.front()};
        for (const double edge : wanted)
            if (edge > old.front() && edge < old.back()) inside.push_back(edge);
        inside.push_back(old.back());
        const auto means = in_bins({old, counts, {}, {}}, inside, Statistic::mean).values;
        for (std::size_t i = 0; i < counts.size(); ++i) area += counts[i] * (old[i + 1] - old[i]);
        for (std::size_t i = 0; i < means.size(); ++i) area_of_means += means[i] * (inside[i + 1] - inside[i]);
        CHECK(area_of_means == Approx(area).epsilon(1e-13));
    }
}

TEST_CASE("its own bins give the curve back, also after rounding") {
    const Doubles old{0.1, 0.2, 0.3, 0.4}, counts{1, 2, 3};
    Doubles rounded;
    for (const double edge : old) rounded.push_back(edge * 10 / 10 * (1 + 3e-16));
    for (const auto statistic : {Statistic::sum, Statistic::mean})
        for (const auto& wanted : {old, rounded}) {
            const auto out = in_bins({old, counts, {}, {}}, wanted, statistic);
            for (std::size_t i = 0; i < 3; ++i) CHECK(out.values[i] == Approx(counts[i]).epsilon(1e-14));
            CHECK(out.count == Doubles{1, 1, 1});
        }
}

TEST_CASE("variances of shares agree with Monte Carlo") {
    // Linear in normal inputs: the sample variance of n draws has the standard error var sqrt(2/n), 5 of which are allowed.
    constexpr std::uint64_t seed = 3;
    constexpr int n = 40000;
    CAPTURE(seed);
    const Doubles old{0, 1, 3, 4, 7}, truth{10, 20, 30, 5}, variances{1, 4, 9, 2}, wanted{0, 2.5, 5, 7};
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    for (const auto weighting : {Weighting::equal, Weighting::inverse_variance}) {
        const auto expected = in_bins({old, truth, variances, {}}, wanted, Statistic::mean, weighting);
        Doubles squares(3), noisy(4);
        for (int i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < 4; ++k) noisy[k] = truth[k] + std::sqrt(variances[k]) * normal(random);
            const auto out = in_bins({old, noisy, variances, {}}, wanted, Statistic::mean, weighting);
            for (std::size_t k = 0; k < 3; ++k) squares[k] += std::pow(out.values[k] - expected.values[k], 2) / n;
        }
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(std::abs(squares[k] - expected.variances[k]) < 5 * expected.variances[k] * std::sqrt(2.0 / n));
    }
}

TEST_CASE("masked points, NaN and unusable variances are left out and not counted") {
    const Doubles own{1, 2, 3, 4, unknown}, values{1, unknown, 3, 100, 7}, variances{1, 1, 0, 1, 1};
    const Bytes mask{0, 0, 0, 1, 0};
    const auto out = in_bins({own, values, variances, mask}, {0, 5}, Statistic::mean);
    CHECK(out.values == Doubles{2});
    CHECK(out.count == Doubles{2});
    const auto weighted = in_bins({own, values, variances, mask}, {0, 5}, Statistic::mean, Weighting::inverse_variance);
    CHECK(weighted.values == Doubles{1});  // the variance of 0 would be an infinite weight
    CHECK(weighted.count == Doubles{1});
}

TEST_CASE("edges") {
    CHECK(counted_edges(0, 4, 4, false) == Doubles{0, 1, 2, 3, 4});
    CHECK(counted_edges(1, 3, 1, true) == Doubles{1, 3});
    const auto decades = counted_edges(0.01, 10, 3, true);
    for (std::size_t i = 0; i < 4; ++i) CHECK(decades[i] == Approx(std::pow(10, static_cast<double>(i) - 2)).epsilon(1e-14));
    CHECK(stepped_edges(0, 1, 0.25, false) == Doubles{0, 0.25, 0.5, 0.75, 1});
    CHECK(stepped_edges(0, 0.3, 0.1, false).size() == 4);  // 0.3 / 0.1 is a little below 3
    CHECK(stepped_edges(0, 1.1, 0.5, false) == Doubles{0, 0.5, 1, 1.5});
    const auto tenths = stepped_edges(1, 2, 0.1, true);  // 1.1^8 = 2.14 is the first power above 2
    REQUIRE(tenths.size() == 9);
    for (std::size_t i = 0; i < 9; ++i) CHECK(tenths[i] == Approx(std::pow(1.1, static_cast<double>(i))).epsilon(1e-14));
    CHECK(edges_around(Doubles{1, 2, 4}) == Doubles{0.5, 1.5, 3, 5});
    // A point on an edge is in the bin above it; on the last edge in the last bin.
    CHECK(in_bins({Doubles{0, 1, 2}, Doubles{1, 2, 4}, {}, {}}, {0, 1, 2}, Statistic::sum).values == Doubles{1, 6});
}

TEST_CASE("what cannot be binned is refused") {
    CHECK_THROWS_WITH_AS((void)counted_edges(0, 1, 0, false), "count = 0, must be at least 1.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)counted_edges(1, 1, 5, false), "first = 1 and last = 1; first must be below last.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)stepped_edges(0, 1, 0.1, true), "first = 0, must be above 0 for logarithmic spacing.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)stepped_edges(0, 1, 0, false), "step = 0, must be above 0.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)stepped_edges(0, 1, 1e-9, false), "step = 1e-09 makes more than 10000000 bins; take a larger one.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)edges_around(Doubles{1}), "there are 1 points, bins around them need at least 2.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)in_bins({x, y, {}, {}}, {1, 1}, Statistic::sum),
                         "edges must increase strictly, but there is 1 at index 1.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)in_bins({x, y, {}, {}}, {1, 2}, Statistic::mean, Weighting::inverse_variance),
                         "weights of inverse variance need variances.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)in_bins({Doubles{1, 2, 2}, Doubles{1, 1}, {}, {}}, {1, 2}, Statistic::sum),
                         "the edges of the data must increase or decrease strictly; those of bin 1 are 2 and 2.",
                         std::domain_error);
}
