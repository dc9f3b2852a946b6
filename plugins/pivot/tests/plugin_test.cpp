// SPDX-License-Identifier: BSD-3-Clause
// Tables as recipes meet them: keys from steps and from coordinates, loops, masks, facts, tags and refusals.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

Array per_file(const std::string& name, const std::string& unit, const Doubles& values, const Doubles& variances = {}) {
    return Array::from<double>(name, {{"file", static_cast<Index>(values.size())}}, unit, values, variances);
}

Array with_labels(const Array& array, const std::string& name, const std::string& dim, const std::vector<std::string>& labels) {
    Description description = array.description();
    description.coordinates.push_back(
        {name, false, std::make_shared<const Array>(Array::of_labels(name, {{dim, static_cast<Index>(labels.size())}}, labels))});
    return array.with(std::move(description));
}

// Five files; (290 K, 1) was not measured.
const Array invariant = per_file("invariant", "1/nm^4", {1, 2, 3, 4, 5}, {0.1, 0.2, 0.3, 0.4, 0.5});
const Array temperature = per_file("temperature", "K", {300, 300, 290, 290, 300});
const Array composition = per_file("composition", "1", {0.5, 0, 0.5, 0, 1});
const Json by_both{{"dim", "file"}, {"row", "temperature"}, {"column", "composition"}};

Array table_of(const Json& with, const std::map<std::string, Array>& inputs, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    return run_plugin("pivot", with, inputs, options).at("table");
}
Array both(const Array& data) { return table_of(by_both, {{"data", data}, {"rows", temperature}, {"columns", composition}}); }
std::string refusal(const Json& with, const std::map<std::string, Array>& inputs) {
    return error_of([&] { (void)table_of(with, inputs); });
}
Json and_more(Json with, const Json& more) {
    with.update(more);
    return with;
}

}  // namespace

TEST_CASE("a list with two keys becomes a grid; what is absent is masked") {
    const auto table = both(invariant);
    CHECK(to_text(table.dims()) == "[temperature: 2, composition: 3]");
    const auto values = values_of(table), variances = variances_of(table);
    const Doubles expected{4, 3, 0, 2, 1, 5};  // 290: 0, 0.5, -; 300: 0, 0.5, 1
    for (const std::size_t i : {0u, 1u, 3u, 4u, 5u}) {
        CHECK(values[i] == expected[i]);
        CHECK(variances[i] == doctest::Approx(0.1 * expected[i]));
    }
    CHECK(std::isnan(values[2]));
    CHECK(mask_of(table, "absent") == std::vector<int>{0, 0, 1, 0, 0, 0});
    CHECK(table.unit().text() == "1/nm^4");
    CHECK(table.description().coordinate("temperature")->values->as_float64() == Doubles{290, 300});
    CHECK(table.description().coordinate("temperature")->values->unit().text() == "K");
    CHECK(table.description().coordinate("composition")->values->as_float64() == Doubles{0, 0.5, 1});
}

TEST_CASE("keys come from coordinates where no step gives them; what is the same in a column goes with it") {
    auto data = with_coordinate(invariant, "temperature", {{"file", 5}}, "K", values_of(temperature));
    data = with_coordinate(data, "composition", {{"file", 5}}, "1", values_of(composition));
    data = with_coordinate(data, "thickness", {{"file", 5}}, "mm", {1, 1.1, 1.2, 1.3, 1.4});
    data = with_labels(data, "sample", "file", {"mixture", "solvent", "mixture", "solvent", "solute"});
    data = with_labels(data, "file", "file", {"a.dat", "b.dat", "c.dat", "d.dat", "e.dat"});
    const auto table = table_of(by_both, {{"data", data}});
    CHECK(same_bits(table, both(invariant)));
    const auto* sample = table.description().coordinate("sample");
    REQUIRE(sample);
    CHECK(to_text(sample->values->dims()) == "[composition: 3]");
    CHECK(sample->values->labels() == std::vector<std::string>{"solvent", "mixture", "solute"});
    CHECK(!table.description().coordinate("thickness"));
    CHECK(!table.description().coordinate("file"));

    // By the labels of the dimension itself, and rows alone: the files in the order of their temperature.
    CHECK(to_text(table_of({{"dim", "file"}, {"row", "sample"}, {"column", "temperature"}}, {{"data", data}}).dims()) ==
          "[sample: 3, temperature: 2]");
    const auto sorted = table_of({{"dim", "file"}, {"row", "thickness"}}, {{"data", data}});
    CHECK(to_text(sorted.dims()) == "[thickness: 5]");
    CHECK(values_of(sorted) == Doubles{1, 2, 3, 4, 5});
    CHECK(sorted.description().coordinate("sample")->values->labels()[4] == "solute");
    CHECK(values_of(table_of({{"dim", "file"}, {"row", "file"}}, {{"data", data}})) == Doubles{1, 2, 3, 4, 5});
}

TEST_CASE("curves: q is looped over, for any number of threads") {
    Doubles values;
    for (int i = 0; i < 5 * 40; ++i) values.push_back(i);
    auto curves = with_coordinate(Array::from<double>("curves", {{"file", 5}, {"q", 40}}, "1/cm", values), "q", {{"q", 40}},
                                  "1/nm", Doubles(40, 0.5));
    const auto table = both(curves);
    CHECK(to_text(table.dims()) == "[q: 40, temperature: 2, composition: 3]");
    CHECK(values_of(table)[7 * 6 + 0] == 3 * 40 + 7);    // item 3
    CHECK(values_of(table)[39 * 6 + 5] == 4 * 40 + 39);  // item 4
    CHECK(table.description().coordinate("q"));
    const std::map<std::string, Array> inputs{{"data", curves}, {"rows", temperature}, {"columns", composition}};
    CHECK(same_bits(table_of(by_both, inputs, 1), table_of(by_both, inputs, 5)));
}

TEST_CASE("masks, integers, facts and duplicates") {
    const auto masked = both(with_mask(invariant, "bad", {{"file", 5}}, {true, false, false, false, false}));
    CHECK(mask_of(masked, "absent") == std::vector<int>{0, 0, 1, 0, 1, 0});
    const auto flags = both(Array::from<std::int8_t>("flags", {{"file", 5}}, "1", std::vector<std::int8_t>{0, 1, 0, 0, 1}));
    CHECK(flags.dtype() == DType::int8);
    CHECK(values_of(flags) == Doubles{0, 0, 0, 1, 0, 1});
    CHECK(to_text(
              both(with_fact(invariant, "intensity_scale", std::string("relative"))).description().facts.at("intensity_scale")) ==
          "relative");

    const Json rows{{"dim", "file"}, {"row", "temperature"}, {"duplicates", "mean"}};
    const auto means = table_of(rows, {{"data", per_file("x", "1", {1, 2, 3, 5, 3})}, {"rows", temperature}});
    CHECK(values_of(means) == Doubles{4, 2});
    const Array ends = with_mask(per_file("temperature", "K", {300, NAN, 290, 280, 310}), "unknown", {{"file", 5}},
                                 {false, true, false, false, false});
    CHECK(values_of(table_of({{"dim", "file"}, {"row", "temperature"}}, {{"data", invariant}, {"rows", ends}})) ==
          Doubles{4, 3, 1, 5});
}

TEST_CASE("variances that are correlated over the items are so over rows and columns") {
    Description description = invariant.description();
    description.correlated_over = {"file"};
    const auto table = both(invariant.with(std::move(description)));
    CHECK(table.description().correlated_over == std::vector<std::string>{"composition", "temperature"});
}

TEST_CASE("refusals") {
    const std::map<std::string, Array> inputs{{"data", invariant}, {"rows", temperature}, {"columns", composition}};
    CHECK(refusal({{"dim", "file"}, {"row", "temperature"}}, {{"data", invariant}, {"rows", temperature}}) ==
          Contains("step 'step' (pivot): items 2 and 3 both have temperature 290 K: take one out (slice), or set duplicates to "
                   "\"mean\""));
    CHECK(refusal({{"dim", "fiel"}, {"row", "temperature"}}, {{"data", invariant}, {"rows", temperature}}) ==
          Contains("has the dimensions [file: 5], but not the dimension 'fiel' that parameter 'dim' names"));
    CHECK(refusal(by_both, {{"data", invariant}, {"rows", temperature}}) ==
          Contains("there is no key 'composition': connect the input 'columns', or give the data a coordinate 'composition' "
                   "along 'file' (it has none there)"));
    CHECK(refusal({{"dim", "file"}, {"row", "temperature"}}, inputs) ==
          Contains("the input 'columns' is connected, but 'column' names no dimension for it"));
    CHECK(refusal(by_both, {{"data", invariant}, {"rows", per_file("t", "K", {1, 2, 3, NAN, 5})}, {"columns", composition}}) ==
          Contains("the key 'temperature' of item 3 is NaN"));
    CHECK(refusal(by_both, {{"data", invariant}, {"rows", per_file("t", "K", {1, 2})}, {"columns", composition}}) ==
          Contains("dimension 'file' has 5 elements in input 'data' and 2 in input 'rows'"));
    CHECK(refusal(and_more(by_both, {{"row_tolerance", 20}}), inputs) ==
          Contains("items 1 and 3 both have temperature 296 K and composition 0:"));
    const Json steps{{"values", {{"use", "values"}, {"with", {{"values", {1, 2}}, {"dims", {"file"}}}}}},
                     {"step",
                      {{"use", "pivot"},
                       {"in", {{"data", "values"}, {"rows", "values"}}},
                       {"with", {{"dim", "fiel"}, {"row", "temperature"}}}}}};
    CHECK(error_of([&] { (void)plan_recipe(recipe_of(steps, {"step"})); }) ==  // by names alone, in the check of the recipe
          Contains("input 'data' from 'values.values' has the dimensions [file], but not the dimension 'fiel' that parameter "
                   "'dim' names. Did you mean 'file'?"));
    const auto curves = Array::from<double>("curves", {{"file", 2}, {"temperature", 2}}, "1", Doubles{1, 2, 3, 4});
    CHECK(refusal({{"dim", "file"}, {"row", "temperature"}}, {{"data", curves}, {"rows", per_file("t", "K", {1, 2})}}) ==
          Contains("output 'table' would have the dimension 'temperature' twice"));
}
