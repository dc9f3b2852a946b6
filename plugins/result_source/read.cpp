// SPDX-License-Identifier: BSD-3-Clause
// The HDF5 calls.
#include "read.hpp"

#include <algorithm>

namespace sluice::result_source {
namespace {

using io::checked;
using io::owned;

/// Texts of variable length through `read(type, target)`, which is H5Dread or H5Aread.
template <class Read>
std::vector<std::string> variable_texts(hid_t type, hid_t space, const Read& read) {
    std::vector<char*> pointers(static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0)), nullptr);
    std::vector<std::string> texts;
    if (pointers.empty()) return texts;
    checked(read(type, pointers.data()), "cannot read texts");
    for (const char* each : pointers) texts.emplace_back(each ? each : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
}

/// The attribute, or none.
Handle open_attribute(hid_t object, const char* name) {
    if (checked(H5Aexists(object, name), "cannot look for an attribute") == 0) return {};
    return owned(H5Aopen(object, name, H5P_DEFAULT), "cannot open attribute '" + std::string(name) + "'");
}

}  // namespace

std::vector<std::string> text_attributes(hid_t object, const char* name) {
    const auto attribute = open_attribute(object, name);
    if (!attribute) return {};
    const auto type = owned(H5Aget_type(attribute), "cannot get a type"),
               space = owned(H5Aget_space(attribute), "cannot get a space");
    if (H5Tis_variable_str(type) <= 0) return {};
    return variable_texts(type, space, [&](hid_t memory_type, void* to) { return H5Aread(attribute, memory_type, to); });
}

std::optional<std::string> text_attribute(hid_t object, const char* name) {
    const auto all = text_attributes(object, name);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

std::optional<std::int64_t> integer_attribute(hid_t object, const char* name) {
    const auto attribute = open_attribute(object, name);
    if (!attribute) return std::nullopt;
    std::int64_t value = 0;
    checked(H5Aread(attribute, H5T_NATIVE_INT64, &value), "cannot read attribute '" + std::string(name) + "'");
    return value;
}

Handle open_dataset(hid_t group, const std::string& name) {
    // As much as nexus_result writes with: rows that share a chunk read it once.
    constexpr std::size_t cache_bytes = std::size_t{4} << 20;
    const auto access = owned(H5Pcreate(H5P_DATASET_ACCESS), "cannot set up access");
    checked(H5Pset_chunk_cache(access, 521, cache_bytes, 1.0), "cannot set up access");
    return owned(H5Dopen2(group, name.c_str(), access), "cannot open dataset '" + name + "'");
}

bool has(hid_t group, const std::string& name) {
    return checked(H5Lexists(group, name.c_str(), H5P_DEFAULT), "cannot look for '" + name + "'") > 0;
}

std::vector<std::string> children(hid_t group) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    checked(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names), "cannot list a group");
    return names;
}

std::vector<std::int64_t> shape_of(hid_t dataset) {
    const auto space = owned(H5Dget_space(dataset), "cannot get the size of a dataset");
    std::vector<hsize_t> sizes(
        static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space), "cannot get the size of a dataset")));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    return {sizes.begin(), sizes.end()};
}

std::vector<std::string> read_texts(hid_t dataset) {
    const auto type = owned(H5Dget_type(dataset), "cannot get a type"),
               space = owned(H5Dget_space(dataset), "cannot get a space");
    return variable_texts(type, space, [&](hid_t memory_type, void* to) {
        return H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
    });
}

void read_box(hid_t dataset, hid_t type, std::span<const std::int64_t> start, std::span<const std::int64_t> count, void* to) {
    if (std::find(count.begin(), count.end(), 0) != count.end()) return;
    if (start.empty()) {
        checked(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), "cannot read");
        return;
    }
    const std::vector<hsize_t> from(start.begin(), start.end()), size(count.begin(), count.end());
    const auto space = owned(H5Dget_space(dataset), "cannot get the size of a dataset");
    checked(H5Sselect_hyperslab(space, H5S_SELECT_SET, from.data(), nullptr, size.data(), nullptr), "cannot select");
    const auto memory = owned(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), "cannot make a space");
    checked(H5Dread(dataset, type, memory, space, H5P_DEFAULT, to), "cannot read");
}

}  // namespace sluice::result_source
