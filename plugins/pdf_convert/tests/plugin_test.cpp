// SPDX-License-Identifier: BSD-3-Clause
// Conversions as a recipe meets them: units, facts, a density per item, X-ray factors, and the sentences of refusals.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN(), pi = std::numbers::pi;

Array over_r(const Doubles& values, const std::string& unit, const Doubles& variances = {}, Dims loop = {},
             const std::string& r_unit = "angstrom", const Doubles& r = {0, 2, 5}) {
    loop.push_back({"r", 3});
    return with_coordinate(Array::from<double>("data", loop, unit, values, variances), "r", {{"r", 3}}, r_unit, r);
}

Array over_q(const Doubles& values, const std::string& unit, const std::string& q_unit = "1/angstrom",
             const Doubles& q = {1, 2, 10}) {
    return with_coordinate(Array::from<double>("data", {{"q", 3}}, unit, values), "q", {{"q", 3}}, q_unit, q);
}

Array convert(const Array& data, const Json& with, RunPluginOptions options = {}, std::map<std::string, Array> more = {}) {
    more.emplace("data", data);
    options.core = {{"x", {data.dims().back().name}}};
    return run_plugin("pdf_convert", with, more, options).at("data");
}

std::string refusal(const Array& data, const Json& with, std::map<std::string, Array> more = {}) {
    return error_of([&] { convert(data, with, {}, std::move(more)); });
}

}  // namespace

TEST_CASE("G to g and to the radial distribution function: values, units, mask") {
    const auto reduced = over_r({0, 0.5, -0.25}, "1/angstrom^2", {0, 0.01, 0.04});
    const Json with{{"from", "G"}, {"to", "g"}, {"number_density", 0.05}};
    const auto g = convert(reduced, with);
    CHECK(g.description().facts.contains("number_density"));
    CHECK(to_text(g.dims()) == "[r: 3]");
    CHECK(g.unit().text() == "1");
    CHECK(mask_of(g, "not_determined") == std::vector<int>{1, 0, 0});
    CHECK(values_of(g)[1] == Approx(1 + 0.5 / (4 * pi * 0.05 * 2)).epsilon(1e-14));
    CHECK(variances_of(g)[1] == Approx(0.01 / std::pow(4 * pi * 0.05 * 2, 2)).epsilon(1e-14));
    const auto rdf = convert(reduced, {{"from", "G"}, {"to", "RDF"}, {"number_density", 0.05}});
    CHECK(rdf.unit() == Unit::parse("1/angstrom"));
    CHECK(values_of(rdf)[0] == 0);
    CHECK(values_of(rdf)[2] == Approx(-0.25 * 5 + 4 * pi * 0.05 * 25).epsilon(1e-14));
    CHECK(variances_of(rdf)[2] == Approx(1).epsilon(1e-14));
    CHECK(mask_of(rdf, "not_determined") == std::vector<int>{0, 0, 0});
}

TEST_CASE("nanometres and angstroms give the same numbers") {
    const auto in_nm = over_r({0, 50, -25}, "1/nm^2", {0, 100, 400}, {}, "nm", {0, 0.2, 0.5});
    const auto t = convert(in_nm, {{"from", "G"}, {"to", "T"}, {"number_density", "50 1/nm^3"}});
    CHECK(t.unit() == Unit::parse("1/angstrom^2"));
    CHECK(values_of(t)[1] == Approx(0.5 + 4 * pi * 0.05 * 2).epsilon(1e-13));
    CHECK(variances_of(t)[1] == Approx(0.01).epsilon(1e-13));
    const auto f = convert(over_q({1.5, 0.5, 1}, "1", "1/nm", {10, 20, 100}), {{"from", "S"}, {"to", "F"}});
    CHECK(f.unit() == Unit::parse("1/angstrom"));
    CHECK(values_of(f)[1] == Approx(-1).epsilon(1e-14));
    CHECK(f.variances().empty());
}

TEST_CASE("the density: a fact of the data, or one number per item") {
    const auto data = with_fact(over_r({0, 0.5, 0.5}, "1/angstrom^2"), "number_density", NumberFact{50, Unit::parse("1/nm^3")});
    CHECK(values_of(convert(data, {{"from", "G"}, {"to", "T"}}))[1] == Approx(0.5 + 4 * pi * 0.05 * 2).epsilon(1e-13));

    const auto series = over_r({0, 1, 1, 0, 1, 1, 0, 1, 1}, "1", {}, {{"temperature", 3}});
    const auto density = Array::from<double>("rho", {{"temperature", 3}}, "1/angstrom^3", Doubles{0.05, 0.04, unknown});
    RunPluginOptions options;
    options.per_item = {{"number_density", "rho"}};
    const auto t = convert(series, {{"from", "g"}, {"to", "T"}}, options, {{"rho", density}});
    CHECK(values_of(t)[1] == Approx(4 * pi * 0.05 * 2).epsilon(1e-14));
    CHECK(values_of(t)[4] == Approx(4 * pi * 0.04 * 2).epsilon(1e-14));
    CHECK(mask_of(t, "not_determined") == std::vector<int>{0, 0, 0, 0, 0, 0, 1, 1, 1});
}

TEST_CASE("Keen's functions: barns of neutrons, factors over q of X-rays") {
    const auto gk = convert(over_r({0, 1.5, 0.5}, "1"),
                            {{"from", "g"}, {"to", "GK"}, {"square_mean_amplitude", 1.06}, {"amplitude_unit", "barn"}});
    CHECK(gk.unit().text() == "barn");
    CHECK(values_of(gk)[0] == Approx(-1.06).epsilon(1e-15));
    const auto d = convert(
        gk, {{"from", "GK"}, {"to", "D"}, {"square_mean_amplitude", 1.06}, {"amplitude_unit", "barn"}, {"number_density", 0.09}});
    CHECK(d.unit() == Unit::parse("barn/angstrom^2"));
    CHECK(values_of(d)[1] == Approx(4 * pi * 0.09 * 2 * 1.06 * 0.5).epsilon(1e-14));

    const std::map<std::string, Array> factors{
        {"square_mean", with_mask(over_q({100, 50, 2}, "1"), "edge", {{"q", 3}}, {false, true, false})}};
    const auto fk = convert(over_q({1.5, 1.5, 0}, "1"), {{"from", "S"}, {"to", "FK"}}, {}, factors);
    CHECK(fk.unit().text() == "1");
    CHECK(values_of(fk)[0] == 50);
    CHECK(mask_of(fk, "not_determined") == std::vector<int>{0, 1, 0});
    CHECK(values_of(fk)[2] == -2);
}

TEST_CASE("what is refused, and what to do") {
    const auto reduced = over_r({0, 0.5, 0.5}, "1/angstrom^2");
    CHECK(refusal(reduced, {{"from", "G"}, {"to", "g"}}) ==
          Contains("G to g needs the number density, and the data has no fact number_density. Set number_density"));
    CHECK(refusal(reduced, {{"from", "G"}, {"to", "D"}}) ==
          Contains("G to D needs the squared mean amplitude. Set square_mean_amplitude and amplitude_unit."));
    CHECK(refusal(reduced, {{"from", "G"}, {"to", "S"}}) ==
          Contains("G is a function of r and S one of q: between them lies a transform over the whole curve. Use "
                   "inverse_pair_distribution"));
    CHECK(refusal(over_q({1, 1, 1}, "1"), {{"from", "S"}, {"to", "G"}}) == Contains("Use pair_distribution"));
    CHECK(refusal(reduced, {{"from", "T"}, {"to", "RDF"}}) == "no error");
    CHECK(refusal(reduced, {{"from", "g"}, {"to", "GK"}, {"square_mean_amplitude", 1}}) ==
          Contains("the data is in 1/angstrom^2, but g is in 1. Is it another function (parameter from)"));
    CHECK(refusal(over_q({1, 1, 1}, "1"), {{"from", "g"}, {"to", "G"}, {"number_density", 1}}) ==
          Contains("g is a function of r (angstrom), but the coordinate bound to x is in 1/angstrom"));
    CHECK(refusal(reduced, {{"from", "G"}, {"to", "g"}, {"number_density", 0}}) == Contains("number_density"));
    CHECK(refusal(reduced, {{"from", "G"}, {"to", "h"}}) == Contains("to"));
    const auto with_density = with_fact(reduced, "number_density", NumberFact{0.05, Unit::parse("1/angstrom^3")});
    CHECK(refusal(with_density, {{"from", "G"}, {"to", "g"}, {"number_density", 50}}) ==
          Contains("number_density is 50.000000 1/angstrom^3, but the data was made with 0.050000"));
    CHECK(refusal(with_density, {{"from", "G"}, {"to", "g"}, {"number_density", "50 1/nm^3"}}) == "no error");
    const std::map<std::string, Array> factors{{"square_mean", over_q({1, 1, 1}, "1")}};
    CHECK(refusal(over_q({1, 1, 1}, "1"), {{"from", "S"}, {"to", "FK"}, {"square_mean_amplitude", 1}}, factors) ==
          Contains("the input 'square_mean' and the parameter 'square_mean_amplitude' are both given. Remove one."));
}
