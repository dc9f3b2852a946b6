// SPDX-License-Identifier: BSD-3-Clause
// Recipes of the tree, run in memory on other data.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace sluice::test {

/// The recipe after a JSON merge patch; as `extends` does it, a step that uses another plugin begins anew.
inline Json patched(Json recipe, const Json& patch) {
    const Json steps = patch.value("steps", Json::object());
    for (const auto& [name, step] : steps.items())
        if (step.is_object() && step.contains("use")) recipe["steps"].erase(name);
    recipe.merge_patch(patch);
    return recipe;
}

/// A recipe of the tree with all that it includes and extends, so that it may be run from anywhere.
inline Json read_recipe(const std::filesystem::path& path) {
    const auto read = [](const std::filesystem::path& from) {
        std::ifstream text(from);
        return Json::parse(text);
    };
    Json recipe = read(path);
    for (const std::string part : recipe.value("include", Json::array())) {
        const Json included = read(path.parent_path() / part);
        for (const char* group : {"parameters", "steps"}) recipe[group].update(included.value(group, Json::object()));
    }
    recipe.erase("include");
    if (!recipe.contains("extends")) return recipe;
    const std::string base = recipe["extends"];
    recipe.erase("extends");
    return patched(read_recipe(path.parent_path() / base), recipe);
}

inline Json read_pipeline(const std::string& file) { return read_recipe(source_folder() / "pipelines" / file); }

/// What pipelines/<file> keeps, with these values of its parameters.
inline std::map<std::string, Array> run_pipeline(const std::string& file, const std::map<std::string, Json>& parameters,
                                                 const Json& patch = Json::object()) {
    Json recipe = read_pipeline(file);
    for (const auto& [name, value] : parameters) recipe["parameters"][name]["default"] = value;
    return run_recipe(patched(recipe, patch));
}

}  // namespace sluice::test
