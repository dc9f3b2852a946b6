// SPDX-License-Identifier: BSD-3-Clause
// From the memory of a finished output to an immutable array.
#pragma once

#include "run/slot.hpp"

namespace sluice {

/// Takes over the memory: the output's value is set, its streamed mask becomes a known one.
void publish_output(Output& output, OutputMemory& memory);

}  // namespace sluice
