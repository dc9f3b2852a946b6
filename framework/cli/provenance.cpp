// SPDX-License-Identifier: BSD-3-Clause
// sluice provenance: how a result was made, from its file.
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <sluice/host/result.hpp>

#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command show_command{"sluice provenance show", "RESULT",
                           "Tells how a result was made: the recipe, each step with its parameters, the inputs with their\n"
                           "fingerprints, and warnings; then the same of inputs that are results themselves, back to the\n"
                           "raw data. With --format json all that the file keeps.",
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

void print_files(const Json& files, const Json& history) {
    if (!files.empty()) fmt::print("\ninputs\n");
    for (const Json& file : files) {
        fmt::print("  {}\n    {}, sha256 ({}) {}\n", file.value("path", ""), bytes_text(file.value("size", Index{0})),
                   file.value("coverage", ""), file.value("sha256", ""));
        if (history.contains(file.value("sha256", ""))) fmt::print("    is itself a result: see below how it was made\n");
    }
}

void print_record(const Json& record, const Json& history) {
    const Json& recipe = member(record, "recipe");
    fmt::print("recipe: {} {} \"{}\"\nmade:   {} by {} {}\n\nsteps\n", recipe.value("id", ""), recipe.value("version", ""),
               recipe.value("title", ""), record.value("date", ""), record.value("program", ""), record.value("version", ""));
    for (const Json& step : member(record, "steps")) print_step(step);
    print_files(member(record, "files"), history);
    const Json& warnings = member(record, "warnings");
    if (!warnings.empty()) fmt::print("\nwarnings\n");
    for (const Json& warning : warnings) fmt::print("  {}\n", plain_text(warning));
}

/// From the result back to the raw data, each record once.
void print_text(const Json& provenance) {
    const Json& history = member(provenance, "history");
    print_record(provenance, history);
    std::set<std::string> shown;
    std::vector<const Json*> records{&provenance};
    for (std::size_t i = 0; i < records.size(); ++i)
        for (const Json& file : member(*records[i], "files")) {
            const auto earlier = history.find(file.value("sha256", ""));
            if (earlier == history.end() || !shown.insert(earlier.key()).second) continue;
            fmt::print("\n----\nhow {} was made\n\n", file.value("path", ""));
            print_record(*earlier, history);
            records.push_back(&*earlier);
        }
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
