// SPDX-License-Identifier: BSD-3-Clause
// Cumulants that cannot be had, or only with care: what the status says then, and what is refused.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"

namespace {

using namespace sluice::cumulant_fit;
using namespace sluice::cumulant_fit::test;
using doctest::Approx;

bool all_unknown(const Result& result) {
    for (const Value& each :
         {result.rate, result.second_cumulant, result.polydispersity_index, result.amplitude, result.baseline})
        if (!std::isnan(each.value) || !std::isnan(each.variance)) return false;
    return std::isnan(result.reduced_chi_square) &&
           std::all_of(result.curve.begin(), result.curve.end(), [](double y) { return std::isnan(y); });
}

}  // namespace

TEST_CASE("statuses: too few points, no decay, no signal") {
    const auto data = exact(0.05, 0.1, 0, 0.8, 0, Of::g1, {1, 5, 20});
    CHECK(fit(data.curve(), {Of::g1, 2}).status == Status::too_few_points);
    CHECK(fit(data.curve(), {Of::g1, 2}).points == 3);
    CHECK(all_unknown(fit(data.curve(), {Of::g1, 2})));
    CHECK(fit(data.curve(), {Of::g1, 2, 0.8}).status == Status::ok);
    CHECK(fit(data.curve(), {Of::g1, 1}).status != Status::too_few_points);
    CHECK(fit({}, {}).status == Status::too_few_points);

    for (int seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        const auto flat = fit(noisy(seed, 1e-6, 0, 0.002).curve(), {Of::g2_minus_1});
        CHECK(flat.status == Status::no_decay);
        CHECK(all_unknown(flat));
        const auto gone = fit(noisy(seed, 200, 0, 0.002).curve(), {Of::g2_minus_1});
        CHECK(gone.status == Status::no_signal);
        CHECK(all_unknown(gone));
        CHECK(fit(noisy(seed, 200, 0, 0.002).curve(), {Of::g2_minus_1, 2, {}, std::nullopt}).status == Status::no_decay);
    }
    CHECK(fit(Data{{1, 2, 3, 4, 5}, Doubles(5, 0.8), {}, {}}.curve(), {Of::g1}).status == Status::no_decay);
    CHECK(fit(Data{{1, 2, 3, 4, 5}, Doubles(5, 0.0), {}, {}}.curve(), {Of::g1}).status == Status::no_signal);
    CHECK(fit(Data{{1, 2, 3, 4, 5, 6}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, Doubles(6, 1e-4), {}}.curve(), {Of::g1, 1}).status ==
          Status::no_decay);
    CHECK(fit(Data{{1, 2, 3, 4, 5, 6}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, Doubles(6, 1e-4), {}}.curve(), {Of::g1, 2}).status !=
          Status::ok);
}

TEST_CASE("a second cumulant far below 0 is told and stands; near 0 it is ok") {
    auto data = exact(0.05, -0.2, 0, 0.8, 0, Of::g2_minus_1, linear(1, 40, 40));
    data.variances.assign(40, 1e-6);
    const auto result = fit(data.curve(), {Of::g2_minus_1});
    CHECK(result.status == Status::negative_second_cumulant);
    CHECK(result.polydispersity_index.value == Approx(-0.2).epsilon(1e-6));
    CHECK(result.polydispersity_index.variance > 0);
    data.variances.assign(40, 1e-2);
    CHECK(fit(data.curve(), {Of::g2_minus_1}).status == Status::ok);
}

TEST_CASE("an amplitude that only the first point tells runs to its bound: values, but no variances") {
    auto data = exact(6, 0, 0, 0.8, 0, Of::g1, linear(1, 20, 20));
    for (double& each : data.values) each = 0;
    data.values[0] = 1;
    data.variances.assign(20, 1e-4);
    const auto result = fit(data.curve(), {Of::g1, 1});
    CHECK(result.status == Status::bound_hit);
    CHECK(std::isfinite(result.rate.value));
    CHECK(std::isnan(result.rate.variance));
    CHECK(std::isnan(result.amplitude.variance));
}

TEST_CASE("values whose squares are infinite have a status too, whatever the delays") {
    for (const double scale : {1e-12, 1e-6, 1.0, 1e6})
        for (const double height : {1e160, 1e300}) {
            auto data = exact(1 / scale, 0, 0, 0.8, 0, Of::g1, linear(scale / 10, 4 * scale, 40));
            for (double& each : data.values) each *= height;
            CAPTURE(scale);
            CHECK(all_unknown(fit(data.curve(), {Of::g1})));
        }
    const auto data = exact(0.05, 0, 0, 0.8, 0, Of::g1, linear(1, 40, 40));
    CHECK(fit(data.curve(), {Of::g1, 2, 0.8, 1e300}).status != Status::ok);  // never with another baseline than the one given
}

TEST_CASE("what cannot be asked for is refused") {
    const auto data = exact(0.05, 0.1, 0, 0.8, 0, Of::g1, linear(1, 40, 40));
    Options options;
    options.first_delay = 3;
    options.last_delay = 2;
    CHECK_THROWS_WITH_AS((void)fit(data.curve(), options), "first_delay = 3, must be below last_delay = 2.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(data.curve(), {Of::g1, 4}), "order = 4, must be 1, 2 or 3.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(data.curve(), {Of::g1, 2, -1}), "amplitude = -1, must be finite and above 0.",
                         std::invalid_argument);
    CHECK_THROWS_AS((void)fit({data.delay, {}, {}, {}}, {}), std::invalid_argument);
}
