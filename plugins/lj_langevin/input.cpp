// SPDX-License-Identifier: BSD-3-Clause
// Checks of numbers, and the texts that LAMMPS is given.
#include "input.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/random.hpp>

namespace sluice::lj_langevin {
namespace {

using numerics::fail;
using Bad = std::invalid_argument;

void check_divides(const char* name, std::int64_t every, std::int64_t steps) {
    if (every < 1 || steps % every != 0)
        fail<Bad>(name, " = ", every, " does not divide steps = ", steps, ". Give a divisor, or another number of steps.");
}

/// 17 digits: the number that LAMMPS reads is the one that was checked.
std::string exact(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.17g", value);
    return text.data();
}

std::string interaction(const Simulation& s) {
    if (s.epsilon_kt == 0) return "pair_style zero " + exact(s.cutoff_sigma) + "\npair_coeff * *\n";
    return "pair_style lj/cut " + exact(s.cutoff_sigma) + "\npair_modify shift yes\npair_coeff 1 1 " + exact(s.epsilon_kt) +
           " 1.0\n";
}

std::string bath(double damping_time_tau, std::int64_t seed) {
    return "fix bath all langevin 1.0 1.0 " + exact(damping_time_tau) + " " + std::to_string(seed) + "\n";
}

}  // namespace

double box_length(std::int64_t particles, double volume_fraction) {
    return std::cbrt(std::numbers::pi * static_cast<double>(particles) / (6 * volume_fraction));
}

void check_lengths(const Simulation& s) {
    if (s.particles < 2) fail<Bad>("particles = ", s.particles, ", at least 2 are needed.");
    if (s.equilibration_steps < 0) fail<Bad>("equilibration_steps = ", s.equilibration_steps, ", must not be negative.");
    if (s.steps < 1) fail<Bad>("steps = ", s.steps, ", must be at least 1.");
    check_divides("every", s.frame_every, s.steps);
    check_divides("record_every", s.record_every, s.steps);
    if (std::max(frame_count(s), record_count(s)) > most_frames)
        fail<Bad>("steps = ", s.steps, " gives ", frame_count(s), " frames and ", record_count(s), " records, at most ",
                  most_frames, " of each are kept. Raise every or record_every.");
    if (record_count(s) < time_blocks)
        fail<Bad>("record_every = ", s.record_every, " leaves ", record_count(s), " records of temperature and pressure; ",
                  time_blocks, " are needed for their errors. Record more often, or give more steps.");
}

void check_box(const Simulation& s) {
    if (!(s.volume_fraction > 0 && s.volume_fraction <= largest_volume_fraction))
        fail<Bad>("volume_fraction = ", s.volume_fraction, ", must be above 0 and at most ", largest_volume_fraction,
                  ": denser, the particles stay on the lattice that they start on.");
    const double half = box_length(s.particles, s.volume_fraction) / 2;
    if (!(s.cutoff_sigma > 0 && s.cutoff_sigma <= half))
        fail<Bad>("cutoff = ", s.cutoff_sigma, ", must be above 0 and at most half the box length, ", half, " for ", s.particles,
                  " particles at volume_fraction = ", s.volume_fraction, ". Take more particles or a shorter cutoff.");
}

void check_damping(const Simulation& s) {
    if (!(s.time_step_tau > 0 && std::isfinite(s.time_step_tau)))
        fail<Bad>("time_step = ", s.time_step_tau, ", must be above 0.");
    if (!(std::isfinite(s.damping_time_tau) && s.damping_time_tau >= 2 * s.time_step_tau))
        fail<Bad>("damping_time = ", s.damping_time_tau, ", must be a finite number of at least two time steps, ",
                  2 * s.time_step_tau, ". Take a shorter time_step, or less friction.");
}

void check_epsilon(const Simulation& s) {
    if (!(s.epsilon_kt >= 0 && s.epsilon_kt <= largest_epsilon_kt))
        fail<Bad>("epsilon = ", s.epsilon_kt, ", must be a number from 0 (no interaction) to ", largest_epsilon_kt,
                  " kT. Look at what the recipe connects to the input epsilon.");
    const double curvature = 72 / std::cbrt(2.0);
    const double phase = s.time_step_tau * std::sqrt(2 * curvature * std::fmax(s.epsilon_kt, 1));
    if (!(phase <= 0.25))
        fail<Bad>("time_step = ", s.time_step_tau, " is too long for epsilon = ", s.epsilon_kt, ": at most ",
                  s.time_step_tau * 0.25 / phase, " follows the vibration of a pair. Take a shorter time_step.");
}

void check_seed(const Simulation& s) {
    if (!(s.seed >= 1 && s.seed <= largest_seed && s.seed == std::floor(s.seed)))
        fail<Bad>("seed = ", s.seed, ", must be a whole number from 1 to ", static_cast<std::int64_t>(largest_seed), ".");
}

void check(const Simulation& s) {
    check_lengths(s);
    check_box(s);
    check_damping(s);
    check_epsilon(s);
    check_seed(s);
}

LammpsSeeds lammps_seeds(double seed) {
    constexpr std::uint32_t range = 900'000'000;  // of its Marsaglia generator
    const auto words = numerics::philox4x32({0, 0, 0, 0}, {static_cast<std::uint32_t>(seed), 0x6C6A'6C76});
    return {1 + words[0] % range, 1 + words[1] % range, 1 + words[2] % range};
}

std::int64_t lattice_cells_per_edge(std::int64_t particles) {
    std::int64_t cells = 1;
    while (4 * cells * cells * cells < particles) ++cells;
    return cells;
}

std::string start_text(const Simulation& s) {
    static constexpr std::array<std::array<double, 3>, 4> basis{{{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}}};
    const auto cells = lattice_cells_per_edge(s.particles), sites = 4 * cells * cells * cells;
    const double length = box_length(s.particles, s.volume_fraction), edge = length / static_cast<double>(cells);
    std::ostringstream text;
    text << "Lennard-Jones particles on a face-centred cubic lattice\n\n" << s.particles << " atoms\n1 atom types\n\n";
    for (const char axis : {'x', 'y', 'z'}) text << "0 " << exact(length) << ' ' << axis << "lo " << axis << "hi\n";
    text << "\nMasses\n\n1 1.0\n\nAtoms\n\n";
    for (std::int64_t i = 0; i < s.particles; ++i) {
        const auto site = i * sites / s.particles, cell = site / 4;
        const auto& offset = basis[static_cast<std::size_t>(site % 4)];
        const std::array<std::int64_t, 3> at{cell % cells, cell / cells % cells, cell / cells / cells};
        text << i + 1 << " 1";
        for (std::size_t axis = 0; axis < 3; ++axis)
            text << ' ' << exact((static_cast<double>(at[axis]) + offset[axis] + 0.25) * edge);
        text << '\n';
    }
    return text.str();
}

std::string input_text(const Simulation& s) {
    const auto seeds = lammps_seeds(s.seed);
    std::ostringstream text;
    text << "units lj\natom_style atomic\nboundary p p p\nread_data start.data\n"
         << interaction(s)
         << "neighbor 0.3 bin\nneigh_modify every 1 delay 0 check yes\n"
            "velocity all create 1.0 "
         << seeds.velocities
         << " mom no rot no dist gaussian\n"
            "timestep "
         << exact(s.time_step_tau)
         << "\n"
            "compute_modify thermo_temp extra/dof 0\n"  // the bath holds 3 N degrees of freedom: the total momentum is not kept
            "thermo_style custom step temp press pe\n"
            "thermo_modify line one norm yes flush yes lost error format float %.12g\n"
            "thermo "
         << s.record_every
         << "\n"
            "fix motion all nve\n"
         << bath(equilibration_damping_tau, seeds.equilibration) << "run " << s.equilibration_steps
         << "\n"
            "unfix bath\n"
         << bath(s.damping_time_tau, seeds.production)
         << "reset_timestep 0\n"
            "dump frames all custom "
         << s.frame_every
         << " positions.dump id xu yu zu\n"
            "dump_modify frames sort id format float %.10g\n"
            "run "
         << s.steps << "\n";
    return text.str();
}

}  // namespace sluice::lj_langevin
