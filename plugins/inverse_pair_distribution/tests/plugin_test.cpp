// SPDX-License-Identifier: BSD-3-Clause
// The inverse as a recipe meets it: units, grids, facts, variances with and without covariance, masks, refusals.
#include <cmath>
#include <limits>
#include <numbers>
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

constexpr double pi = std::numbers::pi, unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double r0 = 2.8, width = 0.22;

double pair_f(double q) { return std::sin(q * r0) * std::exp(-width * width * q * q / 2); }

/// The closed form whose inverse transform pair_f is.
double pair_g(double r) {
    const auto gauss = [](double x) { return std::exp(-x * x / (2 * width * width)) / (width * std::sqrt(2 * pi)); };
    return gauss(r - r0) - gauss(r + r0);
}

Array curve(const Doubles& r, const Doubles& g, const Doubles& variances = {}, const std::string& r_unit = "angstrom",
            const std::string& unit = "1/angstrom^2") {
    const Dims dims{{"r", static_cast<Index>(r.size())}};
    return with_coordinate(Array::from<double>("g", dims, unit, g, variances), "r", dims, r_unit, r);
}

Array gaussian_pair(const Doubles& variances = {}) {
    Doubles r, g;
    for (int i = 0; i <= 600; ++i) {
        r.push_back(0.01 * i);
        g.push_back(pair_g(r.back()));
    }
    return curve(r, g, variances);
}

auto inverse_of(const Array& g, const Json& with = {{"q_max", 20}}, const RunPluginOptions& options = {}) {
    return run_plugin("inverse_pair_distribution", with, {{"reduced", g}}, options);
}

/// All warnings of a run, one after the other.
std::string warnings_of(const Array& g, const Json& with) {
    PlanOptions options;
    options.arrays = {{"g", g}};
    options.in_memory = true;
    const Json steps{{"g", {{"use", "memory"}, {"with", {{"name", "g"}}}}},
                     {"back", {{"use", "inverse_pair_distribution"}, {"in", {{"reduced", "g"}}}, {"with", with}}}};
    std::string all;
    for (const auto& warning : sluice::run(plan_recipe(recipe_of(steps, {"back.structure_factor"}), options)).warnings)
        all += warning + "\n";
    return all;
}

std::string refusal(const Array& g, const Json& with) {
    return error_of([&] { inverse_of(g, with); });
}

}  // namespace

TEST_CASE("values, units, dims and facts") {
    const auto out =
        inverse_of(with_fact(gaussian_pair(), "low_q", std::string("zero")), {{"q_max", 20}, {"q_step", "0.5 1/nm"}});
    const auto f = values_of(out.at("reduced")), s = values_of(out.at("structure_factor"));
    REQUIRE(f.size() == 401);
    const auto q = out.at("reduced").description().coordinate("q")->values->as_float64();
    CHECK(q[400] == Approx(20).epsilon(1e-14));
    for (std::size_t k = 1; k < f.size(); ++k) {
        CHECK(f[k] == Approx(pair_f(q[k])).scale(1).epsilon(1e-11));
        CHECK(s[k] == Approx(1 + pair_f(q[k]) / q[k]).scale(1).epsilon(1e-10));
    }
    CHECK(s[0] == Approx(1 + r0).epsilon(1e-11));
    CHECK(out.at("reduced").unit().text() == "1/angstrom");
    CHECK(out.at("structure_factor").unit().text() == "1");
    CHECK(out.at("structure_factor").description().coordinate("q")->values->unit().text() == "1/angstrom");
    CHECK_FALSE(out.at("structure_factor").description().variances);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);
    const auto& facts = out.at("structure_factor").description().facts;
    CHECK(to_text(facts.at("low_r")) == "straight");
    CHECK(to_text(facts.at("r_max")) == "6 angstrom");
    CHECK(to_text(facts.at("low_q")) == "zero");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 missing_points, 2 no_density, 3 nyquist");
}

TEST_CASE("r in nm: equal numbers") {
    const auto in_angstrom = gaussian_pair();
    Doubles r_nm, g_nm;
    for (int i = 0; i <= 600; ++i) {
        r_nm.push_back(0.001 * i);
        g_nm.push_back(100 * pair_g(0.01 * i));
    }
    const auto expected = values_of(inverse_of(in_angstrom).at("structure_factor"));
    const auto got = values_of(inverse_of(curve(r_nm, g_nm, {}, "nm", "1/nm^2")).at("structure_factor"));
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK(got[k] == Approx(expected[k]).scale(1).epsilon(1e-12));
}

TEST_CASE("q_max is that of G where it is not given") {
    const auto g = with_fact(gaussian_pair(), "q_max", NumberFact{12.5, Unit::parse("1/angstrom")});
    CHECK(values_of(inverse_of(g, {{"q_step", 0.5}}).at("reduced")).size() == 26);
    CHECK(refusal(gaussian_pair(), Json::object()) ==
          Contains("reduced does not tell the q_max that it was made with. Give q_max."));
}

TEST_CASE("what is asked of G that it does not hold is told") {
    const auto g = with_fact(gaussian_pair(Doubles(601, 0.01)), "q_max", NumberFact{12.5, Unit::parse("1/angstrom")});
    CHECK(warnings_of(g, Json::object()).empty());
    CHECK(warnings_of(g, {{"q_max", 12.6}}) == Contains("q reaches beyond the q_max that G(r) was made with"));
    CHECK(warnings_of(with_fact(g, "window", std::string("none")), Json::object()).empty());
    CHECK(warnings_of(with_fact(g, "window", std::string("lorch")), Json::object()) == Contains("G(r) was made with a window"));
    CHECK(warnings_of(gaussian_pair(), {{"q_max", 400}}) == Contains("q reaches beyond pi over the step of r"));
}

TEST_CASE("there and back with pair_distribution on the natural grid: 1e-10") {
    constexpr int n = 1571, points = 626;
    Doubles q, s;
    for (int k = 0; k < points; ++k) {
        q.push_back(0.02 * k);
        s.push_back(1 + std::sin(3.1 * q.back()) * std::exp(-0.02 * q.back() * q.back()) + 0.1 * std::cos(97.0 * k * k));
    }
    const Dims dims{{"q", points}};
    const auto measured = with_coordinate(Array::from<double>("s", dims, "1", s), "q", dims, "1/angstrom", q);
    const double r_step = pi / (n * 0.02);
    const auto there =
        run_plugin("pair_distribution", {{"q_max", 12.5}, {"r_max", pi / 0.02}, {"r_step", r_step}, {"r_grid", "natural"}},
                   {{"structure_factor", measured}});
    const auto back = inverse_of(there.at("reduced"), {{"q_step", 0.02}});
    const auto got = values_of(back.at("structure_factor"));
    REQUIRE(got.size() == s.size());
    for (std::size_t k = 1; k + 1 < s.size(); ++k) CHECK(got[k] == Approx(s[k]).scale(1).epsilon(1e-10));
    CHECK(got.back() == Approx(1 + (s.back() - 1) / 2).scale(1).epsilon(1e-10));
}

TEST_CASE("uncertainties: of independent points; none of correlated ones, but with their covariance") {
    // The same three points as in the kernel's test: weights 1/2, 1/2, 1/4.
    const auto square = [](double x) { return x * x; };
    const double expected =
        0.1 * square(0.5 * std::sin(0.5)) + 0.2 * square(0.5 * std::sin(1.0)) + 0.3 * square(0.25 * std::sin(1.5));
    const Json with{{"q_max", 1}, {"q_step", 1}};
    auto g = curve({0.5, 1, 1.5}, {1, 2, 3}, {0.1, 0.2, 0.3});
    const auto out = inverse_of(g, with);
    CHECK(variances_of(out.at("reduced"))[1] == Approx(expected).epsilon(1e-13));
    CHECK(variances_of(out.at("structure_factor"))[1] == Approx(expected).epsilon(1e-13));
    CHECK(out.at("reduced").description().correlated_over == std::vector<std::string>{"q"});

    const auto covariance =
        Array::from<double>("c", {{"r", 3}, {"r2", 3}}, "1/angstrom^4", Doubles{0.1, 0, 0, 0, 0.2, 0, 0, 0, 0.3});
    const auto with_covariance = run_plugin("inverse_pair_distribution", with, {{"reduced", g}, {"covariance", covariance}});
    CHECK(variances_of(with_covariance.at("reduced"))[1] == Approx(expected).epsilon(1e-13));
    const auto larger = Array::from<double>("c", {{"r", 3}, {"r2", 4}}, "1/angstrom^4", Doubles(12, 0.1));
    CHECK(error_of([&] {
              run_plugin("inverse_pair_distribution", with, {{"reduced", g}, {"covariance", larger}});
          }) == Contains("the covariance of G has 12 elements, 9 are needed."));
}

TEST_CASE("a grid of samples; one with a masked point, one with NaN, and the density of each") {
    Doubles r, values;
    for (int i = 0; i < 50; ++i) r.push_back(0.1 * (i + 10));
    for (int sample = 0; sample < 3; ++sample)
        for (const double each : r) values.push_back(pair_g(each) * (1 + sample));
    values[60] = unknown;
    auto stack = with_coordinate(Array::from<double>("g", {{"sample", 3}, {"r", 50}}, "1/angstrom^2", values), "r", {{"r", 50}},
                                 "angstrom", r);
    std::vector<bool> mask(150, false);
    mask[149] = true;
    stack = with_mask(stack, "bad", {{"sample", 3}, {"r", 50}}, mask);
    const auto out = inverse_of(stack, {{"q_max", 10}, {"low_r", "density"}, {"number_density", "0.05 1/angstrom^3"}});
    CHECK(to_text(out.at("structure_factor").dims()) == "[sample: 3, q: 501]");
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 1});
    const auto masked = mask_of(out.at("structure_factor"), "not_determined");
    CHECK(masked[0] == 0);
    CHECK(masked[501] == 1);
    CHECK(std::isnan(values_of(out.at("reduced"))[1002]));
    // Alone it is the same.
    const auto alone = inverse_of(stack.slice(0, 1), {{"q_max", 10}, {"low_r", "density"}, {"number_density", 0.05}});
    CHECK(values_of(alone.at("reduced"))[77] == values_of(out.at("reduced"))[77]);
}

TEST_CASE("what cannot be is refused with the reason") {
    const auto g = gaussian_pair();
    CHECK(refusal(g, {{"q_max", 20}, {"low_r", "density"}}) ==
          Contains(
              "low_r is density, which needs number_density, in atoms per cubic angstrom. Give it, or set low_r to straight."));
    CHECK(refusal(g, {{"q_max", 20}, {"low_r", "density"}, {"number_density", 0.05}}) ==
          Contains("the points of r used begin at 0, so none are replaced. Give r_min"));
    CHECK(refusal(g, {{"q_max", 20}, {"low_r", "density"}, {"number_density", 0.05}, {"r_min", 1.5}}) == "no error");
    CHECK(refusal(g, {{"q_max", 20}, {"number_density", 0.05}}) ==
          Contains("number_density is given, but low_r is straight, which does not use it."));
    CHECK(refusal(g, {{"q_max", 20}, {"r_min", 5.995}}) == Contains("at least 2 are needed. Widen the range."));
    CHECK(refusal(g, {{"q_max", 20}, {"q_min", 21}}) == Contains("q_min = 21, must not be above q_max = 20."));
    CHECK(refusal(g, {{"q_max", "20 angstrom"}}) == Contains("q_max"));
    CHECK(refusal(curve({0, 2, 1}, {1, 2, 3}), {{"q_max", 2}}) == Contains("must increase strictly"));
    CHECK(refusal(curve({0, 1, 2}, {1, 2, 3}, {}, "1/angstrom"), {{"q_max", 2}}) == Contains("has the unit '1/angstrom'"));
    CHECK(refusal(curve({0, 1, 2}, {1, 2, 3}, {}, "angstrom", "1"), {{"q_max", 2}}) == Contains("1/angstrom^2"));
    CHECK(refusal(Array::from<double>("g", {{"r", 3}}, "1/angstrom^2", Doubles{1, 2, 3}), {{"q_max", 2}}) ==
          Contains("has no coordinate 'r'"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles r, values, variances;
    for (int i = 0; i < 200; ++i) r.push_back(0.05 * i);
    for (int item = 0; item < 300; ++item)
        for (const double each : r) {
            values.push_back(pair_g(each) * (1 + 0.01 * item));
            variances.push_back(0.01 + 0.001 * item);
        }
    const auto stack = with_coordinate(Array::from<double>("g", {{"sample", 300}, {"r", 200}}, "1/angstrom^2", values, variances),
                                       "r", {{"r", 200}}, "angstrom", r);
    const auto one = inverse_of(stack, {{"q_max", 20}}, {.threads = 1});
    for (const int threads : {2, 7})
        for (const auto& [port, array] : inverse_of(stack, {{"q_max", 20}}, {.threads = threads})) {
            CAPTURE(port);
            CHECK(same_bits(array, one.at(port)));
        }
}
