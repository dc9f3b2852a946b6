// SPDX-License-Identifier: BSD-3-Clause
// Runs HDF5 filter pipelines outside HDF5, with HDF5's own filter plugins.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace sluice::hdf5_source {

/// Throws std::runtime_error if a filter of a dataset is not installed, naming the filter, the
/// Debian package that holds it, and HDF5_PLUGIN_PATH if that is set.
void require_filters(hid_t creation_properties, const std::string& where);

/// The filters of a dataset, ready to be undone on any thread.
///
/// Known here: deflate (zlib) and shuffle; and the functions of HDF5's plugins for LZF (32000),
/// LZ4 (32004), bitshuffle (32008) and bzip2 (307), which keep no state between calls. Their only
/// calls into HDF5 report errors and (LZ4) allocate memory; a thread-safe HDF5 allows both.
class Pipeline {
public:
    /// Nothing if there is no filter, one that is not in the list above, or HDF5 is not thread-safe.
    [[nodiscard]] static std::optional<Pipeline> create(hid_t creation_properties);

    /// Undoes the filters of one chunk. The result has chunk_bytes bytes.
    /// Throws std::runtime_error if a filter fails or the size is wrong.
    [[nodiscard]] Memory undo(RawChunk chunk, std::size_t chunk_bytes, const std::string& where) const;

private:
    struct Filter {
        H5Z_filter_t id = 0;
        std::vector<unsigned> parameters;
        std::shared_ptr<void> library;  // keeps function alive; empty for deflate and shuffle
        H5Z_func_t function = nullptr;
    };
    [[nodiscard]] static bool find_function(Filter& filter);

    std::vector<Filter> filters_;  // in the order of writing
};

}  // namespace sluice::hdf5_source
