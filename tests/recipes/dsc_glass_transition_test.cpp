// SPDX-License-Identifier: BSD-3-Clause
// pipelines/thermal/dsc_glass_transition.json: a series of curves, and the exports of the shared data where they are.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

double first(const std::map<std::string, Array>& kept, const std::string& name) { return values_of(kept.at(name))[0]; }

}  // namespace

TEST_CASE("one curve of the example: 432 K, 0.25 J/(g K), by construct and by model") {
    const auto kept = run_pipeline("thermal/dsc_glass_transition.json",
                                   {{"curves", (source_folder() / "examples/data/annealing/glass_400K_dsc.csv").string()}, {"exo", "down"}});
    MESSAGE("onset " << first(kept, "transition.onset") << " and " << first(kept, "model.onset") << " K (432)");
    CHECK(std::abs(first(kept, "transition.onset") - 432) < 0.7);
    CHECK(std::abs(first(kept, "model.onset") - 432) < 0.7);
    CHECK(first(kept, "transition.heat_capacity_step") == doctest::Approx(0.25).epsilon(0.08));
    CHECK(first(kept, "transition.rate") == doctest::Approx(40.0 / 60).epsilon(1e-3));
}

TEST_CASE("shared data: the plain file and the Proteus export give T_g, step and exotherms of the truth") {
    const auto folder = shared_data("dma");
    if (!folder) return;
    // Titles of the plain file hold no unit that is told apart from the name.
    const Json units = {{"steps", {{"curves", {{"with", {{"coordinate_unit", "K"}, {"unit", "W/g"}, {"coordinates", {{"time", {{"unit", "s"}}}}}}}}}}}};
    std::vector<std::map<std::string, Array>> all;
    for (const char* noise : {"0", "0.001"})
        all.push_back(run_pipeline("thermal/dsc_glass_transition.json",
                                   {{"curves", (*folder / ("dsc_variantA_noise" + std::string(noise) + ".csv")).string()}, {"exo", "down"},
                                    {"temperature", "temperature_K"}, {"time", "time_s"}, {"heat_flow", "heat_flow_W_g"}},
                                   units));
    all.push_back(run_pipeline("thermal/dsc_glass_transition.json",
                               {{"curves", (*folder / "dsc_variantA_proteus_like.txt").string()}, {"dialect", "proteus"},
                                {"temperature", "Temp."}, {"time", "Time"}, {"heat_flow", "DSC"}}));
    for (const auto& kept : all) {
        MESSAGE("onset " << first(kept, "transition.onset") << ", midpoint " << first(kept, "transition.midpoint") << ", end "
                         << first(kept, "transition.end") << " K, step " << first(kept, "transition.heat_capacity_step") << " J/(g K)");
        CHECK(std::abs(first(kept, "transition.onset") - 440.0) < 0.7);
        CHECK(std::abs(first(kept, "transition.midpoint") - 444.387) < 0.7);
        CHECK(std::abs(first(kept, "transition.end") - 448.773) < 0.7);
        CHECK(first(kept, "transition.heat_capacity_step") == doctest::Approx(0.25).epsilon(0.08));
        const auto temperature = values_of(kept.at("transition.peak_temperature")), enthalpy = values_of(kept.at("transition.peak_enthalpy"));
        CHECK(first(kept, "transition.peaks") == 2);
        CHECK(std::abs(temperature[0] - 476) < 0.5);
        CHECK(std::abs(temperature[1] - 540) < 0.5);
        CHECK(enthalpy[0] == doctest::Approx(-10).epsilon(0.03));
        CHECK(enthalpy[1] == doctest::Approx(-30).epsilon(0.03));
    }
}
