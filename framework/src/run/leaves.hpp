// SPDX-License-Identifier: BSD-3-Clause
// How the items of a pass are cut: leaves (the grain of sums, fixed by recipe and dims) and blocks of whole leaves.
#pragma once

#include <vector>

#include "plan/graph.hpp"

namespace sluice {

/// Leaves run along the last streamed dim, within one index of the outer ones, and are numbered in C order.
struct Leaves {
    explicit Leaves(const Pass& pass)
        : length(pass.over.empty() ? 1 : pass.over.back().size),
          grain(pass.grain),
          per_outer((length + grain - 1) / grain),
          count(length > 0 ? pass.items / length * per_outer : 0) {}

    Index length, grain, per_outer, count;

    [[nodiscard]] Index outer_of(Index leaf) const { return leaf / per_outer; }
    [[nodiscard]] Index begin(Index leaf) const { return outer_of(leaf) * length + leaf % per_outer * grain; }
    [[nodiscard]] Index end(Index leaf) const { return std::min(begin(leaf) + grain, (outer_of(leaf) + 1) * length); }
};

struct LeafRange {
    Index first, last;   ///< [first, last)
};

inline std::vector<LeafRange> blocks_of(const Pass& pass) {
    const Leaves leaves(pass);
    const Index per_block = std::max<Index>(1, pass.block_items / pass.grain);
    std::vector<LeafRange> blocks;
    for (Index leaf = 0; leaf < leaves.count;) {
        Index last = std::min(leaf + per_block, leaves.count);
        if (pass.within_outer) last = std::min(last, (leaves.outer_of(leaf) + 1) * leaves.per_outer);
        blocks.push_back({leaf, last});
        leaf = last;
    }
    return blocks;
}

/// Cuts flattened items [begin, end) of `over` into runs along its last dim: f(index per dim of `over`, count).
template <class F>
void for_each_run(const Dims& over, Index begin, Index end, const F& f) {
    if (over.empty()) {
        if (end > begin) f(std::vector<Index>{}, Index{1});
        return;
    }
    const Index length = over.back().size;
    while (begin < end) {
        std::vector<Index> start(over.size());
        Index rest = begin;
        for (std::size_t d = over.size(); d-- > 0; rest /= over[d].size) start[d] = rest % over[d].size;
        const Index count = std::min(end - begin, length - start.back());
        f(start, count);
        begin += count;
    }
}

}  // namespace sluice
