// SPDX-License-Identifier: BSD-3-Clause
// Reading the blocks of sources.
#include "run/fetch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "run/adapt.hpp"
#include "run/leaves.hpp"

namespace sluice {
namespace {

/// The dims of the source itself that `over` and the rest correspond to, with windows (folded selections) applied.
struct SourceBox {
    std::vector<Index> start, count;
};

/// Box of a run in the node's own (windowed) dims.
SourceBox box_of(const Node& node, const Pass& pass, const std::vector<Index>& start, Index count) {
    const auto& dims = node.outputs[0].description.dims;
    SourceBox box;
    for (const auto& dim : dims) {
        box.start.push_back(0);
        box.count.push_back(dim.size);
    }
    for (std::size_t i = 0; i < pass.over.size(); ++i) {
        const auto at = *find_dim(dims, pass.over[i].name);
        box.start[at] = start[i];
        box.count[at] = i + 1 == pass.over.size() ? count : 1;
    }
    return box;
}

/// From the node's own dims to the source's: through the windows, the last selection first.
void to_source(const Node& node, SourceBox& box) {
    for (auto window = node.windows.rbegin(); window != node.windows.rend(); ++window) {
        auto& start = box.start[*find_dim(node.outputs[0].description.dims, window->dim)];
        start = window->begin + start * window->step;
    }
}

/// With steps along the first dim every element of it is a read of its own.
std::vector<SourceBox> reads_of(const Node& node, const SourceBox& box) {
    const bool steps = std::any_of(node.windows.begin(), node.windows.end(), [](const Selection& w) { return w.step != 1; });
    std::vector<SourceBox> reads;
    for (Index i = 0; i < (steps ? box.count[0] : 1); ++i) {
        auto& read = reads.emplace_back(box);
        if (steps) {
            read.start[0] += i;
            read.count[0] = 1;
        }
        to_source(node, read);
    }
    return reads;
}

Index product(const std::vector<Index>& values) {
    Index all = 1;
    for (const auto value : values) all *= value;
    return all;
}

/// Elements of the streamed mask in a box: its dims are a part of the array's.
Index mask_elements(const Output& output, const std::vector<Index>& count) {
    Index all = 1;
    for (const auto& dim : output.mask_dims) all *= count[*find_dim(output.description.dims, dim.name)];
    return all;
}

sluice_box view_of(FetchedBox& box) {
    return {static_cast<std::int32_t>(box.start.size()), box.start.data(), box.count.data(), box.values, box.variances, box.mask};
}

ItemName name_of(const Node& node, const FetchedBox& box) {
    return [&node, &box](Index) {
        const auto& dims = node.outputs[0].description.dims;
        return dims.empty() ? std::string() : fmt::format("{} {}", dims[0].name, box.start[0]);
    };
}

}  // namespace

Index fetch_block(Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory) {
    Node& node = graph.node(stage.node);
    Node& source = graph.node(node.source);
    const auto& output = node.outputs[0];
    const Index per_item = volume(output.description.dims) / std::max<Index>(1, pass.items);
    const Index elements = per_item * memory.items();
    const Index size = size_of(output.description.dtype);
    const bool reorder = !stage.fetch_order.empty();

    auto& out = memory.outputs[0];
    auto* values = (reorder ? memory.fetched : out.values).get(elements * size);
    auto* variances = output.description.variances
                          ? reinterpret_cast<double*>((reorder ? memory.fetched_variances : out.variances).get(elements * 8))
                          : nullptr;
    const Index mask_per_item = output.mask ? volume(output.mask_dims) / std::max<Index>(1, pass.items) : 0;
    auto* mask = output.mask ? reinterpret_cast<std::uint8_t*>(out.mask.get(mask_per_item * memory.items())) : nullptr;

    memory.boxes.clear();
    for_each_run(pass.over, memory.begin, memory.end, [&](const std::vector<Index>& start, Index count) {
        for (const auto& box : reads_of(node, box_of(node, pass, start, count))) {
            memory.boxes.push_back({box.start, box.count, values, variances, mask, nullptr});
            values += product(box.count) * size;
            if (variances) variances += product(box.count);
            if (mask) mask += mask_elements(output, box.count);
        }
    });
    const std::lock_guard lock(io_mutex());
    for (auto& box : memory.boxes)
        call_plugin(*node.state,
                    [&](sluice_context& context) {
                        const auto view = view_of(box);
                        return source.table().fetch(source.prepared.get(), &context, &host_table(), &view, &box.ticket);
                    },
                    name_of(node, box));
    return elements * size;
}

void decode_block(Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory) {
    Node& node = graph.node(stage.node);
    Node& source = graph.node(node.source);
    for (auto& box : memory.boxes) {
        if (!box.ticket) continue;
        call_plugin(*node.state,
                    [&](sluice_context& context) {
                        const auto view = view_of(box);
                        return source.table().decode(source.prepared.get(), &context, &host_table(),
                                                     std::exchange(box.ticket, nullptr), &view);
                    },
                    name_of(node, box));
    }
    if (stage.fetch_order.empty()) return;

    // Each box is in the source's order; its streamed dims have to come first.
    const auto& output = node.outputs[0];
    const Index size = size_of(output.description.dtype);
    const Index per_item = volume(output.description.dims) / pass.items;
    auto* values = memory.outputs[0].values.get(per_item * memory.items() * size);
    auto* variances = output.description.variances ? memory.outputs[0].variances.get(per_item * memory.items() * 8) : nullptr;
    for (auto& box : memory.boxes) {
        const auto strides = packed_strides(box.count);
        std::vector<Index> to_shape, from_strides;
        for (const auto d : stage.fetch_order) {
            to_shape.push_back(box.count[static_cast<std::size_t>(d)]);
            from_strides.push_back(strides[static_cast<std::size_t>(d)]);
        }
        copy_adapted(box.values, output.description.dtype, to_shape, from_strides, values, false, 1);
        values += product(box.count) * size;
        if (!variances) continue;
        copy_adapted(reinterpret_cast<const std::byte*>(box.variances), DType::float64, to_shape, from_strides, variances, false, 1);
        variances += product(box.count) * 8;
    }
    // A streamed mask keeps the source's order of its own dims; the planner allows it only with the streamed dims first.
}

void discard_block(Graph& graph, const Stage& stage, StageMemory& memory) noexcept {
    Node& source = graph.node(graph.node(stage.node).source);
    for (auto& box : memory.boxes)
        if (box.ticket) source.table().discard(source.prepared.get(), std::exchange(box.ticket, nullptr));
}

}  // namespace sluice
