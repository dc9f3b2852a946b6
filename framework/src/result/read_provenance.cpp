// SPDX-License-Identifier: BSD-3-Clause
// The provenance of a result: read back from the file, its recipe checked against the checksum beside it.
#include <sluice/host/result.hpp>

#include <array>
#include <fstream>
#include <mutex>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>
#include <sluice/io/result_format.hpp>

#include "host/boundary.hpp"
#include "result/hdf5_file.hpp"
#include "result/history.hpp"

namespace sluice {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw Error(ErrorKind::data, fmt::format("'{}' {}", file.string(), why));
}

std::string need_text(hid_t handle, const std::filesystem::path& file, const std::string& path) {
    if (auto text = read_text(handle, path)) return *std::move(text);
    refuse(file, "was not written by sluice: it has no text " + path);
}

/// By the first bytes, where our results have it: cheap to ask of ten thousand images.
bool begins_as_hdf5(const std::filesystem::path& file) {
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    std::array<char, signature.size()> begin{};
    return std::ifstream(file, std::ios::binary).read(begin.data(), begin.size()) &&
           std::string_view(begin.data(), begin.size()) == signature;
}

bool is_result(const std::filesystem::path& file) {
    if (!begins_as_hdf5(file)) return false;
    const std::lock_guard lock(io_mutex());
    const QuietHdf5 quiet;
    const Hdf5Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    return handle && H5Aexists(handle, io::result_format::version_attribute) > 0;
}

}  // namespace

std::optional<Json> provenance_if_result(const std::filesystem::path& file) {
    return is_result(file) ? std::optional(read_provenance(file)) : std::nullopt;
}

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
