// SPDX-License-Identifier: BSD-3-Clause
// Faults of form (unknown keys, wrong types of JSON) as findings, so that later checks meet only what is well-formed.
#pragma once

#include <set>
#include <string>

#include "report.hpp"

namespace sluice {

/// "/inputs/image/core/0" -> "inputs.image.core[0]"; "" -> "the whole text"
std::string path_in_words(const std::string& pointer);
/// In a recipe: "/steps/net/in/image" -> "step 'net': in.image"
std::string place_in_words(const std::string& pointer);

using PlaceWords = std::string (*)(const std::string& pointer);

/// Validates `value` against the schema, reports each fault, and takes faulty members out of `value` (elements of a list
/// become null: pointers stay true). Returns the pointers of the objects that are incomplete for it.
std::set<std::string> check_structure(const Json& schema, Json& value, PlaceWords words, Report& report);

}  // namespace sluice
