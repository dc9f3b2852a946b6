// SPDX-License-Identifier: BSD-3-Clause
// Runs a plan.
#include <sluice/host/run.hpp>

#include <chrono>
#include <mutex>
#include <optional>

#include <sys/resource.h>

#include <fmt/format.h>

#include "plan/graph.hpp"
#include "run/checks.hpp"
#include "run/operands.hpp"
#include "run/provenance.hpp"
#include "run/sink.hpp"
#include "run/threads.hpp"

namespace sluice {
namespace {

Index peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<Index>(usage.ru_maxrss) * 1024;
}

/// A plan on loan: what a run says, takes and makes is its own, and the plan is left as it was.
class Loan {
public:
    explicit Loan(Graph& graph) : graph_(graph) {
        for (const auto& node : graph.nodes)
            said_.push_back({node->state->warnings, node->state->resolved, node->state->nanoseconds});
    }
    ~Loan() {
        graph_.cancel = nullptr;
        for (std::size_t n = 0; n < said_.size(); ++n) {
            auto& node = *graph_.nodes[n];
            node.state->events = {};
            node.state->cancel = nullptr;
            node.state->warnings = std::move(said_[n].warnings);
            node.state->resolved = std::move(said_[n].resolved);
            node.state->nanoseconds = said_[n].nanoseconds;
            for (auto& output : node.outputs)
                if (node.library && !node.setup) output.value.reset();
        }
        for (const auto& pass : graph_.passes) release_operands(graph_, pass);
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

private:
    struct Said {
        std::vector<std::string> warnings;
        std::map<std::string, Json> resolved;
        std::int64_t nanoseconds;
    };
    Graph& graph_;
    std::vector<Said> said_;   ///< while planning, per node
};

class Run {
public:
    Run(const Plan& plan, const RunOptions& options)
        : plan_(plan), graph_(plan.graph()), loan_(graph_), options_(options), quality_(graph_) {}

    RunResult make() {
        begin_ = std::chrono::steady_clock::now();
        for (const auto& node : graph_.nodes) {
            node->state->events = events();
            node->state->cancel = options_.cancel;
        }
        graph_.cancel = options_.cancel;
        std::vector<InputFile> files;
        std::optional<ResultFile> file;
        if (!options_.output.empty()) {
            file.emplace(graph_, options_.output, [&](const std::string& said) { tell(Event::Kind::info, said); });
            files = fingerprint_inputs(graph_, options_.full_sha256);
        }
        file_ = file ? &*file : nullptr;
        run_passes();
        hand_on_known();
        return finish(files);
    }

private:
    EventSink events() {
        if (!options_.events) return {};
        return [this](const Event& event) {
            const std::lock_guard lock(events_mutex_);
            options_.events(event);
        };
    }
    void tell(Event::Kind kind, const std::string& message) {
        if (!options_.events) return;
        Event event;
        event.kind = kind;
        event.message = message;
        events()(event);
    }

    void kept(const KeptBox& box) {
        quality_.look(box);
        if (file_) file_->write(box);
    }

    void run_passes() {
        int number = 0;
        for (const auto& pass : graph_.passes) {
            ++number;
            const auto pass_begin = std::chrono::steady_clock::now();
            PassHooks hooks;
            hooks.kept = [&](const KeptBox& box) { kept(box); };
            hooks.progress = [&](Index done, Index bytes) { progress(pass, number, done, bytes, pass_begin); };
            on_threads(graph_.threads, [&] { execute(graph_, pass, hooks); });
        }
    }

    void progress(const Pass& pass, int number, Index done, Index bytes, std::chrono::steady_clock::time_point pass_begin) {
        if (!options_.events) return;
        Event event;
        event.kind = Event::Kind::progress;
        event.step = graph_.node(pass.stages.back().node).step->name;
        event.pass = number;
        event.passes = static_cast<int>(graph_.passes.size());
        event.items_done = done;
        event.items_total = pass.items;
        event.bytes_done = bytes;
        event.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - pass_begin).count();
        event.peak_memory_bytes = peak_memory();
        events()(event);
    }

    /// Kept arrays that no pass makes: of setup steps, and arrays of the embedding program.
    void hand_on_known() {
        for (const auto& each : kept_arrays(graph_)) {
            const auto& node = graph_.node(each.node);
            if (node.setup || !node.library) hand_on_whole(graph_, each.node, each.output, [this](const KeptBox& box) { kept(box); });
        }
    }

    RunResult finish(const std::vector<InputFile>& files) {
        RunResult result;
        result.failed_checks = quality_.failed();
        result.warnings = all_warnings(graph_);
        result.provenance = make_provenance(plan_, files, result.failed_checks);
        if (graph_.options.in_memory)
            for (const auto& each : kept_arrays(graph_)) {
                const auto& value = graph_.node(each.node).outputs[static_cast<std::size_t>(each.output)].value;
                result.arrays.emplace(each.reference, *value);
            }
        if (file_) {
            file_->commit(result.provenance);
            for (auto& warning : file_->warnings()) result.warnings.push_back(std::move(warning));
            tell(Event::Kind::written, options_.output.string());
        }
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
        return result;
    }

    const Plan& plan_;
    Graph& graph_;
    const Loan loan_;
    const RunOptions& options_;
    QualityMonitor quality_;
    ResultFile* file_ = nullptr;
    std::mutex events_mutex_;
    std::chrono::steady_clock::time_point begin_;
};

}  // namespace

RunResult run(const Plan& plan, const RunOptions& options) { return Run(plan, options).make(); }

}  // namespace sluice
