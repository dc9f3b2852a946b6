// SPDX-License-Identifier: BSD-3-Clause
// The inverse transform against Gaussian pairs in closed form, its own inverse, and moments that can be done by hand.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

using namespace sluice::inverse_pair_distribution;
using doctest::Approx;
using sluice::numerics::SineSum;
using Doubles = std::vector<double>;

namespace {

constexpr double pi = std::numbers::pi, unknown = std::numeric_limits<double>::quiet_NaN();

Doubles multiples(int first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back((first + i) * step);
    return out;
}

/// F(Q) = sin(Q r0) exp(-s^2 Q^2 / 2) is the inverse transform of G = gauss(r - r0) - gauss(r + r0), of variance s^2.
constexpr double r0 = 2.8, s = 0.22;
double pair_f(double q) { return std::sin(q * r0) * std::exp(-s * s * q * q / 2); }
double pair_g(double r) {
    const auto gauss = [](double x) { return std::exp(-x * x / (2 * s * s)) / (s * std::sqrt(2 * pi)); };
    return gauss(r - r0) - gauss(r + r0);
}

Doubles of(const Doubles& points, double (*function)(double)) {
    Doubles out;
    for (const double each : points) out.push_back(function(each));
    return out;
}

struct Result {
    Doubles f, f_variance, structure, structure_variance;
    Status status;
};

Result run(const InverseTransform& transform, const Doubles& g, const Doubles& variance = {}, const Doubles& covariance = {},
           const std::vector<std::uint8_t>& mask = {}, double density = 0) {
    const std::size_t n = transform.q().size(), with = variance.empty() && covariance.empty() ? 0 : n;
    Result out{Doubles(n, -99), Doubles(with, -99), Doubles(n, -99), Doubles(with, -99), Status::ok};
    out.status =
        transform.run({g, variance, covariance, mask, density}, {out.f, out.f_variance, out.structure, out.structure_variance});
    return out;
}

Options up_to(double q_max, double q_step = 0.02) {
    Options options;
    options.q_max = q_max;
    options.q_step = q_step;
    return options;
}

Doubles noise(std::size_t count, std::uint64_t seed) {
    Doubles out(count);
    sluice::numerics::RandomStream(seed, 0, 0).fill_normal(out);
    return out;
}

}  // namespace

TEST_CASE("a Gaussian pair: F and S in closed form, S(0) too") {
    const Doubles r = multiples(0, 0.01, 1001);
    const InverseTransform transform(r, up_to(25));
    const auto out = run(transform, of(r, pair_g));
    REQUIRE(transform.q().size() == 1251);
    for (std::size_t k = 0; k < out.f.size(); ++k) {
        const double q = transform.q()[k];
        CHECK(out.f[k] == Approx(pair_f(q)).scale(1).epsilon(1e-12));
        if (k > 0) CHECK(out.structure[k] == Approx(1 + pair_f(q) / q).scale(1).epsilon(1e-11));
    }
    CHECK(out.structure[0] == Approx(1 + r0).epsilon(1e-12));  // int r G dr
    CHECK(out.status == Status::ok);
}

TEST_CASE("there by the trapezoidal rule over Q, and back: 1e-12 on natural grids") {
    for (const int n : {1571, 15708}) {
        const double dq = 0.02, dr = pi / (n * dq);
        const int points_q = n == 1571 ? 700 : 1251;
        const Doubles q = multiples(0, dq, points_q), r = multiples(0, dr, n + 1);
        Doubles f = noise(q.size(), 7);  // no shape is needed for that
        f[0] = 0;
        Doubles weighted = sluice::numerics::trapezoid_weights(q), g(r.size());
        for (std::size_t k = 0; k < q.size(); ++k) weighted[k] *= 2 / pi * f[k];
        SineSum(q, r).sine(weighted, g);
        const auto out = run(InverseTransform(r, up_to(q.back() + 10 * dq, dq)), g);
        for (std::size_t k = 0; k + 1 < q.size(); ++k) CHECK(out.f[k] == Approx(f[k]).scale(1).epsilon(1e-11));
        CHECK(out.f[q.size() - 1] == Approx(f.back() / 2).scale(1).epsilon(1e-11));
        for (std::size_t k = q.size(); k < out.f.size(); ++k) CHECK(out.f[k] == Approx(0).scale(1).epsilon(1e-11));
    }
}

TEST_CASE("grids of q: multiples of the step, exact or natural, q_max inclusive") {
    const Doubles r = multiples(0, 0.01, 1001);
    CHECK(q_grid(r, up_to(0.1, 0.05)) == Doubles{0, 0.05, 0.1});
    CHECK(q_grid(r, up_to(0.3, 0.1)).size() == 4);  // 3 * 0.1 > 0.3
    auto options = up_to(1, 0.25);
    options.q_min = 0.5;
    CHECK(q_grid(r, options) == Doubles{0.5, 0.75, 1});
    options.q_min = 0.1;
    CHECK(q_grid(r, options)[1] == Approx(0.35).epsilon(1e-15));
    options.natural = true;
    options.q_min = 0;
    const double step = q_grid(r, options)[1];
    CHECK(pi / (0.01 * step) == Approx(1257).epsilon(1e-12));  // pi / 0.0025 = 1256.6
}

TEST_CASE("a first point above 0: a straight line, the line of the density, or nothing") {
    constexpr double density = 0.05;
    const Doubles all = multiples(0, 0.005, 2001), r = multiples(300, 0.005, 1701);
    const auto g_of = [](double x) { return x < 1.9 ? -4 * pi * density * x : pair_g(x) - 4 * pi * density * 1.9; };
    Doubles g_all, g;
    for (const double each : all) g_all.push_back(g_of(each));
    for (const double each : r) g.push_back(g_of(each));
    const auto expected = run(InverseTransform(all, up_to(20)), g_all);
    auto options = up_to(20);
    CHECK(run(InverseTransform(r, options), g).structure[40] == Approx(expected.structure[40]).epsilon(1e-12));
    options.low_r = LowR::density;
    const auto out = run(InverseTransform(r, options), g, {}, {}, {}, density);
    for (std::size_t k = 0; k < out.f.size(); ++k)
        CHECK(out.structure[k] == Approx(expected.structure[k]).scale(1).epsilon(1e-12));

    // Below the limit G is replaced: what stands there does not matter.
    Doubles wild = g_all;
    for (std::size_t i = 0; i < 300; ++i) wild[i] = 5;
    options.r_min = 1.5;
    const auto replaced = run(InverseTransform(all, options), wild, {}, {}, {}, density);
    for (std::size_t k = 0; k < out.f.size(); ++k)
        CHECK(replaced.structure[k] == Approx(expected.structure[k]).scale(1).epsilon(1e-12));

    options.low_r = LowR::none;
    const auto none = run(InverseTransform(all, options), wild);
    // int_0^a 4 pi rho0 r sin(Q r) dr = 4 pi rho0 (sin(Qa) - Qa cos(Qa)) / Q^2 is missing: 1e-5 by the trapezoidal rule.
    const double q = 0.8, a = 1.5, missing = -4 * pi * density * (std::sin(q * a) - q * a * std::cos(q * a)) / (q * q);
    CHECK(none.f[40] == Approx(expected.f[40] - missing).epsilon(1e-5));
}

TEST_CASE("r_max cuts, and both limits are inclusive") {
    const Doubles r = multiples(0, 0.1, 101);
    auto options = up_to(3, 0.1);
    options.r_min = 0.1 * 3;
    options.r_max = 0.7;
    const InverseTransform transform(r, options);
    CHECK(transform.r_first() == r[3]);
    CHECK(transform.r_last() == r[7]);
    Doubles g(101, unknown);  // outside of the range nothing is looked at
    for (std::size_t i = 3; i < 8; ++i) g[i] = r[i];
    const auto out = run(transform, g);
    CHECK(out.status == Status::ok);
    CHECK(out.structure[0] ==
          Approx(1 + 0.343 / 3 + 0.01 * 0.7 / 6).epsilon(1e-12));  // int_0^0.7 r^2 dr, + h^2 b / 6 of the rule
}

TEST_CASE("variances of independent points by hand, at q = 0 and elsewhere; the line below belongs to the first point") {
    const Doubles r{0.5, 1, 1.5}, g{1, 2, 3}, variance{0.1, 0.2, 0.3};
    auto options = up_to(1, 1);
    const auto out = run(InverseTransform(r, options), g, variance);  // on 0, 0.5, 1, 1.5 with weights 1/4, 1/2, 1/2, 1/4
    const auto sine = [](double x) { return std::sin(x); };
    CHECK(out.f[1] == Approx(0.5 * sine(0.5) * 1 + 0.5 * sine(1) * 2 + 0.25 * sine(1.5) * 3).epsilon(1e-14));
    const auto square = [](double x) { return x * x; };
    CHECK(out.f_variance[1] ==
          Approx(0.1 * square(0.5 * sine(0.5)) + 0.2 * square(0.5 * sine(1)) + 0.3 * square(0.25 * sine(1.5))).epsilon(1e-14));
    CHECK(out.structure[0] == Approx(1 + 0.25 + 1 + 0.25 * 4.5).epsilon(1e-14));
    CHECK(out.structure_variance[0] == Approx(0.1 * square(0.25) + 0.2 * square(0.5) + 0.3 * square(0.375)).epsilon(1e-14));
    CHECK(out.f[0] == 0);
    CHECK(out.f_variance[0] == 0);

    // The first at 0.5, the next at 0.75: two panels below, 0 and 0.25 with g_1 / 2; weights 1/8, 1/4, 1/4, 1/8.
    const auto finer = run(InverseTransform(Doubles{0.5, 0.75}, options), {1, 2}, {0.1, 0.2});
    CHECK(finer.f[1] == Approx(0.25 * sine(0.25) * 0.5 + 0.25 * sine(0.5) + 0.125 * sine(0.75) * 2).epsilon(1e-14));
    CHECK(finer.f_variance[1] ==
          Approx(0.1 * square(0.125 * sine(0.25) + 0.25 * sine(0.5)) + 0.2 * square(0.125 * sine(0.75))).epsilon(1e-14));

    // The density's line has no variance.
    options.low_r = LowR::density;
    const auto line = run(InverseTransform(Doubles{0.5, 0.75}, options), {1, 2}, {0.1, 0.2}, {}, {}, 0.05);
    CHECK(line.f[1] == Approx(-4 * pi * 0.05 * 0.25 * 0.25 * sine(0.25) + 0.25 * sine(0.5) + 0.25 * sine(0.75)).epsilon(1e-14));
    CHECK(line.f_variance[1] == Approx(0.1 * square(0.25 * sine(0.5)) + 0.2 * square(0.125 * sine(0.75))).epsilon(1e-14));
}

TEST_CASE("a covariance: of independent points the variances, of the transform of F its own variances") {
    const Doubles r = multiples(40, 0.05, 60), g = noise(60, 1);
    Doubles variance = noise(60, 2);
    for (double& each : variance) each *= each;
    Doubles diagonal(60 * 60, 0.0);
    for (std::size_t i = 0; i < 60; ++i) diagonal[i * 61] = variance[i];
    const InverseTransform transform(r, up_to(20, 0.1));
    const auto expected = run(transform, g, variance), out = run(transform, g, {}, diagonal);
    for (std::size_t k = 0; k < out.f.size(); ++k) {
        CHECK(out.f_variance[k] == Approx(expected.f_variance[k]).scale(1e-3).epsilon(1e-11));
        CHECK(out.structure_variance[k] == Approx(expected.structure_variance[k]).epsilon(1e-9));
    }

    // Cov(G_i, G_j) = sum_k c_ik c_jk var F_k with c_ik = (2/pi) w_k sin(Q_k r_i): back comes var F_k, a quarter of it at the
    // end.
    constexpr int n = 200;
    const double dq = 0.1, dr = pi / (n * dq);
    const Doubles q = multiples(0, dq, 80), natural = multiples(0, dr, n + 1);
    const Doubles weights = sluice::numerics::trapezoid_weights(q);
    Doubles covariance(natural.size() * natural.size(), 0.0);
    for (std::size_t i = 0; i < natural.size(); ++i)
        for (std::size_t j = 0; j < natural.size(); ++j)
            for (std::size_t k = 0; k < q.size(); ++k)
                covariance[i * natural.size() + j] += std::pow(2 / pi * weights[k], 2) * std::sin(q[k] * natural[i]) *
                                                      std::sin(q[k] * natural[j]) * 0.01 * (1 + q[k]);
    const auto back = run(InverseTransform(natural, up_to(q.back(), dq)), Doubles(natural.size(), 0.0), {}, covariance);
    for (std::size_t k = 1; k + 1 < q.size(); ++k) CHECK(back.f_variance[k] == Approx(0.01 * (1 + q[k])).epsilon(1e-10));
    CHECK(back.f_variance.back() == Approx(0.01 * (1 + q.back()) / 4).epsilon(1e-10));
}

TEST_CASE("observed scatter over the propagated sigma, 400 curves, at q = 0 and beyond: 1 within 15 %") {
    const Doubles r = multiples(3, 0.1, 100);
    const InverseTransform transform(r, up_to(10, 0.5));
    const Doubles variance(100, 0.04);
    Doubles sums(transform.q().size(), 0.0);
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Doubles g = noise(100, seed);
        for (double& each : g) each *= 0.2;
        const auto out = run(transform, g, variance);
        for (std::size_t k = 0; k < sums.size(); ++k)
            sums[k] += std::pow(out.structure[k] - 1, 2) / out.structure_variance[k] / 400;
    }
    for (const double each : sums) CHECK(std::sqrt(each) == Approx(1).epsilon(0.15));  // sigma of each 3.5 %
}

TEST_CASE("masked, NaN and unusable points: all NaN, and the status tells why") {
    const Doubles r = multiples(0, 0.1, 50), variance(50, 1.0);
    const InverseTransform transform(r, up_to(5));
    const Doubles g = of(r, pair_g);
    const auto missing = [&](const Result& out) {
        return out.status == Status::missing_points && std::isnan(out.f[3]) && std::isnan(out.structure[0]) &&
               std::isnan(out.f_variance[3]);
    };
    std::vector<std::uint8_t> mask(50, 0);
    mask[7] = 1;
    CHECK(missing(run(transform, g, variance, {}, mask)));
    for (const double bad : {unknown, std::numeric_limits<double>::infinity()}) {
        Doubles broken = g, broken_variance = variance, broken_covariance(2500, 0.0);
        broken[49] = broken_variance[49] = broken_covariance[10] = bad;
        CHECK(missing(run(transform, broken, variance)));
        CHECK(missing(run(transform, g, broken_variance)));
        CHECK(missing(run(transform, g, {}, broken_covariance)));
    }
    auto options = up_to(5);
    options.low_r = LowR::density;
    for (const double density : {unknown, 0.0, -1.0}) {
        const auto out = run(InverseTransform(r, options), g, {}, {}, {}, density);
        CHECK(out.status == Status::no_density);
        CHECK(std::isnan(out.structure[0]));
    }
    CHECK(run(InverseTransform(r, up_to(35)), g).status == Status::nyquist);  // pi / 0.1 = 31.4
}

TEST_CASE("what makes no transform is refused with the reason") {
    const Doubles r = multiples(0, 0.1, 50);
    auto options = up_to(5);
    options.r_min = 4.85;
    CHECK_THROWS_WITH_AS(InverseTransform(r, options),
                         "between r_min and r_max there are 1 of the 50 points of r, at least 2 are needed. Widen the range.",
                         std::invalid_argument);
    options = up_to(5);
    options.q_min = 6;
    CHECK_THROWS_WITH_AS(InverseTransform(r, options), "q_min = 6, must not be above q_max = 5.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(InverseTransform(r, up_to(100, 1e-5)),
                         "there would be 10000001 points of q, at most 1000000 can be. Raise q_step, or lower q_max.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(InverseTransform(multiples(-1, 0.1, 5), up_to(5)), "r begins at -0.1, must not be below 0.",
                         std::invalid_argument);
    options = up_to(5);
    options.natural = true;
    CHECK_THROWS_WITH_AS(InverseTransform(Doubles{0, 0.1, 0.3}, options),
                         "q_grid = natural needs evenly spaced r, but they are not at index 1. Set q_grid to exact.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(run(InverseTransform(r, up_to(5)), Doubles(49, 0.0)), "G has 49 elements, 50 are needed.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(run(InverseTransform(r, up_to(5)), Doubles(50, 0.0), {}, Doubles(2499, 0.0)),
                         "the covariance of G has 2499 elements, 2500 are needed.", std::invalid_argument);
}
