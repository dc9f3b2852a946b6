// SPDX-License-Identifier: BSD-3-Clause
// One recipe, unchanged, on one image, on a stack and on a grid of samples and temperatures.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

constexpr Index side = 24, samples = 3, temperatures = 4;

/// Counts that fall from the centre and differ from item to item.
std::vector<std::uint16_t> image(Index item) {
    std::vector<std::uint16_t> counts;
    for (Index y = 0; y < side; ++y)
        for (Index x = 0; x < side; ++x) {
            const Index r2 = (2 * y - side + 1) * (2 * y - side + 1) + (2 * x - side + 1) * (2 * x - side + 1);
            counts.push_back(static_cast<std::uint16_t>(100'000 / (50 + r2) + (x * 7 + y * 3 + item * 11) % 13));
        }
    return counts;
}

Array grid(Dims dims, Index first, Index count) {
    std::vector<std::uint16_t> all;
    for (Index i = first; i < first + count; ++i) {
        const auto one = image(i);
        all.insert(all.end(), one.begin(), one.end());
    }
    dims.push_back({"y", side});
    dims.push_back({"x", side});
    return Array::from<std::uint16_t>("frames", dims, "count", all);
}

constexpr const char* poni = R"(poni_version: 2
Detector: Detector
Detector_config: {"pixel1": 0.001, "pixel2": 0.001}
Distance: 0.5
Poni1: 0.012
Poni2: 0.012
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";

}  // namespace

TEST_CASE("one recipe serves one image, a stack and a grid, with the same bits for each item") {
    const TemporaryFolder folder;
    const Json steps = {
        {"frames", {{"use", "memory"}, {"with", {{"name", "frames"}}}}},
        {"profile", {{"use", "azimuthal_integration"}, {"in", {{"image", "frames"}}}, {"with", {{"geometry", folder.write("d.poni", poni).string()}, {"bins", 8}}}}},
        {"invariant", {{"use", "porod_invariant"}, {"in", {{"intensity", "profile"}}}}}};
    const auto recipe = recipe_of(steps, {"invariant", "profile"});
    const auto run_on = [&](const Array& frames) {
        PlanOptions options;
        options.threads = 2;
        options.arrays.emplace("frames", frames);
        return run_recipe(recipe, options);
    };

    const auto on_grid = run_on(grid({{"sample", samples}, {"temperature", temperatures}}, 0, samples * temperatures));
    REQUIRE(on_grid.at("invariant.invariant").dims() == Dims{{"sample", samples}, {"temperature", temperatures}});
    REQUIRE(on_grid.at("profile.intensity").dims() == Dims{{"sample", samples}, {"temperature", temperatures}, {"q", 8}});
    for (Index s = 0; s < samples; ++s) {
        const auto on_stack = run_on(grid({{"temperature", temperatures}}, s * temperatures, temperatures));
        for (const char* name : {"invariant.invariant", "profile.intensity"}) {
            const Array row = on_grid.at(name).slice(s, s + 1);
            CHECK(values_of(row) == values_of(on_stack.at(name)));
            CHECK(variances_of(row) == variances_of(on_stack.at(name)));
        }
        for (Index t = 0; t < temperatures; ++t) {
            const auto on_image = run_on(grid({}, s * temperatures + t, 1));
            REQUIRE(on_image.at("invariant.invariant").dims().empty());
            CHECK(on_image.at("invariant.invariant").scalar() > 0);
            for (const char* name : {"invariant.invariant", "profile.intensity"}) {
                const Array item = on_stack.at(name).slice(t, t + 1);
                CHECK(values_of(item) == values_of(on_image.at(name)));
                CHECK(variances_of(item) == variances_of(on_image.at(name)));
            }
        }
    }
}
