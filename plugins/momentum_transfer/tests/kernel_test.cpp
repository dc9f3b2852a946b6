// SPDX-License-Identifier: BSD-3-Clause
// Tests of the axis: Bragg's law, limits, order kept, refusals with their index.
#include "../kernel.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::momentum_transfer;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double pi = std::numbers::pi, degree = pi / 180;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

std::string refusal(const Doubles& angles, double wavelength = 1) {
    try {
        (void)q_of_angles(angles, wavelength);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("Bragg's law: reflections of a lattice distance d lie at n 2 pi / d") {
    const double wavelength = 0.2, d = 2.0345;  // n lambda = 2 d sin(theta)
    Doubles angles;
    for (int n = 1; n <= 20; ++n) angles.push_back(2 * std::asin(n * wavelength / (2 * d)));
    const auto q = q_of_angles(angles, wavelength);
    for (int n = 1; n <= 20; ++n) CHECK(q[static_cast<std::size_t>(n) - 1] == near(n * 2 * pi / d, 1e-14));
}

TEST_CASE("closed values, and both ends") {
    const auto q = q_of_angles(Doubles{0, pi / 3, pi}, 0.5);
    CHECK(q[0] == 0);
    CHECK(q[1] == near(4 * pi, 1e-15));
    CHECK(q[2] == near(8 * pi, 1e-15));
    CHECK(q_of_angles(Doubles{}, 0.5).empty());
    CHECK(q_of_angles(Doubles{180 * degree}, 1)[0] == near(4 * pi, 1e-15));
}

TEST_CASE("at small angles q = 2 pi (2 theta) / lambda, at every wavelength in proportion") {
    const Doubles angles{1e-9, 2e-9, 1e-8};
    const auto q = q_of_angles(angles, 0.1), half = q_of_angles(angles, 0.2);
    for (std::size_t i = 0; i < angles.size(); ++i) {
        CHECK(q[i] == near(2 * pi * angles[i] / 0.1, 1e-15));
        CHECK(half[i] == near(q[i] / 2, 1e-15));
    }
}

TEST_CASE("angles that cannot be are refused, with their index") {
    CHECK(says(refusal({-1 * degree, 0}), "two_theta = -1 deg at index 0, must lie within 0 and 180 deg."));
    CHECK(says(refusal({0, 181 * degree}), "two_theta = 181 deg at index 1"));
    CHECK(says(refusal({0, std::nan("")}), "two_theta = nan deg at index 1"));
    CHECK(says(refusal({0, 2 * degree, 2 * degree}), "two_theta does not increase at index 2: 2 deg, then 2 deg."));
    CHECK(says(refusal({3 * degree, 2 * degree}), "does not increase at index 1"));
    CHECK(says(refusal({pi - 1e-15, pi}), "index 0 and 1 have one and the same q"));
    for (const double wavelength : {0.0, -1.0, std::nan(""), HUGE_VAL}) CHECK(says(refusal({0, 1}, wavelength), "wavelength = "));
}
