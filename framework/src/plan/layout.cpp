// SPDX-License-Identifier: BSD-3-Clause
// How the inputs of a stage lie in memory.
#include "plan/layout.hpp"

#include <algorithm>

#include "recipe/binding.hpp"
#include "run/adapt.hpp"

namespace sluice {
namespace {

/// Strides by name of a packed array of these dims.
std::map<std::string, Index> strides_of(const Dims& dims) {
    std::map<std::string, Index> strides;
    Index stride = 1;
    for (std::size_t d = dims.size(); d-- > 0; stride *= dims[d].size) strides[dims[d].name] = stride;
    return strides;
}

Index stride_or_zero(const std::map<std::string, Index>& strides, const std::string& name) {
    const auto found = strides.find(name);
    return found == strides.end() ? 0 : found->second;
}

/// Offsets of all inner items (C order of `inner`) under these strides.
std::vector<Index> inner_offsets(const Dims& inner, const std::map<std::string, Index>& strides) {
    std::vector<Index> offsets{0};
    for (const auto& dim : inner) {
        const Index stride = stride_or_zero(strides, dim.name);
        std::vector<Index> next;
        for (const auto offset : offsets)
            for (Index i = 0; i < dim.size; ++i) next.push_back(offset + i * stride);
        offsets = std::move(next);
    }
    return offsets;
}

/// Of an array in memory as a whole: one stride per streamed dim.
ItemLayout resident_layout(const Dims& dims, const Dims& over, const Dims& inner) {
    const auto strides = strides_of(dims);
    ItemLayout layout;
    for (const auto& dim : over) layout.stream_strides.push_back(stride_or_zero(strides, dim.name));
    layout.inner_offsets = inner_offsets(inner, strides);
    return layout;
}

/// Of a block: the streamed items follow one another, each holding `rest`.
ItemLayout block_layout(const Dims& rest, const Dims& inner) {
    return {{volume(rest)}, inner_offsets(inner, strides_of(rest))};
}

Dims without(const Dims& dims, const Dims& taken) {
    Dims rest;
    for (const auto& dim : dims)
        if (!find_dim(taken, dim.name)) rest.push_back(dim);
    return rest;
}

/// Loop dims first (in the data's order), core dims last (in the plugin's order).
Dims loop_first(const Dims& dims, const Operand& operand) {
    Dims ordered;
    for (const auto& dim : dims)
        if (contains(operand.loop, dim.name)) ordered.push_back(dim);
    for (const auto& name : operand.core)
        if (const auto at = find_dim(dims, name)) ordered.push_back(dims[*at]);
    return ordered;
}

void lay_out_values(Operand& operand, const Dims& over, const Dims& inner) {
    const Dims from = operand.streamed ? without(operand.description.dims, over) : operand.description.dims;
    const Dims to = loop_first(from, operand);
    const auto strides = strides_of(from);
    auto& a = operand.adaption;
    a.shape.clear();
    a.strides.clear();
    for (const auto& dim : to) {
        a.shape.push_back(dim.size);
        a.strides.push_back(strides.at(dim.name));
    }
    a.needed = from != to || a.to_float64 || a.factor != 1;
    operand.layout = operand.streamed ? block_layout(to, inner) : resident_layout(to, over, inner);
}

/// Of each core dim; 0 where these dims lack it.
std::vector<Index> core_strides(const Operand& operand, const Dims& dims) {
    const auto strides = strides_of(dims);
    std::vector<Index> out;
    for (const auto& name : operand.core) out.push_back(stride_or_zero(strides, name));
    return out;
}

void lay_out_masks(const Graph& graph, Operand& operand, const Dims& over, const Dims& inner) {
    operand.masks.clear();
    for (const auto& mask : operand.description.masks) {
        MaskOperand out;
        out.name = mask.name;
        out.values = mask.values;
        Dims dims = mask.values ? mask.values->dims() : graph.output(operand).mask_dims;
        const bool in_block = !mask.values && operand.streamed;
        if (in_block) dims = without(dims, over);
        out.layout = in_block ? block_layout(dims, inner) : resident_layout(dims, over, inner);
        out.core_strides = core_strides(operand, dims);
        operand.masks.push_back(std::move(out));
    }
    operand.mask_streams = !operand.masks.empty() && !operand.fixed_mask;
}

}  // namespace

std::shared_ptr<const Array> fixed_mask(const Operand& operand) {
    auto masks = operand.description.masks;
    const auto differs = [&](const Mask& mask) {
        return !mask.values || std::any_of(mask.dims.begin(), mask.dims.end(), [&](const auto& dim) { return contains(operand.loop, dim); });
    };
    // What is only described has no items, so that the masks of pixels stay what they are beside one of bad trains.
    const bool described = operand.declaration && operand.declaration->described;
    if ((std::erase_if(masks, differs) > 0 && !described) || masks.empty()) return nullptr;
    Description description;
    description.dtype = DType::boolean;
    for (std::size_t i = 0; i < operand.core.size(); ++i) description.dims.push_back({operand.core_names[i], operand.core_shape[i]});
    auto united = Buffer::make(operand.count, [&](std::byte* to) {
        for (const auto& mask : masks)
            unite_masks(reinterpret_cast<const std::uint8_t*>(mask.values->data()), operand.core_shape,
                        core_strides(operand, mask.values->dims()), reinterpret_cast<std::uint8_t*>(to));
    });
    return std::make_shared<const Array>(std::move(description), std::move(united));
}

Dims inner_dims(const Node& node, const Dims& over) { return without(node.loop, over); }

void lay_out(const Graph& graph, Node& node, const Dims& over, const Dims& inner) {
    for_each_connected(node, [&](Operand& operand) {
        lay_out_values(operand, over, inner);
        lay_out_masks(graph, operand, over, inner);
        for (auto& coordinate : operand.coordinates)
            if (coordinate.present) coordinate.layout = resident_layout(coordinate.dims, over, inner);
    });
}

}  // namespace sluice
