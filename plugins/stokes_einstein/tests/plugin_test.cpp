// SPDX-License-Identifier: BSD-3-Clause
// The Stokes-Einstein relation as a recipe meets it: units, temperatures in degC, numbers per item, refusals.
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

Array samples(const std::string& unit, const Doubles& values, const Doubles& variances = {}) {
    return Array::from<double>("samples", {{"sample", static_cast<Index>(values.size())}}, unit, values, variances);
}

const Array measured = Array::from<double>("D", {}, "um^2/s", Doubles{57}, Doubles{0.57 * 0.57});
const Json conditions{{"temperature", 298}, {"viscosity", "1.23 mPa s"}};

auto run_on(const Array& diffusion, const Json& with = conditions) {
    return run_plugin("stokes_einstein", with, {{"diffusion_coefficient", diffusion}});
}
std::string refusal(const Array& diffusion, const Json& with) {
    return error_of([&] { run_on(diffusion, with); });
}

}  // namespace

TEST_CASE("diameter, variance and units") {
    const auto out = run_on(measured);
    CHECK(out.at("hydrodynamic_diameter").scalar() == Approx(6.226563940609035).epsilon(1e-13));  // kernel_test
    CHECK(std::sqrt(variances_of(out.at("hydrodynamic_diameter"))[0]) == Approx(0.06226563940609035).epsilon(1e-13));
    CHECK(out.at("hydrodynamic_diameter").unit().text() == "nm");
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 undefined");
    CHECK_FALSE(run_on(samples("um^2/s", {57})).at("hydrodynamic_diameter").description().variances);
}

TEST_CASE("D in m^2/s and a temperature in degC are converted") {
    const auto out = run_on(Array::from<double>("D", {}, "m^2/s", Doubles{57e-12}),
                            {{"temperature", "24.85 degC"}, {"viscosity", "1.23e-3 N s/m^2"}});
    CHECK(out.at("hydrodynamic_diameter").scalar() == Approx(6.226563940609035).epsilon(1e-13));
}

TEST_CASE("temperature and viscosity of each item, with their variances") {
    const auto diffusion = samples("um^2/s", {57, 57}, {0, 0});
    const auto out = run_plugin("stokes_einstein", Json::object(),
                                {{"diffusion_coefficient", diffusion},
                                 {"kelvin", samples("K", {298, 149}, {2.98 * 2.98, 0})},
                                 {"eta", samples("mPa s", {1.23, 1.23}, {0, 0.0246 * 0.0246})}},
                                {.per_item = {{"temperature", "kelvin"}, {"viscosity", "eta"}}})
                         .at("hydrodynamic_diameter");
    CHECK(values_of(out)[0] == Approx(6.226563940609035).epsilon(1e-13));
    CHECK(values_of(out)[1] == Approx(6.226563940609035 / 2).epsilon(1e-13));
    CHECK(std::sqrt(variances_of(out)[0]) / values_of(out)[0] == Approx(0.01));
    CHECK(std::sqrt(variances_of(out)[1]) / values_of(out)[1] == Approx(0.02));
}

TEST_CASE("the error of a measured temperature is not lost where the input is exact") {
    const auto of = [](const char* input, const Array& given) {
        return run_plugin("stokes_einstein", {{"viscosity", 1.23e-3}}, {{input, given}, {"kelvin", samples("K", {298}, {2.98 * 2.98})}},
                          {.per_item = {{"temperature", "kelvin"}}});
    };
    const auto size = of("diffusion_coefficient", samples("um^2/s", {57})), diffusion = of("hydrodynamic_diameter", samples("nm", {6.2}));
    const auto &d = size.at("hydrodynamic_diameter"), &free = diffusion.at("diffusion_coefficient");
    REQUIRE(d.description().variances);
    REQUIRE(free.description().variances);
    CHECK(std::sqrt(variances_of(d)[0]) / values_of(d)[0] == Approx(0.01));
    CHECK(std::sqrt(variances_of(free)[0]) / values_of(free)[0] == Approx(0.01));
    CHECK_FALSE(size.at("diffusion_coefficient").description().variances);
}

TEST_CASE("D that is NaN or not above 0 gives NaN and a status; the others stand") {
    const auto out = run_on(samples("um^2/s", {57, std::numeric_limits<double>::quiet_NaN(), 0, -3}, {1, 1, 1, 1}));
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 1, 1});
    CHECK(std::isfinite(values_of(out.at("hydrodynamic_diameter"))[0]));
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(std::isnan(values_of(out.at("hydrodynamic_diameter"))[i]));
        CHECK(std::isnan(variances_of(out.at("hydrodynamic_diameter"))[i]));
    }
}

TEST_CASE("the other way: a diameter gives the diffusion coefficient; what is given comes out as it is") {
    const auto diameter = Array::from<double>("d", {{"sample", 3}}, "angstrom", Doubles{62.26563940609035, -1, 62.26563940609035},
                                              Doubles{0.6226563940609035 * 0.6226563940609035, 1, 0});
    const auto out = run_plugin("stokes_einstein", conditions, {{"hydrodynamic_diameter", diameter}});
    const auto& found = out.at("diffusion_coefficient");
    CHECK(found.unit().text() == "um^2/s");
    CHECK(values_of(found)[0] == Approx(57).epsilon(1e-13));
    CHECK(std::sqrt(variances_of(found)[0]) == Approx(0.57).epsilon(1e-12));
    CHECK(std::isnan(values_of(found)[1]));
    CHECK(variances_of(found)[2] == 0);
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 0});
    CHECK(values_of(out.at("hydrodynamic_diameter"))[0] == Approx(6.226563940609035).epsilon(1e-13));
    CHECK(values_of(run_on(measured).at("diffusion_coefficient"))[0] == 57);
    CHECK(variances_of(run_on(measured).at("diffusion_coefficient"))[0] == 0.57 * 0.57);
}

TEST_CASE("exactly one input is connected") {
    const auto diameter = Array::from<double>("d", {}, "nm", Doubles{6.2});
    CHECK(error_of([&] { run_plugin("stokes_einstein", conditions, {}); }) ==
          Contains("neither input is connected; connect diffusion_coefficient"));
    CHECK(
        error_of([&] {
            run_plugin("stokes_einstein", conditions, {{"diffusion_coefficient", measured}, {"hydrodynamic_diameter", diameter}});
        }) == Contains("both inputs are connected; connect diffusion_coefficient to get the diameter, or hydrodynamic_diameter"));
}

TEST_CASE("refusals") {
    CHECK(refusal(measured, {{"temperature", 298}}) == Contains("viscosity"));
    CHECK(refusal(measured, {{"temperature", 0}, {"viscosity", 1e-3}}) == Contains("temperature = 0, must be > 0."));
    CHECK(refusal(measured, {{"temperature", "-300 degC"}, {"viscosity", 1e-3}}) == Contains("temperature = \"-300 degC\""));
    CHECK(refusal(measured, {{"temperature", "20 Pa"}, {"viscosity", 1e-3}}) == Contains("'Pa' does not convert to 'K'"));
    CHECK(refusal(samples("um/s", {1}), conditions) == Contains("input 'diffusion_coefficient' from 'diffusion_coefficient.data' "
                                                                "has the unit 'um/s'; one that converts to 'um^2/s' is needed"));
    const auto of_step = [](const Array& kelvin) {
        return error_of([&] {
            run_plugin("stokes_einstein", {{"viscosity", 1e-3}},
                       {{"diffusion_coefficient", samples("um^2/s", {57, 57})}, {"kelvin", kelvin}},
                       {.per_item = {{"temperature", "kelvin"}}});
        });
    };
    CHECK(of_step(samples("K", {298, -3})) == Contains("sample 1: temperature = -3 K, must be finite and above 0."));
    CHECK(of_step(samples("degC", {25, 26})) == Contains("the two scales have different zeros. Give temperatures in K"));
}
