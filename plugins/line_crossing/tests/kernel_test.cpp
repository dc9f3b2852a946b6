// SPDX-License-Identifier: BSD-3-Clause
// Crossings: exact lines, 50-digit references, pulls and coverage over seeds, and what has none.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>
#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::line_crossing;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, variances, mask}; }
};

const Data falling{{180, 190, 200, 212, 220}, {10.1, 9.62, 9.2, 8.55, 8.3}, {0.01, 0.0064, 0.0081, 0.01, 0.0144}};
const Data flat{{180, 190, 200, 212, 220}, {7.0, 6.93, 6.95, 6.8, 6.79}, {0.0025, 0.0036, 0.0025, 0.0049, 0.0036}};

void check_near(const Estimate& got, double value, double variance, double epsilon = 1e-10) {
    CHECK(got.value == near(value, epsilon));
    CHECK(got.variance == near(variance, epsilon));
}

}  // namespace

TEST_CASE("exact lines cross where they do, inside of their points and outside") {
    const Data up{{0, 1, 3}, {1, 3, 7}, {1, 1, 1}}, down{{0, 1, 3}, {5, 4, 2}, {1, 1, 1}};  // 1 + 2 x and 5 - x
    const auto result = crossing(up, down, {});
    CHECK(result.status == Status::ok);
    CHECK(result.crossing.value == near(4.0 / 3, 1e-14));
    CHECK(result.value.value == near(11.0 / 3, 1e-14));
    CHECK_FALSE(result.extrapolated);
    CHECK(result.first.intercept.value == near(1, 1e-13));
    CHECK(result.first.slope.value == near(2, 1e-14));
    CHECK(result.difference.value == near(3, 1e-14));
    CHECK(result.lower < result.crossing.value);
    CHECK(result.upper > result.crossing.value);

    const auto there = crossing(up, -3.0, {});
    CHECK(there.crossing.value == near(-2, 1e-14));
    CHECK(there.value.value == near(-3, 1e-14));
    CHECK(there.extrapolated);
    CHECK(there.second.intercept.value == -3);
    CHECK(there.second.slope.variance == 0);
    CHECK(there.value.variance < 1e-28);  // a level is exact
}

TEST_CASE("the normal equations, the delta method and Fieller's roots in 50 digits (mpmath 1.2.1, tests/mpmath_values.py)") {
    const auto result = crossing(falling, flat, {});
    check_near(result.crossing, 255.45382496598274, 27.915454176834401);
    check_near(result.value, 6.6087410690719279, 0.014334048513538337);
    CHECK(result.lower == near(250.59427011276157, 1e-11));
    CHECK(result.upper == near(261.24503050883108, 1e-11));
    CHECK(result.extrapolated);
    check_near(result.first.intercept, 18.404448876722558, 0.41080671403090424);
    check_near(result.first.slope, -0.046175498876250507, 1.0408358887325262e-5);
    CHECK(result.first.reduced_chi_square == near(0.256574895836111, 1e-9));
    check_near(result.second.intercept, 7.9584797306918109, 0.12215798774264041);
    check_near(result.second.slope, -0.0052836893783039639, 3.092667616919293e-6);
    CHECK(result.second.reduced_chi_square == near(0.47717570131091896, 1e-9));
    CHECK(result.first.points == 5);
    check_near(crossing(falling, 7.0, {}).crossing, 246.98052331359261, 12.45704458123761);
}

TEST_CASE("the curves, their band, and a swap of the lines") {
    const auto result = crossing(falling, flat, {}), swapped = crossing(flat, falling, {});
    CHECK(swapped.crossing.value == near(result.crossing.value, 1e-13));
    CHECK(swapped.crossing.variance == near(result.crossing.variance, 1e-11));
    CHECK(swapped.lower == near(result.lower, 1e-12));
    CHECK(swapped.value.variance == near(result.value.variance, 1e-10));
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(result.first.curve[i] == near(result.first.intercept.value + result.first.slope.value * falling.x[i], 1e-13));
    // at x = 0 the band is that of the intercept, by a shift of the points
    Data moved = falling;
    for (double& x : moved.x) x -= 200;
    CHECK(crossing(moved, flat, {}).first.intercept.variance == near(result.first.curve_variances[2], 1e-10));
}

TEST_CASE("a crossing outside of the points of either line is extrapolated; a point of infinite variance is none") {
    const Data up{{0, 1, 3}, {1, 3, 7}, {1, 1, 1}}, beyond{{2, 3, 4}, {3, 2, 1}, {1, 1, 1}};  // 1 + 2 x and 5 - x: at 4/3
    CHECK(crossing(up, beyond, {}).extrapolated);
    CHECK(crossing(beyond, up, {}).extrapolated);
    const double infinite = std::numeric_limits<double>::infinity();
    const Data unknown_there{{0, 2, 3, 4}, {5, 3, 2, 1}, {infinite, 1, 1, 1}};
    CHECK(crossing(up, unknown_there, {}).extrapolated);
    CHECK(crossing(up, unknown_there, {}).second.points == 3);
}

TEST_CASE("the window takes its points, of both curves") {
    const Window window{185, 215};
    const auto result = crossing(falling, flat, window);
    CHECK(result.first.points == 3);
    CHECK(result.second.points == 3);
    const Data a{{190, 200, 212}, {9.62, 9.2, 8.55}, {0.0064, 0.0081, 0.01}},
        b{{190, 200, 212}, {6.93, 6.95, 6.8}, {0.0036, 0.0025, 0.0049}};
    CHECK(result.crossing.value == near(crossing(a, b, {}).crossing.value, 1e-13));
    CHECK(crossing(falling, 8.55, {200, 220}).extrapolated == false);
    CHECK(crossing(falling, 10.0, {200, 220}).extrapolated);
}

TEST_CASE("masked points, NaN and variances that are not above 0 are left out") {
    Data noisy = falling;
    noisy.x.insert(noisy.x.end(), {185, 195, 205});
    noisy.y.insert(noisy.y.end(), {99, unknown, 99});
    noisy.variances.insert(noisy.variances.end(), {1, 1, 0});
    noisy.mask.assign(8, 0);
    noisy.mask[5] = 1;
    const auto result = crossing(noisy, flat, {}), expected = crossing(falling, flat, {});
    CHECK(result.first.points == 5);
    CHECK(result.crossing.value == expected.crossing.value);
    CHECK(result.crossing.variance == expected.crossing.variance);
}

TEST_CASE("lines that are parallel within 2 standard errors have no crossing; the lines stand") {
    Data shifted = falling;
    for (double& y : shifted.y) y += 1;
    shifted.y[0] += 0.05;
    for (const auto& result : {crossing(falling, shifted, {}), crossing(falling, falling, {}), crossing(flat, 6.9, {0, 201})}) {
        CHECK(result.status == Status::not_determined);
        for (const double each :
             {result.crossing.value, result.crossing.variance, result.lower, result.upper, result.value.value})
            CHECK(std::isnan(each));
        CHECK_FALSE(result.extrapolated);
        CHECK(std::isfinite(result.difference.value));
        CHECK(std::isfinite(result.first.slope.variance));
    }
}

TEST_CASE("too few points, and variances that are not known") {
    const auto none = crossing(Data{{1, 2}, {1, unknown}, {1, 1}}, flat, {});
    CHECK(none.status == Status::too_few_points);
    CHECK(std::isnan(none.crossing.value));
    CHECK(none.second.points == 5);
    CHECK(crossing(Data{{2, 2}, {1, 3}, {1, 1}}, 1.0, {}).status == Status::too_few_points);
    // two points and no variances: the crossing stands, its error is not known
    const auto two = crossing(Data{{0, 1}, {0, 1}}, 0.25, {});
    CHECK(two.status == Status::ok);
    CHECK(two.crossing.value == near(0.25, 1e-14));
    CHECK(std::isnan(two.crossing.variance));
    CHECK(std::isnan(two.lower));
    CHECK(std::isnan(two.upper));
    CHECK(crossing(Data{{0, 1}, {0, 1}}, Data{{0, 1}, {2, 3}}, {}).status == Status::not_determined);
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)crossing(falling, flat, {3, 2}), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)crossing(Data{{1, 2}, {1}}, flat, {}), "x has 2 points and y has 1. They must agree.",
                         std::invalid_argument);
}

namespace {

struct Pulls {
    double n = 0, sum = 0, squares = 0, inside = 0;

    void add(const Result& result, double truth) {
        const double pull = (result.crossing.value - truth) / std::sqrt(result.crossing.variance);
        n += 1, sum += pull, squares += pull * pull;
        inside += result.lower < truth && truth < result.upper;
    }
    [[nodiscard]] double mean() const { return sum / n; }
    [[nodiscard]] double width() const { return std::sqrt(squares / n - mean() * mean()); }
};

/// Q falls from 10 to meet Q_ideal at 297, measured from 200 to 260 with this error.
Pulls pulls_of(int seeds, double sigma) {
    Pulls pulls;
    for (int seed = 1; seed <= seeds; ++seed) {
        Data q, ideal;
        for (int i = 0; i < 7; ++i) {
            q.x.push_back(200 + 10 * i);
            ideal.x.push_back(200 + 10 * i);
        }
        Doubles noise(14);
        sluice::numerics::RandomStream(static_cast<std::uint64_t>(seed), 0, 0).fill_normal(noise);
        for (std::size_t i = 0; i < 7; ++i) {
            const double t = q.x[i] - 297, s = sigma * (1 + 0.1 * static_cast<double>(i));
            q.y.push_back(8 - 0.02 * t + s * noise[i]);
            ideal.y.push_back(8 - 0.001 * t + sigma * noise[7 + i]);
            q.variances.push_back(s * s);
            ideal.variances.push_back(sigma * sigma);
        }
        const auto result = crossing(q, ideal, {});
        REQUIRE(result.status == Status::ok);
        pulls.add(result, 297);
    }
    return pulls;
}

}  // namespace

// Standard errors over 400 seeds: 0.05 of the mean, 0.035 of the width.
TEST_CASE("pulls of T* over the seeds 1 to 400") {
    const auto pulls = pulls_of(400, 0.01);
    MESSAGE("T*: pull " << pulls.mean() << ", width " << pulls.width());
    CHECK(std::abs(pulls.mean()) < 0.2);
    CHECK(pulls.width() > 0.85);
    CHECK(pulls.width() < 1.2);
}

// 4000 seeds: 68.3 +- 0.7 %. Here the slopes differ by 6 standard errors, where first order begins to fail.
TEST_CASE("Fieller's interval holds the truth in 68.3 % of noisy cases") {
    const auto pulls = pulls_of(4000, 0.1);
    MESSAGE("Fieller: " << pulls.inside / pulls.n << " of the seeds inside; pull " << pulls.mean());
    CHECK(pulls.inside / pulls.n == near(0.683, 0.03));
}
