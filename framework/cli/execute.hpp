// SPDX-License-Identifier: BSD-3-Clause
// From a checked recipe to a kept result, with progress and Ctrl-C: what run and replay share.
#pragma once

#include <filesystem>

#include <sluice/host/plan.hpp>
#include <sluice/host/run.hpp>

#include "options.hpp"
#include "progress.hpp"

namespace sluice::cli {

struct Execution {
    std::vector<PlannedArray> kept;
    RunResult result;
};

/// Plans and runs. Ctrl-C and SIGTERM cancel it, a second one ends the program at once.
Execution execute(const Recipe& recipe, const Plugins& plugins, const Options& options, const std::filesystem::path& output,
                  ProgressStyle style);

/// Warnings and failed checks, on stderr.
void print_warnings(const RunResult& result);
/// 0, or that of failed quality checks.
int exit_code(const RunResult& result);

}  // namespace sluice::cli
