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

/// f of every connected input and per_item parameter.
template <class F>
void for_each_connected(const Node& node, const F& f) {
    for (const auto* operands : {&node.inputs, &node.per_item})
        for (const auto& operand : *operands)
            if (operand.connected) f(operand);
}

}  // namespace sluice
