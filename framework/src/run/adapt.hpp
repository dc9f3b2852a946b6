// SPDX-License-Identifier: BSD-3-Clause
// Copies between memory layouts: another order of dimensions, another element type, another unit.
#pragma once

#include <span>

#include <sluice/host/array.hpp>

namespace sluice {

/// to[i0, i1, …] = factor · from[Σ i_k strides_k], `to` packed in C order of `shape`. `strides` in elements.
/// With to_float64, `to` is double; else it has the type of `from`.
void copy_adapted(const std::byte* from, DType dtype, std::span<const Index> shape, std::span<const Index> strides,
                  std::byte* to, bool to_float64, double factor);

/// to |= from for bytes, over the same kind of layout. `to` packed.
void unite_masks(const std::uint8_t* from, std::span<const Index> shape, std::span<const Index> strides, std::uint8_t* to);

/// Strides in elements of a packed C-order array.
std::vector<Index> packed_strides(std::span<const Index> shape);

}  // namespace sluice
