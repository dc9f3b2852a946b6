// SPDX-License-Identifier: BSD-3-Clause
// The pair distribution as a recipe meets it: units, facts, dims, masks, density per temperature, refusals.
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "model.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
namespace model = sluice::pair_distribution::test;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Doubles q = model::even(0.2, 0.02, 700);  // to 14.18
const Doubles liquid = [] {
    Doubles out;
    for (const double each : q) out.push_back(model::liquid(each));
    return out;
}();

Array curve(Doubles values, const Doubles& variances = {}, const std::string& unit = "1/angstrom", double factor = 1,
            Dims loop = {}) {
    Doubles its_q;
    for (const double each : q) its_q.push_back(factor * each);
    loop.push_back({"q", 700});
    return with_coordinate(Array::from<double>("S", loop, "1", values, variances), "q", {{"q", 700}}, unit, its_q);
}

Json with(Json more = Json::object()) {
    Json out{{"q_max", 14}, {"r_max", 10}, {"r_step", 0.05}};
    out.update(more);
    return out;
}

auto run(const Array& s, const Json& parameters = with(), const RunPluginOptions& options = {},
         std::map<std::string, Array> inputs = {}) {
    inputs.emplace("structure_factor", s);
    return run_plugin("pair_distribution", parameters, inputs, options);
}

std::string refusal(const Array& s, const Json& parameters = with()) {
    return error_of([&] { run(s, parameters); });
}

std::string fact(const Array& array, const std::string& name) {
    const auto& facts = array.description().facts;
    return facts.contains(name) ? to_text(facts.at(name)) : "none";
}

std::string one_output(const std::string& port, const Json& parameters) {
    const Array s = curve(liquid);
    PlanOptions options;
    options.arrays = {{"s", s}};
    const Json steps{{"s", {{"use", "memory"}, {"with", {{"name", "s"}}}}},
                     {"pdf", {{"use", "pair_distribution"}, {"in", {{"structure_factor", "s"}}}, {"with", parameters}}}};
    return error_of([&] { run_recipe(recipe_of(steps, {"pdf." + port}), options); });
}

}  // namespace

TEST_CASE("dims, units, coordinates and facts") {
    const auto out =
        run(curve(liquid, Doubles(700, 1e-4)), with({{"number_density", 0.0792}, {"window", "lorch"}, {"low_r_limit", 1.4}}));
    const auto& g = out.at("reduced");
    CHECK(to_text(g.dims()) == "[r: 201]");
    CHECK(g.unit().text() == "1/angstrom^2");
    CHECK(g.description().coordinate("r")->values->unit().text() == "angstrom");
    CHECK(g.description().coordinate("r")->values->as_float64()[10] == 0.5);
    CHECK(g.variances().size() == 201);
    CHECK(g.description().correlated_over == std::vector<std::string>{"r"});
    CHECK(out.at("pair").unit().text() == "1");
    CHECK(out.at("radial").unit().text() == "1/angstrom");
    CHECK(out.at("coordination").unit().text() == "1");
    CHECK(to_text(out.at("covariance").dims()) == "[r: 201]");
    CHECK(to_text(out.at("scan").dims()) == "[r: 201]");
    CHECK(same_bits(out.at("scan"), g));
    CHECK(to_text(out.at("low_r_chi_square").dims()) == "[pass: 1]");
    CHECK(out.at("q_first").scalar() == Approx(0.2));
    CHECK(fact(g, "q_max") == "14 1/angstrom");
    CHECK(fact(g, "q_min") == "0.2 1/angstrom");
    CHECK(fact(g, "window") == "lorch");
    CHECK(fact(g, "low_q") == "constant");
    CHECK(fact(g, "number_density") == "0.0792 1/angstrom^3");
    CHECK(fact(g, "low_r_passes") == "0");
    CHECK(fact(out.at("unwindowed"), "window") == "none");
    CHECK(fact(out.at("status"), "status_codes") == Contains("1 nyquist"));
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("low_r_density").scalar() == Approx(0.0792).epsilon(0.02));
    CHECK(out.at("low_r_density").unit().text() == "1/angstrom^3");
}

TEST_CASE("facts that S brings from an earlier transform or its normalisation are not those of G") {
    auto s = with_fact(curve(liquid, {}, "1/angstrom", 1, {{"temperature", 1}}), "window_width",
                       NumberFact{0.2, Unit::parse("angstrom")});
    s = with_fact(s, "number_density", NumberFact{0.05, Unit::parse("1/angstrom^3")});
    CHECK(fact(run(s).at("reduced"), "window_width") == "none");
    CHECK(fact(run(s).at("reduced"), "number_density") == "0.05 1/angstrom^3");  // it is still the sample's
    RunPluginOptions options;
    options.per_item = {{"number_density", "rho"}};
    const auto rho = Array::from<double>("rho", {{"temperature", 1}}, "1/angstrom^3", Doubles{0.0792});
    CHECK(fact(run(s, with(), options, {{"rho", rho}}).at("reduced"), "number_density") == "none");
}

TEST_CASE("q in 1/nm gives the same G, in the same units") {
    const Json parameters = with({{"number_density", "79.2 1/nm^3"}, {"q_max", "140 1/nm"}});
    const auto nm = run(curve(liquid, Doubles(700, 1e-4), "1/nm", 10), parameters);
    const auto angstrom = run(curve(liquid, Doubles(700, 1e-4)), with({{"number_density", 0.0792}}));
    for (const auto* port : {"reduced", "pair", "coordination"}) {
        const auto a = values_of(nm.at(port)), b = values_of(angstrom.at(port)), va = variances_of(nm.at(port)),
                   vb = variances_of(angstrom.at(port));
        REQUIRE(a.size() == b.size());
        for (std::size_t j = 0; j < a.size(); ++j) {
            CHECK(std::abs(a[j] - b[j]) < 1e-9);
            CHECK(std::abs(va[j] - vb[j]) < 1e-12);
        }
        CHECK(nm.at(port).unit() == angstrom.at(port).unit());
    }
    CHECK(nm.at("corrected").description().coordinate("q")->values->unit().text() == "1/nm");
    CHECK(refusal(curve(liquid, {}, "nm")) == Contains("one that converts to '1/angstrom' is needed"));
    CHECK(refusal(curve(liquid, {}, "1")) == Contains("one that converts to '1/angstrom' is needed"));
}

TEST_CASE("scan over q_max, covariance and passes have their dimensions") {
    const auto out = run(
        curve(liquid, Doubles(700, 1e-4)),
        with({{"q_max_scan", {10, 14}}, {"covariance", true}, {"passes", 3}, {"low_r_limit", 1.4}, {"number_density", 0.0792}}));
    CHECK(to_text(out.at("scan").dims()) == "[scan_q_max: 2, r: 201]");
    CHECK(out.at("scan").description().coordinate("scan_q_max")->values->as_float64()[0] == Approx(10));
    CHECK(to_text(out.at("covariance").dims()) == "[r: 201, r2: 201]");
    CHECK(values_of(out.at("covariance"))[50 * 201 + 50] == Approx(variances_of(out.at("reduced"))[50]).epsilon(1e-9));
    CHECK(to_text(out.at("low_r_chi_square").dims()) == "[pass: 4]");
    const auto chi = values_of(out.at("low_r_chi_square"));
    CHECK(chi[3] < chi[0]);
    CHECK(values_of(out.at("corrected")) != liquid);
    CHECK(variances_of(out.at("corrected"))[5] == 1e-4);
    CHECK(fact(out.at("reduced"), "low_r_passes") == "3");
    CHECK(refusal(curve(liquid), with({{"covariance", true}})) == Contains("structure_factor has no variances"));
}

TEST_CASE("a series over temperature: density per item, a curve with a gap, the same bits from every thread") {
    Doubles three, variances;
    for (int i = 0; i < 3; ++i) three.insert(three.end(), liquid.begin(), liquid.end());
    three[700 + 300] = unknown;
    variances.assign(three.size(), 1e-4);
    const auto s = curve(three, variances, "1/angstrom", 1, {{"temperature", 3}});
    const std::map<std::string, Array> density{
        {"rho", Array::from<double>("rho", {{"temperature", 3}}, "1/angstrom^3", Doubles{0.0792, 0.0792, unknown})}};
    RunPluginOptions options;
    options.per_item = {{"number_density", "rho"}};
    const auto out = run(s, with(), options, density);
    CHECK(to_text(out.at("coordination").dims()) == "[temperature: 3, r: 201]");
    CHECK(values_of(out.at("status")) == Doubles{0, 3, 4});
    const auto g = mask_of(out.at("reduced"), "not_determined"), n = mask_of(out.at("coordination"), "not_determined");
    CHECK(g[100] == 0);
    CHECK(g[201 + 100] == 1);
    CHECK(g[402 + 100] == 0);
    CHECK(n[100] == 0);
    CHECK(n[402 + 100] == 1);
    CHECK(std::isnan(values_of(out.at("reduced"))[201]));
    CHECK(fact(out.at("reduced"), "number_density") == "none");
    CHECK(values_of(out.at("reduced"))[100] == values_of(run(curve(liquid)).at("reduced"))[100]);
    options.threads = 1;
    const auto alone = run(s, with(), options, density);
    for (const auto& [port, array] : alone) CHECK(same_bits(array, out.at(port)));
}

TEST_CASE("masked points at the low end are left out, and said") {
    std::vector<bool> mask(700, false);
    for (std::size_t k = 0; k < 15; ++k) mask[k] = true;
    const auto out = run(with_mask(curve(liquid), "beamstop", {{"q", 700}}, mask));
    CHECK(out.at("q_first").scalar() == Approx(0.5));
    CHECK(fact(out.at("reduced"), "q_min") == "0.5 1/angstrom");
    CHECK(out.at("status").scalar() == 0);
    CHECK(mask_of(out.at("corrected"), "not_determined")[3] == 1);
    const auto by_parameter = run(curve(liquid), with({{"q_min", 0.5}}));
    CHECK(values_of(by_parameter.at("reduced")) == values_of(out.at("reduced")));
}

TEST_CASE("q that differs between items") {
    Doubles two(liquid), grids(q);
    two.insert(two.end(), liquid.begin(), liquid.end());
    for (const double each : q) grids.push_back(each + 0.3);
    const auto s = with_coordinate(Array::from<double>("S", {{"temperature", 2}, {"q", 700}}, "1", two), "q",
                                   {{"temperature", 2}, {"q", 700}}, "1/angstrom", grids);
    const auto out = run(s);
    CHECK(values_of(out.at("reduced"))[100] == Approx(values_of(run(curve(liquid)).at("reduced"))[100]).epsilon(1e-12));
    CHECK(values_of(out.at("q_first"))[1] == Approx(0.5));
    CHECK(refusal(s, with({{"r_grid", "natural"}})) == Contains("needs one grid of q for all items"));
    CHECK(refusal(s, with({{"q_max", 15}})) == Contains("q_max = 15 1/angstrom is beyond the data"));
}

TEST_CASE("without variances none are invented; without density its functions are masked") {
    const auto out = run(curve(liquid));
    for (const auto* port : {"reduced", "unwindowed", "scan", "low_r_density"}) CHECK(out.at(port).variances().empty());
    CHECK(mask_of(out.at("covariance"), "not_determined")[0] == 1);
    for (const auto* port : {"pair", "total", "radial", "coordination"}) CHECK(mask_of(out.at(port), "not_determined")[50] == 1);
    CHECK(one_output("coordination", with()) == Contains("the output 'coordination' needs number_density"));
    CHECK(one_output("coordination", with({{"number_density", 0.0792}})) == "no error");
    CHECK(one_output("reduced", with()) == "no error");
}

TEST_CASE("what makes no sense is refused with what to do") {
    const auto s = curve(liquid);
    CHECK(refusal(s, with({{"q_max", 20}})) ==
          Contains("q_max = 20 1/angstrom is beyond the data, whose largest q is 14.18 1/angstrom. Set q_max to that or lower."));
    CHECK(refusal(s, with({{"q_max_scan", {10, 20}}})) == Contains("q_max = 20 1/angstrom is beyond the data"));
    CHECK(refusal(s, with({{"passes", 3}})) == Contains("passes is above 0, which needs number_density"));
    CHECK(refusal(s, with({{"passes", 3}, {"number_density", 0.08}})) == Contains("passes is above 0, which needs low_r_limit"));
    CHECK(refusal(s, with({{"window", "gaussian"}})) == Contains("the window gaussian needs window_width. Give it."));
    CHECK(refusal(s, with({{"window_width", 0.2}})) == Contains("the window none has no width"));
    CHECK(refusal(s, with({{"low_q", "given"}})) == Contains("low_q is given, which needs S(0)"));
    CHECK(refusal(s, with({{"s0", 0.1}})) == Contains("s0 is given, but low_q is constant"));
    CHECK(refusal(s, with({{"number_density", -1}})) == Contains("number_density"));
    CHECK(error_of([&] { run_plugin("pair_distribution", {{"r_max", 10}}, {{"structure_factor", s}}); }) == Contains("q_max"));
    auto order = q;
    std::swap(order[5], order[6]);
    const auto base = Array::from<double>("S", {{"q", 700}}, "1", liquid);
    CHECK(refusal(with_coordinate(base, "q", {{"q", 700}}, "1/angstrom", order)) == Contains("must increase strictly"));
    order = q;
    order[6] = order[5];
    CHECK(refusal(with_coordinate(base, "q", {{"q", 700}}, "1/angstrom", order)) == Contains("merge repeated points"));
    CHECK(refusal(base) == Contains("has no coordinate 'q', which this step needs"));
}

TEST_CASE("r beyond the range of the data's step is told") {
    const auto out = run(curve(liquid), with({{"r_max", 200}, {"r_step", 0.2}}));
    CHECK(out.at("status").scalar() == 1);
}
