// SPDX-License-Identifier: BSD-3-Clause
// `sluice check` finds all faults at once and opens no input file: the kernel is witness.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;
namespace fs = std::filesystem;

constexpr const char* strace = "/usr/bin/strace";

bool can_trace(const fs::path& folder) {
    return fs::exists(strace) && run_program({strace, "-o", (folder / "trial").string(), "/bin/true"}).code == 0;
}

}  // namespace

TEST_CASE("ten planted faults: ten findings, exit code 2, and no input is opened") {
    const TemporaryFolder folder;
    if (!can_trace(folder.path())) {
        MESSAGE("skipped: no strace, or it may not trace here");
        return;
    }
    for (const char* input : {"frames.h5", "cell.h5", "d.poni"}) folder.write(input, "would be opened if anybody looked");
    fs::copy_file(source_folder() / "tests/framework/recipes/ten_faults.json", folder.path() / "recipe.json");
    const auto trace = folder.path() / "trace";
    const Finished finished = run_program({strace, "-f", "-e", "trace=open,openat,openat2", "-o", trace.string(),
                                           (binary_folder() / "sluice").string(), "check", "recipe.json", "--format", "json"},
                                          folder.path(), {"ASAN_OPTIONS=detect_leaks=0"});   // the leak sanitizer cannot work while traced
    CHECK(finished.code == 2);
    CHECK(nlohmann::json::parse(finished.out).at("findings").size() == 10);
    const auto opened = read_whole(trace);
    CHECK(opened.find("recipe.json") != std::string::npos);
    for (const char* input : {"frames.h5", "cell.h5", "d.poni"}) CHECK(opened.find(input) == std::string::npos);
    CHECK(opened.find("plugins/libsluice_mean.so") != std::string::npos);   // read for its declaration
}
