// SPDX-License-Identifier: BSD-3-Clause
// Curves of an array, and where coordinates and masks have their values.
#include <sluice/io/gathered_array.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace sluice::io {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::string with_unit(const std::string& number, const std::string& unit) {
    return unit.empty() || unit == "1" ? number : number + " " + unit;
}

std::string value_text(const Coordinate& coordinate, std::int64_t i) {
    if (is_text(coordinate)) return coordinate.labels[index(i)];
    const bool integer = !coordinate.edges && !coordinate.integers.empty();
    return with_unit(integer ? std::to_string(coordinate.integers[index(i)]) : number_text(centre(coordinate, i)),
                     coordinate.unit);
}

void append(std::string& text, const std::string& part) { text += (text.empty() ? "" : ", ") + part; }

}  // namespace

std::int64_t element_count(std::span<const Dim> dims) {
    std::int64_t product = 1;
    for (const auto& dim : dims) product *= dim.size;
    return product;
}

std::ptrdiff_t find_dim(std::span<const Dim> dims, std::string_view name) {
    for (std::size_t i = 0; i < dims.size(); ++i)
        if (dims[i].name == name) return static_cast<std::ptrdiff_t>(i);
    return -1;
}

bool is_text(const Coordinate& coordinate) { return !coordinate.labels.empty(); }

std::vector<Dim> dims_of_values(const Coordinate& coordinate) {
    auto dims = coordinate.dims;
    if (coordinate.edges && !dims.empty()) --dims.back().size;
    return dims;
}

std::vector<double> centres(const Coordinate& coordinate) {
    if (!coordinate.edges) return coordinate.values;
    std::vector<double> all(index(element_count(dims_of_values(coordinate))));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = centre(coordinate, static_cast<std::int64_t>(i));
    return all;
}

double centre(const Coordinate& coordinate, std::int64_t i) {
    if (!coordinate.edges) return coordinate.values[index(i)];
    const auto edge = index(i + i / (coordinate.dims.back().size - 1));  // each row has one edge more than bins
    return 0.5 * (coordinate.values[edge] + coordinate.values[edge + 1]);
}

const Coordinate* axis_coordinate(const GatheredArray& array, std::string_view dim) {
    for (const auto& each : array.coordinates)
        if (each.name == dim && !is_text(each) && find_dim(each.dims, dim) >= 0) return &each;
    for (const auto& each : array.coordinates)
        if (!is_text(each) && each.dims.size() == 1 && each.dims[0].name == dim) return &each;
    return nullptr;
}

const Fact* find_fact(const GatheredArray& array, std::string_view name) {
    for (const auto& each : array.facts)
        if (each.name == name) return &each;
    return nullptr;
}

Curves::Curves(const GatheredArray& array, std::string_view dim) : dims_(array.dims), own_(find_dim(array.dims, dim)) {
    if (own_ < 0) {
        if (!dims_.empty()) throw std::invalid_argument("'" + array.label + "' has no dimension '" + std::string(dim) + "'");
        return;
    }
    length_ = dims_[index(own_)].size;
    for (std::size_t d = 0; d < dims_.size(); ++d)
        if (static_cast<std::ptrdiff_t>(d) != own_) count_ *= dims_[d].size;
    for (std::size_t d = index(own_) + 1; d < dims_.size(); ++d) stride_ *= dims_[d].size;
}

Indices Curves::indices(std::int64_t curve) const {
    Indices at(dims_.size());
    for (std::size_t d = dims_.size(); d-- > 0;) {
        if (static_cast<std::ptrdiff_t>(d) == own_) continue;
        at[d] = curve % dims_[d].size;
        curve /= dims_[d].size;
    }
    return at;
}

std::int64_t Curves::offset(std::int64_t curve) const {
    const auto at = indices(curve);
    std::int64_t position = 0;
    for (std::size_t d = 0; d < dims_.size(); ++d) position = position * dims_[d].size + at[d];
    return position;
}

Placed place(std::span<const Dim> part, std::span<const Dim> dims, const Indices& at, std::string_view dim) {
    Placed placed;
    std::int64_t step = 1;
    for (std::size_t d = part.size(); d-- > 0;) {
        const auto found = find_dim(dims, part[d].name);
        if (found >= 0) placed.offset += at[index(found)] * step;
        if (part[d].name == dim) placed.stride = step;
        step *= part[d].size;
    }
    return placed;
}

std::string describe_curve(const GatheredArray& array, std::string_view dim, const Indices& at) {
    std::string text;
    for (std::size_t d = 0; d < array.dims.size(); ++d) {
        const auto& own = array.dims[d].name;
        if (own == dim) continue;
        bool named = false;
        for (const auto& each : array.coordinates) named = named || find_dim(each.dims, own) >= 0;
        if (!named) append(text, own + " = " + std::to_string(at[d]));
    }
    for (const auto& each : array.coordinates) {
        if (find_dim(each.dims, dim) >= 0) continue;
        append(text, each.name + " = " + value_text(each, place(dims_of_values(each), array.dims, at, dim).offset));
    }
    return text;
}

std::string describe_facts(const GatheredArray& array) {
    std::string text;
    for (const auto& fact : array.facts) {
        if (const auto* flag = std::get_if<bool>(&fact.value))
            append(text, fact.name + " = " + (*flag ? "true" : "false"));
        else if (const auto* number = std::get_if<double>(&fact.value))
            append(text, fact.name + " = " + with_unit(number_text(*number), fact.unit));
        else
            append(text, fact.name + " = " + std::get<std::string>(fact.value));
    }
    return text;
}

std::string number_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

void unite_mask(std::vector<std::uint8_t>& masked, std::span<const Dim> dims, std::span<const Dim> mask_dims,
                std::span<const std::uint8_t> mask) {
    masked.resize(index(element_count(dims)));
    Indices at(dims.size());
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(masked.size()); ++i) {
        std::int64_t rest = i;
        for (std::size_t d = dims.size(); d-- > 0; rest /= dims[d].size) at[d] = rest % dims[d].size;
        if (mask[index(place(mask_dims, dims, at, "").offset)] != 0) masked[index(i)] = 1;
    }
}

}  // namespace sluice::io
