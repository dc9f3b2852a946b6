// SPDX-License-Identifier: BSD-3-Clause
// A series as a recipe meets it: the reference by value, windows and units, correlations, refusals.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

const Dims dims = {{"temperature", 3}, {"r", 4}};

Array series(const Doubles& variances = Doubles(12, 0.5), const Doubles& temperatures = {300, 400, 500}) {
    auto array = Array::from<double>("G", dims, "1/angstrom^2", {1, 2, 3, 4, 2, 4, 6, 8, 0, 0, 1, 1}, variances);
    array = with_coordinate(array, "temperature", {{"temperature", 3}}, "K", temperatures);
    return with_coordinate(array, "r", {{"r", 4}}, "angstrom", {2, 3, 4, 5});
}

Json with(const Json& more = Json::object()) {
    Json all = {{"along", "temperature"}, {"dim", "r"}};
    all.update(more);
    return all;
}

std::string refusal(const Array& data, const Json& more) {
    return error_of([&] { run_plugin("difference_to_reference", with(more), {{"data", data}}); });
}

}  // namespace

TEST_CASE("the first curve is the reference unless another is named; there all is exactly 0") {
    const auto first = run_plugin("difference_to_reference", with(), {{"data", series()}});
    CHECK(values_of(first.at("difference")) == Doubles{0, 0, 0, 0, 1, 2, 3, 4, -1, -2, -2, -3});
    CHECK(variances_of(first.at("difference")) == Doubles{0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1});
    const auto hot = run_plugin("difference_to_reference", with({{"reference", 500}}), {{"data", series()}});
    CHECK(values_of(hot.at("difference"))[0] == 1);
    CHECK(variances_of(hot.at("difference"))[8] == 0);
    const auto kilo =
        run_plugin("difference_to_reference", with({{"reference", 0.4}, {"reference_unit", "kK"}}), {{"data", series()}});
    CHECK(values_of(kilo.at("difference"))[4] == 0);
    CHECK(first.at("difference").unit().text() == "1/angstrom^2");
}

TEST_CASE("windows: mean square less the noise") {
    const auto out = run_plugin("difference_to_reference", with({{"windows", {{0.2, 0.3}, {0.4, 0.5}}}, {"window_unit", "nm"}}),
                                {{"data", series()}});
    CHECK(to_text(out.at("rms").dims()) == "[temperature: 3, window: 2]");
    CHECK(values_of(out.at("mean_square"))[2] == doctest::Approx(2.5 - 1));
    CHECK(values_of(out.at("mean_square"))[3] == doctest::Approx(12.5 - 1));
    CHECK(values_of(out.at("noise"))[2] == doctest::Approx(1));
    CHECK(values_of(out.at("points")) == Doubles(6, 2));
    CHECK(values_of(*out.at("rms").description().coordinate("window_from")->values)[1] == doctest::Approx(4));
    CHECK(values_of(out.at("significance"))[0] == 0);
}

TEST_CASE("a sine transform's q_max tells which points are independent") {
    const auto plain = run_plugin("difference_to_reference", with(), {{"data", series()}});
    const auto data = with_fact(series(), "q_max", NumberFact{1.8 * 3.14159265358979 / 1.5, Unit::parse("1/angstrom")});
    const auto aware = run_plugin("difference_to_reference", with(), {{"data", data}});
    // 3 angstrom hold 2 independent points, not 4
    CHECK(values_of(aware.at("significance"))[1] == doctest::Approx(values_of(plain.at("significance"))[1] / std::sqrt(2)));
}

TEST_CASE("differences share the errors of the reference: no fit may take them as independent") {
    const auto out = run_plugin("difference_to_reference", with(), {{"data", series()}});
    CHECK(out.at("difference").description().correlated_over == std::vector<std::string>{"temperature"});
    CHECK(out.at("mean_square").description().correlated_over == std::vector<std::string>{"temperature"});
}

TEST_CASE("without variances none are made up") {
    const auto out = run_plugin("difference_to_reference", with(), {{"data", series({})}});
    CHECK(!out.at("difference").description().variances);
    CHECK(values_of(out.at("mean_square"))[1] == doctest::Approx(7.5));
    CHECK(std::isnan(values_of(out.at("noise"))[1]));
}

TEST_CASE("a window beyond the data gives the numbers of what there is, with a warning") {
    const auto warnings_of = [](const Json& windows) {
        PlanOptions options;
        options.arrays = {{"G", series()}};
        options.in_memory = true;
        const Json steps{
            {"G", {{"use", "memory"}, {"with", {{"name", "G"}}}}},
            {"d", {{"use", "difference_to_reference"}, {"in", {{"data", "G"}}}, {"with", with({{"windows", windows}})}}}};
        return run(plan_recipe(recipe_of(steps, {"d.rms"}), options)).warnings;
    };
    CHECK(warnings_of(Json::array({Json::array({2, 5}), Json::array({1.5, 5.5})})).empty());
    const auto beyond = warnings_of(Json::array({Json::array({2, 17})}));
    REQUIRE(beyond.size() == 1);
    CHECK(beyond.front() == Contains("a window reaches beyond the data"));
}

TEST_CASE("refusals say what to do") {
    CHECK(refusal(series(), {{"reference", 350}}) ==
          Contains("reference = 350 is not in the series; 'temperature' has 300, 400, 500 K"));
    const auto fine = series(Doubles(12, 0.5), {300.1234567, 400, 500});
    CHECK(refusal(fine, {{"reference", 300.123}}) ==
          Contains("reference = 300.123 is not in the series; 'temperature' has 300.1234567, 400, 500 K"));
    CHECK(refusal(fine, {{"reference", 300.1234567}}) == "no error");
    CHECK(refusal(series(), {{"windows", {{5, 2}}}}) == Contains("a window goes from 5 to 2"));
    CHECK(refusal(series(), {{"window_unit", "K"}}) != "no error");
    Description description = series().description();
    description.correlated_over = {"temperature"};
    CHECK(refusal(series().with(std::move(description)), Json::object()) == Contains("for_differences"));
}

TEST_CASE("a common factor scales all") {
    auto twice = Array::from<double>("G", dims, "1/angstrom^2", {2, 4, 6, 8, 4, 8, 12, 16, 0, 0, 2, 2}, Doubles(12, 2.0));
    twice = with_coordinate(twice, "temperature", {{"temperature", 3}}, "K", {300, 400, 500});
    twice = with_coordinate(twice, "r", {{"r", 4}}, "angstrom", {2, 3, 4, 5});
    const auto one = run_plugin("difference_to_reference", with(), {{"data", series()}});
    const auto two = run_plugin("difference_to_reference", with(), {{"data", twice}});
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(values_of(two.at("mean_square"))[i] == doctest::Approx(4 * values_of(one.at("mean_square"))[i]));
        CHECK(values_of(two.at("significance"))[i] == doctest::Approx(values_of(one.at("significance"))[i]));
    }
}
