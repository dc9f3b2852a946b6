// SPDX-License-Identifier: BSD-3-Clause
// The structure factor as a recipe meets it: units, variances, masks, normalisation per item, refusals.
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

Array curve(const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1/cm", Dims loop = {}) {
    loop.push_back({"q", 3});
    return with_coordinate(Array::from<double>("curve", loop, unit, values, variances), "q", {{"q", 3}}, "1/nm", {0.1, 0.2, 0.3});
}

/// S is 2, 3, 0.5 (with other: 1.5, 2, -0.5).
const Array intensity = curve({20, 6, 0.5}, {4, 0.36, 0.01}), single = curve({10, 2, 1}), other = curve({5, 2, 1});

auto run(Inputs inputs, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    inputs.emplace("intensity", intensity);
    inputs.emplace("single", single);
    return run_plugin("structure_factor", with, inputs, options);
}

std::string refusal(const Inputs& inputs, const Json& with = Json::object()) {
    return error_of([&] { run(inputs, with); });
}

}  // namespace

TEST_CASE("values, variances, units and facts") {
    const auto out = run({});
    const auto& s = out.at("structure_factor");
    CHECK(to_text(s.dims()) == "[q: 3]");
    CHECK(s.unit().text() == "1");
    CHECK(values_of(s) == Doubles{2, 3, 0.5});
    CHECK(variances_of(s)[0] == Approx(0.04).epsilon(1e-14));
    CHECK(out.at("points_left_out").scalar() == 0);
    CHECK(to_text(s.description().facts.at("normalisation")) == "high_q");
    CHECK(to_text(s.description().facts.at("other_removed")) == "no");
    CHECK(run({{"intensity", curve({20, 6, 0.5})}}).at("structure_factor").variances().empty());
}

TEST_CASE("what else scatters is taken off first, with all variances") {
    const auto s = run({{"single", curve({10, 2, 1}, {0.01, 0.04, 0})},
                        {"other", curve({5, 2, 1}, {1, 0, 0})},
                        {"single_other_covariance", curve({-0.05, 0, 0}, {}, "1/cm^2")}})
                       .at("structure_factor");
    CHECK(values_of(s) == Doubles{1.5, 2, -0.5});
    CHECK(variances_of(s)[0] == Approx((4 + 1 + 2.25 * 0.01 - 2 * 1.5 * 0.05) / 100).epsilon(1e-13));
    CHECK(variances_of(s)[1] == Approx((0.36 + 4 * 0.04) / 4).epsilon(1e-13));
    CHECK(run({{"other", other}}).at("negative_points").scalar() == 1);
}

TEST_CASE("units of all inputs are brought to that of the intensity; a bare form factor leaves it in S") {
    const auto out = run({{"single", curve({1000, 200, 100}, {100, 400, 0}, "1/m")},
                          {"other", curve({500, 200, 100}, {}, "1/m")},
                          {"single_other_covariance", curve({1e4, 0, 0}, {}, "1/m^2")}});
    const auto& s = out.at("structure_factor");
    CHECK(s.unit().text() == "1");
    CHECK(values_of(s)[0] == Approx(1.5).epsilon(1e-14));
    CHECK(variances_of(s)[0] == Approx((4 + 2.25 * 0.01 + 2 * 1.5) / 100).epsilon(1e-13));
    CHECK(run({{"single", curve({1, 0.2, 0.1}, {}, "1")}}).at("structure_factor").unit() == intensity.unit());
    CHECK(refusal({{"other", curve({1, 1, 1}, {}, "nm")}}) == Contains("unit 'nm' cannot be converted to '1/cm'"));
}

TEST_CASE("points of a small form factor, and masked ones of any input, are masked") {
    const auto out = run({{"single", curve({10, 0.005, 1})}});
    CHECK(mask_of(out.at("structure_factor"), "not_determined") == std::vector<int>{0, 1, 0});
    CHECK(std::isnan(values_of(out.at("structure_factor"))[1]));
    CHECK(out.at("points_small").scalar() == 1);
    const auto masked =
        run({{"other", with_mask(other, "gap", {{"q", 3}}, {false, false, true})}, {"single", curve({unknown, 2, 1})}});
    CHECK(mask_of(masked.at("structure_factor"), "not_determined") == std::vector<int>{1, 0, 1});
    CHECK(masked.at("points_left_out").scalar() == 2);
    CHECK(run({{"single", curve({10, 0.005, 1})}}, {{"smallest_single", 1e-4}}).at("points_small").scalar() == 0);
}

TEST_CASE("S(q) / S(0): one number, or one per item with its variance") {
    const Json with{{"normalisation", "s0"}, {"s0", 0.5}};
    CHECK(values_of(run({}, with).at("structure_factor")) == Doubles{4, 6, 1});
    CHECK(to_text(run({}, with).at("structure_factor").description().facts.at("normalisation")) == "s0");

    const Doubles three{20, 6, 0.5, 20, 6, 0.5, 20, 6, 0.5};
    const auto stack = curve(three, {}, "1/cm", {{"sample", 3}});
    const auto s0 = Array::from<double>("s0", {{"sample", 3}}, "1", Doubles{0.5, 2, unknown}, Doubles{0.01, 0, 0});
    const auto out = run({{"intensity", curve(three, Doubles(9, 0.0), "1/cm", {{"sample", 3}})}, {"s0s", s0}},
                         {{"normalisation", "s0"}}, {.per_item = {{"s0", "s0s"}}});
    const auto values = values_of(out.at("structure_factor")), variances = variances_of(out.at("structure_factor"));
    CHECK(values[0] == 4);
    CHECK(values[3] == 1);
    CHECK(std::isnan(values[6]));
    CHECK(variances[0] == Approx(16 * 0.04).epsilon(1e-13));  // of s0 alone: 20 %
    CHECK(variances[3] == 0);
    CHECK(values_of(out.at("points_left_out")) == Doubles{0, 0, 3});
}

TEST_CASE("what makes no sense is refused") {
    CHECK(refusal({}, {{"normalisation", "s0"}}) ==
          Contains("normalisation is s0, which needs the parameter s0 = S(0). Give it"));
    CHECK(refusal({}, {{"s0", 0.5}}) == Contains("s0 is given, but normalisation is high_q"));
    CHECK(refusal({{"single_other_covariance", curve({1, 1, 1}, {}, "1/cm^2")}}) ==
          Contains("single_other_covariance is connected without other"));
    const auto no_unit =
        with_coordinate(Array::from<double>("i", {{"q", 3}}, "1/cm", Doubles{1, 2, 3}), "q", {{"q", 3}}, "1", {1, 2, 3});
    CHECK(refusal({{"intensity", no_unit}}) == Contains("needed"));
    const auto longer = with_coordinate(Array::from<double>("s", {{"q", 4}}, "1/cm", Doubles{1, 2, 3, 4}), "q", {{"q", 4}},
                                        "1/nm", {0.1, 0.2, 0.3, 0.4});
    CHECK(refusal({{"single", longer}}) == Contains("interpolate"));
}

TEST_CASE("one form factor under many samples is marked as shared, and every thread gives the same bits") {
    Doubles values;
    for (int i = 0; i < 300; ++i) values.push_back(1 + i % 7);
    const auto stack = curve(values, values, "1/cm", {{"sample", 100}});
    const Inputs inputs{{"intensity", stack}, {"single", curve({10, 2, 1}, {0.1, 0.1, 0.1})}};
    const auto one = run(inputs, Json::object(), {.threads = 1}), more = run(inputs, Json::object(), {.threads = 3});
    CHECK_FALSE(one.at("structure_factor").description().correlated_over.empty());
    for (const auto& [port, array] : one) CHECK(same_bits(array, more.at(port)));
}
