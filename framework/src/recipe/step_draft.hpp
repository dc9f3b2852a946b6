// SPDX-License-Identifier: BSD-3-Clause
// A step while it is checked: what the recipe says of it, as far as that is sound.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <sluice/host/recipe.hpp>

#include "arguments.hpp"

namespace sluice {

struct StepDraft {
    std::string name, plugin, pointer;
    std::string subject;                 ///< "step 'net' (background_subtraction)"
    const Manifest* manifest = nullptr;  ///< null: unknown, and reported
    bool incomplete = false;             ///< a part was malformed and taken out: what is missing is not reported
    Json in = Json::object();            ///< port -> text, as in the recipe
    std::map<std::string, std::vector<std::string>> core;
    Arguments arguments;

    // Filled in by connect_steps:
    std::map<std::string, Reference> inputs, per_item;
    std::set<std::string> upstream;      ///< steps that it names, sound or not
    bool sound = true;                   ///< false: its outputs are not known, and nothing is concluded from it
};

using StepDrafts = std::vector<StepDraft>;  ///< in the order of the text

}  // namespace sluice
