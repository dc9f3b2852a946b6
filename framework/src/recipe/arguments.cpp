// SPDX-License-Identifier: BSD-3-Clause
// One parameter after the other: substitute, convert units, resolve paths, judge by its schema, fill in defaults.
#include "arguments.hpp"

#include <algorithm>

#include <sluice/host/error.hpp>
#include <sluice/host/unit.hpp>

#include "schema.hpp"
#include "structure.hpp"

namespace sluice {
namespace {

using Kind = SchemaFault::Kind;

/// True when a recipe parameter of this type can ever be a value of the property.
bool can_be(const std::string& recipe_type, const Json& property) {
    const bool has_unit = property.contains("unit");
    if (recipe_type == "number" || recipe_type == "integer") return allows_type(property, recipe_type);
    if (recipe_type == "boolean") return allows_type(property, "boolean");
    if (recipe_type == "quantity") return allows_type(property, "number") || allows_type(property, "string");
    return allows_type(property, "string") || (recipe_type == "text" && has_unit);
}

class Checker {
public:
    Checker(const Manifest& manifest, const Overrides& overrides, const ArgumentsPlace& place, const Folders& folders,
            RecipeParameters& parameters, Report& report)
        : properties_(member(manifest.parameters, "properties")), required_(member(manifest.parameters, "required")),
          manifest_(manifest), overrides_(overrides), place_(place), folders_(folders), parameters_(parameters),
          report_(report), names_(keys_of(properties_)) {}

    Arguments check(const Json& given) {
        for (const auto& name : keys_of(given))
            if (!properties_.contains(name)) unknown(name, given[name]);
        for (const auto& [name, text] : overrides_)
            if (!properties_.contains(name))
                report_.add_at("unknown-parameter", at(name), override_location(name),
                               place_.subject + ": unknown parameter " + in_quotes(name) + "." + did_you_mean(name, names_));
        for (const auto& name : names_) take(name, given);
        return std::move(out_);
    }

private:
    /// A value on its way from the recipe to the plugin.
    struct Value {
        std::string name, pointer;
        Location location;
        std::filesystem::path folder;  ///< of relative paths
        Json json;
        std::string written;           ///< what the user sees in the recipe, for sentences
    };

    [[nodiscard]] std::string at(const std::string& name) const { return join_pointer(place_.pointer, name); }
    [[nodiscard]] Location override_location(const std::string& name) const {
        const auto step = Json::json_pointer(place_.pointer).parent_pointer().back();
        return {"--set " + step + "." + name + "=" + overrides_.at(name), 0, 0};
    }

    void unknown(const std::string& name, const Json& value) {
        report_.add_at_key("unknown-parameter", at(name),
                           place_.subject + ": unknown parameter " + in_quotes(name) + "." + did_you_mean(name, names_));
        out_.unknown.insert(probably_meant(name, names_));  // it is not missing as well
        (void)parameters_.substitute(value, at(name));
    }

    void take(const std::string& name, const Json& given) {
        const auto override_text = overrides_.find(name);
        if (override_text != overrides_.end()) take_override(name, override_text->second);
        else if (given.is_object() && given.contains(name)) take_given(name, given[name]);
        else take_default(name);
    }

    void take_default(const std::string& name) {
        const Json& property = properties_[name];
        if (property.contains("default")) {
            out_.with[name] = property["default"];
            return;
        }
        const bool required = required_.is_array() && std::find(required_.begin(), required_.end(), name) != required_.end();
        if (!required || place_.incomplete || !out_.knows(name)) return;
        out_.unknown.insert(name);
        report_.add_at_key("missing-parameter", place_.pointer,
                           place_.subject + ": parameter " + in_quotes(name) + " is missing; it must be " +
                               describe_schema(property) + ".");
    }

    void take_override(const std::string& name, const std::string& text) {
        const Json& property = properties_[name];
        Json value = text;
        if (Json parsed = Json::parse(text, nullptr, false); !parsed.is_discarded() && !meant_as_text(parsed, property)) value = parsed;
        const Value given{name, at(name), override_location(name), std::filesystem::current_path(), value, text};
        if (text.find("${") == std::string::npos) settle(given);
        else refuse(given, "bad-type", text + ", must be a value: \"${name}\" stands in a recipe only");
    }
    /// 12 for a parameter that takes text but no number. A text in quotes is JSON, and stands for what is between them.
    static bool meant_as_text(const Json& parsed, const Json& property) {
        return !parsed.is_string() && allows_type(property, "string") && !allows_type(property, parsed.type_name());
    }

    void take_given(const std::string& name, const Json& json) {
        if (const Json& from = member(json, "from"); manifest_.per_item(name) && from.is_string() && json.size() == 1) {
            out_.per_item[name] = from.get<std::string>();
            return;
        }
        const Location location = report_.document().value_at(at(name));
        const auto folder = folders_.find(location.file);
        Value value{name, at(name), location, folder == folders_.end() ? "" : folder->second, json, shown(json)};
        const Substituted now = parameters_.substitute(json, value.pointer);
        if (!now.parameter.empty()) {
            const RecipeParameter& parameter = parameters_.at(now.parameter);
            value.written = "${" + now.parameter + "}";
            if (!parameter.faulty && !can_be(parameter.type, properties_[name])) {
                refuse(value, "bad-type",
                       value.written + " (a " + parameter.type + "), must be " + describe_schema(properties_[name]));
                return;
            }
            if (now.known) value.written += " (" + shown(now.value) + ")";
        }
        if (!now.known) {
            out_.unknown.insert(name);
            out_.with[name] = json;  // as it is written: `check` may leave values open
            return;
        }
        value.json = now.value;
        settle(std::move(value));
    }

    void settle(Value value) {
        const Json& property = properties_[value.name];
        if (!convert_units(value, value.json, property, unit_of(property))) return;
        if (judged_faulty(value, property)) return;
        resolve_paths(value.json, property, value.folder);
        if (!unit_text_is_known(value, property)) return;
        out_.with[value.name] = std::move(value.json);
    }

    static std::string unit_of(const Json& property) {
        const Json& own = member(property, "unit");
        const Json& unit = own.is_string() ? own : member(member(property, "items"), "unit");
        return unit.is_string() ? unit.get<std::string>() : "";
    }

    /// "0.3 1/nm" -> 0.3, also within a list. False when the unit is wrong (reported).
    bool convert_units(const Value& value, Json& json, const Json& property, const std::string& unit) {
        if (unit.empty()) return true;
        if (json.is_array()) {
            return std::all_of(json.begin(), json.end(), [&](Json& each) {
                return convert_units(value, each, member(property, "items"), unit);
            });
        }
        if (!json.is_string()) return true;
        try {
            json = in_unit(parse_quantity(json.get<std::string>()), Unit::parse(unit), property);
            return true;
        } catch (const Error& error) {
            if (allows_text(property, json)) return true;
            refuse(value, "wrong-unit", value.written + ", must be a number or a quantity in " + unit + ": " + error.what());
            return false;
        }
    }
    static double in_unit(const Quantity& quantity, const Unit& unit, const Json& property) {
        if (!quantity.unit.convertible_to(unit))
            throw Error(ErrorKind::recipe, in_quotes(quantity.unit.text()) + " does not convert to " + in_quotes(unit.text()));
        if (quantity.unit.same_as(unit)) return quantity.value;
        if (member(property, "difference") == true) return quantity.value * quantity.unit.factor_to(unit);
        const auto [scale, offset] = quantity.unit.affine_to(unit);
        return scale * quantity.value + offset;
    }
    /// A text that the property takes as it is, such as "auto".
    static bool allows_text(const Json& property, const Json& text) {
        return property.is_object() && allows_type(property, "string") && schema_faults(property, text).empty();
    }

    bool judged_faulty(const Value& value, const Json& property) {
        const auto faults = schema_faults(property, value.json);
        for (const auto& fault : faults) report_fault(value, fault);
        return !faults.empty();
    }

    void report_fault(const Value& value, const SchemaFault& fault) {
        out_.unknown.insert(value.name);
        report_.add_at(code_of(fault.kind), value.pointer + fault.pointer, inner_location(value, fault.pointer),
                       place_.subject + ": " + sentence(value, fault));
    }
    static std::string code_of(Kind kind) {
        if (kind == Kind::unknown_key) return "unknown-key";
        return kind == Kind::out_of_range ? "out-of-range" : "bad-type";
    }
    [[nodiscard]] std::string sentence(const Value& value, const SchemaFault& fault) const {
        const std::string last = fault.pointer.empty() ? "" : Json::json_pointer(fault.pointer).back();
        switch (fault.kind) {
            case Kind::unknown_key:
                return value.name + " has the unknown key " + in_quotes(last) + "." + did_you_mean(last, fault.known);
            case Kind::missing_key: return value.name + " lacks the key " + in_quotes(fault.need) + ".";
            case Kind::bad_name: return value.name + " has the key " + in_quotes(last) + ", which must be " + fault.need + ".";
            case Kind::wrong_type:
            case Kind::out_of_range: break;
        }
        const Json& bad = value.json.at(Json::json_pointer(fault.pointer));
        return path_in_words("/" + value.name + fault.pointer) + " = " + (fault.pointer.empty() ? value.written : shown(bad)) +
               ", must be " + fault.need + "." + hint(value, fault, bad);
    }
    [[nodiscard]] Location inner_location(const Value& value, const std::string& inner) const {
        return value.location.line == 0 ? value.location : report_.document().value_at(value.pointer + inner);
    }
    [[nodiscard]] std::string hint(const Value& value, const SchemaFault& fault, const Json& bad) const {
        const std::string near = nearest_choice(bad, fault.known);
        const Json& otherwise = member(properties_[value.name], "default");
        if (!near.empty() || !fault.pointer.empty() || otherwise.is_null()) return near;
        return " Remove it to use the default " + shown(otherwise) + ".";
    }

    static void resolve_paths(Json& json, const Json& property, const std::filesystem::path& folder) {
        if (json.is_array())
            for (auto& each : json) resolve_paths(each, member(property, "items"), folder);
        else if (json.is_object())
            for (auto& [key, each] : json.items()) {
                const Json& known = member(property, "properties");
                resolve_paths(each, known.contains(key) ? known[key] : member(property, "additionalProperties"), folder);
            }
        else if (json.is_string() && member(property, "format") == "path")
            json = absolute_path(json.get<std::string>(), folder);
    }

    bool unit_text_is_known(const Value& value, const Json& property) {
        const bool names_unit = member(property, "format") == "unit" ||
                                std::any_of(manifest_.outputs.begin(), manifest_.outputs.end(), [&](const OutputPort& port) {
                                    return port.unit.parameter == value.name;
                                });
        if (!names_unit || !value.json.is_string()) return true;
        try {
            (void)Unit::parse(value.json.get<std::string>());
            return true;
        } catch (const Error& error) {
            refuse(value, "wrong-unit", value.written + ": " + error.what());
            return false;
        }
    }

    void refuse(const Value& value, const std::string& code, const std::string& rest) {
        out_.unknown.insert(value.name);
        const bool ended = rest.ends_with(".") || rest.ends_with("?");
        report_.add_at(code, value.pointer, value.location, place_.subject + ": " + value.name + " = " + rest + (ended ? "" : "."));
    }

    const Json& properties_;
    const Json& required_;
    const Manifest& manifest_;
    const Overrides& overrides_;
    const ArgumentsPlace& place_;
    const Folders& folders_;
    RecipeParameters& parameters_;
    Report& report_;
    std::vector<std::string> names_;
    Arguments out_;
};

}  // namespace

Arguments check_arguments(const Manifest& manifest, const Json& given, const Overrides& overrides, const ArgumentsPlace& place,
                          const Folders& folders, RecipeParameters& parameters, Report& report) {
    return Checker(manifest, overrides, place, folders, parameters, report).check(given);
}

}  // namespace sluice
