// SPDX-License-Identifier: BSD-3-Clause
// What can be asked for, and which points of Q and r follow from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <sluice/numerics/transform_window.hpp>

#include "low_q.hpp"
#include "low_r.hpp"

namespace sluice::pair_distribution {

/// Q in 1/angstrom, r in angstrom.
struct Options {
    std::optional<double> q_min;  ///< nothing: from the first usable point
    double q_max = 0;
    numerics::Window window = numerics::Window::none;
    double window_width = 0;
    LowQ low_q = LowQ::constant;
    std::ptrdiff_t low_q_points = 5;
    double s0 = 0;  ///< for LowQ::given
    double r_max = 0, r_step = 0.01;
    bool natural = false;  ///< the step nearest to r_step for which pi / (dQ step) is whole
    std::optional<double> low_r_limit;
    int passes = 0;
    Correction correction = Correction::eggert;
    double low_r_tolerance = 0.25;  ///< of the rms of 4 pi rho0 r: a larger residual is a status
    std::vector<double> scan;       ///< further q_max
    bool covariance = false;
};

/// Throws std::invalid_argument naming what cannot be.
void check(const Options& options);

/// The r of the answers, from 0 by equal steps up to r_max.
struct RGrid {
    double step = 0;
    std::ptrdiff_t count = 0;
    [[nodiscard]] std::vector<double> points() const;
};

/// Throws std::invalid_argument when natural is asked for and Q is not evenly spaced (1e-6 of the step), or there would be more
/// than a million points.
[[nodiscard]] RGrid r_grid(std::span<const double> q, const Options& options);

/// Index of the last point at or below q_max. Throws std::invalid_argument telling the largest Q when q_max is beyond it, and
/// when no point lies below.
[[nodiscard]] std::ptrdiff_t last_point(std::span<const double> q, double q_max);

/// Index of the first point at or above q_min that `mask` (nonzero: leave out; or empty) leaves; the size of q when there is
/// none.
[[nodiscard]] std::ptrdiff_t first_point(std::span<const double> q, std::span<const std::uint8_t> mask,
                                         std::optional<double> q_min);

}  // namespace sluice::pair_distribution
