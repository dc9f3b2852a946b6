// SPDX-License-Identifier: BSD-3-Clause
// Changes as a recipe meets them: how the reference is named, units, masks, correlations, facts and refusals.
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

RunPluginOptions over_annealing(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"condition", {"annealing"}}};
    return options;
}

/// A peak height for each annealing temperature, of one or more glasses; the paper's 0.041 to 0.013, and 0.033 to 0.0165.
Array heights(const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1") {
    const Index glasses = static_cast<Index>(values.size()) / 3;
    Dims dims{{"annealing", 3}};
    if (glasses > 1) dims.insert(dims.begin(), {"glass", glasses});
    return with_coordinate(Array::from<double>("height", dims, unit, values, variances), "annealing", {{"annealing", 3}}, "K",
                           {300, 450, 500});
}

const Array peak = heights({0.041, 0.035, 0.013}, {1e-8, 1e-8, 1e-8});

Array labelled(const Array& array) {
    Description description = array.description();
    description.coordinates.push_back(
        {"state", false,
         std::make_shared<const Array>(Array::of_labels("state", {{"annealing", 3}}, {"as_cast", "annealed", "transformed"}))});
    return array.with(std::move(description));
}

auto run_on(const Array& data, const Json& with) {
    return run_plugin("relative_change", with, {{"data", data}}, over_annealing());
}
std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { run_on(data, with); });
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = run_on(peak, {{"reference", 300}});
    CHECK(values_of(out.at("difference"))[0] == 0);
    CHECK(variances_of(out.at("difference"))[0] == 0);
    CHECK(values_of(out.at("difference"))[2] == Approx(-0.028));
    CHECK(values_of(out.at("ratio"))[2] == Approx(0.013 / 0.041));
    CHECK(values_of(out.at("fraction"))[0] == 0);
    CHECK(variances_of(out.at("fraction"))[0] == 0);
    CHECK(values_of(out.at("fraction"))[2] == Approx(0.028 / 0.041));
    CHECK(variances_of(out.at("fraction"))[2] == Approx(1e-8 * (1 + 0.013 * 0.013 / (0.041 * 0.041)) / (0.041 * 0.041)));
    CHECK(out.at("status").scalar() == 0);
    CHECK(to_text(out.at("fraction").dims()) == "[annealing: 3]");
    CHECK(out.at("difference").description().coordinate("annealing")->values->as_float64() == Doubles{300, 450, 500});
    CHECK(to_text(out.at("difference_covariance").dims()) == "[annealing: 3, condition2: 3]");
    CHECK(out.at("difference_covariance").description().coordinate("condition2")->values->as_float64() == Doubles{300, 450, 500});
    CHECK(values_of(out.at("difference_covariance"))[3 + 2] == Approx(1e-8));
    CHECK(values_of(out.at("fraction_covariance"))[3 + 2] == Approx(1e-8 * 0.035 * 0.013 / std::pow(0.041, 4)));
    for (const auto* port : {"difference", "fraction", "ratio"}) {
        CHECK(out.at(port).description().correlated_over == std::vector<std::string>{"annealing"});
        CHECK(to_text(out.at(port).description().facts.at("reference")) == "300 K");
    }
    const auto shifted = run_on(heights({331, 350, 383}, {1, 1, 1}, "K"), {{"reference", 300}});
    CHECK(shifted.at("difference").unit().text() == "K");
    CHECK(shifted.at("fraction").unit().text() == "1");
    CHECK(shifted.at("difference_covariance").unit().text() == "K^2");
    CHECK(values_of(shifted.at("difference"))[2] == 52);  // the paper's shift
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 reference_missing, 2 reference_not_significant");
}

TEST_CASE("the reference by a quantity, a label, and by an input") {
    for (const Json& reference : {Json("300 K"), Json("300"), Json("0.3 kK"), Json("as_cast"), Json(300)}) {
        CAPTURE(reference);
        const auto out = run_on(labelled(peak), {{"reference", reference}});
        CHECK(values_of(out.at("ratio")) == values_of(run_on(peak, {{"reference", 300}}).at("ratio")));
    }
    const auto value = Array::from<double>("as_cast", {}, "percent", {4.1}, {0.01 * 0.01});
    const auto out =
        run_plugin("relative_change", Json::object(), {{"data", peak}, {"reference_value", value}}, over_annealing());
    CHECK(values_of(out.at("ratio"))[2] == Approx(0.013 / 0.041));
    CHECK(variances_of(out.at("difference"))[0] == Approx(1e-8 + 1e-8));
    CHECK(to_text(out.at("difference").description().facts.at("reference")) == "input reference_value");
}

TEST_CASE("each glass has its own reference; one without it has a status and no numbers") {
    const auto two = with_mask(heights({0.041, 0.035, 0.013, 0.033, unknown, 0.0165, 1, 2, 3}, Doubles(9, 1e-8)), "failed",
                               {{"glass", 3}, {"annealing", 3}}, {false, false, false, false, false, false, true, false, false});
    const auto out = run_on(two, {{"reference", 300}});
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 1});
    CHECK(values_of(out.at("ratio"))[5] == Approx(0.5));
    CHECK(std::isnan(values_of(out.at("ratio"))[4]));
    CHECK(std::isnan(values_of(out.at("difference"))[8]));
    CHECK(mask_of(out.at("ratio"), "not_determined") == std::vector<int>{0, 0, 0, 0, 1, 0, 1, 1, 1});
}

TEST_CASE("without variances there are none, and the covariances are NaN") {
    const auto out = run_on(heights({0.041, 0.035, 0.013}), {{"reference", 300}});
    CHECK_FALSE(out.at("ratio").description().variances);
    for (const double each : values_of(out.at("fraction_covariance"))) CHECK(std::isnan(each));
}

TEST_CASE("refusals") {
    CHECK(refusal(peak, {{"reference", 310}}) == Contains("reference = 310 is not among the conditions; the nearest is 300 K."));
    CHECK(refusal(peak, Json::object()) ==
          Contains("there is nothing to compare with: give reference, or connect the input 'reference_value'."));
    CHECK(refusal(peak, {{"reference", "as cast"}}) ==
          Contains("reference = 'as cast' is no label along the conditions and no quantity; the data has no labels."));
    for (const std::string text : {"nanocrystalline", "inf", "-inf", "nan"})  // which strtod takes for numbers
        CHECK(refusal(peak, {{"reference", text}}) == Contains("reference = '" + text + "' is no label along the conditions"));
    CHECK(refusal(labelled(peak), {{"reference", "as cast"}}) ==
          Contains("the data has the labels 'as_cast', 'annealed', 'transformed'."));
    CHECK(refusal(peak, {{"reference", "300 nm"}}) == Contains("unit 'nm' cannot be converted to 'K'"));
    CHECK(refusal(Array::from<double>("height", {{"annealing", 3}}, "1", {1, 2, 3}), {{"reference", 300}}) ==
          Contains("the data has no coordinate of numbers along its conditions"));
    CHECK(refusal(heights({331, 350, 383}, {}, "degC"), {{"reference", 300}}) ==
          Contains("the data is in 'degC', a scale with a zero of its own"));
    CHECK(error_of([] {
              run_plugin("relative_change", {{"reference", 300}},
                         {{"data", peak}, {"reference_value", Array::from<double>("v", {}, "1", {1})}}, over_annealing());
          }) == Contains("both reference and the input 'reference_value' are given. Remove one of them."));
    const auto twice = with_coordinate(Array::from<double>("height", {{"annealing", 3}}, "1", {1, 2, 3}), "annealing",
                                       {{"annealing", 3}}, "K", {300, 300, 500});
    CHECK(refusal(twice, {{"reference", 300}}) == Contains("reference = 300 stands more than once among the conditions"));
    auto description = peak.description();
    description.correlated_over = {"annealing"};
    CHECK(refusal(peak.with(std::move(description)), {{"reference", 300}}) == Contains("correlated"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 300; ++i) {
        values.push_back(2 + std::sin(i));
        variances.push_back(0.01 + 0.005 * std::cos(i));
    }
    const auto stack = heights(values, variances);
    const auto one = run_plugin("relative_change", {{"reference", 450}}, {{"data", stack}}, over_annealing(1));
    const auto seven = run_plugin("relative_change", {{"reference", 450}}, {{"data", stack}}, over_annealing(7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
