// SPDX-License-Identifier: BSD-3-Clause
// The provenance of a result: read back from the file, its recipe checked against the checksum beside it.
#include <sluice/host/result.hpp>

#include <mutex>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>

#include "host/boundary.hpp"
#include "result/hdf5_file.hpp"

namespace sluice {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw Error(ErrorKind::data, fmt::format("'{}' {}", file.string(), why));
}

std::string need_text(hid_t handle, const std::filesystem::path& file, const std::string& path) {
    if (auto text = read_text(handle, path)) return *std::move(text);
    refuse(file, "was not written by sluice: it has no text " + path);
}

}  // namespace

Json read_provenance(const std::filesystem::path& file) {
    const std::lock_guard lock(io_mutex());
    const QuietHdf5 quiet;
    const Hdf5Handle handle = open_result(file);
    const std::string text = need_text(handle, file, "/entry/process/provenance/data");
    const std::string recipe = need_text(handle, file, "/entry/process/recipe/data");
    const std::string checksum = need_text(handle, file, "/entry/process/recipe/checksum");
    if (sha256(recipe) != checksum)
        refuse(file, fmt::format("keeps a recipe that was changed after the run: its SHA-256 is {}, the checksum beside it {}",
                                 sha256(recipe), checksum));
    Json provenance = Json::parse(text, nullptr, false);
    if (!provenance.is_object()) refuse(file, "keeps a provenance that is no JSON object");
    provenance["recipe"]["effective_text"] = recipe;
    return provenance;
}

}  // namespace sluice
