// SPDX-License-Identifier: BSD-3-Clause
// The outputs of a plugin that fits: numbers with their variances, fitted curves at the points and on a fine axis for figures.
// Header-only; a plugin that includes it links sluice::numerics besides the SDK.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::sdk {

/// One number with its variance: any struct with .value and .variance.
template <class Estimate>
void write(const Item& item, const char* port, const Estimate& estimate) {
    item.out(port)[0] = estimate.value;
    item.out_variances(port)[0] = estimate.variance;
}

/// A fitted curve at each x: anything with .at(x), which gives .value and .variance. Nothing where no one wants it.
template <class Curve>
void write_curve(const Item& item, const char* port, const Curve& curve, std::span<const double> x) {
    if (!item.context().output_wanted(port)) return;
    const auto out = item.out(port), variances = item.out_variances(port);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto there = curve.at(x[i]);
        out[i] = there.value;
        variances[i] = there.variance;
    }
}

/// The coordinate of an input along its core dim, the centres of bins; nothing where it is not known before data is read or
/// differs between items.
inline std::optional<std::vector<double>> known_coordinate(const InputDescription& input, std::string_view name) {
    const auto coordinate = input.coordinate(name);
    if (!coordinate) return std::nullopt;
    return coordinate->edges ? numerics::centres(coordinate->values) : coordinate->values;
}

/// The x of the outputs `fine_curve` and `fine_x` (core curve_x), in equal steps or, logarithmic, in equal ratios, by the
/// parameters `curve_from`, `curve_to` (null: the range of the points; of those above 0 when logarithmic) and `curve_points`.
class FineCurve {
public:
    /// Throws RecipeError when curve_from is not below curve_to, or a logarithmic axis is to begin at 0 or below.
    explicit FineCurve(const Parameters& parameters, bool logarithmic = false)
        : from_(parameters.optional_number("curve_from")),
          to_(parameters.optional_number("curve_to")),
          points_(parameters.integer("curve_points")),
          logarithmic_(logarithmic) {
        if (from_ && to_ && !(*from_ < *to_)) throw RecipeError("curve_from must be below curve_to. Swap the two.");
        if (logarithmic_ && from_ && !(*from_ > 0))
            throw RecipeError("curve_from must be above 0 for logarithmic spacing. Give one, or another spacing.");
    }

    /// The dims of both outputs, the unit of fine_x, and where x is known their axis. known_x: of the points, in `unit`.
    void describe(const Probe& probe, const std::string& unit, const std::optional<std::vector<double>>& known_x) const {
        const auto axis = known_x || (from_ && to_) ? over(known_x.value_or(std::vector<double>())) : std::vector<double>();
        for (const auto* port : {"fine_curve", "fine_x"}) {
            probe.output(port).set_dims({{"curve_x", points_}});
            if (!axis.empty()) probe.output(port).set_coordinate("curve_x", {{"curve_x", points_}}, unit, axis);
        }
        probe.output("fine_x").set_unit(unit);
        probe.output("fine_curve").set_correlated_over("curve_x");
    }

    /// NaN where no x of the points is a number, or they have no range.
    template <class Curve>
    void write(const Item& item, const Curve& curve, std::span<const double> x) const {
        auto fine = over(x);
        if (fine.empty()) fine.assign(static_cast<std::size_t>(points_), std::numeric_limits<double>::quiet_NaN());
        std::copy(fine.begin(), fine.end(), item.out("fine_x").begin());
        write_curve(item, "fine_curve", curve, fine);
    }

private:
    [[nodiscard]] std::vector<double> over(std::span<const double> x) const {
        double first = std::numeric_limits<double>::infinity(), last = -first;
        for (const double each : x)
            if (std::isfinite(each) && (each > 0 || !logarithmic_)) first = std::min(first, each), last = std::max(last, each);
        first = from_.value_or(first);
        last = to_.value_or(last);
        return first < last && std::isfinite(last - first) ? numerics::spaced(first, last, points_, logarithmic_)
                                                           : std::vector<double>();
    }

    std::optional<double> from_, to_;
    std::int64_t points_;
    bool logarithmic_;
};

}  // namespace sluice::sdk
