// SPDX-License-Identifier: BSD-3-Clause
// Along which dimensions of an array a smaller dataset (a coordinate, a mask) lies.
#include "placement.hpp"

#include <algorithm>
#include <stdexcept>

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

/// Keeps what the user means: the dims given, or the dimension of the dataset's own name.
void keep_meant(std::vector<Indices>& found, const std::vector<NamedSize>& array, const Placed& placed) {
  const auto keep = [&](const std::vector<std::string>& names) {
    std::erase_if(found, [&](const Indices& dims) { return names_of(array, dims) != names; });
  };
  const auto own_name = [&](const Indices& dims) { return names_of(array, dims) == std::vector{placed.name}; };
  if (placed.dims) keep(*placed.dims);
  else if (std::any_of(found.begin(), found.end(), own_name)) keep({placed.name});
}

}  // namespace

Placement find_placement(const std::vector<NamedSize>& array, const Placed& placed, const std::string& where) {
  for (const bool edges : {false, true}) {
    if (edges && (!placed.may_be_edges || placed.shape.empty())) break;
    Shape shape = placed.shape;
    if (edges) --shape.back();
    auto found = choices(array, shape);
    keep_meant(found, array, placed);
    if (found.size() == 1) return {found.front(), edges};
    if (found.size() > 1)
      throw std::invalid_argument(where + ": its shape " + to_text(placed.shape) + " fits " +
                                  to_text(names_of(array, found[0])) + " and " + to_text(names_of(array, found[1])) +
                                  ". Say which with \"dims\".");
  }
  throw std::invalid_argument(where + ": its shape " + to_text(placed.shape) + " does not fit " +
                              (placed.dims ? "the dims " + to_text(*placed.dims) + " of " : "dimensions of ") + "the array " +
                              to_text(array) + ", in that order.");
}

}  // namespace sluice::hdf5_source
