// SPDX-License-Identifier: BSD-3-Clause
// Planning and running with signals caught.
#include "execute.hpp"

#include <atomic>
#include <csignal>
#include <unistd.h>

#include <functional>

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

std::vector<KeptArray> kept_arrays(const Plan& plan, const Catalogue& catalogue) {
    std::vector<KeptArray> kept;
    for (const Reference& reference : plan.recipe().keep)
        for (const PlannedArray& array : plan.arrays()) {
            const std::string full = reference.step + "." + reference.port;
            if (array.reference != full) continue;
            const auto& outputs = catalogue.at(array.plugin).outputs;
            const bool by_default = outputs.front().name == reference.port;
            const bool plain = !by_default || outputs.size() == 1 || reference.step.find(reference.port) != std::string::npos;
            kept.push_back({by_default ? reference.step : full, plain ? "" : reference.port, array.description});
        }
    return kept;
}

}  // namespace

Execution execute(const Recipe& recipe, const Plugins& plugins, const Options& options, const std::filesystem::path& output,
                  ProgressStyle style) {
    Progress progress(style);
    PlanOptions plan_options;
    plan_options.threads = options.threads;
    plan_options.memory_bytes = options.memory_bytes;
    plan_options.events = std::ref(progress);
    plan_options.cancel = &cancelled;
    catch_signals();
    const Plan plan = Plan::make(recipe, plugins, plan_options);

    RunOptions run_options;
    run_options.output = output;
    run_options.cancel = &cancelled;
    run_options.full_sha256 = options.full_sha256;
    run_options.events = std::ref(progress);
    return {kept_arrays(plan, plugins.catalogue()), run(plan, run_options)};
}

void print_warnings(const RunResult& result) {
    for (const std::string& warning : result.warnings) fmt::print(stderr, "warning: {}\n", warning);
    for (const FailedCheck& failed : result.failed_checks) fmt::print(stderr, "check failed: {}: {}\n", failed.on, failed.message);
}

int exit_code(const RunResult& result) {
    return result.failed_checks.empty() ? 0 : static_cast<int>(ErrorKind::quality);
}

}  // namespace sluice::cli
