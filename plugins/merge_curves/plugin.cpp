// SPDX-License-Identifier: BSD-3-Clause
// The map: two curves, or two series of them, to one. The merged grid is known at plan; units and refusals here too.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>

#include "grid.hpp"
#include "match.hpp"

namespace sluice::merge_curves {
namespace {

constexpr std::array<std::string_view, 3> choices{"both", "first", "second"};  // as the enum Keep
constexpr std::array corrections{"background_subtracted", "transmission_corrected", "thickness_corrected"};

/// As a number or by a step.
bool scale_given(const sdk::Setup& setup) { return setup.parameters().json("scale") != "null"; }

std::vector<double> q_of(const sdk::Setup& setup, const char* port) {
    const auto q = setup.input(port).coordinate("q");
    if (!q)
        throw sdk::RecipeError("coordinate 'q' of input '" + std::string(port) +
                               "' differs between its curves; bring them onto one grid first (interpolate)");
    return q->edges ? numerics::centres(q->values) : q->values;
}

std::string unit_of_q(const sdk::Setup& setup) { return setup.input("first").coordinate_unit("q").value(); }

/// What is the same for all items, and known before there are any.
struct Layout {
    std::vector<double> q_first, q_second;  ///< in the unit of the first
    Range range;
    Grid grid;
};

Layout layout_of(const sdk::Setup& setup) {
    Layout out{q_of(setup, "first"), q_of(setup, "second"), {}, {}};
    const auto unit = unit_of_q(setup);
    const double factor = setup.context().unit_factor(setup.input("second").coordinate_unit("q").value(), unit);
    for (double& q : out.q_second) q *= factor;
    align(out.q_second, out.q_first);
    const auto parameters = setup.parameters();
    const Range window{parameters.optional_number("overlap_from", unit).value_or(-std::numeric_limits<double>::infinity()),
                       parameters.optional_number("overlap_to", unit).value_or(std::numeric_limits<double>::infinity())};
    out.range = overlap(out.q_first, out.q_second, window);
    const auto keep = std::find(choices.begin(), choices.end(), parameters.text("keep")) - choices.begin();
    out.grid = merged_grid(out.q_first, out.q_second, static_cast<Keep>(keep), out.range);
    return out;
}

// ---- refusals

/// The host takes `curve` and `curve2` for different points, as those of q are; those of a series must be the same.
void check_series(const sdk::Setup& setup, const std::string& dim) {
    const auto first = setup.input("first").coordinate(dim), second = setup.input("second").coordinate(dim);
    if (!first || !second) return;
    bool same = first->labels == second->labels && first->edges == second->edges;
    same = same && first->values.size() == second->values.size();
    const double factor = first->labels.empty() && same ? setup.context().unit_factor(second->unit, first->unit) : 1;
    for (std::size_t i = 0; same && i < first->values.size(); ++i) {
        const double a = first->values[i], b = factor * second->values[i];
        same = a == b || std::abs(a - b) <= 1e-9 * std::abs(a);
    }
    if (!same)
        throw sdk::RecipeError("'" + dim + "' differs between the inputs 'first' and 'second': both series must be of the same " +
                               "items in the same order (join, slice, pivot)");
}

void check_dims(const sdk::Probe& probe) {
    auto first = probe.input("first").dims(), second = probe.input("second").dims();
    if (first.back().name != "q" || second.back().name != "q")
        throw sdk::RecipeError(
            "the last dimension of both inputs must be 'q'. Bind others before it: \"core\": {\"curve\": [\"file\", \"q\"], …}");
    first.pop_back();
    second.pop_back();
    const auto same = [](const sdk::DimSize& a, const sdk::DimSize& b) { return a.name == b.name && a.size == b.size; };
    if (!std::equal(first.begin(), first.end(), second.begin(), second.end(), same))
        throw sdk::RecipeError("'curve' and 'curve2' must be bound to the same dimensions, of the same length, before 'q'");
    for (const auto& dim : first) check_series(probe, dim.name);
}

void check_inputs(const sdk::Probe& probe, const Layout& layout) {
    if (probe.input("first").has_variances() != probe.input("second").has_variances())
        throw sdk::RecipeError("one of the inputs 'first' and 'second' has variances, the other has none; give both or neither");
    if (!layout.range.empty() || (scale_given(probe) && !probe.parameters().boolean("fit_offset"))) return;
    std::ostringstream text;
    text << "the curves do not overlap: first has q from " << layout.q_first.front() << " to " << layout.q_first.back()
         << ", second from " << layout.q_second.front() << " to " << layout.q_second.back() << " " << unit_of_q(probe)
         << ". Give a scale, or mend overlap_from and overlap_to.";
    throw sdk::RecipeError(text.str());
}

/// Are the errors of a series not independent, because one background was taken off all of it, say? The host marks the result.
bool errors_shared(const sdk::Setup& setup) {
    bool shared = false;
    for (const char* port : {"first", "second"})
        for (const auto& dim : setup.input(port).correlated_over()) {
            if (dim == "q")
                throw sdk::RecipeError("the variances of input '" + std::string(port) +
                                       "' are correlated over 'q', and the match takes points as independent. Give a scale.");
            shared = true;
        }
    return shared;
}

// ---- descriptions

/// Into the unit of the first; 1 where there is no factor, and then the scale has a unit.
struct Conversion {
    double factor = 1;
    std::string unit_of_scale = "1";
};

Conversion conversion_of(const sdk::Setup& setup) {
    const auto from = setup.input("second").unit(), to = setup.input("first").unit();
    try {
        return {setup.context().unit_factor(from, to), "1"};
    } catch (const sdk::RecipeError&) {  // counts onto 1/cm, say
        return {1, "(" + from + ")/(" + to + ")"};
    }
}

/// The merged curve is only what both are.
void merge_facts(const sdk::Probe& probe, const sdk::OutputDescription& merged) {
    for (const char* fact : corrections)
        if (!probe.input("second").fact(fact)) merged.drop_fact(fact);
    if (probe.input("second").fact("smoothed")) merged.set_fact("smoothed", true);
}

std::vector<std::string> origins(const Grid& grid) {
    std::vector<std::string> names;
    for (const auto& source : grid.sources)
        names.emplace_back(source.second < 0 ? "first" : source.first < 0 ? "second" : "both");
    return names;
}

class MergeCurves : public sdk::Map {
public:
    explicit MergeCurves(const sdk::Setup& setup)
        : layout_(layout_of(setup)), factor_(conversion_of(setup).factor), fit_offset_(setup.parameters().boolean("fit_offset")) {
        if (!scale_given(setup) && errors_shared(setup))
            setup.context().warn(
                "the curves of a series share errors (one array was used for all of them), so that the uncertainty of "
                "their common scale is too small");
    }

    static void probe(const sdk::Probe& probe) {
        check_dims(probe);
        const auto layout = layout_of(probe);
        check_inputs(probe, layout);
        if (!scale_given(probe)) (void)errors_shared(probe);
        const auto n = static_cast<std::int64_t>(layout.grid.q.size());
        const auto merged = probe.output("merged");
        auto dims = probe.input("first").dims();
        dims.back().size = n;
        merged.set_dims(dims);
        merged.set_coordinate("q", {{"q", n}}, unit_of_q(probe), layout.grid.q);
        merged.set_labels("origin", "q", origins(layout.grid));
        merge_facts(probe, merged);
        const auto unit = conversion_of(probe).unit_of_scale;
        probe.output("scale").set_unit(unit);
        probe.output("covariance").set_unit("(" + unit + ")*(" + probe.input("first").unit() + ")");
        probe.output("scale").set_fact("uncertainty_from", scale_given(probe)                     ? "given"
                                                           : probe.input("first").has_variances() ? "propagated"
                                                                                                  : "scatter");
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points, 2 not_matched");
    }

    void run(const sdk::Item& item) const {
        std::vector<double> values(item.values("second").begin(), item.values("second").end());
        std::vector<double> variances(item.variances("second").begin(), item.variances("second").end());
        for (double& value : values) value *= factor_;
        for (double& variance : variances) variance *= factor_ * factor_;
        const Curves first{layout_.q_first, item.values("first"), item.variances("first"), item.mask("first")};
        const Curves second{layout_.q_second, values, variances, item.mask("second")};

        const auto found = match(first, second, {item.number("scale"), fit_offset_, layout_.range});
        merge(first, second, layout_.grid, found, {item.out("merged"), item.out_variances("merged"), item.out_mask("merged")});
        write(item, "scale", found.scale, found.scale_variance);
        write(item, "offset", found.offset, found.offset_variance);
        item.out("covariance")[0] = found.covariance;
        item.out("reduced_chi_square")[0] = found.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = found.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(found.status);
        if (found.status != Status::ok)
            item.context().warn(
                "a second curve could not be brought onto the first one and is masked: see the outputs status and points");
    }

private:
    static void write(const sdk::Item& item, const char* port, double value, double variance) {
        item.out(port)[0] = value;
        item.out_variances(port)[0] = variance;
    }

    Layout layout_;
    double factor_;
    bool fit_offset_;
};

}  // namespace
}  // namespace sluice::merge_curves

SLUICE_PLUGIN(sluice::merge_curves::MergeCurves)
