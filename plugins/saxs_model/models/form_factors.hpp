// SPDX-License-Identifier: BSD-3-Clause
// The form factors there are. To add one: write a file like sphere.hpp (concentric surfaces as functions of its parameters),
// name it here and in plugin.json; averages over sizes, derivatives, start search and fit follow.
#pragma once

#include <variant>

#include "core_shell_sphere.hpp"
#include "sphere.hpp"

namespace sluice::saxs_model {

using FormFactor = std::variant<Sphere, CoreShellSphere>;

}  // namespace sluice::saxs_model
