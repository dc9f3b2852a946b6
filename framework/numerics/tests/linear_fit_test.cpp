// SPDX-License-Identifier: BSD-3-Clause
// Linear least squares against certified values (NIST StRD, linear), closed forms, and its own contract.
#include <sluice/numerics/linear_fit.hpp>

#include <array>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace {

using namespace sluice::numerics;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Certified {
    double value, sigma;
};

void check_certified(const LinearFit& fit, const std::vector<Certified>& certified, double residual_deviation, double epsilon) {
    REQUIRE(fit.solved);
    for (std::size_t i = 0; i < certified.size(); ++i) {
        CAPTURE(i);
        CHECK(fit.values[i] == near(certified[i].value, epsilon));
        CHECK(fit.sigma(i) == near(certified[i].sigma, epsilon));
    }
    CHECK(std::sqrt(fit.chi_square / static_cast<double>(fit.degrees_of_freedom())) == near(residual_deviation, epsilon));
}

std::string refusal(const Doubles& design, std::ptrdiff_t columns, const Doubles& y, const Doubles& variances = {}) {
    try {
        (void)linear_fit(design, columns, y, variances);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

// --- certified values: NIST Standard Reference Datasets, linear regression, www.itl.nist.gov/div898/strd (public domain) ---

TEST_CASE("NIST Norris: a straight line") {
    const Doubles x{0.2, 337.4, 118.2, 884.6, 10.1,  226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4,
                    0.6, 775.5, 666.9, 338.0, 447.5, 11.6,  556.0, 228.1, 995.8, 887.6, 120.2, 0.3,
                    0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1,  118.3, 229.2, 669.1, 448.9, 0.5};
    const Doubles y{0.1, 338.8, 118.1, 888.0, 9.2,   228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3,
                    0.1, 778.1, 668.8, 339.3, 448.9, 10.8,  557.7, 228.3, 998.0, 888.8, 119.6, 0.3,
                    0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2,  117.6, 228.9, 668.4, 449.2, 0.2};
    const auto fit = polynomial_fit(x, 1, y);
    CHECK(fit.points == 36);
    CHECK_FALSE(fit.weighted);
    check_certified(fit, {{-0.262323073774029, 0.232818234301152}, {1.00211681802045, 0.429796848199937e-3}}, 0.884796396144373,
                    1e-12);
}

TEST_CASE("NIST NoInt1: a line through the origin") {
    Doubles x, y;
    for (int i = 60; i <= 70; ++i) {
        x.push_back(i);
        y.push_back(i + 70);
    }
    check_certified(linear_fit(x, 1, y), {{2.07438016528926, 0.165289256198347e-1}}, 3.56753034006338, 1e-13);
}

TEST_CASE("NIST Longley: seven nearly collinear columns") {
    const std::vector<std::array<double, 7>> rows{
        {60323, 83.0, 234289, 2356, 1590, 107608, 1947},  {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
        {60171, 88.2, 258054, 3682, 1616, 109773, 1949},  {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
        {63221, 96.2, 328975, 2099, 3099, 112075, 1951},  {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
        {64989, 99.0, 365385, 1870, 3547, 115094, 1953},  {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
        {66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
        {68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
        {68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
        {69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
    Doubles design, y;
    for (const auto& row : rows) {
        y.push_back(row[0]);
        design.push_back(1);
        design.insert(design.end(), row.begin() + 1, row.end());
    }
    check_certified(linear_fit(design, 7, y),
                    {{-3482258.63459582, 890420.383607373},
                     {15.0618722713733, 84.9149257747669},
                     {-0.358191792925910e-1, 0.334910077722432e-1},
                     {-2.02022980381683, 0.488399681651699},
                     {-1.03322686717359, 0.214274163161675},
                     {-0.511041056535807e-1, 0.226073200069370},
                     {1829.15146461355, 455.478499142212}},
                    304.854073561965, 1e-9);
}

TEST_CASE("NIST Wampler1: 1 + x + ... + x^5 exactly") {
    Doubles x, y;
    for (int i = 0; i <= 20; ++i) {
        x.push_back(i);
        y.push_back(1 + i * (1 + i * (1 + i * (1 + i * (1.0 + i)))));
    }
    const auto fit = polynomial_fit(x, 5, y);
    for (const double value : fit.values) CHECK(value == near(1, 1e-8));
    CHECK(evaluate(fit, polynomial_design(x, 5))[20] == near(y[20], 1e-13));
}

// --- closed forms ---

TEST_CASE("a weighted line: the sums of the text book, covariance not scaled") {
    const Doubles x{1, 2, 4, 7}, y{3.1, 4.9, 9.2, 14.7}, variances{0.1, 0.2, 0.1, 0.4};
    double s = 0, sx = 0, sxx = 0, sy = 0, sxy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double w = 1 / variances[i];
        s += w;
        sx += w * x[i];
        sxx += w * x[i] * x[i];
        sy += w * y[i];
        sxy += w * x[i] * y[i];
    }
    const double delta = s * sxx - sx * sx;
    const auto fit = polynomial_fit(x, 1, y, variances);
    CHECK(fit.weighted);
    CHECK(fit.values[0] == near((sxx * sy - sx * sxy) / delta, 1e-13));
    CHECK(fit.values[1] == near((s * sxy - sx * sy) / delta, 1e-13));
    CHECK(fit.variance(0) == near(sxx / delta, 1e-13));
    CHECK(fit.variance(1) == near(s / delta, 1e-13));
    CHECK(fit.covariance[1] == near(-sx / delta, 1e-13));
    CHECK(fit.covariance[2] == fit.covariance[1]);
    double chi_square = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        chi_square += std::pow(y[i] - fit.values[0] - fit.values[1] * x[i], 2) / variances[i];
    CHECK(fit.chi_square == near(chi_square, 1e-12));
    CHECK(fit.reduced_chi_square() == near(chi_square / 2, 1e-12));
}

TEST_CASE("degree 0 is the weighted mean") {
    const auto fit = polynomial_fit(Doubles{5, 6}, 0, Doubles{1, 4}, Doubles{1, 0.5});
    CHECK(fit.values[0] == near(3, 1e-15));
    CHECK(fit.variance(0) == near(1.0 / 3, 1e-15));
}

TEST_CASE("the covariance does not depend on the units of the columns") {
    const Doubles x{1, 2, 4, 7}, y{3.1, 4.9, 9.2, 14.7}, variances{0.1, 0.2, 0.1, 0.4};
    Doubles small;
    for (const double each : x) small.push_back(1e-150 * each);
    const auto fit = polynomial_fit(x, 1, y, variances), scaled = polynomial_fit(small, 1, y, variances);
    CHECK(scaled.values[1] == near(1e150 * fit.values[1], 1e-13));
    CHECK(scaled.sigma(1) == near(1e150 * fit.sigma(1), 1e-13));
}

TEST_CASE("as many points as coefficients: exact, with the variances of y or with none") {
    const auto weighted = polynomial_fit(Doubles{1, 3}, 1, Doubles{2, 6}, Doubles{1, 1});
    CHECK(weighted.values[1] == near(2, 1e-15));
    CHECK(weighted.variance(1) == near(0.5, 1e-14));  // (1 + 1) / (3 - 1)^2
    CHECK(std::isnan(weighted.reduced_chi_square()));
    const auto unweighted = polynomial_fit(Doubles{1, 3}, 1, Doubles{2, 6});
    CHECK(unweighted.values[1] == near(2, 1e-15));
    CHECK(std::isnan(unweighted.variance(1)));
}

// --- the contract ---

TEST_CASE("points that are not finite, or whose variance is not above 0, are left out") {
    const Doubles x{1, 2, 3, unknown, 5, 6, 7}, y{3, unknown, 7, 9, 11, 99, 15}, variances{1, 1, 1, 1, unknown, 0, 1};
    const auto fit = polynomial_fit(x, 1, y, variances),
               same = polynomial_fit(Doubles{1, 3, 7}, 1, Doubles{3, 7, 15}, Doubles{1, 1, 1});
    CHECK(fit.points == 3);
    CHECK(fit.values == same.values);
    CHECK(fit.covariance == same.covariance);
}

TEST_CASE("within: masked points and those outside of the range become NaN") {
    const Doubles x{1, 2, 3, 4}, y{10, 20, 30, 40};
    const std::vector<std::uint8_t> mask{0, 0, 7, 0};
    const auto kept = within(x, 2, 4, y, mask);
    CHECK(std::isnan(kept[0]));
    CHECK(kept[1] == 20);
    CHECK(std::isnan(kept[2]));
    CHECK(kept[3] == 40);
    CHECK(within(x, 1, 4, y, {}) == y);
    CHECK_THROWS_WITH_AS((void)within(x, 3, 2, y, {}), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)within(x, 1, 4, Doubles{1}, {}), "x has 4 points and y has 1. They must agree.",
                         std::invalid_argument);
}

TEST_CASE("what the points do not determine is not solved") {
    const auto check = [](const LinearFit& fit) {
        CHECK_FALSE(fit.solved);
        for (const double value : fit.values) CHECK(std::isnan(value));
        for (const double value : fit.covariance) CHECK(std::isnan(value));
        CHECK(std::isnan(fit.chi_square));
        CHECK(std::isnan(fit.reduced_chi_square()));
    };
    check(polynomial_fit(Doubles{}, 1, Doubles{}));
    check(polynomial_fit(Doubles{1}, 1, Doubles{1}));
    check(polynomial_fit(Doubles{2, 2, 2}, 1, Doubles{1, 2, 3}));
    check(linear_fit(Doubles{0.1, 0.3, 0.2, 0.6, 0.7, 2.1}, 2, Doubles{1, 2, 4}));
    check(linear_fit(Doubles{0, 0}, 1, Doubles{1, 2}));
}

TEST_CASE("wrong lengths are refused with both numbers") {
    CHECK(refusal({1, 2, 3}, 2, {1, 2}) == "the design has 3 numbers; 2 points with 2 columns need 4.");
    CHECK(refusal({1, 2}, 1, {1, 2}, {1}) == "variances has 1 points and y has 2. They must agree.");
    CHECK(refusal({}, 0, {}) == "a linear fit has 0 columns; at least 1 is needed.");
    CHECK_THROWS_AS((void)polynomial_fit(Doubles{1}, -1, Doubles{1}), std::invalid_argument);
}
