// SPDX-License-Identifier: BSD-3-Clause
// P and beta of distributed spheres and shells against 50-digit quadrature (tests/reference/saxs_model/generate.py), exact
// moments and integrals, symmetries, derivatives.
#include <sluice/numerics/sphere_scattering.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "reference/saxs_model/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::numerics;
using doctest::Approx;
using Doubles = std::vector<double>;
using Kind = SizeDistribution;

constexpr Kind distributed[] = {Kind::gaussian, Kind::schulz, Kind::log_normal};
const Surface<double> sphere[] = {{0, 1}};

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Kind kind_of(const std::string& name) {
    if (name == "gaussian") return Kind::gaussian;
    return name == "schulz" ? Kind::schulz : Kind::log_normal;
}

SphereScattering<double> spheres(Kind kind, double spread) { return {kind, spread, sphere}; }

/// What P oscillates below: 1, and 9 (1 + x^2) / x^6 of F^2.
double envelope(double x) { return std::min(1.0, 9 * (1 + x * x) / std::pow(x, 6)); }

double integral(const auto& f, double last, int steps) {  // Simpson
    double sum = f(0.0) + f(last);
    for (int i = 1; i < steps; ++i) sum += (i % 2 ? 4 : 2) * f(last * i / steps);
    return sum * last / (3 * steps);
}

}  // namespace

TEST_CASE("F to 1e-15") {
    for (std::size_t i = 0; i < reference::x.size(); ++i)
        CHECK(std::abs(sphere_amplitude(reference::x[i]) - reference::sphere_amplitude[i]) < 1e-15);
    CHECK(sphere_amplitude(0.0) == 1);
    CHECK(std::abs(sphere_amplitude(4.493409457909064)) < 1e-15);  // tan x = x
}

TEST_CASE("P to 1e-10 of the envelope and beta to 1e-10, for every distribution, spread and shell of the reference") {
    for (const auto& each : reference::particles) {
        CAPTURE(each.distribution);
        CAPTURE(each.spread);
        std::vector<Surface<double>> surfaces;
        for (const auto& [offset, contrast] : each.surfaces) surfaces.push_back({offset, contrast});
        const SphereScattering<double> particles(kind_of(each.distribution), each.spread, surfaces);
        CHECK(particles.forward() == near(each.forward, 1e-14));
        for (std::size_t i = 0; i < reference::x.size(); ++i) {
            const double x = reference::x[i];
            CAPTURE(x);
            const auto found = particles.at(x, true);
            CHECK(std::abs(found.form_factor - each.form_factor[i]) < 1e-10 * envelope(x));
            CHECK(std::abs(found.decoupling - each.decoupling[i]) < 1e-10);
            if (each.spread >= 0.05) CHECK(found.form_factor == near(each.form_factor[i], 1e-11));  // no minima near 0
        }
    }
}

TEST_CASE("monodisperse, and spread 0 of every distribution: P = F^2 and beta = 1") {
    for (const Kind kind : {Kind::monodisperse, Kind::gaussian, Kind::schulz, Kind::log_normal})
        for (const double x : {0.0, 1e-6, 0.1, 0.299, 0.31, 1.0, 4.4, 30.0, 99.0}) {
            CAPTURE(x);
            const auto found = spheres(kind, 0).at(x, true);
            const double f = sphere_amplitude(x);
            CHECK(std::abs(found.form_factor - f * f) < 2e-12 * envelope(x));
            if (f * f > 1e-3 * envelope(x)) CHECK(found.decoupling == near(1, 1e-8));
        }
}

TEST_CASE("moments: 1 + 3 s^2 and 1 + 15 s^2 + 45 s^4 + 15 s^6 of an uncut Gaussian; products of Schulz; powers of log-normal") {
    for (const double s : {0.01, 0.05, 0.1}) {
        const double t = s * s;
        const SizeAverage<double> gaussian(Kind::gaussian, s);
        CHECK(gaussian.moment(3) == near(1 + 3 * t, 1e-14));
        CHECK(gaussian.moment(6) == near(1 + 15 * t + 45 * t * t + 15 * t * t * t, 1e-14));
    }
    const SizeAverage<double> schulz(Kind::schulz, 0.3), log_normal(Kind::log_normal, 0.3);
    CHECK(schulz.moment(3) == near(1.09 * 1.18, 1e-14));
    CHECK(log_normal.moment(3) == near(std::pow(1.09, 3), 1e-14));
    for (const Kind kind : distributed)
        for (const double s : {1e-6, 1e-3, 0.05, 0.1, 0.2, 0.3, 0.45}) {  // the nodes have the same moments
            const SizeAverage<double> average(kind, s);
            for (std::size_t n = 0; n < 7; ++n) {
                double sum = 0;
                for (const auto& [r, w] : average.nodes()) sum += w * std::pow(r, static_cast<double>(n));
                CHECK(sum == near(average.moment(n), 1e-10));
            }
        }
}

TEST_CASE("closed forms and sums over nodes agree where one takes over from the other, up to the widest spread") {
    for (const Kind kind : distributed)
        for (const double s : {1e-8, 1e-4, 0.03, 0.0499, 0.06, 0.1, 0.1099, 0.12, 0.2, 0.3, 0.301, 0.4, 0.5}) {
            CAPTURE(s);
            const auto particles = spheres(kind, s);
            const double x = kind == Kind::log_normal ? 0.8 : 0.3;
            const auto below = particles.at(std::nextafter(x, 0.0), true), above = particles.at(x, true);
            CHECK(below.form_factor == near(above.form_factor, 1e-9));
            CHECK(below.decoupling == near(above.decoupling, 1e-9));
        }
}

TEST_CASE("int q^2 P dq = 3 pi <V> / (2 R^3 <V^2>), in units of the mean radius") {
    for (const Kind kind : distributed)
        for (const double s : {0.08, 0.25}) {
            const auto particles = spheres(kind, s);
            const SizeAverage<double> average(kind, s);
            const double last = 200;
            const double tail = 4.5 * average.moment(2) / average.moment(6) / last;  // P = 9 <r^2> / (2 <r^6> x^4) beyond
            const double found = integral([&](double x) { return x * x * particles.at(x).form_factor; }, last, 20000) + tail;
            CHECK(found == near(1.5 * std::acos(-1) * average.moment(3) / average.moment(6), 1e-6));
        }
}

TEST_CASE("shells: contrast 1 is a larger sphere, contrast 0 none, and a step between equals is none") {
    const double t = 0.3;
    for (const double x : {0.05, 0.2, 0.5, 2.0, 7.0, 25.0}) {
        const Surface<double> solid[] = {{0, 0}, {t, 1}}, bare[] = {{0, 1}, {t, 0}};
        const SphereScattering<double> larger(Kind::monodisperse, 0, solid), core(Kind::schulz, 0.1, bare);
        const double f = sphere_amplitude(1.3 * x);
        CHECK(std::abs(larger.at(x).form_factor - f * f) < 1e-11 * envelope(1.3 * x));
        CHECK(core.at(x, true).form_factor == near(spheres(Kind::schulz, 0.1).at(x).form_factor, 1e-10));
    }
}

TEST_CASE("slopes by x, spread and a shell against differences of fourth order") {
    using D = Dual<4>;
    for (const Kind kind : distributed)
        for (const double s : {0.02, 0.09, 0.15, 0.3})
            for (const double x : {0.02, 0.2, 0.7, 1.5, 6.0, 40.0}) {
                CAPTURE(s);
                CAPTURE(x);
                const double at[] = {x, s, 0.2, 0.6};
                const auto value = [&](const double* v) {
                    const Surface<double> surfaces[] = {{0, 1 - v[3]}, {v[2], v[3]}};
                    return SphereScattering<double>(kind, v[1], surfaces).at(v[0], true);
                };
                const Surface<D> surfaces[] = {{D(0.0), 1.0 - D(0.6, 3)}, {D(0.2, 2), D(0.6, 3)}};
                const auto found = SphereScattering<D>(kind, D(s, 1), surfaces).at(D(x, 0), true);
                for (std::size_t k = 0; k < 4; ++k) {
                    CAPTURE(k);
                    const double h = k == 0 ? 3e-4 * std::min(x, 1.0) : 3e-4 * at[k] / std::max(1.0, x);
                    const auto moved = [&](double by) {
                        double v[] = {at[0], at[1], at[2], at[3]};
                        v[k] += by * h;
                        return value(v);
                    };
                    const auto difference = [&](auto part) {
                        return (8 * (moved(1).*part - moved(-1).*part) - (moved(2).*part - moved(-2).*part)) / (12 * h);
                    };
                    const double of_p = difference(&Scattering<double>::form_factor),
                                 of_beta = difference(&Scattering<double>::decoupling);
                    const double noise_p = 1e-12 * envelope(x) / h, noise_beta = 1e-11 / h;
                    CHECK(std::abs(found.form_factor.slope[k] - of_p) < 1e-6 * std::abs(of_p) + noise_p);
                    CHECK(std::abs(found.decoupling.slope[k] - of_beta) < 1e-6 * std::abs(of_beta) + noise_beta);
                }
            }
}

TEST_CASE("spreads that the formulas do not cover are refused") {
    for (const double s : {-0.01, 0.51, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(spheres(Kind::gaussian, s), std::invalid_argument);
    CHECK_THROWS_WITH(spheres(Kind::schulz, 0.6),
                      "a relative standard deviation of the radius of 0.6 was given; it must be within 0 to 0.5.");
}

TEST_CASE("the project's tables of P and beta") {
    for (const std::string name : {"poly_sphere_P", "poly_sphere_beta"}) {
        const auto file = sluice::test::shared_data("sas/tables/" + name + ".csv");
        if (!file) return;
        std::ifstream in(*file);
        for (std::string line; std::getline(in, line);) {
            if (line[0] == '#' || line[0] == 'x') continue;
            std::replace(line.begin(), line.end(), ',', ' ');
            std::istringstream row(line);
            double x = 0, wanted = 0;
            row >> x;
            for (const double s : {0.01, 0.1, 0.3}) {
                CAPTURE(x);
                CAPTURE(s);
                row >> wanted;
                const auto found = spheres(Kind::gaussian, s).at(x, true);
                if (name == "poly_sphere_P")
                    CHECK(found.form_factor == near(wanted, 1e-8));
                else
                    CHECK(std::abs(found.decoupling - wanted) < 1e-10);  // it falls to 1e-43, where the table's own tail is seen
            }
        }
    }
}
