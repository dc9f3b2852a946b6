// SPDX-License-Identifier: BSD-3-Clause
// The little of HDF5 that reading our own results needs: ownership of identifiers, texts, attributes, the names in a group.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <sluice/host/array.hpp>

namespace sluice {

/// Owns one HDF5 identifier; negative means none.
class Hdf5Handle {
public:
    explicit Hdf5Handle(hid_t id) : id_(id) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Hdf5Handle() {
        if (id_ >= 0) H5Idec_ref(id_);  // closes any kind of object when it is the last reference
    }
    operator hid_t() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

private:
    hid_t id_;
};

/// While it lives, HDF5 prints no errors in this thread.
class QuietHdf5 {
public:
    QuietHdf5() {
        H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    }
    ~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
    QuietHdf5(const QuietHdf5&) = delete;
    QuietHdf5& operator=(const QuietHdf5&) = delete;

private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};

/// Throws Error(data): missing, unreadable, not HDF5.
Hdf5Handle open_result(const std::filesystem::path& file);

/// A dataset of strings or bytes as text; of several strings the first. Nothing when it is not there or neither of these.
std::optional<std::string> read_text(hid_t location, const std::string& path);
/// All strings of a dataset, in C order.
std::vector<std::string> read_texts(hid_t dataset);
/// A string attribute; empty when there is none.
std::string read_attribute(hid_t object, const char* name);

/// The hard links of a group in the order of their names: soft and external ones show what stands elsewhere.
std::vector<std::string> children(hid_t group);
std::vector<Index> shape_of(hid_t dataset);

}  // namespace sluice
