// SPDX-License-Identifier: BSD-3-Clause
// Detector geometry and .poni files against the formulas written out, hand-made limits and pyFAI's numbers.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "sluice/numerics/detector_geometry.hpp"

namespace {

using namespace sluice::numerics;

constexpr double pi = std::numbers::pi;

const std::string dialect_1 =
    "# Nota: C-Order, 1 refers to the Y axis, 2 to the X axis \n"
    "PixelSize1: 0.000172\nPixelSize2: 0.000173\nDistance: 0.2\nPoni1: 0.08\nPoni2: 0.07\n"
    "Rot1: -0.018\nRot2: 0.004\nRot3: -2.7e-08\nSplineFile: None\nWavelength: 4.066e-11\n";

std::string dialect_2(const std::string& config, const std::string& version = "2") {
    return "poni_version: " + version + "\nDetector: Detector\nDetector_config: " + config +
           "\nDistance: 0.3\nPoni1: 0.03\nPoni2: 0.14\nRot1: 0.007\nRot2: 0.001\nRot3: 0\n";
}

DetectorGeometry tilted() { return {0.1, 0.011, 0.007, 0.3, -0.4, 0.5, 1e-4, 2e-4, 1e-10, 3, {}}; }

std::string refusal(const std::string& text) {
    try {
        parse_poni(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

std::array<double, 3> times(const std::array<std::array<double, 3>, 3>& m, const std::array<double, 3>& v) {
    std::array<double, 3> result{};
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) result[row] += m[row][column] * v[column];
    return result;
}

}  // namespace

TEST_CASE("the place of a pixel is R3 R2 R1 (y - poni1, x - poni2, distance)") {
    const DetectorGeometry g = tilted();
    const double c1 = std::cos(0.3), s1 = std::sin(0.3), c2 = std::cos(-0.4), s2 = std::sin(-0.4), c3 = std::cos(0.5),
                 s3 = std::sin(0.5);
    const std::array<double, 3> v = {40.5e-4 - 0.011, 9.5 * 2e-4 - 0.007, 0.1};
    const auto after_1 = times({{{1, 0, 0}, {0, c1, s1}, {0, -s1, c1}}}, v);
    const auto after_2 = times({{{c2, 0, -s2}, {0, 1, 0}, {s2, 0, c2}}}, after_1);
    const auto t = times({{{c3, -s3, 0}, {s3, c3, 0}, {0, 0, 1}}}, after_2);
    const LabPoint point = PixelLocator(g, {100, 50}, Flip::none).at(40.5, 9.5);
    CHECK(point.t1_m == doctest::Approx(t[0]).epsilon(1e-14));
    CHECK(point.t2_m == doctest::Approx(t[1]).epsilon(1e-14));
    CHECK(point.t3_m == doctest::Approx(t[2]).epsilon(1e-14));
}

TEST_CASE("q is (4 pi / wavelength) sin(theta) at every angle") {
    // Truth: the sine of half the arc tangent; at 1e-6 rad its expansion q = 2 pi r / (wavelength t3).
    for (const double two_theta : {0.01, 0.7, 1.5, 2.5, 3.0}) {
        const LabPoint point{0.0, std::sin(two_theta), std::cos(two_theta)};
        CHECK(two_theta_rad(point) == doctest::Approx(two_theta));
        CHECK(q_inv_nm(point, 1e-10) == doctest::Approx(4.0 * pi / 0.1 * std::sin(two_theta / 2.0)).epsilon(1e-13));
    }
    CHECK(q_inv_nm({1e-6, 0.0, 1.0}, 1e-10) == doctest::Approx(2.0 * pi * 1e-6 / 0.1).epsilon(1e-11));
    CHECK(q_inv_nm({0.0, 0.0, 1.0}, 1e-10) == 0.0);
}

TEST_CASE("chi is 0 along the fast axis and 90 degrees along the slow one") {
    CHECK(chi_rad({0.0, 1.0, 1.0}) == 0.0);
    CHECK(chi_rad({1.0, 0.0, 1.0}) == doctest::Approx(pi / 2.0));
    CHECK(chi_rad({0.0, -1.0, 1.0}) == doctest::Approx(pi));
}

TEST_CASE("polarization and solid angle follow their definitions") {
    const DetectorGeometry g = tilted();
    const PixelLocator locator(g, {100, 50}, Flip::none);
    const LabPoint point = locator.at(70.5, 3.5);
    const double cos2 = std::pow(std::cos(two_theta_rad(point)), 2);
    for (const double factor : {-1.0, 0.0, 0.95, 1.0})
        CHECK(polarization(point, factor) ==
              doctest::Approx(0.5 * (1.0 + cos2 - factor * std::cos(2.0 * chi_rad(point)) * (1.0 - cos2))).epsilon(1e-13));
    CHECK(polarization({0.0, 0.0, 1.0}, 0.95) == 1.0);
    const double y_m = 70.5e-4 - 0.011, x_m = 7e-4 - 0.007;
    CHECK(locator.solid_angle(70.5, 3.5) == doctest::Approx(std::pow(0.1 / std::hypot(y_m, x_m, 0.1), 3)).epsilon(1e-13));
    CHECK(locator.solid_angle(110.0, 35.0) == doctest::Approx(1.0));  // at the PONI
}

TEST_CASE("orientation and flip reverse indices, and cancel") {
    const ImageShape shape{100, 50};
    DetectorGeometry g = tilted();
    const PixelLocator plain(g, shape, Flip::none);
    const auto check_same = [](const LabPoint& a, const LabPoint& b) {
        CHECK(a.t1_m == doctest::Approx(b.t1_m).epsilon(1e-13));
        CHECK(a.t2_m == doctest::Approx(b.t2_m).epsilon(1e-13));
        CHECK(a.t3_m == doctest::Approx(b.t3_m).epsilon(1e-13));
    };
    struct Reversal {
        int orientation;
        Flip flip;
        bool slow, fast;
    };
    for (const Reversal r :
         {Reversal{0, Flip::none, false, false}, Reversal{1, Flip::none, true, true}, Reversal{2, Flip::none, true, false},
          Reversal{4, Flip::none, false, true}, Reversal{3, Flip::slow, true, false}, Reversal{3, Flip::fast, false, true},
          Reversal{3, Flip::both, true, true}, Reversal{2, Flip::slow, false, false}, Reversal{1, Flip::fast, true, false}}) {
        g.orientation = r.orientation;
        check_same(PixelLocator(g, shape, r.flip).at(10.5, 7.5), plain.at(r.slow ? 89.5 : 10.5, r.fast ? 42.5 : 7.5));
    }
}

TEST_CASE("a locator refuses images that the calibration does not fit") {
    DetectorGeometry g = tilted();
    g.max_shape = ImageShape{1043, 981};
    CHECK_THROWS_WITH_AS(PixelLocator(g, {1043, 980}, Flip::none),
                         "the geometry was calibrated for images of shape [1043, 981] (max_shape); the image has shape "
                         "[1043, 980]",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(PixelLocator(tilted(), {0, 5}, Flip::none), "the image has shape [0, 5]; it needs at least one pixel",
                         std::invalid_argument);
    g = tilted();
    g.orientation = 5;
    CHECK_THROWS_WITH_AS(PixelLocator(g, {10, 5}, Flip::none),
                         "orientation 5 is not one of 1 to 4 (transposed images are not supported)", std::invalid_argument);
}

TEST_CASE("poni dialect 1") {
    const DetectorGeometry g = parse_poni(dialect_1);
    CHECK(g.distance_m == 0.2);
    CHECK(g.poni1_m == 0.08);
    CHECK(g.poni2_m == 0.07);
    CHECK(g.rot1_rad == -0.018);
    CHECK(g.rot2_rad == 0.004);
    CHECK(g.rot3_rad == -2.7e-8);
    CHECK(g.pixel1_m == 0.000172);
    CHECK(g.pixel2_m == 0.000173);
    CHECK(g.wavelength_m == 4.066e-11);
    CHECK(g.orientation == 3);
    CHECK_FALSE(g.max_shape.has_value());
}

TEST_CASE("poni dialects 2 and 2.1") {
    const DetectorGeometry g = parse_poni(dialect_2(R"({"pixel1": 5.5e-05, "pixel2": 6e-05, "max_shape": null})"));
    CHECK(g.pixel1_m == 5.5e-5);
    CHECK(g.pixel2_m == 6e-5);
    CHECK(g.orientation == 3);
    CHECK_FALSE(g.max_shape.has_value());
    CHECK_FALSE(g.wavelength_m.has_value());
    const std::string shaped = R"({"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [10, 20], "orientation": )";
    CHECK(parse_poni(dialect_2(shaped + "2}", "2.1")).orientation == 2);
    CHECK(parse_poni(dialect_2(shaped + "0}", "2.1")).orientation == 3);
    CHECK(parse_poni(dialect_2(shaped + "1}", "2.1")).max_shape == ImageShape{10, 20});
}

TEST_CASE("of appended calibrations the last counts") {
    const std::string config = R"({"pixel1": 5e-05, "pixel2": 5e-05})";
    CHECK(parse_poni(dialect_1 + dialect_2(config)).distance_m == 0.3);
    CHECK(parse_poni(dialect_1 + dialect_2(config)).pixel1_m == 5e-5);
    CHECK(parse_poni("Detector_config: " + config + "\n" + dialect_1).pixel1_m == 0.000172);
}

TEST_CASE("a named detector may state its pixels") {
    std::string named = dialect_2("{}");
    named.replace(named.find("Detector: Detector"), 18, "Detector: Pilatus1M");
    CHECK(refusal(named) ==
          "the poni text lacks the pixel sizes of detector 'Pilatus1M'; add the line Detector_config: {\"pixel1\": ..., "
          "\"pixel2\": ...} in m, or PixelSize1 and PixelSize2");
    CHECK(parse_poni(named + "PixelSize1: 1.72e-4\nPixelSize2: 1.72e-4\n").pixel2_m == 1.72e-4);
}

TEST_CASE("poni texts that cannot be used are refused with line and reason") {
    CHECK(refusal("") == "the poni text lacks Distance, Poni1, Poni2, Rot1, Rot2, Rot3");
    CHECK(refusal("Distance: 1\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot3: 0\n") == "the poni text lacks Rot2");
    CHECK(refusal(dialect_1 + "Rot1: 0.1 rad\n") == "poni line 12: Rot1 is '0.1 rad', must be a finite number");
    CHECK(refusal(dialect_1 + "Wavelength: 0\n") == "poni line 12: Wavelength is '0', must be above 0");
    CHECK(refusal(dialect_1 + "SplineFile: frelon.spline\n") ==
          "poni line 12: SplineFile is 'frelon.spline', must be None: correct the images for distortion first");
    CHECK(refusal(dialect_2("{}", "3")) == "poni line 1: poni_version is '3', must be 1, 2 or 2.1");
    CHECK(refusal(dialect_2("{pixel1")) == "poni line 3: Detector_config is '{pixel1', must be a JSON object");
    CHECK(refusal(dialect_2(R"({"pixel1": 1, "pixel2": 1, "orientation": 5})", "2.1")) ==
          "poni line 3: Detector_config is '{\"pixel1\": 1, \"pixel2\": 1, \"orientation\": 5}', has orientation 5, must "
          "be 0 to 4 (transposed images are not supported)");
}
