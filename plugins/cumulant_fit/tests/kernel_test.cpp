// SPDX-License-Identifier: BSD-3-Clause
// Cumulants: exact data, known distributions of sizes, scipy's fits, what is left out.
#include "../kernel.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "scipy_values.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::cumulant_fit;
using namespace sluice::cumulant_fit::test;
using doctest::Approx;

/// 0 only for 0.
Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(value == 0 ? 1e-300 : 0); }

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("exact data of the model give everything back") {
    for (const auto of : {Of::g1, Of::g2_minus_1})
        for (const int order : {1, 2, 3})
            for (const double rate : {1e-3, 0.02, 3.0}) {
                CAPTURE(order);
                CAPTURE(rate);
                const double p = order > 1 ? 0.2 : 0, s = order > 2 ? 0.09 : 0;
                const auto data = exact(rate, p, s, 0.8, 0.02, of, logarithmic(0.01 / rate, 6 / rate, 60));
                const auto result = fit(data.curve(), {of, order, {}, std::nullopt});
                REQUIRE(result.status == Status::ok);
                CHECK(result.rate.value == near(rate, 1e-8));
                CHECK(result.second_cumulant.value == near(p * rate * rate, 1e-7));
                CHECK(result.third_cumulant.value == near(s * rate * rate * rate, 1e-6));
                CHECK(result.polydispersity_index.value == near(p, 1e-7));
                CHECK(result.amplitude.value == near(0.8, 1e-8));
                CHECK(result.baseline.value == Approx(0.02).epsilon(1e-7));
                CHECK(result.points == 60);
                for (std::size_t i = 0; i < data.delay.size(); ++i)
                    CHECK(result.curve[i] == Approx(data.values[i]).epsilon(1e-9));
            }
}

TEST_CASE("a known distribution of sizes: mean rate and second cumulant as exact sums say, the better the shorter the range") {
    // Spheres whose radii are normal around 3.1 nm, cut to five standard deviations; each scatters as r^6 and decays at a rate
    // ~ 1/r. g1 is then the exact sum of exponentials, and its cumulants are sums of the same weights.
    for (const double s : {0.05, 0.1, 0.15}) {
        CAPTURE(s);
        const auto rates = rates_of_sizes(s, 1.0);
        double errors[2][2];  // of rate and second cumulant, by range
        for (const int k : {0, 1}) {
            const double range = k == 0 ? 1 : 0.5;
            Data data{logarithmic(1e-3, range / rates.mean, 60), {}, {}, {}};
            for (const double t : data.delay) data.values.push_back(rates.g1(t));
            const auto result = fit(data.curve(), {Of::g1, 2, {}, 0});
            REQUIRE(result.status == Status::ok);
            errors[k][0] = std::abs(result.rate.value / rates.mean - 1);
            errors[k][1] = std::abs(result.second_cumulant.value / rates.variance - 1);
            CHECK(result.polydispersity_index.value ==
                  near(result.second_cumulant.value / (result.rate.value * result.rate.value), 1e-12));
        }
        MESSAGE("sizes of +-" << 100 * s << " %: rate off by " << errors[0][0] << " and " << errors[1][0]
                              << ", second cumulant by " << errors[0][1] << " and " << errors[1][1]
                              << " for delays to 1 and 0.5 / rate");
        CHECK(errors[0][0] < 1e-4);
        CHECK(errors[1][0] < errors[0][0] / 3);  // what the third cumulant does to them falls with the range
        CHECK(errors[0][1] < 0.05);
        CHECK(errors[1][1] < 0.6 * errors[0][1]);
    }
}

TEST_CASE("Schulz-distributed sizes: the closed forms of diameter and polydispersity index") {
    // <r^n> of a Schulz distribution is the product of (1 + j s²), j < n, so with weights r^6 the mean rate is that of a radius
    // R (1 + 5 s²), and the index is <r^4> <r^6> / <r^5>² - 1 = s² / (1 + 4 s²). A trapezoidal sum over r gives g1.
    constexpr double s = 0.1, R = 3.1;
    Rates rates;
    for (int i = 1; i <= 4000; ++i) {
        const double r = 2.0 * R * i / 4000;
        const double weight = std::exp((1 / (s * s) + 5) * std::log(r / R) - r / (s * s * R) + 1 / (s * s));
        rates.add(0.025 * R / r, weight);
    }
    rates.finish();
    CHECK(rates.mean == near(0.025 / (1 + 5 * s * s), 1e-9));
    const Doubles delays = logarithmic(0.5, 30, 60);
    for (const auto of : {Of::g1, Of::g2_minus_1}) {
        Data data{delays, {}, {}, {}};
        for (const double t : delays) data.values.push_back(of == Of::g1 ? rates.g1(t) : 0.7 * rates.g1(t) * rates.g1(t));
        const auto result = fit(data.curve(), {of, 3, {}, 0});
        CHECK(result.rate.value == near(0.025 / (1 + 5 * s * s), 2e-5));
        CHECK(result.polydispersity_index.value == near(s * s / (1 + 4 * s * s), 0.02));
        const auto second = fit(data.curve(), {of, 2, {}, 0});
        CHECK(second.rate.value == near(0.025 / (1 + 5 * s * s), 1e-4));
        const auto first = fit(data.curve(), {of, 1, {}, 0});
        CHECK(first.rate.value < second.rate.value * 0.999);  // without the second cumulant it is too slow
    }
}

TEST_CASE("scipy finds the same values, variances and chi-square") {
    for (const auto& expected : reference::cases) {
        CAPTURE(std::string(expected.name));
        Doubles variance;
        for (const double sigma : expected.sigma) variance.push_back(sigma * sigma);
        Options options{expected.power == 1 ? Of::g1 : Of::g2_minus_1, expected.order, {}, expected.found[4]};
        if (expected.variances[3] == 0) options.amplitude = expected.found[3];
        if (expected.variances[4] > 0) options.baseline.reset();
        const auto result = fit({reference::delay, expected.values, variance, {}}, options);
        REQUIRE(result.status == Status::ok);
        // 1e-6: scipy takes differences for its derivatives, and stops at a change of 1e-8 or so.
        const double rate = std::exp(expected.found[0]), p = expected.found[1];
        CHECK(result.rate.value == near(rate, 1e-6));
        CHECK(result.rate.variance == near(rate * rate * expected.variances[0], 1e-5));
        CHECK(result.amplitude.value == near(expected.found[3], 1e-6));
        CHECK(result.amplitude.variance == near(expected.variances[3], 1e-5));
        CHECK(result.baseline.value == near(expected.found[4], 1e-5));
        CHECK(result.baseline.variance == near(expected.variances[4], 1e-5));
        CHECK(result.polydispersity_index.value == near(p, 1e-5));
        CHECK(result.polydispersity_index.variance == near(expected.variances[1], 1e-5));
        CHECK(result.second_cumulant.value == near(p * rate * rate, 1e-5));
        const double of_second = expected.variances[1] + 4 * p * expected.rate_with_spread + 4 * p * p * expected.variances[0];
        CHECK(result.second_cumulant.variance == near(std::pow(rate, 4) * of_second, 1e-4));
        CHECK(result.third_cumulant.value == near(expected.found[2] * rate * rate * rate, 1e-4));
        CHECK(result.reduced_chi_square == near(expected.reduced_chi_square, 1e-9));
    }
}

TEST_CASE("points that are not fitted: delay 0, out of range, masked, not finite, without a weight") {
    auto data = exact(0.05, 0.1, 0, 0.8, 0, Of::g2_minus_1, linear(0, 60, 61));
    const auto whole = fit(data.curve(), {Of::g2_minus_1});
    CHECK(whole.points == 60);
    CHECK(whole.curve[0] == near(0.8, 1e-8));
    data.values[0] = 99;
    data.variances.assign(61, 1e-6);
    data.values[3] = unknown;
    data.variances[4] = 0;
    data.variances[5] = unknown;
    data.delay[6] = unknown;  // the padding of a shorter curve
    data.mask.assign(61, 0);
    data.mask[7] = 1;
    data.values[7] = -5;
    Options options{Of::g2_minus_1};
    options.first_delay = 2 * (1 + 1e-12);  // rounding of a unit: inclusive all the same
    options.last_delay = 50;
    const auto result = fit(data.curve(), options);
    CHECK(result.points == 49 - 5);
    CHECK(result.rate.value == near(0.05, 1e-8));
    CHECK(std::isnan(result.curve[6]));
    CHECK(result.curve[60] == near(data.values[60], 1e-6));

    auto reversed = data;
    for (auto* each : {&reversed.delay, &reversed.values, &reversed.variances}) std::reverse(each->begin(), each->end());
    std::reverse(reversed.mask.begin(), reversed.mask.end());
    CHECK(fit(reversed.curve(), options).rate.value == near(0.05, 1e-8));
}

TEST_CASE("the unit of the delay is the caller's: rates scale with it") {
    const auto us = noisy(3, 0.025, 0.1, 0.002), s = [&] {
        auto data = us;
        for (double& t : data.delay) t *= 1e-6;
        return data;
    }();
    const auto a = fit(us.curve(), {Of::g2_minus_1}), b = fit(s.curve(), {Of::g2_minus_1});
    CHECK(b.rate.value == near(1e6 * a.rate.value, 1e-7));
    CHECK(b.second_cumulant.value == near(1e12 * a.second_cumulant.value, 1e-6));
    CHECK(b.second_cumulant.variance == near(1e24 * a.second_cumulant.variance, 1e-5));
    CHECK(b.polydispersity_index.value == near(a.polydispersity_index.value, 1e-6));
}

TEST_CASE("q of a scattering geometry, and D = rate / q²") {
    constexpr double q_inv_nm = 0.018675835359515256;  // 4 pi 1.33 sin(45 deg) / 632.8 nm, by Python 3.11
    CHECK(scattering_q_inv_nm(632.8, 1.33, std::numbers::pi / 2) == near(q_inv_nm, 1e-14));
    CHECK(scattering_q_inv_nm(500, 1.5, std::numbers::pi) == near(4 * std::numbers::pi * 1.5 / 500, 1e-15));
    // The dilute colloid of the MHz XPCS paper: 57 um²/s, hydrodynamic diameter 6.2 nm
    const auto d = diffusion_um2_per_s({57 * (1e3 * q_inv_nm) * (1e3 * q_inv_nm), 1e4}, q_inv_nm);
    CHECK(d.value == near(57, 1e-14));
    CHECK(std::sqrt(d.variance) == near(100 / ((1e3 * q_inv_nm) * (1e3 * q_inv_nm)), 1e-14));
    for (const double bad : {0.0, -1.0, unknown, infinite}) CHECK(std::isnan(diffusion_um2_per_s({1, 1}, bad).value));
}
