// SPDX-License-Identifier: BSD-3-Clause
// From what a sink is handed to whole arrays: for sinks whose files are small, such as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sluice/io/gathered_array.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::io {

namespace detail {

inline std::vector<Dim> to_dims(const std::vector<sdk::DimSize>& from) {
    std::vector<Dim> dims;
    for (const auto& dim : from) dims.push_back({dim.name, dim.size});
    return dims;
}

inline Fact to_fact(const sdk::InputDescription& array, const sdk::InputDescription::NamedFact& from) {
    if (from.dtype == SLUICE_BOOLEAN) return {from.name, array.fact(from.name)};
    if (from.dtype == SLUICE_STRING) return {from.name, *array.fact_text(from.name)};
    const auto number = *array.fact_number(from.name);
    return {from.name, number.value, number.unit.empty() ? "1" : number.unit};
}

inline Numbers room_for(std::int32_t dtype, std::int64_t elements) {
    const auto n = static_cast<std::size_t>(elements);
    if (dtype == SLUICE_FLOAT64 || dtype == SLUICE_FLOAT32) return std::vector<double>(n);
    if (dtype == SLUICE_UINT64) return std::vector<std::uint64_t>(n);
    return std::vector<std::int64_t>(n);
}

}  // namespace detail

/// Holds the arrays of a sink whole while they arrive. Numbers stay exact: reals as double, integers as integers.
class Gatherer {
public:
    /// most: elements of all arrays together; more is refused, with `instead` as the advice.
    Gatherer(const sdk::Setup& setup, std::int64_t most, const std::string& instead) {
        std::int64_t elements = 0;
        for (const auto& each : setup.inputs()) {
            add(each, instead);
            elements += element_count(arrays_.back().dims);
        }
        if (elements > most)
            throw sdk::RecipeError("there are " + std::to_string(elements) + " values to write, but at most " +
                                   std::to_string(most) + " are held in memory for it. Take a part (slice), or " + instead);
        for (std::size_t i = 0; i < arrays_.size(); ++i) {
            const auto room = element_count(arrays_[i].dims);
            arrays_[i].values = detail::room_for(dtypes_[i], room);
            if (variances_[i]) arrays_[i].variances.resize(static_cast<std::size_t>(room));
        }
    }

    void write(std::int32_t which, const sdk::Box& box) {
        auto& array = arrays_.at(static_cast<std::size_t>(which));
        sdk::with_dtype(dtypes_[static_cast<std::size_t>(which)], [&](auto zero) {
            const auto* from = static_cast<const decltype(zero)*>(box.data());
            std::visit([&](auto& all) { put(array, box, from, all); }, array.values);
        });
        if (!array.variances.empty() && !box.variances().empty()) put(array, box, box.variances().data(), array.variances);
        if (!box.mask()) return;
        array.masked.resize(static_cast<std::size_t>(element_count(array.dims)));
        for_each_row(array.dims, box.start(), box.count(), [&](std::int64_t whole, std::int64_t packed, std::int64_t n) {
            for (std::int64_t i = 0; i < n; ++i)
                if (box.mask()[packed + i] != 0) array.masked[static_cast<std::size_t>(whole + i)] = 1;
        });
    }

    [[nodiscard]] const std::vector<GatheredArray>& arrays() const { return arrays_; }

private:
    void add(const sdk::InputDescription& from, const std::string& instead) {
        if (from.dtype() == SLUICE_STRING || from.dtype() == SLUICE_COMPLEX128)
            throw sdk::RecipeError("'" + from.label() + "' holds " +
                                   (from.dtype() == SLUICE_STRING ? "texts" : "complex numbers") +
                                   ", which this format does not take: keep real numbers, or " + instead);
        GatheredArray to;
        to.label = from.label();
        to.unit = from.unit().empty() ? "1" : from.unit();
        to.dims = detail::to_dims(from.dims());
        for (auto each : from.coordinates())
            to.coordinates.push_back({each.name, detail::to_dims(each.dims), each.unit.empty() ? "1" : each.unit, each.edges,
                                      std::move(each.values), std::move(each.integers), std::move(each.labels)});
        for (const auto& each : from.facts()) to.facts.push_back(detail::to_fact(from, each));
        to.correlated_over = from.correlated_over();
        for (const auto& each : from.masks()) {
            if (each.values.empty()) continue;  // it comes with the boxes
            std::vector<std::uint8_t> mask;
            for (const auto value : each.values) mask.push_back(value != 0 ? 1 : 0);
            unite_mask(to.masked, to.dims, detail::to_dims(each.dims), mask);
        }
        arrays_.push_back(std::move(to));
        dtypes_.push_back(from.dtype());
        variances_.push_back(from.has_variances());
    }

    template <class From, class To>
    static void put(const GatheredArray& array, const sdk::Box& box, const From* from, std::vector<To>& all) {
        for_each_row(array.dims, box.start(), box.count(), [&](std::int64_t whole, std::int64_t packed, std::int64_t n) {
            for (std::int64_t i = 0; i < n; ++i) all[static_cast<std::size_t>(whole + i)] = static_cast<To>(from[packed + i]);
        });
    }

    std::vector<GatheredArray> arrays_;
    std::vector<std::int32_t> dtypes_;
    std::vector<bool> variances_;
};

}  // namespace sluice::io
