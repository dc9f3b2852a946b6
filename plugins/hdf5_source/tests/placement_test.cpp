// SPDX-License-Identifier: BSD-3-Clause
// Tests of finding the dimensions that a coordinate or a mask lies along.
#include "../placement.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace sluice::hdf5_source;
using Indices = std::vector<std::size_t>;
using Names = std::vector<std::string>;

namespace {

const std::vector<NamedSize> image{{"frame", 10}, {"y", 4}, {"x", 5}};
const std::vector<NamedSize> square{{"frame", 10}, {"y", 4}, {"x", 4}};

std::string fault_of(const std::vector<NamedSize>& array, const Placed& placed) {
    try {
        (void)find_placement(array, placed, "a.h5: dataset 'd'");
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("sizes say where a dataset lies") {
    CHECK(find_placement(image, {"time", {10}, {}, true}, "").dims == Indices{0});
    CHECK(find_placement(image, {"mask", {4, 5}, {}, false}, "").dims == Indices{1, 2});
    CHECK(find_placement(image, {"m", {10, 5}, {}, false}, "").dims == Indices{0, 2});
    CHECK(find_placement(image, {"energy", {}, {}, true}, "").dims == Indices{});
}

TEST_CASE("one element more means bin edges, for coordinates, where nothing fits as it is") {
    const auto edges = find_placement(image, {"x", {6}, {}, true}, "");
    CHECK(edges.dims == Indices{2});
    CHECK(edges.edges);
    const auto points = find_placement(image, {"t", {5}, {}, true}, "");  // could be edges of y
    CHECK(points.dims == Indices{2});
    CHECK_FALSE(points.edges);
    CHECK(find_placement(image, {"t", {5}, Names{"y"}, true}, "").edges);
}

TEST_CASE("dimensions of one element count only where they fit") {
    const auto mask = find_placement(image, {"mask", {1, 4, 5}, {}, false}, "");
    CHECK(mask.dims == Indices{1, 2});
    CHECK(mask.squeezed);
    CHECK(find_placement(image, {"energy", {1}, {}, true}, "").dims == Indices{});
    const std::vector<NamedSize> one_frame{{"frame", 1}, {"y", 4}, {"x", 5}};
    CHECK(find_placement(one_frame, {"mask", {1, 4, 5}, {}, false}, "").dims == Indices{0, 1, 2});
}

TEST_CASE("a name or the user decides between dimensions of one size") {
    CHECK(find_placement(square, {"x", {4}, {}, true}, "").dims == Indices{2});
    const auto edges = find_placement({{"frame", 6}, {"x", 5}}, {"x", {6}, {}, true}, "");  // not along frame
    CHECK(edges.dims == Indices{1});
    CHECK(edges.edges);
    CHECK(find_placement(square, {"height", {4}, Names{"y"}, true}, "").dims == Indices{1});
    CHECK(fault_of(square, {"height", {4}, {}, true}) ==
          "a.h5: dataset 'd': its shape [4] fits [y] and [x]. Say which with \"dims\".");
}

TEST_CASE("what does not fit is refused") {
    CHECK(fault_of(image, {"mask", {5, 4}, {}, false}) ==
          "a.h5: dataset 'd': its shape [5, 4] does not fit dimensions of the array [frame: 10, y: 4, x: 5], in that order.");
    CHECK(fault_of(image, {"mask", {4, 5}, Names{"frame", "y"}, false}) ==
          "a.h5: dataset 'd': its shape [4, 5] does not fit the dims [frame, y] of the array [frame: 10, y: 4, x: 5], in that "
          "order.");
    CHECK(fault_of(image, {"mask", {11}, {}, false}).starts_with("a.h5: dataset 'd': its shape [11] does not fit"));
}
