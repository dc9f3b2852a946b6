// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its peaks. Windows and units here; the search and the fits are the kernel's.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::scattering_peaks {
namespace {

constexpr std::array<std::string_view, 4> methods{"quartic", "parabola", "lorentzian", "gaussian"};  // in the order of the enum

std::string unit_of_q(const sdk::Setup& setup) { return setup.input("intensity").coordinate_unit("q").value(); }

std::vector<Window> windows_of(const sdk::Setup& setup) {
    const auto given = nlohmann::json::parse(setup.parameters().json("windows"));
    const double factor = setup.context().unit_factor("1/nm", unit_of_q(setup));
    std::vector<Window> windows;
    for (const auto& each : given) windows.push_back({factor * each.at(0).get<double>(), factor * each.at(1).get<double>()});
    return windows;
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Options options;
    options.method = static_cast<Method>(std::find(methods.begin(), methods.end(), parameters.text("method")) - methods.begin());
    options.range.from = parameters.optional_number("q_min", unit_of_q(setup)).value_or(options.range.from);
    options.range.to = parameters.optional_number("q_max", unit_of_q(setup)).value_or(options.range.to);
    options.windows = windows_of(setup);
    options.max_peaks = parameters.integer("max_peaks");
    options.significance = parameters.number("significance");
    options.smallest_prominence = parameters.number("smallest_prominence");
    return options;
}

/// Where the variances of the fits come from.
const char* uncertainty_from(const sdk::Setup& setup) {
    const auto intensity = setup.input("intensity");
    if (intensity.fact("smoothed")) return "smoothed points taken as independent";
    return intensity.has_variances() ? "propagated" : "scatter";
}

/// What a peak's value leads to, NaN where there is none.
Value spacing_of(const Value& q) {
    const double spacing = 2 * std::numbers::pi / q.value, by_q = spacing / q.value;
    return {spacing, by_q * by_q * q.variance};
}

void write(const sdk::Item& item, const char* port, std::size_t i, const Value& value) {
    item.out(port)[i] = value.value;
    item.out_variances(port)[i] = value.variance;
    item.out_mask(port)[i] = std::isnan(value.value);
}

void write(const sdk::Item& item, const char* port, std::size_t i, double value) {
    item.out(port)[i] = value;
    item.out_mask(port)[i] = std::isnan(value);
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
        case Status::absent:
            return;
        case Status::too_few_points:
            return context.warn("a peak has too few points to fit: see the outputs status and points");
        case Status::not_determined:
            return context.warn("a peak was found, but its fit gives no position: see the output status");
        case Status::poor_fit:
            return context.warn("what was fitted to a peak does not describe its points: see the output reduced_chi_square");
    }
}

class ScatteringPeaks : public sdk::Map {
public:
    explicit ScatteringPeaks(const sdk::Setup& setup) : options_(options_of(setup)), searches_(setup.input("search").present()) {
        const auto intensity = setup.input("intensity");
        if (searches_) factor_ = setup.context().unit_factor(setup.input("search").unit(), intensity.unit());
        if (intensity.fact("smoothed"))
            setup.context().warn(
                "peaks are fitted to a smoothed curve, whose points are correlated: their variances are too small. Connect the "
                "raw curve to 'intensity' and the smoothed one to 'search'");
    }

    static void probe(const sdk::Probe& probe) {
        const auto windows = static_cast<std::int64_t>(windows_of(probe).size());
        const std::int64_t places = windows > 0 ? windows : probe.parameters().integer("max_peaks");
        for (const auto* port : {"position", "height", "prominence", "width", "area", "spacing", "significance",
                                 "reduced_chi_square", "points", "status"})
            probe.output(port).set_dims({{"peak", places}});
        for (const auto* port : {"position", "height", "prominence", "width", "area", "spacing"}) {
            probe.output(port).set_fact("method", probe.parameters().text("method"));
            probe.output(port).set_fact("uncertainty_from", uncertainty_from(probe));
        }
        probe.output("status").set_fact("status_codes", "0 ok, 1 absent, 2 too_few_points, 3 not_determined, 4 poor_fit");
    }

    void run(const sdk::Item& item) const {
        const Curve curve = curve_of(item, "intensity");
        const auto result = searches_ ? search_apart(item, curve) : find_peaks(curve, curve, options_);
        for (std::size_t i = 0; i < result.peaks.size(); ++i) write_peak(item, i, result.peaks[i]);
        item.out<std::int64_t>("count")[0] = result.count;
        std::copy(result.curve.begin(), result.curve.end(), item.out("curve").begin());
        std::transform(result.curve.begin(), result.curve.end(), item.out_mask("curve").begin(),
                       [](double value) { return std::isnan(value); });
        if (options_.windows.empty() && result.count > options_.max_peaks)
            item.context().warn("more peaks were found than max_peaks: see the output count");
    }

private:
    static Curve curve_of(const sdk::Item& item, const char* port) {
        return {item.coordinate("intensity", "q"), item.values(port), item.variances(port), item.mask(port)};
    }

    /// The curve to search comes in its own unit.
    [[nodiscard]] Result search_apart(const sdk::Item& item, const Curve& curve) const {
        Curve search = curve_of(item, "search");
        std::vector<double> values(search.intensity.begin(), search.intensity.end());
        std::vector<double> variances(search.variance.begin(), search.variance.end());
        for (double& each : values) each *= factor_;
        for (double& each : variances) each *= factor_ * factor_;
        search.intensity = values;
        search.variance = variances;
        return find_peaks(curve, search, options_);
    }

    static void write_peak(const sdk::Item& item, std::size_t i, const Peak& peak) {
        write(item, "position", i, peak.position);
        write(item, "height", i, peak.height);
        write(item, "prominence", i, peak.prominence);
        write(item, "width", i, peak.width);
        write(item, "area", i, peak.area);
        write(item, "spacing", i, spacing_of(peak.position));
        write(item, "significance", i, peak.significance);
        write(item, "reduced_chi_square", i, peak.reduced_chi_square);
        item.out<std::int64_t>("points")[i] = peak.points;
        item.out<std::int8_t>("status")[i] = static_cast<std::int8_t>(peak.status);
        warn(item.context(), peak.status);
    }

    Options options_;
    bool searches_;
    double factor_ = 1;  ///< from the unit of 'search' to that of 'intensity'
};

}  // namespace
}  // namespace sluice::scattering_peaks

SLUICE_PLUGIN(sluice::scattering_peaks::ScatteringPeaks)
