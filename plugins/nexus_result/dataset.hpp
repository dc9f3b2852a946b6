// SPDX-License-Identifier: BSD-3-Clause
// How values lie in the file: types and chunks of a dataset.
#pragma once

#include "kernel.hpp"

namespace sluice::nexus_result {

/// The HDF5 type of an element, in memory and in the file; complex numbers as h5py has them.
[[nodiscard]] Handle element_type(ElementType type);

/// A dataset of these dims, to be written later. Above 1 MiB it is chunked: whole trailing dimensions as far as they fit
/// in 1 MiB, so that a chunk is a group of items or a band of one.
[[nodiscard]] Handle make_dataset(hid_t group, const std::string& name, hid_t type, const std::vector<Dim>& dims,
                                  int deflate_level);

}  // namespace sluice::nexus_result
