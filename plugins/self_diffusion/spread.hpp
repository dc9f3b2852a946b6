// SPDX-License-Identifier: BSD-3-Clause
// The variance of a number found from a mean-squared displacement, from the same number in blocks of time origins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "walk.hpp"

namespace sluice::self_diffusion {

/// One trajectory that was cut into blocks of origins.
struct Recording {
    std::ptrdiff_t frames;
    double frame_interval;  ///< in the unit of the lags
};

/// The mean-squared displacement in each block.
struct Blocks {
    std::span<const double> values;           ///< [rows, lag]; NaN where a block has no origin
    std::span<const std::uint8_t> mask = {};  ///< [rows, lag], nonzero = not known; or empty
    std::ptrdiff_t rows = 0;
    std::optional<Recording> recording = {};  ///< nothing: the rows are independent of each other, as of several runs
};

struct Spread {
    double variance = std::numeric_limits<double>::quiet_NaN();
    double degrees_of_freedom = std::numeric_limits<double>::quiet_NaN();  ///< of that variance
};

/// The rows that have every lag in use, and what each shares with the others.
class BlockErrors {
public:
    /// lag: [n], all lags of the rows. used: positions of those in use, increasing. Of a recording the rows count whose every
    /// origin has the longest of these lags; of independent runs all. Rows with a number in use that is not finite or masked
    /// are left out. Throws std::invalid_argument when sizes disagree, or a recording is shorter than its longest lag.
    BlockErrors(const Blocks& blocks, std::span<const double> lag, const std::vector<std::size_t>& used);

    [[nodiscard]] std::ptrdiff_t rows() const { return static_cast<std::ptrdiff_t>(rows_.size()); }

    /// The variance of f = sum_i weights_i MSD(lag_i) over the whole recording, from the rows' f_b:
    ///
    ///     var f = s^2 V / E,   s^2 = sum_b (f_b - mean)^2 / (B - 1),   E = [tr C - sum_ab C_ab / B] / (B - 1)
    ///
    /// where C is the covariance of the f_b and V the variance of f for a random walk, both exact to a common factor
    /// (walk_covariance()). So s^2 only says how large the fluctuations are, not what neighbouring blocks share: V / E is 1/B for
    /// short lags and grows as displacements reach into the next blocks. The degrees of freedom are Satterthwaite's,
    /// (tr PC)^2 / tr (PC)^2 with P = 1 - 1/B (Satterthwaite (1946), Biometrics Bull. 2, 110). Independent rows: V / E = 1/B.
    /// weights: one per lag in use. NaN with fewer than 5 rows: their spread would say little.
    [[nodiscard]] Spread of(std::span<const double> weights) const;

private:
    [[nodiscard]] std::vector<double> values(std::span<const double> weights) const;
    /// Row-major, [rows, rows].
    [[nodiscard]] std::vector<double> covariance(const Functional& f) const;

    Blocks blocks_;
    std::vector<std::size_t> used_, rows_;
    std::vector<std::ptrdiff_t> frames_;  ///< the lags in use, in frames; empty for independent rows
};

inline constexpr std::ptrdiff_t blocks_needed = 5;

}  // namespace sluice::self_diffusion
