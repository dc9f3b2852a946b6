// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic on arrays, composed of the rules beside it.
#include <sluice/host/arithmetic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "rules.hpp"
#include "walk.hpp"

namespace sluice {
namespace {

using container::Strides;

/// The operands' values as float64, b in the unit that the operation needs it in.
struct Operand {
    Array array;  // keeps the storage alive
    const double* values;
    const double* variances;  // null without

    explicit Operand(Array source)
        : array(std::move(source)),
          values(array.values<double>().data()),
          variances(array.description().variances ? array.variances().data() : nullptr) {}
    [[nodiscard]] double variance(Index at) const { return variances ? variances[at] : 0; }
};

/// Tells for one element of each of two arrays whether they are the same memory, values and variances alike.
class SharedStorage {
public:
    SharedStorage(const Array& a, const Array& b) : step_(static_cast<std::uintptr_t>(size_of(a.dtype()))) {
        possible_ = a.dtype() == b.dtype() && a.dtype() != DType::string && a.unit().same_as(b.unit()) &&
                    a.description().variances == b.description().variances;
        values_a_ = address(a.data()), values_b_ = address(b.data());
        variances_a_ = address(a.variances().data()), variances_b_ = address(b.variances().data());
        with_variances_ = a.description().variances;
    }
    [[nodiscard]] bool same(Index i, Index j) const {
        const auto at_a = static_cast<std::uintptr_t>(i), at_b = static_cast<std::uintptr_t>(j);
        return possible_ && values_a_ + at_a * step_ == values_b_ + at_b * step_ &&
               (!with_variances_ || variances_a_ + at_a * sizeof(double) == variances_b_ + at_b * sizeof(double));
    }

private:
    static std::uintptr_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }
    std::uintptr_t step_, values_a_ = 0, values_b_ = 0, variances_a_ = 0, variances_b_ = 0;
    bool possible_ = false, with_variances_ = false;
};

double* doubles(std::byte* bytes) { return reinterpret_cast<double*>(bytes); }

Buffer buffer_of_doubles(Index count, const auto& fill) {
    return Buffer::make(count * static_cast<Index>(sizeof(double)), [&](std::byte* bytes) { fill(doubles(bytes)); });
}

/// What a and b have in common around their values; the unit is still to be set.
Description joined(const Description& a, const Description& b) {
    Description result;
    result.name = a.name;
    result.dims = container::joined_dims(a, b);
    result.variances = a.variances || b.variances;
    result.correlated_over = container::joined_tags(a, b, result.dims);
    result.coordinates = container::joined_coordinates(a, b);
    result.masks = container::joined_masks(a.masks, b.masks, result.dims);
    result.facts = container::common_facts(a, b);
    return result;
}

template <class Operation>
Array combine(const Array& a, const Array& b, const Array& b_in_unit, Description result) {
    const Operand left(a.to_float64()), right(b_in_unit.to_float64());
    const SharedStorage shared(a, b);
    const Dims& dims = result.dims;
    const std::array<Strides, 2> strides = {container::strides_of(a.dims(), dims), container::strides_of(b.dims(), dims)};
    const Index count = volume(dims);

    Buffer values = buffer_of_doubles(count, [&](double* out) {
        container::walk<2>(dims, strides, [&](const std::array<Index, 2>& at) {
            *out++ = Operation::value(left.values[at[0]], right.values[at[1]]);
        });
    });
    if (!result.variances) return Array(std::move(result), std::move(values));
    Buffer variances = buffer_of_doubles(count, [&](double* out) {
        container::walk<2>(dims, strides, [&](const std::array<Index, 2>& at) {
            const double x = left.values[at[0]], y = right.values[at[1]];
            *out++ = shared.same(at[0], at[1])
                         ? container::variance_of_same<Operation>(x, y, left.variance(at[0]))
                         : container::variance<Operation>(x, left.variance(at[0]), y, right.variance(at[1]));
        });
    });
    return Array(std::move(result), std::move(values), std::move(variances));
}

template <class Operation>
void refuse_offsets(const Array& a, const Array& b) {
    container::refuse_offset(a.description(), Operation::verb);
    container::refuse_offset(b.description(), Operation::verb);
}

template <class Operation>
Array sum(const Array& a, const Array& b) {
    refuse_offsets<Operation>(a, b);
    const double factor = container::factor_for_sum(a.description(), b.description(), Operation::verb);
    Description result = joined(a.description(), b.description());
    result.unit = a.unit();
    return combine<Operation>(a, b, factor == 1 ? b : b.to_unit(a.unit()), std::move(result));
}

template <class Operation>
Array product(const Array& a, const Array& b, Unit unit) {
    refuse_offsets<Operation>(a, b);
    Description result = joined(a.description(), b.description());
    result.unit = std::move(unit);
    return combine<Operation>(a, b, b, std::move(result));
}

bool has_dim(const std::vector<std::string>& dims, std::string_view dim) {
    return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

/// The description of a without one of its dimensions, and without what lies on it.
Description without(const Description& a, std::string_view dim) {
    Description result = a;
    std::erase_if(result.dims, [&](const Dim& d) { return d.name == dim; });
    std::erase_if(result.coordinates, [&](const Coordinate& c) { return find_dim(c.values->dims(), dim).has_value(); });
    std::erase_if(result.masks, [&](const Mask& m) { return has_dim(m.dims, dim); });
    result.dtype = DType::float64;
    return result;
}

/// Sums of the elements that count, for each element of a mean.
struct Sums {
    std::vector<double> values, variances;
    std::vector<Index> counts;
    explicit Sums(Index size)
        : values(static_cast<std::size_t>(size), 0.0), variances(values.size(), 0.0), counts(values.size(), 0) {}
};

Sums sums_over(const Array& a, const Dims& dims) {
    const Operand operand(a.to_float64());
    const std::vector<std::uint8_t> left_out = container::united(a.description().masks, a.dims());
    Sums sums(volume(dims));
    Index in = 0;
    container::walk<1>(a.dims(), {container::strides_of(dims, a.dims())}, [&](const std::array<Index, 1>& at) {
        const Index i = in++;
        const auto out = static_cast<std::size_t>(at[0]);
        if (left_out[static_cast<std::size_t>(i)] || std::isnan(operand.values[i])) return;
        sums.values[out] += operand.values[i];
        sums.variances[out] += operand.variance(i);
        ++sums.counts[out];
    });
    return sums;
}

}  // namespace

Array add(const Array& a, const Array& b) { return sum<container::Add>(a, b); }
Array subtract(const Array& a, const Array& b) { return sum<container::Subtract>(a, b); }
Array multiply(const Array& a, const Array& b) { return product<container::Multiply>(a, b, a.unit() * b.unit()); }
Array divide(const Array& a, const Array& b) { return product<container::Divide>(a, b, a.unit() / b.unit()); }

bool same_variable(const Array& a, const Array& b) {
    return a.dims() == b.dims() && SharedStorage(a, b).same(0, 0);
}

Array power(const Array& a, int exponent) {
    container::refuse_offset(a.description(), "take a power of");
    const Operand operand(a.to_float64());
    Description result = operand.array.description();
    result.unit = a.unit().power(exponent);
    const Index count = a.size();
    const numerics::Power power{static_cast<double>(exponent)};
    Buffer values = buffer_of_doubles(count, [&](double* out) {
        for (Index i = 0; i < count; ++i) out[i] = power.value(operand.values[i]);
    });
    if (!result.variances) return Array(std::move(result), std::move(values));
    Buffer variances = buffer_of_doubles(count, [&](double* out) {
        for (Index i = 0; i < count; ++i) out[i] = numerics::variance_of(power, operand.values[i], operand.variances[i]);
    });
    return Array(std::move(result), std::move(values), std::move(variances));
}

Array mean(const Array& a, std::string_view dim) {
    if (!find_dim(a.dims(), dim))
        throw Error(ErrorKind::data, fmt::format("'{}' {} has no dimension '{}' to be averaged over.", a.description().name,
                                                 to_text(a.dims()), dim));
    refuse_correlated(a.description(), dim, "averaged");
    Description result = without(a.description(), dim);
    Sums sums = sums_over(a, result.dims);

    std::vector<bool> empty(sums.counts.size());
    for (std::size_t i = 0; i < empty.size(); ++i) {
        const auto n = static_cast<double>(sums.counts[i]);
        empty[i] = sums.counts[i] == 0;
        sums.values[i] = empty[i] ? std::numeric_limits<double>::quiet_NaN() : sums.values[i] / n;
        sums.variances[i] = empty[i] ? std::numeric_limits<double>::quiet_NaN() : sums.variances[i] / (n * n);
    }
    if (std::find(empty.begin(), empty.end(), true) != empty.end()) {
        Mask no_data{"no_data", {}, std::make_shared<const Array>(Array::from<bool>("no_data", result.dims, "1", empty))};
        for (const Dim& d : result.dims) no_data.dims.push_back(d.name);
        result.masks = container::joined_masks(result.masks, {no_data}, result.dims);
    }
    Buffer values = Buffer::copy_of(std::as_bytes(std::span(sums.values)));
    Buffer variances = a.description().variances ? Buffer::copy_of(std::as_bytes(std::span(sums.variances))) : Buffer{};
    return Array(std::move(result), std::move(values), std::move(variances));
}

void refuse_correlated(const Description& description, std::string_view dim, std::string_view verb) {
    if (!description.variances || !has_dim(description.correlated_over, dim)) return;
    throw Error(ErrorKind::data,
                fmt::format("'{}' cannot be {} over '{}': its uncertainties are correlated over '{}' (one measurement with "
                            "variances was applied to all of it), so the result would look more certain than it is. Do this "
                            "before that step, or leave out the variances.",
                            description.name, verb, dim, dim));
}

}  // namespace sluice
