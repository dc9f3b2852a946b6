// SPDX-License-Identifier: BSD-3-Clause
// sluice run: a recipe to a kept result, and a summary of it.
#include <cstdio>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/result.hpp>

#include "execute.hpp"
#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command command{"sluice run", "RECIPE",
                      "Runs a recipe and keeps the result in one NeXus (HDF5) file, which is complete or not there.\n"
                      "With --format json each event is one line of JSON on the standard output.",
                      recipe_options | plugin_options | format_options | resource_options | run_options};

constexpr Index most_shown = 8;   ///< values of an array that the summary prints

/// The values of a small kept array; null or empty for any other.
std::optional<KeptValues> small_values(const KeptArray& array, const Recipe& recipe, const std::filesystem::path& output) {
    if (recipe.format != "nexus_result" || volume(array.description.dims) > most_shown) return std::nullopt;
    return read_kept_values(output, array.label, most_shown);
}

std::string values_text(const KeptValues& kept) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kept.values.size(); ++i)
        texts.push_back(measured_text(kept.values[i], kept.sigmas.empty() ? std::numeric_limits<double>::quiet_NaN() : kept.sigmas[i]));
    return fmt::format("{}", fmt::join(texts, ", "));
}

void print_summary(const Execution& execution, const Recipe& recipe, const std::filesystem::path& output) {
    for (const KeptArray& array : execution.kept) {
        const Description& description = array.description;
        const std::string unit = description.unit.text() == "1" ? "" : description.unit.text();
        std::string shape = description.dims.empty() ? "" : to_text(description.dims);
        if (const auto kept = small_values(array, recipe, output)) shape += (shape.empty() ? "" : " ") + values_text(*kept);
        const std::string name = array.port.empty() ? array.label : array.label + " (" + array.port + ")";
        fmt::print("{:<28} {}{}{}\n", name, shape, unit.empty() ? "" : " ", unit);
    }
    std::error_code error;
    const auto bytes = std::filesystem::file_size(output, error);
    fmt::print("result: {} ({}) in {}\n", output.string(), error ? "?" : bytes_text(static_cast<Index>(bytes)),
               duration_text(execution.result.seconds));
}

Json to_json(const KeptArray& array, const Recipe& recipe, const std::filesystem::path& output) {
    Json dims = Json::array();
    for (const Dim& dim : array.description.dims) dims.push_back({{"name", dim.name}, {"size", dim.size}});
    Json json{{"array", array.label}, {"dims", std::move(dims)}, {"unit", array.description.unit.text()}};
    if (const auto kept = small_values(array, recipe, output)) {
        json["values"] = kept->values;
        if (!kept->sigmas.empty()) json["sigmas"] = kept->sigmas;
    }
    return json;
}

void print_json(const Execution& execution, const Recipe& recipe, const std::filesystem::path& output) {
    Json json{{"event", "result"}, {"file", output.string()}, {"seconds", execution.result.seconds},
              {"arrays", Json::array()}, {"warnings", execution.result.warnings}, {"failed_checks", Json::array()}};
    for (const KeptArray& array : execution.kept) json["arrays"].push_back(to_json(array, recipe, output));
    for (const FailedCheck& failed : execution.result.failed_checks)
        json["failed_checks"].push_back({{"on", failed.on}, {"message", failed.message}});
    fmt::print("{}\n", json_text(json));
}

/// For programs that read the events: the error as the last line, before it is thrown on.
template <class F>
auto with_json_error(bool json, const F& f) {
    try {
        return f();
    } catch (const Error& error) {
        if (json)
            fmt::print("{}\n", json_text({{"event", "error"}, {"exit_code", error.exit_code()}, {"message", error.what()}}));
        throw;
    }
}

int run_recipe(const Options& options) {
    const Plugins plugins(options.plugin_folders);
    RecipeOptions recipe_options = options.recipe;
    recipe_options.unusable = plugins.why_unusable();
    const Recipe recipe = usable_recipe(check_recipe(options.argument, plugins.catalogue(), recipe_options), options.argument);
    auto output = options.output;
    if (output.empty()) {
        output = recipe.file.stem();
        output += ".h5";
    }
    const auto style = options.json() ? ProgressStyle::json : options.quiet ? ProgressStyle::none : ProgressStyle::text;
    const Execution execution = execute(recipe, plugins, options, output, style);
    if (options.json()) print_json(execution, recipe, output);
    else if (!options.quiet) print_summary(execution, recipe, output);
    print_warnings(execution.result);
    return exit_code(execution.result);
}

}  // namespace

int run_verb(const Arguments& arguments) {
    const auto options = parse_options(command, arguments);
    if (!options) return 0;
    return with_json_error(options->json(), [&] { return run_recipe(*options); });
}

}  // namespace sluice::cli
