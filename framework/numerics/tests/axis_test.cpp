// SPDX-License-Identifier: BSD-3-Clause
// Points of an axis against numbers that can be counted on fingers, and the sentences of errors.
#include <sluice/numerics/axis.hpp>

#include <limits>

#include <doctest/doctest.h>

using sluice::numerics::centres;
using sluice::numerics::inside;
using sluice::numerics::spaced;
using Doubles = std::vector<double>;

TEST_CASE("equal steps and equal ratios, both ends exactly") {
    CHECK(spaced(1, 3, 5) == Doubles{1, 1.5, 2, 2.5, 3});
    CHECK(spaced(0.1, 0.7, 2) == Doubles{0.1, 0.7});
    const auto decades = spaced(0.01, 100, 5, true);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(decades[i] == doctest::Approx(std::pow(10.0, static_cast<double>(i) - 2)).epsilon(1e-14));
    CHECK(decades.front() == 0.01);
    CHECK(decades.back() == 100);
}

TEST_CASE("ranges that hold no points are refused") {
    CHECK_THROWS_WITH_AS((void)spaced(1, 2, 1), "count = 1, must be at least 2.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)spaced(2, 2, 5), "first = 2 and last = 2; first must be below last.", std::invalid_argument);
    CHECK_THROWS_AS((void)spaced(std::numeric_limits<double>::quiet_NaN(), 2, 5), std::invalid_argument);
    CHECK_THROWS_AS((void)spaced(0, std::numeric_limits<double>::infinity(), 5), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)spaced(0, 2, 5, true), "first = 0, must be above 0 for logarithmic spacing.",
                         std::invalid_argument);
}

TEST_CASE("centres of bins that increase, decrease, or are none") {
    CHECK(centres({1, 2, 4}) == Doubles{1.5, 3});
    CHECK(centres({4, 2, 1}) == Doubles{3, 1.5});
    CHECK(centres({1}).empty());
    CHECK(centres({}).empty());
}

TEST_CASE("inside: both ends, also when they were rounded by a unit; NaN is nowhere") {
    CHECK(inside(1, 1, 2));
    CHECK(inside(2, 1, 2));
    CHECK(inside(0.07, 0.7 * 0.1, 1));   // 0.06999999999999999 or 0.07000000000000001
    CHECK(inside(0.3, 0, 0.1 * 3));
    CHECK_FALSE(inside(0.999999, 1, 2));
    CHECK_FALSE(inside(2.000001, 1, 2));
    CHECK(inside(-2 - 1e-12, -2, -1));
    CHECK(inside(5, -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()));
    CHECK_FALSE(inside(std::numeric_limits<double>::quiet_NaN(), 0, 1));
}
