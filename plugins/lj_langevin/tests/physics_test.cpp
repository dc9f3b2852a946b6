// SPDX-License-Identifier: BSD-3-Clause
// What LAMMPS makes of our input against what must come out: free particles, temperature, the second virial coefficient, a
// published pressure, the same bits. Needs the program lmp.
#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "runs.hpp"

namespace {

using namespace sluice::lj_langevin;
using namespace sluice::test;
using Doubles = std::vector<double>;

/// Displacement variance of a free particle along one axis in `steps` steps of the scheme, whose half-step velocities are
/// u' = (1 - dt/damp) u + noise with <u^2> = 1/(1 - dt/(2 damp)): dt^2 <(u_1 + … + u_n)^2>, the sum over all pairs.
double free_displacement(double damping, double time_step, int steps) {
    const double a = 1 - time_step / damping, variance = 1 / (1 - time_step / (2 * damping));
    double sum = steps, power = 1;
    for (int k = 1; k < steps; ++k) sum += 2 * (steps - k) * (power *= a);
    return time_step * time_step * variance * sum;
}

TEST_CASE("free particles: D = kT damping_time/m, temperature 1" * doctest::test_suite("long")) {
    const auto lmp = lammps();
    if (!lmp) return;
    for (const double damping : {0.1, 1.0}) {
        CAPTURE(damping);
        auto s = liquid(0, 0.1, 400, 400, 16'000);
        s.damping_time_tau = damping;
        s.frame_every = 1000;  // 5 tau; particles go farther than half the box
        const auto ran = run(s, *lmp);
        double sum = 0;
        const auto frame = static_cast<std::size_t>(3 * s.particles);
        const auto n = ran.positions.size() - frame;
        for (std::size_t i = 0; i < n; ++i) sum += std::pow(ran.positions[i + frame] - ran.positions[i], 2);
        const double expected = free_displacement(damping, s.time_step_tau, 1000),
                     sigma = std::sqrt(2.0 / static_cast<double>(n));
        const double ratio = sum / static_cast<double>(n) / expected;
        MESSAGE("damping time " << damping << ": D m/(kT damping_time) = " << ratio << " +- " << sigma
                                << " (displacements over 5 tau, " << n << " of them)");
        CHECK(std::abs(ratio - 1) < 3 * sigma);
        CHECK(expected == doctest::Approx(2 * damping * (5 - damping * (1 - std::exp(-5 / damping))))
                              .epsilon(2e-3));  // 2 D [t - damp (1 - exp(-t/damp))]
        const auto temperature = block_mean(ran.outcome.record.temperature, time_blocks);
        MESSAGE("temperature " << temperature.value << " +- " << standard_error(temperature));
        CHECK(std::abs(temperature.value - 1) < 3.5 * standard_error(temperature));
        CHECK(standard_error(temperature) < 0.006);
        CHECK(block_mean(ran.outcome.record.potential_energy, time_blocks).value == 0);
        CHECK(drift(ran.outcome.record.potential_energy, time_blocks) == 0);
    }
}

/// B2 = -2 pi integral of (exp(-u) - 1) r^2 dr for u cut at 2.5 and shifted, by the midpoint rule.
double second_virial(double epsilon_kt) {
    const auto u = [&](double r) { return 4 * epsilon_kt * (std::pow(r, -12) - std::pow(r, -6)); };
    double sum = 0;
    const int n = 100'000;
    for (int i = 0; i < n; ++i) {
        const double r = 2.5 * (i + 0.5) / n;
        sum += (std::exp(-(u(r) - u(2.5))) - 1) * r * r * 2.5 / n;
    }
    return -2 * std::numbers::pi * sum;
}

TEST_CASE("a dilute gas: the second virial coefficient" * doctest::test_suite("long")) {
    const auto lmp = lammps();
    if (!lmp) return;
    const auto s = liquid(1, 0.015, 500, 4000, 20'000);
    const auto ran = run(s, *lmp);
    const double density = 6 * s.volume_fraction / std::numbers::pi;
    Doubles excess;  // without the kinetic part, which fluctuates more
    for (std::size_t i = 0; i < ran.outcome.record.pressure.size(); ++i)
        excess.push_back(ran.outcome.record.pressure[i] - density * ran.outcome.record.temperature[i]);
    const auto mean = block_mean(excess, time_blocks);
    const double scale = density * density, expected = second_virial(1), sigma = standard_error(mean) / scale;
    MESSAGE("B2 = " << mean.value / scale << " +- " << sigma << ", by quadrature " << expected);
    CHECK(std::abs(mean.value / scale - expected) < 3 * sigma + 4.4 * density);  // B3 is below b0^2 = 4.4 here
    CHECK(sigma < 0.1 * std::abs(expected));
}

TEST_CASE("a published pressure: T* = 0.90, density 0.82" * doctest::test_suite("long")) {
    const auto lmp = lammps();
    if (!lmp) return;
    // NIST Standard Reference Simulation Website, Lennard-Jones fluid, Monte Carlo: p* = 0.82386, its standard deviation about
    // 0.005; cut at 3 sigma with the correction for the tail, which we add.
    const double published = 0.82386, density = 0.82, temperature = 0.9, cut = 3;
    auto s = liquid(1 / temperature, std::numbers::pi / 6 * density, 256, 4000, 10'000);
    s.cutoff_sigma = cut;
    const auto ran = run(s, *lmp);
    const double tail = 32 * std::numbers::pi / 9 * density * density * (std::pow(cut, -9) - 1.5 * std::pow(cut, -3));
    const auto mean = block_mean(ran.outcome.record.pressure, time_blocks);
    const double found = mean.value * temperature + tail, sigma = standard_error(mean) * temperature;
    MESSAGE("p* = " << found << " +- " << sigma << ", published " << published);
    CHECK(std::abs(found - published) < 3 * std::hypot(sigma, 0.005));
    CHECK(sigma < 0.05);
    const auto warm = block_mean(ran.outcome.record.temperature, time_blocks);
    MESSAGE("temperature " << warm.value << " +- " << standard_error(warm));
    CHECK(std::abs(warm.value - 1) < 3 * standard_error(warm) + 0.005);  // and the finite time step
}

TEST_CASE("the same seed gives the same bits, another seed another run") {
    const auto lmp = lammps();
    if (!lmp) return;
    auto s = liquid(1, 0.3, 256, 100, 200);
    const auto first = run(s, *lmp), second = run(s, *lmp);
    CHECK(first.positions == second.positions);
    CHECK(first.outcome.record.pressure == second.outcome.record.pressure);
    CHECK(first.outcome.version == second.outcome.version);
    s.seed = 21;
    CHECK(run(s, *lmp).positions != first.positions);
}

}  // namespace
