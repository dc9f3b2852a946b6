// SPDX-License-Identifier: BSD-3-Clause
// Writes arrays, their metadata and a record of how they were made into one NeXus file, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <sluice/io/result_format.hpp>

#include "handles.hpp"

namespace sluice::nexus_result {

using io::result_format::Dim;
using io::result_format::ElementType;

/// Numbers or texts over some dimensions of an array.
struct Coordinate {
    std::string name;
    std::vector<Dim> dims = {};
    std::string unit = "1";
    bool edges = false;                    ///< bin edges: the last size is one more than the dimension's
    std::vector<double> values = {};
    std::vector<std::string> labels = {};  ///< of texts, instead of values
    std::vector<std::int64_t> integers = {};   ///< the values of an integer coordinate, exact
    ElementType type = ElementType::float64;   ///< as which they are kept
};

/// Elements to leave out (nonzero). Without values it rides with the data and comes with each box.
struct Mask {
    std::string name;
    std::vector<Dim> dims = {};
    std::vector<std::int8_t> values = {};
};

struct ArrayDescription {
    std::string label;                     ///< "step.port", or "step" for its first output: the group is named after it
    ElementType type = ElementType::float64;
    std::string unit = "1";
    std::vector<Dim> dims = {};
    std::size_t core_rank = 0;             ///< how many of the last dimensions make one item: 1 a curve, 2 an image
    bool variances = false;
    std::vector<std::string> correlated_over = {};
    std::vector<Coordinate> coordinates = {};
    std::vector<Mask> masks = {};
    std::vector<Field> facts = {};
};

/// Part of an array, packed in C order.
struct Box {
    std::span<const std::int64_t> start, count;
    const void* values = nullptr;
    const double* variances = nullptr;
    const std::uint8_t* mask = nullptr;
};

/// What is known when all data has been written.
struct Ending {
    std::string title;
    std::string default_array;   ///< "step.port" of the array to show on opening
    std::string default_curve;   ///< shown in its place when that is a single number; may be empty
    std::map<std::string, std::string> references;   ///< "step.port" of each label
    Group process;               ///< what becomes /entry/process
    std::vector<Group> steps;    ///< further groups of the entry
};

/// One file: /entry (NXentry) with an NXdata per array, as README.md lays out.
/// Everything throws std::runtime_error with the path and the reason, of the system (disk full, file too large, quota,
/// permission) or of HDF5. After that only abandon() or the destructor may follow; both are safe and silent.
/// Memory: 4 MiB of chunk cache per large dataset, and 1 MiB (or one element's row) for uncertainties.
/// Attributes and datasets beyond NeXus, by which an array is read back exactly, are named in sluice/io/result_format.hpp.
class ResultFile {
public:
    /// deflate_level: 0 stores as it is, 1 to 9 compress datasets above 1 MiB.
    ResultFile(std::string path, const std::vector<ArrayDescription>& arrays, int deflate_level);
    ~ResultFile() { abandon(); }
    ResultFile(const ResultFile&) = delete;
    ResultFile& operator=(const ResultFile&) = delete;

    /// Variances become standard deviations, and beside them what their squares lack; a variance below 0 is written as NaN.
    void write(std::size_t array, const Box& box);
    /// Adds the record, flushes and closes.
    void finish(const Ending& ending);
    /// Closes and keeps nothing worth reading. The file stays for the caller to remove.
    void abandon() noexcept;

private:
    struct Data {
        std::string label, group;
        std::size_t rank = 0;
        Handle signal, errors, rounding, mask;
    };

    Data make_data(const ArrayDescription& array, int deflate_level);
    void make_errors(Data& data, hid_t group, const ArrayDescription& array, const std::string& signal, int deflate_level) const;
    [[nodiscard]] const Data* find(const std::string& reference) const;
    void write_references(const Ending& ending) const;
    void set_default(const Ending& ending) const;
    template <class F>
    void guarded(const F& f);

    std::string path_;
    FileState state_;  // the driver writes to it until file_ is closed
    Handle file_, entry_, process_;
    std::vector<Data> data_;
};

}  // namespace sluice::nexus_result
