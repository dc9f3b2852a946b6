// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve onto other points. Where these come from is here, what they get in numerics/interpolation.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/interpolation.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::interpolate {
namespace {

using numerics::centres;
using numerics::Gaps;
using numerics::Interpolation;
using numerics::Interpolator;
using numerics::Outside;
using numerics::usable_points;
using Options = numerics::InterpolationOptions;

/// The new points, and the coordinate that the result gets: the same, unless these are the centres of bins.
struct Grid {
    std::vector<double> points;
    std::vector<double> coordinate;
    bool edges = false;
    std::string unit;
};

Grid grid_of_input(const sdk::Setup& setup) {
    const auto found = setup.input("onto").coordinate("new_abscissa");
    if (!found)
        throw sdk::RecipeError(
            "the points of input 'onto' differ between its items; take one of them first (slice), or give count or points");
    if (!found->labels.empty()) throw sdk::RecipeError("the coordinate of input 'onto' holds labels; numbers are needed");
    return {found->edges ? centres(found->values) : found->values, found->values, found->edges, found->unit};
}

/// The smallest (sign 1) or largest (-1) x of the data.
double end_of(const sdk::Setup& setup, const char* parameter, double sign) {
    const auto x = setup.input("data").coordinate("abscissa");
    if (!x) throw sdk::RecipeError("x of the data differs between its items: give " + std::string(parameter));
    const auto values = x->edges ? centres(x->values) : x->values;
    double end = values.at(0);
    for (const double each : values)
        if (sign * each < sign * end) end = each;
    return end;
}

std::vector<double> listed(const sdk::Setup& setup, double factor) {
    auto points = setup.parameters().numbers("points");
    for (auto& point : points) point *= factor;
    for (std::size_t i = 1; i < points.size(); ++i)
        if (!(points[i] > points[i - 1]))
            throw sdk::RecipeError("points must increase strictly; that at index " + std::to_string(i) + " does not");
    return points;
}

std::vector<double> counted(const sdk::Setup& setup, double factor) {
    const auto parameters = setup.parameters();
    const auto first = parameters.optional_number("first"), last = parameters.optional_number("last");
    const double begin = first ? factor * *first : end_of(setup, "first", 1),
                 end = last ? factor * *last : end_of(setup, "last", -1);
    return numerics::spaced(begin, end, parameters.optional_integer("count").value(),
                            parameters.text("spacing") == "logarithmic");
}

void check_one_grid(const sdk::Setup& setup) {
    const bool onto = setup.input("onto").present(), points = setup.parameters().json("points") != "null",
               count = setup.parameters().optional_integer("count").has_value();
    if ((onto ? 1 : 0) + (points ? 1 : 0) + (count ? 1 : 0) != 1)
        throw sdk::RecipeError(
            "the new points come from one of: the input 'onto', points, count (with first and last); give one");
    if (!count && (setup.parameters().optional_number("first") || setup.parameters().optional_number("last")))
        throw sdk::RecipeError("first and last belong to count, which is not given");
}

Grid grid_of(const sdk::Setup& setup) {
    check_one_grid(setup);
    if (setup.input("onto").present()) return grid_of_input(setup);
    const auto unit = setup.input("data").coordinate_unit("abscissa").value();
    const double factor = setup.context().unit_factor(setup.parameters().optional_text("x_unit").value_or(unit), unit);
    const auto points = setup.parameters().optional_integer("count") ? counted(setup, factor) : listed(setup, factor);
    return {points, points, false, unit};
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    return {parameters.text("method") == "cubic" ? Interpolation::cubic : Interpolation::linear,
            parameters.text("outside") == "extrapolate" ? Outside::extrapolate : Outside::mask,
            parameters.text("gaps") == "bridge" ? Gaps::bridge : Gaps::mask};
}

/// The new points in the unit of x of the data.
std::vector<double> points_for_data(const sdk::Setup& setup) {
    auto grid = grid_of(setup);
    const double factor = setup.context().unit_factor(grid.unit, setup.input("data").coordinate_unit("abscissa").value());
    for (auto& point : grid.points) point *= factor;
    return grid.points;
}

class Interpolate : public sdk::Map {
public:
    explicit Interpolate(const sdk::Setup& setup) : points_(points_for_data(setup)), options_(options_of(setup)) {
        const auto x = setup.input("data").coordinate("abscissa");
        if (!x) return;
        x_ = x->edges ? centres(x->values) : x->values;
        std::vector<std::uint8_t> usable(x_.size(), 1);
        if (const auto mask = setup.input("data").mask())
            for (std::size_t i = 0; i < usable.size(); ++i) usable[i] = mask->values[i] == 0 ? 1 : 0;
        common_.emplace(x_, usable, points_, options_);
        warn_if_finer(setup);
    }

    static void probe(const sdk::Probe& probe) {
        const auto grid = grid_of(probe);
        const auto n = static_cast<std::int64_t>(grid.points.size());
        const auto out = probe.output("interpolated");
        out.set_dims({{"abscissa", n}});
        for (const auto& other : probe.input("data").coordinates())  // they belong to the points of the data
            if (!other.dims.empty() && other.name != "abscissa") out.drop_coordinate(other.name);
        out.set_coordinate("abscissa", {{"abscissa", n + (grid.edges ? 1 : 0)}}, grid.unit, grid.coordinate, grid.edges);
        out.set_fact("interpolated", true);
        probe.needs_prepared(n * (options_of(probe).method == Interpolation::cubic ? 1000 : 48));
    }

    void run(const sdk::Item& item) const {
        const auto usable = usable_points(item.values("data"), item.mask("data"));
        if (common_ && usable == common_->usable()) return apply(*common_, item);  // so for all items without holes
        apply(Interpolator(item.coordinate("data", "abscissa"), usable, points_, options_), item);
    }

private:
    static void apply(const Interpolator& of, const sdk::Item& item) {
        of.apply(item.values("data"), item.variances("data"), item.out("interpolated"), item.out_variances("interpolated"),
                 item.out_mask("interpolated"));
    }

    void warn_if_finer(const sdk::Setup& setup) const {
        if (!setup.input("data").has_variances() || x_.empty()) return;
        const auto ends = std::minmax_element(x_.begin(), x_.end());
        const auto inside =
            std::count_if(points_.begin(), points_.end(), [&](double g) { return g >= *ends.first && g <= *ends.second; });
        if (inside > static_cast<std::ptrdiff_t>(x_.size()))
            setup.context().warn(
                "there are more new points than points of the data: neighbouring ones are made of the same data, so their "
                "uncertainties are right one by one, but not independent; fits and means of them look more certain than they "
                "are");
    }

    std::vector<double> points_, x_;
    Options options_;
    std::optional<Interpolator> common_;  ///< when x is the same for all items
};

}  // namespace
}  // namespace sluice::interpolate

SLUICE_PLUGIN(sluice::interpolate::Interpolate)
