// SPDX-License-Identifier: BSD-3-Clause
// Crossings as a recipe meets them: units, levels, windows per item, what has no crossing, and refusals.
#include <cmath>
#include <limits>
#include <map>
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
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Doubles temperatures{200, 210, 220, 230};

RunPluginOptions along_temperature(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {"temperature"}}};
    return options;
}

/// at_297 + slope (T - 297) for each sample.
Array lines(const Doubles& at_297, const Doubles& slopes, double sigma = 0, const std::string& unit = "1/cm") {
    Dims dims{{"temperature", 4}};
    if (slopes.size() > 1) dims.insert(dims.begin(), {"sample", static_cast<Index>(slopes.size())});
    Doubles values, variances;
    for (std::size_t i = 0; i < slopes.size(); ++i)
        for (const double t : temperatures) {
            values.push_back(at_297[i] + slopes[i] * (t - 297));
            if (sigma > 0) variances.push_back(sigma * sigma);
        }
    return with_coordinate(Array::from<double>("q", dims, unit, values, variances), "temperature", {{"temperature", 4}}, "K",
                           temperatures);
}

auto run_on(const Inputs& inputs, const Json& with = Json::object(), const RunPluginOptions& options = along_temperature()) {
    return run_plugin("line_crossing", with, inputs, options);
}

const Array falling = lines({8}, {-0.02}, 0.01), ideal = lines({8}, {-0.001}, 0.01);

}  // namespace

TEST_CASE("values, units and dims of every output") {
    const auto out = run_on({{"first", falling}, {"second", ideal}});
    CHECK(out.at("crossing").scalar() == Approx(297).epsilon(1e-12));
    CHECK(out.at("crossing").unit().text() == "K");
    CHECK(out.at("crossing").dims().empty());
    // Each line of 4 points 10 apart, mean 215: V(297) = s^2 (1/4 + 82^2/500)
    CHECK(variances_of(out.at("crossing"))[0] == Approx(2 * 1e-4 * (0.25 + 82 * 82 / 500.0) / (0.019 * 0.019)).epsilon(1e-10));
    CHECK(out.at("lower").scalar() < 297);
    CHECK(out.at("upper").scalar() > 297);
    CHECK(out.at("value").scalar() == Approx(8));
    CHECK(out.at("value").unit().text() == "1/cm");
    CHECK(out.at("extrapolated").scalar() == 1);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("first_slope").scalar() == Approx(-0.02));
    CHECK(out.at("first_slope").unit().same_as(Unit::parse("1/(cm K)")));
    CHECK(out.at("second_slope").scalar() == Approx(-0.001));
    CHECK(out.at("slope_difference").scalar() == Approx(-0.019));
    CHECK(out.at("first_intercept").scalar() == Approx(8 + 0.02 * 297));
    CHECK(to_text(out.at("first_line").dims()) == "[temperature: 4]");
    CHECK(values_of(out.at("second_line"))[3] == Approx(8 + 0.001 * 67));
    CHECK(out.at("second_points").scalar() == 4);
    CHECK(to_text(out.at("crossing").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 too_few_points, 2 not_determined");
}

TEST_CASE("the second curve in another unit") {
    const auto out = run_on({{"first", falling}, {"second", lines({800}, {-0.1}, 1, "1/m")}});
    CHECK(out.at("crossing").scalar() == Approx(297));
    CHECK(out.at("second_slope").scalar() == Approx(-0.001));
    CHECK(out.at("second_slope").unit().same_as(Unit::parse("1/(cm K)")));
    CHECK(variances_of(out.at("second_line"))[0] == Approx(variances_of(out.at("first_line"))[0]));
}

TEST_CASE("a level in place of the second curve") {
    const auto out = run_on({{"first", falling}}, {{"level", 9}});
    CHECK(out.at("crossing").scalar() == Approx(247));
    CHECK(values_of(out.at("second_line")) == Doubles{9, 9, 9, 9});
    CHECK(variances_of(out.at("second_line")) == Doubles{0, 0, 0, 0});
    CHECK(out.at("second_intercept").scalar() == 9);
    CHECK(out.at("second_points").scalar() == 0);
    CHECK(to_text(out.at("crossing").description().facts.at("level")) == "9 1/cm");
    CHECK(run_on({{"first", falling}}, {{"level", 9.6}}).at("extrapolated").scalar() == 0);
}

TEST_CASE("the window: for all items, or one per item from a step; a masked number leaves no point") {
    CHECK(run_on({{"first", falling}, {"second", ideal}}, {{"from", 205}}).at("first_points").scalar() == 3);
    CHECK(run_on({{"first", falling}, {"second", ideal}}, {{"from", 205000}, {"x_unit", "mK"}}).at("second_points").scalar() ==
          3);
    const auto two = lines({8, 8, 8}, {-0.02, -0.03, -0.04}, 0.01);
    const auto from = Array::from<double>("t_g", {{"sample", 3}}, "mK", Doubles{190e3, 215e3, unknown});
    const auto out = run_on({{"first", two}, {"second", ideal}, {"begin", from}});
    CHECK(values_of(out.at("first_points")) == Doubles{4, 2, 0});
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 1});
    CHECK(values_of(out.at("crossing"))[1] == Approx(297));
    CHECK(std::isnan(values_of(out.at("crossing"))[2]));
}

TEST_CASE("one ideal line for all samples; parallel lines and masked points have a status") {
    auto three = lines({8, 9, 8}, {-0.02, -0.001, -0.02}, 0.01);
    std::vector<bool> absent(12, false);
    absent[8] = absent[9] = absent[10] = true;
    three = with_mask(three, "absent", {{"sample", 3}, {"temperature", 4}}, absent);
    const auto out = run_on({{"first", three}, {"second", ideal}});
    CHECK(values_of(out.at("status")) == Doubles{0, 2, 1});
    CHECK(values_of(out.at("crossing"))[0] == Approx(297));
    for (const std::size_t i : {1u, 2u}) {
        CHECK(std::isnan(values_of(out.at("crossing"))[i]));
        CHECK(std::isnan(variances_of(out.at("crossing"))[i]));
        CHECK(values_of(out.at("extrapolated"))[i] == 0);
    }
    CHECK(values_of(out.at("first_slope"))[1] == Approx(-0.001));
}

TEST_CASE("an item whose window ends before it begins has no points; the others stand") {
    const auto two = lines({8, 8}, {-0.02, -0.02});
    const auto begin = Array::from<double>("begin", {{"sample", 2}}, "K", Doubles{0, 1000});
    const auto out = run_on({{"first", two}, {"begin", begin}}, {{"level", 8}, {"to", 999}});
    CHECK(values_of(out.at("status"))[0] != 1);
    CHECK(values_of(out.at("status"))[1] == 1);
    CHECK(values_of(out.at("first_points"))[1] == 0);
}

TEST_CASE("refusals") {
    const auto refusal = [](const Inputs& inputs, const Json& with = Json::object()) {
        return error_of([&] { run_on(inputs, with); });
    };
    CHECK(refusal({{"first", falling}}) == Contains("there is nothing to cross: connect the input 'second', or give a level."));
    CHECK(refusal({{"first", falling}, {"second", ideal}}, {{"level", 8}}) ==
          Contains("both an input 'second' and a level are given. Remove one of them."));
    CHECK(refusal({{"first", falling}, {"second", lines({8}, {-1}, 1, "nm")}}) ==
          Contains("unit 'nm' cannot be converted to '1/cm'"));
    CHECK(refusal({{"first", falling}}, {{"level", 8}, {"x_unit", "nm"}}) == Contains("unit 'nm' cannot be converted to 'K'"));
    CHECK(refusal({{"first", falling}}, {{"level", 8}, {"from", 3}, {"to", 2}}) ==
          Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
    const auto number = Array::from<double>("t_g", {}, "K", Doubles{205});
    CHECK(refusal({{"first", falling}, {"begin", number}}, {{"level", 8}, {"from", 200}}) ==
          Contains("the input 'begin' and the parameter 'from' are both given. Remove one of them."));
    CHECK(refusal({{"first", falling}, {"end", Array::from<double>("t", {}, "nm", Doubles{5})}}, {{"level", 8}}) ==
          Contains("unit 'nm' cannot be converted to 'K'"));
    CHECK(refusal({{"first", Array::from<double>("q", {{"temperature", 4}}, "1", Doubles(4, 1.0))}}, {{"level", 8}}) ==
          Contains("has no coordinate 'temperature', which this step needs"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles at, slopes;
    for (int i = 0; i < 100; ++i) at.push_back(8 + std::sin(i)), slopes.push_back(-0.02 + 0.01 * std::cos(i));
    const auto stack = lines(at, slopes, 0.01);
    const auto one = run_on({{"first", stack}, {"second", ideal}}, Json::object(), along_temperature(1));
    const auto seven = run_on({{"first", stack}, {"second", ideal}}, Json::object(), along_temperature(7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
