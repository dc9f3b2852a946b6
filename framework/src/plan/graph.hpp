// SPDX-License-Identifier: BSD-3-Clause
// The inside of a plan: nodes (steps), the operands that their inputs read, and passes over the data.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sluice/host/plan.hpp>

#include "host/boundary.hpp"

namespace sluice {

/// 1e6 bytes, as memory is shown.
inline double megabytes(Index bytes) { return static_cast<double>(bytes) / 1e6; }

/// Where the elements of a loop item lie: base + sum of the strides of the streamed dims + the offset of the inner item.
struct ItemLayout {
    std::vector<Index> stream_strides;   ///< per streamed dim of the pass, in elements; 0 where it is broadcast
    std::vector<Index> inner_offsets;    ///< per inner loop item
};

/// Values on their way into a plugin may have to be brought into loop-first order, converted to float64, scaled.
struct Adaption {
    bool needed = false;
    std::vector<Index> shape;     ///< of the rest (all but the streamed dims, or the whole resident array) in the new order
    std::vector<Index> strides;   ///< of the old order, in elements, per new dim
    bool to_float64 = false;
    double factor = 1;
};

/// One mask of an input, as it must be united for the plugin.
struct MaskOperand {
    std::string name;
    std::shared_ptr<const Array> values;   ///< null: streams with the producer
    ItemLayout layout;
    std::vector<Index> core_strides;       ///< per core dim; 0 where the mask does not have it
};

struct CoordinateOperand {
    std::string name;                      ///< the plugin's
    bool present = false;
    Dims dims;                             ///< loop dims, then core dims
    Unit unit;
    std::vector<double> values;
    ItemLayout layout;
    Index count = 0;                       ///< core elements
};

/// An input of a step, resolved.
struct Operand {
    std::string port;
    const InputPort* declaration = nullptr;   ///< null: a per_item parameter
    bool connected = false;
    int node = -1, output = -1;
    std::vector<std::string> core;            ///< the data's dims, in the order that the plugin sees
    std::vector<std::string> core_names;      ///< the plugin's names of them
    std::vector<std::string> core_of;         ///< the core dim of plugin.json that each belongs to: of a pack its name
    std::vector<std::string> loop;            ///< the rest of the data's dims
    Description description;                  ///< of the producer's array
    Unit unit;                                ///< as handed over
    std::unique_ptr<sluice_description> view; ///< for probe and prepare

    // How it is read while a pass runs.
    bool streamed = false;
    DType dtype = DType::float64;             ///< as handed over
    bool variances = false;
    Adaption adaption;
    ItemLayout layout;                        ///< in the adapted layout
    Index count = 1;                          ///< core elements
    std::vector<Index> core_shape;
    std::vector<MaskOperand> masks;
    bool mask_streams = false;                ///< united anew for every block
    std::shared_ptr<const Array> fixed_mask;  ///< over the core dims: all masks, when no item has others
    std::vector<CoordinateOperand> coordinates;
    double constant = 0;                      ///< of a per_item parameter without a step
    Array resident;                           ///< adapted, set when the pass begins

    [[nodiscard]] bool is_per_item() const { return !declaration; }
    [[nodiscard]] bool is_described() const { return declaration && declaration->described; }
    /// Is the step's loop over its loop dims?
    [[nodiscard]] bool loops() const { return is_per_item() || (!declaration->is_static && !declaration->described); }
};

struct Output {
    const OutputPort* declaration = nullptr;
    std::unique_ptr<sluice_description> view;
    Description description;       ///< loop and core dims
    Dims core;
    std::vector<Index> core_shape;
    Index count = 1;               ///< core elements
    bool mask = false;             ///< streams a mask with its values
    std::string mask_name;
    Dims mask_dims;                ///< of that mask: a source's may have fewer dims than the values
    bool kept = false;
    bool wanted_resident = false;
    std::optional<Array> value;    ///< once computed, when resident
};

struct Node {
    const Step* step = nullptr;
    std::shared_ptr<const Library> library;    ///< null: the built-in `memory`
    const Manifest* manifest = nullptr;
    std::unique_ptr<StepState> state;
    std::vector<Operand> inputs;
    std::vector<Operand> per_item;
    std::vector<Output> outputs;
    Dims loop;                                 ///< of its items; a reduce: including the dim it runs over
    std::string over;
    sluice_needs needs{};
    std::shared_ptr<void> prepared;
    int pass = -1;                             ///< index into passes; -1: not in any (a source is read where it is used)
    bool setup = false;
    bool selects = false;
    /// A selection folded into a source: what of the source's own dims is read, outermost selection last.
    int source = -1;
    std::vector<Selection> windows;
    Index halo_before = 0, halo_after = 0;

    [[nodiscard]] bool is_source() const { return manifest->kind == PluginKind::source; }
    [[nodiscard]] bool is_reduce() const { return manifest->kind == PluginKind::reduce; }
    [[nodiscard]] const sluice_plugin& table() const { return library->table(); }
};

/// f of every connected input and per_item parameter. N: Node or const Node.
template <class N, class F>
void for_each_connected(N& node, const F& f) {
    for (auto* operands : {&node.inputs, &node.per_item})
        for (auto& operand : *operands)
            if (operand.connected) f(operand);
}

/// A state that a plugin's constructor made, and what was said of it: true of all steps that use it.
struct Prepared {
    std::shared_ptr<void> state;
    std::vector<std::string> warnings;
    std::map<std::string, Json> resolved;
    std::vector<std::filesystem::path> files;
};

/// A node within a pass.
struct Stage {
    int node = -1;
    Index inner = 1;                        ///< loop items per streamed item
    Index extend_before = 0, extend_after = 0;   ///< items beyond the block that later halos need
    std::vector<Index> fetch_order;         ///< sources: position of each own dim in [streamed dims, rest]; empty: as is
    bool home = true;                       ///< here its outputs are kept and published: of the passes that read a source, one at most
};

/// States of 2^tree_levels leaves are merged in a binary tree, then onto the sum of all before.
constexpr Index tree_levels = 4;
/// The most states that wait at a time: the sum, one per level of the tree, and the one that comes in.
constexpr Index states_held = tree_levels + 2;

struct Pass {
    Dims over;
    Index items = 1;                        ///< product of `over`
    std::vector<Stage> stages;              ///< sources first, then in order
    bool within_outer = false;              ///< blocks do not cross the outer dims (halo or reduce)
    Index item_bytes = 0;                   ///< of all buffers, per item
    Index grain = 1, block_items = 1, tokens = 1;
    Index fixed_bytes = 0;                  ///< adapted residents, and states of reduces
};

class Graph {
public:
    Recipe recipe;
    std::vector<std::shared_ptr<Node>> nodes;
    std::map<std::string, int> index;        ///< by step name
    std::vector<Pass> passes;
    PlanOptions options;
    std::map<std::string, Prepared> prepared;                ///< by the hash of what made them
    std::shared_ptr<const Library> sink;
    const std::atomic<bool>* cancel = nullptr;               ///< of the run in progress
    int threads = 1;

    [[nodiscard]] bool cancelled() const { return cancel && cancel->load(std::memory_order_relaxed); }

    [[nodiscard]] Node& node(int i) const { return *nodes[static_cast<std::size_t>(i)]; }
    [[nodiscard]] Output& output(const Operand& operand) const {
        return node(operand.node).outputs[static_cast<std::size_t>(operand.output)];
    }
};

}  // namespace sluice
