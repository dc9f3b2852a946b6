// SPDX-License-Identifier: BSD-3-Clause
// The Ornstein-Zernike fit as a recipe meets it: units, masks where it is not applicable, backgrounds per item, refusals.
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
constexpr Index points = 60;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// 3 / (1 + q^2 xi^2) + 0.1 for each xi, q from 0.1 to 6; xi < 0: a curve that rises.
Array curves(Dims loop, const Doubles& lengths, const std::string& unit = "1/nm", double relative_sigma = 0) {
    Doubles q, values, variances;
    for (Index k = 1; k <= points; ++k) q.push_back(0.1 * static_cast<double>(k));
    for (const double xi : lengths)
        for (const double each : q) {
            values.push_back(xi < 0 ? 1 + each : 3 / (1 + each * each * xi * xi) + 0.1);
            if (relative_sigma > 0) variances.push_back(std::pow(relative_sigma * values.back(), 2));
        }
    loop.push_back({"q", points});
    return with_coordinate(Array::from<double>("net", loop, "1/cm", values, variances), "q", {{"q", points}}, unit, q);
}

auto fit_of(const Array& intensity, const Json& with = Json::object(), Inputs more = {}, const RunPluginOptions& options = {}) {
    more.emplace("intensity", intensity);
    return run_plugin("ornstein_zernike", with, more, options);
}

std::string refusal(const Array& intensity, const Json& with = Json::object()) {
    return error_of([&] { fit_of(intensity, with); });
}

}  // namespace

TEST_CASE("outputs, their units and facts") {
    const auto out = fit_of(curves({{"sample", 2}, {"temperature", 1}}, {0.8, 2}, "1/nm", 0.01), {{"q_min", "0.015 1/angstrom"}});
    const auto& length = out.at("correlation_length");
    CHECK(to_text(length.dims()) == "[sample: 2, temperature: 1]");
    CHECK(length.unit().text() == "nm");
    CHECK(values_of(length)[0] == near(0.8, 1e-8));
    CHECK(values_of(length)[1] == near(2, 1e-8));
    CHECK(values_of(out.at("intensity"))[1] == near(3, 1e-8));
    CHECK(out.at("intensity").unit() == out.at("background").unit());
    CHECK(values_of(out.at("background"))[0] == near(0.1, 1e-7));
    CHECK(values_of(out.at("points"))[0] == 59);
    CHECK(values_of(out.at("curve"))[0] == near(3 / (1 + 0.0064) + 0.1, 1e-9));
    CHECK(to_text(length.description().facts.at("background")) == "free");
    CHECK(to_text(length.description().facts.at("q_min")) == "0.15 1/nm");
    CHECK(to_text(length.description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 poor_fit; not applicable: 2 no_fall, 3 no_plateau, 4 no_inflection; 5 not_determined, 6 too_few_points, "
          "7 no_background");
}

TEST_CASE("the length is in the inverse of the unit of q") {
    const auto out = fit_of(curves({}, {0.8}, "1/angstrom"), {{"q_max", 50}});
    CHECK(out.at("correlation_length").unit().text() == "angstrom");
    CHECK(out.at("correlation_length").scalar() == near(0.8, 1e-8));
    CHECK(out.at("points").scalar() == 50);  // 5 1/angstrom
}

TEST_CASE("not applicable: no number, a mask and a code; the others are not disturbed") {
    const auto stack = curves({{"sample", 3}}, {1, -1, 40}, "1/nm", 0.01);
    const auto out = fit_of(stack);
    CHECK(values_of(out.at("status")) == Doubles{0, 2, 3});
    CHECK(mask_of(out.at("correlation_length"), "not_applicable") == std::vector<int>{0, 1, 1});
    for (const auto* port : {"correlation_length", "intensity", "background", "reduced_chi_square"}) {
        CAPTURE(port);
        CHECK(std::isnan(values_of(out.at(port))[1]));
        CHECK(mask_of(out.at(port), "not_applicable")[2] == 1);
    }
    CHECK(std::isnan(values_of(out.at("curve"))[points + 3]));
    CHECK(values_of(out.at("correlation_length"))[0] == near(1, 1e-8));
    CHECK(values_of(out.at("points"))[1] == points);
}

TEST_CASE("the background: one number, one per item from a step, or none") {
    const auto stack = curves({{"sample", 3}}, {1, 1, 1}, "1/nm", 0.01);
    const auto backgrounds = Array::from<double>("b", {{"sample", 3}}, "1/m", Doubles{10, 5, unknown});
    const auto out = fit_of(stack, Json::object(), {{"known_background", backgrounds}});
    CHECK(values_of(out.at("status"))[0] == 0);
    CHECK(values_of(out.at("correlation_length"))[0] == near(1, 1e-8));
    CHECK(values_of(out.at("background"))[0] == near(0.1, 1e-14));
    CHECK(values_of(out.at("correlation_length"))[1] < 0.999);
    CHECK(values_of(out.at("status"))[2] == 7);
    CHECK(to_text(out.at("correlation_length").description().facts.at("background")) == "fixed");
    const auto fixed = fit_of(stack, {{"background", 0.1}});
    CHECK(values_of(fixed.at("correlation_length"))[2] == near(1, 1e-8));
    CHECK(variances_of(fixed.at("background"))[0] == 0);
    CHECK(error_of([&] {
              fit_of(stack, {{"background", 0.1}}, {{"known_background", backgrounds}});
          }) == Contains("background is given and known_background is connected; remove one of them"));
}

TEST_CASE("masked points are left out and counted") {
    std::vector<bool> mask(points, false);
    mask[0] = mask[5] = true;
    auto masked = with_mask(curves({}, {1}), "gap", {{"q", points}}, mask);
    CHECK(fit_of(masked).at("points").scalar() == 58);
}

TEST_CASE("what cannot be fitted is refused with the reason") {
    CHECK(refusal(curves({}, {1}, "nm")) == Contains("has the unit 'nm'; one that converts to '1/nm' is needed"));
    CHECK(refusal(Array::from<double>("net", {{"q", 3}}, "1/cm", Doubles{1, 2, 3})) == Contains("has no coordinate 'q'"));
    CHECK(refusal(curves({}, {1}), {{"q_min", 2}, {"q_max", 1}}) == Contains("q_min = 2, must be below q_max = 1."));
}

TEST_CASE("a stack is fitted as each alone, with the same bits on any number of threads") {
    Doubles lengths;
    for (int k = 0; k < 40; ++k) lengths.push_back(0.5 + 0.05 * k);
    const auto stack = curves({{"sample", 40}}, lengths, "1/nm", 0.01);
    const auto one = fit_of(stack, Json::object(), {}, {.threads = 1});
    const auto more = fit_of(stack, Json::object(), {}, {.threads = 3});
    for (const auto& [port, array] : one) {
        CAPTURE(port);
        CHECK(same_bits(array, more.at(port)));
    }
    const auto alone = fit_of(stack.slice(17, 18));
    CHECK(values_of(alone.at("correlation_length"))[0] == values_of(one.at("correlation_length"))[17]);
}
