// SPDX-License-Identifier: BSD-3-Clause
// From a step to a node.
#include "plan/bind.hpp"

#include <fmt/format.h>

#include "plan/inputs.hpp"
#include "plan/outputs.hpp"

namespace sluice {

std::shared_ptr<Node> make_node(Graph& graph, const Step& step, std::shared_ptr<const Library> library,
                                const Manifest& manifest, const Evaluate& evaluate, std::vector<std::string>& notes) {
    auto node = std::make_shared<Node>();
    node->step = &step;
    node->library = std::move(library);
    node->manifest = &manifest;
    node->state = std::make_unique<StepState>();
    node->state->name = step.name;
    node->state->where = fmt::format("{}:{}:{}: step '{}' ({})", step.location.file, step.location.line, step.location.column, step.name, step.plugin);
    node->state->manifest = &manifest;
    node->state->parameters = step.with;
    for (const auto& [parameter, from] : step.per_item)   // not null: the plugin can see that it is given
        node->state->parameters[parameter] = {{"from", from.step + "." + from.port}};
    node->state->events = graph.options.events;
    bind_inputs(graph, *node, notes);
    describe_outputs(*node, evaluate);
    return node;
}

}  // namespace sluice
