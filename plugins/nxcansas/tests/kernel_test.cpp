// SPDX-License-Identifier: BSD-3-Clause
// Which arrays are curves I(q), in which unit, and which of their points.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "curve_file.hpp"
#include "kernel.hpp"

using namespace sluice::nxcansas;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A handful of units by hand: dimension and value in its base unit.
double factor(std::string_view from, std::string_view to) {
    static const std::map<std::string_view, std::pair<int, double>> known{
        {"1/m", {1, 1}},       {"1/cm", {1, 1e2}}, {"1/nm", {1, 1e9}},  {"1/angstrom", {1, 1e10}}, {"1/um", {1, 1e6}},
        {"cm2/g", {2, 0.1}},   {"m2/g", {2, 1e3}}, {"1", {3, 1}},       {"count", {3, 1}},         {"1/s", {4, 1}},
        {"arbitrary", {5, 1}}, {"K", {6, 1}},      {"deg", {3, 0.0174}}};
    const auto a = known.find(from), b = known.find(to);
    return a == known.end() || b == known.end() || a->second.first != b->second.first ? 0 : a->second.second / b->second.second;
}

/// (sample 2, q 3)
GatheredArray series() {
    GatheredArray array{"net", "1/cm", {{"sample", 2}, {"q", 3}}, std::vector<double>{1, 2, 3, 4, 5, 6}, {1, 4, 9, 16, 25, 36}};
    array.coordinates = {{"q", {{"q", 3}}, "1/nm", false, {0.1, 0.2, 0.4}},
                         {"sample", {{"sample", 2}}, "1", false, {}, {}, {"water", "oil"}},
                         {"temperature", {{"sample", 2}}, "K", false, {290, 300}}};
    return array;
}

std::string refusal(const GatheredArray& array) {
    try {
        static_cast<void>(read_as_curves(array, factor));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

std::string intensity_unit(const std::string& unit, const std::string& scale = "") {
    auto array = series();
    array.unit = unit;
    if (!scale.empty()) array.facts = {{"intensity_scale", scale}};
    return intensity_conversion(array, factor).unit;
}

}  // namespace

TEST_CASE("q goes into the closed list of units") {
    CHECK(q_conversion("1/nm", factor).factor == 1);
    CHECK(q_conversion("1/angstrom", factor).unit == "1/angstrom");
    CHECK(q_conversion("1/um", factor).unit == "1/nm");
    CHECK(q_conversion("1/um", factor).factor == doctest::Approx(1e-3).epsilon(1e-15));
    CHECK(q_conversion("deg", factor).unit == "");
}

TEST_CASE("intensity goes into the closed list: absolute in 1/cm, the rest arbitrary") {
    auto array = series();
    array.unit = "1/m";
    CHECK(intensity_conversion(array, factor).unit == "1/cm");
    CHECK(intensity_conversion(array, factor).factor == doctest::Approx(0.01).epsilon(1e-15));
    CHECK(intensity_unit("m2/g") == "cm2/g");
    for (const char* unit : {"1", "count", "1/s", "arbitrary"}) CHECK(intensity_unit(unit) == "arbitrary");
    CHECK(intensity_unit("1/cm", "relative") == "arbitrary");
    CHECK(intensity_unit("1", "absolute") == "");
    CHECK(intensity_unit("K") == "");
}

TEST_CASE("a curve: converted, its conditions, sample and temperature") {
    auto array = series();
    array.unit = "1/m";
    const Reading reading = read_as_curves(array, factor);
    CHECK(reading.dim == "q");
    const Curve curve = curve_of(array, reading, 1);
    CHECK(curve.q == std::vector<double>{0.1, 0.2, 0.4});
    CHECK(curve.intensity == std::vector<double>{0.04, 0.05, 0.06});
    CHECK(curve.sigma == std::vector<double>{0.04, 0.05, 0.06});
    CHECK(curve.conditions == "sample = oil, temperature = 300 K");
    CHECK(curve.sample == "oil");
    CHECK(curve.temperature == 300);
    CHECK(curve.temperature_unit == "K");
}

TEST_CASE("masked points and NaN are left out of their curve and counted") {
    auto array = series();
    array.values = std::vector<double>{1, not_a_number, 3, 4, 5, 6};
    array.variances[2] = -1;
    array.masked = {0, 0, 0, 0, 0, 1};
    const Reading reading = read_as_curves(array, factor);
    const Curve first = curve_of(array, reading, 0), second = curve_of(array, reading, 1);
    CHECK(first.q == std::vector<double>{0.1});
    CHECK(first.left_out == 2);  // NaN, and a negative variance
    CHECK(second.intensity == std::vector<double>{4, 5});
    CHECK(second.left_out == 1);
}

TEST_CASE("negative intensities stay; q is sorted with its points; a repeated q is seen") {
    auto array = series();
    array.values = std::vector<double>{-1, -2, -3, 4, 5, 6};
    array.coordinates[0].values = {0.4, 0.1, 0.2};
    const Curve curve = curve_of(array, read_as_curves(array, factor), 0);
    CHECK(curve.q == std::vector<double>{0.1, 0.2, 0.4});
    CHECK(curve.intensity == std::vector<double>{-2, -3, -1});
    CHECK(curve.sigma == std::vector<double>{2, 3, 1});
    CHECK(!curve.repeated_q);
    array.coordinates[0].values = {0.4, 0.1, 0.4};
    CHECK(curve_of(array, read_as_curves(array, factor), 0).repeated_q);
}

TEST_CASE("q may differ between curves, lie along a dim of another name, or be bin edges") {
    auto array = series();
    array.coordinates[0] = {"q", {{"sample", 2}, {"q", 3}}, "1/nm", false, {1, 2, 3, 4, 5, 6}};
    CHECK(curve_of(array, read_as_curves(array, factor), 1).q == std::vector<double>{4, 5, 6});
    array.coordinates[0] = {"q", {{"q", 4}}, "1/angstrom", true, {0, 1, 2, 4}};
    CHECK(curve_of(array, read_as_curves(array, factor), 1).q == std::vector<double>{0.5, 1.5, 3});
    array.dims[1].name = "roi";
    array.coordinates[0] = {"q", {{"roi", 3}}, "1/nm", false, {1, 2, 3}};
    CHECK(read_as_curves(array, factor).dim == "roi");
    CHECK(curve_of(array, read_as_curves(array, factor), 0).q == std::vector<double>{1, 2, 3});
}

TEST_CASE("integers, curves without variances") {
    auto array = series();
    array.values = std::vector<std::int64_t>{1, 2, 3, 4, 5, 6};
    array.variances.clear();
    array.unit = "count";
    const Curve curve = curve_of(array, read_as_curves(array, factor), 1);
    CHECK(curve.intensity == std::vector<double>{4, 5, 6});
    CHECK(curve.sigma.empty());
}

TEST_CASE("what is no I(q) is refused with the reason") {
    auto array = series();
    array.coordinates[0].unit = "deg";
    CHECK(refusal(array) ==
          "'net' is no curve I(q): it needs a coordinate q of a unit like 1/nm, and has q in deg, sample (texts), "
          "temperature in K. Write it with format columns, or keep it as nexus_result");
    array = series();
    array.unit = "K";
    CHECK(refusal(array) ==
          "'net' is no curve I(q): its unit is K, and an intensity has one like 1/cm or cm2/g, or 1 or count/s where the "
          "scale is relative. Write it with format columns");
    array.unit = "1";
    array.facts = {{"intensity_scale", std::string("absolute")}};
    CHECK(refusal(array).starts_with("'net' is no curve I(q): its unit is 1 on an absolute scale, and"));
    const GatheredArray number{"Q", "1", {}, std::vector<double>{1}};
    CHECK(refusal(number).starts_with("'Q' is no curve I(q): it needs a coordinate q of a unit like 1/nm, and has none. "));
}

TEST_CASE("a full disk and a folder that is not there are errors with the reason") {
    CHECK_THROWS_WITH(CurveFile("/nowhere/a.h5", 1), "cannot write '/nowhere/a.h5': No such file or directory");
    if (!std::filesystem::exists("/dev/full")) return;   // Linux: a device that is always full
    const auto array = series();
    const Reading reading = read_as_curves(array, factor);
    const auto write = [&] {
        CurveFile file("/dev/full", 1);
        file.add({"net", "net", "a title", reading, &array}, curve_of(array, reading, 0), {}, "{}");
        file.finish();
    };
    CHECK_THROWS_WITH(write(),
                      "cannot write '/dev/full': No space left on device. Free space or choose another folder for the output");
}
