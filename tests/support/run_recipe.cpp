// SPDX-License-Identifier: BSD-3-Clause
// Checks, plans and runs a recipe given as JSON.
#include "support/run_recipe.hpp"

#include <cstdlib>
#include <filesystem>

namespace sluice::test {
namespace {

Recipe checked(const Json& recipe) {
    auto catalogue = build_plugins().catalogue();
    catalogue.emplace(memory_manifest().id, memory_manifest());
    auto result = check_recipe_text(recipe.dump(2), "test.json", "/", catalogue);
    if (result.recipe) return *result.recipe;
    std::string all;
    for (const auto& finding : result.findings) all += (all.empty() ? "" : "\n") + to_text(finding);
    throw Error(ErrorKind::recipe, all);
}

}  // namespace

const Plugins& build_plugins() {
    static const Plugins all = [] {
        auto folders = Plugins::default_folders();
        if (const char* build = std::getenv("SLUICE_BINARY_DIR"))
            for (const char* place : {"lib/sluice/plugins", "tests/plugins"}) folders.push_back(std::filesystem::path(build) / place);
        return Plugins(folders);
    }();
    return all;
}

Json recipe_of(const Json& steps, const std::vector<std::string>& keep) {
    return {{"sluice", 1},
            {"recipe", {{"id", "test.recipe"}, {"version", "1.0.0"}}},
            {"steps", steps},
            {"outputs", {{"default", keep.at(0)}, {"keep", keep}}}};
}

Plan plan_recipe(const Json& recipe, const PlanOptions& options) { return Plan::make(checked(recipe), build_plugins(), options); }

std::map<std::string, Array> run_recipe(const Json& recipe, const PlanOptions& options) {
    auto in_memory = options;
    in_memory.in_memory = true;
    return run(plan_recipe(recipe, in_memory)).arrays;
}

}  // namespace sluice::test
