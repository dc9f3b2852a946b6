// SPDX-License-Identifier: BSD-3-Clause
// HDF5 identifiers and error texts as this source words them.
#pragma once

#include <string>

#include "sluice/io/hdf5.hpp"

namespace sluice::hdf5_source {

using io::Handle;
using io::QuietErrors;

/// The innermost message of the last failed HDF5 call in this thread, as " (HDF5: ...)", or "".
[[nodiscard]] inline std::string hdf5_reason() {
    const auto reason = io::hdf5_reason();
    return reason.empty() ? reason : " (HDF5: " + reason + ")";
}

}  // namespace sluice::hdf5_source
