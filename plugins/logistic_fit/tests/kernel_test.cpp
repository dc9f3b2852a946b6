// SPDX-License-Identifier: BSD-3-Clause
// The logistic: exact curves, NIST Rat42, scipy, sharp steps, what is no transition, too few points, bad arguments.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::logistic_fit;
using Doubles = std::vector<double>;

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, variances, mask}; }
};

double logistic(double x, double midpoint, double width, double low, double high) {
    return low + (high - low) / (1 + std::exp(-(x - midpoint) / width));
}

/// 30 temperatures, 10 K apart.
Data exact(double midpoint, double width, double low, double high) {
    Data data;
    for (int i = 0; i < 30; ++i) {
        data.x.push_back(300 + 10 * i);
        data.y.push_back(logistic(data.x.back(), midpoint, width, low, high));
    }
    return data;
}

Data with_errors(Data data, double sigma) {
    data.variances.assign(data.x.size(), sigma * sigma);
    return data;
}

Data sharp(double from, double low, double high) {
    Data data = exact(400, 1, 0, 0);
    for (std::size_t i = 0; i < data.x.size(); ++i) data.y[i] = data.x[i] < from ? low : high;
    return with_errors(data, 0.01);
}

Options with_low(double low) {
    Options options;
    options.low = low;
    return options;
}

/// Medium-range order of a glass on heating; y from numpy's default_rng(157184504), see scipy_values.py.
const Data heating{{300, 330, 360, 385, 400, 415, 430, 445, 460, 490, 520, 560},
                   {0.352, 0.3492, 0.3546, 0.3538, 0.3667, 0.3869, 0.4106, 0.4325, 0.4467, 0.4576, 0.4591, 0.456},
                   {4e-6, 4e-6, 4e-6, 9e-6, 9e-6, 4e-6, 4e-6, 9e-6, 9e-6, 4e-6, 4e-6, 4e-6}};

/// scipy takes differences for its derivatives.
void check_near(const Value& got, double value, double variance) {
    CHECK(got.value == near(value, 1e-6));
    CHECK(got.variance == near(variance, 1e-5));
}

void check_nothing(const Result& result) {
    for (const Value& each : {result.midpoint, result.width, result.low, result.high, result.curve.at(400)}) {
        CHECK(std::isnan(each.value));
        CHECK(std::isnan(each.variance));
    }
}

/// Changes of medium-range order at 4 temperatures, the truth being 655 K (width 12 K).
const Doubles four_temperatures{300, 450, 600, 700}, four_changes{0, 0.02, 0.04, 0.12};

}  // namespace

TEST_CASE("exact data give their parameters back: rising and falling, any scale") {
    for (const double step : {2.0, -2.0, 3e7, -4e-9})
        for (const double width : {4.0, 12.0, 35.0})
            for (const double midpoint : {340.0, 451.0, 458.0, 555.0}) {
                CAPTURE(step);
                CAPTURE(width);
                CAPTURE(midpoint);
                const double low = 0.7 * std::abs(step);
                const auto result = fit(exact(midpoint, width, low, low + step), {});
                REQUIRE(result.status == Status::ok);
                CHECK(result.midpoint.value == near(midpoint, 1e-7));
                CHECK(result.width.value == near(width, 1e-7));
                CHECK(result.low.value == near(low, 1e-7));
                CHECK(result.high.value == near(low + step, 1e-7));
                CHECK(result.curve.at(433).value == near(logistic(433, midpoint, width, low, low + step), 1e-7));
            }
}

TEST_CASE("NIST StRD Rat42, certified: y = b1 / (1 + exp(b2 - b3 x)), so low = 0, midpoint = b2/b3, width = 1/b3") {
    const Data pasture{{9, 14, 21, 28, 42, 57, 63, 70, 79}, {8.93, 10.8, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08}};
    const auto result = fit(pasture, with_low(0));
    REQUIRE(result.status == Status::ok);
    CHECK(result.high.value == near(7.2462237576e+01, 1e-8));
    CHECK(result.midpoint.value == near(2.6180768402e+00 / 6.7359200066e-02, 1e-8));
    CHECK(result.width.value == near(1 / 6.7359200066e-02, 1e-8));
    CHECK(std::sqrt(result.high.variance) == near(1.7340283401e+00, 1e-6));
    CHECK(std::sqrt(result.width.variance) == near(3.4465663377e-03 / 6.7359200066e-02 / 6.7359200066e-02, 1e-6));
    CHECK(result.reduced_chi_square * 6 == near(8.0565229338e+00, 1e-9));
    CHECK(result.low.value == 0);
    CHECK(result.low.variance == 0);
}

TEST_CASE("scipy 1.10.1 curve_fit finds the same (tests/scipy_values.py)") {
    const auto free = fit(heating, {});
    REQUIRE(free.status == Status::ok);
    check_near(free.midpoint, 426.31053211778544, 0.978064845219712);
    check_near(free.width, 15.438766936671335, 1.0820012523334828);
    check_near(free.low, 0.3509159948872155, 1.4284941920240757e-06);
    check_near(free.high, 0.4580720366393634, 1.4820705778196082e-06);
    CHECK(free.curve.covariance[1] == near(0.080406749633319, 1e-4));
    CHECK(free.curve.covariance[4] == free.curve.covariance[1]);
    CHECK(free.reduced_chi_square == near(0.8327511323079908, 1e-9));
    CHECK(free.points == 12);

    const auto fixed = fit(heating, with_low(0.35));
    check_near(fixed.midpoint, 426.01365410840754, 0.8405277036758667);
    check_near(fixed.width, 15.748502374447416, 0.9203977788926726);
    check_near(fixed.high, 0.4581648424488986, 1.4787902293611985e-06);
    CHECK(fixed.reduced_chi_square == near(0.805874427057553, 1e-9));

    const auto unweighted = fit(Data{heating.x, heating.y}, {});
    check_near(unweighted.midpoint, 426.3607584545006, 0.9657936763815632);
    check_near(unweighted.width, 15.322058390554924, 0.727171312627729);
    check_near(unweighted.low, 0.3505495387199856, 1.478491220831718e-06);
    check_near(unweighted.high, 0.45793710333731175, 1.5711887032271377e-06);
    CHECK(unweighted.reduced_chi_square == near(4.396644103750352e-06, 1e-8));
}

TEST_CASE("the curve at the midpoint is half way, and its variance is that of the full covariance") {
    const auto result = fit(heating, {});
    const auto& c = result.curve.covariance;
    const double m = result.midpoint.value, half = (result.low.value + result.high.value) / 2;
    const double slope = (result.high.value - result.low.value) / 4 / result.width.value;
    CHECK(result.curve.at(m).value == near(half, 1e-13));
    const double expected = slope * slope * c[0] + (c[10] + c[15]) / 4 + c[11] / 2 - slope * (c[2] + c[3]);
    CHECK(result.curve.at(m).variance == near(expected, 1e-10));
    CHECK(result.curve.at(-1e6).value == near(result.low.value, 1e-13));
    CHECK(result.curve.at(1e6).variance == near(result.high.variance, 1e-10));
    CHECK(std::isnan(result.curve.at(unknown).value));
}

TEST_CASE("the order of the points and the origin of x are no matter") {
    Data turned = heating, far = heating;
    std::reverse(turned.x.begin(), turned.x.end());
    std::reverse(turned.y.begin(), turned.y.end());
    std::reverse(turned.variances.begin(), turned.variances.end());
    for (double& x : far.x) x = (x + 1e4) * 1e3;
    const auto here = fit(heating, {}), same = fit(turned, {}), moved = fit(far, {});
    CHECK(same.midpoint.value == near(here.midpoint.value, 1e-9));
    CHECK(moved.midpoint.value == near((here.midpoint.value + 1e4) * 1e3, 1e-9));
    CHECK(moved.width.value == near(here.width.value * 1e3, 1e-6));
    CHECK(moved.width.variance == near(here.width.variance * 1e6, 1e-5));
}

TEST_CASE("a step sharper than the spacing is unresolved: the gap, its width / sqrt(12), and the means of both sides") {
    const auto result = fit(sharp(455, 1, 3), {});
    REQUIRE(result.status == Status::unresolved);
    CHECK(result.midpoint.value == near(455, 1e-12));
    CHECK(std::sqrt(result.midpoint.variance) == near(10 / std::sqrt(12.0), 0.05));  // and what the noise adds
    CHECK(std::isnan(result.width.value));
    CHECK(std::isnan(result.width.variance));
    CHECK(result.low.value == near(1, 1e-12));
    CHECK(result.low.variance == near(1e-4 / 16, 1e-9));
    CHECK(result.high.variance == near(1e-4 / 14, 1e-9));
    CHECK(result.curve.at(450).value == near(1, 1e-12));
    CHECK(result.curve.at(460).value == near(3, 1e-12));
    CHECK(std::isnan(result.curve.at(455).value));

    Data one = sharp(455, 1, 3);  // one point on the rise: the midpoint is on the side where it says
    one.y[15] = 2.6;
    const auto between = fit(one, {});
    REQUIRE(between.status == Status::unresolved);
    CHECK(between.midpoint.value == near(445, 1e-12));
    CHECK(std::isnan(between.curve.at(450).value));
}

TEST_CASE("four temperatures: the onset is bracketed, not resolved, with and without variances") {
    for (const Doubles& variances : {Doubles{}, Doubles(4, 4e-6), Doubles{0, 4e-6, 4e-6, 4e-6}}) {  // 0 ± 0 at the reference
        CAPTURE(variances.size());
        const auto result = fit(Data{four_temperatures, four_changes, variances}, {});
        REQUIRE(result.status == Status::unresolved);
        CHECK(result.midpoint.value == near(650, 1e-12));
        CHECK(std::sqrt(result.midpoint.variance) == near(100 / std::sqrt(12.0), 1e-12));
        CHECK(std::abs(result.midpoint.value - 655) < 50);
        CHECK(result.high.value == near(0.12, 1e-12));
        CHECK(result.points == (variances.empty() || variances[0] > 0 ? 4 : 3));
    }
    const auto plain = fit(Data{four_temperatures, four_changes}, {});
    CHECK(plain.low.value == near(0.02, 1e-12));
    CHECK(plain.reduced_chi_square == near(8e-4, 1e-9));  // of 4 points less two levels and a place
    CHECK(plain.low.variance == near(8e-4 / 3, 1e-9));
}

TEST_CASE("what is no transition, or not whole, has a status") {
    const Data straight = with_errors(exact(400, 1e6, 0, 1e5), 0.01);  // a line
    CHECK(fit(straight, {}).status == Status::no_transition);
    check_nothing(fit(straight, {}));
    CHECK(fit(with_errors(exact(400, 10, 2, 2), 0.01), {}).status == Status::no_transition);
    CHECK(fit(exact(400, 10, 2, 2), {}).status == Status::no_transition);
    CHECK(fit(exact(400, 1e6, 0, 1e5), {}).status == Status::no_transition);
    CHECK(fit(Data{{1, 2, 3, 4}, {1, 1, 1, 1}}, {}).status == Status::no_transition);

    const Data drift{{1, 2, 3, 4, 5}, {0, 2, 4, 6, 8}, Doubles(5, 1)};  // a step with one point on it has chi-square 4
    CHECK(fit(drift, {}).status == Status::no_transition);

    Data growing = exact(400, 1, 0, 0);
    for (std::size_t i = 0; i < 30; ++i) growing.y[i] = std::exp((growing.x[i] - 590) / 40);
    const auto result = fit(with_errors(growing, 0.01), {});
    CHECK(result.status == Status::at_edge);
    CHECK(result.midpoint.value > 590);
    CHECK(std::isnan(result.midpoint.variance));
    CHECK(result.curve.at(500).value == near(std::exp(-90 / 40.0), 0.05));
    CHECK(std::isnan(result.curve.at(500).variance));
}

TEST_CASE("too few points") {
    CHECK(fit(Data{}, {}).status == Status::too_few_points);
    CHECK(fit(Data{{1, 2}, {1, 5}, {0.1, 0.1}}, {}).status == Status::too_few_points);
    CHECK(fit(Data{{1, 1, 2, 2}, {1, 1, 5, 5}}, {}).status == Status::too_few_points);
    CHECK(fit(Data{{1, 2, 3}, {1, 1, 5}}, {}).status == Status::too_few_points);  // no scatter to measure by
    CHECK(fit(Data{{1, 2, 3}, {1, 1, 5}, {0.1, 0.1, 0.1}}, {}).status == Status::unresolved);
    check_nothing(fit(Data{{1, 2, 3}, {1, 1, 5}}, {}));
}

TEST_CASE("masked points, NaN, zero variances and x out of range are left out") {
    auto noisy = heating;
    noisy.x.insert(noisy.x.end(), {310.0, 420, 421, 422, 900, 200, unknown});
    noisy.y.insert(noisy.y.end(), {9, 9, unknown, 9, 9, 9, 9});
    noisy.variances.insert(noisy.variances.end(), {1e-6, 0, 1e-6, unknown, 1e-6, 1e-6, 1e-6});
    noisy.mask.assign(19, 0);
    noisy.mask[12] = 1;
    Options options;
    options.first = 250;
    options.last = 600;
    const auto result = fit(noisy, options), expected = fit(heating, {});
    CHECK(result.points == 12);
    CHECK(result.midpoint.value == expected.midpoint.value);
    CHECK(result.width.variance == expected.width.variance);
}

TEST_CASE("bad arguments are refused") {
    Options options;
    options.first = 3;
    options.last = 2;
    CHECK_THROWS_WITH_AS((void)fit(heating, options), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(Data{{1, 2}, {1}}, {}), "x has 2 points and y has 1. They must agree.", std::invalid_argument);
    options = with_low(2);
    options.high = 2;
    CHECK_THROWS_WITH_AS((void)fit(heating, options), "low and high are both 2: there is no transition between equal levels.",
                         std::invalid_argument);
}
