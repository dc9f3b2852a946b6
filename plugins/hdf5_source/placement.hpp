// SPDX-License-Identifier: BSD-3-Clause
// Along which dimensions of an array a smaller dataset (a coordinate, a mask) lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::hdf5_source {

struct NamedSize {
    std::string name;
    std::int64_t size = 0;
};

struct Placement {
    std::vector<std::size_t> dims;  ///< indices into the array's dimensions, ascending
    bool edges = false;             ///< one element more than the last of them: bin edges
    bool squeezed = false;          ///< the dataset has further dimensions of one element
};

/// A dataset to be placed.
struct Placed {
    std::string name;  ///< if it is the name of a dimension and there is one to find, it is that one
    std::vector<std::int64_t> shape;
    std::optional<std::vector<std::string>> dims;  ///< as the user says; nothing: from name and sizes
    bool may_be_edges = false;
};

/// Takes the sizes as they are; if they fit nothing, as bin edges; if that fails too, without dimensions of one element
/// (masks are often stored as [1, y, x]). Throws std::invalid_argument, beginning with where, if the sizes fit no
/// dimensions of the array in their order, or more than one choice of them.
[[nodiscard]] Placement find_placement(const std::vector<NamedSize>& array, const Placed& placed, const std::string& where);

}  // namespace sluice::hdf5_source
