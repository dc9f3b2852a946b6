// SPDX-License-Identifier: BSD-3-Clause
// The x of points that a line is fitted to, for plugins with the inputs `data` (core x, coordinate x not required) and, in place
// of that coordinate, `abscissa` (core x), and the parameters `x_unit` and `allow_correlated`.
// Header-only; a plugin that includes it links sluice::numerics besides the SDK.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::sdk {

class PointsToFit {
public:
    /// Throws RecipeError where the points have no x, and where their variances are correlated over x unless that is allowed.
    explicit PointsToFit(const Setup& setup) : has_abscissa_(setup.input("abscissa").present()) {
        const auto own = has_abscissa_ ? setup.input("abscissa").unit() : unit_of_coordinate(setup);
        unit_ = setup.parameters().optional_text("x_unit").value_or(own);
        factor_ = own == unit_ ? 1 : setup.context().unit_factor(own, unit_);   // a unit with an offset, degC, is at least itself
        const auto data = setup.input("data");
        const auto over = data.correlated_over();
        const bool correlated = std::find(over.begin(), over.end(), "x") != over.end();
        if (correlated && !setup.parameters().boolean("allow_correlated"))
            throw RecipeError("the variances of input 'data' are correlated over x (its points share an uncertain number), so the "
                              "uncertainties of a fit would be too small. Set allow_correlated to take the points as independent all "
                              "the same.");
        if (data.has_variances()) uncertainty_from_ = correlated ? "propagated, correlations ignored" : "propagated";
    }

    /// The x of the points of an item, in unit(); NaN where an abscissa is masked.
    [[nodiscard]] std::vector<double> x(const Item& item) const {
        const auto given = has_abscissa_ ? item.values("abscissa") : item.coordinate("data", "x");
        std::vector<double> out(given.begin(), given.end());
        for (double& each : out) each *= factor_;
        if (!has_abscissa_) return out;
        const auto masked = item.mask("abscissa");
        for (std::size_t i = 0; i < masked.size(); ++i)
            if (masked[i] != 0) out[i] = std::numeric_limits<double>::quiet_NaN();
        return out;
    }

    /// That of all items, where it is known before data is read.
    [[nodiscard]] std::optional<std::vector<double>> known_x(const Probe& probe) const {
        auto x = has_abscissa_ ? std::nullopt : known_coordinate(probe.input("data"), "x");
        if (x)
            for (double& each : *x) each *= factor_;
        return x;
    }

    [[nodiscard]] bool has_abscissa() const { return has_abscissa_; }
    /// The parameter x_unit, else the unit that x has.
    [[nodiscard]] const std::string& unit() const { return unit_; }
    /// From the unit that x has to unit().
    [[nodiscard]] double factor() const { return factor_; }
    /// A fact for the results: "scatter" of the points without variances, else "propagated".
    [[nodiscard]] const std::string& uncertainty_from() const { return uncertainty_from_; }

private:
    static std::string unit_of_coordinate(const Setup& setup) {
        const auto unit = setup.input("data").coordinate_unit("x");
        if (!unit)
            throw RecipeError("the data has no coordinate along its dimension x, and no input 'abscissa' is connected. Give the x of "
                              "the points by one of the two.");
        return *unit;
    }

    bool has_abscissa_;
    std::string unit_, uncertainty_from_ = "scatter";
    double factor_ = 1;
};

}  // namespace sluice::sdk
