// SPDX-License-Identifier: BSD-3-Clause
// The fit of noisy curves against scipy.optimize.curve_fit (tests/reference/g2_fit/generate.py): values, variances, chi-square.
#include "../kernel.hpp"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "reference/g2_fit/expected.hpp"

namespace {

using namespace sluice::g2_fit;
using doctest::Approx;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// 1e-6: scipy takes differences for its derivatives, and stops at a change of 1e-8 or so.
void check_same(const Value& found, const reference::Found& expected) {
    if (expected.variance == 0) {
        CHECK(found.value == expected.value);
        CHECK(found.variance == 0);
    } else {
        CHECK(found.value == near(expected.value, 1e-6));
        CHECK(found.variance == near(expected.variance, 1e-5));
    }
}

}  // namespace

TEST_CASE("scipy finds the same values, variances and chi-square") {
    for (const auto& expected : reference::cases) {
        CAPTURE(std::string(expected.name));
        std::vector<double> variance;
        for (const double sigma : expected.sigma) variance.push_back(sigma * sigma);
        Options options;
        if (expected.exponent.variance > 0) options.model = Model::kww;
        options.baseline = expected.baseline.value;
        if (expected.baseline.variance > 0) options.baseline.reset();
        std::optional<double> contrast;
        if (expected.contrast.variance == 0) contrast = expected.contrast.value;
        const auto result = fit({reference::delay, expected.g2, variance, {}}, contrast, options);
        REQUIRE(result.status == Status::ok);
        CHECK(std::log(result.rate.value) == near(expected.log_rate.value, 1e-6));
        CHECK(result.rate.variance / (result.rate.value * result.rate.value) == near(expected.log_rate.variance, 1e-5));
        check_same(result.contrast, expected.contrast);
        check_same(result.exponent, expected.exponent);
        check_same(result.baseline, expected.baseline);
        CHECK(result.reduced_chi_square == near(expected.reduced_chi_square, 1e-9));
    }
}
