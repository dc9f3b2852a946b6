// SPDX-License-Identifier: BSD-3-Clause
// The XPCS recipe over many trains: memory that does not grow with them, and bits that depend on nothing but the data.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "recipes/xpcs_chain.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

/// side x side pixels, 50 pulses, five rings.
Json recipe_for(int trains, int side) {
    const Json geometry = {{"distance", 7}, {"pixel_size", 0.0448 / side}, {"wavelength", 0.1008}};
    Json frames = {{"trains", trains}, {"shape", {side, side}}, {"seed", 3}, {"diffusion_coefficient", 8}, {"contrast", 1}, {"mean_count", 0.5},
                   {"missing_trains", {17, 60, 61, 100}}};
    frames.update(geometry);
    Json patch = simulated(frames);
    Json regions = {{"geometry", nullptr}, {"q_min", "0.008 1/angstrom"}, {"q_max", "0.020 1/angstrom"}, {"count", 5}};
    regions.update(geometry);
    patch["parameters"].update({{"geometry", nullptr}, {"q_min", nullptr}, {"q_max", nullptr}, {"rings", nullptr},
                                {"temperature", {{"default", 298}}}, {"viscosity", {{"default", 1e-3}}}});
    patch["steps"]["regions"] = {{"with", regions}};
    return xpcs_recipe(patch, {"diffusion_coefficient", "correlation", "correlation.count", "correlation.artefact", "correlation.intensity",
                               "contrast", "ages_fit.rate", "start_rate"});
}

/// From trains to g2; without replicates, of whose large states few trains do not fill all places that there are.
Json averaged(int trains) {
    Json recipe = recipe_for(trains, 24);
    Json steps;
    for (const char* name : {"frames", "regions", "correlation", "ages"}) steps[name] = recipe["steps"][name];
    steps["correlation"]["with"].erase("blocks");
    steps["correlation"]["with"].erase("normalisation");
    steps["ages"]["with"]["window_length"] = 10;
    return recipe_of(steps, {"correlation", "ages"});
}

/// On one thread: with more, how many blocks are in flight at a time is luck.
long peak_kb(const Json& json) {
    const TemporaryFolder folder;
    folder.write("recipe.json", json.dump(2));
    const Finished finished = run_sluice({"run", "recipe.json", "--memory", "100MB", "--threads", "1", "--quiet", "-o", "out.h5"}, folder.path());
    CAPTURE(finished.err);
    REQUIRE(finished.code == 0);
    return finished.peak_memory_kb;
}

}  // namespace

// 1,000 trains are 55 MiB of frames, more than are in flight at a time; 5 % are 0.7 kB for each of the other 4,000.
TEST_CASE("5,000 trains of 50 x 24 x 24 need as much memory as 1,000") {
    const long few = peak_kb(averaged(1000)), many = peak_kb(averaged(5000));
    MESSAGE("peak resident memory: " << few / 1024 << " MiB for 1,000 trains, " << many / 1024 << " MiB for 5,000");
    CHECK(std::abs(static_cast<double>(many - few)) <= 0.05 * static_cast<double>(few));
}

TEST_CASE("bits do not depend on threads or memory") {
    const Json recipe = recipe_for(160, 48);
    PlanOptions options;
    options.threads = 1;
    const auto expected = run_recipe(recipe, options);
    const Index least = [&] {
        PlanOptions tight = options;
        tight.in_memory = true;
        tight.memory_bytes = 1;
        for (int attempt = 0; attempt < 2; ++attempt) {   // the set-up steps alone, then the rest as well
            const auto text = error_of([&] { plan_recipe(recipe, tight); });   // "… Give --memory 123MB, …"
            if (text == Contains("--memory ")) tight.memory_bytes = 1'000'000 * std::stoll(text.substr(text.find("--memory ") + 9));
        }
        return tight.memory_bytes;
    }();
    REQUIRE(least > 1);
    const Index much = Index{4} << 30;
    for (const auto& [threads, memory] : {std::pair{1, least}, {2, much}, {7, least}, {7, much}}) {
        CAPTURE(threads);
        CAPTURE(memory);
        options.threads = threads;
        options.memory_bytes = memory;
        const auto found = run_recipe(recipe, options);
        REQUIRE(found.size() == expected.size());
        for (const auto& [name, array] : found) CHECK_MESSAGE(same_bits(array, expected.at(name)), name);
    }
}
