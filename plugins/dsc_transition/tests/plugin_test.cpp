// SPDX-License-Identifier: BSD-3-Clause
// DSC curves as a recipe meets them: units, sign, mass and rate in every form give the same answers; statuses and refusals.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;
namespace simulated = sluice::dsc_transition::simulated;

simulated::Scan variant_a() {
    simulated::Scan scan;
    scan.noise = 0.0005;
    return scan;
}

Doubles times(Doubles values, double factor, double offset = 0) {
    for (double& each : values) each = factor * each + offset;
    return values;
}

/// The heat flow of a scan in a unit, times a factor (the sign in it), over temperature in K.
Array array_of(const simulated::Data& data, const std::string& unit, double factor) {
    const Dims dims{{"temperature", static_cast<Index>(data.temperature.size())}};
    const auto flow = Array::from<double>("dsc", dims, unit, times(data.heat_flow, factor));
    return with_coordinate(flow, "temperature", dims, "K", data.temperature);
}

Array with_time(const Array& array, const Doubles& values, const std::string& unit) {
    return with_coordinate(array, "time", array.dims(), unit, values);
}

auto run_on(const Array& data, Json with = Json::object()) { return run_plugin("dsc_transition", with, {{"data", data}}); }

const std::vector<std::string> numbers{"onset",         "midpoint",           "inflection",
                                       "end",           "heat_capacity_step", "peak_temperature",
                                       "peak_enthalpy", "peak_onset",         "glass_to"};

void check_same(const std::map<std::string, Array>& a, const std::map<std::string, Array>& b) {
    for (const auto& port : numbers) {
        CAPTURE(port);
        const auto x = values_of(a.at(port)), y = values_of(b.at(port));
        REQUIRE(x.size() == y.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            CHECK(std::isnan(x[i]) == std::isnan(y[i]));
            if (!std::isnan(x[i])) CHECK(std::abs(x[i] - y[i]) <= 1e-6 * std::abs(x[i]));
        }
    }
}

}  // namespace

TEST_CASE("values, units, dims and facts") {
    const auto data = simulated::simulate(variant_a());
    const auto out = run_on(array_of(data, "W/g", 1), {{"exo", "down"}, {"heating_rate", 40}, {"max_peaks", 3}});
    CHECK(values_of(out.at("status"))[0] == 0);
    CHECK(std::abs(values_of(out.at("onset"))[0] - 440) < 0.7);
    CHECK(std::abs(values_of(out.at("midpoint"))[0] - 444.387) < 0.7);
    CHECK(std::abs(values_of(out.at("end"))[0] - 448.773) < 0.7);
    CHECK(std::abs(values_of(out.at("heat_capacity_step"))[0] - 0.25) < 0.02);
    CHECK(out.at("onset").unit().text() == "K");
    CHECK(variances_of(out.at("onset"))[0] > 0);
    CHECK(to_text(out.at("peak_enthalpy").dims()) == "[peak: 3]");
    CHECK(to_text(out.at("heat_flow").dims()) == "[temperature: 920]");
    CHECK(values_of(out.at("rate"))[0] == doctest::Approx(40.0 / 60));
    CHECK(values_of(out.at("peaks"))[0] == 2);
    CHECK(std::abs(values_of(out.at("peak_temperature"))[0] - 476) < 0.5);
    CHECK(std::abs(values_of(out.at("peak_enthalpy"))[0] + 10) < 0.3);
    CHECK(std::abs(values_of(out.at("peak_temperature"))[1] - 540) < 0.5);
    CHECK(std::abs(values_of(out.at("peak_enthalpy"))[1] + 30) < 0.9);
    CHECK(mask_of(out.at("peak_enthalpy"), "no_value") == std::vector<int>{0, 0, 1});
    CHECK(to_text(out.at("onset").description().facts.at("method")) == "construct");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 overshoot, 2 overlap, 3 none, 4 too_few_points, 5 turns, 6 modulated, 7 not_converged");
    MESSAGE("onset " << values_of(out.at("onset"))[0] << ", dCp " << values_of(out.at("heat_capacity_step"))[0] << ", enthalpies "
                     << values_of(out.at("peak_enthalpy"))[0] << " and " << values_of(out.at("peak_enthalpy"))[1]);
}

TEST_CASE("C and K, exo up and down, mW with mass and W/g, rate by time, parameter or fact, min and s: the same answers") {
    const auto data = simulated::simulate(variant_a());
    const auto plain = array_of(data, "W/g", 1);
    const auto first = run_on(plain, {{"exo", "down"}, {"heating_rate", 40}});
    check_same(first, run_on(array_of(data, "mW/mg", -1), {{"exo", "up"}, {"heating_rate", "0.6666666666666666 K/s"}}));
    check_same(first, run_on(array_of(data, "mW", 10), {{"exo", "down"}, {"heating_rate", 40}, {"mass", 10}}));
    auto facts = with_fact(with_fact(array_of(data, "mW", -10), "exo", "up"), "mass", NumberFact{10, Unit::parse("mg")});
    facts = with_fact(facts, "heating_rate", NumberFact{40, Unit::parse("K/min")});
    check_same(first, run_on(facts));
    check_same(first, run_on(with_time(plain, data.time, "s"), {{"exo", "down"}}));
    check_same(first, run_on(with_time(plain, times(data.time, 1.0 / 60), "min"), {{"exo", "down"}}));
    const Dims dims = plain.dims();
    const auto celsius = with_coordinate(Array::from<double>("dsc", dims, "W/g", data.heat_flow), "temperature", dims, "degC",
                                         times(data.temperature, 1, -273.15));
    check_same(first, run_on(celsius, {{"exo", "down"}, {"heating_rate", 40}}));
    auto reversed = data;
    std::reverse(reversed.temperature.begin(), reversed.temperature.end());
    std::reverse(reversed.heat_flow.begin(), reversed.heat_flow.end());
    check_same(first, run_on(array_of(reversed, "W/g", 1), {{"exo", "down"}, {"heating_rate", 40}}));
}

TEST_CASE("windows may be given in degrees Celsius, and the lines are drawn") {
    const auto data = simulated::simulate(variant_a());
    const Json with{{"exo", "down"}, {"heating_rate", 40}, {"method", "model"}, {"glass_from", "110 degC"}, {"glass_to", 430}};
    const auto out = run_on(array_of(data, "W/g", 1), with);
    CHECK(values_of(out.at("glass_from"))[0] == doctest::Approx(383.15));
    CHECK(std::abs(values_of(out.at("onset"))[0] - 440) < 0.2);
    const auto flow = values_of(out.at("heat_flow")), glass = values_of(out.at("glass_line")),
               curve = values_of(out.at("step_curve"));
    CHECK(std::abs(flow[300] - glass[300]) < 0.003);
    CHECK(std::abs(flow[440] - curve[440]) < 0.003);
}

TEST_CASE("what is not known is asked for") {
    const auto data = simulated::simulate(variant_a());
    const auto refusal = [&](const Array& array, const Json& with) { return error_of([&] { run_on(array, with); }); };
    const auto specific = array_of(data, "W/g", 1), power = array_of(data, "mW", 10);
    CHECK(refusal(specific, {{"heating_rate", 40}}) == Contains("it is not known whether exothermic points up or down"));
    CHECK(refusal(specific, {{"exo", "up"}}) == Contains("the heating rate is not known"));
    CHECK(refusal(power, {{"exo", "up"}, {"heating_rate", 40}}) == Contains("the mass of the sample is not known"));
    CHECK(refusal(array_of(data, "V", 1), {{"exo", "up"}, {"heating_rate", 40}}) == Contains("a heat flow is needed"));
    CHECK(refusal(with_fact(specific, "modulated", true), {{"exo", "up"}, {"heating_rate", 40}}) ==
          Contains("the data are temperature-modulated"));
    CHECK(refusal(specific, {{"exo", "down"}, {"heating_rate", 40}, {"glass_from", 430}, {"glass_to", 420}}) ==
          Contains("glass_from = 430 K, must be below glass_to = 420 K."));
}

TEST_CASE("a heating and a cooling in one curve have the status turns; masked points do not matter") {
    auto data = simulated::simulate(variant_a());
    const auto plain = array_of(data, "W/g", 1);
    const Json with{{"exo", "down"}, {"heating_rate", 40}};
    const auto n = data.temperature.size();
    std::vector<bool> mask(n, false);
    auto spoilt = data;
    for (std::size_t i = 400; i < 410; ++i) mask[i] = true, spoilt.heat_flow[i] = 50;
    const auto masked = run_on(with_mask(array_of(spoilt, "W/g", 1), "spike", plain.dims(), mask), with);
    CHECK(values_of(masked.at("status"))[0] == 0);
    CHECK(std::abs(values_of(masked.at("onset"))[0] - 440) < 0.7);
    CHECK(std::isnan(values_of(masked.at("heat_flow"))[405]));
    for (std::size_t i = 0; i < n; ++i)
        data.temperature.push_back(data.temperature[n - 1 - i]), data.heat_flow.push_back(data.heat_flow[n - 1 - i]);
    const auto both = run_on(array_of(data, "W/g", 1), with);
    CHECK(values_of(both.at("status"))[0] == 5);
    CHECK(std::isnan(values_of(both.at("onset"))[0]));
    CHECK(values_of(both.at("peaks"))[0] == 0);
}
