// SPDX-License-Identifier: BSD-3-Clause
// Decays in time: exact and noisy truths, what is free or fixed, points left out, statuses, refusals.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <tuple>

#include <doctest/doctest.h>

#include "simulated.hpp"

namespace {

using namespace sluice::kww_fit;
using namespace sluice::kww_fit::test;
using doctest::Approx;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const Doubles times = logarithmic(1e-3, 1e3, 80);

Approx close_to(double value, double relative) { return Approx(value).epsilon(relative).scale(0); }

}  // namespace

TEST_CASE("exact decays give tau, beta, amplitude and offset back to 1e-8, also with t = 0 and beta above 1") {
    for (const double beta_true : {0.2, 0.4, 0.5, 0.75, 1.0, 1.5})
        for (const double tau : {0.05, 2.0, 40.0}) {
            CAPTURE(beta_true);
            CAPTURE(tau);
            Doubles x = times;
            x.insert(x.begin(), 0);
            const auto result = fit(decay(x, tau, beta_true, -3, 7).data(), {});
            CHECK(result.status == Status::ok);
            CHECK(result.tau.value == close_to(tau, 1e-8));
            CHECK(result.values[beta] == close_to(beta_true, 1e-8));
            CHECK(result.values[amplitude] == close_to(-3, 1e-8));
            CHECK(result.values[offset] == close_to(7, 1e-8));
            CHECK(result.mean_relaxation_time.value == close_to(tau / beta_true * std::tgamma(1 / beta_true), 1e-7));
        }
}

TEST_CASE("noisy decays give beta within 0.02 and tau within 3 % for beta from 0.4") {
    double worst_beta = 0, worst_tau = 0;
    for (const double beta_true : {0.4, 0.55, 0.7, 0.85, 1.0})
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            const auto result = fit(decay(logarithmic(1e-4, 1e4, 400), 2, beta_true, 1, 0.2).add_noise(0.005, seed).data(), {});
            REQUIRE(result.status == Status::ok);
            worst_beta = std::max(worst_beta, std::abs(result.values[beta] - beta_true));
            worst_tau = std::max(worst_tau, std::abs(result.tau.value / 2 - 1));
        }
    MESSAGE("400 points with noise of 0.5 % of the amplitude, offset free: beta off by at most ", worst_beta, ", tau by ",
            worst_tau);
    CHECK(worst_beta < 0.02);
    CHECK(worst_tau < 0.03);
}

TEST_CASE("tau, beta and a free offset are correlated, and the covariance says so") {
    const auto result = fit(decay(logarithmic(0.01, 10, 60), 2, 0.6, 1, 0).add_noise(0.01, 3).data(), {});
    const auto correlation = [&](std::size_t i, std::size_t j) {
        return result.covariance[i * n_parameters + j] / std::sqrt(result.parameter(i).variance * result.parameter(j).variance);
    };
    CHECK(correlation(log_tau, offset) < -0.8);
    CHECK(correlation(beta, offset) > 0.8);
    CHECK(correlation(log_tau, beta) < -0.6);
    Options fixed;
    fixed.offset = 0;
    const auto better = fit(decay(logarithmic(0.01, 10, 60), 2, 0.6, 1, 0).add_noise(0.01, 3).data(), fixed);
    CHECK(better.tau.variance < 0.3 * result.tau.variance);
    CHECK(better.parameter(offset).variance == 0);
}

TEST_CASE("variances are those of (J^T J)^-1; without variances from the scatter") {
    const auto data = decay(times, 2, 0.6, 1, 0.1).add_noise(0.01, 5);
    const auto weighted = fit(data.data(), {}), alone = fit(data.without_variances(), {});
    CHECK(alone.tau.value == close_to(weighted.tau.value, 1e-8));
    const double scale = alone.reduced_chi_square / 1e-4;
    CHECK(alone.tau.variance == close_to(scale * weighted.tau.variance, 1e-6));
    CHECK(weighted.reduced_chi_square == close_to(scale, 1e-8));
}

TEST_CASE("fixed beta, amplitude and offset stay, with variance 0; debye is beta 1") {
    Options options;
    options.beta = 0.5;
    options.amplitude = 1;
    options.offset = 0;
    const auto result = fit(decay(times, 2, 0.5, 1, 0).data(), options);
    CHECK(result.tau.value == close_to(2, 1e-10));
    CHECK(result.values[beta] == 0.5);
    for (const auto k : {beta, amplitude, offset}) CHECK(result.parameter(k).variance == 0);
    CHECK(result.mean_relaxation_time.value == close_to(4, 1e-10));
    Options debye;
    debye.model = Model::debye;
    const auto plain = fit(decay(times, 2, 1, 1, 0).data(), debye);
    CHECK(plain.values[beta] == 1);
    CHECK(plain.mean_relaxation_time.value == close_to(2, 1e-8));
    CHECK(plain.peak_frequency.value == close_to(1 / (4 * std::numbers::pi), 1e-8));
}

TEST_CASE("NaN, masked, negative times and points without a good variance are left out; the order does not matter") {
    const auto good = decay(times, 2, 0.6, 1, 0.1).add_noise(0.01, 7);
    auto bad = good;
    std::vector<std::uint8_t> mask(times.size(), 0);
    for (const auto& [x, y, variance, masked] : {std::tuple{not_a_number, 1.0, 1.0, 0},
                                                 {1.0, not_a_number, 1.0, 0},
                                                 {-1.0, 1.0, 1.0, 0},
                                                 {1.0, 5.0, 0.0, 0},
                                                 {1.0, 5.0, 1.0, 1}}) {
        bad.x.push_back(x);
        bad.y.push_back(y);
        bad.variances.push_back(variance);
        mask.push_back(static_cast<std::uint8_t>(masked));
    }
    std::reverse(bad.x.begin(), bad.x.end());
    std::reverse(bad.y.begin(), bad.y.end());
    std::reverse(bad.variances.begin(), bad.variances.end());
    std::reverse(mask.begin(), mask.end());
    const auto expected = fit(good.data(), {}), found = fit({bad.x, bad.y, bad.variances, mask, {}, {}, {}}, {});
    CHECK(found.points == 80);
    CHECK(found.tau.value == close_to(expected.tau.value, 1e-9));
    Options part;
    part.first = 0.01;
    part.last = 100;
    CHECK(fit(good.data(), part).points ==
          std::count_if(times.begin(), times.end(), [](double t) { return t >= 0.01 && t <= 100; }));
}

TEST_CASE("statuses: each with what it leaves") {
    const auto flat = fit(decay(times, 2, 0.6, 0, 1).add_noise(0.01, 1).data(), {});
    CHECK(flat.status == Status::no_decay);
    CHECK(std::isnan(flat.tau.value));
    CHECK(std::isnan(flat.values[amplitude]));
    CHECK(flat.reduced_chi_square == Approx(1).epsilon(0.3));
    const auto exactly_flat = fit(decay(times, 2, 0.6, 0, 1e6).data(), {});
    CHECK(exactly_flat.status == Status::no_decay);

    auto absurd = decay(times, 2, 0.6, 1, 0);
    absurd.y[5] = 1e300;  // its square overflows
    CHECK(fit(absurd.data(), {}).status == Status::not_converged);

    const auto few = fit(decay({0.1, 1, 2, 3}, 1, 0.6, 1, 0).data(), {});
    CHECK(few.status == Status::too_few_points);
    CHECK(few.points == 4);

    Options narrow;
    narrow.smallest_exponent = 0.5;
    const auto bound = fit(decay(times, 2, 0.3, 1, 0).data(), narrow);
    CHECK(bound.status == Status::beta_at_bound);
    CHECK(bound.values[beta] == 0.5);
    CHECK(std::isnan(bound.tau.variance));

    for (const double beta_given : {not_a_number, 5.0, -0.5}) {
        Options bad;
        bad.beta = beta_given;
        CHECK(fit(decay(times, 2, 0.6, 1, 0).data(), bad).status == Status::bad_number);
    }

    Options level;
    level.offset = 0;
    const auto slow = fit(decay(times, 5e3, 0.6, 1, 0).add_noise(0.001, 2).data(), level);
    CHECK(slow.status == Status::tau_outside);
    CHECK(std::abs(slow.tau.value - 5e3) < 5 * std::sqrt(slow.tau.variance));
}

TEST_CASE("the curve is the model with the variance of its parameters") {
    const auto result = fit(decay(times, 2, 0.6, 1, 0.1).data(), {});
    CHECK(result.curve.at(1).value == close_to(0.1 + std::exp(-std::pow(0.5, 0.6)), 1e-9));
    CHECK(result.curve.at(0).value == close_to(1.1, 1e-9));
    CHECK(std::isnan(result.curve.at(-1).value));
    CHECK(std::isnan(result.storage_curve.at(1).value));
    const auto noisy = fit(decay(times, 2, 0.6, 1, 0.1).add_noise(0.01, 4).data(), {});
    CHECK(noisy.curve.at(1e6).variance == close_to(noisy.parameter(offset).variance, 1e-6));
}

TEST_CASE("refusals") {
    const auto data = decay(times, 2, 0.6, 1, 0);
    Options options;
    options.model = Model::cole_cole;
    CHECK_THROWS_WITH_AS((void)fit(data.data(), options),
                         "in time there are the models kww and debye; Havriliak-Negami and Cole-Cole need the frequency domain.",
                         std::invalid_argument);
    options = {};
    options.first = 3;
    options.last = 2;
    CHECK_THROWS_WITH_AS((void)fit(data.data(), options), "first = 3, must be below last = 2.", std::invalid_argument);
    options = {};
    options.smallest_exponent = 1.5;
    CHECK_THROWS_WITH_AS((void)fit(data.data(), options), "smallest_exponent = 1.5, must be above 0 and below the largest ones.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit({times, Doubles{1, 2}, {}, {}, {}, {}, {}}, {}),
                         "an array has 2 elements, x has 80; they must agree.", std::invalid_argument);
}
