// SPDX-License-Identifier: BSD-3-Clause
// The fit as a recipe meets it: units, dims, labels, facts, fixed numbers per item, statuses, texts of refusals.
#include <cmath>
#include <limits>
#include <map>
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
using saxs_model::Values;
using saxs_model::test::coexistence;
using saxs_model::test::colloid;
using saxs_model::test::fluid;
using saxs_model::test::liquid;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr Index points = 160;
const Dims along_q{{"q", points}};

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// q_unit: the same curve, with q written in it; factor: q in that unit over q in 1/nm.
Array curves(const saxs_model::Kind& kind, const std::vector<Values>& truths, const std::string& q_unit = "1/nm",
             double factor = 1, bool with_variances = true) {
    auto q = saxs_model::test::linear_grid(0.12, 4.0, points);
    Doubles values, variances;
    for (const auto& truth : truths) {
        const auto data = saxs_model::test::simulate(kind, truth, q, 0.01, 0.01, 7);
        values.insert(values.end(), data.intensity.begin(), data.intensity.end());
        variances.insert(variances.end(), data.variance.begin(), data.variance.end());
    }
    if (!with_variances) variances.clear();
    for (double& each : q) each *= factor;
    Dims dims = along_q;
    if (truths.size() > 1) dims.insert(dims.begin(), {"sample", static_cast<Index>(truths.size())});
    auto array = with_coordinate(Array::from<double>("I", dims, "1/cm", values, variances), "q", along_q, q_unit, q);
    return with_fact(array, "intensity_scale", std::string("absolute"));
}

auto model_of(const Array& curve, const Json& with = Json::object(), Inputs more = {}, const RunPluginOptions& options = {}) {
    more.emplace("intensity", curve);
    return run_plugin("saxs_model", with, more, options);
}

std::string refusal(const Array& curve, const Json& with) {
    return error_of([&] { model_of(curve, with); });
}

const Json hard_spheres{{"structure_factor", "percus_yevick"}, {"porod_amplitude", nullptr}};

double sigma_of(const Array& array) { return std::sqrt(variances_of(array)[0]); }

}  // namespace

TEST_CASE("outputs of a fluid: truth within its errors, units, labels, facts") {
    const auto out = model_of(curves(fluid, {liquid}), hard_spheres);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("points").scalar() == points);
    for (std::size_t k = 0; k < saxs_model::n_parameters; ++k) {
        const auto& found = out.at(saxs_model::parameter_names[k]);
        CAPTURE(saxs_model::parameter_names[k]);
        CHECK(std::abs(found.scalar() - liquid[k]) <= 4.5 * sigma_of(found));
    }
    CHECK(out.at("radius").unit().text() == "nm");
    CHECK(out.at("amplitude").unit().text() == "1/cm");
    CHECK(out.at("size_spread").unit().text() == "1");
    CHECK(out.at("radius").unit() != out.at("porod_amplitude").unit());
    CHECK(to_text(out.at("curve").dims()) == "[q: 160]");
    CHECK(to_text(out.at("covariance").dims()) == "[parameter: 10, parameter2: 10]");
    CHECK(to_text(out.at("at_bound").dims()) == "[parameter: 10]");
    CHECK(out.at("curve").description().coordinate("q") != nullptr);
    const auto& facts = out.at("radius").description().facts;
    CHECK(to_text(facts.at("structure_factor")) == "percus_yevick");
    CHECK(to_text(facts.at("weights")) == "intensity");
    CHECK(to_text(out.at("single").description().facts.at("intensity_scale")) == "absolute");
    CHECK(out.at("form_factor").description().facts.count("intensity_scale") == 0);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 at_bound, 2 not_converged, 3 not_determined, 4 too_few_points, 5 bad_number");
    const auto curve = values_of(out.at("curve")), residuals = values_of(out.at("residuals"));
    CHECK(curve[7] + residuals[7] == near(values_of(curves(fluid, {liquid}))[7], 1e-12));
    CHECK(variances_of(out.at("single"))[7] > 0);
    CHECK(variances_of(out.at("other"))[7] > 0);
}

TEST_CASE("the unit of q changes no result: 1/nm, 1/angstrom") {
    const auto nm = model_of(curves(fluid, {liquid}), hard_spheres);
    const auto angstrom = model_of(curves(fluid, {liquid}, "1/angstrom", 0.1), hard_spheres);
    for (const auto* port : {"radius", "hard_sphere_radius", "porod_amplitude", "background"}) {
        CHECK(angstrom.at(port).scalar() == near(nm.at(port).scalar(), 1e-6));
        CHECK(angstrom.at(port).unit() == nm.at(port).unit());
    }
    CHECK(angstrom.at("curve").description().coordinate("q")->values->unit().text() == "1/angstrom");
}

TEST_CASE("without structure: S is 1, and what the model has not is 0 or NaN") {
    const auto out = model_of(curves({}, {colloid}));
    CHECK(out.at("status").scalar() == 0);
    CHECK(std::isnan(out.at("hard_sphere_radius").scalar()));
    CHECK(out.at("volume_fraction").scalar() == 0);
    CHECK(out.at("shell_thickness").scalar() == 0);
    CHECK(variances_of(out.at("volume_fraction"))[0] == 0);
    CHECK(values_of(out.at("structure_factor")) == Doubles(points, 1.0));
    CHECK(values_of(out.at("form_factor"))[0] == near(1, 0.05));
}

TEST_CASE("numbers to keep fixed: for all, with a unit, or one per item from a step") {
    const auto fixed = model_of(curves(fluid, {liquid}), {{"structure_factor", "percus_yevick"},
                                                          {"porod_amplitude", 0.05},
                                                          {"hard_sphere_radius", "36 angstrom"},
                                                          {"background_min", 0.1},
                                                          {"radius_start", "2.6 nm"}});
    CHECK(fixed.at("hard_sphere_radius").scalar() == near(3.6, 1e-12));
    CHECK(variances_of(fixed.at("hard_sphere_radius"))[0] == 0);
    CHECK(fixed.at("porod_amplitude").scalar() == 0.05);
    const Json widest{{"size_spread_min", nullptr}, {"size_spread_max", nullptr}, {"radius_min", "20 angstrom"}};
    CHECK(model_of(curves({}, {colloid}), widest).at("status").scalar() == 0);
    const auto stack = curves(fluid, {liquid, liquid, liquid});
    const auto radii = Array::from<double>("r", {{"sample", 3}}, "nm", {3.1, missing, 3.15}, {});
    const auto out = model_of(stack, hard_spheres, {{"radii", radii}}, {.per_item = {{"radius", "radii"}}});
    CHECK(values_of(out.at("status")) == Doubles{0, 5, 0});
    CHECK(values_of(out.at("radius"))[0] == 3.1);
    CHECK(values_of(out.at("radius"))[2] == 3.15);
    CHECK(std::isnan(values_of(out.at("radius"))[1]));
    CHECK(values_of(out.at("reduced_chi_square"))[2] > 10 * values_of(out.at("reduced_chi_square"))[0]);
}

TEST_CASE("a fixed number outside of default bounds is taken, one of an item outside of bounds given is a bad number") {
    const auto narrow = model_of(curves({}, {colloid}), {{"size_spread", 0}, {"background", 0}});
    CHECK(narrow.at("size_spread").scalar() == 0);
    CHECK(narrow.at("status").scalar() != 5);
    const auto radii = Array::from<double>("r", {{"sample", 2}}, "nm", {2.9, 3.1}, {});
    const auto out =
        model_of(curves({}, {colloid, colloid}), {{"radius_max", 3}}, {{"radii", radii}}, {.per_item = {{"radius", "radii"}}});
    CHECK(values_of(out.at("status")) == Doubles{0, 5});
    CHECK(std::isnan(values_of(out.at("radius"))[1]));
}

TEST_CASE("coexistence: colloid and liquid apart, with their correlation") {
    const auto out =
        model_of(curves(fluid, {coexistence}),
                 {{"structure_factor", "percus_yevick"}, {"porod_amplitude", nullptr}, {"colloid_amplitude", nullptr}});
    CHECK(out.at("status").scalar() == 0);
    CHECK(std::abs(out.at("colloid_amplitude").scalar() - 600) < 4.5 * sigma_of(out.at("colloid_amplitude")));
    CHECK(values_of(out.at("correlation"))[6 * 10 + 7] < -0.5);
    CHECK(values_of(out.at("colloid"))[0] ==
          near(out.at("colloid_amplitude").scalar() * values_of(out.at("form_factor"))[0], 1e-12));
}

TEST_CASE("a bound that is met is flagged and takes the variance away") {
    const auto out = model_of(curves({}, {colloid}), {{"size_spread_max", 0.05}});
    CHECK(out.at("status").scalar() == 1);
    CHECK(values_of(out.at("at_bound"))[1] == 1);
    CHECK(values_of(out.at("at_bound"))[0] == 0);
    CHECK(std::isnan(variances_of(out.at("size_spread"))[0]));
    CHECK(variances_of(out.at("radius"))[0] > 0);
}

TEST_CASE("masked points are left out; each curve is fitted as alone, with the same bits on any number of threads") {
    std::vector<bool> mask(points, false);
    mask[3] = mask[4] = true;
    CHECK(model_of(with_mask(curves({}, {colloid}), "beamstop", along_q, mask)).at("points").scalar() == points - 2);
    Values other = colloid;
    other[saxs_model::radius] = 4.2;
    const auto stack = curves({}, {colloid, other, colloid, other});
    const auto one = model_of(stack, Json::object(), {}, {.threads = 1}),
               more = model_of(stack, Json::object(), {}, {.threads = 3});
    for (const auto& [port, array] : one) {
        CAPTURE(port);
        CHECK(same_bits(array, more.at(port)));
    }
    CHECK(values_of(one.at("radius"))[0] == model_of(curves({}, {colloid})).at("radius").scalar());
}

TEST_CASE("zero sigma and NaN are left out; one point is too few") {
    const auto q = saxs_model::test::linear_grid(0.12, 4.0, points);
    auto values = values_of(curves({}, {colloid})), variances = variances_of(curves({}, {colloid}));
    values[4] = missing;
    variances[5] = 0;
    const auto array = Array::from<double>("I", along_q, "1/cm", values, variances);
    CHECK(model_of(with_coordinate(array, "q", along_q, "1/nm", q)).at("points").scalar() == points - 2);
    const Dims one{{"q", 1}};
    const auto single = with_coordinate(Array::from<double>("I", one, "1/cm", {1.0}, {1.0}), "q", one, "1/nm", {1.0});
    CHECK(model_of(single).at("status").scalar() == 4);
}

TEST_CASE("what cannot be is refused with the reason") {
    const auto curve = curves({}, {colloid});
    CHECK(
        refusal(curve, {{"volume_fraction", 0.2}}) ==
        Contains(
            "parameter 'volume_fraction' is given, but this model has none: form_factor = sphere, size_distribution = gaussian, "
            "structure_factor = none. Leave it out, or choose a model that has it."));
    CHECK(refusal(curve, {{"colloid_amplitude", nullptr}}) == Contains("parameter 'colloid_amplitude' is given"));
    CHECK(refusal(curve, {{"shell_thickness_start", 1}}) == Contains("parameter 'shell_thickness' is given"));
    CHECK(refusal(curve, {{"decoupling", true}}) == Contains("decoupling needs a structure factor"));
    CHECK(refusal(curve, {{"size_distribution", "monodisperse"}, {"size_spread", 0.1}}) == Contains("'size_spread' is given"));
    CHECK(refusal(curve, {{"structure_factor", "percus_yevick"}, {"volume_fraction", 0.74}}) ==
          Contains("volume_fraction = 0.74"));
    CHECK(refusal(curve, {{"radius", 0}}) == Contains("radius = 0"));
    CHECK(refusal(curve, {{"q_min", 3}, {"q_max", 2}}) == Contains("q_min = 3 1/nm, must be below q_max = 2 1/nm."));
    CHECK(refusal(curve, {{"radius_min", 5}, {"radius_max", 4}}) == Contains("parameter radius is bounded by 5 and 4"));
    CHECK(
        refusal(curve, {{"radius", "2 nm"}, {"radius_min", 3}}) ==
        Contains("radius is kept at 2.0, which is below radius_min = 3. Set radius to null to fit it within its bounds, or leave "
                 "radius_min out."));
    CHECK(refusal(curve, {{"background", 0.5}, {"background_max", 0.4}}) == Contains("0.5, which is above background_max = 0.4"));
    CHECK(refusal(curve, {{"porod_amplitude_min", 0.1}}) == Contains("porod_amplitude is kept at 0, which is below"));
    CHECK(refusal(curve, {{"form_factor", "cube"}}) == Contains("form_factor"));
    CHECK(refusal(curves({}, {colloid}, "deg"), Json::object()) == Contains("one that converts to '1/nm' is needed"));
    auto q = saxs_model::test::linear_grid(0.12, 4.0, points);
    q[9] = q[8];
    CHECK(refusal(with_coordinate(Array::from<double>("I", along_q, "1/cm", Doubles(points, 1.0)), "q", along_q, "1/nm", q),
                  Json::object()) == Contains("increas"));
    const auto smoothed = with_fact(curve, "smoothed", true);
    CHECK(refusal(smoothed, Json::object()) == Contains("smoothing correlates the points"));
    CHECK(model_of(smoothed, {{"allow_smoothed", true}}).at("status").scalar() == 0);
}
