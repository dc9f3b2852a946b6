// SPDX-License-Identifier: BSD-3-Clause
// HDF5 types and chunks.
#include "dataset.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::nexus_result {
namespace {

constexpr std::int64_t chunk_bytes = std::int64_t{1} << 20;
constexpr std::size_t chunk_cache_bytes = std::size_t{4} << 20;

Handle complex_type() {
    auto type = owned(H5Tcreate(H5T_COMPOUND, 2 * sizeof(double)), "cannot make the complex type");
    checked(H5Tinsert(type.get(), "r", 0, H5T_NATIVE_DOUBLE), "cannot make the complex type");
    checked(H5Tinsert(type.get(), "i", sizeof(double), H5T_NATIVE_DOUBLE), "cannot make the complex type");
    return type;
}

Handle text_type() {
    auto type = owned(H5Tcopy(H5T_C_S1), "cannot make a text type");
    checked(H5Tset_size(type.get(), H5T_VARIABLE), "cannot make a text type");
    checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), "cannot make a text type");
    return type;
}

hid_t native(ElementType type) {
    switch (type) {
        case ElementType::float32: return H5T_NATIVE_FLOAT;
        case ElementType::int8: case ElementType::boolean: return H5T_NATIVE_INT8;
        case ElementType::int16: return H5T_NATIVE_INT16;
        case ElementType::int32: return H5T_NATIVE_INT32;
        case ElementType::int64: return H5T_NATIVE_INT64;
        case ElementType::uint8: return H5T_NATIVE_UINT8;
        case ElementType::uint16: return H5T_NATIVE_UINT16;
        case ElementType::uint32: return H5T_NATIVE_UINT32;
        case ElementType::uint64: return H5T_NATIVE_UINT64;
        default: return H5T_NATIVE_DOUBLE;
    }
}

std::vector<hsize_t> shape_of(const std::vector<Dim>& dims) {
    std::vector<hsize_t> shape;
    for (const auto& dim : dims) shape.push_back(static_cast<hsize_t>(dim.size));
    return shape;
}

std::int64_t volume(const std::vector<Dim>& dims) {
    return std::accumulate(dims.begin(), dims.end(), std::int64_t{1},
                           [](std::int64_t product, const Dim& dim) { return product * dim.size; });
}

std::vector<hsize_t> chunk_shape(const std::vector<Dim>& dims, std::int64_t element_bytes) {
    std::vector<hsize_t> chunk(dims.size());
    auto room = std::max<std::int64_t>(chunk_bytes / element_bytes, 1);
    for (std::size_t i = dims.size(); i-- > 0;) {
        const auto here = std::clamp<std::int64_t>(room, 1, dims[i].size);
        chunk[i] = static_cast<hsize_t>(here);
        room = here < dims[i].size ? 1 : room / here;
    }
    return chunk;
}

}  // namespace

Handle element_type(ElementType type) {
    if (type == ElementType::complex128) return complex_type();
    if (type == ElementType::text) return text_type();
    return owned(H5Tcopy(native(type)), "cannot copy a type");
}

Handle make_dataset(hid_t group, const std::string& name, hid_t type, const std::vector<Dim>& dims, int deflate_level) {
    const auto what = "cannot make dataset '" + name + "'";
    const auto shape = shape_of(dims);
    const auto element_bytes = static_cast<std::int64_t>(H5Tget_size(type));
    const auto space = owned(dims.empty() ? H5Screate(H5S_SCALAR)
                                          : H5Screate_simple(static_cast<int>(dims.size()), shape.data(), nullptr), what);
    const auto creation = io::without_times(H5P_DATASET_CREATE);
    const auto access = owned(H5Pcreate(H5P_DATASET_ACCESS), what);
    if (!dims.empty() && volume(dims) * element_bytes > chunk_bytes) {
        const auto chunk = chunk_shape(dims, element_bytes);
        checked(H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()), what);
        checked(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER), what);
        checked(H5Pset_chunk_cache(access.get(), 521, chunk_cache_bytes, 1.0), what);
        if (deflate_level > 0) {
            checked(H5Pset_shuffle(creation.get()), what);
            checked(H5Pset_deflate(creation.get(), static_cast<unsigned>(deflate_level)), what);
        }
    }
    return owned(H5Dcreate2(group, name.c_str(), type, space.get(), H5P_DEFAULT, creation.get(), access.get()), what);
}

}  // namespace sluice::nexus_result
