// SPDX-License-Identifier: BSD-3-Clause
// Stated against actual errors of peaks, over 400 seeds: Gaussians on a line and beside a glass transition.
#include "peaks.hpp"

#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/pulls.hpp"

namespace {

namespace dsc = sluice::dsc_transition;
namespace simulated = sluice::dsc_transition::simulated;

using sluice::test::Pulls;

dsc::StepLines lines_of(const simulated::Scan& scan) {
    dsc::StepLines step;
    step.from_K = scan.midpoint - 16;
    step.to_K = scan.midpoint + 14;
    step.onset_K = scan.onset();
    step.end_K = scan.end();
    step.reference_K = scan.from;
    step.glass_level = scan.level;
    step.liquid_level = scan.level + scan.rate * scan.heat_capacity_step;
    step.glass_slope = step.liquid_slope = scan.slope;
    return step;
}

struct Case {
    double noise = 0.005;
    bool step = false, given = false;
    dsc::PeakBaseline baseline = dsc::PeakBaseline::linear;
};

std::map<std::string, Pulls> pulls_of(const Case& each) {
    std::map<std::string, Pulls> out;
    simulated::Scan truth;
    truth.noise = each.noise;
    if (!each.step) truth.heat_capacity_step = 0;
    dsc::PeakOptions options;
    options.baseline = each.baseline;
    for (truth.seed = 1; truth.seed <= 400; ++truth.seed) {
        const auto data = simulate(truth);
        const simulated::Doubles variances(data.time.size(), each.noise * each.noise);
        dsc::Scan scan;
        scan.temperature_K = data.temperature;
        scan.heat_flow_W_g = data.heat_flow;
        scan.time_s = data.time;
        if (each.given) scan.variances = variances;
        const auto result = each.step ? dsc::find_peaks(scan, options, lines_of(truth)) : dsc::find_peaks(scan, options);
        REQUIRE(result.peaks.size() == 2);
        for (std::size_t k = 0; k < 2; ++k) {
            const auto& peak = result.peaks[k];
            const auto& true_peak = truth.peaks[k];
            const auto name = std::to_string(static_cast<int>(true_peak.temperature)) + " K ";
            CHECK(peak.status == dsc::PeakStatus::ok);
            out[name + "temperature"].add(peak.temperature, true_peak.temperature);
            out[name + "enthalpy"].add(peak.enthalpy, true_peak.enthalpy);
            const double height = truth.rate * true_peak.enthalpy / (true_peak.sigma * std::sqrt(2 * std::numbers::pi));
            out[name + "height"].add(peak.height, height);
            out[name + "onset"].add(peak.onset, true_peak.temperature - 2 * true_peak.sigma);
            out[name + "end"].add(peak.end, true_peak.temperature + 2 * true_peak.sigma);
        }
    }
    return out;
}

bool tangent_of(const std::string& name) {
    return name.find("onset") != std::string::npos || name.find("end") != std::string::npos;
}

void check_pulls(const Case& each) {
    CAPTURE(each.noise);
    CAPTURE(each.step);
    CAPTURE(each.given);
    for (const auto& [name, pulls] : pulls_of(each)) {
        MESSAGE(name << ": mean pull " << pulls.mean() << ", width " << pulls.width() << " (noise " << each.noise << " W/g)");
        // Apex height and tangents are constructs of local polynomials: 0.35 standard errors of bias are stated.
        const bool construct = tangent_of(name) || name.find("height") != std::string::npos;
        CHECK(std::abs(pulls.mean()) < (construct || each.step ? 0.35 : 0.2));
        CHECK(pulls.width() > (construct ? 0.8 : 0.85));
        CHECK(pulls.width() < 1.2);
    }
}

}  // namespace

TEST_CASE("pulls of Gaussians on a line") {
    for (const double noise : {0.001, 0.005, 0.02}) check_pulls({noise, false, false, dsc::PeakBaseline::linear});
}

TEST_CASE("pulls with given variances") { check_pulls({0.005, false, true, dsc::PeakBaseline::linear}); }

TEST_CASE("pulls with a sigmoidal baseline") { check_pulls({0.005, false, false, dsc::PeakBaseline::sigmoidal}); }

TEST_CASE("pulls above a glass transition whose lines are known") {
    for (const double noise : {0.001, 0.005}) check_pulls({noise, true, false, dsc::PeakBaseline::linear});
}
