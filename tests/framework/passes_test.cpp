// SPDX-License-Identifier: BSD-3-Clause
// How the host brings steps together: several sources, passes, gathers, bindings, selections, broadcasts, and refusals.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <regex>
#include <string>
#include <vector>

#include <sluice/host/result.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

Json counter(const std::vector<std::string>& dims, const std::vector<Index>& shape) {
    return {{"use", "counter_source"}, {"with", {{"dims", dims}, {"shape", shape}}}};
}
/// What counter_source documents.
double counted(Index place) { return 1.0 / (1.0 + static_cast<double>(place % 1009)); }

Json step(const std::string& plugin, const std::string& port, const std::string& from, const Json& with = Json::object()) {
    return {{"use", plugin}, {"in", {{port, from}}}, {"with", with}};
}

/// Curves over q = 1, 2, 3 … 1/nm, written in the recipe: one, or one per sample.
Json curves(const Json& values, double q_first = 1) {
    const bool many = values.at(0).is_array();
    Json q = Json::array();
    for (std::size_t i = 0; i < (many ? values.at(0) : values).size(); ++i) q.push_back(q_first + static_cast<double>(i));
    return {{"use", "values"},
            {"with", {{"values", values}, {"dims", many ? Json{"sample", "q"} : Json{"q"}}, {"sigma", 0.5},
                      {"coordinates", {{"q", {{"values", q}, {"unit", "1/nm"}}}}}}}};
}

Json subtract(const std::string& sample, const std::string& background, const Json& with = Json::object()) {
    return {{"use", "background_subtraction"}, {"in", {{"sample", sample}, {"background", background}}}, {"with", with}};
}

const Json two_samples = {{5, 7, 9}, {6, 8, 11}}, one_background = {1, 2, 4};

}  // namespace

TEST_CASE("two sources meet in one step, and one of them is broadcast") {
    const Json steps = {{"s", curves(two_samples)}, {"b", curves(one_background)}, {"net", subtract("s", "b")}};
    const auto net = run_recipe(recipe_of(steps, {"net"})).at("net.net");
    CHECK(values_of(net) == std::vector<double>{4, 5, 5, 5, 6, 7});
    CHECK(variances_of(net) == std::vector<double>(6, 0.25 + 0.25));
    CHECK(net.description().correlated_over == std::vector<std::string>{"sample"});
}

TEST_CASE("a parameter per item is matched by the name of its dimension") {
    const Json scales = {{"use", "values"}, {"with", {{"values", {1, 0.5}}, {"dims", {"sample"}}}}};
    const Json steps = {{"s", curves(two_samples)}, {"b", curves(one_background)}, {"scales", scales},
                        {"net", subtract("s", "b", {{"scale", {{"from", "scales"}}}})}};
    CHECK(values_of(run_recipe(recipe_of(steps, {"net"})).at("net.net")) == std::vector<double>{4, 5, 5, 5.5, 7, 9});
}

TEST_CASE("what a reduce made goes back to what it was made of, in a second pass") {
    const Json steps = {{"s", curves(two_samples)}, {"average", step("mean", "data", "s", {{"over", "sample"}})}, {"rest", subtract("s", "average")}};
    const auto recipe = recipe_of(steps, {"rest"});
    CHECK(plan_recipe(recipe).passes().size() == 2);
    CHECK(values_of(run_recipe(recipe).at("rest.net")) == std::vector<double>{-0.5, -0.5, -1, 0.5, 0.5, 1});
}

TEST_CASE("one chain is reduced over one dimension, over the other, and over both") {
    const Index samples = 6, frames = 90, width = 3;
    const Json steps = {{"numbers", counter({"sample", "frame", "x"}, {samples, frames, width})},
                        {"curved", step("curvature", "data", "numbers")},
                        {"over_frames", step("mean", "data", "curved", {{"over", "frame"}})},
                        {"over_samples", step("neighbour_correlation", "data", "curved", {{"over", "sample"}})},
                        {"over_both", step("mean", "data", "over_frames", {{"over", "sample"}, {"error", "scatter"}})}};
    const auto out = run_recipe(recipe_of(steps, {"curved", "over_frames", "over_samples", "over_both"}));
    const auto curved = values_of(out.at("curved.data"));   // proved in boundary_test
    const auto value = [&](Index s, Index f, Index x) { return curved[at((s * frames + f) * width + x)]; };
    const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-13; };   // sums of 540 numbers of size 1
    Index mistakes = 0;
    for (Index x = 0; x < width; ++x) {
        double both = 0;
        for (Index s = 0; s < samples; ++s) {
            double mean = 0;
            for (Index f = 0; f < frames; ++f) mean += value(s, f, x) / static_cast<double>(frames);
            mistakes += !close(out.at("over_frames.mean").values<double>()[at(s * width + x)], mean);
            both += mean / static_cast<double>(samples);
        }
        mistakes += !close(out.at("over_both.mean").values<double>()[at(x)], both);
        for (Index f = 0; f < frames; ++f) {
            double products = 0, squares = 0;
            for (Index s = 0; s < samples; ++s) {
                squares += value(s, f, x) * value(s, f, x);
                if (s > 0) products += value(s, f, x) * value(s - 1, f, x);
            }
            mistakes += !close(out.at("over_samples.correlation").values<double>()[at(f * width + x)], products / squares);
        }
    }
    CHECK(mistakes == 0);
}

TEST_CASE("a core dimension that the producer loops over is collected first, and the plan says so") {
    const Index frames = 400, width = 6;
    const Json steps = {{"numbers", counter({"frame", "x"}, {frames, width})},
                        {"curved", step("curvature", "data", "numbers")},
                        {"along", {{"use", "numbered_table"}, {"in", {{"data", "curved"}}}, {"core", {{"x", "frame"}}}}}};
    const auto recipe = recipe_of(steps, {"curved", "along"});
    const Plan plan = plan_recipe(recipe);
    CHECK(plan.passes().size() == 2);
    CHECK(std::any_of(plan.notes().begin(), plan.notes().end(), [](const std::string& note) { return note.find("'along'") != std::string::npos; }));
    const auto out = run_recipe(recipe);
    const auto& along = out.at("along.product");
    REQUIRE(along.dims() == Dims{{"x", width}, {"frame", frames}});
    const auto curved = values_of(out.at("curved.data"));
    for (Index x = 0; x < width; ++x)
        for (Index f = 0; f < frames; ++f)
            REQUIRE(along.values<double>()[at(x * frames + f)] == static_cast<double>(f * f) * curved[at(f * width + x)]);
}

TEST_CASE("a source whose loop dimension comes last is read all the same") {
    const Index frames = 300, width = 5;
    const Json steps = {{"numbers", counter({"x", "frame"}, {width, frames})}, {"weighted", step("numbered_table", "data", "numbers")}};
    const auto out = run_recipe(recipe_of(steps, {"weighted"})).at("weighted.product");
    REQUIRE(out.dims() == Dims{{"frame", frames}, {"x", width}});
    for (Index f = 0; f < frames; ++f)
        for (Index x = 0; x < width; ++x)
            REQUIRE(out.values<double>()[at(f * width + x)] == static_cast<double>(x * x) * counted(x * frames + f));
}

TEST_CASE("slices of sources and of results, along loop and core dimensions, with and without steps") {
    const Index frames = 120, width = 11;
    const auto table = [&](Index first_x, Index step_x, Index x) {   // numbered_table after the slice counts what is left
        const Index k = (x - first_x) / step_x;
        return static_cast<double>(k * k);
    };
    for (const std::string cut_dim : {"frame", "x"})
        for (const Index step_size : {1, 2, 3})
            for (const bool of_source : {true, false}) {
                CAPTURE(cut_dim);
                CAPTURE(step_size);
                CAPTURE(of_source);
                const bool loop = cut_dim == "frame";
                const Index begin = 2, end = loop ? 101 : 10;
                const Json slice = {{"dim", cut_dim}, {"begin", begin}, {"end", end}, {"step", step_size}};
                const Json steps = {{"numbers", counter({"frame", "x"}, {frames, width})},
                                    {"first", step("numbered_table", "data", "numbers", {{"factor", 2}})},
                                    {"part", step("slice", "data", of_source ? "numbers" : "first", slice)},
                                    {"last", step("numbered_table", "data", "part")}};
                auto wanted = steps;
                if (of_source) wanted.erase("first");
                const auto out = run_recipe(recipe_of(wanted, {"last", "part"}));
                const auto& last = out.at("last.product");
                const Index count = (end - begin + step_size - 1) / step_size;
                REQUIRE(last.dims() == (loop ? Dims{{"frame", count}, {"x", width}} : Dims{{"frame", frames}, {"x", count}}));
                REQUIRE(out.at("part.data").dims() == last.dims());
                Index mistakes = 0, i = 0;
                for (Index f = loop ? begin : 0; f < (loop ? end : frames); f += loop ? step_size : 1)
                    for (Index x = loop ? 0 : begin; x < (loop ? width : end); x += loop ? 1 : step_size, ++i) {
                        const double number = counted(f * width + x) * (of_source ? 1.0 : 2.0 * static_cast<double>(x * x));
                        mistakes += out.at("part.data").values<double>()[at(i)] != number;
                        mistakes += last.values<double>()[at(i)] != number * (loop ? table(0, 1, x) : table(begin, step_size, x));
                    }
                CHECK(i == last.size());
                CHECK(mistakes == 0);
            }
}

TEST_CASE("a mask that streams with its source over some of the dimensions is used") {
    const Index samples = 3, frames = 300, width = 4;
    auto source = counter({"sample", "frame", "x"}, {samples, frames, width});
    source["with"]["masked_dims"] = {"sample", "frame"};
    const Json steps = {{"numbers", source}, {"average", step("mean", "data", "numbers", {{"over", "frame"}})}};
    const auto out = run_recipe(recipe_of(steps, {"average", "average.count"}));
    for (Index i = 0; i < samples * width; ++i) {
        double sum = 0;
        for (Index f = 0; f < frames; ++f)
            if (f % 3 != 0) sum += counted((i / width * frames + f) * width + i % width);   // 300 rows: each sample begins with a masked one
        CHECK(out.at("average.count").values<std::int64_t>()[at(i)] == 200);
        CHECK(out.at("average.mean").values<double>()[at(i)] == doctest::Approx(sum / 200).epsilon(1e-14));   // 200 rounding errors at most
    }
}

TEST_CASE("a mask that streams with all of its values is kept, by blocks and as a whole alike") {
    auto source = counter({"frame", "x"}, {500, 4});
    source["with"]["masked_dims"] = {"frame", "x"};
    auto recipe = recipe_of({{"numbers", source}}, {"numbers"});
    // The counter is 1 at the places 0 and 1009, and 1/2 at 1 and 1010. Of the ones, that at 0 is masked.
    recipe["checks"] = {{{"on", "numbers"}, {"maximum", 0.6}}};
    const TemporaryFolder folder;
    const auto run_to = [&](const std::string& name, bool in_memory) {
        PlanOptions options;
        options.in_memory = in_memory;
        RunOptions run_options;
        run_options.output = folder.path() / name;
        const auto result = run(plan_recipe(recipe, options), run_options);
        REQUIRE(result.failed_checks.size() == 1);
        CHECK(result.failed_checks[0].message == Contains("1 value is above the maximum 0.6; the highest is 1"));
    };
    run_to("collected.h5", true);
    run_to("streamed.h5", false);
    CHECK(compare_results(folder.path() / "collected.h5", folder.path() / "streamed.h5").empty());
}

TEST_CASE("one background under many samples forbids a mean over the samples, with the reason") {
    const Json steps = {{"s", curves(two_samples)}, {"b", curves(one_background)}, {"net", subtract("s", "b")},
                        {"average", step("mean", "data", "net", {{"over", "sample"}})}};
    CHECK(error_of([&] { plan_recipe(recipe_of(steps, {"average"})); }) ==
          Contains("the variances of input 'data' are correlated over 'sample' (one array was used for all of its items), so they "
                   "must not be combined over it as if they were independent. Reduce before that array enters"));
}

TEST_CASE("replicates must not be averaged; the refusal names jackknife") {
    const Json steps = {{"s", curves({{5, 7}, {6, 8}, {7, 9}, {8, 10}})}, {"blocks", step("mean", "data", "s", {{"over", "sample"}, {"blocks", 2}})},
                        {"average", step("mean", "data", "blocks", {{"over", "replicate"}, {"error", "propagated"}})}};
    CHECK(error_of([&] { plan_recipe(recipe_of(steps, {"average"})); }) == Contains("replicates share data: collapse them with jackknife"));
}

TEST_CASE("a reduce over one of its core dimensions is told so") {
    const Json steps = {{"numbers", counter({"train", "pulse", "y", "x"}, {2, 3, 2, 2})}, {"map", counter({"y", "x"}, {2, 2})},
                        {"c2", {{"use", "two_time_correlation"}, {"in", {{"frames", "numbers"}, {"roi", "map"}}}, {"core", {{"pulse", "train"}}}}}};
    CHECK(error_of([&] { plan_recipe(recipe_of(steps, {"c2"})); }) ==
          Contains("it runs over 'train', which is one of the core dimensions of its input 'frames'; [pulse] are left to run over"));
}

TEST_CASE("what a probe says of dimensions and coordinates must fit plugin.json and the output") {
    const auto plan_of = [](const Json& with) {
        return error_of([&] {
            plan_recipe(recipe_of({{"numbers", counter({"frame", "x"}, {2, 3})}, {"m", step("misdescribed", "data", "numbers", with)}}, {"m"}));
        });
    };
    const std::string sound = "no error";
    CHECK(plan_of({{"dims", "x"}}) == sound);
    CHECK(plan_of({{"dims", "x order"}, {"orders", 3}}) == sound);
    CHECK(plan_of({{"dims", "z"}}) == Contains("step 'm' (misdescribed): its probe gave output 'profile' the dimensions [z]; plugin.json declares [x]"));
    CHECK(plan_of({{"dims", "x order"}}) == Contains("the dimensions [x, order]; plugin.json declares [x]"));
    CHECK(plan_of({{"dims", "order x"}, {"orders", 3}}) == Contains("the dimensions [order, x]; plugin.json declares [x, order]"));
    CHECK(plan_of({{"along", "x"}}) == sound);
    CHECK(plan_of({{"along", "x"}, {"points", 4}, {"edges", true}}) == sound);
    CHECK(plan_of({{"along", "x"}, {"points", 4}}) ==
          Contains("step 'm' (misdescribed): its probe gave coordinate 'place' of output 'profile' the dimensions [x: 4]; [x: 3] are needed"));
    CHECK(plan_of({{"along", "x"}, {"edges", true}}) == Contains("the dimensions [x: 3]; [x: 4] for bin edges are needed"));
    CHECK(plan_of({{"along", "z"}}) == Contains("the dimensions [z: 3]; the output has [frame: 2, x: 3]"));
}

TEST_CASE("axes that differ are refused, naming interpolate") {
    const Json shifted = {{"s", curves(two_samples)}, {"b", curves(one_background, 1.5)}, {"net", subtract("s", "b")}};
    CHECK(error_of([&] { plan_recipe(recipe_of(shifted, {"net"})); }) ==
          Contains("'q' differs between input 'sample' and input 'background': 1 1/nm and 1.5 at index 0. Bring both onto one grid "
                   "first (interpolate)"));
    const Json longer = {{"s", curves(two_samples)}, {"b", curves({1, 2, 3, 4})}, {"net", subtract("s", "b")}};
    CHECK(error_of([&] { plan_recipe(recipe_of(longer, {"net"})); }) ==
          Contains("dimension 'q' has 3 elements in input 'sample' and 4 in input 'background': bring both onto one grid first (interpolate)"));
}

TEST_CASE("too little memory is refused with a number that is enough") {
    const Json steps = {{"numbers", counter({"frame", "x"}, {400, 20000})}, {"curved", step("curvature", "data", "numbers")},
                        {"average", step("mean", "data", "curved", {{"over", "frame"}})}};
    const auto recipe = recipe_of(steps, {"average"});
    PlanOptions options;
    options.threads = 4;
    options.memory_bytes = 50'000'000;
    const auto refused = error_of([&] { plan_recipe(recipe, options); });
    std::smatch number;
    REQUIRE(std::regex_search(refused, number, std::regex("but 50 MB are allowed. Give --memory (\\d+)MB, or keep or collect less")));
    options.memory_bytes = std::stoll(number[1]) * 1'000'000;
    CHECK(plan_recipe(recipe, options).peak_memory_bytes() <= options.memory_bytes);
    CHECK(same_bits(run_recipe(recipe, options).at("average.mean"), run_recipe(recipe).at("average.mean")));
}

TEST_CASE("a described input gives shape and mask; none of its values is read, and its other dims are no loop") {
    const Json steps = {{"frames", counter({"frame", "y", "x"}, {1'000'000, 2000, 3000})},   // 48 TB
                        {"shape", step("detector_shape", "image", "frames")}};
    const auto plan = plan_recipe(recipe_of(steps, {"shape"}));
    for (const auto& pass : plan.passes()) CHECK(std::find(pass.steps.begin(), pass.steps.end(), "frames") == pass.steps.end());
    const auto out = run_recipe(recipe_of(steps, {"shape.pixels"})).at("shape.pixels");
    CHECK(out.dims().empty());
    CHECK(values_of(out) == std::vector<double>{6'000'000});

    const Array images = with_mask(Array::from("images", {{"frame", 2}, {"y", 1}, {"x", 3}}, "count", std::vector<double>(6)), "bad",
                                   {{"y", 1}, {"x", 3}}, {false, true, false});
    CHECK(values_of(run_plugin("detector_shape", Json::object(), {{"image", images}}).at("good")) == std::vector<double>{2});
}

TEST_CASE("a plugin can ask which of its outputs the recipe wants") {
    const Json steps = {{"frames", counter({"y", "x"}, {2, 3})}, {"shape", step("detector_shape", "image", "frames")},
                        {"copy", step("detector_shape", "image", "frames")}};
    const auto wanted = [&](const std::vector<std::string>& keep) { return values_of(run_recipe(recipe_of(steps, keep)).at("shape.wanted"))[0]; };
    CHECK(wanted({"shape.wanted", "copy.good"}) == 4);
    CHECK(wanted({"shape.wanted", "shape.pixels", "copy.good"}) == 5);
}

TEST_CASE("with a bound dimension, a coordinate of the plugin's name along it is taken, and keeps its name") {
    const std::vector<double> q{1, 2, 4}, intensity{3, 5, 1};
    const auto curve = [&](const std::string& dim) {
        const Array array = with_coordinate(Array::from("curve", {{dim, 3}}, "1", intensity), "q", {{dim, 3}}, "1/nm", q);
        return dim == "q" ? array : with_coordinate(array, "roi", {{"roi", 3}}, "1", {1, 2, 3});
    };
    RunPluginOptions bound;
    bound.core = {{"q", {"roi"}}};
    const auto along_q = run_plugin("porod_invariant", Json::object(), {{"intensity", curve("q")}});
    const auto along_roi = run_plugin("porod_invariant", Json::object(), {{"intensity", curve("roi")}}, bound);
    CHECK(values_of(along_roi.at("invariant")) == values_of(along_q.at("invariant")));
    const auto& integrand = along_roi.at("integrand").description();
    REQUIRE(integrand.coordinate("q"));
    CHECK(integrand.coordinate("q")->values->as_float64() == q);
    CHECK(integrand.dims[0].name == "roi");
}

TEST_CASE("a kept source that a step reads in another order keeps its own, and each value counts once in a check") {
    const Index frames = 7, width = 5;
    const Json steps = {{"numbers", counter({"frame", "x"}, {frames, width})},
                        {"along", {{"use", "numbered_table"}, {"in", {{"data", "numbers"}}}, {"core", {{"x", "frame"}}}}}};
    auto recipe = recipe_of(steps, {"along", "numbers"});
    recipe["checks"] = {{{"on", "numbers"}, {"maximum", 0.4}}};   // of 1, 1/2, 1/3 …
    const auto out = run_recipe(recipe);
    std::vector<double> wanted;
    for (Index i = 0; i < frames * width; ++i) wanted.push_back(counted(i));
    CHECK(values_of(out.at("numbers.data")) == wanted);
    const TemporaryFolder folder;
    RunOptions options;
    options.output = folder.path() / "streamed.h5";
    const auto result = run(plan_recipe(recipe), options);
    REQUIRE(result.failed_checks.size() == 1);
    CHECK(result.failed_checks[0].message == Contains("2 values are above the maximum 0.4; the highest is 1"));
}

TEST_CASE("a collected source stays as it is when a later pass reads it in another order") {
    const Json q = {{"q", {{"values", {1, 2, 3}}, {"unit", "1/nm"}}}};
    const auto array = [&](const Json& values, const Json& dims) {
        return Json{{"use", "values"}, {"with", {{"values", values}, {"dims", dims}, {"coordinates", q}}}};
    };
    const Json one = {{100, 101, 102}, {110, 111, 112}, {120, 121, 122}}, dims = {"sample", "age", "q"};
    const Json steps = {{"a", array({one, one}, dims)}, {"b", array({one, one}, dims)},
                        {"s", array({{1, 2, 3}, {11, 12, 13}, {21, 22, 23}}, {"age", "q"})},
                        {"first", subtract("a", "s")},
                        {"across", {{"use", "numbered_table"}, {"in", {{"data", "s"}}}, {"core", {{"x", "age"}}}}},
                        {"second", subtract("b", "s")}};
    const auto out = run_recipe(recipe_of(steps, {"first", "across", "second"}));
    CHECK(values_of(out.at("first.net")) == std::vector<double>(18, 99));
    CHECK(values_of(out.at("second.net")) == std::vector<double>(18, 99));
}

TEST_CASE("a kept source is read once, in the pass that uses it") {
    const Index frames = 400, width = 6;
    const Json steps = {{"numbers", counter({"frame", "x"}, {frames, width})}, {"curved", step("curvature", "data", "numbers")}};
    const auto recipe = recipe_of(steps, {"curved", "numbers"});
    const auto plan = plan_recipe(recipe);
    CHECK(plan.passes().size() == 1);
    const TemporaryFolder folder;
    RunOptions options;
    options.output = folder.path() / "together.h5";
    run(plan, options);
    options.output = folder.path() / "alone.h5";
    run(plan_recipe(recipe_of({{"numbers", steps["numbers"]}}, {"numbers"})), options);
    for (const auto& difference : compare_results(folder.path() / "alone.h5", folder.path() / "together.h5"))
        CHECK(difference.array.find("numbers") == std::string::npos);
    const auto out = run_recipe(recipe);
    for (Index i = 0; i < frames * width; ++i) REQUIRE(out.at("numbers.data").values<double>()[at(i)] == counted(i));
}

TEST_CASE("a halo stays within its row, though an earlier step runs over whole rows") {
    const Index samples = 3, frames = 4, width = 2;
    const Json steps = {{"numbers", counter({"sample", "frame", "x"}, {samples, frames, width})},
                        {"table", step("numbered_table", "data", "numbers", {{"factor", 5}})},
                        {"average", step("mean", "data", "table", {{"over", "sample"}})},   // makes the table go by samples
                        {"curved", step("curvature", "data", "table")}};
    const auto out = run_recipe(recipe_of(steps, {"curved", "average"})).at("curved.data");
    for (Index i = 0; i < samples * frames * width; ++i) {
        const Index f = i / width % frames, x = i % width;
        const auto table = [&](Index j) { return 5.0 * static_cast<double>(x * x) * counted(j); };
        const double before = table(f > 0 ? i - width : i), after = table(f + 1 < frames ? i + width : i);
        REQUIRE(out.values<double>()[at(i)] == before + after - 2 * table(i));
    }
}

TEST_CASE("a step may read what it is made from beside what was made of it, in any order of its inputs") {
    const Json again = {{"allow_subtracted", true}};
    for (const bool first : {true, false}) {
        const Json steps = {{"s", curves(two_samples)}, {"b", curves({{1, 2, 4}, {1, 2, 4}})}, {"net", subtract("s", "b")},
                            {"average", step("mean", "data", "net", {{"over", "sample"}})},
                            {"rest", subtract("net", "average", again)},
                            {"last", first ? subtract("net", "rest", again) : subtract("rest", "net", again)}};
        const double sign = first ? 1 : -1;    // net - (net - average) = average
        CHECK(values_of(run_recipe(recipe_of(steps, {"last"})).at("last.net")) ==
              std::vector<double>{sign * 4.5, sign * 5.5, sign * 6, sign * 4.5, sign * 5.5, sign * 6});
    }
}

TEST_CASE("steps that are told apart by the unit of a coordinate alone do not share a state") {
    const auto curve = [](double step_size, const std::string& unit) {
        Json row = Json::array(), values = Json::array();
        for (int i = 1; i <= 20; ++i) {
            row.push_back(step_size * i);
            values.push_back(1);
        }
        return Json{{"use", "values"},
                    {"with", {{"values", {values, values}}, {"dims", {"sample", "q"}},
                              {"coordinates", {{"q", {{"values", {row, row}}, {"dims", {"sample", "q"}}, {"unit", unit}}}}}}}};
    };
    const auto invariant = [](const std::string& from) {
        return step("porod_invariant", "intensity", from, {{"q_min", "0.45 1/nm"}, {"q_max", "1.55 1/nm"}});
    };
    const Json steps = {{"a", curve(0.1, "1/nm")}, {"b", curve(0.01, "1/angstrom")}, {"of_a", invariant("a")}, {"of_b", invariant("b")}};
    const auto out = run_recipe(recipe_of(steps, {"of_a.q_first", "of_b.q_first", "of_a.q_last", "of_b.q_last"}));
    for (Index i = 0; i < 2; ++i) {   // 1/angstrom = 10 1/nm
        CHECK(values_of(out.at("of_a.q_first"))[at(i)] == doctest::Approx(0.5));
        CHECK(values_of(out.at("of_b.q_first"))[at(i)] == doctest::Approx(0.05));
        CHECK(values_of(out.at("of_a.q_last"))[at(i)] == doctest::Approx(1.5));
        CHECK(values_of(out.at("of_b.q_last"))[at(i)] == doctest::Approx(0.15));
    }
}

TEST_CASE("steps whose inputs differ in nothing but the step that they come from do share a state") {
    const Json steps = {{"numbers", counter({"frame", "x"}, {9, 3})},
                        {"one", step("curvature", "data", "numbers")}, {"other", step("curvature", "data", "numbers")},
                        {"of_one", step("numbered_table", "data", "one")}, {"of_other", step("numbered_table", "data", "other")}};
    const auto out = run_recipe(recipe_of(steps, {"of_one.number", "of_other.number"}));
    CHECK(values_of(out.at("of_one.number")) == values_of(out.at("of_other.number")));
}

TEST_CASE("what a shared state warned of is said of every step that uses it; a text is not the yes that it reads like") {
    const Array curve = with_coordinate(Array::from<double>("curve", {{"q", 3}}, "1", {5, 7, 9}), "q", {{"q", 3}}, "1/nm", {1, 2, 3});
    PlanOptions options;
    options.arrays = {{"plain", curve},
                      {"flag", with_fact(curve, "transmission_corrected", true)},
                      {"text", with_fact(curve, "transmission_corrected", std::string("yes"))}};
    Json steps;
    for (const char* name : {"plain", "flag", "text"}) steps[name] = {{"use", "memory"}, {"with", {{"name", name}, {"dims", {"q"}}}}};
    // The state of the first warns of nothing, that of the others does.
    steps["x_text"] = subtract("text", "plain");
    steps["y_flag"] = subtract("flag", "plain");
    steps["z_flag"] = subtract("flag", "plain");
    const auto result = run(plan_recipe(recipe_of(steps, {"x_text", "y_flag", "z_flag"}), options));
    REQUIRE(result.warnings.size() == 2);
    CHECK(result.warnings[0] == Contains("step 'y_flag': only one of sample and background is corrected"));
    CHECK(result.warnings[1] == Contains("step 'z_flag': only one of sample and background is corrected"));
}

TEST_CASE("a mask over some of the dimensions is kept for every value, by blocks and as a whole alike") {
    const Index samples = 3, frames = 30, width = 4;
    const auto run_to = [&](const Json& recipe, const std::filesystem::path& file, const std::string& said) {
        RunOptions options;
        options.output = file;
        const auto result = run(plan_recipe(recipe), options);
        REQUIRE(result.failed_checks.size() == 1);
        CHECK(result.failed_checks[0].message == Contains(said));
    };
    const TemporaryFolder folder;
    for (const auto& masked : std::vector<std::vector<std::string>>{{"sample", "frame"}, {"sample"}, {"x"}, {"frame", "x"}}) {
        CAPTURE(masked[0]);
        auto source = counter({"sample", "frame", "x"}, {samples, frames, width});
        source["with"]["masked_dims"] = masked;
        Index places = 1;   // of the mask: every third is masked, from the first
        for (const auto& dim : masked) places *= dim == "sample" ? samples : dim == "frame" ? frames : width;
        const Index good = (places - (places + 2) / 3) * (samples * frames * width / places);
        const auto said = std::to_string(good) + " values are above the maximum -1";
        const auto recipe = [&](const Json& steps, const std::vector<std::string>& keep) {
            auto made = recipe_of(steps, keep);
            made["checks"] = {{{"on", "numbers"}, {"maximum", -1}}};
            return made;
        };
        run_to(recipe({{"numbers", source}}, {"numbers"}), folder.path() / "alone.h5", said);
        // The step needs the source collected where the mask does not begin with what the step runs over.
        const Json used = {{"numbers", source}, {"first", step("numbered_table", "data", "numbers")}};
        run_to(recipe(used, {"numbers", "first"}), folder.path() / "used.h5", said);
        for (const auto& difference : compare_results(folder.path() / "alone.h5", folder.path() / "used.h5"))
            CHECK(difference.array.find("numbers") == std::string::npos);
    }
}

// ---- which dimensions core dims stand for (the rules themselves: binding_test)

TEST_CASE("an output has the dims of its pack alone, in the check and in the plan") {
    const Index trains = 4, pulses = 3, pixels = 10;
    const Json steps = {{"frames", counter({"train", "pulse", "y", "x"}, {trains, pulses, 2, 5})},
                        {"sum", step("pulse_sum", "frames", "frames")},
                        {"average", step("mean", "data", "sum", {{"over", "train"}})}};
    const auto out = run_recipe(recipe_of(steps, {"sum", "average"}));
    const auto& sum = out.at("sum.image");
    REQUIRE(sum.dims() == Dims{{"train", trains}, {"y", 2}, {"x", 5}});
    CHECK(out.at("average.mean").dims() == Dims{{"y", 2}, {"x", 5}});
    for (Index t = 0; t < trains; ++t)
        for (Index i = 0; i < pixels; ++i) {
            double expected = 0;
            for (Index p = 0; p < pulses; ++p) expected += counted((t * pulses + p) * pixels + i);
            CHECK(sum.values<double>()[at(t * pixels + i)] == doctest::Approx(expected).epsilon(1e-15));   // three terms
        }
}

TEST_CASE("parameters per item loop in the order of plugin.json, in the check and in the plan") {
    const auto table = [](const std::string& dim, const Json& values) -> Json { return {{"use", "values"}, {"with", {{"values", values}, {"dims", {dim}}}}}; };
    const Json parameters = {{"offset", {{"from", "offsets"}}}, {"scale", {{"from", "scales"}}}};
    const Json steps = {{"frames", counter({"pulse", "y", "x"}, {1, 1, 1})}, {"scales", table("b", {1, 2})}, {"offsets", table("a", {10, 20, 30})},
                        {"sum", step("pulse_sum", "frames", "frames", parameters)}};
    const auto sum = run_recipe(recipe_of(steps, {"sum"})).at("sum.image");
    CHECK(sum.dims() == Dims{{"b", 2}, {"a", 3}, {"y", 1}, {"x", 1}});
    CHECK(values_of(sum) == std::vector<double>{11, 21, 31, 12, 22, 32});
    auto wrong = steps;
    wrong["average"] = step("mean", "data", "sum", {{"over", "c"}});
    CHECK(error_of([&] { plan_recipe(recipe_of(wrong, {"average"})); }) == Contains("has the dimensions [b, a, y, x]"));
}

TEST_CASE("a parameter per item must be real numbers, known before the run") {
    const Array frames = Array::from<double>("frames", {{"pulse", 1}, {"y", 1}, {"x", 1}}, "1", {1});
    RunPluginOptions given;
    given.per_item = {{"offset", "names"}};
    CHECK(error_of([&] { run_plugin("pulse_sum", Json::object(), {{"frames", frames}, {"names", Array::of_labels("names", {{"a", 2}}, {"one", "two"})}}, given); }) ==
          Contains("parameter 'offset' from 'names.data' is string; real numbers are needed"));
}

TEST_CASE("a pack in two forms must have as many elements in both") {
    const auto weighted = [](Index pixels) {
        const Array frames = Array::from<double>("frames", {{"pulse", 2}, {"y", 2}, {"x", 3}}, "1", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        const Array weight = Array::from<double>("weight", {{"pixel", pixels}}, "1", std::vector<double>(at(pixels), 2));
        return values_of(run_plugin("pulse_sum", Json::object(), {{"frames", frames}, {"weight", weight}}).at("image"));
    };
    CHECK(weighted(6) == std::vector<double>{12, 16, 20, 24, 28, 32});
    CHECK(error_of([&] { weighted(7); }) == Contains("'pixel' is [y: 2, x: 3] in input 'frames' and [pixel: 7] in input 'weight': it must "
                                                     "have as many elements in both"));
}

TEST_CASE("two core dims bound to one are refused when the data's dims are known at last") {
    RunPluginOptions bound;
    bound.core = {{"y", {"x"}}};
    const Array image = Array::from("image", {{"y", 2}, {"x", 3}}, "1", std::vector<double>(6));
    CHECK(error_of([&] { run_plugin("row_sums", Json::object(), {{"image", image}}, bound); }) ==
          Contains("two core dimensions of input 'image' from 'image.data' are bound to 'x'"));
}

TEST_CASE("what one input holds whole, another must not loop over: in the check, and when the dims are known at last") {
    const Array curves = with_coordinate(Array::from<double>("curves", {{"frame", 2}, {"q", 3}}, "1", std::vector<double>(6, 1)), "q", {{"q", 3}}, "1/nm",
                                         {1, 2, 3});
    const Array by_q = Array::from<double>("by_q", {{"q", 3}}, "1", std::vector<double>{1, 2, 3});
    PlanOptions options;
    options.arrays = {{"curves", curves}, {"by_q", by_q}};
    Json steps{{"a", {{"use", "memory"}, {"with", {{"name", "curves"}}}}},
               {"b", {{"use", "memory"}, {"with", {{"name", "by_q"}}}}},
               {"sums", {{"use", "background_subtraction"}, {"in", {{"sample", "a"}, {"background", "a"}}}, {"with", {{"scale", {{"from", "b"}}}}}}}};
    CHECK(error_of([&] { (void)plan_recipe(recipe_of(steps, {"sums"}), options); }) ==
          Contains("'q' is a core dimension of input 'sample', but the step loops over it for another input"));
    steps["a"]["with"]["dims"] = {"frame", "q"};
    steps["b"]["with"]["dims"] = {"q"};
    CHECK(error_of([&] { (void)plan_recipe(recipe_of(steps, {"sums"}), options); }) ==
          Contains("input 'sample' from 'a.data' has 'q' as a core dimension, but the step loops over it for another input"));
}

TEST_CASE("a described input keeps its masks of pixels beside one of bad frames") {
    Array images = with_mask(Array::from("images", {{"frame", 2}, {"y", 1}, {"x", 3}}, "count", std::vector<double>(6)), "bad",
                             {{"y", 1}, {"x", 3}}, {false, true, false});
    images = with_mask(images, "bad_frame", {{"frame", 2}}, {true, false});
    images = with_mask(images, "dead", {{"x", 3}}, {false, false, true});
    CHECK(values_of(run_plugin("detector_shape", Json::object(), {{"image", images}}).at("good")) == std::vector<double>{1});
}
