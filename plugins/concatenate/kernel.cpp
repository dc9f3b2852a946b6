// SPDX-License-Identifier: BSD-3-Clause
// Index arithmetic of parts.
#include "kernel.hpp"

#include <algorithm>
#include <stdexcept>

namespace sluice::concatenate {
namespace {

std::string text_of(const Dims& dims) {
    std::string text = "[";
    for (const auto& dim : dims) text += (text.size() > 1 ? ", " : "") + dim.name + ": " + std::to_string(dim.size);
    return text + "]";
}

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

void check_part(const Part& first, const Part& part, const std::string& along) {
    if (position(part.dims, along) < 0)
        throw std::invalid_argument("dim = '" + along + "', but the input '" + part.name + "' has the dimensions " +
                                    text_of(part.dims));
    for (const auto& dim : first.dims) {
        const auto at = position(part.dims, dim.name);
        const bool same = at >= 0 && (dim.name == along || part.dims[index(at)].size == dim.size);
        if (!same || part.dims.size() != first.dims.size())
            throw std::invalid_argument("the input '" + first.name + "' is " + text_of(first.dims) + " and the input '" +
                                        part.name + "' is " + text_of(part.dims) + ": all dimensions but '" + along +
                                        "' must be the same. Bring both onto one grid first (interpolate)");
    }
}

/// In elements, of each dim of `whole`; 0 where the part lacks it.
std::vector<std::ptrdiff_t> strides_in(const Dims& part, const Dims& whole) {
    std::vector<std::ptrdiff_t> strides(whole.size(), 0);
    std::ptrdiff_t stride = 1;
    for (auto dim = part.rbegin(); dim != part.rend(); stride *= dim->size, ++dim)
        if (const auto at = position(whole, dim->name); at >= 0) strides[index(at)] = stride;
    return strides;
}

}  // namespace

std::ptrdiff_t count(const Dims& dims) {
    std::ptrdiff_t product = 1;
    for (const auto& dim : dims) product *= dim.size;
    return product;
}

std::ptrdiff_t position(const Dims& dims, const std::string& name) {
    const auto found = std::find_if(dims.begin(), dims.end(), [&](const Dim& dim) { return dim.name == name; });
    return found == dims.end() ? -1 : found - dims.begin();
}

Dims joined_dims(const std::vector<Part>& parts, const std::string& along) {
    std::ptrdiff_t length = 0;
    for (const auto& part : parts) {
        check_part(parts.front(), part, along);
        length += part.dims[index(position(part.dims, along))].size;
    }
    Dims whole = parts.front().dims;
    whole[index(position(whole, along))].size = length;
    return whole;
}

std::vector<Move> moves(const Dims& part, const Dims& whole, const std::string& along, std::ptrdiff_t offset,
                        std::ptrdiff_t length) {
    Dims window = whole;
    const auto axis = position(whole, along);
    if (axis >= 0) window[index(axis)].size = length;
    const auto from = strides_in(part, whole), to = strides_in(whole, whole);
    std::vector<Move> all(index(count(window)), Move{0, axis >= 0 ? offset * to[index(axis)] : 0});
    std::ptrdiff_t repeat = 1;  // how many elements in a row have the same index along the dim
    for (std::size_t d = window.size(); d-- > 0; repeat *= window[d].size)
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto at = static_cast<std::ptrdiff_t>(i) / repeat % window[d].size;
            all[i].from += at * from[d];
            all[i].to += at * to[d];
        }
    return all;
}

}  // namespace sluice::concatenate
