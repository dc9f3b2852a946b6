// SPDX-License-Identifier: BSD-3-Clause
// The prepared state of a plugin, shared between steps that make the same one.
#include <fmt/format.h>

#include <sluice/host/fingerprint.hpp>

#include "plan/bind.hpp"

namespace sluice {
namespace {

/// A hash of everything that a plugin's constructor can see: steps that agree in it share one state.
std::string signature(const Node& node) {
    std::string text = node.manifest->id + node.state->parameters.dump();
    const auto add_array = [&](const Array& array) {
        text += to_text(array.dims()) + array.unit().text() + std::string(to_text(array.dtype()));
        text.append(reinterpret_cast<const char*>(array.data()), static_cast<std::size_t>(array.buffer().bytes()));
        if (array.dtype() == DType::string)
            for (const auto& label : array.labels()) text += label + '\0';
    };
    for (const auto& operand : node.inputs) {
        const auto& view = *operand.view;
        text += fmt::format("|{}{}{}{}{}{}", view.port, view.present, to_text(view.array.dims), to_text(view.loop), view.array.unit.text(),
                            view.array.variances) + std::string(to_text(view.array.dtype));
        for (const auto& [name, fact] : view.array.facts) text += name + to_text(fact);
        for (const auto& each : view.array.coordinates) {
            text += each.name;
            add_array(*each.values);
        }
        if (operand.fixed_mask) add_array(*operand.fixed_mask);
        if (view.value) add_array(*view.value);
    }
    return sha256(text);
}

}  // namespace

void prepare(Graph& graph, Node& node) {
    if (node.prepared || !node.library || node.selects) return;
    const auto key = node.is_source() ? "source " + node.step->name : signature(node);   // open files are not shared
    auto& shared = graph.prepared[key];
    if (shared) {
        node.prepared = shared;
        return;
    }
    std::vector<const sluice_description*> in;
    for (const auto& operand : node.inputs) in.push_back(operand.view.get());
    void* state = nullptr;
    call_plugin(*node.state, [&](sluice_context& context) {
        return node.table().prepare(&context, &host_table(), static_cast<std::int32_t>(in.size()), in.data(), &state);
    });
    shared = {state, [library = node.library](void* made) {
        const std::lock_guard lock(io_mutex());   // a source closes its files here
        library->table().destroy(made);
    }};
    node.prepared = shared;
}

}  // namespace sluice
