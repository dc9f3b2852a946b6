// SPDX-License-Identifier: BSD-3-Clause
// The rules of arithmetic on arrays that concern what is around the values.
#include "rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "walk.hpp"

namespace sluice::container {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorKind::data, sentence); }

bool agree(double a, double b) {
    if (a == b || (std::isnan(a) && std::isnan(b))) return true;
    return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

/// The first pair of elements, over the dims of both, that `equal` denies; empty when there is none.
template <class Equal>
std::optional<std::array<std::size_t, 2>> first_unequal(const Array& a, const Array& b, const Equal& equal) {
    const Dims dims = joined_dims(a.description(), b.description());
    std::optional<std::array<std::size_t, 2>> found;
    walk<2>(dims, {strides_of(a.dims(), dims), strides_of(b.dims(), dims)}, [&](const std::array<Index, 2>& at) {
        const auto i = static_cast<std::size_t>(at[0]), j = static_cast<std::size_t>(at[1]);
        if (!found && !equal(i, j)) found = {i, j};
    });
    return found;
}

std::string difference_of_labels(const Array& a, const Array& b) {
    if (a.dtype() != b.dtype()) return "one has labels, the other numbers";
    const auto &mine = a.labels(), &its = b.labels();
    const auto found = first_unequal(a, b, [&](std::size_t i, std::size_t j) { return mine[i] == its[j]; });
    return found ? fmt::format("'{}' is not '{}'", mine[(*found)[0]], its[(*found)[1]]) : "";
}

std::string difference_of_numbers(const Array& a, const Array& b) {
    if (!b.unit().convertible_to(a.unit()))
        return fmt::format("'{}' and '{}' are units of different dimension", a.unit().text(), b.unit().text());
    const std::vector<double> mine = a.as_float64(), its = b.to_unit(a.unit()).as_float64();
    const auto found = first_unequal(a, b, [&](std::size_t i, std::size_t j) { return agree(mine[i], its[j]); });
    return found ? fmt::format("{} is not {} {}", mine[(*found)[0]], its[(*found)[1]], a.unit().text()) : "";
}

/// How the coordinates differ; empty when they agree.
std::string difference(const Coordinate& a, const Coordinate& b) {
    if (a.values == b.values) return {};
    if (a.edges != b.edges) return "one has bin edges, the other points";
    const bool labels = a.values->dtype() == DType::string || b.values->dtype() == DType::string;
    return labels ? difference_of_labels(*a.values, *b.values) : difference_of_numbers(*a.values, *b.values);
}

/// They have a dimension in common, which the arrays then share.
bool comparable(const Coordinate& a, const Coordinate& b) {
    const Dims& mine = a.values->dims();
    return std::any_of(mine.begin(), mine.end(), [&](const Dim& dim) { return find_dim(b.values->dims(), dim.name).has_value(); });
}

/// Over the dims of both, in the order of `dims`: true where either is.
Mask either(const Mask& a, const Mask& b, const Dims& dims) {
    Mask result{a.name, {}, nullptr};
    Dims own;
    for (const Dim& dim : dims) {
        const auto has = [&](const Mask& mask) { return std::count(mask.dims.begin(), mask.dims.end(), dim.name) > 0; };
        if (!has(a) && !has(b)) continue;
        result.dims.push_back(dim.name);
        own.push_back(dim);
    }
    if (!a.values || !b.values) return result;
    const std::vector<std::uint8_t> bytes = united({a, b}, own);
    result.values = std::make_shared<const Array>(Array::from<bool>(a.name, own, "1", {bytes.begin(), bytes.end()}));
    return result;
}

void add_broadcast(std::vector<std::string>& tags, const Description& operand, const Dims& dims) {
    if (!operand.variances) return;
    for (const Dim& dim : dims)
        if (!find_dim(operand.dims, dim.name)) tags.push_back(dim.name);
}

}  // namespace

Dims joined_dims(const Description& a, const Description& b) {
    Dims dims = a.dims;
    for (const Dim& dim : b.dims) {
        const auto shared = find_dim(a.dims, dim.name);
        if (!shared)
            dims.push_back(dim);
        else if (a.dims[*shared].size != dim.size)
            refuse(fmt::format("'{}' {} and '{}' {} differ in size along '{}'. Bring one to the other's '{}' with interpolate, or "
                               "select the same range of both.",
                               a.name, to_text(a.dims), b.name, to_text(b.dims), dim.name, dim.name));
    }
    return dims;
}

double factor_for_sum(const Description& a, const Description& b, std::string_view verb) {
    if (!b.unit.convertible_to(a.unit))
        refuse(fmt::format("cannot {} '{}' in '{}' and '{}' in '{}': the units differ in dimension.", verb, a.name, a.unit.text(),
                           b.name, b.unit.text()));
    return b.unit.factor_to(a.unit);
}

void refuse_offset(const Description& description, std::string_view verb) {
    if (description.unit.has_offset())
        refuse(fmt::format("cannot {} '{}' in '{}', a scale with a zero of its own. Convert it to K first.", verb, description.name,
                           description.unit.text()));
}

std::vector<Coordinate> joined_coordinates(const Description& a, const Description& b) {
    std::vector<Coordinate> result = a.coordinates;
    for (const Coordinate& its : b.coordinates) {
        const Coordinate* mine = a.coordinate(its.name);
        if (!mine) {
            result.push_back(its);
        } else if (comparable(*mine, its)) {
            if (const std::string how = difference(*mine, its); !how.empty())
                refuse(fmt::format("'{}' and '{}' disagree in coordinate '{}': {}. Bring one to the other's '{}' with interpolate.",
                                   a.name, b.name, its.name, how, its.name));
        }
    }
    return result;
}

std::vector<Mask> joined_masks(const std::vector<Mask>& a, const std::vector<Mask>& b, const Dims& dims) {
    std::vector<Mask> result = a;
    for (const Mask& its : b) {
        const auto mine = std::find_if(result.begin(), result.end(), [&](const Mask& mask) { return mask.name == its.name; });
        if (mine == result.end())
            result.push_back(its);
        else if (!mine->values || mine->values != its.values)
            *mine = either(*mine, its, dims);
    }
    return result;
}

std::vector<std::uint8_t> united(const std::vector<Mask>& masks, const Dims& dims) {
    std::vector<std::uint8_t> result(static_cast<std::size_t>(volume(dims)), 0);
    for (const Mask& mask : masks) {
        if (!mask.values) throw Error(ErrorKind::internal, fmt::format("mask '{}' has no values yet.", mask.name));
        const auto stored = mask.values->values<std::uint8_t>();
        std::size_t out = 0;
        walk<1>(dims, {strides_of(mask.values->dims(), dims)}, [&](const std::array<Index, 1>& at) {
            result[out++] |= stored[static_cast<std::size_t>(at[0])];
        });
    }
    return result;
}

std::vector<std::string> joined_tags(const Description& a, const Description& b, const Dims& dims) {
    std::vector<std::string> tags = a.correlated_over;
    tags.insert(tags.end(), b.correlated_over.begin(), b.correlated_over.end());
    add_broadcast(tags, a, dims);
    add_broadcast(tags, b, dims);
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

std::map<std::string, Fact> common_facts(const Description& a, const Description& b) {
    std::map<std::string, Fact> facts;
    for (const auto& [name, fact] : a.facts)
        if (const auto its = b.facts.find(name); its != b.facts.end() && its->second == fact) facts.emplace(name, fact);
    return facts;
}

}  // namespace sluice::container
