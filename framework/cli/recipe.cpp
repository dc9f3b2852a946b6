// SPDX-License-Identifier: BSD-3-Clause
// sluice recipe: the schema of recipes for editors, and the parameters that a recipe declares.
#include <fmt/format.h>

#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command schema_command{"sluice recipe schema", "",
                             "Prints the JSON schema of recipes, with the parameters of all plugins that are installed:\n"
                             "an editor that knows it completes and checks while one writes.",
                             plugin_options};
const Command parameters_command{"sluice recipe parameters", "RECIPE",
                                 "Lists the parameters that a recipe declares, to be given with -p NAME=VALUE.",
                                 format_options};

int schema(const Arguments& arguments) {
    const auto options = parse_options(schema_command, arguments);
    if (!options) return 0;
    fmt::print("{}\n", json_text(recipe_schema(Plugins(options->plugin_folders).catalogue()), 2));
    return 0;
}

std::string parameter_line(const Json& parameter) {
    std::string type = parameter.value("type", "");
    if (parameter.contains("unit")) type += " in " + plain_text(parameter["unit"]);
    const std::string value = parameter.contains("default") ? "default " + plain_text(parameter["default"]) : "required";
    return fmt::format("  {:<16} {:<20} {:<20} {}\n", parameter.value("name", ""), type, value, parameter.value("help", ""));
}

int parameters(const Arguments& arguments) {
    const auto options = parse_options(parameters_command, arguments);
    if (!options) return 0;
    const Json declared = recipe_parameters(options->argument);
    if (options->json()) {
        fmt::print("{}\n", json_text(declared, 2));
        return 0;
    }
    if (declared.empty()) fmt::print("{} declares no parameters\n", options->argument);
    for (const Json& parameter : declared) fmt::print("{}", parameter_line(parameter));
    return 0;
}

}  // namespace

int recipe_verb(const Arguments& arguments) {
    static constexpr Verb verbs[] = {
        {"schema", "the JSON schema of recipes, for editors", schema},
        {"parameters", "the parameters that a recipe declares", parameters},
    };
    return dispatch("sluice recipe", verbs, arguments);
}

}  // namespace sluice::cli
