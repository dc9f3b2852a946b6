// SPDX-License-Identifier: BSD-3-Clause
// Runs HDF5 filter pipelines outside HDF5, with HDF5's own filter plugins.
#include "filters.hpp"

#include <dlfcn.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "handles.hpp"

namespace sluice::hdf5_source {
namespace {

namespace fs = std::filesystem;

struct KnownFilter {
    H5Z_filter_t id;
    std::string_view name;
    std::string_view package;  // in Debian 12
    bool works_on_any_thread;  // its function keeps no state between calls
};

constexpr std::array<KnownFilter, 7> known_filters{{
    {307, "bzip2", "hdf5-filter-plugin", true},
    {32000, "LZF", "hdf5-plugin-lzf", true},
    {32001, "blosc", "hdf5-filter-plugin-blosc-serial", false},
    {32004, "LZ4", "hdf5-filter-plugin", true},
    {32008, "bitshuffle", "bitshuffle", true},
    {32013, "zfp", "hdf5-filter-plugin-zfp-serial", false},
    {32015, "zstd", "", false},
}};

const KnownFilter* find_known(H5Z_filter_t id) {
    const auto* found =
        std::find_if(known_filters.begin(), known_filters.end(), [id](const KnownFilter& filter) { return filter.id == id; });
    return found == known_filters.end() ? nullptr : found;
}

std::string advice(const KnownFilter* known) {
    if (known == nullptr) return "Install the HDF5 plugin for it.";
    if (known->package.empty()) return "Debian has no package for it: install the HDF5 plugin from its makers.";
    return "Install the Debian package " + std::string(known->package) + ".";
}

H5Z_filter_t filter_id(hid_t creation, unsigned index, std::vector<unsigned>& parameters) {
    unsigned flags = 0;
    std::size_t count = 0;
    H5Pget_filter2(creation, index, &flags, &count, nullptr, 0, nullptr, nullptr);
    parameters.resize(count);
    return H5Pget_filter2(creation, index, &flags, &count, parameters.data(), 0, nullptr, nullptr);
}

std::vector<std::string> plugin_folders() {
    unsigned count = 0;
    H5PLsize(&count);
    std::vector<std::string> folders;
    for (unsigned i = 0; i < count; ++i) {
        std::string folder(static_cast<std::size_t>(std::max<ssize_t>(H5PLget(i, nullptr, 0), 0)), '\0');
        H5PLget(i, folder.data(), folder.size() + 1);
        folders.push_back(folder);
    }
    return folders;
}

/// The filter class in a plugin library, or null if it holds something else. (The same steps as in
/// HDF5, which keeps its own copy of the address to itself.)
const H5Z_class2_t* filter_class(void* library) {
    using GetType = H5PL_type_t (*)();
    using GetInfo = const void* (*)();
    const auto get_type = reinterpret_cast<GetType>(::dlsym(library, "H5PLget_plugin_type"));
    const auto get_info = reinterpret_cast<GetInfo>(::dlsym(library, "H5PLget_plugin_info"));
    if (get_type == nullptr || get_info == nullptr || get_type() != H5PL_TYPE_FILTER) return nullptr;
    return static_cast<const H5Z_class2_t*>(get_info());
}

Memory allocate(std::size_t bytes) {
    Memory memory(std::malloc(std::max<std::size_t>(bytes, 1)));
    if (!memory) throw std::bad_alloc();
    return memory;
}

std::size_t undo_deflate(Memory& data, std::size_t bytes, std::size_t most_bytes) {
    Memory result = allocate(most_bytes);
    uLongf size = most_bytes;
    if (::uncompress(static_cast<Bytef*>(result.get()), &size, static_cast<const Bytef*>(data.get()), bytes) != Z_OK) return 0;
    data = std::move(result);
    return size;
}

template <std::size_t item>
void join_byte_planes(const char* planes, char* items, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t byte = 0; byte < item; ++byte) items[i * item + byte] = planes[byte * count + i];
}

/// Shuffle stores all first bytes of the elements, then all second bytes, and so on; bytes that
/// make no whole element follow unchanged.
std::size_t undo_shuffle(Memory& data, std::size_t bytes, std::size_t item) {
    const std::size_t count = item == 0 ? 0 : bytes / item;
    if (item != 2 && item != 4 && item != 8) return item == 1 ? bytes : 0;
    Memory result = allocate(bytes);
    const auto* planes = static_cast<const char*>(data.get());
    auto* items = static_cast<char*>(result.get());
    const auto join = item == 2 ? join_byte_planes<2> : item == 4 ? join_byte_planes<4> : join_byte_planes<8>;
    join(planes, items, count);
    std::memcpy(items + count * item, planes + count * item, bytes - count * item);
    data = std::move(result);
    return bytes;
}

/// Calls a plugin's filter function, which may free the buffer and put another in its place.
std::size_t undo_plugin(H5Z_func_t function, const std::vector<unsigned>& parameters, Memory& data, std::size_t bytes) {
    void* buffer = data.release();
    std::size_t capacity = bytes;
    const std::size_t size = function(H5Z_FLAG_REVERSE, parameters.size(), parameters.data(), bytes, &capacity, &buffer);
    data.reset(buffer);
    return size;
}

}  // namespace

void require_filters(hid_t creation_properties, const std::string& where) {
    const int count = H5Pget_nfilters(creation_properties);
    for (int i = 0; i < count; ++i) {
        std::vector<unsigned> parameters;
        const H5Z_filter_t id = filter_id(creation_properties, static_cast<unsigned>(i), parameters);
        if (H5Zfilter_avail(id) > 0) continue;
        const KnownFilter* known = find_known(id);
        const char* plugin_path = std::getenv("HDF5_PLUGIN_PATH");
        throw std::runtime_error(
            where + ": compressed with HDF5 filter " + std::to_string(id) +
            (known != nullptr ? " (" + std::string(known->name) + ")" : "") + ", which is not found. " + advice(known) +
            (plugin_path != nullptr
                 ? " HDF5_PLUGIN_PATH is set to '" + std::string(plugin_path) + "', so HDF5 looks only there: unset or extend it."
                 : ""));
    }
}

bool Pipeline::find_function(Filter& filter) {
    if (filter.id == H5Z_FILTER_DEFLATE || filter.id == H5Z_FILTER_SHUFFLE) return true;
    const KnownFilter* known = find_known(filter.id);
    if (known == nullptr || !known->works_on_any_thread) return false;
    for (const std::string& folder : plugin_folders()) {
        std::error_code unreadable;
        for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
            if (entry.path().filename().string().find(".so") == std::string::npos) continue;
            void* opened = ::dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL);
            if (opened == nullptr) continue;
            std::shared_ptr<void> library(opened, ::dlclose);
            const H5Z_class2_t* found = filter_class(opened);
            if (found == nullptr || found->id != filter.id) continue;
            filter.library = std::move(library);
            filter.function = found->filter;
            return true;
        }
    }
    return false;
}

std::optional<Pipeline> Pipeline::create(hid_t creation_properties) {
    hbool_t thread_safe = false;
    H5is_library_threadsafe(&thread_safe);
    const int count = H5Pget_nfilters(creation_properties);
    if (!thread_safe || count <= 0) return std::nullopt;
    Pipeline pipeline;
    for (int i = 0; i < count; ++i) {
        Filter filter;
        filter.id = filter_id(creation_properties, static_cast<unsigned>(i), filter.parameters);
        if (!find_function(filter)) return std::nullopt;
        pipeline.filters_.push_back(std::move(filter));
    }
    return pipeline;
}

Memory Pipeline::undo(RawChunk chunk, std::size_t chunk_bytes, const std::string& where) const {
    Memory data = std::move(chunk.data);
    std::size_t bytes = chunk.bytes;
    for (std::size_t i = filters_.size(); i-- > 0;) {
        const Filter& filter = filters_[i];
        if ((chunk.skipped_filters >> i & 1U) != 0) continue;
        if (filter.id == H5Z_FILTER_DEFLATE)
            bytes = undo_deflate(data, bytes, chunk_bytes);
        else if (filter.id == H5Z_FILTER_SHUFFLE)
            bytes = undo_shuffle(data, bytes, filter.parameters.empty() ? 0 : filter.parameters[0]);
        else
            bytes = undo_plugin(filter.function, filter.parameters, data, bytes);
        if (bytes == 0)
            throw std::runtime_error(where + ": HDF5 filter " + std::to_string(filter.id) +
                                     " cannot decode it. The file is damaged.");
    }
    if (bytes != chunk_bytes)
        throw std::runtime_error(where + ": decoded to " + std::to_string(bytes) + " bytes, needed " +
                                 std::to_string(chunk_bytes) + ". The file is damaged.");
    return data;
}

}  // namespace sluice::hdf5_source
