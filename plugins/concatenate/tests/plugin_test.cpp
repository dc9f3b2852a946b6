// SPDX-License-Identifier: BSD-3-Clause
// Parts as recipes meet them: values, variances, units, masks, types, facts and refusals.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

Array samples(const Doubles& values, const Doubles& temperature, const std::string& unit = "1/cm",
              const Doubles& variances = {}) {
    const Dims dims{{"sample", static_cast<Index>(values.size())}};
    return with_coordinate(Array::from<double>("part", dims, unit, values, variances), "temperature", dims, "K", temperature);
}

Array joined(const std::map<std::string, Array>& inputs, const Json& more = Json::object(), int threads = 2) {
    Json with{{"dim", "sample"}};
    with.update(more);
    RunPluginOptions options;
    options.threads = threads;
    return run_plugin("concatenate", with, inputs, options).at("data");
}
std::string refusal(const std::map<std::string, Array>& inputs, const Json& more = Json::object()) {
    return error_of([&] { (void)joined(inputs, more); });
}

const Array a = samples({1, 2}, {300, 310}, "1/cm", {0.1, 0.2}), b = samples({3}, {290}, "1/cm", {0.3});

}  // namespace

TEST_CASE("values, variances and coordinates follow one another") {
    const auto out = joined({{"first", a}, {"second", b}});
    CHECK(to_text(out.dims()) == "[sample: 3]");
    CHECK(values_of(out) == Doubles{1, 2, 3});
    CHECK(variances_of(out) == Doubles{0.1, 0.2, 0.3});
    CHECK(out.unit().text() == "1/cm");
    CHECK(out.description().coordinate("temperature")->values->as_float64() == Doubles{300, 310, 290});
    CHECK(values_of(joined({{"first", a}, {"second", b}, {"fourth", b}})) == Doubles{1, 2, 3, 3});  // a gap is no fault
}

TEST_CASE("units are brought to those of the first part") {
    auto second = with_coordinate(Array::from<double>("part", {{"sample", 1}}, "1/m", Doubles{300}, Doubles{1e4}), "temperature",
                                  {{"sample", 1}}, "mK", {290e3});
    const auto out = joined({{"first", a}, {"second", second}});
    CHECK(values_of(out)[2] == doctest::Approx(3));
    CHECK(variances_of(out)[2] == doctest::Approx(1));
    CHECK(out.description().coordinate("temperature")->values->as_float64()[2] == doctest::Approx(290));
    CHECK(refusal({{"first", a}, {"second", samples({3}, {290}, "nm", {1})}}) ==
          Contains("input 'second': unit 'nm' cannot be converted to '1/cm'"));
    CHECK(refusal({{"first", a},
                   {"second", with_coordinate(Array::from<double>("p", {{"sample", 1}}, "1/cm", Doubles{3}, Doubles{1}),
                                              "temperature", {{"sample", 1}}, "nm", {290})}}) ==
          Contains("coordinate 'temperature' of the input 'second': unit 'nm' cannot be converted to 'K'"));
}

TEST_CASE("curves with their own order of dims; a coordinate that one part lacks is dropped") {
    const auto q = [](const Array& array) { return with_coordinate(array, "q", {{"q", 2}}, "1/nm", {0.1, 0.2}); };
    const auto rows = q(Array::from<double>("rows", {{"sample", 1}, {"q", 2}}, "1", Doubles{1, 2}));
    const auto columns = with_coordinate(q(Array::from<double>("columns", {{"q", 2}, {"sample", 2}}, "1", Doubles{3, 5, 4, 6})),
                                         "lot", {{"sample", 2}}, "1", {7, 8});
    const auto out = joined({{"first", rows}, {"second", columns}}),
               same = joined({{"first", rows}, {"second", columns}}, Json::object(), 1);
    CHECK(to_text(out.dims()) == "[sample: 3, q: 2]");
    CHECK(values_of(out) == Doubles{1, 2, 3, 4, 5, 6});
    CHECK(out.description().coordinate("q")->values->as_float64() == Doubles{0.1, 0.2});
    CHECK(!out.description().coordinate("lot"));
    CHECK(same_bits(out, same));
    CHECK(refusal({{"first", rows},
                   {"second", with_coordinate(Array::from<double>("x", {{"sample", 1}, {"q", 2}}, "1", Doubles{1, 2}), "q",
                                              {{"q", 2}}, "1/nm", {0.1, 0.3})}}) ==
          Contains("'q' differs between the input 'first' and the input 'second'"));
}

TEST_CASE("masks and types") {
    const auto masked = joined({{"first", a}, {"second", with_mask(b, "bad", {{"sample", 1}}, {true})}});
    CHECK(mask_of(masked, "left_out") == std::vector<int>{0, 0, 1});
    const auto counts =
        Array::from<std::int64_t>("n", {{"sample", 1}}, "1", std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1});
    const auto exact = joined({{"first", counts}, {"second", counts}});
    CHECK(exact.dtype() == DType::int64);
    CHECK(exact.values<std::int64_t>()[1] == (std::int64_t{1} << 53) + 1);
    CHECK(joined({{"first", counts}, {"second", Array::from<float>("n", {{"sample", 1}}, "1", std::vector<float>{2})}}).dtype() ==
          DType::float64);
    const auto flags = Array::from<bool>("n", {{"sample", 2}}, "1", std::vector<bool>{true, false});
    CHECK(joined({{"first", flags}, {"second", flags}}).dtype() == DType::boolean);
    CHECK(values_of(joined({{"first", flags}, {"second", flags}})) == Doubles{1, 0, 1, 0});
}

TEST_CASE("facts: those of all parts stay; what says that parts were treated differently is refused") {
    const auto of = [](const Array& array, const char* name, const Fact& fact) { return with_fact(array, name, fact); };
    const auto smoothed = of(a, "smoothed", true);
    const auto lorch = of(of(a, "origin", std::string("x")), "window", std::string("lorch"));
    const auto unwindowed = of(b, "window", std::string("none"));
    const Json drop = {{"drop_facts", {"window", "smoothed"}}};
    CHECK(refusal({{"first", lorch}, {"second", unwindowed}}) ==
          Contains("the fact 'window' is not the same for all parts: input 'first' says \"lorch\", input 'second' says \"none\". "
                   "Treat all parts alike, or name it in drop_facts"));
    CHECK(refusal({{"first", b}, {"second", smoothed}}) ==
          Contains("the fact 'smoothed' is not the same for all parts: input 'first' does not have it, input 'second' says true"));
    // A first part that says nothing does not hide that the others contradict each other.
    CHECK(refusal({{"first", a}, {"second", lorch}, {"third", unwindowed}}) ==
          Contains("input 'second' says \"lorch\", input 'third' says \"none\""));
    const auto facts = joined({{"first", lorch}, {"second", unwindowed}}, drop).description().facts;
    CHECK(!facts.contains("window"));
    CHECK(!facts.contains("origin"));  // only one part has it, and it is no mark
    CHECK(!joined({{"first", smoothed}, {"second", b}}, drop).description().facts.contains("smoothed"));
    CHECK(to_text(joined({{"first", lorch}, {"second", of(b, "window", std::string("lorch"))}}).description().facts.at("window")) ==
          "lorch");
    CHECK(joined({{"first", smoothed}, {"second", smoothed}}).description().facts.contains("smoothed"));
}

TEST_CASE("variances of some parts only, and tags") {
    const auto bare = samples({3}, {290});
    CHECK(refusal({{"first", a}, {"second", bare}}) ==
          Contains("the input 'first' has variances and the input 'second' has none"));
    CHECK(!joined({{"first", a}, {"second", bare}}, {{"drop_variances", true}}).description().variances);
    Description description = a.description();
    description.correlated_over = {"sample"};
    CHECK(joined({{"first", b}, {"second", a.with(std::move(description))}}).description().correlated_over ==
          std::vector<std::string>{"sample"});
}

TEST_CASE("refusals of dims and of an order") {
    CHECK(refusal({{"first", a}, {"second", b}}, {{"dim", "file"}}) ==
          Contains("step 'step' (concatenate): dim = 'file', but the input 'first' has the dimensions [sample: 2]"));
    const auto axis = [](const Doubles& values) {
        const Dims dims{{"sample", static_cast<Index>(values.size())}};
        return with_coordinate(Array::from<double>("x", dims, "1", values), "sample", dims, "s", values);
    };
    CHECK(values_of(joined({{"first", axis({1, 2})}, {"second", axis({3})}}, {{"increasing", true}})) == Doubles{1, 2, 3});
    CHECK(refusal({{"first", axis({1, 3})}, {"second", axis({3})}}, {{"increasing", true}}) ==
          Contains("the coordinate 'sample' must increase strictly, but has 3 at index 2 after 3"));
    CHECK(refusal({{"first", a}, {"second", b}}, {{"increasing", true}}) ==
          Contains("increasing = true, but the parts have no coordinate 'sample'"));
    CHECK(refusal({{"first", a}}) == Contains("input 'second' is missing"));
}
