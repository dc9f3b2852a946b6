// SPDX-License-Identifier: BSD-3-Clause
// Small kept arrays read back from a result: the numbers that a summary shows.
#include <sluice/host/result.hpp>

#include <mutex>

#include "host/boundary.hpp"
#include "result/hdf5_file.hpp"

namespace sluice {
namespace {

std::optional<std::vector<double>> read_numbers(hid_t group, const std::string& name, Index most) {
    const Hdf5Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT));
    if (!dataset) return std::nullopt;
    Index count = 1;
    for (const Index size : shape_of(dataset)) count *= size;
    if (count > most) return std::nullopt;
    std::vector<double> values(static_cast<std::size_t>(count));
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) return std::nullopt;
    return values;
}

/// True for the NXdata that keeps the array: the signal's long_name is its label, or "label (unit)".
bool keeps(hid_t group, const std::string& signal, const std::string& label) {
    const Hdf5Handle dataset(H5Dopen2(group, signal.c_str(), H5P_DEFAULT));
    if (!dataset) return false;
    const std::string title = read_attribute(dataset, "long_name");
    return title == label || title.starts_with(label + " (");
}

}  // namespace

std::optional<KeptValues> read_kept_values(const std::filesystem::path& file, const std::string& label, Index most) {
    const std::lock_guard lock(io_mutex());
    const QuietHdf5 quiet;
    const Hdf5Handle handle = open_result(file);
    const Hdf5Handle entry(H5Gopen2(handle, "/entry", H5P_DEFAULT));
    if (!entry) return std::nullopt;
    for (const std::string& name : children(entry)) {
        const Hdf5Handle group(H5Oopen(entry, name.c_str(), H5P_DEFAULT));
        const std::string signal = read_attribute(group, "signal");
        if (signal.empty() || !keeps(group, signal, label)) continue;
        auto values = read_numbers(group, signal, most);
        if (!values) return std::nullopt;
        return KeptValues{*std::move(values), read_numbers(group, signal + "_errors", most).value_or(std::vector<double>())};
    }
    return std::nullopt;
}

}  // namespace sluice
