// SPDX-License-Identifier: BSD-3-Clause
// Draft-7 JSON schemas: which values of a document break one, and in which words we say so.
#pragma once

#include <string>
#include <vector>

#include "document.hpp"

namespace sluice {

/// The JSON pointers at which the value fails, outermost ones too; empty when it holds. Throws std::runtime_error when
/// the schema itself cannot be read. (The only door to the validator.)
std::vector<std::string> failing_pointers(const Json& schema, const Json& value);

/// One break, the innermost that can be named.
struct SchemaFault {
    enum class Kind { wrong_type, out_of_range, unknown_key, missing_key, bad_name };
    Kind kind;
    std::string pointer;             ///< of the value; unknown_key and bad_name: of the member; missing_key: of the object
    std::string need;                ///< "a number > 0", "one of \"a\" or \"b\"", "letters, digits and _"; missing_key: the key
    std::vector<std::string> known;  ///< unknown_key and enumerations: what would have been right
};
std::vector<SchemaFault> schema_faults(const Json& schema, const Json& value);

/// What a schema asks of a value: "an integer >= 1", "a number (in 1/nm) or null".
std::string describe_schema(const Json& schema);
/// True when the schema allows this JSON type ("number" includes integers) or says nothing about types.
bool allows_type(const Json& schema, const std::string& type);

}  // namespace sluice
