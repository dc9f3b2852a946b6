// SPDX-License-Identifier: BSD-3-Clause
// For tests: runs of LAMMPS by our input, with their positions.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "../simulate.hpp"
#include "stand_in.hpp"

namespace sluice::test {

using lj_langevin::Estimate;
using lj_langevin::Simulation;

struct Ran {
    lj_langevin::Outcome outcome;
    std::vector<double> positions;
};

inline Ran run(const Simulation& s, const std::string& lmp) {
    Ran ran;
    ran.positions.resize(static_cast<std::size_t>(lj_langevin::frame_count(s) * s.particles * 3));
    ran.outcome = lj_langevin::simulate(s, {lmp, 300.0}, {}, ran.positions);
    return ran;
}

inline Simulation liquid(double epsilon_kt, double volume_fraction, std::int64_t particles, std::int64_t equilibration,
                         std::int64_t steps) {
    Simulation s;
    s.epsilon_kt = epsilon_kt;
    s.seed = 20;
    s.volume_fraction = volume_fraction;
    s.damping_time_tau = 1;
    s.particles = particles;
    s.equilibration_steps = equilibration;
    s.steps = steps;
    s.frame_every = steps / 50;
    s.record_every = 10;
    return s;
}

inline double standard_error(const Estimate& estimate) { return std::sqrt(estimate.variance); }

}  // namespace sluice::test
