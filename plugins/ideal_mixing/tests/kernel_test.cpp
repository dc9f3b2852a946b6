// SPDX-License-Identifier: BSD-3-Clause
// Mixtures: ideal ones, the ends, repeats and flags, 50-digit references of both curves, and pulls over seeds.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::ideal_mixing;
using Doubles = std::vector<double>;
using Flags = std::vector<std::uint8_t>;

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles x, q, variances = {};
    Flags mask = {}, flagged = {};

    operator Samples() const { return {x, q, variances, mask, flagged}; }
};

const Data series{{0, 0.25, 0.5, 0.75, 1}, {8.1, 9.4, 10.2, 10.5, 10.4}, {0.0004, 0.0009, 0.0016, 0.0009, 0.0025}};

Options pinned(std::ptrdiff_t terms = 2) {
    Options options;
    options.pin_ends = true;
    options.pinned_terms = terms;
    return options;
}

void check_near(const Estimate& got, double value, double variance, double epsilon = 1e-10) {
    CHECK(got.value == near(value, epsilon));
    CHECK(got.variance == near(variance, epsilon));
}

void check_cubic(const Cubic& curve, const std::array<double, 4>& coefficients, const std::array<double, 16>& covariance) {
    const auto same = [](double got, double wanted, double epsilon) {
        CAPTURE(wanted);
        if (wanted == 0)
            CHECK(got == 0);
        else
            CHECK(got == near(wanted, epsilon));
    };
    for (std::size_t i = 0; i < 4; ++i) same(curve.coefficients[i], coefficients[i], 1e-11);
    for (std::size_t i = 0; i < 16; ++i) same(curve.covariance[i], covariance[i], 1e-9);
}

}  // namespace

TEST_CASE("an ideal mixture has the ratio 1, and at its ends exactly 1 with variance 0") {
    const Data ideal{{1, 0.3, 0, 0.7}, {11, 8.9, 8, 10.1}, {0.04, 0.09, 0.01, 0.16}};
    const auto result = mix(ideal, {});
    CHECK(result.status == Status::ok);
    for (const double each : result.ratio) CHECK(each == near(1, 1e-15));
    CHECK(result.ratio[0] == 1);
    CHECK(result.ratio[2] == 1);
    CHECK(result.ratio_variances[0] == 0);
    CHECK(result.ratio_variances[2] == 0);
    CHECK(result.ideal[0] == 11);
    CHECK(result.ideal_variances[1] == near(0.09 * 0.04 + 0.49 * 0.01, 1e-14));
}

TEST_CASE("the variance of a ratio: r^2 [var Q/Q^2 + (x^2 var1 + (1-x)^2 var0)/Q_ideal^2]") {
    const auto result = mix(series, {});
    for (const std::size_t i : {1u, 2u, 3u}) {
        const double x = series.x[i], q = series.q[i], ideal = 10.4 * x + 8.1 * (1 - x), r = q / ideal;
        const double expected =
            r * r * (series.variances[i] / (q * q) + (x * x * 0.0025 + (1 - x) * (1 - x) * 0.0004) / (ideal * ideal));
        CHECK(result.ratio[i] == near(r, 1e-14));
        CHECK(result.ratio_variances[i] == near(expected, 1e-12));
    }
}

TEST_CASE("a scale common to all samples changes no ratio") {
    auto scaled = series;
    for (double& q : scaled.q) q *= 1024;
    for (double& variance : scaled.variances) variance *= 1024.0 * 1024.0;
    CHECK(mix(scaled, {}).ratio == mix(series, {}).ratio);
    CHECK(mix(scaled, {}).ratio_variances == mix(series, {}).ratio_variances);
}

TEST_CASE("ends within the tolerance are ends, and are at 0 and 1") {
    auto rounded = series;
    rounded.x[0] = -3e-7;
    rounded.x[4] = 1 - 3e-7;
    CHECK(mix(rounded, {}).ratio == mix(series, {}).ratio);
    rounded.x[4] = 0.9999;
    CHECK(mix(rounded, {}).status == Status::no_sample_at_1);
    Options wide;
    wide.end_tolerance = 1e-3;
    CHECK(mix(rounded, wide).ratio == mix(series, {}).ratio);
}

TEST_CASE("an end measured twice is the weighted mean; its two ratios differ from 1 by their difference") {
    const Data twice{{0, 0, 0.5, 1}, {8, 9, 10, 11}, {0.01, 0.03, 0.02, 0.04}};  // weights 3/4, 1/4: 8.25 with variance 0.0075
    const auto result = mix(twice, {});
    CHECK(result.ideal[2] == near((8.25 + 11) / 2, 1e-15));
    CHECK(result.ideal_variances[0] == near(0.0075, 1e-14));
    CHECK(result.ratio[0] == near(8 / 8.25, 1e-15));
    // r0 = Q/Qmean: dr/dQ0 = (1 - 3/4 r)/Qmean, dr/dQ0' = -r/4/Qmean
    const double r = 8 / 8.25, a = (1 - 0.75 * r) / 8.25, b = 0.25 * r / 8.25;
    CHECK(result.ratio_variances[0] == near(a * a * 0.01 + b * b * 0.03, 1e-12));
    CHECK(result.ratio[3] == 1);
    CHECK(result.ratio_variances[3] == 0);
    const Data plain{{0, 0, 0.5, 1}, {8, 9, 10, 11}};
    CHECK(mix(plain, {}).ideal[0] == near(8.5, 1e-15));
    CHECK(mix(plain, {}).ratio_variances.empty());
    const Data exact{{0, 0, 0.5, 1}, {8, 9, 10, 11}, {0, 0, 0.02, 0}};
    CHECK(mix(exact, {}).ideal[0] == near(8.5, 1e-15));
    CHECK(mix(exact, {}).ideal_variances[0] == 0);
}

TEST_CASE("flagged samples keep their ratio and have no part in the curve") {
    auto flagged = series;
    flagged.q[1] = 20;
    flagged.flagged = {0, 1, 0, 0, 0};
    const auto result = mix(flagged, {});
    CHECK(result.ratio[1] == near(20 / (0.25 * 10.4 + 0.75 * 8.1), 1e-14));
    const Data without{{0, 0.5, 0.75, 1}, {8.1, 10.2, 10.5, 10.4}, {0.0004, 0.0016, 0.0009, 0.0025}};
    CHECK(result.curve.coefficients == mix(without, {}).curve.coefficients);
    CHECK(result.points == 4);
    CHECK(mix(flagged, pinned()).points == 2);
    CHECK_FALSE(result.flagged_end);
}

TEST_CASE("a flagged end stands for the end where there is no other, unless refused") {
    auto flagged = series;
    flagged.flagged = {1, 0, 0, 0, 0};
    const auto used = mix(flagged, {});
    CHECK(used.status == Status::ok);
    CHECK(used.flagged_end);
    CHECK(used.ratio == mix(series, {}).ratio);
    CHECK(used.points == 4);
    Options strict;
    strict.use_flagged_ends = false;
    CHECK(mix(flagged, strict).status == Status::no_sample_at_0);
    const Data another{{0, 0, 0.5, 1}, {8, 9, 10, 11}, {}, {}, {1, 0, 0, 0}};
    CHECK(mix(another, {}).ideal[0] == 9);
    CHECK_FALSE(mix(another, {}).flagged_end);
}

TEST_CASE("without an end there are no ratios, but a quadratic") {
    auto masked = series;
    masked.mask = {1, 0, 0, 0, 0};
    const auto result = mix(masked, {});
    CHECK(result.status == Status::no_sample_at_0);
    for (const double each : result.ratio) CHECK(std::isnan(each));
    for (const double each : result.ideal_variances) CHECK(std::isnan(each));
    CHECK(result.fit_status == FitStatus::ok);
    CHECK(result.points == 4);
    CHECK(mix(masked, pinned()).fit_status == FitStatus::no_end);
    masked.q[4] = unknown;
    CHECK(mix(masked, {}).status == Status::no_sample_at_either_end);
    masked.mask[0] = 0;
    CHECK(mix(masked, {}).status == Status::no_sample_at_1);
}

TEST_CASE("masked and not finite samples are NaN; a variance of 0 has its ratio, but no weight") {
    auto gaps = series;
    gaps.mask = {0, 1, 0, 0, 0};
    gaps.q[2] = unknown;
    gaps.variances[3] = 0;
    const auto result = mix(gaps, {});
    CHECK(std::isnan(result.ratio[1]));
    CHECK(std::isnan(result.ratio[2]));
    CHECK(std::isnan(result.ratio_variances[2]));
    CHECK(result.ideal[1] == near(0.25 * 10.4 + 0.75 * 8.1, 1e-15));
    CHECK(std::isfinite(result.ratio[3]));
    CHECK(result.points == 2);
    CHECK(result.fit_status == FitStatus::too_few_points);
    CHECK(std::isnan(result.curve.at(0.5).value));
    CHECK(std::isnan(result.curve.at(0.5).variance));
    const Data nothing{{0, 0.5, 1}, {1, 2, -1}};
    CHECK(std::isnan(mix(nothing, {}).ratio[1]));  // Q_ideal = 0
}

TEST_CASE("the quadratic in 50 digits (mpmath 1.2.1, tests/mpmath_values.py)") {
    const auto result = mix(series, {});
    check_cubic(
        result.curve, {8.1035297263570728, 6.0817006863356805, -3.8117479276227828, 0},
        {0.00038153133077814422, -0.0014416258133523487, 0.001148337641501025, 0, -0.0014416258133523487, 0.017770853017202959,
         -0.019286710045458597, 0, 0.001148337641501025, -0.019286710045458597, 0.022844674213388002, 0, 0, 0, 0, 0});
    CHECK(result.reduced_chi_square == near(0.53035029860058829, 1e-9));
    CHECK(result.points == 5);
    check_near(result.excess, 3.8117479276227828, 0.022844674213388002);
    CHECK(result.asymmetry.variance == 0);
}

TEST_CASE("the pinned curve in 50 digits (mpmath 1.2.1, tests/mpmath_values.py): the Jacobian of Q0, Q1, b, c over all samples") {
    const auto result = mix(series, pinned());
    check_cubic(result.curve, {8.1, 6.3222222222222222, -4.5555555555555556, 0.53333333333333333},
                {0.0004, -0.0024444444444444444, 0.0041777777777777778, -0.0021333333333333333, -0.0024444444444444444,
                 0.078406172839506173, -0.20463950617283951, 0.13173333333333333, 0.0041777777777777778, -0.20463950617283951,
                 0.5901283950617284, -0.40355555555555556, -0.0021333333333333333, 0.13173333333333333, -0.40355555555555556,
                 0.28728888888888889});
    check_near(result.excess, 3.7555555555555556, 0.025861728395061728);
    check_near(result.asymmetry, 0.26666666666666667, 0.071822222222222222);
    CHECK(result.reduced_chi_square == near(0.11574074074074074, 1e-9));
    CHECK(result.points == 3);
    check_near(result.curve.at(0), 8.1, 0.0004, 1e-12);
    check_near(result.curve.at(1), 10.4, 0.0025, 1e-12);
}

// Jin's excess, r - 1 = 4 k x (1-x) with Q_ideal linear in x, is a cubic: the quadratic leaves some of it, the pinned none.
TEST_CASE("an excess of the ratio by x (1-x) is found exactly by the pinned curve") {
    Data data;
    for (const double x : {0.0, 0.1, 0.3, 0.55, 0.7, 0.9, 1.0}) {
        data.x.push_back(x);
        data.q.push_back((8 + 3 * x) * (1 + 0.4 * x * (1 - x)));  // b = 0.4 (8 + 3/2), c = -0.4 3/2
    }
    const auto result = mix(data, pinned());
    check_near(result.excess, 3.8, result.excess.variance, 1e-12);
    CHECK(result.asymmetry.value == near(-0.6, 1e-11));
    for (std::size_t i = 0; i < data.x.size(); ++i) CHECK(result.curve.at(data.x[i]).value == near(data.q[i], 1e-13));
    CHECK(result.excess.variance < 1e-25);  // from a scatter of rounding
    const auto one = mix(data, pinned(1));
    CHECK(one.asymmetry.value == 0);
    CHECK(one.asymmetry.variance == 0);
    CHECK(one.curve.coefficients[3] == 0);
    CHECK(std::abs(mix(data, {}).curve.at(0.3).value - data.q[2]) > 1e-3);
}

TEST_CASE("without variances an end measured twice has half the variance of one measured once") {
    const auto result = mix(Data{{0, 0, 0.2, 0.4, 0.6, 0.8, 1}, {8, 8.2, 8.9, 9.2, 9.9, 10.1, 10.4}}, pinned(1));
    const double once = result.curve.at(1).variance;
    CHECK(once > 0);
    CHECK(result.curve.at(0).value == near(8.1, 1e-13));
    CHECK(result.curve.at(0).variance == near(once / 2, 1e-10));
}

TEST_CASE("too few compositions for a pinned curve") {
    const Data one{{0, 0.4, 1}, {8, 10, 11}, {0.01, 0.01, 0.01}};
    CHECK(mix(one, pinned()).fit_status == FitStatus::too_few_points);
    const auto single = mix(one, pinned(1));
    CHECK(single.fit_status == FitStatus::ok);
    CHECK(single.curve.at(0.4).value == near(10, 1e-14));
    CHECK(single.curve.at(0.4).variance == near(0.01, 1e-12));  // the curve passes the sample: its error is the sample's
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)mix(Data{{0, 1}, {1}}, {}), "invariant has 1 samples and composition has 2. They must agree.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)mix(Data{{0, 1}, {1, 2}, {}, {}, {1}}, {}),
                         "flagged has 1 samples and composition has 2. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)mix(Data{{0, 30, 100}, {1, 2, 3}}, {}),
                         "composition[1] = 30, must be from 0 to 1. Give fractions, or say that the unit is percent.",
                         std::domain_error);
    Options options;
    options.end_tolerance = 0.5;
    CHECK_THROWS_WITH_AS((void)mix(series, options), "end_tolerance = 0.5, must be at least 0 and below 0.5.",
                         std::invalid_argument);
}

namespace {

struct Pulls {
    std::string name;
    double n = 0, sum = 0, squares = 0;

    void add(double value, double variance, double truth) {
        const double pull = (value - truth) / std::sqrt(variance);
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

TEST_CASE("pulls of ratios, coefficients and curves over the seeds 1 to 400") {
    const Doubles x{0, 0, 0.2, 0.4, 0.6, 0.8, 1};
    Pulls repeat{"ratio at a repeated end"}, low{"ratio at 0.2"}, high{"ratio at 0.8"};
    Pulls excess{"pinned b"}, asymmetry{"pinned c"}, curve{"pinned curve"}, a1{"quadratic a1"}, quadratic{"quadratic curve"};
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Doubles noise(14);
        sluice::numerics::RandomStream(seed, 0, 0).fill_normal(noise);
        Data cubic{x, {}}, parabola{x, {}};
        for (std::size_t i = 0; i < 7; ++i) {
            const double s = 0.05 * (1 + 0.2 * static_cast<double>(i)), e = x[i] * (1 - x[i]);
            cubic.q.push_back(8 + 3 * x[i] + e * (2 - 0.5 * (1 - 2 * x[i])) + s * noise[i]);
            parabola.q.push_back(8 + 3 * x[i] + 2 * e + s * noise[7 + i]);
            cubic.variances.push_back(s * s);
            parabola.variances.push_back(s * s);
        }
        const auto bent = mix(cubic, pinned()), plain = mix(parabola, {});
        const auto ratio = [&](std::size_t i) { return (8 + 3 * x[i] + 2 * x[i] * (1 - x[i])) / (8 + 3 * x[i]); };
        repeat.add(plain.ratio[1], plain.ratio_variances[1], 1);
        low.add(plain.ratio[2], plain.ratio_variances[2], ratio(2));
        high.add(plain.ratio[5], plain.ratio_variances[5], ratio(5));
        excess.add(bent.excess.value, bent.excess.variance, 2);
        asymmetry.add(bent.asymmetry.value, bent.asymmetry.variance, -0.5);
        curve.add(bent.curve.at(0.5).value, bent.curve.at(0.5).variance, 10);
        a1.add(plain.curve.coefficients[1], plain.curve.covariance[5], 5);
        quadratic.add(plain.curve.at(0.3).value, plain.curve.at(0.3).variance, 9.32);
        CHECK(plain.ratio[6] == 1);
        CHECK(plain.ratio_variances[6] == 0);
    }
    for (const auto* pulls : {&repeat, &low, &high, &excess, &asymmetry, &curve, &a1, &quadratic}) pulls->check();
}
