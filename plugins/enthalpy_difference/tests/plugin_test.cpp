// SPDX-License-Identifier: BSD-3-Clause
// The enthalpy between two curves as a recipe meets it: units, sign, rate, facts, loops, refusals.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Doubles kelvin{350, 360, 370, 380, 390, 400, 410};

Array heat_flow(const Doubles& values, const Doubles& temperature = kelvin, const std::string& unit = "W/g",
                const std::string& temperature_unit = "K") {
    const Dims dims{{"temperature", static_cast<Index>(temperature.size())}};
    return with_coordinate(Array::from<double>("scan", dims, unit, values), "temperature", dims, temperature_unit, temperature);
}

/// 20 K at the base, 0.2 W/g deep: at 40 K/min 3 J/g below the line at 1.
const Doubles dip{1, 1, 1, 0.8, 1, 1, 1};
const Doubles line{1, 1, 1, 1, 1, 1, 1};
const Json range_alone{{"from", 365}, {"to", 395}, {"heating_rate", 40}};  // the sign by the fact exo
const Json range{{"from", 365}, {"to", 395}, {"heating_rate", 40}, {"exo", "down"}};

auto compared(const Array& data, const Array& reference, const Json& with = range, const RunPluginOptions& options = {}) {
    return run_plugin("enthalpy_difference", with, {{"data", data}, {"reference", reference}}, options);
}

std::string refusal(const Array& data, const Array& reference, const Json& with) {
    return error_of([&] { compared(data, reference, with); });
}

}  // namespace

TEST_CASE("values, units, dims and facts of every output") {
    const auto out = compared(heat_flow(dip), heat_flow(line));
    CHECK(out.at("enthalpy").scalar() == Approx(3).epsilon(1e-12));
    CHECK(out.at("enthalpy").unit().text() == "J/g");
    CHECK(out.at("enthalpy").dims().empty());
    CHECK(values_of(out.at("difference"))[3] == Approx(0.2));
    CHECK(out.at("difference").unit().text() == "W/g");
    CHECK(to_text(out.at("difference").dims()) == "[temperature: 7]");
    CHECK(out.at("offset").scalar() == 0);
    CHECK(out.at("offset_below").scalar() == 0);
    CHECK(out.at("offset_above").scalar() == 0);
    CHECK(out.at("offset_enthalpy").scalar() == 0);
    CHECK(out.at("points").scalar() == 3);
    CHECK(out.at("status").scalar() == 0);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 offset, 2 not_checked, 3 partly_covered, 4 too_few_points, 5 turns, 6 no_rate");
    CHECK(to_text(out.at("enthalpy").description().facts.at("exo")) == "down");
}

TEST_CASE("degrees Celsius, mW/mg, exothermic up and a time in minutes give the same") {
    Doubles celsius, up, minutes;
    for (const double t : kelvin) celsius.push_back(t - 273.15);
    for (const double y : dip) up.push_back(-y);
    for (const double t : kelvin) minutes.push_back((t - 350) / 40);
    CHECK(compared(heat_flow(dip, celsius, "mW/mg", "degC"), heat_flow(line, celsius, "mW/mg", "degC")).at("enthalpy").scalar() ==
          Approx(3).epsilon(1e-12));
    auto exo = range;
    exo["exo"] = "up";
    const Doubles down(7, -1.0);
    CHECK(compared(heat_flow(up), heat_flow(down), exo).at("enthalpy").scalar() == Approx(3).epsilon(1e-12));
    CHECK(compared(with_fact(heat_flow(up), "exo", std::string("up")), heat_flow(down), range_alone).at("enthalpy").scalar() ==
          Approx(3).epsilon(1e-12));

    const Dims dims{{"temperature", 7}};
    const auto timed = with_coordinate(heat_flow(dip), "time", dims, "min", minutes);
    const Json without_rate{{"from", 365}, {"to", 395}, {"exo", "down"}};
    CHECK(compared(timed, heat_flow(line), without_rate).at("enthalpy").scalar() == Approx(3).epsilon(1e-12));
    const auto rated = with_fact(heat_flow(dip), "heating_rate", NumberFact{40.0 / 60, Unit::parse("K/s")});
    CHECK(compared(rated, heat_flow(line), without_rate).at("enthalpy").scalar() == Approx(3).epsilon(1e-12));
}

TEST_CASE("a series against one reference; a bad curve is NaN with its status, and the others stand") {
    Doubles values(dip);
    values.insert(values.end(), line.begin(), line.end());
    values.insert(values.end(), 7, unknown);
    const Dims dims{{"sample", 3}, {"temperature", 7}};
    const auto series =
        with_coordinate(Array::from<double>("scans", dims, "W/g", values), "temperature", {{"temperature", 7}}, "K", kelvin);
    const auto out = compared(series, heat_flow(line));
    CHECK(to_text(out.at("enthalpy").dims()) == "[sample: 3]");
    CHECK(values_of(out.at("enthalpy"))[0] == Approx(3).epsilon(1e-12));
    CHECK(values_of(out.at("enthalpy"))[1] == 0);
    CHECK(std::isnan(values_of(out.at("enthalpy"))[2]));
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 4});
    CHECK(mask_of(out.at("difference"), "not_used")[20] == 1);
    CHECK(mask_of(out.at("difference"), "not_used")[3] == 0);
}

TEST_CASE("refusals") {
    CHECK(refusal(heat_flow(dip), heat_flow(line), {{"from", 365}, {"to", 395}, {"exo", "down"}}) ==
          Contains(
              "input 'data' has neither a coordinate 'time' nor the fact heating_rate, so heat flow has no integral over time. "
              "Give heating_rate, in K/min."));
    CHECK(refusal(heat_flow(dip), heat_flow(line), {{"from", 395}, {"to", 365}, {"heating_rate", 40}}) ==
          Contains("from must be below to. Swap the two."));
    CHECK(refusal(heat_flow(dip, kelvin, "mW"), heat_flow(line), range) == Contains("'mW'"));
    CHECK(refusal(with_fact(heat_flow(dip), "modulated", true), heat_flow(line), range) ==
          Contains("a temperature-modulated curve is not its heat flow at one rate"));
    CHECK(refusal(with_fact(heat_flow(dip), "exo", std::string("up")), with_fact(heat_flow(line), "exo", std::string("down")),
                  range_alone) == Contains("exo"));
    CHECK(refusal(heat_flow(dip), heat_flow(line), range_alone) == Contains("it is not known whether exothermic points up or down"));
    CHECK(refusal(with_fact(heat_flow(dip), "exo", std::string("left")), heat_flow(line), range_alone) ==
          Contains("the fact exo of input 'data' is 'left', must be up or down. Give the parameter exo."));
}
