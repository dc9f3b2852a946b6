// SPDX-License-Identifier: BSD-3-Clause
// pipelines/powder/calibrant.json on an image of lanthanum hexaboride whose rings stand where Bragg's law puts them.
#include <tiffio.h>

#include <cmath>
#include <memory>
#include <numbers>

#include <sluice/host/result.hpp>

#include "recipes/recipe_run.hpp"

namespace {

using namespace sluice::test;

constexpr double degree = std::numbers::pi / 180;
constexpr int size = 256;
constexpr double pixel_m = 2e-4, poni_m = 5e-3, distance_m = 0.1, wavelength_nm = 0.04;

const std::string poni = R"(poni_version: 2.1
Detector: Detector
Detector_config: {"pixel1": 2e-4, "pixel2": 2e-4, "max_shape": [256, 256], "orientation": 3}
Distance: 0.1
Poni1: 0.005
Poni2: 0.005
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 4e-11
)";

/// 2theta of h k l = 100, 110, 111, 200 of LaB6, a = 0.4156826 nm (NIST SRM 660c), by Bragg's law.
std::vector<double> rings_deg() {
    std::vector<double> rings;
    for (const int squares : {1, 2, 3, 4})
        rings.push_back(2 * std::asin(wavelength_nm * std::sqrt(squares) / (2 * 0.4156826)) / degree);
    return rings;
}

/// Rings of 0.4 degrees (full width at half maximum) on a flat 10, as an upright detector sees them: times cos^3 of 2theta and
/// the polarization for the factor 0.95.
double counts(int row, int column) {
    const double t1 = (row + 0.5) * pixel_m - poni_m, t2 = (column + 0.5) * pixel_m - poni_m;
    const double two_theta = std::atan2(std::hypot(t1, t2), distance_m), chi = std::atan2(t1, t2);
    double intensity = 10;
    for (const double ring : rings_deg())
        intensity += 1000 * std::exp(-4 * std::numbers::ln2 * std::pow((two_theta / degree - ring) / 0.4, 2));
    const double cosine = std::cos(two_theta), sine = std::sin(two_theta);
    return intensity * std::pow(cosine, 3) * (1 + cosine * cosine - 0.95 * std::cos(2 * chi) * sine * sine) / 2;
}

/// Stores the last row first, so that the recipe needs flip=slow.
void write_image(const std::filesystem::path& file) {
    const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(TIFFOpen(file.c_str(), "w"), TIFFClose);
    TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, size);
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, size);
    TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 32);
    TIFFSetField(tiff.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    std::vector<float> line(size);
    for (int row = 0; row < size; ++row) {
        for (int column = 0; column < size; ++column)
            line[static_cast<std::size_t>(column)] = static_cast<float>(counts(size - 1 - row, column));
        TIFFWriteScanline(tiff.get(), line.data(), static_cast<std::uint32_t>(row));
    }
}

/// Centre of mass of a profile above 10, within 0.6 degrees around a ring; bins of 0.02 degrees from 2.
double centroid_deg(const std::vector<double>& profile, double ring_deg) {
    double sum = 0, moment = 0;
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const double two_theta = 2 + 0.02 * (static_cast<double>(i) + 0.5);
        if (std::abs(two_theta - ring_deg) > 0.6) continue;
        sum += profile[i] - 10;
        moment += (profile[i] - 10) * two_theta;
    }
    return moment / sum;
}

}  // namespace

// A pixel is 0.11 degrees wide; a twentieth of it is allowed for the finite number of pixels on a ring.
TEST_CASE("the rings of a calibrant stand where Bragg's law puts them") {
    const TemporaryFolder folder;
    const auto image = folder.path() / "lab6.tif", result = folder.path() / "rings.h5";
    write_image(image);
    const auto geometry = folder.write("lab6.poni", poni);
    const Finished finished = run_sluice({"run", (source_folder() / "pipelines/powder/calibrant.json").string(), "-p",
                                          "image=" + image.string(), "-p", "geometry=" + geometry.string(), "-p", "flip=slow",
                                          "--set", "profile.range=[2, 14]", "-p", "bins=600", "-o", result.string()});
    CAPTURE(finished.err);
    REQUIRE(finished.code == 0);
    const auto profile = sluice::read_kept_values(result, "profile", 600);
    REQUIRE(profile.has_value());
    for (const double ring : rings_deg()) CHECK(std::abs(centroid_deg(profile->values, ring) - ring) < 0.0055);
}
