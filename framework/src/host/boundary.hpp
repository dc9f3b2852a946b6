// SPDX-License-Identifier: BSD-3-Clause
// The host's side of the plugin boundary: what the opaque handles of abi.h point at, and how calls into a plugin are made.
#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host/array.hpp>
#include <sluice/host/error.hpp>
#include <sluice/host/events.hpp>
#include <sluice/host/plugins.hpp>
#include <sluice/host/recipe.hpp>

namespace sluice {

/// Elements begin, begin+step, … (count) of one dimension.
struct Selection {
    std::string dim;
    Index begin = 0, step = 1, count = 0;
};

/// Memory that views handed to a plugin point into; lives as long as its owner.
struct ViewArena {
    std::deque<std::vector<sluice_text>> texts;
    std::deque<std::vector<Index>> shapes;
};

/// What all calls for one step share. Threads log through it at once.
struct StepState {
    std::string name;           ///< "net"
    std::string where;          ///< "recipe.json:31:18: step 'net' (background_subtraction)"
    const Manifest* manifest = nullptr;
    Json parameters;
    EventSink events;
    const std::atomic<bool>* cancel = nullptr;
    std::atomic<bool> stop{false};  ///< another block of the pass has failed
    std::set<std::string> wanted;   ///< outputs that the recipe keeps, checks or hands to a step

    std::mutex mutex;
    std::vector<std::string> warnings;
    std::map<std::string, Json> resolved;
    std::vector<std::filesystem::path> files;
    std::deque<std::string> texts;               ///< handed out by text() and json()
    std::deque<std::vector<double>> number_lists;
    std::atomic<std::int64_t> nanoseconds{0};
};

/// The process-wide lock for HDF5 and other libraries with global state.
std::recursive_mutex& io_mutex();

/// The table of functions that every plugin gets.
const sluice_host& host_table();

/// A text of the boundary, whose data may be null where it is empty.
inline std::string_view view(sluice_text text) {
    return text.data && text.size > 0 ? std::string_view(text.data, static_cast<std::size_t>(text.size)) : std::string_view();
}
inline sluice_text text_of(std::string_view text) { return {text.data(), static_cast<Index>(text.size())}; }

}  // namespace sluice

/// An array as a plugin sees it. Ports: core dims under the plugin's names. Sinks: the whole array.
struct sluice_description {
    std::string port;
    bool present = true;
    sluice::Description array;
    sluice::Dims loop;
    std::map<std::string, sluice::Unit> coordinate_units;   ///< of those that plugin.json declares, as handed over
    std::shared_ptr<const sluice::Array> value;       ///< of a static input
    std::optional<sluice::Selection> selection;       ///< outputs of a selecting plugin
    std::vector<std::string> dropped_coordinates;
    mutable std::string refused;                      ///< what the host could not do with it, for the planner
    mutable sluice::ViewArena arena;
};

/// One call into a plugin.
struct sluice_context {
    explicit sluice_context(sluice::StepState& state) : step(&state) {}
    sluice::StepState* step;
    struct Failure {
        int error;
        std::int64_t item;
        std::string message;
    };
    std::optional<Failure> failure;
    std::exception_ptr thrown;   ///< by the event sink
};

namespace sluice {

/// Names the loop item of a block for an error: "train 137", or "" without loop dimensions.
using ItemName = std::function<std::string(Index item)>;

/// Runs `call(context)`; a failure becomes an Error with step, plugin and loop item in front of the plugin's sentence. What
/// an event sink threw is thrown again.
void call_plugin(StepState& step, const std::function<std::int32_t(sluice_context&)>& call, const ItemName& name = {});

}  // namespace sluice
