// SPDX-License-Identifier: BSD-3-Clause
// Smoothing as a recipe meets it: units, loops, other axes, masks, facts, refusals.
#include <cmath>
#include <limits>
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

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A curve, or a stack of them, at q = 0.5, 1, 1.5, ….
Array curves(Dims loop, Index n, const Doubles& values, const Doubles& variances = {}, const std::string& axis = "q",
             const std::string& unit = "1/nm") {
    Doubles q;
    for (Index k = 1; k <= n; ++k) q.push_back(0.5 * static_cast<double>(k));
    loop.push_back({axis, n});
    return with_coordinate(Array::from<double>("curve", loop, "1/cm", values, variances), axis, {{axis, n}}, unit, q);
}

const Doubles squares{1, 4, 9, 16, 25, 36, 49};  // (2 q)^2
const Array parabola = curves({}, 7, squares, Doubles(7, 4));

auto smooth(const Array& data, const Json& with, const RunPluginOptions& options = {}) {
    return run_plugin("smoothing", with, {{"data", data}}, options);
}
std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { smooth(data, with); });
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = smooth(parabola, {{"method", "savitzky_golay"}, {"degree", 2}, {"window", 5}});
    for (std::size_t i = 0; i < 7; ++i) CHECK(values_of(out.at("smoothed"))[i] == Approx(squares[i]).epsilon(1e-12));
    // Savitzky and Golay, table I: the middle of 5 points weighs 17/35, and so is its variance of those of 4
    CHECK(variances_of(out.at("smoothed"))[3] == Approx(4 * 17 / 35.0).epsilon(1e-12));
    CHECK(out.at("smoothed").unit().text() == "1/cm");
    CHECK(to_text(out.at("smoothed").dims()) == "[q: 7]");
    CHECK(out.at("smoothed").description().coordinate("q") != nullptr);
    // the leverages of both ends are those of a parabola through 5 points: 31/35, 13/35 in the second place
    CHECK(out.at("effective_degrees_of_freedom").scalar() == Approx((2 * 31 + 2 * 13 + 3 * 17) / 35.0).epsilon(1e-12));
    CHECK(out.at("window").scalar() == 5);
    CHECK(std::isnan(out.at("penalty").scalar()));
    CHECK(out.at("chi_square").scalar() == Approx(0).scale(1));
    CHECK(out.at("points").scalar() == 7);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("points").dtype() == DType::int64);
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(mask_of(out.at("smoothed"), "masked") == std::vector<int>(7, 0));
}

TEST_CASE("a derivative has the unit of the data over that of q") {
    const auto slope = smooth(parabola, {{"degree", 2}, {"window", 5}, {"derivative", 1}}).at("smoothed");
    CHECK(slope.unit().text() == "nm/cm");
    for (std::size_t i = 0; i < 7; ++i) CHECK(values_of(slope)[i] == Approx(4 * static_cast<double>(i + 1)).epsilon(1e-11));
    CHECK(to_text(slope.description().facts.at("derivative")) == "1");
    const auto bend = smooth(parabola, {{"degree", 2}, {"window", 5}, {"derivative", 2}}).at("smoothed");
    CHECK(values_of(bend)[3] == Approx(8).epsilon(1e-10));
}

TEST_CASE("width in its own unit, and the spline's penalty with its unit") {
    const auto out = smooth(parabola, {{"degree", 1}, {"width", 0.21}, {"width_unit", "1/angstrom"}});
    CHECK(out.at("window").scalar() == Approx(2.1));
    CHECK(out.at("window").unit().text() == "1/nm");
    const auto spline = smooth(parabola, {{"method", "smoothing_spline"}, {"penalty", 0.5}});
    CHECK(spline.at("penalty").scalar() == 0.5);
    CHECK(spline.at("penalty").unit().same_as(Unit::parse("cm^2/nm^3")));
    CHECK(std::isnan(spline.at("window").scalar()));
    const auto plain = smooth(curves({}, 7, squares), {{"method", "smoothing_spline"}, {"degrees_of_freedom", 4}});
    CHECK(plain.at("penalty").unit().same_as(Unit::parse("1/nm^3")));
    CHECK(plain.at("effective_degrees_of_freedom").scalar() == Approx(4).epsilon(1e-5));
    CHECK_FALSE(plain.at("smoothed").description().variances);
    CHECK(std::isnan(plain.at("chi_square").scalar()));
}

TEST_CASE("a series of curves along another axis, one of them too short of points") {
    Doubles values, variances(3 * 7, 1);
    for (int item = 0; item < 3; ++item)
        for (const double each : squares) values.push_back(each + item);
    for (std::size_t i = 15; i < 21; ++i) values[i] = unknown;
    RunPluginOptions options;
    options.core = {{"q", {"delay"}}};
    const auto out = smooth(curves({{"file", 3}}, 7, values, variances, "delay", "s"), {{"degree", 2}, {"window", 5}}, options);
    CHECK(to_text(out.at("smoothed").dims()) == "[file: 3, delay: 7]");
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 1});
    CHECK(values_of(out.at("points")) == Doubles{7, 7, 1});
    CHECK(values_of(out.at("smoothed"))[8] == Approx(5).epsilon(1e-12));
    CHECK(std::isnan(values_of(out.at("smoothed"))[14]));
    CHECK(mask_of(out.at("smoothed"), "masked")[14] == 1);
    CHECK(std::isnan(values_of(out.at("effective_degrees_of_freedom"))[2]));
}

TEST_CASE("masked and missing points stay masked, or are filled") {
    auto gappy = squares;
    gappy[2] = unknown;
    const auto data =
        with_mask(curves({}, 7, gappy, Doubles(7, 1)), "beamstop", {{"q", 7}}, {true, false, false, false, true, false, false});
    const Json with{{"degree", 2}, {"window", 5}};
    const auto out = smooth(data, with).at("smoothed");
    CHECK(mask_of(out, "masked") == std::vector<int>{1, 0, 1, 0, 1, 0, 0});
    for (const std::size_t i : {0, 2, 4}) CHECK(std::isnan(values_of(out)[i]));
    const auto filled = smooth(data, {{"degree", 2}, {"window", 5}, {"fill", true}}).at("smoothed");
    CHECK(mask_of(filled, "masked") == std::vector<int>{1, 0, 0, 0, 0, 0, 0});
    CHECK(values_of(filled)[2] == Approx(9).epsilon(1e-12));
    CHECK(values_of(filled)[4] == Approx(25).epsilon(1e-12));
    CHECK(variances_of(filled)[4] > 0);
}

TEST_CASE("facts: the result is marked, and not smoothed again unawares") {
    const Json with{{"degree", 2}, {"window", 5}};
    const auto once = smooth(with_fact(parabola, "intensity_scale", std::string("relative")), with).at("smoothed");
    CHECK(to_text(once.description().facts.at("smoothed")) == "yes");
    CHECK(to_text(once.description().facts.at("smoothing_method")) == "local_polynomial");
    CHECK(to_text(once.description().facts.at("intensity_scale")) == "relative");
    CHECK(refusal(once, with) ==
          Contains("input 'data' from 'data.data' is marked 'smoothed': its points are correlated already"));
    CHECK(refusal(once, {{"degree", 2}, {"window", 5}, {"allow_smoothed", true}}) == "no error");
}

TEST_CASE("refusals, all of them before data flow") {
    CHECK(refusal(parabola, {{"window", 4}}) ==
          Contains("step 'step' (smoothing): window = 4, must be an odd number of points."));
    CHECK(refusal(parabola, {{"method", "savitzky_golay"}, {"window", 9}}) ==
          Contains("window = 9, but the curve has 7 points."));
    CHECK(refusal(parabola, {{"method", "savgol"}}) == Contains("method = \"savgol\", must be one of"));
    CHECK(refusal(parabola, {{"width", 1}, {"width_unit", "nm"}}) == Contains("unit 'nm' cannot be converted to '1/nm'"));
    CHECK(refusal(curves({}, 7, squares), {{"criterion", "mallows"}}) ==
          Contains("criteria mallows and chi_square need variances"));
    const auto uneven =
        with_coordinate(Array::from<double>("curve", {{"q", 3}}, "1", Doubles{1, 2, 3}), "q", {{"q", 3}}, "1/nm", {1, 2, 4});
    CHECK(refusal(uneven, {{"method", "savitzky_golay"}, {"degree", 1}, {"window", 3}}) ==
          Contains("x is not equally spaced: 2 at index 1 would be 2.5. Use local_polynomial or smoothing_spline."));
    const auto unsorted =
        with_coordinate(Array::from<double>("curve", {{"q", 3}}, "1", Doubles{1, 2, 3}), "q", {{"q", 3}}, "1/nm", {1, 3, 2});
    CHECK(refusal(unsorted, Json::object()) == Contains("must increase strictly"));
    CHECK(refusal(Array::from<double>("curve", {{"q", 3}}, "1", Doubles{1, 2, 3}), Json::object()) ==
          Contains("has no coordinate 'q'"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 60 * 40; ++i) {
        values.push_back(5 + std::sin(0.37 * i) + 0.3 * std::sin(17.0 * i));
        variances.push_back(0.1 + 0.05 * std::cos(0.11 * i));
    }
    const auto stack = curves({{"file", 60}}, 40, values, variances);
    for (const char* method : {"savitzky_golay", "local_polynomial", "smoothing_spline"}) {
        const auto one = smooth(stack, {{"method", method}}, {.threads = 1});
        const auto seven = smooth(stack, {{"method", method}}, {.threads = 7});
        for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
    }
}
