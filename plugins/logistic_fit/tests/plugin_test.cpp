// SPDX-License-Identifier: BSD-3-Clause
// Transitions as a recipe meets them: units, x from a coordinate or a column, the curves, statuses and refusals.
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

const Doubles temperatures{300, 350, 400, 420, 440, 450, 460, 480, 500, 550, 600};

RunPluginOptions along(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {"temperature"}}};
    return options;
}

/// Steps from 0.4 by these heights, at 452 K, 15 K wide.
Array transitions(const Doubles& steps, double sigma = 0, const std::string& unit = "K") {
    Dims dims{{"temperature", 11}};
    if (steps.size() > 1) dims.insert(dims.begin(), {"sample", static_cast<Index>(steps.size())});
    Doubles values, variances;
    for (const double step : steps)
        for (const double t : temperatures) {
            values.push_back(0.4 + step / (1 + std::exp(-(t - 452) / 15)));
            if (sigma > 0) variances.push_back(sigma * sigma);
        }
    const auto data = Array::from<double>("order", dims, "1/angstrom^2", values, variances);
    return with_coordinate(data, "temperature", {{"temperature", 11}}, unit, temperatures);
}

auto run_on(const Array& data, const Json& with = Json::object()) {
    return run_plugin("logistic_fit", with, {{"data", data}}, along());
}

}  // namespace

TEST_CASE("values, units and dims of every output") {
    const auto out = run_on(transitions({0.2, -0.1}, 0.001));
    CHECK(to_text(out.at("midpoint").dims()) == "[sample: 2]");
    CHECK(out.at("midpoint").unit().text() == "K");
    CHECK(out.at("width").unit().text() == "K");
    CHECK(out.at("low").unit().text() == "1/angstrom^2");
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(values_of(out.at("midpoint"))[i] == Approx(452).epsilon(1e-7));
        CHECK(values_of(out.at("width"))[i] == Approx(15).epsilon(1e-7));
        CHECK(values_of(out.at("low"))[i] == Approx(0.4).epsilon(1e-7));
        CHECK(values_of(out.at("high"))[i] == Approx(i == 0 ? 0.6 : 0.3).epsilon(1e-7));
    }
    CHECK(variances_of(out.at("midpoint"))[1] == Approx(4 * variances_of(out.at("midpoint"))[0]).epsilon(1e-5));
    CHECK(to_text(out.at("covariance").dims()) == "[sample: 2, parameter: 4, parameter2: 4]");
    CHECK(values_of(out.at("covariance"))[0] == variances_of(out.at("midpoint"))[0]);
    CHECK(values_of(out.at("covariance"))[31] == variances_of(out.at("high"))[1]);
    CHECK(to_text(out.at("covariance").description().facts.at("units")) == "K, K, 1/angstrom^2, 1/angstrom^2");
    CHECK(to_text(out.at("curve").dims()) == "[sample: 2, temperature: 11]");
    CHECK(values_of(out.at("curve"))[5] == Approx(0.4 + 0.2 / (1 + std::exp(2 / 15.0))));
    CHECK(values_of(out.at("points")) == Doubles{11, 11});
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
    CHECK(to_text(out.at("low").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(run_on(transitions({0.2})).at("low").description().facts.at("uncertainty_from")) == "scatter");
    CHECK(out.at("reduced_chi_square").unit().text() == "1");
    CHECK(run_on(transitions({0.2})).at("reduced_chi_square").unit().text() == "1/angstrom^4");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 too_few_points, 2 no_transition, 3 at_edge, 4 unresolved, 5 not_converged");
}

TEST_CASE("a level given has no variance; x_unit is the unit of limits, midpoint and width") {
    const auto out = run_on(transitions({0.2}, 0.001), {{"low", 0.4}, {"x_unit", "mK"}, {"last", 560000}});
    CHECK(out.at("low").scalar() == 0.4);
    CHECK(variances_of(out.at("low"))[0] == 0);
    CHECK(out.at("midpoint").scalar() == Approx(452000).epsilon(1e-7));
    CHECK(out.at("width").unit().text() == "mK");
    CHECK(out.at("points").scalar() == 10);
}

TEST_CASE("the fine curve runs over the data and has its axis; of bin edges the centres count") {
    const auto out = run_on(transitions({0.2}), {{"curve_points", 4}});
    CHECK(values_of(out.at("fine_x")) == Doubles{300, 400, 500, 600});
    CHECK(out.at("fine_x").unit().text() == "K");
    CHECK(out.at("fine_curve").description().coordinate("curve_x")->values->as_float64() == values_of(out.at("fine_x")));
    CHECK(values_of(out.at("fine_curve"))[1] == Approx(0.4 + 0.2 / (1 + std::exp(52 / 15.0))));
    CHECK(variances_of(out.at("fine_curve"))[3] == Approx(variances_of(out.at("curve"))[10]));
    const auto bins = with_coordinate(Array::from<double>("y", {{"temperature", 4}}, "1", {0, 0, 1, 1}, Doubles(4, 1e-4)),
                                      "temperature", {{"temperature", 5}}, "K", {0, 10, 20, 30, 40}, true);
    const auto sharp = run_on(bins, {{"curve_points", 3}});
    CHECK(values_of(sharp.at("fine_x")) == Doubles{5, 20, 35});
    CHECK(values_of(sharp.at("status")) == Doubles{4});
    CHECK(sharp.at("midpoint").scalar() == 20);
    CHECK(variances_of(sharp.at("midpoint"))[0] == Approx(100 / 12.0));
    CHECK(std::isnan(sharp.at("width").scalar()));
    CHECK(std::isnan(values_of(sharp.at("fine_curve"))[1]));
    CHECK(values_of(sharp.at("curve")) == Doubles{0, 0, 1, 1});
}

TEST_CASE("x from a column of a table, in any order") {
    const Dims row{{"temperature", 7}};
    const Doubles x{500, 300, 450, 430, 600, 470, 350};
    Doubles y;
    for (const double each : x) y.push_back(2 - 1 / (1 + std::exp(-(each - 448) / 12)));
    const auto data = Array::from<double>("y", row, "1", y, Doubles(7, 1e-6));
    auto column = Array::from<double>("T", row, "K", x, Doubles(7, 1));
    const auto out = run_plugin("logistic_fit", Json::object(), {{"data", data}, {"abscissa", column}}, along());
    CHECK(out.at("midpoint").scalar() == Approx(448).epsilon(1e-7));
    CHECK(out.at("high").scalar() == Approx(1).epsilon(1e-7));
    column = with_mask(column, "absent", row, {true, false, false, false, false, false, false});
    const auto fewer = run_plugin("logistic_fit", Json::object(), {{"data", data}, {"abscissa", column}}, along());
    CHECK(fewer.at("points").scalar() == 6);
    CHECK(std::isnan(values_of(fewer.at("curve"))[0]));
    CHECK(error_of([&] {
              run_plugin("logistic_fit", Json::object(), {{"data", data}}, along());
          }) == Contains("the data has no coordinate along its dimension x, and no input 'abscissa' is connected"));
}

TEST_CASE("an item without a transition is NaN and has a status; the others stand") {
    auto data = transitions({0.2, 0, 0.2}, 0.001);
    std::vector<bool> absent(33, false);
    for (std::size_t i = 24; i < 33; ++i) absent[i] = true;
    data = with_mask(data, "absent", {{"sample", 3}, {"temperature", 11}}, absent);
    const auto out = run_on(data);
    CHECK(values_of(out.at("status")) == Doubles{0, 2, 1});
    for (const auto* port : {"midpoint", "width", "low", "high"})
        for (const std::size_t i : {1u, 2u}) {
            CHECK(std::isnan(values_of(out.at(port))[i]));
            CHECK(std::isnan(variances_of(out.at(port))[i]));
        }
    CHECK(std::isnan(values_of(out.at("covariance"))[16]));
    CHECK(std::isnan(values_of(out.at("curve"))[11]));
}

TEST_CASE("refusals") {
    const auto refusal = [](const Json& with) { return error_of([&] { run_on(transitions({0.2}), with); }); };
    CHECK(refusal({{"x_unit", "nm"}}) == Contains("step 'step' (logistic_fit): unit 'K' cannot be converted to 'nm'"));
    CHECK(refusal({{"first", 3}, {"last", 2}}) == Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
    CHECK(refusal({{"low", 1}, {"high", 1}}) ==
          Contains("low and high are both 1: there is no transition between equal levels."));
    CHECK(refusal({{"low", "1 nm"}}) == Contains("low = \"1 nm\", must be a number"));
    auto description = transitions({0.2}, 0.01).description();
    description.correlated_over = {"temperature"};
    const auto shared = transitions({0.2}, 0.01).with(std::move(description));
    CHECK(error_of([&] { run_on(shared); }) == Contains("the variances of input 'data' are correlated over x"));
    const auto out = run_on(shared, {{"allow_correlated", true}});
    CHECK(out.at("midpoint").scalar() == Approx(452));
    CHECK(to_text(out.at("midpoint").description().facts.at("uncertainty_from")) == "propagated, correlations ignored");
}

TEST_CASE("the same bits for any number of threads") {
    Doubles steps;
    for (int i = 0; i < 40; ++i) steps.push_back(2 + std::sin(i));
    const auto stack = transitions(steps, 0.01);
    const auto one = run_plugin("logistic_fit", Json::object(), {{"data", stack}}, along(1));
    const auto seven = run_plugin("logistic_fit", Json::object(), {{"data", stack}}, along(7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
