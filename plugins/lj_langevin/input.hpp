// SPDX-License-Identifier: BSD-3-Clause
// One Langevin simulation of the Lennard-Jones liquid as numbers, their checks, and the texts that LAMMPS is given.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::lj_langevin {

/// Reduced units: lengths in sigma, energies in kT, masses in m; times in tau = sigma sqrt(m/kT).
struct Simulation {
    double epsilon_kt = 0;        ///< depth of the potential; 0: an ideal gas
    double seed = 1;              ///< an integer
    double volume_fraction = 0;   ///< pi/6 times the number density, with sigma as the diameter
    double damping_time_tau = 0;  ///< m/gamma; the free diffusion coefficient is kT/gamma = damping_time in sigma^2/tau
    double cutoff_sigma = 2.5;
    double time_step_tau = 0.005;
    std::int64_t particles = 500;
    std::int64_t equilibration_steps = 0;
    std::int64_t steps = 0;         ///< that are recorded
    std::int64_t frame_every = 1;   ///< steps from frame to frame; divides steps
    std::int64_t record_every = 1;  ///< steps from record to record; divides steps
};

/// Blocks in time that means and their variances are made of.
inline constexpr std::int64_t time_blocks = 20;
/// Friction while equilibrating: structure and velocities of equilibrium do not depend on it, and with this they come soon.
inline constexpr double equilibration_damping_tau = 1.0;
/// Above it no liquid melts from the lattice that it starts on; near it some do not either, which status tells.
inline constexpr double largest_volume_fraction = 0.5;
inline constexpr double largest_epsilon_kt = 20;
inline constexpr double largest_seed = 2147483647;
inline constexpr std::int64_t most_frames = 10'000'000;

/// Edge of the cubic box, in sigma: L^3 = pi N / (6 phi).
[[nodiscard]] double box_length(std::int64_t particles, double volume_fraction);

[[nodiscard]] inline std::int64_t frame_count(const Simulation& s) { return s.steps / s.frame_every + 1; }
[[nodiscard]] inline std::int64_t record_count(const Simulation& s) { return s.steps / s.record_every + 1; }

/// Each check throws std::invalid_argument: what was given, what is needed, what to do.
/// Whole numbers of steps, frames and records; at least time_blocks records, at most most_frames of both.
void check_lengths(const Simulation& simulation);
/// Volume fraction in (0, largest_volume_fraction]; cutoff at most half the box.
void check_box(const Simulation& simulation);
/// Damping time finite, at least twice the time step.
void check_damping(const Simulation& simulation);
/// Epsilon finite, in [0, largest_epsilon_kt], and time_step sqrt(2 u'' max(epsilon, 1)) at most 0.25, where u'' = 57.1 is the
/// curvature of the potential at its minimum in epsilon/sigma^2: some 25 steps per vibration of a pair.
void check_epsilon(const Simulation& simulation);
/// Seed a whole number in [1, largest_seed].
void check_seed(const Simulation& simulation);
/// All of them.
void check(const Simulation& simulation);

/// The three seeds that LAMMPS gets: functions of `seed` alone, far apart for neighbouring ones, in its range of 1 to 9e8.
struct LammpsSeeds {
    std::int64_t velocities, equilibration, production;
};
[[nodiscard]] LammpsSeeds lammps_seeds(double seed);

/// Cells along an edge of the smallest cubic box of the face-centred cubic lattice, of 4 sites a cell, that has enough sites.
[[nodiscard]] std::int64_t lattice_cells_per_edge(std::int64_t particles);

/// The data file of the start: particles spread evenly over the sites of that lattice.
[[nodiscard]] std::string start_text(const Simulation& simulation);

/// The input script: reads `start.data`, equilibrates, then writes `positions.dump` (id xu yu zu, sorted) while it prints
/// step, temperature, pressure and potential energy per particle.
/// Potential: u = 4 eps (r^-12 - r^-6) - its value at the cutoff, 0 beyond. Motion: velocity Verlet with the Langevin force
/// -v/damping_time + random; without interaction this scheme gives kT for the temperature of whole steps and kT damping_time/m
/// for the diffusion coefficient, exactly (half-step velocities u' = (1 - dt/damp) u + noise: a geometric series).
[[nodiscard]] std::string input_text(const Simulation& simulation);

}  // namespace sluice::lj_langevin
