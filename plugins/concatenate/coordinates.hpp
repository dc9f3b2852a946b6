// SPDX-License-Identifier: BSD-3-Clause
// The coordinates of parts, joined to those of the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace sluice::concatenate {

/// Numbers, or labels (numbers is empty then). integers: the same numbers, exact, where they are whole; else empty.
struct Coordinate {
    Dims dims;
    bool edges = false;  ///< bin edges: one value more than the last dim, whose size here is that of the values
    std::vector<double> numbers;
    std::vector<std::int64_t> integers;
    std::vector<std::string> labels;
};

/// A coordinate that all parts have, in one unit. `own`: per part, as the parts are.
/// - Where no part has it along `along` and all are equal (1e-9 of their size), it stays.
/// - Else it is joined along `along`; a part that lacks this dim (one temperature for a whole part) repeats it.
/// - Bin edges along `along` are joined where the last edge of a part is the first of the next; else their centres are.
/// nullopt: it cannot be joined, as edges and labels of several dimensions cannot.
/// Throws std::invalid_argument when the axis of another dimension (named like it) differs between parts, and when it is
/// labels in one part and numbers in another.
[[nodiscard]] std::optional<Coordinate> join(const std::string& name, const std::vector<Part>& parts,
                                             const std::vector<Coordinate>& own, const std::string& along);

/// Throws std::domain_error unless the numbers increase strictly: says where they do not.
void check_increasing(const std::string& name, const Coordinate& coordinate);

}  // namespace sluice::concatenate
