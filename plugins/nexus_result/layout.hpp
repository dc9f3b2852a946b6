// SPDX-License-Identifier: BSD-3-Clause
// How an array lies in the file: types, chunks, and the fields around the signal of an NXdata group.
#pragma once

#include "kernel.hpp"

namespace sluice::nexus_result {

/// The HDF5 type of an element, in memory and in the file; complex numbers as h5py has them.
[[nodiscard]] Handle element_type(ElementType type);

/// A dataset of these dims, to be written later. Above 1 MiB it is chunked: whole trailing dimensions as far as they fit
/// in 1 MiB, so that a chunk is a group of items or a band of one.
[[nodiscard]] Handle make_dataset(hid_t group, const std::string& name, hid_t type, const std::vector<Dim>& dims,
                                  int deflate_level);

/// Name of the signal: what stands after the last dot of the label, unless a coordinate or dimension has it.
[[nodiscard]] std::string signal_name(const ArrayDescription& array);

/// Coordinates, @axes, masks known in advance and facts.
void write_surroundings(hid_t group, const ArrayDescription& array, const std::string& signal);

/// @units, @long_name, @dims, @interpretation of the signal, and the style of the plot.
void describe_signal(hid_t group, hid_t dataset, const ArrayDescription& array, const std::string& signal);

}  // namespace sluice::nexus_result
