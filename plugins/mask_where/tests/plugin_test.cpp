// SPDX-License-Identifier: BSD-3-Clause
// What a recipe meets: values that pass untouched, flags that become masks, broadcast by name.
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;
using Marks = std::vector<int>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Array masked(const Array& data, const Array& flag, const Json& with = Json::object()) {
    return run_plugin("mask_where", with, {{"data", data}, {"flag", flag}}).at("data");
}

const Dims samples{{"sample", 4}};
const Array flags = Array::from<double>("flag", samples, "1", Doubles{0, 1, missing, -2});

}  // namespace

TEST_CASE("values, variances, type and unit pass; flags that are not 0 mask") {
    const auto out = masked(Array::from<double>("x", samples, "1/cm", Doubles{1, 2, missing, -4}, Doubles{0.1, 0.2, 0.3, 0.4}), flags);
    CHECK(mask_of(out, "flagged") == Marks{0, 1, 0, 1});
    CHECK(values_of(out)[1] == 2);
    CHECK(std::isnan(values_of(out)[2]));
    CHECK(values_of(out)[3] == -4);
    CHECK(variances_of(out) == Doubles{0.1, 0.2, 0.3, 0.4});
    CHECK(out.unit().text() == "1/cm");

    const auto counts = masked(Array::from<std::uint16_t>("n", samples, "count", std::vector<std::uint16_t>{1, 2, 3, 65535}), flags);
    CHECK(counts.dtype() == DType::uint16);
    CHECK(values_of(counts) == Doubles{1, 2, 3, 65535});
}

TEST_CASE("inverted, and flags that are true or false") {
    const auto data = Array::from<double>("x", samples, "1", Doubles{1, 2, 3, 4});
    CHECK(mask_of(masked(data, flags, {{"invert", true}}), "flagged") == Marks{1, 0, 1, 0});
    const auto truth = Array::from<bool>("flag", samples, "1", std::vector<bool>{true, false, false, true});
    CHECK(mask_of(masked(data, truth), "flagged") == Marks{1, 0, 0, 1});
}

TEST_CASE("a flag per sample masks the whole curve, and masks of the data stay") {
    const Dims dims{{"sample", 2}, {"q", 3}};
    const auto curves = with_mask(Array::from<double>("I", dims, "1/cm", Doubles{1, 2, 3, 4, 5, 6}), "beamstop", dims,
                                  {true, false, false, false, false, false});
    const auto out = masked(curves, Array::from<double>("flag", {{"sample", 2}}, "1", Doubles{0, 1}));
    CHECK(to_text(out.dims()) == "[sample: 2, q: 3]");
    CHECK(mask_of(out, "flagged") == Marks{0, 0, 0, 1, 1, 1});
    CHECK(mask_of(out, "beamstop") == Marks{1, 0, 0, 0, 0, 0});
}

TEST_CASE("a flag with a dimension of another length is refused") {
    const auto data = Array::from<double>("x", samples, "1", Doubles{1, 2, 3, 4});
    CHECK(error_of([&] { masked(data, Array::from<double>("flag", {{"sample", 3}}, "1", Doubles{0, 0, 1})); }) == Contains("sample"));
}
