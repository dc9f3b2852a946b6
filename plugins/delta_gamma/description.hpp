// SPDX-License-Identifier: BSD-3-Clause
// What is known before data is read: options from parameters, the q of the curves, and what the outputs will be.
#pragma once

#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "inputs.hpp"

namespace sluice::delta_gamma {

[[nodiscard]] Options options_of(const sdk::Parameters& parameters);

/// In 1/nm, in equal steps. Throws RecipeError where the recipe and the inputs leave their range open.
[[nodiscard]] std::vector<double> curve_q(const sdk::Setup& setup);

/// Dims, coordinates, variances and facts of all outputs. Throws RecipeError for what the recipe asks and cannot be.
void describe(const sdk::Probe& probe);

}  // namespace sluice::delta_gamma
