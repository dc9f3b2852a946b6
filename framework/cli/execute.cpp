// SPDX-License-Identifier: BSD-3-Clause
// Planning and running with signals caught.
#include "execute.hpp"

#include <atomic>
#include <csignal>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include <sluice/host/error.hpp>

namespace sluice::cli {
namespace {

std::atomic<bool> cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may write it");

extern "C" void on_signal(int) {
    if (cancelled.exchange(true)) _exit(static_cast<int>(ErrorKind::interrupted));
}

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Execution execute(const Recipe& recipe, const Plugins& plugins, const Options& options, const std::filesystem::path& output,
                  ProgressStyle style) {
    Progress progress(style);
    PlanOptions plan_options;
    plan_options.threads = options.threads;
    plan_options.memory_bytes = options.memory_bytes;
    plan_options.events = std::ref(progress);
    const Plan plan = Plan::make(recipe, plugins, plan_options);

    RunOptions run_options;
    run_options.output = output;
    run_options.cancel = &cancelled;
    run_options.full_sha256 = options.full_sha256;
    run_options.events = std::ref(progress);
    catch_signals();
    Execution execution;
    std::copy_if(plan.arrays().begin(), plan.arrays().end(), std::back_inserter(execution.kept),
                 [](const PlannedArray& each) { return each.kept; });
    execution.result = run(plan, run_options);
    return execution;
}

void print_warnings(const RunResult& result) {
    for (const std::string& warning : result.warnings) fmt::print(stderr, "warning: {}\n", warning);
    for (const FailedCheck& failed : result.failed_checks) fmt::print(stderr, "check failed: {}: {}\n", failed.on, failed.message);
}

int exit_code(const RunResult& result) {
    return result.failed_checks.empty() ? 0 : static_cast<int>(ErrorKind::quality);
}

}  // namespace sluice::cli
