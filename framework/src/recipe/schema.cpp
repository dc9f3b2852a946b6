// SPDX-License-Identifier: BSD-3-Clause
// The only user of valijson (it compiles slowly): validates, and hands back where it failed.
#include "schema.hpp"

#include <set>

#define VALIJSON_USE_EXCEPTIONS 1  // else a schema that cannot be read aborts the program
// The validator's headers are not clean under our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

namespace sluice {
namespace {

/// {"<root>", "[steps]", "[net]"} -> "/steps/net"
std::string to_pointer(const std::vector<std::string>& context) {
    std::string pointer;
    for (std::size_t i = 1; i < context.size(); ++i)
        pointer = join_pointer(pointer, context[i].substr(1, context[i].size() - 2));
    return pointer;
}

/// Takes out "format", which the validator applies to values of any type and then throws. (Ours, path and unit, are
/// judged elsewhere.) A property that is called format is an object and stays.
void drop_formats(nlohmann::json& schema) {
    static const std::set<std::string> plain_values{"enum", "const", "default", "examples"};
    if (schema.is_object() && schema.contains("format") && schema["format"].is_string()) schema.erase("format");
    if (!schema.is_structured()) return;
    for (auto& entry : schema.items())
        if (schema.is_array() || !plain_values.contains(entry.key())) drop_formats(entry.value());
}

}  // namespace

std::vector<std::string> failing_pointers(const Json& schema, const Json& value) {
    nlohmann::json plain_schema = schema;
    drop_formats(plain_schema);
    const nlohmann::json plain_value = value;
    valijson::Schema compiled;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(plain_schema), compiled);
    valijson::ValidationResults results;
    if (valijson::Validator().validate(compiled, valijson::adapters::NlohmannJsonAdapter(plain_value), &results)) return {};
    std::set<std::string> pointers{""};
    for (const auto& error : results) pointers.insert(to_pointer(error.context));
    return {pointers.begin(), pointers.end()};
}

}  // namespace sluice
