// SPDX-License-Identifier: BSD-3-Clause
// What probe and prepare see of inputs, and how probe describes outputs: everything about an array but its values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <sluice/sdk/context.hpp>

namespace sluice::sdk {

/// The dtype code of a C++ type: dtype_of<std::uint16_t>() == SLUICE_UINT16.
template <class T>
constexpr std::int32_t dtype_of() {
    using U = std::remove_cv_t<T>;
    if constexpr (std::is_same_v<U, double>) return SLUICE_FLOAT64;
    else if constexpr (std::is_same_v<U, float>) return SLUICE_FLOAT32;
    else if constexpr (std::is_same_v<U, std::int8_t>) return SLUICE_INT8;
    else if constexpr (std::is_same_v<U, std::int16_t>) return SLUICE_INT16;
    else if constexpr (std::is_same_v<U, std::int32_t>) return SLUICE_INT32;
    else if constexpr (std::is_same_v<U, std::int64_t>) return SLUICE_INT64;
    else if constexpr (std::is_same_v<U, std::uint8_t>) return SLUICE_UINT8;
    else if constexpr (std::is_same_v<U, std::uint16_t>) return SLUICE_UINT16;
    else if constexpr (std::is_same_v<U, std::uint32_t>) return SLUICE_UINT32;
    else if constexpr (std::is_same_v<U, std::uint64_t>) return SLUICE_UINT64;
    else if constexpr (std::is_same_v<U, bool>) return SLUICE_BOOLEAN;
    else static_assert(sizeof(U) == 0, "no such element type");
}

/// "float64", "uint16" …
inline std::string dtype_name(std::int32_t dtype) {
    switch (dtype) {
        case SLUICE_FLOAT64: return "float64";
        case SLUICE_FLOAT32: return "float32";
        case SLUICE_INT8: return "int8";
        case SLUICE_INT16: return "int16";
        case SLUICE_INT32: return "int32";
        case SLUICE_INT64: return "int64";
        case SLUICE_UINT8: return "uint8";
        case SLUICE_UINT16: return "uint16";
        case SLUICE_UINT32: return "uint32";
        case SLUICE_UINT64: return "uint64";
        case SLUICE_BOOLEAN: return "boolean";
        default: return "dtype " + std::to_string(dtype);
    }
}

/// Calls f(T{}) with the C++ type of a real dtype: how a kernel template meets data as stored.
template <class F>
decltype(auto) with_dtype(std::int32_t dtype, const F& f) {
    switch (dtype) {
        case SLUICE_FLOAT64: return f(double{});
        case SLUICE_FLOAT32: return f(float{});
        case SLUICE_INT8: return f(std::int8_t{});
        case SLUICE_INT16: return f(std::int16_t{});
        case SLUICE_INT32: return f(std::int32_t{});
        case SLUICE_INT64: return f(std::int64_t{});
        case SLUICE_UINT8: return f(std::uint8_t{});
        case SLUICE_UINT16: return f(std::uint16_t{});
        case SLUICE_UINT32: return f(std::uint32_t{});
        case SLUICE_UINT64: return f(std::uint64_t{});
        case SLUICE_BOOLEAN: return f(std::uint8_t{});
        default: throw ContractError("dtype " + std::to_string(dtype) + " is not a real number");
    }
}

struct DimSize {
    std::string name;
    std::int64_t size;
};

/// A small array handed over whole: a coordinate, a static input.
struct SmallArray {
    std::string name;
    std::vector<DimSize> dims;
    std::string unit;
    bool edges = false;
    std::vector<double> values;       ///< numbers, converted to double
    std::vector<std::int64_t> integers;   ///< the same, exact, when they are integers below 2^63 (train ids, time stamps)
    std::vector<std::string> labels;  ///< of a string array
    std::int32_t dtype = SLUICE_FLOAT64;  ///< as stored
};

/// Nothing when one of them is too large.
template <class T>
std::vector<std::int64_t> exact_integers(const T* values, std::size_t count) {
    if constexpr (std::is_same_v<T, std::uint64_t>)
        for (std::size_t i = 0; i < count; ++i)
            if (values[i] > std::uint64_t{INT64_MAX}) return {};
    return {values, values + count};
}

inline SmallArray to_small_array(const sluice_array& array) {
    SmallArray out;
    std::size_t count = 1;
    for (std::int32_t i = 0; i < array.rank; ++i) {
        out.dims.push_back({std::string(to_view(array.dims[i])), array.shape[i]});
        count *= static_cast<std::size_t>(array.shape[i]);
    }
    out.unit = to_view(array.unit);
    out.edges = array.edges != 0;
    out.dtype = array.dtype;
    if (!array.values) return out;
    if (array.dtype == SLUICE_STRING) {
        const auto* labels = static_cast<const sluice_text*>(array.values);
        for (std::size_t i = 0; i < count; ++i) out.labels.emplace_back(to_view(labels[i]));
        return out;
    }
    with_dtype(array.dtype, [&](auto zero) {
        const auto* values = static_cast<const decltype(zero)*>(array.values);
        out.values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) out.values.push_back(static_cast<double>(values[i]));
        if constexpr (std::is_integral_v<decltype(zero)>)
            if (array.dtype != SLUICE_BOOLEAN) out.integers = exact_integers(values, count);
    });
    return out;
}

/// An input without its values: the core part, under the plugin's own names of dimensions.
class InputDescription {
public:
    InputDescription(const Context& context, const sluice_description* handle) : context_(context), handle_(handle) {}

    /// False for an optional input that the recipe does not connect.
    [[nodiscard]] bool present() const { return host().present(handle_) != 0; }
    [[nodiscard]] std::string label() const { return std::string(to_view(host().label(handle_))); }
    [[nodiscard]] std::int32_t dtype() const { return host().dtype(handle_); }
    [[nodiscard]] std::string unit() const { return std::string(to_view(host().unit(handle_))); }
    [[nodiscard]] bool has_variances() const { return host().variances(handle_) != 0; }
    [[nodiscard]] std::vector<DimSize> dims() const {
        std::vector<DimSize> out;
        for (std::int32_t i = 0; i < host().rank(handle_); ++i)
            out.push_back({std::string(to_view(host().dim_name(handle_, i))), host().dim_size(handle_, i)});
        return out;
    }
    [[nodiscard]] std::int64_t size(std::string_view dim) const {
        for (const auto& each : dims())
            if (each.name == dim) return each.size;
        throw ContractError("no core dimension '" + std::string(dim) + "' in this input");
    }
    /// Elements of one item.
    [[nodiscard]] std::int64_t count() const {
        std::int64_t product = 1;
        for (const auto& each : dims()) product *= each.size;
        return product;
    }
    /// Size along a loop dimension (what a reduce runs over).
    [[nodiscard]] std::optional<std::int64_t> loop_size(std::string_view dim) const {
        const auto size = host().loop_size(handle_, to_text(dim));
        return size < 0 ? std::nullopt : std::optional(size);
    }
    /// A coordinate that is the same for every loop item.
    [[nodiscard]] std::optional<SmallArray> coordinate(std::string_view name) const {
        sluice_array array{};
        if (!host().coordinate(handle_, to_text(name), &array)) return std::nullopt;
        return to_small_array(array);
    }
    /// The unit in which items get a coordinate, also one that differs between them.
    [[nodiscard]] std::optional<std::string> coordinate_unit(std::string_view name) const {
        sluice_text own{};
        if (!host().coordinate_unit(handle_, to_text(name), &own)) return std::nullopt;
        return std::string(to_view(own));
    }
    /// All coordinates, for sinks: with the dims of the whole array, loop dims included.
    [[nodiscard]] std::vector<SmallArray> coordinates() const { return all_of(host().coordinate_at); }
    /// What to leave out of every item (nonzero), over the core dims: all masks of the input united. Nothing when there are
    /// none, or when one of them differs between items or rides with the data: then each item brings them united.
    [[nodiscard]] std::optional<SmallArray> mask() const {
        const auto all = masks();
        return all.empty() ? std::nullopt : std::optional(all.front());
    }
    /// All masks, for sinks; one that rides with the data has no values here.
    [[nodiscard]] std::vector<SmallArray> masks() const { return all_of(host().mask_at); }
    [[nodiscard]] std::vector<std::string> correlated_over() const {
        std::vector<std::string> dims_found;
        sluice_text dim{};
        for (std::int32_t i = 0; host().correlated_at(handle_, i, &dim); ++i) dims_found.emplace_back(to_view(dim));
        return dims_found;
    }
    struct NamedFact {
        std::string name;
        std::int32_t dtype;   ///< SLUICE_FLOAT64, SLUICE_STRING or SLUICE_BOOLEAN
    };
    [[nodiscard]] std::vector<NamedFact> facts() const {
        std::vector<NamedFact> all;
        sluice_text fact_name{};
        std::int32_t dtype = 0;
        for (std::int32_t i = 0; host().fact_at(handle_, i, &fact_name, &dtype); ++i)
            all.push_back({std::string(to_view(fact_name)), dtype});
        return all;
    }
    /// A number with its own unit, as it stands.
    struct Number {
        double value;
        std::string unit;
    };
    [[nodiscard]] std::optional<Number> fact_number(std::string_view name) const {
        double value = 0;
        sluice_text own{};
        if (!host().fact_number(handle_, to_text(name), &value, &own)) return std::nullopt;
        return Number{value, std::string(to_view(own))};
    }
    /// The whole value of a static input.
    [[nodiscard]] std::optional<SmallArray> values() const {
        sluice_array array{};
        if (!present() || !host().values(handle_, &array)) return std::nullopt;
        return to_small_array(array);
    }
    [[nodiscard]] std::optional<double> fact_number(std::string_view name, std::string_view unit) const {
        const auto own = fact_number(name);
        return own ? std::optional(own->value * context_.unit_factor(own->unit, unit)) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::string> fact_text(std::string_view name) const {
        sluice_text value{};
        if (!host().fact_text(handle_, to_text(name), &value)) return std::nullopt;
        return std::string(to_view(value));
    }
    [[nodiscard]] bool fact(std::string_view name) const {
        std::int32_t value = 0;
        return host().fact_boolean(handle_, to_text(name), &value) && value != 0;
    }

private:
    [[nodiscard]] const sluice_host& host() const { return context_.host(); }

    template <class F>
    [[nodiscard]] std::vector<SmallArray> all_of(const F& at) const {
        std::vector<SmallArray> all;
        sluice_text array_name{};
        sluice_array array{};
        for (std::int32_t i = 0; at(handle_, i, &array_name, &array); ++i) {
            all.push_back(to_small_array(array));
            all.back().name = to_view(array_name);
        }
        return all;
    }

    Context context_;
    const sluice_description* handle_;
};

/// An output as probe describes it. The host has filled in what follows from plugin.json: dims, sizes and coordinates of
/// core dims that an input of the step has too, dtype, unit, and the facts of the first input.
class OutputDescription {
public:
    OutputDescription(const Context& context, sluice_description* handle) : context_(context), handle_(handle) {}

    void set_dims(const std::vector<DimSize>& dims) const {
        std::vector<sluice_text> names;
        std::vector<std::int64_t> shape;
        for (const auto& dim : dims) {
            names.push_back(to_text(dim.name));
            shape.push_back(dim.size);
        }
        host().set_dims(handle_, static_cast<std::int32_t>(dims.size()), names.data(), shape.data());
    }
    void set_label(std::string_view label) const { host().set_label(handle_, to_text(label)); }
    void set_dtype(std::int32_t dtype) const { host().set_dtype(handle_, dtype); }
    void set_unit(std::string_view unit) const { host().set_unit(handle_, to_text(unit)); }
    void set_variances(bool present) const { host().set_variances(handle_, present ? 1 : 0); }

    /// values: in the order of dims; for edges the last size is one more than the dimension's.
    void set_coordinate(std::string_view name, const std::vector<DimSize>& dims, std::string_view unit,
                        const std::vector<double>& values, bool edges = false) const {
        give(name, dims, unit, SLUICE_FLOAT64, values, edges,
             [&](const sluice_array& array) { host().set_coordinate(handle_, to_text(name), &array); });
    }
    void set_coordinate(std::string_view name, const std::vector<DimSize>& dims, std::string_view unit,
                        const std::vector<std::int64_t>& values) const {
        give(name, dims, unit, SLUICE_INT64, values, false,
             [&](const sluice_array& array) { host().set_coordinate(handle_, to_text(name), &array); });
    }
    void set_labels(std::string_view name, const std::string& dim, const std::vector<std::string>& labels) const {
        std::vector<sluice_text> texts;
        for (const auto& label : labels) texts.push_back(to_text(label));
        give(name, {{dim, static_cast<std::int64_t>(labels.size())}}, "1", SLUICE_STRING, texts, false,
             [&](const sluice_array& array) { host().set_coordinate(handle_, to_text(name), &array); });
    }
    /// One as InputDescription hands it over, with its dtype: numbers or labels over any dims, bin edges.
    void set_coordinate(const SmallArray& array) const {
        const auto put = [&](const auto& values) {
            give(array.name, array.dims, array.unit, array.dtype, values, array.edges,
                 [&](const sluice_array& whole) { host().set_coordinate(handle_, to_text(array.name), &whole); });
        };
        if (array.dtype == SLUICE_STRING) {
            std::vector<sluice_text> texts;
            for (const auto& label : array.labels) texts.push_back(to_text(label));
            return put(texts);
        }
        with_dtype(array.dtype, [&](auto zero) {
            using T = decltype(zero);
            std::vector<T> values;
            if (std::is_integral_v<T> && !array.integers.empty())
                for (const auto each : array.integers) values.push_back(static_cast<T>(each));
            else
                for (const auto each : array.values) values.push_back(static_cast<T>(each));
            put(values);
        });
    }
    void drop_coordinate(std::string_view name) const { host().drop_coordinate(handle_, to_text(name)); }

    /// A mask known now; nonzero: leave out.
    void set_mask(std::string_view name, const std::vector<DimSize>& dims, const std::vector<std::uint8_t>& values) const {
        give(name, dims, "1", SLUICE_BOOLEAN, values, false,
             [&](const sluice_array& array) { host().set_mask(handle_, to_text(name), &array); });
    }
    /// A mask that a source hands over with its data.
    void set_streamed_mask(std::string_view name, const std::vector<DimSize>& dims) const {
        give_pointer(dims, "1", SLUICE_BOOLEAN, nullptr, false,
             [&](const sluice_array& array) { host().set_mask(handle_, to_text(name), &array); });
    }

    /// The variances of this output are not independent along `dim` (replicates share their data): combining over it is
    /// refused.
    void set_correlated_over(std::string_view dim) const { host().set_correlated_over(handle_, to_text(dim)); }
    void set_fact(std::string_view name, double value, std::string_view unit) const {
        host().set_fact_number(handle_, to_text(name), value, to_text(unit));
    }
    void set_fact(std::string_view name, std::string_view value) const {
        host().set_fact_text(handle_, to_text(name), to_text(value));
    }
    void set_fact(std::string_view name, const char* value) const { set_fact(name, std::string_view(value)); }
    void set_fact(std::string_view name, bool value) const { host().set_fact_boolean(handle_, to_text(name), value ? 1 : 0); }
    void drop_fact(std::string_view name) const { host().drop_fact(handle_, to_text(name)); }

    /// This output is part of the one input: elements begin, begin+step, … of `dim`. The plugin needs no run: the host
    /// reads less, or copies.
    void select(std::string_view dim, std::int64_t begin, std::int64_t step, std::int64_t count) const {
        host().select(handle_, to_text(dim), begin, step, count);
    }

private:
    [[nodiscard]] const sluice_host& host() const { return context_.host(); }

    /// The host reads as many values as the dims say: they must be there.
    template <class T, class F>
    static void give(std::string_view name, const std::vector<DimSize>& dims, std::string_view unit, std::int32_t dtype,
                     const std::vector<T>& values, bool edges, const F& f) {
        std::int64_t count = 1;
        for (const auto& dim : dims) count *= dim.size;
        if (count != static_cast<std::int64_t>(values.size()))
            throw ContractError("'" + std::string(name) + "' has " + std::to_string(values.size()) + " values, its dimensions " +
                                std::to_string(count));
        give_pointer(dims, unit, dtype, values.data(), edges, f);
    }
    template <class F>
    static void give_pointer(const std::vector<DimSize>& dims, std::string_view unit, std::int32_t dtype, const void* values,
                             bool edges, const F& f) {
        std::vector<sluice_text> names;
        std::vector<std::int64_t> shape;
        for (const auto& dim : dims) {
            names.push_back(to_text(dim.name));
            shape.push_back(dim.size);
        }
        f(sluice_array{dtype, static_cast<std::int32_t>(dims.size()), names.data(), shape.data(), values, to_text(unit),
                       edges ? 1 : 0});
    }

    Context context_;
    sluice_description* handle_;
};

}  // namespace sluice::sdk
