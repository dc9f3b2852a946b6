// SPDX-License-Identifier: BSD-3-Clause
// What a stage is handed: pointers per loop item.
#include "run/operands.hpp"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "run/adapt.hpp"

namespace sluice {
namespace {

/// Offset of streamed item s in an array with these strides per streamed dim.
Index stream_offset(const Pass& pass, const std::vector<Index>& strides, Index s) {
    Index offset = 0;
    for (std::size_t d = strides.size(); d-- > 0; s /= pass.over[d].size) offset += s % pass.over[d].size * strides[d];
    return offset;
}

const StageMemory& producer(const Graph&, const Pass& pass, const Slot& slot, int node) {
    for (std::size_t i = 0; i < pass.stages.size(); ++i)
        if (pass.stages[i].node == node) return slot.stages[i];
    throw Error(ErrorKind::internal, "a stage reads from a step that is not in its pass");
}

/// The streamed items that a stage's pointers span: its own, and the neighbours of its halo.
struct Span {
    Index begin, end;           ///< with halo, not clipped
    Index row_begin, row_end;   ///< neighbours outside this row of the last streamed dim do not exist
    Index inner;                ///< inner items per streamed item
    bool inner_major;           ///< a reduce: the streamed items of one inner item lie together

    [[nodiscard]] Index length() const { return end - begin; }
    [[nodiscard]] std::size_t positions() const { return static_cast<std::size_t>(length() * inner); }
};

Span span_of(const Node& node, const Pass& pass, const Stage& stage, const StageMemory& memory) {
    Span span{memory.begin - node.halo_before, memory.end + node.halo_after, 0, pass.items, stage.inner, node.is_reduce()};
    if (node.halo_before + node.halo_after > 0) {
        const Index length = pass.over.back().size;
        span.row_begin = memory.begin / length * length;
        span.row_end = span.row_begin + length;
    }
    return span;
}

/// Calls f(position, streamed item, inner item) for existing items; position counts from the first neighbour.
template <class F>
void for_each_item(const Span& span, const F& f) {
    for (Index s = std::max(span.begin, span.row_begin); s < std::min(span.end, span.row_end); ++s)
        for (Index k = 0; k < span.inner; ++k)
            f(span.inner_major ? k * span.length() + s - span.begin : (s - span.begin) * span.inner + k, s, k);
}


/// Base pointers of an operand's values and variances, and how items lie there.
struct Source {
    const std::byte* values;
    const double* variances;
    Index item_bytes;
    Index base;                  ///< streamed item at which `values` begins
    bool flat;                   ///< a block: one stride per flattened streamed item
};

Index offset_of(const Pass& pass, const ItemLayout& layout, const Source& source, Index s, Index k) {
    const Index stream = source.flat ? (s - source.base) * layout.stream_strides[0] : stream_offset(pass, layout.stream_strides, s);
    return stream + layout.inner_offsets[index(k)];
}

Source streamed_source(Graph& graph, const Pass& pass, const Slot& slot, const Operand& operand, OperandMemory& memory) {
    const auto& from = producer(graph, pass, slot, operand.node);
    const auto& out = from.outputs[static_cast<std::size_t>(operand.output)];
    const auto& output = graph.output(operand);
    const DType stored = output.description.dtype;
    Source source{out.values.data(), reinterpret_cast<const double*>(out.variances.data()), size_of(operand.dtype), from.begin, true};
    if (!output.description.variances) source.variances = nullptr;
    if (!operand.adaption.needed) return source;

    // The whole block, in the order of the consumer.
    auto shape = operand.adaption.shape;
    auto strides = operand.adaption.strides;
    Index rest = 1;
    for (const auto n : shape) rest *= n;
    shape.insert(shape.begin(), from.items());
    strides.insert(strides.begin(), rest);
    auto* values = memory.adapted.get(rest * from.items() * source.item_bytes);
    copy_adapted(source.values, stored, shape, strides, values, operand.adaption.to_float64, operand.adaption.factor);
    source.values = values;
    if (source.variances && operand.variances) {
        auto* variances = memory.adapted_variances.get(rest * from.items() * 8);
        const double factor = operand.adaption.factor;
        copy_adapted(reinterpret_cast<const std::byte*>(source.variances), DType::float64, shape, strides, variances, true, factor * factor);
        source.variances = reinterpret_cast<const double*>(variances);
    }
    return source;
}

Source resident_source(const Operand& operand) {
    return {operand.resident.data(), operand.resident.variance_buffer().empty() ? nullptr : operand.resident.variances().data(),
            size_of(operand.dtype), 0, false};
}

void bind_values(Graph& graph, const Pass& pass, const Span& span, const Slot& slot, const Operand& operand,
                 OperandMemory& memory) {
    const auto positions = span.positions();
    memory.values.assign(positions, nullptr);
    memory.variances.clear();
    const Source source = operand.streamed ? streamed_source(graph, pass, slot, operand, memory) : resident_source(operand);
    const bool variances = operand.variances && source.variances;
    if (variances) memory.variances.assign(positions, nullptr);
    for_each_item(span, [&](Index position, Index s, Index k) {
        const Index offset = offset_of(pass, operand.layout, source, s, k);
        memory.values[index(position)] = source.values + offset * source.item_bytes;
        if (variances) memory.variances[index(position)] = source.variances + offset;
    });
}

void bind_masks(Graph& graph, const Pass& pass, const Span& span, const Slot& slot, const Operand& operand,
                OperandMemory& memory) {
    memory.masks.clear();
    if (operand.masks.empty()) return;
    const auto positions = span.positions();
    if (!operand.mask_streams) {
        memory.masks.assign(positions, reinterpret_cast<const std::uint8_t*>(operand.fixed_mask->data()));
        return;
    }
    memory.masks.assign(positions, nullptr);
    auto* united = reinterpret_cast<std::uint8_t*>(memory.united.get(static_cast<Index>(positions) * operand.count));
    std::memset(united, 0, positions * index(operand.count));
    for (const auto& mask : operand.masks) {
        const auto* from = mask.values ? nullptr : &producer(graph, pass, slot, operand.node);
        const auto* data = mask.values ? mask.values->data() : from->outputs[static_cast<std::size_t>(operand.output)].mask.data();
        const Source source{data, nullptr, 1, from ? from->begin : 0, from != nullptr};
        for_each_item(span, [&](Index position, Index s, Index k) {
            unite_masks(reinterpret_cast<const std::uint8_t*>(data) + offset_of(pass, mask.layout, source, s, k),
                        operand.core_shape, mask.core_strides, united + position * operand.count);
        });
    }
    for_each_item(span, [&](Index position, Index, Index) { memory.masks[index(position)] = united + position * operand.count; });
}

void bind_coordinates(const Pass& pass, const Span& span, const Operand& operand, OperandMemory& memory) {
    memory.coordinates.resize(operand.coordinates.size());
    const auto positions = span.positions();
    for (std::size_t c = 0; c < operand.coordinates.size(); ++c) {
        const auto& coordinate = operand.coordinates[c];
        auto& pointers = memory.coordinates[c];
        pointers.clear();
        if (!coordinate.present) continue;
        pointers.assign(positions, nullptr);
        const Source source{reinterpret_cast<const std::byte*>(coordinate.values.data()), nullptr, 8, 0, false};
        for_each_item(span, [&](Index position, Index s, Index k) {
            pointers[index(position)] = coordinate.values.data() + offset_of(pass, coordinate.layout, source, s, k);
        });
    }
}

/// A per_item value has no mask of its own: where it is masked, the plugin gets NaN.
void hide_masked(OperandMemory& memory) {
    static const double hidden = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < memory.masks.size(); ++i) {
        if (!memory.masks[i] || !*memory.masks[i]) continue;
        memory.values[i] = &hidden;
        if (!memory.variances.empty()) memory.variances[i] = &hidden;
    }
}

void bind_constant(const Span& span, const Operand& operand, OperandMemory& memory) {
    memory.values.assign(span.positions(), &operand.constant);
    memory.variances.clear();
}

/// Resident values in the layout that the planner chose.
Array adapt(const Array& array, const Operand& operand) {
    if (!operand.adaption.needed) return array;
    Description description;
    description.name = array.description().name;
    for (std::size_t d = 0; d < operand.adaption.shape.size(); ++d)
        description.dims.push_back({fmt::format("d{}", d), operand.adaption.shape[d]});
    description.dtype = operand.dtype;
    description.variances = !array.variance_buffer().empty() && operand.variances;
    const Index count = volume(description.dims);
    const auto& a = operand.adaption;
    auto values = Buffer::make(count * size_of(operand.dtype), [&](std::byte* to) {
        copy_adapted(array.data(), array.dtype(), a.shape, a.strides, to, a.to_float64, a.factor);
    });
    Buffer variances;
    if (description.variances)
        variances = Buffer::make(count * 8, [&](std::byte* to) {
            copy_adapted(array.variance_buffer().data(), DType::float64, a.shape, a.strides, to, true, a.factor * a.factor);
        });
    return Array(description, std::move(values), std::move(variances));
}

template <class F>
void for_each_operand(Graph& graph, const Pass& pass, const F& f) {
    for (const auto& stage : pass.stages) {
        auto& node = graph.node(stage.node);
        for (auto& operand : node.inputs) f(operand);
        for (auto& operand : node.per_item) f(operand);
    }
}

}  // namespace

void prepare_operands(Graph& graph, const Pass& pass) {
    for_each_operand(graph, pass, [&](Operand& operand) {
        if (!operand.connected || operand.streamed) return;
        const Array& value = *graph.output(operand).value;
        operand.resident = adapt(value, operand);
        for (auto& mask : operand.masks)   // those that the producer streamed are known now
            for (const auto& known : value.description().masks)
                if (!mask.values && known.name == mask.name) mask.values = known.values;
    });
}

void release_operands(Graph& graph, const Pass& pass) {
    for_each_operand(graph, pass, [](Operand& operand) {
        operand.resident = Array();
        for (std::size_t m = 0; m < operand.masks.size(); ++m) operand.masks[m].values = operand.description.masks[m].values;
    });
}

void bind_operands(Graph& graph, const Pass& pass, const Stage& stage, Slot& slot, StageMemory& memory) {
    auto& node = graph.node(stage.node);
    const auto span = span_of(node, pass, stage, memory);
    memory.operands.resize(node.inputs.size());
    memory.per_item.resize(node.per_item.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        auto& operand = node.inputs[i];
        if (!operand.connected) continue;
        bind_values(graph, pass, span, slot, operand, memory.operands[i]);
        bind_masks(graph, pass, span, slot, operand, memory.operands[i]);
        bind_coordinates(pass, span, operand, memory.operands[i]);
    }
    for (std::size_t i = 0; i < node.per_item.size(); ++i) {
        auto& operand = node.per_item[i];
        if (!operand.connected) {
            bind_constant(span, operand, memory.per_item[i]);
            continue;
        }
        bind_values(graph, pass, span, slot, operand, memory.per_item[i]);
        bind_masks(graph, pass, span, slot, operand, memory.per_item[i]);
        hide_masked(memory.per_item[i]);
    }
}

void bind_outputs(const Node& node, const Stage& stage, StageMemory& memory) {
    const Index items = memory.items() * stage.inner;
    memory.outputs.resize(node.outputs.size());
    for (std::size_t o = 0; o < node.outputs.size(); ++o) {
        const auto& output = node.outputs[o];
        auto& out = memory.outputs[o];
        const Index item_bytes = output.count * size_of(output.description.dtype);
        auto* values = out.values.get(items * item_bytes);
        std::memset(values, 0, index(items * item_bytes));
        out.value_items.resize(index(items));
        for (Index i = 0; i < items; ++i) out.value_items[index(i)] = values + i * item_bytes;
        if (output.description.variances) {
            auto* variances = reinterpret_cast<double*>(out.variances.get(items * output.count * 8));
            std::memset(variances, 0, index(items * output.count * 8));
            out.variance_items.resize(index(items));
            for (Index i = 0; i < items; ++i) out.variance_items[index(i)] = variances + i * output.count;
        }
        if (output.mask) {
            auto* mask = reinterpret_cast<std::uint8_t*>(out.mask.get(items * output.count));
            std::memset(mask, 0, index(items * output.count));
            out.mask_items.resize(index(items));
            for (Index i = 0; i < items; ++i) out.mask_items[index(i)] = mask + i * output.count;
        }
    }
}

CallViews views_of(const Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory, Index first, Index items,
                   Index inner_item) {
    const auto& node = graph.node(stage.node);
    CallViews views;
    // Pointers begin with the neighbours.
    const Index length = memory.items() + node.halo_before + node.halo_after;
    const Index skip = node.is_reduce() ? inner_item * length + node.halo_before + first : node.halo_before * stage.inner + first;
    const auto at = [&](const auto& pointers) { return pointers.empty() ? nullptr : pointers.data() + skip; };
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const auto& operand = node.inputs[i];
        auto& own = memory.operands[i];
        own.dim_texts.clear();
        for (const auto& name : operand.core_names) own.dim_texts.push_back(text_of(name));
        own.coordinate_views.clear();
        for (std::size_t c = 0; c < operand.coordinates.size(); ++c) {
            const auto& coordinate = operand.coordinates[c];
            own.coordinate_views.push_back(
                {text_of(coordinate.name), operand.connected ? at(own.coordinates[c]) : nullptr, coordinate.count});
        }
        views.in.push_back({text_of(operand.port), static_cast<std::int32_t>(operand.dtype),
                            static_cast<std::int32_t>(operand.core_shape.size()), own.dim_texts.data(), operand.core_shape.data(),
                            operand.count, {at(own.values), at(own.variances), at(own.masks)},
                            static_cast<std::int32_t>(own.coordinate_views.size()), own.coordinate_views.data()});
    }
    for (std::size_t i = 0; i < node.per_item.size(); ++i) {
        const auto& operand = node.per_item[i];
        const auto& own = memory.per_item[i];
        const bool absent = !operand.connected && operand.constant != operand.constant;   // NaN: null in the recipe
        views.per_item.push_back({text_of(operand.port),
                                  absent ? nullptr : reinterpret_cast<const double* const*>(at(own.values)), at(own.variances)});
    }
    for (std::size_t o = 0; o < memory.outputs.size() && !node.is_reduce(); ++o) {
        const auto& output = node.outputs[o];
        const auto& own = memory.outputs[o];
        views.out.push_back({text_of(output.declaration->name), static_cast<std::int32_t>(output.description.dtype),
                             static_cast<std::int32_t>(output.core_shape.size()), output.core_shape.data(), output.count,
                             own.value_items.data() + first,
                             output.description.variances ? own.variance_items.data() + first : nullptr,
                             output.mask ? own.mask_items.data() + first : nullptr});
    }
    const Index total = node.loop.empty() ? 1 : node.is_reduce() ? pass.over.back().size : node.loop.back().size;
    const Index flat = node.is_reduce() ? memory.begin + first : memory.begin * stage.inner + first;
    views.block = {static_cast<std::int32_t>(sizeof(sluice_block)), items,
                   flat % total, total,
                   static_cast<std::int32_t>(views.in.size()), views.in.data(),
                   static_cast<std::int32_t>(views.out.size()), views.out.data(),
                   static_cast<std::int32_t>(views.per_item.size()), views.per_item.data(),
                   node.needs.scratch_bytes > 0 ? memory.scratch.get(node.needs.scratch_bytes) : nullptr,
                   node.needs.scratch_bytes, node.halo_before, node.halo_after};
    return views;
}

std::string name_of_item(const Node& node, const Pass& pass, const Stage& stage, const StageMemory& memory, Index item) {
    Index flat = node.is_reduce() ? memory.begin + item : memory.begin * stage.inner + item;
    const Dims& loop = node.is_reduce() ? pass.over : node.loop;
    std::string name;
    for (std::size_t d = loop.size(); d-- > 0; flat /= loop[d].size)
        name = fmt::format("{} {}{}{}", loop[d].name, flat % loop[d].size, name.empty() ? "" : ", ", name);
    return name;
}

}  // namespace sluice
