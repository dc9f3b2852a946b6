// SPDX-License-Identifier: BSD-3-Clause
// Units of outputs as plugin.json states them: "unit(intensity) unit(q)^3", "1/unit(q)", "1/cm".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host/unit.hpp>

namespace sluice {

/// The names that stand in unit(...), in the order of the text.
std::vector<std::string> names_in_unit(std::string_view expression);

/// Factors between blanks, '*' or '/' ('/' holds for the next factor); a factor is unit(name) or plain units, with ^n or
/// without. nullopt when `unit_of` knows one of the names not. Throws Error(plugin) when it is no such text.
std::optional<Unit> evaluate_unit(std::string_view expression,
                                  const std::function<std::optional<Unit>(const std::string& name)>& unit_of);

}  // namespace sluice
