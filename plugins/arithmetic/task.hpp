// SPDX-License-Identifier: BSD-3-Clause
// What a step asks for: its operation, and the units in which that holds.
#pragma once

#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::arithmetic {

struct Task {
    Operation operation = Operation::add;
    double value = 0;                                      ///< in place of b, in the unit that b is brought to
    double factor_a = 1, factor_b = 1, factor_result = 1;  ///< to the units in which the formula holds, and out of them
    std::string unit;                                      ///< of the result
};

/// From parameters and units of the inputs. Throws sdk::RecipeError for operands that are missing or too many, for units
/// that do not go together, and for scales with a zero of their own.
[[nodiscard]] Task task_of(const sdk::Setup& setup);

}  // namespace sluice::arithmetic
