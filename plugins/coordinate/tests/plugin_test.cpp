// SPDX-License-Identifier: BSD-3-Clause
// What a recipe meets: coordinates as values, in their unit, and refusals with a sentence.
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

Array coordinate(const Array& data, const Json& with) { return run_plugin("coordinate", with, {{"data", data}}).at("values"); }

const Array rates = with_coordinate(Array::from<double>("rate", {{"roi", 3}}, "1/s", Doubles{10, 40, 90}, Doubles{1, 1, 1}), "q",
                                    {{"roi", 3}}, "1/nm", {0.1, 0.2, 0.3});

}  // namespace

TEST_CASE("a coordinate along a dimension of another name") {
    const auto q = coordinate(rates, {{"dim", "roi"}, {"name", "q"}});
    CHECK(values_of(q) == Doubles{0.1, 0.2, 0.3});
    CHECK(q.unit().text() == "1/nm");
    CHECK(to_text(q.dims()) == "[roi: 3]");
    CHECK(q.variances().empty());
    REQUIRE(q.description().coordinate("q"));   // it still has its axis
}

TEST_CASE("another coordinate called x is not taken for the axis") {
    const auto more = with_coordinate(with_coordinate(rates, "roi", {{"roi", 3}}, "1", {7, 8, 9}), "x", {{"roi", 3}}, "mm", {1, 2, 3});
    CHECK(values_of(coordinate(more, {{"dim", "roi"}})) == Doubles{7, 8, 9});
    const auto x = coordinate(more, {{"dim", "roi"}, {"name", "x"}});
    CHECK(values_of(x) == Doubles{1, 2, 3});
    CHECK(x.unit().text() == "mm");
    REQUIRE(x.description().coordinate("roi"));
    CHECK(x.description().coordinate("roi")->values->as_float64() == Doubles{7, 8, 9});
}

TEST_CASE("the centres of bins, for a stack once") {
    const auto counts = with_coordinate(Array::from<double>("I", {{"frame", 2}, {"q", 2}}, "count", Doubles{1, 2, 3, 4}), "q",
                                        {{"q", 3}}, "1/angstrom", {0.1, 0.3, 0.7}, true);
    const auto q = coordinate(counts, {{"dim", "q"}});
    CHECK(to_text(q.dims()) == "[q: 2]");
    CHECK(values_of(q)[0] == doctest::Approx(0.2));
    CHECK(values_of(q)[1] == doctest::Approx(0.5));
    CHECK(q.unit().text() == "1/angstrom");
}

TEST_CASE("what is not there is said") {
    CHECK(error_of([] { coordinate(rates, {{"dim", "roi"}, {"name", "two_theta"}}); }) == Contains("the coordinate 'two_theta' of input 'data' does not exist"));
    CHECK(error_of([] { coordinate(rates, {{"dim", "q"}}); }) == Contains("[roi: 3]"));
    const auto each = with_coordinate(Array::from<double>("I", {{"sample", 2}, {"q", 2}}, "1", Doubles{1, 2, 3, 4}), "q",
                                      {{"sample", 2}, {"q", 2}}, "1/nm", {1, 2, 1, 3});
    CHECK(error_of([&] { coordinate(each, {{"dim", "q"}}); }) == Contains("differs between the items"));
}
