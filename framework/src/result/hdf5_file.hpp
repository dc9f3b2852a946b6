// SPDX-License-Identifier: BSD-3-Clause
// The little of HDF5 that reading our own results needs: texts, attributes, the names in a group.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sluice/host/array.hpp>
#include <sluice/io/hdf5.hpp>

namespace sluice {

using Hdf5Handle = io::Handle;
using QuietHdf5 = io::QuietErrors;

/// Throws Error(data): missing, unreadable, not HDF5.
Hdf5Handle open_result(const std::filesystem::path& file);

/// A dataset of strings or bytes as text; of several strings the first. Nothing when it is not there or neither of these.
std::optional<std::string> read_text(hid_t location, const std::string& path);
/// All strings of a dataset, in C order.
std::vector<std::string> read_texts(hid_t dataset);
/// A string attribute; empty when there is none.
std::string read_attribute(hid_t object, const char* name);

/// The hard links of a group in the order of their names: soft and external ones show what stands elsewhere.
std::vector<std::string> children(hid_t group);
std::vector<Index> shape_of(hid_t dataset);

}  // namespace sluice
