// SPDX-License-Identifier: BSD-3-Clause
// Tables that are looked up, as recipes meet them: lists and grids, labels and numbers, masks, units, tags and refusals.
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
using Texts = std::vector<std::string>;

Array with_labels(const Array& array, const std::string& name, const std::string& dim, const Texts& labels) {
    Description description = array.description();
    description.coordinates.push_back(
        {name, false, std::make_shared<const Array>(Array::of_labels(name, {{dim, static_cast<Index>(labels.size())}}, labels))});
    return array.with(std::move(description));
}
Array list(const std::string& dim, const Doubles& values, const std::string& unit = "1", const Doubles& variances = {}) {
    return Array::from<double>("list", {{dim, static_cast<Index>(values.size())}}, unit, values, variances);
}

/// A stretching exponent by sample, with the dim and the order that its own table has.
const Array beta = with_labels(list("sample", {0.3, 0.5, 0.7}, "1", {1, 4, 9}), "sample", "sample", {"b", "a", "c"});
/// Ratios of two samples at three temperatures.
const Array ratio =
    with_labels(with_coordinate(Array::from<double>("ratio", {{"temperature", 3}, {"sample", 2}}, "1", Doubles{1, 2, 3, 4, 5, 6}),
                                "temperature", {{"temperature", 3}}, "K", {290, 300, 310}),
                "sample", "sample", {"a", "b"});

Array joined(const Json& with, const std::map<std::string, Array>& inputs) {
    return run_plugin("join", with, inputs).at("joined");
}
std::string refusal(const Json& with, const std::map<std::string, Array>& inputs) {
    return error_of([&] { (void)joined(with, inputs); });
}
const Json by_sample{{"by", {"sample"}}};

}  // namespace

TEST_CASE("a list by label onto a grid: one dim name, two lengths, another order") {
    const auto out = joined(by_sample, {{"values", beta}, {"data", ratio}});
    CHECK(to_text(out.dims()) == "[temperature: 3, sample: 2]");
    CHECK(values_of(out) == Doubles{0.5, 0.3, 0.5, 0.3, 0.5, 0.3});
    CHECK(variances_of(out) == Doubles{4, 1, 4, 1, 4, 1});
    CHECK(mask_of(out, "no_entry") == std::vector<int>(6, 0));
    CHECK(out.description().coordinate("temperature")->values->as_float64() == Doubles{290, 300, 310});
    CHECK(out.description().coordinate("sample")->values->labels() == Texts{"a", "b"});
    CHECK(out.description().correlated_over == Texts{"temperature"});  // one entry serves all temperatures
}

TEST_CASE("a grid onto a list, by two keys: what has no entry is masked") {
    auto wanted = with_labels(list("case", {0, 0, 0}), "sample", "case", {"b", "a", "b"});
    wanted = with_coordinate(wanted, "temperature", {{"case", 3}}, "degC", {26.85, 16.85, 60});
    CHECK(refusal({{"by", {"temperature", "sample"}}}, {{"values", ratio}, {"data", wanted}}) ==
          Contains("the key 'temperature' of the table and of the data"));
    wanted = with_labels(list("case", {0, 0, 0}), "sample", "case", {"b", "a", "b"});
    wanted = with_coordinate(wanted, "temperature", {{"case", 3}}, "mK", {300.2e3, 290e3, 333e3});
    const Json with{{"by", {"temperature", "sample"}}, {"tolerance", 500}};
    const auto out = joined(with, {{"values", ratio}, {"data", wanted}});
    CHECK(to_text(out.dims()) == "[case: 3]");
    CHECK(values_of(out)[0] == 4);
    CHECK(values_of(out)[1] == 1);
    CHECK(std::isnan(values_of(out)[2]));
    CHECK(mask_of(out, "no_entry") == std::vector<int>{0, 0, 1});
    CHECK(out.description().correlated_over.empty());
    Json complete = with;
    complete["complete"] = true;
    CHECK(refusal(complete, {{"values", ratio}, {"data", wanted}}) ==
          Contains("there is no entry for temperature 333000 mK, sample 'b', and complete = true"));
}

TEST_CASE("a list of flags: what is not in it gets the number told") {
    auto wanted = with_labels(list("case", {0, 0, 0}), "sample", "case", {"b", "z", "a"});
    const auto flags = with_labels(Array::from<std::int8_t>("flag", {{"row", 1}}, "1", std::vector<std::int8_t>{1}), "sample", "row", {"z"});
    const auto out = joined({{"by", {"sample"}}, {"missing", 0}}, {{"values", flags}, {"data", wanted}});
    CHECK(values_of(out) == Doubles{0, 1, 0});
    CHECK(mask_of(out, "no_entry") == std::vector<int>(3, 0));
    CHECK(refusal({{"by", {"sample"}}, {"missing", 0.5}}, {{"values", flags}, {"data", wanted}}) == Contains("missing = 0.5"));
    CHECK(refusal({{"by", {"sample"}}, {"missing", 200}}, {{"values", flags}, {"data", wanted}}) == Contains("missing = 200"));
    const auto sigma = with_labels(list("row", {5}, "1", {0.25}), "sample", "row", {"z"});
    CHECK(variances_of(joined({{"by", {"sample"}}, {"missing", 7}}, {{"values", sigma}, {"data", wanted}})) == Doubles{0, 0.25, 0});
}

TEST_CASE("keys from steps, in units that convert; the data's own values are not read") {
    const auto data = list("file", {NAN, NAN, NAN}), values = list("row", {10, 20}, "nm");
    const std::map<std::string, Array> inputs{{"data", data},
                                              {"values", values},
                                              {"data_key", list("file", {300, 290, 310}, "K")},
                                              {"values_key", list("row", {290000, 300000}, "mK")}};
    const auto out = joined({{"by", {"temperature"}}}, inputs);
    CHECK(values_of(out)[0] == 20);
    CHECK(values_of(out)[1] == 10);
    CHECK(mask_of(out, "no_entry") == std::vector<int>{0, 0, 1});
    CHECK(out.unit().text() == "nm");
}

TEST_CASE("masks, facts and types are those of the table") {
    const auto masked =
        joined(by_sample, {{"values", with_mask(beta, "bad", {{"sample", 3}}, {true, false, false})}, {"data", ratio}});
    CHECK(mask_of(masked, "no_entry") == std::vector<int>{0, 1, 0, 1, 0, 1});
    const auto marked = joined(
        by_sample, {{"values", with_fact(beta, "method", std::string("kww"))}, {"data", with_fact(ratio, "smoothed", true)}});
    CHECK(marked.description().facts.contains("method"));
    CHECK(!marked.description().facts.contains("smoothed"));
    const auto flags = with_labels(Array::from<bool>("flags", {{"sample", 2}}, "1", std::vector<bool>{true, false}), "sample",
                                   "sample", {"b", "a"});
    CHECK(joined(by_sample, {{"values", flags}, {"data", ratio}}).dtype() == DType::boolean);
    CHECK(values_of(joined(by_sample, {{"values", flags}, {"data", ratio}})) == Doubles{0, 1, 0, 1, 0, 1});
}

TEST_CASE("coordinates of the table do not get onto the data, though their dims have one name") {
    const auto lots = with_coordinate(beta, "lot", {{"sample", 3}}, "1", {7, 8, 9});
    CHECK(!joined(by_sample, {{"values", lots}, {"data", ratio}}).description().coordinate("lot"));
}

TEST_CASE("bins are looked up by their centres") {
    const auto bins = with_coordinate(list("q", {1, 2}), "q", {{"q", 3}}, "1/nm", {0, 1, 2}, true);
    const auto points = with_coordinate(list("point", {0, 0}), "q", {{"point", 2}}, "1/nm", {1.5, 0.5});
    CHECK(values_of(joined({{"by", {"q"}}}, {{"values", bins}, {"data", points}})) == Doubles{2, 1});
}

TEST_CASE("variances that are correlated within the table are so in the result") {
    Description description = beta.description();
    description.correlated_over = {"sample"};
    const auto one = with_labels(list("case", {0, 0}), "sample", "case", {"a", "b"});
    CHECK(joined(by_sample, {{"values", beta.with(std::move(description))}, {"data", one}}).description().correlated_over ==
          Texts{"case"});
}

TEST_CASE("refusals") {
    const auto twice = with_labels(list("sample", {1, 2}), "sample", "sample", {"a", "a"});
    CHECK(refusal(by_sample, {{"values", twice}, {"data", ratio}}) ==
          Contains("step 'step' (join): entries 0 and 1 of the table both have sample 'a': take one out (slice), or average them "
                   "(pivot)"));
    const auto others = with_labels(list("sample", {1, 2}), "sample", "sample", {"x", "y"});
    CHECK(refusal(by_sample, {{"values", others}, {"data", ratio}}) ==
          Contains("nothing matches: the data have sample 'a', 'b', 'a' …; the table has sample 'x', 'y'. Check the keys, or "
                   "give a tolerance"));
    const auto numbered = with_coordinate(list("sample", {1, 2}), "sample", {{"sample", 2}}, "1", {1, 2});
    CHECK(refusal(by_sample, {{"values", numbered}, {"data", ratio}}) ==
          Contains("the key 'sample' is labels in the data and numbers in the table"));
    CHECK(refusal({{"by", {"lot"}}}, {{"values", beta}, {"data", ratio}}) ==
          Contains("the input 'data' has no coordinate 'lot' (it has: temperature, sample): name one that it has, or connect the "
                   "input 'data_key'"));
    CHECK(refusal(by_sample, {{"values", beta}, {"data", ratio}, {"data_second_key", ratio}}) ==
          Contains("the input 'data_second_key' is connected, but 'by' names one key only"));
    CHECK(refusal({{"by", Json::array()}}, {{"values", beta}, {"data", ratio}}) == Contains("by = []"));
    const auto broken = with_coordinate(list("case", {1, 2}), "temperature", {{"case", 2}}, "K", {290, NAN});
    CHECK(refusal({{"by", {"temperature"}}},
                  {{"values", list("case", {1, 2})}, {"data", broken}, {"values_key", list("case", {290, 300}, "K")}}) ==
          Contains("the key 'temperature' of element 1 is NaN"));
}

TEST_CASE("key inputs lie along dimensions of what they belong to, and may lie along some of them") {
    const auto temperature = list("temperature", {290, 300, 310}, "K"), lot = list("sample", {7, 8});
    const auto wanted = list("case", {0, 0, 0}), wanted_lot = list("case", {8, 7, 8}),
               wanted_temperature = list("case", {290, 290, 310}, "K");
    const Json with{{"by", {"lot", "temperature"}}};
    const std::map<std::string, Array> inputs{
        {"values", ratio},        {"data", wanted},
        {"values_key", lot},      {"values_second_key", temperature},
        {"data_key", wanted_lot}, {"data_second_key", wanted_temperature}};
    CHECK(values_of(joined(with, inputs)) == Doubles{2, 1, 6});
    auto wrong = inputs;
    wrong.at("data_key") = list("other", {8, 7, 8});
    CHECK(refusal(with, wrong) ==
          Contains("the input 'data_key' has the dimension 'other', which 'data' does not have: a key lies along dimensions of "
                   "what it belongs to"));
    wrong = inputs;
    wrong.at("values_key") = list("other", {7, 8});
    CHECK(refusal(with, wrong) == Contains("the input 'values_key' has the dimension 'other', which 'values' does not have"));
}

TEST_CASE("a table of curves: the recipe says which of its dimensions are keys") {
    const auto curves = with_labels(Array::from<double>("curves", {{"q", 2}, {"sample", 3}}, "1/cm", Doubles{1, 2, 3, 4, 5, 6}),
                                    "sample", "sample", {"b", "a", "c"});
    const auto one = with_labels(list("case", {0, 0}), "sample", "case", {"a", "b"});
    const auto out =
        run_plugin("join", by_sample, {{"values", curves}, {"data", one}}, {.core = {{"table", {"sample"}}}}).at("joined");
    CHECK(to_text(out.dims()) == "[q: 2, case: 2]");
    CHECK(values_of(out) == Doubles{2, 1, 5, 4});
}
