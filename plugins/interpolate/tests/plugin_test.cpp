// SPDX-License-Identifier: BSD-3-Clause
// Interpolation as a recipe meets it: the grid of another curve in another unit, loops, edges, masks, facts, refusals.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Mask01 = std::vector<int>;

/// A curve, or a stack of them, over q.
Array curve(const Doubles& q, const Doubles& values, const Doubles& variances = {}, const std::string& q_unit = "1/nm",
            bool edges = false) {
    const auto n = static_cast<Index>(q.size()) - (edges ? 1 : 0), samples = static_cast<Index>(values.size()) / n;
    Dims dims{{"q", n}};
    if (samples > 1) dims.insert(dims.begin(), {"sample", samples});
    return with_coordinate(Array::from<double>("curve", dims, "1/cm", values, variances), "q",
                           {{"q", static_cast<Index>(q.size())}}, q_unit, q, edges);
}

Array onto(const Array& data, const Array& grid, Json with = Json::object(), RunPluginOptions options = {}) {
    with["dim"] = "q";
    return run_plugin("interpolate", with, {{"data", data}, {"onto", grid}}, options).at("interpolated");
}
Array alone(const Array& data, Json with) {
    with["dim"] = "q";
    return run_plugin("interpolate", with, {{"data", data}}).at("interpolated");
}
std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { alone(data, with); });
}

Doubles q_of(const Array& array) { return array.description().coordinate("q")->values->as_float64(); }

const Array data = curve({1, 2, 3}, {1, 3, 4}, {4, 4, 16});

}  // namespace

TEST_CASE("a curve on the q of another one, whatever else that one is") {
    const auto grid = curve({0.1, 0.15, 0.2, 0.25, 0.4}, Doubles(10, 7), Doubles(10, 1), "1/angstrom");  // two samples
    const auto out = onto(data, grid);
    CHECK(to_text(out.dims()) == "[q: 5]");
    CHECK(q_of(out) == Doubles{0.1, 0.15, 0.2, 0.25, 0.4});
    CHECK(out.description().coordinate("q")->values->unit().text() == "1/angstrom");
    CHECK(out.unit().text() == "1/cm");
    const Doubles values{1, 2, 3, 3.5}, variances{4, 2, 4, 5};  // halves: v/4 + v/4
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(values_of(out)[i] == Approx(values[i]).epsilon(1e-14));
        CHECK(variances_of(out)[i] == Approx(variances[i]).epsilon(1e-13));
    }
    CHECK(mask_of(out, "masked") == Mask01{0, 0, 0, 0, 1});
    CHECK(std::isnan(values_of(out)[4]));
    CHECK(out.description().facts.contains("interpolated"));
}

TEST_CASE("what the message about two lengths asks for, in a recipe") {
    PlanOptions options;
    options.arrays.emplace("a", curve({1, 1.5, 2, 2.5, 3}, {9, 9, 9, 9, 9}, Doubles(5, 1)));
    options.arrays.emplace("b", data);
    const auto from = [](const char* name) { return Json{{"use", "memory"}, {"with", {{"name", name}}}}; };
    Json steps{{"a", from("a")},
               {"b", from("b")},
               {"difference", {{"use", "arithmetic"}, {"in", {{"a", "a"}, {"b", "b"}}}, {"with", {{"operation", "subtract"}}}}}};
    CHECK(error_of([&] { run_recipe(recipe_of(steps, {"difference"}), options); }) ==
          Contains("dimension 'q' has 5 elements in input 'a' and 3 in input 'b': bring both onto one grid first (interpolate)"));
    steps["b_on_a"] = {{"use", "interpolate"}, {"in", {{"data", "b"}, {"onto", "a"}}}, {"with", {{"dim", "q"}}}};
    steps["difference"]["in"]["b"] = "b_on_a";
    const auto out = run_recipe(recipe_of(steps, {"difference"}), options).at("difference.result");
    CHECK(values_of(out) == Doubles{8, 7, 6, 5.5, 5});
    CHECK(variances_of(out) == Doubles{5, 3, 5, 6, 17});
}

TEST_CASE("a stack of curves, one of them with a hole") {
    const auto stack = with_mask(curve({1, 2, 3}, {1, 3, 4, 2, 6, 8}), "bad", {{"sample", 2}, {"q", 3}}, {0, 0, 0, 0, 1, 0});
    const auto grid = curve({1.5, 3}, {0, 0});
    const auto out = onto(stack, grid);
    CHECK(to_text(out.dims()) == "[sample: 2, q: 2]");
    CHECK(mask_of(out, "masked") == Mask01{0, 0, 1, 0});
    CHECK(values_of(out)[0] == 2);
    CHECK(values_of(out)[3] == 8);
    const auto bridged = onto(stack, grid, {{"gaps", "bridge"}});
    CHECK(mask_of(bridged, "masked") == Mask01{0, 0, 0, 0});
    CHECK(values_of(bridged)[2] == 3.5);  // between 2 at q = 1 and 8 at q = 3
    // The same point masked in all curves.
    const auto gap = with_mask(curve({1, 2, 3}, {1, 3, 4}), "gap", {{"q", 3}}, {0, 1, 0});
    CHECK(mask_of(onto(gap, grid), "masked") == Mask01{1, 0});
}

TEST_CASE("each curve at its own q, all brought onto one") {
    const auto own = with_coordinate(Array::from<double>("curve", {{"sample", 2}, {"q", 2}}, "1", Doubles{0, 10, 0, 10}), "q",
                                     {{"sample", 2}, {"q", 2}}, "1/nm", {0, 10, 0, 20});
    const auto out = alone(own, {{"points", {5, 10}}});
    CHECK(values_of(out) == Doubles{5, 10, 2.5, 5});
    CHECK(q_of(out) == Doubles{5, 10});
    CHECK(refusal(own, {{"count", 3}}) == Contains("x of the data differs between its items: give first"));
}

TEST_CASE("a grid of its own: points, or a count from first to last") {
    CHECK(values_of(alone(data, {{"points", {1.5, 2.5}}})) == Doubles{2, 3.5});
    const auto whole = alone(data, {{"count", 5}});
    CHECK(q_of(whole) == Doubles{1, 1.5, 2, 2.5, 3});
    CHECK(values_of(whole) == Doubles{1, 2, 3, 3.5, 4});
    CHECK(whole.description().coordinate("q")->values->unit().text() == "1/nm");
    const auto part = alone(data, {{"count", 2}, {"first", 0.15}, {"last", 0.25}, {"x_unit", "1/angstrom"}});
    CHECK(q_of(part) == Doubles{1.5, 2.5});
    CHECK(q_of(alone(data, {{"count", 3}, {"first", 1}, {"last", 4}, {"spacing", "logarithmic"}}))[1] ==
          Approx(2).epsilon(1e-15));
}

TEST_CASE("cubic goes through the points, and beyond the end only when told") {
    const Array sine = curve({0, 0.5, 1, 1.5, 2, 2.5, 3}, {std::sin(0.0), std::sin(0.5), std::sin(1.0), std::sin(1.5),
                                                           std::sin(2.0), std::sin(2.5), std::sin(3.0)});
    const auto out = alone(sine, {{"points", {1.25, 2.0}}, {"method", "cubic"}});
    CHECK(values_of(out)[0] == Approx(std::sin(1.25)).epsilon(1e-3));  // h^4 / 384 of sin is 2e-4, more beside the ends
    CHECK(values_of(out)[1] == std::sin(2.0));
    CHECK(mask_of(alone(data, {{"points", {4}}}), "masked") == Mask01{1});
    CHECK(values_of(alone(data, {{"points", {4}}, {"outside", "extrapolate"}})) == Doubles{5});
}

TEST_CASE("bins: those of the data count by their centres, those of onto are handed on") {
    const auto binned = curve({0, 2, 4}, {1, 3}, {}, "1/nm", true);
    CHECK(values_of(alone(binned, {{"points", {1, 2, 3}}})) == Doubles{1, 2, 3});
    const auto out = onto(data, curve({0.5, 1.5, 2.5}, {0, 0}, {}, "1/nm", true));
    CHECK(values_of(out) == Doubles{1, 3});
    CHECK(out.description().coordinate("q")->edges);
    CHECK(q_of(out) == Doubles{0.5, 1.5, 2.5});
}

TEST_CASE("coordinates along the dimension do not stay with the points they belonged to") {
    const auto more = with_coordinate(data, "two_theta", {{"q", 3}}, "deg", {1, 2, 3});
    CHECK(alone(more, {{"points", {1, 2, 2.5}}}).description().coordinate("two_theta") == nullptr);
    const auto stack = with_coordinate(curve({1, 2, 3}, {1, 3, 4, 2, 6, 8}), "temperature", {{"sample", 2}}, "K", {300, 310});
    CHECK(alone(stack, {{"count", 3}}).description().coordinate("temperature") != nullptr);
}

TEST_CASE("the axis counts, whatever other coordinates along it are called") {
    const auto more = with_coordinate(with_coordinate(data, "x", {{"q", 3}}, "mm", {7, 8, 9}), "grid", {{"q", 3}}, "mm", {4, 5, 6});
    CHECK(values_of(alone(more, {{"points", {1.5, 2.5}}})) == Doubles{2, 3.5});
    CHECK(values_of(onto(more, more)) == values_of(data));
    CHECK(q_of(onto(more, more)) == q_of(data));
}

TEST_CASE("what cannot be interpolated is refused") {
    const char* one = "the new points come from one of: the input 'onto', points, count (with first and last); give one";
    CHECK(refusal(data, Json::object()) == Contains(one));
    CHECK(refusal(data, {{"points", {1, 2}}, {"count", 2}}) == Contains(one));
    CHECK(refusal(data, {{"points", {1, 2}}, {"first", 1}}) == Contains("first and last belong to count, which is not given"));
    CHECK(refusal(data, {{"points", {2, 1}}}) == Contains("points must increase strictly; that at index 1 does not"));
    CHECK(refusal(data, {{"count", 3}, {"first", 3}, {"last", 1}}) ==
          Contains("first = 3 and last = 1; first must be below last."));
    CHECK(refusal(curve({1, 2, 2}, {1, 2, 3}), {{"points", {1}}}) ==
          Contains("x must increase or decrease strictly, but is 2 at index 2 after 2."));
    CHECK(refusal(Array::from<double>("curve", {{"q", 3}}, "1", Doubles{1, 2, 3}), {{"count", 3}}) ==
          Contains("has no coordinate 'q', which this step needs"));
    CHECK(error_of([] { onto(data, curve({1, 2}, {1, 2}, {}, "deg")); }) == Contains("unit 'deg' cannot be converted to '1/nm'"));
    CHECK(error_of([] { run_plugin("interpolate", {{"dim", "p"}, {"count", 3}}, {{"data", data}}); }) == Contains("'p'"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances, q;
    for (int i = 0; i < 60; ++i) q.push_back(0.1 * i);
    for (int i = 0; i < 60 * 300; ++i) values.push_back(std::sin(0.37 * i)), variances.push_back(1 + 0.5 * std::cos(0.11 * i));
    values[123] = std::numeric_limits<double>::quiet_NaN();
    const auto stack = curve(q, values, variances), grid = curve({0.05, 1.23, 4.56}, {0, 0, 0});
    const auto one = onto(stack, grid, {{"method", "cubic"}}, {.threads = 1});
    for (const int threads : {2, 5}) CHECK(same_bits(one, onto(stack, grid, {{"method", "cubic"}}, {.threads = threads})));
}
