// SPDX-License-Identifier: BSD-3-Clause
// One shared library: its declaration read as plain bytes of an ELF file, and its opening with all that must hold then.
#define BOOST_DLL_USE_STD_FS  // before any header of Boost.DLL

#include <sluice/host/plugins.hpp>

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/dll/shared_library.hpp>
#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>

#include "host/boundary.hpp"

namespace sluice {
namespace {

// ---- reading an ELF file ----------------------------------------------------------------------------------------------

constexpr std::uint64_t largest_section = std::uint64_t{16} << 20;

/// A file of which every read is checked against its size: it may be any file.
class ElfFile {
public:
    explicit ElfFile(const std::filesystem::path& file) : file_(file) {
        std::error_code error;
        size_ = std::filesystem::file_size(file, error);  // refuses what is no regular file: a pipe would block
        if (error) fail("cannot be read: " + error.message());
        stream_.open(file, std::ios::binary);
        if (!stream_) fail("cannot be read");
    }

    [[noreturn]] void fail(std::string_view what) const {
        throw Error(ErrorKind::plugin, fmt::format("'{}' {}", file_.string(), what));
    }

    [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t bytes) {
        if (offset > size_ || bytes > size_ - offset) fail("is truncated: it refers to bytes past its end");
        if (bytes > largest_section) fail("is damaged: a part of it claims more than 16 MiB");
        std::string text(static_cast<std::size_t>(bytes), '\0');
        stream_.seekg(static_cast<std::streamoff>(offset));
        if (!stream_.read(text.data(), static_cast<std::streamsize>(bytes))) fail("is truncated: it ends while it is read");
        return text;
    }

    template <class T>
    [[nodiscard]] T read_at(std::uint64_t offset) {
        T out;
        std::memcpy(&out, read(offset, sizeof out).data(), sizeof out);
        return out;
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    std::filesystem::path file_;
    std::ifstream stream_;
    std::uintmax_t size_ = 0;
};

Elf64_Ehdr read_header(ElfFile& file) {
    if (file.size() < sizeof(Elf64_Ehdr)) file.fail("is no shared library (too short for an ELF file)");
    const auto header = file.read_at<Elf64_Ehdr>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) file.fail("is no shared library (not an ELF file)");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
        file.fail("is no 64-bit little-endian ELF file");
    if (header.e_shnum > 0 && header.e_shentsize != sizeof(Elf64_Shdr)) file.fail("is damaged: bad size of section headers");
    return header;
}

std::vector<Elf64_Shdr> read_sections(ElfFile& file, const Elf64_Ehdr& header) {
    const std::string bytes = file.read(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
    std::vector<Elf64_Shdr> sections(header.e_shnum);
    if (!bytes.empty()) std::memcpy(sections.data(), bytes.data(), bytes.size());
    return sections;
}

/// The name at an offset of the string table; empty when it is outside, or not ended there.
std::string_view name_at(std::string_view names, std::uint64_t offset) {
    const auto end = offset < names.size() ? names.find('\0', offset) : std::string_view::npos;
    return end == std::string_view::npos ? std::string_view() : names.substr(offset, end - offset);
}

// ---- opening ----------------------------------------------------------------------------------------------------------

[[noreturn]] void refuse(const Manifest& manifest, const std::filesystem::path& file, std::string_view why) {
    throw Error(ErrorKind::plugin, fmt::format("plugin '{}' ({}): {}", manifest.id, file.string(), why));
}

/// dlerror()'s sentence out of the text that Boost.DLL wraps around it.
std::string linker_reason(const std::system_error& error) {
    constexpr std::string_view before = "(dlerror system message: ";
    const std::string text = error.what();
    const auto begin = text.find(before);
    const auto end = text.rfind(')');
    if (begin == std::string::npos || end == std::string::npos || end < begin + before.size()) return text;
    return text.substr(begin + before.size(), end - begin - before.size());
}

boost::dll::shared_library load(const std::filesystem::path& file, const Manifest& manifest) {
    // Never unloaded: threads, thread-locals and exit handlers of what a plugin links may outlive its last user.
    constexpr auto stays = static_cast<boost::dll::load_mode::type>(RTLD_NODELETE);
    using namespace boost::dll::load_mode;
    try {
        return boost::dll::shared_library(file, rtld_now | rtld_local | stays);
    } catch (const std::system_error& error) {
        refuse(manifest, file, "cannot be opened: " + linker_reason(error));
    }
}

const sluice_plugin* call_entry(const boost::dll::shared_library& library, const std::filesystem::path& file,
                                const Manifest& manifest) {
    if (!library.has(SLUICE_ENTRY_SYMBOL))
        refuse(manifest, file, "exports no " SLUICE_ENTRY_SYMBOL "(); write SLUICE_PLUGIN(TheClass) once in plugin.cpp");
    const auto* table = library.get<const sluice_plugin*()>(SLUICE_ENTRY_SYMBOL)();
    if (!table) refuse(manifest, file, SLUICE_ENTRY_SYMBOL "() returned null");
    return table;
}

void check_abi(const sluice_plugin& table, const std::filesystem::path& file, const Manifest& manifest) {
    if (table.abi_major == SLUICE_ABI_MAJOR && table.abi_minor <= SLUICE_ABI_MINOR) {
        if (static_cast<std::size_t>(table.size) >= sizeof(sluice_plugin)) return;
        refuse(manifest, file, fmt::format("its table has {} bytes, ABI {}.{} needs {}: rebuild the plugin", table.size,
                                           SLUICE_ABI_MAJOR, SLUICE_ABI_MINOR, sizeof(sluice_plugin)));
    }
    refuse(manifest, file,
           fmt::format("was built for plugin ABI {}.{}, this sluice has ABI {}.{}: {}", table.abi_major, table.abi_minor,
                       SLUICE_ABI_MAJOR, SLUICE_ABI_MINOR,
                       table.abi_major == SLUICE_ABI_MAJOR ? "update sluice, or rebuild the plugin with this SDK"
                                                           : "rebuild the plugin with this SDK"));
}

void check_identity(const sluice_plugin& table, const std::filesystem::path& file, const Manifest& manifest) {
    const auto same = [&](std::string_view what, std::string_view code, std::string_view declared) {
        if (code != declared)
            refuse(manifest, file, fmt::format("its code says {} '{}', its plugin.json '{}': rebuild the plugin", what, code, declared));
    };
    same("id", view(table.id), manifest.id);
    same("version", view(table.version), manifest.version);
    if (table.kind < SLUICE_SOURCE || table.kind > SLUICE_SINK)
        refuse(manifest, file, fmt::format("its code says kind {}, which is none", table.kind));
    same("kind", to_text(static_cast<PluginKind>(table.kind)), to_text(manifest.kind));
}

/// The names of the functions that a plugin of this kind must offer and does not.
std::vector<std::string> missing_functions(const sluice_plugin& table, const Manifest& manifest) {
    std::vector<std::string> missing;
    const auto need = [&](const char* name, bool there) { if (!there) missing.emplace_back(name); };
    need("prepare", table.prepare);
    need("destroy", table.destroy);
    switch (manifest.kind) {
        case PluginKind::source:
            need("probe", table.probe);
            need("fetch", table.fetch);
            if (table.decode) need("discard", table.discard);
            break;
        case PluginKind::map:
            if (!manifest.json.value("selects", false)) need("run", table.run);
            break;
        case PluginKind::reduce:
            need("probe", table.probe);
            need("init", table.init);
            need("add", table.add);
            need("merge", table.merge);
            need("finish", table.finish);
            break;
        case PluginKind::sink:
            need("begin", table.begin);
            need("write", table.write);
            need("end", table.end);
            need("abandon", table.abandon);
            break;
    }
    return missing;
}

}  // namespace

std::string embedded_manifest(const std::filesystem::path& path) {
    ElfFile file(path);
    const auto header = read_header(file);
    const auto sections = read_sections(file, header);
    if (header.e_shstrndx < sections.size()) {
        const auto& table = sections[header.e_shstrndx];
        const std::string names = file.read(table.sh_offset, table.sh_size);
        for (const auto& section : sections)
            if (section.sh_type == SHT_PROGBITS && name_at(names, section.sh_name) == SLUICE_MANIFEST_SECTION)
                return file.read(section.sh_offset, section.sh_size);
    }
    file.fail("is no sluice plugin: it has no section " SLUICE_MANIFEST_SECTION " (build plugins with sluice_add_plugin)");
}

std::shared_ptr<const Library> Library::open(const std::filesystem::path& file, const Manifest& manifest) {
    const auto path = std::filesystem::absolute(file);
    auto library = std::make_shared<boost::dll::shared_library>(load(path, manifest));
    const auto* table = call_entry(*library, path, manifest);
    check_abi(*table, path, manifest);
    check_identity(*table, path, manifest);
    if (const auto missing = missing_functions(*table, manifest); !missing.empty())
        refuse(manifest, path, fmt::format("a {} must offer {}; it is missing", to_text(manifest.kind), fmt::join(missing, ", ")));

    const std::shared_ptr<Library> out(new Library);
    out->handle_ = std::move(library);
    out->manifest_ = manifest;
    out->file_ = path;
    out->sha256_ = sha256_of_file(path);
    out->table_ = table;
    return out;
}

}  // namespace sluice
