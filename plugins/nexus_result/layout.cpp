// SPDX-License-Identifier: BSD-3-Clause
// NeXus conventions of an NXdata group.
#include "layout.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <sluice/io/result_format.hpp>

namespace sluice::nexus_result {
namespace {

namespace format = io::result_format;

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

/// HDF5's type of a boolean is that of an int8.
void write_dtype(hid_t dataset, ElementType type) {
    if (type == ElementType::boolean) write_attribute(dataset, format::dtype, "boolean");
}

std::string titled(const std::string& name, const std::string& unit) {
    return unit.empty() || unit == "1" ? name : name + " (" + unit + ")";
}

/// A field over several dimensions: written flat in memory, shaped in the file.
Handle write_shaped(hid_t group, const std::string& name, const std::vector<Dim>& dims, hid_t file_type, hid_t memory_type,
                    const void* values, const std::string& unit) {
    auto dataset = make_dataset(group, name, file_type, dims, 0);
    checked(H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "cannot write '" + name + "'");
    if (!dims.empty()) write_attribute(dataset.get(), format::dims, names(dims));   // HDF5 takes no attribute of nothing
    if (!unit.empty()) write_attribute(dataset.get(), "units", unit);
    return dataset;
}

Handle write_numbers(hid_t group, const std::string& name, const Coordinate& coordinate) {
    const auto type = element_type(coordinate.type);
    const bool exact = !coordinate.integers.empty();
    auto dataset = write_shaped(group, name, coordinate.dims, type.get(), exact ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE,
                                exact ? static_cast<const void*>(coordinate.integers.data()) : coordinate.values.data(),
                                coordinate.unit);
    write_dtype(dataset.get(), coordinate.type);
    return dataset;
}

Handle write_texts(hid_t group, const std::string& name, const Coordinate& coordinate) {
    const auto type = element_type(ElementType::text);
    std::vector<const char*> pointers;
    for (const auto& label : coordinate.labels) pointers.push_back(label.c_str());
    return write_shaped(group, name, coordinate.dims, type.get(), type.get(), pointers.data(), "");
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
    coordinate.integers.clear();
    coordinate.type = ElementType::float64;
    --coordinate.dims.back().size;
    coordinate.edges = false;
    return coordinate;
}

/// Returns the name of its dataset.
std::string write_coordinate(hid_t group, const ArrayDescription& array, const Coordinate& coordinate) {
    const auto dataset_name = free_name(group, coordinate.name);
    const bool texts = coordinate.type == ElementType::text;
    const auto dataset = texts ? write_texts(group, dataset_name, coordinate)
                               : write_numbers(group, dataset_name, per_element(coordinate));
    write_attribute(dataset.get(), format::name, coordinate.name);
    if (!texts) write_attribute(dataset.get(), "long_name", titled(coordinate.name, coordinate.unit));
    if (coordinate.edges) {
        const auto edges_name = free_name(group, dataset_name + "_edges");
        write_numbers(group, edges_name, coordinate);
        write_attribute(dataset.get(), format::edges, edges_name);
    }
    if (!coordinate.dims.empty())
        write_attribute(group, dataset_name + "_indices", indices(coordinate.dims, array.dims));
    return dataset_name;
}

bool is_axis_of(const Coordinate& coordinate, const std::string& dim) {
    return coordinate.type != ElementType::text && coordinate.dims.size() == 1 && coordinate.dims[0].name == dim;
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

/// coordinates: names of their datasets.
void write_axes(hid_t group, const ArrayDescription& array, const std::vector<std::string>& coordinates) {
    std::vector<std::string> axes;
    for (std::size_t i = 0; i < array.dims.size(); ++i) {
        const auto* axis = axis_of(array, array.dims[i].name);
        axes.push_back(axis ? coordinates[static_cast<std::size_t>(axis - array.coordinates.data())]
                            : write_index_axis(group, array.dims[i], i));
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

std::vector<std::string> write_coordinates(hid_t group, const ArrayDescription& array) {
    std::vector<std::string> datasets;
    for (const auto& coordinate : array.coordinates) datasets.push_back(write_coordinate(group, array, coordinate));
    write_axes(group, array, datasets);
    return datasets;
}

std::string signal_name(hid_t group, const ArrayDescription& array) {
    auto name = nexus_name(array.label.substr(array.label.rfind('.') + 1));
    const auto taken = [&](const std::string& suffix) {
        return checked(H5Lexists(group, (name + suffix).c_str(), H5P_DEFAULT), "cannot look for '" + name + "'") > 0;
    };
    while (taken("") || taken(format::errors_suffix) || taken(format::rounding_suffix)) name += "_values";
    return name;
}

Handle make_mask(hid_t group, const std::string& name, const ArrayDescription& array, const Mask& mask, int deflate_level) {
    auto dataset = make_dataset(group, name, H5T_NATIVE_INT8, array.dims, deflate_level);
    write_attribute(dataset.get(), "units", "1");
    write_attribute(dataset.get(), format::name, mask.name);
    if (!mask.dims.empty()) write_attribute(dataset.get(), format::varies_over, names(mask.dims));
    return dataset;
}

std::string write_mask(hid_t group, const Mask& mask, const std::string& signal) {
    auto name = free_name(group, signal + "_mask_" + mask.name);
    const auto dataset = write_shaped(group, name, mask.dims, H5T_NATIVE_INT8, H5T_NATIVE_INT8, mask.values.data(), "1");
    write_attribute(dataset.get(), format::name, mask.name);
    return name;
}

void write_facts(hid_t group, const std::vector<Field>& facts) {
    if (facts.empty()) return;
    const auto collection = make_group(group, "facts", "NXcollection");
    for (auto fact : facts) {
        const auto name = fact.name;
        fact.name = free_name(collection.get(), name);
        write_attribute(write_field(collection.get(), fact).get(), format::name, name);
    }
}

void describe_signal(hid_t group, hid_t dataset, const ArrayDescription& array, const std::string& signal) {
    write_attribute(group, "signal", signal);
    write_attribute(dataset, "units", array.unit.empty() ? "1" : array.unit);
    write_attribute(dataset, "long_name", titled(array.label, array.unit));
    write_attribute(dataset, format::label, array.label);
    write_dtype(dataset, array.type);
    if (array.dims.empty()) return;
    write_attribute(dataset, format::dims, names(array.dims));
    if (array.core_rank == 1) write_attribute(dataset, "interpretation", "spectrum");
    if (array.core_rank == 2) write_attribute(dataset, "interpretation", "image");
    if (wants_logarithms(array))  // silx reads axes_scale_types, h5web axes_scale_type
        write_attribute(group, "SILX_style",
                        R"({"signal_scale_type":"log","axes_scale_types":["log"],"axes_scale_type":["log"]})");
}

}  // namespace sluice::nexus_result
