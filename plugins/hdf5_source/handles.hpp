// SPDX-License-Identifier: BSD-3-Clause
// Ownership of HDF5 identifiers, and HDF5's error text instead of its printing.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace sluice::hdf5_source {

/// Owns one HDF5 identifier; negative means none.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) H5Idec_ref(id_);  // closes any kind of object when it is the last reference
  }

  [[nodiscard]] hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// While it lives, HDF5 prints no errors in this thread.
class QuietErrors {
 public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost message of the last failed HDF5 call in this thread, as " (HDF5: ...)", or "".
[[nodiscard]] inline std::string hdf5_reason() {
  std::string text;
  const auto take_first = [](unsigned depth, const H5E_error2_t* error, void* target) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(target) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
  return text.empty() ? text : " (HDF5: " + text + ")";
}

}  // namespace sluice::hdf5_source
