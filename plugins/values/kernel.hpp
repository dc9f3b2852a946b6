// SPDX-License-Identifier: BSD-3-Clause
// Arrays out of JSON text: nested lists, checked to be rectangular.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::values {

struct Dim {
    std::string name;
    std::int64_t size = 0;
    friend bool operator==(const Dim&, const Dim&) = default;
};

/// C order, the last dimension fastest.
struct Table {
    std::vector<Dim> dims;
    std::vector<double> numbers;
};

/// ["frame", "q"]
[[nodiscard]] std::vector<std::string> parse_names(std::string_view json);

/// Numbers nested as deep as there are names; null gives NaN. `where` names the text in messages ("values").
/// Throws std::invalid_argument that tells the place of what is no number, of a list of another length than the first of
/// its kind, or of nesting that is deeper or flatter than the names.
[[nodiscard]] Table parse_table(std::string_view json, const std::vector<std::string>& names, const std::string& where);

/// As many numbers as the dims have elements: nested the same way, or one for all.
[[nodiscard]] std::vector<double> parse_like(std::string_view json, const std::vector<Dim>& dims, const std::string& where);

/// Uncertainties as variances. Throws std::invalid_argument for a negative one.
[[nodiscard]] std::vector<double> parse_variances(std::string_view json, const std::vector<Dim>& dims);
[[nodiscard]] std::vector<double> parse_sigma(std::string_view json, const std::vector<Dim>& dims);

struct Coordinate {
    std::string name;
    std::vector<Dim> dims;  ///< with edges the last size is one more than the dimension's
    std::string unit;
    bool edges = false;
    std::vector<double> numbers;
    std::vector<std::string> labels;  ///< instead of numbers
};

/// {"q": {"values": [...], "unit": "1/nm"}, "sample": {"labels": [...]}} against the dimensions of the array.
/// Throws std::invalid_argument naming the coordinate: without dims when no dimension has its name, over unknown dims, of
/// another size, with both or neither of values and labels.
[[nodiscard]] std::vector<Coordinate> parse_coordinates(std::string_view json, const std::vector<Dim>& dims);

struct Fact {
    std::string name;
    std::variant<bool, double, std::string> value;
    std::string unit = {};  ///< of a number
};
[[nodiscard]] std::vector<Fact> parse_facts(std::string_view json);

/// Copies the box start, count of an array of these dims, packed, into `out`.
void copy_box(std::span<const double> numbers, const std::vector<Dim>& dims, std::span<const std::int64_t> start,
              std::span<const std::int64_t> count, std::span<double> out);

}  // namespace sluice::values
