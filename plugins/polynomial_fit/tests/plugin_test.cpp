// SPDX-License-Identifier: BSD-3-Clause
// Polynomials as a recipe meets them: units, the power axis, x from a coordinate or a column, masks, facts and refusals.
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

RunPluginOptions along(const std::string& dim, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {dim}}};
    return options;
}

/// A curve for each sample; one has no dimension of it.
Array over_temperature(const Doubles& x, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "K") {
    const auto n = static_cast<Index>(x.size()), samples = static_cast<Index>(values.size()) / n;
    Dims dims{{"temperature", n}};
    if (samples > 1) dims.insert(dims.begin(), {"sample", samples});
    return with_coordinate(Array::from<double>("q", dims, "1/cm", values, variances), "temperature", {{"temperature", n}}, unit,
                           x);
}

auto run_on(const Array& data, const Json& with = Json::object()) {
    return run_plugin("polynomial_fit", with, {{"data", data}}, along("temperature"));
}

/// 1 + 2 x - x^2 exactly.
const Array parabola = over_temperature({0, 1, 2, 4}, {1, 2, 1, -7}, {1, 1, 1, 1});

}  // namespace

TEST_CASE("values, units and dims of every output") {
    const auto out = run_on(parabola, {{"at", 3}});
    CHECK(to_text(out.at("coefficients").dims()) == "[power: 3]");
    CHECK(out.at("coefficients").description().coordinate("power")->values->as_float64() == Doubles{0, 1, 2});
    CHECK(values_of(out.at("coefficients"))[0] == Approx(1));
    CHECK(values_of(out.at("coefficients"))[1] == Approx(2));
    CHECK(values_of(out.at("coefficients"))[2] == Approx(-1));
    CHECK(out.at("coefficients").unit().text() == "1/cm");
    CHECK(to_text(out.at("covariance").dims()) == "[power: 3, power2: 3]");
    CHECK(out.at("covariance").unit().text() == "1/cm^2");
    for (std::size_t k = 0; k < 3; ++k) CHECK(variances_of(out.at("coefficients"))[k] == values_of(out.at("covariance"))[4 * k]);
    CHECK(out.at("value").scalar() == Approx(-2));
    CHECK(out.at("slope").scalar() == Approx(-4));
    CHECK(out.at("slope").unit().same_as(Unit::parse("1/(cm K)")));
    CHECK(to_text(out.at("curve").dims()) == "[temperature: 4]");
    CHECK(values_of(out.at("curve"))[3] == Approx(-7));
    CHECK(out.at("points").scalar() == 4);
    CHECK(out.at("status").scalar() == 0);
    const auto& facts = out.at("coefficients").description().facts;
    CHECK(to_text(facts.at("about")) == "0 K");
    CHECK(to_text(facts.at("x_unit")) == "K");
    CHECK(to_text(facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(out.at("value").description().facts.at("at")) == "3 K");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 too_few_points");
}

TEST_CASE("x_unit is the unit of x in the coefficients and the parameters") {
    const auto out = run_on(parabola, {{"at", 3000}, {"x_unit", "mK"}, {"last", 2500}});
    CHECK(out.at("value").scalar() == Approx(-2));
    CHECK(values_of(out.at("coefficients"))[1] == Approx(2e-3));
    CHECK(out.at("slope").scalar() == Approx(-4e-3));
    CHECK(out.at("slope").unit().same_as(Unit::parse("1/(cm mK)")));
    CHECK(out.at("points").scalar() == 3);
}

TEST_CASE("x in a unit with an offset") {
    const auto out = run_on(over_temperature({0, 1, 2, 4}, {1, 2, 1, -7}, {}, "degC"), {{"at", 3}});
    CHECK(out.at("value").scalar() == Approx(-2));
}

TEST_CASE("x from a column of a table") {
    const Dims item{{"item", 4}};
    const auto data = Array::from<double>("ratio", item, "1", {1, 2, 1, -7}, {1, 1, 1, 1});
    const auto column = with_mask(Array::from<double>("beta", item, "1", {0, 1, 2, 4}, {9, 9, 9, 9}), "absent", item,
                                  {false, false, true, false});
    const auto out = run_plugin("polynomial_fit", {{"degree", 1}}, {{"data", data}, {"abscissa", column}}, along("item"));
    CHECK(out.at("points").scalar() == 3);
    CHECK(std::isnan(values_of(out.at("curve"))[2]));
    CHECK(error_of([&] {
              run_plugin("polynomial_fit", Json::object(), {{"data", data}}, along("item"));
          }) == Contains("the data has no coordinate along its dimension x, and no input 'abscissa' is connected"));
}

TEST_CASE("an item with too few points is NaN and has a status; the others stand") {
    const auto two = with_mask(over_temperature({0, 1, 2, 4}, {1, 2, 1, -7, 1, unknown, 2, 3}, Doubles(8, 1.0)), "absent",
                               {{"sample", 2}, {"temperature", 4}}, {false, false, false, false, true, false, false, false});
    const auto out = run_on(two);
    CHECK(values_of(out.at("status")) == Doubles{0, 1});
    CHECK(values_of(out.at("points")) == Doubles{4, 2});
    CHECK(values_of(out.at("coefficients"))[2] == Approx(-1));
    for (std::size_t k = 3; k < 6; ++k) {
        CHECK(std::isnan(values_of(out.at("coefficients"))[k]));
        CHECK(std::isnan(variances_of(out.at("coefficients"))[k]));
    }
}

TEST_CASE("without variances a fact says where the uncertainty is from") {
    const auto out = run_on(over_temperature({0, 1, 2, 3}, {1, 2, 4, 5}), {{"degree", 1}});
    CHECK(to_text(out.at("value").description().facts.at("uncertainty_from")) == "scatter");
    CHECK(variances_of(out.at("value"))[0] == Approx(0.07));  // s^2 = 0.2/2, var(a) = s^2 (1/4 + 2.25/5)
}

TEST_CASE("refusals") {
    const auto refusal = [](const Json& with) { return error_of([&] { run_on(parabola, with); }); };
    CHECK(refusal({{"degree", 6}}) == Contains("degree = 6, must be >= 0 and <= 5"));
    CHECK(refusal({{"x_unit", "nm"}}) == Contains("step 'step' (polynomial_fit): unit 'K' cannot be converted to 'nm'"));
    CHECK(refusal({{"first", 3}, {"last", 2}}) == Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
}

TEST_CASE("points with correlated variances are refused, unless they are to be taken as independent") {
    auto description = parabola.description();
    description.correlated_over = {"temperature"};
    const auto shared = parabola.with(std::move(description));
    CHECK(error_of([&] { run_on(shared); }) == Contains("the variances of input 'data' are correlated over x"));
    const auto out = run_on(shared, {{"allow_correlated", true}, {"at", 3}});
    CHECK(out.at("value").scalar() == Approx(-2));
    CHECK(to_text(out.at("value").description().facts.at("uncertainty_from")) == "propagated, correlations ignored");
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 400; ++i) {
        values.push_back(std::sin(i));
        variances.push_back(1 + 0.5 * std::cos(i));
    }
    const auto stack = over_temperature({0, 1, 2, 4}, values, variances);
    const auto one = run_plugin("polynomial_fit", Json::object(), {{"data", stack}}, along("temperature", 1));
    const auto seven = run_plugin("polynomial_fit", Json::object(), {{"data", stack}}, along("temperature", 7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
