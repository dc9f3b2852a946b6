// SPDX-License-Identifier: BSD-3-Clause
// Peaks against closed forms: Gaussians on lines and beside a glass transition, neighbours, edges, melting, time, real files.
#include "peaks.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/shared_data.hpp"

namespace {

namespace dsc = sluice::dsc_transition;
namespace simulated = sluice::dsc_transition::simulated;
using doctest::Approx;
using dsc::PeakStatus;
using simulated::Doubles;

dsc::Scan scan_of(const simulated::Data& data) {
    dsc::Scan scan;
    scan.temperature_K = data.temperature;
    scan.heat_flow_W_g = data.heat_flow;
    scan.time_s = data.time;
    return scan;
}

/// The defaults of the simulation, without the glass transition.
simulated::Scan on_a_line(double noise = 0) {
    simulated::Scan scan;
    scan.heat_capacity_step = 0;
    scan.noise = noise;
    return scan;
}

/// The lines of the simulated transition, known exactly.
dsc::StepLines lines_of(const simulated::Scan& scan) {
    dsc::StepLines step;
    step.from_K = scan.midpoint - 3 * scan.half_width;
    step.to_K = scan.midpoint + 3 * scan.half_width;
    step.onset_K = scan.onset();
    step.end_K = scan.end();
    step.reference_K = scan.from;
    step.glass_level = scan.level;
    step.liquid_level = scan.level + scan.rate * scan.heat_capacity_step;
    step.glass_slope = step.liquid_slope = scan.slope;
    return step;
}

dsc::PeakResult peaks_of(const simulated::Scan& scan, const dsc::PeakOptions& options = {}) {
    const auto data = simulate(scan);
    return dsc::find_peaks(scan_of(data), options);
}

double height(const simulated::Scan& scan, const simulated::Peak& peak) {
    return scan.rate * peak.enthalpy / (peak.sigma * std::sqrt(2 * std::numbers::pi));
}

/// Page on thermal analysis, section 7: 476 K, -10 J/g and 540 K, -30 J/g; +-0.5 K, +-3 %.
void check_variant_a(const dsc::PeakResult& result) {
    REQUIRE(result.peaks.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
        const auto& peak = result.peaks[k];
        MESSAGE("T " << peak.temperature.value << " +- " << std::sqrt(peak.temperature.variance) << " K, enthalpy "
                     << peak.enthalpy.value << " +- " << std::sqrt(peak.enthalpy.variance) << " J/g, onset " << peak.onset.value
                     << " K, status " << static_cast<int>(peak.status));
        CHECK(std::abs(peak.temperature.value - (k == 0 ? 476 : 540)) < 0.5);
        CHECK(peak.enthalpy.value == Approx(k == 0 ? -10 : -30).epsilon(0.03));
    }
}

std::string refusal(const dsc::Scan& scan, const dsc::PeakOptions& options) {
    try {
        static_cast<void>(dsc::find_peaks(scan, options));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("Gaussians on a line: temperature, height, enthalpy, and tangents two sigma away") {
    const auto scan = on_a_line();
    const auto data = simulate(scan);
    const auto result = dsc::find_peaks(scan_of(data), {});
    CHECK(result.found == 2);
    REQUIRE(result.peaks.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
        const auto& peak = result.peaks[k];
        const auto& truth = scan.peaks[k];
        CHECK(peak.status == PeakStatus::ok);
        CHECK(peak.temperature.value == Approx(truth.temperature).epsilon(1e-7));
        CHECK(peak.enthalpy.value == Approx(truth.enthalpy).epsilon(1e-5));
        CHECK(peak.height.value == Approx(height(scan, truth)).epsilon(1e-4));
        // The tangent of a Gaussian at -sigma meets the baseline at -2 sigma; 1.5e-3 full widths are promised.
        const double full_width = 2.3548 * truth.sigma;
        CHECK(std::abs(peak.onset.value - (truth.temperature - 2 * truth.sigma)) < 1.5e-3 * full_width);
        CHECK(std::abs(peak.end.value - (truth.temperature + 2 * truth.sigma)) < 1.5e-3 * full_width);
        CHECK(peak.from_K < truth.temperature - 3.5 * truth.sigma);
    }
    for (std::size_t i = 0; i < data.temperature.size(); ++i)  // the baseline is the line where there is one
        if (std::isfinite(result.baseline[i]))
            CHECK(result.baseline[i] == Approx(simulated::glass_line(scan, data.temperature[i])).epsilon(1e-4));
    CHECK(std::isnan(result.baseline.front()));
}

TEST_CASE("It must show: the exotherms of variant A, above a glass transition, at every noise") {
    for (const double noise : {0.0, 0.001}) {
        simulated::Scan scan;
        scan.noise = noise;
        const auto data = simulate(scan);
        CAPTURE(noise);
        check_variant_a(dsc::find_peaks(scan_of(data), {}));  // the transition not known
        const auto known = dsc::find_peaks(scan_of(data), {}, lines_of(scan));
        check_variant_a(known);
        CHECK(known.peaks[0].enthalpy.value == Approx(-10).epsilon(0.005));
        CHECK(known.peaks[1].status == PeakStatus::ok);
        dsc::PeakOptions sigmoidal;
        sigmoidal.baseline = dsc::PeakBaseline::sigmoidal;
        check_variant_a(dsc::find_peaks(scan_of(data), sigmoidal, lines_of(scan)));
    }
}

TEST_CASE("shared variant A") {
    for (const char* name : {"dma/dsc_variantA_noise0.csv", "dma/dsc_variantA_noise0.001.csv"}) {
        const auto path = sluice::test::shared_data(name);
        if (!path) continue;
        std::ifstream file(*path);
        simulated::Data data;
        std::string line;
        while (std::getline(file, line)) {
            std::istringstream row(line);
            double temperature = 0, time = 0, heat_flow = 0;
            char comma = 0;
            if (!(row >> temperature >> comma >> time >> comma >> heat_flow)) continue;
            data.temperature.push_back(temperature);
            data.time.push_back(time);
            data.heat_flow.push_back(heat_flow);
        }
        REQUIRE(data.temperature.size() == 920);
        check_variant_a(dsc::find_peaks(scan_of(data), {}, lines_of({})));
    }
}

TEST_CASE("a step is no peak, and neither is the overshoot on it") {
    simulated::Scan step;
    step.peaks.clear();
    for (const double noise : {0.0, 0.001, 0.02})
        for (const double overshoot : {0.0, 1.0}) {
            step.noise = noise;
            step.overshoot.clear();
            if (overshoot > 0) step.overshoot.push_back({452, 2, overshoot});
            CAPTURE(noise);
            CAPTURE(overshoot);
            const auto data = simulate(step);
            CHECK(dsc::find_peaks(scan_of(data), {}).found == 0);
            CHECK(dsc::find_peaks(scan_of(data), {}, lines_of(step)).found == 0);
        }
}

TEST_CASE("noise alone has no peaks") {
    auto scan = on_a_line(0.01);
    scan.peaks.clear();
    std::ptrdiff_t found = 0;
    for (scan.seed = 1; scan.seed <= 100; ++scan.seed) found += peaks_of(scan).found;
    CHECK(found == 0);
}

TEST_CASE("neighbours: apart they are ok, touching they overlap, and their sum stands") {
    auto scan = on_a_line(0.0005);
    scan.peaks = {{400, 3, -8}, {430, 3, -12}};
    const auto apart = peaks_of(scan);
    REQUIRE(apart.peaks.size() == 2);
    CHECK(apart.peaks[0].status == PeakStatus::ok);
    CHECK(apart.peaks[0].enthalpy.value == Approx(-8).epsilon(0.005));
    CHECK(apart.peaks[1].enthalpy.value == Approx(-12).epsilon(0.005));

    scan.peaks[1].temperature = 411;
    const auto touching = peaks_of(scan);
    REQUIRE(touching.peaks.size() == 2);
    CHECK(touching.peaks[0].status == PeakStatus::overlap);
    CHECK(touching.peaks[1].status == PeakStatus::overlap);
    CHECK(touching.peaks[0].enthalpy.value + touching.peaks[1].enthalpy.value == Approx(-20).epsilon(0.005));
    CHECK(touching.peaks[0].to_K == touching.peaks[1].from_K);

    scan.peaks = {{400, 3, -8}, {411, 3, 12}};  // crystallisation that runs into melting
    const auto opposite = peaks_of(scan);
    REQUIRE(opposite.peaks.size() == 2);
    CHECK(opposite.peaks[0].status == PeakStatus::overlap);
    CHECK(opposite.peaks[0].height.value < 0);
    CHECK(opposite.peaks[1].height.value > 0);
    CHECK(opposite.peaks[0].enthalpy.value + opposite.peaks[1].enthalpy.value == Approx(4).epsilon(0.02));
}

TEST_CASE("a peak at the edge has no enthalpy; of one whose apex is not there nothing is said") {
    auto scan = on_a_line(0.001);
    scan.peaks = {{555, 4, -20}};
    const auto cut = peaks_of(scan);
    REQUIRE(cut.peaks.size() == 1);
    CHECK(cut.peaks[0].status == PeakStatus::at_edge);
    CHECK(std::isnan(cut.peaks[0].enthalpy.value));
    CHECK(cut.peaks[0].temperature.value == Approx(555).epsilon(0.001));
    scan.peaks = {{565, 4, -20}};
    CHECK(peaks_of(scan).found == 0);
}

TEST_CASE("melting: a straight leading edge gives the extrapolated onset, and level and heat capacity may change") {
    // ISO 11357: a pure metal melts along a straight edge from 430 K to 433 K, and comes back by an exponential with 0.8 K.
    simulated::Data data;
    const double rate = 10.0 / 60, slope = 1.2;
    double truth = 0;
    for (int i = 0; i <= 3000; ++i) {
        const double t = 400 + 0.02 * i;
        const double above = t < 430 ? 0 : t < 433 ? slope * (t - 430) : 3 * slope * std::exp(-(t - 433) / 0.8);
        data.temperature.push_back(t);
        data.time.push_back((t - 400) / rate);
        data.heat_flow.push_back(0.2 + 1e-4 * (t - 400) + above);
    }
    truth = (3 * 3 * slope / 2 + 3 * slope * 0.8) / rate;
    const auto result = dsc::find_peaks(scan_of(data), {});
    REQUIRE(result.peaks.size() == 1);
    CHECK(result.peaks[0].onset.value == Approx(430).epsilon(1e-4));  // 0.04 K
    CHECK(std::abs(result.peaks[0].temperature.value - 433) < 0.1);
    CHECK(result.peaks[0].enthalpy.value == Approx(truth).epsilon(2e-3));

    // A baseline that changes its level in proportion to what has melted: only the sigmoidal one is right.
    auto scan = on_a_line();
    scan.peaks = {{450, 4, 30}};
    auto changed = simulate(scan);
    for (std::size_t i = 0; i < changed.temperature.size(); ++i)
        changed.heat_flow[i] += 0.1 * 0.5 * std::erfc(-(changed.temperature[i] - 450) / 4 / std::sqrt(2.0));
    dsc::PeakOptions sigmoidal;
    sigmoidal.baseline = dsc::PeakBaseline::sigmoidal;
    const auto right = dsc::find_peaks(scan_of(changed), sigmoidal);
    REQUIRE(right.peaks.size() == 1);
    CHECK(right.peaks[0].enthalpy.value == Approx(30).epsilon(1e-3));
    CHECK(right.peaks[0].status == PeakStatus::ok);
    const auto straight = dsc::find_peaks(scan_of(changed), {});
    CHECK(straight.peaks.at(0).enthalpy.value == Approx(30).epsilon(0.01));  // symmetric: the errors of both halves cancel
}

TEST_CASE("order, time and rate: the same peaks") {
    const auto scan = on_a_line(0.001);
    const auto data = simulate(scan);
    const auto expected = dsc::find_peaks(scan_of(data), {});
    auto by_rate = scan_of(data);
    by_rate.time_s = {};
    by_rate.rate_K_s = scan.rate;
    for (std::size_t k = 0; k < 2; ++k)
        CHECK(dsc::find_peaks(by_rate, {}).peaks.at(k).enthalpy.value ==
              Approx(expected.peaks.at(k).enthalpy.value).epsilon(1e-9));

    auto reversed = data;
    for (auto* each : {&reversed.temperature, &reversed.time, &reversed.heat_flow}) std::reverse(each->begin(), each->end());
    const auto back = dsc::find_peaks(scan_of(reversed), {});
    CHECK(back.peaks.at(0).enthalpy.value == expected.peaks.at(0).enthalpy.value);
    CHECK(back.peaks.at(0).onset.value == expected.peaks.at(0).onset.value);
    const bool mirrored = std::equal(back.baseline.rbegin(), back.baseline.rend(), expected.baseline.begin(),
                                     [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
    CHECK(mirrored);

    // Cooling: time runs the other way, the onset lies on the hot side.
    auto cooled = data;
    for (auto& each : cooled.time) each = -each;
    const auto cooling = dsc::find_peaks(scan_of(cooled), {});
    CHECK(cooling.peaks.at(0).enthalpy.value == Approx(expected.peaks.at(0).enthalpy.value).epsilon(1e-12));
    CHECK(cooling.peaks.at(0).onset.value == expected.peaks.at(0).end.value);

    auto gaps = data;
    for (std::size_t i = 0; i < gaps.heat_flow.size(); i += 7) gaps.heat_flow[i] = std::nan("");
    gaps.temperature[300] = std::nan("");
    CHECK(dsc::find_peaks(scan_of(gaps), {}).peaks.at(1).enthalpy.value == Approx(-30).epsilon(0.003));
}

TEST_CASE("an undercooled sample heats itself: the enthalpy stands, a temperature does not") {
    // Cooling at 0.1 K/s, -20 J/g between 400 s and 460 s, while the temperature jumps up by 2 K and comes back.
    simulated::Data data;
    for (int i = 0; i <= 2000; ++i) {
        const double t = 0.5 * i, u = (t - 430) / 8;
        const double exotherm = 20 / (8 * std::sqrt(2 * std::numbers::pi)) * std::exp(-u * u / 2);
        data.time.push_back(t);
        data.temperature.push_back(350 - 0.1 * t + 3 * std::exp(-u * u / 2));
        data.heat_flow.push_back(-0.1 - exotherm);
    }
    const auto result = dsc::find_peaks(scan_of(data), {});
    REQUIRE(result.peaks.size() == 1);
    CHECK(result.peaks[0].status == PeakStatus::turns);
    CHECK(result.peaks[0].enthalpy.value == Approx(-20).epsilon(0.01));
    CHECK(std::isnan(result.peaks[0].temperature.value));
    CHECK(std::isnan(result.peaks[0].onset.value));
}

TEST_CASE("ranges of the caller, and places without a peak") {
    const auto scan = on_a_line(0.001);
    const auto data = simulate(scan);
    dsc::PeakOptions options;
    options.ranges_K = {{456, 496}, {380, 400}, {525, 555}, {540, 600}};
    const auto result = dsc::find_peaks(scan_of(data), options);
    REQUIRE(result.peaks.size() == 4);
    CHECK(result.peaks[0].status == PeakStatus::ok);
    CHECK(result.peaks[0].from_K == 456);
    CHECK(result.peaks[0].enthalpy.value == Approx(-10).epsilon(0.005));
    CHECK(result.peaks[1].status == PeakStatus::none);
    CHECK(std::abs(result.peaks[1].enthalpy.value) < 5 * std::sqrt(result.peaks[1].enthalpy.variance));
    CHECK(std::isnan(result.peaks[1].temperature.value));
    CHECK(result.peaks[3].status == PeakStatus::at_edge);
    CHECK(std::isnan(result.peaks[3].enthalpy.value));
}

TEST_CASE("the most significant ones are kept, in order of temperature") {
    auto scan = on_a_line(0.001);
    scan.peaks = {{370, 3, -2}, {420, 3, 30}, {470, 3, -1}, {520, 3, -20}};
    dsc::PeakOptions options;
    options.max_peaks = 2;
    const auto result = peaks_of(scan, options);
    CHECK(result.found == 4);
    REQUIRE(result.peaks.size() == 2);
    CHECK(result.peaks[0].temperature.value == Approx(420).epsilon(1e-4));
    CHECK(result.peaks[1].temperature.value == Approx(520).epsilon(1e-4));
}

TEST_CASE("given variances weigh; few points and empty scans have no peaks") {
    const auto scan = on_a_line(0.002);
    const auto data = simulate(scan);
    auto weighted = scan_of(data);
    const Doubles variance(data.heat_flow.size(), 4 * 0.002 * 0.002);
    weighted.variances = variance;
    const auto plain = dsc::find_peaks(scan_of(data), {}), doubled = dsc::find_peaks(weighted, {});
    CHECK(doubled.noise == Approx(0.004));
    CHECK(doubled.peaks.at(0).enthalpy.variance == Approx(4 * plain.peaks.at(0).enthalpy.variance).epsilon(0.5));

    const Doubles few{1, 2, 3}, flat{1, 1, 1};
    dsc::Scan small;
    small.temperature_K = few;
    small.heat_flow_W_g = flat;
    small.rate_K_s = 1;
    CHECK(dsc::find_peaks(small, {}).found == 0);
    dsc::Scan empty;
    empty.rate_K_s = 1;
    CHECK(dsc::find_peaks(empty, {}).found == 0);
}

TEST_CASE("faults of the caller") {
    const auto data = simulate(on_a_line());
    auto scan = scan_of(data);
    dsc::PeakOptions options;
    options.max_peaks = 0;
    CHECK(refusal(scan, options) == "max_peaks = 0, must be at least 1.");
    options = {};
    options.ranges_K = {{500, 400}};
    CHECK(refusal(scan, options) == "a peak's range goes from 500 to 400 K; its first number must be the smaller one.");
    scan.time_s = {};
    CHECK(refusal(scan, {}) ==
          "the scan has neither a time nor a rate (rate = nan K/s), so no enthalpy is defined. Give one of them.");
    scan.heat_flow_W_g = scan.heat_flow_W_g.first(10);
    CHECK(refusal(scan, {}) == "heat flow has 10 points and the temperature has 920. They must agree.");
}

TEST_CASE("eicosane, a real file: one melting, and an undercooled crystallisation of as much enthalpy") {
    const auto path = sluice::test::shared_data("dma/real/dsc_eicosane_ta_universal.txt");
    if (!path) return;
    std::ifstream file(*path);
    simulated::Data heating, cooling;
    std::string line;
    while (std::getline(file, line) && line.rfind("StartOfData", 0) != 0) {
    }
    double hottest = 0, minutes = 0, celsius = 0, milliwatt = 0;
    while (file >> minutes >> celsius >> milliwatt) {
        if (minutes < 0) continue;
        hottest = std::max(hottest, celsius);
        if (celsius < -15 || (hottest > 60 && celsius > hottest - 3)) continue;  // start-up and turning point
        auto& data = hottest > 60 && celsius < hottest - 3 ? cooling : heating;
        data.temperature.push_back(celsius + 273.15);
        data.time.push_back(60 * minutes);
        data.heat_flow.push_back(-milliwatt / 9.0);  // 9 mg, exotherm up
    }
    const auto up = dsc::find_peaks(scan_of(heating), {});
    REQUIRE(up.peaks.size() == 1);
    MESSAGE("melting: onset " << up.peaks[0].onset.value - 273.15 << " C, peak " << up.peaks[0].temperature.value - 273.15
                              << " C, " << up.peaks[0].enthalpy.value << " J/g");
    CHECK(up.peaks[0].status == PeakStatus::ok);
    CHECK(up.peaks[0].onset.value > 273.15 + 34);  // eicosane melts near 36.5 C; the cell's calibration is not ours to correct
    CHECK(up.peaks[0].onset.value < 273.15 + 38);
    const auto down = dsc::find_peaks(scan_of(cooling), {});
    double sum = 0;
    for (const auto& peak : down.peaks) {
        CHECK(peak.status == PeakStatus::turns);
        sum += peak.enthalpy.value;
    }
    MESSAGE("crystallisation: " << sum << " J/g in " << down.found << " steps");
    CHECK(sum == Approx(-up.peaks[0].enthalpy.value).epsilon(0.03));  // what melts crystallises again
}
