// SPDX-License-Identifier: BSD-3-Clause
// The HDF5 C API with ownership: identifiers that close themselves, error texts instead of printing, failures as exceptions.
// Needs HDF5 to link.
#pragma once

#include <hdf5.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace sluice::io {

/// Owns one HDF5 identifier of any kind; negative means none.
class Handle {
public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Handle() { close(); }

    [[nodiscard]] hid_t get() const { return id_; }
    operator hid_t() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

    /// Closes any kind of object when this is the last reference; a failure shows that its data was not written.
    herr_t close() noexcept {
        const auto id = std::exchange(id_, H5I_INVALID_HID);
        return id < 0 ? 0 : static_cast<herr_t>(H5Idec_ref(id));
    }

private:
    hid_t id_ = H5I_INVALID_HID;
};

/// While it lives, HDF5 prints no errors in this thread.
/// HDF5 1.10 loses memory of its own where an object header is damaged, though every identifier is closed, and says so when the
/// process exits ("infinite loop closing library"). So after a call that failed it does not print then either.
class QuietErrors {
public:
    QuietErrors() {
        H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
        H5Eset_auto2(H5E_DEFAULT, note, &failed_);
    }
    ~QuietErrors() {
        H5Eset_auto2(H5E_DEFAULT, function_, data_);
        if (failed_) exit_quietly();
    }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;

private:
    static herr_t note(hid_t, void* failed) {
        *static_cast<bool*>(failed) = true;
        return 0;
    }
    /// Runs before HDF5's own end, which was registered earlier; within a plugin when that is unloaded.
    static void exit_quietly() {
        [[maybe_unused]] static const int registered = std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); });
    }

    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
    bool failed_ = false;
};

/// The innermost message of the HDF5 call that failed last in this thread; "" when there is none.
[[nodiscard]] inline std::string hdf5_reason() {
    std::string text;
    const auto take_first = [](unsigned depth, const H5E_error2_t* error, void* target) -> herr_t {
        if (depth == 0 && error->desc) *static_cast<std::string*>(target) = error->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
    return text;
}

/// Throws std::runtime_error "what: innermost message of the HDF5 call that just failed".
[[noreturn]] inline void throw_hdf5_error(const std::string& what) {
    const auto reason = hdf5_reason();
    throw std::runtime_error(what + ": " + (reason.empty() ? "HDF5 gives no reason" : reason));
}

/// Status of an HDF5 call; throws when it failed.
template <class Status>
Status checked(Status status, const std::string& what) {
    if (status < 0) throw_hdf5_error(what);
    return status;
}

/// The identifier that an HDF5 call returned; throws when it failed.
inline Handle owned(hid_t id, const std::string& what) { return Handle(checked(id, what)); }

}  // namespace sluice::io
