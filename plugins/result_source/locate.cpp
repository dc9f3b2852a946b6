// SPDX-License-Identifier: BSD-3-Clause
// Which files are results of ours, and where in them an array is.
#include "locate.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <sluice/io/result_format.hpp>

namespace sluice::result_source {
namespace {

namespace format = io::result_format;
namespace fs = std::filesystem;
using io::owned;

[[noreturn]] void refuse(const std::string& path, const std::string& why) { throw std::runtime_error("'" + path + "' " + why); }

/// Of a name like .result.h5.host-123.partial.
void refuse_unfinished(const std::string& path) {
    if (fs::path(path).extension() == ".partial")
        refuse(path, "is no result: a run leaves such a file when it is killed, or is still writing it. Run the recipe again");
}

void refuse_foreign(const std::string& path, hid_t file) {
    const auto version = integer_attribute(file, format::version_attribute);
    if (version && *version > format::version)
        refuse(path, "has the result format " + std::to_string(*version) + ", this sluice reads up to " +
                         std::to_string(format::version) + ". Read it with the sluice that wrote it, or a newer one");
    if (version) return;
    if (has(file, "entry") && has(file, "entry/process") && has(file, "entry/process/provenance"))
        refuse(path, "was written by a sluice whose results cannot be read back. Make it anew: sluice replay FILE -o NEW");
    refuse(path, "was not written by sluice: it has no attribute '" + std::string(format::version_attribute) +
                     "'. hdf5_source reads any HDF5 file");
}

struct Kept {
    std::string group, label, reference;
};

std::vector<Kept> kept_arrays(hid_t entry) {
    std::vector<Kept> all;
    for (const auto& name : children(entry)) {
        const auto group = owned(H5Oopen(entry, name.c_str(), H5P_DEFAULT), "cannot open '" + name + "'");
        const auto signal = text_attribute(group, "signal");
        if (!signal) continue;
        const auto dataset = open_dataset(group, *signal);
        if (const auto label = text_attribute(dataset, format::label))
            all.push_back({name, *label, text_attribute(dataset, format::array).value_or(*label)});
    }
    return all;
}

std::string list_of(const std::vector<Kept>& kept) {
    std::string list;
    for (const auto& each : kept) list += (list.empty() ? "" : ", ") + each.label;
    return list;
}

}  // namespace

Handle open_result(const std::string& path) {
    refuse_unfinished(path);
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) refuse(path, "cannot be read: " + error.message());
    if (size == 0) refuse(path, "is empty: it was not copied completely, or is no result");
    if (H5Fis_hdf5(path.c_str()) == 0)
        refuse(path,
               "is no HDF5 file; a result that 'sluice run' has written is needed (other sources: text_source, image_source)");
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!file)
        refuse(path, "cannot be opened: " + io::hdf5_reason() +
                         ". Copy it again where it was cut off or damaged, or run its recipe again");
    refuse_foreign(path, file);
    return file;
}

Handle find_array(hid_t file, const std::string& path, const std::string& array) {
    const auto entry = owned(H5Gopen2(file, "entry", H5P_DEFAULT), "cannot open '/entry'");
    const auto wanted = array.empty() ? text_attribute(entry, format::default_array).value_or("") : array;
    const auto kept = kept_arrays(entry);
    for (const auto& each : kept)
        if (each.label == wanted || each.reference == wanted)
            return owned(H5Gopen2(entry, each.group.c_str(), H5P_DEFAULT), "cannot open '" + each.group + "'");
    throw std::invalid_argument("'" + path + "' keeps no array '" + wanted + "'; it keeps: " + list_of(kept));
}

}  // namespace sluice::result_source
