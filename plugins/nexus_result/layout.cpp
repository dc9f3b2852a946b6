// SPDX-License-Identifier: BSD-3-Clause
// NeXus conventions of an NXdata group.
#include "layout.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

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

std::vector<std::string> names(const std::vector<Dim>& dims) {
    std::vector<std::string> all;
    for (const auto& dim : dims) all.push_back(dim.name);
    return all;
}

std::vector<std::int64_t> indices(const std::vector<Dim>& part, const std::vector<Dim>& whole) {
    std::vector<std::int64_t> all;
    for (const auto& dim : part)
        for (std::size_t i = 0; i < whole.size(); ++i)
            if (whole[i].name == dim.name) all.push_back(static_cast<std::int64_t>(i));
    return all;
}

std::string titled(const std::string& name, const std::string& unit) {
    return unit.empty() || unit == "1" ? name : name + " (" + unit + ")";
}

/// A field over several dimensions: written flat in memory, shaped in the file.
Handle write_shaped(hid_t group, const std::string& name, const std::vector<Dim>& dims, ElementType type,
                    const void* values, const std::string& unit) {
    const auto element = element_type(type);
    auto dataset = make_dataset(group, name, element.get(), dims, 0);
    checked(H5Dwrite(dataset.get(), element.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
            "cannot write '" + name + "'");
    if (!dims.empty()) write_attribute(dataset.get(), "dims", names(dims));   // HDF5 takes no attribute of nothing
    if (!unit.empty()) write_attribute(dataset.get(), "units", unit);
    return dataset;
}

/// Mid points along the last dimension.
std::vector<double> centres(const Coordinate& coordinate) {
    const auto edges = static_cast<std::size_t>(coordinate.dims.back().size);
    std::vector<double> all;
    for (std::size_t i = 0; i < coordinate.values.size(); ++i)
        if (i % edges + 1 < edges) all.push_back(0.5 * (coordinate.values[i] + coordinate.values[i + 1]));
    return all;
}

/// The coordinate as one value per element: bin edges become centres.
Coordinate per_element(Coordinate coordinate) {
    if (!coordinate.edges) return coordinate;
    coordinate.values = centres(coordinate);
    --coordinate.dims.back().size;
    coordinate.edges = false;
    return coordinate;
}

void write_coordinate(hid_t group, const ArrayDescription& array, const Coordinate& coordinate) {
    const auto name = nexus_name(coordinate.name);
    if (coordinate.dims.empty() && !coordinate.labels.empty()) {
        write_field(group, {name, coordinate.labels.front()});
    } else if (!coordinate.labels.empty()) {
        const auto dataset = write_field(group, {name, coordinate.labels});
        write_attribute(dataset.get(), "dims", names(coordinate.dims));
    } else {
        const auto plain = per_element(coordinate);
        const bool exact = !coordinate.integers.empty() && !coordinate.edges;
        const auto dataset = exact ? write_shaped(group, name, plain.dims, ElementType::int64, plain.integers.data(), coordinate.unit)
                                   : write_shaped(group, name, plain.dims, ElementType::float64, plain.values.data(), coordinate.unit);
        write_attribute(dataset.get(), "long_name", titled(coordinate.name, coordinate.unit));
        if (coordinate.edges)
            write_shaped(group, name + "_edges", coordinate.dims, ElementType::float64, coordinate.values.data(),
                         coordinate.unit);
    }
    if (!coordinate.dims.empty())
        write_attribute(group, name + "_indices", indices(coordinate.dims, array.dims));
}

bool is_axis_of(const Coordinate& coordinate, const std::string& dim) {
    return coordinate.labels.empty() && coordinate.dims.size() == 1 && coordinate.dims[0].name == dim;
}

bool is_monotonic(const std::vector<double>& values) {
    return std::adjacent_find(values.begin(), values.end(), std::less_equal<>()) == values.end() ||
           std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
}

/// The coordinate to plot against: that of the dimension's name, else the first one on it that always rises or always falls
/// (a temperature, but not a monitor).
const Coordinate* axis_of(const ArrayDescription& array, const std::string& dim) {
    const Coordinate* found = nullptr;
    for (const auto& each : array.coordinates)
        if (is_axis_of(each, dim) && (each.name == dim || (!found && is_monotonic(each.values)))) found = &each;
    return found;
}

/// Numbers 0, 1, … as the axis of a dimension that has no coordinate; returns their name.
std::string write_index_axis(hid_t group, const Dim& dim, std::size_t position) {
    const auto name = free_name(group, dim.name);
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(dim.size));
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto dataset = write_field(group, {name, numbers, "1"});
    write_attribute(dataset.get(), "dims", std::vector<std::string>{dim.name});
    write_attribute(dataset.get(), "long_name", dim.name);
    write_attribute(group, name + "_indices", std::vector<std::int64_t>{static_cast<std::int64_t>(position)});
    return name;
}

void write_axes(hid_t group, const ArrayDescription& array) {
    std::vector<std::string> axes;
    for (std::size_t i = 0; i < array.dims.size(); ++i) {
        const auto* axis = axis_of(array, array.dims[i].name);
        axes.push_back(axis ? nexus_name(axis->name) : write_index_axis(group, array.dims[i], i));
    }
    if (!axes.empty()) write_attribute(group, "axes", axes);
}

/// Intensities over at least a decade of q are looked at on logarithmic scales.
bool wants_logarithms(const ArrayDescription& array) {
    if (array.core_rank != 1 || array.unit == "1" || array.unit.empty()) return false;
    const auto* axis = axis_of(array, array.dims.back().name);
    if (!axis || axis->name != "q" || axis->values.size() < 2) return false;
    const auto q = per_element(*axis).values;
    return q.front() > 0 && q.back() >= 10 * q.front();
}

}  // namespace

Handle element_type(ElementType type) {
    if (type == ElementType::complex128) return complex_type();
    return owned(H5Tcopy(native(type)), "cannot copy a type");
}

Handle make_dataset(hid_t group, const std::string& name, hid_t type, const std::vector<Dim>& dims, int deflate_level) {
    const auto what = "cannot make dataset '" + name + "'";
    const auto shape = shape_of(dims);
    const auto element_bytes = static_cast<std::int64_t>(H5Tget_size(type));
    const auto space = owned(dims.empty() ? H5Screate(H5S_SCALAR)
                                          : H5Screate_simple(static_cast<int>(dims.size()), shape.data(), nullptr), what);
    const auto creation = owned(H5Pcreate(H5P_DATASET_CREATE), what);
    const auto access = owned(H5Pcreate(H5P_DATASET_ACCESS), what);
    checked(H5Pset_obj_track_times(creation.get(), false), what);  // the same arrays give the same bytes
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

std::string signal_name(const ArrayDescription& array) {
    const auto name = nexus_name(array.label.substr(array.label.rfind('.') + 1));
    const auto taken = [&](const auto& each) { return nexus_name(each.name) == name; };
    const bool clash = std::any_of(array.coordinates.begin(), array.coordinates.end(), taken) ||
                       std::any_of(array.dims.begin(), array.dims.end(), taken);
    return clash ? name + "_values" : name;
}

void write_surroundings(hid_t group, const ArrayDescription& array, const std::string& signal) {
    for (const auto& coordinate : array.coordinates) write_coordinate(group, array, coordinate);
    write_axes(group, array);
    for (const auto& mask : array.masks)
        if (!mask.values.empty())
            write_shaped(group, signal + "_mask_" + nexus_name(mask.name), mask.dims, ElementType::int8,
                         mask.values.data(), "1");
    if (!array.facts.empty()) write_group(group, {"facts", "NXcollection", array.facts, {}});
}

void describe_signal(hid_t group, hid_t dataset, const ArrayDescription& array, const std::string& signal) {
    write_attribute(group, "signal", signal);
    write_attribute(dataset, "units", array.unit.empty() ? "1" : array.unit);
    write_attribute(dataset, "long_name", titled(array.label, array.unit));
    if (array.dims.empty()) return;
    write_attribute(dataset, "dims", names(array.dims));
    if (array.core_rank == 1) write_attribute(dataset, "interpretation", "spectrum");
    if (array.core_rank == 2) write_attribute(dataset, "interpretation", "image");
    if (wants_logarithms(array))  // silx reads axes_scale_types, h5web axes_scale_type
        write_attribute(group, "SILX_style",
                        R"({"signal_scale_type":"log","axes_scale_types":["log"],"axes_scale_type":["log"]})");
}

}  // namespace sluice::nexus_result
