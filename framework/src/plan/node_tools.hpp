// SPDX-License-Identifier: BSD-3-Clause
// Small tools of the files that make nodes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plan/graph.hpp"

namespace sluice {

inline bool contains(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

[[noreturn]] inline void refuse(const Node& node, ErrorKind kind, const std::string& sentence) {
    throw Error(kind, fmt::format("{}: {}", node.state->where, sentence));
}

/// What the data call the coordinate that a plugin calls `wanted`. With "core": {"q": "roi"}, 'q' is the data's own
/// coordinate q along roi if they have one, else their axis 'roi'.
inline std::string own_name_of_coordinate(const Operand& operand, const std::string& wanted) {
    const auto core = std::find(operand.core_names.begin(), operand.core_names.end(), wanted);
    if (core == operand.core_names.end()) return wanted;
    const auto& bound = operand.core[static_cast<std::size_t>(core - operand.core_names.begin())];
    const auto* own = operand.description.coordinate(wanted);
    return own && find_dim(own->values->dims(), bound) ? wanted : bound;
}

/// f of every connected input and per_item parameter.
template <class F>
void for_each_connected(const Node& node, const F& f) {
    for (const auto* operands : {&node.inputs, &node.per_item})
        for (const auto& operand : *operands)
            if (operand.connected) f(operand);
}

}  // namespace sluice
