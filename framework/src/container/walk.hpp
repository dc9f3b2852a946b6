// SPDX-License-Identifier: BSD-3-Clause
// Walking several arrays in step, element by element, when their dimensions differ in order or are missing.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <sluice/host/array.hpp>

namespace sluice::container {

/// For each dimension of a walk: how far to move in an array for one step along it; 0 broadcasts.
using Strides = std::vector<Index>;

/// Strides of an array of dims `own` (C order) in a walk over `over`.
[[nodiscard]] inline Strides strides_of(const Dims& own, const Dims& over) {
    Strides strides(over.size(), 0);
    Index step = 1;
    for (std::size_t i = own.size(); i-- > 0; step *= own[i].size)
        if (const auto found = find_dim(over, own[i].name)) strides[*found] = step;
    return strides;
}

template <std::size_t N, class F>
void walk_from(std::size_t level, const Dims& over, const std::array<Strides, N>& strides, std::array<Index, N> at,
               const F& f) {
    if (level == over.size()) return f(at);
    for (Index i = 0; i < over[level].size; ++i) {
        if (level + 1 == over.size())
            f(at);
        else
            walk_from(level + 1, over, strides, at, f);
        for (std::size_t n = 0; n < N; ++n) at[n] += strides[n][level];
    }
}

/// Calls f(at) for each element of `over` in C order; at[n] is the offset of the element in the n-th array.
template <std::size_t N, class F>
void walk(const Dims& over, const std::array<Strides, N>& strides, const F& f) {
    walk_from(0, over, strides, {}, f);
}

}  // namespace sluice::container
