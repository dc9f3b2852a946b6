// SPDX-License-Identifier: BSD-3-Clause
// Demixing and melting, on both sides of them. Needs the program lmp.
#include <utility>

#include <doctest/doctest.h>

#include "../neighbours.hpp"
#include "../status.hpp"
#include "runs.hpp"

namespace {

using namespace sluice::lj_langevin;
using namespace sluice::test;

TEST_CASE("at volume fraction 0.3 epsilon 1.7 demixes and epsilon 0.8 does not" * doctest::test_suite("long")) {
    const auto lmp = lammps();
    if (!lmp) return;
    const auto judge = [&](double epsilon, std::int64_t equilibration, std::int64_t steps) {
        const auto s = liquid(epsilon, 0.3, 500, equilibration, steps);
        const auto ran = run(s, *lmp);
        const auto structure = structure_of(ran.positions, frame_count(s), box_length(s.particles, s.volume_fraction));
        const auto pressure = block_mean(ran.outcome.record.pressure, time_blocks);
        const auto energy_drift = drift(ran.outcome.record.potential_energy, time_blocks);
        MESSAGE("epsilon " << epsilon << ": density spread " << structure.density_spread << ", pressure " << pressure.value
                           << " +- " << standard_error(pressure) << ", drift " << energy_drift);
        return std::pair(status_of(structure, energy_drift, pressure), pressure.value);
    };
    const auto [apart, tension] = judge(1.7, 5000, 4000);
    CHECK(apart == Status::demixed);
    CHECK(tension < 0);
    const auto [homogeneous, pressure] = judge(0.8, 2000, 4000);
    CHECK(homogeneous == Status::ok);
    CHECK(pressure > 0);
}

TEST_CASE("a lattice that does not melt is no liquid: volume fraction 0.5, epsilon 1; at 0.45 it melts" *
          doctest::test_suite("long")) {
    const auto lmp = lammps();
    if (!lmp) return;
    for (const double volume_fraction : {0.5, 0.45}) {
        const auto s = liquid(1, volume_fraction, 500, 2000, 1000);
        const auto ran = run(s, *lmp);
        const auto structure = structure_of(ran.positions, frame_count(s), box_length(s.particles, s.volume_fraction));
        MESSAGE("volume fraction " << volume_fraction << ": lattice order " << structure.lattice_order);
        const auto status = status_of(structure, 0, block_mean(ran.outcome.record.pressure, time_blocks));
        CHECK(status == (volume_fraction == 0.5 ? Status::crystalline : Status::ok));
    }
}

}  // namespace
