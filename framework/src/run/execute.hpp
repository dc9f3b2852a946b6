// SPDX-License-Identifier: BSD-3-Clause
// Executes one pass of a plan: reads blocks, runs the stages on them, merges reductions, publishes results.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "plan/graph.hpp"

namespace sluice {

/// A finished piece of a kept array: a box in the array's own dims, handed over in order.
struct KeptBox {
    int node = 0, output = 0;
    std::span<const Index> start, count;
    const std::byte* values = nullptr;
    const double* variances = nullptr;       ///< null without
    const std::uint8_t* mask = nullptr;      ///< of every value, also where the mask has fewer dims; null unless the output streams one
};

struct PassHooks {
    std::function<void(const KeptBox&)> kept;
    std::function<void(Index items_done, Index bytes_read)> progress;
};

/// Hands an output that is known as a whole to hooks.kept.
void hand_on_whole(const Graph& graph, int node, int output, const std::function<void(const KeptBox&)>& kept);

/// Throws the Error of a stage that fails. Outputs that are wanted resident have their value afterwards.
void execute(Graph& graph, const Pass& pass, const PassHooks& hooks);

}  // namespace sluice
