// SPDX-License-Identifier: BSD-3-Clause
// The map: keys of items, from inputs or coordinates, to the axes of the table; values of items to its cells.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::pivot {
namespace {

bool along_items(const sdk::SmallArray& coordinate) {
    return coordinate.dims.size() == 1 && coordinate.dims[0].name == "item" && !coordinate.edges;
}

/// How the plugin meets a coordinate: that of the dimension of the items has the plugin's name of it.
std::string own_name(const sdk::Setup& setup, const std::string& name) {
    return name == setup.parameters().text("dim") ? "item" : name;
}

std::string coordinates_there_are(const sdk::Setup& setup) {
    std::string names;
    for (const auto& each : setup.input("data").coordinates())
        if (along_items(each))
            names += (names.empty() ? "" : ", ") + (each.name == "item" ? setup.parameters().text("dim") : each.name);
    return names.empty() ? "it has none there" : "there are: " + names;
}

/// The key of a port, else the coordinate of that name.
Key key_of(const sdk::Setup& setup, const std::string& port, const std::string& name) {
    if (const auto given = setup.input(port).values()) return {name, given->unit, given->values, {}};
    const auto found = setup.input("data").coordinate(own_name(setup, name));
    if (!found || !along_items(*found))
        throw sdk::RecipeError("there is no key '" + name + "': connect the input '" + port +
                               "', or give the data a coordinate '" + name + "' along '" + setup.parameters().text("dim") +
                               "' (" + coordinates_there_are(setup) + ")");
    return {name, found->unit, found->values, found->labels};
}

/// Masked keys; and an item that is masked for good needs no key.
std::vector<std::uint8_t> left_out(const sdk::Setup& setup, const std::string& port, const Key& key) {
    std::vector<std::uint8_t> out(static_cast<std::size_t>(key.size()), 0);
    if (const auto mask = setup.input(port).mask())
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = mask->values[i] != 0 ? 1 : 0;
    if (const auto mask = setup.input("data").mask(); mask && key.labels.empty())
        for (std::size_t i = 0; i < out.size(); ++i)
            if (mask->values[i] != 0 && key.numbers[i] != key.numbers[i]) out[i] = 1;
    return out;
}

struct Side {
    std::string dim;  ///< the plugin's name
    Key key;
    Axis axis;
};

Side side_of(const sdk::Setup& setup, const std::string& dim, const std::string& port, const std::string& name) {
    Side side{dim, key_of(setup, port, name), {}};
    side.axis = axis_of(side.key, setup.parameters().number(dim + "_tolerance"), left_out(setup, port, side.key));
    return side;
}

struct Sides {
    Side row;
    std::optional<Side> column;
    Grid grid;
};

Sides sides_of(const sdk::Setup& setup) {
    const auto column = setup.parameters().optional_text("column");
    if (!column && setup.input("columns").present())
        throw sdk::RecipeError("the input 'columns' is connected, but 'column' names no dimension for it");
    Sides sides{side_of(setup, "row", "rows", setup.parameters().text("row")), std::nullopt, {}};
    if (column) sides.column = side_of(setup, "column", "columns", *column);
    const Axis* axis = sides.column ? &sides.column->axis : nullptr;
    sides.grid = lay_out(sides.row.axis, axis);
    if (setup.parameters().text("duplicates") == "error")
        refuse_duplicates(sides.grid, sides.row.key, sides.row.axis, sides.column ? &sides.column->key : nullptr, axis);
    return sides;
}

void set_axis(const sdk::OutputDescription& output, const Side& side) {
    if (side.axis.labels.empty())
        output.set_coordinate(side.dim, {{side.dim, side.axis.size()}}, side.key.unit, side.axis.numbers);
    else
        output.set_labels(side.dim, side.dim, side.axis.labels);
}

template <class T>
std::vector<T> picked(const std::vector<T>& entries, const std::vector<std::ptrdiff_t>& at) {
    std::vector<T> out;
    for (const auto i : at) out.push_back(entries[static_cast<std::size_t>(i)]);
    return out;
}

/// A coordinate that is the same for all items of a row (column) is one of the rows (columns). False: it is not.
bool hand_on(const sdk::OutputDescription& output, const sdk::SmallArray& each, const Side& side) {
    const auto at = each.labels.empty() ? speakers(side.axis, each.values) : speakers(side.axis, each.labels);
    if (at.empty()) return false;
    if (!each.labels.empty())
        output.set_labels(each.name, side.dim, picked(each.labels, at));
    else if (!each.integers.empty())
        output.set_coordinate(each.name, {{side.dim, side.axis.size()}}, each.unit, picked(each.integers, at));
    else
        output.set_coordinate(each.name, {{side.dim, side.axis.size()}}, each.unit, picked(each.values, at));
    return true;
}

void describe(const sdk::Probe& probe, const Sides& sides) {
    const auto output = probe.output("table");
    std::vector<sdk::DimSize> dims{{"row", sides.grid.rows}};
    if (sides.column) dims.push_back({"column", sides.grid.columns});
    output.set_dims(dims);
    set_axis(output, sides.row);
    if (sides.column) set_axis(output, *sides.column);
    for (const auto& each : probe.input("data").coordinates()) {
        if (!along_items(each) || each.name == "item" || each.name == sides.row.key.name ||
            (sides.column && each.name == sides.column->key.name))
            continue;
        if (!hand_on(output, each, sides.row) && sides.column) hand_on(output, each, *sides.column);
    }
    if (!probe.input("data").correlated_over().empty())
        for (const auto& dim : dims) output.set_correlated_over(dim.name);
}

class Pivot : public sdk::Map {
public:
    explicit Pivot(const sdk::Setup& setup)
        : grid_(sides_of(setup).grid),
          first_(first_items(grid_)),
          dtype_(setup.input("data").dtype()),
          means_(setup.parameters().text("duplicates") == "mean") {}

    static void probe(const sdk::Probe& probe) {
        describe(probe, sides_of(probe));
        if (probe.parameters().text("duplicates") == "mean") probe.output("table").set_dtype(SLUICE_FLOAT64);
    }

    void run(const sdk::Item& item) const {
        sdk::with_dtype(dtype_, [&](auto zero) {
            using T = decltype(zero);
            if (means_)
                average_items<T>(item);
            else
                move_items<T>(item);
        });
    }

private:
    template <class T>
    void average_items(const sdk::Item& item) const {
        const auto given = item.values<T>("data");
        const std::vector<double> values(given.begin(), given.end());
        average(grid_, {values, item.variances("data"), item.mask("data")},
                {item.out("table"), item.out_variances("table"), item.out_mask("table")});
    }

    template <class T>
    void move_items(const sdk::Item& item) const {
        const auto values = item.values<T>("data");
        const auto variances = item.variances("data");
        const auto mask = item.mask("data");
        const auto out = item.out<T>("table");
        const auto out_variances = item.out_variances("table");
        const auto out_mask = item.out_mask("table");
        for (std::size_t cell = 0; cell < first_.size(); ++cell) {
            const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first_[cell], 0));
            const bool absent = first_[cell] < 0;
            out[cell] = absent ? nothing<T>() : values[from];
            if (!out_variances.empty()) out_variances[cell] = absent ? nothing<double>() : variances[from];
            out_mask[cell] = absent || (!mask.empty() && mask[from] != 0) ? 1 : 0;
        }
    }
    template <class T>
    static T nothing() {
        if constexpr (std::is_floating_point_v<T>)
            return std::numeric_limits<T>::quiet_NaN();
        else
            return T{};
    }

    Grid grid_;
    std::vector<std::ptrdiff_t> first_;
    std::int32_t dtype_;
    bool means_;
};

}  // namespace
}  // namespace sluice::pivot

SLUICE_PLUGIN(sluice::pivot::Pivot)
