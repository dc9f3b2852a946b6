// SPDX-License-Identifier: BSD-3-Clause
// Small tools of the files that make nodes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plan/graph.hpp"
#include "recipe/binding.hpp"

namespace sluice {

[[noreturn]] inline void refuse(const Node& node, ErrorKind kind, const std::string& sentence) {
    throw Error(kind, fmt::format("{}: {}", node.state->where, sentence));
}

/// A core dim that a parameter names: the plugin's word for it ("x") means nothing to the data, which may use it for something else.
inline bool is_placeholder(const Operand& operand, const std::string& core) {
    if (!operand.declaration) return false;
    const auto& dims = operand.declaration->core;
    return std::any_of(dims.begin(), dims.end(), [&](const CoreDim& dim) { return dim.name == core && !dim.from_parameter.empty(); });
}

/// What the data call the coordinate that a plugin calls `wanted`. With "core": {"q": "roi"}, 'q' is the data's own
/// coordinate q along roi if they have one, else their axis 'roi'.
inline std::string own_name_of_coordinate(const Operand& operand, const std::string& wanted) {
    const auto core = std::find(operand.core_names.begin(), operand.core_names.end(), wanted);
    if (core == operand.core_names.end()) return wanted;
    const auto& bound = operand.core[static_cast<std::size_t>(core - operand.core_names.begin())];
    if (is_placeholder(operand, wanted)) return bound;
    const auto* own = operand.description.coordinate(wanted);
    return own && find_dim(own->values->dims(), bound) ? wanted : bound;
}

/// The values of a step's parameters.
inline ParameterLookup parameters_of(const Step& step) {
    return [&step](const std::string& name) {
        static const Json none;
        const auto found = step.with.find(name);
        return found == step.with.end() ? &none : &*found;
    };
}

}  // namespace sluice
