// SPDX-License-Identifier: BSD-3-Clause
// What the recipe asks for, from its parameters, and what is known of the outputs before data is read.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::pair_distribution {

/// The parameters of the step. Throws sdk::RecipeError when some of them need or exclude each other.
[[nodiscard]] Options options_of(const sdk::Parameters& parameters);

/// From the unit of q in the data to 1/angstrom.
[[nodiscard]] double q_factor(const sdk::Setup& setup);

/// The q of every item, in 1/angstrom, where it is the same for all.
[[nodiscard]] std::optional<std::vector<double>> common_q(const sdk::Setup& setup);

/// What is left out of every item; empty: nothing.
[[nodiscard]] std::vector<std::uint8_t> common_mask(const sdk::Setup& setup);

/// Dims, coordinates and facts of every output.
void describe(const sdk::Probe& probe);

}  // namespace sluice::pair_distribution
