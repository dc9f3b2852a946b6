// SPDX-License-Identifier: BSD-3-Clause
// pipelines/xpcs/mhz_nanocrystals.json with other frames, run in memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/run_recipe.hpp"

namespace sluice::test {

/// The recipe after a JSON merge patch. It keeps `keep` and, of what it keeps itself, all whose steps are left.
inline Json xpcs_recipe(const Json& patch, std::vector<std::string> keep) {
    Json recipe = patched(read_pipeline("xpcs/mhz_nanocrystals.json"), patch);
    for (const std::string each : recipe["outputs"]["keep"])
        if (recipe["steps"].contains(each.substr(0, each.find('.'))) && std::find(keep.begin(), keep.end(), each) == keep.end()) keep.push_back(each);
    recipe["outputs"] = {{"default", keep.at(0)}, {"keep", keep}};
    recipe["checks"] = Json::array();
    return recipe;
}

/// Frames of the simulation instead of a file.
inline Json simulated(const Json& with) {
    return {{"parameters", {{"frames", nullptr}, {"frames_path", nullptr}, {"train_ids", nullptr}, {"mask", nullptr}, {"pulse_period", nullptr}}},
            {"steps", {{"frames", {{"use", "speckle_simulation"}, {"with", with}}}, {"correlation", {{"with", {{"pulse_period", nullptr}}}}}}}};
}

/// What a jackknife step gives.
inline const Array& estimate(const std::map<std::string, Array>& kept, const std::string& step) { return kept.at(step + ".estimate"); }

inline std::vector<double> sigmas_of(const Array& array) {
    auto sigmas = variances_of(array);
    for (auto& each : sigmas) each = std::sqrt(each);
    return sigmas;
}

}  // namespace sluice::test
