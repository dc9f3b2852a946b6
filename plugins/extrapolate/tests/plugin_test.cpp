// SPDX-License-Identifier: BSD-3-Clause
// Extrapolation as a recipe meets it: units, core binding, weights, masks, facts, refusals, and the reference of shared data.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A rate for each roi and age; one roi has no dimension of it.
Array rates(const Doubles& age, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1/us") {
    const auto n = static_cast<Index>(age.size()), rois = static_cast<Index>(values.size()) / n;
    Dims dims{{"age", n}};
    if (rois > 1) dims.insert(dims.begin(), {"roi", rois});
    return with_coordinate(Array::from<double>("rate", dims, unit, values, variances), "age", {{"age", n}}, "us", age);
}

/// 1 + 2 age exactly.
const Array line = rates({1, 2, 4}, {3, 5, 9}, {1, 1, 1});

RunPluginOptions over_age(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {"age"}}};
    return options;
}

auto run_on(const Array& data, const Json& with = Json::object()) {
    return run_plugin("extrapolate", with, {{"data", data}}, over_age());
}
auto run_on(const Array& data, const Array& errors, const Json& with = Json::object()) {
    return run_plugin("extrapolate", with, {{"data", data}, {"errors", errors}}, over_age());
}
std::string refusal(const Array& data, const Json& with = Json::object()) {
    return error_of([&] { run_on(data, with); });
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = run_on(line);
    // S = 3, Sx = 7, Sxx = 21, delta = 14: var(value) = 21/14, var(slope) = 3/14.
    CHECK(out.at("value").scalar() == Approx(1).epsilon(1e-13));
    CHECK(variances_of(out.at("value"))[0] == Approx(1.5).epsilon(1e-13));
    CHECK(out.at("slope").scalar() == Approx(2).epsilon(1e-13));
    CHECK(variances_of(out.at("slope"))[0] == Approx(3.0 / 14).epsilon(1e-13));
    CHECK(out.at("reduced_chi_square").scalar() == Approx(0));
    CHECK(out.at("points").scalar() == 3);
    CHECK(out.at("status").scalar() == 0);
    for (std::size_t i = 0; i < 3; ++i) CHECK(values_of(out.at("curve"))[i] == Approx(values_of(line)[i]));

    CHECK(out.at("value").unit().text() == "1/us");
    CHECK(out.at("slope").unit().text() == "1/us^2");
    CHECK(out.at("curve").unit().text() == "1/us");
    CHECK(out.at("value").dims().empty());
    CHECK(to_text(out.at("curve").dims()) == "[age: 3]");
    CHECK(out.at("curve").description().coordinate("age")->values->as_float64() == Doubles{1, 2, 4});
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(out.at("points").dtype() == DType::int64);
}

TEST_CASE("at, first and last are in the unit of x, or in their own") {
    CHECK(run_on(line, {{"at", 10}}).at("value").scalar() == Approx(21));
    CHECK(run_on(line, {{"at", 10000}, {"x_unit", "ns"}}).at("value").scalar() == Approx(21));
    CHECK(run_on(line, {{"first", 1500}, {"last", 4500}, {"x_unit", "ns"}}).at("points").scalar() == 2);
    CHECK(run_on(line, {{"form", "constant"}, {"last", 2}}).at("value").scalar() == Approx(4));
}

TEST_CASE("errors weigh in place of the data's own variances, in any unit that converts") {
    const auto bent = rates({1, 2, 4}, {3, 6, 9}, {1, 1, 1});
    const auto weights = rates({1, 2, 4}, {unknown, 7, 7}, {1e6, 9e6, 4e6}, "1/ms");  // of their unit squared: 1, 9, 4 of 1/us^2
    const auto out = run_on(bent, weights), same = run_on(rates({1, 2, 4}, {3, 6, 9}, {1, 9, 4}));
    CHECK(out.at("value").scalar() == Approx(same.at("value").scalar()).epsilon(1e-12));
    CHECK(variances_of(out.at("value"))[0] == Approx(variances_of(same.at("value"))[0]).epsilon(1e-12));
    CHECK(out.at("value").scalar() != Approx(run_on(bent).at("value").scalar()));
    const auto masked = with_mask(weights, "bad", {{"age", 3}}, {false, true, false});
    CHECK(run_on(bent, masked).at("points").scalar() == 2);
}

TEST_CASE("one set of errors serves all items") {
    const auto two = rates({1, 2, 4}, {3, 5, 9, 1, 1, 1});
    const auto out = run_on(two, line);
    CHECK(values_of(out.at("value"))[1] == Approx(1));
    CHECK(variances_of(out.at("value"))[1] == Approx(1.5));
}

TEST_CASE("an item with too few points is NaN and has a status; the others stand") {
    const auto two = with_mask(rates({1, 2, 4}, {3, 5, 9, 1, unknown, 4}, {1, 1, 1, 1, 1, 1}), "failed", {{"roi", 2}, {"age", 3}},
                               {false, false, false, true, false, false});
    const auto out = run_on(two);
    CHECK(values_of(out.at("status")) == Doubles{0, 1});
    CHECK(values_of(out.at("points")) == Doubles{3, 1});
    CHECK(values_of(out.at("value"))[0] == Approx(1));
    for (const char* port : {"value", "slope", "reduced_chi_square"}) CHECK(std::isnan(values_of(out.at(port))[1]));
    CHECK(std::isnan(variances_of(out.at("value"))[1]));
}

TEST_CASE("without variances the uncertainty is from the scatter, and a fact says so") {
    const auto out = run_on(rates({0, 1, 2, 3}, {1, 2, 4, 5}));
    // b = 1.4, a = 0.9, residuals 0.1 -0.3 0.3 -0.1: s^2 = 0.2/2, var(a) = s^2 (1/4 + 2.25/5)
    CHECK(out.at("value").scalar() == Approx(0.9));
    CHECK(variances_of(out.at("value"))[0] == Approx(0.07));
    CHECK(std::isnan(out.at("reduced_chi_square").scalar()));
    CHECK(to_text(out.at("value").description().facts.at("uncertainty_from")) == "scatter");
    const auto facts = run_on(line, {{"at", 500}, {"x_unit", "ns"}}).at("value").description().facts;
    CHECK(to_text(facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(facts.at("form")) == "line");
    CHECK(to_text(facts.at("at")) == "0.5 us");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 too_few_points");
}

TEST_CASE("refusals") {
    CHECK(refusal(line, {{"x_unit", "nm"}}) == Contains("step 'step' (extrapolate): unit 'nm' cannot be converted to 'us'"));
    CHECK(refusal(line, {{"x_unit", "moon"}}) == Contains("x_unit = \"moon\""));
    CHECK(refusal(line, {{"at", "5 us"}}) == Contains("at = \"5 us\", must be a number"));
    CHECK(refusal(line, {{"form", "lin"}}) == Contains("form = \"lin\", must be one of"));
    CHECK(refusal(line, {{"first", 3}, {"last", 2}}) == Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
    CHECK(refusal(Array::from<double>("rate", {{"age", 3}}, "1/us", Doubles{1, 2, 3})) ==
          Contains("input 'data' from 'data.data' has no coordinate 'age', which this step needs"));
    CHECK(error_of([] {
              run_on(line, rates({1, 2, 4}, {1, 1, 1}));
          }) == Contains("input 'errors' from 'errors.data' has no variances, which this step needs"));
    CHECK(error_of([] {
              run_on(line, rates({1, 2, 4}, {1, 1, 1}, {1, 1, 1}, "nm"));
          }) == Contains("unit 'nm' cannot be converted to '1/us'"));
    CHECK(error_of([] {
              run_plugin("extrapolate", Json::object(), {{"data", line}});
          }) == Contains("\"core\": {\"x\": \"<name>\"}"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 300; ++i) {
        values.push_back(std::sin(i));
        variances.push_back(1 + 0.5 * std::cos(i));
    }
    const auto stack = rates({1, 2, 4}, values, variances);
    const auto one = run_plugin("extrapolate", Json::object(), {{"data", stack}}, over_age(1));
    const auto seven = run_plugin("extrapolate", Json::object(), {{"data", stack}}, over_age(7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

namespace {

Doubles reference(const std::string& file, const std::string& path, const Json& dims) {
    return values_of(run_plugin("hdf5_source", {{"file", file}, {"path", path}, {"dims", dims}, {"unit", "1"}}, {}).at("data"));
}

/// gamma0_* of a reference file is the weighted line through fit_* over tbar, without the windows before `first_window`.
void compare_with_reference(const std::string& file, const std::string& contrast, std::size_t first_window) {
    const auto fits = reference(file, "/fit_" + contrast, {"q", "window", "column"}), age = reference(file, "/tbar", {"window"});
    const auto expected = reference(file, "/gamma0_" + contrast, {"q", "column"});
    const std::size_t windows = age.size();
    Doubles values, variances;
    for (std::size_t i = 0; 6 * i < fits.size(); ++i) {
        if (i % windows < first_window) continue;
        values.push_back(fits[6 * i]);
        variances.push_back(fits[6 * i + 1] * fits[6 * i + 1]);
    }
    const auto out =
        run_on(rates(Doubles(age.begin() + static_cast<std::ptrdiff_t>(first_window), age.end()), values, variances));
    for (std::size_t q = 0; 4 * q < expected.size(); ++q) {
        CAPTURE(q);
        CHECK(values_of(out.at("value"))[q] == Approx(expected[4 * q]).epsilon(1e-9));
        CHECK(std::sqrt(variances_of(out.at("value"))[q]) == Approx(expected[4 * q + 1]).epsilon(1e-9));
        CHECK(values_of(out.at("slope"))[q] == Approx(expected[4 * q + 2]).epsilon(1e-9));
        CHECK(std::sqrt(variances_of(out.at("slope"))[q]) == Approx(expected[4 * q + 3]).epsilon(1e-9));
    }
}

}  // namespace

TEST_CASE("rates at age 0 of the shared data, by an independent program") {
    for (const std::string name : {"devA_counts", "devB_artifact", "devC_sparse"})
        for (const std::string contrast : {"fixed", "free"}) {
            const auto file = shared_data("xpcs/" + name + ".ref.h5");
            if (!file) return;
            CAPTURE(name);
            CAPTURE(contrast);
            compare_with_reference(file->string(), contrast, name == "devC_sparse" ? 1 : 0);  // its window 0 covers the others
        }
}
