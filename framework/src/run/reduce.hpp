// SPDX-License-Identifier: BSD-3-Clause
// Mergeable states: one per leaf, made on the workers, merged in a tree that only the number of leaves decides.
#pragma once

#include <vector>

#include "run/operands.hpp"

namespace sluice {

/// The states of the leaves of a block, into the stage's memory: [leaf][inner].
void add_leaves(Graph& graph, const Pass& pass, const Stage& stage, const Slot& slot, StageMemory& memory);

/// Merges states in the order of leaves: sixteen of them in a binary tree, and the sixteens onto the sum of all before. So
/// rounding errors stay small, and the memory of states does not grow with the data. Finishes an output item when its last
/// leaf is in.
class Merger {
public:
    Merger(Graph& graph, const Pass& pass, const Stage& stage);
    void take(const Slot& slot, StageMemory& memory);
    /// Publishes the outputs as resident arrays.
    void publish();

private:
    struct Partial {
        Index level;
        Memory state;
    };
    void push(std::vector<Partial>& stack, const std::byte* state);
    Memory pop(std::vector<Partial>& stack);
    void finish(Index item, std::vector<Partial>& stack);
    void merge(Memory& into, const Memory& from);

    Graph& graph_;
    const Pass& pass_;
    const Stage& stage_;
    Node& node_;
    Index bytes_;
    std::vector<std::vector<Partial>> stacks_;        ///< per inner item
    std::vector<Memory> spare_;                       ///< states' memory to use again
    std::vector<OutputMemory> outputs_;               ///< whole outputs: all items
};

}  // namespace sluice
