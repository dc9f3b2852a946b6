// SPDX-License-Identifier: BSD-3-Clause
// Atomic factors as a recipe meets them: units of q, where the energy is from, labels, facts, use before data flow, refusals.
#include <cmath>
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

/// A stack of curves whose values must not matter.
Array curve(const Doubles& q, const std::string& unit = "1/angstrom", bool edges = false) {
    const auto n = static_cast<Index>(q.size()) - (edges ? 1 : 0);
    return with_coordinate(Array::from<double>("curve", {{"temperature", 2}, {"q", n}}, "count",
                                               Doubles(static_cast<std::size_t>(2 * n), std::nan(""))),
                           "q", {{"q", static_cast<Index>(q.size())}}, unit, q, edges);
}

auto run(const Array& data, const Json& with) { return run_plugin("atomic_factors", with, {{"curve", data}}); }
std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { run(data, with); });
}

const Array three = curve({1, 4.46, 20});
const Json glass{{"composition", "La65Co25Al10"}, {"energy", 71}};

Json glass_with(const std::string& key, const Json& value) {
    Json with = glass;
    with[key] = value;
    return with;
}

std::string fact(const Array& array, const std::string& name) { return to_text(array.description().facts.at(name)); }

}  // namespace

TEST_CASE("values by python3-xraylib 4.0.0, dims, units and labels; no temperature, no masks") {
    const auto out = run(with_mask(three, "gap", {{"q", 3}}, {true, false, false}), glass);
    const auto& mean_square = out.at("mean_square");
    CHECK(to_text(mean_square.dims()) == "[q: 3]");
    CHECK(mean_square.unit().text() == "1");
    CHECK(mean_square.variances().empty());
    CHECK(values_of(mean_square)[1] == Approx(920.62233318805).epsilon(1e-12));
    CHECK(values_of(out.at("square_mean"))[1] == Approx(797.81198255796).epsilon(1e-12));
    CHECK(values_of(out.at("compton"))[1] == Approx(14.076411218206).epsilon(1e-12));
    const auto& weights = out.at("weights");
    CHECK(to_text(weights.dims()) == "[pair: 6, q: 3]");
    CHECK(values_of(weights)[1] == Approx(0.69371261772672).epsilon(1e-12));
    CHECK(weights.description().coordinate("pair")->values->labels() ==
          std::vector<std::string>{"La-La", "La-Co", "La-Al", "Co-Co", "Co-Al", "Al-Al"});
    CHECK(weights.description().coordinate("q") != nullptr);
    CHECK(mean_square.description().coordinate("q")->values->as_float64() == Doubles{1, 4.46, 20});
    CHECK(mean_square.description().masks.empty());
    CHECK(values_of(out.at("mean_atomic_mass"))[0] == Approx(0.65 * 138.91 + 0.25 * 58.933 + 0.1 * 26.982).epsilon(1e-14));
    CHECK(out.at("mean_atomic_mass").unit().text() == "g/mol");
    CHECK(std::isnan(values_of(out.at("number_density"))[0]));
    CHECK(std::isnan(values_of(out.at("attenuation"))[0]));
    CHECK(out.at("status").scalar() == 0);
}

TEST_CASE("q in 1/nm and in bins, energy in eV, as a wavelength and as a fact: the same numbers") {
    const auto expected = values_of(run(three, glass).at("compton"));
    const double wavelength = 12.398419843320026 / 71;
    const auto same = [&](const std::map<std::string, Array>& out) {
        for (std::size_t i = 0; i < 3; ++i) CHECK(values_of(out.at("compton"))[i] == Approx(expected[i]).epsilon(1e-12));
    };
    const auto nm = run(curve({10, 44.6, 200}, "1/nm"), glass);
    same(nm);
    CHECK(nm.at("compton").description().coordinate("q")->values->unit().text() == "1/nm");
    same(run(curve({0.5, 1.5, 7.42, 32.58}, "1/angstrom", true), glass));  // centres 1, 4.46, 20
    same(run(three, {{"composition", "La65Co25Al10"}, {"energy", "71000 eV"}}));
    same(run(three, {{"composition", "La65Co25Al10"}, {"wavelength", wavelength}}));
    const auto with_wavelength = with_fact(three, "wavelength", NumberFact{wavelength / 10, Unit::parse("nm")});
    same(run(with_wavelength, {{"composition", "La65Co25Al10"}}));
}

TEST_CASE("density") {
    const auto out = run(three, {{"composition", "Ni"}, {"energy", 60}, {"density", 8.908}});
    CHECK(values_of(out.at("number_density"))[0] == Approx(0.0914).epsilon(5e-4));
    CHECK(out.at("number_density").unit().text() == Unit::parse("1/angstrom^3").text());
    CHECK(values_of(out.at("attenuation"))[0] == Approx(1.512 * 8.908 / 10).epsilon(2e-3));  // NIST SRD 126
    CHECK(out.at("attenuation").unit().text() == "1/mm");
    CHECK(fact(out.at("mean_square"), "number_density").substr(0, 7) == "0.09139");  // 0.602214 8.908 / 58.693 = 0.091399
    const auto number = run(three, {{"composition", "Ni"}, {"energy", 60}, {"number_density", "91.4 1/nm^3"}});
    CHECK(values_of(number.at("number_density"))[0] == Approx(0.0914).epsilon(1e-14));
    CHECK(values_of(run(three, {{"composition", "Ni"}, {"energy", 60}, {"density", "8908 kg/m^3"}}).at("number_density"))[0] ==
          Approx(0.0914).epsilon(5e-4));
}

TEST_CASE("facts say how it was done; those of the curve go") {
    const auto out = run(with_fact(three, "solid_angle_corrected", true), glass_with("recoil_power", 3));
    for (const auto* port : {"mean_square", "square_mean", "compton", "weights"}) {
        CHECK(fact(out.at(port), "composition") == "La0.65Co0.25Al0.1");
        CHECK(fact(out.at(port), "f0_source").find("xraylib") == 0);
        CHECK(fact(out.at(port), "recoil_power") == "3");
        CHECK(fact(out.at(port), "anomalous") == "yes");
        CHECK(fact(out.at(port), "wavelength").substr(0, 8) == "0.017462");
        CHECK(out.at(port).description().facts.count("solid_angle_corrected") == 0);
        CHECK(out.at(port).description().facts.count("number_density") == 0);
    }
    CHECK(fact(out.at("status"), "status_codes") == "0 ok, 1 near_edge");
    // The wavelength of the data stays as it is
    const auto data = with_fact(three, "wavelength", NumberFact{0.0175, Unit::parse("nm")});
    CHECK(fact(run(data, {{"composition", "Ni"}}).at("compton"), "wavelength") == "0.0175 nm");
}

TEST_CASE("options") {
    CHECK(values_of(run(curve({0, 1}), {{"composition", "Ni"}, {"energy", 60}, {"anomalous", false}}).at("mean_square"))[0] ==
          784);
    CHECK(values_of(run(three, glass_with("recoil_power", 0)).at("compton"))[1] == Approx(14.106478071003).epsilon(1e-12));
    CHECK(values_of(run(three, glass_with("recoil_power", 3)).at("compton"))[1] == Approx(14.061401832279).epsilon(1e-12));
    CHECK(run(curve({1, 2}), {{"composition", "La65Co25Al10"}, {"energy", 38.95}}).at("status").scalar() == 1);
}

TEST_CASE("its curves are on the grid of the data, for the steps that follow") {
    const Json q{{"dims", {"q"}}, {"values", {1.0, 4.46, 20.0}}, {"unit", "1/angstrom"}};
    const Json steps{
        {"data",
         {{"use", "values"},
          {"with", {{"dims", {"q"}}, {"values", {2000, 900, 100}}, {"unit", "1"}, {"coordinates", {{"q", q}}}}}}},
        {"atoms", {{"use", "atomic_factors"}, {"in", {{"curve", "data"}}}, {"with", glass_with("density", 6.1)}}},
        {"ratio",
         {{"use", "arithmetic"}, {"in", {{"a", "data"}, {"b", "atoms.mean_square"}}}, {"with", {{"operation", "divide"}}}}}};
    const auto out = run_recipe(recipe_of(steps, {"ratio"}));
    CHECK(values_of(out.at("ratio.result"))[1] == Approx(900 / 920.62233318805).epsilon(1e-12));
}

TEST_CASE("what makes no sense is refused") {
    CHECK(refusal(three, {{"composition", "Ni"}}) == Contains("the curve carries no fact wavelength. Give 'energy' (keV)"));
    CHECK(refusal(three, {{"energy", 60}}) == Contains("composition"));
    CHECK(refusal(three, {{"composition", "La65Xx25"}, {"energy", 60}}) == Contains("character 5: 'Xx' is no element up to Cf"));
    CHECK(refusal(three, {{"composition", "La65Co25Al9"}, {"energy", 60}}) == Contains("add up to 99 and not to 100"));
    CHECK(refusal(three, {{"composition", "Ca3(PO4)2"}, {"energy", 60}}) ==
          Contains("brackets are not supported; multiply them out"));
    CHECK(refusal(three, {{"composition", "Ni"}, {"energy", 60}, {"wavelength", 0.2}}) ==
          Contains("energy and wavelength are both given"));
    CHECK(refusal(three, {{"composition", "Ni"}, {"energy", 60000}}) ==
          Contains("photon energy 60000 keV, must be 1 to 800 keV"));
    CHECK(refusal(three, {{"composition", "Ni"}, {"energy", 60}, {"density", 8.9}, {"number_density", 0.09}}) ==
          Contains("density and number_density are both given"));
    CHECK(refusal(three, {{"composition", "Ni"}, {"energy", 60}, {"recoil_power", 1}}) == Contains("recoil_power"));
    CHECK(refusal(curve({1, 400}), glass) == Contains("q = 400 1/angstrom at index 1"));
    CHECK(refusal(curve({-1, 4}), glass) == Contains("q = -1 1/angstrom at index 0"));
    CHECK(refusal(curve({2, 1}), glass) == Contains("q"));
    CHECK(refusal(curve({1, 1}), glass) != "no error");
    CHECK(refusal(curve({1, 2}, "degree"), glass) == Contains("degree"));
    const auto fact_71 = with_fact(three, "wavelength", NumberFact{0.01746, Unit::parse("nm")});
    CHECK(refusal(fact_71, {{"composition", "Ni"}, {"energy", 60}}) == Contains("the data's fact wavelength says 71.0"));
    const auto differing =
        with_coordinate(Array::from<double>("curve", {{"temperature", 2}, {"q", 2}}, "count", Doubles{1, 2, 3, 4}), "q",
                        {{"temperature", 2}, {"q", 2}}, "1/angstrom", {0, 1, 0, 2});
    CHECK(refusal(differing, glass) == Contains("q differs between the items of the curve"));
}
