// SPDX-License-Identifier: BSD-3-Clause
// The file from creation to close.
#include "kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include <sluice/io/write_advice.hpp>

#include "layout.hpp"

namespace sluice::nexus_result {
namespace {

namespace format = io::result_format;

constexpr std::int64_t buffer_elements = std::int64_t{1} << 17;

using Indices = std::vector<std::int64_t>;

std::int64_t volume(std::span<const std::int64_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{1}, std::multiplies<>());
}

/// Cuts a box along its leading dimensions into parts of at most `limit` elements (or one of the last dimension's rows)
/// and calls f(start, count, offset of the part in the packed box).
template <class F>
void for_each_part(Indices& start, Indices& count, std::size_t dim, std::int64_t limit, std::int64_t offset, const F& f) {
    if (dim >= count.size() || volume(count) <= limit) return f(start, count, offset);
    const auto row = volume(std::span(count).subspan(dim + 1));
    const auto step = std::max<std::int64_t>(limit / row, 1);
    const auto first = start[dim], total = count[dim];
    for (std::int64_t i = 0; i < total; i += step) {
        start[dim] = first + i;
        count[dim] = std::min(step, total - i);
        for_each_part(start, count, dim + 1, limit, offset + i * row, f);
    }
    start[dim] = first;
    count[dim] = total;
}

void write_part(hid_t dataset, hid_t type, std::span<const std::int64_t> start, std::span<const std::int64_t> count,
                const void* values) {
    const auto space = owned(H5Dget_space(dataset), "cannot get the dataspace");
    if (start.empty()) {
        checked(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "cannot write");
        return;
    }
    const std::vector<hsize_t> from(start.begin(), start.end()), size(count.begin(), count.end());
    checked(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, from.data(), nullptr, size.data(), nullptr), "cannot select");
    const auto memory = owned(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), "cannot make a dataspace");
    checked(H5Dwrite(dataset, type, memory.get(), space.get(), H5P_DEFAULT, values), "cannot write");
}

/// Writes convert(source[i]) through a small buffer.
template <class To, class From, class F>
void write_converted(hid_t dataset, hid_t type, const Box& box, const From* source, const F& convert) {
    std::vector<To> buffer;
    Indices start(box.start.begin(), box.start.end()), count(box.count.begin(), box.count.end());
    for_each_part(start, count, 0, buffer_elements, 0, [&](const Indices& from, const Indices& size, std::int64_t offset) {
        buffer.resize(static_cast<std::size_t>(volume(size)));
        std::transform(source + offset, source + offset + volume(size), buffer.begin(), convert);
        write_part(dataset, type, from, size, buffer.data());
    });
}

}  // namespace

/// Runs f with HDF5 silent; then looks whether everything reached the file.
template <class F>
void ResultFile::guarded(const F& f) {
    const QuietErrors quiet;
    const auto throw_system_error = [&] {
        if (state_.error != 0)
            throw std::runtime_error("cannot write '" + path_ + "': " + std::strerror(state_.error) + io::write_advice(state_.error));
    };
    try {
        f();
    } catch (const std::runtime_error& error) {
        throw_system_error();
        throw std::runtime_error("cannot write '" + path_ + "': " + error.what());
    }
    throw_system_error();
}

ResultFile::ResultFile(std::string path, const std::vector<ArrayDescription>& arrays, int deflate_level)
    : path_(std::move(path)) {
    guarded([&] {
        const auto access = file_access(state_), creation = io::without_times(H5P_FILE_CREATE);
        file_ = owned(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), "cannot create the file");
        write_attribute(file_.get(), "NX_class", "NXroot");
        write_attribute(file_.get(), "default", "entry");
        write_attribute(file_.get(), format::version_attribute, format::version);
        entry_ = make_group(file_.get(), "entry", "NXentry");
        process_ = make_group(entry_.get(), "process", "NXprocess");
        for (const auto& array : arrays) data_.push_back(make_data(array, deflate_level));
    });
}

ResultFile::Data ResultFile::make_data(const ArrayDescription& array, int deflate_level) {
    Data data{array.label, free_name(entry_.get(), array.label), array.dims.size(), {}, {}, {}, {}};
    const auto group = make_group(entry_.get(), data.group, "NXdata");
    const auto coordinates = write_coordinates(group.get(), array);
    const auto signal = signal_name(group.get(), array);
    data.signal = make_dataset(group.get(), signal, element_type(array.type).get(), array.dims, deflate_level);
    describe_signal(group.get(), data.signal.get(), array, signal);
    if (array.variances) make_errors(data, group.get(), array, signal, deflate_level);
    std::vector<std::string> masks;
    for (const auto& mask : array.masks) {
        masks.push_back(mask.values.empty() ? free_name(group.get(), "mask") : write_mask(group.get(), mask, signal));
        if (mask.values.empty()) data.mask = make_mask(group.get(), masks.back(), array, mask, deflate_level);
    }
    write_facts(group.get(), array.facts);
    if (!coordinates.empty()) write_attribute(data.signal.get(), format::coordinates, coordinates);
    if (!masks.empty()) write_attribute(data.signal.get(), format::masks, masks);
    return data;
}

void ResultFile::make_errors(Data& data, hid_t group, const ArrayDescription& array, const std::string& signal,
                             int deflate_level) const {
    data.errors = make_dataset(group, signal + format::errors_suffix, H5T_NATIVE_DOUBLE, array.dims, deflate_level);
    write_attribute(data.errors.get(), "units", array.unit.empty() ? "1" : array.unit);
    if (!array.correlated_over.empty()) write_attribute(data.errors.get(), format::correlated_over, array.correlated_over);
    data.rounding = make_dataset(group, signal + format::rounding_suffix, H5T_NATIVE_INT8, array.dims, deflate_level);
    write_attribute(data.rounding.get(), "units", "1");
    write_attribute(data.rounding.get(), "long_name", "variance less the square of the error, in units of the last place");
}

void ResultFile::write(std::size_t array, const Box& box) {
    const auto& data = data_.at(array);
    guarded([&] {
        const auto type = owned(H5Dget_type(data.signal.get()), "cannot get the type");
        write_part(data.signal.get(), type.get(), box.start, box.count, box.values);
        if (data.errors && box.variances) {
            write_converted<double>(data.errors.get(), H5T_NATIVE_DOUBLE, box, box.variances,
                                    [](double variance) { return std::sqrt(variance); });
            write_converted<std::int8_t>(data.rounding.get(), H5T_NATIVE_INT8, box, box.variances, format::variance_rounding);
        }
        if (data.mask && box.mask)
            write_converted<std::int8_t>(data.mask.get(), H5T_NATIVE_INT8, box, box.mask,
                                         [](std::uint8_t masked) { return static_cast<std::int8_t>(masked != 0); });
    });
}

/// The array labelled "step.port", or "step" when that label means its first output.
const ResultFile::Data* ResultFile::find(const std::string& reference) const {
    for (const auto& label : {reference, reference.substr(0, reference.find('.'))})
        for (const auto& data : data_)
            if (data.label == label) return &data;
    return nullptr;
}

/// The first of these that can be drawn: what the recipe names, the curve it came from, any other.
void ResultFile::set_default(const Ending& ending) const {
    std::vector<const Data*> candidates{find(ending.default_array), find(ending.default_curve)};
    for (const auto& data : data_) candidates.push_back(&data);
    for (const bool drawable : {true, false})
        for (const auto* data : candidates)
            if (data && (data->rank > 0 || !drawable)) return write_attribute(entry_.get(), "default", data->group);
}

/// What the recipe calls the arrays.
void ResultFile::write_references(const Ending& ending) const {
    if (!ending.default_array.empty()) write_attribute(entry_.get(), format::default_array, ending.default_array);
    for (const auto& data : data_)
        if (const auto found = ending.references.find(data.label); found != ending.references.end())
            write_attribute(data.signal.get(), format::array, found->second);
}

void ResultFile::finish(const Ending& ending) {
    guarded([&] {
        write_field(entry_.get(), {free_name(entry_.get(), "title"), ending.title});
        fill_group(process_.get(), ending.process);
        for (auto step : ending.steps) {
            step.name = free_name(entry_.get(), step.name);
            write_group(entry_.get(), step);
        }
        set_default(ending);
        write_references(ending);
        data_.clear();
        checked(process_.close(), "cannot close the file");
        checked(entry_.close(), "cannot close the file");
        checked(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), "cannot flush the file");
        checked(file_.close(), "cannot close the file");
    });
}

void ResultFile::abandon() noexcept {
    if (file_.get() < 0) return;
    const QuietErrors quiet;
    if (state_.error == 0) state_.error = ECANCELED;  // what HDF5 still holds is thrown away
    data_.clear();
    process_.close();
    entry_.close();
    file_.close();
}

}  // namespace sluice::nexus_result
