// SPDX-License-Identifier: BSD-3-Clause
// HDF5's failures as exceptions.
#pragma once

#include <stdexcept>
#include <string>

#include "sluice/io/hdf5.hpp"

namespace sluice::nexus_result {

using io::Handle;
using io::QuietErrors;

/// "what: innermost message of the HDF5 call that just failed"
[[noreturn]] inline void fail(const std::string& what) {
    const auto reason = io::hdf5_reason();
    throw std::runtime_error(what + ": " + (reason.empty() ? "HDF5 gives no reason" : reason));
}

/// Status of an HDF5 call; throws when it failed.
template <class Status>
Status checked(Status status, const std::string& what) {
    if (status < 0) fail(what);
    return status;
}

/// The identifier that an HDF5 call returned; throws when it failed.
inline Handle owned(hid_t id, const std::string& what) { return Handle(checked(id, what)); }

}  // namespace sluice::nexus_result
