// SPDX-License-Identifier: BSD-3-Clause
// Rebinning as a recipe meets it: where the bins come from, units, loops, masks, coordinates, refusals.
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
using Mask01 = std::vector<int>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A curve, or a stack of them, over q.
Array curve(const Doubles& q, const Doubles& values, const Doubles& variances = {}, const std::string& q_unit = "1/nm",
            bool edges = false) {
    const auto n = static_cast<Index>(q.size()) - (edges ? 1 : 0), samples = static_cast<Index>(values.size()) / n;
    Dims dims{{"q", n}};
    if (samples > 1) dims.insert(dims.begin(), {"sample", samples});
    return with_coordinate(Array::from<double>("curve", dims, "1/cm", values, variances), "q",
                           {{"q", static_cast<Index>(q.size())}}, q_unit, q, edges);
}

using Inputs = std::map<std::string, Array>;

auto run_on(Inputs inputs, Json with, RunPluginOptions options = {}) {
    with["dim"] = "q";
    return run_plugin("rebin", with, inputs, options);
}
auto alone(const Array& data, const Json& with) { return run_on({{"data", data}}, with); }
std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { alone(data, with); });
}

Doubles q_of(const Array& array) { return array.description().coordinate("q")->values->as_float64(); }

const Array data = curve({1, 2, 3, 4}, {1, 3, 4, 8}, {4, 4, 16, 4});

}  // namespace

TEST_CASE("means, sums, weights and counts of points") {
    const auto out = alone(data, {{"edges", {1, 3, 4}}});
    CHECK(values_of(out.at("rebinned")) == Doubles{2, 6});
    CHECK(variances_of(out.at("rebinned")) == Doubles{2, 5});  // (4 + 4)/4, (16 + 4)/4
    CHECK(values_of(out.at("count")) == Doubles{2, 2});
    CHECK(out.at("rebinned").unit().text() == "1/cm");
    for (const auto* port : {"rebinned", "count"}) {
        CHECK(to_text(out.at(port).dims()) == "[q: 2]");
        CHECK(q_of(out.at(port)) == Doubles{1, 3, 4});
        CHECK(out.at(port).description().coordinate("q")->edges);
    }
    const auto sum = alone(data, {{"edges", {1, 3, 4}}, {"statistic", "sum"}}).at("rebinned");
    CHECK(values_of(sum) == Doubles{4, 12});
    CHECK(variances_of(sum) == Doubles{8, 20});
    const auto weighted = alone(data, {{"edges", {3, 4}}, {"weights", "inverse_variance"}}).at("rebinned");
    CHECK(values_of(weighted)[0] == Approx(7.2).epsilon(1e-15));  // (4/16 + 8/4) / (1/16 + 1/4)
    CHECK(variances_of(weighted)[0] == Approx(3.2).epsilon(1e-15));
}

TEST_CASE("bins by count and by step, from where the data begin to where they end") {
    CHECK(q_of(alone(data, {{"count", 2}}).at("rebinned")) == Doubles{1, 2.5, 4});
    CHECK(values_of(alone(data, {{"count", 2}, {"statistic", "sum"}}).at("rebinned")) == Doubles{4, 12});
    CHECK(q_of(alone(data, {{"step", 2}}).at("rebinned")) == Doubles{1, 3, 5});
    CHECK(q_of(alone(data, {{"step", 0.1}, {"first", 0.1}, {"last", 0.3}, {"x_unit", "1/angstrom"}}).at("rebinned")) ==
          Doubles{1, 2, 3});
    const auto octaves = q_of(alone(data, {{"step", 1}, {"spacing", "logarithmic"}, {"x_unit", "1/angstrom"}}).at("rebinned"));
    REQUIRE(octaves.size() == 3);  // relative, whatever the unit: 1, 2, 4
    for (std::size_t i = 0; i < 3; ++i) CHECK(octaves[i] == Approx(std::pow(2, i)).epsilon(1e-14));
    CHECK(q_of(alone(data, {{"count", 2}, {"spacing", "logarithmic"}}).at("rebinned"))[1] == Approx(2).epsilon(1e-15));
}

TEST_CASE("the bins of another curve, in another unit: its edges, or around its points") {
    const auto edges =
        run_on({{"data", data}, {"onto", curve({0.1, 0.3, 0.4}, {0, 0}, {}, "1/angstrom", true)}}, Json::object()).at("rebinned");
    CHECK(values_of(edges) == Doubles{2, 6});
    CHECK(q_of(edges) == Doubles{0.1, 0.3, 0.4});
    CHECK(edges.description().coordinate("q")->values->unit().text() == "1/angstrom");
    const auto around = run_on({{"data", data}, {"onto", curve({1.5, 3.5}, {0, 0})}}, {{"statistic", "sum"}})
                            .at("rebinned");  // [0.5, 2.5], [2.5, 4.5]
    CHECK(values_of(around) == Doubles{4, 12});
    CHECK(q_of(around) == Doubles{1.5, 3.5});
    CHECK_FALSE(around.description().coordinate("q")->edges);
}

TEST_CASE("data that are bins are shared out") {
    const auto bins = curve({0, 1, 3, 4}, {10, 20, 30}, {1, 4, 9}, "1/nm", true);
    const auto out = alone(bins, {{"edges", {0, 2, 4}}, {"statistic", "sum"}});
    CHECK(values_of(out.at("rebinned")) == Doubles{20, 40});
    CHECK(variances_of(out.at("rebinned")) == Doubles{2, 10});
    CHECK(values_of(out.at("count")) == Doubles{1.5, 1.5});
    CHECK(q_of(alone(bins, {{"count", 1}}).at("rebinned")) == Doubles{0, 4});
}

TEST_CASE("masked points and NaN are left out; an empty bin is masked") {
    const auto stack = with_mask(curve({1, 2, 3, 4}, {1, 3, 4, 8, 5, unknown, 7, 9}), "bad", {{"sample", 2}, {"q", 4}},
                                 {0, 0, 1, 1, 1, 0, 0, 0});
    const auto out = alone(stack, {{"edges", {1, 3, 4}}});
    CHECK(to_text(out.at("rebinned").dims()) == "[sample: 2, q: 2]");
    CHECK(mask_of(out.at("rebinned"), "empty") == Mask01{0, 1, 1, 0});
    CHECK(values_of(out.at("rebinned"))[0] == 2);
    CHECK(std::isnan(values_of(out.at("rebinned"))[1]));
    CHECK(values_of(out.at("rebinned"))[3] == 8);
    CHECK(values_of(out.at("count")) == Doubles{2, 0, 0, 2});
}

TEST_CASE("each curve at its own q") {
    const auto own = with_coordinate(Array::from<double>("curve", {{"sample", 2}, {"q", 2}}, "1", Doubles{1, 10, 1, 10}), "q",
                                     {{"sample", 2}, {"q", 2}}, "1/nm", {0.5, 1.5, 1.5, 0.5});
    CHECK(values_of(alone(own, {{"edges", {0, 1, 2}}}).at("rebinned")) == Doubles{1, 10, 10, 1});
    CHECK(refusal(own, {{"count", 3}}) == Contains("x of the data differs between its items: give first"));
}

TEST_CASE("coordinates along the dimension go, those of the loop stay") {
    auto stack = with_coordinate(curve({1, 2, 3, 4}, {1, 3, 4, 8, 5, 6, 7, 9}), "temperature", {{"sample", 2}}, "K", {300, 310});
    stack = with_coordinate(stack, "two_theta", {{"q", 4}}, "deg", {1, 2, 3, 4});
    const auto out = alone(stack, {{"count", 4}}).at("rebinned");
    CHECK(out.description().coordinate("temperature") != nullptr);
    CHECK(out.description().coordinate("two_theta") == nullptr);
}

TEST_CASE("what cannot be binned is refused") {
    const char* one = "the new bins come from one of: the input 'onto', edges, count, step; give one";
    CHECK(refusal(data, Json::object()) == Contains(one));
    CHECK(refusal(data, {{"count", 2}, {"step", 1}}) == Contains(one));
    CHECK(refusal(data, {{"edges", {1, 2}}, {"first", 1}}) ==
          Contains("first and last belong to count or step, of which none is given"));
    CHECK(refusal(data, {{"edges", {2, 1}}}) == Contains("edges must increase strictly; that at index 1 does not"));
    CHECK(refusal(data, {{"count", 2}, {"first", -1}, {"spacing", "logarithmic"}}) ==
          Contains("first = -1, must be above 0 for logarithmic spacing."));
    CHECK(refusal(data, {{"count", 2}, {"statistic", "sum"}, {"weights", "inverse_variance"}}) ==
          Contains("weights = inverse_variance is for a mean; a sum has none. Remove weights"));
    CHECK(refusal(curve({1, 2}, {1, 2}), {{"count", 2}, {"weights", "inverse_variance"}}) ==
          Contains("weights = inverse_variance, but the data have no variances; use equal"));
    CHECK(error_of([] {
              run_on({{"data", data}, {"onto", curve({1, 2}, {1, 2}, {}, "deg")}}, Json::object());
          }) == Contains("unit 'deg' cannot be converted to '1/nm'"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances, q;
    for (int i = 0; i < 60; ++i) q.push_back(0.1 * i);
    for (int i = 0; i < 60 * 300; ++i) values.push_back(std::sin(0.37 * i)), variances.push_back(1 + 0.5 * std::cos(0.11 * i));
    const auto stack = curve(q, values, variances);
    const Json with{{"count", 7}, {"weights", "inverse_variance"}};
    const auto one = run_on({{"data", stack}}, with, {.threads = 1}).at("rebinned");
    for (const int threads : {2, 5}) CHECK(same_bits(one, run_on({{"data", stack}}, with, {.threads = threads}).at("rebinned")));
}

TEST_CASE("bins of another input must increase; a q that is no number is in no range") {
    const auto onto = [&](const Doubles& q) {
        return error_of([&] { run_on({{"data", data}, {"onto", curve(q, Doubles(q.size(), 0))}}, Json::object()); });
    };
    CHECK(onto({3.5, 1.5}).find("the points of input 'onto' must increase strictly, but there is 1.5 at index 1 after 3.5.") !=
          std::string::npos);
    CHECK(onto({3.5}).find("input 'onto' has one point, and bins around points need at least 2.") != std::string::npos);
    const auto out = alone(curve({unknown, 2, 3, 4}, {9, 3, 4, 8}), {{"count", 2}});
    CHECK(q_of(out.at("rebinned")) == Doubles{2, 3, 4});
    CHECK(values_of(out.at("rebinned")) == Doubles{3, 6});
}

TEST_CASE("a further coordinate that is called like the plugin's own dimension is not taken for the axis") {
    const auto named = with_coordinate(data, "x", {{"q", 4}}, "mm", {40, 30, 20, 10});
    const auto out = alone(named, {{"edges", {1, 3, 4}}});
    CHECK(values_of(out.at("rebinned")) == Doubles{2, 6});
    CHECK(q_of(out.at("rebinned")) == Doubles{1, 3, 4});
}
