// SPDX-License-Identifier: BSD-3-Clause
// The theory with another D_s/D0, of a law, a recipe or a fit: its H and the variance of this.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "fit.hpp"
#include "hydrodynamic.hpp"

namespace sluice::delta_gamma {

/// sum_j row_j^2 variances_j: the variance of what depends on independent numbers by row.
[[nodiscard]] double weighted_squares(std::span<const double> row, std::span<const double> variances);

struct ModifiedTheory {
    Modify modify = Modify::additive;
    double self_part_theory = std::numeric_limits<double>::quiet_NaN();
    Estimate self_part{};                           ///< the D_s/D0 chosen
    std::span<const double> structure_variances{};  ///< of the points of S; empty: S is exact
    const SelfPartFit* fit = nullptr;               ///< where self_part is from one, and what was fitted
    const FitPoints* points = nullptr;

    /// What H of the theory is multiplied by.
    [[nodiscard]] double scale() const { return modify == Modify::additive ? 1 : self_part.value / self_part_theory; }
    /// H where H_d is distinct.
    [[nodiscard]] double at(double distinct) const {
        return modify == Modify::additive ? self_part.value + distinct : scale() * (self_part_theory + distinct);
    }
    /// Of at(); response: dH_d/dS, or empty where S is exact.
    [[nodiscard]] double variance(double distinct, std::span<const double> response) const;
    /// H at each point, and, unless that is empty, its variance.
    void write(const Distinct& distinct, std::span<double> values, std::span<double> variances) const;
};

/// The response of one of n points.
[[nodiscard]] std::span<const double> response_of(const Distinct& distinct, std::size_t point);

}  // namespace sluice::delta_gamma
