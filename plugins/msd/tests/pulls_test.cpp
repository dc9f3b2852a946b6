// SPDX-License-Identifier: BSD-3-Clause
// Random walks over many seeds: the MSD is that of the walk, and its variance what the MSD scatters by.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include "support/pulls.hpp"
#include "trajectories.hpp"

namespace {

using namespace sluice::msd::test;
using sluice::msd::Shape;

constexpr int seeds = 400;

/// Variance of the MSD over all origins of one Gaussian random walk in two dimensions, over the square of the MSD, for lags n up
/// to half of the frames: Qian, Sheetz, Elson, Biophys. J. 60 (1991) 910, with K origins;
/// of N walks in d dimensions 2 / (d N) of it. (It is the sum of (1 - s / n)^2 over all pairs of origins, s apart, over K^2.)
double relative_variance(const Shape& shape, std::ptrdiff_t lag) {
    const double n = static_cast<double>(lag), k = static_cast<double>(shape.frames - lag);
    return 2 / static_cast<double>(shape.columns()) * (4 * n * n * k + 2 * k + n - n * n * n) / (6 * n * k * k);
}

struct Sums {
    double value = 0, square = 0, variance = 0, variance_square = 0;
};

}  // namespace

TEST_CASE("MSD = 2 d D t of a random walk, and its variance, over lags from one frame to five blocks") {
    const Shape shape{400, 6, 3};
    const std::ptrdiff_t lags[] = {1, 4, 13, 40, 80, 120, 200};
    Sums sums[std::size(lags)];
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto found = run(shape, {200, 10}, random_walk(shape, seed));
        for (std::size_t i = 0; i < std::size(lags); ++i) {
            const double value = found.msd[index(lags[i])], variance = found.variance[index(lags[i])];
            sums[i].value += value / seeds;
            sums[i].square += value * value / seeds;
            sums[i].variance += variance / seeds;
            sums[i].variance_square += variance * variance / seeds;
        }
    }
    for (std::size_t i = 0; i < std::size(lags); ++i) {
        const double truth = static_cast<double>(shape.axes * lags[i]);
        const double variance = truth * truth * relative_variance(shape, lags[i]);
        const double error = std::sqrt((sums[i].variance_square - sums[i].variance * sums[i].variance) / seeds);
        MESSAGE("lag " << lags[i] << ": mean " << sums[i].value / truth << " of the truth, told variance "
                       << sums[i].variance / variance << " +- " << error / variance << " of the true one, scatter "
                       << (sums[i].square - sums[i].value * sums[i].value) / variance);
        CHECK(std::abs(sums[i].value - truth) < 3 * std::sqrt(variance / seeds));
        CHECK(std::abs(sums[i].variance - variance) < 3 * error);
        CHECK((sums[i].square - sums[i].value * sums[i].value) / variance ==
              doctest::Approx(1).epsilon(0.3));  // 4 sigma and more
    }
}

TEST_CASE("pulls at lags shorter than a block") {
    const Shape shape{400, 6, 3};
    sluice::test::Pulls one, third;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto found = run(shape, {40, 20}, random_walk(shape, seed + 1000));
        one.add(found.msd[1], 3, found.variance[1]);
        third.add(found.msd[7], 21, found.variance[7]);
    }
    one.check("lag of 1 frame");
    third.check("lag of a third of a block");
}
