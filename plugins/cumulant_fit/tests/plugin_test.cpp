// SPDX-License-Identifier: BSD-3-Clause
// The fit as a recipe meets it: units of the delay, q from a geometry, items of a series, masks, refusals.
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
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
constexpr Index points = 40;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

// 6.2 nm of hydrodynamic diameter, D = 57 um²/s, seen at 90 deg in a liquid of index 1.33 by a helium-neon laser; q as in
// kernel_test.
constexpr double q_inv_um = 18.675835359515256;
const double rate_per_us = 57e-6 * q_inv_um * q_inv_um;
const Json geometry{{"of", "g2_minus_1"}, {"wavelength", 632.8}, {"refractive_index", 1.33}, {"angle", "90 deg"}};

/// amplitude m², m of order 2 with the index p, for each rate in 1/us; delays k us, given in `unit`, which is `us` of them.
Array g2_of(Dims loop, const Doubles& rates, double p = 0, double sigma = 0, const std::string& unit = "us", double us = 1) {
    Doubles delay, values, variances;
    for (Index k = 0; k < points; ++k) delay.push_back(2.0 * static_cast<double>(k) * us);
    for (const double rate : rates)
        for (const double each : delay) {
            const double x = rate * each / us, m = std::exp(-x) * (1 + p * x * x / 2);
            values.push_back(0.7 * m * m);
            if (sigma > 0) variances.push_back(sigma * sigma);
        }
    loop.push_back({"delay", points});
    return with_coordinate(Array::from<double>("g2", loop, "1", values, variances), "delay", {{"delay", points}}, unit, delay);
}

auto fit_of(const Array& g2, const Json& with = geometry, std::map<std::string, Array> more = {},
            const RunPluginOptions& options = {}) {
    more.emplace("correlation", g2);
    return run_plugin("cumulant_fit", with, more, options);
}
std::string refusal(const Array& g2, const Json& with) {
    return error_of([&] { fit_of(g2, with); });
}
Json changed(Json with, const std::string& key, const Json& value) {
    with[key] = value;
    return with;
}

}  // namespace

TEST_CASE("outputs, their units and facts: D of the colloid") {
    const auto out = fit_of(g2_of({{"sample", 2}}, {rate_per_us, 2 * rate_per_us}, 0.1, 0.001));
    CHECK(to_text(out.at("rate").dims()) == "[sample: 2]");
    CHECK(to_text(out.at("curve").dims()) == "[sample: 2, delay: 40]");
    CHECK(out.at("rate").unit().text() == "1/us");
    CHECK(out.at("second_cumulant").unit().same_as(Unit::parse("1/us^2")));
    CHECK(out.at("third_cumulant").unit().same_as(Unit::parse("1/us^3")));
    CHECK(out.at("diffusion_coefficient").unit().text() == "um^2/s");
    const auto d = out.at("diffusion_coefficient");
    CHECK(values_of(d)[0] == near(57, 1e-8));
    CHECK(values_of(d)[1] == near(114, 1e-8));
    CHECK(std::sqrt(variances_of(d)[0]) / 57 == near(std::sqrt(variances_of(out.at("rate"))[0]) / rate_per_us, 1e-7));
    CHECK(values_of(out.at("polydispersity_index"))[0] == near(0.1, 1e-7));
    CHECK(values_of(out.at("second_cumulant"))[0] == near(0.1 * rate_per_us * rate_per_us, 1e-7));
    CHECK(values_of(out.at("third_cumulant"))[0] == 0);
    CHECK(variances_of(out.at("third_cumulant"))[0] == 0);
    CHECK(values_of(out.at("amplitude"))[0] == near(0.7, 1e-8));
    CHECK(values_of(out.at("q"))[0] == near(1e-3 * q_inv_um, 1e-14));
    CHECK(values_of(out.at("curve"))[0] == near(0.7, 1e-8));
    CHECK(values_of(out.at("points"))[0] == points - 1);  // not the lag at 0
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 too_few_points, 2 no_decay, 3 not_converged, 4 negative_second_cumulant, 5 no_signal, 6 bound_hit");
    CHECK(to_text(out.at("rate").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(fit_of(g2_of({}, {rate_per_us})).at("rate").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("delays in s or us give the same diffusion coefficient") {
    const auto us = fit_of(g2_of({}, {rate_per_us}, 0.1, 0.001)), s = fit_of(g2_of({}, {rate_per_us}, 0.1, 0.001, "s", 1e-6));
    CHECK(s.at("rate").unit().text() == "1/s");
    CHECK(s.at("rate").scalar() == near(1e6 * us.at("rate").scalar(), 1e-8));
    CHECK(s.at("diffusion_coefficient").scalar() == near(57, 1e-8));
    CHECK(variances_of(s.at("diffusion_coefficient"))[0] == near(variances_of(us.at("diffusion_coefficient"))[0], 1e-6));
    const auto cut = changed(geometry, "last_delay", "0.03 ms");
    CHECK(fit_of(g2_of({}, {rate_per_us}), cut).at("points").scalar() == 15);
    CHECK(fit_of(g2_of({}, {rate_per_us}, 0, 0, "s", 1e-6), cut).at("points").scalar() == 15);
}

TEST_CASE("q as a number, one per item, or none; angles per item") {
    const auto g2 = g2_of({{"angle", 4}}, Doubles(4, rate_per_us), 0, 0.001);
    const auto fixed = fit_of(g2, {{"of", "g2_minus_1"}, {"q", "18.675835359515256 1/um"}});
    CHECK(values_of(fixed.at("diffusion_coefficient"))[2] == near(57, 1e-8));
    const auto none = fit_of(g2, {{"of", "g2_minus_1"}});
    CHECK(std::isnan(values_of(none.at("diffusion_coefficient"))[0]));
    CHECK(std::isnan(values_of(none.at("q"))[0]));
    CHECK(values_of(none.at("status"))[0] == 0);

    const auto angles = Array::from<double>("angles", {{"angle", 4}}, "rad",
                                            Doubles{std::numbers::pi / 2, unknown, std::numbers::pi, 4.0}, Doubles(4, 0.01));
    Json light = geometry;
    light.erase("angle");
    const auto own = fit_of(g2, light, {{"angles", angles}}, {.per_item = {{"angle", "angles"}}});
    CHECK(values_of(own.at("diffusion_coefficient"))[0] == near(57, 1e-8));
    CHECK(std::isnan(values_of(own.at("diffusion_coefficient"))[1]));
    CHECK(values_of(own.at("diffusion_coefficient"))[2] == near(57 / 2.0, 1e-8));  // sin² is twice that of 90 deg
    CHECK(std::isnan(values_of(own.at("diffusion_coefficient"))[3]));                // beyond 180 deg
    CHECK(values_of(own.at("rate"))[1] == near(rate_per_us, 1e-8));
}

TEST_CASE("bad items of a series have a status, and the others stand") {
    auto g2 = g2_of({{"sample", 4}}, {rate_per_us, 1e-9, 1e3, rate_per_us}, 0, 0.001);
    std::vector<bool> mask(4 * points, false);
    for (Index k = 0; k < points; ++k) mask[static_cast<std::size_t>(3 * points + k)] = true;
    g2 = with_mask(g2, "bad", {{"sample", 4}, {"delay", points}}, mask);
    const auto out = fit_of(g2);
    CHECK(values_of(out.at("status")) == Doubles{0, 2, 5, 1});
    CHECK(values_of(out.at("points"))[3] == 0);
    for (const std::size_t i : {1, 2, 3}) {
        CHECK(std::isnan(values_of(out.at("rate"))[i]));
        CHECK(std::isnan(variances_of(out.at("diffusion_coefficient"))[i]));
        CHECK(std::isnan(values_of(out.at("polydispersity_index"))[i]));
    }
    CHECK(values_of(out.at("diffusion_coefficient"))[0] == near(57, 1e-8));
}

TEST_CASE("g1 and g2 - 1 of one sample give one rate; amplitude and baseline given") {
    const auto g2 = g2_of({}, {rate_per_us}, 0, 0.001);
    Doubles g1;
    for (const double each : values_of(g2)) g1.push_back(std::sqrt(each / 0.7));
    const auto field = with_coordinate(Array::from<double>("g1", {{"delay", points}}, "1", g1), "delay", {{"delay", points}},
                                       "us", g2.description().coordinate("delay")->values->as_float64());
    const auto out = fit_of(field, {{"of", "g1"}, {"amplitude", 1}, {"baseline", nullptr}, {"order", 1}});
    CHECK(out.at("rate").scalar() == near(rate_per_us, 1e-8));
    CHECK(out.at("amplitude").scalar() == 1);
    CHECK(variances_of(out.at("amplitude"))[0] == 0);
    CHECK(std::abs(out.at("baseline").scalar()) < 1e-8);
    CHECK(out.at("polydispersity_index").scalar() == 0);
}

TEST_CASE("refusals") {
    const auto g2 = g2_of({}, {rate_per_us});
    CHECK(refusal(g2, Json::object()) == Contains("of"));
    CHECK(refusal(g2, {{"of", "g2"}}) == Contains("of = \"g2\""));
    CHECK(refusal(g2, {{"of", "g1"}, {"order", 4}}) == Contains("order = 4, must be >= 1 and <= 3"));
    CHECK(refusal(g2, changed(geometry, "q", 0.02)) ==
          Contains("q is given, and so is part of wavelength, refractive_index and angle."));
    CHECK(refusal(g2, {{"of", "g1"}, {"wavelength", 632.8}}) ==
          Contains("wavelength, refractive_index and angle give q together. Give all three, or q."));
    CHECK(refusal(g2, changed(geometry, "angle", "270 deg")) == Contains("angle"));
    CHECK(refusal(g2, {{"of", "g1"}, {"first_delay", 5}, {"last_delay", 2}}) ==
          Contains("first_delay = 5, must be below last_delay = 2."));
    CHECK(refusal(Array::from<double>("g2", {{"delay", 3}}, "1", Doubles{1, 2, 3}), {{"of", "g1"}}) == Contains("delay"));
    const auto of_q = with_coordinate(Array::from<double>("g2", {{"delay", 3}}, "1", Doubles{1, 2, 3}), "delay", {{"delay", 3}},
                                      "1/nm", {1, 2, 3});
    CHECK(refusal(of_q, {{"of", "g1"}}) == Contains("delay"));
}
