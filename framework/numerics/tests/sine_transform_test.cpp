// SPDX-License-Identifier: BSD-3-Clause
// Sums of sines against sums in long double, closed forms, and their own inverse; grids at the edge of each way.
#include <sluice/numerics/sine_transform.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

using sluice::numerics::SineSum;
using sluice::numerics::trapezoid_weights;
using Way = SineSum::Way;
using doctest::Approx;
using doctest::Contains;
using Doubles = std::vector<double>;

namespace {

constexpr double pi = std::numbers::pi, unknown = std::numeric_limits<double>::quiet_NaN();

Doubles points(double first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back(first + i * step);
    return out;
}

/// (first + i) step, as natural grids are made.
Doubles multiples(int first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back((first + i) * step);
    return out;
}

Doubles numbers(std::size_t count) {
    Doubles out(count);
    sluice::numerics::RandomStream(5, 0, 0).fill_normal(out);
    return out;
}

Doubles sine(const SineSum& sum, const Doubles& a, std::size_t count) {
    Doubles out(count, unknown);
    sum.sine(a, out);
    return out;
}

Doubles sine_squared(const SineSum& sum, const Doubles& a, std::size_t count) {
    Doubles out(count, unknown);
    sum.sine_squared(a, out);
    return out;
}

struct Grids {
    std::string name;
    Doubles x, y;
};

/// Both sums of `a`, in long double.
struct Sums {
    std::vector<long double> sine, squared;
    Sums(const Grids& grids, const Doubles& a) : sine(grids.y.size()), squared(grids.y.size()) {
        for (std::size_t j = 0; j < grids.y.size(); ++j)
            for (std::size_t k = 0; k < grids.x.size(); ++k) {
                const long double wave = std::sin(static_cast<long double>(grids.x[k]) * static_cast<long double>(grids.y[j]));
                sine[j] += a[k] * wave;
                squared[j] += a[k] * wave * wave;
            }
    }
};

double largest(const Doubles& values) {
    double out = 0;
    for (const double each : values) out = std::max(out, std::abs(each));
    return out;
}

double largest_difference(const Doubles& a, const std::vector<long double>& b) {
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, static_cast<double>(std::abs(a[i] - b[i])));
    return out;
}

/// `accuracy` is that of the transform or recurrence, as part of sum |a|, to which the rounding of the phases is added.
void check(const Grids& grids, const std::vector<Way>& ways, double accuracy) {
    CAPTURE(grids.name);
    const Doubles a = numbers(grids.x.size());
    const Sums expected(grids, a);
    double size = 0;
    for (const double each : a) size += std::abs(each);
    const double tolerance = (accuracy + 2e-16 * largest(grids.x) * largest(grids.y)) * size;
    for (const Way way : ways) {
        CAPTURE(static_cast<int>(way));
        const SineSum sum(grids.x, grids.y, way);
        CHECK((way == Way::automatic || sum.way() == way));
        CHECK(largest_difference(sine(sum, a, grids.y.size()), expected.sine) <= tolerance);
        CHECK(largest_difference(sine_squared(sum, a, grids.y.size()), expected.squared) <= tolerance);
    }
}

/// dx dy = pi / n.
double step_of_y(double dx, int n) { return pi / (n * dx); }

}  // namespace

// The tolerances are the accuracy that the header promises.
TEST_CASE("every way equals the sum in long double: on common lattices") {
    const Grids all[] = {
        {"from 0", multiples(0, 0.02, 300), multiples(0, step_of_y(0.02, 4000), 500)},
        {"from q_min, as measured", multiples(25, 0.02, 600), multiples(1, step_of_y(0.02, 15708), 700)},
        {"n prime", multiples(3, 0.02, 300), multiples(0, step_of_y(0.02, 3989), 400)},
        {"n odd, x beyond pi / dy", multiples(0, 0.5, 900), multiples(0, step_of_y(0.5, 251), 900)},
        {"n = 1: every sine is 0", multiples(0, 1, 7), multiples(-2, pi, 9)},
        {"n = 2", multiples(-3, 1, 7), multiples(-2, pi / 2, 9)},
        {"negative", multiples(-400, 0.02, 300), multiples(-20, step_of_y(0.02, 1000), 400)},
        {"decreasing", multiples(-40, -0.02, 100), multiples(20, -step_of_y(0.02, 1000), 100)},
    };
    for (const auto& grids : all) check(grids, {Way::dst, Way::chirp_z, Way::direct, Way::automatic}, 1e-14);
}

TEST_CASE("evenly spaced grids of any offset and step") {
    const Grids all[] = {
        {"plain steps of r", points(0.5, 0.02, 600), points(0, 0.01, 700)},
        {"both offset", points(0.777, 0.0213, 300), points(1.234, 0.0371, 400)},
        {"one negative, one decreasing", points(-3, 0.01, 300), points(20, -0.05, 350)},
        {"two points", points(0.3, 0.1, 2), points(0.1, 3.7, 2)},
        {"many and two", points(0.3, 0.001, 500), points(5, 3.7, 2)},
        {"far out", points(1000, 0.25, 128), points(3, 0.125, 128)},  // phases to 2e4
    };
    for (const auto& grids : all) check(grids, {Way::chirp_z, Way::direct, Way::automatic}, 1e-14);
}

TEST_CASE("uneven grids are summed directly: along the other one, or sine by sine") {
    Doubles x = points(0.5, 0.02, 400), y = points(0, 0.01, 500);
    Doubles rough_x = x, rough_y = y;
    for (double& each : rough_x) each += 1e-4 * std::sin(100 * each);
    for (double& each : rough_y) each += 1e-4 * std::cos(100 * each);
    const std::vector<Way> ways{Way::direct, Way::automatic};
    check({"x uneven", rough_x, y}, ways, 1e-14);
    check({"y uneven", x, rough_y}, ways, 1e-14);
    check({"both uneven", rough_x, rough_y}, ways, 1e-15);
    check({"in any order", {3, 1, 2, 2, -1}, {0.5, 0.1, 7, -3}}, ways, 1e-15);
    CHECK(SineSum(rough_x, y).way() == Way::direct);
}

TEST_CASE("all weight on one slow wave, the worst case of the recurrence: 3e-13") {
    check({"one x", {1.5}, points(0, 0.01, 3000)}, {Way::direct}, 3e-13);
    check({"slow", {1e-4, 1.7e-4}, points(0, 0.01, 3000)}, {Way::direct}, 3e-13);
    check({"one y", points(0, 0.01, 3000), {1e-4}}, {Way::direct}, 3e-13);
}

TEST_CASE("closed forms: equal weights on equal steps; five terms by mpmath") {
    constexpr int n = 2000;
    const Doubles x = multiples(1, 0.02, n), y = points(0.003, 0.01, 3000), ones(n, 1.0);
    for (const Way way : {Way::chirp_z, Way::direct}) {
        const Doubles sums = sine(SineSum(x, y, way), ones, y.size());
        for (std::size_t j = 0; j < y.size(); ++j) {  // sum_k sin(k t) = sin(n t / 2) sin((n + 1) t / 2) / sin(t / 2)
            const double t = 0.02 * y[j];
            CHECK(sums[j] == Approx(std::sin(n * t / 2) * std::sin((n + 1) * t / 2) / std::sin(t / 2)).scale(n).epsilon(1e-13));
        }
    }
    // sum_{k=1}^5 k sin(0.3 k 1.7) and the same of sin^2: mpmath 1.2.1, 30 digits.
    const SineSum five(multiples(1, 0.3, 5), Doubles{1.7});
    CHECK(sine(five, {1, 2, 3, 4, 5}, 1)[0] == Approx(11.546030317366664).epsilon(1e-14));
    CHECK(sine_squared(five, {1, 2, 3, 4, 5}, 1)[0] == Approx(9.4227054518727685).epsilon(1e-14));
}

TEST_CASE("the sine transform of a Gaussian pair is a pair of Gaussians, at the trapezoid's full accuracy") {
    constexpr double r0 = 2.8, width = 0.22;
    const Doubles q = multiples(0, 0.02, 2001);  // to 40: the rest is below 1e-16
    Doubles weighted = trapezoid_weights(q);
    for (std::size_t k = 0; k < q.size(); ++k)
        weighted[k] *= 2 / pi * std::sin(q[k] * r0) * std::exp(-width * width * q[k] * q[k] / 2);
    for (const Doubles& r : {points(0, 0.01, 3000), multiples(0, step_of_y(0.02, 15708), 3000)}) {
        const Doubles g = sine(SineSum(q, r), weighted, r.size());
        const auto gauss = [&](double x) { return std::exp(-x * x / (2 * width * width)) / (width * std::sqrt(2 * pi)); };
        for (std::size_t j = 0; j < r.size(); ++j)
            CHECK(g[j] == Approx(gauss(r[j] - r0) - gauss(r[j] + r0)).scale(1).epsilon(1e-13));
    }
}

TEST_CASE("there and back on a lattice: n / 2 times what went in") {
    for (const int n : {2, 64, 1009, 15708}) {
        const Doubles x = multiples(1, 0.02, n - 1), y = multiples(1, step_of_y(0.02, n), n - 1);
        const Doubles a = numbers(x.size());
        const SineSum there(x, y), back(y, x);
        if (n == 15708) CHECK(there.way() == Way::dst);
        const Doubles again = sine(back, sine(there, a, y.size()), x.size());
        double worst = 0;
        for (std::size_t k = 0; k < a.size(); ++k) worst = std::max(worst, std::abs(2 * again[k] / n - a[k]));
        CAPTURE(n);
        CHECK(worst < 1e-13);
    }
}

TEST_CASE("the way taken: what fits the grids and is less work") {
    const Doubles q = multiples(25, 0.02, 1201);
    CHECK(SineSum(q, points(0, 0.01, 3000)).way() == Way::chirp_z);
    CHECK(SineSum(multiples(1, 0.02, 4095), multiples(1, step_of_y(0.02, 4096), 4095)).way() == Way::dst);
    CHECK(SineSum(q, multiples(0, step_of_y(0.02, 15727), 3000)).way() == Way::chirp_z);  // a prime: a slow transform
    CHECK(SineSum(q, Doubles{1, 1.5, 4}).way() == Way::direct);
    CHECK(SineSum(multiples(0, 0.1, 4), multiples(0, 0.1, 4)).way() == Way::direct);
}

TEST_CASE("grids that came from another unit are still lattices; grids that are nearly one are not") {
    Doubles q = multiples(25, 0.2, 501), r = multiples(0, step_of_y(0.02, 15708), 1500);
    for (double& each : q) each *= 0.1;  // 1/nm
    for (double& each : r) each = each * 0.1 / 0.1;
    CHECK(SineSum(q, r, Way::dst).way() == Way::dst);
    check({"another unit", q, r}, {Way::dst}, 1e-14);
    r[1000] += 1e-9;
    CHECK_THROWS_AS(SineSum(q, r, Way::dst), std::invalid_argument);
    CHECK_THROWS_AS(SineSum(q, r, Way::chirp_z), std::invalid_argument);
    const Doubles drawn = multiples(0, step_of_y(0.02, 15708) * (1 + 1e-9), 1500);
    CHECK_THROWS_AS(SineSum(q, drawn, Way::dst), std::invalid_argument);
    CHECK(SineSum(q, drawn).way() == Way::chirp_z);
}

TEST_CASE("nothing, one point, and points at 0") {
    const Doubles none, one{2}, y{0, 0.5, 0};
    CHECK(sine(SineSum(none, y), {}, 3) == Doubles{0, 0, 0});
    CHECK(sine_squared(SineSum(none, y), {}, 3) == Doubles{0, 0, 0});
    CHECK(sine(SineSum(one, none), {5}, 0).empty());
    CHECK(SineSum(none, none).way() == Way::direct);
    CHECK(sine(SineSum(one, y), {3}, 3) == Doubles{0, 3 * std::sin(1.0), 0});
    CHECK(sine_squared(SineSum(one, y), {3}, 3)[1] == Approx(3 * std::sin(1.0) * std::sin(1.0)).epsilon(1e-15));
    CHECK(sine(SineSum(Doubles{0, 0}, y), {3, 4}, 3) == Doubles{0, 0, 0});
    CHECK(sine(SineSum(Doubles{1, 2}, Doubles{0, 0, 0}), {3, 4}, 3) == Doubles{0, 0, 0});
    for (const Way way : {Way::dst, Way::chirp_z, Way::direct}) {
        const Doubles x = multiples(0, 0.02, 300), r = multiples(0, step_of_y(0.02, 2000), 400), a = numbers(300);
        CHECK(sine(SineSum(x, r, way), a, 400)[0] == 0);
        CHECK(sine_squared(SineSum(x, r, way), a, 400)[0] == 0);
    }
}

TEST_CASE("sums of squares of weights that are not negative are not negative, to the last bit") {
    const Doubles x = multiples(0, 0.02, 300);
    const Doubles ones(300, 1.0);
    for (const Doubles& y : {multiples(0, step_of_y(0.02, 2000), 2001), points(0, 1e-10, 200), points(-1e-8, 1e-10, 200)})
        for (const Way way : {Way::automatic, Way::chirp_z, Way::direct}) {
            const Doubles squares = sine_squared(SineSum(x, y, way), ones, y.size());
            CHECK(std::all_of(squares.begin(), squares.end(), [](double each) { return each >= 0; }));
        }
}

TEST_CASE("a NaN or an infinity makes every sum NaN, whichever the way") {
    const Doubles x = multiples(0, 0.02, 300), y = multiples(0, step_of_y(0.02, 2000), 400);
    for (const double bad : {unknown, std::numeric_limits<double>::infinity()})
        for (const Way way : {Way::dst, Way::chirp_z, Way::direct}) {
            Doubles a = numbers(300);
            a[0] = bad;  // where the sine is 0
            for (const Doubles& out : {sine(SineSum(x, y, way), a, 400), sine_squared(SineSum(x, y, way), a, 400)})
                CHECK(std::all_of(out.begin(), out.end(), [](double each) { return std::isnan(each); }));
        }
}

TEST_CASE("what does not fit is refused with the reason") {
    const Doubles x = points(0.5, 0.02, 10), y = points(0, 0.01, 10), one{1};
    CHECK_THROWS_WITH_AS(SineSum(Doubles{1, unknown}, y), "x has nan at index 1, must be finite.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(SineSum(x, Doubles{std::numeric_limits<double>::infinity()}), "y has inf at index 0, must be finite.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(SineSum(x, y, Way::dst), Contains("the way 'dst' needs x = k dx and y = j dy"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(SineSum(x, one, Way::chirp_z), Contains("the way 'chirp_z' needs two evenly spaced grids"),
                         std::invalid_argument);
    const SineSum sum(x, y);
    Doubles out(10), shorter(9);
    CHECK_THROWS_WITH_AS(sum.sine(shorter, out), "a has 9 and out 10 elements; x has 10 and y 10.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(sum.sine_squared(out, shorter), "a has 10 and out 9 elements; x has 10 and y 10.",
                         std::invalid_argument);
}

TEST_CASE("many threads make plans and use one object at once: the same bits as alone") {
    const Doubles x = multiples(1, 0.02, 499), a = numbers(499);
    for (const Doubles& y : {multiples(1, step_of_y(0.02, 500), 499), points(0, 0.01, 800)}) {
        SineSum moved(x, y);
        const SineSum shared = std::move(moved);
        const Doubles alone = sine(shared, a, y.size()), squared = sine_squared(shared, a, y.size());
        std::vector<int> same(8, 0);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < same.size(); ++t)
            threads.emplace_back([&, t] {
                same[t] = 1;
                for (int i = 0; i < 10; ++i) {
                    const SineSum own(x, y);
                    same[t] &= sine(shared, a, y.size()) == alone && sine_squared(own, a, y.size()) == squared;
                }
            });
        for (auto& thread : threads) thread.join();
        CHECK(same == std::vector<int>(8, 1));
    }
}

TEST_CASE("weights of the trapezoidal rule") {
    CHECK(trapezoid_weights(Doubles{1, 2, 4, 4.5}) == Doubles{0.5, 1.5, 1.25, 0.25});
    CHECK(trapezoid_weights(Doubles{3}) == Doubles{0});
    CHECK(trapezoid_weights(Doubles{}).empty());
    CHECK_THROWS_WITH_AS((void)trapezoid_weights(Doubles{1, 3, 2}), "x must increase strictly, but has 2 at index 2 after 3.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)trapezoid_weights(Doubles{1, 1}), "x must increase strictly, but has 1 at index 1 after 1.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)trapezoid_weights(Doubles{1, unknown}),
                         "x must increase strictly, but has nan at index 1 after 1.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)trapezoid_weights(Doubles{unknown}), "x has nan at index 0, must be finite.",
                         std::invalid_argument);
}
