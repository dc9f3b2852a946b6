// SPDX-License-Identifier: BSD-3-Clause
// Reading the blocks of sources: fetch on one thread under the I/O lock, decode and reorder on the workers.
#pragma once

#include "run/slot.hpp"

namespace sluice {

/// The serial part. Returns the bytes asked for.
Index fetch_block(Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory);
/// The parallel part: afterwards the outputs' memory holds [streamed items, rest].
void decode_block(Graph& graph, const Pass& pass, const Stage& stage, StageMemory& memory);
/// Frees what was fetched and not decoded.
void discard_block(Graph& graph, const Stage& stage, StageMemory& memory) noexcept;

}  // namespace sluice
