// SPDX-License-Identifier: BSD-3-Clause
// DMA peaks as a recipe meets them: dims, units, facts, degC and K, MPa and Pa, padded curves, statuses, refusals, threads.
#include <cmath>
#include <cstddef>
#include <limits>
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
namespace simulated = sluice::dma_peak::simulated;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Index length(const Doubles& values) { return static_cast<Index>(values.size()); }

/// tan delta of a glass at each frequency, or, without any, one curve at 1 Hz.
Array curves(const Doubles& t, const Doubles& frequencies = {}, double sigma = 2e-4, bool variances = true) {
    Dims dims{{"temperature", length(t)}};
    Doubles values;
    if (frequencies.empty()) values = simulated::tan_delta({}, t, 1, sigma, 7);
    for (const double f : frequencies) {
        const auto more = simulated::tan_delta({}, t, f, sigma, static_cast<std::uint64_t>(100 * f));
        values.insert(values.end(), more.begin(), more.end());
    }
    if (!frequencies.empty()) dims.insert(dims.begin(), {"frequency", length(frequencies)});
    const Doubles known = variances ? Doubles(values.size(), sigma * sigma) : Doubles();
    auto out = with_coordinate(Array::from<double>("tan_delta", dims, "1", values, known), "temperature",
                               {{"temperature", length(t)}}, "K", t);
    if (!frequencies.empty()) out = with_coordinate(out, "frequency", {{"frequency", length(frequencies)}}, "Hz", frequencies);
    return out;
}

auto run_on(const Array& data, const Json& with = Json::object(), Inputs more = {}, const RunPluginOptions& options = {}) {
    more.emplace("data", data);
    return run_plugin("dma_peak", with, more, options);
}

std::string refusal(const Array& data, const Json& with = Json::object()) {
    return error_of([&] { run_on(data, with); });
}

/// A modulus that falls by 80 % at 440 K (onset 432 K) and regains a third at 510 K.
Array modulus(const Doubles& t, const std::string& unit, double scale) {
    Doubles values;
    for (const double each : t)
        values.push_back(scale * (35e9 - 28e9 / (1 + std::exp(-(each - 440) / 4)) + 12e9 / (1 + std::exp(-(each - 510) / 4))));
    return with_coordinate(Array::from<double>("storage", {{"temperature", length(t)}}, unit, values), "temperature",
                           {{"temperature", length(t)}}, "K", t);
}

}  // namespace

TEST_CASE("dims, units, facts and values of the outputs") {
    const Doubles t = simulated::grid();
    const auto out = run_on(curves(t, {1, 8}));
    const auto& peak = out.at("peak_temperature");
    CHECK(to_text(peak.dims()) == "[frequency: 2]");
    CHECK(peak.unit().text() == "K");
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
    CHECK(std::abs(values_of(peak)[0] - 345) < 1);
    CHECK(std::abs(values_of(peak)[1] - simulated::apparent({}, 8).temperature_K) < 1);
    CHECK(std::sqrt(variances_of(peak)[0]) == near(0.27, 0.3));
    CHECK(values_of(out.at("height"))[0] == near(0.03, 0.01));
    CHECK(out.at("height").unit().text() == "1");
    CHECK(to_text(out.at("local_curve").dims()) == "[frequency: 2, temperature: 400]");
    CHECK(values_of(out.at("noise"))[0] == near(2e-4, 0.3));
    CHECK(values_of(out.at("points"))[0] == 80);
    CHECK(values_of(out.at("window_shift"))[0] < 2);
    CHECK(to_text(peak.description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(run_on(curves(t, {}, 2e-4, false)).at("height").description().facts.at("uncertainty_from")) == "scatter");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 shoulder, 2 at_edge, 3 none, 4 too_few_points, 5 turns");
    CHECK(values_of(out.at("modulus_status")) == Doubles{3, 3});
    CHECK(std::isnan(values_of(out.at("drop_onset"))[0]));
    CHECK(out.at("modulus_minimum").unit().text() == "Pa");
}

TEST_CASE("the component has its model named with every number, and its curves add up") {
    const Doubles t = simulated::grid();
    const auto out = run_on(curves(t), {{"background", "arrhenius"}});
    CHECK(out.at("component_status").scalar() == 0);
    const auto truth = simulated::component({});
    CHECK(std::abs(out.at("component_temperature").scalar() - truth.temperature_K) < 1.5);
    CHECK(out.at("component_height").scalar() == near(truth.height, 0.25));
    CHECK(out.at("component_width").unit().text() == "K");
    CHECK(out.at("component_area").unit().text() == "K");
    for (const auto* port : {"component_temperature", "component_height", "component_width", "component_area", "curve",
                             "background", "component", "parameters", "covariance", "component_status"}) {
        CHECK(to_text(out.at(port).description().facts.at("background_model")) == "arrhenius");
        CHECK(to_text(out.at(port).description().facts.at("peak_model")) == "cole_cole");
    }
    const auto whole = values_of(out.at("curve")), below = values_of(out.at("background")),
               above = values_of(out.at("component"));
    for (const std::size_t i : {20u, 170u, 250u}) CHECK(whole[i] == near(below[i] + above[i], 1e-9));
    const auto parameters = values_of(out.at("parameters"));
    CHECK(parameters[0] == out.at("component_temperature").scalar());
    CHECK(variances_of(out.at("parameters"))[0] == variances_of(out.at("component_temperature"))[0]);
    CHECK(values_of(out.at("covariance"))[0] == variances_of(out.at("component_temperature"))[0]);
    CHECK(out.at("parameters").dims()[0].size == out.at("covariance").dims()[1].size);
    CHECK(std::isnan(out.at("model_spread_height").scalar()));
    CHECK(out.at("fitted_to").scalar() < 440);
}

TEST_CASE("degrees Celsius and kelvin, and a loss modulus in MPa and Pa, give the same") {
    const Doubles t = simulated::grid();
    const auto kelvin = curves(t);
    Doubles celsius;
    for (const double each : t) celsius.push_back(each - 273.15);
    const auto converted =
        with_coordinate(Array::from<double>("tan_delta", kelvin.dims(), "1", values_of(kelvin), variances_of(kelvin)),
                        "temperature", kelvin.dims(), "degC", celsius);
    const auto a = run_on(kelvin), b = run_on(converted);
    CHECK(b.at("peak_temperature").scalar() == near(a.at("peak_temperature").scalar(), 1e-10));
    CHECK(b.at("component_temperature").scalar() == near(a.at("component_temperature").scalar(), 1e-7));
    CHECK(run_on(kelvin, {{"from", "40 degC"}, {"to", "150 degC"}}).at("peak_temperature").scalar() ==
          near(a.at("peak_temperature").scalar(), 1e-3));

    Doubles pa, mpa;
    for (const double each : t) pa.push_back(simulated::Glass().modulus_pa(each, 1).imag()), mpa.push_back(1e-6 * pa.back());
    const auto loss = [&](const Doubles& values, const std::string& unit) {
        return with_coordinate(Array::from<double>("loss", {{"temperature", length(t)}}, unit, values), "temperature",
                               {{"temperature", length(t)}}, "K", t);
    };
    const auto in_pa = run_on(loss(pa, "Pa")), in_mpa = run_on(loss(mpa, "MPa"));
    CHECK(in_mpa.at("peak_temperature").scalar() == near(in_pa.at("peak_temperature").scalar(), 1e-10));
    CHECK(in_mpa.at("height").scalar() == near(1e-6 * in_pa.at("height").scalar(), 1e-10));
    CHECK(in_mpa.at("component_temperature").scalar() == near(in_pa.at("component_temperature").scalar(), 1e-5));
    CHECK(in_mpa.at("height").unit().text() == "MPa");
    CHECK(in_mpa.at("component_area").unit().text() == Contains("MPa"));
}

TEST_CASE("the storage modulus: drop and restiffening, in its own unit") {
    const Doubles t = simulated::grid(300, 560);
    const auto data = curves(t);
    const auto pa = run_on(data, Json::object(), {{"storage_modulus", modulus(t, "Pa", 1)}});
    const auto mpa = run_on(data, Json::object(), {{"storage_modulus", modulus(t, "MPa", 1e-6)}});
    CHECK(pa.at("modulus_status").scalar() == 0);
    CHECK(std::abs(pa.at("drop_onset").scalar() - 432) < 0.3);
    CHECK(std::abs(pa.at("restiffening_onset").scalar() - 502) < 0.3);
    CHECK(pa.at("modulus_minimum").scalar() == near(7e9, 0.01));
    CHECK(pa.at("modulus_recovered").scalar() == near(19e9, 0.01));
    CHECK(pa.at("restiffening").scalar() == near(19.0 / 7, 0.02));
    CHECK(mpa.at("modulus_minimum").unit().text() == "MPa");
    CHECK(mpa.at("modulus_minimum").scalar() == near(1e-6 * pa.at("modulus_minimum").scalar(), 1e-9));
    CHECK(mpa.at("drop_onset").scalar() == near(pa.at("drop_onset").scalar(), 1e-10));
    const auto given = run_on(data, {{"glass_from", 320}, {"glass_to", 400}}, {{"storage_modulus", modulus(t, "Pa", 1)}});
    CHECK(given.at("glass_to").scalar() == 400);
}

TEST_CASE("curves of different lengths, padded with NaN, are those that they are alone") {
    const Doubles t = simulated::grid();
    const auto alone = curves(t);
    Doubles values = values_of(alone), temperature = t, variances = variances_of(alone);
    values.insert(values.end(), values.begin(), values.end());
    variances.insert(variances.end(), variances.begin(), variances.end());
    temperature.insert(temperature.end(), t.begin(), t.end());
    for (std::size_t i = 700; i < 800; ++i) values[i] = temperature[i] = variances[i] = nothing;  // of the second curve
    const Dims dims{{"segment", 2}, {"temperature", 400}};
    const auto padded =
        with_coordinate(Array::from<double>("tan_delta", dims, "1", values, variances), "temperature", dims, "K", temperature);
    const auto out = run_on(padded);
    CHECK(values_of(out.at("peak_temperature"))[0] == run_on(alone).at("peak_temperature").scalar());
    CHECK(values_of(out.at("peak_temperature"))[1] == near(values_of(out.at("peak_temperature"))[0], 1e-3));
    CHECK(std::isnan(values_of(out.at("curve"))[799]));
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
}

TEST_CASE("a curve without a peak has a status and NaN; masked points are left out; the others stand") {
    const Doubles t = simulated::grid();
    auto data = curves(t, {1, 2, 4});
    std::vector<bool> mask(1200, false);
    for (std::size_t i = 400; i < 800; ++i) mask[i] = true;
    data = with_mask(data, "absent", {{"frequency", 3}, {"temperature", 400}}, mask);
    const auto out = run_on(data);
    CHECK(values_of(out.at("status")) == Doubles{0, 4, 0});
    CHECK(values_of(out.at("component_status")) == Doubles{0, 4, 0});
    CHECK(std::isnan(values_of(out.at("peak_temperature"))[1]));
    CHECK(std::isnan(variances_of(out.at("component_height"))[1]));
    CHECK(values_of(out.at("points"))[1] == 0);

    Doubles both = t, values = values_of(curves(t));
    both.insert(both.end(), t.rbegin(), t.rend());
    values.insert(values.end(), values.rbegin(), values.rend());
    const Dims dims{{"temperature", length(both)}};
    const auto turning =
        run_on(with_coordinate(Array::from<double>("tan_delta", dims, "1", values), "temperature", dims, "K", both));
    CHECK(turning.at("status").scalar() == 5);
    CHECK(turning.at("component_status").scalar() == 6);
}

TEST_CASE("near may come per item") {
    const Doubles t = simulated::grid();
    const auto near_each = Array::from<double>("near", {{"frequency", 2}}, "K", {350, nothing});
    RunPluginOptions options;
    options.per_item = {{"near", "expected"}};
    const auto out = run_on(curves(t, {1, 8}), Json::object(), {{"expected", near_each}}, options);
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
}

TEST_CASE("the component is that of the apparent peak or shoulder, not that of a higher relaxation behind it") {
    const Doubles t = simulated::grid(250, 640, 1);
    // Gaussians of full width w at half height: beta (at a tenth of alpha), alpha, and the rise of a third relaxation.
    const auto curve = [&](double beta_K, double alpha_width_K) {
        Doubles values;
        for (const double each : t) {
            const auto gauss = [&](double centre, double w, double h) {
                return h * std::exp(-4 * std::log(2.0) * std::pow((each - centre) / w, 2));
            };
            values.push_back(0.002 + gauss(beta_K, 40, 0.03) + gauss(470, alpha_width_K, 0.3) +
                             0.4 * std::exp((each - 640) / 25));
        }
        const Dims dims{{"temperature", length(t)}};
        return with_coordinate(Array::from<double>("tan_delta", dims, "1", values), "temperature", dims, "K", t);
    };
    const auto maximum = run_on(curve(340, 60), {{"peak", "gaussian"}});
    CHECK(maximum.at("status").scalar() == 0);
    CHECK(maximum.at("component_status").scalar() == 0);
    CHECK(std::abs(maximum.at("component_temperature").scalar() - 340) < 1);
    CHECK(maximum.at("component_height").scalar() == near(0.03, 0.05));
    CHECK(maximum.at("fitted_to").scalar() < 440);
    for (const double off : {-35, 30})  // a start on the flank of the peak is led to it
        CHECK(std::abs(run_on(curve(340, 60), {{"peak", "gaussian"}, {"near", 340 + off}}).at("component_temperature").scalar() -
                       340) < 1);
    CHECK(std::abs(run_on(curve(340, 60), {{"peak", "gaussian"}, {"near", 470}}).at("component_temperature").scalar() - 470) < 1);

    const auto shoulder = run_on(curve(385, 70), {{"peak", "gaussian"}});
    CHECK(shoulder.at("status").scalar() == 1);
    MESSAGE("shoulder at 385 K, alpha peak at 470 K: component " << shoulder.at("component_temperature").scalar()
                                                                 << " K, fitted to " << shoulder.at("fitted_to").scalar());
    CHECK(std::abs(shoulder.at("component_temperature").scalar() - 385) < 2);
    CHECK(shoulder.at("component_height").scalar() == near(0.03, 0.2));
}

TEST_CASE("refusals") {
    const Doubles t = simulated::grid();
    const auto data = curves(t);
    CHECK(refusal(data, {{"from", 350}, {"to", 340}}) == Contains("from must be below to. Swap the two."));
    CHECK(refusal(data, {{"component_from", 350}, {"component_to", 340}}) ==
          Contains("component_from must be below component_to"));
    CHECK(refusal(data, {{"glass_from", 350}, {"glass_to", 340}}) == Contains("glass_from must be below glass_to"));
    CHECK(refusal(data, {{"order", 9}}) == Contains("order"));
    CHECK(refusal(data, {{"background", "exponential"}}) == Contains("background"));
    CHECK(refusal(data, {{"half_width", "20 s"}}) == Contains("half_width"));
    const auto wrong =
        with_coordinate(Array::from<double>("x", data.dims(), "W/g", values_of(data)), "temperature", data.dims(), "K", t);
    CHECK(refusal(wrong) ==
          Contains("the data has the unit 'W/g'; tan delta has the unit '1', and a loss modulus one that converts to 'Pa'"));
    CHECK(refusal(Array::from<double>("x", data.dims(), "1", values_of(data))) == Contains("temperature"));
    const auto time =
        with_coordinate(Array::from<double>("x", data.dims(), "1", values_of(data)), "temperature", data.dims(), "s", t);
    CHECK(refusal(time) == Contains("has the unit 's'"));
    Doubles celsius;
    for (const double each : t) celsius.push_back(each - 273.15);
    const auto mislabelled =
        with_coordinate(Array::from<double>("x", data.dims(), "1", values_of(data)), "temperature", data.dims(), "K", celsius);
    CHECK(refusal(mislabelled) == Contains("a temperature is -13.15 K, must be above 0 K. Is its unit degC?"));
}

TEST_CASE("the same bits for any number of threads, and for a curve alone") {
    const Doubles t = simulated::grid(260, 459.5, 1), frequencies{0.5, 1, 2, 4, 8, 16, 32};
    const auto stack = curves(t, frequencies);
    RunPluginOptions one, seven;
    one.threads = 1, seven.threads = 7;
    const auto a = run_on(stack, Json::object(), {}, one), b = run_on(stack, Json::object(), {}, seven);
    for (const auto& [port, array] : a) CHECK(same_bits(array, b.at(port)));
    const auto alone = run_on(curves(t, {4}));
    CHECK(values_of(alone.at("peak_temperature"))[0] == values_of(a.at("peak_temperature"))[3]);
    CHECK(values_of(alone.at("component_height"))[0] == values_of(a.at("component_height"))[3]);
}
