// SPDX-License-Identifier: BSD-3-Clause
// Reads the record of a run.
#include <sluice/io/run_record.hpp>

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace sluice::io {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<Json> list_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? found->get<std::vector<Json>>() : std::vector<Json>();
}

/// "q_min = 0.3 1/nm"
std::string assignment(const std::string& name, const Json& value, const std::string& unit) {
    const auto plain = value.is_string() ? value.get<std::string>() : value.dump();
    return name + " = " + plain + (unit.empty() || unit == "1" ? "" : " " + unit);
}

RecordedStep step_of(const Json& json) {
    RecordedStep step{text_of(json, "name"), text_of(json, "plugin"), text_of(json, "plugin_version"), {}};
    const Json units = json.value("units", Json::object()), parameters = json.value("parameters", Json::object());
    for (const auto& [name, value] : parameters.items())
        if (!value.is_null()) step.parameters.push_back(assignment(name, value, text_of(units, name.c_str())));
    return step;
}

/// Several steps may read one file.
void add_file(RunRecord& record, const RecordedFile& file) {
    const auto same = [&](const RecordedFile& each) { return each.path == file.path && each.sha256 == file.sha256; };
    if (std::none_of(record.files.begin(), record.files.end(), same)) record.files.push_back(file);
}

RunRecord record_of(const Json& json) {
    RunRecord record;
    const Json recipe = json.value("recipe", Json::object());
    record.program = text_of(json, "program");
    record.version = text_of(json, "version");
    record.date = text_of(json, "date");
    record.id = text_of(recipe, "id");
    record.recipe_version = text_of(recipe, "version");
    record.title = text_of(recipe, "title");
    record.recipe = text_of(recipe, "effective_text");
    for (const auto& each : list_of(json, "steps")) record.steps.push_back(step_of(each));
    for (const auto& each : list_of(json, "warnings"))
        if (each.is_string()) record.warnings.push_back(each.get<std::string>());
    for (const auto& each : list_of(json, "files")) add_file(record, {text_of(each, "path"), text_of(each, "sha256")});
    const Json history = json.value("history", Json::object());  // by the SHA-256 of the input
    for (const auto& [sha256, earlier] : history.items())
        if (earlier.is_object()) record.history.push_back(record_of(earlier));
    return record;
}

}  // namespace

RunRecord parse_run_record(std::string_view json) {
    const auto parsed = Json::parse(json, nullptr, false);
    if (!parsed.is_object()) throw std::runtime_error("the record of the run is no JSON object");
    try {
        return record_of(parsed);
    } catch (const Json::exception& error) {
        throw std::runtime_error(std::string("the record of the run cannot be used: ") + error.what());
    }
}

std::string describe_run(const RunRecord& record) {
    return record.id + " " + record.recipe_version + ", run by " + record.program + " " + record.version + " on " + record.date;
}

std::vector<std::string> origin_lines(const RunRecord& record) {
    std::vector<std::string> lines;
    if (!record.title.empty()) lines.push_back(record.title);
    lines.push_back("recipe: " + describe_run(record));
    for (const auto& file : record.files)
        lines.push_back("input: " + file.path + (file.sha256.empty() ? "" : " (sha256 " + file.sha256 + ")"));
    for (const auto& warning : record.warnings) lines.push_back("warning: " + warning);
    for (const auto& earlier : record.history)
        for (const auto& line : origin_lines(earlier)) lines.push_back("made from: " + line);
    return lines;
}

}  // namespace sluice::io
