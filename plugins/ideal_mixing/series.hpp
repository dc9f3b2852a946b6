// SPDX-License-Identifier: BSD-3-Clause
// The samples of one temperature as they are used, their two ends, and the curve through them.
#pragma once

#include <vector>

#include "kernel.hpp"

namespace sluice::ideal_mixing {

using Doubles = std::vector<double>;

/// Ends are at exactly 0 and 1. Invariants that were not measured are NaN.
struct Series {
    Doubles x, invariant, variances;
    std::vector<bool> flagged;

    [[nodiscard]] std::size_t size() const { return x.size(); }
    [[nodiscard]] bool weighted() const { return !variances.empty(); }
};

/// The invariant at one end: a weighted sum of samples there.
struct End {
    double value = unknown;
    double variance = unknown;  ///< unknown without variances
    Doubles weights;            ///< [n], of sum 1; 0 for samples that are not of this end
    std::ptrdiff_t samples = 0;
    bool flagged = false;
};

struct Ends {
    End at_0, at_1;

    [[nodiscard]] bool both() const { return at_0.samples > 0 && at_1.samples > 0; }
    /// From the right-hand side x Q1 + (1-x) Q0; exact at the ends.
    [[nodiscard]] double ideal(double x) const { return x * at_1.value + (1 - x) * at_0.value; }
};

/// Fills curve, excess, asymmetry, reduced_chi_square, points and fit_status.
void fit_quadratic(const Series& series, Result& result);
void fit_pinned(const Series& series, const Ends& ends, std::ptrdiff_t terms, Result& result);

}  // namespace sluice::ideal_mixing
