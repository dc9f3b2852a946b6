// SPDX-License-Identifier: BSD-3-Clause
// H(q) as a recipe meets it: dimensions of two grids, units, D0 by parameter or input, masks, what is correlated, refusals.
#include <cmath>
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

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Index length(const Doubles& values) { return static_cast<Index>(values.size()); }

/// A curve over `dim` with the coordinate q.
Array curve(const std::string& dim, const std::string& unit, const Doubles& values, const Doubles& variances, const Doubles& q,
            const std::string& q_unit = "1/nm") {
    const Dims dims{{dim, length(q)}};
    return with_coordinate(Array::from<double>("curve", dims, unit, values, variances), "q", dims, q_unit, q);
}

// D of five rings and S of three points, as in kernel_test; S in 1/angstrom.
const Doubles q{0.12, 0.16, 0.20, 0.24, 0.28};
const Array diffusion = curve("roi", "um^2/s", {9, 7, 5, 4.5, 6}, {0.09, 0.04, 0.01, 0.0225, 0.16}, q);
const Array structure = curve("q", "1", {0.4, 0.5, 0.9}, {1e-4, 4e-4, 2.5e-3}, {0.01, 0.02, 0.03}, "1/angstrom");
const Array d0 = Array::from<double>("D0", {}, "um^2/s", Doubles{57}, Doubles{0.57 * 0.57});
const RunPluginOptions bound{.core = {{"q", {"roi"}}, {"q_structure", {"q"}}}};
const Json number{{"free_diffusion_coefficient", 57}};

auto run_on(const Inputs& inputs, const Json& with = number, const RunPluginOptions& options = bound) {
    return run_plugin("hydrodynamic_function", with, inputs, options);
}
std::string refusal(const Inputs& inputs, const Json& with = number, const RunPluginOptions& options = bound) {
    return error_of([&] { run_on(inputs, with, options); });
}

/// D for some samples.
Array series(const Doubles& values, const Doubles& variances = {}) {
    return with_coordinate(Array::from<double>("D", {{"sample", length(values) / 2}, {"q", 2}}, "um^2/s", values, variances), "q",
                           {{"q", 2}}, "1/nm", {0.12, 0.2});
}

}  // namespace

TEST_CASE("outputs, their dimensions, units and facts") {
    const auto out =
        run_on({{"diffusion", diffusion}, {"structure_factor", structure}, {"free_diffusion_coefficient", d0}}, Json::object());
    const auto& h = out.at("hydrodynamic_function");
    CHECK(to_text(h.dims()) == "[roi: 5]");
    CHECK(h.unit().text() == "1");
    CHECK(h.description().coordinate("q")->values->as_float64() == q);
    CHECK(values_of(h)[2] == near(5 * 0.5 / 57, 1e-14));
    CHECK(values_of(h)[0] == near(9 * (0.8 * 0.4 + 0.2 * 0.5) / 57, 1e-14));  // 1/angstrom is converted
    CHECK(variances_of(h)[2] == near((0.25 * 0.01 + 25 * 4e-4) / (57 * 57), 1e-13));
    CHECK(values_of(out.at("ratio"))[1] == near(7.0 / 57, 1e-14));
    CHECK(variances_of(out.at("ratio"))[1] == near(0.04 / (57 * 57), 1e-13));
    CHECK(values_of(out.at("structure_factor"))[1] == near(0.46, 1e-14));
    CHECK(variances_of(out.at("structure_factor"))[2] == 4e-4);
    CHECK(out.at("scale_uncertainty").scalar() == near(0.01, 1e-14));
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(out.at("points_left_out").scalar() == 0);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 q_range_mismatch, 2 negative, 3 no_overlap, 4 no_points, 5 no_free_diffusion");
    CHECK(to_text(h.description().facts.at("structure_factor")) == "interpolated on straight lines");
    CHECK(to_text(h.description().facts.at("errors_without")) == "free_diffusion_coefficient");
}

TEST_CASE("the covariance holds D0, the variances of H do not") {
    const Inputs inputs{{"diffusion", diffusion}, {"structure_factor", structure}, {"free_diffusion_coefficient", d0}};
    const auto out = run_on(inputs, Json::object());
    const auto& matrix = out.at("covariance");
    CHECK(to_text(matrix.dims()) == "[roi: 5, q2: 5]");
    CHECK(matrix.description().coordinate("q2")->values->as_float64() == q);
    const auto h = values_of(out.at("hydrodynamic_function")), variances = variances_of(out.at("hydrodynamic_function"));
    CHECK(values_of(matrix)[6] == near(variances[1] + 1e-4 * h[1] * h[1], 1e-12));
    const auto exact = run_on({{"diffusion", diffusion}, {"structure_factor", structure}});
    CHECK(variances_of(exact.at("hydrodynamic_function")) == variances);
    CHECK(exact.at("scale_uncertainty").scalar() == 0);
    CHECK(values_of(exact.at("covariance"))[6] == near(variances[1], 1e-13));
}

TEST_CASE("without S it is 1: H is D/D0; both curves may have the dimension q") {
    const auto dilute = run_on({{"diffusion", diffusion}}, number, {.core = {{"q", {"roi"}}}});
    CHECK(values_of(dilute.at("hydrodynamic_function")) == values_of(dilute.at("ratio")));
    CHECK(to_text(dilute.at("hydrodynamic_function").description().facts.at("structure_factor")) == "1");
    CHECK_FALSE(dilute.at("structure_factor").description().variances);

    const auto same = curve("q", "m^2/s", {9e-12, 7e-12, 5e-12, 4.5e-12, 6e-12}, {}, q);
    const auto out = run_on({{"diffusion", same}, {"structure_factor", structure}}, number, {.core = {{"q_structure", {"q"}}}});
    CHECK(to_text(out.at("hydrodynamic_function").dims()) == "[q: 5]");
    CHECK(out.at("hydrodynamic_function").description().coordinate("q")->values->as_float64() == q);
    CHECK(values_of(out.at("hydrodynamic_function"))[2] == near(5 * 0.5 / 57, 1e-14));
    CHECK(out.at("hydrodynamic_function").description().variances);  // those of S
    CHECK_FALSE(out.at("ratio").description().variances);
}

TEST_CASE("points outside of S are masked in H, not in D/D0") {
    const auto short_s = curve("q", "1", {0.5, 0.9}, {}, {0.19, 0.26});
    const auto out = run_on({{"diffusion", diffusion}, {"structure_factor", short_s}});
    CHECK(mask_of(out.at("hydrodynamic_function"), "left_out") == std::vector<int>{1, 1, 0, 0, 1});
    CHECK(mask_of(out.at("ratio"), "left_out") == std::vector<int>{0, 0, 0, 0, 0});
    CHECK(mask_of(out.at("structure_factor"), "left_out") == std::vector<int>{1, 1, 0, 0, 1});
    CHECK(std::isnan(values_of(out.at("hydrodynamic_function"))[0]));
    CHECK(std::isnan(values_of(out.at("covariance"))[1]));
    CHECK(out.at("status").scalar() == 1);
    CHECK(out.at("points_left_out").scalar() == 3);
    const auto far = curve("q", "1", {0.5, 0.9}, {}, {1.9, 2.6});
    CHECK(run_on({{"diffusion", diffusion}, {"structure_factor", far}}).at("status").scalar() == 3);

    const auto masked = with_mask(diffusion, "bad", {{"roi", 5}}, {true, true, true, true, true});
    const auto none = run_on({{"diffusion", masked}, {"structure_factor", structure}});
    CHECK(none.at("status").scalar() == 4);
    CHECK(mask_of(none.at("ratio"), "left_out") == std::vector<int>(5, 1));
    const auto negative = curve("q", "1", {0.4, -0.5, 0.9}, {}, {0.1, 0.2, 0.3});
    const auto kept = run_on({{"diffusion", diffusion}, {"structure_factor", negative}});
    CHECK(kept.at("status").scalar() == 2);
    CHECK(kept.at("negative_points").scalar() == 2);  // S is -0.14, -0.5 and 0.06 at 0.16, 0.20 and 0.24
    CHECK(values_of(kept.at("hydrodynamic_function"))[2] == near(-2.5 / 57, 1e-14));
}

TEST_CASE("one D0 per item; one that is none masks its own curve only") {
    const auto own =
        with_mask(Array::from<double>("D0", {{"sample", 4}}, "m^2/s", Doubles{57e-12, -1, unknown, 50e-12}, Doubles(4, 1e-26)),
                  "bad", {{"sample", 4}}, {false, false, false, true});
    const auto out =
        run_on({{"diffusion", series({57, 5, 57, 5, 57, 5, 57, 5})}, {"free_diffusion_coefficient", own}}, Json::object(), {});
    CHECK(values_of(out.at("status")) == Doubles{0, 5, 5, 5});
    CHECK(values_of(out.at("hydrodynamic_function"))[0] == near(1, 1e-14));
    CHECK(std::isnan(values_of(out.at("hydrodynamic_function"))[2]));
    CHECK(values_of(out.at("scale_uncertainty"))[0] == near(0.1 / 57, 1e-12));
    CHECK(std::isnan(values_of(out.at("scale_uncertainty"))[1]));
    CHECK(values_of(out.at("points_left_out")) == Doubles{0, 2, 2, 2});
}

TEST_CASE("a D0 that is common to all samples does not correlate H over them, as it is not in the variances; a common S does") {
    const auto correlated = [](const Array& array) { return array.description().correlated_over; };
    const Inputs inputs{{"diffusion", series({9, 5, 8, 6}, {1, 1, 1, 1})}, {"free_diffusion_coefficient", d0}};
    const auto out = run_on(inputs, Json::object(), {});
    CHECK(correlated(out.at("hydrodynamic_function")).empty());
    CHECK(correlated(out.at("ratio")).empty());
    auto with_s = inputs;
    with_s.emplace("structure_factor", structure);
    const auto shared = run_on(with_s, Json::object(), {.core = {{"q_structure", {"q"}}}});
    CHECK(correlated(shared.at("hydrodynamic_function")) == std::vector<std::string>{"sample"});
    CHECK(correlated(shared.at("ratio")).empty());
}

TEST_CASE("refusals") {
    const Inputs both{{"diffusion", diffusion}, {"free_diffusion_coefficient", d0}};
    CHECK(refusal(both) == Contains("free_diffusion_coefficient is given twice, as a parameter and as an input. Remove one."));
    CHECK(refusal({{"diffusion", diffusion}}, Json::object()) ==
          Contains("D0 is needed: give the parameter free_diffusion_coefficient, or"));
    CHECK(refusal({{"diffusion", diffusion}}, {{"free_diffusion_coefficient", 0}}) ==
          Contains("free_diffusion_coefficient = 0, must be > 0"));
    CHECK(refusal({{"diffusion", curve("roi", "1/s", {1, 1, 1, 1, 1}, {}, q)}}) ==
          Contains("has the unit '1/s'; one that converts to 'um^2/s' is needed"));
    CHECK(refusal({{"diffusion", diffusion}, {"structure_factor", structure}}, number, {.core = {{"q", {"roi"}}}}) ==
          Contains("q_structure"));
    CHECK(refusal({{"diffusion", diffusion}, {"structure_factor", curve("q", "1", {1, 1, 1}, {}, {0.1, 0.3, 0.3})}}) ==
          Contains("the q of the structure factor: x must increase or decrease strictly, but is 0.3 at index 2 after 0.3."));
    CHECK(refusal({{"diffusion", Array::from<double>("D", {{"roi", 2}}, "um^2/s", Doubles{5, 5})}}, number,
                  {.core = {{"q", {"roi"}}}}) == Contains("has no coordinate 'roi', which this step needs"));
}
