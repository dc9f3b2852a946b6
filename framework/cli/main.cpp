// SPDX-License-Identifier: BSD-3-Clause
// The program `sluice`: its verbs, and what every failure becomes: one sentence on stderr and an exit code.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/version.hpp>
#include <sluice/sdk/abi.h>

#include "verbs.hpp"

namespace {

using namespace sluice;
using namespace sluice::cli;

constexpr Verb verbs[] = {
    {"run", "run a recipe and keep the result", run_verb},
    {"check", "find all faults of a recipe without reading data", check_verb},
    {"plan", "tell what a run would do: arrays, passes, memory", plan_verb},
    {"plugins", "list and describe the plugins that are installed", plugins_verb},
    {"recipe", "the schema and the parameters of recipes", recipe_verb},
    {"provenance", "tell how a result was made", provenance_verb},
    {"replay", "make a result again from its file alone", replay_verb},
    {"export", "write arrays of a result in another format", export_verb},
};

int fail(ErrorKind kind, const char* message) {
    fmt::print(stderr, "sluice: {}\n", message);
    return static_cast<int>(kind);
}

int run_program(const Arguments& arguments) {
    if (!arguments.empty() && arguments.front() == "--version") {
        fmt::print("sluice {} (plugin ABI {}.{})\n", SLUICE_VERSION, SLUICE_ABI_MAJOR, SLUICE_ABI_MINOR);
        return 0;
    }
    return dispatch("sluice", verbs, arguments);
}

/// What was printed must have arrived: a full disk behind `> plan.json` is an error too.
void finish_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        throw Error(ErrorKind::output, "cannot write to the standard output: " + std::generic_category().message(errno));
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files then shows as a failed write
    try {
        const int code = run_program({argv + 1, argv + argc});
        finish_output();
        return code;
    } catch (const Error& error) {
        const bool interrupted = error.kind() == ErrorKind::interrupted;
        return fail(error.kind(), interrupted ? "interrupted; nothing was kept" : error.what());
    } catch (const std::bad_alloc&) {
        return fail(ErrorKind::memory, "out of memory; a plan within '--memory' needs less");
    } catch (const std::exception& error) {
        return fail(ErrorKind::internal, fmt::format("internal error: {}", error.what()).c_str());
    }
}
