// SPDX-License-Identifier: BSD-3-Clause
// From the groups and attributes of the file to a description, and boxes of its datasets.
#include "kernel.hpp"

#include <algorithm>
#include <stdexcept>

#include "locate.hpp"

namespace sluice::result_source {
namespace {

namespace format = io::result_format;
using io::owned;

ElementType integer_type(std::size_t bytes, bool with_sign) {
    switch (bytes) {
        case 1:
            return with_sign ? ElementType::int8 : ElementType::uint8;
        case 2:
            return with_sign ? ElementType::int16 : ElementType::uint16;
        case 4:
            return with_sign ? ElementType::int32 : ElementType::uint32;
        default:
            return with_sign ? ElementType::int64 : ElementType::uint64;
    }
}

ElementType type_of(hid_t dataset) {
    if (text_attribute(dataset, format::dtype) == "boolean") return ElementType::boolean;
    const auto type = owned(H5Dget_type(dataset), "cannot get a type");
    const auto bytes = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_FLOAT:
            return bytes == 4 ? ElementType::float32 : ElementType::float64;
        case H5T_INTEGER:
            return integer_type(bytes, H5Tget_sign(type) != H5T_SGN_NONE);
        case H5T_COMPOUND:
            return ElementType::complex128;
        case H5T_STRING:
            return ElementType::text;
        default:
            throw std::runtime_error("it has a dataset of a type that sluice does not write");
    }
}

bool is_integer(ElementType type) { return type >= ElementType::int8 && type <= ElementType::uint64; }

/// Integers below 2^63.
bool fits_int64(ElementType type, hid_t dataset) {
    if (type != ElementType::uint64) return is_integer(type);
    const auto values = read_all<std::uint64_t>(dataset, H5T_NATIVE_UINT64);
    return std::all_of(values.begin(), values.end(), [](std::uint64_t value) { return value <= std::uint64_t{INT64_MAX}; });
}

std::vector<Dim> named(const std::vector<std::string>& names, const std::vector<std::int64_t>& shape) {
    if (names.size() != shape.size()) throw std::runtime_error("a dataset has other dimensions than its attribute 'dims' names");
    std::vector<Dim> dims;
    for (std::size_t i = 0; i < names.size(); ++i) dims.push_back({names[i], shape[i]});
    return dims;
}

std::string need_text(hid_t object, const char* attribute) {
    if (auto text = text_attribute(object, attribute)) return *text;
    throw std::runtime_error("a dataset lacks its attribute '" + std::string(attribute) + "'");
}

Fact read_fact(hid_t group, const std::string& dataset_name) {
    const auto dataset = open_dataset(group, dataset_name);
    Fact fact{need_text(dataset, format::name), false};
    const auto type = type_of(dataset);
    if (type == ElementType::text)
        fact.value = read_texts(dataset).at(0);
    else if (type == ElementType::int8)
        fact.value = read_all<std::int8_t>(dataset, H5T_NATIVE_INT8).at(0) != 0;
    else {
        fact.value = read_all<double>(dataset, H5T_NATIVE_DOUBLE).at(0);
        fact.unit = need_text(dataset, "units");
    }
    return fact;
}

std::vector<Fact> read_facts(hid_t group) {
    std::vector<Fact> facts;
    if (!has(group, "facts")) return facts;
    const auto collection = owned(H5Gopen2(group, "facts", H5P_DEFAULT), "cannot open 'facts'");
    for (const auto& name : children(collection)) facts.push_back(read_fact(collection, name));
    return facts;
}

std::int64_t volume(const std::vector<Dim>& dims) {
    std::int64_t all = 1;
    for (const auto& dim : dims) all *= dim.size;
    return all;
}

}  // namespace

std::int64_t size_in_bytes(ElementType type) {
    switch (type) {
        case ElementType::int8:
        case ElementType::uint8:
        case ElementType::boolean:
            return 1;
        case ElementType::int16:
        case ElementType::uint16:
            return 2;
        case ElementType::float32:
        case ElementType::int32:
        case ElementType::uint32:
            return 4;
        case ElementType::complex128:
            return 16;
        case ElementType::text:
            return 0;
        default:
            return 8;
    }
}

/// Runs f with HDF5 silent, and says of which file its errors are.
template <class F>
auto StoredArray::guarded(const F& f) const {
    const io::QuietErrors quiet;
    try {
        return f();
    } catch (const std::runtime_error& error) {
        const std::string message = error.what();
        if (message.starts_with("'" + path_ + "'")) throw;
        throw std::runtime_error("'" + path_ + "' is damaged, or was changed by another program: " + message);
    }
}

StoredArray::StoredArray(std::string path, const std::string& array, std::int64_t streamed_mask_bytes) : path_(std::move(path)) {
    guarded([&] {
        file_ = open_result(path_);
        describe(find_array(file_, path_, array), streamed_mask_bytes);
    });
}

void StoredArray::describe(hid_t group, std::int64_t streamed_mask_bytes) {
    const auto signal = need_text(group, "signal");
    signal_ = open_dataset(group, signal);
    auto& array = description_;
    array.label = need_text(signal_, format::label);
    array.type = type_of(signal_);
    array.unit = need_text(signal_, "units");
    array.dims = own_dims(signal_);
    const auto type = owned(H5Dget_type(signal_), "cannot get a type");
    memory_type_ = owned(H5Tget_native_type(type, H5T_DIR_ASCEND), "cannot get a type");
    array.variances = has(group, signal + format::errors_suffix);
    if (array.variances) {
        errors_ = open_dataset(group, signal + format::errors_suffix);
        rounding_ = open_dataset(group, signal + format::rounding_suffix);
        array.correlated_over = text_attributes(errors_, format::correlated_over);
    }
    for (const auto& name : text_attributes(signal_, format::coordinates))
        array.coordinates.push_back(read_coordinate(group, name));
    for (const auto& name : text_attributes(signal_, format::masks)) {
        auto dataset = open_dataset(group, name);
        const auto over = text_attributes(dataset, format::varies_over);
        const bool own = H5Aexists(dataset, format::dims) > 0 || (over.empty() && shape_of(dataset).empty());
        array.masks.push_back(own ? read_known_mask(dataset) : read_spread_mask(std::move(dataset), over, streamed_mask_bytes));
    }
    array.facts = read_facts(group);
}

std::vector<Dim> StoredArray::own_dims(hid_t dataset) const {
    return named(text_attributes(dataset, format::dims), shape_of(dataset));
}

Coordinate StoredArray::read_coordinate(hid_t group, const std::string& dataset_name) const {
    auto dataset = open_dataset(group, dataset_name);
    Coordinate coordinate{need_text(dataset, format::name)};
    if (const auto edges = text_attribute(dataset, format::edges)) {
        dataset = open_dataset(group, *edges);
        coordinate.edges = true;
    }
    coordinate.dims = own_dims(dataset);
    coordinate.type = type_of(dataset);
    if (coordinate.type == ElementType::text) {
        coordinate.labels = read_texts(dataset);
        return coordinate;
    }
    coordinate.unit = need_text(dataset, "units");
    coordinate.values = read_all<double>(dataset, H5T_NATIVE_DOUBLE);
    if (fits_int64(coordinate.type, dataset)) coordinate.integers = read_all<std::int64_t>(dataset, H5T_NATIVE_INT64);
    return coordinate;
}

Mask StoredArray::read_known_mask(hid_t dataset) const {
    return {need_text(dataset, format::name), own_dims(dataset), read_all<std::uint8_t>(dataset, H5T_NATIVE_UINT8)};
}

/// One that lies in the file as large as the array, though it may depend on some of its dimensions only.
Mask StoredArray::read_spread_mask(Handle dataset, const std::vector<std::string>& dims, std::int64_t streamed_mask_bytes) {
    Mask mask{need_text(dataset, format::name)};
    for (const auto& dim : description_.dims)
        if (std::find(dims.begin(), dims.end(), dim.name) != dims.end()) mask.dims.push_back(dim);
    mask.streamed = volume(mask.dims) > streamed_mask_bytes;
    if (mask.streamed) {
        mask_ = std::move(dataset);
        streamed_ = mask;
        return mask;
    }
    const std::vector<std::int64_t> start(description_.dims.size(), 0);
    std::vector<std::int64_t> count;
    for (const auto& dim : description_.dims) count.push_back(dim.size);
    mask.values.resize(static_cast<std::size_t>(volume(mask.dims)));
    read_spread(dataset, mask, {start, count}, mask.values.data());
    return mask;
}

/// The first element along every dimension that the mask does not depend on.
void StoredArray::read_spread(hid_t dataset, const Mask& mask, const Box& box, std::uint8_t* to) const {
    std::vector<std::int64_t> start(box.start.begin(), box.start.end()), count(box.count.begin(), box.count.end());
    for (std::size_t i = 0; i < start.size(); ++i) {
        const auto& name = description_.dims[i].name;
        if (std::any_of(mask.dims.begin(), mask.dims.end(), [&](const Dim& dim) { return dim.name == name; })) continue;
        start[i] = 0;
        count[i] = std::min<std::int64_t>(1, description_.dims[i].size);
    }
    read_box(dataset, H5T_NATIVE_UINT8, start, count, to);
}

std::int64_t StoredArray::cache_bytes() const {
    std::int64_t bytes = 0;
    for (const auto* dataset : {&signal_, &errors_, &rounding_, &mask_})
        if (*dataset) bytes += std::int64_t{4} << 20;
    return bytes;
}

void StoredArray::read_values(const Box& box, void* to) const {
    guarded([&] { read_box(signal_, memory_type_, box.start, box.count, to); });
}
void StoredArray::read_errors(const Box& box, double* to) const {
    guarded([&] { read_box(errors_, H5T_NATIVE_DOUBLE, box.start, box.count, to); });
}
void StoredArray::read_rounding(const Box& box, std::int8_t* to) const {
    guarded([&] { read_box(rounding_, H5T_NATIVE_INT8, box.start, box.count, to); });
}
void StoredArray::read_mask(const Box& box, std::uint8_t* to) const {
    guarded([&] { read_spread(mask_, streamed_, box, to); });
}

}  // namespace sluice::result_source
