// SPDX-License-Identifier: BSD-3-Clause
// 2 theta to q as a recipe meets it: where the wavelength comes from, units, loops, edges, masks, facts, refusals.
#include <cmath>
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

constexpr double pi = std::numbers::pi;

/// A curve, or a stack of them, over two_theta.
Array curve(const Doubles& angles, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "degree",
            bool edges = false) {
    const auto n = static_cast<Index>(angles.size()) - (edges ? 1 : 0), stack = static_cast<Index>(values.size()) / n;
    Dims dims{{"two_theta", n}};
    if (stack > 1) dims.insert(dims.begin(), {"temperature", stack});
    return with_coordinate(Array::from<double>("curve", dims, "count", values, variances), "two_theta",
                           {{"two_theta", static_cast<Index>(angles.size())}}, unit, angles, edges);
}

Array in_q(const Array& data, const Json& with, const RunPluginOptions& options = {}) {
    return run_plugin("momentum_transfer", with, {{"data", data}}, options).at("curve");
}
std::string refusal(const Array& data, const Json& with = Json::object()) {
    return error_of([&] { in_q(data, with); });
}

const Array& q_of(const Array& array) { return *array.description().coordinate("q")->values; }

const Array three = curve({0, 60, 180}, {5, 6, 7}, {1, 2, 3});

}  // namespace

TEST_CASE("the same points, labelled by q") {
    const auto out = in_q(three, {{"wavelength", 0.5}});
    CHECK(to_text(out.dims()) == "[q: 3]");
    CHECK(out.unit().text() == "count");
    CHECK(values_of(out) == Doubles{5, 6, 7});
    CHECK(variances_of(out) == Doubles{1, 2, 3});
    CHECK(q_of(out).unit().text() == "1/angstrom");
    const auto q = q_of(out).as_float64();
    CHECK(q[0] == 0);
    CHECK(q[1] == Approx(4 * pi).epsilon(1e-14));
    CHECK(q[2] == Approx(8 * pi).epsilon(1e-14));
    CHECK(out.description().coordinate("two_theta") == nullptr);
    CHECK(to_text(out.description().facts.at("wavelength")) == "0.05 nm");
    CHECK(in_q(curve({0, 1}, {5, 6}), {{"wavelength", 0.5}}).variances().empty());
}

TEST_CASE("equal q from degrees and radians, from wavelength, energy and fact, and in 1/nm") {
    const double wavelength = 12.398419843320026 / 60;  // h c / e = 12.39841984… keV angstrom, exact
    const auto expected = q_of(in_q(three, {{"wavelength", wavelength}})).as_float64();
    const auto radians = curve({0, pi / 3, pi}, {5, 6, 7}, {}, "radian");
    const auto fact = with_fact(three, "wavelength", NumberFact{wavelength / 10, Unit::parse("nm")});
    const auto nm = in_q(three, {{"energy", 60}, {"unit", "1/nm"}});
    CHECK(q_of(nm).unit().text() == "1/nm");
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(q_of(in_q(radians, {{"energy", 60}})).as_float64()[i] == Approx(expected[i]).epsilon(1e-14));
        CHECK(q_of(in_q(three, {{"energy", "60000 eV"}})).as_float64()[i] == Approx(expected[i]).epsilon(1e-14));
        CHECK(q_of(in_q(fact, Json::object())).as_float64()[i] == Approx(expected[i]).epsilon(1e-14));
        CHECK(q_of(nm).as_float64()[i] == Approx(10 * expected[i]).epsilon(1e-14));
    }
    // A refined energy stands in place of the fact, and is the fact then
    const auto refined = in_q(fact, {{"wavelength", 0.207}});
    CHECK(to_text(refined.description().facts.at("wavelength")) == "0.0207 nm");
}

TEST_CASE("temperatures are looped over; bin edges stay edges; masks and NaN go along") {
    const auto stack =
        with_mask(curve({0, 1, 2}, {1, std::nan(""), 3, 4, 5, 6}), "gap", {{"two_theta", 3}}, {false, false, true});
    const auto out = in_q(stack, {{"energy", 60}});
    CHECK(to_text(out.dims()) == "[temperature: 2, q: 3]");
    CHECK(std::isnan(values_of(out)[1]));
    CHECK(values_of(out)[5] == 6);
    const auto mask = mask_of(out, "masked");
    CHECK(std::vector<int>(mask.end() - 3, mask.end()) == std::vector<int>{0, 0, 1});

    const auto bins = in_q(curve({0, 60, 180}, {1, 2}, {}, "degree", true), {{"wavelength", 0.5}});
    CHECK(to_text(bins.dims()) == "[q: 2]");
    CHECK(bins.description().coordinate("q")->edges);
    CHECK(q_of(bins).as_float64()[1] == Approx(4 * pi).epsilon(1e-14));
}

TEST_CASE("what makes no sense is refused") {
    CHECK(refusal(three) == Contains("q of 2 theta needs the wavelength: the data carry no fact wavelength. Give 'wavelength'"));
    CHECK(refusal(three, {{"wavelength", 0.5}, {"energy", 60}}) == Contains("energy and wavelength are both given"));
    const auto fact = with_fact(three, "wavelength", NumberFact{0.02, Unit::parse("nm")});
    CHECK(refusal(fact, {{"energy", 71}}) == Contains("is 71 keV, but the data's fact wavelength says 61.99"));
    CHECK(refusal(curve({0, 60, 190}, {5, 6, 7}), {{"energy", 60}}) ==
          Contains("two_theta = 190 deg at index 2, must lie within"));
    CHECK(refusal(curve({-1, 60, 180}, {5, 6, 7}), {{"energy", 60}}) == Contains("two_theta = -1 deg at index 0"));
    CHECK(refusal(curve({0, 60, 50}, {5, 6, 7}), {{"energy", 60}}) != "no error");
    CHECK(refusal(curve({0, 60, 60}, {5, 6, 7}), {{"energy", 60}}) != "no error");
    CHECK(refusal(curve({0, 1, 2}, {5, 6, 7}, {}, "1/nm"), {{"energy", 60}}) == Contains("1/nm"));
    const auto bare = Array::from<double>("curve", {{"two_theta", 3}}, "count", Doubles{1, 2, 3});
    CHECK(refusal(bare, {{"energy", 60}}) == Contains("two_theta"));
    const auto differing =
        with_coordinate(Array::from<double>("curve", {{"temperature", 2}, {"two_theta", 2}}, "count", Doubles{1, 2, 3, 4}),
                        "two_theta", {{"temperature", 2}, {"two_theta", 2}}, "degree", {0, 1, 0, 2});
    CHECK(refusal(differing, {{"energy", 60}}) == Contains("two_theta differs between the items of the data"));
}
