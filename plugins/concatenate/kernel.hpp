// SPDX-License-Identifier: BSD-3-Clause
// Where the elements of a part go in an array that holds several parts, one behind the other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::concatenate {

struct Dim {
    std::string name;
    std::ptrdiff_t size = 0;
    friend bool operator==(const Dim&, const Dim&) = default;
};
using Dims = std::vector<Dim>;

[[nodiscard]] std::ptrdiff_t count(const Dims& dims);
/// Where `name` is among the dims, or -1.
[[nodiscard]] std::ptrdiff_t position(const Dims& dims, const std::string& name);

struct Part {
    std::string name;  ///< for messages: "first"
    Dims dims;
};

/// The dims of all parts together: those of the first part, `along` as long as all parts have it.
/// Throws std::invalid_argument when a part lacks a dim, has one more, or another size of one that is not `along`.
[[nodiscard]] Dims joined_dims(const std::vector<Part>& parts, const std::string& along);

/// For each element of `whole` from `offset` to offset + n - 1 of `along` (all elements of the other dims), in C order of
/// `whole` restricted to them: where it lies in `whole`, and which element of the part it is. The part may have its dims in any
/// order; a dim of `whole` that it lacks repeats its elements (n is then taken from `length`).
struct Move {
    std::ptrdiff_t from, to;
};
[[nodiscard]] std::vector<Move> moves(const Dims& part, const Dims& whole, const std::string& along, std::ptrdiff_t offset,
                                      std::ptrdiff_t length);

}  // namespace sluice::concatenate
