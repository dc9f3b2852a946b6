// SPDX-License-Identifier: BSD-3-Clause
// Neighbours and density spread against lattices, counting by hand, random points and a box with a dense half.
#include "../neighbours.hpp"

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

#include "../status.hpp"

namespace {

using namespace sluice::lj_langevin;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr auto counts = static_cast<std::size_t>(neighbour_counts);

Doubles random_points(int n, double length, std::uint64_t seed) {
    sluice::numerics::RandomStream stream(seed, 0, 0);
    Doubles out(static_cast<std::size_t>(3 * n));
    for (auto& each : out) each = length * stream.uniform();
    return out;
}

/// Every pair, in the nearest image.
Doubles by_hand(const Doubles& positions, double length) {
    Doubles histogram(counts);
    for (std::size_t i = 0; i < positions.size(); i += 3) {
        std::size_t near = 0;
        for (std::size_t j = 0; j < positions.size(); j += 3) {
            double sum = 0;
            for (std::size_t axis = 0; axis < 3; ++axis)
                sum += std::pow(std::remainder(positions[i + axis] - positions[j + axis], length), 2);
            near += i != j && std::sqrt(sum) < 1.5;
        }
        histogram[std::min(near, counts - 1)] += 1;
    }
    return histogram;
}

TEST_CASE("lattices: 6 neighbours of a simple cubic one, 12 of a face-centred one") {
    Doubles cubic, centred;
    for (int x = 0; x < 6; ++x)
        for (int y = 0; y < 6; ++y)
            for (int z = 0; z < 6; ++z) {
                for (const int each : {x, y, z}) cubic.push_back(1.2 * each);
                for (const auto& basis : {Doubles{0, 0, 0}, Doubles{0.5, 0.5, 0}, Doubles{0.5, 0, 0.5}, Doubles{0, 0.5, 0.5}})
                    for (std::size_t axis = 0; axis < 3; ++axis)
                        centred.push_back(1.7 * (Doubles{double(x), double(y), double(z)}[axis] + basis[axis]));
            }
    Doubles histogram(counts);
    count_neighbours(cubic, 7.2, histogram);
    CHECK(histogram[6] == 216);
    CHECK(std::accumulate(histogram.begin(), histogram.end(), 0.0) == 216);
    histogram.assign(counts, 0);
    count_neighbours(centred, 10.2, histogram);
    CHECK(histogram[12] == 864);
}

TEST_CASE("counts are those of all pairs, in small and large boxes, in any periodic image") {
    for (const double length : {3.0, 4.4, 4.6, 7.0, 12.0, 60.0}) {
        CAPTURE(length);
        auto points = random_points(200, length, 3);
        for (std::size_t i = 0; i < points.size(); i += 5) points[i] += length * static_cast<double>(static_cast<int>(i % 7) - 3);
        Doubles histogram(counts);
        count_neighbours(points, length, histogram);
        CHECK(histogram == by_hand(points, length));
    }
}

TEST_CASE("spread: 0 of equal cells, 1 - 1/cells of random points, of the order of the mean for two halves") {
    Doubles lattice;
    for (int i = 0; i < 216; ++i)
        for (const int each : {i / 36, i / 6 % 6, i % 6}) lattice.push_back(each + 0.5);
    CHECK(density_spread(lattice, 6, 3) == 0);
    double random = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) random += density_spread(random_points(500, 9, seed), 9, 3) / 200;
    CHECK(random == Approx(26.0 / 27).epsilon(0.06));  // multinomial; relative standard error sqrt(2/26/200) = 0.02
    Doubles half = random_points(512, 8, 5);
    for (std::size_t i = 0; i < half.size(); i += 3) half[i] /= 2;
    CHECK(density_spread(half, 8, 4) == Approx(8 + 2).epsilon(0.15));  // 16 or 0: <n>, and twice the 1 of random points within
    auto shifted = half;
    for (auto& each : shifted) each -= 800;
    CHECK(density_spread(shifted, 8, 4) == Approx(density_spread(half, 8, 4)).epsilon(1e-12));
}

TEST_CASE("cells hold about 18 particles") {
    CHECK(spread_cells_per_edge(500) == 3);
    CHECK(spread_cells_per_edge(2) == 2);
    CHECK(spread_cells_per_edge(144) == 2);
    CHECK(spread_cells_per_edge(2000) == 5);
    CHECK(spread_cells_per_edge(18000) == 10);
}

TEST_CASE("a structure is the average over frames, of all when there are few") {
    Doubles frames;
    double expected = 0;
    Doubles histogram(counts);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const auto frame = random_points(100, 5, seed);
        frames.insert(frames.end(), frame.begin(), frame.end());
        expected += density_spread(frame, 5, 2) / 5;
        count_neighbours(frame, 5, histogram);
    }
    const auto structure = structure_of(frames, 5, 5);
    CHECK(structure.density_spread == Approx(expected).epsilon(1e-12));
    for (std::size_t i = 0; i < counts; ++i) CHECK(structure.neighbours[i] == Approx(histogram[i] / 500).epsilon(1e-12));
    CHECK(std::accumulate(structure.neighbours.begin(), structure.neighbours.end(), 0.0) == Approx(1).epsilon(1e-12));
}

TEST_CASE("lattice order: 1 on the lattice of the start, also with empty sites, 0 of random points, less the farther they shake") {
    Doubles sites, shaken;
    sluice::numerics::RandomStream stream(7, 0, 0);
    for (int i = 0; i < 500; ++i) {
        const int cell = i / 4, basis = i % 4;
        for (const int half : {2 * (cell % 5) + (basis == 1 || basis == 2), 2 * (cell / 5 % 5) + (basis == 1 || basis == 3),
                               2 * (cell / 25) + (basis == 2 || basis == 3)})
            sites.push_back(0.9 * half + 0.3);
    }
    CHECK(lattice_order(sites, 9, 5) == Approx(1).epsilon(1e-10));
    CHECK(lattice_order(std::span(sites).first(900), 9, 5) == Approx(1).epsilon(1e-10));
    CHECK(std::abs(lattice_order(sites, 9, 4)) < 0.01);
    double random = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) random += lattice_order(random_points(500, 9, seed), 9, 5) / 200;
    CHECK(std::abs(random) < 4e-4);  // |sum|^2 is exponential around N: 1/499/sqrt(4 200) = 7e-5 for each standard error
    const double spread = 0.15, q_squared = 3 * std::pow(2 * std::acos(-1) * 5 / 9, 2);
    Doubles noise(sites.size());
    stream.fill_normal(noise);
    for (std::size_t i = 0; i < sites.size(); ++i) shaken.push_back(sites[i] + spread * noise[i] + (i % 2 == 0 ? 18 : -9));
    CHECK(lattice_order(shaken, 9, 5) == Approx(std::exp(-q_squared * spread * spread)).epsilon(0.1));  // Debye and Waller
}

TEST_CASE("status: a crystal before demixing before drift before tension, NaN is not equilibrium") {
    const Estimate good{0.1, 1e-4};
    const auto status = [](double spread, double energy_drift, Estimate pressure, double order = 0) {
        Structure structure;
        structure.density_spread = spread;
        structure.lattice_order = order;
        return status_of(structure, energy_drift, pressure);
    };
    CHECK(status(0.4, 0, good) == Status::ok);
    CHECK(status(0.4, 0, {-0.029, 1e-4}) == Status::ok);
    CHECK(status(0.4, 0, {-0.031, 1e-4}) == Status::negative_pressure);
    CHECK(status(0.4, -5.1, {-0.1, 1e-4}) == Status::not_equilibrated);
    CHECK(status(0.4, std::nan(""), good) == Status::not_equilibrated);
    CHECK(status(2.4, 0, good) == Status::ok);
    CHECK(status(2.6, 9, good) == Status::demixed);
    CHECK(status(1.1, 9, {-0.1, 1e-4}) == Status::demixed);
    CHECK(status(0.9, 0, {-0.1, 1e-4}) == Status::negative_pressure);
    CHECK(status(0.4, 0, good, 0.1) == Status::ok);
    CHECK(status(1.1, 9, {-0.1, 1e-4}, 0.5) == Status::crystalline);
}

}  // namespace
