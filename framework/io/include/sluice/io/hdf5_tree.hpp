// SPDX-License-Identifier: BSD-3-Clause
// Small groups and fields of a NeXus file: facts, parameters, notes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/io/hdf5.hpp>

namespace sluice::io {

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                           std::vector<std::string>>;

struct Field {
    std::string name;
    Value value;
    std::string unit = {};  ///< "" for texts and what has no unit: no @units
};

struct Group {
    std::string name;
    std::string nx_class;
    std::vector<Field> fields = {};
    std::vector<Group> groups = {};
};

/// How to create objects of a kind (H5P_FILE_CREATE: the root group, H5P_GROUP_CREATE, H5P_DATASET_CREATE) without the time of
/// day, which HDF5 would put into each: the same content is to give the same bytes.
[[nodiscard]] Handle without_times(hid_t kind);

/// A valid NeXus name: other characters than letters, digits and _ become _.
[[nodiscard]] std::string nexus_name(std::string_view text);
/// The same, with a number behind it when `parent` already holds something of that name.
[[nodiscard]] std::string free_name(hid_t parent, std::string_view text);

/// Booleans are written as int8 0 or 1, texts as variable-length UTF-8.
void write_attribute(hid_t object, const std::string& name, const Value& value);
/// Returns the dataset, for more attributes.
Handle write_field(hid_t parent, const Field& field);
[[nodiscard]] Handle make_group(hid_t parent, const std::string& name, const std::string& nx_class);
/// Writes the group with all that it holds.
void write_group(hid_t parent, const Group& group);
/// Adds what `group` holds to one that exists.
void fill_group(hid_t existing, const Group& group);

}  // namespace sluice::io
