// SPDX-License-Identifier: BSD-3-Clause
// Copies between memory layouts.
#include "run/adapt.hpp"

#include <cstring>

#include <sluice/host/error.hpp>

namespace sluice {
namespace {

/// Calls row(offset into from, offset into to) for each run of the last dimension.
template <class F>
void for_each_row(std::span<const Index> shape, std::span<const Index> strides, const F& row) {
    const auto outer = shape.size() - 1;
    Index rows = 1;
    for (std::size_t d = 0; d < outer; ++d) rows *= shape[d];
    std::vector<Index> at(outer, 0);
    Index from = 0;
    for (Index r = 0; r < rows; ++r) {
        row(from, r * shape[outer]);
        for (std::size_t d = outer; d-- > 0;) {
            from += strides[d];
            if (++at[d] < shape[d]) break;
            from -= at[d] * strides[d];
            at[d] = 0;
        }
    }
}

template <class From, class To>
void copy_values(const From* from, std::span<const Index> shape, std::span<const Index> strides, To* to, double factor) {
    const Index length = shape.back(), stride = strides.back();
    for_each_row(shape, strides, [&](Index f, Index t) {
        for (Index i = 0; i < length; ++i) {
            if constexpr (std::is_same_v<From, To>)
                to[t + i] = factor == 1 ? from[f + i * stride] : static_cast<To>(static_cast<double>(from[f + i * stride]) * factor);
            else
                to[t + i] = static_cast<To>(from[f + i * stride]) * static_cast<To>(factor);
        }
    });
}

template <class F>
void with_real_type(DType dtype, const F& f) {
    switch (dtype) {
        case DType::float64: return f(double{});
        case DType::float32: return f(float{});
        case DType::int8: return f(std::int8_t{});
        case DType::int16: return f(std::int16_t{});
        case DType::int32: return f(std::int32_t{});
        case DType::int64: return f(std::int64_t{});
        case DType::uint8:
        case DType::boolean: return f(std::uint8_t{});
        case DType::uint16: return f(std::uint16_t{});
        case DType::uint32: return f(std::uint32_t{});
        case DType::uint64: return f(std::uint64_t{});
        default: throw Error(ErrorKind::recipe, std::string("values of type ") + std::string(to_text(dtype)) + " cannot be handed to a plugin");
    }
}

}  // namespace

void copy_adapted(const std::byte* from, DType dtype, std::span<const Index> shape, std::span<const Index> strides,
                  std::byte* to, bool to_float64, double factor) {
    const Index one = 1;
    if (shape.empty()) {
        shape = {&one, 1};
        strides = {&one, 1};
    }
    with_real_type(dtype, [&](auto zero) {
        using T = decltype(zero);
        const auto* values = reinterpret_cast<const T*>(from);
        if (to_float64) copy_values(values, shape, strides, reinterpret_cast<double*>(to), factor);
        else copy_values(values, shape, strides, reinterpret_cast<T*>(to), factor);
    });
}

void unite_masks(const std::uint8_t* from, std::span<const Index> shape, std::span<const Index> strides, std::uint8_t* to) {
    if (shape.empty()) {
        *to = static_cast<std::uint8_t>(*to | *from);
        return;
    }
    for_each_row(shape, strides, [&](Index f, Index t) {
        for (Index i = 0; i < shape.back(); ++i) to[t + i] = static_cast<std::uint8_t>(to[t + i] | from[f + i * strides.back()]);
    });
}

std::vector<Index> packed_strides(std::span<const Index> shape) {
    std::vector<Index> strides(shape.size());
    Index stride = 1;
    for (std::size_t d = shape.size(); d-- > 0; stride *= shape[d]) strides[d] = stride;
    return strides;
}

}  // namespace sluice
