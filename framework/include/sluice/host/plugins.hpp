// SPDX-License-Identifier: BSD-3-Clause
// The plugins that are installed: listed and described from their embedded plugin.json, opened only when a recipe uses them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/host/manifest.hpp>

namespace sluice {

/// An opened plugin. Its library stays loaded as long as any Library lives, and is never unloaded during a run.
class Library {
public:
    /// Opens with Boost.DLL (absolute path, rtld_now | rtld_local) and checks the ABI, the kind, id and version against
    /// the manifest. Throws Error(plugin): a wrong ABI major names both numbers.
    static std::shared_ptr<const Library> open(const std::filesystem::path& file, const Manifest& manifest);

    [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
    [[nodiscard]] const sluice_plugin& table() const noexcept { return *table_; }
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
    /// Of the file as it was opened: it may be replaced while the library is in use.
    [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }

private:
    Library() = default;
    std::shared_ptr<const void> handle_;
    Manifest manifest_;
    std::filesystem::path file_;
    std::string sha256_;
    const sluice_plugin* table_ = nullptr;
};

/// The text of plugin.json in a shared library's `.sluice.manifest` section, read without running any of its code.
/// Throws Error(plugin): not an ELF file, truncated, no such section.
std::string embedded_manifest(const std::filesystem::path& file);

class Plugins {
public:
    /// Lists *.so in the folders, earlier folders first when an id is there twice. Opens nothing.
    explicit Plugins(const std::vector<std::filesystem::path>& folders = default_folders());

    /// SLUICE_PLUGIN_PATH (colon-separated), then lib/sluice/plugins beside the program, then the installed place.
    static std::vector<std::filesystem::path> default_folders();

    [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const std::filesystem::path& file_of(const std::string& id) const;

    /// A library in the folders that cannot be used, and why; with the id when it is known (that of libsluice_<id>.so is).
    struct Unusable {
        std::filesystem::path file;
        std::string id;
        std::string reason;
    };
    [[nodiscard]] const std::vector<Unusable>& unusable() const noexcept { return unusable_; }
    /// By id, of those that no folder has in a usable form: "'…/libsluice_x.so' was found but cannot be used: <reason>"
    [[nodiscard]] std::map<std::string, std::string> why_unusable() const;

    /// Opens once; later calls give the same library. Throws Error(plugin).
    std::shared_ptr<const Library> open(const std::string& id) const;

private:
    Catalogue catalogue_;
    std::map<std::string, std::filesystem::path> files_;
    std::vector<Unusable> unusable_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::shared_ptr<const Library>> opened_;
};

}  // namespace sluice
