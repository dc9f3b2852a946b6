// SPDX-License-Identifier: BSD-3-Clause
// Below the closest approach: the integrals, the density of the line, and what the passes do to a spoilt structure factor.
#include "low_r.hpp"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "model.hpp"

namespace {

using namespace sluice::pair_distribution;
using namespace sluice::pair_distribution::test;
using doctest::Approx;

constexpr double pi = std::numbers::pi, limit = 1.4;

const Doubles q = even(0, 0.025, 1201);  // to 30: the softened liquid has fallen to 1e-5

Options options_with(int passes) {
    Options options;
    options.q_max = 30;
    options.r_max = 10;
    options.r_step = 0.02;
    options.low_r_limit = limit;
    options.passes = passes;
    return options;
}

Doubles liquids() {
    Doubles out;
    for (const double each : q) out.push_back(liquid(each));
    return out;
}

/// A slow error of the background or the normalisation is a peak of G at r = 0.7, where there are no atoms.
Doubles spoilt() {
    auto s = liquids();
    for (std::size_t k = 0; k < q.size(); ++k)
        s[k] += 0.15 * (q[k] == 0 ? 0.7 : std::sin(0.7 * q[k]) / q[k]) * std::exp(-0.02 * q[k] * q[k] / 2);
    return s;
}

double rms_difference(const Doubles& a, const Doubles& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

TEST_CASE("Gauss-Legendre: exact for polynomials up to degree 2n - 1, and for a turning phase") {
    Doubles nodes, weights;
    gauss_legendre(6, 2.5, nodes, weights);
    for (int degree = 0; degree <= 11; ++degree) {
        double sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) sum += weights[i] * std::pow(nodes[i], degree);
        CHECK(sum == Approx(std::pow(2.5, degree + 1) / (degree + 1)).epsilon(1e-13));
    }
    gauss_legendre(120, 2, nodes, weights);
    double sum = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) sum += weights[i] * std::sin(70 * nodes[i]);
    CHECK(sum == Approx((1 - std::cos(140.0)) / 70).epsilon(1e-12));
    for (std::size_t i = 1; i < nodes.size(); ++i) CHECK(nodes[i] > nodes[i - 1]);
}

TEST_CASE("a liquid follows its line below the closest approach, and tells its density") {
    const auto got = run(q, options_with(0), liquids(), {}, liquid_density);
    CHECK(got.report.status == Status::ok);
    CHECK(got.report.low_r_density.value == Approx(liquid_density).epsilon(1e-3));
    CHECK(got.report.low_r_residual < 2e-3 * 4 * pi * liquid_density * limit);
    for (std::size_t j = 1; j < 60; ++j) CHECK(std::abs(got.pair[j]) < 0.02);  // to 1.2: no atoms
}

TEST_CASE("chi-square is the integral of D squared: of a flat S it is that of the line alone") {
    const auto got = run(q, options_with(0), Doubles(q.size(), 1.0), {}, 0.05);
    const double line = 4 * pi * 0.05;
    CHECK(got.report.low_r_chi_square[0] == Approx(line * line * limit * limit * limit / 3).epsilon(1e-12));
    CHECK(got.report.low_r_residual == Approx(line * limit / std::sqrt(3.0)).epsilon(1e-12));
    CHECK(got.report.status == Status::low_r_residual);
    CHECK(std::abs(got.report.low_r_density.value) < 1e-15);
}

TEST_CASE("one pass from S = 1 is the transform of the line, in closed form") {
    const auto got = run(q, options_with(1), Doubles(q.size(), 1.0), {}, 0.05);
    for (const std::size_t k : {0, 1, 40, 1200}) {
        const double x = q[k] * limit, line = 4 * pi * 0.05;
        const double expected = k == 0 ? limit * limit * limit / 3 : (std::sin(x) - x * std::cos(x)) / (q[k] * q[k] * q[k]);
        CHECK(got.corrected[k] - 1 == Approx(-line * expected).epsilon(1e-9));
    }
}

TEST_CASE("the Fourier filter takes off what was added") {
    const auto truth = liquids(), bad = spoilt();
    Options options = options_with(4);
    options.correction = Correction::fourier_filter;
    const auto got = run(q, options, bad, {}, liquid_density);
    REQUIRE(got.report.low_r_chi_square.size() == 5);
    for (std::size_t i = 1; i < 5; ++i) CHECK(got.report.low_r_chi_square[i] < got.report.low_r_chi_square[i - 1]);
    CHECK(rms_difference(got.corrected, truth) < 0.02 * rms_difference(bad, truth));
    CHECK(run(q, options_with(0), bad, {}, liquid_density).corrected == bad);
}

TEST_CASE("the correction in proportion to S brings back one that was stretched") {
    const auto truth = liquids();
    Doubles bad;  // the same peak at r = 0.7, times S
    for (std::size_t k = 0; k < q.size(); ++k) bad.push_back(truth[k] * (1 + (spoilt()[k] - truth[k])));
    const auto got = run(q, options_with(4), bad, {}, liquid_density);
    REQUIRE(got.report.low_r_chi_square.size() == 5);
    for (std::size_t i = 1; i < 5; ++i) CHECK(got.report.low_r_chi_square[i] < got.report.low_r_chi_square[i - 1]);
    CHECK(rms_difference(got.corrected, truth) < 0.2 * rms_difference(bad, truth));
}

TEST_CASE("what the passes need and what happens without") {
    const auto s = liquids();
    CHECK_THROWS_AS(run(q, options_with(2), s), std::invalid_argument);
    const auto got = run(q, options_with(2), s, {}, std::nan(""));
    CHECK(got.report.status == Status::no_density);
    CHECK(std::isnan(got.reduced[10]));
    CHECK(std::isnan(got.corrected[10]));
    const auto without_density = run(q, options_with(0), s);
    CHECK(without_density.report.low_r_density.value == Approx(liquid_density).epsilon(1e-3));
    CHECK(std::isnan(without_density.report.low_r_chi_square[0]));
    CHECK(std::isnan(without_density.report.low_r_residual));
}

TEST_CASE("the wrong density is told by the status") {
    CHECK(run(q, options_with(0), liquids(), {}, 2 * liquid_density).report.status == Status::low_r_residual);
}
