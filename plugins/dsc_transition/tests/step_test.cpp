// SPDX-License-Identifier: BSD-3-Clause
// Glass transitions of known onset, midpoint, end and step: both methods, every noise, exotherms, overshoots, none at all.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "convert.hpp"
#include "simulated.hpp"
#include "step.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::dsc_transition;
using Doubles = std::vector<double>;

StepResult evaluated(const simulated::Scan& scan, const StepOptions& options = {}) {
    const auto data = simulated::simulate(scan);
    const auto prepared = prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
    REQUIRE(prepared.fault == ScanFault::none);
    return evaluate_step(prepared.scan(), options);
}

StepOptions by_model(StepShape shape = StepShape::normal) {
    StepOptions options;
    options.method = StepMethod::model;
    options.shape = shape;
    return options;
}

double sigma(const PeakValue& value) { return std::sqrt(value.variance); }

void check_variant_a(const StepResult& result, double dCp_part = 0.08) {
    CHECK(result.status == StepStatus::ok);
    CHECK(std::abs(result.onset.value - 440.0) < 0.7);
    CHECK(std::abs(result.midpoint.value - 444.387) < 0.7);
    CHECK(std::abs(result.inflection.value - 444.387) < 0.7);
    CHECK(std::abs(result.end.value - 448.773) < 0.7);
    CHECK(std::abs(result.heat_capacity_step.value - 0.25) < dCp_part * 0.25);
}

/// Columns temperature, time and heat flow of a file in shared data.
std::optional<std::array<Doubles, 3>> columns_of(const std::string& name, const char* format) {
    const auto path = sluice::test::shared_data("dma/" + name);
    if (!path) return std::nullopt;
    std::array<Doubles, 3> out;
    std::ifstream file(*path);
    for (std::string line; std::getline(file, line);) {
        double a = 0, b = 0, c = 0;
        if (std::sscanf(line.c_str(), format, &a, &b, &c) < (format == std::string("%lf, %lf") ? 2 : 3)) continue;
        out[0].push_back(a), out[1].push_back(b), out[2].push_back(c);
    }
    return out;
}

}  // namespace

TEST_CASE("the simulated step has its tangent at onset and end") {
    for (const auto shape : {simulated::Shape::normal, simulated::Shape::logistic}) {
        simulated::Scan scan;
        scan.shape = shape;
        const double h = 1e-4,
                     slope = (simulated::rise(scan, scan.midpoint + h) - simulated::rise(scan, scan.midpoint - h)) / (2 * h);
        CHECK(std::abs(slope * 2 * scan.half_width - 1) < 1e-7);
        CHECK(simulated::rise(scan, scan.midpoint) == doctest::Approx(0.5));
    }
}

TEST_CASE("variant A: onset, midpoint, end and step of heat capacity at every noise, by both methods") {
    for (const double noise : {0.0, 0.001, 0.003}) {
        simulated::Scan scan;
        scan.noise = noise;
        CAPTURE(noise);
        for (const auto& options : {StepOptions(), by_model()}) {
            const auto result = evaluated(scan, options);
            check_variant_a(result, noise > 0.002 ? 0.2 : 0.08);
            MESSAGE("noise " << noise << (options.method == StepMethod::model ? std::string(" model") : std::string(" construct"))
                             << ": onset " << result.onset.value << " +- " << sigma(result.onset) << ", midpoint "
                             << result.midpoint.value << ", end " << result.end.value << ", dCp "
                             << result.heat_capacity_step.value << " +- " << sigma(result.heat_capacity_step));
        }
    }
}

TEST_CASE("an exact model gives the exact numbers back") {
    for (const auto shape : {StepShape::normal, StepShape::logistic}) {
        simulated::Scan scan;
        scan.shape = shape == StepShape::normal ? simulated::Shape::normal : simulated::Shape::logistic;
        scan.peaks.clear();
        const auto result = evaluated(scan, by_model(shape));
        CHECK(std::abs(result.onset.value - scan.onset()) < 1e-6);
        CHECK(std::abs(result.midpoint.value - scan.midpoint) < 1e-6);
        CHECK(std::abs(result.inflection.value - scan.midpoint) < 1e-6);
        CHECK(std::abs(result.end.value - scan.end()) < 1e-6);
        CHECK(std::abs(result.heat_capacity_step.value - 0.25) < 1e-8);
    }
}

TEST_CASE("lines of different slope: inflection, onset and end of the model are those of a dense evaluation") {
    simulated::Scan scan;
    scan.peaks.clear();
    scan.slope_difference = -0.003;
    double inflection = 0, steepest = 0;  // by central differences of the curve itself
    const double h = 1e-3;
    const auto slope = [&](double T) {
        return (simulated::heat_flow(scan, T + h) - simulated::heat_flow(scan, T - h)) / (2 * h);
    };
    for (double T = 440; T < 450; T += 1e-3)
        if (slope(T) > steepest) steepest = slope(T), inflection = T;
    const double level = simulated::heat_flow(scan, inflection), liquid_slope = scan.slope + scan.rate * scan.slope_difference;
    const double onset = inflection + (simulated::glass_line(scan, inflection) - level) / (steepest - scan.slope);
    const double end = inflection + (simulated::liquid_line(scan, inflection) - level) / (steepest - liquid_slope);
    const auto result = evaluated(scan, by_model());
    CHECK(std::abs(result.inflection.value - inflection) < 5e-3);
    CHECK(std::abs(result.onset.value - onset) < 5e-3);
    CHECK(std::abs(result.end.value - end) < 5e-3);
    CHECK(std::abs(result.midpoint.value - scan.midpoint) < 1e-5);
}

TEST_CASE("the construct's bias is what onset_bias says, and bounded by w^2 / (20 half width)") {
    for (const auto shape : {simulated::Shape::normal, simulated::Shape::logistic})
        for (const double half_width : {3.0, 4.3866, 6.0, 9.0})
            for (const double window : {2.0, 4.0, 6.0}) {
                simulated::Scan scan;
                scan.peaks.clear();
                scan.shape = shape;
                scan.midpoint = 445;
                scan.half_width = half_width;
                StepOptions options;
                options.slope_window_K = window;
                options.shape = shape == simulated::Shape::normal ? StepShape::normal : StepShape::logistic;
                const auto result = evaluated(scan, options);
                const double bias = result.onset.value - scan.onset(), used = result.slope_window_K;
                CAPTURE(half_width);
                CAPTURE(window);
                CHECK(result.status == StepStatus::ok);
                CHECK(used <= 1.4 * half_width * 1.1);
                CHECK(std::abs(bias - result.onset_bias) < 0.015 * half_width);
                CHECK(bias <= 0.01 * half_width);
                CHECK(bias > -used * used / (20 * half_width) - 0.01 * half_width);
                if (window == 6 && std::abs(half_width - 4.3866) < 1e-9)
                    MESSAGE("6 K window on variant A's step: onset " << bias << " K");
            }
}

TEST_CASE("an exotherm behind the step changes it by less than its error: means over 10 seeds") {
    for (const auto& options : {StepOptions(), by_model()})
        for (const double temperature : {476.0, 480.0, 490.0}) {
            double onset = 0, step = 0, onset_sigma = 0, step_sigma = 0;
            for (std::uint64_t seed = 1; seed <= 10; ++seed) {
                simulated::Scan scan;
                scan.noise = 0.001;
                scan.seed = seed;
                scan.peaks.clear();
                const auto alone = evaluated(scan, options);
                scan.peaks = {{temperature, 4, -10}};
                const auto with = evaluated(scan, options);
                CHECK(with.status == StepStatus::ok);
                onset += (with.onset.value - alone.onset.value) / 10, onset_sigma += sigma(with.onset) / 10;
                step += (with.heat_capacity_step.value - alone.heat_capacity_step.value) / 10;
                step_sigma += sigma(with.heat_capacity_step) / 10;
            }
            MESSAGE("exotherm at " << temperature << " K: onset " << onset << " of " << onset_sigma << " K, dCp " << step
                                   << " of " << step_sigma << " J/(g K)");
            CHECK(std::abs(onset) < onset_sigma);
            CHECK(std::abs(step) < step_sigma);
        }
}

TEST_CASE("an exotherm that runs into the step is called an overlap, or there is no step; never ok with a wrong number") {
    for (const double temperature : {452.0, 456.0, 460.0, 464.0, 468.0, 470.0}) {
        simulated::Scan scan;
        scan.noise = 0.001;
        scan.peaks = {{temperature, 4, -10}};
        const auto result = evaluated(scan);
        CAPTURE(temperature);
        const bool honest = result.status == StepStatus::overlap || result.status == StepStatus::none;
        CHECK((honest || std::abs(result.heat_capacity_step.value - 0.25) < 0.02));
    }
}

TEST_CASE("a strong exotherm on the upper half of the step: an overlap, with an onset inside of what onset_shift and bias say") {
    for (const double spacing : {0.25, 0.5})
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            simulated::Scan scan;
            scan.shape = simulated::Shape::logistic;
            scan.midpoint = 457.6696, scan.half_width = 4.4;
            scan.peaks = {{469, 3.5, -5.9869}, {540, 2.5, -30}};
            scan.noise = 2e-4;
            scan.seed = seed;
            scan.spacing = spacing;
            for (const auto& options : {StepOptions(), by_model()}) {
                const auto result = evaluated(scan, options);
                CHECK(result.status == StepStatus::overlap);
                CHECK(std::abs(result.onset.value - scan.onset()) < 0.8);
                CHECK(std::abs(result.onset.value - scan.onset()) < result.onset_shift + 0.4);
                CHECK(std::abs(result.midpoint.value - scan.midpoint) < 0.5);
                CHECK(std::abs(result.heat_capacity_step.value - 0.25) < 0.005);
                if (seed == 1)
                    MESSAGE("overlap: onset " << result.onset.value << " for " << scan.onset() << ", shift " << result.onset_shift
                                              << ", dCp " << result.heat_capacity_step.value);
            }
        }
}

TEST_CASE("drift widens the errors of the model: they cover its spread") {
    double sum = 0, squares = 0, variance = 0;
    constexpr int seeds = 60;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        simulated::Scan scan;
        scan.peaks.clear();
        auto data = simulated::simulate(scan);
        simulated::Doubles normal(data.heat_flow.size());
        sluice::numerics::RandomStream(seed, 0, 0).fill_normal(normal);
        double drift = 0;  // a first-order autoregression over some 2.5 K, standard deviation 0.0011 W/g
        for (std::size_t i = 0; i < normal.size(); ++i) data.heat_flow[i] += drift = 0.9 * drift + 0.0005 * normal[i];
        auto options = by_model();
        options.glass_from_K = 400, options.glass_to_K = 430, options.liquid_from_K = 458, options.liquid_to_K = 490;
        const auto prepared = prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
        const auto result = evaluate_step(prepared.scan(), options);
        REQUIRE(std::isfinite(result.onset.value));
        const double off = result.onset.value - scan.onset();
        sum += off / seeds, squares += off * off / seeds, variance += result.onset.variance / seeds;
    }
    const double spread = std::sqrt(squares - sum * sum), stated = std::sqrt(variance);
    MESSAGE("drift: spread of the onset " << spread << " K, stated " << stated << " K");
    CHECK(stated > spread / 1.5);
    CHECK(stated < 1.5 * spread);
}

TEST_CASE("an overshoot is flagged, pulls the onset of the construct up, and its enthalpy is its own") {
    for (const double enthalpy : {0.6, 1.2, 2.0}) {
        simulated::Scan scan;
        scan.noise = 0.0005;
        scan.peaks = {{540, 2.5, -30}};
        scan.overshoot = {{453, 2.5, enthalpy}};
        CAPTURE(enthalpy);
        const auto result = evaluated(scan);
        CHECK(result.status == StepStatus::overshoot);
        CHECK(result.onset.value > 440 - 0.4);
        CHECK(std::abs(result.heat_capacity_step.value - 0.25) < 0.02);
        CHECK(result.overshoot.value > 0.7 * enthalpy);  // its lower side lies on the step
        CHECK(result.overshoot.value < 1.05 * enthalpy);
        MESSAGE("overshoot of " << enthalpy << " J/g: found " << result.overshoot.value << ", onset moved by "
                                << result.onset.value - 440 << " K");
    }
}

TEST_CASE("no step: a line, a curved baseline, peaks alone, a melting peak") {
    simulated::Scan scan;
    scan.heat_capacity_step = 0;
    scan.noise = 0.001;
    CHECK(evaluated(scan).status == StepStatus::none);
    scan.peaks.clear();
    CHECK(evaluated(scan).status == StepStatus::none);
    scan.peaks = {{450, 3, 100}};
    CHECK(evaluated(scan).status == StepStatus::none);
    scan.peaks = {{450, 80, 30}};
    CHECK(evaluated(scan).status == StepStatus::none);
    CHECK(std::isnan(evaluated(scan).onset.value));
}

TEST_CASE("cooling: the same temperatures and the same step") {
    simulated::Scan heating, cooling;
    heating.peaks.clear();
    cooling.peaks.clear();
    heating.noise = cooling.noise = 0.0005;
    cooling.rate = -heating.rate;
    cooling.level = -heating.level;
    cooling.slope = -heating.slope;
    const auto data = simulated::simulate(cooling);
    const auto prepared = prepare({data.temperature, data.heat_flow, {}, {}, {}}, {1, cooling.rate, 0});
    const auto down = evaluate_step(prepared.scan(), {});
    check_variant_a(down);
    CHECK(down.glass.slope < 0);
}

TEST_CASE("windows that are given are used, and what makes no sense is refused") {
    StepOptions options;
    options.glass_from_K = 400, options.glass_to_K = 430, options.liquid_from_K = 457, options.liquid_to_K = 461;
    simulated::Scan scan;
    scan.noise = 0.0005;
    const auto result = evaluated(scan, options);
    check_variant_a(result);
    CHECK(result.glass_window.from == 400);
    CHECK(result.glass_window.to == 430);
    CHECK(result.liquid_window.from == 457);
    CHECK(result.liquid_window.to == 461);
    options.glass_to_K = 460;
    CHECK_THROWS_WITH_AS(evaluated(scan, options), "glass_to = 460 K, must be below liquid_from = 457 K.", std::invalid_argument);
    StepOptions near;
    near.near_K = 442;
    check_variant_a(evaluated(scan, near));
    near.near_K = 380;
    CHECK(evaluated(scan, near).status == StepStatus::none);
}

TEST_CASE("variances are weights, and the model's chi-square tells a wrong shape") {
    simulated::Scan scan;
    scan.noise = 0.001;
    scan.peaks.clear();
    const auto data = simulated::simulate(scan);
    const Doubles variances(data.heat_flow.size(), 1e-6);
    const auto prepared = prepare({data.temperature, data.heat_flow, variances, data.time, {}}, {});
    const auto right = evaluate_step(prepared.scan(), by_model()),
               wrong = evaluate_step(prepared.scan(), by_model(StepShape::logistic));
    CHECK(right.reduced_chi_square < 1.3);
    CHECK(wrong.reduced_chi_square > right.reduced_chi_square + 0.08);
    const auto unweighted = evaluated(scan, by_model());
    CHECK(std::abs(unweighted.onset.value - right.onset.value) < 1e-3);
    CHECK(std::abs(sigma(unweighted.onset) / sigma(right.onset) - 1) < 0.15);
}

TEST_CASE("the shared data's variant A") {
    for (const char* name : {"dsc_variantA_noise0.csv", "dsc_variantA_noise0.001.csv"}) {
        const auto columns = columns_of(name, "%lf,%lf,%lf");
        if (!columns) return;
        const auto prepared = prepare({(*columns)[0], (*columns)[2], {}, (*columns)[1], {}}, {});
        for (const auto& options : {StepOptions(), by_model()}) {
            const auto result = evaluate_step(prepared.scan(), options);
            check_variant_a(result);
            MESSAGE(std::string(name) << (options.method == StepMethod::model ? std::string(" model") : std::string(" construct"))
                                      << ": onset " << result.onset.value << ", midpoint " << result.midpoint.value << ", end "
                                      << result.end.value << ", dCp " << result.heat_capacity_step.value);
        }
    }
}

TEST_CASE("real curves: a step where there is one, none where there is none, no failure") {
    for (const char* name : {"dsc_6HAW158", "dsc_7HAW010", "dsc_7HAW104"}) {
        auto columns = columns_of("real/" + std::string(name) + ".csv", "%lf, %lf");
        if (!columns) return;
        for (double& each : (*columns)[0]) each += 273.15;
        const auto prepared = prepare({(*columns)[0], (*columns)[1], {}, {}, {}}, {1, 10.0 / 60, 8});
        CHECK(prepared.left_out > 50);  // the hold and the start-up
        const auto result = evaluate_step(prepared.scan(), {});
        CHECK((result.status == StepStatus::ok || result.status == StepStatus::overshoot));
        CHECK(result.midpoint.value > 290);  // the curves rise by a step between 17 and 32 degrees
        CHECK(result.midpoint.value < 303);
        MESSAGE(std::string(name) << ": status " << static_cast<int>(result.status) << ", onset " << result.onset.value << " +- "
                                  << sigma(result.onset) << ", shift " << result.onset_shift << ", midpoint "
                                  << result.midpoint.value);
    }
    auto columns = columns_of("real/dsc_eicosane_ta_universal.txt", "%lf\t%lf\t%lf");
    if (!columns) return;
    Doubles time, T, y;
    for (std::size_t i = 0; i < (*columns)[0].size(); ++i) {
        if ((*columns)[0][i] < 0) continue;  // marks no time
        time.push_back((*columns)[0][i]), T.push_back((*columns)[1][i]), y.push_back((*columns)[2][i]);
    }
    const auto top = static_cast<std::size_t>(std::max_element(T.begin(), T.end()) - T.begin());
    for (double& each : T) each += 273.15;
    for (double& each : time) each *= 60;
    const std::span<const double> times(time), Ts(T), ys(y);
    const auto part = [&](std::size_t first, std::size_t count) {
        return prepare({Ts.subspan(first, count), ys.subspan(first, count), {}, times.subspan(first, count), {}},
                       {-1.0 / 9, 0, 0});
    };
    CHECK(part(0, T.size()).fault == ScanFault::turns);
    const auto heating = part(0, top), cooling = part(top, T.size() - top);
    CHECK(heating.rate_K_s * 60 == doctest::Approx(1).epsilon(0.02));
    CHECK(cooling.rate_K_s < 0);
    CHECK(evaluate_step(heating.scan(), {}).status == StepStatus::none);  // it melts; there is no glass
    CHECK(evaluate_step(cooling.scan(), {}).status == StepStatus::none);
}
