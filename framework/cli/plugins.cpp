// SPDX-License-Identifier: BSD-3-Clause
// sluice plugins: what is installed and what each plugin does, from the declarations alone; no plugin is opened.
#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "describe.hpp"
#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command list_command{"sluice plugins list", "", "Lists the plugins that are installed, and libraries that cannot be used.",
                           plugin_options | format_options};
const Command describe_command{"sluice plugins describe", "NAME",
                               "Tells what a plugin takes, gives and can be told. --format markdown prints the table of its\n"
                               "parameters as the plugin's README has it.",
                               plugin_options | format_options, {"text", "json", "markdown"}};

Json to_json(const Plugins& plugins) {
    Json all{{"plugins", Json::array()}, {"unusable", Json::array()}};
    for (const auto& [id, manifest] : plugins.catalogue())
        all["plugins"].push_back({{"id", id}, {"version", manifest.version}, {"kind", sluice::to_text(manifest.kind)},
                                  {"summary", manifest.summary}, {"file", plugins.file_of(id).string()}});
    for (const auto& each : plugins.unusable())
        all["unusable"].push_back({{"file", each.file.string()}, {"id", each.id}, {"reason", each.reason}});
    return all;
}

int list(const Arguments& arguments) {
    const auto options = parse_options(list_command, arguments);
    if (!options) return 0;
    const Plugins plugins(options->plugin_folders);
    if (options->json()) {
        fmt::print("{}\n", json_text(to_json(plugins), 2));
        return 0;
    }
    for (const auto& [id, manifest] : plugins.catalogue())
        fmt::print("{:<24} {:<8} {:<7} {}\n", id, manifest.version, sluice::to_text(manifest.kind), manifest.summary);
    if (plugins.catalogue().empty())
        fmt::print("there are no plugins; --plugins or SLUICE_PLUGIN_PATH tells where to look\n");
    for (const auto& each : plugins.unusable()) fmt::print("unusable: {}\n", each.reason);
    return 0;
}

const Manifest& find(const Plugins& plugins, const std::string& name) {
    const auto found = plugins.catalogue().find(name);
    if (found != plugins.catalogue().end()) return found->second;
    std::vector<std::string> names;
    for (const auto& each : plugins.catalogue()) names.push_back(each.first);
    const auto unusable = plugins.why_unusable();
    if (const auto why = unusable.find(name); why != unusable.end())
        throw Error(ErrorKind::recipe, fmt::format("no plugin '{}' is installed. {}", name, why->second));
    throw Error(ErrorKind::recipe, fmt::format("no plugin '{}' is installed{}; 'sluice plugins list' lists them", name,
                                               near_hint(name, names)));
}

int describe(const Arguments& arguments) {
    const auto options = parse_options(describe_command, arguments);
    if (!options) return 0;
    const Plugins plugins(options->plugin_folders);
    const Manifest& manifest = find(plugins, options->argument);
    if (options->json()) {
        Json json = manifest.json;
        json["file"] = plugins.file_of(manifest.id).string();
        fmt::print("{}\n", json_text(json, 2));
    } else {
        fmt::print("{}", options->format == "markdown" ? parameters_markdown(manifest) : describe_text(manifest));
    }
    return 0;
}

}  // namespace

int plugins_verb(const Arguments& arguments) {
    static constexpr Verb verbs[] = {
        {"list", "the plugins that are installed", list},
        {"describe", "inputs, outputs and parameters of a plugin", describe},
    };
    return dispatch("sluice plugins", verbs, arguments);
}

}  // namespace sluice::cli
