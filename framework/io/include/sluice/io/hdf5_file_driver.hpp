// SPDX-License-Identifier: BSD-3-Clause
// An HDF5 file driver that survives a full disk.
#pragma once

#include <sluice/io/hdf5.hpp>

namespace sluice::io {

/// What the driver tells of one file.
struct FileState {
    int error = 0;  ///< errno of the first system call that failed; 0: all well
};

/// A file access property list with a driver of our own: plain system calls on one file, like HDF5's sec2.
/// The first failure is noted in `state`, and from then on nothing reaches the file while HDF5 is told that all is well.
/// For HDF5 1.10 cannot close a file that it could not flush: it tries again when the process exits, prints, and may crash.
/// So whoever writes looks at state.error after each call, and once more after closing.
/// `state` must outlive the file.
[[nodiscard]] Handle file_access(FileState& state);

}  // namespace sluice::io
