// SPDX-License-Identifier: BSD-3-Clause
// What is read from JSON text, and the sentences for text that cannot be read.
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "kernel.hpp"

using namespace sluice::values;

namespace {

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing was refused";
}

std::string table_refusal(const std::string& json, const std::vector<std::string>& names) {
    return refusal([&] { (void)parse_table(json, names, "values"); });
}

std::string coordinate_refusal(const std::string& json) {
    return refusal([&] { (void)parse_coordinates(json, {{"sample", 2}, {"q", 3}}); });
}

}  // namespace

TEST_CASE("numbers of any depth, in C order") {
    CHECK(parse_table("2.5", {}, "values").numbers == std::vector<double>{2.5});
    CHECK(parse_table("2.5", {}, "values").dims.empty());
    const auto table = parse_table("[[1, 2, 3], [4, 5, 6]]", {"sample", "q"}, "values");
    CHECK(table.dims == std::vector<Dim>{{"sample", 2}, {"q", 3}});
    CHECK(table.numbers == std::vector<double>{1, 2, 3, 4, 5, 6});
    CHECK(std::isnan(parse_table("[1, null]", {"q"}, "values").numbers[1]));
    CHECK(parse_names(R"(["a", "b"])") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a table that is not rectangular, or not of numbers, is refused with the place") {
    CHECK(table_refusal("[[1, 2], [3]]", {"sample", "q"}) ==
          "values[1] has 1 element, values[0] has 2: all lists along 'q' must be equally long");
    CHECK(table_refusal("[[[1], [2]], [[1], [2, 3]]]", {"a", "b", "c"}) ==
          "values[1][1] has 2 elements, values[0][0] has 1: all lists along 'c' must be equally long");
    CHECK(table_refusal("[1, 2]", {}) == "values is a list, but dims name no dimension: give one name per level");
    CHECK(table_refusal("[[1]]", {"q"}) == "values[0] is a list, but dims name only 1 level(s) of lists: give one name per level");
    CHECK(table_refusal("[1, 2]", {"sample", "q"}) ==
          "values[0] is no list, but dims name 2 levels of lists: give one name per level");
    CHECK(table_refusal(R"([1, "2"])", {"q"}) == R"(values[1] is "2", must be a number or null)");
    CHECK(table_refusal("[]", {"q"}) == "values is empty: dimension 'q' needs at least one element");
}

TEST_CASE("uncertainties are as many as the values, or one for all") {
    const std::vector<Dim> dims = {{"q", 3}};
    CHECK(parse_sigma("[1, 2, 3]", dims) == std::vector<double>{1, 4, 9});
    CHECK(parse_sigma("2", dims) == std::vector<double>{4, 4, 4});
    CHECK(parse_variances("2", dims) == std::vector<double>{2, 2, 2});
    CHECK(refusal([&] { (void)parse_sigma("[1, 2]", dims); }) == "sigma has shape [q: 2], values have [q: 3]");
    CHECK(refusal([&] { (void)parse_sigma("[1, -2, 3]", dims); }) == "sigma: element 1 is negative");
    CHECK(refusal([&] { (void)parse_variances("[1, 2, -3]", dims); }) == "variances: element 2 is negative");
}

TEST_CASE("coordinates") {
    const auto all = parse_coordinates(R"({
        "q": {"values": [1, 2, 4, 8], "unit": "1/nm", "edges": true},
        "sample": {"labels": ["a", "b"]},
        "age": {"dims": ["sample", "q"], "values": [[1, 2, 3], [4, 5, 6]], "unit": "s"},
        "energy": {"dims": [], "values": 12.3, "unit": "keV"}})", {{"sample", 2}, {"q", 3}});
    REQUIRE(all.size() == 4);
    CHECK(all[0].dims == std::vector<Dim>{{"q", 4}});
    CHECK(all[0].edges);
    CHECK(all[0].unit == "1/nm");
    CHECK(all[1].labels == std::vector<std::string>{"a", "b"});
    CHECK(all[1].dims == std::vector<Dim>{{"sample", 2}});
    CHECK(all[2].numbers == std::vector<double>{1, 2, 3, 4, 5, 6});
    CHECK(all[3].dims.empty());
    CHECK(all[3].numbers == std::vector<double>{12.3});
}

TEST_CASE("a coordinate that does not fit is refused by name") {
    CHECK(coordinate_refusal(R"({"t": {"values": [1, 2]}})") ==
          "coordinate 't' lies on 't', which is none of the dimensions [sample: 2, q: 3]: give its 'dims'");
    CHECK(coordinate_refusal(R"({"t": {"values": [1, 2], "dims": ["x"]}})") ==
          "coordinate 't' lies on 'x', which is none of the dimensions [sample: 2, q: 3]");
    CHECK(coordinate_refusal(R"({"q": {"values": [1, 2]}})") == "coordinate 'q' has shape [q: 2], must have [q: 3]");
    CHECK(coordinate_refusal(R"({"q": {"values": [1, 2, 3], "edges": true}})") ==
          "coordinate 'q' has shape [q: 3], must have [q: 4] (edges: one more than the dimension)");
    CHECK(coordinate_refusal(R"({"sample": {"labels": ["a"]}})") ==
          "coordinate 'sample' has shape [sample: 1], must have [sample: 2]");
    CHECK(coordinate_refusal(R"({"q": {"unit": "1"}})") == "coordinate 'q' needs either 'values' or 'labels'");
    CHECK(coordinate_refusal(R"({"x": {"labels": ["a"], "dims": []}})") ==
          "coordinate 'x': labels lie on one dimension, without edges");
    CHECK(coordinate_refusal(R"({"x": {"values": 1, "dims": [], "edges": true}})") ==
          "coordinate 'x' cannot have edges without a dimension");
}

TEST_CASE("facts") {
    const auto all = parse_facts(R"({"smoothed": true, "scale": "absolute", "n": 3, "wavelength": {"value": 0.1, "unit": "nm"}})");
    REQUIRE(all.size() == 4);
    CHECK(std::get<bool>(all[0].value));
    CHECK(std::get<std::string>(all[1].value) == "absolute");
    CHECK(std::get<double>(all[2].value) == 3);
    CHECK(all[2].unit == "1");
    CHECK(std::get<double>(all[3].value) == 0.1);
    CHECK(all[3].unit == "nm");
}

TEST_CASE("boxes of the array") {
    const auto table = parse_table("[[1, 2, 3], [4, 5, 6]]", {"a", "b"}, "values");
    const auto box = [&](std::vector<std::int64_t> start, std::vector<std::int64_t> count, std::size_t size) {
        std::vector<double> out(size);
        copy_box(table.numbers, table.dims, start, count, out);
        return out;
    };
    CHECK(box({0, 0}, {2, 3}, 6) == table.numbers);
    CHECK(box({0, 1}, {2, 2}, 4) == std::vector<double>{2, 3, 5, 6});
    CHECK(box({1, 2}, {1, 1}, 1) == std::vector<double>{6});
    std::vector<double> one(1);
    copy_box(std::vector<double>{7}, {}, {}, {}, one);
    CHECK(one[0] == 7);
}
