// SPDX-License-Identifier: BSD-3-Clause
// Reference data that a checkout may have beside it, and how a test without it says so.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace sluice::test {

/// The folder named by SLUICE_SHARED_DATA, else shared/data beside the source tree (SLUICE_SOURCE_DIR, set by ctest).
inline std::filesystem::path shared_data_folder() {
    if (const char* folder = std::getenv("SLUICE_SHARED_DATA")) return folder;
    const char* source = std::getenv("SLUICE_SOURCE_DIR");
    return (source ? std::filesystem::path(source) : std::filesystem::path(__FILE__).parent_path() / "../..") / "../shared/data";
}

/// A file or folder of that data; when it is not there, says that the test is skipped and gives nothing.
inline std::optional<std::filesystem::path> shared_data(const std::string& relative) {
    const auto path = shared_data_folder() / relative;
    if (std::filesystem::exists(path)) return path;
    MESSAGE("skipped: no " << relative << "; set SLUICE_SHARED_DATA to the folder that holds it");
    return std::nullopt;
}

}  // namespace sluice::test
