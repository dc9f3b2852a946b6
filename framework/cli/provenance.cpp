// SPDX-License-Identifier: BSD-3-Clause
// sluice provenance: how a result was made, from its file.
#include <fmt/format.h>

#include <sluice/host/result.hpp>

#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command show_command{"sluice provenance show", "RESULT",
                           "Tells how a result was made: the recipe, each step with its parameters, the inputs with their\n"
                           "fingerprints, and warnings. With --format json all that the file keeps.",
                           format_options};

const Json& member(const Json& object, const char* name) {
    static const Json none = Json::object();
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? none : *found;
}

void print_values(const Json& values, const Json& units, std::string_view mark) {
    for (const auto& [name, value] : values.items()) {
        const std::string unit = units.value(name, "");
        if (!value.is_null())
            fmt::print("    {}{} = {}{}\n", name, mark, plain_text(value), unit.empty() || unit == "1" ? "" : " " + unit);
    }
}

void print_step(const Json& step) {
    std::string inputs;
    for (const auto& [port, from] : member(step, "inputs").items())
        inputs += fmt::format("{}{} from {}", inputs.empty() ? ": " : ", ", port, plain_text(from));
    fmt::print("\n  {} ({} {}){}\n", step.value("name", ""), step.value("plugin", ""), step.value("plugin_version", ""), inputs);
    print_values(member(step, "parameters"), member(step, "units"), "");
    print_values(member(step, "resolved"), Json::object(), " (chosen by the run)");
}

void print_text(const Json& provenance) {
    const Json& recipe = member(provenance, "recipe");
    fmt::print("recipe: {} {} \"{}\"\nmade:   {} by {} {}\n\nsteps\n", recipe.value("id", ""), recipe.value("version", ""),
               recipe.value("title", ""), provenance.value("date", ""), provenance.value("program", ""),
               provenance.value("version", ""));
    for (const Json& step : member(provenance, "steps")) print_step(step);
    const Json& files = member(provenance, "files");
    if (!files.empty()) fmt::print("\ninputs\n");
    for (const Json& file : files)
        fmt::print("  {}\n    {}, sha256 ({}) {}\n", file.value("path", ""), bytes_text(file.value("size", Index{0})),
                   file.value("coverage", ""), file.value("sha256", ""));
    const Json& warnings = member(provenance, "warnings");
    if (!warnings.empty()) fmt::print("\nwarnings\n");
    for (const Json& warning : warnings) fmt::print("  {}\n", plain_text(warning));
}

int show(const Arguments& arguments) {
    const auto options = parse_options(show_command, arguments);
    if (!options) return 0;
    const Json provenance = read_provenance(options->argument);
    if (options->json()) fmt::print("{}\n", json_text(provenance, 2));
    else print_text(provenance);
    return 0;
}

}  // namespace

int provenance_verb(const Arguments& arguments) {
    static constexpr Verb verbs[] = {{"show", "how a result was made", show}};
    return dispatch("sluice provenance", verbs, arguments);
}

}  // namespace sluice::cli
