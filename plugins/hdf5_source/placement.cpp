// SPDX-License-Identifier: BSD-3-Clause
// Along which dimensions of an array a smaller dataset (a coordinate, a mask) lies.
#include "placement.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sluice::hdf5_source {
namespace {

using Indices = std::vector<std::size_t>;
using Shape = std::vector<std::int64_t>;

/// Appends to found every ascending choice of dimensions whose sizes are those of shape; chosen is its beginning.
void extend(const std::vector<NamedSize>& array, const Shape& shape, Indices& chosen, std::vector<Indices>& found) {
    if (chosen.size() == shape.size()) {
        found.push_back(chosen);
        return;
    }
    for (std::size_t i = chosen.empty() ? 0 : chosen.back() + 1; i < array.size(); ++i) {
        if (array[i].size != shape[chosen.size()]) continue;
        chosen.push_back(i);
        extend(array, shape, chosen, found);
        chosen.pop_back();
    }
}

std::vector<Indices> choices(const std::vector<NamedSize>& array, const Shape& shape) {
    std::vector<Indices> found;
    Indices chosen;
    extend(array, shape, chosen, found);
    return found;
}

std::vector<std::string> names_of(const std::vector<NamedSize>& array, const Indices& dims) {
    std::vector<std::string> names;
    for (const std::size_t i : dims) names.push_back(array[i].name);
    return names;
}

template <typename List, typename Text>
std::string joined(const List& list, const Text& text) {
    std::string all;
    for (const auto& each : list) all += (all.empty() ? "" : ", ") + text(each);
    return "[" + all + "]";
}
std::string to_text(const std::vector<std::string>& names) {
    return joined(names, [](const std::string& name) { return name; });
}
std::string to_text(const Shape& shape) {
    return joined(shape, [](std::int64_t size) { return std::to_string(size); });
}
std::string to_text(const std::vector<NamedSize>& array) {
    return joined(array, [](const NamedSize& dim) { return dim.name + ": " + std::to_string(dim.size); });
}

Shape without_ones(Shape shape) {
    std::erase(shape, 1);
    return shape;
}

/// The dims that are meant, if something says so.
std::optional<std::vector<std::string>> meant(const std::vector<NamedSize>& array, const Placed& placed) {
    if (placed.dims) return placed.dims;
    const auto own = [&](const NamedSize& dim) { return dim.name == placed.name; };
    if (without_ones(placed.shape).size() <= 1 && !placed.shape.empty() && std::any_of(array.begin(), array.end(), own))
        return std::vector{placed.name};
    return std::nullopt;
}

/// The ways to look at a shape, best first.
std::vector<std::pair<Shape, Placement>> readings(const Placed& placed) {
    std::vector<std::pair<Shape, Placement>> all;
    for (const bool squeezed : {false, true})
        for (const bool edges : {false, true}) {
            Shape shape = squeezed ? without_ones(placed.shape) : placed.shape;
            if (edges && (!placed.may_be_edges || shape.empty())) continue;
            if (edges) --shape.back();
            all.push_back({shape, {{}, edges, squeezed}});
        }
    return all;
}

}  // namespace

Placement find_placement(const std::vector<NamedSize>& array, const Placed& placed, const std::string& where) {
    const auto names = meant(array, placed);
    for (auto& [shape, placement] : readings(placed)) {
        auto found = choices(array, shape);
        if (names) std::erase_if(found, [&](const Indices& dims) { return names_of(array, dims) != *names; });
        if (found.size() > 1)
            throw std::invalid_argument(where + ": its shape " + to_text(placed.shape) + " fits " +
                                        to_text(names_of(array, found[0])) + " and " + to_text(names_of(array, found[1])) +
                                        ". Say which with \"dims\".");
        if (found.empty()) continue;
        placement.dims = found.front();
        return placement;
    }
    throw std::invalid_argument(where + ": its shape " + to_text(placed.shape) + " does not fit " +
                                (names ? "the dims " + to_text(*names) + " of " : "dimensions of ") + "the array " +
                                to_text(array) + ", in that order.");
}

}  // namespace sluice::hdf5_source
