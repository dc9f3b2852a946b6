// SPDX-License-Identifier: BSD-3-Clause
// delta_gamma as a recipe meets it: tables of the theory, laws over volume fractions, fits, units, masks, refusals.
#include <algorithm>
#include <cmath>
#include <cstddef>
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
using Inputs = std::map<std::string, Array>;
using Outputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Radius 1 nm, so that q in 1/nm is q a; curves at q a = 0, 1 ... 5.
Json with(double phi, const Json& more = Json::object()) {
    Json all{{"radius", 1}, {"volume_fraction", phi}, {"curve_from", 0}, {"curve_to", 5}, {"curve_points", 6}};
    all.update(more);
    return all;
}

Index size(const Doubles& values) { return static_cast<Index>(values.size()); }

Array curve(const std::string& dim, const Doubles& q, const Doubles& values, const Doubles& variances = {},
            const std::string& unit = "1/nm") {
    const Dims dims{{dim, size(q)}};
    return with_coordinate(Array::from<double>("curve", dims, "1", values, variances), dim, dims, unit, q);
}
Array s_of(const Doubles& q, const Doubles& s, const Doubles& variances = {}) { return curve("q_structure", q, s, variances); }
Array h_of(const Doubles& q, const Doubles& h, const Doubles& variances = {}) { return curve("q", q, h, variances); }

Outputs run(const Json& parameters, const Inputs& inputs = {}, const RunPluginOptions& options = {}) {
    return run_plugin("delta_gamma", parameters, inputs, options);
}
double number(const Outputs& out, const std::string& port) { return out.at(port).scalar(); }
Doubles numbers(const Outputs& out, const std::string& port) { return values_of(out.at(port)); }
Doubles variances(const Outputs& out, const std::string& port) { return variances_of(out.at(port)); }
std::string fact(const Outputs& out, const std::string& port, const std::string& name) {
    return to_text(out.at(port).description().facts.at(name));
}
std::string refusal(const Json& parameters, const Inputs& inputs = {}, const RunPluginOptions& options = {}) {
    return error_of([&] { run(parameters, inputs, options); });
}

double largest_difference(const Doubles& a, const Doubles& b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::isnan(a[i]) != std::isnan(b[i]) ? 1e9 : std::abs(a[i] - b[i]));
    return most;
}

Doubles plus(const Doubles& values, double added) {
    Doubles out = values;
    for (double& each : out) each += added;
    return out;
}
Doubles times(const Doubles& values, double factor) {
    Doubles out = values;
    for (double& each : out) each *= factor;
    return out;
}

const Doubles q_h{0, 1, 2, 3, 4, 5};  // of the curves

/// Percus-Yevick S at many points, as the plugin gives it.
Outputs hard_spheres(double phi, double from, double to, int points) {
    return run(with(phi, {{"curve_from", from}, {"curve_to", to}, {"curve_points", points}}));
}
Doubles grid(double from, double to, int points) {
    Doubles out;
    for (int i = 0; i < points; ++i) out.push_back(from + (to - from) * i / (points - 1));
    return out;
}

}  // namespace

// Oracles: nested quadrature by two programs, to 1e-9 (bare) and 1e-8; radius a.
TEST_CASE("D_s/D0 over volume fractions needs no input: one item each") {
    const Doubles phi{0.1, 0.2, 0.3, 0.4};
    const auto fractions = with_coordinate(Array::from<double>("phi", {{"volume_fraction", 4}}, "1", phi), "volume_fraction",
                                           {{"volume_fraction", 4}}, "1", phi);
    const auto out = run({{"radius", 2.9}}, {{"phi", fractions}}, {.per_item = {{"volume_fraction", "phi"}}});
    CHECK(to_text(out.at("self_part").dims()) == "[volume_fraction: 4]");
    CHECK(out.at("self_part").description().coordinate("volume_fraction"));
    const Doubles bare{0.811739330948, 0.684777157979, 0.593193370545, 0.523910277464};
    const Doubles renormalised{0.781022623, 0.597816743, 0.454368902, 0.348037770};
    const double worst_bare = largest_difference(numbers(out, "theory_bare"), bare);
    const double worst_renormalised = largest_difference(numbers(out, "theory_renormalised"), renormalised);
    MESSAGE("D_s/D0 against the tables at phi = 0.1 to 0.4: bare within " << worst_bare << ", renormalised within "
                                                                          << worst_renormalised);
    CHECK(worst_bare < 1e-9);
    CHECK(worst_renormalised < 2e-9);
    CHECK(numbers(out, "self_part") == numbers(out, "theory_renormalised"));
    CHECK(numbers(out, "hard_sphere")[2] == Approx(0.46538515).epsilon(1e-14));
    CHECK(numbers(out, "charged_sphere")[2] == Approx(1 - 2.5 * std::pow(0.3, 4.0 / 3)).epsilon(1e-14));
    CHECK(numbers(out, "status") == Doubles(4, 0.0));
    CHECK(out.at("self_part").variances().empty());
}

TEST_CASE("H(q) of hard spheres at a volume fraction of 0.2") {
    const Doubles bare{0.266339912, 0.326351827, 0.545834588, 0.777821115, unknown, 0.655864105};
    const Doubles renormalised{0.238829437, 0.290554428, 0.478955290, 0.677440305, unknown, 0.573067532};
    for (const std::string form : {"bare", "renormalised"}) {
        const auto out = run(with(0.2, {{"sgamma", form}}));
        auto h = numbers(out, "hydrodynamic_function");
        h[4] = unknown;
        const double worst = largest_difference(h, form == "bare" ? bare : renormalised);
        MESSAGE("H against the table, " << form << ": within " << worst);
        CHECK(worst < 1e-8);
        CHECK(fact(out, "hydrodynamic_function", "sgamma") == form);
    }
    const auto out = run(with(0.2));
    CHECK(numbers(out, "structure_factor")[0] == Approx(0.2089795918).epsilon(1e-9));
    CHECK(largest_difference(numbers(out, "hydrodynamic_function"), plus(numbers(out, "distinct"), number(out, "self_part"))) <
          1e-15);
    CHECK(fact(out, "hydrodynamic_function", "structure_factor") == "percus_yevick");
    CHECK(out.at("hydrodynamic_function").description().coordinate("curve_q")->values->unit().text() == "1/nm");
}

TEST_CASE("no particles: H = S = 1; the double radius at half the q is the same H") {
    const auto none = run(with(0));
    CHECK(largest_difference(numbers(none, "hydrodynamic_function"), Doubles(6, 1.0)) < 1e-14);
    const auto one = run(with(0.3)), other = run(with(0.3, {{"radius", 2}, {"curve_to", 2.5}}));
    CHECK(largest_difference(numbers(one, "hydrodynamic_function"), numbers(other, "hydrodynamic_function")) < 1e-13);
}

TEST_CASE("D(q) = D0 H/S; none without D0") {
    const auto out = run(with(0.2, {{"free_diffusion_coefficient", "57 um^2/s"}}));
    CHECK(out.at("diffusion_coefficient").unit().text() == "um^2/s");
    CHECK(numbers(out, "diffusion_coefficient")[0] == Approx(57 * 0.238829437 / 0.2089795918).epsilon(1e-7));
    CHECK(std::isnan(numbers(run(with(0.2)), "diffusion_coefficient")[0]));
    const auto free = Array::from<double>("free", {{"sample", 2}}, "um^2/s", Doubles{57, -57});
    const auto two = numbers(run(with(0.2), {{"free", free}}, {.per_item = {{"free_diffusion_coefficient", "free"}}}),
                             "diffusion_coefficient");
    CHECK(two[0] == numbers(out, "diffusion_coefficient")[0]);
    CHECK(std::isnan(two[6]));
}

TEST_CASE("where D_s/D0 comes from, and how it enters") {
    const auto theory = run(with(0.2));
    const auto h = numbers(theory, "hydrodynamic_function"), distinct = numbers(theory, "distinct");
    const double self = number(theory, "theory_renormalised");
    CHECK(number(theory, "scale") == 1);
    const std::map<std::string, double> sources{
        {"hard_sphere", number(theory, "hard_sphere")}, {"charged", number(theory, "charged_sphere")}, {"fixed", 0.5}};
    for (const auto& [source, value] : sources) {
        Json parameters{{"self_part", source}};
        if (source == "fixed") parameters["fixed_self_part"] = 0.5;
        auto out = run(with(0.2, parameters));
        CHECK(number(out, "self_part") == value);
        CHECK(largest_difference(numbers(out, "hydrodynamic_function"), plus(distinct, value)) < 1e-15);
        parameters["modify"] = "scale";
        out = run(with(0.2, parameters));
        CHECK(number(out, "self_part") == value);
        CHECK(number(out, "scale") == Approx(value / self).epsilon(1e-15));
        CHECK(largest_difference(numbers(out, "hydrodynamic_function"), times(h, value / self)) < 1e-15);
        CHECK(largest_difference(numbers(out, "distinct"), distinct) == 0);
    }
}

TEST_CASE("a fit finds the D_s/D0 that H was made with, in each of the four ways") {
    for (const std::string form : {"bare", "renormalised"})
        for (const std::string modify : {"additive", "scale"}) {
            const auto theory = run(with(0.2, {{"sgamma", form}}));
            const double self = number(theory, "self_part");
            const auto h = modify == "additive" ? plus(numbers(theory, "distinct"), 0.5)
                                                : times(numbers(theory, "hydrodynamic_function"), 0.5 / self);
            const auto out = run(with(0.2, {{"sgamma", form}, {"self_part", "fit"}, {"modify", modify}}),
                                 {{"measured", h_of(q_h, h, Doubles(6, 1e-4))}});
            CHECK(number(out, "self_part") == Approx(0.5).epsilon(1e-12));
            CHECK(number(out, "points") == 6);
            CHECK(number(out, "reduced_chi_square") < 1e-15);
            CHECK(largest_difference(numbers(out, "at_measured"), h) < 1e-12);
            CHECK(largest_difference(numbers(out, "residuals"), Doubles(6, 0.0)) < 1e-12);
            CHECK(out.at("alternatives").description().coordinate("choice")->values->labels()[1] == "bare, scale");
            const std::size_t own = (form == "bare" ? 0 : 2) + (modify == "additive" ? 0 : 1);
            CHECK(numbers(out, "alternatives")[own] == number(out, "self_part"));
            CHECK(variances(out, "alternatives")[own] == variances(out, "self_part")[0]);
            for (std::size_t k = 0; k < 4; ++k) CHECK((numbers(out, "alternatives_chi_square")[k] < 1e-15) == (k == own));
            if (modify == "additive") CHECK(variances(out, "self_part")[0] == Approx(1e-4 / 6).epsilon(1e-12));
        }
}

TEST_CASE("the error of D0 is added to that of the fit, and is not in chi-square") {
    const auto theory = run(with(0.2));
    const Json fit{{"self_part", "fit"}, {"modify", "scale"}};
    const Inputs inputs{{"measured", h_of(q_h, numbers(theory, "hydrodynamic_function"), Doubles(6, 1e-4))}};
    Json uncertain = fit;
    uncertain["scale_uncertainty"] = 0.03;
    const double without = variances(run(with(0.2, fit), inputs), "self_part")[0],
                 all = variances(run(with(0.2, uncertain), inputs), "self_part")[0];
    CHECK(all - without == Approx(std::pow(0.03 * number(theory, "self_part"), 2)).epsilon(1e-9));
}

TEST_CASE("only points within the window are fitted; residuals and model are there for all") {
    const auto theory = run(with(0.2));
    auto h = plus(numbers(theory, "distinct"), 0.5);
    h[0] = 3, h[5] = -3;
    const auto out =
        run(with(0.2, {{"self_part", "fit"}, {"q_min", "0.1 1/angstrom"}, {"q_max", 4}}), {{"measured", h_of(q_h, h)}});
    CHECK(number(out, "points") == 4);
    CHECK(number(out, "self_part") == Approx(0.5).epsilon(1e-12));
    CHECK(numbers(out, "residuals")[5] == Approx(-3 - numbers(theory, "distinct")[5] - 0.5).epsilon(1e-12));
    CHECK(fact(out, "self_part", "uncertainty_from") == "scatter");
}

TEST_CASE("masked points, those that are no numbers, and the padding of shorter curves are not there") {
    const auto theory = run(with(0.2));
    auto h = plus(numbers(theory, "distinct"), 0.5);
    const auto clean = run(with(0.2, {{"self_part", "fit"}, {"q_max", 3.5}}), {{"measured", h_of(q_h, h, Doubles(6, 1e-4))}});
    h[4] = 7, h[5] = unknown;
    const auto masked = with_mask(h_of({0, 1, 2, 3, 4, unknown}, h, Doubles(6, 1e-4)), "bad", {{"q", 6}},
                                  {false, false, false, false, true, false});
    const auto out = run(with(0.2, {{"self_part", "fit"}}), {{"measured", masked}});
    CHECK(number(out, "points") == 4);
    CHECK(number(out, "self_part") == number(clean, "self_part"));
    CHECK(variances(out, "self_part") == variances(clean, "self_part"));
    CHECK(std::isnan(numbers(out, "at_measured")[5]));
}

TEST_CASE("S given by points is used in place of hard spheres, in any unit of q") {
    const auto fine = hard_spheres(0.2, 0.05, 30, 1200), model = run(with(0.2));
    const auto q = grid(0.05, 30, 1200), s = numbers(fine, "structure_factor");
    const auto out = run(with(0.2), {{"structure_factor", s_of(q, s)}});
    const double off = largest_difference(numbers(out, "hydrodynamic_function"), numbers(model, "hydrodynamic_function"));
    MESSAGE("H of Percus-Yevick through 1200 points up to q a = 30 against the model: within " << off);
    CHECK(off < 2e-4);
    const auto angstrom = run(with(0.2), {{"structure_factor", curve("q_structure", times(q, 0.1), s, {}, "1/angstrom")}});
    CHECK(largest_difference(numbers(angstrom, "hydrodynamic_function"), numbers(out, "hydrodynamic_function")) < 1e-12);
    CHECK(fact(out, "hydrodynamic_function", "low_q") == "constant");
    CHECK(fact(out, "hydrodynamic_function", "low_q_points") == "3");
}

TEST_CASE("S = 1 gives H = D_s/D0 exactly") {
    const auto out = run(with(0.3), {{"structure_factor", s_of({0.5, 1, 2, 4}, {1, 1, 1, 1})}});
    CHECK(numbers(out, "hydrodynamic_function") == Doubles(6, number(out, "self_part")));
}

TEST_CASE("errors of S are in H_d and in the curve, and those of the curve hang together") {
    const auto q = grid(0.1, 12, 60);
    const auto s = numbers(hard_spheres(0.2, 0.1, 12, 60), "structure_factor");
    const auto out = run(with(0.2), {{"structure_factor", s_of(q, s, Doubles(60, 1e-4))}});
    CHECK(out.at("hydrodynamic_function").description().correlated_over == std::vector<std::string>{"curve_q"});
    Doubles sum(6, 0.0);
    for (std::size_t j = 0; j < 60; ++j) {  // H_d is linear in S: differences are exact
        auto changed = s;
        changed[j] += 1;
        const auto up = numbers(run(with(0.2), {{"structure_factor", s_of(q, changed)}}), "distinct");
        for (std::size_t i = 0; i < 6; ++i) sum[i] += 1e-4 * std::pow(up[i] - numbers(out, "distinct")[i], 2);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(variances(out, "distinct")[i] == Approx(sum[i]).epsilon(1e-6));
        CHECK(variances(out, "hydrodynamic_function")[i] == variances(out, "distinct")[i]);
    }
    const auto finer = run(with(0.2, {{"curve_points", 131}}), {{"structure_factor", s_of(q, s, Doubles(60, 1e-4))}});
    for (const auto* port : {"distinct", "hydrodynamic_function"})
        for (std::size_t i = 0; i < 6; ++i) {  // the same q among more
            CHECK(numbers(finer, port)[26 * i] == Approx(numbers(out, port)[i]).epsilon(1e-12));
            CHECK(variances(finer, port)[26 * i] == Approx(variances(out, port)[i]).epsilon(1e-12));
        }
}

TEST_CASE("with the ratio D/D0 the errors of S are counted once") {
    const auto q = grid(0.1, 12, 60);
    const auto theory = hard_spheres(0.2, 0.1, 12, 60);
    const auto s = numbers(theory, "structure_factor");
    Doubles ratio = plus(numbers(theory, "distinct"), 0.55), h = ratio, h_variances;
    for (std::size_t i = 0; i < 60; ++i) {
        ratio[i] /= s[i];
        h_variances.push_back(s[i] * s[i] * 1e-4 + ratio[i] * ratio[i] * 1e-4);
    }
    const Json fit{{"self_part", "fit"}, {"modify", "additive"}};
    const Inputs shared{{"structure_factor", s_of(q, s, Doubles(60, 1e-4))},
                        {"measured_ratio", h_of(q, ratio, Doubles(60, 1e-4))}};
    Inputs both = shared, apart = shared;
    both.emplace("measured", h_of(q, h, h_variances));
    apart.erase("measured_ratio"), apart.emplace("measured", h_of(q, h, h_variances));
    const auto one = run(with(0.2, fit), shared), two = run(with(0.2, fit), both), three = run(with(0.2, fit), apart);
    CHECK(number(one, "points") == 60);
    CHECK(number(one, "self_part") == Approx(number(two, "self_part")).epsilon(1e-12));
    CHECK(variances(one, "self_part")[0] == Approx(variances(two, "self_part")[0]).epsilon(1e-9));
    CHECK(fact(one, "self_part", "structure_factor_errors") == "shared");
    CHECK(fact(three, "self_part", "structure_factor_errors") == "independent");
    MESSAGE("sigma of D_s/D0 with S shared " << std::sqrt(variances(one, "self_part")[0]) << ", in quadrature "
                                             << std::sqrt(variances(three, "self_part")[0]));
    CHECK(std::abs(variances(three, "self_part")[0] / variances(one, "self_part")[0] - 1) > 0.2);
}

TEST_CASE("S and measured H along one dimension of the data, on points of their own") {
    const auto theory = run(with(0.2));
    const auto h = plus(numbers(theory, "distinct"), 0.5);
    const auto fine = hard_spheres(0.2, 0.1, 20, 400);
    const auto out =
        run(with(0.2, {{"self_part", "fit"}}),
            {{"structure_factor", curve("q", grid(0.1, 20, 400), numbers(fine, "structure_factor"))}, {"measured", h_of(q_h, h)}},
            {.core = {{"q_structure", {"q"}}}});
    CHECK(number(out, "self_part") == Approx(0.5).epsilon(1e-3));
    CHECK(to_text(out.at("at_measured").dims()) == "[q: 6]");
    CHECK(values_of(*out.at("at_measured").description().coordinate("q")->values) == q_h);
}

TEST_CASE("H of rings, with their q along another dimension") {
    const auto h = plus(numbers(run(with(0.2)), "distinct"), 0.5);
    auto rings =
        with_coordinate(Array::from<double>("h", {{"roi", 6}}, "1", h, Doubles(6, 1e-4)), "q", {{"roi", 6}}, "1/nm", q_h);
    const auto s = curve("q", grid(0.1, 20, 400), numbers(hard_spheres(0.2, 0.1, 20, 400), "structure_factor"));
    const RunPluginOptions bound{.core = {{"q", {"roi"}}, {"q_structure", {"q"}}}};
    const auto fit = with(0.2, {{"self_part", "fit"}});
    const auto out = run(fit, {{"structure_factor", s}, {"measured", rings}}, bound);
    CHECK(number(out, "self_part") == Approx(0.5).epsilon(1e-3));
    CHECK(to_text(out.at("residuals").dims()) == "[roi: 6]");
    auto description = rings.description();
    description.correlated_over = {"roi"};
    rings = rings.with(std::move(description));
    CHECK(refusal(fit, {{"structure_factor", s}, {"measured", rings}}, bound) == Contains("correlated over q"));
}

TEST_CASE("the q of the curves: those of measured H, of S, or up to 10/radius") {
    const Json short_with{{"radius", 2}, {"volume_fraction", 0.2}, {"curve_points", 3}};
    const auto q_of = [&](const Inputs& inputs) {
        return values_of(*run(short_with, inputs).at("distinct").description().coordinate("curve_q")->values);
    };
    const auto s = s_of({1, 2, 5}, {1, 1, 1});
    CHECK(q_of({}) == Doubles{0, 2.5, 5});
    CHECK(q_of({{"structure_factor", s}}) == Doubles{1, 3, 5});
    CHECK(q_of({{"structure_factor", s}, {"measured", h_of({0.2, 0.4}, {1, 1})}}) == Doubles{0.2, 0.2 + 0.5 * (0.4 - 0.2), 0.4});
}

TEST_CASE("what makes no sense is refused") {
    CHECK(refusal(with(0.2, {{"self_part", "fit"}})) == Contains("there is nothing to fit to: connect 'measured'"));
    CHECK(refusal(with(0.2, {{"self_part", "fixed"}})) == Contains("needs the parameter fixed_self_part"));
    CHECK(refusal(with(0.2, {{"fixed_self_part", 0.2}})) == Contains("self_part is theory, which does not use it"));
    CHECK(refusal(with(0.2, {{"q_min", 3}, {"q_max", 2}})) == Contains("q_min must not be above q_max"));
    CHECK(refusal(with(0.2, {{"curve_to", 0}, {"curve_from", 1}})) == Contains("curve_to"));
    CHECK(refusal(with(0.2, {{"curve_from", 6}})) == Contains("curve_from must be below curve_to"));
    CHECK(refusal(with(0.74)) == Contains("volume_fraction"));
    CHECK(refusal(with(0.2, {{"radius", 0}})) == Contains("radius"));
    CHECK(refusal({{"radius", 1}}) == Contains("volume_fraction"));
    CHECK(refusal(with(0.2), {{"structure_factor", s_of({1, 1, 2}, {1, 1, 1})}}) ==
          Contains("must increase strictly, but is 1 1/nm at index 1 after 1"));
    CHECK(refusal(with(0.2), {{"measured", h_of({2, 1}, {1, 1})}}) == Contains("q of input 'measured' must increase strictly"));
    CHECK(refusal(with(0.2), {{"measured", h_of({-1, 1}, {1, 1})}}) == Contains("must be at least 0"));
    const auto s0 = with_fact(s_of({1, 2, 3}, {1, 1, 1}), "normalisation", std::string("s0"));
    CHECK(refusal(with(0.2), {{"structure_factor", s0}}) == Contains("normalised by S(0)"));
    const auto radii = Array::from<double>("a", {{"sample", 2}}, "nm", Doubles{1, 2});
    CHECK(refusal({{"volume_fraction", 0.2}}, {{"radii", radii}}, {.per_item = {{"radius", "radii"}}}) ==
          Contains("give curve_from and curve_to"));
    const auto other_unit = curve("q_structure", {1, 2, 3}, {1, 1, 1}, {}, "nm");
    CHECK(refusal(with(0.2), {{"structure_factor", other_unit}}) == Contains("one that converts to '1/nm' is needed"));
}

TEST_CASE("measured H whose points share an error needs the ratio") {
    auto h = h_of({1, 2, 3}, {0.5, 0.6, 0.7}, Doubles(3, 1e-4));
    auto description = h.description();
    description.correlated_over = {"q"};
    h = h.with(std::move(description));
    CHECK(refusal(with(0.2, {{"self_part", "fit"}}), {{"measured", h}}) == Contains("Connect D/D0 to 'measured_ratio' as well"));
    const Inputs inputs{{"measured", h}, {"measured_ratio", h_of({1, 2, 3}, {0.5, 0.6, 0.7}, Doubles(3, 1e-4))}};
    CHECK(number(run(with(0.2, {{"self_part", "fit"}}), inputs), "points") == 3);
}

TEST_CASE("one S under many samples marks the results as correlated, and every thread gives the same bits") {
    Doubles h;
    for (int i = 0; i < 40; ++i) h.push_back(0.4 + 0.01 * (i % 7));
    const Dims dims{{"sample", 10}, {"q", 4}};
    const auto stack =
        with_coordinate(Array::from<double>("h", dims, "1", h, Doubles(40, 1e-4)), "q", {{"q", 4}}, "1/nm", {0.5, 1, 2, 3});
    const Inputs inputs{{"measured_ratio", stack},
                        {"structure_factor", s_of({0.4, 1, 2, 3, 4}, {0.3, 0.4, 0.7, 1.1, 1}, Doubles(5, 1e-4))}};
    const auto parameters = with(0.2, {{"self_part", "fit"}});
    const auto one = run(parameters, inputs, {.threads = 1}), more = run(parameters, inputs, {.threads = 3});
    CHECK(one.at("self_part").description().correlated_over == std::vector<std::string>{"sample"});
    for (const auto& [port, array] : one) CHECK(same_bits(array, more.at(port)));
}
