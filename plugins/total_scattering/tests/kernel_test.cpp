// SPDX-License-Identifier: BSD-3-Clause
// Corrections, scales and polynomials, each alone: limits, literal values, quadrature, and known truths.
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "../ad_hoc.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::total_scattering;
using doctest::Approx;
using sluice::total_scattering::test::Doubles;

constexpr double degree = std::numbers::pi / 180;

std::string message(const std::function<void()>& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Mean over the depth z of exp(-mu_t z) exp(-mu_t (1 - z) / cos 2theta), by Simpson's rule.
double plate_by_quadrature(double two_theta, double mu_t) {
    constexpr int n = 2000;
    double sum = 0;
    for (int i = 0; i <= n; ++i) {
        const double z = static_cast<double>(i) / n, weight = i == 0 || i == n ? 1 : (i % 2 == 1 ? 4 : 2);
        sum += weight * std::exp(-mu_t * (z + (1 - z) / std::cos(two_theta)));
    }
    return sum / (3 * n);
}

Points points_of(const test::Simulated& data, const Doubles& expected) {
    return {data.q, data.intensity, data.variance, expected, data.atoms.square_mean};
}

Doubles expected_of(const test::Simulated& data) {
    Doubles expected;
    for (std::size_t i = 0; i < data.q.size(); ++i) expected.push_back(data.atoms.mean_square[i] + data.atoms.compton[i]);
    return expected;
}

}  // namespace

TEST_CASE("polarization, solid angle and sensor at 0 and at 60 deg, where cos is 1/2") {
    for (const auto factor : {polarization(0), solid_angle(0), incidence(0, 1.4), plate_absorption(0, 0)}) CHECK(factor == 1);
    CHECK(polarization(60 * degree) == Approx(0.625).epsilon(1e-14));
    CHECK(solid_angle(60 * degree) == Approx(0.125).epsilon(1e-14));
    CHECK(incidence(60 * degree, 1.4) == Approx((1 - std::exp(-2.8)) / (1 - std::exp(-1.4))).epsilon(1e-14));
    CHECK(incidence(60 * degree, 1e-9) == Approx(2).epsilon(1e-8));  // a thin sensor: as long as the way in it
    CHECK(incidence(60 * degree, 60) == Approx(1).epsilon(1e-14));   // a thick one takes all in any case
}

TEST_CASE("absorption of a plate is the mean over the depth, and exp(-mu_t) at 2theta = 0") {
    for (const double mu_t : {0.0, 1e-6, 0.3, 2.0}) {
        CAPTURE(mu_t);
        CHECK(plate_absorption(0, mu_t) == Approx(std::exp(-mu_t)).epsilon(1e-15));
        for (const double two_theta : {1e-6, 1e-3, 0.2, 0.6, 1.3}) {
            CAPTURE(two_theta);
            CHECK(plate_absorption(two_theta, mu_t) == Approx(plate_by_quadrature(two_theta, mu_t)).epsilon(1e-11));
        }
    }
}

TEST_CASE("the table holds 1 for what is off, and knows the angle of q") {
    const Doubles q{0, 4 * std::numbers::pi * std::sin(30 * degree)};
    const auto off = geometry_table(q, {}, unknown);
    CHECK(off.polarization == Doubles{1, 1});
    CHECK(off.solid_angle == Doubles{1, 1});
    CHECK(off.incidence == Doubles{1, 1});
    const auto on = geometry_table(q, {true, true, 1.4, true}, 1.0);
    CHECK(on.two_theta_rad[1] == Approx(60 * degree).epsilon(1e-14));
    CHECK(on.polarization[1] == Approx(0.625).epsilon(1e-14));
    CHECK(on.solid_angle[1] == Approx(0.125).epsilon(1e-14));
    CHECK(on.incidence[0] == 1);
}

TEST_CASE("q that no angle reaches, and angles that a flat detector does not see, are refused") {
    const Geometry rings{true, false, {}, false}, flat{false, true, {}, false};
    const Doubles edge{4 * std::numbers::pi};
    CHECK(geometry_table(edge, rings, 1.0).polarization[0] == Approx(1));
    CHECK(contains(message([&] {
                       static_cast<void>(geometry_table(Doubles{1, 12.6}, rings, 1.0));
                   }),
                   "q reaches 12.6 1/angstrom, but 4 pi / lambda is 12.566"));
    CHECK(contains(message([&] { static_cast<void>(geometry_table(Doubles{9}, flat, 1.0)); }), "hold below 90 deg"));
    CHECK(contains(message([&] {
                       static_cast<void>(geometry_table(Doubles{1}, {false, false, 0.0, false}, 1.0));
                   }),
                   "sensor_tau = 0, must be above 0."));
}

TEST_CASE("trapezoids skip points without a number") {
    CHECK(trapezoid_weights(Doubles{0, 1, 2, 4}, Doubles{5, 5, 5, 5}) == Doubles{0.5, 1, 1.5, 1});
    CHECK(trapezoid_weights(Doubles{0, 1, 2, 4}, Doubles{5, unknown, 5, 5}) == Doubles{1, 0, 2, 1});
    CHECK(trapezoid_weights(Doubles{0, 1}, Doubles{5, unknown}) == Doubles{0, 0});
}

TEST_CASE("high q: a curve at its expected level gives scale and constant exactly") {
    const Doubles q{1, 2, 3, 4}, expected{8, 6, 3, 2}, ones{1, 1, 1, 1};
    Doubles intensity;
    for (const double each : expected) intensity.push_back(50 * (each + 7));
    const auto scale = high_q_scale({q, intensity, {}, expected, ones}, {0, 10}, {});
    CHECK(scale.found);
    CHECK(scale.alpha.value == Approx(0.02).epsilon(1e-13));
    CHECK(scale.beta.value == Approx(7).epsilon(1e-12));
    CHECK(scale.points == 4);
    const auto fixed = high_q_scale({q, intensity, {}, expected, ones}, {2, 4}, 7.0);
    CHECK(fixed.alpha.value == Approx(0.02).epsilon(1e-13));
    CHECK(fixed.beta.value == 7);
    CHECK(fixed.beta.variance == 0);
    CHECK(fixed.points == 3);
    CHECK_FALSE(high_q_scale({q, intensity, {}, expected, ones}, {2, 2}, {}).found);
    CHECK_FALSE(
        high_q_scale({q, intensity, {}, ones, ones}, {0, 10}, {}).found);  // one level only: two numbers are not determined
}

TEST_CASE("high q: variances of scale and constant from two points, by hand") {
    // Two points: 1/alpha = (I2 - I1)/(E2 - E1) = 50, beta/alpha = I1 - E1/alpha = 350, so alpha = 1/50 and beta = 7.
    const Doubles q{1, 2}, expected{8, 3}, intensity{750, 500}, variance{25, 9}, ones{1, 1};
    const auto scale = high_q_scale({q, intensity, variance, expected, ones}, {0, 10}, {});
    const double a1 = 5.0 / 250 / 250, a2 = -5.0 / 250 / 250;  // d alpha / dI of alpha = (E1 - E2)/(I1 - I2), with its sign
    const double b1 = 0.02 + 750 * -a1, b2 = 750 * -a2;        // of beta = alpha I1 - E1
    CHECK(scale.alpha.variance == Approx(a1 * a1 * 25 + a2 * a2 * 9).epsilon(1e-12));
    CHECK(scale.beta.variance == Approx(b1 * b1 * 25 + b2 * b2 * 9).epsilon(1e-12));
    CHECK(scale.covariance == Approx(-a1 * b1 * 25 - a2 * b2 * 9).epsilon(1e-12));
}

TEST_CASE("high q: without variances the uncertainty is from the scatter") {
    const Doubles q{1, 2, 3}, expected{1, 1, 1}, intensity{9, 10, 11}, ones{1, 1, 1};
    const auto scale = high_q_scale({q, intensity, {}, expected, ones}, {0, 10}, 0.0);
    CHECK(scale.alpha.value == Approx(0.1).epsilon(1e-14));
    CHECK(scale.alpha.variance == Approx(1e-4 / 3).epsilon(1e-12));  // variance of the mean of 9, 10, 11 is 1/3, over 10^4
}

TEST_CASE("both absolute scales on a noiseless curve of known S, to 1e-3") {
    const auto data = test::simulate(0);
    const auto expected = expected_of(data);
    const auto points = points_of(data, expected);
    const double damping = 5 / (22.0 * 22.0);
    for (const auto& scale : {high_q_scale(points, {12, 22}, {}), high_q_scale(points, {12, 22}, 40.0),
                              krogh_moe_scale(points, {12, 22}, {}, test::number_density, damping),
                              krogh_moe_scale(points, {12, 22}, 40.0, test::number_density, damping)}) {
        CHECK(scale.found);
        CHECK(scale.alpha.value == Approx(data.alpha).epsilon(1e-3));
        CHECK(scale.beta.value == Approx(40).epsilon(0.003));
    }
}

TEST_CASE("Krogh-Moe needs the density: 10 % of it move the scale by what the sum rule says") {
    const auto data = test::simulate(0);
    const auto expected = expected_of(data);
    const auto points = points_of(data, expected);
    double integral = 0;  // of E w, with the constant: d alpha / alpha = -2 pi^2 d rho0 / (integral - 2 pi^2 rho0)
    for (std::size_t i = 0; i < data.q.size(); ++i)
        integral +=
            0.02 * (expected[i] + 40) * data.q[i] * data.q[i] * std::exp(-0.01 * data.q[i] * data.q[i]) / points.square_mean[i];
    const double sum_rule = 2 * std::numbers::pi * std::numbers::pi * test::number_density;
    const double ratio = krogh_moe_scale(points, {12, 22}, 40.0, 1.1 * test::number_density, 0.01).alpha.value /
                         krogh_moe_scale(points, {12, 22}, 40.0, test::number_density, 0.01).alpha.value;
    CHECK(ratio - 1 == Approx(-0.1 * sum_rule / (integral - sum_rule)).epsilon(0.02));
}

TEST_CASE("Krogh-Moe: variances are those of finite differences") {
    auto data = test::simulate(3, 0.5);
    const auto expected = expected_of(data);
    for (const bool fixed : {false, true}) {
        CAPTURE(fixed);
        const auto constant = fixed ? std::optional(38.0) : std::nullopt;
        const auto run = [&] {
            return krogh_moe_scale(points_of(data, expected), {12, 22}, constant, test::number_density, 0.01);
        };
        const auto scale = run();
        double alpha = 0, beta = 0, both = 0;
        for (std::size_t i = 0; i < data.q.size(); ++i) {
            const double before = data.intensity[i], step = 1e-6 * before;
            data.intensity[i] = before + step;
            const auto up = run();
            data.intensity[i] = before - step;
            const auto down = run();
            data.intensity[i] = before;
            const double by_alpha = (up.alpha.value - down.alpha.value) / (2 * step),
                         by_beta = (up.beta.value - down.beta.value) / (2 * step);
            alpha += by_alpha * by_alpha * data.variance[i];
            beta += by_beta * by_beta * data.variance[i];
            both += by_alpha * by_beta * data.variance[i];
        }
        CHECK(scale.alpha.variance == Approx(alpha).epsilon(1e-6));
        CHECK(scale.beta.variance == Approx(beta).epsilon(1e-6));
        CHECK(scale.covariance == Approx(both).epsilon(1e-6));
    }
}

TEST_CASE("Krogh-Moe: NaN is skipped; without points in the range there is no constant; without variances no uncertainty") {
    auto data = test::simulate(0);
    data.intensity[300] = unknown;
    const auto expected = expected_of(data);
    const auto scale = krogh_moe_scale(points_of(data, expected), {12, 22}, {}, test::number_density, 0.01);
    CHECK(scale.alpha.value == Approx(data.alpha).epsilon(1e-3));
    data.intensity.back() = 1e9;  // beyond the range, which ends the integral
    CHECK(krogh_moe_scale(points_of(data, expected), {12, 20}, {}, test::number_density, 0.0125).alpha.value ==
          Approx(data.alpha).epsilon(1e-3));
    CHECK_FALSE(krogh_moe_scale(points_of(data, expected), {30, 40}, {}, test::number_density, 0.01).found);
    CHECK(krogh_moe_scale(points_of(data, expected), {30, 40}, 40.0, test::number_density, 0.01).found);
    data.variance.clear();
    const auto bare = krogh_moe_scale(points_of(data, expected), {12, 22}, {}, test::number_density, 0.01);
    CHECK(std::isnan(bare.alpha.variance));
    CHECK(std::isnan(bare.covariance));
    const Doubles nothing(data.q.size(), unknown);
    CHECK_FALSE(krogh_moe_scale({data.q, nothing, {}, expected, data.atoms.square_mean}, {12, 22}, {}, 0.05, 0).found);
}

TEST_CASE("lengths and ranges are checked") {
    const Doubles two{1, 2}, three{1, 2, 3};
    CHECK(contains(message([&] {
                       static_cast<void>(high_q_scale({three, two, {}, three, three}, {}, {}));
                   }),
                   "intensity has 2 points and q has 3. They must agree."));
    CHECK(contains(message([&] {
                       static_cast<void>(krogh_moe_scale({two, two, {}, two, two}, {3, 1}, {}, 0.05, 0));
                   }),
                   "the range to fit begins at 3 and ends at 1 1/angstrom. Swap fit_from and fit_to."));
}

TEST_CASE("ad hoc scale: sum x over sum of squares, with its variance") {
    const Doubles q{1, 2, 3}, intensity{2, 8, unknown}, variance{0.04, 0.16, 1}, ones{1, 1, 1}, square_mean{2, 4, 1};
    const auto scale = ad_hoc_scale({q, intensity, variance, ones, square_mean}, {0, 9});  // x = 1, 2
    CHECK(scale.value == Approx(0.6).epsilon(1e-15));
    const double by_1 = (1 - 1.2) / 5 / 2, by_2 = (1 - 2.4) / 5 / 4;
    CHECK(scale.variance == Approx(by_1 * by_1 * 0.04 + by_2 * by_2 * 0.16).epsilon(1e-13));
    CHECK(std::isnan(ad_hoc_scale({q, intensity, {}, ones, square_mean}, {0, 9}).variance));
    CHECK(std::isnan(ad_hoc_scale({q, intensity, {}, ones, square_mean}, {3, 9}).value));
    CHECK(polynomial_order(0.9, 31.26) == Approx(8.9553303).epsilon(1e-8));
}

TEST_CASE("what is a polynomial is taken off exactly, also with terms by the dozen") {
    const Doubles q = test::grid(0.5, 24, 0.05), ones(q.size(), 1.0);
    Doubles intensity, wanted;
    for (const double each : q) {
        wanted.push_back(0.3 - 0.02 * each + 1e-3 * each * each);
        intensity.push_back(1 + wanted.back());
    }
    for (const double order : {3.0, 3.6, 9.0, 31.5}) {
        CAPTURE(order);
        const auto slow = slow_part({q, intensity, {}, ones, ones}, 1, {0, 24}, order);
        REQUIRE(slow.found);
        double worst = 0;
        for (std::size_t i = 0; i < q.size(); ++i) worst = std::max(worst, std::abs(slow.curve[i] - wanted[i]));
        CHECK(worst < 1e-12);
        REQUIRE(slow.terms.size() == static_cast<std::size_t>(std::ceil(order)));
        if (order > 9) continue;
        CHECK(slow.terms[0] == Approx(0.3).epsilon(1e-9));
        CHECK(slow.terms[1] == Approx(-0.02).epsilon(1e-9));
        CHECK(slow.terms[2] == Approx(1e-3).epsilon(1e-9));
    }
}

TEST_CASE("a broken order mixes the two whole ones") {
    // F = Q (x - 1) = Q^2 at Q = 1, 2. Two terms fit it (p2 = 1); one gives p1 = (1 + 8)/(1 + 4) = 1.8.
    const Doubles q{1, 2}, intensity{2, 3}, ones{1, 1};
    const auto slow = slow_part({q, intensity, {}, ones, ones}, 1, {0, 2}, 1.25);
    CHECK(slow.terms[0] == Approx(0.75 * 1.8).epsilon(1e-12));
    CHECK(slow.terms[1] == Approx(0.25).epsilon(1e-12));
    CHECK(slow.curve[1] == Approx(0.75 * 1.8 + 0.25 * 2).epsilon(1e-12));
    CHECK(slow_part({q, intensity, {}, ones, ones}, 1, {0, 2}, 0.5).terms[0] == Approx(0.9).epsilon(1e-12));
}

TEST_CASE("ad hoc: outside of its range there is no polynomial, which would run away there") {
    const Doubles q{1, 2, 3, 4, 5}, ones(5, 1.0);
    const auto slow = slow_part({q, ones, {}, ones, ones}, 1, {2, 4}, 1);
    CHECK(std::isnan(slow.curve[0]));
    for (const std::size_t i : {1, 2, 3}) CHECK(std::abs(slow.curve[i]) < 1e-14);  // F = 0
    CHECK(std::isnan(slow.curve[4]));
}

TEST_CASE("ad hoc: no terms, too few points, orders that cannot be") {
    const Doubles q{1, 2}, intensity{2, 3}, ones{1, 1};
    const Points points{q, intensity, {}, ones, ones};
    CHECK(slow_part(points, 1, {0, 2}, 0).curve == Doubles{0, 0});
    const auto few = slow_part(points, 1, {0, 2}, 2.5);
    CHECK_FALSE(few.found);
    CHECK(std::isnan(few.curve[0]));
    CHECK(contains(message([&] { static_cast<void>(slow_part(points, 1, {0, 2}, 60.5)); }), "the polynomial has 60.5 terms"));
    CHECK(contains(message([&] { static_cast<void>(slow_part(points, 1, {0, 2}, -1)); }), "0 to 60 are possible"));
}
