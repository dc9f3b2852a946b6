// SPDX-License-Identifier: BSD-3-Clause
// One run of LAMMPS as a child process: texts in, trajectory and record out, nothing left behind.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "child.hpp"
#include "input.hpp"
#include "thermo.hpp"

namespace sluice::lj_langevin {

struct Program {
    std::string path;
    std::optional<double> time_limit_s = {};
};

struct Hooks {
    std::function<bool()> stop = [] { return false; };     ///< asked about ten times a second
    std::function<void(double)> progress = [](double) {};  ///< the fraction of the steps that is done
};

/// Thrown when `stop` said so.
struct Stopped : std::exception {
    const char* what() const noexcept override { return "stopped"; }
};

struct Outcome {
    ThermoRecord record;  ///< of the production
    std::string version;  ///< "29 Sep 2021 - Update 2"
    std::string input;    ///< the script
    std::string log;      ///< what LAMMPS printed but the table; of much the beginning and the end
    double seconds = 0;
    int exit_status = 0;
};

/// Runs a checked simulation in a private temporary folder. positions: [frame][particle][x, y, z] in sigma, unwrapped, of
/// frame_count(simulation) frames; particles in the order of their ids.
/// One process, one thread; environment variables of an MPI job that we may be part of are not handed on.
/// Throws Stopped; std::invalid_argument from check(); std::runtime_error, which says where it was, what LAMMPS said and what
/// to do, when the program cannot be started, is not LAMMPS, ends with another status than 0, by a signal or at the time limit,
/// or when its record or trajectory is not whole (LAMMPS does not notice a full disk).
[[nodiscard]] Outcome simulate(const Simulation& simulation, const Program& program, const Hooks& hooks,
                               std::span<double> positions);

}  // namespace sluice::lj_langevin
