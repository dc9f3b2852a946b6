// SPDX-License-Identifier: BSD-3-Clause
// Tests of photon energies, angles and recoil against CODATA values, Compton's shift of the wavelength, and limits.
#include <sluice/numerics/photon.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace {

using namespace sluice::numerics;
using doctest::Approx;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

std::string refusal(const auto& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("constants are those of CODATA") {
    CHECK(hc_kev_angstrom == near(12.398419843320026, 1e-15));  // h c / e, exact: NIST's "12398.419 843 320 026 eV angstrom"
    CHECK(electron_rest_energy_kev == near(510.99895, 1e-8));
    // The Compton wavelength of the electron, CODATA 2022: 2.426 310 235 38(76) e-12 m
    CHECK(hc_kev_angstrom / electron_rest_energy_kev == near(0.0242631023538, 1e-11));
}

TEST_CASE("energy and wavelength") {
    CHECK(wavelength_from_energy(8.0478) == near(1.54059, 1e-5));  // Cu K alpha 1
    CHECK(energy_from_wavelength(wavelength_from_energy(60)) == near(60, 1e-15));
    CHECK(refusal([] { (void)wavelength_from_energy(0); }) == "energy (keV) = 0, must be above 0 and finite.");
    CHECK(refusal([] { (void)energy_from_wavelength(std::nan("")); }) != "no error");
}

TEST_CASE("angle and momentum transfer") {
    constexpr double pi = std::numbers::pi;
    CHECK(momentum_transfer(0, 1) == 0);
    CHECK(momentum_transfer(pi, 0.5) == near(8 * pi, 1e-15));
    CHECK(momentum_transfer(pi / 3, 2) == near(pi, 1e-15));  // sin 30 deg = 1/2
    for (const double angle : {1e-6, 0.1, 1.0, 3.0})
        CHECK(two_theta_from_q(momentum_transfer(angle, 0.2), 0.2) == near(angle, 1e-12));
    CHECK(std::isnan(two_theta_from_q(100, 0.2)));
    CHECK(two_theta_from_q(4 * pi * (1 + 5e-13), 1) == pi);  // rounding, as of q that was converted
    CHECK(std::isnan(two_theta_from_q(4 * pi * (1 + 5e-12), 1)));
}

TEST_CASE("recoil: the shift of the wavelength is (h / m c)(1 - cos 2 theta)") {
    CHECK(recoil_ratio(0, 60) == 1);
    const double wavelength = wavelength_from_energy(60);
    for (const double angle : {0.01, 0.5, 1.5, 3.0}) {
        const double shifted = wavelength + 0.0242631023538 * (1 - std::cos(angle));
        CHECK(recoil_ratio(momentum_transfer(angle, wavelength), 60) == near(wavelength / shifted, 1e-10));
    }
    // 511 keV backwards: a third
    CHECK(recoil_ratio(momentum_transfer(std::numbers::pi, wavelength_from_energy(510.99895069)), 510.99895069) ==
          near(1.0 / 3, 1e-14));
    CHECK(std::isnan(recoil_ratio(61, 60)));
}

TEST_CASE("who says the energy") {
    CHECK_FALSE(chosen_photon_energy({}));
    CHECK(*chosen_photon_energy({60.0, {}, {}}) == 60);
    CHECK(*chosen_photon_energy({{}, 0.2, {}}) == near(61.9920992166, 1e-11));
    CHECK(*chosen_photon_energy({{}, {}, 0.2}) == near(61.9920992166, 1e-11));
    CHECK(*chosen_photon_energy({62.5, {}, 0.2}) == 62.5);
    CHECK(refusal([] { (void)chosen_photon_energy({60.0, 0.2, {}}); }).find("both given") != std::string::npos);
    CHECK(refusal([] {
              (void)chosen_photon_energy({71.0, {}, 0.2});
          }).find("is 71 keV, but the data's fact wavelength says 61.992") != std::string::npos);
}
