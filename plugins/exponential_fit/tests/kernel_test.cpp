// SPDX-License-Identifier: BSD-3-Clause
// The exponential: exact curves of both signs, scipy, pulls over seeds, what is no exponential, and bad arguments.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::exponential_fit;
using Doubles = std::vector<double>;

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, y, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, variances, mask}; }
};

Options with_offset(double offset) {
    Options options;
    options.offset = offset;
    return options;
}

/// offset + amplitude exp(-x/constant) at n points from first to last.
Data exact(double amplitude, double constant, double offset, double first = 0, double last = 3, int n = 12) {
    Data data;
    for (int i = 0; i < n; ++i) {
        data.x.push_back(first + (last - first) * i / (n - 1));
        data.y.push_back(offset + amplitude * std::exp(-data.x.back() / constant));
    }
    return data;
}

Data with_errors(Data data, double sigma) {
    data.variances.assign(data.x.size(), sigma * sigma);
    return data;
}

/// What a figure of Q/Q_ideal against a stretching exponent looks like; y from numpy's default_rng(20220307).
const Data guide{{0.2, 0.23, 0.3, 0.38, 0.45, 0.55, 0.7, 0.85, 1.0},
                 {1.3529, 1.3057, 1.2199, 1.1579, 1.1128, 1.0685, 1.027, 1.0136, 1.019},
                 {1e-4, 1.44e-4, 1e-4, 0.64e-4, 1e-4, 1.44e-4, 0.64e-4, 1e-4, 1e-4}};

/// scipy takes differences for its derivatives.
void check_near(const Value& got, double value, double variance) {
    CHECK(got.value == near(value, 1e-6));
    CHECK(got.variance == near(variance, 1e-5));
}

void check_nothing(const Result& result) {
    for (const Value& each : {result.amplitude, result.decay_constant, result.curve.at(1)}) {
        CHECK(std::isnan(each.value));
        CHECK(std::isnan(each.variance));
    }
}

}  // namespace

TEST_CASE("exact data give their parameters back: both signs, offset given and free, any scale") {
    for (const double amplitude : {0.9, -0.9, 4e7, -3e-9})
        for (const double constant : {0.05, 0.3, 2.0, 8.0})
            for (const bool free : {false, true}) {
                CAPTURE(amplitude);
                CAPTURE(constant);
                CAPTURE(free);
                const double offset = 1.3 * std::abs(amplitude);
                const auto data = exact(amplitude, constant, offset, 0, 3, constant < 0.1 ? 200 : 12);
                const auto result = fit(data, free ? Options() : with_offset(offset));
                REQUIRE(result.status == Status::ok);
                CHECK(result.decay_constant.value == near(constant, 1e-8));
                CHECK(result.amplitude.value == near(amplitude, 1e-8));
                CHECK(result.offset.value == near(offset, 1e-8));
                CHECK(result.curve.at(0.7).value == near(offset + amplitude * std::exp(-0.7 / constant), 1e-9));
            }
}

TEST_CASE("scipy 1.10.1 curve_fit finds the same (tests/scipy_values.py)") {
    const auto fixed = fit(guide, with_offset(1));
    REQUIRE(fixed.status == Status::ok);
    check_near(fixed.amplitude, 0.89288135416197, 0.0026469424711532963);
    check_near(fixed.decay_constant, 0.2156031001550902, 9.211375507948798e-05);
    CHECK(fixed.offset.value == 1);
    CHECK(fixed.offset.variance == 0);
    CHECK(fixed.reduced_chi_square == near(0.37185929522581, 1e-9));
    CHECK(fixed.points == 9);

    const auto free = fit(guide, {});
    REQUIRE(free.status == Status::ok);
    check_near(free.amplitude, 0.8917366220909786, 0.003954343980569375);
    check_near(free.decay_constant, 0.2160421278144787, 0.00028327863712125997);
    check_near(free.offset, 0.9997190834969484, 7.581399864483683e-05);
    CHECK(free.reduced_chi_square == near(0.4336568811741334, 1e-9));

    const auto unweighted = fit(Data{guide.x, guide.y}, {});
    check_near(unweighted.amplitude, 0.8959929352840028, 0.0014880784060184373);
    check_near(unweighted.decay_constant, 0.21368880750764577, 0.00010601326852030284);
    check_near(unweighted.offset, 1.0014104771988124, 2.8420610954528304e-05);
    CHECK(unweighted.reduced_chi_square == near(3.539321215527669e-05, 1e-8));
}

TEST_CASE("the order of the points is no matter, nor where x begins: the amplitude is that at the origin") {
    auto turned = guide;
    std::reverse(turned.x.begin(), turned.x.end());
    std::reverse(turned.y.begin(), turned.y.end());
    std::reverse(turned.variances.begin(), turned.variances.end());
    const auto here = fit(guide, {}), same = fit(turned, {});
    CHECK(same.decay_constant.value == near(here.decay_constant.value, 1e-7));

    auto far = guide;
    for (double& x : far.x) x += 1000;
    Options options;
    options.origin = 1000;
    const auto moved = fit(far, options);
    CHECK(moved.amplitude.value == near(here.amplitude.value, 1e-6));
    CHECK(moved.amplitude.variance == near(here.amplitude.variance, 1e-6));
    const auto lost = fit(far, {});  // exp(1000/0.2) is no number
    CHECK(lost.status == Status::ok);
    CHECK(lost.decay_constant.value == near(here.decay_constant.value, 1e-7));
    CHECK(std::isnan(lost.amplitude.value));
    CHECK(std::isnan(lost.amplitude.variance));
}

TEST_CASE("the band of the curve: at the origin it is that of amplitude + offset") {
    Options options = with_offset(1);
    for (const double origin : {0.0, 0.2, 0.6}) {
        options.origin = origin;
        const auto result = fit(guide, options);
        CHECK(result.curve.at(origin).value == near(1 + result.amplitude.value, 1e-13));
        CHECK(result.curve.at(origin).variance == near(result.amplitude.variance, 1e-10));
    }
}

TEST_CASE("what is no exponential has a status and no numbers") {
    const Doubles x{0, 1, 2, 3, 4, 5}, ripple{0.1, -0.1, 0.05, -0.05, 0.1, -0.1};
    auto level = with_errors({x, ripple}, 0.1);
    CHECK(fit(level, with_offset(0)).status == Status::no_amplitude);
    check_nothing(fit(level, with_offset(0)));
    CHECK(fit(level, {}).status == Status::no_decay);
    check_nothing(fit(level, {}));
    for (double& y : level.y) y += 5;  // above the offset, but not falling to it
    CHECK(fit(level, with_offset(0)).status == Status::no_decay);
    CHECK(std::isfinite(fit(level, with_offset(0)).reduced_chi_square));
    CHECK(fit(level, with_offset(0)).offset.value == 0);

    auto line = level;
    for (std::size_t i = 0; i < 6; ++i) line.y[i] += 2 * x[i];
    CHECK(fit(line, {}).status == Status::straight_line);
    check_nothing(fit(line, {}));

    auto spike = with_errors({x, {3, 0, 0, 0, 0, 0}}, 0.1);  // only the first point is off the level
    CHECK(fit(spike, with_offset(0)).status == Status::bound_hit);
    CHECK(std::isnan(fit(spike, with_offset(0)).decay_constant.variance));
    auto rising = with_errors({x, {1, 2, 4, 8, 16, 32}}, 0.1);  // away from the offset: the constant runs to its bound
    CHECK(fit(rising, with_offset(0)).status != Status::ok);
}

TEST_CASE("too few points") {
    const auto three = exact(1, 1, 0, 0, 3, 3), two = exact(1, 1, 0, 0, 3, 2);
    CHECK(fit(three, {}).status == Status::too_few_points);
    CHECK(fit(three, with_offset(0)).status == Status::ok);
    CHECK(fit(two, with_offset(0)).status == Status::too_few_points);
    CHECK(fit(Data{}, {}).status == Status::too_few_points);
    CHECK(fit(Data{{1, 1, 1, 1}, {1, 2, 3, 4}}, with_offset(0)).status == Status::too_few_points);
    check_nothing(fit(two, with_offset(0)));
}

TEST_CASE("masked points, NaN, zero variances and x out of range are left out") {
    auto noisy = guide;
    noisy.x.insert(noisy.x.end(), {0.0, 0.5, 0.6, 0.65, 3.0, unknown});
    noisy.y.insert(noisy.y.end(), {9, 9, unknown, 9, 9, 9});
    noisy.variances.insert(noisy.variances.end(), {1e-4, 1e-4, 1e-4, 0, 1e-4, 1e-4});
    noisy.mask.assign(15, 0);
    noisy.mask[10] = 1;
    Options options;
    options.first = 0.1;
    options.last = 2;
    const auto result = fit(noisy, options), expected = fit(guide, {});
    CHECK(result.points == 9);
    CHECK(result.decay_constant.value == expected.decay_constant.value);
    CHECK(result.offset.variance == expected.offset.variance);
}

TEST_CASE("bad arguments are refused") {
    Options options;
    options.first = 3;
    options.last = 2;
    CHECK_THROWS_WITH_AS((void)fit(guide, options), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(Data{{1, 2}, {1}}, {}), "x has 2 points and y has 1. They must agree.", std::invalid_argument);
}

namespace {

struct Pulls {
    std::string name;
    double n = 0, sum = 0, squares = 0;

    void add(const Value& value, double truth) {
        const double pull = (value.value - truth) / std::sqrt(value.variance);
        n += 1, sum += pull, squares += pull * pull;
    }
    // Standard errors over 400 seeds: 0.05 of the mean, 0.035 of the width.
    void check() const {
        const double mean = sum / n, width = std::sqrt(squares / n - mean * mean);
        MESSAGE(name << ": pull " << mean << ", width " << width);
        CAPTURE(name);
        CHECK(std::abs(mean) < 0.2);
        CHECK(width > 0.85);
        CHECK(width < 1.2);
    }
};

}  // namespace

TEST_CASE("pulls of every parameter and of the curve over the seeds 1 to 400") {
    Pulls amplitude{"amplitude, offset given"}, constant{"decay constant, offset given"}, curve{"curve, offset given"};
    Pulls free_amplitude{"amplitude"}, free_constant{"decay constant"}, free_offset{"offset"}, free_curve{"curve"};
    const double level = 1 + 0.9 * std::exp(-0.5 / 0.25);
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        auto data = with_errors(exact(0.9, 0.25, 1, 0.2, 1.2, 30), 0.005);
        Doubles noise(data.x.size());
        sluice::numerics::RandomStream(seed, 0, 0).fill_normal(noise);
        for (std::size_t i = 0; i < noise.size(); ++i) data.y[i] += 0.005 * noise[i];
        const auto fixed = fit(data, with_offset(1)), free = fit(data, {});
        REQUIRE(fixed.status == Status::ok);
        REQUIRE(free.status == Status::ok);
        amplitude.add(fixed.amplitude, 0.9), constant.add(fixed.decay_constant, 0.25), curve.add(fixed.curve.at(0.5), level);
        free_amplitude.add(free.amplitude, 0.9), free_constant.add(free.decay_constant, 0.25);
        free_offset.add(free.offset, 1), free_curve.add(free.curve.at(0.5), level);
    }
    for (const auto* pulls : {&amplitude, &constant, &curve, &free_amplitude, &free_constant, &free_offset, &free_curve})
        pulls->check();
}
