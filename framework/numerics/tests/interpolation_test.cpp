// SPDX-License-Identifier: BSD-3-Clause
// Interpolation: scipy's natural spline and numpy's interp, straight lines, gaps, ends, variances, refusals.
#include <sluice/numerics/interpolation.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace sluice::numerics;
using doctest::Approx;
using Doubles = std::vector<double>;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Outcome {
    Doubles values, variances;
    Bytes masked;
};

Outcome on(const Doubles& grid, const Doubles& x, const Doubles& y, const Doubles& variances,
           const InterpolationOptions& options = {}) {
    Outcome out{Doubles(grid.size()), Doubles(variances.empty() ? 0 : grid.size()), Bytes(grid.size())};
    Interpolator(x, usable_points(y, {}), grid, options).apply(y, variances, out.values, out.variances, out.masked);
    return out;
}

/// The expected numbers are of the same formula, rounded in another order: 1e-13 of the largest value.
void check_close(const Doubles& got, const Doubles& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i] == Approx(expected[i]).epsilon(1e-12).scale(1));
    }
}

// An irregular curve; what is expected of it was computed with numpy 1.24.2 and scipy 1.10.1 (CubicSpline, bc_type
// "natural"); variances as sum w² v, the weights w being the curves of the unit vectors.
const Doubles x{0.1, 0.25, 0.3, 0.7, 1.1, 1.15, 2.0, 3.5}, y{5.0, 4.0, 4.5, -1.0, 2.0, 2.5, 0.5, 1.0};
const Doubles v{0.04, 0.01, 0.09, 0.16, 0.25, 0.01, 0.04, 0.09};
const Doubles grid{0.1, 0.2, 0.27, 0.5, 1.0, 1.12, 1.5, 2.9, 3.5};
const Doubles cubic{5.0,
                    3.9441775282966614,
                    4.188984492441348,
                    2.643522261892636,
                    0.7228097372832587,
                    2.214097397307746,
                    3.297172184510227,
                    -0.664816072675907,
                    0.9999999999999982};
const Doubles cubic_variances{0.04,
                              0.035515631329600124,
                              0.01684529821253053,
                              0.38636421542039295,
                              0.9753854047684309,
                              0.09701343928527717,
                              2.46720556964232,
                              0.8893496524329052,
                              0.09};

}  // namespace

TEST_CASE("linear, against numpy.interp") {
    const auto out = on(grid, x, y, v);
    check_close(out.values, {5.0, 4.333333333333333, 4.2, 1.7499999999999996, 1.2499999999999996, 2.200000000000001,
                             1.676470588235294, 0.7999999999999999, 1.0});
    check_close(out.variances, {0.04, 0.008888888888888887, 0.018000000000000026, 0.0625, 0.15062499999999998,
                                0.09159999999999947, 0.010242214532871972, 0.03879999999999999, 0.09});
    CHECK(out.masked == Bytes(grid.size(), 0));
}

TEST_CASE("cubic, against scipy's natural spline, values and variances") {
    const auto out = on(grid, x, y, v, {.method = Interpolation::cubic});
    check_close(out.values, cubic);
    check_close(out.variances, cubic_variances);
}

TEST_CASE("a curve that decreases in x is the same curve") {
    const Doubles x_down(x.rbegin(), x.rend()), y_down(y.rbegin(), y.rend()), v_down(v.rbegin(), v.rend());
    const auto out = on(grid, x_down, y_down, v_down, {.method = Interpolation::cubic});
    check_close(out.values, cubic);
    check_close(out.variances, cubic_variances);
}

TEST_CASE("on its own points a curve is itself to the last bit") {
    for (const auto method : {Interpolation::linear, Interpolation::cubic}) {
        const auto out = on(x, x, y, v, {.method = method});
        CHECK(out.values == y);
        CHECK(out.variances == v);
    }
}

TEST_CASE("beyond the ends: masked, or on the straight line there when told") {
    const Doubles outside{-0.4, 4.0, 0.1 * (1 - 1e-15), 3.5 * (1 + 1e-15)};  // the last two are the ends, but for rounding
    const auto masked = on(outside, x, y, v, {.method = Interpolation::cubic});
    CHECK(masked.masked == Bytes{1, 1, 0, 0});
    CHECK(std::isnan(masked.values[0]));
    CHECK(std::isnan(masked.variances[1]));
    CHECK(masked.values[2] == 5);
    CHECK(masked.values[3] == 1);

    const auto out = on({-0.4, 4.0}, x, y, v, {Interpolation::cubic, Outside::extrapolate});  // tangents of scipy's spline
    check_close(out.values, {11.835735578663378, 2.6198572149562542});
    check_close(out.variances, {3.476588084018858, 1.0398050420626486});
    check_close(on({0.0, 4.0}, {1, 2, 3}, {1, 4, 5}, {}, {Interpolation::linear, Outside::extrapolate}).values, {-2, 6});
}

TEST_CASE("a point that is not used masks what lies beside it, or is bridged when told") {
    Doubles holed = y;
    holed[3] = unknown;
    const auto masked = on(grid, x, holed, v, {.method = Interpolation::cubic});
    CHECK(masked.masked == Bytes{0, 0, 0, 1, 1, 0, 0, 0, 0});  // between 0.3 and 1.1
    const auto bridged = on(grid, x, holed, v, {.method = Interpolation::cubic, .gaps = Gaps::bridge});
    CHECK(bridged.masked == Bytes(grid.size(), 0));
    check_close(bridged.values,
                {5.0, 3.9690466614724853, 4.171794947590218, 4.964231463570928, 1.5454810070510838, 2.191904576360584,
                 3.465419022866632, -0.7634324166905573, 0.9999999999999982});  // scipy, without that point
    CHECK(on({0.7}, x, holed, {}).masked == Bytes{1});
    CHECK(usable_points(Doubles{1, unknown, 3}, Bytes{0, 0, 1}) == Bytes{1, 0, 0});
}

TEST_CASE("straight lines are reproduced by both methods, on grids of very uneven steps") {
    const Doubles uneven{1e-3, 2e-3, 2.001e-3, 0.5, 0.50001, 100};
    Doubles line;
    for (const double each : uneven) line.push_back(3 - 2 * each);
    for (const auto method : {Interpolation::linear, Interpolation::cubic})
        for (const double at : {1.5e-3, 2.0005e-3, 0.1, 0.500005, 60.0})
            // The spline's weights reach 1e5 there, with both signs: that much of eps is lost.
            CHECK(on({at}, uneven, line, {}, {.method = method}).values[0] == Approx(3 - 2 * at).epsilon(1e-10));
}

TEST_CASE("a smooth curve: the error falls with h² and h⁴ away from the ends") {
    const auto error = [](Interpolation method, int n) {
        Doubles own, sine;
        for (int i = 0; i <= n; ++i) own.push_back(6.0 * i / n), sine.push_back(std::sin(own.back()));
        double largest = 0;
        for (double at = 2; at < 4; at += 0.0137)
            largest = std::max(largest, std::abs(on({at}, own, sine, {}, {.method = method}).values[0] - std::sin(at)));
        return largest;
    };
    CHECK(error(Interpolation::linear, 40) / error(Interpolation::linear, 80) == Approx(4).epsilon(0.05));
    CHECK(error(Interpolation::cubic, 40) / error(Interpolation::cubic, 80) == Approx(16).epsilon(0.1));
}

TEST_CASE("variances agree with Monte Carlo") {
    // The outputs are linear in normal inputs: the sample variance of n draws has the standard error v sqrt(2/n); 5 of them
    // are allowed for 9 points.
    constexpr std::uint64_t seed = 7;
    constexpr int n = 40000;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    const Interpolator spline(x, Bytes(x.size(), 1), grid, {.method = Interpolation::cubic});
    Doubles squares(grid.size()), out(grid.size()), noisy(x.size());
    Bytes masked(grid.size());
    for (int i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < x.size(); ++k) noisy[k] = y[k] + std::sqrt(v[k]) * normal(random);
        spline.apply(noisy, {}, out, {}, masked);
        for (std::size_t g = 0; g < grid.size(); ++g) squares[g] += (out[g] - cubic[g]) * (out[g] - cubic[g]) / n;
    }
    for (std::size_t g = 0; g < grid.size(); ++g)
        CHECK(std::abs(squares[g] - cubic_variances[g]) < 5 * cubic_variances[g] * std::sqrt(2.0 / n));
}

TEST_CASE("few points: two give a line, one only itself, none nothing") {
    CHECK(on({1.5}, {1, 2}, {1, 3}, {}, {.method = Interpolation::cubic}).values[0] == 2);
    CHECK(on({2.0, 2.5}, {2}, {7}, {}).masked == Bytes{0, 1});
    CHECK(on({2.0, 2.5}, {2}, {7}, {}, {Interpolation::linear, Outside::extrapolate}).masked == Bytes{0, 1});
    CHECK(on({1.0}, {}, {}, {}).masked == Bytes{1});
    CHECK(on({1.5}, {1, 2}, {unknown, unknown}, {}).masked == Bytes{1});
}

TEST_CASE("points whose x is NaN are none: the padding of a shorter curve, or a hole in it") {
    const auto padded = on({1.5, 3.5}, {1, 2, unknown, unknown}, {10, 20, unknown, unknown}, {});
    CHECK(padded.values[0] == 15);
    CHECK(padded.masked == Bytes{0, 1});
    CHECK(on({2.5}, {3, 2, unknown}, {30, 20, 5}, {}).values[0] == 25);
    CHECK(on({1.5}, {1, unknown, 2}, {10, 7, 20}, {}).masked == Bytes{1});
    CHECK(on({1}, {unknown, unknown}, {1, 2}, {}).masked == Bytes{1});
}

TEST_CASE("x that is repeated, unsorted or infinite is refused") {
    CHECK_THROWS_WITH_AS(
        (void)on({1}, {1, 2, 2}, {1, 2, 3}, {}),
        "x must increase or decrease strictly, but is 2 at index 2 after 2. Sort the data, and merge repeated points (rebin).",
        std::domain_error);
    CHECK_THROWS_AS((void)on({1}, {1, 3, 2}, {1, 2, 3}, {}), std::domain_error);
    CHECK_THROWS_WITH_AS((void)on({1}, {1, std::numeric_limits<double>::infinity()}, {1, 2}, {}),
                         "x is inf at index 1; it must be finite.", std::domain_error);
    CHECK_THROWS_AS((void)on({1}, {1, unknown, 0.5, 2}, {1, 2, 3, 4}, {}), std::domain_error);
    CHECK_THROWS_AS((void)on({1}, {1, 2}, {1, 2, 3}, {}), std::invalid_argument);
}

TEST_CASE("a spline through many points: one alone reaches far, as the tridiagonal equations say") {
    // of y = 1 at one of 41 points 0, 1, …: M_i+1 / M_i is sqrt(3) - 2 far from both ends (de Boor 1978, chapter IV)
    Doubles many(41), unit(41, 0.0), between;
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
    unit[20] = 1;
    for (int i = 23; i < 34; ++i) between.push_back(i + 0.5);
    const auto out = on(between, many, unit, Doubles(41, 1.0), {.method = Interpolation::cubic});
    for (std::size_t i = 1; i < between.size(); ++i) {
        CAPTURE(i);
        CHECK(out.values[i] / out.values[i - 1] == Approx(std::sqrt(3.0) - 2).epsilon(1e-6));  // the end is 7 to 17 points away
    }
}

TEST_CASE("the parts of a point: with them anything linear in the curve follows, as its covariance") {
    const Doubles down{4, 2, 1}, values{1, 5, 7};
    const Interpolator two(down, Bytes{1, 1, 1}, Doubles{3, 1.5, 9, 2}, {});
    const auto between = two.parts(0);  // half way from 4 to 2
    REQUIRE(between.size() == 2);
    CHECK(between[0].weight * values[between[0].index] + between[1].weight * values[between[1].index] == 3);
    CHECK(two.parts(1).size() == 2);
    CHECK(two.parts(2).empty());
    REQUIRE(two.parts(3).size() == 1);
    CHECK(two.parts(3)[0].index == 1);
    CHECK(two.parts(3)[0].weight == 1);
    CHECK_THROWS_AS((void)two.parts(4), std::out_of_range);
}
