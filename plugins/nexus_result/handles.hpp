// SPDX-License-Identifier: BSD-3-Clause
// The HDF5 tools that sinks share, under the names that this plugin uses.
#pragma once

#include <sluice/io/hdf5.hpp>
#include <sluice/io/hdf5_file_driver.hpp>
#include <sluice/io/hdf5_tree.hpp>

namespace sluice::nexus_result {

using io::checked;
using io::Field;
using io::file_access;
using io::FileState;
using io::fill_group;
using io::free_name;
using io::Group;
using io::Handle;
using io::make_group;
using io::nexus_name;
using io::owned;
using io::QuietErrors;
using io::Value;
using io::write_attribute;
using io::write_field;
using io::write_group;

}  // namespace sluice::nexus_result
