// SPDX-License-Identifier: BSD-3-Clause
// Inverting curves as a recipe meets it: units, series of levels and of curves, errors of either, statuses, refusals.
#include <cmath>
#include <limits>
#include <map>
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
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Doubles epsilons{0, 0.5, 1, 1.5, 2}, falling{1, 0.6, 0.4, 0.2, 0.1};

Array curve_of(const Doubles& values, double sigma = 0, const std::string& unit = "um^2/s") {
    Dims dims{{"epsilon", 5}};
    if (values.size() > 5) dims.insert(dims.begin(), {"sample", static_cast<Index>(values.size() / 5)});
    const Doubles variances(sigma > 0 ? values.size() : 0, sigma * sigma);
    return with_coordinate(Array::from<double>("d", dims, unit, values, variances), "epsilon", {{"epsilon", 5}}, "kJ/mol",
                           epsilons);
}

Array level_of(const Doubles& values, double sigma = 0, const std::string& unit = "um^2/s", const std::string& dim = "sample") {
    const Dims dims = values.size() > 1 ? Dims{{dim, static_cast<Index>(values.size())}} : Dims{};
    return Array::from<double>("level", dims, unit, values, Doubles(sigma > 0 ? values.size() : 0, sigma * sigma));
}

auto run_on(const Inputs& inputs, const Json& with = Json::object(), int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {"epsilon"}}};
    return run_plugin("inverse_interpolation", with, inputs, options);
}

std::string fact(const Array& array, const std::string& name) { return to_text(array.description().facts.at(name)); }

}  // namespace

TEST_CASE("values, units and facts of every output") {
    const auto out = run_on({{"curve", curve_of(falling, 0.01)}, {"level", level_of({0.3}, 0.02)}});
    CHECK(out.at("x").scalar() == Approx(1.25));
    CHECK(out.at("x").unit().text() == "kJ/mol");
    CHECK(variances_of(out.at("x"))[0] == Approx((4e-4 + 0.5e-4) / 0.16));
    CHECK(out.at("lower").scalar() == Approx(1.25 - std::sqrt(4.5e-4 / 0.16)).epsilon(1e-3));
    CHECK(out.at("upper").scalar() == Approx(1.25 + std::sqrt(4.5e-4 / 0.16)).epsilon(1e-3));
    CHECK(out.at("slope").scalar() == Approx(-0.4));
    CHECK(out.at("slope").unit().same_as(Unit::parse("um^2 mol/(s kJ)")));
    CHECK(out.at("points").scalar() == 5);
    CHECK(out.at("status").scalar() == 0);
    CHECK(fact(out.at("status"), "status_codes") ==
          "0 ok, 1 below_range, 2 above_range, 3 not_monotonic, 4 too_few_points, 5 no_level");
    CHECK(fact(out.at("x"), "uncertainty_from") == "propagated");
    CHECK(fact(out.at("x"), "method") == "linear");
    CHECK(fact(out.at("x"), "scale") == "linear");
}

TEST_CASE("the level in another unit") {
    const auto out = run_on({{"curve", curve_of(falling)}, {"level", level_of({3e-7}, 2e-8, "mm^2/s")}});
    CHECK(out.at("x").scalar() == Approx(1.25));
    CHECK(variances_of(out.at("x"))[0] == Approx(4e-4 / 0.16));
    CHECK(out.at("lower").scalar() == Approx(1.2));
}

TEST_CASE("without any variances x has none, and no interval") {
    const auto out = run_on({{"curve", curve_of(falling)}, {"level", level_of({0.3})}});
    CHECK(out.at("x").scalar() == Approx(1.25));
    CHECK(out.at("x").variances().empty());
    CHECK(std::isnan(out.at("lower").scalar()));
    CHECK(std::isnan(out.at("upper").scalar()));
    CHECK(fact(out.at("x"), "uncertainty_from") == "none");
}

TEST_CASE("many levels on one curve, one level on many curves, each on its own") {
    const auto levels = run_on({{"curve", curve_of(falling, 0.001)}, {"level", level_of({0.8, 0.05, 1.2, unknown, 0.15})}});
    CHECK(values_of(levels.at("status")) == Doubles{0, 1, 2, 5, 0});
    CHECK(values_of(levels.at("x"))[0] == Approx(0.25));
    CHECK(values_of(levels.at("x"))[4] == Approx(1.75));
    for (const std::size_t i : {1u, 2u, 3u}) CHECK(std::isnan(values_of(levels.at("x"))[i]));
    const Doubles three{1, 0.6, 0.4, 0.2, 0.1, 1, 0.2, 0.6, 0.2, 0.1, unknown, 1, unknown, unknown, unknown};
    const auto curves = run_on({{"curve", curve_of(three)}, {"level", level_of({0.3})}});
    CHECK(values_of(curves.at("status")) == Doubles{0, 3, 4});
    CHECK(values_of(curves.at("points")) == Doubles{5, 5, 1});
    const auto both =
        run_on({{"curve", curve_of({1, 0.6, 0.4, 0.2, 0.1, 2, 1.2, 0.8, 0.4, 0.2})}, {"level", level_of({0.3, 0.3})}});
    CHECK(values_of(both.at("x"))[1] == Approx(1.75));
}

TEST_CASE("masked points and a masked level") {
    const auto curve = with_mask(curve_of(falling), "bad", {{"epsilon", 5}}, {false, false, true, false, false});
    CHECK(run_on({{"curve", curve}, {"level", level_of({0.4})}}).at("x").scalar() == Approx(1));
    CHECK(run_on({{"curve", curve}, {"level", level_of({0.4})}}).at("points").scalar() == 4);
    CHECK(run_on({{"curve", curve}, {"level", with_mask(level_of({0.4}), "bad", {}, {true})}}).at("status").scalar() == 5);
}

TEST_CASE("methods and scales") {
    const Inputs inputs{{"curve", curve_of(falling)}, {"level", level_of({0.3})}};
    const auto log_out = run_on(inputs, {{"scale", "logarithmic"}});
    CHECK(log_out.at("x").scalar() == Approx(1 + 0.5 * std::log(0.4 / 0.3) / std::log(2)));
    const auto cubic = run_on(inputs, {{"method", "monotone_cubic"}});
    CHECK(cubic.at("x").scalar() > 1);
    CHECK(cubic.at("x").scalar() < 1.5);
    CHECK(fact(cubic.at("x"), "method") == "monotone_cubic");
    const Doubles rough{1, 0.6, 0.4, 0.42, 0.1};
    const Inputs noisy{{"curve", curve_of(rough, 0.02)}, {"level", level_of({0.5})}};
    CHECK(run_on(noisy).at("status").scalar() == 0);
    CHECK(run_on(noisy, {{"monotonic_within", 0.1}}).at("status").scalar() == 3);
}

TEST_CASE("a curve whose errors go together, as that of a fit") {
    const auto curve = curve_of(falling, 0.01);
    Description description = curve.description();
    description.correlated_over = {"epsilon"};
    const auto out = run_on({{"curve", curve.with(std::move(description))}, {"level", level_of({0.3})}});
    CHECK(variances_of(out.at("x"))[0] == Approx(1e-4 / 0.16));
    CHECK(fact(out.at("x"), "uncertainty_from") == "propagated, errors of the curve fully correlated");
}

TEST_CASE("points that a logarithmic scale leaves out are warned of") {
    const auto warnings_of = [](const Json& with) {
        PlanOptions options;
        options.arrays = {{"curve", curve_of({1, 0.6, 0.4, 0.2, -0.01}, 0.01)}, {"level", level_of({0.3})}};
        options.in_memory = true;
        const Json steps{{"curve", {{"use", "memory"}, {"with", {{"name", "curve"}}}}},
                         {"level", {{"use", "memory"}, {"with", {{"name", "level"}}}}},
                         {"i",
                          {{"use", "inverse_interpolation"},
                           {"in", {{"curve", "curve"}, {"level", "level"}}},
                           {"core", {{"x", "epsilon"}}},
                           {"with", with}}}};
        return run(plan_recipe(recipe_of(steps, {"i.x"}), options)).warnings;
    };
    CHECK(warnings_of(Json::object()).empty());
    const auto found = warnings_of({{"scale", "logarithmic"}});
    REQUIRE(found.size() == 1);
    CHECK(found.front() == Contains("not above 0"));
}

TEST_CASE("refusals") {
    const auto refusal = [](const Inputs& inputs) { return error_of([&] { run_on(inputs); }); };
    CHECK(refusal({{"curve", curve_of(falling)}}) == Contains("level"));
    CHECK(refusal({{"curve", curve_of(falling)}, {"level", level_of({1}, 0, "nm")}}) ==
          Contains("unit 'nm' cannot be converted to 'um^2/s'"));
    CHECK(refusal({{"curve", Array::from<double>("d", {{"epsilon", 5}}, "um^2/s", falling)}, {"level", level_of({0.3})}}) ==
          Contains("has no coordinate 'epsilon', which this step needs"));
    const auto twice = with_coordinate(Array::from<double>("d", {{"epsilon", 5}}, "um^2/s", falling), "epsilon", {{"epsilon", 5}},
                                       "1", Doubles{0, 1, 1, 2, 3});
    CHECK(refusal({{"curve", twice}, {"level", level_of({0.3})}}) ==
          Contains("the curve has two points at x = 1. Average them first"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles curves, levels;
    for (int i = 0; i < 60; ++i) {
        for (const double each : falling) curves.push_back(each * (1 + 0.3 * std::sin(i)));
        levels.push_back(0.5 + 0.4 * std::cos(i));
    }
    const Inputs inputs{{"curve", curve_of(curves, 0.01)}, {"level", level_of(levels, 0.01)}};
    const auto one = run_on(inputs, {{"method", "monotone_cubic"}}, 1), seven = run_on(inputs, {{"method", "monotone_cubic"}}, 7);
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
