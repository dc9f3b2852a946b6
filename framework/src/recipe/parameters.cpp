// SPDX-License-Identifier: BSD-3-Clause
// Typed parameters: a value is converted and judged once, where it is given.
#include "parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <sluice/host/error.hpp>
#include <sluice/host/unit.hpp>

#include "structure.hpp"

namespace sluice {
namespace {

/// Why a value cannot be taken, with the code of the finding.
struct Refusal {
    std::string code, need;
};

template <class T>
std::optional<T> parse_whole(const std::string& text) {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && !text.empty() ? std::optional<T>(value) : std::nullopt;
}

/// What was typed after -p, as the JSON value that the recipe would hold.
Json typed_value(const std::string& text, const std::string& type) {
    if (type == "boolean" && (text == "true" || text == "false")) return text == "true";
    if (type == "integer")
        if (const auto value = parse_whole<std::int64_t>(text)) return *value;
    if (type == "number" || type == "quantity")
        if (const auto value = parse_whole<double>(text); value && std::isfinite(*value)) return *value;
    return text;
}

void refuse_outside(double value, const Json& declaration, const std::string& unit) {
    const Json& least = member(declaration, "minimum");
    const Json& most = member(declaration, "maximum");
    if (least.is_number() && value < least.get<double>()) throw Refusal{"out-of-range", ">= " + least.dump() + unit};
    if (most.is_number() && value > most.get<double>()) throw Refusal{"out-of-range", "<= " + most.dump() + unit};
}

/// A quantity in the declared unit is judged; the value keeps the unit it was given in.
Json settle_quantity(const Json& value, const Json& declaration) {
    const std::string declared = declaration.value("unit", "1");
    const std::string unit_words = declared == "1" ? "" : " " + declared;
    try {
        const Unit unit = Unit::parse(declared);
        if (value.is_number()) {
            refuse_outside(value.get<double>(), declaration, unit_words);
            return unit.dimensionless() && declared == "1" ? value : Json(value.dump() + " " + declared);
        }
        const Quantity quantity = parse_quantity(value.get<std::string>());
        if (!quantity.unit.convertible_to(unit)) throw Refusal{"wrong-unit", "a quantity that converts to " + declared};
        const auto [scale, offset] = quantity.unit.affine_to(unit);
        refuse_outside(scale * quantity.value + offset, declaration, unit_words);
        return declared == "1" ? Json(scale * quantity.value + offset) : value;
    } catch (const Error& error) {
        throw Refusal{"wrong-unit", "a quantity in " + declared + " (" + error.what() + ")"};
    }
}

/// The value as steps will see it. Throws Refusal.
Json settle_value(const Json& value, const Json& declaration, const std::filesystem::path& folder) {
    const std::string type = declaration["type"].get<std::string>();
    if (value.is_null()) return value;
    if (value.is_string() && value.get<std::string>().find("${") != std::string::npos)
        throw Refusal{"bad-type", "a value: \"${name}\" stands in the with of steps only"};
    const auto need = [&](bool right) {
        if (!right) throw Refusal{"bad-type", describe_parameter_type(declaration)};
    };
    if (type == "quantity") {
        need(value.is_number() || value.is_string());
        return settle_quantity(value, declaration);
    }
    if (type == "number" || type == "integer") {
        need(type == "integer" ? value.is_number_integer() : value.is_number());
        refuse_outside(value.get<double>(), declaration, "");
        return value;
    }
    if (type == "boolean") {
        need(value.is_boolean());
        return value;
    }
    need(value.is_string());
    if (type == "path") return absolute_path(value.get<std::string>(), folder);
    const Json& choices = member(declaration, "choices");
    if (type == "choice" && std::find(choices.begin(), choices.end(), value) == choices.end())
        throw Refusal{"out-of-range", describe_parameter_type(declaration)};
    return value;
}

/// The name in "${name}"; "" when the text is not that and nothing else.
std::string whole_reference(const std::string& text) {
    if (!text.starts_with("${") || text.find('}') != text.size() - 1) return "";
    return text.substr(2, text.size() - 3);
}

}  // namespace

std::string absolute_path(const std::string& path, const std::filesystem::path& folder) {
    return path.empty() ? path : std::filesystem::absolute(folder / path).lexically_normal().string();
}

std::string describe_parameter_type(const Json& declaration) {
    const std::string type = declaration["type"].get<std::string>();
    if (type == "integer") return "an integer";
    if (type == "boolean") return "true or false";
    if (type == "quantity") return "a number or a quantity in " + declaration.value("unit", "1");
    if (type != "choice") return "a " + type;
    std::vector<std::string> choices;
    for (const auto& each : member(declaration, "choices")) choices.push_back(each.dump());
    return "one of " + join(choices, ", ", " or ");
}

RecipeParameters::RecipeParameters(const Json& recipe, const std::set<std::string>& incomplete, const Folders& folders,
                                   const RecipeOptions& options, Report& report)
    : folders_(folders), report_(report), names_(keys_of(member(recipe, "parameters"))) {
    for (const auto& [name, text] : options.parameters)
        if (std::find(names_.begin(), names_.end(), name) == names_.end())
            report_.add_at("unknown-parameter", "/parameters", {"-p " + name + "=" + text, 0, 0},
                           "the recipe has no parameter " + in_quotes(name) + "." + did_you_mean(name, names_));
    for (const auto& name : names_) {
        const Json& declaration = recipe["parameters"][name];
        RecipeParameter& parameter = parameters_[name];
        parameter.faulty = incomplete.contains(join_pointer("/parameters", name));  // the check of form has said why
        if (parameter.faulty) continue;
        parameter.type = declaration["type"].get<std::string>();
        declare(name, declaration);
        if (const auto given = options.parameters.find(name); given != options.parameters.end())
            give(name, declaration, given->second);
        if (!parameter.value && !parameter.faulty) report_missing(name, declaration, options.values_required);
    }
}

void RecipeParameters::declare(const std::string& name, const Json& declaration) {
    const std::string at = join_pointer("/parameters", name);
    RecipeParameter& parameter = parameters_[name];
    if (parameter.type == "choice" && !member(declaration, "choices").is_array()) {
        report_.add_at_key("schema", at, "parameter " + in_quotes(name) + ": 'choices' is missing.");
        parameter.faulty = true;
        return;
    }
    try {
        (void)Unit::parse(declaration.value("unit", "1"));
    } catch (const Error& error) {
        report_.add("wrong-unit", at + "/unit", "parameter " + in_quotes(name) + ": " + error.what());
        parameter.faulty = true;
        return;
    }
    if (!declaration.contains("default")) return;
    const std::string place = at + "/default";
    const auto folder = folders_.find(report_.document().value_at(place).file);
    try {
        parameter.value = settle_value(declaration["default"], declaration,
                                       folder == folders_.end() ? std::filesystem::path() : folder->second);
    } catch (const Refusal& refusal) {
        report_.add(refusal.code, place,
                    "parameter " + in_quotes(name) + ": default = " + shown(declaration["default"]) + ", must be " + refusal.need + ".");
        parameter.faulty = true;
    }
}

void RecipeParameters::give(const std::string& name, const Json& declaration, const std::string& text) {
    RecipeParameter& parameter = parameters_[name];
    try {
        parameter.value = settle_value(typed_value(text, parameter.type), declaration, std::filesystem::current_path());
    } catch (const Refusal& refusal) {
        report_.add_at(refusal.code, join_pointer("/parameters", name), {"-p " + name + "=" + text, 0, 0},
                       "parameter " + in_quotes(name) + " = " + text + ", must be " + refusal.need + ".");
        parameter.faulty = true;
    }
}

void RecipeParameters::report_missing(const std::string& name, const Json& declaration, bool required) {
    const std::string at = join_pointer("/parameters", name);
    report_.add_at("missing-value", at, report_.document().key_at(at),
                   "parameter " + in_quotes(name) + " (" + describe_parameter_type(declaration) + ") has no value. Give it with -p " +
                       name + "=...",
                   required ? Severity::error : Severity::note);
}

Substituted RecipeParameters::substitute(const Json& value, const std::string& pointer) {
    Substituted out{value, "", true};
    if (value.is_string()) {
        substitute_text(value.get<std::string>(), pointer, out);
    } else if (value.is_structured()) {
        for (auto& entry : out.value.items()) {
            auto inner = substitute(entry.value(), join_pointer(pointer, entry.key()));
            entry.value() = std::move(inner.value);
            out.known = out.known && inner.known;
        }
    }
    return out;
}

void RecipeParameters::substitute_text(const std::string& text, const std::string& pointer, Substituted& out) {
    if (text.find("${") == std::string::npos) return;
    const std::string name = whole_reference(text);
    const auto found = parameters_.find(name);
    if (name.empty() || found == parameters_.end()) {
        out.known = false;
        const std::string where = place_in_words(pointer) + " = " + shown(text) + ": ";
        if (name.empty())
            report_.add("partial-parameter", pointer, where + "${name} must be the whole value, not a part of a text.");
        else
            report_.add("undeclared-parameter", pointer,
                        where + "the recipe declares no parameter " + in_quotes(name) + "." + did_you_mean(name, names_));
        return;
    }
    out.parameter = name;
    out.known = found->second.value.has_value() && !found->second.faulty;
    if (out.known) out.value = *found->second.value;
}

void RecipeParameters::note_uses(const Json& value) {
    if (value.is_structured())
        for (const auto& each : value) note_uses(each);
    if (!value.is_string()) return;
    const std::string text = value.get<std::string>();
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
        const std::string name = text.substr(at + 2, text.find('}', at) - at - 2);
        used_.insert(parameters_.contains(name) ? name : probably_meant(name, names_));
    }
}

void RecipeParameters::report_unused(const Json& recipe) {
    note_uses(recipe);
    for (const auto& name : names_)
        if (!used_.contains(name))
            report_.add_at_key("unused-parameter", join_pointer("/parameters", name),
                               "parameter " + in_quotes(name) + " is not used. Refer to it as \"${" + name + "}\", or remove it.");
}

}  // namespace sluice
