// SPDX-License-Identifier: BSD-3-Clause
// Values of a handful of types, written as datasets or attributes.
#include <sluice/io/hdf5_tree.hpp>

#include <algorithm>
#include <type_traits>

namespace sluice::io {
namespace {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

Handle text_type() {
    auto type = owned(H5Tcopy(H5T_C_S1), "cannot make a text type");
    checked(H5Tset_size(type.get(), H5T_VARIABLE), "cannot make a text type");
    checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), "cannot make a text type");
    return type;
}

template <class T>
Handle type_of() {
    if constexpr (std::is_same_v<T, std::string>) return text_type();
    else if constexpr (std::is_same_v<T, bool>) return owned(H5Tcopy(H5T_NATIVE_INT8), "cannot copy a type");
    else if constexpr (std::is_same_v<T, std::int64_t>) return owned(H5Tcopy(H5T_NATIVE_INT64), "cannot copy a type");
    else return owned(H5Tcopy(H5T_NATIVE_DOUBLE), "cannot copy a type");
}

/// Calls f(type, space, pointer to the values in memory).
template <class T, class F>
void with_memory(const T& value, const F& f) {
    if constexpr (is_vector<T>::value) {
        const hsize_t size = value.size();
        const auto type = type_of<typename T::value_type>();
        const auto space = owned(H5Screate_simple(1, &size, nullptr), "cannot make a dataspace");
        if constexpr (std::is_same_v<T, std::vector<std::string>>) {
            std::vector<const char*> pointers;
            for (const auto& text : value) pointers.push_back(text.c_str());
            f(type.get(), space.get(), pointers.data());
        } else {
            f(type.get(), space.get(), value.data());
        }
    } else {
        const auto type = type_of<T>();
        const auto space = owned(H5Screate(H5S_SCALAR), "cannot make a dataspace");
        if constexpr (std::is_same_v<T, std::string>) {
            const char* pointer = value.c_str();
            f(type.get(), space.get(), &pointer);
        } else if constexpr (std::is_same_v<T, bool>) {
            const std::int8_t byte = value ? 1 : 0;
            f(type.get(), space.get(), &byte);
        } else {
            f(type.get(), space.get(), &value);
        }
    }
}

}  // namespace

Handle without_times(hid_t kind) {
    auto creation = owned(H5Pcreate(kind), "cannot prepare an object");
    checked(H5Pset_obj_track_times(creation.get(), false), "cannot prepare an object");
    return creation;
}

std::string nexus_name(std::string_view text) {
    std::string name(text);
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    std::replace_if(name.begin(), name.end(), [&](char c) { return !allowed(c); }, '_');
    return name.empty() ? "_" : name;
}

std::string free_name(hid_t parent, std::string_view text) {
    const auto wanted = nexus_name(text);
    auto name = wanted;
    for (int i = 2; checked(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "cannot look for '" + name + "'") > 0; ++i)
        name = wanted + "_" + std::to_string(i);
    return name;
}

void write_attribute(hid_t object, const std::string& name, const Value& value) {
    const auto what = "cannot write attribute '" + name + "'";
    std::visit(
        [&](const auto& each) {
            with_memory(each, [&](hid_t type, hid_t space, const void* memory) {
                const auto attribute =
                    owned(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), what);
                checked(H5Awrite(attribute.get(), type, memory), what);
            });
        },
        value);
}

Handle write_field(hid_t parent, const Field& field) {
    const auto what = "cannot write field '" + field.name + "'";
    const auto creation = without_times(H5P_DATASET_CREATE);
    Handle dataset;
    std::visit(
        [&](const auto& each) {
            with_memory(each, [&](hid_t type, hid_t space, const void* memory) {
                dataset = owned(
                    H5Dcreate2(parent, field.name.c_str(), type, space, H5P_DEFAULT, creation.get(), H5P_DEFAULT), what);
                checked(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, memory), what);
            });
        },
        field.value);
    if (!field.unit.empty()) write_attribute(dataset.get(), "units", field.unit);
    return dataset;
}

Handle make_group(hid_t parent, const std::string& name, const std::string& nx_class) {
    const auto creation = without_times(H5P_GROUP_CREATE);
    auto group = owned(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                       "cannot make group '" + name + "'");
    write_attribute(group.get(), "NX_class", nx_class);
    return group;
}

void write_group(hid_t parent, const Group& group) {
    const auto made = make_group(parent, group.name, group.nx_class);
    fill_group(made.get(), group);
}

void fill_group(hid_t existing, const Group& group) {
    for (auto field : group.fields) {
        field.name = free_name(existing, field.name);
        write_field(existing, field);
    }
    for (const auto& each : group.groups) write_group(existing, each);
}

}  // namespace sluice::io
