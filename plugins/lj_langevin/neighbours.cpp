// SPDX-License-Identifier: BSD-3-Clause
// A grid of cells for neighbours and density, and the lattice's reflections.
#include "neighbours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>

#include "input.hpp"

namespace sluice::lj_langevin {
namespace {

/// Which of `cells` equal cells of a periodic edge a coordinate is in.
std::int64_t cell_of(double coordinate_sigma, double length_sigma, std::int64_t cells) {
    const double fraction = coordinate_sigma / length_sigma;
    const auto cell = static_cast<std::int64_t>((fraction - std::floor(fraction)) * static_cast<double>(cells));
    return std::min(cell, cells - 1);  // where rounding makes the fraction 1
}

/// Particles by the cell of a periodic grid they are in.
class Grid {
public:
    Grid(std::span<const double> positions, double length_sigma, std::int64_t cells)
        : cells_(cells), members_(static_cast<std::size_t>(cells * cells * cells)) {
        for (std::size_t i = 0; 3 * i < positions.size(); ++i) {
            const auto cell = [&](std::size_t axis) { return cell_of(positions[3 * i + axis], length_sigma, cells); };
            members_[index(cell(0), cell(1), cell(2))].push_back(i);
        }
    }
    [[nodiscard]] const std::vector<std::size_t>& members(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return members_[index(x, y, z)];
    }
    [[nodiscard]] const std::vector<std::vector<std::size_t>>& all() const { return members_; }

private:
    [[nodiscard]] std::size_t index(std::int64_t x, std::int64_t y, std::int64_t z) const {
        const auto wrapped = [&](std::int64_t at) { return (at + cells_) % cells_; };
        return static_cast<std::size_t>((wrapped(x) * cells_ + wrapped(y)) * cells_ + wrapped(z));
    }
    std::int64_t cells_;
    std::vector<std::vector<std::size_t>> members_;
};

double distance_squared(std::span<const double> positions, std::size_t a, std::size_t b, double length_sigma) {
    double sum = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double apart = positions[3 * a + axis] - positions[3 * b + axis];
        const double nearest = apart - length_sigma * std::round(apart / length_sigma);
        sum += nearest * nearest;
    }
    return sum;
}

}  // namespace

void count_neighbours(std::span<const double> positions, double length_sigma, std::span<double> histogram) {
    const auto fit = static_cast<std::int64_t>(length_sigma / neighbour_distance_sigma);
    const auto particles = static_cast<double>(positions.size() / 3);
    const std::int64_t enough =
        1 + static_cast<std::int64_t>(std::cbrt(particles));  // a dilute box needs no more memory than that
    const std::int64_t cells = std::min(fit, enough) < 3 ? 1 : std::min(fit, enough);
    const std::int64_t reach = cells < 3 ? 0 : 1;  // of one cell all are neighbours
    const Grid grid(positions, length_sigma, cells);
    const auto near = [&](std::size_t i) {
        const auto cell = [&](std::size_t axis) { return cell_of(positions[3 * i + axis], length_sigma, cells); };
        std::int64_t count = 0;
        for (auto x = cell(0) - reach; x <= cell(0) + reach; ++x)
            for (auto y = cell(1) - reach; y <= cell(1) + reach; ++y)
                for (auto z = cell(2) - reach; z <= cell(2) + reach; ++z)
                    for (const auto j : grid.members(x, y, z))
                        count += j != i && distance_squared(positions, i, j, length_sigma) <
                                               neighbour_distance_sigma * neighbour_distance_sigma;
        return std::min(count, neighbour_counts - 1);
    };
    for (std::size_t i = 0; 3 * i < positions.size(); ++i) histogram[static_cast<std::size_t>(near(i))] += 1;
}

double density_spread(std::span<const double> positions, double length_sigma, std::int64_t cells_per_edge) {
    const Grid grid(positions, length_sigma, cells_per_edge);
    const double cells = static_cast<double>(grid.all().size()), mean = static_cast<double>(positions.size() / 3) / cells;
    double sum = 0;
    for (const auto& members : grid.all()) sum += std::pow(static_cast<double>(members.size()) - mean, 2);
    return sum / cells / mean;
}

std::int64_t spread_cells_per_edge(std::int64_t particles) {
    return std::max<std::int64_t>(2, std::llround(std::cbrt(static_cast<double>(particles) / 18)));
}

double lattice_order(std::span<const double> positions, double length_sigma, std::int64_t lattice_cells) {
    static constexpr std::array<std::array<double, 3>, 4> reflections{{{1, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}}};
    const double unit = 2 * std::numbers::pi * static_cast<double>(lattice_cells) / length_sigma;
    const auto particles = static_cast<double>(positions.size() / 3);
    double order = 0;
    for (const auto& q : reflections) {
        std::complex<double> sum = 0;
        for (std::size_t i = 0; i < positions.size(); i += 3)
            sum += std::polar(1.0, unit * (q[0] * positions[i] + q[1] * positions[i + 1] + q[2] * positions[i + 2]));
        order += (std::norm(sum) - particles) / (particles * (particles - 1)) / 4;
    }
    return order;
}

Structure structure_of(std::span<const double> positions, std::int64_t frames, double length_sigma) {
    const auto frame_size = positions.size() / static_cast<std::size_t>(frames);
    const auto particles = static_cast<std::int64_t>(frame_size / 3), used = std::min(frames, structure_frames);
    Structure structure{std::vector<double>(static_cast<std::size_t>(neighbour_counts), 0.0)};
    for (std::int64_t k = 0; k < used; ++k) {
        const auto frame = positions.subspan(static_cast<std::size_t>((k + 1) * frames / used - 1) * frame_size, frame_size);
        count_neighbours(frame, length_sigma, structure.neighbours);
        structure.density_spread +=
            density_spread(frame, length_sigma, spread_cells_per_edge(particles)) / static_cast<double>(used);
        structure.lattice_order +=
            lattice_order(frame, length_sigma, lattice_cells_per_edge(particles)) / static_cast<double>(used);
    }
    for (auto& each : structure.neighbours) each /= static_cast<double>(used * particles);
    return structure;
}

}  // namespace sluice::lj_langevin
