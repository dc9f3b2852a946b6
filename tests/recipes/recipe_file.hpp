// SPDX-License-Identifier: BSD-3-Clause
// Recipes of the tree, run in memory on other data.
#pragma once

#include <fstream>
#include <map>
#include <string>

#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace sluice::test {

/// What pipelines/<file> keeps, with these values of its parameters.
inline std::map<std::string, Array> run_pipeline(const std::string& file, const std::map<std::string, Json>& parameters,
                                                 const Json& patch = Json::object()) {
    const auto path = source_folder() / "pipelines" / file;
    std::ifstream text(path);
    Json recipe = Json::parse(text);
    if (recipe.contains("extends")) recipe["extends"] = (path.parent_path() / recipe["extends"].get<std::string>()).string();
    for (const auto& [name, value] : parameters) recipe["parameters"][name]["default"] = value;
    recipe.merge_patch(patch);
    return run_recipe(recipe);
}

}  // namespace sluice::test
