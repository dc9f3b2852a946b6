// SPDX-License-Identifier: BSD-3-Clause
// sluice replay: makes a result again from its file alone, and tells whether it came out the same.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>
#include <sluice/host/result.hpp>

#include "execute.hpp"
#include "format.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace sluice::cli {
namespace {

const Command command{"sluice replay", "RESULT",
                      "Runs the recipe that a result keeps, again, after telling which inputs have changed or are missing.\n"
                      "Without -o the new result is removed in the end.",
                      plugin_options | format_options | resource_options | run_options | verify_options};

constexpr Index whole_file = std::numeric_limits<Index>::max();

/// What stands in the way of the same result: of inputs that decide, of plugins to note.
struct Changes {
    std::vector<std::string> missing, changed, notes;
};

/// " (a result of recipe x 1.0.0, made …)" for an input that is a result itself, else nothing.
std::string origin_of(const Json& kept, const Json& history) {
    const auto record = history.find(kept.value("sha256", ""));
    if (record == history.end()) return {};
    const Json recipe = record->value("recipe", Json::object());
    return fmt::format(" (a result of recipe {} {}, made {})", recipe.value("id", ""), recipe.value("version", ""),
                       record->value("date", ""));
}

void compare_input(const Json& kept, const Json& history, Changes& changes) {
    const std::string path = kept.value("path", ""), origin = origin_of(kept, history);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        changes.missing.push_back(fmt::format("input '{}'{} is missing", path, origin));
        return;
    }
    const Fingerprint now = fingerprint(path, kept.value("coverage", "") == "full" ? whole_file : 0);
    const auto size = kept.value("size", Index{0});
    if (now.size != size)
        changes.changed.push_back(fmt::format("input '{}'{} has changed: {} bytes, had {}", path, origin, now.size, size));
    else if (now.sha256 != kept.value("sha256", ""))
        changes.changed.push_back(fmt::format("input '{}'{} has changed: its SHA-256 ({}) differs", path, origin, now.coverage));
    else if (!origin.empty())
        changes.notes.push_back(fmt::format("input '{}'{} has not changed; it can be replayed in turn", path, origin));
}

void compare_plugin(const Json& step, const Plugins& plugins, Changes& changes) {
    const std::string id = step.value("plugin", ""), version = step.value("plugin_version", "");
    const auto installed = plugins.catalogue().find(id);
    if (installed == plugins.catalogue().end()) return;  // the check of the recipe says so
    std::string note;
    if (installed->second.version != version) note = fmt::format("plugin {} is {}, was {}", id, installed->second.version, version);
    else if (step.contains("library_sha256") && sha256_of_file(plugins.file_of(id)) != step["library_sha256"])
        note = fmt::format("plugin {} {} is another build", id, version);
    if (!note.empty() && std::find(changes.notes.begin(), changes.notes.end(), note) == changes.notes.end())
        changes.notes.push_back(std::move(note));
}

Changes compare_origin(const Json& provenance, const Plugins& plugins) {
    Changes changes;
    const Json history = provenance.value("history", Json::object());
    for (const Json& file : provenance.value("files", Json::array())) compare_input(file, history, changes);
    for (const Json& step : provenance.value("steps", Json::array())) compare_plugin(step, plugins, changes);
    return changes;
}

Recipe kept_recipe(const Json& provenance, const std::string& file, const Catalogue& catalogue) {
    const auto text = provenance.at("recipe").at("effective_text").get<std::string>();
    const auto folder = std::filesystem::absolute(file).parent_path();
    return usable_recipe(check_recipe_text(text, file + ":recipe", folder, catalogue), fmt::format("the recipe kept in '{}'", file));
}

void refuse_to_overwrite(const Options& options) {
    std::error_code error;
    if (std::filesystem::equivalent(options.output, options.argument, error))
        throw Error(ErrorKind::recipe, fmt::format("-o {}: is the result that is replayed; give the new one another place",
                                                   options.output.string()));
}

/// The place of the new result: where the user wants it, or a folder that is removed in the end.
class Output {
public:
    explicit Output(const std::filesystem::path& wanted) : file_(wanted) {
        if (!wanted.empty()) return;
        std::string folder = (std::filesystem::temp_directory_path() / "sluice_replay_XXXXXX").string();
        if (!mkdtemp(folder.data())) throw Error(ErrorKind::output, "cannot make a temporary folder; give the new result a place with -o");
        folder_ = folder;
        file_ = folder_ / "again.h5";
    }
    ~Output() {
        std::error_code error;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
    std::filesystem::path folder_, file_;
};

void print_list(std::string_view mark, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) fmt::print(stderr, "{}{}\n", mark, text);
}

Json to_json(const Changes& changes, const std::vector<Difference>& differences, const Options& options) {
    Json json{{"missing", changes.missing}, {"changed", changes.changed}, {"notes", changes.notes}};
    if (!options.output.empty()) json["file"] = options.output.string();
    if (options.verify) {
        json["identical"] = differences.empty();
        json["differences"] = Json::array();
        for (const Difference& each : differences) json["differences"].push_back({{"array", each.array}, {"message", each.message}});
    }
    return json;
}

void print_text(const std::vector<Difference>& differences, const Options& options) {
    for (const Difference& each : differences) fmt::print("{}: {}\n", each.array, each.message);
    if (options.verify && differences.empty()) fmt::print("identical: every kept value has the same bits\n");
    if (!options.output.empty()) fmt::print("result: {}\n", options.output.string());
}

}  // namespace

int replay_verb(const Arguments& arguments) {
    const auto options = parse_options(command, arguments);
    if (!options) return 0;
    refuse_to_overwrite(*options);
    const Json provenance = read_provenance(options->argument);
    const Plugins plugins(options->plugin_folders);
    const Changes changes = compare_origin(provenance, plugins);
    print_list("", changes.missing);
    print_list("", changes.changed);
    print_list("note: ", changes.notes);
    if (!changes.missing.empty())
        throw Error(ErrorKind::data, fmt::format("'{}' cannot be made again: {} missing", options->argument,
                                                 changes.missing.size() == 1 ? "an input is" : "inputs are"));

    const Recipe recipe = kept_recipe(provenance, options->argument, plugins.catalogue());
    const Output output(options->output);
    const auto style = options->quiet || options->json() ? ProgressStyle::none : ProgressStyle::text;
    const Execution execution = execute(recipe, plugins, *options, output.file(), style);
    print_warnings(execution.result);

    const auto differences = options->verify ? compare_results(options->argument, output.file()) : std::vector<Difference>();
    if (options->json()) fmt::print("{}\n", json_text(to_json(changes, differences, *options), 2));
    else if (!options->quiet || !differences.empty()) print_text(differences, *options);
    return differences.empty() ? exit_code(execution.result) : static_cast<int>(ErrorKind::drift);
}

}  // namespace sluice::cli
