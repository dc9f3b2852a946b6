// SPDX-License-Identifier: BSD-3-Clause
// A result is complete or not there: after a kill, an interrupt, a full disk.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Streams 32 MB into the result for a good second.
constexpr const char* recipe = R"({
  "sluice": 1, "recipe": {"id": "test.durability", "version": "1.0.0"},
  "steps": {
    "numbers": {"use": "counter_source", "with": {"dims": ["frame", "x"], "shape": [2000, 2000], "delay": "0.5 ms"}},
    "curved": {"use": "curvature", "in": {"data": "numbers"}},
    "average": {"use": "mean", "in": {"data": "curved"}, "with": {"over": "frame"}}},
  "outputs": {"default": "average", "keep": ["curved"]}})";
constexpr auto streams_for = 1100ms;

class Workplace {
public:
    Workplace() { folder_.write("recipe.json", recipe); }

    [[nodiscard]] fs::path path() const { return folder_.path(); }
    [[nodiscard]] fs::path result() const { return path() / "result.h5"; }

    static std::vector<std::string> words(const fs::path& result) {
        return {(binary_folder() / "sluice").string(), "run", "recipe.json", "-o", result.string(), "--format", "json",
                "--memory", "200MB", "--plugins", (binary_folder() / "tests/plugins").string()};
    }
    [[nodiscard]] Finished run() const { return run_program(words(result()), path()); }

    /// What is there besides the recipe and the result.
    [[nodiscard]] std::vector<std::string> leftovers() const {
        std::vector<std::string> names;
        for (const auto& each : fs::directory_iterator(path())) {
            const auto name = each.path().filename().string();
            if (name != "recipe.json" && name != "result.h5" && !each.is_directory()) names.push_back(name);
        }
        return names;
    }

private:
    TemporaryFolder folder_;
};

/// Waits until the first block went through, or the program ended by itself.
void wait_for_first_block(const Child& child) {
    for (int i = 0; i < 3000 && child.printed_so_far().find("\"progress\"") == std::string::npos; ++i) std::this_thread::sleep_for(10ms);
    REQUIRE(child.printed_so_far().find("\"progress\"") != std::string::npos);
}

/// A whole result of that recipe: its provenance can be read and its checksum is right.
bool is_complete(const fs::path& result) { return run_sluice({"provenance", "show", result.string()}).code == 0; }

}  // namespace

TEST_CASE("killed at any instant: no half-written result, the old one stays, the next run clears up and says so") {
    const Workplace place;
    const auto seed = std::random_device{}();
    MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    int killed = 0;
    std::vector<std::string> left;
    for (int round = 0; round < 20; ++round) {
        CAPTURE(round);
        const std::string old = round % 2 ? "an older result" : "";
        fs::remove(place.result());
        if (!old.empty()) write_whole(place.result(), old);
        Child child(Workplace::words(place.result()), place.path());
        wait_for_first_block(child);
        std::this_thread::sleep_for(std::chrono::duration<double>(streams_for) * (static_cast<double>(random()) / 4294967296.0));
        child.send(SIGKILL);
        const Finished finished = child.wait();
        for (const auto& name : left) {   // of the round before
            CHECK(finished.out.find("removed " + (place.path() / name).string() + ", left over from a run that was killed") != std::string::npos);
            CHECK_FALSE(fs::exists(place.path() / name));
        }
        left = place.leftovers();
        if (finished.code == 0) {   // it was faster
            CHECK(is_complete(place.result()));
            continue;
        }
        ++killed;
        CHECK(finished.code == 128 + SIGKILL);
        CHECK(left.size() <= 1);
        const bool untouched = old.empty() ? !fs::exists(place.result()) : read_whole(place.result()) == old;
        CHECK((untouched || is_complete(place.result())));   // the kill may come just after the file got its name
    }
    MESSAGE(killed << " of 20 were killed before they were done");
    CHECK(killed >= 5);
    CHECK(place.run().code == 0);
    CHECK(place.leftovers().empty());
    CHECK(is_complete(place.result()));
}

TEST_CASE("interrupted: exit code 130, nothing stays, and the old result does") {
    for (const int signal : {SIGINT, SIGTERM}) {
        const Workplace place;
        write_whole(place.result(), "an older result");
        Child child(Workplace::words(place.result()), place.path());
        wait_for_first_block(child);
        child.send(signal);
        const Finished finished = child.wait();
        CHECK(finished.code == 130);
        CHECK(finished.err == "sluice: interrupted; nothing was kept\n");
        CHECK(place.leftovers().empty());
        CHECK(read_whole(place.result()) == "an older result");
    }
}

TEST_CASE("files may not grow: exit code 8 with the reason, nothing stays") {
    for (const int blocks_of_512 : {1, 20, 4000, 40000}) {   // in the header, at the begin, in the middle
        CAPTURE(blocks_of_512);
        const Workplace place;
        std::string command = "ulimit -f " + std::to_string(blocks_of_512) + "; exec";
        for (const auto& word : Workplace::words(place.result())) command += " '" + word + "'";
        const Finished finished = run_program({"/bin/sh", "-c", command + " > /dev/null"}, place.path());
        CHECK(finished.code == 8);
        CHECK(finished.err.find("File too large") != std::string::npos);
        CHECK(place.leftovers().empty());
        CHECK_FALSE(fs::exists(place.result()));
    }
}

TEST_CASE("a full file system: exit code 8 with the reason, nothing stays") {
    const Workplace place;
    const auto disk = place.path() / "disk";
    fs::create_directory(disk);
    const auto shell = [&](const std::string& command) { return run_program({"/bin/sh", "-c", command + " '" + disk.string() + "'"}).code == 0; };
    if (geteuid() != 0 || !shell("mount -t tmpfs -o size=4m tmpfs")) {
        MESSAGE("skipped: a small file system can be mounted by root only");
        return;
    }
    const Finished finished = run_program(Workplace::words(disk / "result.h5"), place.path());
    CHECK(finished.code == 8);
    CHECK(finished.err.find("No space left on device") != std::string::npos);
    CHECK(fs::is_empty(disk));
    CHECK(shell("umount"));
}
