// SPDX-License-Identifier: BSD-3-Clause
// Fingerprints of input files and libraries: how a later reader knows that the same bytes went in.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sluice/host/array.hpp>

namespace sluice {

struct Fingerprint {
    std::filesystem::path path;
    Index size = 0;
    std::string sha256;      ///< hex
    std::string coverage;    ///< "full", or "sampled": the first MiB, the last MiB and 62 chunks of 64 KiB spread evenly
};

/// Full below `full_below` bytes, sampled above. Throws Error(data) naming the file.
Fingerprint fingerprint(const std::filesystem::path& file, Index full_below = Index{1} << 30);

std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace sluice
