// SPDX-License-Identifier: BSD-3-Clause
// What a stage is handed: pointers per loop item into blocks, resident arrays, coordinates and masks.
#pragma once

#include "run/slot.hpp"

namespace sluice {

/// A count as the standard library wants it.
inline std::size_t index(Index i) { return static_cast<std::size_t>(i); }

/// Once per pass: resident inputs in the order, type and unit that the plugin asked for.
void prepare_operands(Graph& graph, const Pass& pass);
/// After a pass: drops what prepare_operands made.
void release_operands(Graph& graph, const Pass& pass);

/// The views of one call. `in` and `per_item` point into the stage's memory.
struct CallViews {
    std::vector<sluice_in> in;
    std::vector<sluice_out> out;
    std::vector<sluice_per_item> per_item;
    sluice_block block{};
};

/// Pointers for all items of a stage in this block: (streamed item, inner item) in C order, with the halo around them.
void bind_operands(Graph& graph, const Pass& pass, const Stage& stage, Slot& slot, StageMemory& memory);
/// Memory for the outputs of a stage in this block, zeroed.
void bind_outputs(const Node& node, const Stage& stage, StageMemory& memory);

/// Views of items [first, first + items) counted from the stage's first one. A reduce: of one inner item.
CallViews views_of(const Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory, Index first, Index items,
                   Index inner_item = 0);

/// "train 137" of an item counted from the stage's first one.
std::string name_of_item(const Node& node, const Pass& pass, const Stage& stage, const StageMemory& memory, Index item);

}  // namespace sluice
