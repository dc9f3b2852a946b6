// SPDX-License-Identifier: BSD-3-Clause
// What to do about a failed write, for messages of sinks.
#pragma once

#include <cerrno>
#include <string>

namespace sluice::io {

/// To be put behind the reason of this errno; "" when there is nothing to say.
[[nodiscard]] inline std::string write_advice(int error) {
    switch (error) {
        case ENOSPC: return ". Free space or choose another folder for the output";
        case EDQUOT: return ". Free space within the quota or choose another folder for the output";
        case EFBIG: return ": the file reached the size limit of the process (ulimit -f) or of the file system";
        case EACCES:
        case EROFS: return ". Choose a folder for the output that may be written";
        default: return "";
    }
}

}  // namespace sluice::io
