// SPDX-License-Identifier: BSD-3-Clause
// The Stokes-Einstein relation: worked numbers, propagation of variances, undefined inputs.
#include "../kernel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <doctest/doctest.h>

namespace {

using namespace sluice::stokes_einstein;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

double diameter(double diffusion, double temperature, double viscosity) {
    return hydrodynamic_diameter_nm({diffusion}, {temperature}, {viscosity}).value;
}

}  // namespace

TEST_CASE("worked numbers") {
    // k T / (3 pi eta D) = 4.11433e-21 J / (3 pi 1.23e-3 Pa s 57e-12 m^2/s), by Python 3.11
    CHECK(diameter(57, 298, 1.23e-3) == near(6.226563940609035, 1e-14));
    // A sphere of radius 1 nm in water of 25 degC (0.89 mPa s) diffuses with 2.45e-10 m^2/s: a common textbook example.
    CHECK(diameter(245, 298.15, 0.89e-3) == near(2, 0.005));
    CHECK(diameter(114, 298, 1.23e-3) == near(diameter(57, 298, 1.23e-3) / 2, 1e-15));
}

TEST_CASE("relative variances add") {
    const auto result = hydrodynamic_diameter_nm({57, 0.57 * 0.57}, {298, 2.98 * 2.98}, {1.23e-3, 0.0246e-3 * 0.0246e-3});
    CHECK(std::sqrt(result.variance) / result.value == near(std::sqrt(1e-4 + 1e-4 + 4e-4), 1e-13));  // 1, 1 and 2 percent
    CHECK(hydrodynamic_diameter_nm({57}, {298}, {1e-3}).variance == 0);
}

TEST_CASE("what is unknown, or diffuses backwards, has no diameter") {
    for (const double bad : {0.0, -1.0, unknown}) {
        const auto result = hydrodynamic_diameter_nm({bad, 1}, {298}, {1e-3});
        CHECK(std::isnan(result.value));
        CHECK(std::isnan(result.variance));
    }
    CHECK(std::isnan(diameter(57, unknown, 1e-3)));
    CHECK(std::isnan(diameter(57, 298, unknown)));
}

TEST_CASE("the other way: the diameter of the worked number gives its diffusion coefficient back") {
    CHECK(diffusion_coefficient_um2_per_s({6.226563940609035}, {298}, {1.23e-3}).value == near(57, 1e-14));
    const auto result =
        diffusion_coefficient_um2_per_s({6.2, 0.062 * 0.062}, {298, 2.98 * 2.98}, {1.23e-3, 0.0246e-3 * 0.0246e-3});
    CHECK(std::sqrt(result.variance) / result.value == near(std::sqrt(1e-4 + 1e-4 + 4e-4), 1e-13));
    for (const double bad : {0.0, -1.0, unknown, std::numeric_limits<double>::infinity()}) {
        CHECK(std::isnan(diffusion_coefficient_um2_per_s({bad, 1}, {298}, {1e-3}).value));
        CHECK(std::isnan(hydrodynamic_diameter_nm({bad, 1}, {298}, {1e-3}).value));
    }
    CHECK_THROWS_AS((void)diffusion_coefficient_um2_per_s({6.2}, {298}, {0}), std::domain_error);
}

TEST_CASE("impossible conditions are refused") {
    CHECK_THROWS_WITH_AS((void)diameter(57, -3, 1e-3), "temperature = -3 K, must be finite and above 0.", std::domain_error);
    CHECK_THROWS_WITH_AS((void)diameter(57, 298, 0), "viscosity = 0 Pa s, must be finite and above 0.", std::domain_error);
    CHECK_THROWS_AS((void)diameter(57, std::numeric_limits<double>::infinity(), 1e-3), std::domain_error);
}
