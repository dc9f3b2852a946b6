// SPDX-License-Identifier: BSD-3-Clause
// sluice plan: what a run would do, without reading bulk data.
#include <fmt/format.h>

#include <sluice/host/plan.hpp>

#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command command{"sluice plan", "RECIPE",
                      "Tells what a run would do: every array with dimensions, type and unit, conversions, passes, blocks,\n"
                      "peak memory and output size. Opens the inputs, reads no bulk data.",
                      recipe_options | plugin_options | format_options | resource_options};

}  // namespace

int plan_verb(const Arguments& arguments) {
    const auto options = parse_options(command, arguments);
    if (!options) return 0;
    const Plugins plugins(options->plugin_folders);
    PlanOptions plan_options;
    plan_options.threads = options->threads;
    plan_options.memory_bytes = options->memory_bytes;
    RecipeOptions recipe_options = options->recipe;
    recipe_options.unusable = plugins.why_unusable();
    const Recipe recipe = usable_recipe(check_recipe(options->argument, plugins.catalogue(), recipe_options), options->argument);
    const Plan plan = Plan::make(recipe, plugins, plan_options);
    if (options->json()) fmt::print("{}\n", json_text(to_json(plan), 2));
    else fmt::print("{}", to_text(plan));
    return 0;
}

}  // namespace sluice::cli
