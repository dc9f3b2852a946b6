// SPDX-License-Identifier: BSD-3-Clause
// Inputs that are results themselves: their own record, for the history of what is made from them.
#pragma once

#include <filesystem>
#include <optional>

#include <sluice/host/result.hpp>

namespace sluice {

/// The provenance of a result of ours; nothing for any other file, HDF5 or not. Throws Error(data) when it is a result whose
/// record was changed.
std::optional<Json> provenance_if_result(const std::filesystem::path& file);

}  // namespace sluice
