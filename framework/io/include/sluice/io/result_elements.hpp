// SPDX-License-Identifier: BSD-3-Clause
// The element types of result files by their numbers in the plugin interface. For plugin.cpp: needs the SDK, which kernels do not
// see.
#pragma once

#include <cstdint>

#include <sluice/io/result_format.hpp>
#include <sluice/sdk/abi.h>

namespace sluice::io::result_format {

static_assert(static_cast<int>(ElementType::float64) == SLUICE_FLOAT64);
static_assert(static_cast<int>(ElementType::float32) == SLUICE_FLOAT32);
static_assert(static_cast<int>(ElementType::int8) == SLUICE_INT8);
static_assert(static_cast<int>(ElementType::int16) == SLUICE_INT16);
static_assert(static_cast<int>(ElementType::int32) == SLUICE_INT32);
static_assert(static_cast<int>(ElementType::int64) == SLUICE_INT64);
static_assert(static_cast<int>(ElementType::uint8) == SLUICE_UINT8);
static_assert(static_cast<int>(ElementType::uint16) == SLUICE_UINT16);
static_assert(static_cast<int>(ElementType::uint32) == SLUICE_UINT32);
static_assert(static_cast<int>(ElementType::uint64) == SLUICE_UINT64);
static_assert(static_cast<int>(ElementType::boolean) == SLUICE_BOOLEAN);
static_assert(static_cast<int>(ElementType::complex128) == SLUICE_COMPLEX128);
static_assert(static_cast<int>(ElementType::text) == SLUICE_STRING);

constexpr ElementType element_type(std::int32_t number) { return static_cast<ElementType>(number); }
constexpr std::int32_t dtype_of(ElementType type) { return static_cast<std::int32_t>(type); }

}  // namespace sluice::io::result_format
