// SPDX-License-Identifier: BSD-3-Clause
// Reads plugin.json: form by the schema, then what a schema cannot say (names that must fit each other).
#include <sluice/host/manifest.hpp>

#include <algorithm>

#include <sluice/host/error.hpp>

#include "report.hpp"
#include "schema.hpp"
#include "structure.hpp"
#include "unit_expression.hpp"

namespace sluice {

extern const std::string_view plugin_schema_text;  // schemas/plugin.schema.json

namespace {

std::string text_or(const Json& object, const std::string& key, const std::string& otherwise = "") {
    const Json& value = member(object, key);
    return value.is_string() ? value.get<std::string>() : otherwise;
}

TextOrParameter to_text_or_parameter(const Json& value) {
    if (value.is_object()) return {"", text_or(value, "from")};
    return {value.is_string() ? value.get<std::string>() : "", ""};
}

/// What follows a prefix such as "same:"; "" when the text has another beginning.
std::string after(std::string_view prefix, const std::string& text) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : "";
}

WantedUnit to_wanted_unit(const std::string& text) {
    const auto like = after("like:", text);
    return like.empty() ? WantedUnit{text, true} : WantedUnit{like, false};
}

bool flag(const Json& object, const std::string& key, bool otherwise = false) {
    const Json& value = member(object, key);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

std::map<std::string, std::string> texts_of(const Json& object) {
    std::map<std::string, std::string> out;
    for (const auto& key : keys_of(object)) out[key] = object[key].get<std::string>();
    return out;
}

CoreDim to_core_dim(const Json& json) {
    CoreDim dim;
    if (json.is_string()) {
        dim.name = json.get<std::string>();
        dim.pack = dim.name.ends_with("...");
        if (dim.pack && dim.name != "...") dim.name.resize(dim.name.size() - 3);
        return dim;
    }
    dim.name = text_or(json, "name");
    dim.when_parameter = text_or(json, "when");
    dim.from_parameter = text_or(json, "from");
    dim.by_parameter = text_or(json, "by");
    dim.names = texts_of(member(json, "names"));
    return dim;
}

std::vector<CoreDim> to_core(const Json& list) {
    std::vector<CoreDim> core;
    for (const auto& each : list) core.push_back(to_core_dim(each));
    return core;
}

InputPort to_input(const std::string& name, const Json& json) {
    InputPort port;
    port.name = name;
    port.summary = text_or(json, "summary");
    port.core = to_core(member(json, "core"));
    port.dtype = text_or(json, "dtype", port.dtype);
    port.unit = to_wanted_unit(text_or(json, "unit"));
    port.variances = text_or(json, "variances", port.variances);
    port.is_static = flag(json, "static");
    port.described = flag(json, "described");
    port.optional = flag(json, "optional");
    port.correlated = flag(json, "correlated");
    port.forbids = texts_of(member(json, "forbids"));
    port.requires_ = texts_of(member(json, "requires"));
    port.unless = texts_of(member(json, "unless"));
    const Json& coordinates = member(json, "coordinates");
    for (const auto& key : keys_of(coordinates)) {
        const Json& each = coordinates[key];
        port.coordinates.push_back({key, to_wanted_unit(text_or(each, "unit")), flag(each, "required", true), flag(each, "increasing")});
    }
    return port;
}

OutputPort to_output(const std::string& name, const Json& json) {
    OutputPort port;
    port.name = name;
    port.summary = text_or(json, "summary");
    port.core = to_core(member(json, "core"));
    port.dims_from = text_or(member(json, "dims"), "from");
    port.dtype = text_or(json, "dtype", port.dtype);
    if (port.same_dtype = after("same:", port.dtype); !port.same_dtype.empty()) port.dtype.clear();
    port.unit = to_text_or_parameter(member(json, "unit"));
    port.variances = text_or(json, "variances", port.variances);
    if (port.variances_if = after("if:", port.variances); !port.variances_if.empty()) port.variances = "if";
    if (const Json& without = member(json, "errors_without"); without.is_array()) port.errors_without = without.get<std::vector<std::string>>();
    port.mask = text_or(json, "mask");
    return port;
}

Json to_parameters(const Json& json) {
    Json schema = json.is_object() ? json : Json::object();
    schema["type"] = "object";
    if (!member(schema, "properties").is_object()) schema["properties"] = Json::object();
    schema["additionalProperties"] = false;
    return schema;
}

Manifest to_manifest(const Json& json) {
    static const std::map<std::string, PluginKind> kinds{
        {"source", PluginKind::source}, {"map", PluginKind::map}, {"reduce", PluginKind::reduce}, {"sink", PluginKind::sink}};
    Manifest out;
    out.id = text_or(json, "id");
    out.version = text_or(json, "version");
    out.summary = text_or(json, "summary");
    if (const auto kind = kinds.find(text_or(json, "kind")); kind != kinds.end()) out.kind = kind->second;
    for (const auto& key : keys_of(member(json, "inputs"))) out.inputs.push_back(to_input(key, json["inputs"][key]));
    for (const auto& key : keys_of(member(json, "outputs"))) out.outputs.push_back(to_output(key, json["outputs"][key]));
    for (const auto& key : keys_of(member(json, "packs")))
        out.packs[key] = json["packs"][key].get<std::vector<std::vector<std::string>>>();
    out.parameters = to_parameters(member(json, "parameters"));
    out.selects = flag(json, "selects");
    out.over = to_text_or_parameter(member(json, "over"));
    if (const Json& halo = member(json, "halo"); halo.is_object()) {
        out.halo_before = halo.value("before", Index{0});
        out.halo_after = halo.value("after", Index{0});
    }
    if (const Json& agree = member(json, "agree"); agree.is_array()) out.agree = agree.get<std::vector<std::string>>();
    out.json = json;
    return out;
}

/// Names within a manifest that must fit each other, and defaults that must be allowed values.
class Consistency {
public:
    Consistency(const Manifest& manifest, Report& report) : manifest_(manifest), report_(report) {
        for (const auto& port : manifest.inputs) inputs_.push_back(port.name);
        parameters_ = keys_of(manifest.parameters["properties"]);
    }

    void check() {
        check_kind();
        for (const auto& port : manifest_.inputs) check_input(port);
        for (const auto& port : manifest_.outputs) check_output(port);
        if (!manifest_.over.parameter.empty()) need_parameter("/over", manifest_.over.parameter);
        check_parameters();
    }

private:
    void fault(const std::string& pointer, const std::string& message) {
        report_.add("schema", pointer, path_in_words(pointer) + ": " + message);
    }
    void need_name(const std::string& pointer, const std::string& kind, const std::string& got,
                   const std::vector<std::string>& known) {
        if (std::find(known.begin(), known.end(), got) == known.end())
            fault(pointer, "there is no " + kind + " " + in_quotes(got) + "." + did_you_mean(got, known));
    }
    void need_parameter(const std::string& pointer, const std::string& got) { need_name(pointer, "parameter", got, parameters_); }

    void check_kind() {
        const bool takes = !manifest_.inputs.empty(), gives = !manifest_.outputs.empty();
        const bool source = manifest_.kind == PluginKind::source, sink = manifest_.kind == PluginKind::sink;
        if (takes && (source || sink)) fault("/inputs", "a " + std::string(to_text(manifest_.kind)) + " declares no inputs.");
        if (gives == sink) fault("/kind", sink ? "a sink declares no outputs." : "at least one output is needed.");
        if (!takes && !source && !sink) fault("/kind", "a " + std::string(to_text(manifest_.kind)) + " needs at least one input.");
        const bool reduce = manifest_.kind == PluginKind::reduce;
        if (reduce && manifest_.over.empty()) fault("/kind", "a reduce needs 'over': the dimension that it runs over.");
        if (!reduce && !manifest_.over.empty()) fault("/over", "only a reduce runs over a dimension.");
    }

    void check_input(const InputPort& port) {
        const std::string at = "/inputs/" + port.name;
        check_core(at, port.core);
        check_unit(at + "/unit", port.unit.text);
        for (const auto& each : port.coordinates) check_unit(at + "/coordinates/" + each.name + "/unit", each.unit.text);
        for (const auto& [fact, parameter] : port.unless) {
            if (!port.forbids.contains(fact)) fault(at + "/unless", "the fact " + in_quotes(fact) + " is not forbidden.");
            need_parameter(at + "/unless/" + fact, parameter);
        }
    }

    void check_output(const OutputPort& port) {
        const std::string at = "/outputs/" + port.name;
        check_core(at, port.core);
        if (!port.dims_from.empty()) need_parameter(at + "/dims", port.dims_from);
        if (!port.same_dtype.empty()) need_name(at + "/dtype", "input", port.same_dtype, inputs_);
        if (!port.variances_if.empty()) need_name(at + "/variances", "input", port.variances_if, inputs_);
        for (const auto& input : port.errors_without) need_name(at + "/errors_without", "input", input, inputs_);
        if (!port.unit.parameter.empty()) need_parameter(at + "/unit", port.unit.parameter);
        else check_expression(at + "/unit", port.unit.text);
    }

    void check_core(const std::string& at, const std::vector<CoreDim>& core) {
        for (std::size_t i = 0; i < core.size(); ++i) {
            const std::string here = at + "/core/" + std::to_string(i);
            if (core[i].pack && core[i].name != "..." && !manifest_.packs.contains(core[i].name))
                fault(here, "the pack " + in_quotes(core[i].name) + " is not declared in 'packs'.");
            if (!core[i].by_parameter.empty()) need_parameter(here, core[i].by_parameter);
            if (!core[i].when_parameter.empty()) need_parameter(here, core[i].when_parameter);
            if (!core[i].from_parameter.empty()) need_parameter(here, core[i].from_parameter);
        }
    }

    void check_unit(const std::string& at, const std::string& unit) {
        try {
            (void)Unit::parse(unit);
        } catch (const Error& error) {
            fault(at, error.what());
        }
    }

    void check_expression(const std::string& at, const std::string& expression) {
        auto known = inputs_;
        for (const auto& port : manifest_.inputs)
            for (const auto& each : port.coordinates) known.push_back(each.name);
        try {
            for (const auto& name : names_in_unit(expression)) need_name(at, "input or coordinate", name, known);
            (void)evaluate_unit(expression, [](const std::string&) { return Unit(); });
        } catch (const Error& error) {
            fault(at, error.what());
        }
    }

    void check_parameters() {
        const Json& required = member(manifest_.parameters, "required");
        if (required.is_array())
            for (const auto& name : required) need_parameter("/parameters/required", name.get<std::string>());
        for (const auto& name : parameters_) {
            const Json& property = manifest_.parameters["properties"][name];
            const std::string at = "/parameters/properties/" + name;
            check_unit(at + "/unit", text_or(property, "unit"));
            check_default(at, property);
        }
    }

    void check_default(const std::string& at, const Json& property) {
        try {
            const bool given = property.contains("default");
            for (const auto& each : schema_faults(property, member(property, "default")))
                if (given) fault(at + "/default", shown(property["default"]) + " must be " + each.need + ".");
        } catch (const std::exception& error) {  // from the validator: the property is no schema
            fault(at, std::string("not a draft-7 schema: ") + error.what());
        }
    }

    const Manifest& manifest_;
    Report& report_;
    std::vector<std::string> inputs_, parameters_;
};

void throw_if_faulty(const std::vector<Finding>& findings, const std::string& where) {
    if (findings.empty()) return;
    std::string all = where + ": plugin.json cannot be used:";
    for (const auto& each : findings) {
        const auto& at = each.location;
        all += "\n  " + (where.ends_with(".so") ? "plugin.json:" + std::to_string(at.line) + ":" + std::to_string(at.column) + " (in " +
                                                      where.substr(where.rfind('/') + 1) + "): " + each.message
                                                : to_text(each));
    }
    throw Error(ErrorKind::plugin, all);
}

}  // namespace

std::string_view to_text(PluginKind kind) {
    switch (kind) {
        case PluginKind::source: return "source";
        case PluginKind::map: return "map";
        case PluginKind::reduce: return "reduce";
        case PluginKind::sink: return "sink";
    }
    return "unknown";
}

const InputPort* Manifest::input(std::string_view port) const {
    const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const auto& each) { return each.name == port; });
    return found == inputs.end() ? nullptr : &*found;
}

const OutputPort* Manifest::output(std::string_view port) const {
    const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const auto& each) { return each.name == port; });
    return found == outputs.end() ? nullptr : &*found;
}

bool Manifest::per_item(std::string_view parameter) const {
    return flag(member(member(parameters, "properties"), std::string(parameter)), "per_item");
}

bool Manifest::ignores_variances(std::string_view parameter) const {
    return text_or(member(member(parameters, "properties"), std::string(parameter)), "variances") == "ignored";
}

std::vector<std::string> Manifest::per_item_parameters() const {
    auto names = keys_of(member(parameters, "properties"));
    std::erase_if(names, [&](const auto& name) { return !per_item(name); });
    return names;
}

WantedUnit Manifest::unit_of_parameter(const std::string& parameter) const {
    return {text_or(member(member(parameters, "properties"), parameter), "unit", "1"), true};
}

Manifest parse_manifest(std::string_view text, const std::string& where) {
    Document document = read_document(text, where);
    throw_if_faulty(document.findings, where);
    static const Json schema = Json::parse(plugin_schema_text);
    Report form(document);
    Json value = document.value;
    check_structure(schema, value, path_in_words, form);
    throw_if_faulty(std::move(form).sorted(), where);
    Manifest manifest = to_manifest(value);
    Report sense(document);
    Consistency(manifest, sense).check();
    throw_if_faulty(std::move(sense).sorted(), where);
    return manifest;
}

}  // namespace sluice
