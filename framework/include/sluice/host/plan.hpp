// SPDX-License-Identifier: BSD-3-Clause
// From a checked recipe to a plan: every array's shape and unit, the passes over the data, blocks and peak memory.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sluice/host/events.hpp>
#include <sluice/host/plugins.hpp>
#include <sluice/host/recipe.hpp>

namespace sluice {

struct PlanOptions {
    int threads = 0;               ///< 0: as many as the machine has
    Index memory_bytes = 0;        ///< 0: half of the machine's memory
    /// Arrays that the embedding program hands over, for steps that use the built-in source `memory` (by its `name`).
    std::map<std::string, Array> arrays;
    bool in_memory = false;        ///< run also returns the kept arrays, which are then held whole
    /// Fault injection for tests: called at the start of every block on its worker thread.
    std::function<void(Index block)> before_block;
    /// Without reading bulk data, plan opens the input files and runs the setup steps: what these say, and what stops them.
    EventSink events;
    const std::atomic<bool>* cancel = nullptr;   ///< becomes true: stop and throw Error(interrupted)
};

/// What plan tells of one array.
struct PlannedArray {
    std::string reference;      ///< "net.net"
    std::string plugin;
    Description description;
    bool kept = false;
    bool resident = false;      ///< held whole in memory between passes
    int pass = 0;               ///< 0: a setup step, run by plan; else 1…
};

struct PlannedPass {
    std::vector<std::string> steps;
    Dims over;                  ///< the dimensions that are streamed
    Index items = 1;
    Index grain = 1;            ///< items of a leaf: fixed by the recipe and the dimensions alone
    Index block_items = 1;      ///< items of a block: whole leaves
    Index blocks_in_flight = 1;
    Index block_bytes = 0;
};

class Graph;  // the plan's inside

/// Ready to run. Holds open sources, prepared states and the values of setup steps.
class Plan {
public:
    /// Throws Error: recipe (what probe refuses), data (files), plugin, memory (with what would fit).
    static Plan make(const Recipe& recipe, const Plugins& plugins, const PlanOptions& options = {});

    [[nodiscard]] const Recipe& recipe() const;
    [[nodiscard]] const std::vector<PlannedArray>& arrays() const noexcept { return arrays_; }
    [[nodiscard]] const std::vector<PlannedPass>& passes() const noexcept { return passes_; }
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }  ///< conversions, gathers, …
    [[nodiscard]] Index peak_memory_bytes() const noexcept { return peak_memory_bytes_; }
    [[nodiscard]] Index output_bytes() const noexcept { return output_bytes_; }
    [[nodiscard]] Index memory_limit_bytes() const noexcept { return memory_limit_bytes_; }
    [[nodiscard]] int threads() const noexcept { return threads_; }
    [[nodiscard]] Graph& graph() const noexcept { return *graph_; }

private:
    friend class Planner;
    std::shared_ptr<Graph> graph_;
    std::vector<PlannedArray> arrays_;
    std::vector<PlannedPass> passes_;
    std::vector<std::string> notes_;
    Index peak_memory_bytes_ = 0, output_bytes_ = 0, memory_limit_bytes_ = 0;
    int threads_ = 1;
};

/// The plan as JSON, for `--format json`; and as text for people.
Json to_json(const Plan& plan);
std::string to_text(const Plan& plan);

/// The built-in source `memory`: arrays of an embedding program.
const Manifest& memory_manifest();

}  // namespace sluice
