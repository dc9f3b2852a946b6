// SPDX-License-Identifier: BSD-3-Clause
// The `with` of a step (or of the sink) against the parameters that plugin.json declares.
#pragma once

#include <map>
#include <string>

#include <sluice/host/manifest.hpp>

#include "parameters.hpp"

namespace sluice {

/// --set step.parameter=value for one step: by parameter, as typed.
using Overrides = std::map<std::string, std::string>;

struct Arguments {
    Json with = Json::object();                 ///< in the order of plugin.json: defaults filled in, units converted
    std::map<std::string, std::string> per_item;///< parameter -> "step.port" as the recipe has it
    /// False for a parameter that is faulty or has no value yet: nothing may be concluded from its absence.
    [[nodiscard]] bool knows(const std::string& parameter) const { return !unknown.contains(parameter); }
    std::set<std::string> unknown;
};

struct ArgumentsPlace {
    std::string pointer;   ///< "/steps/net/with"
    std::string subject;   ///< "step 'net' (background_subtraction)"
    bool incomplete;       ///< part of it was taken out as malformed: missing parameters are not reported
};

/// `given`: the object in the recipe (or null). Reports unknown-parameter, missing-parameter, bad-type, out-of-range,
/// wrong-unit, and what is wrong with "${name}".
Arguments check_arguments(const Manifest& manifest, const Json& given, const Overrides& overrides, const ArgumentsPlace& place,
                          const Folders& folders, RecipeParameters& parameters, Report& report);

}  // namespace sluice
