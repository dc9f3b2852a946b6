// SPDX-License-Identifier: BSD-3-Clause
// Operations and their derivatives: numbers worked out by hand, finite differences, and variances against seeded Monte Carlo.
#include <sluice/numerics/error_propagation.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include <doctest/doctest.h>

using namespace sluice::numerics;
using doctest::Approx;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Central differences, h = 1e-5: truncation h² f'''/6 is below 1e-9 here, rounding eps/h near 1e-11.
constexpr double h = 1e-5;

template <class Function>
void check_slope(const Function& f, double x) {
    CHECK(f.slope(x) == Approx((f.value(x + h) - f.value(x - h)) / (2 * h)).epsilon(1e-8));
}

template <class Of>
void check_slopes(double x, double y) {
    CHECK(Of::by_a(x, y) == Approx((Of::value(x + h, y) - Of::value(x - h, y)) / (2 * h)).epsilon(1e-8));
    CHECK(Of::by_b(x, y) == Approx((Of::value(x, y + h) - Of::value(x, y - h)) / (2 * h)).epsilon(1e-8));
}

}  // namespace

TEST_CASE("variances of independent operands, by hand") {
    // a = 6 ± sqrt(0.5), b = 2 ± sqrt(0.25)
    CHECK(variance<Add>(6, 0.5, 2, 0.25) == 0.75);       // va + vb
    CHECK(variance<Subtract>(6, 0.5, 2, 0.25) == 0.75);  // va + vb
    CHECK(variance<Multiply>(6, 0.5, 2, 0.25) == 11);    // 4 0.5 + 36 0.25
    CHECK(variance<Divide>(6, 0.5, 2, 0.25) == 0.6875);  // 0.5/4 + 36 0.25/16
    CHECK(variance<Minimum>(6, 0.5, 2, 0.25) == 0.25);   // of b, the smaller
    CHECK(variance<Maximum>(6, 0.5, 2, 0.25) == 0.5);
}

TEST_CASE("variances of one random variable with itself") {
    CHECK(variance_of_same<Add>(3, 3, 0.5) == 2);  // var(2a) = 4v
    CHECK(variance_of_same<Subtract>(3, 3, 0.5) == 0);
    CHECK(variance_of_same<Multiply>(3, 3, 0.5) == 18);  // var(a²) = (2a)² v
    CHECK(variance_of_same<Minimum>(3, 3, 0.5) == 0.5);
    for (const double x : {3.0, 0.1, 1e-30, 7e12}) CHECK(variance_of_same<Divide>(x, x, 0.5) == 0);
}

TEST_CASE("variances of one operand, by hand") {
    CHECK(variance_of(Negate{}, 4, 0.5) == 0.5);
    CHECK(variance_of(Absolute{}, -4, 0.5) == 0.5);
    CHECK(variance_of(Reciprocal{}, 2, 0.5) == 0.03125);  // v/a⁴
    CHECK(variance_of(SquareRoot{}, 4, 0.5) == 0.03125);  // v/(4a)
    CHECK(variance_of(Logarithm{}, 4, 0.5) == 0.03125);   // v/a²
    CHECK(variance_of(Exponential{}, 0, 0.5) == 0.5);
    CHECK(variance_of(Power{3}, 2, 0.5) == 72);  // (3a²)² v
    CHECK(variance_of(Power{0}, 2, 0.5) == 0);
    CHECK(Power{0}.value(5) == 1);
}

TEST_CASE("derivatives agree with finite differences") {
    check_slopes<Add>(1.7, -0.6), check_slopes<Subtract>(1.7, -0.6), check_slopes<Multiply>(1.7, -0.6),
        check_slopes<Divide>(1.7, -0.6);
    check_slopes<Minimum>(1.7, -0.6), check_slopes<Minimum>(-0.6, 1.7), check_slopes<Maximum>(1.7, -0.6),
        check_slopes<Maximum>(-0.6, 1.7);
    for (const double x : {0.3, 1.7}) {
        check_slope(Negate{}, x), check_slope(Reciprocal{}, x), check_slope(SquareRoot{}, x), check_slope(Logarithm{}, x);
        check_slope(Exponential{}, -x), check_slope(Absolute{}, -x), check_slope(Power{2.5}, x), check_slope(Power{-3}, -x);
    }
}

TEST_CASE("NaN stays NaN") {
    for (const double other : {1.0, -1.0}) {
        CHECK(std::isnan(Minimum::value(not_a_number, other)));
        CHECK(std::isnan(Minimum::value(other, not_a_number)));
        CHECK(std::isnan(Maximum::value(not_a_number, other)));
        CHECK(std::isnan(Maximum::value(other, not_a_number)));
    }
    CHECK(std::isnan(Power{0}.value(not_a_number)));
    CHECK(std::isnan(Logarithm::value(-1)));
}

TEST_CASE("variances agree with Monte Carlo") {
    // 200000 draws of normal operands with 1 % uncertainty. The sample variance of n normal numbers has the standard error
    // v sqrt(2/n), 4 of which are allowed. Higher orders are below 1e-3 v, a third of one standard error (3.2e-3 v).
    constexpr std::uint64_t seed = 20251121;
    constexpr int n = 200000;
    constexpr double x = 2, sigma_x = 0.02, y = 5, sigma_y = 0.05;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    const auto check = [&](double expected, const auto& function) {
        double sum = 0, square = 0;
        for (int i = 0; i < n; ++i) {
            const double deviation = function(x + sigma_x * normal(random), y + sigma_y * normal(random)) - function(x, y);
            sum += deviation, square += deviation * deviation;
        }
        const double sampled = (square - sum * sum / n) / (n - 1);
        CHECK(std::abs(sampled - expected) < 4 * sampled * std::sqrt(2.0 / n));
    };
    const double vx = sigma_x * sigma_x, vy = sigma_y * sigma_y;
    check(variance<Add>(x, vx, y, vy), [](double a, double b) { return a + b; });
    check(variance<Multiply>(x, vx, y, vy), [](double a, double b) { return a * b; });
    check(variance<Divide>(x, vx, y, vy), [](double a, double b) { return a / b; });
    check(variance_of(SquareRoot{}, x, vx), [](double a, double) { return std::sqrt(a); });
    check(variance_of(Logarithm{}, x, vx), [](double a, double) { return std::log(a); });
    check(variance_of(Exponential{}, x, vx), [](double a, double) { return std::exp(a); });
    check(variance_of(Reciprocal{}, x, vx), [](double a, double) { return 1 / a; });
    check(variance_of(Power{1.5}, x, vx), [](double a, double) { return std::pow(a, 1.5); });
}

TEST_CASE("an exact 0 has an exact root, an uncertain one an unknown error") {
    CHECK(variance_of(SquareRoot{}, 0, 0) == 0);
    CHECK(variance_of(Power{0.5}, 0, 0) == 0);
    CHECK(std::isinf(variance_of(SquareRoot{}, 0, 0.1)));
    CHECK(std::isnan(variance_of(SquareRoot{}, -1, 0)));
}
