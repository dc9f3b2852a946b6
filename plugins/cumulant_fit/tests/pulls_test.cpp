// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of the fit over many seeds: pulls of mean 0 and width 1.
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/pulls.hpp"

using namespace sluice::cumulant_fit;
using namespace sluice::cumulant_fit::test;

TEST_CASE("pulls of rate, second cumulant and polydispersity index over seeds 1 to 1200") {
    // 4 standard errors of the width are 4 / sqrt(2400) = 0.08. Errors of the index of 0.01, so that its shape hardly matters.
    for (const bool free_baseline : {false, true}) {
        sluice::test::Pulls rate, second, index;
        double chi_square = 0;
        for (int seed = 1; seed <= 1200; ++seed) {
            Options options{Of::g2_minus_1};
            if (free_baseline) options.baseline.reset();
            const auto result = fit(noisy(seed, 0.025, 0.12, 0.002).curve(), options);
            REQUIRE(result.status == Status::ok);
            rate.add(result.rate, 0.025);
            second.add(result.second_cumulant, 0.12 * 0.025 * 0.025);
            index.add(result.polydispersity_index, 0.12);
            chi_square += result.reduced_chi_square / 1200;
        }
        const std::string what = free_baseline ? "free baseline" : "baseline given";
        CAPTURE(what);
        rate.check("rate");
        second.check("second cumulant");
        index.check("polydispersity index");
        for (const auto* each : {&rate, &second, &index}) {
            CHECK(each->width() > 0.9);
            CHECK(each->width() < 1.1);
        }
        CHECK(std::abs(chi_square - 1) < 0.025);  // 4 sqrt(2 / 57 / 1200)
    }
}

TEST_CASE("without variances the scatter of the points gives the same errors") {
    sluice::test::Pulls rate, second;
    for (int seed = 1; seed <= 1200; ++seed) {
        auto data = noisy(seed, 0.025, 0.12, 0.002);
        data.variances.clear();
        const auto result = fit(data.curve(), {Of::g2_minus_1});
        REQUIRE(result.status == Status::ok);
        rate.add(result.rate, 0.025);
        second.add(result.second_cumulant, 0.12 * 0.025 * 0.025);
    }
    rate.check("rate");
    second.check("second cumulant");
    for (const auto* each : {&rate, &second}) {
        CHECK(each->width() > 0.9);
        CHECK(each->width() < 1.1);
    }
}

TEST_CASE("noise without a signal or a decay is seldom taken for one") {
    // 0.0027 of the seeds by the limit of 3 standard errors, somewhat more as the rate is searched: of 500 up to 12.
    int signals = 0, decays = 0;
    for (int seed = 1; seed <= 500; ++seed) {
        signals += fit(noisy(seed, 1e4, 0, 0.002).curve(), {Of::g2_minus_1}).status != Status::no_signal;
        decays += fit(noisy(seed, 1e-7, 0, 0.002).curve(), {Of::g2_minus_1}).status != Status::no_decay;
    }
    MESSAGE("of 500 curves of noise " << signals << " were taken for a signal, of as many constant ones " << decays
                                      << " for a decay");
    CHECK(signals <= 12);
    CHECK(decays <= 12);
}
