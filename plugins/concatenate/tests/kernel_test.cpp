// SPDX-License-Identifier: BSD-3-Clause
// Places of elements and coordinates of parts, against lists written by hand.
#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "coordinates.hpp"
#include "kernel.hpp"

using namespace sluice::concatenate;
using Doubles = std::vector<double>;

namespace {

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was refused";
}

/// The parts' elements numbered through (part 1: 0, 1, …; part 2: 100, 101, …), as they lie in the whole.
std::vector<int> joined(const std::vector<Part>& parts, const std::string& along) {
    const auto whole = joined_dims(parts, along);
    std::vector<int> out(static_cast<std::size_t>(count(whole)), -1);
    std::ptrdiff_t offset = 0;
    int begin = 0;
    for (const auto& part : parts) {
        const auto length = part.dims[static_cast<std::size_t>(position(part.dims, along))].size;
        for (const auto& move : moves(part.dims, whole, along, offset, length))
            out[static_cast<std::size_t>(move.to)] = begin + static_cast<int>(move.from);
        offset += length;
        begin += 100;
    }
    return out;
}

std::vector<Part> lists(std::ptrdiff_t a, std::ptrdiff_t b) { return {{"first", {{"sample", a}}}, {"second", {{"sample", b}}}}; }
Coordinate numbers(const Doubles& values, const std::string& dim = "sample", bool edges = false) {
    return {{{dim, static_cast<std::ptrdiff_t>(values.size())}}, edges, values, {}, {}};
}
Coordinate names(const std::vector<std::string>& labels) {
    return {{{"sample", static_cast<std::ptrdiff_t>(labels.size())}}, false, {}, {}, labels};
}
const std::vector<Part> curves{{"first", {{"file", 2}, {"q", 3}}}, {"second", {{"file", 1}, {"q", 3}}}};

}  // namespace

TEST_CASE("parts follow one another along any dim") {
    CHECK(joined(lists(2, 3), "sample") == std::vector<int>{0, 1, 100, 101, 102});
    CHECK(joined({{"first", {{"file", 2}, {"q", 2}}}, {"second", {{"file", 1}, {"q", 2}}}}, "file") ==
          std::vector<int>{0, 1, 2, 3, 100, 101});
    CHECK(joined({{"first", {{"file", 2}, {"q", 2}}}, {"second", {{"file", 2}, {"q", 1}}}}, "q") ==
          std::vector<int>{0, 1, 100, 2, 3, 101});
}

TEST_CASE("dims in another order are put in that of the first part") {
    // The second part as [q, file]: its elements of file 0 are 0 and 2 there.
    CHECK(joined({{"first", {{"file", 1}, {"q", 2}}}, {"second", {{"q", 2}, {"file", 2}}}}, "file") ==
          std::vector<int>{0, 1, 100, 102, 101, 103});
}

TEST_CASE("dims that do not fit") {
    CHECK(refusal([] {
              (void)joined_dims({{"first", {{"file", 2}, {"q", 3}}}, {"second", {{"file", 2}, {"q", 4}}}}, "file");
          }) ==
          "the input 'first' is [file: 2, q: 3] and the input 'second' is [file: 2, q: 4]: all dimensions but 'file' must be the "
          "same. Bring both onto "
          "one grid first (interpolate)");
    CHECK(refusal([] {
              (void)joined_dims({{"first", {{"file", 2}}}, {"second", {{"sample", 2}}}}, "file");
          }) == "dim = 'file', but the input 'second' has the dimensions [sample: 2]");
    CHECK(refusal([] { (void)joined_dims(lists(2, 2), "q"); }) ==
          "dim = 'q', but the input 'first' has the dimensions [sample: 2]");
}

TEST_CASE("coordinates: joined, repeated, or the same for all") {
    CHECK(join("temperature", lists(2, 1), {numbers({300, 310}), numbers({290})}, "sample")->numbers == Doubles{300, 310, 290});
    CHECK(join("name", lists(1, 2), {names({"a"}), names({"b", "c"})}, "sample")->labels ==
          std::vector<std::string>{"a", "b", "c"});
    const Coordinate warm{{}, false, {300}, {}, {}}, cold{{}, false, {250}, {}, {}};
    CHECK(join("temperature", lists(2, 1), {warm, cold}, "sample")->numbers == Doubles{300, 300, 250});
    CHECK(join("temperature", lists(2, 1), {warm, warm}, "sample")->dims.empty());
    CHECK(join("temperature", lists(2, 1), {warm, numbers({250})}, "sample")->numbers == Doubles{300, 300, 250});
    Coordinate first = numbers({1, 2}), second = numbers({3});
    first.integers = {1, 2}, second.integers = {3};
    CHECK(join("train", lists(2, 1), {first, second}, "sample")->integers == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("coordinates: an axis per part, and one for all") {
    const auto q = numbers({1, 2, 3}, "q");
    CHECK(join("q", curves, {q, q}, "file")->numbers == Doubles{1, 2, 3});
    CHECK(refusal([&] {
              (void)join("q", curves, {q, numbers({1, 2, 4}, "q")}, "file");
          }) == "'q' differs between the input 'first' and the input 'second'. Bring both onto one grid first (interpolate)");
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(refusal([&] {
              (void)join("q", curves, {q, numbers({1, 2, infinity}, "q")}, "file");
          }) != "nothing was refused");
    const Coordinate own{{{"file", 2}, {"q", 3}}, false, {1, 2, 3, 4, 5, 6}, {}, {}};
    const auto both = join("q", curves, {own, q}, "file");
    CHECK(both->dims == Dims{{"file", 3}, {"q", 3}});
    CHECK(both->numbers == Doubles{1, 2, 3, 4, 5, 6, 1, 2, 3});
}

TEST_CASE("coordinates: bin edges join where they meet") {
    const auto met = join("q", lists(2, 1), {numbers({0, 1, 2}, "sample", true), numbers({2, 4}, "sample", true)}, "sample");
    CHECK(met->edges);
    CHECK(met->numbers == Doubles{0, 1, 2, 4});
    const auto apart = join("q", lists(2, 1), {numbers({0, 1, 2}, "sample", true), numbers({3, 4}, "sample", true)}, "sample");
    CHECK(!apart->edges);
    CHECK(apart->numbers == Doubles{0.5, 1.5, 3.5});
    const Coordinate several{{{"file", 2}, {"q", 4}}, true, Doubles(8, 1), {}, {}};
    CHECK(!join("q", curves, {several, several}, "file"));
}

TEST_CASE("coordinates of two kinds, and an order that is asked for") {
    CHECK(refusal([] {
              (void)join("sample", lists(1, 1), {names({"a"}), numbers({1})}, "sample");
          }) == "the coordinate 'sample' is labels in the input 'first' and numbers in the input 'second'");
    CHECK(refusal([] {
              check_increasing("q", numbers({1, 2, 2}));
          }) ==
          "the coordinate 'q' must increase strictly, but has 2 at index 2 after 2. Put the parts in their order, or leave "
          "'increasing' out");
    CHECK(refusal([] {
              check_increasing("q", numbers({1, std::numeric_limits<double>::quiet_NaN()}));
          }).find("nan at index 1") != std::string::npos);
    CHECK(refusal([] { check_increasing("q", numbers({1, 2, 3})); }) == "nothing was refused");
}
