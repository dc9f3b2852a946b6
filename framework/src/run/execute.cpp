// SPDX-License-Identifier: BSD-3-Clause
// Executes one pass: a pipeline of fetch (serial, in order), compute (parallel), keep (serial, in order).
#include "run/execute.hpp"

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>

#include <tbb/parallel_pipeline.h>

#include "run/adapt.hpp"
#include "run/fetch.hpp"
#include "run/leaves.hpp"
#include "run/operands.hpp"
#include "run/publish.hpp"
#include "run/reduce.hpp"

namespace sluice {
namespace {

/// The mask of every value in a box, of one that may have fewer dims.
std::vector<std::uint8_t> spread(const std::uint8_t* mask, const Output& output, std::span<const Index> count) {
    std::vector<Index> strides(count.size(), 0);
    Index stride = 1, size = 1;
    for (auto dim = output.mask_dims.rbegin(); dim != output.mask_dims.rend(); ++dim) {
        const auto at = *find_dim(output.description.dims, dim->name);
        strides[at] = stride;
        stride *= count[at];
    }
    for (const auto n : count) size *= n;
    std::vector<std::uint8_t> every(index(size), 0);
    unite_masks(mask, count, strides, every.data());
    return every;
}

void hand_on_box(KeptBox box, const Output& output, const std::function<void(const KeptBox&)>& kept) {
    std::vector<std::uint8_t> every;
    if (box.mask && output.mask_dims != output.description.dims) {
        every = spread(box.mask, output, box.count);
        box.mask = every.data();
    }
    kept(box);
}

class PassRun {
public:
    PassRun(Graph& graph, const Pass& pass, const PassHooks& hooks)
        : graph_(graph), pass_(pass), hooks_(hooks), blocks_(blocks_of(pass)) {
        for (Index i = 0; i < pass.tokens; ++i) slots_.push_back(std::make_unique<Slot>());
        mergers_.resize(pass.stages.size());
        whole_.resize(pass.stages.size());
        for (std::size_t i = 0; i < pass.stages.size(); ++i) {
            const auto& node = graph.node(pass.stages[i].node);
            node.state->stop = false;   // of an earlier run of the plan that failed
            if (node.is_reduce()) mergers_[i] = std::make_unique<Merger>(graph, pass, pass.stages[i]);
            else if (pass.stages[i].home) allocate_residents(node, whole_[i]);
        }
    }

    void run() {
        { const Handover::Turn fetch(fetching_), keep(keeping_); }   // what was made until here
        try {
            stream();
        } catch (...) {
            if (failure_) std::rethrow_exception(failure_);   // the first one, not that of a block which it stopped
            throw;
        }
        const Handover::Turn mine(keeping_);
        for (std::size_t i = 0; i < pass_.stages.size(); ++i) publish(i);
    }

    ~PassRun() {   // after an error: what was fetched and never decoded
        for (const auto& slot : slots_) {
            const Handover::Turn with(slot->handover);
            for (std::size_t i = 0; i < slot->stages.size(); ++i)
                if (graph_.node(pass_.stages[i].node).source >= 0) discard_block(graph_, pass_.stages[i], slot->stages[i]);
        }
    }
    PassRun(const PassRun&) = delete;
    PassRun& operator=(const PassRun&) = delete;

private:
    void stream() {
        tbb::parallel_pipeline(
            static_cast<std::size_t>(pass_.tokens),
            tbb::make_filter<void, Slot*>(tbb::filter_mode::serial_in_order,
                                          [this](tbb::flow_control& flow) -> Slot* {
                                              const Handover::Turn mine(fetching_);
                                              if (next_ == blocks_.size()) return flow.stop(), nullptr;
                                              Slot& slot = slot_of(next_);
                                              const Handover::Turn with(slot.handover);
                                              stopping_others([&] { fetch(slot); });
                                              return &slot;
                                          }) &
                tbb::make_filter<Slot*, Slot*>(tbb::filter_mode::parallel,
                                               [this](Slot* slot) {
                                                   const Handover::Turn with(slot->handover);
                                                   stopping_others([&] { compute(*slot); });
                                                   return slot;
                                               }) &
                tbb::make_filter<Slot*, void>(tbb::filter_mode::serial_in_order, [this](Slot* slot) {
                    const Handover::Turn mine(keeping_), with(slot->handover);
                    keep(slot);
                }));
    }

    /// Plugins in other blocks are told to stop when a block fails: what they do would be for nothing.
    template <class Work>
    void stopping_others(const Work& work) {
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(failing_);
            if (!failure_) failure_ = std::current_exception();
            for (const auto& stage : pass_.stages) graph_.node(stage.node).state->stop = true;
            throw;
        }
    }

    void throw_if_cancelled() const {
        if (graph_.cancelled()) throw Error(ErrorKind::interrupted, "interrupted: nothing was kept");
    }

    /// Items that a stage covers: the block, and what later halos need of it, within the row.
    void cover(const Stage& stage, const Slot& slot, StageMemory& memory) const {
        memory.begin = slot.begin;
        memory.end = slot.end;
        if (stage.extend_before + stage.extend_after == 0) return;
        const Index length = pass_.over.back().size, row = slot.begin / length * length;
        memory.begin = std::max(row, slot.begin - stage.extend_before);
        memory.end = std::min(row + length, slot.end + stage.extend_after);
    }

    /// In turn: blocks are kept in order, and no more than these are in flight. So all are in use from the start, and the
    /// peak of memory does not depend on luck or on the length of the data.
    Slot& slot_of(std::size_t block) { return *slots_[block % slots_.size()]; }

    void fetch(Slot& slot) {
        throw_if_cancelled();
        const auto range = blocks_[next_];
        const Leaves leaves(pass_);
        slot.number = static_cast<Index>(next_++);
        slot.first_leaf = range.first;
        slot.last_leaf = range.last;
        slot.begin = leaves.begin(range.first);
        slot.end = leaves.end(range.last - 1);
        slot.bytes_read = 0;
        slot.stages.resize(pass_.stages.size());
        for (std::size_t i = 0; i < pass_.stages.size(); ++i) {
            const auto& stage = pass_.stages[i];
            cover(stage, slot, slot.stages[i]);
            slot.stages[i].outputs.resize(graph_.node(stage.node).outputs.size());
            if (graph_.node(stage.node).source >= 0) slot.bytes_read += fetch_block(graph_, pass_, stage, slot.stages[i]);
        }
    }

    void compute(Slot& slot) {
        throw_if_cancelled();
        if (graph_.options.before_block) graph_.options.before_block(slot.number);
        for (std::size_t i = 0; i < pass_.stages.size(); ++i) {
            const auto& stage = pass_.stages[i];
            auto& node = graph_.node(stage.node);
            auto& memory = slot.stages[i];
            if (node.source >= 0) {
                decode_block(graph_, pass_, stage, memory);
                continue;
            }
            bind_operands(graph_, pass_, stage, slot, memory);
            if (node.is_reduce()) {
                add_leaves(graph_, pass_, stage, slot, memory);
                continue;
            }
            bind_outputs(node, stage, memory);
            auto views = views_of(graph_, pass_, stage, memory, 0, memory.items() * stage.inner);
            call_plugin(
                *node.state,
                [&](sluice_context& context) { return node.table().run(node.prepared.get(), &context, &host_table(), &views.block); },
                [&](Index item) { return name_of_item(node, pass_, stage, memory, item); });
        }
    }

    void keep(Slot* slot) {
        for (std::size_t i = 0; i < pass_.stages.size(); ++i) {
            if (mergers_[i]) mergers_[i]->take(*slot, slot->stages[i]);
            else if (pass_.stages[i].home) keep_outputs(i, *slot);
        }
        items_done_ += slot->end - slot->begin;
        bytes_read_ += slot->bytes_read;
        if (hooks_.progress) hooks_.progress(items_done_, bytes_read_);
    }

    /// Copies a stage's block into resident arrays and hands boxes of kept ones on.
    void keep_outputs(std::size_t i, const Slot& slot) {
        const auto& node = graph_.node(pass_.stages[i].node);
        const auto& memory = slot.stages[i];
        for (std::size_t o = 0; o < node.outputs.size(); ++o) {
            const auto& output = node.outputs[o];
            const Index per_item = volume(output.description.dims) / pass_.items;
            const Index skip = slot.begin - memory.begin;
            const Index size = size_of(output.description.dtype);
            const auto* values = memory.outputs[o].values.data() + skip * per_item * size;
            const auto* variances = output.description.variances ? memory.outputs[o].variances.data() + skip * per_item * 8 : nullptr;
            const Index mask_per_item = output.mask ? volume(output.mask_dims) / pass_.items : 0;
            const auto* mask = output.mask ? memory.outputs[o].mask.data() + skip * mask_per_item : nullptr;
            if (output.wanted_resident) {
                const Index count = slot.end - slot.begin;
                std::memcpy(whole_[i][o].values.data() + slot.begin * per_item * size, values, index(count * per_item * size));
                if (variances) std::memcpy(whole_[i][o].variances.data() + slot.begin * per_item * 8, variances, index(count * per_item * 8));
                if (mask) std::memcpy(whole_[i][o].mask.data() + slot.begin * mask_per_item, mask, index(count * mask_per_item));
            } else if (output.kept && hooks_.kept) {
                hand_on(pass_.stages[i].node, static_cast<int>(o), output, slot, values, variances, mask);
            }
        }
    }

    void hand_on(int node, int o, const Output& output, const Slot& slot, const std::byte* values, const std::byte* variances,
                 const std::byte* mask) const {
        const auto& dims = output.description.dims;
        const Index per_item = volume(dims) / pass_.items, mask_per_item = volume(output.mask_dims) / pass_.items;
        for_each_run(pass_.over, slot.begin, slot.end, [&](const std::vector<Index>& at, Index count) {
            std::vector<Index> start(dims.size(), 0), extent;
            for (const auto& dim : dims) extent.push_back(dim.size);
            for (std::size_t d = 0; d < at.size(); ++d) {
                start[d] = at[d];
                extent[d] = d + 1 == at.size() ? count : 1;
            }
            hand_on_box({node, o, start, extent, values, reinterpret_cast<const double*>(variances),
                         reinterpret_cast<const std::uint8_t*>(mask)}, output, hooks_.kept);
            values += count * per_item * size_of(output.description.dtype);
            if (variances) variances += count * per_item * 8;
            if (mask) mask += count * mask_per_item;
        });
    }

    void allocate_residents(const Node& node, std::vector<OutputMemory>& whole) const {
        whole.resize(node.outputs.size());
        for (std::size_t o = 0; o < node.outputs.size(); ++o) {
            const auto& output = node.outputs[o];
            if (!output.wanted_resident) continue;
            const Index count = volume(output.description.dims);
            whole[o].values.get(count * size_of(output.description.dtype));
            if (output.description.variances) whole[o].variances.get(count * 8);
            if (output.mask) whole[o].mask.get(volume(output.mask_dims));
        }
    }

    /// Resident outputs become arrays; kept ones among them are handed on whole.
    void publish(std::size_t i) {
        if (!pass_.stages[i].home) return;
        auto& node = graph_.node(pass_.stages[i].node);
        if (mergers_[i]) mergers_[i]->publish();
        for (std::size_t o = 0; o < node.outputs.size(); ++o) {
            auto& output = node.outputs[o];
            if (!mergers_[i] && output.wanted_resident) publish_output(output, whole_[i][o]);
            if (!output.kept || !output.value || !hooks_.kept) continue;
            hand_on_whole(graph_, pass_.stages[i].node, static_cast<int>(o), hooks_.kept);
        }
    }

    Graph& graph_;
    const Pass& pass_;
    const PassHooks& hooks_;
    std::vector<LeafRange> blocks_;
    std::size_t next_ = 0;
    Index items_done_ = 0, bytes_read_ = 0;
    std::vector<std::unique_ptr<Slot>> slots_;
    Handover fetching_, keeping_;   ///< of `next_`, of mergers and what is kept
    std::mutex failing_;
    std::exception_ptr failure_;
    std::vector<std::unique_ptr<Merger>> mergers_;
    std::vector<std::vector<OutputMemory>> whole_;
};

/// A selection that could not be folded into a source: a part of a resident array.
void select(Graph& graph, Node& node) {
    const auto& window = node.windows.back();
    const auto& whole = *graph.output(node.inputs[0]).value;
    auto& output = node.outputs[0];
    Description description = output.description;   // coordinates and masks are cut already
    const auto part = whole.select(window.dim, window.begin, window.step, window.count);
    for (auto& mask : description.masks)
        for (const auto& cut : part.description().masks)
            if (!mask.values && cut.name == mask.name) mask.values = cut.values;
    output.value = part.with(std::move(description));
}

}  // namespace

void hand_on_whole(const Graph& graph, int node, int o, const std::function<void(const KeptBox&)>& kept) {
    const auto& output = graph.node(node).outputs[index(o)];
    const auto& array = *output.value;
    std::vector<Index> start(array.dims().size(), 0), extent;
    for (const auto& dim : array.dims()) extent.push_back(dim.size);
    const std::uint8_t* mask = nullptr;
    if (output.mask)
        for (const auto& each : array.description().masks)
            if (each.name == output.mask_name) mask = reinterpret_cast<const std::uint8_t*>(each.values->data());
    const auto* variances = array.variances().empty() ? nullptr : array.variances().data();
    hand_on_box({node, o, start, extent, array.data(), variances, mask}, output, kept);
}

void execute(Graph& graph, const Pass& pass, const PassHooks& hooks) {
    if (auto& node = graph.node(pass.stages[0].node); node.selects && node.source < 0) {
        select(graph, node);
        if (node.outputs[0].kept && hooks.kept) hand_on_whole(graph, pass.stages[0].node, 0, hooks.kept);
        if (hooks.progress) hooks.progress(pass.items, 0);
        return;
    }
    prepare_operands(graph, pass);
    PassRun(graph, pass, hooks).run();
    release_operands(graph, pass);
}

}  // namespace sluice
