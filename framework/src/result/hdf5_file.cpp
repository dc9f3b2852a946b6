// SPDX-License-Identifier: BSD-3-Clause
// Reading texts, attributes and names from an HDF5 file.
#include "result/hdf5_file.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include <sluice/host/error.hpp>

namespace sluice {
namespace {

std::size_t count_of(hid_t space) { return static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0)); }

/// Strings through `read(memory type, target)`, which is H5Dread or H5Aread.
template <class Read>
std::vector<std::string> read_strings(hid_t file_type, hid_t space, const Read& read) {
    const std::size_t count = count_of(space);
    std::vector<std::string> texts;
    if (H5Tis_variable_str(file_type) > 0) {
        std::vector<char*> pointers(count, nullptr);
        const Hdf5Handle type(H5Tcopy(file_type));
        if (read(type, pointers.data()) < 0) return {};
        for (const char* each : pointers) texts.emplace_back(each ? each : "");
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
        return texts;
    }
    const std::size_t size = H5Tget_size(file_type);
    std::string bytes(count * size, '\0');
    if (read(file_type, bytes.data()) < 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
        const std::string padded = bytes.substr(i * size, size);
        texts.push_back(padded.substr(0, padded.find('\0')));
    }
    return texts;
}

std::string read_bytes(hid_t dataset, hid_t space) {
    std::string bytes(count_of(space), '\0');
    if (H5Dread(dataset, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) return {};
    return bytes;
}

}  // namespace

Hdf5Handle open_result(const std::filesystem::path& file) {
    std::error_code error;
    if (const auto bytes = std::filesystem::file_size(file, error); error || bytes == 0)
        throw Error(ErrorKind::data, fmt::format("'{}' cannot be read: {}", file.string(), error ? error.message() : "it is empty"));
    if (H5Fis_hdf5(file.c_str()) <= 0)
        throw Error(ErrorKind::data, fmt::format("'{}' is no HDF5 file; give a result that 'sluice run' has written", file.string()));
    Hdf5Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!handle) throw Error(ErrorKind::data, fmt::format("'{}' cannot be opened: it is damaged, or being written", file.string()));
    return handle;
}

std::vector<std::string> read_texts(hid_t dataset) {
    const Hdf5Handle type(H5Dget_type(dataset)), space(H5Dget_space(dataset));
    if (H5Tget_class(type) != H5T_STRING) return {};
    return read_strings(type, space, [&](hid_t memory_type, void* target) {
        return H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, target);
    });
}

std::optional<std::string> read_text(hid_t location, const std::string& path) {
    const Hdf5Handle dataset(H5Dopen2(location, path.c_str(), H5P_DEFAULT));
    if (!dataset) return std::nullopt;
    const Hdf5Handle type(H5Dget_type(dataset)), space(H5Dget_space(dataset));
    if (H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == 1) return read_bytes(dataset, space);
    const auto texts = read_texts(dataset);
    return texts.empty() ? std::nullopt : std::optional(texts.front());
}

std::string read_attribute(hid_t object, const char* name) {
    if (H5Aexists(object, name) <= 0) return {};
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
    const Hdf5Handle type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
    if (H5Tget_class(type) != H5T_STRING) return {};
    const auto texts = read_strings(
        type, space, [&](hid_t memory_type, void* target) { return H5Aread(attribute, memory_type, target); });
    return texts.empty() ? std::string() : texts.front();
}

std::vector<std::string> children(hid_t group) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t* link, void* target) -> herr_t {
        if (link->type == H5L_TYPE_HARD) static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
    return names;
}

std::vector<Index> shape_of(hid_t dataset) {
    const Hdf5Handle space(H5Dget_space(dataset));
    std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space), 0)));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    return {sizes.begin(), sizes.end()};
}

}  // namespace sluice
