// SPDX-License-Identifier: BSD-3-Clause
// From a checked recipe to a kept result, with progress and Ctrl-C: what run and replay share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sluice/host/plan.hpp>
#include <sluice/host/run.hpp>

#include "options.hpp"
#include "progress.hpp"

namespace sluice::cli {

/// A kept array as the file names it: "net" for a step's default output, else "invariant.integrand".
struct KeptArray {
    std::string label;
    std::string port;   ///< of the step's default output, where the label does not say which of several it is; else ""
    Description description;
};

struct Execution {
    std::vector<KeptArray> kept;    ///< the default output first
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
