// SPDX-License-Identifier: BSD-3-Clause
// Tests of S_gamma: limits, series against closed form, mpmath, and the table of renormalised densities.
#include "../s_gamma.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <doctest/doctest.h>

#include "hydrodynamic_values.hpp"

namespace {

using namespace sluice::delta_gamma;
using doctest::Approx;
using std::numbers::pi;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

}  // namespace

TEST_CASE("sine integral, C and the Bessel terms are those of mpmath") {
    for (const auto& row : values::special) {
        CAPTURE(row.y);
        CHECK(sine_integral(2 * row.y) == near(row.sine_integral_2y, 1e-15));
        CHECK(s_gamma_bare(row.y) == near(row.bare, 2e-14));
        const auto terms = s_gamma_terms(row.y);
        // sums of sines of some y: a rounding of y moves the terms by 1e-16 y of their envelope, (9/2)(2m-1)^2 / y^4
        for (std::size_t m = 0; m < 4; ++m)
            CHECK(std::abs(terms[m] - row.terms[m]) < 2e-14 * row.terms[m] + 1e-14 * 365 / std::pow(row.y, 3));
    }
}

TEST_CASE("sine integral: odd, its series and its continued fraction meet, pi/2 far away") {
    CHECK(sine_integral(0) == 0);
    CHECK(sine_integral(-3.7) == -sine_integral(3.7));
    CHECK(sine_integral(std::nextafter(2.0, 3.0)) == near(sine_integral(2), 1e-15));
    CHECK(sine_integral(infinity) == pi / 2);
    CHECK(sine_integral(1e8) == near(pi / 2 - std::cos(1e8) / 1e8, 1e-15));  // Abramowitz and Stegun 5.2.34
    CHECK(std::isnan(sine_integral(unknown)));
}

TEST_CASE("C: 5/2 at 0 without a y^2, the same by series and closed form at 1, 9 pi/(4 y) far away") {
    CHECK(s_gamma_bare(0) == 2.5);
    CHECK(s_gamma_bare(0.1) == near(2.5 - 3e-4 / 350 + 4e-6 / 6615 - 1e-8 / 43659, 1e-15));  // the next term is 6e-17
    const double below = std::nextafter(1.0, 0.0);
    CHECK(s_gamma_bare(below) == near(s_gamma_closed_form(1), 1e-14));
    MESSAGE("series - closed form at y = 1: " << s_gamma_bare(below) - s_gamma_closed_form(1));
    // All that oscillates cancels to y^-4: (9/2) (5/2 on average, less than 5) is left
    for (const double y : {50.0, 200.0, 1000.0}) CHECK(std::abs(s_gamma_bare(y) - 9 * pi / (4 * y)) < 4.5 * 5 / std::pow(y, 4));
    CHECK(s_gamma_bare(infinity) == 0);
}

TEST_CASE("the terms at 0 and beyond all spheres") {
    CHECK(s_gamma_terms(0) == std::array<double, 4>{2.5, 0, 0, 0});
    CHECK(s_gamma_terms(1e-8)[0] == near(2.5, 1e-15));
    CHECK(s_gamma_terms(infinity) == std::array<double, 4>{});
    // j_1 / y = (1/3) (1 - y^2/10 + ...), j_2 / y = y/15 (1 - ...), and so on
    const auto small = s_gamma_terms(1e-3);
    CHECK(small[0] == near(2.5 * (1 - 2e-7), 1e-12));
    CHECK(small[1] == near(4.5 * 25 * 1e-6 / 225, 1e-6));
    CHECK(small[2] == near(4.5 * 49 * 1e-12 / (105 * 105), 1e-6));
    // boost below 5 and the recurrence above
    const auto below = s_gamma_terms(std::nextafter(5.0, 0.0)), above = s_gamma_terms(5);
    for (std::size_t m = 0; m < 4; ++m) CHECK(below[m] == near(above[m], 1e-12));
}

TEST_CASE("the renormalised densities are those of the table at its nodes, and 1 without spheres") {
    for (const double each : renormalised_densities(0)) CHECK(each == near(1, 1e-15));
    const auto at = renormalised_densities(0.2);
    CHECK(at[0] == near(0.3038 / 0.2, 1e-14));
    CHECK(at[1] == near(0.2777 / 0.2, 1e-14));
    CHECK(at[2] == near(0.2574 / 0.2, 1e-14));
    CHECK(at[3] == near(0.2432 / 0.2, 1e-14));
    CHECK(renormalised_densities(0.05)[3] == near(0.0525 / 0.05, 1e-14));
    CHECK(renormalised_densities(0.45)[0] == near(1.1310 / 0.45, 1e-14));
}

TEST_CASE("between the nodes the spline is close to any other smooth curve through them") {
    // Parabolas through three neighbouring values of the table over phi, by hand at 0.175 and 0.425; four digits are given, and
    // the third difference is 3e-3 at most: 3e-3 / 16 apart.
    CHECK(renormalised_densities(0.175)[0] == near((3 * 0.1228 / 0.10 * -1 + 18 * 0.2048 / 0.15 + 9 * 0.3038 / 0.20) / 24, 3e-4));
    CHECK(renormalised_densities(0.425)[3] == near((-3 * 0.4888 / 0.35 + 18 * 0.5839 / 0.40 + 9 * 0.6856 / 0.45) / 24, 3e-4));
    double last = 1;
    for (double phi = 0.005; phi < gamma_table_end; phi += 0.005) {
        const double g = renormalised_densities(phi)[0];
        CHECK(g > last);
        last = g;
    }
}

TEST_CASE("S_gamma: bare is C; at 0 it is 5/2 g_2") {
    const Densities bare = densities(0.6, SGamma::bare), renormalised = densities(0.3, SGamma::renormalised);
    for (const double y : {0.0, 0.4, 2.0, 11.0}) CHECK(s_gamma(y, bare) == s_gamma_bare(y));
    CHECK(s_gamma(0, renormalised) == near(2.5 * 0.5627 / 0.3, 1e-14));
}

TEST_CASE("what is outside is told, not extrapolated") {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(renormalised_densities(0.451)),
        "The renormalised densities were asked for at a volume fraction of 0.451; their table goes from 0 to 0.45.",
        std::domain_error);
    CHECK_THROWS_AS(static_cast<void>(renormalised_densities(-0.01)), std::domain_error);
    CHECK_THROWS_AS(static_cast<void>(renormalised_densities(unknown)), std::domain_error);
    CHECK_THROWS_WITH_AS(static_cast<void>(s_gamma_bare(-1)), "S_gamma was asked for at q a = -1, must be at least 0.",
                         std::domain_error);
    CHECK_THROWS_AS(static_cast<void>(s_gamma_bare(unknown)), std::domain_error);
    CHECK_THROWS_AS(static_cast<void>(s_gamma_terms(-1)), std::domain_error);
}
