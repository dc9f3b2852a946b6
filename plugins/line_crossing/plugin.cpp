// SPDX-License-Identifier: BSD-3-Clause
// The map: two curves to the crossing of their lines. Units and the window here, the lines in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::line_crossing {
namespace {

/// Factor from one unit to another; a unit with an offset, degC, is at least itself.
double factor(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return from == to ? 1 : setup.context().unit_factor(from, to);
}

/// What the second line is: null when it is the input.
std::optional<double> level_of(const sdk::Setup& setup) {
    const auto level = setup.parameters().optional_number("level");
    if (level.has_value() == setup.input("second").present())
        throw sdk::RecipeError(level ? "both an input 'second' and a level are given. Remove one of them."
                                     : "there is nothing to cross: connect the input 'second', or give a level.");
    return level;
}

std::string unit_of_x(const sdk::Setup& setup) {
    return setup.input("first").coordinate_unit("x").value();  // plugin.json requires it
}

Window window_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = unit_of_x(setup);
    const double to_x = factor(setup, parameters.optional_text("x_unit").value_or(unit), unit);
    Window window;
    if (const auto from = parameters.optional_number("from")) window.from = to_x * *from;
    if (const auto to = parameters.optional_number("to")) window.to = to_x * *to;
    return window;
}

/// A limit of the window that comes with each item, if the recipe connects it.
struct Limit {
    const char* port;
    bool present;
    double to_x = 1;

    Limit(const sdk::Setup& setup, const char* input, const char* parameter)
        : port(input), present(setup.input(input).present()) {
        if (!present) return;
        if (setup.parameters().optional_number(parameter))
            throw sdk::RecipeError(std::string("the input '") + input + "' and the parameter '" + parameter +
                                   "' are both given. Remove one of them.");
        to_x = factor(setup, setup.input(input).unit(), unit_of_x(setup));
    }
    [[nodiscard]] double value(const sdk::Item& item, double otherwise) const {
        if (!present) return otherwise;
        const auto mask = item.mask(port);
        return !mask.empty() && mask[0] != 0 ? std::numeric_limits<double>::quiet_NaN() : to_x * item.values(port)[0];
    }
};

class LineCrossing : public sdk::Map {
public:
    explicit LineCrossing(const sdk::Setup& setup)
        : level_(level_of(setup)), window_(window_of(setup)), begin_(setup, "begin", "from"), end_(setup, "end", "to") {
        if (!level_) y_factor_ = factor(setup, setup.input("second").unit(), setup.input("first").unit());
    }

    static void probe(const sdk::Probe& probe) {
        const auto level = level_of(probe);
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points, 2 not_determined");
        const bool first = probe.input("first").has_variances();
        const bool both = first && (level || probe.input("second").has_variances());
        const bool none = !first && (level || !probe.input("second").has_variances());
        for (const auto* port : {"crossing", "value", "slope_difference"}) {
            probe.output(port).set_fact("uncertainty_from", both ? "propagated" : none ? "scatter" : "propagated and scatter");
            if (level) probe.output(port).set_fact("level", *level, probe.input("first").unit());
        }
        for (const auto* port : {"first_line", "second_line"}) probe.output(port).set_correlated_over("x");
    }

    void run(const sdk::Item& item) const {
        const auto x = item.coordinate("first", "x");
        const Points first{x, item.values("first"), item.variances("first"), item.mask("first")};
        const auto result = level_ ? crossing(first, *level_, window(item)) : with_second(item, first);
        write(item, "crossing", result.crossing);
        write(item, "value", result.value);
        write(item, "slope_difference", result.difference);
        item.out("lower")[0] = result.lower;
        item.out("upper")[0] = result.upper;
        item.out<std::int8_t>("extrapolated")[0] = result.extrapolated ? 1 : 0;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        write(item, "first", result.first);
        write(item, "second", result.second);
        if (level_) std::fill(item.out("second_line").begin(), item.out("second_line").end(), *level_);
        if (level_) std::fill(item.out_variances("second_line").begin(), item.out_variances("second_line").end(), 0.0);
        warn(item.context(), result);
    }

private:
    static void write(const sdk::Item& item, const std::string& port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        item.out_variances(port)[0] = estimate.variance;
    }
    static void write(const sdk::Item& item, const std::string& which, const Line& line) {
        write(item, which + "_intercept", line.intercept);
        write(item, which + "_slope", line.slope);
        item.out(which + "_chi_square")[0] = line.reduced_chi_square;
        item.out<std::int64_t>(which + "_points")[0] = line.points;
        std::copy(line.curve.begin(), line.curve.end(), item.out(which + "_line").begin());
        std::copy(line.curve_variances.begin(), line.curve_variances.end(), item.out_variances(which + "_line").begin());
    }
    static void warn(const sdk::Context& context, const Result& result) {
        if (result.status == Status::too_few_points)
            context.warn("a line has too few points in the window, so there is no crossing: see the output status");
        if (result.status == Status::not_determined)
            context.warn("two lines are parallel within their errors, so there is no crossing: see the output slope_difference");
        if (result.extrapolated)
            context.warn(
                "a crossing lies outside of the points of its lines: it holds if they go on straight; see the output "
                "extrapolated");
    }

    /// A number that is masked or NaN leaves no points, nor does a window of an item that ends before it begins.
    [[nodiscard]] Window window(const sdk::Item& item) const {
        const Window all{begin_.value(item, window_.from), end_.value(item, window_.to)};
        const double nowhere = std::numeric_limits<double>::infinity();
        const bool empty = (begin_.present || end_.present) && !(all.from <= all.to);  // NaN too
        return empty ? Window{nowhere, nowhere} : all;
    }

    [[nodiscard]] Result with_second(const sdk::Item& item, const Points& first) const {
        const auto values = item.values("second"), variances = item.variances("second");
        std::vector<double> y(values.begin(), values.end()), y_variances(variances.begin(), variances.end());
        for (double& each : y) each *= y_factor_;
        for (double& each : y_variances) each *= y_factor_ * y_factor_;
        return crossing(first, Points{first.x, y, y_variances, item.mask("second")}, window(item));
    }

    std::optional<double> level_;
    Window window_;
    Limit begin_, end_;
    double y_factor_ = 1;  ///< from the unit of the second curve to that of the first
};

}  // namespace
}  // namespace sluice::line_crossing

SLUICE_PLUGIN(sluice::line_crossing::LineCrossing)
