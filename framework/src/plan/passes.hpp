// SPDX-License-Identifier: BSD-3-Clause
// Which steps go over the data together, and what has to be collected in between.
#pragma once

#include "plan/graph.hpp"

namespace sluice {

/// Groups the nodes that are not done yet into passes, in an order in which they can run. Marks operands that stream and
/// outputs that must be resident; `notes` says what is collected.
std::vector<Pass> form_passes(Graph& graph, std::vector<std::string>& notes);

/// A pass for one node alone, over its whole data (a reduce: over the dim it runs over), with resident inputs.
Pass single_pass(Graph& graph, int node);

/// Grain, block size and tokens within the memory that is left beside `resident_bytes`; throws Error(memory).
/// Returns the bytes that the pass needs.
Index size_pass(const Graph& graph, Pass& pass, Index memory_bytes, Index resident_bytes);

}  // namespace sluice
