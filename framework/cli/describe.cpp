// SPDX-License-Identifier: BSD-3-Clause
// Tables from plugin.json.
#include "describe.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "format.hpp"

namespace sluice::cli {
namespace {

/// One parameter as it stands in a table.
struct Row {
    std::string name, type, unit, value, range, meaning;
};

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    return fmt::format("{}", fmt::join(texts, separator));
}

/// A per_item parameter also takes a step's output, {"from": "step.port"}.
bool takes_step(const Json& property) { return property.value("per_item", false); }

/// "number", "path or null", "list of number", "number or text".
std::string type_text(const Json& property) {
    std::vector<std::string> types;
    for (const char* choice : {"anyOf", "oneOf"})
        for (const Json& each : property.value(choice, Json::array())) types.push_back(type_text(each));
    const Json type = property.value("type", Json());
    if (type.is_array())
        for (const Json& each : type) {
            Json one = property;
            one["type"] = each;
            if (each != "object" || !takes_step(property)) types.push_back(type_text(one));
        }
    if (!types.empty()) return joined(types, " or ");
    if (type == "array") return property.contains("items") ? "list of " + type_text(property["items"]) : "list";
    if (type == "string") return property.value("format", "text");
    return type.is_string() ? type.get<std::string>() : "any";
}

/// "1 to 9", "≥ 0", "> 0, ≤ 1" from a pair of limits and their exclusive forms.
std::string bounds_text(const Json& property) {
    if (property.contains("minimum") && property.contains("maximum"))
        return fmt::format("{} to {}", property["minimum"].dump(), property["maximum"].dump());
    static constexpr std::pair<const char*, const char*> limits[] = {
        {"minimum", "≥"}, {"exclusiveMinimum", ">"}, {"maximum", "≤"}, {"exclusiveMaximum", "<"}};
    std::vector<std::string> parts;
    for (const auto& [key, sign] : limits)
        if (property.contains(key)) parts.push_back(fmt::format("{} {}", sign, property[key].dump()));
    return joined(parts, ", ");
}

/// "2 items", "2 to 3 items", "≥ 1 items"
std::string count_text(const Json& property) {
    const Json least = property.value("minItems", Json()), most = property.value("maxItems", Json());
    if (least.is_null() && most.is_null()) return {};
    if (least == most) return fmt::format("{} items", least.dump());
    if (least.is_null()) return fmt::format("≤ {} items", most.dump());
    return most.is_null() ? fmt::format("≥ {} items", least.dump()) : fmt::format("{} to {} items", least.dump(), most.dump());
}

std::string range_text(const Json& property) {
    std::vector<std::string> parts;
    const auto add = [&](std::string part) { if (!part.empty()) parts.push_back(std::move(part)); };
    for (const Json& each : property.value("enum", Json::array()))
        if (!each.is_null()) add(plain_text(each));
    add(bounds_text(property));
    add(count_text(property));
    if (property.contains("items"))
        if (const auto items = range_text(property["items"]); !items.empty()) add("each " + items);
    for (const char* choice : {"anyOf", "oneOf"})
        for (const Json& each : property.value(choice, Json::array())) add(range_text(each));
    return joined(parts, ", ");
}

std::string default_text(const Json& property, bool required) {
    if (required) return "required";
    if (!property.contains("default") || property["default"].is_null()) return "";
    return property["default"] == "" ? "\"\"" : plain_text(property["default"]);
}

std::vector<Row> rows(const Manifest& manifest) {
    const Json required = manifest.parameters.value("required", Json::array());
    const Json properties = manifest.parameters.value("properties", Json::object());
    std::vector<Row> all;
    for (const auto& [name, property] : properties.items()) {
        const bool needed = std::find(required.begin(), required.end(), name) != required.end();
        all.push_back({name, type_text(property) + (takes_step(property) ? " or step" : ""),
                       property.value("unit", ""), default_text(property, needed), range_text(property),
                       property.value("description", "")});
    }
    return all;
}

std::string cell(std::string text) {
    for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) text.insert(i, 1, '\\');
    return text;
}

std::string parameters_text(const Manifest& manifest) {
    std::string text;
    for (const Row& row : rows(manifest)) {
        std::vector<std::string> facts{row.type};
        if (!row.unit.empty()) facts.push_back("in " + row.unit);
        if (!row.range.empty()) facts.push_back(row.range);
        if (!row.value.empty()) facts.push_back(row.value == "required" ? row.value : "default " + row.value);
        text += fmt::format("  {} ({})\n      {}\n", row.name, joined(facts, "; "), row.meaning);
    }
    return text.empty() ? text : "\nParameters\n" + text;
}

/// "q, pixel...", "by 'unit'": the core dims as plugin.json has them.
std::string core_text(const Json& port) {
    std::vector<std::string> dims;
    for (const Json& dim : port.value("core", Json::array())) {
        if (!dim.is_object()) dims.push_back(plain_text(dim));
        else if (dim.contains("name")) dims.push_back(plain_text(dim["name"]));
        else dims.push_back(fmt::format("by '{}'", dim.value("by", "")));
    }
    if (port.contains("dims")) dims.push_back(fmt::format("by '{}'", port["dims"].value("from", "")));
    return joined(dims, ", ");
}

/// "[unit(intensity) unit(q)^3]"
std::string unit_text(const Json& port) {
    const Json unit = port.value("unit", Json(""));
    if (unit.is_object()) return fmt::format("[by '{}']", unit.value("from", ""));
    const auto text = unit.get<std::string>();
    if (text.starts_with("like:")) return fmt::format("[like {}]", text.substr(5));
    return text.empty() ? text : fmt::format("[{}]", text);
}

std::string ports_text(const Manifest& manifest, const char* which, std::string_view title) {
    std::string text;
    const Json ports = manifest.json.value(which, Json::object());
    for (const auto& [name, port] : ports.items()) {
        std::vector<std::string> facts;
        if (auto unit = unit_text(port); !unit.empty()) facts.push_back(std::move(unit));
        if (port.value("optional", false)) facts.emplace_back("optional");
        if (port.value("static", false)) facts.emplace_back("known before the run");
        text += fmt::format("  {}({}){}{}\n", name, core_text(port), facts.empty() ? "" : " ", joined(facts, ", "));
        if (port.contains("summary")) text += fmt::format("      {}\n", plain_text(port["summary"]));
    }
    return text.empty() ? text : fmt::format("\n{}\n{}", title, text);
}

std::string citations_text(const Manifest& manifest) {
    std::string text;
    for (const Json& each : manifest.json.value("citations", Json::array())) {
        text += "  " + each.value("text", "");
        if (each.contains("doi")) text += ", doi:" + plain_text(each["doi"]);
        text += '\n';
    }
    return text.empty() ? text : "\nCitations\n" + text;
}

}  // namespace

std::string describe_text(const Manifest& manifest) {
    return fmt::format("{} {} ({})\n{}\n", manifest.id, manifest.version, to_text(manifest.kind), manifest.summary) +
           ports_text(manifest, "inputs", "Inputs") + ports_text(manifest, "outputs", "Outputs") + parameters_text(manifest) +
           citations_text(manifest);
}

std::string parameters_markdown(const Manifest& manifest) {
    std::string text = "| parameter | type | unit | default | range | meaning |\n|---|---|---|---|---|---|\n";
    for (const Row& row : rows(manifest))
        text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", row.name, cell(row.type), cell(row.unit), cell(row.value),
                            cell(row.range), cell(row.meaning));
    return text;
}

}  // namespace sluice::cli
