// SPDX-License-Identifier: BSD-3-Clause
// What is installed: the plugin folders are read, nothing in them is opened until a recipe uses it.
#define BOOST_DLL_USE_STD_FS  // before any header of Boost.DLL

#include <sluice/host/plugins.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <boost/dll/runtime_symbol_info.hpp>
#include <fmt/format.h>

#include <sluice/host/error.hpp>

namespace sluice {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> split_search_path(std::string_view text) {
    std::vector<fs::path> folders;
    while (!text.empty()) {
        const auto end = std::min(text.find(':'), text.size());
        if (end > 0) folders.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return folders;
}

/// The entries of a folder in the order of their names; none when it cannot be read.
std::vector<fs::path> sorted_entries(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error))
        entries.push_back(each->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// What sluice_add_plugin calls the library of a plugin; "" for other names.
std::string id_of_file(const fs::path& file) {
    constexpr std::string_view prefix = "libsluice_";
    const auto stem = file.stem().string();
    return stem.starts_with(prefix) ? stem.substr(prefix.size()) : "";
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

}  // namespace

std::vector<fs::path> Plugins::default_folders() {
    const char* listed = std::getenv("SLUICE_PLUGIN_PATH");
    auto folders = split_search_path(listed ? listed : "");
    std::error_code error;
    const fs::path program = boost::dll::program_location(error).parent_path();
    const auto add = [&](const fs::path& folder) { if (is_folder(folder)) folders.push_back(folder.lexically_normal()); };
    add(program / "lib/sluice/plugins");
    for (const fs::path& architecture : sorted_entries(program / "../lib")) add(architecture / "sluice/plugins");
    add(program / "../lib/sluice/plugins");
    return folders;
}

Plugins::Plugins(const std::vector<fs::path>& folders) {
    const auto list = [this](const fs::path& file) {
        Manifest manifest = parse_manifest(embedded_manifest(file), file.string());
        const auto [place, added] = files_.emplace(manifest.id, file);
        if (added) catalogue_.emplace(manifest.id, std::move(manifest));
        else if (place->second.parent_path() == file.parent_path())
            unusable_.push_back({file, manifest.id, fmt::format("'{}' gives plugin '{}' already", place->second.string(), manifest.id)});
    };
    for (const fs::path& folder : folders) {
        if (!is_folder(folder)) unusable_.push_back({folder, "", fmt::format("there is no folder '{}'", folder.string())});
        for (const fs::path& file : sorted_entries(folder)) {
            if (file.extension() != ".so") continue;
            try {
                list(file);
            } catch (const Error& error) {
                unusable_.push_back({file, id_of_file(file), error.what()});
            }
        }
    }
}

std::map<std::string, std::string> Plugins::why_unusable() const {
    std::map<std::string, std::string> all;
    for (const auto& each : unusable_) {
        if (each.id.empty() || catalogue_.contains(each.id)) continue;
        std::string_view reason = each.reason;
        if (const auto named = each.file.string() + ": "; reason.starts_with(named)) reason.remove_prefix(named.size());
        all.emplace(each.id, fmt::format("'{}' was found but cannot be used: {}", each.file.string(), reason));
    }
    return all;
}

const fs::path& Plugins::file_of(const std::string& id) const {
    const auto place = files_.find(id);
    if (place == files_.end()) throw Error(ErrorKind::plugin, fmt::format("no plugin '{}' is installed", id));
    return place->second;
}

std::shared_ptr<const Library> Plugins::open(const std::string& id) const {
    const fs::path& file = file_of(id);
    const std::lock_guard lock(mutex_);
    auto& library = opened_[id];
    if (!library) library = Library::open(file, catalogue_.at(id));
    return library;
}

}  // namespace sluice
