// SPDX-License-Identifier: BSD-3-Clause
// NXprocess, NXparameters and NXnote groups from the record of a run.
#include "provenance.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

namespace sluice::nexus_result {
namespace {

using Json = nlohmann::ordered_json;

template <class Test>
bool all_elements(const Json& array, const Test& test) {
    return array.is_array() && !array.empty() && std::all_of(array.begin(), array.end(), test);
}

/// Native where HDF5 has a type for it, JSON text for the rest; nothing for null.
std::optional<Value> native(const Json& value) {
    if (value.is_null()) return std::nullopt;
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    if (all_elements(value, [](const Json& each) { return each.is_number_integer(); }))
        return value.get<std::vector<std::int64_t>>();
    if (all_elements(value, [](const Json& each) { return each.is_number(); })) return value.get<std::vector<double>>();
    if (all_elements(value, [](const Json& each) { return each.is_string(); }))
        return value.get<std::vector<std::string>>();
    return value.dump();
}

/// One field per member, with the unit that `units` names for it.
std::vector<Field> fields(const Json& object, const Json& units = Json::object()) {
    std::vector<Field> all;
    for (const auto& [name, value] : object.items())
        if (auto known = native(value)) all.push_back({name, *known, units.value(name, "")});
    return all;
}

const Json& member(const Json& object, const char* name) {
    static const Json none = Json::object();
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? none : *found;
}

Group note(const std::string& name, const std::string& json_text) {
    return {name, "NXnote", {{"type", "application/json"}, {"data", json_text}}, {}};
}

void add_warnings(Group& group, const Json& from) {
    const auto warnings = from.find("warnings");
    if (warnings != from.end() && !warnings->empty()) group.fields.push_back({"warnings", *native(*warnings)});
}

Group recipe_note(const Json& recipe) {
    auto group = note("recipe", recipe.at("effective_text").get<std::string>());
    group.fields.push_back({"description", "the recipe as it was run: parameters filled in, runs by itself"});
    group.fields.push_back({"checksum", recipe.at("effective_sha256").get<std::string>()});
    group.fields.push_back({"algorithm", "sha256"});
    for (const auto* name : {"id", "version", "title"})
        if (recipe.contains(name)) group.fields.push_back({name, recipe.at(name).get<std::string>()});
    return group;
}

Group input_files(const Json& files) {
    Group group{"inputs", "NXcollection"};
    for (std::size_t i = 0; i < files.size(); ++i)
        group.groups.push_back({"file_" + std::to_string(i + 1), "NXcollection",
                                fields(files[i], Json{{"size", "byte"}}), {}});
    return group;
}

Group step_group(const Json& step, std::size_t index, const std::string& date) {
    const auto number = std::to_string(index);
    const auto name = step.at("name").get<std::string>();
    Group group{"step_" + std::string(number.size() < 2 ? "0" : "") + nexus_name(number + "_" + name), "NXprocess"};
    group.fields = {{"program", step.at("plugin").get<std::string>()},
                    {"version", step.at("plugin_version").get<std::string>()},
                    {"date", date},
                    {"sequence_index", static_cast<std::int64_t>(index)},
                    {"name", name}};
    if (step.contains("library_sha256")) group.fields.push_back({"library_sha256", step["library_sha256"].get<std::string>()});
    if (step.contains("seconds")) group.fields.push_back({"duration", step["seconds"].get<double>(), "s"});
    add_warnings(group, step);
    group.groups = {{"parameters", "NXparameters", fields(member(step, "parameters"), member(step, "units")), {}},
                    {"resolved", "NXparameters", fields(member(step, "resolved")), {}},
                    {"inputs", "NXcollection", fields(member(step, "inputs")), {}}};
    return group;
}

Group process_group(const Json& run, const std::string& text) {
    const auto& recipe = run.at("recipe");
    Group group{"process", "NXprocess"};
    for (const auto* name : {"program", "version", "date"}) group.fields.push_back({name, run.at(name).get<std::string>()});
    add_warnings(group, run);
    group.groups.push_back(recipe_note(recipe));
    if (recipe.contains("text")) group.groups.push_back(note("recipe_source", recipe["text"].get<std::string>()));
    group.groups.push_back(note("provenance", text));
    group.groups.push_back({"execution", "NXparameters",
                            fields(member(run, "execution"), Json{{"memory_limit_bytes", "byte"}}), {}});
    group.groups.push_back(input_files(run.value("files", Json::array())));
    return group;
}

}  // namespace

Ending parse_provenance(std::string_view json) {
    try {
        const auto run = Json::parse(json);
        Ending ending;
        ending.title = run.at("recipe").value("title", "");
        ending.default_array = run.value("default", "");
        if (const auto curve = run.find("default_curve"); curve != run.end() && curve->is_string())
            ending.default_curve = curve->get<std::string>();
        const auto kept = run.value("kept", Json::object());
        for (const auto& [label, reference] : kept.items()) ending.references[label] = reference.get<std::string>();
        ending.process = process_group(run, std::string(json));
        const auto date = run.at("date").get<std::string>();
        for (const auto& step : run.at("steps")) ending.steps.push_back(step_group(step, ending.steps.size() + 1, date));
        return ending;
    } catch (const Json::exception& error) {
        throw std::runtime_error(std::string("the record of the run cannot be used: ") + error.what());
    }
}

}  // namespace sluice::nexus_result
