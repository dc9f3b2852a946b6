// SPDX-License-Identifier: BSD-3-Clause
// How the particles fill the box: numbers of neighbours, the spread of the density, which tells demixing, and what is left of
// the lattice of the start.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::lj_langevin {

/// Neighbours are closer than this, in sigma: the first minimum of the liquid's g(r).
inline constexpr double neighbour_distance_sigma = 1.5;
/// Numbers of neighbours that are told apart; the last one stands for more as well.
inline constexpr std::int64_t neighbour_counts = 25;

/// Adds the particles of one frame to a histogram of their numbers of neighbours within neighbour_distance_sigma, by minimum
/// image. positions: [particle][x, y, z] in sigma, in any periodic image. histogram: [neighbour_counts]. Box of edge length_sigma
/// >= twice the distance; cost linear in the particles.
void count_neighbours(std::span<const double> positions, double length_sigma, std::span<double> histogram);

/// Variance over mean of the particles' numbers in the cubic cells of a grid over the box:
///     (<n^2> - <n>^2)/<n>,   cells_per_edge^3 cells.
/// About S(q ~ 2 pi/edge of a cell) of a homogeneous fluid (1 of an ideal gas, times 1 - 1/cells), and of the order of <n> where
/// dense and dilute parts are larger than a cell. positions as above.
[[nodiscard]] double density_spread(std::span<const double> positions, double length_sigma, std::int64_t cells_per_edge);

/// Cells that hold 18 particles on average, as nearly as a cubic grid of at least 2^3 can: 3^3 of 500 particles, an edge of 3.2
/// sigma at volume fraction 0.3.
[[nodiscard]] std::int64_t spread_cells_per_edge(std::int64_t particles);

/// How much is left of a face-centred cubic lattice of lattice_cells^3 cells in the box:
///     (|sum_j exp(i q r_j)|^2 - N)/(N (N - 1)),   mean over q = (2 pi lattice_cells/L) (±1, 1, 1): its four strongest reflections.
/// 1 on the lattice, also with sites that are empty; 0 of an ideal gas and, within some 3/N, of a liquid. N >= 2.
[[nodiscard]] double lattice_order(std::span<const double> positions, double length_sigma, std::int64_t lattice_cells);

/// All of them, averaged over at most structure_frames frames, evenly spaced.
struct Structure {
    std::vector<double> neighbours;  ///< [neighbour_counts], fractions of the particles
    double density_spread = 0;
    double lattice_order = 0;  ///< of the lattice of the start
};
inline constexpr std::int64_t structure_frames = 100;

/// Above it a box is called demixed, whatever its pressure: see the page for the runs that it was chosen by.
inline constexpr double largest_density_spread = 2.5;

/// Above it a box is called crystalline: the crystals of the page have more than 0.5, the liquids less than 0.01.
inline constexpr double largest_lattice_order = 0.2;

/// positions: [frame][particle][x, y, z].
[[nodiscard]] Structure structure_of(std::span<const double> positions, std::int64_t frames, double length_sigma);

}  // namespace sluice::lj_langevin
