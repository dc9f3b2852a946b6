// SPDX-License-Identifier: BSD-3-Clause
// The responses against tables of mpmath, closed forms, limits and sum rules; their derivatives against differences.
#include <sluice/numerics/relaxation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <doctest/doctest.h>

#include "relaxation_values.hpp"

namespace {

using namespace sluice::numerics;
using doctest::Approx;

double deviation(double found, double expected) { return std::abs(found / expected - 1); }

Approx close_to(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

}  // namespace

TEST_CASE("kww: storage, loss and both transforms, each to 1e-11 of itself, for 0.1 <= beta <= 1 and 1e-8 <= w <= 1e8") {
    double worst = 0;
    for (const auto& each : reference::kww_values) {
        CAPTURE(each.omega_tau);
        CAPTURE(each.beta);
        const auto response = kww(each.omega_tau, each.beta), transform = kww_transform(each.omega_tau, each.beta);
        const double off = std::max({deviation(response.real(), each.storage), deviation(-response.imag(), each.loss),
                                     deviation(transform.real(), each.loss / each.omega_tau),
                                     deviation(-transform.imag(), each.transform_sine)});
        CHECK(off < 1e-11);
        worst = std::max(worst, off);
    }
    MESSAGE("largest relative deviation of kww from mpmath: ", worst);
}

TEST_CASE("havriliak_negami: storage and loss, each to 1e-13 of itself") {
    double worst = 0;
    for (const auto& each : reference::havriliak_negami_values) {
        CAPTURE(each.omega_tau);
        CAPTURE(each.alpha);
        CAPTURE(each.gamma);
        const auto response = havriliak_negami(each.omega_tau, each.alpha, each.gamma);
        const double off = std::max(deviation(response.real(), each.storage), deviation(-response.imag(), each.loss));
        CHECK(off < 1e-13);
        worst = std::max(worst, off);
    }
    MESSAGE("largest relative deviation of havriliak_negami from mpmath: ", worst);
}

TEST_CASE("beta = 1 and alpha = gamma = 1 are Debye") {
    for (const double w : {1e-8, 1e-3, 0.5, 1.0, 30.0, 1e8}) {
        const double storage = 1 / (1 + w * w), loss = w / (1 + w * w);
        for (const auto response : {kww(w, 1), havriliak_negami(w, 1, 1)}) {
            CHECK(response.real() == close_to(storage, 1e-14));
            CHECK(-response.imag() == close_to(loss, 1e-14));
        }
    }
}

TEST_CASE("from one method to the next nothing jumps, and towards beta = 1 it is Debye") {
    for (double beta = 0.1; beta < 1; beta += 0.0371)
        for (double log_w = -18; log_w < 18; log_w += 0.173) {
            const double w = std::exp(log_w);
            const auto here = kww(w, beta), below = kww(w * (1 - 1e-12), beta), above = kww(w * (1 + 1e-12), beta);
            CHECK(deviation(here.real(), (below.real() + above.real()) / 2) < 1e-11);
            CHECK(deviation(here.imag(), (below.imag() + above.imag()) / 2) < 1e-11);
        }
    for (const double w : {1e-8, 0.01, 1.0, 100.0, 1e8})
        CHECK(std::abs(kww(w, 1 - 1e-12) - kww(w, 1)) < 1e-10 * std::abs(kww(w, 1)));
}

TEST_CASE("limits: 1 at low frequency, the mean time there, 0 and the power of beta at high frequency") {
    CHECK(kww(0, 0.3) == std::complex<double>(1, 0));
    CHECK(kww_transform(0, 0.5).real() == Approx(2));
    CHECK(kww(std::numeric_limits<double>::infinity(), 0.5) == std::complex<double>(0, 0));
    CHECK(-kww(1e-14, 0.5).imag() == close_to(2e-14, 1e-9));
    const double tail = std::tgamma(1.6) * std::pow(1e12, -0.6);  // first term of the series of inverse powers
    CHECK(-kww(1e12, 0.6).imag() == close_to(tail * std::sin(0.3 * std::numbers::pi), 1e-6));
    CHECK(havriliak_negami(0, 0.5, 2) == std::complex<double>(1, 0));
    CHECK(-havriliak_negami(1e9, 0.5, 0.4).imag() == close_to(std::pow(1e9, -0.2) * std::sin(0.1 * std::numbers::pi), 1e-4));
}

TEST_CASE("the loss over ln w has the area pi/2, whatever its shape") {
    for (const double beta : {0.3, 0.6, 1.0}) {
        double kohlrausch = 0, havriliak = 0;
        for (double x = -80; x < 120; x += 0.125) {  // both ends fall as exp(-0.3 |x|) or faster
            kohlrausch -= 0.125 * kww(std::exp(x), beta).imag();
            havriliak -= 0.125 * havriliak_negami(std::exp(x), beta, 1.5).imag();
        }
        CHECK(kohlrausch == close_to(std::numbers::pi / 2, 1e-9));
        CHECK(havriliak == close_to(std::numbers::pi / 2, 1e-9));
    }
}

TEST_CASE("the slopes are those of the response, by central differences of the fourth order") {
    const auto slope = [](const auto& f, double h) { return (8.0 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h); };
    for (const double beta : {0.2, 0.5, 0.7, 0.95})
        for (const double w : {1e-6, 1e-3, 0.1, 1.0, 10.0, 1e5}) {
            CAPTURE(beta);
            CAPTURE(w);
            const double rounding = 1e-12;  // of differences of numbers near 1
            const auto slopes = kww_slopes(w, beta);
            const auto by_w = slope([&](double h) { return kww(w * std::exp(h), beta); }, 1e-3);
            const auto by_beta = slope([&](double h) { return kww(w, beta + h); }, 1e-3 * beta);
            CHECK(std::abs(slopes.by_log_omega - by_w) < 1e-8 * std::abs(by_w) + rounding);
            CHECK(std::abs(slopes.by_beta - by_beta) < 1e-7 * std::abs(by_beta) + rounding);
            CHECK(slopes.response == kww(w, beta));
        }
}

TEST_CASE("the loss peaks where no neighbour is higher; closed form for Havriliak-Negami") {
    for (const double beta : {0.1, 0.3, 0.5, 0.8, 1.0}) {
        const double peak = kww_loss_peak(beta), top = -kww(peak, beta).imag();
        CHECK(-kww(peak * 1.001, beta).imag() < top);
        CHECK(-kww(peak / 1.001, beta).imag() < top);
    }
    CHECK(kww_loss_peak(1) == close_to(1, 1e-9));
    CHECK(havriliak_negami_loss_peak(0.6, 1) == close_to(1, 1e-14));
    for (const double gamma : {0.3, 2.0}) {
        const double peak = havriliak_negami_loss_peak(0.6, gamma), top = -havriliak_negami(peak, 0.6, gamma).imag();
        CHECK(-havriliak_negami(peak * 1.001, 0.6, gamma).imag() < top);
        CHECK(-havriliak_negami(peak / 1.001, 0.6, gamma).imag() < top);
    }
}

TEST_CASE("stretched exponential in time: 1/e at tau, its square with factor 2, 0 where the power overflows") {
    CHECK(stretched_exponential(0, 0.3).value == Approx(std::exp(-1.0)).epsilon(1e-15));
    CHECK(stretched_exponential(0, 0.3, 2).value == Approx(std::exp(-2.0)).epsilon(1e-15));
    CHECK(stretched_exponential(std::log(16.0), 0.5).power == Approx(4).epsilon(1e-15));
    CHECK(stretched_exponential(1e4, 0.5).value == 0);
}

TEST_CASE("mean relaxation time: tau at beta 1, twice tau at 1/2, and its slope") {
    CHECK(mean_relaxation_time(3, 1) == Approx(3));
    CHECK(mean_relaxation_time(3, 0.5) == Approx(6));
    CHECK(mean_relaxation_time(1, 0.25) == Approx(24));
    for (const double beta : {0.1, 0.37, 1.0, 1.8}) {
        const double h = 1e-5;
        const double slope = std::log(mean_relaxation_time(1, beta + h) / mean_relaxation_time(1, beta - h)) / (2 * h);
        CHECK(mean_relaxation_time_slope(beta) == close_to(slope, 1e-6));
    }
    CHECK(mean_relaxation_time_slope(1) == close_to(std::numbers::egamma - 1, 1e-12));  // digamma(1) = -0.5772…
}

TEST_CASE("what cannot be is refused, NaN stays NaN") {
    CHECK_THROWS_WITH_AS((void)kww(-1, 0.5), "omega_tau = -1, must be 0 or above.", std::domain_error);
    CHECK_THROWS_WITH_AS((void)kww(1, 1.5), "beta = 1.5, must be above 0 and at most 1.", std::domain_error);
    CHECK_THROWS_WITH_AS((void)havriliak_negami(1, 1.5, 1), "alpha = 1.5, must be above 0 and at most 1.", std::domain_error);
    CHECK_THROWS_WITH_AS((void)havriliak_negami(1, 1, 0), "gamma = 0, must be above 0.", std::domain_error);
    CHECK_THROWS_AS((void)kww_slopes(0, 0.5), std::domain_error);
    CHECK_THROWS_AS((void)kww_loss_peak(0.01), std::domain_error);
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(kww(not_a_number, 0.5).real()));
    CHECK(std::isnan(kww(1, not_a_number).imag()));
    CHECK(std::isnan(havriliak_negami(1, 0.5, not_a_number).real()));
}
