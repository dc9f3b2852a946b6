// SPDX-License-Identifier: BSD-3-Clause
// Ranges as Python and a ruler would give them, and what is said when nothing lies within.
#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "kernel.hpp"

using namespace sluice::slice;

namespace {

const Dimension frames{"frame", 10};
const std::vector<double> q_values = {0.1, 0.2, 0.3, 0.4, 0.5};

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing was refused";
}

Range cut(const std::vector<double>& values, std::optional<double> from, std::optional<double> to, std::int64_t step = 1) {
    return by_value({"q", static_cast<std::int64_t>(values.size())}, {"q", "1/nm", values}, from, to, step);
}

}  // namespace

TEST_CASE("indices as in Python") {  // range(10)[begin:end:step]
    CHECK(by_index(frames, {}, {}, 1) == Range{0, 1, 10});
    CHECK(by_index(frames, 2, 5, 1) == Range{2, 1, 3});
    CHECK(by_index(frames, 2, 5, 2) == Range{2, 2, 2});
    CHECK(by_index(frames, -3, {}, 1) == Range{7, 1, 3});
    CHECK(by_index(frames, {}, -8, 1) == Range{0, 1, 2});
    CHECK(by_index(frames, -100, 100, 3) == Range{0, 3, 4});
    CHECK(one_element(frames, 3) == Range{3, 1, 1});
    CHECK(one_element(frames, -1) == Range{9, 1, 1});
}

TEST_CASE("an empty range of indices is refused with the range that there is") {
    CHECK(refusal([] { (void)by_index(frames, 5, 5, 1); }) == "begin 5, end 5 leaves nothing: 'frame' has elements 0 to 9");
    CHECK(refusal([] { (void)by_index(frames, 12, {}, 1); }) ==
          "begin 12, end (last) leaves nothing: 'frame' has elements 0 to 9");
    CHECK(refusal([] { (void)by_index(frames, {}, -10, 1); }) ==
          "begin (first), end -10 leaves nothing: 'frame' has elements 0 to 9");
    CHECK(refusal([] { (void)one_element(frames, 10); }) == "there is no element 10: 'frame' has elements 0 to 9");
    CHECK(refusal([] { (void)one_element(frames, -11); }) == "there is no element -11: 'frame' has elements 0 to 9");
}

TEST_CASE("values, both ends included, in rising and falling order") {
    CHECK(cut(q_values, 0.2, 0.4) == Range{1, 1, 3});
    CHECK(cut(q_values, 0.15, {}) == Range{1, 1, 4});
    CHECK(cut(q_values, {}, 0.35) == Range{0, 1, 3});
    CHECK(cut(q_values, 0.1, 0.5, 2) == Range{0, 2, 3});
    CHECK(cut({0.5, 0.4, 0.3, 0.2, 0.1}, 0.2, 0.4) == Range{1, 1, 3});
    CHECK(cut({std::numeric_limits<double>::quiet_NaN(), 0.2, 0.3}, {}, 1.0) == Range{1, 1, 2});
}

TEST_CASE("a range of values that cannot be cut is refused") {
    CHECK(refusal([] { (void)cut(q_values, 3, 20); }) ==
          "no element of 'q' has 'q' between 3 and 20 1/nm: its values go from 0.1 to 0.5");
    CHECK(refusal([] { (void)cut(q_values, 3, {}); }) ==
          "no element of 'q' has 'q' at or above 3 1/nm: its values go from 0.1 to 0.5");
    CHECK(refusal([] { (void)cut({std::numeric_limits<double>::quiet_NaN()}, {}, 3); }) ==
          "no element of 'q' has 'q' at or below 3 1/nm: all its values are NaN");
    CHECK(refusal([] { (void)cut(q_values, 2, 1); }) == "from = 2 is larger than to = 1");
    CHECK(refusal([] { (void)cut({1, 2, 3, 2, 1}, 1, 2); }) ==
          "coordinate 'q' enters the range twice, at elements 0 and 3 of 'q': cut by begin and end");
}
