// SPDX-License-Identifier: BSD-3-Clause
// From a checked recipe to a plan.
#include <sluice/host/plan.hpp>

#include <algorithm>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>

#include "plan/bind.hpp"
#include "plan/passes.hpp"
#include "run/execute.hpp"
#include "run/threads.hpp"

namespace sluice {
namespace {

constexpr Index program_bytes = Index{48} << 20;   ///< libraries, HDF5's caches, stacks: measured on an empty run

Index machine_memory() { return static_cast<Index>(sysconf(_SC_PHYS_PAGES)) * static_cast<Index>(sysconf(_SC_PAGE_SIZE)); }


}  // namespace

class Planner {
public:
    Planner(const Recipe& recipe, const Plugins& plugins, const PlanOptions& options) : plugins_(plugins) {
        plan_.graph_ = std::make_shared<Graph>();
        graph().recipe = recipe;
        graph().options = options;
        graph().cancel = options.cancel;
        const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        plan_.threads_ = graph().threads = options.threads > 0 ? options.threads : cores;
        plan_.memory_limit_bytes_ = options.memory_bytes > 0 ? options.memory_bytes : machine_memory() / 2;
    }

    Plan make() {
        for (const auto& step : graph().recipe.steps) add(step);
        graph().sink = open_sink();
        mark_kept();
        graph().passes = form_passes(graph(), plan_.notes_);
        if (graph().options.in_memory) hold_kept();
        size(graph().passes, "this needs");
        on_threads(plan_.threads_, [&] {
            for (const auto& node : graph().nodes) prepare(graph(), *node);
        });
        describe();
        let_go();
        return std::move(plan_);
    }

private:
    Graph& graph() { return *plan_.graph_; }

    void add(const Step& step) {
        const int n = static_cast<int>(graph().nodes.size());
        const auto evaluate = [this](int node, int output) -> const Array& { return this->evaluate(node, output); };
        std::shared_ptr<const Library> library;
        const Manifest* manifest = &memory_manifest();
        if (step.plugin != manifest->id) {
            library = plugins_.open(step.plugin);
            manifest = &library->manifest();
        }
        auto node = make_node(graph(), step, std::move(library), *manifest, evaluate, plan_.notes_);
        node->state->cancel = graph().cancel;
        if (node->is_source()) node->source = n;
        if (!node->library) take_array(*node);
        if (node->selects) fold(*node);
        refuse_empty(*node);
        graph().nodes.push_back(std::move(node));
        graph().index[step.name] = n;
    }

    /// Here for all: what runs later, in a pass or as a set-up step, has items.
    static void refuse_empty(const Node& node) {
        Dims dims = node.loop;
        if (node.source >= 0 && node.library) {
            dims = node.outputs[0].description.dims;
            dims.resize(std::min<std::size_t>(dims.size(), 1));
        }
        for (const auto& dim : dims)
            if (dim.size == 0)
                throw Error(ErrorKind::data, fmt::format("{}: there is nothing to run over: dimension '{}' has no elements",
                                                         node.state->where, dim.name));
    }

    /// The built-in `memory`: the array of the embedding program.
    void take_array(Node& node) {
        const auto name = node.step->with.value("name", std::string());
        const auto found = graph().options.arrays.find(name);
        if (found == graph().options.arrays.end())
            throw Error(ErrorKind::recipe, fmt::format("{}: no array '{}' was handed over by the program that embeds sluice", node.state->where, name));
        auto& output = node.outputs[0];
        output.description = found->second.description();
        output.core = output.description.dims;
        for (const auto& dim : output.core) output.core_shape.push_back(dim.size);
        output.count = volume(output.core);
        output.value = found->second;
        output.wanted_resident = true;
    }

    /// A selection of a source reads less; of anything else it is a copy of a part. Steps are taken along the first dim
    /// of a source only: there every element is a read of its own.
    void fold(Node& node) {
        const auto& operand = node.inputs[0];
        const auto& producer = graph().node(operand.node);
        const auto& window = node.windows[0];
        if (producer.source < 0 || !producer.library) return;
        if (window.step != 1 && window.dim != producer.outputs[0].description.dims[0].name) return;
        node.source = producer.source;
        auto windows = producer.windows;
        windows.push_back(node.windows[0]);
        node.windows = std::move(windows);
    }

    /// A setup step: run now, whole, with all that leads to it.
    const Array& evaluate(int n, int o) {
        const auto& output = graph().node(n).outputs[static_cast<std::size_t>(o)];
        if (!output.value) run_setup(n);
        return *output.value;
    }
    void run_setup(int n) {
        std::vector<int> steps;
        take_for_setup(n, steps);
        std::vector<Pass> passes;
        for (const int step : steps) passes.push_back(single_pass(graph(), step));
        size(passes, "the set-up steps alone need");   // all of them, before the first reads anything
        on_threads(plan_.threads_, [&] {
            for (const auto& pass : passes) {
                auto& node = graph().node(pass.stages[0].node);
                prepare(graph(), node.source >= 0 ? graph().node(node.source) : node);
                execute(graph(), pass, {});
            }
        });
    }
    /// The steps that lead to a node and have not run, in order.
    void take_for_setup(int n, std::vector<int>& steps) {
        auto& node = graph().node(n);
        if (node.setup || !node.library) return;
        node.setup = true;
        for (auto& each : node.outputs) each.wanted_resident = true;
        if (node.source < 0 || !node.selects)
            for_each_connected(node, [&](const Operand& operand) { take_for_setup(operand.node, steps); });
        steps.push_back(n);
    }

    Index resident_bytes(int n) const {
        const auto& node = plan_.graph_->node(n);
        Index bytes = 0;
        for (const auto& output : node.outputs)
            if (output.wanted_resident || node.is_reduce()) bytes += output.description.bytes();
        return node.library ? bytes : 0;   // arrays of the embedding program are its own
    }

    /// Only what writes a file needs it: an embedding program may run without.
    std::shared_ptr<const Library> open_sink() {
        const auto& format = graph().recipe.format;
        return plugins_.catalogue().contains(format) ? plugins_.open(format) : nullptr;
    }

    void mark_kept() {
        for (const auto& reference : graph().recipe.keep) {
            auto& node = graph().node(graph().index.at(reference.step));
            for (auto& output : node.outputs)
                if (output.declaration->name == reference.port) {
                    output.kept = true;
                    plan_.output_bytes_ += output.description.bytes();
                }
        }
    }

    void hold_kept() {
        for (const auto& node : graph().nodes)
            for (auto& output : node->outputs) output.wanted_resident = output.wanted_resident || output.kept;
    }

    void size(std::vector<Pass>& passes, const char* needs) {
        Index resident = program_bytes;
        for (int n = 0; n < static_cast<int>(graph().nodes.size()); ++n) resident += resident_bytes(n) + graph().node(n).needs.prepared_bytes;
        Index largest = 0;
        for (auto& pass : passes) largest = std::max(largest, size_pass(graph(), pass, plan_.memory_limit_bytes_, resident));
        plan_.peak_memory_bytes_ = std::max(plan_.peak_memory_bytes_, resident + largest);
        if (resident + largest <= plan_.memory_limit_bytes_) return;
        throw Error(ErrorKind::memory,
                    fmt::format("{}: {} {:.0f} MB at least ({:.0f} MB that stay and {:.0f} MB for {} in its largest pass), "
                                "but {:.0f} MB are allowed. Give --memory {:.0f}MB, or keep or collect less",
                                graph().recipe.file.filename().string(), needs, megabytes(resident + largest), megabytes(resident), megabytes(largest),
                                largest_block(passes), megabytes(plan_.memory_limit_bytes_), std::ceil(megabytes(resident + largest))));
    }
    std::string largest_block(const std::vector<Pass>& passes) const {
        std::string text;
        Index most = -1;
        for (const auto& pass : passes)
            if (pass.item_bytes > most) {
                most = pass.item_bytes;
                const auto items = fmt::format("{} item{}", pass.block_items, pass.block_items == 1 ? "" : "s");
                text = pass.over.empty() ? fmt::format("all of step '{}'", plan_.graph_->node(pass.stages.back().node).step->name)
                                         : fmt::format("one block of {} over {}", items, to_text(pass.over));
            }
        return text;
    }

    /// The caller's own is not to be used once it has its plan.
    void let_go() {
        graph().cancel = nullptr;
        for (const auto& node : graph().nodes) {
            node->state->events = {};
            node->state->cancel = nullptr;
        }
    }

    void describe() {
        for (const auto& pass : graph().passes) {
            PlannedPass out;
            for (const auto& stage : pass.stages) out.steps.push_back(graph().node(stage.node).step->name);
            out.over = pass.over;
            out.items = pass.items;
            out.grain = pass.grain;
            out.block_items = pass.block_items;
            out.blocks_in_flight = pass.tokens;
            out.block_bytes = pass.block_items * pass.item_bytes;
            plan_.passes_.push_back(std::move(out));
        }
        for (const auto& node : graph().nodes)
            for (const auto& output : node->outputs)
                plan_.arrays_.push_back({node->step->name + "." + output.declaration->name, node->manifest->id, output.description,
                                         output.kept, output.wanted_resident || node->is_reduce(), node->setup ? 0 : node->pass + 1});
    }

    const Plugins& plugins_;
    Plan plan_;
};

Plan Plan::make(const Recipe& recipe, const Plugins& plugins, const PlanOptions& options) {
    return Planner(recipe, plugins, options).make();
}

const Recipe& Plan::recipe() const { return graph_->recipe; }

const Manifest& memory_manifest() {
    static const Manifest manifest = parse_manifest(R"({
        "id": "memory", "version": "1.0.0", "kind": "source",
        "summary": "Arrays that the program which embeds sluice hands over.",
        "outputs": {"data": {"summary": "the array of that name", "dims": {"from": "dims"}, "dtype": "", "unit": "", "variances": "probe"}},
        "parameters": {"properties": {
            "name": {"type": "string", "description": "Name under which the program handed the array over."},
            "dims": {"type": ["array", "null"], "items": {"type": "string"}, "default": null,
                     "description": "Names of its dimensions, for the check of the recipe; the array's own count."}},
            "required": ["name"]}
    })", "memory");
    return manifest;
}

}  // namespace sluice
