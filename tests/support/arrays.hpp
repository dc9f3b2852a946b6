// SPDX-License-Identifier: BSD-3-Clause
// Arrays for tests in one line each, and what tests ask of results.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sluice/host/array.hpp>

namespace sluice::test {

inline Array with_coordinate(const Array& array, const std::string& name, const Dims& dims, const std::string& unit,
                             const std::vector<double>& values, bool edges = false) {
    Description description = array.description();
    description.coordinates.push_back({name, edges, std::make_shared<const Array>(Array::from<double>(name, dims, unit, values))});
    return array.with(std::move(description));
}

/// dims: names in the array's own order; true: leave out.
inline Array with_mask(const Array& array, const std::string& name, const Dims& dims, const std::vector<bool>& values) {
    Description description = array.description();
    Mask mask{name, {}, std::make_shared<const Array>(Array::from<bool>(name, dims, "1", values))};
    for (const auto& dim : dims) mask.dims.push_back(dim.name);
    description.masks.push_back(std::move(mask));
    return array.with(std::move(description));
}

inline Array with_fact(const Array& array, const std::string& name, Fact value) {
    Description description = array.description();
    description.facts.insert_or_assign(name, std::move(value));
    return array.with(std::move(description));
}

inline std::vector<double> values_of(const Array& array) { return array.as_float64(); }
inline std::vector<double> variances_of(const Array& array) { return {array.variances().begin(), array.variances().end()}; }

/// A mask of an array as bytes; empty when it has none of that name.
inline std::vector<int> mask_of(const Array& array, const std::string& name) {
    for (const auto& mask : array.description().masks) {
        if (mask.name != name || !mask.values) continue;
        const auto bytes = mask.values->values<std::uint8_t>();
        return {bytes.begin(), bytes.end()};
    }
    return {};
}

/// Values, variances and masks equal bit by bit: NaN equals NaN.
inline bool same_bits(const Array& a, const Array& b) {
    const auto equal = [](const Buffer& x, const Buffer& y) {
        return x.bytes() == y.bytes() && (x.bytes() == 0 || std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.bytes())) == 0);
    };
    const auto& masks = a.description().masks;
    return a.dims() == b.dims() && equal(a.buffer(), b.buffer()) && equal(a.variance_buffer(), b.variance_buffer()) &&
           std::all_of(masks.begin(), masks.end(), [&](const Mask& mask) { return mask_of(a, mask.name) == mask_of(b, mask.name); });
}

}  // namespace sluice::test
