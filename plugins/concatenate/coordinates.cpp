// SPDX-License-Identifier: BSD-3-Clause
// Equal coordinates stay, others follow one another.
#include "coordinates.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace sluice::concatenate {
namespace {

std::string text_of(double number) {
    std::ostringstream text;
    text.precision(10);
    text << number;
    return text.str();
}

/// NaN and infinity are near to themselves only.
bool near(double a, double b) {
    if (!std::isfinite(a) || !std::isfinite(b)) return a == b || (std::isnan(a) && std::isnan(b));
    return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

bool along_it(const Coordinate& coordinate, const std::string& along) { return position(coordinate.dims, along) >= 0; }

bool equal(const Coordinate& a, const Coordinate& b) {
    return a.dims == b.dims && a.edges == b.edges && a.labels == b.labels &&
           std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(), near);
}

void check_kinds(const std::string& name, const std::vector<Part>& parts, const std::vector<Coordinate>& own) {
    for (std::size_t p = 1; p < own.size(); ++p)
        if (own[p].labels.empty() != own[0].labels.empty())
            throw std::invalid_argument("the coordinate '" + name + "' is " + (own[0].labels.empty() ? "numbers" : "labels") +
                                        " in the input '" + parts[0].name + "' and " +
                                        (own[p].labels.empty() ? "numbers" : "labels") + " in the input '" + parts[p].name + "'");
}

/// The axis of another dim holds for all parts, or there is no common grid.
void check_axis(const std::string& name, const std::vector<Part>& parts, const std::vector<Coordinate>& own) {
    for (std::size_t p = 1; p < own.size(); ++p)
        if (!equal(own[0], own[p]))
            throw std::invalid_argument("'" + name + "' differs between the input '" + parts[0].name + "' and the input '" +
                                        parts[p].name + "'. Bring both onto one grid first (interpolate)");
}

Coordinate centres(const Coordinate& edges) {
    Coordinate out;
    out.dims = edges.dims;
    --out.dims.back().size;
    for (std::size_t i = 1; i < edges.numbers.size(); ++i) out.numbers.push_back((edges.numbers[i - 1] + edges.numbers[i]) / 2);
    return out;
}

std::optional<Coordinate> join_edges(const std::vector<Coordinate>& own) {
    Coordinate out = own.front();
    out.integers.clear();
    for (std::size_t p = 1; p < own.size(); ++p) {
        if (!own[p].edges || !own[0].edges || !near(out.numbers.back(), own[p].numbers.front())) return std::nullopt;
        out.numbers.insert(out.numbers.end(), own[p].numbers.begin() + 1, own[p].numbers.end());
    }
    out.dims[0].size = static_cast<std::ptrdiff_t>(out.numbers.size());
    return out;
}

/// The dims of all, in the order of the first part.
Dims dims_of_all(const std::vector<Part>& parts, const std::vector<Coordinate>& own, const std::string& along,
                 std::ptrdiff_t length) {
    Dims out;
    for (const auto& dim : parts.front().dims) {
        const bool used = dim.name == along ||
                          std::any_of(own.begin(), own.end(), [&](const Coordinate& each) { return along_it(each, dim.name); });
        if (used) out.push_back({dim.name, dim.name == along ? length : dim.size});
    }
    return out;
}

template <class T>
void move_all(const std::vector<Move>& moves, const std::vector<T>& from, std::vector<T>& to) {
    for (const auto& move : moves) to[static_cast<std::size_t>(move.to)] = from[static_cast<std::size_t>(move.from)];
}

Coordinate join_points(const std::vector<Part>& parts, const std::vector<Coordinate>& own, const std::string& along) {
    const auto size = [&](const Part& part) { return part.dims[static_cast<std::size_t>(position(part.dims, along))].size; };
    std::ptrdiff_t length = 0, offset = 0;
    for (const auto& part : parts) length += size(part);
    Coordinate out;
    out.dims = dims_of_all(parts, own, along, length);
    const auto n = static_cast<std::size_t>(count(out.dims));
    const bool labels = !own.front().labels.empty();
    const bool whole = std::all_of(own.begin(), own.end(), [](const Coordinate& each) { return !each.integers.empty(); });
    if (labels)
        out.labels.resize(n);
    else
        out.numbers.resize(n);
    if (whole) out.integers.resize(n);
    for (std::size_t p = 0; p < parts.size(); offset += size(parts[p]), ++p) {
        const auto all = moves(own[p].dims, out.dims, along, offset, size(parts[p]));
        if (labels)
            move_all(all, own[p].labels, out.labels);
        else
            move_all(all, own[p].numbers, out.numbers);
        if (whole) move_all(all, own[p].integers, out.integers);
    }
    return out;
}

}  // namespace

std::optional<Coordinate> join(const std::string& name, const std::vector<Part>& parts, const std::vector<Coordinate>& own,
                               const std::string& along) {
    check_kinds(name, parts, own);
    const bool lies_along = std::any_of(own.begin(), own.end(), [&](const Coordinate& each) { return along_it(each, along); });
    if (!lies_along) {
        const bool axis = position(parts.front().dims, name) >= 0;
        if (axis) check_axis(name, parts, own);
        if (std::all_of(own.begin(), own.end(), [&](const Coordinate& each) { return equal(own[0], each); })) return own.front();
    }
    std::vector<Coordinate> points = own;
    for (auto& each : points) {
        if (!each.edges) continue;
        if (each.dims.size() != 1 || each.dims[0].name != along) return std::nullopt;
        each = centres(each);
    }
    if (own.front().edges)
        if (auto edges = join_edges(own)) return edges;
    auto joined = join_points(parts, points, along);
    if (!joined.labels.empty() && joined.dims.size() != 1) return std::nullopt;  // labels lie along one dimension
    return joined;
}

void check_increasing(const std::string& name, const Coordinate& coordinate) {
    if (!coordinate.labels.empty()) throw std::domain_error("the coordinate '" + name + "' is labels, which do not increase");
    for (std::size_t i = 1; i < coordinate.numbers.size(); ++i)
        if (!(coordinate.numbers[i] > coordinate.numbers[i - 1]))
            throw std::domain_error("the coordinate '" + name + "' must increase strictly, but has " +
                                    text_of(coordinate.numbers[i]) + " at index " + std::to_string(i) + " after " +
                                    text_of(coordinate.numbers[i - 1]) +
                                    ". Put the parts in their order, or leave 'increasing' out");
}

}  // namespace sluice::concatenate
