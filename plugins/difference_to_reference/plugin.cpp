// SPDX-License-Identifier: BSD-3-Clause
// The map: a series of curves to its differences. Which curve is the reference, windows and units here; the rest is the kernel's.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::difference_to_reference {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A unit with an offset, degC, is at least itself.
double factor(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return from == to ? 1 : setup.context().unit_factor(from, to);
}

std::string unit_of_x(const sdk::Setup& setup) {
    return setup.input("data").coordinate_unit("x").value();
}  // plugin.json requires it

/// As the recipe has them.
std::vector<Window> windows_given(const sdk::Setup& setup) {
    const auto given = nlohmann::json::parse(setup.parameters().json("windows"));
    std::vector<Window> windows;
    for (const auto& each : given) {
        windows.push_back({each.at(0).get<double>(), each.at(1).get<double>()});
        if (windows.back().from < windows.back().to) continue;
        std::ostringstream text;
        text << "a window goes from " << windows.back().from << " to " << windows.back().to
             << "; its first number must be the smaller one.";
        throw sdk::RecipeError(text.str());
    }
    return windows;
}

std::string window_unit(const sdk::Setup& setup) {
    return setup.parameters().optional_text("window_unit").value_or(unit_of_x(setup));
}

/// From the unit of the windows to that of x.
double window_factor(const sdk::Setup& setup) {
    const auto unit = window_unit(setup), x = unit_of_x(setup);
    try {
        return factor(setup, unit, x);
    } catch (const sdk::RecipeError&) {
        throw sdk::RecipeError("the windows are in '" + unit + "', but the coordinate of the curves is in '" + x +
                               "'. Give windows and window_unit in a unit that converts to it.");
    }
}

bool is_length(const sdk::Setup& setup, const std::string& unit) {
    try {
        static_cast<void>(factor(setup, unit, "angstrom"));
        return true;
    } catch (const sdk::RecipeError&) {
        return false;
    }
}

/// In the unit of x. Errors of S that are the same at all q make a noise of G with the spectrum q^2 up to q_max: its variance of
/// a mean square, by int q^4 dq / (int q^2 dq)^2 = 9/5 / q_max, is that of points 9/5 pi / q_max apart.
double correlation_length(const sdk::Setup& setup) {
    if (const auto given = setup.parameters().optional_number("correlation_length")) return window_factor(setup) * *given;
    const auto x = unit_of_x(setup);
    const auto q_max = is_length(setup, x) ? setup.input("data").fact_number("q_max") : std::nullopt;
    if (!q_max || !(q_max->value > 0)) return 0;
    return 1.8 * std::numbers::pi / (q_max->value * factor(setup, q_max->unit, "1/angstrom")) * factor(setup, "angstrom", x);
}

/// In the unit of x; without any one over all points.
std::vector<Window> windows_of(const sdk::Setup& setup) {
    auto windows = windows_given(setup);
    const double to_x = window_factor(setup);
    for (auto& window : windows) window = {to_x * window.from, to_x * window.to};
    if (windows.empty()) windows.emplace_back();
    return windows;
}

/// In the unit of the coordinate along the series.
std::optional<double> reference_of(const sdk::Setup& setup) {
    const auto reference = setup.parameters().optional_number("reference");
    const auto reference_unit = setup.parameters().optional_text("reference_unit");
    if (!reference && reference_unit) throw sdk::RecipeError("reference_unit is given, but no reference. Give both, or neither.");
    if (!reference) return std::nullopt;
    const auto own = setup.input("data").coordinate_unit("series");
    if (!own)
        throw sdk::RecipeError(
            "the data has no coordinate '" + setup.parameters().text("along") +
            "', in which the reference could be found. Give the data one, or remove reference to take the first curve.");
    return *reference * factor(setup, reference_unit.value_or(*own), *own);
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

constexpr int digits = 10;  ///< of a number in an error: what it shows is taken as the same when it is given

std::string listed(std::span<const double> values) {
    constexpr std::size_t most = 12;
    std::ostringstream text;
    text << std::setprecision(digits);
    for (std::size_t i = 0; i < std::min(values.size(), most); ++i) text << (i > 0 ? ", " : "") << values[i];
    if (values.size() > most) text << ", ... " << values.back();
    return text.str();
}

/// Which curve is the reference.
std::size_t find_reference(std::span<const double> along, double wanted, const std::string& name, const std::string& unit) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < along.size(); ++i)
        if (same(along[i], wanted)) found.push_back(i);
    if (found.size() == 1) return found.front();
    std::ostringstream text;
    text << std::setprecision(digits) << "reference = " << wanted
         << (found.empty() ? " is not in the series; '" : " stands more than once in the series; '") << name << "' has "
         << listed(along) << " " << unit << ". "
         << (found.empty() ? "Give one of these." : "Average these curves, or cut all but one out.");
    throw sdk::RecipeError(text.str());
}

void check_correlated(const sdk::Setup& setup) {
    const auto over = setup.input("data").correlated_over();
    if (std::find(over.begin(), over.end(), "series") == over.end()) return;
    throw sdk::RecipeError("the variances of input 'data' are correlated over '" + setup.parameters().text("along") +
                           "' (its curves share an error, such as one background), which would be counted twice in a difference. "
                           "Connect data without "
                           "the shared part: total_scattering has the output for_differences.");
}

void describe_windows(const sdk::Probe& probe) {
    const auto windows = windows_of(probe);
    std::vector<double> first, last;
    for (const auto& each : windows) {
        first.push_back(each.from);
        last.push_back(each.to);
    }
    const std::vector<sdk::DimSize> along{{"window", static_cast<std::int64_t>(windows.size())}};
    const bool whole = windows_given(probe).empty();
    for (const auto* port : {"mean_square", "rms", "noise", "significance", "points"}) {
        const auto output = probe.output(port);
        output.set_dims({{"series", probe.input("data").size("series")}, along.front()});
        if (whole) continue;
        output.set_coordinate("window_from", along, unit_of_x(probe), first);
        output.set_coordinate("window_to", along, unit_of_x(probe), last);
    }
}

/// NaN is masked.
void write(const sdk::Item& item, const char* port, std::size_t at, double value, double variance = unknown) {
    item.out(port)[at] = value;
    item.out_mask(port)[at] = std::isnan(value);
    if (const auto variances = item.out_variances(port); !variances.empty()) variances[at] = variance;
}

/// Whether the points reach as far as the window, to one step; a window without ends is all there are.
bool covered(std::span<const double> x, const Window& window) {
    const auto n = x.size();
    if (n < 2 || !std::isfinite(window.to - window.from)) return true;
    return window.from >= 2 * x[0] - x[1] && window.to <= 2 * x[n - 1] - x[n - 2];
}

template <class T>
std::span<T> row(std::span<T> all, std::size_t i, std::size_t length) {
    return all.empty() ? all : all.subspan(i * length, length);
}

class DifferenceToReference : public sdk::Map {
public:
    explicit DifferenceToReference(const sdk::Setup& setup)
        : windows_(windows_of(setup)),
          correlation_length_(correlation_length(setup)),
          reference_(reference_of(setup)),
          along_(setup.parameters().text("along")),
          unit_(setup.input("data").coordinate_unit("series").value_or("")) {}

    static void probe(const sdk::Probe& probe) {
        check_correlated(probe);
        const auto wanted = reference_of(probe);
        const auto along = probe.input("data").coordinate("series");
        const auto unit = probe.input("data").coordinate_unit("series").value_or("");
        if (wanted && along && !along->edges)
            static_cast<void>(find_reference(along->values, *wanted, probe.parameters().text("along"), unit));
        describe_windows(probe);
        for (const auto* port : {"difference", "mean_square", "rms"})
            probe.output(port).set_correlated_over("series");  // all share the reference
        const double length = correlation_length(probe);
        for (const auto* port : {"mean_square", "significance"})
            probe.output(port).set_fact("correlation_length", length, unit_of_x(probe));
        if (!wanted) return;
        for (const auto* port : {"difference", "mean_square", "rms", "noise", "significance"})
            probe.output(port).set_fact("reference", *wanted, unit);
    }

    void run(const sdk::Item& item) const {
        const auto x = item.coordinate("data", "x");
        const auto n = item.values("data").size() / x.size();
        if (!std::all_of(windows_.begin(), windows_.end(), [&](const Window& window) { return covered(x, window); }))
            item.context().warn(
                "a window reaches beyond the data, so its numbers are those of a part of it: see the output points");
        const auto reference = reference_ ? find_reference(item.coordinate("data", "series"), *reference_, along_, unit_) : 0;
        const auto curve = [&](std::size_t i) {
            return Curve{row(item.values("data"), i, x.size()), row(item.variances("data"), i, x.size()),
                         row(item.mask("data"), i, x.size())};
        };
        for (std::size_t i = 0; i < n; ++i) {
            const Difference out{row(item.out("difference"), i, x.size()), row(item.out_variances("difference"), i, x.size()),
                                 row(item.out_mask("difference"), i, x.size())};
            if (i == reference)
                subtract_itself(curve(i), out);
            else
                subtract(curve(i), curve(reference), out);
            for (std::size_t j = 0; j < windows_.size(); ++j)
                write_excess(item, i * windows_.size() + j,
                             excess(x, {out.values, out.variances, out.mask}, windows_[j], correlation_length_));
        }
    }

private:
    static void write_excess(const sdk::Item& item, std::size_t at, const Excess& found) {
        write(item, "mean_square", at, found.mean_square, found.variance);
        write(item, "rms", at, found.rms, found.rms_variance);
        write(item, "noise", at, found.noise);
        write(item, "significance", at, found.significance);
        item.out<std::int64_t>("points")[at] = found.points;
        if (found.points == 0)
            item.context().warn("a window has no points that both a curve and the reference have: see the output points");
    }

    std::vector<Window> windows_;
    double correlation_length_;
    std::optional<double> reference_;
    std::string along_, unit_;
};

}  // namespace
}  // namespace sluice::difference_to_reference

SLUICE_PLUGIN(sluice::difference_to_reference::DifferenceToReference)
