// SPDX-License-Identifier: BSD-3-Clause
// Mixtures as a recipe meets them: a grid of temperatures, flags, missing ends, units, facts, refusals, and shared data.
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Invariants of compositions at one or more temperatures.
Array invariants(const Doubles& x, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1") {
    const auto n = static_cast<Index>(x.size()), temperatures = static_cast<Index>(values.size()) / n;
    Dims dims{{"composition", n}};
    if (temperatures > 1) dims.insert(dims.begin(), {"temperature", temperatures});
    return with_coordinate(Array::from<double>("Q", dims, "1/(cm nm^3)", values, variances), "composition", {{"composition", n}},
                           unit, x);
}

auto run_on(const Array& invariant, const Json& with = Json::object(), Inputs more = {}, int threads = 2) {
    more.emplace("invariant", invariant);
    RunPluginOptions options;
    options.threads = threads;
    return run_plugin("ideal_mixing", with, more, options);
}

const Doubles thirds{0, 0.25, 0.5, 1};
/// 8 + 3 x + 2 x (1-x)
const Array parabola = invariants(thirds, {8, 9.125, 10, 11}, {0.01, 0.02, 0.03, 0.04});

}  // namespace

TEST_CASE("values, units, dims and facts of every output") {
    const auto out = run_on(parabola, {{"curve_points", 5}});
    CHECK(values_of(out.at("ratio"))[0] == 1);
    CHECK(values_of(out.at("ratio"))[2] == Approx(10 / 9.5));
    CHECK(variances_of(out.at("ratio"))[3] == 0);
    CHECK(variances_of(out.at("ratio"))[2] ==
          Approx(std::pow(10 / 9.5, 2) * (0.03 / 100 + 0.25 * 0.05 / (9.5 * 9.5))).epsilon(1e-12));
    CHECK(out.at("ratio").unit().text() == "1");
    CHECK(values_of(out.at("ideal"))[1] == Approx(8.75));
    CHECK(out.at("ideal").unit().same_as(Unit::parse("1/(cm nm^3)")));
    CHECK(mask_of(out.at("ratio"), "not_measured") == std::vector<int>{0, 0, 0, 0});
    for (const auto& [port, value] : std::map<std::string, double>{{"a0", 8}, {"a1", 5}, {"a2", -2}, {"excess", 2}}) {
        CHECK(out.at(port).scalar() == Approx(value));
        CHECK(out.at(port).unit().same_as(Unit::parse("1/(cm nm^3)")));
        CHECK(variances_of(out.at(port))[0] > 0);
    }
    CHECK(out.at("a3").scalar() == 0);
    CHECK(to_text(out.at("covariance").dims()) == "[coefficient: 4, coefficient2: 4]");
    CHECK(values_of(out.at("covariance"))[5] == variances_of(out.at("a1"))[0]);
    CHECK(values_of(out.at("curve"))[1] == Approx(9.125));
    CHECK(to_text(out.at("fine_curve").dims()) == "[curve_composition: 5]");
    CHECK(out.at("fine_curve").description().coordinate("curve_composition")->values->as_float64() ==
          Doubles{0, 0.25, 0.5, 0.75, 1});
    CHECK(values_of(out.at("fine_curve"))[3] == Approx(10.625));
    CHECK(out.at("points").scalar() == 4);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("fit_status").scalar() == 0);
    const auto fact = [&](const char* port, const char* name) { return to_text(out.at(port).description().facts.at(name)); };
    CHECK(fact("ratio", "composition_variable") == "mass_fraction");
    CHECK(fact("a1", "form") == "quadratic");
    CHECK(fact("curve", "uncertainty_from") == "propagated");
    CHECK(fact("status", "status_codes") == "0 ok, 1 no_sample_at_0, 2 no_sample_at_1, 3 no_sample_at_either_end");
    CHECK(fact("fit_status", "status_codes") == "0 ok, 1 too_few_points, 2 no_end");
    for (const auto* port : {"ratio", "ideal", "curve"})
        CHECK(out.at(port).description().correlated_over == std::vector<std::string>{"composition"});
}

TEST_CASE("a relative scale of intensity has no meaning for a ratio") {
    const auto out = run_on(with_fact(parabola, "intensity_scale", std::string("relative")), {{"variable", "volume_fraction"}});
    CHECK_FALSE(out.at("ratio").description().facts.contains("intensity_scale"));
    CHECK(to_text(out.at("ideal").description().facts.at("intensity_scale")) == "relative");
    CHECK(to_text(out.at("ratio").description().facts.at("composition_variable")) == "volume_fraction");
}

TEST_CASE("without variances only the curve has any, from the scatter") {
    const auto out = run_on(invariants({0, 0.25, 0.5, 0.75, 1}, {8, 9, 10, 10.5, 11}));
    CHECK(variances_of(out.at("ratio")).empty());
    CHECK(variances_of(out.at("ideal")).empty());
    CHECK(variances_of(out.at("a0"))[0] > 0);
    CHECK(to_text(out.at("a0").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("compositions in percent") {
    const auto out = run_on(invariants({0, 25, 50, 100}, {8, 9.125, 10, 11}, {}, "percent"));
    CHECK(values_of(out.at("ideal"))[1] == Approx(8.75));
}

TEST_CASE("a pinned curve goes through the ends") {
    const auto out = run_on(parabola, {{"pin_ends", true}});
    CHECK(values_of(out.at("fine_curve"))[0] == Approx(8));
    CHECK(variances_of(out.at("fine_curve"))[0] == Approx(0.01));
    CHECK(out.at("excess").scalar() == Approx(2));
    CHECK(out.at("points").scalar() == 2);
    CHECK(to_text(out.at("excess").description().facts.at("form")) == "redlich_kister");
}

TEST_CASE("a grid that is not full: a temperature without an end has a status, the others stand") {
    const Doubles values{8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11};
    const auto grid = with_mask(invariants(thirds, values, Doubles(12, 0.01)), "absent", {{"temperature", 3}, {"composition", 4}},
                                {false, true, false, false, true, false, false, false, false, false, false, true});
    const auto out = run_on(grid);
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 2});
    CHECK(mask_of(out.at("ratio"), "not_measured") == std::vector<int>{0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1});
    CHECK(mask_of(out.at("ideal"), "no_ideal") == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1});
    CHECK(values_of(out.at("ideal"))[1] == Approx(8.75));
    CHECK(values_of(out.at("points")) == Doubles{3, 3, 3});
    CHECK(values_of(out.at("fit_status")) == Doubles{0, 0, 0});
    CHECK(values_of(run_on(grid, {{"pin_ends", true}, {"pinned_terms", 1}}).at("fit_status")) == Doubles{0, 2, 2});
}

TEST_CASE("flags: from numbers or booleans; what is masked or NaN there counts as flagged") {
    const Dims dims{{"composition", 4}};
    const auto numbers = Array::from<double>("flag", dims, "1", Doubles{0, 1, 0, 0});
    const auto flags = Array::from<bool>("flag", dims, "1", std::vector<bool>{false, true, false, false});
    for (const auto& each : {numbers, flags}) {
        const auto out = run_on(parabola, Json::object(), {{"flagged", each}});
        CHECK(out.at("points").scalar() == 3);
        CHECK(values_of(out.at("ratio"))[1] == Approx(9.125 / 8.75));
    }
    const auto doubtful =
        with_mask(Array::from<double>("flag", dims, "1", Doubles{0, unknown, 0, 0}), "absent", dims, {false, false, true, false});
    CHECK(run_on(parabola, Json::object(), {{"flagged", doubtful}}).at("points").scalar() == 2);

    const auto end = Array::from<double>("flag", dims, "1", Doubles{1, 0, 0, 0});
    CHECK(run_on(parabola, Json::object(), {{"flagged", end}}).at("status").scalar() == 0);
    CHECK(run_on(parabola, {{"flagged_ends", "refuse"}}, {{"flagged", end}}).at("status").scalar() == 1);
}

TEST_CASE("refusals, before data is read where the compositions are known") {
    const auto refusal = [](const Array& data, const Json& with = Json::object()) {
        return error_of([&] { run_on(data, with); });
    };
    CHECK(refusal(invariants({0.1, 0.5, 1}, {1, 2, 3})) ==
          Contains("step 'step' (ideal_mixing): no sample has the composition 0 (they go from 0.1 to 1), and Q_ideal is the line "
                   "between the pure ends, 0 and 1. Add that sample, or widen end_tolerance."));
    CHECK(refusal(invariants({0, 0.5, 0.99}, {1, 2, 3})) == Contains("no sample has the composition 1 (they go from 0 to 0.99)"));
    CHECK(refusal(invariants({0, 0.5, 0.99}, {1, 2, 3}), {{"end_tolerance", 0.02}}) == "no error");
    CHECK(refusal(invariants({0, 50, 100}, {1, 2, 3})) ==
          Contains("composition[1] = 50, must be from 0 to 1. Give fractions, or say that the unit is percent."));
    CHECK(refusal(invariants({0, 0.5, 1}, {1, 2, 3}, {}, "K")) ==
          Contains("has the unit 'K'; one that converts to '1' is needed"));
    CHECK(refusal(Array::from<double>("Q", {{"composition", 3}}, "1", Doubles{1, 2, 3})) ==
          Contains("has no coordinate 'composition', which this step needs"));
    CHECK(refusal(parabola, {{"variable", "weight"}}) == Contains("variable = \"weight\", must be one of"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values;
    for (int i = 0; i < 400; ++i) values.push_back(9 + std::sin(i));
    const auto stack = invariants(thirds, values, Doubles(400, 0.01));
    const auto one = run_on(stack, {{"pin_ends", true}}, {}, 1), seven = run_on(stack, {{"pin_ends", true}}, {}, 7);
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

// As a table of measured files gives them: not a full grid, and one crystallised sample. Q = (8 + 3 x)(1 + 0.006 x (1-x) (300 -
// T)).
TEST_CASE("a chain: a table of samples to grid, ratios, and the temperature of the ideal mixture") {
    const Doubles t{200, 200, 200, 200, 220, 220, 220, 220, 240, 240, 240}, x{0, 0.25, 0.5, 1, 0, 0.25, 0.5, 1, 0, 0.5, 1};
    Doubles q;
    for (std::size_t i = 0; i < t.size(); ++i) q.push_back((8 + 3 * x[i]) * (1 + 0.006 * x[i] * (1 - x[i]) * (300 - t[i])));
    const Doubles crystallised{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
    const Json keys{{"temperature", {{"dims", {"file"}}, {"values", t}, {"unit", "K"}}},
                    {"composition", {{"dims", {"file"}}, {"values", x}}}};
    const auto column = [&](const Doubles& values, const Json& sigma) {
        return Json{{"use", "values"},
                    {"with", {{"dims", {"file"}}, {"values", values}, {"sigma", sigma}, {"coordinates", keys}}}};
    };
    const Json to_grid{{"dim", "file"}, {"row", "temperature"}, {"column", "composition"}};
    const Json steps{{"table", column(q, 0.01)},
                     {"flags", column(crystallised, nullptr)},
                     {"invariant", {{"use", "pivot"}, {"in", {{"data", "table"}}}, {"with", to_grid}}},
                     {"flagged", {{"use", "pivot"}, {"in", {{"data", "flags"}}}, {"with", to_grid}}},
                     {"mixing",
                      {{"use", "ideal_mixing"},
                       {"in", {{"invariant", "invariant"}, {"flagged", "flagged"}}},
                       {"with", {{"pin_ends", true}, {"pinned_terms", 1}}}}},
                     {"t_star",
                      {{"use", "line_crossing"},
                       {"in", {{"first", "mixing.ratio"}}},
                       {"core", {{"x", "temperature"}}},
                       {"with", {{"level", 1}}}}}};
    const auto out = run_recipe(recipe_of(steps, {"mixing.ratio", "mixing.points", "t_star.crossing", "t_star.status"}));
    CHECK(to_text(out.at("mixing.ratio").dims()) == "[temperature: 3, composition: 4]");
    CHECK(mask_of(out.at("mixing.ratio"), "not_measured") == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0});
    CHECK(values_of(out.at("mixing.ratio"))[2] == Approx(1.15));
    CHECK(values_of(out.at("mixing.points")) == Doubles{2, 1, 1});
    CHECK(values_of(out.at("t_star.status")) == Doubles{1, 0, 0, 1});
    CHECK(values_of(out.at("t_star.crossing"))[1] == Approx(300));
    CHECK(values_of(out.at("t_star.crossing"))[2] == Approx(300));
}

namespace {

struct Curve {
    Doubles q, intensity, sigma;
};

Curve read_curve(const std::filesystem::path& file) {
    std::ifstream csv(file);
    Curve curve;
    std::string line;
    std::getline(csv, line);
    while (std::getline(csv, line)) {
        std::istringstream cells(line);
        std::string cell;
        for (Doubles* column : {&curve.q, &curve.intensity, &curve.sigma}) {
            std::getline(cells, cell, ',');
            column->push_back(std::stod(cell));
        }
    }
    return curve;
}

/// The curves of truth.json's rows, which run over temperature and within each over composition.
Array curves_of(const std::filesystem::path& folder, const Json& rows) {
    Doubles q, values, variances, x, temperatures;
    for (const auto& row : rows) {
        const auto curve = read_curve(folder / row.at("file").get<std::string>());
        q = curve.q;
        values.insert(values.end(), curve.intensity.begin(), curve.intensity.end());
        for (const double sigma : curve.sigma) variances.push_back(sigma * sigma);
        if (temperatures.empty() || temperatures.back() != row.at("T_K")) temperatures.push_back(row.at("T_K"));
        if (temperatures.size() == 1) x.push_back(row.at("x_mass_fraction_1"));
    }
    const Dims dims{{"temperature", static_cast<Index>(temperatures.size())},
                    {"composition", static_cast<Index>(x.size())},
                    {"q", static_cast<Index>(q.size())}};
    auto curves = Array::from<double>("I", dims, "1", values, variances);
    curves = with_coordinate(curves, "q", {dims[2]}, "1/nm", q);
    curves = with_coordinate(curves, "composition", {dims[1]}, "1", x);
    return with_coordinate(curves, "temperature", {dims[0]}, "K", temperatures);
}

void check_crossing(const std::map<std::string, Array>& out, double truth) {
    const auto values = values_of(out.at("crossing")), variances = variances_of(out.at("crossing"));
    for (const std::size_t i : {1u, 2u}) {
        CAPTURE(values[i]);
        CAPTURE(std::sqrt(variances[i]));
        CHECK(std::abs(values[i] - truth) < 4 * std::sqrt(variances[i]));
        CHECK(std::sqrt(variances[i]) < 3);
        CHECK(values_of(out.at("extrapolated"))[i] == 1);
    }
    for (const std::size_t i : {0u, 3u}) CHECK(values_of(out.at("status"))[i] != 0);  // at the ends Q is Q_ideal
}

}  // namespace

TEST_CASE("shared data: curves to Q, ratio, and the temperature where Q is Q_ideal, within 4 standard errors") {
    const auto folder = shared_data("sas/mixture");
    if (!folder) return;
    std::ifstream file(*folder / "truth.json");
    const auto truth = nlohmann::json::parse(file);
    const auto invariant =
        run_plugin("porod_invariant", Json::object(), {{"intensity", curves_of(*folder, truth.at("rows"))}}).at("invariant");
    const auto mixed = run_on(invariant);
    const auto ratio = values_of(mixed.at("ratio")), variances = variances_of(mixed.at("ratio"));
    for (std::size_t i = 0; i < ratio.size(); ++i) {
        const auto& row = truth.at("rows").at(i);
        CAPTURE(row.at("file").get<std::string>());
        const double q = values_of(invariant)[i], sigma = std::sqrt(variances_of(invariant)[i]);
        CHECK(std::abs(q - row.at("Q_exact").get<double>()) < 4 * sigma);
        CHECK(sigma == Approx(row.at("sigma_Q").get<double>()).epsilon(1e-3));
        CHECK(std::abs(ratio[i] - row.at("ratio").get<double>()) <= 4 * std::sqrt(variances[i]));
        if (i % 4 == 0 || i % 4 == 3) CHECK(ratio[i] == 1);
    }
    RunPluginOptions options;
    options.core = {{"x", {"temperature"}}};
    const double t_star = truth.at("T_star_K");
    check_crossing(run_plugin("line_crossing", {{"level", 1}}, {{"first", mixed.at("ratio")}}, options), t_star);
    check_crossing(run_plugin("line_crossing", Json::object(), {{"first", invariant}, {"second", mixed.at("ideal")}}, options),
                   t_star);
}

TEST_CASE("shared data: the quadratic through the exact invariants") {
    const auto folder = shared_data("sas/mixture");
    if (!folder) return;
    std::ifstream file(*folder / "truth.json");
    const auto truth = nlohmann::json::parse(file);
    Doubles x, exact;
    for (const auto& row : truth.at("rows"))
        if (row.at("T_K") == 200) x.push_back(row.at("x_mass_fraction_1")), exact.push_back(row.at("Q_exact"));
    const auto out = run_on(invariants(x, exact));
    const auto expected = truth.at("binomial").at("200.0").at("Q_binomial_coefficients_x2_x1_x0");
    CHECK(out.at("a2").scalar() == Approx(expected.at(0).get<double>()).epsilon(1e-9));
    CHECK(out.at("a1").scalar() == Approx(expected.at(1).get<double>()).epsilon(1e-9));
    CHECK(out.at("a0").scalar() == Approx(expected.at(2).get<double>()).epsilon(1e-9));
}
