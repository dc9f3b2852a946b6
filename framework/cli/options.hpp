// SPDX-License-Identifier: BSD-3-Clause
// The command line of a verb: which options it has, and what the user gave.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/host/plugins.hpp>
#include <sluice/host/recipe.hpp>

#include "verbs.hpp"

namespace sluice::cli {

/// Groups of options; a verb names those that it has.
enum OptionGroup : unsigned {
    recipe_options = 1,     ///< -p, --set
    plugin_options = 2,     ///< --plugins
    format_options = 4,     ///< --format
    resource_options = 8,   ///< --threads, --memory
    run_options = 16,       ///< -o, --quiet, --full-sha256
    verify_options = 32,    ///< --verify
    export_options = 64     ///< --format of a sink, --array, --at, --with, -o, --quiet
};

struct Command {
    std::string_view name;       ///< "sluice run"
    std::string_view argument;   ///< what the one word after it is: "RECIPE"; "" when there is none
    std::string_view summary;
    unsigned groups = 0;
    std::vector<std::string> formats = {"text", "json"};
};

struct Options {
    std::string argument;
    RecipeOptions recipe;
    std::vector<std::filesystem::path> plugin_folders;   ///< of --plugins, then the default ones
    std::string format = "text";
    int threads = 0;
    Index memory_bytes = 0;
    std::filesystem::path output;
    bool quiet = false;
    bool full_sha256 = false;
    bool verify = false;
    std::vector<std::string> arrays;                                    ///< of --array
    std::vector<std::pair<std::string, std::string>> selections;        ///< of --at DIM=VALUE
    std::vector<std::pair<std::string, std::string>> sink_parameters;   ///< of --with NAME=VALUE

    [[nodiscard]] bool json() const { return format == "json"; }
};

/// Nothing when the user asked for help, which is then printed. Throws Error(recipe) on what is wrong, with near names.
std::optional<Options> parse_options(const Command& command, const Arguments& arguments);

/// "4GiB", "500 MB", "1073741824" -> bytes. Throws Error(recipe).
Index parse_bytes(std::string_view text);

/// The recipe, when there is no error; prints errors and warnings to stderr. Throws Error(recipe) with "<what> cannot be used".
Recipe usable_recipe(Checked checked, std::string_view what);

}  // namespace sluice::cli
