// SPDX-License-Identifier: BSD-3-Clause
// pipelines/pdf/metallic_glass_frames.json: frames painted with the example's curves give the S, G and onset of the curves.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <hdf5.h>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

constexpr std::size_t pixels = 180;                                     // along y and along x; the beam is at a corner
constexpr double pixel_m = 7e-4, distance_m = 0.3, wavelength_a = 0.12398419843320026;

double q_of_pixel(std::size_t y, std::size_t x) {
    const double radius = std::hypot((static_cast<double>(y) + 0.5) * pixel_m, (static_cast<double>(x) + 0.5) * pixel_m);
    return 4 * std::numbers::pi / wavelength_a * std::sin(std::atan2(radius, distance_m) / 2);
}

/// Of pixels on a flat detector: cos^3 for its solid angle, and the polarization of a beam without any.
double correction(double q) {
    const double two_theta = 2 * std::asin(q * wavelength_a / (4 * std::numbers::pi));
    const double cosine = std::cos(two_theta);
    return cosine * cosine * cosine * (1 + cosine * cosine) / 2;
}

struct Curve {
    Doubles q, intensity;
    [[nodiscard]] double at(double where) const {
        const double step = q[1] - q[0], place = (where - q[0]) / step;
        if (place <= 0) return intensity.front();
        const auto i = static_cast<std::size_t>(place);
        if (i + 1 >= q.size()) return intensity.back();
        return intensity[i] + (place - static_cast<double>(i)) * (intensity[i + 1] - intensity[i]);
    }
};

Curve read(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::string title;
    std::getline(text, title);
    Curve out;
    for (double q = 0, i = 0, sigma = 0; text >> q >> i >> sigma;) out.q.push_back(q), out.intensity.push_back(i);
    return out;
}

void add_frame(std::vector<std::uint32_t>& frames, const Curve& curve, std::mt19937& random) {
    for (std::size_t y = 0; y < pixels; ++y)
        for (std::size_t x = 0; x < pixels; ++x) {
            const double q = q_of_pixel(y, x);
            frames.push_back(std::poisson_distribution<std::uint32_t>(curve.at(q) * correction(q))(random));
        }
}

void write(hid_t file, const char* path, hid_t type, std::vector<hsize_t> shape, const void* values) {
    const hid_t parents = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(parents, 1);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t data = H5Dcreate2(file, path, type, space, parents, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(data), H5Sclose(space), H5Pclose(parents);
}

void write_frames(const std::filesystem::path& file, const std::vector<Curve>& curves, const Doubles& temperatures) {
    std::mt19937 random(4);
    std::vector<std::uint32_t> frames;
    for (const auto& curve : curves) add_frame(frames, curve, random);
    const hid_t out = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    write(out, "/entry/data/data", H5T_NATIVE_UINT32, {curves.size(), pixels, pixels}, frames.data());
    if (!temperatures.empty()) write(out, "/entry/sample/temperature", H5T_NATIVE_DOUBLE, {temperatures.size()}, temperatures.data());
    H5Fclose(out);
}

void write_geometry(const std::filesystem::path& file) {
    std::ofstream(file) << "poni_version: 2.1\nDetector: Detector\nDetector_config: {\"pixel1\": " << pixel_m << ", \"pixel2\": " << pixel_m
                        << ", \"max_shape\": [" << pixels << ", " << pixels << "], \"orientation\": 3}\nDistance: " << distance_m
                        << "\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: " << wavelength_a * 1e-10 << "\n";
}

}  // namespace

TEST_CASE("frames of the example glass") {
    const TemporaryFolder folder;
    const auto source = source_folder() / "examples/data/metallic_glass";
    const auto path = [&](const char* name) { return (folder.path() / name).string(); };
    std::vector<Curve> curves;
    Doubles temperatures;
    for (int t = 310; t <= 590; t += 20) {
        temperatures.push_back(t);
        curves.push_back(read(source / ("T" + std::to_string(t) + "K.xy")));
    }
    const Curve empty = read(source / "background.xy");
    write_frames(path("glass.h5"), curves, temperatures);
    write_frames(path("empty.h5"), {empty, empty, empty}, {});
    write_geometry(path("detector.poni"));
    const auto kept = run_pipeline(
        "pdf/metallic_glass_frames.json",
        {{"frames", path("glass.h5")}, {"background", path("empty.h5")}, {"geometry", path("detector.poni")}, {"polarization", 0},
         {"bins", 180}, {"q_from", 0.6}, {"q_to", 19.6}, {"background_scale", 0.9}, {"composition", "La65Co25Al10"}, {"energy", 100},
         {"density", 0.0352}, {"q_max", 19}, {"reference", 310}});
    CHECK(to_text(kept.at("structure.structure_factor").description().dims) == "[temperature: 15, q: 180]");
    // Bins of 0.1 per angstrom smear S a little, so only what stands out is compared.
    for (const double scale : values_of(kept.at("structure.scale"))) CHECK(scale * 60 == doctest::Approx(1).epsilon(0.02));
    CHECK(values_of(kept.at("order.first_peak_position"))[0] == doctest::Approx(3.25).epsilon(0.02));
    CHECK(values_of(kept.at("onset.status"))[0] == 0);
    const auto& onset = kept.at("onset.midpoint");
    CHECK(std::abs(values_of(onset)[0] - 450) < 4 * std::sqrt(variances_of(onset)[0]));
    MESSAGE("frames: onset " << values_of(onset)[0] << " +- " << std::sqrt(variances_of(onset)[0]) << " K");
    for (const double status : values_of(kept.at("crystals.status"))) CHECK(status == 2);  // not to be told from bins that wide
}
