// SPDX-License-Identifier: BSD-3-Clause
// Mergeable states.
#include "run/reduce.hpp"

#include <cstring>

#include "run/leaves.hpp"
#include "run/publish.hpp"

namespace sluice {
void add_leaves(Graph& graph, const Pass& pass, const Stage& stage, const Slot& slot, StageMemory& memory) {
    Node& node = graph.node(stage.node);
    const Leaves leaves(pass);
    memory.states.resize(index((slot.last_leaf - slot.first_leaf) * stage.inner));
    for (Index leaf = slot.first_leaf; leaf < slot.last_leaf; ++leaf) {
        for (Index k = 0; k < stage.inner; ++k) {
            auto* state = memory.states[index((leaf - slot.first_leaf) * stage.inner + k)].get(node.needs.state_bytes);
            const Index first = leaves.begin(leaf) - memory.begin;
            auto views = views_of(graph, pass, stage, memory, first, leaves.end(leaf) - leaves.begin(leaf), k);
            call_plugin(
                *node.state,
                [&](sluice_context& context) {
                    const auto& table = node.table();
                    if (const auto status = table.init(node.prepared.get(), &context, &host_table(), state)) return status;
                    return table.add(node.prepared.get(), &context, &host_table(), &views.block, state);
                },
                [&](Index item) { return name_of_item(node, pass, stage, memory, first + item); });
        }
    }
}

Merger::Merger(Graph& graph, const Pass& pass, const Stage& stage)
    : graph_(graph), pass_(pass), stage_(stage), node_(graph.node(stage.node)), bytes_(node_.needs.state_bytes),
      stacks_(index(stage.inner)) {
    for (const auto& output : node_.outputs) {
        auto& memory = outputs_.emplace_back();
        const Index count = volume(output.description.dims);
        std::memset(memory.values.get(count * size_of(output.description.dtype)), 0, index(count * size_of(output.description.dtype)));
        if (output.description.variances) std::memset(memory.variances.get(count * 8), 0, index(count * 8));
        if (output.mask) std::memset(memory.mask.get(count), 0, index(count));
    }
}

void Merger::merge(Memory& into, const Memory& from) {
    call_plugin(*node_.state, [&](sluice_context& context) {
        return node_.table().merge(node_.prepared.get(), &context, &host_table(), into.data(), from.data());
    });
}

Memory Merger::pop(std::vector<Partial>& stack) {
    auto state = std::move(stack.back().state);
    stack.pop_back();
    return state;
}

void Merger::push(std::vector<Partial>& stack, const std::byte* state) {
    if (spare_.empty()) spare_.emplace_back();
    Partial partial{0, std::move(spare_.back())};
    spare_.pop_back();
    std::memcpy(partial.state.get(bytes_), state, index(bytes_));
    while (!stack.empty() && stack.back().level == partial.level) {
        merge(stack.back().state, partial.state);
        spare_.push_back(std::move(partial.state));
        partial.level = std::min(partial.level + 1, tree_levels);
        partial.state = pop(stack);
    }
    stack.push_back(std::move(partial));
}

void Merger::take(const Slot& slot, StageMemory& memory) {
    const Leaves leaves(pass_);
    for (Index leaf = slot.first_leaf; leaf < slot.last_leaf; ++leaf) {
        const bool last = (leaf + 1) % leaves.per_outer == 0;
        for (Index k = 0; k < stage_.inner; ++k) {
            auto& stack = stacks_[index(k)];
            push(stack, memory.states[index((leaf - slot.first_leaf) * stage_.inner + k)].data());
            if (last) finish(leaves.outer_of(leaf) * stage_.inner + k, stack);
        }
    }
}

void Merger::finish(Index item, std::vector<Partial>& stack) {
    while (stack.size() > 1) {
        spare_.push_back(pop(stack));
        merge(stack.back().state, spare_.back());
    }
    std::vector<sluice_out> views;
    std::vector<void*> values(outputs_.size());
    std::vector<double*> variances(outputs_.size());
    std::vector<std::uint8_t*> masks(outputs_.size());
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
        const auto& output = node_.outputs[o];
        values[o] = outputs_[o].values.data() + item * output.count * size_of(output.description.dtype);
        if (output.description.variances) variances[o] = reinterpret_cast<double*>(outputs_[o].variances.data()) + item * output.count;
        if (output.mask) masks[o] = reinterpret_cast<std::uint8_t*>(outputs_[o].mask.data()) + item * output.count;
        views.push_back({text_of(output.declaration->name), static_cast<std::int32_t>(output.description.dtype),
                         static_cast<std::int32_t>(output.core_shape.size()), output.core_shape.data(), output.count, &values[o],
                         output.description.variances ? &variances[o] : nullptr, output.mask ? &masks[o] : nullptr});
    }
    sluice_block block{};
    block.size = static_cast<std::int32_t>(sizeof block);
    block.items = 1;
    block.total = pass_.over.back().size;
    block.n_out = static_cast<std::int32_t>(views.size());
    block.out = views.data();
    call_plugin(*node_.state, [&](sluice_context& context) {
        return node_.table().finish(node_.prepared.get(), &context, &host_table(), stack.front().state.data(), &block);
    });
    spare_.push_back(pop(stack));
}

void Merger::publish() {
    for (std::size_t o = 0; o < outputs_.size(); ++o) publish_output(node_.outputs[o], outputs_[o]);
}

}  // namespace sluice
