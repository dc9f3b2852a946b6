// SPDX-License-Identifier: BSD-3-Clause
// sluice export: arrays of a result through a sink into another format, by a recipe made here: result_source, then the sink.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
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

const Command command{
    "sluice export", "RESULT",
    "Writes arrays of a result, or parts of them, in another format. The new file tells how the result was made; it is complete or\n"
    "not there.",
    plugin_options | resource_options | export_options};

void need_sink(const std::string& format, const Catalogue& catalogue) {
    std::vector<std::string> sinks;
    for (const auto& [id, manifest] : catalogue)
        if (manifest.kind == PluginKind::sink) sinks.push_back(id);
    if (std::find(sinks.begin(), sinks.end(), format) != sinks.end()) return;
    throw Error(ErrorKind::recipe, fmt::format("--format {}: there is no plugin of that name that writes files{}; there are {}",
                                               format, near_hint(format, sinks), fmt::join(sinks, ", ")));
}

/// What a viewer shows first: the default output, or, if that is one number, the curve it came from.
std::string default_array(const Json& provenance, const std::string& file) {
    const std::string array = provenance.value("default", "");
    const Json curve = provenance.value("default_curve", Json());
    if (!curve.is_string()) return array;
    for (const auto& label : {array, array.substr(0, array.find('.'))})
        if (read_kept_values(file, label, 1)) return curve.get<std::string>();
    return array;
}

std::string free_name(const std::string& wanted, const Json& steps) {
    std::string name = wanted;
    for (int i = 2; steps.contains(name); ++i) name = fmt::format("{}_{}", wanted, i);
    return name;
}

/// The name of the step that reads the array, and so of the array in the new file: "net" for "net.intensity" if that is what the
/// result calls it, "invariant_integrand".
std::string step_name(const std::string& array, const Json& provenance, const Json& steps) {
    std::string wanted = array;
    const Json kept = provenance.value("kept", Json::object());
    for (const auto& [label, reference] : kept.items())
        if (reference == array) wanted = label;
    std::replace_if(
        wanted.begin(), wanted.end(), [](char c) { return !(c == '_' || std::isalnum(static_cast<unsigned char>(c))); }, '_');
    return free_name(wanted, steps);
}

/// Parameters of slice for one element: by its index, "[3]", or by its value in the coordinate's unit or another, "310", "0.31 kK".
Json element_of(const std::string& dim, const std::string& text) {
    const bool by_index = text.starts_with('[');
    const char* begin = text.c_str() + (by_index ? 1 : 0);
    char* end = nullptr;
    const double value = std::strtod(begin, &end);
    std::string rest(end);
    rest.erase(0, rest.find_first_not_of(' '));
    const bool is_index = std::abs(value) < 1e9 && value == std::floor(value);
    if (by_index && end != begin && rest == "]" && is_index)
        return {{"dim", dim}, {"index", static_cast<int>(value)}};
    if (by_index || end == begin || !std::isfinite(value))
        throw Error(ErrorKind::recipe,
                    fmt::format("--at {}={}: needs a value of the coordinate '{}', such as 310 or '310 K', or an index, such as [3]",
                                dim, text, dim));
    Json element{{"dim", dim}, {"from", value}, {"to", value}};
    if (!rest.empty()) element["unit"] = rest;
    return element;
}

/// The steps that read an array and cut it; the last one is called `name`.
void add_steps(Json& steps, const std::string& name, const Json& source, const Options& options) {
    std::string last = name;
    if (!options.selections.empty()) last = free_name(name + "_whole", steps);
    steps[last] = source;
    for (std::size_t i = 0; i < options.selections.size(); ++i) {
        const auto& [dim, value] = options.selections[i];
        const bool is_last = i + 1 == options.selections.size();
        const auto next = is_last ? name : free_name(fmt::format("{}_part", name), steps);
        steps[next] = {{"use", "slice"}, {"in", {{"data", last}}}, {"with", element_of(dim, value)}};
        last = next;
    }
}

/// A value of --with: JSON where it is, else the text itself.
Json value_of(const std::string& text) {
    Json value = Json::parse(text, nullptr, false);
    return value.is_discarded() ? Json(text) : value;
}

Json recipe_of(const Json& provenance, const Options& options) {
    const Json about = provenance.value("recipe", Json::object());
    const auto arrays =
        options.arrays.empty() ? std::vector<std::string>{default_array(provenance, options.argument)} : options.arrays;
    Json steps = Json::object(), keep = Json::array(), with = Json::object();
    for (const auto& array : arrays) {
        const auto name = step_name(array, provenance, steps);
        const Json with_array{{"file", std::filesystem::absolute(options.argument).string()}, {"array", array}};
        add_steps(steps, name, {{"use", "result_source"}, {"with", with_array}}, options);
        keep.push_back(name);
    }
    for (const auto& [name, value] : options.sink_parameters) with[name] = value_of(value);
    const auto id = about.value("id", ""), version = about.value("version", "");
    return {
        {"sluice", 1},
        {"recipe", {{"id", "export." + id}, {"version", version.empty() ? "1" : version}, {"title", about.value("title", "")}}},
        {"steps", steps},
        {"outputs", {{"default", keep[0]}, {"keep", keep}, {"format", options.format}, {"with", with}}}};
}

void print_summary(const Execution& execution, const std::filesystem::path& output) {
    for (const KeptArray& array : execution.kept) {
        const Description& description = array.description;
        fmt::print("{:<28} {} {}\n", array.label, to_text(description.dims), description.unit.text());
    }
    std::error_code error;
    const auto bytes = std::filesystem::file_size(output, error);
    fmt::print("exported: {} ({}) in {}\n", output.string(), error ? "?" : bytes_text(static_cast<Index>(bytes)),
               duration_text(execution.result.seconds));
}

}  // namespace

int export_verb(const Arguments& arguments) {
    const auto options = parse_options(command, arguments);
    if (!options) return 0;
    const Plugins plugins(options->plugin_folders);
    need_sink(options->format, plugins.catalogue());
    const Json recipe_json = recipe_of(read_provenance(options->argument), *options);
    const auto folder = std::filesystem::absolute(options->argument).parent_path();
    RecipeOptions recipe_options;
    recipe_options.unusable = plugins.why_unusable();
    const Recipe recipe = usable_recipe(
        check_recipe_text(json_text(recipe_json, 2), options->argument + ":export", folder, plugins.catalogue(), recipe_options),
        fmt::format("the export of '{}'", options->argument));
    const Execution execution =
        execute(recipe, plugins, *options, options->output, options->quiet ? ProgressStyle::none : ProgressStyle::text);
    if (!options->quiet) print_summary(execution, options->output);
    print_warnings(execution.result);
    return exit_code(execution.result);
}

}  // namespace sluice::cli
