// SPDX-License-Identifier: BSD-3-Clause
// Checks, plans and runs a recipe given as JSON, with arrays in memory: what an embedding program does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sluice/host/error.hpp>
#include <sluice/host/plan.hpp>
#include <sluice/host/run.hpp>

namespace sluice::test {

/// The plugins of the build folder (SLUICE_BINARY_DIR, set by ctest), and those that are there for tests only.
const Plugins& build_plugins();

/// A recipe of these steps that keeps these outputs, the first by default.
Json recipe_of(const Json& steps, const std::vector<std::string>& keep);

/// Its plan. Throws Error; the findings of a failed check are joined by line ends. The recipe is called 'test.json', and
/// steps may use the built-in source `memory`.
Plan plan_recipe(const Json& recipe, const PlanOptions& options = {});

/// The kept arrays by "step.port".
std::map<std::string, Array> run_recipe(const Json& recipe, const PlanOptions& options = {});

}  // namespace sluice::test
