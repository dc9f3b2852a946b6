// SPDX-License-Identifier: BSD-3-Clause
// The Arrhenius fit as a recipe meets it: Hz and rad/s, where frequencies are from, flags, masks, facts, refusals, shared data.
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double gas_constant = 8.31446261815324, two_pi = 6.283185307179586;

RunPluginOptions over(const std::string& dim, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {dim}}};
    return options;
}

const Doubles octaves{0.5, 1, 2, 4, 8, 16, 32};

/// Exact peaks of 90 kJ/mol and ln f0 = 31, for each factor on the temperatures.
Doubles peaks(const Doubles& frequency = octaves) {
    Doubles out;
    for (const double f : frequency) out.push_back(90e3 / (gas_constant * (31 - std::log(f))));
    return out;
}

/// Along their axis `frequency`.
Array over_frequency(const Doubles& temperature, double variance = 0.04, const std::string& unit = "Hz",
                     const Doubles& frequency = octaves) {
    const auto n = static_cast<Index>(frequency.size()), items = static_cast<Index>(temperature.size()) / n;
    Dims dims{{"frequency", n}};
    if (items > 1) dims.insert(dims.begin(), {"sample", items});
    const Doubles variances(variance > 0 ? temperature.size() : 0, variance);
    return with_coordinate(Array::from<double>("peak", dims, "K", temperature, variances), "frequency", {{"frequency", n}}, unit,
                           frequency);
}

auto run_on(const Array& temperature, const Json& with = Json::object()) {
    return run_plugin("arrhenius_fit", with, {{"temperature", temperature}}, over("frequency"));
}
Doubles times(Doubles values, double factor) {
    for (double& each : values) each *= factor;
    return values;
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = run_plugin(
        "arrhenius_fit", Json::object(),
        {{"temperature", over_frequency(peaks())}, {"glass_transition", Array::from<double>("tg", {}, "K", {432}, {4})}},
        over("frequency"));
    CHECK(out.at("activation_energy").scalar() == Approx(90));
    CHECK(out.at("activation_energy").unit().text() == "kJ/mol");
    CHECK(out.at("log_prefactor").scalar() == Approx(31));
    CHECK(out.at("reduced_energy").scalar() == Approx(90e3 / (gas_constant * 432)));
    const double energy_part = variances_of(out.at("activation_energy"))[0] / (90 * 90);
    CHECK(variances_of(out.at("reduced_energy"))[0] ==
          Approx(std::pow(out.at("reduced_energy").scalar(), 2) * (energy_part + 4.0 / (432 * 432))));
    CHECK(to_text(out.at("covariance").dims()) == "[parameter: 2, parameter2: 2]");
    CHECK(values_of(out.at("covariance"))[0] == variances_of(out.at("activation_energy"))[0]);
    CHECK(values_of(out.at("covariance"))[3] == variances_of(out.at("log_prefactor"))[0]);
    CHECK(values_of(out.at("covariance"))[1] > 0);
    CHECK(to_text(out.at("curve").dims()) == "[frequency: 7]");
    CHECK(out.at("curve").unit().text() == "K");
    CHECK(out.at("inverse_temperature").unit().same_as(Unit::parse("1/K")));
    for (std::size_t i = 0; i < 7; ++i) {
        CHECK(values_of(out.at("curve"))[i] == Approx(peaks()[i]));
        CHECK(values_of(out.at("inverse_temperature"))[i] == Approx(1 / peaks()[i]));
        CHECK(variances_of(out.at("inverse_temperature"))[i] == Approx(0.04 / std::pow(peaks()[i], 4)));
        CHECK(values_of(out.at("log_frequency"))[i] == Approx(std::log(octaves[i])));
    }
    CHECK(values_of(out.at("merged")) == Doubles(7, 0.0));
    CHECK(out.at("merged").dtype() == DType::int8);
    CHECK(out.at("points").scalar() == 7);
    CHECK(out.at("left_out").scalar() == 0);
    CHECK(out.at("status").scalar() == 0);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 too_few_points, 2 curved, 3 not_determined");
    CHECK(to_text(out.at("activation_energy").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(std::isnan(run_on(over_frequency(peaks())).at("reduced_energy").scalar()));
}

TEST_CASE("rad/s is divided by 2 pi, whatever converts to Hz is converted: f0 is the same") {
    const auto hertz = run_on(over_frequency(peaks()));
    const std::vector<std::pair<std::string, double>> units{{"rad/s", two_pi},
                                                            {"radian/second", two_pi},
                                                            {"krad/s", two_pi / 1000},
                                                            {"deg/s", 360},
                                                            {"kHz", 1e-3},
                                                            {"1/s", 1},
                                                            {"1/min", 60},
                                                            {"revolution/minute", 60},
                                                            {"circle/s", 1},
                                                            {"turns/s", 1},
                                                            {"arc_minute/s", 21600},
                                                            {"grade/s", 400}};
    for (const auto& [unit, factor] : units) {
        CAPTURE(unit);
        const auto out = run_on(over_frequency(peaks(), 0.04, unit, times(octaves, factor)));
        CHECK(out.at("log_prefactor").scalar() == Approx(31).epsilon(1e-10));
        CHECK(out.at("activation_energy").scalar() == Approx(hertz.at("activation_energy").scalar()).epsilon(1e-10));
        CHECK(values_of(out.at("log_frequency"))[0] == Approx(std::log(0.5)).epsilon(1e-10));
    }
}

TEST_CASE("frequencies from a coordinate beside the dimension, and from an input") {
    const auto plain = Array::from<double>("peak", {{"file", 7}}, "K", peaks(), Doubles(7, 0.04));
    const auto beside = with_coordinate(plain, "frequency", {{"file", 7}}, "rad/s", times(octaves, two_pi));
    CHECK(run_plugin("arrhenius_fit", Json::object(), {{"temperature", beside}}, over("file")).at("log_prefactor").scalar() ==
          Approx(31));
    const auto column = with_mask(Array::from<double>("f", {{"file", 7}}, "rad/s", times(octaves, two_pi), Doubles(7, 1.0)),
                                  "absent", {{"file", 7}}, {false, false, false, false, false, false, true});
    const auto out = run_plugin("arrhenius_fit", Json::object(), {{"temperature", plain}, {"abscissa", column}}, over("file"));
    CHECK(out.at("log_prefactor").scalar() == Approx(31));
    CHECK(out.at("points").scalar() == 6);
    CHECK(std::isnan(values_of(out.at("curve"))[6]));
    CHECK(error_of([&] {
              run_plugin("arrhenius_fit", Json::object(), {{"temperature", plain}}, over("file"));
          }) == Contains("the temperatures have no coordinate 'frequency' and none along their dimension x"));
}

TEST_CASE("excluded, masked and NaN peaks are left out; an item without an energy is NaN and has a status") {
    auto values = peaks();
    values[6] += 30;
    const auto flags = with_mask(Array::from<std::int8_t>("status", {{"frequency", 7}}, "1", {0, 0, 0, 0, 0, 0, 2}), "m",
                                 {{"frequency", 7}}, {true, false, false, false, false, false, false});
    const auto out = run_plugin("arrhenius_fit", Json::object(), {{"temperature", over_frequency(values)}, {"exclude", flags}},
                                over("frequency"));
    CHECK(out.at("activation_energy").scalar() == Approx(90));
    CHECK(out.at("points").scalar() == 5);
    CHECK(out.at("left_out").scalar() == 2);
    auto two = peaks();
    for (int i = 0; i < 7; ++i) two.push_back(i == 3 ? 350 : unknown);
    const auto some =
        with_mask(over_frequency(two), "failed", {{"frequency", 7}}, {false, true, false, false, false, false, false});
    const auto both = run_on(some);
    CHECK(values_of(both.at("status")) == Doubles{0, 1});
    CHECK(values_of(both.at("points")) == Doubles{6, 1});
    CHECK(values_of(both.at("activation_energy"))[0] == Approx(90));
    CHECK(std::isnan(values_of(both.at("activation_energy"))[1]));
    CHECK(std::isnan(variances_of(both.at("log_prefactor"))[1]));
    CHECK(std::isnan(values_of(both.at("inverse_temperature"))[1]));
}

TEST_CASE("a peak at frequency 0 is left out, and the law has no temperature there") {
    auto frequency = octaves;
    frequency[0] = 0;
    const auto out = run_on(over_frequency(peaks(), 0.04, "Hz", frequency));
    CHECK(out.at("points").scalar() == 6);
    CHECK(std::isnan(values_of(out.at("curve"))[0]));
    CHECK(std::isnan(variances_of(out.at("curve"))[0]));
    CHECK(std::isnan(values_of(out.at("log_frequency"))[0]));
}

TEST_CASE("merged peaks are flagged, and left out when the recipe says so") {
    auto values = peaks();
    values[6] += 4;
    const auto flagged = run_on(over_frequency(values));
    CHECK(values_of(flagged.at("merged")) == Doubles{0, 0, 0, 0, 0, 0, 1});
    CHECK(flagged.at("points").scalar() == 7);
    CHECK(flagged.at("activation_energy").scalar() < 89);
    const auto without = run_on(over_frequency(values), {{"leave_out_merged", true}});
    CHECK(without.at("activation_energy").scalar() == Approx(90));
    CHECK(without.at("points").scalar() == 6);
}

TEST_CASE("refusals") {
    CHECK(error_of([] { run_on(over_frequency(peaks(), 0.04, "K")); }) ==
          Contains("has the unit 'K'; one that converts to 'Hz' is needed"));
    CHECK(error_of([] {
              run_plugin("arrhenius_fit", Json::object(),
                         {{"temperature", with_coordinate(Array::from<double>("peak", {{"frequency", 2}}, "degC", {60, 70}),
                                                          "frequency", {{"frequency", 2}}, "Hz", {1, 2})}},
                         over("frequency"));
          }) == Contains("degC"));
    auto description = over_frequency(peaks()).description();
    description.correlated_over = {"frequency"};
    CHECK(error_of([&] { run_on(over_frequency(peaks()).with(std::move(description))); }) == Contains("correlated"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values;
    for (int i = 0; i < 700; ++i) values.push_back(peaks()[static_cast<std::size_t>(i % 7)] + std::sin(i));
    const auto stack = over_frequency(values);
    const auto run_with = [&](int threads) {
        return run_plugin("arrhenius_fit", Json::object(), {{"temperature", stack}}, over("frequency", threads));
    };
    const auto one = run_with(1), seven = run_with(7);
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

TEST_CASE("the shared data's peaks give its activation energies") {
    const auto file = shared_data("dma/dma_variantA_truth.json");
    if (!file) return;
    std::ifstream stream(*file);
    const auto truth = nlohmann::json::parse(stream);
    for (const std::string kind : {"apparent", "component"}) {
        Doubles frequency, temperature;
        for (const auto& each : truth.at("peaks")) {
            frequency.push_back(each.at("f_Hz").get<double>());
            temperature.push_back(each.at("T_beta_" + kind + "_K").get<double>());
        }
        const auto out = run_on(over_frequency(temperature, 0, "Hz", frequency));
        const double expected = truth.at("E_beta_from_" + kind + "_peaks_kJmol").get<double>();
        MESSAGE("E from " << kind << " peaks: " << out.at("activation_energy").scalar() << " kJ/mol (truth " << expected << ")");
        CHECK(out.at("activation_energy").scalar() == Approx(expected).epsilon(1e-9));
        CHECK(out.at("points").scalar() == 7);
        const auto sure = run_on(over_frequency(temperature, 0.05 * 0.05, "Hz", frequency));  // errors of 0.05 K
        CHECK(values_of(sure.at("merged")) == Doubles{0, 0, 0, 0, 0, 0, kind == "apparent" ? 1.0 : 0.0});
        CHECK(sure.at("status").scalar() == (kind == "apparent" ? 2 : 0));
        CHECK(std::abs(sure.at("activation_energy").scalar() / expected - 1) < 2e-3);
    }
}
