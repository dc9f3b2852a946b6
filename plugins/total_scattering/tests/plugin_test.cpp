// SPDX-License-Identifier: BSD-3-Clause
// total_scattering as a recipe meets it: units, facts, numbers per curve, masks, refusals.
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using total_scattering::test::exact_s;
using total_scattering::test::Simulated;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A curve, or several in a row, over q in `unit`.
Array curve(const Doubles& q, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1",
            const std::string& q_unit = "1/angstrom") {
    const auto n = static_cast<Index>(q.size()), rows = static_cast<Index>(values.size()) / n;
    Dims dims{{"q", n}};
    if (rows > 1) dims.insert(dims.begin(), {"temperature", rows});
    return with_coordinate(Array::from<double>("curve", dims, unit, values, variances), "q", {{"q", n}}, q_unit, q);
}

const Simulated exact = total_scattering::test::simulate(0);

Inputs inputs_of(const Simulated& data, const Inputs& instead = {}) {
    Inputs inputs = instead;
    inputs.emplace("intensity", curve(data.q, data.intensity, data.variance, "1/s"));
    inputs.emplace("mean_square", curve(data.q, data.atoms.mean_square));
    inputs.emplace("square_mean", curve(data.q, data.atoms.square_mean));
    inputs.emplace("compton", curve(data.q, data.atoms.compton));
    return inputs;
}

auto run(const Json& with = Json::object(), const Inputs& instead = {}, const RunPluginOptions& options = {}) {
    return run_plugin("total_scattering", with.is_null() ? Json::object() : with, inputs_of(exact, instead), options);
}

std::string refusal(const Json& with, const Inputs& instead = {}) {
    return error_of([&] { run(with, instead); });
}

Array measured(const Doubles& values = exact.intensity) { return curve(exact.q, values, exact.variance, "1/s"); }

Doubles times(Doubles values, double factor) {
    for (double& each : values) each *= factor;
    return values;
}

Doubles joined(const Doubles& a, const Doubles& b) {
    Doubles both = a;
    both.insert(both.end(), b.begin(), b.end());
    return both;
}

}  // namespace

TEST_CASE("S of a known liquid, with units, dims, facts and every number beside it") {
    const auto out = run(
        {{"fit_from", 12}, {"number_density", 0.0575}},
        {{"mean_square",
          with_fact(with_fact(curve(exact.q, exact.atoms.mean_square), "composition", "Zr0.6 Cu0.4"), "f0_source", "a table")},
         {"compton", with_fact(curve(exact.q, exact.atoms.compton), "recoil_power", NumberFact{2, Unit::parse("1")})}});
    const auto& s = out.at("structure_factor");
    for (std::size_t i = 0; i < exact.q.size(); ++i) CHECK(std::abs(values_of(s)[i] - exact_s(exact.q[i])) < 3e-3);
    CHECK(to_text(s.dims()) == "[q: 1086]");
    CHECK(s.unit().text() == "1");
    CHECK(out.at("reduced").unit() == Unit::parse("1/angstrom"));
    CHECK(out.at("corrected").unit() == Unit::parse("1/s"));
    CHECK(out.at("scale").unit() == Unit::parse("s"));
    CHECK(out.at("scale").scalar() == Approx(exact.alpha).epsilon(1e-3));
    CHECK(out.at("constant").scalar() == Approx(exact.beta).epsilon(2e-3));
    CHECK(out.at("scale_high_q").scalar() == out.at("scale").scalar());
    CHECK(out.at("scale_krogh_moe").scalar() == Approx(exact.alpha).epsilon(1e-3));
    CHECK(out.at("scale_spread").scalar() < 2e-3);
    CHECK(out.at("level").scalar() == Approx(1).epsilon(1e-3));
    CHECK(out.at("points_fitted").scalar() == 501);
    CHECK(out.at("points_left_out").scalar() == 0);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);

    const auto& facts = s.description().facts;
    CHECK(to_text(facts.at("normalisation")) == "high_q");
    CHECK(to_text(facts.at("definition")) == "faber_ziman");
    CHECK(to_text(facts.at("composition")) == "Zr0.6 Cu0.4");
    CHECK(to_text(facts.at("f0_source")) == "a table");
    CHECK(to_text(facts.at("recoil_power")) == "2");
    CHECK(to_text(facts.at("number_density")) == "0.0575 1/angstrom^3");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 scale_spread, 2 level_off, 3 negative_beyond_bound, 4 too_few_points, 5 scale_not_positive, 6 number_missing");
}

TEST_CASE("q in 1/nm gives the same numbers; the coordinate stays as it is") {
    const auto noisy = total_scattering::test::simulate(5);
    const Json with{{"method", "krogh_moe"},
                    {"number_density", "57.5 1/nm^3"},
                    {"fit_from", "120 1/nm"},
                    {"polarization", "full_ring"},
                    {"energy", 71},
                    {"absorption", "plate"},
                    {"mu_t", 0.3}};
    const auto wanted = run_plugin("total_scattering", with, inputs_of(noisy));
    Inputs in_nm;
    const auto q = times(noisy.q, 10);
    in_nm.emplace("intensity", curve(q, noisy.intensity, noisy.variance, "1/s", "1/nm"));
    in_nm.emplace("mean_square", curve(q, noisy.atoms.mean_square, {}, "1", "1/nm"));
    in_nm.emplace("square_mean", curve(q, noisy.atoms.square_mean, {}, "1", "1/nm"));
    in_nm.emplace("compton", curve(q, noisy.atoms.compton, {}, "1", "1/nm"));
    const auto out = run_plugin("total_scattering", with, in_nm);
    for (const char* port :
         {"structure_factor", "reduced", "polarization", "absorption", "scale", "constant", "scale_krogh_moe"}) {
        CAPTURE(port);
        const auto a = values_of(out.at(port)), b = values_of(wanted.at(port));
        for (std::size_t i = 0; i < a.size(); i += 100) CHECK(a[i] == Approx(b[i]).epsilon(1e-10));
        CHECK(out.at(port).unit() == wanted.at(port).unit());
    }
    CHECK(variances_of(out.at("reduced"))[700] == Approx(variances_of(wanted.at("reduced"))[700]).epsilon(1e-10));
    CHECK(out.at("structure_factor").description().coordinate("q")->values->unit().text() == "1/nm");
}

TEST_CASE("the angle of q comes from energy, wavelength, or the fact of the data") {
    const Json full{{"polarization", "full_ring"}, {"solid_angle", true}, {"sensor_tau", 1.4}};
    const auto with = [&](const Json& more) {
        Json all = full;
        all.update(more);
        return all;
    };
    const double wavelength = 12.398419843320026 / 71;
    const auto a = run(with({{"energy", 71}})), b = run(with({{"wavelength", wavelength}}));
    const auto c =
        run(full, {{"intensity", with_fact(measured(), "wavelength", NumberFact{wavelength / 10, Unit::parse("nm")})}});
    const double sine = exact.q[1000] * wavelength / (4 * std::numbers::pi), cosine = 1 - 2 * sine * sine;
    for (const auto* out : {&a, &b, &c}) {
        CHECK(values_of(out->at("polarization"))[1000] == Approx((1 + cosine * cosine) / 2).epsilon(1e-12));
        CHECK(values_of(out->at("solid_angle"))[1000] == Approx(cosine * cosine * cosine).epsilon(1e-12));
        CHECK(values_of(out->at("incidence"))[1000] ==
              Approx((1 - std::exp(-1.4 / cosine)) / (1 - std::exp(-1.4))).epsilon(1e-12));
        CHECK(values_of(out->at("absorption"))[1000] == 1);
        const auto product = values_of(out->at("polarization"))[1000] * values_of(out->at("solid_angle"))[1000] *
                             values_of(out->at("incidence"))[1000];
        CHECK(values_of(out->at("correction"))[1000] == Approx(product).epsilon(1e-14));
        CHECK(values_of(out->at("corrected"))[1000] == Approx(exact.intensity[1000] / product).epsilon(1e-14));
        CHECK(to_text(out->at("structure_factor").description().facts.at("polarization_corrected")) == "yes");
    }
    CHECK(a.at("corrected").description().facts.contains("solid_angle_corrected"));
    CHECK_FALSE(a.at("background_subtracted").description().facts.contains("solid_angle_corrected"));
}

TEST_CASE("a background in another unit, a monitor and a scale for each curve") {
    const Doubles background(exact.q.size(), 0.002), two = joined(exact.intensity, times(exact.intensity, 3));
    const auto in_kilo = curve(exact.q, background, Doubles(exact.q.size(), 1e-8), "1/ms");
    const auto numbers = [](const Doubles& values) { return Array::from<double>("number", {{"temperature", 2}}, "1", values); };
    const Inputs inputs{{"intensity", curve(exact.q, two, joined(exact.variance, times(exact.variance, 9)), "1/s")},
                        {"background", in_kilo},
                        {"monitors", numbers({1, 3})},
                        {"scales", numbers({1, 0.5})}};
    const auto out = run({}, inputs, {.per_item = {{"monitor", "monitors"}, {"background_scale", "scales"}}});
    const auto net = values_of(out.at("background_subtracted")), variance = variances_of(out.at("background_subtracted"));
    const auto n = exact.q.size();
    CHECK(net[7] == Approx(exact.intensity[7] - 2).epsilon(1e-12));
    CHECK(net[n + 7] == Approx(exact.intensity[7] - 1).epsilon(1e-12));
    CHECK(variance[7] == Approx(exact.variance[7] + 0.01).epsilon(1e-12));
    CHECK(variance[n + 7] == Approx(exact.variance[7] + 0.0025).epsilon(1e-12));
    CHECK(to_text(out.at("structure_factor").description().facts.at("background_subtracted")) == "yes");
}

TEST_CASE("a number that is NaN costs its own curve alone") {
    const auto two = curve(exact.q, joined(exact.intensity, exact.intensity), joined(exact.variance, exact.variance), "1/s");
    const auto monitors = Array::from<double>("number", {{"temperature", 2}}, "1", Doubles{unknown, 1});
    const auto out = run({}, {{"intensity", two}, {"monitors", monitors}}, {.per_item = {{"monitor", "monitors"}}});
    CHECK(values_of(out.at("status")) == Doubles{6, 0});
    CHECK(values_of(out.at("points_left_out")) == Doubles{1086, 0});
    CHECK(std::isnan(values_of(out.at("structure_factor"))[0]));
    CHECK(mask_of(out.at("structure_factor"), "not_determined")[0] == 1);
    CHECK(mask_of(out.at("structure_factor"), "not_determined")[1086] == 0);
    CHECK(std::isnan(values_of(out.at("scale"))[0]));
    CHECK(std::isnan(variances_of(out.at("scale"))[0]));
    CHECK(values_of(out.at("scale"))[1] == Approx(exact.alpha).epsilon(0.01));
}

TEST_CASE("points masked in any input are masked in S") {
    std::vector<bool> bad(exact.q.size(), false);
    bad[30] = true;
    const auto masked = with_mask(curve(exact.q, exact.atoms.square_mean), "edge", {{"q", 1086}}, bad);
    const auto out = run({}, {{"square_mean", masked}});
    CHECK(out.at("points_left_out").scalar() == 1);
    CHECK(mask_of(out.at("structure_factor"), "not_determined")[30] == 1);
    CHECK(std::isnan(values_of(out.at("reduced"))[30]));
    CHECK(mask_of(out.at("reduced"), "not_determined")[31] == 0);
}

TEST_CASE("no variances in, none out; the background's alone do not make any") {
    const auto bare = curve(exact.q, exact.intensity, {}, "1/s");
    const auto background = curve(exact.q, Doubles(exact.q.size(), 1.0), Doubles(exact.q.size(), 1.0), "1/s");
    const auto out = run({}, {{"intensity", bare}, {"background", background}});
    for (const char* port : {"structure_factor", "reduced", "corrected", "normalised", "level"})
        CHECK(out.at(port).variances().empty());
    CHECK(variances_of(out.at("scale"))[0] > 0);
    CHECK(std::isnan(out.at("reduced_chi_square").scalar()));
}

TEST_CASE("Ashcroft-Langreth is Faber-Ziman and the Laue term over the square mean; F is the same") {
    const auto fz = run(), al = run({{"definition", "ashcroft_langreth"}});
    const double laue = exact.atoms.mean_square[40] / exact.atoms.square_mean[40] - 1;
    CHECK(values_of(al.at("structure_factor"))[40] == Approx(values_of(fz.at("structure_factor"))[40] + laue).epsilon(1e-13));
    CHECK(same_bits(al.at("reduced"), fz.at("reduced")));
    CHECK(to_text(al.at("structure_factor").description().facts.at("definition")) == "ashcroft_langreth");
    CHECK(to_text(al.at("reduced").description().facts.at("definition")) == "faber_ziman");
}

TEST_CASE("the ad hoc route: its polynomial, facts, and no constant") {
    const auto out = run({{"method", "ad_hoc"}, {"q_max_instrument", 20}, {"r_poly", 0.9}, {"largest_level_offset", 1}});
    CHECK(to_text(out.at("polynomial").dims()) == "[term: 6]");  // 0.9 * 20 / pi = 5.73
    CHECK(out.at("polynomial").description().coordinate("term")->values->as_float64() == Doubles{1, 2, 3, 4, 5, 6});
    CHECK(std::isfinite(values_of(out.at("polynomial"))[5]));
    CHECK(out.at("scale").scalar() == out.at("scale_ad_hoc").scalar());
    CHECK(std::isnan(out.at("constant").scalar()));
    const auto& facts = out.at("structure_factor").description().facts;
    CHECK(to_text(facts.at("normalisation")) == "ad_hoc");
    CHECK(to_text(facts.at("q_max_instrument")) == "20 1/angstrom");
    CHECK(std::isnan(values_of(run().at("polynomial"))[0]));
    const auto mask = mask_of(out.at("structure_factor"), "not_determined");
    CHECK(mask[980] == 0);                           // q = 19.9
    CHECK(mask[1035] == 1);                          // q = 21: beyond q_max_instrument the polynomial is held by nothing
    CHECK(out.at("points_fitted").scalar() == 501);  // 10 to 20: fit_to is q_max_instrument
}

TEST_CASE("what would be done twice is refused") {
    const auto marked = [](const char* fact) { return Inputs{{"intensity", with_fact(measured(), fact, true)}}; };
    CHECK(refusal({{"polarization", "full_ring"}, {"energy", 71}}, marked("polarization_corrected")) ==
          Contains("polarization is to be divided out, but input 'intensity' is marked 'polarization_corrected': it would be "
                   "done twice. "
                   "Leave polarization out."));
    CHECK(refusal({{"solid_angle", true}, {"energy", 71}}, marked("solid_angle_corrected")) ==
          Contains("it would be done twice"));
    CHECK(refusal({{"sensor_tau", 1.4}, {"energy", 71}}, marked("incidence_corrected")) ==
          Contains("sensor_tau is to be divided out, but input 'intensity' is marked 'incidence_corrected'"));
    CHECK(refusal({{"absorption", "plate"}, {"mu_t", 0.3}, {"energy", 71}},
                  {{"intensity", run({{"absorption", "plate"}, {"mu_t", 0.3}, {"energy", 71}}).at("corrected")}}) ==
          Contains("it would be done twice. Leave absorption out."));
    auto twice = marked("background_subtracted");
    twice.emplace("background", measured());
    CHECK(refusal({}, twice) == Contains("is marked 'background_subtracted': another background would be taken off"));
    const auto not_corrected = with_fact(measured(), "polarization_corrected", false);
    CHECK(refusal({}, {{"intensity", with_fact(measured(), "polarization_corrected", true)}, {"background", not_corrected}}) ==
          Contains("is marked 'polarization_corrected', the other is not: they cannot be subtracted"));
}

TEST_CASE("what is missing or does not go together is refused") {
    CHECK(refusal({{"polarization", "full_ring"}}) == Contains("give energy or wavelength; the data has no fact 'wavelength'."));
    CHECK(refusal({{"energy", 71}, {"wavelength", 0.17}}) == Contains("energy and wavelength are both given"));
    CHECK(refusal({{"solid_angle", true}, {"energy", 20}}) == Contains("q reaches 22 1/angstrom, but 4 pi / lambda is 20.27"));
    CHECK(refusal({{"solid_angle", true}, {"energy", 25}}) == Contains("hold below 90 deg"));
    CHECK(refusal({{"method", "krogh_moe"}}) ==
          Contains("method is krogh_moe, which needs number_density (atoms per volume). Give it"));
    CHECK(refusal({{"absorption", "plate"}, {"energy", 71}}) == Contains("absorption is plate, which needs mu_t"));
    CHECK(refusal({{"mu_t", 0.3}}) == Contains("mu_t is given, but absorption is none"));
    CHECK(refusal({{"fit_from", 12}, {"fit_to", 10}}) ==
          Contains("fit_from must be below fit_to; they are 12.000000 and 10.000000"));
    CHECK(refusal({{"fit_from", 30}, {"fit_to", 40}}) == Contains("no point of the curve is between fit_from = 30.000000"));
    CHECK(refusal({{"method", "ad_hoc"}, {"r_poly", 10}}) == Contains("the polynomial has 70.0"));
    CHECK(refusal({{"energy", 71}}, {{"mean_square", with_fact(curve(exact.q, exact.atoms.mean_square), "wavelength",
                                                               NumberFact{0.02, Unit::parse("nm")})}}) ==
          Contains("input 'mean_square' is for the wavelength 0.200000 angstrom, the curve is of 0.174"));
    CHECK(refusal({{"energy", 71}}, {{"square_mean", with_fact(curve(exact.q, exact.atoms.square_mean), "wavelength",
                                                               NumberFact{0.02, Unit::parse("nm")})}}) ==
          Contains("input 'square_mean' is for the wavelength 0.200000 angstrom"));
    CHECK(refusal({{"energy", 71}}, {{"intensity", with_fact(measured(), "wavelength", NumberFact{0.02, Unit::parse("nm")})}}) ==
          Contains("is 71 keV, but the data's fact wavelength says 61.99"));
    CHECK(refusal({}, {{"mean_square", with_fact(curve(exact.q, exact.atoms.mean_square), "composition", "Ni")},
                       {"compton", with_fact(curve(exact.q, exact.atoms.compton), "composition", "Cu")}}) ==
          Contains("input 'mean_square' is of Ni, input 'compton' of Cu. Take both from one step atomic_factors."));
    CHECK(refusal({{"number_density", -1}}) == Contains("number_density = -1"));
    CHECK(refusal({{"methode", "high_q"}}) == Contains("methode"));
}

TEST_CASE("grids that are not one, not ordered or not of momentum are refused") {
    Doubles q = exact.q;
    q[5] += 0.001;
    CHECK(refusal({}, {{"background", curve(q, exact.intensity, exact.variance, "1/s")}}) == Contains("interpolate"));
    CHECK(refusal({}, {{"background", curve({1, 2, 3}, {1, 2, 3}, {}, "1/s")}}) == Contains("3"));
    q[5] = q[4];
    CHECK(refusal({}, {{"intensity", curve(q, exact.intensity, {}, "1/s")}}) == Contains("increas"));
    q[5] = 0.1;
    CHECK(refusal({}, {{"intensity", curve(q, exact.intensity, {}, "1/s")}}) == Contains("increas"));
    CHECK(refusal({}, {{"intensity", curve(exact.q, exact.intensity, {}, "1/s", "degree")}}) == Contains("degree"));
    CHECK(refusal({}, {{"background", curve(exact.q, exact.intensity, {}, "nm")}}) ==
          Contains("unit 'nm' cannot be converted to '1/s'"));
    CHECK(refusal({}, {{"mean_square", curve(exact.q, exact.intensity, {}, "nm")}}) == Contains("nm"));
}

TEST_CASE("one background for a series: its errors are in S, which they correlate, and not in for_differences") {
    Doubles values, variances, background, its_variance;
    for (const std::uint64_t seed : {1, 2}) {
        const auto data = total_scattering::test::simulate(seed);
        values.insert(values.end(), data.intensity.begin(), data.intensity.end());
        variances.insert(variances.end(), data.variance.begin(), data.variance.end());
    }
    for (const double each : exact.intensity) background.push_back(0.05 * each), its_variance.push_back(0.3 * each);
    const auto series = curve(exact.q, values, variances, "1/s");
    const auto noisy = run({}, {{"intensity", series}, {"background", curve(exact.q, background, its_variance, "1/s")}});
    const auto exactly = run({}, {{"intensity", series}, {"background", curve(exact.q, background, {}, "1/s")}});
    const auto &s = noisy.at("structure_factor"), &own = noisy.at("for_differences");
    CHECK(s.description().correlated_over.size() == 1);
    CHECK(own.description().correlated_over.empty());
    CHECK(values_of(own) == values_of(s));
    const auto of_s = variances_of(s), of_own = variances_of(own), expected = variances_of(exactly.at("structure_factor"));
    const auto alpha = values_of(noisy.at("scale")), exact_alpha = values_of(exactly.at("scale"));
    for (std::size_t i : {std::size_t{10}, exact.q.size() + 200}) {
        // The fit of the scale has other weights in the two runs.
        const std::size_t item = i / exact.q.size();
        const double scaled = expected[i] * alpha[item] * alpha[item] / (exact_alpha[item] * exact_alpha[item]);
        CHECK(of_own[i] == doctest::Approx(scaled).epsilon(1e-9));
        CHECK(of_s[i] > 1.05 * of_own[i]);
    }
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 12; ++i) {
        const auto data = total_scattering::test::simulate(static_cast<std::uint64_t>(i + 1));
        values.insert(values.end(), data.intensity.begin(), data.intensity.end());
        variances.insert(variances.end(), data.variance.begin(), data.variance.end());
    }
    const Inputs inputs{{"intensity", curve(exact.q, values, variances, "1/s")}};
    const Json with{{"number_density", 0.0575}};
    const auto one = run(with, inputs, {.threads = 1}), three = run(with, inputs, {.threads = 3});
    for (const auto& [port, array] : one) CHECK(same_bits(array, three.at(port)));
}
