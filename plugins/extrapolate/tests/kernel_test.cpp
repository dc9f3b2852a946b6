// SPDX-License-Identifier: BSD-3-Clause
// Extrapolation: exact polynomials, 50-digit references, what is left out, and its errors.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

namespace {

using namespace sluice::extrapolate;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, variances, mask}; }
};

Options form(Form form, double at = 0) {
    Options options;
    options.form = form;
    options.at = at;
    return options;
}

const Data rates{{2, 6, 11, 15, 20}, {0.0595, 0.0617, 0.0661, 0.0727, 0.0803}, {1e-6, 1.44e-6, 0.81e-6, 1.21e-6, 2.25e-6}};

void check_near(const Estimate& got, double value, double variance) {
    CHECK(got.value == near(value, 1e-12));
    CHECK(got.variance == near(variance, 1e-12));
}

void check_unknown(const Result& result) {
    CHECK(result.status == Status::too_few_points);
    for (const double each :
         {result.value.value, result.value.variance, result.slope.value, result.slope.variance, result.reduced_chi_square})
        CHECK(std::isnan(each));
    for (const double each : result.curve) CHECK(std::isnan(each));
}

}  // namespace

TEST_CASE("exact points give the exact value and slope, wherever they are asked for") {
    // rate = 0.05 (1 + 0.03 t): the average of a linear drift over a window is its value at the mean age.
    const Data line{{1.9935, 6.4235, 10.8535},
                    {0.05 * (1 + 0.03 * 1.9935), 0.05 * (1 + 0.03 * 6.4235), 0.05 * (1 + 0.03 * 10.8535)},
                    {1, 2, 3}};
    CHECK(extrapolate(line, {}).value.value == near(0.05, 1e-13));
    CHECK(extrapolate(line, {}).slope.value == near(0.0015, 1e-13));
    CHECK(extrapolate(line, form(Form::line, -100)).value.value == near(0.05 * (1 - 3), 1e-13));

    const Data parabola{{-1, 0, 1, 2}, {6, 3, 2, 3}, {}};  // (x - 1)^2 + 2
    const auto result = extrapolate(parabola, form(Form::quadratic, 5));
    CHECK(result.value.value == near(18, 1e-13));
    CHECK(result.slope.value == near(8, 1e-13));
    for (std::size_t i = 0; i < 4; ++i) CHECK(result.curve[i] == near(parabola.y[i], 1e-13));
}

TEST_CASE("the normal equations in 50 digits (mpmath 1.2.1), at x = 1") {
    const auto constant = extrapolate(rates, form(Form::constant, 1));
    check_near(constant.value, 0.066602416597328928, 2.3810073305679216e-7);
    CHECK(constant.slope.value == 0);
    CHECK(constant.slope.variance == 0);
    CHECK(constant.reduced_chi_square == near(45.390518113176736, 1e-12));

    const auto line = extrapolate(rates, form(Form::line, 1));
    check_near(line.value, 0.056922034425753693, 7.8268193487938843e-7);
    check_near(line.slope, 0.0011038230768992596, 7.0807062624593982e-9);
    CHECK(line.reduced_chi_square == near(3.1617523194318709, 1e-12));
    CHECK(line.points == 5);
    CHECK(line.curve[0] == near(line.value.value + line.slope.value, 1e-13));

    const auto quadratic = extrapolate(rates, form(Form::quadratic, 1));
    check_near(quadratic.value, 0.059081994217939919, 1.3174581501241017e-6);
    check_near(quadratic.slope, 0.00030054516896457019, 8.1043344786905039e-8);
    CHECK(quadratic.reduced_chi_square == near(0.38059238735352982, 1e-12));
}

TEST_CASE("without variances: equal weights, and uncertainties from the scatter (mpmath 1.2.1)") {
    const auto result = extrapolate(Data{rates.x, rates.y}, form(Form::line, 1));
    check_near(result.value, 0.056580276134122287, 2.3876086530842919e-6);
    check_near(result.slope, 0.0011714003944773176, 1.7478833477923074e-8);
    CHECK(std::isnan(result.reduced_chi_square));
}

TEST_CASE("masked, NaN, zero-variance and out-of-range points are left out; the curve covers them") {
    const Data noisy{{-5, 2, 3, 6, 8, 11, 15, 20, 30},
                     {9, 0.0595, 9, 0.0617, unknown, 0.0661, 0.0727, 0.0803, 9},
                     {1, 1e-6, 1, 1.44e-6, 1, 0.81e-6, 1.21e-6, 2.25e-6, 0},
                     {0, 0, 1, 0, 0, 0, 0, 0, 0}};
    auto options = form(Form::line, 1);
    options.first = 0;
    const auto result = extrapolate(noisy, options), expected = extrapolate(rates, form(Form::line, 1));
    CHECK(result.points == 5);
    CHECK(result.value.value == expected.value.value);
    CHECK(result.value.variance == expected.value.variance);
    for (const double each : result.curve) CHECK(std::isfinite(each));

    options = form(Form::line, 1);
    options.last = 11;
    CHECK(extrapolate(rates, options).points == 3);
}

TEST_CASE("too few points") {
    check_unknown(extrapolate(Data{{1}, {1}, {1}}, {}));
    check_unknown(extrapolate(Data{{1, 2}, {1, unknown}, {1, 1}}, {}));
    check_unknown(extrapolate(Data{{2, 2}, {1, 3}, {1, 1}}, {}));
    check_unknown(extrapolate(Data{{1, 2}, {1, 3}, {1, 1}}, form(Form::quadratic)));
    check_unknown(extrapolate(Data{{1}, {unknown}}, form(Form::constant)));
    CHECK(extrapolate(Data{{1, 2}, {1, 3}, {1, 1}}, {}).status == Status::ok);
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)extrapolate(Data{{1, 2}, {1}}, {}), "x has 2 points and y has 1. They must agree.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)extrapolate(Data{{1, 2}, {1, 2}, {1}}, {}), "variances has 1 points and y has 2. They must agree.",
                         std::invalid_argument);
    Options options;
    options.first = 3;
    options.last = 2;
    CHECK_THROWS_WITH_AS((void)extrapolate(rates, options), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
}
