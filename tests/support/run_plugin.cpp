// SPDX-License-Identifier: BSD-3-Clause
// Makes the recipe of one plugin fed from memory, and runs it.
#include "support/run_plugin.hpp"

#include <cstdlib>
#include <filesystem>

#include <sluice/host/plan.hpp>
#include <sluice/host/run.hpp>

namespace sluice::test {
namespace {

const Plugins& plugins() {
    static const Plugins all = [] {
        auto folders = Plugins::default_folders();
        if (const char* build = std::getenv("SLUICE_BINARY_DIR"))  // set by ctest
            folders.push_back(std::filesystem::path(build) / "lib/sluice/plugins");
        return Plugins(folders);
    }();
    return all;
}

Json core_of(const RunPluginOptions& options) {
    Json core = Json::object();
    for (const auto& [name, dims] : options.core) core[name] = dims;
    return core;
}

Json recipe_of(const std::string& id, Json with, const std::map<std::string, Array>& inputs, const RunPluginOptions& options) {
    Json steps, in = Json::object();
    for (const auto& [name, array] : inputs) {
        steps[name] = {{"use", "memory"}, {"with", {{"name", name}}}};
        in[name] = name;
    }
    for (const auto& [parameter, name] : options.per_item) {
        with[parameter] = {{"from", name}};
        in.erase(name);
    }
    steps["step"] = {{"use", id}, {"in", in}, {"core", core_of(options)}, {"with", with}};

    Json keep = Json::array();
    for (const auto& output : plugins().catalogue().at(id).outputs) keep.push_back("step." + output.name);
    return {{"sluice", 1},
            {"recipe", {{"id", "test." + id}, {"version", "1.0.0"}}},
            {"steps", steps},
            {"outputs", {{"default", keep.at(0)}, {"keep", keep}}}};
}

Recipe checked(const Json& recipe) {
    auto catalogue = plugins().catalogue();
    catalogue.emplace(memory_manifest().id, memory_manifest());
    auto result = check_recipe_text(recipe.dump(2), "test.json", "/", catalogue);
    if (result.recipe) return *result.recipe;
    std::string all;
    for (const auto& finding : result.findings) all += (all.empty() ? "" : "\n") + to_text(finding);
    throw Error(ErrorKind::recipe, all);
}

}  // namespace

std::map<std::string, Array> run_plugin(const std::string& id, const Json& with, const std::map<std::string, Array>& inputs,
                                        const RunPluginOptions& options) {
    PlanOptions plan_options;
    plan_options.threads = options.threads;
    plan_options.memory_bytes = options.memory_bytes;
    plan_options.arrays = inputs;
    RunOptions run_options;
    run_options.in_memory = true;
    const auto plan = Plan::make(checked(recipe_of(id, with, inputs, options)), plugins(), plan_options);
    std::map<std::string, Array> outputs;
    for (const auto& [name, array] : run(plan, run_options).arrays) outputs.emplace(name.substr(name.find('.') + 1), array);
    return outputs;
}

}  // namespace sluice::test
