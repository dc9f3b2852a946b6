// SPDX-License-Identifier: BSD-3-Clause
// The record: tables out of printed lines, block means of series with known error, and the drift.
#include "../thermo.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::lj_langevin;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr std::int64_t blocks = 20;

/// x_i = a x_{i-1} + sqrt(1 - a^2) noise: variance 1, of the mean of many (1 + a)/(1 - a)/n.
Doubles autoregressive(int n, double a, std::uint64_t seed) {
    Doubles noise(static_cast<std::size_t>(n)), series(noise.size());
    sluice::numerics::RandomStream(seed, 0, 0).fill_normal(noise);
    series[0] = noise[0];
    for (std::size_t i = 1; i < series.size(); ++i) series[i] = a * series[i - 1] + std::sqrt(1 - a * a) * noise[i];
    return series;
}

TEST_CASE("tables are found between other lines") {
    ThermoReader reader;
    int rows = 0;
    for (const std::string line :
         {"LAMMPS (29 Sep 2021 - Update 2)", "1 2 3 4", "Step Temp Press PotEng ", "       0   1.5   -2e-3  -4.25 ",
          "WARNING: something", "  50 1.25 nan 7", "100 1 2", "Loop time of 0.5 on 1 procs for 100 steps with 500 atoms",
          "150 1 2 3", "Step Temp Press PotEng", "0 1 2 3"})
        rows += reader.take(line);
    CHECK(rows == 3);
    REQUIRE(reader.tables().size() == 2);
    const auto& first = reader.tables()[0];
    CHECK(first.step == std::vector<std::int64_t>{0, 50});
    CHECK(first.temperature == Doubles{1.5, 1.25});
    CHECK(first.pressure[0] == -2e-3);
    CHECK(std::isnan(first.pressure[1]));
    CHECK(first.potential_energy == Doubles{-4.25, 7});
    CHECK(reader.tables()[1].potential_energy == Doubles{3});
}

TEST_CASE("block means leave out the beginning that does not fill a block") {
    Doubles series{1000};
    for (int i = 0; i < 40; ++i) series.push_back(i / 2);
    const auto means = block_means(series, blocks);
    REQUIRE(means.size() == 20);
    CHECK(means[0] == 0);
    CHECK(means[19] == 19);
    const auto mean = block_mean(series, blocks);
    CHECK(mean.value == 9.5);
    CHECK(mean.variance == Approx(35.0 / 20).epsilon(1e-14));  // s^2 of 0 … 19 is 20 * 21 / 12
    CHECK_THROWS_AS(static_cast<void>(block_mean(Doubles(19, 1.0), blocks)), std::invalid_argument);
}

TEST_CASE("the variance is that of the mean of a correlated series: pulls over 300 seeds") {
    double pulls = 0, ratio = 0;
    const int seeds = 300, n = 2000;
    for (int seed = 0; seed < seeds; ++seed) {
        const auto mean = block_mean(autoregressive(n, 0.8, static_cast<std::uint64_t>(seed)), blocks);
        pulls += mean.value * mean.value / mean.variance / seeds;
        ratio += mean.variance / (1.8 / 0.2 / n) / seeds;
    }
    MESSAGE("mean square pull " << pulls << ", mean variance over the exact one " << ratio);
    // Of Student's t with 19 degrees of freedom 19/17, over what blocks lose (below); its standard error here is 0.1
    CHECK(pulls == Approx(19.0 / 17 / 0.955).epsilon(0.25));
    CHECK(ratio == Approx(0.96).epsilon(0.06));  // blocks of 100 with correlation time 4.5 lose 4.5 %; standard error 0.02
}

TEST_CASE("drift: small in equilibrium, large for a beginning that is off and for a slope") {
    int beyond = 0;
    double square = 0;
    const int seeds = 300;
    for (int seed = 0; seed < seeds; ++seed) {
        auto series = autoregressive(2000, 0.8, static_cast<std::uint64_t>(seed));
        const double still = drift(series, blocks);
        beyond += std::abs(still) > largest_drift;
        square += still * still / seeds;
        for (std::size_t i = 0; i < 400; ++i) series[i] += 3;
        CHECK(drift(series, blocks) > largest_drift / 2);
    }
    MESSAGE("mean square drift " << square << ", beyond the limit " << beyond << " of " << seeds);
    CHECK(beyond <= 3);                             // 0.22 expected
    CHECK(square == Approx(9.0 / 7).epsilon(0.3));  // of Student's t with 9 degrees of freedom
    Doubles line(2001);
    for (std::size_t i = 0; i < line.size(); ++i) line[i] = -static_cast<double>(i);
    CHECK(drift(line, blocks) ==
          Approx(13 / (std::sqrt(110.0 / 12) * std::sqrt(0.35))).epsilon(1e-12));  // s^2 of 10 equal steps: 10 * 11 / 12
    CHECK(drift(Doubles(100, 0.0), blocks) == 0);
}

}  // namespace
