// SPDX-License-Identifier: BSD-3-Clause
// From a step to a node.
#include "plan/bind.hpp"

#include <fmt/format.h>

#include "plan/inputs.hpp"
#include "plan/node_tools.hpp"
#include "plan/outputs.hpp"

namespace sluice {
namespace {

/// The outputs of a step that the recipe keeps, checks or hands to a step.
std::set<std::string> wanted_outputs(const Recipe& recipe, const Step& step) {
    std::set<std::string> ports;
    const auto take = [&](const Reference& from) {
        if (from.step == step.name) ports.insert(from.port);
    };
    for (const auto& other : recipe.steps) {
        for (const auto& [port, from] : other.inputs) take(from);
        for (const auto& [parameter, from] : other.per_item) take(from);
    }
    for (const auto& from : recipe.keep) take(from);
    for (const auto& check : recipe.checks) take(check.on);
    return ports;
}

}  // namespace

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
    node->state->wanted = wanted_outputs(graph.recipe, step);
    node->over = text_of(manifest.over, parameters_of(step));
    CoreBinding binding(manifest, step.core, node->over, parameters_of(step));
    bind_inputs(graph, *node, binding, notes);
    describe_outputs(*node, binding, evaluate);
    for (auto& operand : node->inputs)   // nothing more is asked of these: no value of theirs is ever read
        if (operand.declaration->described) operand.connected = false;
    return node;
}

}  // namespace sluice
