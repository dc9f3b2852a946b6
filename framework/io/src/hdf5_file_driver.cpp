// SPDX-License-Identifier: BSD-3-Clause
// The driver: HDF5's table of functions over open, pread, pwrite, ftruncate and close.
#include <sluice/io/hdf5_file_driver.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>

namespace sluice::io {
namespace {

struct File {
    H5FD_t head;  // HDF5's part, must come first
    FileState* state;
    int descriptor;
    haddr_t end_of_allocation;
    haddr_t end_of_file;
};
static_assert(std::is_standard_layout_v<File>);

File& self(H5FD_t* file) { return *reinterpret_cast<File*>(file); }
const File& self(const H5FD_t* file) { return *reinterpret_cast<const File*>(file); }

void note(FileState& state) {
    if (state.error == 0) state.error = errno != 0 ? errno : EIO;
}

H5FD_t* open_file(const char* name, unsigned, hid_t access, haddr_t) {
    auto* state = *static_cast<FileState* const*>(H5Pget_driver_info(access));
    const int descriptor = ::open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        note(*state);
        return nullptr;
    }
    auto file = std::make_unique<File>();
    file->state = state;
    file->descriptor = descriptor;
    return &file.release()->head;
}

herr_t close_file(H5FD_t* handle) {
    const std::unique_ptr<File> file(&self(handle));
    if (::close(file->descriptor) != 0) note(*file->state);
    return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

haddr_t end_of_allocation(const H5FD_t* file, H5FD_mem_t) { return self(file).end_of_allocation; }
herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t address) {
    self(file).end_of_allocation = address;
    return 0;
}
haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return self(file).end_of_file; }

/// Past the end of the file stand zeros.
herr_t read(H5FD_t* handle, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
    const auto& file = self(handle);
    auto* to = static_cast<std::byte*>(buffer);
    std::memset(to, 0, size);
    while (size > 0) {
        const auto got = ::pread(file.descriptor, to, size, static_cast<off_t>(address));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) note(*file.state);
        if (got <= 0) return 0;
        to += got;
        address += static_cast<haddr_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return 0;
}

herr_t write(H5FD_t* handle, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* buffer) {
    auto& file = self(handle);
    const auto* from = static_cast<const std::byte*>(buffer);
    file.end_of_file = std::max(file.end_of_file, address + size);
    while (size > 0 && file.state->error == 0) {
        const auto put = ::pwrite(file.descriptor, from, size, static_cast<off_t>(address));
        if (put < 0) {
            if (errno != EINTR) note(*file.state);
            continue;
        }
        from += put;
        address += static_cast<haddr_t>(put);
        size -= static_cast<std::size_t>(put);
    }
    return 0;
}

herr_t truncate(H5FD_t* handle, hid_t, hbool_t) {
    auto& file = self(handle);
    if (file.end_of_allocation == file.end_of_file) return 0;
    if (file.state->error == 0 && ::ftruncate(file.descriptor, static_cast<off_t>(file.end_of_allocation)) != 0)
        note(*file.state);
    file.end_of_file = file.end_of_allocation;
    return 0;
}

H5FD_class_t driver_table() {
    H5FD_class_t table{};
    table.name = "sluice";
    table.maxaddr = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
    table.fc_degree = H5F_CLOSE_STRONG;
    table.fapl_size = sizeof(FileState*);
    table.open = open_file;
    table.close = close_file;
    table.query = query;
    table.get_eoa = end_of_allocation;
    table.set_eoa = set_end_of_allocation;
    table.get_eof = end_of_file;
    table.read = read;
    table.write = write;
    table.truncate = truncate;
    constexpr H5FD_mem_t one_free_list_each[] = H5FD_FLMAP_DICHOTOMY;
    std::copy(std::begin(one_free_list_each), std::end(one_free_list_each), table.fl_map);
    return table;
}

}  // namespace

Handle file_access(FileState& state) {
    static const H5FD_class_t table = driver_table();
    const auto driver = owned(H5FDregister(&table), "cannot register the file driver");
    auto access = owned(H5Pcreate(H5P_FILE_ACCESS), "cannot set up file access");
    FileState* const pointer = &state;
    checked(H5Pset_driver(access.get(), driver.get(), &pointer), "cannot set the file driver");
    checked(H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG), "cannot set up file access");
    checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "cannot set the file version");
    return access;
}

}  // namespace sluice::io
