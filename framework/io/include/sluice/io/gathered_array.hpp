// SPDX-License-Identifier: BSD-3-Clause
// Arrays as sinks of small files need them: whole, put together from the boxes of a run, with what belongs to each curve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::io {

struct Dim {
    std::string name;
    std::int64_t size = 0;
};
using Indices = std::vector<std::int64_t>;

struct Coordinate {
    std::string name;
    std::vector<Dim> dims;  ///< of bin edges the last one is longer by one
    std::string unit = "1";
    bool edges = false;
    std::vector<double> values;               ///< numbers; empty of texts
    std::vector<std::int64_t> integers = {};  ///< the same, exact, where they are integers
    std::vector<std::string> labels = {};     ///< texts
};

struct Fact {
    std::string name;
    std::variant<bool, double, std::string> value;
    std::string unit = "1";
};

using Numbers = std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::uint64_t>>;

struct GatheredArray {
    std::string label;  ///< "net", "invariant.integrand"
    std::string unit = "1";
    std::vector<Dim> dims;
    Numbers values;                         ///< C order
    std::vector<double> variances = {};     ///< empty: it has none
    std::vector<std::uint8_t> masked = {};  ///< nonzero: leave out; empty: nothing is masked
    std::vector<Coordinate> coordinates = {};
    std::vector<Fact> facts = {};
    std::vector<std::string> correlated_over = {};
};

[[nodiscard]] std::int64_t element_count(std::span<const Dim> dims);
/// Position of a dim of that name, or -1.
[[nodiscard]] std::ptrdiff_t find_dim(std::span<const Dim> dims, std::string_view name);
[[nodiscard]] bool is_text(const Coordinate& coordinate);
/// The dims of the coordinate's values, of bin edges those of their centres.
[[nodiscard]] std::vector<Dim> dims_of_values(const Coordinate& coordinate);
/// Of bin edges their centres along the last dimension, else the values.
[[nodiscard]] std::vector<double> centres(const Coordinate& coordinate);
/// One of them.
[[nodiscard]] double centre(const Coordinate& coordinate, std::int64_t i);
/// The numeric coordinate along `dim` of its name, else the first numeric one along it alone, else null.
[[nodiscard]] const Coordinate* axis_coordinate(const GatheredArray& array, std::string_view dim);
[[nodiscard]] const Fact* find_fact(const GatheredArray& array, std::string_view name);

/// The curves of an array along one of its dims: each of `length` elements from `offset(k)`, `stride` apart.
class Curves {
public:
    /// dim: one of array.dims, or "" for an array without dims, which is one curve of one element.
    Curves(const GatheredArray& array, std::string_view dim);
    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] std::int64_t stride() const { return stride_; }
    [[nodiscard]] std::int64_t offset(std::int64_t curve) const;
    /// The curve's index along every dim of the array; 0 along its own.
    [[nodiscard]] Indices indices(std::int64_t curve) const;

private:
    std::vector<Dim> dims_;
    std::ptrdiff_t own_;
    std::int64_t count_ = 1, length_ = 1, stride_ = 1;
};

/// Where in the coordinate (its dims being some of the array's) the element at these indices of the array has its value, and how
/// far apart its values are along `dim` (0: it does not vary along it).
struct Placed {
    std::int64_t offset = 0, stride = 0;
};
[[nodiscard]] Placed place(std::span<const Dim> part, std::span<const Dim> dims, const Indices& at, std::string_view dim);

/// The coordinates that the curve has but for those along `dim`: "file = 1, temperature = 290 K"; of a dim without any its
/// index from 0. "" for an array of one curve without such coordinates.
[[nodiscard]] std::string describe_curve(const GatheredArray& array, std::string_view dim, const Indices& at);

/// "intensity_scale = absolute, wavelength = 0.1 nm"
[[nodiscard]] std::string describe_facts(const GatheredArray& array);

/// The shortest decimal that reads back as the same double; nan, inf.
[[nodiscard]] std::string number_text(double value);

/// Marks where a mask over some of the dims is nonzero.
void unite_mask(std::vector<std::uint8_t>& masked, std::span<const Dim> dims, std::span<const Dim> mask_dims,
                std::span<const std::uint8_t> mask);

/// Calls f(position in the whole array, position in the packed box, elements) for each run of elements along the last dim.
template <class F>
void for_each_row(std::span<const Dim> dims, std::span<const std::int64_t> start, std::span<const std::int64_t> count,
                  const F& f) {
    const std::size_t rank = dims.size();
    if (rank == 0) return f(std::int64_t{0}, std::int64_t{0}, std::int64_t{1});
    for (const auto each : count)
        if (each == 0) return;
    Indices at(start.begin(), start.end());
    for (std::int64_t packed = 0;; packed += count[rank - 1]) {
        std::int64_t whole = 0;
        for (std::size_t d = 0; d < rank; ++d) whole = whole * dims[d].size + at[d];
        f(whole, packed, count[rank - 1]);
        std::size_t d = rank - 1;
        while (d > 0 && ++at[d - 1] == start[d - 1] + count[d - 1]) {
            at[d - 1] = start[d - 1];
            --d;
        }
        if (d == 0) return;
    }
}

}  // namespace sluice::io
