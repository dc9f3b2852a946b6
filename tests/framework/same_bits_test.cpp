// SPDX-License-Identifier: BSD-3-Clause
// The same bits for any number of threads and any memory limit, in whatever order the blocks come to their end.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

constexpr Index frames = 300000, width = 50;   // small items, so that a block may hold several leaves; the last leaf is not full

/// A source with decode, a map with neighbours, a map, and two reduces whose sums depend on their order.
Json chain() {
    const Json steps = {
        {"numbers", {{"use", "counter_source"}, {"with", {{"dims", {"frame", "x"}}, {"shape", {frames, width}}}}}},
        {"curved", {{"use", "curvature"}, {"in", {{"data", "numbers"}}}}},
        {"scaled", {{"use", "numbered_table"}, {"in", {{"data", "curved"}}}}},
        {"correlation", {{"use", "neighbour_correlation"}, {"in", {{"data", "scaled"}}}, {"with", {{"over", "frame"}}}}},
        {"average", {{"use", "mean"}, {"in", {{"data", "curved"}}}, {"with", {{"over", "frame"}, {"blocks", 4}}}}}};
    return recipe_of(steps, {"correlation", "average", "average.count"});
}

struct Outcome {
    std::map<std::string, Array> arrays;
    Index blocks = 0, peak = 0;
};

/// Every block sleeps for up to 2 ms before it starts, so that blocks overtake one another.
Outcome run_delayed(int threads, Index memory_bytes, std::uint32_t seed) {
    std::atomic<Index> blocks{0};
    PlanOptions options;
    options.threads = threads;
    options.memory_bytes = memory_bytes;
    options.before_block = [&](Index block) {
        ++blocks;
        std::mt19937 random(seed + static_cast<std::uint32_t>(block));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
    };
    options.in_memory = true;
    const Plan plan = plan_recipe(chain(), options);
    REQUIRE(plan.passes().size() == 1);
    auto arrays = run(plan).arrays;
    return {std::move(arrays), blocks, plan.peak_memory_bytes()};
}

}  // namespace

TEST_CASE("bits do not depend on threads, memory or luck" * doctest::test_suite("long")) {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    const Outcome first = run_delayed(1, 0, seed);
    const Index little = Index{56} << 20, much = Index{4} << 30;
    for (const int threads : {1, 2, 7})
        for (const Index memory : {little, much}) {
            CAPTURE(threads);
            CAPTURE(memory);
            const Outcome other = run_delayed(threads, memory, seed + static_cast<std::uint32_t>(threads));
            CHECK(other.peak <= memory);
            const Index leaves = (frames + 1023) / 1024;
            if (memory == little) CHECK(2 * other.blocks >= leaves);
            else CHECK(2 * other.blocks < leaves);   // the limits do differ: several leaves in a block
            REQUIRE(other.arrays.size() == first.arrays.size());
            for (const auto& [name, array] : first.arrays) {
                CAPTURE(name);
                CHECK(same_bits(array, other.arrays.at(name)));
            }
        }
}
