// SPDX-License-Identifier: BSD-3-Clause
// Polynomials: certified data, 50-digit references, exact curves, what is left out, and bad arguments.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

namespace {

using namespace sluice::polynomial_fit;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, variances, mask}; }
};

Options of_degree(std::ptrdiff_t degree, double about = 0, double at = 0) {
    Options options;
    options.degree = degree;
    options.about = about;
    options.at = at;
    return options;
}

const Data bent{{1, 2, 3.5, 4, 6, 7.5, 9}, {2.1, 3.9, 4.4, 4.1, 3.2, 3.9, 7.3}, {0.04, 0.01, 0.09, 0.0225, 0.01, 0.04, 0.16}};

void check_near(const Estimate& got, double value, double variance, double epsilon = 1e-11) {
    CHECK(got.value == near(value, epsilon));
    CHECK(got.variance == near(variance, epsilon));
}

/// sum_k coefficient_k x^k, at 0 … 20.
Data wampler(const Doubles& coefficients) {
    Data data;
    for (int i = 0; i <= 20; ++i) {
        double y = 0;
        for (std::size_t k = coefficients.size(); k-- > 0;) y = y * i + coefficients[k];
        data.x.push_back(i);
        data.y.push_back(y);
    }
    return data;
}

}  // namespace

TEST_CASE("NIST StRD Pontius: a load cell, quadratic, certified coefficients and standard deviations") {
    Data cell;
    for (int repeat = 0; repeat < 2; ++repeat)
        for (int i = 1; i <= 20; ++i) cell.x.push_back(150000.0 * i);
    cell.y = {.11019,  .21956,  .32949,  .43899,  .54803,  .65694,  .76562,  .87487,  .98292,  1.09146,
              1.20001, 1.30822, 1.41599, 1.52399, 1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844,
              .11052,  .22018,  .32939,  .43886,  .54798,  .65739,  .76596,  .87474,  .98300,  1.09150,
              1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965, 1.84696, 1.95445, 2.06177, 2.16829};
    const auto result = fit(cell, of_degree(2));
    const Doubles values{0.673565789473684e-3, 0.732059160401003e-6, -0.316081871345029e-14};
    const Doubles sigmas{0.107938612033077e-3, 0.157817399981659e-9, 0.486652849992036e-16};
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(result.coefficients[k] == near(values[k], 1e-9));
        CHECK(std::sqrt(result.covariance[4 * k]) == near(sigmas[k], 1e-9));
    }
}

TEST_CASE("NIST StRD Wampler1 and Wampler2: exact polynomials of degree 5") {
    for (const Doubles& certified : {Doubles{1, 1, 1, 1, 1, 1}, Doubles{1, 0.1, 0.01, 0.001, 0.0001, 0.00001}}) {
        const auto result = fit(wampler(certified), of_degree(5));
        for (std::size_t k = 0; k < 6; ++k) CHECK(result.coefficients[k] == near(certified[k], 1e-9));
    }
}

TEST_CASE(
    "the normal equations in 50 digits (mpmath 1.2.1, tests/mpmath_values.py): a weighted cubic about 2.5, and its value at 7") {
    const auto result = fit(bent, of_degree(3, 2.5, 7));
    const Doubles values{4.2589849233065142, 0.49900336377631945, -0.49270109945549229, 0.075348687634455799};
    const Doubles covariance{0.0088473658288393666,  0.0023449823280721593,  -0.0026170387568180135,  0.00033622987303204825,
                             0.0023449823280721593,  0.0049770271263433889,  -0.0023375601042486853,  0.00023303603564631604,
                             -0.0026170387568180135, -0.0023375601042486853, 0.0017706659647737805,   -0.00022683434381745627,
                             0.00033622987303204825, 0.00023303603564631604, -0.00022683434381745627, 3.2681335116868569e-5};
    for (std::size_t k = 0; k < 4; ++k) CHECK(result.coefficients[k] == near(values[k], 1e-11));
    for (std::size_t k = 0; k < 16; ++k) CHECK(result.covariance[k] == near(covariance[k], 1e-11));
    check_near(result.value, 3.3934519570160176, 0.011438716831811736);
    check_near(result.slope, 0.64212624247007867, 0.0072079215954305051);
    CHECK(result.curve[2] == near(4.3406358752617971, 1e-12));
    CHECK(result.curve_variances[2] == near(0.011093370318806142, 1e-11));
    CHECK(result.reduced_chi_square == near(0.12137121029150282, 1e-10));
    CHECK(result.points == 7);
}

TEST_CASE("without variances: equal weights, and uncertainties from the scatter (mpmath 1.2.1, tests/mpmath_values.py)") {
    const auto result = fit(Data{bent.x, bent.y}, of_degree(3, 0, 7));
    check_near(result.value, 3.4044928498723133, 0.0023022474312485005);
    check_near(result.slope, 0.62306365293666035, 0.00032107673072371436);
    CHECK(std::isnan(result.reduced_chi_square));
}

TEST_CASE("a constant is the weighted mean: 1/4 (1 + 3 * 5) with variance 1/4") {
    const auto result = fit(Data{{0, 1}, {1, 5}, {1, 1.0 / 3}}, of_degree(0, 3, 9));
    check_near(result.value, 4, 0.25, 1e-14);
    CHECK(result.slope.value == 0);
    CHECK(result.slope.variance == 0);
    CHECK(result.coefficients[0] == near(4, 1e-14));
}

TEST_CASE("masked, not finite, zero-variance and out-of-range points are left out; the curve covers them") {
    Data noisy = bent;
    for (const double x : {-5.0, 3.0, 8.0, 30.0, 5.0}) {
        noisy.x.push_back(x);
        noisy.y.push_back(x == 8 ? unknown : 99);
        noisy.variances.push_back(x == 5 ? 0 : 1);
    }
    noisy.mask.assign(noisy.x.size(), 0);
    noisy.mask[8] = 1;
    auto options = of_degree(3, 2.5);
    options.first = 0;
    options.last = 20;
    const auto result = fit(noisy, options), expected = fit(bent, of_degree(3, 2.5));
    CHECK(result.points == 7);
    CHECK(result.coefficients == expected.coefficients);
    CHECK(result.covariance == expected.covariance);
    for (const double each : result.curve) CHECK(std::isfinite(each));
}

TEST_CASE("too few points give NaN and a status") {
    for (const Data& data :
         {Data{{1, 2}, {1, 3}, {1, 1}}, Data{{2, 2, 2}, {1, 3, 4}, {1, 1, 1}}, Data{}, Data{{1, 2, 3}, {1, 2, unknown}}}) {
        const auto result = fit(data, of_degree(2));
        CHECK(result.status == Status::too_few_points);
        for (const auto* list : {&result.coefficients, &result.covariance, &result.curve, &result.curve_variances})
            for (const double each : *list) CHECK(std::isnan(each));
        for (const double each : {result.value.value, result.slope.value, result.slope.variance, result.reduced_chi_square})
            CHECK(std::isnan(each));
    }
    CHECK(std::isnan(fit(Data{{1, 2, 3}, {1, 2, 5}}, of_degree(2)).value.variance));  // no point left over
    CHECK(fit(Data{{1, 2, 3}, {1, 2, 5}}, of_degree(2)).status == Status::ok);
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)fit(Data{{1, 2}, {1}}, {}), "x has 2 points and y has 1. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(bent, of_degree(-1)), "a polynomial of degree -1 is asked for; at least 0 is needed.",
                         std::invalid_argument);
    Options options;
    options.first = 3;
    options.last = 2;
    CHECK_THROWS_WITH_AS((void)fit(bent, options), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
}
