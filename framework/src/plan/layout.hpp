// SPDX-License-Identifier: BSD-3-Clause
// How the inputs of a stage lie in memory, worked out once: strides, offsets, copies that are needed.
#pragma once

#include "plan/graph.hpp"

namespace sluice {

/// Fills in the run part of all operands of a node, for items over `over` and inner loop items `inner`.
/// Operands that stream must have `streamed` set already.
void lay_out(const Graph& graph, Node& node, const Dims& over, const Dims& inner);

/// The masks of an operand united over its core dims, in its order; null when there are none, and when one of them streams
/// or differs between items (of a described operand: those are left out).
std::shared_ptr<const Array> fixed_mask(const Operand& operand);

/// The loop dims of a node that are not streamed.
Dims inner_dims(const Node& node, const Dims& over);

}  // namespace sluice
