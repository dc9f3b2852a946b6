// SPDX-License-Identifier: BSD-3-Clause
// The map: a series to its changes. Which condition is the reference is found here, the errors in the kernel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/units.hpp>

#include "kernel.hpp"

namespace sluice::relative_change {
namespace {

constexpr const char* status_codes = "0 ok, 1 reference_missing, 2 reference_not_significant";

/// A temperature scale with a zero of its own, degC, has no factor to K; its square, in which the offset goes, has one.
bool has_offset(const sdk::Setup& setup, const std::string& unit) {
    return !sdk::converts(setup.context(), unit, "K") && sdk::converts(setup.context(), "(" + unit + ")^2", "K^2");
}

/// Where the reference is: at an index that a label tells, at a coordinate, or in the input.
struct Wanted {
    std::optional<std::size_t> index = {};
    std::optional<double> coordinate = {};
    std::string text = {};  ///< as the recipe has it
};

std::string unit_of_condition(const sdk::Setup& setup) {
    const auto unit = setup.input("data").coordinate_unit("condition");
    if (!unit)
        throw sdk::RecipeError(
            "the data has no coordinate of numbers along its conditions in which the reference could be found. Give it one, name "
            "a label, or connect the input 'reference_value'.");
    return *unit;
}

/// The conditions with this label, in whichever coordinate of texts along them.
std::vector<std::size_t> labelled(const sdk::Setup& setup, const std::string& label) {
    std::vector<std::size_t> found;
    for (const auto& each : setup.input("data").coordinates()) {
        if (each.dims.size() != 1 || each.labels.empty()) continue;
        for (std::size_t i = 0; i < each.labels.size(); ++i)
            if (each.labels[i] == label) found.push_back(i);
        if (!found.empty()) break;
    }
    return found;
}

std::string labels_of(const sdk::Setup& setup) {
    std::string all;
    for (const auto& each : setup.input("data").coordinates())
        for (const auto& label : each.labels) all += (all.empty() ? "'" : ", '") + label + "'";
    return all.empty() ? "no labels" : "the labels " + all;
}

/// "300 K" in the unit of the coordinate.
std::optional<double> quantity(const sdk::Setup& setup, const std::string& text) {
    if (text.find_first_of("0123456789") > text.find_first_not_of("+-. ")) return std::nullopt;  // "inf", "nanocrystalline"
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || !std::isfinite(value)) return std::nullopt;
    while (*end == ' ') ++end;
    const std::string unit(end), own = unit_of_condition(setup);
    if (unit.empty()) return value;
    return unit == own ? value : value * setup.context().unit_factor(unit, own);
}

Wanted by_text(const sdk::Setup& setup, const std::string& text) {
    const auto found = labelled(setup, text);
    if (found.size() == 1) return {found.front(), {}, text};
    if (found.size() > 1)
        throw sdk::RecipeError("reference = '" + text +
                               "' is the label of more than one condition. Average them, or cut all but one out.");
    if (const auto value = quantity(setup, text)) return {{}, value, text};
    throw sdk::RecipeError("reference = '" + text + "' is no label along the conditions and no quantity; the data has " +
                           labels_of(setup) + ".");
}

Wanted wanted(const sdk::Setup& setup) {
    const auto given = nlohmann::json::parse(setup.parameters().json("reference"));
    if (setup.input("reference_value").present() != given.is_null())
        throw sdk::RecipeError(given.is_null()
                                   ? "there is nothing to compare with: give reference, or connect the input 'reference_value'."
                                   : "both reference and the input 'reference_value' are given. Remove one of them.");
    if (given.is_null()) return {};
    if (given.is_string()) return by_text(setup, given.get<std::string>());
    static_cast<void>(unit_of_condition(setup));
    return {{}, given.get<double>(), given.dump()};
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

std::string nearest(std::span<const double> conditions, double value) {
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const double each : conditions)
        if (!(std::abs(best - value) <= std::abs(each - value))) best = std::isfinite(each) ? each : best;
    std::ostringstream text;
    text << std::setprecision(10) << best;
    return text.str();
}

/// Which condition has this coordinate.
std::size_t find(std::span<const double> conditions, const Wanted& reference, const std::string& unit) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < conditions.size(); ++i)
        if (same(conditions[i], *reference.coordinate)) found.push_back(i);
    if (found.size() == 1) return found.front();
    if (found.empty())
        throw sdk::RecipeError("reference = " + reference.text + " is not among the conditions; the nearest is " +
                               nearest(conditions, *reference.coordinate) + " " + unit +
                               ". Give one that is there, or connect the input "
                               "'reference_value'.");
    throw sdk::RecipeError("reference = " + reference.text +
                           " stands more than once among the conditions. Average these, or cut all but one out.");
}

void describe_conditions(const sdk::Probe& probe) {
    const auto data = probe.input("data");
    const auto n = data.size("condition");
    for (const auto* port : {"difference_covariance", "fraction_covariance"}) {
        probe.output(port).set_dims({{"condition", n}, {"condition2", n}});
        auto axis = data.coordinate("condition");
        if (!axis || axis->dims.size() != 1) continue;
        axis->name = axis->dims.front().name = "condition2";
        probe.output(port).set_coordinate(*axis);
    }
    for (const auto* port : {"difference", "fraction", "ratio"}) probe.output(port).set_correlated_over("condition");
}

class RelativeChange : public sdk::Map {
public:
    explicit RelativeChange(const sdk::Setup& setup) : wanted_(wanted(setup)) {
        if (wanted_.coordinate) unit_ = unit_of_condition(setup);
        const auto given = setup.input("reference_value");
        if (given.present()) factor_ = setup.context().unit_factor(given.unit(), setup.input("data").unit());
    }

    static void probe(const sdk::Probe& probe) {
        const auto data = probe.input("data");
        if (has_offset(probe, data.unit()))
            throw sdk::RecipeError("the data is in '" + data.unit() +
                                   "', a scale with a zero of its own, on which a ratio means nothing. "
                                   "Load it in K (value_as of text_source).");
        const auto reference = wanted(probe);
        const auto axis = data.coordinate("condition");
        if (reference.coordinate && axis && !axis->edges)
            static_cast<void>(find(axis->values, reference, unit_of_condition(probe)));
        describe_conditions(probe);
        probe.output("status").set_fact("status_codes", status_codes);
        for (const auto* port : {"difference", "fraction", "ratio"}) {
            if (reference.coordinate)
                probe.output(port).set_fact("reference", *reference.coordinate, unit_of_condition(probe));
            else
                probe.output(port).set_fact("reference", reference.index ? reference.text : "input reference_value");
        }
    }

    void run(const sdk::Item& item) const {
        const auto result = changed(item, {item.values("data"), item.variances("data"), item.mask("data")});
        write(item, "difference", result.difference, 1, 0);
        write(item, "ratio", result.ratio, 1, 0);
        write(item, "fraction", result.ratio, -1, 1);
        copy(result.difference.covariance, item.out("difference_covariance"));
        copy(result.ratio.covariance, item.out("fraction_covariance"));
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        if (result.status == Status::reference_missing)
            item.context().warn("a series has no value at its reference, so it has no changes: see the output status");
        if (result.status == Status::reference_not_significant)
            item.context().warn(
                "a reference is not 3 standard errors away from 0, so its series has no ratios: see the output status");
    }

private:
    [[nodiscard]] Result changed(const sdk::Item& item, const Series& series) const {
        if (wanted_.index) return change(series, *wanted_.index);
        if (wanted_.coordinate) return change(series, find(item.coordinate("data", "condition"), wanted_, unit_));
        const auto mask = item.mask("reference_value");
        const auto variance = item.variances("reference_value");
        if (!mask.empty() && mask[0] != 0) return change(series, Reference{});
        return change(series, Reference{factor_ * item.values("reference_value")[0],
                                        variance.empty() ? 0 : factor_ * factor_ * variance[0]});
    }

    /// sign value + offset.
    static void write(const sdk::Item& item, const char* port, const Change& found, double sign, double offset) {
        const auto out = item.out(port);
        const auto mask = item.out_mask(port);
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = sign * found.values[i] + offset;
            mask[i] = std::isnan(out[i]);
        }
        std::copy(found.variances.begin(), found.variances.end(), item.out_variances(port).begin());
    }
    static void copy(const std::vector<double>& covariance, std::span<double> out) {
        if (covariance.empty())
            std::fill(out.begin(), out.end(), unknown);
        else
            std::copy(covariance.begin(), covariance.end(), out.begin());
    }

    Wanted wanted_;
    std::string unit_;
    double factor_ = 1;
};

}  // namespace
}  // namespace sluice::relative_change

SLUICE_PLUGIN(sluice::relative_change::RelativeChange)
