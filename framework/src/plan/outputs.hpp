// SPDX-License-Identifier: BSD-3-Clause
// The outputs of a step: prefilled from plugin.json and the inputs, described by probe, completed with the loop dims.
#pragma once

#include "plan/bind.hpp"
#include "recipe/binding.hpp"

namespace sluice {

/// Makes the views of the ports, calls probe, and fills in the outputs of a node whose inputs are bound.
void describe_outputs(Node& node, const CoreBinding& binding, const Evaluate& evaluate);

}  // namespace sluice
