// SPDX-License-Identifier: BSD-3-Clause
// Keys to places and items to cells, against tables that were filled by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::pivot;
using doctest::Approx;
using Doubles = std::vector<double>;
using Positions = std::vector<std::ptrdiff_t>;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Key kelvin(const Doubles& numbers) { return {"temperature", "K", numbers, {}}; }
Key labels(const std::vector<std::string>& texts) { return {"sample", "", {}, texts}; }

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was refused";
}

struct Means {
    Doubles values, variances;
    std::vector<std::uint8_t> mask;
};

Means average_of(const Grid& grid, const Doubles& values, const Doubles& variances = {},
                 const std::vector<std::uint8_t>& mask = {}) {
    const auto n = static_cast<std::size_t>(grid.cells());
    Means out{Doubles(n), Doubles(variances.empty() ? 0 : n), std::vector<std::uint8_t>(n)};
    average(grid, {values, variances, mask}, {out.values, out.variances, out.mask});
    return out;
}

}  // namespace

TEST_CASE("numbers increase, labels keep their order") {
    const auto axis = axis_of(kelvin({310, 290, 310, 300}), 0, {});
    CHECK(axis.numbers == Doubles{290, 300, 310});
    CHECK(axis.position == Positions{2, 0, 2, 1});
    const auto names = axis_of(labels({"TPP", "PS", "TPP"}), 0, {});
    CHECK(names.labels == std::vector<std::string>{"TPP", "PS"});
    CHECK(names.position == Positions{0, 1, 0});
}

TEST_CASE("keys within the tolerance are one, at their mean") {
    const auto axis = axis_of(kelvin({300.3, 250, 299.7}), 1, {});
    CHECK(axis.numbers[1] == Approx(300).epsilon(1e-14));
    CHECK(axis.position == Positions{1, 0, 1});
    CHECK(axis_of(kelvin({0.1 + 0.2, 0.3}), 0, {}).size() == 1);             // rounding of a conversion
    CHECK(axis_of(kelvin({0.3, 0.3, 0.3}), 0, {}).numbers == Doubles{0.3});  // equal keys keep their bits
    CHECK(refusal([] {
              (void)axis_of(kelvin({300, 300.8, 301.6}), 1, {});
          }) ==
          "the keys 'temperature' from 300 K to 301.6 K run together: neighbours are within the tolerance of 1 K, the first and "
          "the last are not. "
          "Make it smaller");
}

TEST_CASE("infinity is a key of its own") {
    const double infinity = std::numeric_limits<double>::infinity();
    const auto axis = axis_of(kelvin({infinity, 300, infinity}), 1, {});
    CHECK(axis.numbers == Doubles{300, infinity});
    CHECK(axis.position == Positions{1, 0, 1});
}

TEST_CASE("keys that are left out, and NaN") {
    const std::vector<std::uint8_t> out{0, 1, 0};
    CHECK(axis_of(kelvin({300, unknown, 290}), 0, out).position == Positions{1, -1, 0});
    CHECK(refusal([] {
              (void)axis_of(kelvin({300, unknown}), 0, {});
          }) == "the key 'temperature' of item 1 is NaN: mend it, or mask it there to leave the item out");
    const std::vector<std::uint8_t> all{1};
    CHECK(refusal([&] { (void)axis_of(kelvin({300}), 0, all); }) == "no item has a key 'temperature' that is not masked");
}

TEST_CASE("cells of a grid that is not a full product, and of rows alone") {
    const auto rows = axis_of(kelvin({300, 290, 300}), 0, {}), columns = axis_of(labels({"a", "a", "b"}), 0, {});
    const auto grid = lay_out(rows, &columns);
    CHECK(grid.rows == 2);
    CHECK(grid.columns == 2);
    CHECK(first_items(grid) == Positions{1, -1, 0, 2});  // 290: a, nothing; 300: a, b
    CHECK(first_items(lay_out(axis_of(kelvin({3, 1, 2}), 0, {}), nullptr)) == Positions{1, 2, 0});
}

TEST_CASE("two items in a cell") {
    const auto row = kelvin({300, 290, 300});
    const auto column = labels({"a", "a", "a"});
    const auto rows = axis_of(row, 0, {}), columns = axis_of(column, 0, {});
    const auto grid = lay_out(rows, &columns);
    CHECK(refusal([&] { refuse_duplicates(grid, row, rows, &column, &columns); }) ==
          "items 0 and 2 both have temperature 300 K and sample 'a': take one out (slice), or set duplicates to \"mean\"");
    CHECK(refusal([&] { refuse_duplicates(lay_out(rows, nullptr), row, rows, nullptr, nullptr); }) ==
          "items 0 and 2 both have temperature 300 K: take one out (slice), or set duplicates to \"mean\"");

    // 1/v = 1 and 1/4: (2 + 6/4) / 1.25 = 2.8, variance 0.8
    const auto means = average_of(grid, {2, 7, 6}, {1, 9, 4});
    CHECK(means.values[0] == 7);
    CHECK(means.variances[0] == 9);
    CHECK(means.values[1] == Approx(2.8).epsilon(1e-14));
    CHECK(means.variances[1] == Approx(0.8).epsilon(1e-14));
    CHECK(average_of(grid, {2, 7, 6}).values[1] == 4);  // plain
}

TEST_CASE("what a mean leaves out") {
    const auto grid = lay_out(axis_of(kelvin({1, 1, 2}), 0, {}), nullptr);
    const auto one = average_of(grid, {2, 6, unknown}, {1, 4, 1}, {1, 0, 0});
    CHECK(one.values[0] == 6);
    CHECK(one.variances[0] == Approx(4));
    CHECK(std::isnan(one.values[1]));  // a single item as it is
    CHECK(one.mask == std::vector<std::uint8_t>{0, 0});
    const auto none = average_of(grid, {unknown, 6, 5}, {1, 0, 1}, {0, 0, 1});  // NaN, and exact: no weight
    CHECK(std::isnan(none.values[0]));
    CHECK(std::isnan(none.variances[0]));
    CHECK(none.mask == std::vector<std::uint8_t>{0, 1});
    CHECK(average_of(grid, {1, 2, 3}, {}, {1, 1, 0}).mask == std::vector<std::uint8_t>{1, 0});
    const auto rows = axis_of(kelvin({1, 2}), 0, {}), columns = axis_of(kelvin({1, 2}), 0, {});
    const auto diagonal = average_of(lay_out(rows, &columns), {1, 2});
    CHECK(diagonal.mask == std::vector<std::uint8_t>{0, 1, 1, 0});
    CHECK(std::isnan(diagonal.values[1]));
}

TEST_CASE("what belongs to a whole row, and what does not") {
    const auto axis = axis_of(kelvin({300, 290, 300}), 0, {});
    CHECK(speakers(axis, Doubles{5, 6, 5}) == Positions{1, 0});
    CHECK(speakers(axis, Doubles{5, 6, 7}).empty());
}
