// SPDX-License-Identifier: BSD-3-Clause
// From the host's record of a run (JSON) to the groups of the file.
#pragma once

#include <string_view>

#include "kernel.hpp"

namespace sluice::nexus_result {

/// Throws std::runtime_error when the text lacks what the file must hold (program, version, date, recipe, steps).
[[nodiscard]] Ending parse_provenance(std::string_view json);

}  // namespace sluice::nexus_result
