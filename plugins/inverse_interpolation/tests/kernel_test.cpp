// SPDX-License-Identifier: BSD-3-Clause
// The inverse of analytic curves, the cubic against Boost's, and what has no inverse.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include <math.h>  // pchip.hpp of Boost 1.74 calls ::isnan
#include <boost/math/interpolators/pchip.hpp>
#include <doctest/doctest.h>

#include "inverse.hpp"

namespace {

using namespace sluice::inverse_interpolation;
using namespace sluice::inverse_interpolation::test;
using doctest::Approx;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a straight line: x, slope, and the interval of an uncertain level") {
    const auto line = data_of([](double x) { return 5 - 2 * x; }, 0, 2, 9);
    for (const auto method : {Method::linear, Method::monotone_cubic}) {
        const auto found = inverse(line, {2.3, 0.04}, {method});
        CHECK(found.status == Status::ok);
        CHECK(found.x.value == Approx(1.35).epsilon(1e-14));
        CHECK(found.x.variance == Approx(0.01).epsilon(1e-12));
        CHECK(found.slope == Approx(-2).epsilon(1e-13));
        CHECK(found.lower == Approx(1.25).epsilon(1e-12));
        CHECK(found.upper == Approx(1.45).epsilon(1e-12));
        CHECK(found.points == 9);
    }
    const auto exact = inverse(line, {2.3});
    CHECK(exact.x.variance == 0);
    CHECK(exact.lower == exact.x.value);
    CHECK(exact.upper == exact.x.value);
}

TEST_CASE("x^2: the interval is not symmetric") {
    const auto square = data_of([](double x) { return x * x; }, 0, 4, 401);
    for (const auto method : {Method::linear, Method::monotone_cubic}) {
        const auto found = inverse(square, {4, 1}, {method});  // a linear chord is off by up to (0.01/2)^2
        CHECK(found.x.value == Approx(2).epsilon(1e-5));
        CHECK(found.lower == Approx(std::sqrt(3)).epsilon(1e-5));
        CHECK(found.upper == Approx(std::sqrt(5)).epsilon(1e-5));
    }
    CHECK(inverse(square, {4.5, 1}, cubic).slope == Approx(2 * std::sqrt(4.5)).epsilon(1e-4));
}

TEST_CASE("an exponential is straight on a logarithmic scale") {
    const auto decay = data_of([](double x) { return 7 * std::exp(-x / 3); }, 0, 10, 6);
    const auto found = inverse(decay, {0.5, 0.0025}, log_linear);
    CHECK(found.x.value == Approx(3 * std::log(14)).epsilon(1e-13));
    CHECK(found.slope == Approx(-0.5 / 3).epsilon(1e-12));
    CHECK(found.x.variance == Approx(0.0025 / (0.5 * 0.5) * 9).epsilon(1e-12));  // as of the slope
    CHECK(found.lower == Approx(3 * std::log(14) - 0.3).epsilon(1e-11));         // 0.1 in ln y
    CHECK(inverse(decay, {-1}, log_linear).status == Status::below_range);
}

TEST_CASE("the cubic is Boost's pchip, and so are its slope and its derivatives by the points") {
    const auto data = [] {
        Data out{{0, 0.3, 1, 1.4, 2.5, 3.1, 3.3}, {9, 8.5, 7, 6.9, 3, 1.1, 1}};
        return out;
    }();
    const auto boost_at = [&](double x, std::size_t moved = 0, double by = 0) {
        auto y = data.y;
        y[moved] += by;
        return boost::math::interpolators::pchip<Doubles>(Doubles(data.x), std::move(y))(x);
    };
    const auto prime = [&](double x) {
        return boost::math::interpolators::pchip<Doubles>(Doubles(data.x), Doubles(data.y)).prime(x);
    };
    const Curve curve(data.x, data.y, Method::monotone_cubic);
    for (std::size_t k = 0; k + 1 < data.x.size(); ++k)
        for (const double u : {0.1, 0.5, 0.77}) {
            const Place place{k, u};
            const auto there = curve.at(place);
            CHECK(there.value == Approx(boost_at(curve.x(place))).epsilon(1e-14));
            CHECK(there.slope == Approx(prime(curve.x(place))).epsilon(1e-12));
            for (std::size_t j = 0; j < 4; ++j) {
                if (k + j < 1 || k + j - 1 >= data.x.size()) {
                    CHECK(there.by_node[j] == 0);
                    continue;
                }
                const double by = 1e-5;
                const double numeric =
                    (boost_at(curve.x(place), k + j - 1, by) - boost_at(curve.x(place), k + j - 1, -by)) / (2 * by);
                CHECK(std::abs(there.by_node[j] - numeric) < 1e-8);
            }
        }
}

TEST_CASE("the cubic inverts an analytic curve; two and three points will do") {
    const auto sine = data_of([](double x) { return std::sin(x); }, 0, std::numbers::pi / 2, 41);
    CHECK(inverse(sine, {0.6}, cubic).x.value == Approx(std::asin(0.6)).epsilon(1e-6));
    CHECK(inverse(sine, {0.6}).x.value == Approx(std::asin(0.6)).epsilon(3e-4));
    CHECK(inverse(Data{{0, 2}, {0, 1}}, {0.25}, cubic).x.value == Approx(0.5));
    const auto three = inverse(Data{{0, 1, 3}, {0, 1, 2}}, {0.5}, cubic);
    CHECK(three.status == Status::ok);
    // slopes 1 and 3 (2 + 1) / ((4 + 1)/1 + (2 + 2)/0.5) = 9/13: y = u + (1 - u) u^2 (1 - 9/13), at the root 1/2
    const double u = three.x.value;
    CHECK(u + (1 - u) * u * u * 4 / 13 == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("points in any order, and masked, not finite or not positive ones left out") {
    const Data falling{{3, 1, 2, 0, no_number, 5}, {0.1, 0.5, 0.2, 1, 0.4, -3}, {0.01, 0.01, 0.01, 0, 0.01, 0.01}};
    const auto found = inverse(falling, {0.35});
    CHECK(found.x.value == Approx(1.5).epsilon(1e-14));
    CHECK(found.x.variance == Approx(0.005 / 0.09).epsilon(1e-12));
    CHECK(found.points == 5);
    CHECK(inverse(falling, {0.35}).not_positive == 0);
    CHECK(inverse(falling, {0.35}, log_linear).points == 4);
    CHECK(inverse(falling, {0.35}, log_linear).not_positive == 1);
    const std::vector<std::uint8_t> mask{0, 0, 1, 0, 0, 1};
    const auto masked = invert({falling.x, falling.y, falling.variances, mask}, {0.3}, {});
    CHECK(masked.points == 3);
    CHECK(masked.x.value == Approx(2).epsilon(1e-14));
    Data unsure = falling;
    unsure.variances[2] = no_number;
    CHECK(inverse(unsure, {0.3}).x.value == Approx(2).epsilon(1e-14));
}

TEST_CASE("errors of a curve: neighbours apart or together") {
    Data line = data_of([](double x) { return x; }, 0, 4, 5);
    line.variances.assign(5, 0.01);
    CHECK(inverse(line, {1.5}).x.variance == Approx(0.005).epsilon(1e-12));  // half way between two points
    CHECK(inverse(line, {2}).x.variance == Approx(0.01).epsilon(1e-12));
    Options together;
    together.correlated = true;
    const auto shifted = inverse(line, {1.5}, together);
    CHECK(shifted.x.variance == Approx(0.01).epsilon(1e-12));
    CHECK(shifted.lower == Approx(1.4).epsilon(1e-11));
    CHECK(shifted.upper == Approx(1.6).epsilon(1e-11));
    // (x - 1.5)^2 = 0.01 [(2 - x)^2 + (x - 1)^2]: with t = x - 1.5, t^2 = 0.01 (0.5 + 2 t^2)
    CHECK(inverse(line, {1.5}).upper == Approx(1.5 + std::sqrt(0.005 / 0.98)).epsilon(1e-11));
}

TEST_CASE("an interval that goes on beyond the curve has no number at that end") {
    const auto found = inverse(data_of([](double x) { return 1 - x; }, 0, 1, 11), {0.05, 0.01});
    CHECK(found.status == Status::ok);
    CHECK(found.lower == Approx(0.85).epsilon(1e-11));
    CHECK(std::isnan(found.upper));
}

TEST_CASE("the level on a point, the first and the last ones too") {
    const Data falling{{0, 1, 2, 3}, {1, 0.5, 0.2, 0.1}};
    for (const auto method : {Method::linear, Method::monotone_cubic})
        for (std::size_t i = 0; i < 4; ++i) {
            const auto found = inverse(falling, {falling.y[i], 1e-4}, {method});
            CHECK(found.status == Status::ok);
            CHECK(found.x.value == falling.x[i]);
            CHECK(found.x.variance > 0);
            CHECK((std::isnan(found.lower) == (i == 0)));
            CHECK((std::isnan(found.upper) == (i == 3)));
        }
}

TEST_CASE("no inverse: out of range, several, a turn, too few points, no level; all numbers are NaN") {
    const Data falling{{0, 1, 2, 3}, {1, 0.5, 0.2, 0.1}};
    const Data turning{{0, 1, 2, 3, 4}, {1, 0.5, 0.2, 0.6, 0.1}, {0.01, 0.01, 0.01, 0.01, 0.01}};
    const Data bent{{0, 1, 2, 3}, {1, 0.5, 0.2, 0.3}, {1e-4, 1e-4, 1e-4, 1e-4}};
    const auto all_unknown = [](const Result& result, Status status) {
        CHECK(result.status == status);
        for (const double each : {result.x.value, result.x.variance, result.lower, result.upper, result.slope})
            CHECK(std::isnan(each));
    };
    all_unknown(inverse(falling, {0.05}), Status::below_range);
    all_unknown(inverse(falling, {1.05}), Status::above_range);
    all_unknown(inverse(turning, {0.3}), Status::not_monotonic);                         // three crossings
    all_unknown(inverse(bent, {0.35}), Status::not_monotonic);                           // rises by 7 standard errors behind it
    all_unknown(inverse(Data{{0, 1, 2}, {1, 0.5, 0.5}}, {0.5}), Status::not_monotonic);  // lies on the level
    all_unknown(inverse(Data{{0, no_number}, {1, 0}}, {0.5}), Status::too_few_points);
    all_unknown(inverse(falling, {no_number}), Status::no_level);
}

TEST_CASE("a step the other way within its errors is noise, next to the crossing; far from it, it does not matter") {
    Data bent{{0, 1, 2, 3}, {1, 0.5, 0.2, 0.23}, {1e-3, 1e-3, 1e-3, 1e-3}};
    CHECK(inverse(bent, {0.35}).status == Status::ok);
    Options strict;
    strict.monotonic_within = 0.5;
    CHECK(inverse(bent, {0.35}, strict).status == Status::not_monotonic);
    CHECK(inverse(bent, {0.7}, strict).status == Status::ok);  // between 0 and 1
    bent.variances.clear();
    CHECK(inverse(bent, {0.35}).status == Status::not_monotonic);  // an exact curve has no noise
}

TEST_CASE("values whose squares are no numbers any more") {
    const Data tiny{{0, 1, 2, 3}, {1e-200, 1e-201, 1e-202, 1e-203}, {1e-320, 0, 0, 0}};
    const auto found = inverse(tiny, {5.5e-202});
    CHECK(found.status == Status::ok);
    CHECK(found.x.value == Approx(1.5).epsilon(1e-14));
    const auto log_found = inverse(tiny, {1e-201 / std::sqrt(10.0), 0}, log_linear);
    CHECK(log_found.x.value == Approx(1.5).epsilon(1e-12));
    CHECK(log_found.x.variance == 0);
}

TEST_CASE("a level whose variance is no variance has an x, but no errors") {
    const Data line{{0, 1, 2}, {0, 1, 2}};
    for (const double variance : {no_number, -0.01}) {
        const auto found = inverse(line, {0.5, variance});
        CHECK(found.x.value == Approx(0.5));
        CHECK_FALSE(found.x.variance >= 0);
        CHECK(std::isnan(found.lower));
        CHECK(std::isnan(found.upper));
    }
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)inverse(Data{{1, 2}, {1}}, {1}), "x has 2 points and y has 1. They must agree.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)inverse(Data{{1, 2, 1}, {1, 2, 3}}, {1}),
                         "the curve has two points at x = 1. Average them first (rebin, or mean).", std::domain_error);
    Options options;
    options.monotonic_within = -1;
    CHECK_THROWS_WITH_AS((void)inverse(Data{{1, 2}, {1, 2}}, {1}, options), "monotonic_within = -1, must be at least 0.",
                         std::invalid_argument);
}
