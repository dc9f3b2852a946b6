// SPDX-License-Identifier: BSD-3-Clause
// Exponentials as a recipe meets them: units, x from a coordinate or a column, the fine curve, statuses and refusals.
#include <cmath>
#include <limits>
#include <map>
#include <memory>
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
const Doubles times{0, 0.5, 1, 1.5, 2, 3, 4};

RunPluginOptions along(const std::string& dim, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {dim}}};
    return options;
}

/// offset + amplitude exp(-t/constant) for each amplitude.
Array decays(const Doubles& amplitudes, double constant = 0.8, double offset = 1, double sigma = 0,
             const std::string& unit = "s") {
    Dims dims{{"time", 7}};
    if (amplitudes.size() > 1) dims.insert(dims.begin(), {"sample", static_cast<Index>(amplitudes.size())});
    Doubles values, variances;
    for (const double amplitude : amplitudes)
        for (const double t : times) {
            values.push_back(offset + amplitude * std::exp(-t / constant));
            if (sigma > 0) variances.push_back(sigma * sigma);
        }
    return with_coordinate(Array::from<double>("y", dims, "1/cm", values, variances), "time", {{"time", 7}}, unit, times);
}

auto run_on(const Array& data, const Json& with = Json::object()) {
    return run_plugin("exponential_fit", with, {{"data", data}}, along("time"));
}

}  // namespace

TEST_CASE("values, units and dims of every output") {
    const auto out = run_on(decays({2, -1}, 0.8, 1, 0.001));
    CHECK(to_text(out.at("decay_constant").dims()) == "[sample: 2]");
    CHECK(out.at("decay_constant").unit().text() == "s");
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(values_of(out.at("decay_constant"))[i] == Approx(0.8).epsilon(1e-8));
        CHECK(values_of(out.at("amplitude"))[i] == Approx(i == 0 ? 2 : -1).epsilon(1e-8));
        CHECK(values_of(out.at("offset"))[i] == Approx(1).epsilon(1e-8));
    }
    CHECK(out.at("amplitude").unit().text() == "1/cm");
    CHECK(out.at("offset").unit().text() == "1/cm");
    CHECK(variances_of(out.at("decay_constant"))[1] == Approx(4 * variances_of(out.at("decay_constant"))[0]).epsilon(1e-5));
    CHECK(to_text(out.at("curve").dims()) == "[sample: 2, time: 7]");
    CHECK(values_of(out.at("curve"))[1] == Approx(1 + 2 * std::exp(-0.5 / 0.8)));
    CHECK(values_of(out.at("points")) == Doubles{7, 7});
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
    CHECK(to_text(out.at("offset").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(out.at("reduced_chi_square").unit().text() == "1");
    CHECK(run_on(decays({2, -1})).at("reduced_chi_square").unit().text() == "1/cm^2");
    CHECK(to_text(out.at("amplitude").description().facts.at("origin")) == "0 s");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 no_amplitude, 2 no_decay, 3 straight_line, 4 too_few_points, 5 bound_hit, 6 not_converged");
}

TEST_CASE("an offset given has no variance; x_unit is the unit of origin, limits and decay constant") {
    const auto out = run_on(decays({2}, 0.8, 1, 0.001), {{"offset", 1}, {"x_unit", "ms"}, {"last", 2500}, {"origin", 500}});
    CHECK(out.at("offset").scalar() == 1);
    CHECK(variances_of(out.at("offset"))[0] == 0);
    CHECK(out.at("decay_constant").scalar() == Approx(800).epsilon(1e-8));
    CHECK(out.at("decay_constant").unit().text() == "ms");
    CHECK(out.at("amplitude").scalar() == Approx(2 * std::exp(-0.5 / 0.8)));
    CHECK(out.at("points").scalar() == 5);
}

TEST_CASE("the fine curve runs over the data, or where it is told to, and has its axis") {
    const auto out = run_on(decays({2}), {{"curve_points", 5}});
    CHECK(to_text(out.at("fine_curve").dims()) == "[curve_x: 5]");
    CHECK(values_of(out.at("fine_x")) == Doubles{0, 1, 2, 3, 4});
    CHECK(out.at("fine_x").unit().text() == "s");
    CHECK(out.at("fine_curve").description().coordinate("curve_x")->values->as_float64() == Doubles{0, 1, 2, 3, 4});
    CHECK(values_of(out.at("fine_curve"))[1] == Approx(1 + 2 * std::exp(-1 / 0.8)));
    const auto told = run_on(decays({2}), {{"curve_points", 2}, {"curve_from", -1}, {"curve_to", 8}});
    CHECK(values_of(told.at("fine_x")) == Doubles{-1, 8});
}

TEST_CASE("x from a column of a table, in any order: Q/Q_ideal against the stretching exponent") {
    const Dims sample{{"sample", 6}};
    const Doubles beta{0.9, 0.25, 0.4, 0.6, 0.3, 0.5};
    Doubles ratio;
    for (const double each : beta) ratio.push_back(1 + 0.9 * std::exp(-each / 0.25));
    auto data = Array::from<double>("ratio", sample, "1", ratio, {1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4});
    auto column = Array::from<double>("beta", sample, "1", beta, Doubles(6, 0.01));
    const Json with{{"offset", 1}, {"curve_points", 3}};
    const auto out = run_plugin("exponential_fit", with, {{"data", data}, {"abscissa", column}}, along("sample"));
    CHECK(out.at("decay_constant").scalar() == Approx(0.25).epsilon(1e-8));
    CHECK(out.at("amplitude").scalar() == Approx(0.9).epsilon(1e-8));
    CHECK(values_of(out.at("fine_x"))[1] == Approx(0.575));
    CHECK(values_of(out.at("fine_curve"))[1] == Approx(1 + 0.9 * std::exp(-0.575 / 0.25)));
    CHECK(out.at("fine_curve").description().coordinate("curve_x") == nullptr);  // not known before the data are

    Description named = data.description();   // samples with names: labels are no x
    named.coordinates.push_back(
        {"sample", false, std::make_shared<const Array>(Array::of_labels("sample", sample, {"a", "b", "c", "d", "e", "f"}))});
    const auto labelled = run_plugin("exponential_fit", with, {{"data", data.with(std::move(named))}, {"abscissa", column}}, along("sample"));
    CHECK(same_bits(labelled.at("decay_constant"), out.at("decay_constant")));

    column = with_mask(column, "absent", sample, {true, false, false, false, false, false});
    const auto fewer = run_plugin("exponential_fit", with, {{"data", data}, {"abscissa", column}}, along("sample"));
    CHECK(fewer.at("points").scalar() == 5);
    CHECK(std::isnan(values_of(fewer.at("curve"))[0]));
    CHECK(values_of(fewer.at("fine_x"))[2] == Approx(0.6));
    CHECK(error_of([&] {
              run_plugin("exponential_fit", with, {{"data", data}}, along("sample"));
          }) == Contains("the data has no coordinate along its dimension x, and no input 'abscissa' is connected"));
}

TEST_CASE("an item without an exponential is NaN and has a status; the others stand") {
    auto data = decays({2, 0, 2}, 0.8, 1, 0.001);
    std::vector<bool> absent(21, false);
    for (std::size_t i = 15; i < 21; ++i) absent[i] = true;
    data = with_mask(data, "absent", {{"sample", 3}, {"time", 7}}, absent);
    const auto out = run_on(data, {{"offset", 1}});
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 4});
    for (const auto* port : {"decay_constant", "amplitude"})
        for (const std::size_t i : {1u, 2u}) {
            CHECK(std::isnan(values_of(out.at(port))[i]));
            CHECK(std::isnan(variances_of(out.at(port))[i]));
        }
    CHECK(std::isnan(values_of(out.at("curve"))[7]));
    CHECK(values_of(out.at("offset")) == Doubles{1, 1, 1});
}

TEST_CASE("without variances the uncertainty is from the scatter, and a fact says so") {
    CHECK(to_text(run_on(decays({2})).at("offset").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("refusals") {
    const auto refusal = [](const Json& with) { return error_of([&] { run_on(decays({2}), with); }); };
    CHECK(refusal({{"x_unit", "nm"}}) == Contains("step 'step' (exponential_fit): unit 's' cannot be converted to 'nm'"));
    CHECK(refusal({{"first", 3}, {"last", 2}}) == Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
    CHECK(refusal({{"curve_from", 3}, {"curve_to", 2}}) == Contains("curve_from must be below curve_to. Swap the two."));
    CHECK(refusal({{"offset", "1 nm"}}) == Contains("offset = \"1 nm\", must be a number"));
}

TEST_CASE("points with correlated variances are refused, unless they are to be taken as independent") {
    auto description = decays({2}, 0.8, 1, 0.01).description();
    description.correlated_over = {"time"};
    const auto shared = decays({2}, 0.8, 1, 0.01).with(std::move(description));
    CHECK(error_of([&] { run_on(shared); }) == Contains("the variances of input 'data' are correlated over x"));
    const auto out = run_on(shared, {{"allow_correlated", true}});
    CHECK(out.at("decay_constant").scalar() == Approx(0.8));
    CHECK(to_text(out.at("offset").description().facts.at("uncertainty_from")) == "propagated, correlations ignored");
}

TEST_CASE("the same bits for any number of threads") {
    Doubles amplitudes;
    for (int i = 0; i < 60; ++i) amplitudes.push_back(2 + std::sin(i));
    const auto stack = decays(amplitudes, 0.8, 1, 0.01);
    const auto one = run_plugin("exponential_fit", Json::object(), {{"data", stack}}, along("time", 1));
    const auto seven = run_plugin("exponential_fit", Json::object(), {{"data", stack}}, along("time", 7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

TEST_CASE("of bin edges the centres count, in the fine curve too") {
    const auto points = decays({2});
    const auto bins = with_coordinate(Array::from<double>("y", {{"time", 7}}, "1/cm", values_of(points)), "time", {{"time", 8}},
                                      "s", {-0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 3.75, 4.25}, true);
    const auto fine = run_on(bins, {{"curve_points", 3}}).at("fine_curve"), x = run_on(bins, {{"curve_points", 3}}).at("fine_x");
    CHECK(fine.description().coordinate("curve_x")->values->as_float64() == values_of(x));
    CHECK(values_of(x) == Doubles{0, 2, 4});
}
