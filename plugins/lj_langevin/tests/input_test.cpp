// SPDX-License-Identifier: BSD-3-Clause
// The texts for LAMMPS and the checks before them: box, lattice, seeds, and every bad number with its sentence.
#include "../input.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/run_plugin.hpp"

namespace {

using namespace sluice::lj_langevin;
using doctest::Approx;
using sluice::test::Contains;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

Simulation good() {
    Simulation s;
    s.epsilon_kt = 1;
    s.seed = 777;
    s.volume_fraction = 0.3;
    s.damping_time_tau = 1;
    s.equilibration_steps = 1000;
    s.steps = 2000;
    s.frame_every = 100;
    s.record_every = 50;
    return s;
}

/// What check() says after `change`; "no error".
std::string fault(const std::function<void(Simulation&)>& change) {
    auto s = good();
    change(s);
    try {
        check(s);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

struct Start {
    double length = 0;
    std::vector<std::vector<double>> positions;
};

Start read_start(const Simulation& s) {
    std::istringstream text(start_text(s));
    Start start;
    bool atoms = false;
    for (std::string line; std::getline(text, line);) {
        if (line.find("xlo xhi") != std::string::npos) start.length = std::stod(line.substr(2));
        if (line == "Atoms") atoms = true;
        std::istringstream words(line);
        double id = 0, type = 0, x = 0, y = 0, z = 0;
        if (atoms && words >> id >> type >> x >> y >> z) {
            CHECK(id == static_cast<double>(start.positions.size()) + 1);
            CHECK(type == 1);
            start.positions.push_back({x, y, z});
        }
    }
    return start;
}

double smallest_distance(const Start& start) {
    double least = infinity;
    for (std::size_t i = 0; i < start.positions.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            double sum = 0;
            for (std::size_t axis = 0; axis < 3; ++axis) {
                const double apart = start.positions[i][axis] - start.positions[j][axis];
                sum += std::pow(apart - start.length * std::round(apart / start.length), 2);
            }
            least = std::min(least, std::sqrt(sum));
        }
    return least;
}

TEST_CASE("the box of the source: L = 9.5561 for 500 particles at 0.3") {
    CHECK(box_length(500, 0.3) == Approx(9.5561).epsilon(1e-5));
    CHECK(500 * std::acos(-1) / 6 / std::pow(box_length(500, 0.3), 3) == Approx(0.3).epsilon(1e-14));
}

TEST_CASE("the start is a lattice inside the box, complete or not, and never closer than its neighbours") {
    for (const std::int64_t particles : {2, 3, 100, 256, 499, 500, 501, 1000}) {
        CAPTURE(particles);
        auto s = good();
        s.particles = particles;
        const auto start = read_start(s);
        CHECK(std::ssize(start.positions) == particles);
        CHECK(start.length == box_length(particles, 0.3));
        for (const auto& each : start.positions)
            for (const double coordinate : each) CHECK((coordinate >= 0 && coordinate < start.length));
        const double cells = std::ceil(std::cbrt(static_cast<double>(particles) / 4) - 1e-9);
        CHECK(smallest_distance(start) >= start.length / cells * std::sqrt(0.5) * (1 - 1e-12));
    }
}

TEST_CASE("the script holds the numbers to their last digit") {
    auto s = good();
    s.epsilon_kt = 0.1 + 0.2;
    s.damping_time_tau = 0.1;
    const auto text = input_text(s);
    for (const std::string part :
         {"pair_style lj/cut 2.5\n", "pair_modify shift yes\n", "pair_coeff 1 1 0.30000000000000004 1.0\n",
          "timestep 0.0050000000000000001\n", "fix bath all langevin 1.0 1.0 1 ",
          "fix bath all langevin 1.0 1.0 0.10000000000000001 ", "run 1000\n", "run 2000\n",
          "dump frames all custom 100 positions.dump id xu yu zu\n", "thermo 50\n", "reset_timestep 0\n"})
        CHECK(text == Contains(part));
    s.epsilon_kt = 0;
    CHECK(input_text(s) == Contains("pair_style zero 2.5\npair_coeff * *\n"));
    CHECK(input_text(s).find("lj/cut") == std::string::npos);
    CHECK(frame_count(s) == 21);
    CHECK(record_count(s) == 41);
}

TEST_CASE("seeds for LAMMPS: in its range, all different, functions of the seed alone") {
    std::set<std::int64_t> all;
    for (int seed = 1; seed <= 1000; ++seed) {
        const auto three = lammps_seeds(seed);
        for (const auto each : {three.velocities, three.equilibration, three.production}) {
            CHECK((each >= 1 && each <= 900'000'000));
            all.insert(each);
        }
    }
    CHECK(all.size() >= 2998);  // of 3000 out of 9e8, 0.005 pairs are expected to be equal
    CHECK(lammps_seeds(7).production == lammps_seeds(7).production);
    CHECK(lammps_seeds(largest_seed).production >= 1);
}

TEST_CASE("each bad number is refused with what is needed") {
    CHECK(fault([](Simulation&) {}) == "no error");
    for (const double epsilon : {unknown, -0.1, infinity, -infinity, 1e9, 20.001})
        CHECK(fault([&](Simulation& s) { s.epsilon_kt = epsilon; }) ==
              Contains("must be a number from 0 (no interaction) to 20 kT"));
    CHECK(fault([](Simulation& s) { s.epsilon_kt = 1e9; }) == Contains("epsilon = 1000000000"));
    for (const double epsilon : {0.0, 1e-300, 20.0}) CHECK(fault([&](Simulation& s) { s.epsilon_kt = epsilon; }) == "no error");
    for (const double seed : {0.0, -1.0, 1.5, 2147483648.0, unknown, infinity})
        CHECK(fault([&](Simulation& s) { s.seed = seed; }) == Contains("must be a whole number from 1 to 2147483647"));
    CHECK(fault([](Simulation& s) { s.seed = 1.5; }) == Contains("seed = 1.5"));
    for (const double phi : {0.0, -0.3, 0.74, 0.7405, 1.0, 0.51, unknown, infinity})
        CHECK(fault([&](Simulation& s) { s.volume_fraction = phi; }) == Contains("must be above 0 and at most 0.5"));
    CHECK(fault([](Simulation& s) { s.cutoff_sigma = 4.8; }) ==
          Contains("cutoff = 4.8, must be above 0 and at most half the box length, 4.778"));
    CHECK(fault([](Simulation& s) { s.cutoff_sigma = 4.7; }) == "no error");
    CHECK(fault([](Simulation& s) { s.cutoff_sigma = unknown; }) == Contains("cutoff"));
    CHECK(fault([](Simulation& s) { s.damping_time_tau = 0.009; }) ==
          Contains("damping_time = 0.009, must be a finite number of at least two time steps, 0.01"));
    for (const double damping : {0.0, -1.0, unknown, infinity})
        CHECK(fault([&](Simulation& s) { s.damping_time_tau = damping; }) == Contains("damping_time"));
    CHECK(fault([](Simulation& s) { s.time_step_tau = 0; }) == Contains("time_step = 0, must be above 0"));
    CHECK(fault([](Simulation& s) { s.time_step_tau = 0.01, s.epsilon_kt = 10; }) ==
          Contains("time_step = 0.01 is too long for epsilon = 10: at most 0.0073"));
    CHECK(fault([](Simulation& s) { s.frame_every = 300; }) == Contains("every = 300 does not divide steps = 2000"));
    CHECK(fault([](Simulation& s) { s.record_every = 300; }) == Contains("record_every = 300 does not divide"));
    CHECK(fault([](Simulation& s) { s.record_every = 200; }) == Contains("leaves 11 records"));
    CHECK(fault([](Simulation& s) { s.steps = 2'000'000'000, s.frame_every = 1; }) ==
          Contains("gives 2000000001 frames and 40000001 records, at most 10000000"));
    CHECK(fault([](Simulation& s) { s.particles = 1; }) == Contains("particles = 1"));
    CHECK(fault([](Simulation& s) { s.steps = 0; }) == Contains("steps = 0"));
    CHECK(fault([](Simulation& s) { s.equilibration_steps = -1; }) == Contains("equilibration_steps = -1"));
}

}  // namespace
