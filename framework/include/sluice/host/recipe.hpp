// SPDX-License-Identifier: BSD-3-Clause
// A recipe and its check: every fault is found from the text and the plugins' declarations alone, before data is read.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/host/finding.hpp>
#include <sluice/host/manifest.hpp>

namespace sluice {

/// "step" or "step.port"
struct Reference {
    std::string step;
    std::string port;   ///< always filled in: the default output when the recipe names none
    friend bool operator==(const Reference&, const Reference&) = default;
};

struct Step {
    std::string name;
    std::string plugin;
    std::map<std::string, Reference> inputs;               ///< by port
    std::map<std::string, std::vector<std::string>> core;  ///< plugin's core dim -> the data's own dims (one; several for a pack)
    std::map<std::string, Reference> per_item;             ///< parameters given by a step
    /// The parameters in the order of plugin.json: defaults filled in, quantities as plain numbers in the declared unit,
    /// paths absolute. Not in it: those in per_item, and those that are not given and have no default. A value that
    /// `check` leaves open (values_required = false) stands as "${name}".
    Json with;
    std::string pointer;    ///< "/steps/net"
    Location location;
};

/// A quality check on a kept result; failing it is exit code 5.
struct QualityCheck {
    Reference on;
    bool finite = false;
    std::optional<double> minimum, maximum;
    std::string pointer;
    Location location;
};

struct Recipe {
    std::string id, version, title;
    std::vector<Step> steps;            ///< in an order in which each follows its inputs; ties as in the text
    std::vector<QualityCheck> checks;
    Reference default_output;
    std::vector<Reference> keep;        ///< what is written, the default output first
    std::string format = "nexus_result";
    Json format_with;                   ///< parameters of the sink, completed
    Json effective;                     ///< the recipe after include, extends, parameters and defaults: runs by itself
    std::string text;                   ///< the recipe file byte for byte
    std::filesystem::path file;

    [[nodiscard]] const Step& step(const std::string& name) const;
};

struct RecipeOptions {
    std::map<std::string, std::string> parameters;              ///< -p name=value, as typed
    std::vector<std::pair<std::string, std::string>> overrides; ///< --set step.parameter=value
    bool values_required = true;    ///< false (check): a parameter without a value is only noted
    std::map<std::string, std::string> unusable = {};   ///< Plugins::why_unusable(), for the message about a missing plugin
};

struct Checked {
    std::optional<Recipe> recipe;      ///< present when there is no error
    std::vector<Finding> findings;     ///< by file, line, column
};

/// Reads the recipe (and what it includes) and the manifests; opens no input file.
Checked check_recipe(const std::filesystem::path& file, const Catalogue& catalogue, const RecipeOptions& options = {});
/// The same for a recipe held in memory (replay); relative paths refer to `folder`.
Checked check_recipe_text(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                          const Catalogue& catalogue, const RecipeOptions& options = {});

/// The JSON schema of recipes for an editor: with the parameters of every plugin in the catalogue.
Json recipe_schema(const Catalogue& catalogue);
/// The declared parameters of a recipe: name, type, unit, default, help.
Json recipe_parameters(const std::filesystem::path& file);

}  // namespace sluice
