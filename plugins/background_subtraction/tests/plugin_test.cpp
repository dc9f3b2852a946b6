// SPDX-License-Identifier: BSD-3-Clause
// Background subtraction as a recipe meets it: units, broadcasting, per-item numbers, masks, facts, refusals.
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

/// A curve, or a stack of them, at q = 1, 2, 3, ….
Array curves(Dims loop, Index n, const std::string& unit, const Doubles& values, const Doubles& variances = {}, const std::string& q_unit = "1/nm") {
    Doubles q;
    for (Index k = 1; k <= n; ++k) q.push_back(static_cast<double>(k));
    loop.push_back({"q", n});
    return with_coordinate(Array::from<double>("curve", loop, unit, values, variances), "q", {{"q", n}}, q_unit, q);
}

const Array sample = curves({}, 3, "1/cm", {8, 6, 1}, {4, 3, 0.5});
const Array background = curves({}, 3, "1/cm", {2, 2, 2}, {1, 1, 1});

using Inputs = std::map<std::string, Array>;

auto net_of(const Array& from, const Array& minus, const Json& with = Json::object(), RunPluginOptions options = {}, Inputs more = {}) {
    more.emplace("sample", from);
    more.emplace("background", minus);
    return run_plugin("background_subtraction", with, more, options);
}

std::string refusal(const Array& from, const Array& minus, const Json& with = Json::object()) {
    return error_of([&] { net_of(from, minus, with); });
}

Array numbers(const std::string& dim, const Doubles& values, const Doubles& variances = {}) {
    return Array::from<double>("numbers", {{dim, static_cast<Index>(values.size())}}, "1", values, variances);
}

}  // namespace

TEST_CASE("net, its variance and its unit follow the formula") {
    const auto out = net_of(sample, background, {{"scale", 0.5}, {"sample_transmission", 0.5}, {"background_transmission", 0.25}, {"thickness", "2 mm"}});
    // (S / 0.5 - 0.5 B / 0.25) / 0.2 and (var S / 0.25 + 0.25 var B / 0.0625) / 0.04
    const Doubles net{60, 40, -10}, variances{500, 400, 150};
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(values_of(out.at("net"))[i] == Approx(net[i]).epsilon(1e-14));
        CHECK(variances_of(out.at("net"))[i] == Approx(variances[i]).epsilon(1e-14));
    }
    CHECK(out.at("net").unit().text() == "1/cm^2");
    CHECK(out.at("negative_points").scalar() == 1);
    CHECK(out.at("negative_points").dtype() == DType::int64);
    CHECK(out.at("scale").scalar() == 0.5);
    CHECK(variances_of(out.at("scale")) == Doubles{0});
    CHECK(std::isnan(out.at("match_chi_square").scalar()));
}

TEST_CASE("by default the curves are subtracted as they are") {
    const auto out = net_of(sample, background);
    CHECK(values_of(out.at("net")) == Doubles{6, 4, -1});
    CHECK(variances_of(out.at("net")) == Doubles{5, 4, 1.5});
    CHECK(out.at("net").unit().text() == "1/cm");
    CHECK(out.at("net").description().coordinate("q") != nullptr);
    const auto exact = net_of(curves({}, 3, "1/cm", {8, 6, 1}), curves({}, 3, "1/cm", {2, 2, 2}));
    CHECK_FALSE(exact.at("net").description().variances);
}

TEST_CASE("the background is converted to the unit of the sample") {
    const auto out = net_of(sample, curves({}, 3, "1/m", {200, 200, 200}, {1e4, 1e4, 1e4}));
    CHECK(values_of(out.at("net")) == Doubles{6, 4, -1});  // 1/m is exactly 0.01 1/cm, and 0.01 * 200 rounds to 2
    CHECK(variances_of(out.at("net")) == Doubles{5, 4, 1.5});
    CHECK(out.at("scale").scalar() == 1);
    CHECK(refusal(sample, curves({}, 3, "photon", {2, 2, 2}, {1, 1, 1})) == Contains("unit 'photon' cannot be converted to '1/cm'"));
}

TEST_CASE("one background under a sample x temperature grid, and one per temperature") {
    const Dims grid{{"sample", 2}, {"temperature", 3}};
    Doubles values, variances(18, 1), per_temperature;
    for (int i = 0; i < 18; ++i) values.push_back(i);
    for (int i = 0; i < 9; ++i) per_temperature.push_back(10 * i);
    const auto stack = curves(grid, 3, "1/cm", values, variances);

    const auto one = net_of(stack, background).at("net");
    CHECK(to_text(one.dims()) == "[sample: 2, temperature: 3, q: 3]");
    for (std::size_t i = 0; i < 18; ++i) CHECK(values_of(one)[i] == values[i] - 2);
    CHECK(one.description().correlated_over == std::vector<std::string>{"sample", "temperature"});

    const auto each = net_of(stack, curves({{"temperature", 3}}, 3, "1/cm", per_temperature, Doubles(9, 1))).at("net");
    for (std::size_t i = 0; i < 18; ++i) CHECK(values_of(each)[i] == values[i] - per_temperature[i % 9]);
    CHECK(each.description().correlated_over == std::vector<std::string>{"sample"});
}

TEST_CASE("transmission, thickness and scale may come from steps, one per sample") {
    const auto stack = curves({{"sample", 2}}, 3, "1/cm", {8, 6, 1, 8, 6, 1}, Doubles(6, 1));
    const auto out = net_of(stack, background, Json::object(),
                            {.per_item = {{"sample_transmission", "transmissions"}, {"thickness", "thicknesses"}, {"scale", "scales"}}},
                            {{"transmissions", numbers("sample", {0.5, 0.25})},
                             {"thicknesses", Array::from<double>("d", {{"sample", 2}}, "mm", Doubles{10, 20})},
                             {"scales", numbers("sample", {1, 2}, {0.01, 0.04})}});
    const Doubles net{14, 10, 0, 14, 10, 0};  // (S / T - scale B) / d, d = 1 and 2 cm
    for (std::size_t i = 0; i < 6; ++i) CHECK(values_of(out.at("net"))[i] == Approx(net[i]).epsilon(1e-14).scale(1));
    CHECK(out.at("net").unit().text() == "1/cm^2");
    CHECK(to_text(out.at("net").description().facts.at("transmission_corrected")) == "yes");
    CHECK(values_of(out.at("scale")) == Doubles{1, 2});
    CHECK(variances_of(out.at("scale")) == Doubles{0.01, 0.04});
}

TEST_CASE("a transmission out of range names its item") {
    const auto stack = curves({{"sample", 2}}, 3, "1/cm", {8, 6, 1, 8, 6, 1}, Doubles(6, 1));
    CHECK(error_of([&] {
              net_of(stack, background, Json::object(), {.per_item = {{"sample_transmission", "transmissions"}}},
                     {{"transmissions", numbers("sample", {0.5, 1.25})}});
          }) == Contains("step 'step' (background_subtraction): sample 1: sample_transmission = 1.25, must be above 0 and at most 1."));
}

TEST_CASE("the scale that is matched in a window of q") {
    // S = 2 B from q = 3 on, so f = 2 exactly, and with these variances sigma^2 = (4 + 2^2) / sum B^2 (York's weights).
    const auto from = curves({}, 5, "1/cm", {9, 7, 2, 4, 6}, Doubles(5, 4)), minus = curves({}, 5, "1/cm", {1, 1, 1, 2, 3}, Doubles(5, 1));
    const auto out = net_of(from, minus, {{"match_from", 3}});
    CHECK(out.at("scale").scalar() == Approx(2).epsilon(1e-12));
    CHECK(variances_of(out.at("scale"))[0] == Approx(8.0 / 14).epsilon(1e-12));
    CHECK(out.at("match_chi_square").scalar() == Approx(0).scale(1).epsilon(1e-12));
    CHECK(values_of(out.at("net"))[0] == Approx(7).epsilon(1e-12));

    // `scale` multiplies what was found: half of it, with a quarter of the variance.
    const auto half = net_of(from, minus, {{"match_from", 3}, {"scale", 0.5}});
    CHECK(half.at("scale").scalar() == Approx(1).epsilon(1e-12));
    CHECK(variances_of(half.at("scale"))[0] == Approx(2.0 / 14).epsilon(1e-12));

    // A background in another unit, and a window in a unit that is not that of q: the same scale.
    const auto metres = curves({}, 5, "1/m", {100, 100, 100, 200, 300}, Doubles(5, 1e4), "1/nm");
    const auto same = net_of(from, metres, {{"match_from", "0.3 1/angstrom"}, {"match_to", "0.4 1/angstrom"}});
    CHECK(same.at("scale").scalar() == Approx(2).epsilon(1e-12));
    CHECK(variances_of(same.at("scale"))[0] == Approx(8.0 / 5).epsilon(1e-12));  // two points: B = 1, 2

    CHECK(refusal(from, minus, {{"match_from", 6}}) ==
          Contains("no usable point lies between match_from = 6 and match_to = inf (in the unit of q). Move the match window."));
}

TEST_CASE("q in 1/angstrom and in 1/nm give the same scale") {
    const Doubles s{9, 7, 2.1, 3.9, 6}, b{1, 1, 1, 2, 3};
    const Json with{{"match_from", "2.5 1/angstrom"}};
    const auto angstrom = net_of(curves({}, 5, "1/cm", s, Doubles(5, 4), "1/angstrom"), curves({}, 5, "1/cm", b, Doubles(5, 1), "1/angstrom"), with);
    const auto nm = net_of(curves({}, 5, "1/cm", s, Doubles(5, 4)), curves({}, 5, "1/cm", b, Doubles(5, 1)), {{"match_from", 2.5}});
    CHECK(same_bits(angstrom.at("scale"), nm.at("scale")));
    CHECK(same_bits(angstrom.at("net"), nm.at("net")));
}

TEST_CASE("masks are united, NaN stays") {
    const auto from = with_mask(curves({}, 3, "1/cm", {8, unknown, 1}, {4, 3, 1}), "gap", {{"q", 3}}, {true, false, false});
    const auto minus = with_mask(background, "hot", {{"q", 3}}, {false, false, true});
    const auto net = net_of(from, minus).at("net");
    CHECK(mask_of(net, "masked") == std::vector<int>{1, 0, 1});
    CHECK(std::isnan(values_of(net)[1]));
    CHECK(values_of(net)[2] == -1);  // computed like the others
}

TEST_CASE("facts: what was done is marked, and not done twice") {
    const auto out = net_of(sample, background, {{"sample_transmission", 0.5}, {"background_transmission", 0.5}, {"thickness", 0.1}});
    const auto& facts = out.at("net").description().facts;
    for (const char* fact : {"background_subtracted", "transmission_corrected", "thickness_corrected"}) CHECK(to_text(facts.at(fact)) == "yes");
    CHECK_FALSE(net_of(sample, background).at("net").description().facts.contains("transmission_corrected"));

    CHECK(refusal(with_fact(sample, "transmission_corrected", true), background, {{"sample_transmission", 0.5}}) ==
          Contains("sample_transmission is given, but input 'sample' is marked 'transmission_corrected': it would be applied twice. Remove "
                   "sample_transmission."));
    CHECK(refusal(sample, with_fact(background, "transmission_corrected", true), {{"background_transmission", 0.5}}) ==
          Contains("background_transmission is given, but input 'background' is marked 'transmission_corrected'"));
    CHECK(refusal(with_fact(sample, "thickness_corrected", true), background, {{"thickness", 1}}) ==
          Contains("thickness is given, but input 'sample' is marked 'thickness_corrected'"));
    CHECK(refusal(out.at("net"), background) ==
          Contains("input 'sample' from 'sample.data' is marked 'background_subtracted': a background has been taken off already. Set "
                   "allow_subtracted to true to do it all the same"));
    CHECK(refusal(with_fact(sample, "background_subtracted", true), background, {{"allow_subtracted", true}}) == "no error");
}

TEST_CASE("curves that do not belong together are refused") {
    CHECK(refusal(sample, curves({}, 3, "1/cm", {2, 2, 2})) ==
          Contains("one of the inputs 'sample' and 'background' has variances, the other has none; give both or neither"));
    CHECK(refusal(with_fact(sample, "intensity_scale", std::string("absolute")), with_fact(background, "intensity_scale", std::string("relative"))) ==
          Contains("'intensity_scale' is absolute in input 'sample' and relative in input 'background': they must agree"));
    CHECK(refusal(sample, curves({}, 4, "1/cm", {2, 2, 2, 2}, {1, 1, 1, 1})) == Contains("dimension 'q' has 3 elements in input 'sample' and 4 in input 'background'"));
    CHECK(refusal(sample, curves({}, 3, "1/cm", {2, 2, 2}, {1, 1, 1}, "1/angstrom")) == Contains("'q' differs between input 'sample' and input 'background'"));
    CHECK(refusal(sample, background, {{"scale", -0.2}}) == Contains("step 'step' (background_subtraction): scale = -0.2, must be >= 0. Remove it to use the default 1."));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 500 * 40; ++i) {
        values.push_back(5 + std::sin(0.37 * i));
        variances.push_back(1 + 0.5 * std::cos(0.11 * i));
    }
    const auto stack = curves({{"sample", 500}}, 40, "1/cm", values, variances), minus = curves({}, 40, "1/cm", Doubles(40, 2.5), Doubles(40, 0.5));
    const Json with{{"match_from", 20}};
    const auto one = net_of(stack, minus, with, {.threads = 1});
    for (const int threads : {2, 7}) {
        const auto more = net_of(stack, minus, with, {.threads = threads});
        for (const auto& [port, array] : one) {
            CAPTURE(port);
            CHECK(same_bits(array, more.at(port)));
        }
    }
}
