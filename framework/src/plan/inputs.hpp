// SPDX-License-Identifier: BSD-3-Clause
// The inputs of a step: core dims bound, types and units checked, loop dims derived.
#pragma once

#include "plan/graph.hpp"
#include "recipe/binding.hpp"

namespace sluice {

/// Fills in inputs, per_item parameters, loop dims and halo of a node. Throws Error(recipe) for what does not fit, Error(data) for
/// a coordinate that does not increase. `notes` takes conversions.
void bind_inputs(Graph& graph, Node& node, CoreBinding& binding, std::vector<std::string>& notes);

}  // namespace sluice
