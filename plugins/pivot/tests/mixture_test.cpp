// SPDX-License-Identifier: BSD-3-Clause
// The chain of a mixture series: a list of files with composition and temperature to a grid of invariants, its ratio to ideal
// mixing, and the ratios of the samples in a table of another quantity.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

bool installed(const std::vector<std::string>& plugins) {
    for (const auto& each : plugins)
        if (!build_plugins().catalogue().contains(each)) {
            MESSAGE("skipped: the plugin " << each << " is not built");
            return false;
        }
    return true;
}

/// I(q) = c at q = 0, 1, 2, 3 1/nm: invariants are c times the trapezoids of q^2, so that ratios of invariants
/// are those of c.
Json curves(const Doubles& levels) {
    Json rows = Json::array();
    for (const double level : levels) rows.push_back({level, level, level, level});
    return {{"use", "values"},
            {"with",
             {{"values", rows},
              {"dims", {"file", "q"}},
              {"unit", "1/cm"},
              {"sigma", 0.01},
              {"coordinates", {{"q", {{"values", {0, 1, 2, 3}}, {"unit", "1/nm"}}}}}}}};
}
Json column(const Doubles& values, const std::string& unit) {
    return {{"use", "values"}, {"with", {{"values", values}, {"dims", {"file"}}, {"unit", unit}}}};
}

/// Seven files: at 300 K three compositions, at 310 K the ends and x = 0.25 (not x = 0.5), the mixtures in no order.
Json steps() {
    Json all;
    all["curves"] = curves({3, 1, 1.6, 4, 2, 2, 1.2});
    all["composition"] = column({0.5, 0, 1, 0.25, 1, 0, 0.25}, "1");
    all["temperature"] = column({300, 300, 300, 310, 310, 310, 300}, "K");
    all["crystallised"] = column({0, 1, 0, 0, 0, 0, 0}, "1");
    all["invariant"] = {{"use", "porod_invariant"}, {"in", {{"intensity", "curves"}}}};
    const Json keys{{"dim", "file"}, {"row", "temperature"}, {"column", "composition"}};
    for (const std::string name : {"invariant", "crystallised"})
        all[name + "_grid"] = {
            {"use", "pivot"}, {"in", {{"data", name}, {"rows", "temperature"}, {"columns", "composition"}}}, {"with", keys}};
    return all;
}

}  // namespace

TEST_CASE("files to a grid of invariants over temperature and composition") {
    if (!installed({"values", "porod_invariant"})) return;
    const auto out = run_recipe(recipe_of(steps(), {"invariant_grid", "crystallised_grid"}));
    const auto& grid = out.at("invariant_grid.table");
    CHECK(to_text(grid.dims()) == "[temperature: 2, composition: 4]");
    CHECK(mask_of(grid, "absent") == std::vector<int>{0, 0, 0, 0, 0, 0, 1, 0});
    const auto q = values_of(grid);
    const double of_one = 0.5 * (0 + 1) + 0.5 * (1 + 4) + 0.5 * (4 + 9);  // trapezoids of q^2 at 0, 1, 2, 3
    const Doubles levels{1, 1.2, 3, 1.6, 2, 4, 0, 2};
    for (const std::size_t i : {0u, 1u, 2u, 3u, 4u, 5u, 7u}) CHECK(q[i] == doctest::Approx(of_one * levels[i]).epsilon(1e-12));
    CHECK(values_of(out.at("crystallised_grid.table"))[0] == 1);
}

TEST_CASE("a file whose key has no entry in a log is left out of the grid") {
    if (!installed({"values", "join"})) return;
    const auto listed = [](const Doubles& values, const std::string& unit, const std::vector<std::string>& names,
                           const std::string& dim) {
        return Json{{"use", "values"},
                    {"with",
                     {{"values", values},
                      {"dims", {dim}},
                      {"unit", unit},
                      {"coordinates", {{"run", {{"labels", names}, {"dims", {dim}}}}}}}}};
    };
    Json steps;
    steps["q"] = listed({1, 2, 3}, "1", {"r1", "r2", "r3"}, "file");
    steps["log"] = listed({310, 300}, "K", {"r3", "r1"}, "entry");
    steps["temperature"] = {{"use", "join"}, {"in", {{"values", "log"}, {"data", "q"}}}, {"with", {{"by", {"run"}}}}};
    steps["grid"] = {
        {"use", "pivot"}, {"in", {{"data", "q"}, {"rows", "temperature"}}}, {"with", {{"dim", "file"}, {"row", "temperature"}}}};
    const auto grid = run_recipe(recipe_of(steps, {"grid"})).at("grid.table");
    CHECK(values_of(grid) == Doubles{1, 3});
    CHECK(grid.description().coordinate("run")->values->labels() == std::vector<std::string>{"r1", "r3"});
}

TEST_CASE("grid to ratios, and these to the samples of a table") {
    if (!installed({"values", "porod_invariant", "ideal_mixing", "join"})) return;
    Json all = steps();
    all["mixing"] = {{"use", "ideal_mixing"}, {"in", {{"invariant", "invariant_grid"}, {"flagged", "crystallised_grid"}}}};
    all["beta"] = {{"use", "values"},
                   {"with",
                    {{"values", {0.4, 0.6, 0.5}},
                     {"dims", {"sample"}},
                     {"coordinates",
                      {{"sample", {{"labels", {"half", "quarter", "other"}}}},
                       {"composition", {{"values", {50, 25, 50}}, {"unit", "percent"}, {"dims", {"sample"}}}},
                       {"temperature", {{"values", {300, 310, 310}}, {"unit", "K"}, {"dims", {"sample"}}}}}}}}};
    all["ratio_of_samples"] = {{"use", "join"},
                               {"in", {{"values", "mixing.ratio"}, {"data", "beta"}}},
                               {"with", {{"by", {"temperature", "composition"}}}}};
    const auto out = run_recipe(recipe_of(all, {"mixing.ratio", "ratio_of_samples", "beta"}));
    const auto ratio = values_of(out.at("mixing.ratio"));
    CHECK(ratio[0] == doctest::Approx(1));
    CHECK(ratio[2] == doctest::Approx(3 / 1.3).epsilon(1e-12));  // Q_ideal at x = 0.5 between 1 and 1.6
    const auto& joined = out.at("ratio_of_samples.joined");
    CHECK(to_text(joined.dims()) == "[sample: 3]");
    CHECK(values_of(joined)[0] == ratio[2]);
    CHECK(values_of(joined)[1] == doctest::Approx(4.0 / 2).epsilon(1e-12));
    CHECK(mask_of(joined, "no_entry") == std::vector<int>{0, 0, 1});  // (310 K, 0.5) was not measured
    CHECK(joined.description().coordinate("sample")->values->labels()[1] == "quarter");
    CHECK(joined.description().variances);
}
