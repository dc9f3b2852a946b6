// SPDX-License-Identifier: BSD-3-Clause
// Opens a result file, and finds the group of an array in it.
#pragma once

#include <string>

#include "read.hpp"

namespace sluice::result_source {

/// Throws std::runtime_error with file and reason: not there, no HDF5, cut off, no result of ours, of a newer format, or what
/// an unfinished run has left.
[[nodiscard]] Handle open_result(const std::string& path);

/// The NXdata group of an array: "step", "step.port", or empty for the default output of the recipe that made the file.
/// Throws std::invalid_argument that lists what there is.
[[nodiscard]] Handle find_array(hid_t file, const std::string& path, const std::string& array);

}  // namespace sluice::result_source
