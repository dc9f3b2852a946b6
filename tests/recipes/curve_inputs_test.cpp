// SPDX-License-Identifier: BSD-3-Clause
// What every plugin of a curve I(q) does with curves that are not as they should be.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct CurvePlugin {
    std::string id, port, result;   ///< result: the number, or curve, that it is for
    Json with = Json::object();
};

const std::vector<CurvePlugin>& curve_plugins() {
    static const std::vector<CurvePlugin> all{
        {"porod_invariant", "intensity", "invariant"},
        {"smoothing", "data", "smoothed"},
        {"scattering_peaks", "intensity", "position"},
        {"ornstein_zernike", "intensity", "correlation_length"},
        {"saxs_model", "intensity", "radius"},
    };
    return all;
}

struct Curve {
    Doubles q, intensity, variances;
    std::string unit = "1/nm";

    [[nodiscard]] Array array() const {
        const auto n = static_cast<Index>(q.size());
        const auto curve = Array::from<double>("I", {{"q", n}}, "1/cm", intensity, variances);
        return with_coordinate(curve, "q", {{"q", n}}, unit, q);
    }
};

/// A peak on a fall, with a tail that is noise about 0.
Curve curve() {
    Curve out;
    for (int i = 0; i < 120; ++i) {
        const double q = 0.1 + 0.05 * i;
        out.q.push_back(q);
        out.intensity.push_back(200 * std::exp(-q * q) + 8 * std::exp(-8 * (q - 2.5) * (q - 2.5)) + (i % 2 == 0 ? 0.1 : -0.1));
        out.variances.push_back(0.01);
    }
    return out;
}

std::map<std::string, Array> run_on(const CurvePlugin& plugin, const Curve& curve) {
    return run_plugin(plugin.id, plugin.with, {{plugin.port, curve.array()}});
}

/// An error, or no number: every element NaN or masked.
bool gives_no_number(const CurvePlugin& plugin, const Curve& curve) {
    try {
        const auto outputs = run_on(plugin, curve);
        const auto& result = outputs.at(plugin.result);
        std::vector<int> masked(static_cast<std::size_t>(result.size()), 0);
        for (const auto& mask : result.description().masks) {
            const auto marks = mask_of(result, mask.name);
            for (std::size_t i = 0; i < marks.size(); ++i) masked[i] |= marks[i];
        }
        const auto values = values_of(result);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (masked[i] == 0 && !std::isnan(values[i])) return false;
        return true;
    } catch (const Error& error) {
        return std::string(error.what()).size() > 20;
    }
}

}  // namespace

TEST_CASE("a q without unit, unsorted or repeated is refused, and the sentence names it") {
    for (const auto& plugin : curve_plugins()) {
        CAPTURE(plugin.id);
        Curve bad = curve();
        std::swap(bad.q[40], bad.q[41]);
        CHECK(error_of([&] { run_on(plugin, bad); }) == Contains("increas"));
        bad = curve();
        bad.q[41] = bad.q[40];
        CHECK(error_of([&] { run_on(plugin, bad); }) == Contains("increas"));
        if (plugin.id == "smoothing") continue;   // smooths over any axis
        bad = curve();
        bad.unit = "1";
        CHECK(error_of([&] { run_on(plugin, bad); }) == Contains("1/nm"));
    }
}

TEST_CASE("negative intensities count: without them the result is another") {
    for (const auto& plugin : curve_plugins()) {
        CAPTURE(plugin.id);
        Curve clipped = curve();
        for (auto& each : clipped.intensity) each = std::max(each, 0.0);
        if (plugin.id == "ornstein_zernike" || plugin.id == "scattering_peaks") {   // local, or not applicable to this curve
            CHECK_NOTHROW(run_on(plugin, curve()));
            continue;
        }
        const auto kept = run_on(plugin, curve()), cut = run_on(plugin, clipped);
        CHECK_FALSE(same_bits(kept.at(plugin.result), cut.at(plugin.result)));
        CHECK(std::isfinite(values_of(kept.at(plugin.result))[0]));
    }
}

TEST_CASE("one point, no point that is a number, and no point that is not masked give no number") {
    for (const auto& plugin : curve_plugins()) {
        CAPTURE(plugin.id);
        Curve one{{1.0}, {5.0}, {0.1}};
        if (plugin.id != "porod_invariant") CHECK(gives_no_number(plugin, one));   // its integral over no width is 0
        Curve none = curve();
        std::fill(none.intensity.begin(), none.intensity.end(), missing);
        CHECK(gives_no_number(plugin, none));
    }
}

TEST_CASE("a NaN among the points, and a variance of 0, spoil nothing else") {
    for (const auto& plugin : curve_plugins()) {
        CAPTURE(plugin.id);
        Curve holes = curve();
        holes.intensity[30] = missing;
        holes.variances[60] = missing;
        CHECK_NOTHROW(run_on(plugin, holes));
        Curve exact = curve();
        exact.variances[60] = 0;
        const auto text = error_of([&] { run_on(plugin, exact); });
        CHECK((text == "no error" || text == Contains("60")));   // used with its own rule, or refused by its index
    }
}
