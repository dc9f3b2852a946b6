// SPDX-License-Identifier: BSD-3-Clause
// The laws of D_s / D0: limits, slopes, and values worked out by hand.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "laws.hpp"

namespace {

using namespace sluice::delta_gamma;
using doctest::Approx;

}  // namespace

TEST_CASE("without particles nothing hinders diffusion") {
    CHECK(hard_sphere_self_diffusion(0) == 1);
    CHECK(charged_sphere_self_diffusion(0) == 1);
}

TEST_CASE("values worked out from the formulas with 20 digits") {
    // 1 - 1.8315 * 0.3 * (1 + 0.036 - 0.063) = 1 - 0.54945 * 0.973
    CHECK(hard_sphere_self_diffusion(0.3) == Approx(0.46538515).epsilon(1e-14));
    // 0.125^(4/3) = 1/16; 0.512^(4/3) = 0.8^4 = 0.4096
    CHECK(charged_sphere_self_diffusion(0.125) == Approx(1 - 2.5 / 16).epsilon(1e-14));
    CHECK(charged_sphere_self_diffusion(0.512) == Approx(1 - 2.5 * 0.4096).epsilon(1e-13));
}

TEST_CASE("the slope of hard spheres at small volume fractions is -1.8315; of charged ones it is 0") {
    constexpr double small = 1e-7;
    CHECK((hard_sphere_self_diffusion(small) - 1) / small == Approx(-1.8315).epsilon(1e-6));
    CHECK(std::abs(charged_sphere_self_diffusion(small) - 1) / small == Approx(2.5 * std::cbrt(small)).epsilon(1e-5));
}

TEST_CASE("a volume fraction that is not a number, or is negative") {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(hard_sphere_self_diffusion(unknown)));
    CHECK(std::isnan(charged_sphere_self_diffusion(unknown)));
    CHECK(std::isnan(charged_sphere_self_diffusion(-0.1)));
}
