// SPDX-License-Identifier: BSD-3-Clause
// Values and errors over seeds 1 to 400 with the model that is fitted: pulls of mean 0 and width 1.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::kww_fit;
using namespace sluice::kww_fit::test;

constexpr int seeds = 400;

struct PullsOf {
    std::string name;
    double truth;
    sluice::test::Pulls pulls = {};

    void add(const Value& found) { pulls.add(found, truth); }
    void check() const { pulls.check(name); }
};

}  // namespace

TEST_CASE("pulls of decays with a free offset, seeds 1 to 400") {
    const double tau = 2, exponent = 0.6;
    PullsOf taus{"tau", tau}, betas{"beta", exponent}, means{"mean relaxation time", tau / exponent * std::tgamma(1 / exponent)},
        amplitudes{"amplitude", 1}, offsets{"offset", 0.1};
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto data =
            decay(logarithmic(1e-3, 1e3, 120), tau, exponent, 1, 0.1).add_noise(0.01, static_cast<std::uint64_t>(seed));
        const auto result = fit(data.data(), {});
        REQUIRE(result.status == Status::ok);
        taus.add(result.tau);
        betas.add(result.parameter(beta));
        means.add(result.mean_relaxation_time);
        amplitudes.add(result.parameter(amplitude));
        offsets.add(result.parameter(offset));
    }
    for (const auto& each : {taus, betas, means, amplitudes, offsets}) each.check();
}

TEST_CASE("pulls of KWW spectra with storage, seeds 1 to 400") {
    const double tau = 0.3, exponent = 0.5;
    PullsOf taus{"tau", tau}, betas{"beta", exponent}, means{"mean relaxation time", 0.6}, strengths{"amplitude", 5},
        levels{"unrelaxed storage", 9},
        peaks{"peak frequency", sluice::numerics::kww_loss_peak(0.5) / (2 * std::numbers::pi * tau)};
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto data =
            kww_modulus(logarithmic(1e-2, 1e4, 40), tau, exponent, 5, 9).add_noise(0.03, static_cast<std::uint64_t>(seed));
        const auto result = fit(data.data(), in_frequency(Model::kww));
        REQUIRE(result.status == Status::ok);
        taus.add(result.tau);
        betas.add(result.parameter(beta));
        means.add(result.mean_relaxation_time);
        strengths.add(result.parameter(amplitude));
        levels.add(result.parameter(unrelaxed));
        peaks.add(result.peak_frequency);
    }
    for (const auto& each : {taus, betas, means, strengths, levels, peaks}) each.check();
}

TEST_CASE("pulls of Havriliak-Negami spectra with storage, seeds 1 to 400") {
    const double tau = 0.3;
    PullsOf taus{"tau", tau}, alphas{"alpha", 0.7}, gammas{"gamma", 0.5}, strengths{"amplitude", 5};
    PullsOf peaks{"peak frequency", sluice::numerics::havriliak_negami_loss_peak(0.7, 0.5) / (2 * std::numbers::pi * tau)};
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto data = havriliak_negami_modulus(logarithmic(1e-2, 1e4, 60), tau, 0.7, 0.5, 5, 9)
                              .add_noise(0.01, static_cast<std::uint64_t>(seed));
        const auto result = fit(data.data(), in_frequency(Model::havriliak_negami));
        REQUIRE(result.status == Status::ok);
        taus.add(result.tau);
        alphas.add(result.parameter(alpha));
        gammas.add(result.parameter(gamma_exponent));
        strengths.add(result.parameter(amplitude));
        peaks.add(result.peak_frequency);
    }
    for (const auto& each : {taus, alphas, gammas, strengths, peaks}) each.check();
}
