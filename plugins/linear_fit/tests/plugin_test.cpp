// SPDX-License-Identifier: BSD-3-Clause
// The line as a recipe meets it: units, weights from the inputs, covariance, masks, facts and refusals.
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

RunPluginOptions over_samples(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {"sample"}}};
    return options;
}

Array column(const std::string& name, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "K",
             Index samples = 0) {
    const Index n = samples > 0 ? samples : static_cast<Index>(values.size()), items = static_cast<Index>(values.size()) / n;
    Dims dims{{"sample", n}};
    if (items > 1) dims.insert(dims.begin(), {"series", items});
    return Array::from<double>(name, dims, unit, values, variances);
}

/// Pearson's data with York's weights.
Doubles inverse(Doubles weights) {
    for (double& each : weights) each = 1 / each;
    return weights;
}
const Doubles x_values{0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4},
    y_values{5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5};
const Array x = column("x", x_values, inverse({1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1}));
const Array y = column("y", y_values, inverse({1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500}), "mV");

auto run_on(const Array& first, const Array& second, const Json& with = Json::object()) {
    return run_plugin("linear_fit", with, {{"x", first}, {"y", second}}, over_samples());
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output: Pearson's data with York's weights") {
    const auto out = run_on(x, y, {{"curve_points", 3}, {"about", 2}});
    CHECK(out.at("slope").scalar() == Approx(-0.480533407));  // published, York et al. (2004)
    CHECK(std::sqrt(variances_of(out.at("slope"))[0]) == Approx(0.0579850));
    CHECK(out.at("slope").unit().same_as(Unit::parse("mV/K")));
    CHECK(out.at("intercept").scalar() == Approx(5.47991022 - 2 * 0.480533407));
    CHECK(out.at("intercept").unit().text() == "mV");
    CHECK(to_text(out.at("intercept").description().facts.at("about")) == "2 K");
    CHECK(to_text(out.at("covariance").dims()) == "[parameter: 2, parameter2: 2]");
    CHECK(out.at("covariance").description().coordinate("parameter")->values->labels()[0] == "intercept");
    CHECK(values_of(out.at("covariance"))[0] == variances_of(out.at("intercept"))[0]);
    CHECK(values_of(out.at("covariance"))[1] == values_of(out.at("covariance"))[2]);
    CHECK(values_of(out.at("covariance"))[3] == variances_of(out.at("slope"))[0]);
    CHECK(out.at("correlation").scalar() == Approx(-0.9764752227));
    CHECK(to_text(out.at("curve").dims()) == "[sample: 10]");
    CHECK(values_of(out.at("curve"))[0] == Approx(5.47991022));
    CHECK(std::sqrt(variances_of(out.at("curve"))[0]) == Approx(0.294971).epsilon(1e-5));
    CHECK(values_of(out.at("fine_x")) == Doubles{0, 3.7, 7.4});
    CHECK(out.at("fine_x").unit().text() == "K");
    CHECK(values_of(out.at("fine_curve"))[2] == values_of(out.at("curve"))[9]);
    CHECK(out.at("reduced_chi_square").scalar() == Approx(11.8663531941 / 8));
    CHECK(out.at("points").scalar() == 10);
    CHECK(out.at("status").scalar() == 0);
    CHECK(to_text(out.at("slope").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(out.at("curve").description().correlated_over == std::vector<std::string>{"sample"});
}

TEST_CASE("correlated errors by a number and by an input") {
    const auto number = run_on(x, y, {{"error_correlation", 0.5}});
    CHECK(number.at("slope").scalar() == Approx(-0.4928806168064463).epsilon(1e-10));  // York's eq. 13, numpy 1.24.2
    const auto input = run_plugin("linear_fit", Json::object(),
                                  {{"x", x}, {"y", y}, {"correlations", column("r", Doubles(10, 0.5), {}, "1")}}, over_samples());
    CHECK(input.at("slope").scalar() == number.at("slope").scalar());
    CHECK(error_of([] {
              run_plugin("linear_fit", {{"error_correlation", 0.5}},
                         {{"x", x}, {"y", y}, {"correlations", column("r", Doubles(10, 0.5), {}, "1")}}, over_samples());
          }) == Contains("both error_correlation and the input 'correlations' are given"));
}

TEST_CASE("no variances: least squares in y; errors = equal: across the line, in one unit") {
    const auto plain = run_on(column("x", x_values), column("y", y_values));
    CHECK(plain.at("slope").scalar() == Approx(-0.53957727498404142));  // mpmath
    CHECK(std::isnan(plain.at("reduced_chi_square").scalar()));
    CHECK(to_text(plain.at("slope").description().facts.at("uncertainty_from")) == "scatter");
    const auto across = run_on(x, column("y", y_values), {{"errors", "equal"}});
    CHECK(across.at("slope").scalar() == Approx(-0.5455612).epsilon(1e-7));  // scipy 1.10.1 odr
    Doubles milli = y_values;
    for (double& each : milli) each *= 1000;
    CHECK(run_on(x, column("y", milli, {}, "mK"), {{"errors", "equal"}}).at("slope").scalar() ==
          Approx(1000 * across.at("slope").scalar()));
    CHECK(error_of([] {
              run_on(x, y, {{"errors", "equal"}});
          }) == Contains("errors = equal takes one error for both coordinates, but x is in 'K' and y in 'mV'."));
}

TEST_CASE("y with a covariance, as relative_change gives it, in a unit that converts") {
    Doubles covariance;
    for (int i = 0; i < 10; ++i)
        for (int j = 0; j < 10; ++j) covariance.push_back(1e-6 * (0.04 + (i == j ? 0.01 * (i + 1) : 0)));
    auto description = y.description();
    description.correlated_over = {"sample"};
    const auto shared = y.with(std::move(description));
    auto options = over_samples();
    options.core["x2"] = {"sample2"};
    const auto out =
        run_plugin("linear_fit", Json::object(),
                   {{"x", column("x", x_values)},
                    {"y", shared},
                    {"y_covariance", Array::from<double>("c", {{"sample", 10}, {"sample2", 10}}, "V^2", covariance)}},
                   options);
    CHECK(out.at("slope").scalar() == Approx(-0.5575009187684516).epsilon(1e-10));  // mpmath
    CHECK(variances_of(out.at("slope"))[0] == Approx(0.00067923826583418532).epsilon(1e-8));
    CHECK(error_of([&] { run_on(x, shared); }) == Contains("the variances of input 'y' are correlated over the points"));
    const auto ignored = run_on(x, shared, {{"allow_correlated", true}});
    CHECK(ignored.at("slope").scalar() == Approx(-0.480533407));
    CHECK(to_text(ignored.at("slope").description().facts.at("uncertainty_from")) == "propagated, correlations ignored");
}

TEST_CASE("masked and NaN points are left out; an item without a line is NaN and has a status") {
    const auto two = with_mask(column("y", {1, 2, 3, 99, 1, unknown, 3, 4}, Doubles(8, 0.01), "K", 4), "failed",
                               {{"series", 2}, {"sample", 4}}, {false, false, false, true, true, false, true, false});
    const auto out = run_on(column("x", {1, 2, 3, 4}), two);
    CHECK(values_of(out.at("status")) == Doubles{0, 1});
    CHECK(values_of(out.at("points")) == Doubles{3, 1});
    CHECK(values_of(out.at("slope"))[0] == Approx(1));
    CHECK(std::isnan(values_of(out.at("slope"))[1]));
    CHECK(std::isnan(variances_of(out.at("curve"))[4]));
    CHECK(values_of(out.at("curve"))[3] == Approx(4));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 too_few_points, 2 not_determined, 3 covariance_not_positive");
}

TEST_CASE("degC and K: the same slope, the line in the unit of y") {
    const auto kelvin = run_on(column("x", {300, 310, 320}), column("y", {500, 508, 516}));
    const auto celsius =
        run_on(column("x", {26.85, 36.85, 46.85}, {}, "degC"), column("y", {226.85, 234.85, 242.85}, {}, "degC"));
    CHECK(celsius.at("slope").scalar() == Approx(kelvin.at("slope").scalar()));
    CHECK(values_of(celsius.at("curve"))[1] == Approx(234.85));
    CHECK(celsius.at("intercept").unit().text() == "degC");
}

TEST_CASE("refusals") {
    const auto refusal = [](const Json& with) { return error_of([&] { run_on(x, y, with); }); };
    CHECK(refusal({{"error_correlation", 2}}) == Contains("error_correlation = 2, must be >= -1 and <= 1"));
    CHECK(refusal({{"errors", "equl"}}) == Contains("Did you mean"));
    CHECK(refusal({{"curve_from", 3}, {"curve_to", 2}}) == Contains("curve_from must be below curve_to. Swap the two."));
    auto description = x.description();
    description.correlated_over = {"sample"};
    CHECK(error_of([&] { run_on(x.with(std::move(description)), y); }) == Contains("correlated"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 300; ++i) {
        values.push_back(i % 3 + std::sin(i));
        variances.push_back(1 + 0.5 * std::cos(i));
    }
    const auto stack = column("y", values, variances, "K", 3), axis = column("x", {1, 2, 4}, {0.1, 0.1, 0.2});
    const auto run_with = [&](int threads) {
        return run_plugin("linear_fit", Json::object(), {{"x", axis}, {"y", stack}}, over_samples(threads));
    };
    const auto one = run_with(1), seven = run_with(7);
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
