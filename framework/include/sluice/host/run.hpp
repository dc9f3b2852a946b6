// SPDX-License-Identifier: BSD-3-Clause
// Runs a plan: streams blocks through the graph on oneTBB and keeps the result atomically.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sluice/host/plan.hpp>

namespace sluice {

struct RunOptions {
    std::filesystem::path output;               ///< empty: no file
    const std::atomic<bool>* cancel = nullptr;  ///< becomes true: stop and throw Error(interrupted)
    bool full_sha256 = false;                   ///< of inputs of any size
    EventSink events;
};

struct FailedCheck {
    std::string on;
    std::string message;
};

struct RunResult {
    std::map<std::string, Array> arrays;   ///< by "step.port", with PlanOptions::in_memory
    std::vector<std::string> warnings;
    std::vector<FailedCheck> failed_checks;
    Json provenance;                       ///< what is kept in the file
    double seconds = 0;
};

/// A plan may be run again, but not twice at once: a run leaves it as it was.
/// Throws Error, and what an event sink throws; then no file is at `output` that was not there before. An earlier file there is
/// replaced only when the new one is complete. A failed quality check still keeps the result: the caller turns it into exit
/// code 5.
RunResult run(const Plan& plan, const RunOptions& options = {});

}  // namespace sluice
