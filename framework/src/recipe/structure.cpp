// SPDX-License-Identifier: BSD-3-Clause
// Schema faults in our words.
#include "structure.hpp"

#include <algorithm>

#include "schema.hpp"

namespace sluice {
namespace {

using Kind = SchemaFault::Kind;

std::vector<std::string> tokens_of(const std::string& pointer) {
    std::vector<std::string> tokens;
    for (Json::json_pointer rest(pointer); !rest.empty(); rest = rest.parent_pointer()) tokens.insert(tokens.begin(), rest.back());
    return tokens;
}

std::string parent_of(const std::string& pointer) { return pointer.substr(0, pointer.rfind('/')); }
std::string last_of(const std::string& pointer) { return Json::json_pointer(pointer).back(); }

void report_fault(const SchemaFault& fault, const Json& value, PlaceWords words, Report& report) {
    const std::string& at = fault.pointer;
    const auto inside = [&](const std::string& pointer) { return pointer.empty() ? "" : words(pointer) + ": "; };
    switch (fault.kind) {
        case Kind::unknown_key:
            report.add_at_key("unknown-key", at, inside(parent_of(at)) + "unknown key " + in_quotes(last_of(at)) + "." +
                                                     did_you_mean(last_of(at), fault.known));
            break;
        case Kind::bad_name:
            report.add_at_key("schema", at, inside(parent_of(at)) + "the name " + in_quotes(last_of(at)) + " must be " + fault.need + ".");
            break;
        case Kind::missing_key:
            report.add_at_key("schema", at, inside(at) + in_quotes(fault.need) + " is missing.");
            break;
        case Kind::wrong_type:
        case Kind::out_of_range: {
            const Json& got = value.at(Json::json_pointer(at));
            report.add("schema", at, words(at) + " = " + shown(got) + ", must be " + fault.need + "." + nearest_choice(got, fault.known));
            break;
        }
    }
}

void prune(Json& value, const std::string& pointer) {
    if (pointer.empty()) {
        value = Json::object();
        return;
    }
    Json& around = value.at(Json::json_pointer(parent_of(pointer)));
    if (around.is_object()) around.erase(last_of(pointer));
    else around.at(static_cast<std::size_t>(std::stoul(last_of(pointer)))) = nullptr;
}

/// True when a misspelt key stands where the missing one should.
bool misspelt(const SchemaFault& missing, const std::vector<SchemaFault>& faults) {
    return std::any_of(faults.begin(), faults.end(), [&](const SchemaFault& each) {
        return each.kind == Kind::unknown_key && parent_of(each.pointer) == missing.pointer &&
               probably_meant(last_of(each.pointer), each.known) == missing.need;
    });
}

}  // namespace

std::set<std::string> check_structure(const Json& schema, Json& value, PlaceWords words, Report& report) {
    std::set<std::string> incomplete;
    const auto faults = schema_faults(schema, value);
    for (const auto& fault : faults) {
        const bool missing = fault.kind == Kind::missing_key;
        incomplete.insert(missing ? fault.pointer : parent_of(fault.pointer));
        if (!missing || !misspelt(fault, faults)) report_fault(fault, value, words, report);
    }
    for (auto fault = faults.rbegin(); fault != faults.rend(); ++fault)  // inner parts before what is around them
        if (fault->kind != Kind::missing_key && value.contains(Json::json_pointer(fault->pointer))) prune(value, fault->pointer);
    return incomplete;
}

std::string path_in_words(const std::string& pointer) {
    if (pointer.empty()) return "the whole text";
    std::string out;
    for (const auto& token : tokens_of(pointer)) {
        const bool number = token.find_first_not_of("0123456789") == std::string::npos;
        if (number) out += "[" + token + "]";
        else out += (out.empty() ? "" : ".") + token;
    }
    return out;
}

std::string place_in_words(const std::string& pointer) {
    const auto tokens = tokens_of(pointer);
    if (tokens.size() < 2 || (tokens[0] != "steps" && tokens[0] != "parameters")) return path_in_words(pointer);
    const std::string head = join_pointer(join_pointer("", tokens[0]), tokens[1]), rest = pointer.substr(head.size());
    return (tokens[0] == "steps" ? "step " : "parameter ") + in_quotes(tokens[1]) + (rest.empty() ? "" : ": " + path_in_words(rest));
}

}  // namespace sluice
