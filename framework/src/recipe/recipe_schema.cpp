// SPDX-License-Identifier: BSD-3-Clause
// The schema of recipes that an editor completes from: the form, plus ports and parameters of each plugin.
#include <sluice/host/recipe.hpp>

#include "report.hpp"

namespace sluice {

extern const std::string_view recipe_schema_text;

namespace {

Json note_pattern() { return {{"^//", Json::object()}}; }

/// A parameter in a recipe: its value, a quantity as text, a step's output, or "${name}".
Json recipe_property(const Json& property) {
    Json choices = Json::array({property, Json{{"type", "string"}, {"pattern", "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"}}});
    if (property.contains("unit")) choices.push_back({{"type", "string"}, {"description", "a number and a unit"}});
    if (member(property, "per_item") == true)
        choices.push_back({{"type", "object"}, {"required", {"from"}}, {"properties", {{"from", {{"type", "string"}}}}}});
    Json out;
    if (property.contains("description")) out["description"] = property["description"];
    out["anyOf"] = std::move(choices);
    return out;
}

Json closed_object(Json properties, const Json& required) {
    Json out{{"type", "object"}, {"additionalProperties", false}, {"patternProperties", note_pattern()}};
    out["properties"] = std::move(properties);
    if (required.is_array() && !required.empty()) out["required"] = required;
    return out;
}

Json with_schema(const Manifest& manifest) {
    Json properties = Json::object();
    for (const auto& name : keys_of(member(manifest.parameters, "properties")))
        properties[name] = recipe_property(manifest.parameters["properties"][name]);
    return closed_object(std::move(properties), member(manifest.parameters, "required"));
}

Json in_schema(const Manifest& manifest) {
    Json properties = Json::object(), required = Json::array();
    for (const auto& port : manifest.inputs) {
        properties[port.name] = {{"type", "string"}, {"description", port.summary}};
        if (!port.optional) required.push_back(port.name);
    }
    return closed_object(std::move(properties), required);
}

/// When `key` names this plugin, `then` holds.
Json when(const std::string& key, const std::string& id, Json then) {
    Json out;
    out["if"] = {{"properties", {{key, {{"const", id}}}}}};
    out["then"]["properties"] = std::move(then);
    return out;
}

}  // namespace

Json recipe_schema(const Catalogue& catalogue) {
    Json schema = Json::parse(recipe_schema_text);
    Json& step = schema["definitions"]["step"];
    Json& outputs = schema["properties"]["outputs"];
    Json steps = Json::array(), sinks = Json::array();
    for (const auto& [id, manifest] : catalogue) {
        const bool sink = manifest.kind == PluginKind::sink;
        (sink ? sinks : steps).push_back(id);
        Json then{{"with", with_schema(manifest)}};
        if (!sink) then["in"] = in_schema(manifest);
        (sink ? outputs : step)["allOf"].push_back(when(sink ? "format" : "use", id, std::move(then)));
    }
    if (!steps.empty()) step["properties"]["use"]["enum"] = std::move(steps);
    if (!sinks.empty()) outputs["properties"]["format"]["enum"] = std::move(sinks);
    return schema;
}

}  // namespace sluice
