// SPDX-License-Identifier: BSD-3-Clause
// The map: chooses a range; the host cuts.
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::slice {
namespace {

Dimension find_dimension(const sdk::InputDescription& data, const std::string& name) {
    std::string known;
    for (const auto& dim : data.dims()) {
        if (dim.name == name) return {dim.name, dim.size};
        known += (known.empty() ? "" : ", ") + dim.name;
    }
    throw sdk::RecipeError("dim = '" + name + "', but the data has " + (known.empty() ? "no dimensions" : "the dimensions " + known));
}

/// One value per element: bins count with their centres.
std::vector<double> element_values(const sdk::SmallArray& coordinate, const Dimension& dimension) {
    const bool on_dimension = coordinate.dims.size() == 1 && coordinate.dims[0].name == dimension.name;
    if (!on_dimension || !coordinate.labels.empty())
        throw sdk::RecipeError("coordinate '" + coordinate.name + "' is no number for each element of '" + dimension.name + "': cut by begin and end");
    if (!coordinate.edges) return coordinate.values;
    std::vector<double> centres;
    for (std::size_t i = 1; i < coordinate.values.size(); ++i)
        centres.push_back(0.5 * (coordinate.values[i - 1] + coordinate.values[i]));
    return centres;
}

Range range_by_value(const sdk::Probe& probe, const sdk::InputDescription& data, const Dimension& dimension) {
    const auto parameters = probe.parameters();
    const auto name = parameters.optional_text("coordinate").value_or(dimension.name);
    auto found = data.coordinate(name);
    if (!found) throw sdk::RecipeError("the data has no coordinate '" + name + "' for from and to: name one, or cut by begin and end");
    found->name = name;
    auto values = element_values(*found, dimension);
    const auto unit = parameters.optional_text("unit").value_or(found->unit);
    if (unit != found->unit) {
        const double factor = probe.context().unit_factor(found->unit, unit);
        for (auto& value : values) value *= factor;
    }
    return by_value(dimension, {name, unit, values}, parameters.optional_number("from"), parameters.optional_number("to"),
                    parameters.integer("step"));
}

Range choose(const sdk::Probe& probe, const sdk::InputDescription& data, const Dimension& dimension) {
    const auto parameters = probe.parameters();
    const auto index = parameters.optional_integer("index"), begin = parameters.optional_integer("begin"),
               end = parameters.optional_integer("end");
    const bool by_values = parameters.optional_number("from") || parameters.optional_number("to");
    const bool by_indices = begin || end;
    if (!by_values && (parameters.optional_text("unit") || parameters.optional_text("coordinate")))
        throw sdk::RecipeError("'unit' and 'coordinate' belong to 'from' and 'to', of which neither is given");
    if ((index.has_value() ? 1 : 0) + (by_indices ? 1 : 0) + (by_values ? 1 : 0) > 1)
        throw sdk::RecipeError("give one of: index; begin and end; from and to");
    if (index) return one_element(dimension, *index);
    return by_values ? range_by_value(probe, data, dimension)
                     : by_index(dimension, begin, end, parameters.integer("step"));
}

class Slice : public sdk::Map {
public:
    explicit Slice(const sdk::Setup&) {}

    static void probe(const sdk::Probe& probe) {
        const auto data = probe.input("data");
        const auto dimension = find_dimension(data, probe.parameters().text("dim"));
        const auto range = choose(probe, data, dimension);
        probe.output("data").select(dimension.name, range.begin, range.step, range.count);
        probe.context().resolved("begin", std::to_string(range.begin));
        probe.context().resolved("count", std::to_string(range.count));
    }
};

}  // namespace
}  // namespace sluice::slice

SLUICE_PLUGIN(sluice::slice::Slice)
