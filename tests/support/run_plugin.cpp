// SPDX-License-Identifier: BSD-3-Clause
// Makes the recipe of one plugin fed from memory, and runs it.
#include "support/run_plugin.hpp"

#include "support/run_recipe.hpp"

namespace sluice::test {
namespace {

Json core_of(const RunPluginOptions& options) {
    Json core = Json::object();
    for (const auto& [name, dims] : options.core) core[name] = dims;
    return core;
}

Json steps_of(const std::string& id, Json with, const std::map<std::string, Array>& inputs, const RunPluginOptions& options) {
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
    return steps;
}

std::vector<std::string> outputs_of(const std::string& id) {
    std::vector<std::string> keep;
    for (const auto& output : build_plugins().catalogue().at(id).outputs) keep.push_back("step." + output.name);
    return keep;
}

}  // namespace

std::map<std::string, Array> run_plugin(const std::string& id, const Json& with, const std::map<std::string, Array>& inputs,
                                        const RunPluginOptions& options) {
    PlanOptions plan_options;
    plan_options.threads = options.threads;
    plan_options.memory_bytes = options.memory_bytes;
    plan_options.arrays = inputs;
    std::map<std::string, Array> outputs;
    for (const auto& [name, array] : run_recipe(recipe_of(steps_of(id, with, inputs, options), outputs_of(id)), plan_options))
        outputs.emplace(name.substr(name.find('.') + 1), array);
    return outputs;
}

}  // namespace sluice::test
