// SPDX-License-Identifier: BSD-3-Clause
// Comparing two results bit by bit: every NXdata group, in pieces of bounded size.
#include <sluice/host/result.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <limits>
#include <mutex>

#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "host/boundary.hpp"
#include "result/hdf5_file.hpp"

namespace sluice {
namespace {

constexpr Index piece_bytes = Index{16} << 20;

/// Whole leading rows of a dataset.
struct Rows {
    Index begin = 0, count = 0;
};

Hdf5Handle select_rows(hid_t dataset, const std::vector<Index>& shape, Rows rows) {
    Hdf5Handle space(H5Dget_space(dataset));
    if (shape.empty()) return space;
    std::vector<hsize_t> start(shape.size(), 0), count(shape.begin(), shape.end());
    start[0] = static_cast<hsize_t>(rows.begin);
    count[0] = static_cast<hsize_t>(rows.count);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    return space;
}

template <class T>
std::vector<T> read_rows(hid_t dataset, const std::vector<Index>& shape, Rows rows, hid_t type, std::size_t type_bytes) {
    const Hdf5Handle space = select_rows(dataset, shape, rows);
    const hssize_t elements = H5Sget_select_npoints(space);
    const auto count = static_cast<hsize_t>(elements);
    const Hdf5Handle memory(H5Screate_simple(1, &count, nullptr));
    std::vector<T> values(static_cast<std::size_t>(elements) * type_bytes / sizeof(T));
    if (H5Dread(dataset, type, memory, space, H5P_DEFAULT, values.data()) < 0)
        throw Error(ErrorKind::data, "a dataset of a result cannot be read: the file is damaged");
    return values;
}

double relative_difference(double a, double b) {
    if (std::isnan(a) || std::isnan(b) || std::isinf(a) || std::isinf(b)) return std::numeric_limits<double>::infinity();
    return a == b ? 0.0 : std::abs(a - b) / std::max(std::abs(a), std::abs(b));
}

struct Tally {
    Index differing = 0;
    Index at = -1;            ///< flat index of the largest difference, the first of equal ones
    double largest = -1;
    void add(Index index, double difference) {
        ++differing;
        if (difference > largest) {
            largest = difference;
            at = index;
        }
    }
};

std::string to_text_at(Index flat, const std::vector<Index>& shape) {
    std::vector<Index> index(shape.size());
    for (std::size_t i = shape.size(); i-- > 0; flat /= shape[i]) index[i] = flat % shape[i];
    return fmt::format("[{}]", fmt::join(index, ", "));
}

/// Compares a pair of datasets of one shape and type.
class ValueComparison {
public:
    ValueComparison(hid_t kept, hid_t again) : kept_(kept), again_(again), shape_(shape_of(kept)) {
        for (const Index each : shape_) total_ *= each;
    }

    [[nodiscard]] std::string difference() {
        const Hdf5Handle file_type(H5Dget_type(kept_));
        if (H5Tget_class(file_type) == H5T_STRING) compare_texts();
        else compare_numbers(file_type);
        return message();
    }

private:
    void compare_texts() {
        const auto kept = read_texts(kept_), again = read_texts(again_);
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (i >= again.size() || kept[i] != again[i]) tally_.add(static_cast<Index>(i), 0);
    }

    void compare_numbers(hid_t file_type) {
        const Hdf5Handle type(H5Tget_native_type(file_type, H5T_DIR_ASCEND));
        const H5T_class_t kind = H5Tget_class(type);
        real_ = kind == H5T_FLOAT || kind == H5T_INTEGER;
        if (total_ == 0) return;
        const auto bytes = static_cast<Index>(H5Tget_size(type));
        const Index rows = shape_.empty() ? 1 : shape_.front();
        const Index step = std::max<Index>(1, piece_bytes / std::max<Index>(1, bytes * total_ / rows));
        for (Index begin = 0; begin < rows; begin += step)
            compare_piece({begin, std::min(step, rows - begin)}, type, static_cast<std::size_t>(bytes));
    }

    void compare_piece(Rows rows, hid_t type, std::size_t bytes) {
        const auto kept = read_rows<std::byte>(kept_, shape_, rows, type, bytes);
        const auto again = read_rows<std::byte>(again_, shape_, rows, type, bytes);
        if (kept == again) return;
        std::vector<double> before, after;  // only to tell NaN and how far apart
        if (real_) {
            before = read_rows<double>(kept_, shape_, rows, H5T_NATIVE_DOUBLE, sizeof(double));
            after = read_rows<double>(again_, shape_, rows, H5T_NATIVE_DOUBLE, sizeof(double));
        }
        const Index first = shape_.empty() ? 0 : total_ / shape_.front() * rows.begin;
        for (std::size_t i = 0; i * bytes < kept.size(); ++i) {
            if (std::memcmp(&kept[i * bytes], &again[i * bytes], bytes) == 0) continue;
            if (real_ && std::isnan(before[i]) && std::isnan(after[i])) continue;
            tally_.add(first + static_cast<Index>(i), real_ ? relative_difference(before[i], after[i]) : 0);
        }
    }

    [[nodiscard]] std::string message() const {
        if (tally_.differing == 0) return {};
        std::string text = fmt::format("{} of {} value{} differ{}", tally_.differing, total_, total_ == 1 ? "" : "s",
                                       tally_.differing == 1 ? "s" : "");
        if (real_) text += fmt::format(", largest relative difference {:.2g}", tally_.largest);
        return shape_.empty() ? text : text + " at " + to_text_at(tally_.at, shape_);
    }

    hid_t kept_, again_;
    std::vector<Index> shape_;
    Index total_ = 1;
    bool real_ = false;
    Tally tally_;
};

class FileComparison {
public:
    FileComparison(hid_t kept, hid_t again) : kept_(kept), again_(again) {}

    /// Below `path`, a group of the kept file: what is inside an NXdata is compared.
    void compare(const std::string& path, bool inside_data) {
        const Hdf5Handle kept(H5Oopen(kept_, path.c_str(), H5P_DEFAULT)), again(H5Oopen(again_, path.c_str(), H5P_DEFAULT));
        inside_data = inside_data || read_attribute(kept ? kept : again, "NX_class") == "NXdata";
        if (inside_data && (!kept || !again || H5Iget_type(kept) != H5Iget_type(again)))
            add(path, kept ? "is missing in the new result" : "is only in the new result");
        else if (kept && again && inside_data && H5Iget_type(kept) == H5I_DATASET) compare_datasets(path, kept, again);
        else if (H5Iget_type(kept ? kept : again) == H5I_GROUP)
            for (const std::string& name : names_in(kept, again)) compare((path == "/" ? "" : path) + "/" + name, inside_data);
    }

    [[nodiscard]] std::vector<Difference> take() { return std::move(differences_); }

private:
    void add(const std::string& path, std::string message) { differences_.push_back({path, std::move(message)}); }

    static std::vector<std::string> names_in(const Hdf5Handle& kept, const Hdf5Handle& again) {
        const auto a = kept ? children(kept) : std::vector<std::string>(), b = again ? children(again) : std::vector<std::string>();
        std::vector<std::string> names;
        std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(names));
        return names;
    }

    void compare_datasets(const std::string& path, hid_t kept, hid_t again) {
        const auto shape = shape_of(kept), new_shape = shape_of(again);
        const Hdf5Handle type(H5Dget_type(kept)), new_type(H5Dget_type(again));
        const auto unit = read_attribute(kept, "units"), new_unit = read_attribute(again, "units");
        const bool texts = H5Tget_class(type) == H5T_STRING && H5Tget_class(new_type) == H5T_STRING;
        if (unit != new_unit) add(path, fmt::format("unit is '{}', was '{}'", new_unit, unit));
        if (shape != new_shape)
            add(path, fmt::format("shape is [{}], was [{}]", fmt::join(new_shape, ", "), fmt::join(shape, ", ")));
        else if (!texts && H5Tequal(type, new_type) <= 0) add(path, "is of another number type");
        else if (auto message = ValueComparison(kept, again).difference(); !message.empty()) add(path, std::move(message));
    }

    hid_t kept_, again_;
    std::vector<Difference> differences_;
};

}  // namespace

std::vector<Difference> compare_results(const std::filesystem::path& kept, const std::filesystem::path& again) {
    const std::lock_guard lock(io_mutex());
    const QuietHdf5 quiet;
    const Hdf5Handle kept_file = open_result(kept), again_file = open_result(again);
    FileComparison comparison(kept_file, again_file);
    comparison.compare("/", false);
    return comparison.take();
}

}  // namespace sluice
