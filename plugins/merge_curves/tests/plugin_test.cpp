// SPDX-License-Identifier: BSD-3-Clause
// Merging as a recipe meets it: grids, units, series, one tied scale, masks, facts, refusals.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A curve, or a stack of them.
Array curves(Dims loop, const Doubles& q, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1/cm",
             const std::string& q_unit = "1/nm") {
    loop.push_back({"q", static_cast<Index>(q.size())});
    return with_coordinate(Array::from<double>("curve", loop, unit, values, variances), "q",
                           {{"q", static_cast<Index>(q.size())}}, q_unit, q);
}

const Doubles q_first{1, 2, 3, 4}, q_second{2.5, 3, 3.5, 5};
const Array first = curves({}, q_first, {8, 6, 4, 2}, {1, 1, 1, 1});
const Array second = curves({}, q_second, {10, 8, 6, 0}, {4, 4, 4, 4});  // twice 5, 4, 3, 0

auto merged(const Array& a, const Array& b, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    return run_plugin("merge_curves", with, {{"first", a}, {"second", b}}, options);
}
std::string refusal(const Array& a, const Array& b, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    return error_of([&] { merged(a, b, with, options); });
}
Doubles coordinate(const Array& array, const std::string& name) {
    return array.description().coordinate(name)->values->as_float64();
}

}  // namespace

TEST_CASE("both curves have the dimension q, of different length: values, variances, units, dims of every output") {
    const auto out = merged(first, second, {{"scale", 2}});
    const auto& curve = out.at("merged");
    CHECK(to_text(curve.dims()) == "[q: 7]");
    CHECK(coordinate(curve, "q") == Doubles{1, 2, 2.5, 3, 3.5, 4, 5});
    CHECK(values_of(curve) == Doubles{8, 6, 5, 4, 3, 2, 0});
    CHECK(variances_of(curve) == Doubles{1, 1, 1, 0.5, 1, 1, 1});
    CHECK(curve.unit().text() == "1/cm");
    CHECK(curve.description().coordinate("origin")->values->labels() ==
          std::vector<std::string>{"first", "first", "second", "both", "second", "first", "second"});
    CHECK(out.at("scale").scalar() == 2);
    CHECK(variances_of(out.at("scale")) == Doubles{0});
    CHECK(to_text(out.at("scale").description().facts.at("uncertainty_from")) == "given");
    CHECK(out.at("scale").unit().text() == "1");
    CHECK(out.at("offset").scalar() == 0);
    CHECK(out.at("offset").unit().text() == "1/cm");
    CHECK(out.at("covariance").scalar() == 0);
    CHECK(out.at("points").scalar() == 2);  // q = 3, and q = 4 between two points
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(out.at("points").dtype() == DType::int64);
}

TEST_CASE("the scale is found in the overlap, with its variance") {
    const Doubles q{1, 2, 3}, a{4, 3, 2}, b{8, 6, 4};  // at the same q: no interpolation
    const auto out = merged(curves({}, q, a, {1, 1, 1}), curves({}, q, b, {4, 4, 4}));
    CHECK(out.at("scale").scalar() == Approx(2).epsilon(1e-12));
    // 1/k has W = 1 / (1 + 4/4) and x = B: J = sum W (B^2 - 4 W), M = sum W B^2, k^4 M / J^2
    const double sum = 64 + 36 + 16, information = (sum - 3 * 2) / 2;
    CHECK(variances_of(out.at("scale"))[0] == Approx(16 * (sum / 2) / (information * information)).epsilon(1e-12));
    CHECK(out.at("reduced_chi_square").scalar() == Approx(0).scale(1));
    CHECK(values_of(out.at("merged")) == Doubles{4, 3, 2});
    CHECK(variances_of(out.at("merged"))[0] == Approx(0.5));

    const auto window =
        merged(curves({}, q, a, {1, 1, 1}), curves({}, q, {1, 6, 4}, {4, 4, 4}), {{"overlap_from", "0.15 1/angstrom"}});
    CHECK(window.at("scale").scalar() == Approx(2).epsilon(1e-12));
    CHECK(window.at("points").scalar() == 2);

    const auto level = merged(curves({}, q, a, {1, 1, 1}), curves({}, q, {10, 8, 6}, {4, 4, 4}), {{"fit_offset", true}});
    CHECK(level.at("scale").scalar() == Approx(2).epsilon(1e-11));
    CHECK(level.at("offset").scalar() == Approx(1).epsilon(1e-11));  // 10 / 2 - 1 = 4
    CHECK(variances_of(level.at("offset"))[0] > 0);
    CHECK(level.at("covariance").scalar() != 0);
}

TEST_CASE("keep decides whose points stay in the overlap") {
    CHECK(coordinate(merged(first, second, {{"scale", 2}, {"keep", "first"}}).at("merged"), "q") == Doubles{1, 2, 3, 4, 5});
    const auto own = merged(first, second, {{"scale", 2}, {"keep", "second"}}).at("merged");
    CHECK(coordinate(own, "q") == Doubles{1, 2, 2.5, 3, 3.5, 5});
    CHECK(variances_of(own) == Doubles(6, 1));
}

TEST_CASE("units: q and intensity are converted; what does not convert gives the scale a unit") {
    const auto metres = curves({}, {0.25, 0.3, 0.35, 0.5}, {1000, 800, 600, 0}, {4e4, 4e4, 4e4, 4e4}, "1/m", "1/angstrom");
    const auto out = merged(first, metres, {{"scale", 2}});
    const auto same = merged(first, second, {{"scale", 2}});
    for (std::size_t i = 0; i < 7; ++i) {
        CHECK(values_of(out.at("merged"))[i] == Approx(values_of(same.at("merged"))[i]).epsilon(1e-13).scale(1));
        CHECK(coordinate(out.at("merged"), "q")[i] == Approx(coordinate(same.at("merged"), "q")[i]).epsilon(1e-13));
    }
    const Doubles q{1, 2, 3}, b{8, 6, 4};
    const auto counts = merged(curves({}, q, {4, 3, 2}, {1, 1, 1}), curves({}, q, b, b, "photon"));
    CHECK(counts.at("scale").scalar() == Approx(2).epsilon(1e-12));
    CHECK(counts.at("scale").unit().same_as(Unit::parse("photon cm")));
    CHECK(counts.at("merged").unit().text() == "1/cm");
}

TEST_CASE("a series: each curve its scale, one that cannot be matched is masked, and a scale may come from a step") {
    const Doubles a{4, 3, 2, 4, 3, 2, 4, 3, 2}, b{8, 6, 4, 12, 9, 6, unknown, unknown, unknown}, q{1, 2, 3}, q_b{1, 2, 3.5};
    const Dims files{{"file", 3}};
    const auto out = merged(curves(files, q, a, Doubles(9, 1)), curves(files, q_b, b, Doubles(9, 1)));
    CHECK(to_text(out.at("merged").dims()) == "[file: 3, q: 4]");
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 1});
    CHECK(values_of(out.at("points")) == Doubles{3, 3, 0});
    CHECK(values_of(out.at("scale"))[1] / values_of(out.at("scale"))[0] == Approx(1.5).epsilon(0.02));
    CHECK(std::isnan(values_of(out.at("scale"))[2]));
    CHECK(values_of(out.at("merged"))[8] == 4);
    CHECK(mask_of(out.at("merged"), "masked") == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

    RunPluginOptions options;
    options.per_item = {{"scale", "scales"}};
    const auto given =
        run_plugin("merge_curves", Json::object(),
                   {{"first", curves(files, q, a, Doubles(9, 1))},
                    {"second", curves(files, q_b, b, Doubles(9, 1))},
                    {"scales", Array::from<double>("scales", files, "1", Doubles{2, 4, unknown}, Doubles{1, 1, 1})}},
                   options);
    CHECK(values_of(given.at("merged"))[3] == 2);
    CHECK(values_of(given.at("merged"))[7] == 1.5);
    CHECK(values_of(given.at("status")) == Doubles{0, 0, 2});
    CHECK(given.at("merged").description().correlated_over.empty());
}

namespace {

using merge_curves::simulated::noisy;
using merge_curves::simulated::spaced;

struct Series {
    Array first, second;
};

/// 12 curves of 40 and 30 points with 10 % of noise; the second ones are 0.48 times the first.
Series series(unsigned seed) {
    const Doubles q_a = spaced(1, 2.2, 40), q_b = spaced(1.6, 3, 30);
    std::mt19937_64 generator(seed);
    const auto a = noisy(q_a, 1, 0, 0.1, generator, 12), b = noisy(q_b, 0.48, 0, 0.1, generator, 12);
    const auto numbered = [](const Array& array) {
        Doubles number;
        for (int i = 0; i < 12; ++i) number.push_back(i);
        return with_coordinate(array, "file", {{"file", 12}}, "1", number);
    };
    return {numbered(curves({{"file", 12}}, q_a, a.values, a.variances)),
            numbered(curves({{"file", 12}}, q_b, b.values, b.variances))};
}

const Json memory_first{{"use", "memory"}, {"with", {{"name", "a"}}}},
    memory_second{{"use", "memory"}, {"with", {{"name", "b"}}}};

}  // namespace

TEST_CASE("one scale for a series: all curves matched together") {
    double pull = 0, squares = 0;
    const int seeds = 40;
    RunPluginOptions tie;
    tie.core = {{"curve", {"file", "q"}}, {"curve2", {"file", "q"}}};
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        const auto data = series(seed);
        const auto out = merged(data.first, data.second, Json::object(), tie);
        CHECK(out.at("scale").dims().empty());
        CHECK(to_text(out.at("merged").dims()) == "[file: 12, q: 70]");
        CHECK(out.at("merged").description().coordinate("file") != nullptr);
        const double off = (out.at("scale").scalar() - 0.48) / std::sqrt(variances_of(out.at("scale"))[0]);
        pull += off / seeds;
        squares += off * off / seeds;
    }
    CHECK(std::abs(pull) < 0.48);               // three standard errors of a mean of 40; 400 seeds: match_test
    CHECK(squares == Approx(1).epsilon(0.67));  // three of a mean square
}

TEST_CASE("the same scale, used in a second step, gives the same merged curves") {
    const auto data = series(3);
    PlanOptions options;
    options.arrays = {{"a", data.first}, {"b", data.second}};
    const Json in{{"first", "a"}, {"second", "b"}};
    const auto out = run_recipe(
        recipe_of(
            {{"a", memory_first},
             {"b", memory_second},
             {"together", {{"use", "merge_curves"}, {"in", in}, {"core", {{"curve", {"file", "q"}}, {"curve2", {"file", "q"}}}}}},
             {"each", {{"use", "merge_curves"}, {"in", in}, {"with", {{"scale", {{"from", "together.scale"}}}}}}}},
            {"together.merged", "each.merged", "each.scale"}),
        options);
    CHECK(same_bits(out.at("together.merged"), out.at("each.merged")));
    CHECK(out.at("each.merged").description().correlated_over.empty());
}

TEST_CASE("a series with one background may be tied; the result stays marked and a warning is kept") {
    const auto data = series(4);
    const auto level = curves({}, spaced(1, 2.2, 40), Doubles(40, 0.01), Doubles(40, 1e-6));
    PlanOptions options;
    options.arrays = {{"a", data.first}, {"b", data.second}, {"cell", level}};
    const Json steps{{"a", memory_first},
                     {"b", memory_second},
                     {"cell", {{"use", "memory"}, {"with", {{"name", "cell"}}}}},
                     {"net", {{"use", "background_subtraction"}, {"in", {{"sample", "a"}, {"background", "cell"}}}}},
                     {"tied",
                      {{"use", "merge_curves"},
                       {"in", {{"first", "net"}, {"second", "b"}}},
                       {"core", {{"curve", {"file", "q"}}, {"curve2", {"file", "q"}}}}}}};
    options.in_memory = true;
    const auto result = run(plan_recipe(recipe_of(steps, {"tied.merged", "tied.scale"}), options));
    CHECK(result.arrays.at("tied.merged").description().correlated_over == std::vector<std::string>{"file"});
    bool warned = false;
    for (const auto& warning : result.warnings)
        warned = warned || warning.find("their common scale is too small") != std::string::npos;
    CHECK(warned);
}

TEST_CASE("masks and facts are united") {
    const auto a =
        with_mask(with_fact(with_fact(first, "background_subtracted", true), "intensity_scale", std::string("absolute")), "gap",
                  {{"q", 4}}, {true, false, false, false});
    const auto b = with_mask(with_fact(second, "smoothed", true), "hot", {{"q", 4}}, {false, true, false, false});
    const auto curve = merged(a, b, {{"scale", 2}}).at("merged");
    CHECK(mask_of(curve, "masked") == std::vector<int>{1, 0, 0, 0, 0, 0, 0});
    CHECK(variances_of(curve)[3] == 1);  // at q = 3 that of the first alone
    CHECK(to_text(curve.description().facts.at("intensity_scale")) == "absolute");
    CHECK(to_text(curve.description().facts.at("smoothed")) == "yes");
    CHECK_FALSE(curve.description().facts.contains("background_subtracted"));  // only of one
}

TEST_CASE("refusals before data flow") {
    const auto far = curves({}, {5, 6}, {1, 1}, {1, 1});
    CHECK(refusal(first, far) ==
          Contains("step 'step' (merge_curves): the curves do not overlap: first has q from 1 to 4, second from 5 to 6 1/nm. "
                   "Give a scale, or mend overlap_from and overlap_to."));
    CHECK(refusal(first, far, {{"scale", 2}, {"fit_offset", true}}) == Contains("the curves do not overlap"));
    CHECK(refusal(first, far, {{"scale", 2}}) == "no error");
    CHECK(refusal(first, second, {{"overlap_from", 10}}) == Contains("the curves do not overlap"));
    CHECK(refusal(first, curves({}, q_second, {1, 1, 1, 1})) ==
          Contains("one of the inputs 'first' and 'second' has variances, the other has none; give both or neither"));
    CHECK(refusal(first, second, {{"scale", 0}}) == Contains("scale = 0, must be > 0"));
    CHECK(refusal(first, second, {{"keep", "none"}}) == Contains("keep = \"none\", must be one of"));
    CHECK(refusal(first, curves({}, {3, 2}, {1, 1}, {1, 1})) == Contains("must increase strictly"));
    CHECK(refusal(curves({{"file", 2}}, q_first, Doubles(8, 1), Doubles(8, 1)), second, {{"scale", 2}},
                  {.core = {{"curve", {"file", "q"}}}}) == Contains("'curve' and 'curve2' must be bound to the same dimensions"));
    const auto at = [](const Doubles& q, const Doubles& temperatures, const std::string& unit) {
        return with_coordinate(curves({{"file", 2}}, q, Doubles(8, 1), Doubles(8, 1)), "file", {{"file", 2}}, unit, temperatures);
    };
    const RunPluginOptions tie{.core = {{"curve", {"file", "q"}}, {"curve2", {"file", "q"}}}};
    CHECK(refusal(at(q_first, {290, 300}, "K"), at(q_second, {300, 290}, "K"), {{"scale", 2}}, tie) ==
          Contains("'file' differs between the inputs 'first' and 'second': both series must be of the same items"));
    CHECK(refusal(at(q_first, {290, 300}, "K"), at(q_second, {290e3, 300e3}, "mK"), {{"scale", 2}}, tie) == "no error");
    CHECK(refusal(first, curves({}, q_second, {1, 1, 1, 1}, {1, 1, 1, 1}, "1/cm", "deg")) ==
          Contains("one that converts to '1/nm' is needed"));
}

TEST_CASE("the same bits for any number of threads") {
    const auto data = series(5);
    const auto one = merged(data.first, data.second, {{"fit_offset", true}}, {.threads = 1});
    const auto seven = merged(data.first, data.second, {{"fit_offset", true}}, {.threads = 7});
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

TEST_CASE("curves that touch at one q are compared there, whichever has the finer unit") {
    const auto fine = curves({}, {0.1, 0.2, 0.3}, {8, 4, 2}, {1, 1, 1}, "1/cm", "1/angstrom");
    const auto coarse = curves({}, {3, 4}, {4, 2}, {1, 1});
    const auto out = merged(fine, coarse);
    CHECK(values_of(out.at("points")) == Doubles{1});
    CHECK(out.at("scale").scalar() == Approx(2).epsilon(1e-14));
    CHECK(coordinate(out.at("merged"), "q") == Doubles{0.1, 0.2, 0.3, 0.4});
}

TEST_CASE("of bin edges the centres count: a rebinned curve can be merged") {
    const auto bins = with_coordinate(Array::from<double>("bins", {{"q", 4}}, "1/cm", Doubles{8, 6, 4, 2}, Doubles{1, 1, 1, 1}),
                                      "q", {{"q", 5}}, "1/nm", {0.5, 1.5, 2.5, 3.5, 4.5}, true);
    const auto as_points = merged(first, second), as_bins = merged(bins, second);
    CHECK(coordinate(as_bins.at("merged"), "q") == coordinate(as_points.at("merged"), "q"));
    CHECK(values_of(as_bins.at("merged")) == values_of(as_points.at("merged")));
}
