// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic as a recipe meets it: broadcasting by name, units, variances and their tags, masks, facts, refusals, many elements.
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/host/arithmetic.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Names = std::vector<std::string>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Array array(const Dims& dims, const std::string& unit, const Doubles& values, const Doubles& variances = {}) {
    return Array::from<double>("array", dims, unit, values, variances);
}

const Array curves = array({{"sample", 2}, {"q", 3}}, "1/cm", {1, 2, 3, 4, 5, 6}, {1, 1, 1, 4, 4, 4});
const Array curve = array({{"q", 3}}, "1/cm", {1, 2, 4}, {0.25, 0.25, 1});

Array result_of(const std::string& operation, const Array& a, const Array& b, Json with = Json::object(),
                RunPluginOptions options = {}) {
    with["operation"] = operation;
    return run_plugin("arithmetic", with, {{"a", a}, {"b", b}}, options).at("result");
}
Array result_of(const std::string& operation, const Array& a, Json with = Json::object()) {
    with["operation"] = operation;
    return run_plugin("arithmetic", with, {{"a", a}}).at("result");
}
std::string refusal(const std::string& operation, const Array& a, const Array& b, const Json& with = Json::object()) {
    return error_of([&] { result_of(operation, a, b, with); });
}
std::string refusal(const std::string& operation, const Array& a, const Json& with = Json::object()) {
    return error_of([&] { result_of(operation, a, with); });
}

}  // namespace

TEST_CASE("the four operations, broadcast by name, are those of the host's container") {
    const Array turned = array({{"q", 3}, {"sample", 2}}, "1/m", {100, 400, 200, 500, 300, 600}, Doubles(6, 1e4));
    const Array scalar = array({}, "1/cm", {2}, {0.5});
    for (const auto& b :
         {curve, turned, scalar, array({{"temperature", 2}}, "1/cm", {1, 3}, {1, 1}), array({{"q", 3}}, "1/cm", {1, 2, 4})}) {
        CAPTURE(to_text(b.dims()));
        for (const auto& [operation, by_host] : {std::pair("add", add(curves, b)),
                                                 {"subtract", subtract(curves, b)},
                                                 {"multiply", multiply(curves, b)},
                                                 {"divide", divide(curves, b)}}) {
            CAPTURE(operation);
            const auto result = result_of(operation, curves, b);
            CHECK(result.dims() == by_host.dims());
            CHECK(result.unit().same_as(by_host.unit()));
            CHECK(values_of(result) == values_of(by_host));
            CHECK(variances_of(result) == variances_of(by_host));
            CHECK(result.description().correlated_over == by_host.description().correlated_over);
        }
    }
}

TEST_CASE("a second operand in another unit is converted to that of the first, or refused") {
    const Array metres = array({{"q", 3}}, "1/m", {100, 200, 400}, {2500, 2500, 10000});  // curve, in 1/m
    CHECK(values_of(result_of("subtract", curve, metres)) == Doubles{0, 0, 0});
    CHECK(variances_of(result_of("subtract", curve, metres)) == Doubles{0.5, 0.5, 2});
    CHECK(result_of("minimum", curve, metres).unit().text() == "1/cm");
    CHECK(result_of("multiply", curve, metres).unit().text() == "1/(cm m)");
    CHECK(refusal("add", curve, array({}, "s", {1})) ==
          Contains("step 'step' (arithmetic): unit 's' cannot be converted to '1/cm'"));
}

TEST_CASE("a number in place of the second operand has the unit of a in sums, and none in products") {
    CHECK(values_of(result_of("add", curve, {{"value", 1}})) == Doubles{2, 3, 5});
    CHECK(variances_of(result_of("add", curve, {{"value", 1}})) == Doubles{0.25, 0.25, 1});
    CHECK(values_of(result_of("subtract", curve, {{"value", 100}, {"value_unit", "1/m"}})) == Doubles{0, 1, 3});
    const auto twice = result_of("multiply", curve, {{"value", 2}});
    CHECK(values_of(twice) == Doubles{2, 4, 8});
    CHECK(variances_of(twice) == Doubles{1, 1, 4});
    CHECK(twice.unit().text() == "1/cm");
    CHECK(result_of("divide", curve, {{"value", 2}, {"value_unit", "1/cm"}}).unit().text() == "1");
    CHECK(values_of(result_of("maximum", curve, {{"value", 3}})) == Doubles{3, 3, 4});
    CHECK(variances_of(result_of("maximum", curve, {{"value", 3}})) == Doubles{0, 0, 1});
}

TEST_CASE("units of functions, and of the result when one is asked for") {
    const Array area = array({}, "nm^2", {4}, {1});
    CHECK(result_of("sqrt", area).unit().text() == "nm");
    CHECK(result_of("sqrt", area).scalar() == 2);
    CHECK(variances_of(result_of("sqrt", area)) == Doubles{0.0625});  // v/(4a)
    CHECK(result_of("power", area, {{"value", 1.5}}).unit().text() == "nm^3");
    CHECK(result_of("power", area, {{"value", -2}}).unit().text() == "1/nm^4");
    CHECK(result_of("reciprocal", area).unit().text() == "1/nm^2");
    CHECK(result_of("negate", area).unit().text() == "nm^2");
    CHECK(result_of("exp", array({}, "percent", {50})).scalar() == Approx(std::exp(0.5)).epsilon(1e-15));
    CHECK(result_of("log", array({}, "1", {2})).unit().text() == "1");

    const auto converted = result_of("multiply", curve, {{"value", 1}, {"unit", "1/m"}});
    CHECK(values_of(converted) == Doubles{100, 200, 400});
    CHECK(variances_of(converted) == Doubles{2500, 2500, 10000});
    CHECK(converted.unit().text() == "1/m");
    // Q in 1/(cm angstrom^3) is 1e-8 of Q in 1/angstrom^4.
    CHECK(result_of("negate", array({}, "1/(cm angstrom^3)", {1}), {{"unit", "1/angstrom^4"}}).scalar() ==
          Approx(-1e-8).epsilon(1e-14));

    CHECK(refusal("sqrt", array({}, "photon", {4})) ==
          Contains("there is no such power of the unit 'photon': 'photon' would get the power 0.5, which is not whole"));
    CHECK(refusal("log", curve) ==
          Contains("log needs plain numbers, but 'a' is in '1/cm': divide it first by a value in that unit"));
    CHECK(refusal("negate", curve, {{"unit", "s"}}) == Contains("unit '1/cm' cannot be converted to 's'"));
}

TEST_CASE("a scale with a zero of its own is refused") {
    const Array celsius = array({}, "degC", {25});
    CHECK(refusal("multiply", celsius, {{"value", 2}}) ==
          Contains("input 'a' is in 'degC', a scale with a zero of its own, of which there is no multiply; give it in K"));
    CHECK(refusal("subtract", array({}, "K", {300}), celsius) == Contains("the second operand is in 'degC'"));
    CHECK(result_of("subtract", array({}, "K", {300}), array({}, "K", {298})).scalar() == 2);
    CHECK(result_of("negate", array({}, "J/degC", {1})).scalar() == -1);  // in a quotient the zero does not count
}

TEST_CASE("an array and itself are one random variable") {
    PlanOptions options;
    options.arrays.emplace("x", curves);
    const auto out = run_recipe(
        recipe_of({{"x", {{"use", "memory"}, {"with", {{"name", "x"}}}}},
                   {"zero", {{"use", "arithmetic"}, {"in", {{"a", "x"}, {"b", "x"}}}, {"with", {{"operation", "subtract"}}}}},
                   {"one", {{"use", "arithmetic"}, {"in", {{"a", "x"}, {"b", "x"}}}, {"with", {{"operation", "divide"}}}}},
                   {"sum", {{"use", "arithmetic"}, {"in", {{"a", "x"}, {"b", "x"}}}, {"with", {{"operation", "add"}}}}}},
                  {"zero", "one", "sum"}),
        options);
    CHECK(variances_of(out.at("zero.result")) == Doubles(6, 0));
    CHECK(variances_of(out.at("one.result")) == Doubles(6, 0));
    CHECK(variances_of(out.at("sum.result")) == Doubles{4, 4, 4, 16, 16, 16});  // 4 v
}

TEST_CASE("masks are united, and what has no finite result is masked") {
    const auto a = with_mask(with_mask(curves, "bad", {{"sample", 2}}, {true, false}), "gap", {{"q", 3}}, {false, true, false});
    const auto b = with_mask(array({{"q", 3}}, "1/cm", {1, 1, 0}), "hot", {{"q", 3}}, {true, false, false});
    CHECK(mask_of(result_of("divide", a, b), "masked") == std::vector<int>{1, 1, 1, 1, 1, 1});
    CHECK(mask_of(result_of("add", a, b), "masked") == std::vector<int>{1, 1, 1, 1, 1, 0});
    const auto holes = result_of("add", array({{"q", 2}}, "1", {unknown, 1}), {{"value", 1}});
    CHECK(std::isnan(values_of(holes)[0]));
    CHECK(mask_of(holes, "masked") == std::vector<int>{0, 0});
    // Computed like the others.
    CHECK(values_of(result_of("add", a, b))[0] == 2);
}

TEST_CASE("coordinates ride along; axes must agree") {
    const auto a = with_coordinate(curves, "q", {{"q", 3}}, "1/nm", {1, 2, 3});
    const auto b = with_coordinate(curve, "q", {{"q", 3}}, "1/angstrom", {0.1, 0.2, 0.3});
    CHECK(result_of("add", a, b).description().coordinate("q")->values->as_float64() == Doubles{1, 2, 3});
    CHECK(refusal("add", a, with_coordinate(curve, "q", {{"q", 3}}, "1/nm", {1, 2, 4})) == Contains("(interpolate)"));
    CHECK(refusal("add", a, array({{"q", 4}}, "1/cm", Doubles(4))) ==
          Contains("dimension 'q' has 3 elements in input 'a' and 4 in input 'b'"));
}

TEST_CASE("facts: equal ones stay, what was done to either was done to the result") {
    const auto a =
        with_fact(with_fact(with_fact(curve, "intensity_scale", "absolute"), "wavelength", NumberFact{1, Unit::parse("nm")}),
                  "form", "line");
    const auto b = with_fact(with_fact(with_fact(curve, "intensity_scale", "absolute"), "smoothed", true), "wavelength",
                             NumberFact{2, Unit::parse("nm")});
    const auto sum = result_of("add", a, b).description().facts;
    CHECK(to_text(sum.at("intensity_scale")) == "absolute");
    CHECK(sum.contains("smoothed"));
    CHECK(sum.contains("form"));
    CHECK_FALSE(sum.contains("wavelength"));
    CHECK_FALSE(result_of("divide", a, b).description().facts.contains("intensity_scale"));
    CHECK(result_of("divide", a, {{"value", 2}}).description().facts.contains("intensity_scale"));
    CHECK_FALSE(result_of("log", with_fact(array({}, "1", {2}), "intensity_scale", "relative"))
                    .description()
                    .facts.contains("intensity_scale"));
    CHECK(refusal("add", a, with_fact(curve, "intensity_scale", "relative")) ==
          Contains("'intensity_scale' is absolute in input 'a' and relative in input 'b': they must agree"));
}

TEST_CASE("value may be a quantity, and then brings its unit") {
    CHECK(values_of(result_of("subtract", curve, {{"value", "100 1/m"}})) == Doubles{0, 1, 3});
    CHECK(values_of(result_of("add", curve, {{"value", " -1e2 /m "}})) == Doubles{0, 1, 3});
    CHECK(values_of(result_of("add", curve, {{"value", "1"}})) == Doubles{2, 3, 5});
    CHECK(values_of(result_of("subtract", curve, {{"value", "100"}, {"value_unit", "1/m"}})) == Doubles{0, 1, 3});
    const auto per_length = result_of("divide", curve, {{"value", "2 mm"}});
    CHECK(values_of(per_length) == Doubles{0.5, 1, 2});
    CHECK(per_length.unit().same_as(Unit::parse("1/(cm mm)")));
    CHECK(values_of(result_of("divide", curve, {{"value", "2mm"}, {"unit", "1/cm^2"}})) == Doubles{5, 10, 20});
    CHECK(values_of(result_of("power", curve, {{"value", "2"}})) == Doubles{1, 4, 16});
}

TEST_CASE("a recipe's parameter of type quantity serves as value") {
    const std::string recipe = R"({"sluice": 1, "recipe": {"id": "thickness", "version": "1.0.0"},
        "parameters": {"thickness": {"type": "quantity", "unit": "mm", "default": "0.2 cm"}},
        "steps": {"data": {"use": "values", "with": {"dims": ["q"], "values": [1, 2, 4]}},
                  "net": {"use": "arithmetic", "in": {"a": "data"}, "with": {"operation": "divide", "value": "${thickness}", "unit": "1/mm"}}},
        "outputs": {"default": "net"}})";
    CHECK(values_of(run_recipe(Json::parse(recipe)).at("net.result")) == Doubles{0.5, 1, 2});
}

TEST_CASE("a value that is no quantity, or has a unit twice or where none belongs, is refused") {
    for (const auto* text : {"mm", "", "nan", "1e999 mm"})
        CHECK(refusal("add", curve, {{"value", text}}) ==
              Contains("must be a finite number, or a number and its unit, such as 2 mm"));
    CHECK(refusal("divide", curve, {{"value", "2 parsnip"}}) == Contains("parsnip"));
    CHECK(refusal("add", curve, {{"value", "2 mm"}}) == Contains("unit 'mm' cannot be converted to '1/cm'"));
    CHECK(refusal("divide", curve, {{"value", "2 mm"}, {"value_unit", "mm"}}) ==
          Contains("value = '2 mm' has a unit of its own: leave out value_unit"));
    CHECK(refusal("power", curve, {{"value", "2 mm"}}) ==
          Contains("value = '2 mm', but an exponent has no unit: give a plain number"));
    CHECK(refusal("divide", curve, {{"value", "5 degC"}}) == Contains("a scale with a zero of its own"));
}

TEST_CASE("operands that are missing or too many are refused") {
    CHECK(refusal("add", curve) == Contains("add needs the input 'b' or the parameter value"));
    CHECK(refusal("add", curve, curve, {{"value", 1}}) ==
          Contains("add needs one of the input 'b' and the parameter value, not both"));
    CHECK(refusal("log", curve, curve) == Contains("log takes one operand: leave out the input 'b'"));
    CHECK(refusal("abs", curve, {{"value", 1}}) == Contains("abs takes one operand: leave out value"));
    CHECK(refusal("power", curve) == Contains("power needs its exponent: give value"));
    CHECK(refusal("power", curve, {{"value", 2}, {"value_unit", "nm"}}) ==
          Contains("value_unit is given, but an exponent has no unit; leave it out"));
    CHECK(refusal("add", curve, curve, {{"value_unit", "nm"}}) ==
          Contains("value_unit is given, but there is no value; leave it out"));
    CHECK(refusal("plus", curve) == Contains("plus"));
}

TEST_CASE("ten million elements take a fraction of a microsecond each, with the same bits on any number of threads") {
    constexpr Index frames = 1000, pixels = 10000;
    Doubles values(static_cast<std::size_t>(frames * pixels)), dark(static_cast<std::size_t>(pixels));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 977);
    for (std::size_t i = 0; i < dark.size(); ++i) dark[i] = static_cast<double>(i % 31);
    const Array a = array({{"frame", frames}, {"pixel", pixels}}, "photon", values, values),
                b = array({{"pixel", pixels}}, "photon", dark, dark);
    const auto begin = std::chrono::steady_clock::now();
    const auto one = result_of("subtract", a, b, Json::object(), {.threads = 1});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    MESSAGE("seconds for 10 million elements with variances on one thread: ", seconds.count());
    CHECK(seconds.count() < 10);  // 1 us each, in any build on a busy machine; see the page for what it takes on a quiet one
    CHECK(same_bits(one, result_of("subtract", a, b, Json::object(), {.threads = 3})));
    CHECK(values_of(one)[12345] == values[12345] - dark[2345]);
    CHECK(variances_of(one)[12345] == values[12345] + dark[2345]);
}
