// SPDX-License-Identifier: BSD-3-Clause
// The points of an Arrhenius plot, lines through them, and the tests of what does not lie on one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel.hpp"

namespace sluice::arrhenius_fit {

/// The usable points, by rising frequency. variance: of 1/T; empty without.
struct Plot {
    std::vector<double> log_frequency, inverse, variance;
    std::vector<std::size_t> index;  ///< in the caller's order

    [[nodiscard]] std::size_t size() const { return index.size(); }
};

/// The points of `plot` with flag 0.
[[nodiscard]] Plot unflagged(const Plot& plot, const std::vector<std::uint8_t>& flags);

struct Through {
    Line line;
    double reduced_chi_square = unknown;
    bool solved = false;
};

/// Of the plot, which is sorted.
[[nodiscard]] std::size_t different_frequencies(const Plot& plot);

/// The line through the points; not solved with fewer than 2 frequencies, or without weights at one T: of 1/T with weights, else
/// of ln f.
[[nodiscard]] Through line_through(const Plot& plot);

/// By point of the plot: nonzero for those that fit() calls merged.
[[nodiscard]] std::vector<std::uint8_t> find_merged(const Plot& plot);

/// Whether a quadratic term of 1/T over ln f is significant.
[[nodiscard]] bool is_curved(const Plot& plot);

/// How many standard errors are as rare as 3 of a normal distribution, when the error is from the scatter of points of which so
/// many are left over (two-sided 0.0027 of Student's t); infinite for none.
[[nodiscard]] double significant_by_scatter(std::ptrdiff_t left_over);

}  // namespace sluice::arrhenius_fit
