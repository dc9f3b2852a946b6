// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve into bins. Where the bins come from is here, what falls into them in the kernel.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <sluice/numerics/fail.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::rebin {
namespace {

/// The new bins, and the coordinate that the result gets: their edges, or the points that they lie around.
struct Bins {
    std::vector<double> edges;
    std::vector<double> coordinate;
    bool coordinate_is_edges = true;
    std::string unit;
};

Bins bins_of_input(const sdk::Setup& setup) {
    const auto found = setup.input("onto").coordinate("grid");
    if (!found)
        throw sdk::RecipeError(
            "the points of input 'onto' differ between its items; take one of them first (slice), or give edges, count or step");
    if (!found->labels.empty()) throw sdk::RecipeError("the coordinate of input 'onto' holds labels; numbers are needed");
    const auto& x = found->values;
    for (std::size_t i = 1; i < x.size(); ++i)
        if (!(x[i] > x[i - 1]))
            numerics::fail<sdk::RecipeError>("the points of input 'onto' must increase strictly, but there is ", x[i],
                                             " at index ", i, " after ", x[i - 1], ". Give edges, count or step");
    if (x.size() < 2) throw sdk::RecipeError("input 'onto' has one point, and bins around points need at least 2. Give edges");
    return {found->edges ? x : edges_around(x), x, found->edges, found->unit};
}

struct Range {
    double first, last;
};

/// From the smallest to the largest x of the data.
Range range_of_data(const sdk::Setup& setup, const char* parameter) {
    const auto x = setup.input("data").coordinate("x");
    if (!x) throw sdk::RecipeError("x of the data differs between its items: give " + std::string(parameter));
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const double each : x->values) {  // NaN is in no range
        if (each < range.first) range.first = each;
        if (each > range.last) range.last = each;
    }
    if (range.first > range.last) throw sdk::RecipeError("the data have no points: give " + std::string(parameter));
    return range;
}

Range range_of(const sdk::Setup& setup, double factor) {
    const auto first = setup.parameters().optional_number("first"), last = setup.parameters().optional_number("last");
    return {first ? factor * *first : range_of_data(setup, "first").first,
            last ? factor * *last : range_of_data(setup, "last").last};
}

std::vector<double> edges_of_parameters(const sdk::Setup& setup, const std::string& unit) {
    const auto parameters = setup.parameters();
    const double factor = setup.context().unit_factor(parameters.optional_text("x_unit").value_or(unit), unit);
    if (parameters.json("edges") != "null") {
        auto edges = parameters.numbers("edges");
        for (auto& edge : edges) edge *= factor;
        return edges;
    }
    const auto range = range_of(setup, factor);
    const bool logarithmic = parameters.text("spacing") == "logarithmic";
    if (const auto count = parameters.optional_integer("count"))
        return counted_edges(range.first, range.last, *count, logarithmic);
    return stepped_edges(range.first, range.last, parameters.number("step") * (logarithmic ? 1 : factor), logarithmic);
}

void check_one_choice(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const bool onto = setup.input("onto").present(), edges = parameters.json("edges") != "null",
               count = parameters.optional_integer("count").has_value(), step = parameters.optional_number("step").has_value();
    if ((onto ? 1 : 0) + (edges ? 1 : 0) + (count ? 1 : 0) + (step ? 1 : 0) != 1)
        throw sdk::RecipeError("the new bins come from one of: the input 'onto', edges, count, step; give one");
    if (!count && !step && (parameters.optional_number("first") || parameters.optional_number("last")))
        throw sdk::RecipeError("first and last belong to count or step, of which none is given");
}

Bins bins_of(const sdk::Setup& setup) {
    check_one_choice(setup);
    if (setup.input("onto").present()) return bins_of_input(setup);
    const auto unit = setup.input("data").coordinate_unit("x").value();
    const auto edges = edges_of_parameters(setup, unit);
    for (std::size_t i = 1; i < edges.size(); ++i)
        if (!(edges[i] > edges[i - 1]))
            throw sdk::RecipeError("edges must increase strictly; that at index " + std::to_string(i) + " does not");
    return {edges, edges, true, unit};
}

/// The edges in the unit of x of the data.
std::vector<double> edges_for_data(const sdk::Setup& setup) {
    auto bins = bins_of(setup);
    const double factor = setup.context().unit_factor(bins.unit, setup.input("data").coordinate_unit("x").value());
    for (auto& edge : bins.edges) edge *= factor;
    return bins.edges;
}

Statistic statistic_of(const sdk::Setup& setup) {
    return setup.parameters().text("statistic") == "sum" ? Statistic::sum : Statistic::mean;
}

Weighting weighting_of(const sdk::Setup& setup) {
    if (setup.parameters().text("weights") == "equal") return Weighting::equal;
    if (statistic_of(setup) == Statistic::sum)
        throw sdk::RecipeError("weights = inverse_variance is for a mean; a sum has none. Remove weights");
    if (!setup.input("data").has_variances())
        throw sdk::RecipeError("weights = inverse_variance, but the data have no variances; use equal");
    return Weighting::inverse_variance;
}

class Rebin : public sdk::Map {
public:
    explicit Rebin(const sdk::Setup& setup)
        : edges_(edges_for_data(setup)), statistic_(statistic_of(setup)), weighting_(weighting_of(setup)) {
        const auto x = setup.input("data").coordinate("x");
        if (x && x->edges) data_edges_ = x->values;
    }

    static void probe(const sdk::Probe& probe) {
        weighting_of(probe);
        const auto bins = bins_of(probe);
        const auto n = static_cast<std::int64_t>(bins.edges.size()) - 1;
        for (const auto* port : {"rebinned", "count"}) {
            const auto out = probe.output(port);
            out.set_dims({{"x", n}});
            for (const auto& other : probe.input("data").coordinates())  // they belong to the points of the data
                if (!other.dims.empty() && other.name != "x") out.drop_coordinate(other.name);
            out.set_coordinate("x", {{"x", n + (bins.coordinate_is_edges ? 1 : 0)}}, bins.unit, bins.coordinate,
                               bins.coordinate_is_edges);
        }
    }

    void run(const sdk::Item& item) const {
        const auto x = data_edges_.empty() ? item.coordinate("data", "x") : std::span<const double>(data_edges_);
        rebin({x, item.values("data"), item.variances("data"), item.mask("data")}, edges_, statistic_, weighting_,
              {item.out("rebinned"), item.out_variances("rebinned"), item.out("count"), item.out_mask("rebinned")});
    }

private:
    std::vector<double> edges_;
    Statistic statistic_;
    Weighting weighting_;
    std::vector<double> data_edges_;  ///< of data that are bins, the same for all items; else empty
};

}  // namespace
}  // namespace sluice::rebin

SLUICE_PLUGIN(sluice::rebin::Rebin)
