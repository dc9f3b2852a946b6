// SPDX-License-Identifier: BSD-3-Clause
// Reading small things of an HDF5 file: attributes, texts, whole datasets; and boxes of large ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/io/hdf5.hpp>

namespace sluice::result_source {

using io::Handle;

/// Everything here throws std::runtime_error, in HDF5's words, for what cannot be read.

/// A text attribute; nothing when there is none, or one of another type.
[[nodiscard]] std::optional<std::string> text_attribute(hid_t object, const char* name);
/// All texts of an attribute; empty when there is none.
[[nodiscard]] std::vector<std::string> text_attributes(hid_t object, const char* name);
[[nodiscard]] std::optional<std::int64_t> integer_attribute(hid_t object, const char* name);

[[nodiscard]] Handle open_dataset(hid_t group, const std::string& name);
[[nodiscard]] bool has(hid_t group, const std::string& name);
/// Names of the groups and datasets in a group, in order.
[[nodiscard]] std::vector<std::string> children(hid_t group);

[[nodiscard]] std::vector<std::int64_t> shape_of(hid_t dataset);
[[nodiscard]] std::vector<std::string> read_texts(hid_t dataset);
/// The whole dataset, converted to `type`, of which T is the C++ type.
template <class T>
[[nodiscard]] std::vector<T> read_all(hid_t dataset, hid_t type) {
    std::size_t count = 1;
    for (const auto size : shape_of(dataset)) count *= static_cast<std::size_t>(size);
    std::vector<T> values(count);
    if (count > 0) io::checked(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "cannot read");
    return values;
}

/// The part [start, start + count) of a dataset, packed, C order, converted to `type`.
void read_box(hid_t dataset, hid_t type, std::span<const std::int64_t> start, std::span<const std::int64_t> count, void* to);

}  // namespace sluice::result_source
