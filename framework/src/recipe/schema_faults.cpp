// SPDX-License-Identifier: BSD-3-Clause
// The validator says where a value fails; the schema at that place says what is needed. Together: a sentence.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <regex>

#include "report.hpp"
#include "schema.hpp"

namespace sluice {
namespace {

using Kind = SchemaFault::Kind;

std::string type_of(const Json& value) {
    if (value.is_number_integer()) return "integer";
    if (value.is_number()) return "number";
    return value.type_name();
}

bool type_matches(const std::string& allowed, const std::string& got) {
    return allowed == got || (allowed == "number" && got == "integer");
}

std::vector<std::string> types_of(const Json& schema) {
    const Json& type = member(schema, "type");
    if (type.is_string()) return {type.get<std::string>()};
    std::vector<std::string> types;
    if (type.is_array())
        for (const auto& each : type) types.push_back(each.get<std::string>());
    return types;
}

std::string in_words(const std::string& type) {
    static const std::map<std::string, std::string> words{{"number", "a number"},       {"integer", "an integer"},
                                                          {"string", "a text"},         {"boolean", "true or false"},
                                                          {"array", "a list"},          {"object", "an object"},
                                                          {"null", "null"}};
    const auto found = words.find(type);
    return found == words.end() ? type : found->second;
}

/// "> 0 and <= 1"; "" without limits.
std::string range_of(const Json& schema) {
    std::vector<std::string> limits;
    for (const auto& [key, sign] : {std::pair{"minimum", ">= "}, std::pair{"exclusiveMinimum", "> "},
                                    std::pair{"maximum", "<= "}, std::pair{"exclusiveMaximum", "< "}})
        if (const Json& limit = member(schema, key); limit.is_number()) limits.push_back(sign + limit.dump());
    if (const Json& step = member(schema, "multipleOf"); step.is_number()) limits.push_back("a multiple of " + step.dump());
    return join(limits, ", ", " and ");
}

/// "with at least 2 items"; "" without limits.
std::string size_of_list(const Json& schema) {
    std::vector<std::string> limits;
    if (const Json& least = member(schema, "minItems"); least.is_number()) limits.push_back("at least " + least.dump());
    if (const Json& most = member(schema, "maxItems"); most.is_number()) limits.push_back("at most " + most.dump());
    std::string out = limits.empty() ? "" : "with " + join(limits, ", ", " and ") + " items";
    if (member(schema, "uniqueItems") == true) out += out.empty() ? "with no item twice" : ", none twice";
    return out;
}

std::string describe_type(const std::string& type, const Json& schema) {
    std::string out = in_words(type);
    const auto append = [&](const std::string& more) { out += more.empty() ? "" : " " + more; };
    if (type == "number" || type == "integer") {
        append(range_of(schema));
        if (const Json& unit = member(schema, "unit"); unit.is_string() && unit != "1") append("(in " + unit.get<std::string>() + ")");
    } else if (type == "array") {
        if (const Json& items = member(schema, "items"); items.is_object() && !items.empty()) append("of: " + describe_schema(items));
        append(size_of_list(schema));
    } else if (type == "string") {
        if (member(schema, "minLength").is_number()) append("that is not empty");
        if (const Json& pattern = member(schema, "pattern"); pattern.is_string())
            append("of the form " + pattern.get<std::string>());
    } else if (type == "object") {
        std::vector<std::string> keys;
        for (const auto& each : member(schema, "required")) keys.push_back(in_quotes(each.get<std::string>()));
        if (!keys.empty()) append("with " + join(keys, ", ", " and "));
    }
    return out;
}

const Json* alternatives(const Json& schema) {
    for (const char* key : {"anyOf", "oneOf"})
        if (const Json& list = member(schema, key); list.is_array()) return &list;
    return nullptr;
}

bool regex_finds(const std::string& pattern, const std::string& text) { return std::regex_search(text, std::regex(pattern)); }

/// Walks schema and value down in step, as far as the schema's words can be told apart.
class Explainer {
public:
    Explainer(const Json& schema, const Json& value) : root_(schema), value_(value) {}

    std::vector<SchemaFault> explain(const std::vector<std::string>& pointers) {
        std::map<std::string, Json> schemas;  // by the pointer that can be explained
        for (const auto& pointer : pointers) {
            auto [reached, schema] = descend(pointer);
            schemas.emplace(std::move(reached), std::move(schema));
        }
        check_names("", resolve(root_), value_);
        for (const auto& [pointer, schema] : schemas) {
            const auto deeper = schemas.upper_bound(pointer + "/");
            const bool innermost = deeper == schemas.end() || !deeper->first.starts_with(pointer + "/");
            explain_one(pointer, schema, innermost && !explained_below(pointer));
        }
        return std::move(faults_);
    }

private:
    [[nodiscard]] const Json& resolve(const Json& schema) const {
        const Json& reference = member(schema, "$ref");
        if (!reference.is_string()) return schema;
        return resolve(root_.at(Json::json_pointer(reference.get<std::string>().substr(1))));
    }

    /// The schema of an object's member: nullptr when there is none, or when it cannot be told.
    [[nodiscard]] const Json* of_member(const Json& schema, const std::string& key) const {
        if (const Json& own = member(member(schema, "properties"), key); !own.is_null()) return &resolve(own);
        for (const auto& [pattern, own] : member(schema, "patternProperties").items())
            if (regex_finds(pattern, key)) return &resolve(own);
        const Json& rest = member(schema, "additionalProperties");
        return rest.is_object() ? &resolve(rest) : nullptr;
    }

    [[nodiscard]] std::pair<std::string, Json> descend(const std::string& pointer) const {
        const Json* schema = &resolve(root_);
        const Json* value = &value_;
        std::string reached;
        while (reached != pointer) {
            const std::string key = first_token(pointer, reached);
            const Json* next = value->is_array() ? &resolve(member(*schema, "items")) : of_member(*schema, key);
            if (next == nullptr || !next->is_object()) break;
            value = value->is_array() ? &value->at(static_cast<std::size_t>(std::stoul(key))) : &value->at(key);
            schema = next;
            reached = join_pointer(reached, key);
        }
        return {reached, *schema};
    }

    static std::string first_token(const std::string& pointer, const std::string& reached) {
        const auto begin = reached.size() + 1;
        return Json::json_pointer("/" + pointer.substr(begin, pointer.find('/', begin) - begin)).back();
    }

    void explain_one(const std::string& pointer, const Json& schema, bool innermost) {
        const Json& value = value_.at(Json::json_pointer(pointer));
        const auto before = faults_.size();
        if (value.is_object() && !alternatives(schema)) explain_members(pointer, schema, value);
        if (innermost && faults_.size() == before) explain_value(pointer, schema, value);
    }

    void explain_members(const std::string& pointer, const Json& schema, const Json& value) {
        for (const auto& key : member(schema, "required"))
            if (!value.contains(key)) faults_.push_back({Kind::missing_key, pointer, key.get<std::string>(), {}});
        if (member(schema, "additionalProperties") != false) return;
        for (const auto& entry : value.items())
            if (!of_member(schema, entry.key()))
                faults_.push_back({Kind::unknown_key, join_pointer(pointer, entry.key()), "", keys_of(member(schema, "properties"))});
    }

    /// The validator does not tell where it meets a bad name.
    void check_names(const std::string& pointer, const Json& schema, const Json& value) {
        if (!value.is_object()) return;
        const Json& names = member(schema, "propertyNames");
        for (const auto& entry : value.items()) {
            const std::string at = join_pointer(pointer, entry.key());
            if (names.is_object() && !regex_finds(names.value("pattern", ""), entry.key()))
                faults_.push_back({Kind::bad_name, at, names.value("description", "of the form " + names.value("pattern", "")), {}});
            if (const Json* own = of_member(schema, entry.key())) check_names(at, *own, entry.value());
        }
    }
    [[nodiscard]] bool explained_below(const std::string& pointer) const {
        return std::any_of(faults_.begin(), faults_.end(), [&](const auto& each) { return each.pointer.starts_with(pointer + "/"); });
    }

    void explain_value(const std::string& pointer, const Json& schema, const Json& value) {
        const auto types = types_of(schema);
        const std::string got = type_of(value);
        const bool right_type = std::any_of(types.begin(), types.end(), [&](const auto& t) { return type_matches(t, got); });
        if (value.is_number_unsigned() && right_type &&
            value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            faults_.push_back({Kind::out_of_range, pointer, "<= 9223372036854775807", {}});  // wraps in the validator
            return;
        }
        const Json& choices = member(schema, "enum");
        const bool ranged = right_type && value.is_number() && !range_of(schema).empty();
        const bool out_of_range = right_type || (choices.is_array() && type_of(choices.front()) == got);
        SchemaFault fault{out_of_range ? Kind::out_of_range : Kind::wrong_type, pointer,
                          ranged ? range_of(schema) : describe_schema(schema), {}};
        if (choices.is_array() && value.is_string())
            for (const auto& each : choices)
                if (each.is_string()) fault.known.push_back(each.get<std::string>());
        faults_.push_back(std::move(fault));
    }

    const Json& root_;
    const Json& value_;
    std::vector<SchemaFault> faults_;
};

}  // namespace

std::vector<SchemaFault> schema_faults(const Json& schema, const Json& value) {
    const auto pointers = failing_pointers(schema, value);
    return pointers.empty() ? std::vector<SchemaFault>() : Explainer(schema, value).explain(pointers);
}

std::string describe_schema(const Json& schema) {
    if (const Json* list = alternatives(schema)) {
        std::vector<std::string> parts;
        for (const auto& each : *list) parts.push_back(describe_schema(each));
        return join(parts, ", ", " or ");
    }
    if (const Json& choices = member(schema, "enum"); choices.is_array()) {
        std::vector<std::string> parts;
        for (const auto& each : choices) parts.push_back(each.dump());
        return (parts.size() > 1 ? "one of " : "") + join(parts, ", ", " or ");
    }
    if (const Json& only = member(schema, "const"); !only.is_null()) return only.dump();
    std::vector<std::string> parts;
    for (const auto& type : types_of(schema)) parts.push_back(describe_type(type, schema));
    if (!parts.empty()) return join(parts, ", ", " or ");
    const std::string range = range_of(schema);
    return range.empty() ? "another value: see the plugin's page" : range;
}

bool allows_type(const Json& schema, const std::string& type) {
    if (const Json& choices = member(schema, "enum"); choices.is_array())
        return std::any_of(choices.begin(), choices.end(), [&](const Json& each) { return type_matches(type, type_of(each)); });
    if (const Json* list = alternatives(schema))
        return std::any_of(list->begin(), list->end(), [&](const Json& each) { return allows_type(each, type); });
    const auto types = types_of(schema);
    return types.empty() || std::any_of(types.begin(), types.end(), [&](const auto& each) { return type_matches(each, type); });
}

}  // namespace sluice
