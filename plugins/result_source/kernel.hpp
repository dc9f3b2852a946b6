// SPDX-License-Identifier: BSD-3-Clause
// Reads an array back from a result file of nexus_result: its description at once, its values box by box.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <sluice/io/result_format.hpp>

#include "read.hpp"

namespace sluice::result_source {

using io::result_format::Dim;
using io::result_format::ElementType;

/// Numbers or texts over some dimensions of an array.
struct Coordinate {
    std::string name;
    std::vector<Dim> dims = {};
    std::string unit = "1";
    bool edges = false;  ///< bin edges: the last size is one more than the dimension's
    ElementType type = ElementType::float64;
    std::vector<double> values = {};          ///< of numbers, converted
    std::vector<std::int64_t> integers = {};  ///< of integers below 2^63, exact
    std::vector<std::string> labels = {};     ///< of texts
};

/// Elements to leave out (nonzero). One that is as large as the data has no values here: read_mask() reads it with them.
struct Mask {
    std::string name;
    std::vector<Dim> dims = {};
    std::vector<std::uint8_t> values = {};
    bool streamed = false;
};

struct Fact {
    std::string name;
    std::variant<bool, double, std::string> value;
    std::string unit = {};  ///< of a number
};

struct ArrayDescription {
    std::string label;  ///< "step", or "step.port" where it is not the step's first output
    ElementType type = ElementType::float64;
    std::string unit = "1";
    std::vector<Dim> dims = {};
    bool variances = false;
    std::vector<std::string> correlated_over = {};
    std::vector<Coordinate> coordinates = {};
    std::vector<Mask> masks = {};
    std::vector<Fact> facts = {};
};

/// [start, start + count) along each dimension.
struct Box {
    std::span<const std::int64_t> start, count;
};

/// Bytes of one element in memory; 0 for texts.
[[nodiscard]] std::int64_t size_in_bytes(ElementType type);

/// One array of a result, open for reading. Calls HDF5: belongs under the process-wide I/O lock, destruction included.
/// Throws std::runtime_error with file and reason: not there, no HDF5, cut off, no result of ours, of a newer format, damaged,
/// or what an unfinished run has left. std::invalid_argument: it keeps no such array; the message lists those that it keeps.
class StoredArray {
public:
    /// array: "step", "step.port", or empty for the default output of the recipe that made the file.
    /// streamed_mask_bytes: a mask of every value that is larger than this is not read at once.
    StoredArray(std::string path, const std::string& array, std::int64_t streamed_mask_bytes = std::int64_t{16} << 20);

    [[nodiscard]] const ArrayDescription& description() const { return description_; }
    /// Most memory that HDF5 holds between reads.
    [[nodiscard]] std::int64_t cache_bytes() const;

    /// Values as stored, packed in C order. Likewise the standard deviations, and what their squares lack to be the variances
    /// (see variance_of() in sluice/io/result_format.hpp); only where the array has variances.
    void read_values(const Box& box, void* to) const;
    void read_errors(const Box& box, double* to) const;
    void read_rounding(const Box& box, std::int8_t* to) const;
    /// The streamed mask, packed over its own dimensions.
    void read_mask(const Box& box, std::uint8_t* to) const;

private:
    void describe(hid_t group, std::int64_t streamed_mask_bytes);
    [[nodiscard]] Coordinate read_coordinate(hid_t group, const std::string& dataset_name) const;
    [[nodiscard]] Mask read_known_mask(hid_t dataset) const;
    [[nodiscard]] Mask read_spread_mask(Handle dataset, const std::vector<std::string>& dims, std::int64_t streamed_mask_bytes);
    [[nodiscard]] std::vector<Dim> own_dims(hid_t dataset) const;
    void read_spread(hid_t dataset, const Mask& mask, const Box& box, std::uint8_t* to) const;
    template <class F>
    auto guarded(const F& f) const;

    std::string path_;
    Handle file_, signal_, errors_, rounding_, mask_;
    Handle memory_type_;
    ArrayDescription description_;
    Mask streamed_;  ///< which dimensions mask_ depends on
};

}  // namespace sluice::result_source
