// SPDX-License-Identifier: BSD-3-Clause
// Keys to entries, against small tables that a reader can look up by hand.
#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::join;
using Entries = std::vector<std::ptrdiff_t>;
using Doubles = std::vector<double>;
using Texts = std::vector<std::string>;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Key numbers(const Doubles& data, const Doubles& table, double tolerance = 0) {
    return {"temperature", "K", {data, {}}, {table, {}}, tolerance};
}
Key labels(const Texts& data, const Texts& table) { return {"sample", "1", {{}, data}, {{}, table}, 0}; }

Entries match(const std::vector<Key>& keys) { return sluice::join::match(keys, {}, {}); }
std::string refusal(const std::vector<Key>& keys) {
    try {
        (void)match(keys);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was refused";
}

}  // namespace

TEST_CASE("one key: numbers and labels in any order") {
    CHECK(match({numbers({300, 280, 290, 300}, {290, 300, 310})}) == Entries{1, -1, 0, 1});
    CHECK(match({labels({"b", "a", "z", "b"}, {"a", "b", "c"})}) == Entries{1, 0, -1, 1});
    CHECK(match({numbers({0.1 + 0.2}, {0.3})}) == Entries{0});  // rounding of a conversion
    CHECK(match({numbers({0, -1}, {-1, 0})}) == Entries{1, 0});
}

TEST_CASE("two keys must both fit") {
    const Key sample = labels({"a", "a", "b", "b"}, {"a", "b", "b"});
    CHECK(match({numbers({300, 290, 300, 290}, {300, 290, 300}), sample}) == Entries{0, -1, 2, 1});
    CHECK(match({sample, numbers({300, 290, 300, 290}, {300, 290, 300})}) == Entries{0, -1, 2, 1});
}

TEST_CASE("a tolerance") {
    CHECK(match({numbers({300.4, 289, 295}, {290, 300}, 1)}) == Entries{1, 0, -1});
    CHECK(match({numbers({300.4}, {300})}) == Entries{-1});
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(match({numbers({infinity, 300, -infinity}, {300, infinity}, 1)}) == Entries{1, 0, -1});
    CHECK(refusal({numbers({300}, {299.5, 300.5}, 1)}) ==
          "entries 0 and 1 of the table (temperature 299.5 K; temperature 300.5 K) both fit temperature 300 K: make the "
          "tolerance smaller");
}

TEST_CASE("entries with the same keys are refused, asked for or not") {
    CHECK(refusal({numbers({300}, {310, 300, 310})}) ==
          "entries 0 and 2 of the table both have temperature 310 K: take one out (slice), or average them (pivot)");
    CHECK(refusal({labels({"z"}, {"a", "a"})}) ==
          "entries 0 and 1 of the table both have sample 'a': take one out (slice), or average them (pivot)");
    CHECK(refusal({numbers({300}, {300, 300}), labels({"a"}, {"a", "b"})}) == "nothing was refused");
    const std::vector<std::uint8_t> second{0, 1};
    CHECK(sluice::join::match({numbers({300}, {300, 300})}, {}, second) == Entries{0});
}

TEST_CASE("NaN and two kinds of keys") {
    CHECK(refusal({numbers({300, unknown}, {300})}) ==
          "the key 'temperature' of element 1 is NaN: mend it, or mask it there to leave it out");
    CHECK(refusal({numbers({300}, {unknown})}) ==
          "the key 'temperature' of table entry 0 is NaN: mend it, or mask it there to leave it out");
    const std::vector<std::uint8_t> second{0, 1}, first{1, 0};
    CHECK(sluice::join::match({numbers({300, unknown}, {unknown, 300})}, second, first) == Entries{1, -1});
    CHECK(refusal({{"sample", "", {{1, 2}, {}}, {{}, {"a"}}, 0}}) ==
          "the key 'sample' is numbers in the data and labels in the table: both must be of one kind");
}

TEST_CASE("what messages tell of a column") {
    const Key key = numbers({300, 290}, {});
    CHECK(extent(key, key.data) == "temperature 290 to 300 K");
    CHECK(extent(labels({}, {}), {{}, {"a", "b", "c", "d"}}) == "sample 'a', 'b', 'c' …");
    CHECK(keys_of_element({key, labels({"a", "b"}, {})}, 1) == "temperature 290 K, sample 'b'");
}
