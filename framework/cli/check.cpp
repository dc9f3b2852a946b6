// SPDX-License-Identifier: BSD-3-Clause
// sluice check: all faults of a recipe, from its text and the plugins' declarations alone.
#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command command{"sluice check", "RECIPE",
                      "Finds all faults of a recipe at once. Reads the recipe and the plugins' declarations, no data.\n"
                      "Parameters of the recipe may be left open. Exit code 2 when there is a fault.",
                      recipe_options | plugin_options | format_options};

std::string_view to_text(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "";
}

Json to_json(const Finding& finding) {
    return {{"code", finding.code},
            {"severity", to_text(finding.severity)},
            {"pointer", finding.pointer},
            {"file", finding.location.file},
            {"line", finding.location.line},
            {"column", finding.location.column},
            {"message", finding.message}};
}

void print_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) list.push_back(to_json(finding));
    fmt::print("{}\n", json_text({{"ok", !has_errors(findings)}, {"findings", std::move(list)}}, 2));
}

}  // namespace

int check_verb(const Arguments& arguments) {
    const auto options = parse_options(command, arguments);
    if (!options) return 0;
    RecipeOptions recipe_options = options->recipe;
    recipe_options.values_required = false;
    const Plugins plugins(options->plugin_folders);
    recipe_options.unusable = plugins.why_unusable();
    const auto findings = check_recipe(options->argument, plugins.catalogue(), recipe_options).findings;
    if (options->json()) {
        print_json(findings);
    } else {
        for (const Finding& finding : findings) fmt::print("{}\n", sluice::to_text(finding));
        if (!has_errors(findings)) fmt::print("{}: ok\n", options->argument);
    }
    return has_errors(findings) ? static_cast<int>(ErrorKind::recipe) : 0;
}

}  // namespace sluice::cli
