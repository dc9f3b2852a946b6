// SPDX-License-Identifier: BSD-3-Clause
// The container: arrays with named dimensions, units, variances, coordinates, masks and facts.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/host/unit.hpp>
#include <sluice/sdk/abi.h>

namespace sluice {

using Index = std::int64_t;

/// Element types. The numbers are those of the plugin boundary.
enum class DType : std::int32_t {
    float64 = SLUICE_FLOAT64, float32 = SLUICE_FLOAT32,
    int8 = SLUICE_INT8, int16 = SLUICE_INT16, int32 = SLUICE_INT32, int64 = SLUICE_INT64,
    uint8 = SLUICE_UINT8, uint16 = SLUICE_UINT16, uint32 = SLUICE_UINT32, uint64 = SLUICE_UINT64,
    boolean = SLUICE_BOOLEAN, complex128 = SLUICE_COMPLEX128, string = SLUICE_STRING
};
[[nodiscard]] Index size_of(DType dtype);               ///< bytes; 0 for string
[[nodiscard]] std::string_view to_text(DType dtype);    ///< "uint16"
[[nodiscard]] DType dtype_from_text(std::string_view text);   ///< throws Error(recipe) with near names

inline constexpr Index open_size = -1;  ///< of a leading dimension that is still being written

struct Dim {
    std::string name;
    Index size = 0;
    friend bool operator==(const Dim&, const Dim&) = default;
};
using Dims = std::vector<Dim>;
/// Number of elements. Throws Error(internal) for an open or negative size, Error(data) when 64 bits cannot count them.
[[nodiscard]] Index volume(const Dims& dims);
[[nodiscard]] std::optional<std::size_t> find_dim(const Dims& dims, std::string_view name);
[[nodiscard]] std::string to_text(const Dims& dims);    ///< "[frame: 10, y: 512, x: 512]"; an open size is "?"

/// Shared, immutable bytes. A Buffer may be a window of a larger one, which it keeps alive.
class Buffer {
public:
    Buffer() = default;
    /// A new buffer of zeros (aligned to 64 bytes) that `fill` may write until it is published here.
    static Buffer make(Index bytes, const auto& fill) {
        auto storage = allocate(bytes);
        fill(storage.get());
        return Buffer(std::shared_ptr<const std::byte>(storage, storage.get()), bytes);
    }
    static Buffer copy_of(std::span<const std::byte> bytes);
    static std::shared_ptr<std::byte> allocate(Index bytes);  ///< zeros; throws Error(memory) when there is no room
    Buffer(std::shared_ptr<const std::byte> data, Index bytes) : data_(std::move(data)), bytes_(bytes) {}
    [[nodiscard]] Buffer window(Index offset, Index bytes) const;  ///< throws Error(internal) when it is not inside
    [[nodiscard]] const std::byte* data() const noexcept { return data_.get(); }
    [[nodiscard]] Index bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }

private:
    std::shared_ptr<const std::byte> data_;
    Index bytes_ = 0;
};

class Array;

/// Values that belong to some dimensions of an array: q of each bin, the temperature of each sample.
struct Coordinate {
    std::string name;
    bool edges = false;                    ///< one value more than the last dimension: bin edges
    std::shared_ptr<const Array> values;   ///< its dims are a subset of the array's (edges: last size + 1)
};

/// Which elements to leave out (true). `values` is null where the mask is only known while data streams.
struct Mask {
    std::string name;
    std::vector<std::string> dims;
    std::shared_ptr<const Array> values;
};

/// Typed metadata known before data is read: a number with unit, a text, a yes or no.
struct NumberFact {
    double value = 0;
    Unit unit;
    friend bool operator==(const NumberFact&, const NumberFact&) = default;
};
using Fact = std::variant<bool, NumberFact, std::string>;
[[nodiscard]] std::string to_text(const Fact& fact);    ///< "yes", "0.154 nm", the text itself

/// Everything about an array but its values: what plan works with.
struct Description {
    std::string name;
    Dims dims;
    DType dtype = DType::float64;
    Unit unit;
    bool variances = false;
    std::vector<std::string> correlated_over;  ///< dimensions along which the variances are not independent
    std::vector<Coordinate> coordinates;
    std::vector<Mask> masks;
    std::map<std::string, Fact> facts;

    [[nodiscard]] const Coordinate* coordinate(std::string_view coordinate_name) const;
    [[nodiscard]] Index bytes() const;         ///< of values and variances; refuses what volume() refuses
};

/// An array: a description and immutable, shared values (C order, last dimension fastest).
/// Variances are float64. Slices along the leading dimension share storage. Copying an Array copies no elements.
class Array {
public:
    Array() = default;  ///< holds nothing; only assignment and destruction make sense
    /// Throws sluice::Error(internal) when a buffer's size, a coordinate's or a mask's dims contradict the description.
    /// String arrays come from of_labels().
    Array(Description description, Buffer values, Buffer variances = {});

    /// T: double, float, std::(u)int8_t … (u)int64_t, bool or std::complex<double>.
    template <class T>
    static Array from(std::string name, Dims dims, std::string_view unit, const std::vector<T>& values,
                      const std::vector<double>& variances = {});
    static Array of_labels(std::string name, Dims dims, std::vector<std::string> labels);

    [[nodiscard]] const Description& description() const noexcept { return description_; }
    [[nodiscard]] const Dims& dims() const noexcept { return description_.dims; }
    [[nodiscard]] DType dtype() const noexcept { return description_.dtype; }
    [[nodiscard]] const Unit& unit() const noexcept { return description_.unit; }
    [[nodiscard]] Index size() const { return volume(description_.dims); }
    [[nodiscard]] const std::byte* data() const noexcept { return values_.data(); }
    [[nodiscard]] const Buffer& buffer() const noexcept { return values_; }
    [[nodiscard]] const Buffer& variance_buffer() const noexcept { return variances_; }

    /// Values as stored; T must be the stored type (throws Error(internal) otherwise). bool is stored as uint8 0/1.
    template <class T>
    [[nodiscard]] std::span<const T> values() const;
    [[nodiscard]] std::span<const double> variances() const;  ///< empty when there are none
    [[nodiscard]] const std::vector<std::string>& labels() const;  ///< of a string array
    /// Any real dtype, converted (bool: 0 and 1; 64-bit integers beyond 2^53 are rounded). Throws Error(data) otherwise.
    [[nodiscard]] std::vector<double> as_float64() const;
    [[nodiscard]] double scalar() const;                      ///< of a one-element real array

    /// [begin, end) along the leading dimension, a view: values, variances, coordinates and masks are cut alike.
    /// Bin edges keep one value more.
    [[nodiscard]] Array slice(Index begin, Index end) const;
    /// begin, begin+step, … (count of them) along any dimension: a copy unless it is a leading slice of step 1.
    /// Coordinates and masks are cut alike. Throws Error(data) for an index outside, for step < 1, and for bin edges that
    /// a step > 1 would tear apart.
    [[nodiscard]] Array select(std::string_view dim, Index begin, Index step, Index count) const;
    /// The same values with dimensions in another order: a copy. Coordinates and masks stay: they go by name.
    [[nodiscard]] Array transpose(const std::vector<std::string>& order) const;
    /// Values (as points: degC to K adds 273.15) and variances (by the square) in another unit; float64 unless the unit
    /// is the same. Throws Error(data) when not convertible.
    [[nodiscard]] Array to_unit(const Unit& unit) const;
    [[nodiscard]] Array to_float64() const;                   ///< itself when it is float64 already
    /// Same storage under another description of equal size and dtype; one without variances drops them.
    [[nodiscard]] Array with(Description description) const;

private:
    using Labels = std::shared_ptr<const std::vector<std::string>>;
    struct Gather;
    Array(Description description, Buffer values, Buffer variances, Labels labels);
    [[nodiscard]] Array rearranged(Description description, const Gather& gather) const;
    [[nodiscard]] Array converted(double scale, double offset, const Unit& unit) const;

    Description description_;
    Buffer values_;
    Buffer variances_;
    Labels labels_;
};

}  // namespace sluice
