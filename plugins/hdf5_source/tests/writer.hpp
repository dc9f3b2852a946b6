// SPDX-License-Identifier: BSD-3-Clause
// Writes the HDF5 files that the tests read.
#pragma once

#include <doctest/doctest.h>
#include <hdf5.h>

#include <cstring>
#include <string>
#include <vector>

#include "../handles.hpp"

namespace sluice::hdf5_source {

using Shape = std::vector<hsize_t>;

/// An HDF5 file being written, with the few calls that the tests need.
class Writer {
public:
    explicit Writer(const std::string& file)
        : file_(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)), parents_(H5Pcreate(H5P_LINK_CREATE)) {
        H5Pset_create_intermediate_group(parents_.get(), 1);
    }

    [[nodiscard]] hid_t file() const { return file_.get(); }

    [[nodiscard]] Handle create(const std::string& path, hid_t type, const Shape& shape, hid_t creation = H5P_DEFAULT) const {
        const Handle space(shape.empty() ? H5Screate(H5S_SCALAR)
                                         : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
        Handle dataset(H5Dcreate2(file(), path.c_str(), type, space.get(), parents_.get(), creation, H5P_DEFAULT));
        REQUIRE(dataset);
        return dataset;
    }

    Handle write(const std::string& path, hid_t file_type, hid_t memory_type, const Shape& shape, const void* values,
                 hid_t creation = H5P_DEFAULT) const {
        Handle dataset = create(path, file_type, shape, creation);
        REQUIRE(H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
        return dataset;
    }

    Handle write(const std::string& path, const Shape& shape, const std::vector<int>& values) const {
        return write(path, H5T_NATIVE_INT, H5T_NATIVE_INT, shape, values.data());
    }

private:
    Handle file_;
    Handle parents_;
};

inline void set_text_attribute(hid_t object, const char* name, const char* text) {
    const Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), std::strlen(text));
    const Handle space(H5Screate(H5S_SCALAR));
    const Handle attribute(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    H5Awrite(attribute.get(), type.get(), text);
}

inline Handle chunked(const Shape& chunk) {
    Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
    return creation;
}

}  // namespace sluice::hdf5_source
