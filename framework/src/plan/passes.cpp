// SPDX-License-Identifier: BSD-3-Clause
// Which steps go over the data together.
#include "plan/passes.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include <fmt/format.h>

#include "plan/layout.hpp"

namespace sluice {
namespace {

constexpr Index mebi = Index{1} << 20;
constexpr Index leaf_target = 8 * mebi;     ///< bytes of a leaf: enough to hide its overhead, small enough to balance
constexpr Index block_target = leaf_target; ///< more would only take memory, the more the longer the data: a block costs microseconds
constexpr Index wanted_block_items = 8;     ///< kernels that share a table between items want several
constexpr Index leaf_limit_with_halo = 64 * mebi;   ///< neighbours of a leaf are worked on twice, so it should hold as many

/// The dims that a node's pass is over: its loop dims; a reduce: up to the one it runs over. A halo is along the last.
Dims streamed_dims(const Node& node) {
    Dims dims;
    for (const auto& dim : node.loop) {
        dims.push_back(dim);
        if (node.is_reduce() && dim.name == node.over) break;
    }
    return dims;
}

bool begins_with(const Dims& dims, const Dims& prefix) {
    return dims.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), dims.begin());
}

bool steps(const Node& source) {
    return std::any_of(source.windows.begin(), source.windows.end(), [](const Selection& w) { return w.step != 1; });
}

bool has_all(const Dims& dims, const Dims& part) {
    return std::all_of(part.begin(), part.end(), [&](const Dim& dim) {
        const auto at = find_dim(dims, dim.name);
        return at && dims[*at].size == dim.size;
    });
}

struct Group {
    Dims over;
    std::set<int> nodes, sources;
    std::set<int> after;      ///< groups that must have run
    bool reduces = false;     ///< `over` ends with what a reduce runs over
    bool alive = true;
};

class Grouping {
public:
    Grouping(Graph& graph, std::vector<std::string>& notes) : graph_(graph), notes_(notes) {}

    std::vector<Pass> run() {
        for (int n = 0; n < static_cast<int>(graph_.nodes.size()); ++n) {
            const auto& node = graph_.node(n);
            if (node.setup) continue;
            if (node.source >= 0) continue;          // read where it is used
            if (node.selects) place_selection(n);
            else place(n);
        }
        keep_raw_sources();
        return in_order();
    }

private:
    void place_selection(int n) {
        auto& node = graph_.node(n);
        Group group;
        for_each_connected(node, [&](Operand& operand) { make_resident(group, operand, node); });
        add(std::move(group), n);
    }

    void place(int n) {
        auto& node = graph_.node(n);
        Group mine;
        mine.over = streamed_dims(node);
        mine.reduces = node.is_reduce();
        // First what has to be collected, since it decides what may be joined.
        for_each_connected(node, [&](Operand& operand) {
            if (!may_stream(node, operand, mine)) make_resident(mine, operand, node);
        });
        // What cannot be joined is collected, too, and may depend on what was joined before it: then once more.
        std::set<int> joined;
        std::size_t waits_for = 0;
        do {
            waits_for = mine.after.size();
            joined = join_producers(node, mine);
        } while (mine.after.size() != waits_for);
        // Steps that read the same source in the same way read it once.
        if (joined.empty())
            for (int g = 0; g < static_cast<int>(groups_.size()); ++g)
                if (groups_[index(g)].alive && shares_source(groups_[index(g)], mine) && groups_[index(g)].over == mine.over &&
                    joinable(g, node, mine, joined)) {
                    joined.insert(g);
                    break;
                }
        merge(n, std::move(mine), joined);
    }

    /// Streams what can come block by block; the groups that the node has to join for that.
    std::set<int> join_producers(Node& node, Group& mine) {
        std::set<int> joined;
        mine.over = streamed_dims(node);
        mine.sources.clear();
        for_each_connected(node, [&](Operand& operand) {
            if (!may_stream(node, operand, mine)) return;
            const auto& producer = graph_.node(operand.node);
            if (producer.source >= 0) {
                operand.streamed = true;
                mine.sources.insert(operand.node);
                return;
            }
            const int g = group_of_.at(operand.node);
            if (joinable(g, node, mine, joined)) {
                operand.streamed = true;
                joined.insert(g);
                mine.over = producer.is_reduce() ? mine.over : shorter(mine.over, groups_[index(g)].over);
            } else {
                make_resident(mine, operand, node);
            }
        });
        return joined;
    }

    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    static const Dims& shorter(const Dims& a, const Dims& b) { return a.size() <= b.size() ? a : b; }
    static bool shares_source(const Group& a, const Group& b) {
        return std::any_of(a.sources.begin(), a.sources.end(), [&](int s) { return b.sources.contains(s); });
    }

    /// Could the operand come block by block, as far as its producer's shape is concerned?
    [[nodiscard]] bool may_stream(const Node& node, const Operand& operand, const Group& mine) const {
        if (operand.declaration && operand.declaration->is_static) return false;
        const auto& producer = graph_.node(operand.node);
        if (producer.setup || producer.is_reduce() || !producer.library) return false;
        if (producer.selects && producer.source < 0) return false;
        if (producer.source >= 0) {
            const auto& output = producer.outputs[0];
            if (steps(producer) && !begins_with(output.description.dims, mine.over)) return false;
            return has_all(output.description.dims, mine.over) && (!output.mask || begins_with(output.mask_dims, mine.over)) &&
                   !(mine.over.empty() && graph_.output(operand).wanted_resident);
        }
        const auto& over = groups_[index(group_of_.at(operand.node))].over;
        if (begins_with(streamed_dims(node), over) && (!node.is_reduce() || over.size() == mine.over.size())) return has_all(operand.description.dims, over);
        // A reduce may make its producers' pass coarser: their inner loop moves inside the items.
        return node.is_reduce() && begins_with(over, mine.over) && !groups_[index(group_of_.at(operand.node))].reduces;
    }

    [[nodiscard]] bool depends(int group, int on) const {
        const auto& after = groups_[index(group)].after;
        return after.contains(on) || std::any_of(after.begin(), after.end(), [&](int g) { return depends(g, on); });
    }

    /// Joining must not make a pass wait for itself, nor change what a reduce runs over.
    [[nodiscard]] bool joinable(int g, const Node& node, const Group& mine, const std::set<int>& joined) const {
        const auto& group = groups_[index(g)];
        for (const int needed : mine.after)
            if (needed == g || depends(needed, g)) return false;
        for (const int other : joined)
            if (other != g && (depends(other, g) || depends(g, other) || groups_[index(other)].over != group.over)) return false;
        if (group.over == mine.over) return true;
        const Dims& over = shorter(group.over, mine.over);
        if ((group.reduces && group.over != over) || (mine.reduces && mine.over != over)) return false;
        return begins_with(group.over, over) && begins_with(mine.over, over) && halo_fits(node, over) &&
               std::all_of(group.nodes.begin(), group.nodes.end(), [&](int n) { return halo_fits(graph_.node(n), over); });
    }
    /// In a coarser pass the neighbours of an item would be those of another dim.
    [[nodiscard]] static bool halo_fits(const Node& node, const Dims& over) {
        return node.halo_before + node.halo_after == 0 || streamed_dims(node) == over;
    }

    void merge(int n, Group mine, const std::set<int>& joined) {
        for (const int g : joined) {
            auto& group = groups_[index(g)];
            mine.over = shorter(mine.over, group.over);
            mine.nodes.insert(group.nodes.begin(), group.nodes.end());
            mine.sources.insert(group.sources.begin(), group.sources.end());
            mine.after.insert(group.after.begin(), group.after.end());
            mine.reduces = mine.reduces || group.reduces;
            group.alive = false;
        }
        const int made = add(std::move(mine), n);
        for (auto& [each, group] : group_of_)
            if (joined.contains(group)) group = made;
        for (auto& group : groups_)
            for (const int g : joined)
                if (group.after.erase(g)) group.after.insert(made);
    }

    int add(Group group, int n) {
        if (n >= 0) group.nodes.insert(n);
        const int number = static_cast<int>(groups_.size());
        for (const int each : group.nodes) group_of_[each] = number;
        groups_.push_back(std::move(group));
        return number;
    }

    void make_resident(Group& mine, Operand& operand, const Node& node) {
        operand.streamed = false;
        auto& producer = graph_.node(operand.node);
        auto& output = graph_.output(operand);
        if (output.value) return;
        if (producer.source >= 0 && !group_of_.contains(operand.node)) read_by_itself(operand.node);
        if (!output.wanted_resident && !producer.is_reduce())
            notes_.push_back(fmt::format("step '{}': '{}' is collected whole first ({:.1f} MB)", node.step->name, producer.step->name,
                                         static_cast<double>(output.description.bytes()) / 1e6));
        output.wanted_resident = true;
        mine.after.insert(group_of_.at(operand.node));
    }

    /// A pass that does nothing but read a source.
    void read_by_itself(int n) {
        Group reading;
        const auto& output = graph_.node(n).outputs[0];
        const auto& dims = output.description.dims;
        if (!dims.empty() && (!output.mask || begins_with(output.mask_dims, {dims[0]}))) reading.over = {dims[0]};
        reading.sources.insert(n);
        group_of_[n] = add(std::move(reading), -1);
    }

    /// A kept source is taken along by a pass that reads it in its own order; else it is read for that alone.
    void keep_raw_sources() {
        for (int n = 0; n < static_cast<int>(graph_.nodes.size()); ++n) {
            const auto& node = graph_.node(n);
            if (node.setup || node.source < 0 || group_of_.contains(n) || !node.outputs[0].kept || node.outputs[0].value) continue;
            const auto reads = [&](const Group& group) {
                return group.alive && group.sources.contains(n) && begins_with(node.outputs[0].description.dims, group.over);
            };
            const auto found = std::find_if(groups_.begin(), groups_.end(), reads);
            if (found != groups_.end()) group_of_[n] = static_cast<int>(found - groups_.begin());
            else read_by_itself(n);
        }
    }

    std::vector<Pass> in_order() {
        std::vector<Pass> passes;
        std::set<int> done;
        const auto alive = [&](int g) { return groups_[index(g)].alive; };
        for (bool progress = true; progress;) {
            progress = false;
            for (int g = 0; g < static_cast<int>(groups_.size()); ++g) {
                const auto& group = groups_[index(g)];
                if (!alive(g) || done.contains(g)) continue;
                if (!std::all_of(group.after.begin(), group.after.end(), [&](int a) { return done.contains(a); })) continue;
                passes.push_back(make_pass(g, static_cast<int>(passes.size())));
                done.insert(g);
                progress = true;
            }
        }
        if (static_cast<Index>(done.size()) != std::count_if(groups_.begin(), groups_.end(), [](const Group& g) { return g.alive; }))
            throw Error(ErrorKind::internal, "the passes over the data wait for each other");
        return passes;
    }

    Pass make_pass(int g, int number) {
        const auto& group = groups_[index(g)];
        Pass pass;
        pass.over = group.over;
        pass.items = volume(pass.over);
        for (const int s : group.sources) {
            auto& stage = pass.stages.emplace_back(source_stage(s, pass.over));
            stage.home = group_of_.contains(s) && group_of_.at(s) == g;
            if (stage.home || graph_.node(s).pass < 0) graph_.node(s).pass = number;
        }
        for (const int n : group.nodes) {
            auto& node = graph_.node(n);
            node.pass = number;
            Stage stage;
            stage.node = n;
            const auto inner = inner_dims(node, pass.over);
            stage.inner = volume(inner);
            if (!node.selects) lay_out(graph_, node, pass.over, inner);
            pass.within_outer = pass.within_outer || node.is_reduce() || node.halo_before + node.halo_after > 0;
            pass.stages.push_back(stage);
        }
        extend_for_halos(pass);
        return pass;
    }

    Stage source_stage(int s, const Dims& over) const {
        Stage stage;
        stage.node = s;
        const auto& dims = graph_.node(s).outputs[0].description.dims;
        if (begins_with(dims, over)) return stage;
        for (const auto& dim : over) stage.fetch_order.push_back(static_cast<Index>(*find_dim(dims, dim.name)));
        for (std::size_t d = 0; d < dims.size(); ++d)
            if (!find_dim(over, dims[d].name)) stage.fetch_order.push_back(static_cast<Index>(d));
        return stage;
    }

    /// What a later halo reaches into must be there: from the last stage back to the sources.
    void extend_for_halos(Pass& pass) const {
        for (std::size_t i = pass.stages.size(); i-- > 0;) {
            const auto& stage = pass.stages[i];
            const auto& node = graph_.node(stage.node);
            const Index before = stage.extend_before + node.halo_before, after = stage.extend_after + node.halo_after;
            for_each_connected(node, [&](const Operand& operand) {
                for (auto& producer : pass.stages)
                    if (operand.streamed && producer.node == operand.node) {
                        producer.extend_before = std::max(producer.extend_before, before);
                        producer.extend_after = std::max(producer.extend_after, after);
                    }
            });
        }
    }

    Graph& graph_;
    std::vector<std::string>& notes_;
    std::vector<Group> groups_;
    std::map<int, int> group_of_;
};

// ---- sizes

Index output_bytes(const Output& output) {
    return output.description.bytes() + (output.mask ? volume(output.mask_dims) : 0);
}

/// Bytes per streamed item of what flows through a pass, by recipe and dims alone.
Index flow_bytes(const Graph& graph, const Pass& pass) {
    Index bytes = 0;
    for (const auto& stage : pass.stages)
        if (!graph.node(stage.node).is_reduce())
            for (const auto& output : graph.node(stage.node).outputs) bytes += output_bytes(output) / std::max<Index>(1, pass.items);
    return std::max<Index>(1, bytes);
}

/// Copies that operands need, per streamed item.
Index adapted_bytes(const Graph& graph, const Pass& pass) {
    Index bytes = 0;
    for (const auto& stage : pass.stages) {
        const auto& node = graph.node(stage.node);
        for_each_connected(node, [&](const Operand& operand) {
            const Index pointers = stage.inner * Index{8} * (2 + static_cast<Index>(operand.coordinates.size()));
            bytes += pointers;
            if (operand.mask_streams) bytes += stage.inner * operand.count;
            if (!operand.streamed || !operand.adaption.needed) return;
            bytes += volume(operand.description.dims) / std::max<Index>(1, pass.items) * (size_of(operand.dtype) + (operand.variances ? 8 : 0));
        });
        if (node.source >= 0) {
            bytes += graph.node(node.source).needs.decode_bytes;
            const auto& output = node.outputs[0];
            if (!stage.fetch_order.empty()) bytes += output_bytes(output) / std::max<Index>(1, pass.items);
            if (output.mask && output.kept) bytes += volume(output.description.dims) / std::max<Index>(1, pass.items);   // for every value
        }
    }
    return bytes;
}

Index state_bytes_per_leaf(const Graph& graph, const Pass& pass) {
    Index bytes = 0;
    for (const auto& stage : pass.stages)
        if (graph.node(stage.node).is_reduce()) bytes += graph.node(stage.node).needs.state_bytes * stage.inner;
    return bytes;
}

Index resident_copies(const Graph& graph, const Pass& pass) {
    Index bytes = 0;
    for (const auto& stage : pass.stages)
        for_each_connected(graph.node(stage.node), [&](const Operand& operand) {
            if (!operand.streamed && operand.adaption.needed)
                bytes += volume(operand.description.dims) * (size_of(operand.dtype) + (operand.variances ? 8 : 0));
        });
    return bytes;
}

bool has_halo(const Graph& graph, const Pass& pass) {
    return std::any_of(pass.stages.begin(), pass.stages.end(), [&](const Stage& stage) {
        return graph.node(stage.node).halo_before + graph.node(stage.node).halo_after > 0;
    });
}

Index power_of_two_below(Index n) { return n < 1 ? 1 : static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(n))); }

}  // namespace

std::vector<Pass> form_passes(Graph& graph, std::vector<std::string>& notes) { return Grouping(graph, notes).run(); }

Pass single_pass(Graph& graph, int n) {
    auto& node = graph.node(n);
    Pass pass;
    pass.over = node.is_reduce() ? streamed_dims(node) : Dims{};
    pass.items = volume(pass.over);
    pass.within_outer = node.is_reduce();
    const auto inner = inner_dims(node, pass.over);
    if (node.source < 0 && !node.selects) lay_out(graph, node, pass.over, inner);
    Stage stage;
    stage.node = n;
    stage.inner = volume(inner);
    pass.stages.push_back(stage);
    return pass;
}

Index size_pass(const Graph& graph, Pass& pass, Index memory_bytes, Index resident_bytes) {
    const Index flow = flow_bytes(graph, pass);
    pass.item_bytes = flow + adapted_bytes(graph, pass);
    const Index length = pass.over.empty() ? 1 : std::max<Index>(1, pass.over.back().size);
    Index grain = std::clamp<Index>(leaf_target / flow, 1, 1024);
    if (has_halo(graph, pass)) grain = std::max(grain, std::min(wanted_block_items, leaf_limit_with_halo / flow));
    pass.grain = std::min(power_of_two_below(grain), length);

    Index extra_items = 0, scratch = 0;
    for (const auto& stage : pass.stages) {
        extra_items = std::max(extra_items, stage.extend_before + stage.extend_after);
        scratch += graph.node(stage.node).needs.scratch_bytes;
    }
    const Index states = state_bytes_per_leaf(graph, pass);
    pass.fixed_bytes = resident_copies(graph, pass) + states * states_held;
    const auto block_bytes = [&](Index items) { return (items + extra_items) * pass.item_bytes + items / pass.grain * states + scratch; };
    const auto total = [&] { return pass.fixed_bytes + pass.tokens * block_bytes(pass.block_items); };

    const Index wanted = std::max(block_target / pass.item_bytes, wanted_block_items);
    const Index balanced = std::max<Index>((pass.items + 4 * graph.threads - 1) / (4 * graph.threads), 1);   // work for every thread
    const Index items = std::max<Index>(std::min(wanted, balanced), 1);
    pass.block_items = std::max<Index>(items / pass.grain, 1) * pass.grain;
    pass.tokens = std::max<Index>(graph.threads + 1, 2);
    const Index available = memory_bytes - resident_bytes;
    while (total() > available && pass.block_items > pass.grain) pass.block_items = std::max(pass.block_items / pass.grain / 2, Index{1}) * pass.grain;
    while (total() > available && pass.tokens > 1) --pass.tokens;
    return total();
}

}  // namespace sluice
