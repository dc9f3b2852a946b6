// SPDX-License-Identifier: BSD-3-Clause
// From a step to a node: core dims bound, loop dims derived, outputs described by the plugin's probe.
#pragma once

#include <functional>

#include "plan/graph.hpp"

namespace sluice {

/// Gives the value of an array that a static input needs, by running what leads to it.
using Evaluate = std::function<const Array&(int node, int output)>;

/// Makes the node of a step: inputs bound, ports checked, probe called, outputs described. `notes` takes conversions.
std::shared_ptr<Node> make_node(Graph& graph, const Step& step, std::shared_ptr<const Library> library,
                                const Manifest& manifest, const Evaluate& evaluate, std::vector<std::string>& notes);

/// The plugin's prepared state (shared between steps that make the same one).
void prepare(Graph& graph, Node& node);

}  // namespace sluice
