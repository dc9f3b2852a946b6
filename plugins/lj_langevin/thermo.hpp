// SPDX-License-Identifier: BSD-3-Clause
// The thermodynamic record: read from what LAMMPS prints, its means with errors, and whether it still drifts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::lj_langevin {

struct ThermoRecord {
    std::vector<std::int64_t> step;
    std::vector<double> temperature, pressure, potential_energy;  ///< the last per particle
};

/// Takes the printed lines one by one. A table begins with a line whose first word is Step and ends with one that begins with
/// "Loop time"; of its lines those that are four numbers count. What LAMMPS says in between (warnings) is passed over.
class ThermoReader {
public:
    /// True when the line was a row of a table.
    bool take(std::string_view line);
    /// The tables so far, the last one perhaps not complete.
    [[nodiscard]] const std::vector<ThermoRecord>& tables() const { return tables_; }

private:
    std::vector<ThermoRecord> tables_;
    bool inside_ = false;
};

struct Estimate {
    double value, variance;
};

/// The means of `blocks` equal stretches in time; the first n modulo blocks records are left out.
/// records: [n], equal steps, n >= blocks >= 2. Throws std::invalid_argument otherwise.
[[nodiscard]] std::vector<double> block_means(std::span<const double> records, std::int64_t blocks);

/// Mean over the blocks and its variance s^2/blocks, right where a block is much longer than the record's correlation time.
/// Source: Allen and Tildesley (2017), Computer Simulation of Liquids, 2nd ed., section 8.4.1.
[[nodiscard]] Estimate block_mean(std::span<const double> records, std::int64_t blocks);

/// How far the beginning lies from the end, in standard errors:
///     z = (mean of the first fifth of the blocks - mean of the last half) / (s sqrt(1/n_first + 1/n_last)),
/// s from the last half. Source: Geweke (1992), in Bayesian Statistics 4, 169-193, with blocks for the spectral densities.
/// In equilibrium with 20 blocks: Student's t of 9 degrees of freedom, beyond 5 in 7 of 10,000. A late drift shows too, weaker:
/// a linear one gives at most 7. 0 where the two means are equal (no interaction).
[[nodiscard]] double drift(std::span<const double> records, std::int64_t blocks);

/// Above it a run is called not_equilibrated.
inline constexpr double largest_drift = 5;

}  // namespace sluice::lj_langevin
