// SPDX-License-Identifier: BSD-3-Clause
// Finds a dataset through links and lists every file its values come from.
#pragma once

#include <hdf5.h>

#include <string>
#include <vector>

#include "handles.hpp"

namespace sluice::hdf5_source {

struct Located {
  Handle file;
  Handle dataset;
  std::vector<std::string> files;  ///< the named file, link targets, sources of virtual datasets
};

/// "file: dataset 'path'", the place in every message.
[[nodiscard]] std::string place(const std::string& file, const std::string& path);

/// Opens the dataset at path. Throws std::runtime_error with what is wrong: the file is missing,
/// no HDF5 file, or damaged; no such name (with near names, or those there are); a link that leads
/// nowhere; a group; a filter that is not installed; a virtual dataset with a missing or too short
/// source.
[[nodiscard]] Located locate(const std::string& file, const std::string& path);

}  // namespace sluice::hdf5_source
