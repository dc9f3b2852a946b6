// SPDX-License-Identifier: BSD-3-Clause
// The fields around the signal of an NXdata group.
#pragma once

#include "dataset.hpp"

namespace sluice::nexus_result {

/// Coordinates, and @axes. Returns the names of their datasets.
std::vector<std::string> write_coordinates(hid_t group, const ArrayDescription& array);

/// Name of the signal: what stands after the last dot of the label, with an addition where a coordinate or an axis has it.
[[nodiscard]] std::string signal_name(hid_t group, const ArrayDescription& array);

/// A mask of every value, to be written later, with @name and the dimensions that it varies over.
[[nodiscard]] Handle make_mask(hid_t group, const std::string& name, const ArrayDescription& array, const Mask& mask,
                              int deflate_level);
/// One known in advance. Returns the name of its dataset.
std::string write_mask(hid_t group, const Mask& mask, const std::string& signal);

void write_facts(hid_t group, const std::vector<Field>& facts);

/// @units, @long_name, @dims, @interpretation of the signal, and the style of the plot.
void describe_signal(hid_t group, hid_t dataset, const ArrayDescription& array, const std::string& signal);

}  // namespace sluice::nexus_result
