// SPDX-License-Identifier: BSD-3-Clause
// How the host keeps its word when things go otherwise: masked parameters, cancelled plans, plans run twice, odd sayings.
#include <doctest/doctest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/host/fingerprint.hpp>
#include <sluice/host/result.hpp>
#include <sluice/sdk/description.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

Json from_memory(const std::string& name) { return {{"use", "memory"}, {"with", {{"name", name}}}}; }

Json counter(const std::vector<std::string>& dims, const std::vector<Index>& shape, const std::vector<std::string>& masked = {}) {
    return {{"use", "counter_source"}, {"with", {{"dims", dims}, {"shape", shape}, {"masked_dims", masked}}}};
}

Json talkative(const std::string& data, const Json& with = Json::object()) {
    return {{"use", "talkative"}, {"in", {{"data", data}}}, {"with", with}};
}

/// One that says something, over `frames` curves.
Json saying(const std::string& what, Index frames = 3) {
    const Json steps = {{"numbers", counter({"frame", "x"}, {frames, 2})}, {"talk", talkative("numbers", {{"say", what}})}};
    return recipe_of(steps, {"talk"});
}

ErrorKind kind_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const Error& error) {
        return error.kind();
    }
    FAIL("nothing was thrown");
    return ErrorKind::internal;
}

RunOptions into(const fs::path& file) {
    RunOptions options;
    options.output = file;
    return options;
}

}  // namespace

// ---- what items are handed

TEST_CASE("a masked value of a per_item parameter is NaN, wherever its array comes from") {
    const auto check = [](const Json& weights, const PlanOptions& options) {
        const Json steps = {{"weights", weights}, {"numbers", counter({"frame", "x"}, {6, 2})},
                            {"talk", talkative("numbers", {{"weight", {{"from", "weights"}}}})}};
        const auto out = run_recipe(recipe_of(steps, {"talk", "talk.weight_variance"}), options);
        const auto weight = values_of(out.at("talk.weight")), variance = values_of(out.at("talk.weight_variance"));
        for (std::size_t i = 0; i < 6; ++i) {
            CAPTURE(i);
            CHECK(std::isnan(weight[i]) == (i % 3 == 0));
            if (!options.arrays.empty()) CHECK(std::isnan(variance[i]) == (i % 3 == 0));
        }
    };
    check(counter({"frame"}, {6}, {"frame"}), {});   // every third is masked as the data comes
    PlanOptions options;
    const auto weights = Array::from<double>("w", {{"frame", 6}}, "count", {1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1});
    options.arrays.emplace("w", with_mask(weights, "bad", {{"frame", 6}}, {true, false, false, true, false, false}));
    check(from_memory("w"), options);
}

TEST_CASE("labels and complex numbers are refused as a per_item parameter") {
    PlanOptions options;
    options.arrays.emplace("w", Array::of_labels("w", {{"frame", 3}}, {"a", "b", "c"}));
    const Json steps = {{"weights", from_memory("w")}, {"numbers", counter({"frame", "x"}, {3, 2})},
                        {"talk", talkative("numbers", {{"weight", {{"from", "weights"}}}})}};
    const auto planned = [&] { plan_recipe(recipe_of(steps, {"talk"}), options); };
    CHECK(error_of(planned) == Contains("is string; real numbers are needed"));
    CHECK(kind_of(planned) == ErrorKind::recipe);
}

TEST_CASE("an item knows its place in the row when a block goes on into the next one, and asks for a neighbour of nothing") {
    const Index rows = 700, columns = 10;
    const Json steps = {{"numbers", counter({"row", "column", "x"}, {rows, columns, 1000})}, {"talk", talkative("numbers")}};
    const auto out = run_recipe(recipe_of(steps, {"talk.place", "talk.neighbours"}));
    bool right = true;
    const auto places = out.at("talk.place").values<std::int64_t>();
    for (Index i = 0; i < rows * columns; ++i) right = right && places[static_cast<std::size_t>(i)] == i % columns;
    CHECK(right);
    CHECK(values_of(out.at("talk.neighbours")) == std::vector<double>(static_cast<std::size_t>(rows * columns), 0));
}

TEST_CASE("a small array keeps integers of every type exact, unless one is too large") {
    const sluice_text dim{"t", 1};
    const std::int64_t shape = 2;
    const std::vector<std::uint64_t> stamps{(std::uint64_t{1} << 53) + 1, 3}, large{std::uint64_t{1} << 63, 3};
    const std::vector<std::int32_t> trains{-7, 8};
    const auto integers = [&](std::int32_t dtype, const void* values) {
        return sdk::to_small_array({dtype, 1, &dim, &shape, values, {"1", 1}, 0}).integers;
    };
    CHECK(integers(SLUICE_UINT64, stamps.data()) == std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1, 3});
    CHECK(integers(SLUICE_UINT64, large.data()).empty());
    CHECK(integers(SLUICE_INT32, trains.data()) == std::vector<std::int64_t>{-7, 8});
}

// ---- set-up steps

TEST_CASE("set-up steps that need more memory than allowed are refused before they read, with a number that is enough") {
    const Json steps = {{"dark", counter({"frame", "x"}, {200, 100'000})},   // 160 MB
                        {"average", {{"use", "mean"}, {"in", {{"data", "dark"}}}, {"with", {{"over", "frame"}}}}},
                        {"numbers", counter({"x"}, {100'000})},
                        {"talk", {{"use", "talkative"}, {"in", {{"data", "numbers"}, {"table", "average"}}}}}};
    const auto recipe = recipe_of(steps, {"talk"});
    std::atomic<int> blocks{0};
    PlanOptions options;
    options.threads = 2;
    options.memory_bytes = 100'000'000;
    options.before_block = [&](Index) { ++blocks; };
    const auto planned = [&] { plan_recipe(recipe, options); };
    const auto refused = error_of(planned);
    CHECK(refused == Contains("but 100 MB are allowed. Give --memory "));
    CHECK(kind_of(planned) == ErrorKind::memory);
    CHECK(blocks == 0);
    const auto number = refused.substr(refused.find("--memory ") + 9);
    options.memory_bytes = std::stoll(number) * 1'000'000;
    CHECK(plan_recipe(recipe, options).peak_memory_bytes() <= options.memory_bytes);
}

TEST_CASE("a set-up step over nothing says so") {
    PlanOptions options;
    options.arrays.emplace("none", Array::from<double>("none", {{"frame", 0}, {"x", 3}}, "1", {}));
    const Json steps = {{"none", from_memory("none")},
                        {"average", {{"use", "mean"}, {"in", {{"data", "none"}}}, {"with", {{"over", "frame"}}}}},
                        {"numbers", counter({"x"}, {3})},
                        {"talk", {{"use", "talkative"}, {"in", {{"data", "numbers"}, {"table", "average"}}}}}};
    CHECK(error_of([&] { plan_recipe(recipe_of(steps, {"talk"}), options); }) ==
          Contains("step 'average' (mean): there is nothing to run over: dimension 'frame' has no elements"));
}

TEST_CASE("a plan can be cancelled while a set-up step reads") {
    const Json steps = {{"table", counter({"x"}, {3})}, {"numbers", counter({"x"}, {3})},
                        {"talk", {{"use", "talkative"}, {"in", {{"data", "numbers"}, {"table", "table"}}}}}};
    const std::atomic<bool> cancel{true};
    PlanOptions options;
    options.cancel = &cancel;
    CHECK(kind_of([&] { plan_recipe(recipe_of(steps, {"talk"}), options); }) == ErrorKind::interrupted);
}

TEST_CASE("when one block fails, plugins in the others are told to stop, and its error is the one that is told") {
    const Json steps = {{"numbers", counter({"frame", "q"}, {4, 2'000'000})},   // large, so that each is a block of its own
                        {"copy", {{"use", "careless"}, {"in", {{"data", "numbers"}}}, {"with", {{"asks_for", "patience"}}}}}};
    const auto begin = std::chrono::steady_clock::now();
    CHECK(error_of([&] { run_recipe(recipe_of(steps, {"copy"})); }) == Contains("a bad curve"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(15));   // it would wait for 20
}

// ---- a plan that is run again

TEST_CASE("a run leaves the plan as it was: the next one says and makes the same") {
    PlanOptions options;
    options.in_memory = true;
    const Plan plan = plan_recipe(saying("warning"), options);
    const auto once = [&] {
        int told = 0;
        RunOptions run_options;
        const std::atomic<bool> cancel{false};
        run_options.cancel = &cancel;
        run_options.events = [&](const Event& event) { told += event.kind == Event::Kind::warning; };
        auto result = run(plan, run_options);
        CHECK(told == 1);
        CHECK(result.warnings == std::vector<std::string>{"step 'talk': handle with care"});
        return result;
    };
    const auto first = once(), second = once();
    CHECK(same_bits(first.arrays.at("talk.weight"), second.arrays.at("talk.weight")));
    CHECK(run(plan).warnings.size() == 1);   // no event sink, no flag: those of the runs before are gone
}

TEST_CASE("arrays that a run returns count for the memory limit") {
    const Json steps = {{"numbers", counter({"frame", "x"}, {2000, 10'000})},
                        {"curved", {{"use", "curvature"}, {"in", {{"data", "numbers"}}}}}};
    const auto recipe = recipe_of(steps, {"curved"});   // 160 MB
    PlanOptions options;
    options.threads = 2;
    options.memory_bytes = 150'000'000;
    CHECK(plan_recipe(recipe, options).peak_memory_bytes() <= options.memory_bytes);
    options.in_memory = true;
    CHECK(kind_of([&] { plan_recipe(recipe, options); }) == ErrorKind::memory);
}

// ---- what plugins and embedding programs say

TEST_CASE("a resolved value that is no JSON stops the run at once and names the step") {
    const auto failing = [] { run_recipe(saying("no json")); };
    CHECK(error_of(failing) == Contains("step 'talk' (talkative): the plugin resolved 'range' as 'nan', which is no JSON"));
    CHECK(kind_of(failing) == ErrorKind::plugin);
}

TEST_CASE("a warning that is no UTF-8 does not cost the result") {
    const TemporaryFolder folder;
    run(plan_recipe(saying("bytes")), into(folder.path() / "result.h5"));
    CHECK(read_provenance(folder.path() / "result.h5")["warnings"] == Json{"step 'talk': a file called \xef\xbf\xbd"});
}

TEST_CASE("what an event sink throws goes around the plugin, unchanged") {
    RunOptions options;
    options.events = [](const Event& event) {
        if (event.kind == Event::Kind::warning) throw std::range_error("enough");
    };
    const Plan plan = plan_recipe(saying("warning"));
    CHECK_THROWS_WITH_AS(run(plan, options), "enough", std::range_error);
    CHECK(run(plan).warnings.size() == 1);
}

// ---- files

TEST_CASE("the library that is recorded is the one that was opened") {
    const TemporaryFolder folder;
    const auto library = folder.path() / "talkative.so";
    fs::copy_file(build_plugins().file_of("talkative"), library);
    const auto hash = sha256_of_file(library);
    const Plugins own({folder.path()});
    const auto opened = own.open("talkative");
    fs::remove(library);
    write_whole(library, "another build");
    CHECK(opened->sha256() == hash);
    const auto result = run(plan_recipe(saying("nothing")));
    for (const auto& each : result.provenance["steps"])
        if (each["plugin"] == "talkative") CHECK(each["library_sha256"] == hash);
}

TEST_CASE("a folder that cannot be flushed does not undo a complete result") {
    const TemporaryFolder folder;
    const auto plan = plan_recipe(saying("nothing"));
    const bool root = geteuid() == 0;   // who may read every folder, so that there is nothing to fail
    if (root) REQUIRE(chown(folder.path().c_str(), 65534, 65534) == 0);
    if (root) REQUIRE(seteuid(65534) == 0);
    fs::permissions(folder.path(), fs::perms::owner_write | fs::perms::owner_exec);
    std::string told;
    auto options = into(folder.path() / "result.h5");
    options.events = [&](const Event& event) { told += event.kind == Event::Kind::info ? event.message : ""; };
    const auto failure = error_of([&] { run(plan, options); });
    fs::permissions(folder.path(), fs::perms::owner_all);
    if (root) REQUIRE(seteuid(0) == 0);
    CHECK(failure == "no error");
    CHECK(told == Contains("result.h5 is complete, but its folder could not be flushed to disk: Permission denied"));
    CHECK(read_provenance(folder.path() / "result.h5")["program"] == "sluice");
}

TEST_CASE("what a plugin asks for and does not declare is a sentence, not a crash") {
    const Array curve = Array::from("curve", {{"q", 4}}, "1", std::vector<double>{1, 2, 3, 4});
    const auto refusal = [&](const char* what) { return error_of([&] { run_plugin("careless", {{"asks_for", what}}, {{"data", curve}}); }); };
    CHECK(refusal("mask") == Contains("plugin.json declares no mask of output 'copy'"));
    CHECK(refusal("scratch") == Contains("the plugin asks for 8000 bytes of scratch memory, its probe for 0"));
    CHECK(refusal("neighbour") == Contains("the plugin asks for neighbour -1; plugin.json declares a halo of 0 before and 0 after"));
    CHECK(refusal("type") == Contains("'copy' is float64, the plugin asks for int64"));
    CHECK(refusal("coordinate") == Contains("'q' has 3 values, its dimensions 4"));
}
