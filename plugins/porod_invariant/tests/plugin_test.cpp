// SPDX-License-Identifier: BSD-3-Clause
// The invariant as a recipe meets it: units, dimensions, variances, masks, facts, refusals, and the same bits on all threads.
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

Array curve(const Doubles& q, const Doubles& intensity, const Doubles& variances = {}, const std::string& q_unit = "1/nm") {
    const Dims dims{{"q", static_cast<Index>(q.size())}};
    return with_coordinate(Array::from<double>("net", dims, "1/cm", intensity, variances), "q", dims, q_unit, q);
}

/// q^2 I is 1, 8, 27.
const Array cubic = curve({1, 2, 3}, {1, 2, 3}, {1, 1, 1});

auto invariant_of(const Array& intensity, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    return run_plugin("porod_invariant", with, {{"intensity", intensity}}, options);
}

std::string refusal(const Array& intensity, const Json& with = Json::object()) {
    return error_of([&] { invariant_of(intensity, with); });
}

/// The Debye-Bueche curve of item i, whose values differ from item to item.
double debye_bueche(double q, std::size_t i) { return (1 + 0.1 * static_cast<double>(i)) / ((1 + q * q) * (1 + q * q)); }

/// dims, then q; with variances.
Array debye_bueche_stack(Dims dims) {
    constexpr Index n = 60;
    Doubles q, intensity, variances;
    for (Index k = 1; k <= n; ++k) q.push_back(0.1 * static_cast<double>(k));
    const auto items = static_cast<std::size_t>(volume(dims));
    for (std::size_t i = 0; i < items; ++i)
        for (const double each : q) {
            intensity.push_back(debye_bueche(each, i));
            variances.push_back(1e-6 * intensity.back());
        }
    dims.push_back({"q", n});
    return with_coordinate(Array::from<double>("net", dims, "1/cm", intensity, variances), "q", {{"q", n}}, "1/nm", q);
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = invariant_of(cubic);
    // By hand: the trapezoid of 1, 8, 27 is 22 with weights of I 0.5, 4, 4.5; Simpson gives (1 + 4 * 8 + 27) / 3 = 20.
    CHECK(out.at("invariant").scalar() == 22);
    CHECK(variances_of(out.at("invariant")) == Doubles{0.25 + 16 + 20.25});
    CHECK(out.at("data").scalar() == 22);
    CHECK(values_of(out.at("low_tail")) == Doubles{0});
    CHECK(variances_of(out.at("high_tail")) == Doubles{0});
    CHECK(out.at("quadrature_error").scalar() == Approx(2).epsilon(1e-14));
    CHECK(values_of(out.at("integrand")) == Doubles{1, 8, 27});
    CHECK(variances_of(out.at("integrand")) == Doubles{1, 16, 81});
    CHECK(values_of(out.at("cumulative")) == Doubles{0, 4.5, 22});
    CHECK(variances_of(out.at("cumulative")) == Doubles{0, 0.25 + 4, 36.5});
    CHECK(out.at("q_first").scalar() == 1);
    CHECK(out.at("q_last").scalar() == 3);
    CHECK(out.at("points_left_out").scalar() == 0);
    CHECK(out.at("status").scalar() == 0);
    CHECK(std::isnan(out.at("low_amplitude").scalar()));

    CHECK(out.at("invariant").unit().text() == "1/(cm nm^3)");
    CHECK(out.at("integrand").unit().text() == "1/(cm nm^2)");
    CHECK(out.at("cumulative").unit().text() == "1/(cm nm^3)");
    CHECK(out.at("quadrature_error").unit().text() == "1/(cm nm^3)");
    CHECK(out.at("q_first").unit().text() == "1/nm");
    CHECK(out.at("invariant").dims().empty());
    CHECK(to_text(out.at("integrand").dims()) == "[q: 3]");
    CHECK(out.at("integrand").description().coordinate("q")->values->as_float64() == Doubles{1, 2, 3});
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(out.at("points_left_out").dtype() == DType::int64);
}

TEST_CASE("without variances there are none, not zeros") {
    const auto out = invariant_of(curve({1, 2, 3}, {1, 2, 3}));
    CHECK(out.at("invariant").scalar() == 22);
    CHECK_FALSE(out.at("invariant").description().variances);
    CHECK_FALSE(out.at("integrand").description().variances);
}

TEST_CASE("quadrature and range are those of the recipe") {
    CHECK(invariant_of(cubic, {{"quadrature", "simpson"}}).at("invariant").scalar() == Approx(20).epsilon(1e-14));
    const auto out = invariant_of(cubic, {{"q_min", "1.5 1/nm"}, {"q_max", 3}});
    CHECK(out.at("invariant").scalar() == 17.5);  // (8 + 27) / 2
    CHECK(mask_of(out.at("integrand"), "not_integrated") == std::vector<int>{1, 0, 0});
    CHECK(mask_of(out.at("cumulative"), "not_integrated") == std::vector<int>{1, 0, 0});
    CHECK(std::isnan(values_of(out.at("integrand"))[0]));
    CHECK(out.at("q_first").scalar() == 2);
}

TEST_CASE("masked and NaN points are left out and counted") {
    const auto data = with_mask(curve({1, 2, 3, 4}, {1, 2, unknown, 4}, {1, 1, 1, 1}), "hot", {{"q", 4}}, {false, true, false, false});
    const auto out = invariant_of(data);
    CHECK(out.at("invariant").scalar() == 97.5);  // 1 and 64 joined over 3 / nm
    CHECK(out.at("points_left_out").scalar() == 2);
    CHECK(mask_of(out.at("integrand"), "not_integrated") == std::vector<int>{0, 1, 1, 0});
}

TEST_CASE("a sample x temperature grid gives an invariant for each, as each alone does") {
    const Dims grid{{"sample", 2}, {"temperature", 3}};
    const Json with{{"q_min", "0.3 1/nm"}, {"low_tail", "guinier"}, {"high_tail", "power"}};
    const auto stack = debye_bueche_stack(grid);
    const auto out = invariant_of(stack, with);
    CHECK(to_text(out.at("invariant").dims()) == "[sample: 2, temperature: 3]");
    CHECK(to_text(out.at("cumulative").dims()) == "[sample: 2, temperature: 3, q: 60]");
    for (std::size_t i = 0; i < 6; ++i) {
        const auto index = static_cast<Index>(i);
        auto one = stack.slice(index / 3, index / 3 + 1).select("temperature", index % 3, 1, 1);
        const auto alone = invariant_of(one, with);
        CHECK(values_of(alone.at("invariant"))[0] == values_of(out.at("invariant"))[i]);
        CHECK(variances_of(alone.at("invariant"))[0] == variances_of(out.at("invariant"))[i]);
    }
}

TEST_CASE("q in 1/angstrom: the same invariant in its unit, and limits with their own unit") {
    Doubles q_inv_nm, q_inv_angstrom, intensity;
    for (int k = 1; k <= 60; ++k) {
        q_inv_nm.push_back(0.1 * k);
        q_inv_angstrom.push_back(0.01 * k);
        intensity.push_back(debye_bueche(0.1 * k, 0));
    }
    const Json with{{"q_min", "0.25 1/nm"}, {"q_max", "0.55 1/angstrom"}, {"low_tail", "guinier"}, {"high_tail", "porod"}};
    const auto nm = invariant_of(curve(q_inv_nm, intensity), with);
    const auto angstrom = invariant_of(curve(q_inv_angstrom, intensity, {}, "1/angstrom"), with);
    CHECK(angstrom.at("invariant").unit().text() == "1/(angstrom^3 cm)");
    CHECK(angstrom.at("q_first").scalar() == Approx(0.03));
    for (const char* port : {"invariant", "low_tail", "high_tail", "low_amplitude", "low_shape", "high_amplitude", "high_shape"}) {
        CAPTURE(port);
        const auto converted = angstrom.at(port).to_unit(nm.at(port).unit());
        CHECK(converted.scalar() == Approx(nm.at(port).scalar()).epsilon(1e-9));  // the fits end at 1e-12 of the curve
    }
}

TEST_CASE("q under another name, by core binding") {
    const Dims dims{{"s", 3}};
    const auto data = with_coordinate(Array::from<double>("net", dims, "1/cm", Doubles{1, 2, 3}), "s", dims, "1/nm", {1, 2, 3});
    const auto out = invariant_of(data, Json::object(), {.core = {{"q", {"s"}}}});
    CHECK(out.at("invariant").scalar() == 22);
    CHECK(to_text(out.at("integrand").dims()) == "[s: 3]");
    CHECK(out.at("integrand").description().coordinate("s")->values->as_float64() == Doubles{1, 2, 3});
}

TEST_CASE("tails: units and values of what was fitted") {
    // I = 7 q^-4 + 2 exactly: C = 7 / (cm nm^4), B = 2 / cm, and the tail is C / 8.
    Doubles q, intensity;
    for (int k = 40; k <= 80; ++k) {
        q.push_back(0.1 * k);
        intensity.push_back(7 / std::pow(q.back(), 4) + 2);
    }
    const auto porod = invariant_of(curve(q, intensity), {{"high_tail", "porod"}, {"high_points", 20}});
    CHECK(porod.at("high_amplitude").scalar() == Approx(7).epsilon(1e-9));
    CHECK(porod.at("high_amplitude").unit().text() == "1/(cm nm^4)");
    CHECK(porod.at("high_shape").scalar() == Approx(2).epsilon(1e-9));
    CHECK(porod.at("high_shape").unit().text() == "1/cm");
    CHECK(porod.at("high_tail").scalar() == Approx(7.0 / 8).epsilon(1e-9));

    // I = 3 exp(-0.5 q^2): B = 0.5 nm^2.
    for (std::size_t i = 0; i < q.size(); ++i) {
        q[i] -= 3.9;
        intensity[i] = 3 * std::exp(-0.5 * q[i] * q[i]);
    }
    const auto guinier = invariant_of(curve(q, intensity), {{"low_tail", "guinier"}});
    CHECK(guinier.at("low_amplitude").scalar() == Approx(3).epsilon(1e-9));
    CHECK(guinier.at("low_amplitude").unit().text() == "1/cm");
    CHECK(guinier.at("low_shape").scalar() == Approx(0.5).epsilon(1e-9));
    CHECK(guinier.at("low_shape").unit().text() == "nm^2");
}

TEST_CASE("a curve that falls as q^-2 has no invariant, but its measured part") {
    const auto out = invariant_of(curve({1, 2, 3, 4}, {1, 1. / 4, 1. / 9, 1. / 16}), {{"high_tail", "power"}, {"high_points", 3}});
    CHECK(out.at("status").scalar() == 2);
    CHECK(std::isnan(out.at("invariant").scalar()));
    CHECK(out.at("data").scalar() == Approx(3).epsilon(1e-14));  // the integral of 1 from 1 to 4
    CHECK(out.at("high_shape").scalar() == Approx(2).epsilon(1e-9));
}

TEST_CASE("facts: how it was made is kept, the scale of the intensity is handed on") {
    const auto data = with_fact(cubic, "intensity_scale", std::string("absolute"));
    const auto out = invariant_of(data, {{"q_min", "0.05 1/angstrom"}});
    const auto& facts = out.at("invariant").description().facts;
    CHECK(to_text(facts.at("quadrature")) == "trapezoid");
    CHECK(to_text(facts.at("low_tail")) == "none");
    CHECK(to_text(facts.at("q_min")) == "0.5 1/nm");
    CHECK_FALSE(facts.contains("q_max"));
    CHECK(to_text(facts.at("intensity_scale")) == "absolute");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 tail_dominates, 2 divergent, 3 tail_not_fitted");
}

TEST_CASE("smoothed data are refused unless allowed") {
    const auto smoothed = with_fact(cubic, "smoothed", true);
    CHECK(refusal(smoothed) == Contains("input 'intensity' from 'intensity.data' is marked 'smoothed': smoothing correlates the points, and "
                                        "the uncertainty of the invariant takes them as independent. Set allow_smoothed to true to do it all the same"));
    CHECK(invariant_of(smoothed, {{"allow_smoothed", true}}).at("invariant").scalar() == 22);
}

TEST_CASE("data that cannot be integrated are refused with the reason") {
    CHECK(refusal(curve({1, 3, 2}, {1, 2, 3})) == Contains("coordinate 'q' of input 'intensity' from 'intensity.data' must increase strictly, but has 2 at "
                                                           "index 2 after 3. Sort the data, and merge repeated points"));
    CHECK(refusal(curve({1, 2, 3}, {1, 2, 3}, {}, "nm")) ==
          Contains("coordinate 'q' of input 'intensity' from 'intensity.data' has the unit 'nm'; one that converts to '1/nm' is needed"));
    CHECK(refusal(Array::from<double>("net", {{"q", 3}}, "1/cm", Doubles{1, 2, 3})) ==
          Contains("input 'intensity' from 'intensity.data' has no coordinate 'q', which this step needs"));
    CHECK(refusal(cubic, {{"q_min", 2.5}}) == Contains("step 'step' (porod_invariant): between q_min = 2.5 and q_max = inf (in the unit of q), 1 of 3 points "
                                                       "can be used (0 more are masked or not finite); at least 2 are needed. Widen the range."));
    CHECK(refusal(cubic, {{"q_min", 2}, {"q_max", 1}}) == Contains("q_min = 2, must be below q_max = 1."));
    CHECK(refusal(cubic, {{"q_min", "2 nm"}}) == Contains("q_min = "));
    CHECK(refusal(cubic, {{"quadrature", "simson"}}) == Contains("Did you mean"));
}

TEST_CASE("an error names the item of the stack") {
    Doubles intensity{1, 2, 3, 1, unknown, unknown};
    const auto stack = with_coordinate(Array::from<double>("net", {{"sample", 2}, {"q", 3}}, "1/cm", intensity), "q", {{"q", 3}}, "1/nm", {1, 2, 3});
    CHECK(refusal(stack) == Contains("step 'step' (porod_invariant): sample 1: between q_min = 0 and q_max = inf"));
}

TEST_CASE("the same bits for any number of threads") {
    const auto stack = debye_bueche_stack({{"sample", 500}});
    const Json with{{"low_tail", "guinier"}, {"high_tail", "porod"}};
    const auto one = invariant_of(stack, with, {.threads = 1});
    for (const int threads : {2, 7}) {
        const auto more = invariant_of(stack, with, {.threads = threads});
        for (const auto& [port, array] : one) {
            CAPTURE(port);
            CHECK(same_bits(array, more.at(port)));
        }
    }
}
