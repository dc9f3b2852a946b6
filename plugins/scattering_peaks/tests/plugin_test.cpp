// SPDX-License-Identifier: BSD-3-Clause
// Peaks as a recipe meets them: dims, units, masks, windows, a smoothed curve to search in, refusals, the same bits on all
// threads.
#include <cmath>
#include <map>
#include <numbers>
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

constexpr Index points = 200;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// Lorentzians of width 1 and prominence 5 at each position (and one twice as high at 14) on 2, q from 0.1 to 20.
Array curves(Dims loop, const Doubles& positions, const std::string& unit = "1/nm", double sigma = 0.05) {
    Doubles q, values;
    for (Index k = 1; k <= points; ++k) q.push_back(0.1 * static_cast<double>(k));
    const auto peak = [](double x) { return 1 / (1 + 4 * x * x); };
    for (const double position : positions)
        for (const double each : q) values.push_back(2 + 5 * peak(each - position) + 10 * peak(each - 14));
    loop.push_back({"q", points});
    const Doubles variances = sigma > 0 ? Doubles(values.size(), sigma * sigma) : Doubles();
    return with_coordinate(Array::from<double>("net", loop, "1/cm", values, variances), "q", {{"q", points}}, unit, q);
}

auto peaks_of(const Array& intensity, const Json& with = Json::object(), Inputs more = {}, const RunPluginOptions& options = {}) {
    more.emplace("intensity", intensity);
    return run_plugin("scattering_peaks", with, more, options);
}

std::string refusal(const Array& intensity, const Json& with = Json::object(), const Inputs& more = {}) {
    return error_of([&] { peaks_of(intensity, with, more); });
}

}  // namespace

TEST_CASE("dims, units, values and masks of every output") {
    const auto out = peaks_of(curves({{"sample", 2}}, {6, 8}), {{"max_peaks", 3}});
    const auto& position = out.at("position");
    CHECK(to_text(position.dims()) == "[sample: 2, peak: 3]");
    CHECK(to_text(out.at("curve").dims()) == "[sample: 2, q: 200]");
    CHECK(position.unit().text() == "1/nm");
    CHECK(out.at("spacing").unit().text() == "nm");
    CHECK(out.at("height").unit().text() == "1/cm");
    CHECK(out.at("area").unit().text() == "1/(cm nm)");
    CHECK(std::abs(values_of(position)[0] - 6) < 1e-2);
    CHECK(std::abs(values_of(position)[1] - 14) < 1e-2);
    CHECK(std::abs(values_of(position)[3] - 8) < 1e-2);
    CHECK(mask_of(position, "no_value") == std::vector<int>{0, 0, 1, 0, 0, 1});
    CHECK(mask_of(out.at("area"), "no_value") == std::vector<int>{1, 1, 1, 1, 1, 1});
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 1, 0, 0, 1});
    CHECK(values_of(out.at("count")) == Doubles{2, 2});
    CHECK(values_of(out.at("height"))[0] == near(7.04, 0.01));
    CHECK(values_of(out.at("points"))[0] >= 7);
    CHECK(values_of(out.at("points"))[2] == 0);
    const auto fitted = mask_of(out.at("curve"), "not_fitted");
    CHECK(fitted[59] == 0);  // q = 6
    CHECK(fitted[99] == 1);  // q = 10
    CHECK(to_text(position.description().facts.at("method")) == "quartic");
    CHECK(to_text(position.description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 absent, 2 too_few_points, 3 not_determined, 4 poor_fit");
}

TEST_CASE("the spacing is 2 pi / q, with the variance that follows") {
    const auto out = peaks_of(curves({}, {6}), {{"method", "lorentzian"}, {"windows", {{4, 8}}}});
    const double q = values_of(out.at("position"))[0], variance = variances_of(out.at("position"))[0];
    CHECK(values_of(out.at("spacing"))[0] == near(2 * std::numbers::pi / q, 1e-15));
    CHECK(std::sqrt(variances_of(out.at("spacing"))[0]) == near(2 * std::numbers::pi / (q * q) * std::sqrt(variance), 1e-12));
    CHECK(values_of(out.at("width"))[0] == near(1, 1e-2));
    CHECK(values_of(out.at("prominence"))[0] == near(5, 2e-2));
    CHECK(mask_of(out.at("area"), "no_value") == std::vector<int>{0});
}

TEST_CASE("windows have a place each, in their own unit") {
    const auto stack = curves({{"sample", 2}}, {6, 8.5});
    const auto out = peaks_of(stack, {{"windows", {{5, 7}, {7, 10}, {12, 16}}}});
    CHECK(to_text(out.at("position").dims()) == "[sample: 2, peak: 3]");
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 0, 1, 0, 0});
    const auto angstrom = peaks_of(curves({}, {6}, "1/angstrom"), {{"windows", {{120, 160}}}});
    CHECK(std::abs(values_of(angstrom.at("position"))[0] - 14) < 1e-2);
    CHECK(angstrom.at("spacing").unit().text() == "angstrom");
    CHECK(values_of(peaks_of(stack, {{"q_max", "1 1/angstrom"}}).at("count")) == Doubles{1, 1});
}

TEST_CASE("peaks searched in another curve, in its own unit; a smoothed curve to fit is warned of") {
    const auto raw = curves({}, {6}), smoothed = with_fact(raw, "smoothed", true);
    const auto plain = peaks_of(raw), apart = peaks_of(raw, Json::object(), {{"search", smoothed}});
    CHECK(same_bits(plain.at("position"), apart.at("position")));
    Doubles values = values_of(raw), variances = variances_of(raw);
    for (double& each : values) each *= 100;
    for (double& each : variances) each *= 1e4;
    const auto per_metre = with_coordinate(Array::from<double>("s", raw.dims(), "1/m", values, variances), "q", raw.dims(),
                                           "1/nm", raw.description().coordinate("q")->values->as_float64());
    const auto converted = peaks_of(raw, Json::object(), {{"search", per_metre}});
    CHECK(values_of(converted.at("significance"))[0] == near(values_of(plain.at("significance"))[0], 1e-12));
    CHECK(to_text(peaks_of(smoothed).at("position").description().facts.at("uncertainty_from")) ==
          "smoothed points taken as independent");
    CHECK(to_text(apart.at("position").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(peaks_of(curves({}, {6}, "1/nm", 0)).at("position").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("masked points are left out") {
    std::vector<bool> mask(points, false);
    for (std::size_t i = 45; i < 75; ++i) mask[i] = true;  // all of the first peak
    const auto out = peaks_of(with_mask(curves({}, {6}), "gap", {{"q", points}}, mask), {{"windows", {{4, 8}, {12, 16}}}});
    CHECK(values_of(out.at("status"))[1] == 0);
    CHECK(values_of(out.at("status"))[0] != 0);
}

TEST_CASE("what makes no sense is refused with the reason") {
    const auto curve = curves({}, {6});
    CHECK(refusal(curves({}, {6}, "nm")) == Contains("has the unit 'nm'; one that converts to '1/nm' is needed"));
    CHECK(refusal(curve, {{"windows", {{7, 5}}}}) == Contains("windows[0] goes from 7 to 5, must go upwards."));
    CHECK(refusal(curve, {{"windows", {{5, 7}, {6, 8}}}}) == Contains("Windows must follow one another without overlap."));
    CHECK(refusal(curve, {{"max_peaks", 0}}) == Contains("max_peaks"));
    CHECK(refusal(curve, {{"q_min", 2}, {"q_max", 1}}) == Contains("q_min = 2, must be below q_max = 1."));
    CHECK(refusal(curve, {{"method", "gausian"}}) == Contains("Did you mean"));
}

TEST_CASE("a stack is fitted as each alone, with the same bits on any number of threads") {
    Doubles positions;
    for (int k = 0; k < 40; ++k) positions.push_back(4 + 0.1 * k);
    const auto stack = curves({{"sample", 40}}, positions);
    for (const char* method : {"quartic", "gaussian"}) {
        const Json with{{"method", method}};
        const auto one = peaks_of(stack, with, {}, {.threads = 1}), more = peaks_of(stack, with, {}, {.threads = 3});
        for (const auto& [port, array] : one) {
            CAPTURE(port);
            CHECK(same_bits(array, more.at(port)));
        }
        const auto alone = peaks_of(stack.slice(17, 18), with);
        CHECK(values_of(alone.at("position"))[0] == values_of(one.at("position"))[17 * 8]);
    }
}
