// SPDX-License-Identifier: BSD-3-Clause
// Lines of calibrants, the intensity's closed forms, the expected image and the statistics of the frames.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::powder_simulation;
namespace numerics = sluice::numerics;

namespace {

constexpr double pi = std::numbers::pi;

/// 21 x 31 pixels of 0.2 mm, 0.1 m away, the beam at the corner (10, 15).
Settings small_detector() {
    Settings settings;
    settings.shape = {21, 31};
    settings.geometry.distance_m = 0.1;
    settings.geometry.pixel1_m = settings.geometry.pixel2_m = 2e-4;
    settings.geometry.poni1_m = 10 * 2e-4;
    settings.geometry.poni2_m = 15 * 2e-4;
    settings.geometry.wavelength_m = 1e-10;
    settings.intensity.flat = 4;
    settings.intensity.form = Form::debye_bueche;
    settings.intensity.form_intensity = 30;
    settings.intensity.form_length_nm = 0.5;
    settings.seed = 7;
    return settings;
}

template <class T>
std::vector<T> frame(const Simulation& simulation, std::int64_t index) {
    std::vector<T> out(simulation.expected().size());
    simulation.fill<T>(index, 0, 21, 0, 31, out);
    return out;
}

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing was refused";
}

}  // namespace

TEST_CASE("lines of the calibrants") {
    // d in Angstrom: the .D files of pyFAI 0.21.3 (CeO2, LaB6_SRM660c, Si_SRM640e, AgBh), 9 digits
    struct Case { const char* material; std::vector<double> d_angstrom; };
    for (const auto& [material, spacings] : {Case{"ceria", {3.12441816, 2.70582550, 1.91330756, 1.63167417, 1.56220908}},
                                             Case{"lanthanum_hexaboride", {4.15682600, 2.93931985, 2.39994461, 2.07841300, 1.85898910}},
                                             Case{"silicon", {3.13569266, 1.92021175, 1.63756208, 1.35779475, 1.24599792}},
                                             Case{"silver_behenate", {58.38, 29.19, 19.46, 14.595, 11.676}}}) {
        CAPTURE(material);
        const auto lines = calibrant_lines_inv_nm(material, 60);
        REQUIRE(lines.size() >= spacings.size());
        for (std::size_t i = 0; i < spacings.size(); ++i)
            CHECK(20 * pi / lines[i] == doctest::Approx(spacings[i]).epsilon(1e-8));
        CHECK(std::is_sorted(lines.begin(), lines.end()));
        CHECK(lines.back() <= 60);
    }
    CHECK(calibrant_lines_inv_nm("ceria", 1).empty());
    CHECK(refusal([] { (void)calibrant_lines_inv_nm("salt", 1); }) ==
          "there is no calibrant 'salt': choose ceria, lanthanum_hexaboride, silicon or silver_behenate");
}

TEST_CASE("the intensity follows its formulas") {
    Intensity model;
    model.flat = 2;
    model.form_intensity = 100;
    model.form_length_nm = 3;
    CHECK(intensity_at(1, model) == 2);
    model.form = Form::debye_bueche;
    CHECK(intensity_at(0, model) == 102);
    CHECK(intensity_at(1.0 / 3, model) == doctest::Approx(2 + 100.0 / 4));
    model.form = Form::guinier;
    CHECK(intensity_at(1.0 / 3, model) == doctest::Approx(2 + 100 * std::exp(-1.0 / 3)));
    model.form = Form::power_law;
    CHECK(intensity_at(2, model) == doctest::Approx(2 + 100.0 / 16));
    model.form = Form::none;
    model.lines_inv_nm = {10, 20};
    model.line_height = 50;
    model.line_width_inv_nm = 0.5;
    CHECK(intensity_at(10, model) == doctest::Approx(52));
    CHECK(intensity_at(20.25, model) == doctest::Approx(2 + 25));  // half the width away: half the height
    CHECK(intensity_at(15, model) == 2);
    CHECK(form_from_name("guinier") == Form::guinier);
    CHECK(refusal([] { (void)form_from_name("porod"); }) ==
          "there is no form 'porod': choose none, debye_bueche, guinier or power_law");
}

TEST_CASE("the invariant of the Debye-Bueche form") {
    Intensity model;
    model.form = Form::debye_bueche;
    model.form_intensity = 10;
    model.form_length_nm = 2;
    double sum = 0;  // mid-point rule, 1e6 steps up to q = 5 1/nm: error below 1e-10
    const int n = 1'000'000;
    for (int i = 0; i < n; ++i) {
        const double q = 5 * (i + 0.5) / n;
        sum += q * q * intensity_at(q, model) * 5 / n;
    }
    CHECK(debye_bueche_invariant(10, 2, 5) == doctest::Approx(sum).epsilon(1e-9));
    CHECK(debye_bueche_invariant(10, 2, 1e12) == doctest::Approx(pi * 10 / (4 * 8)).epsilon(1e-9));
}

TEST_CASE("expected counts are I(q) times solid angle and polarization at the centre of each pixel") {
    auto settings = small_detector();
    settings.polarization = 0.9;
    const Simulation simulation(settings);
    for (const std::int64_t row : {0, 7, 20}) {
        for (const std::int64_t column : {0, 15, 30}) {
            // an upright detector: all from the right triangle with legs r and L
            const double y = (static_cast<double>(row) + 0.5 - 10) * 2e-4, x = (static_cast<double>(column) + 0.5 - 15) * 2e-4;
            const double two_theta = std::atan2(std::hypot(x, y), 0.1), chi = std::atan2(y, x);
            const double q = 4 * pi / 0.1 * std::sin(two_theta / 2);
            const double omega = std::pow(std::cos(two_theta), 3);
            const double sine = std::sin(two_theta), cosine = std::cos(two_theta);
            const double polarization = 0.5 * (1 + cosine * cosine - 0.9 * std::cos(2 * chi) * sine * sine);
            const double intensity = 4 + 30 / std::pow(1 + 0.25 * q * q, 2);
            CHECK(simulation.expected()[static_cast<std::size_t>(row * 31 + column)] ==
                  doctest::Approx(intensity * omega * polarization).epsilon(1e-12));
        }
    }
    settings.polarization.reset();
    settings.solid_angle = false;
    settings.intensity.form = Form::none;
    const Simulation plain(settings);
    CHECK(std::all_of(plain.expected().begin(), plain.expected().end(), [](double counts) { return counts == 4; }));
}

TEST_CASE("a frame is the same whatever box it is read in, and another frame is another one") {
    auto settings = small_detector();
    settings.bad_pixels = 5;
    settings.monitor_variation = 0.1;
    const Simulation simulation(settings), again(settings);
    const auto whole = frame<std::uint16_t>(simulation, 3);
    CHECK(frame<std::uint16_t>(again, 3) == whole);
    CHECK(frame<std::uint16_t>(simulation, 4) != whole);
    std::vector<std::uint16_t> part(4 * 6);
    simulation.fill<std::uint16_t>(3, 2, 4, 10, 6, part);
    for (std::size_t row = 0; row < 4; ++row)
        for (std::size_t column = 0; column < 6; ++column)
            CHECK(part[row * 6 + column] == whole[(row + 2) * 31 + column + 10]);
    ++settings.seed;
    CHECK(frame<std::uint16_t>(Simulation(settings), 3) != whole);
}

TEST_CASE("frames have the expected mean and Poisson variance, and follow the monitor") {
    auto settings = small_detector();
    settings.monitor_variation = 0.2;
    settings.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    MESSAGE("seed " << settings.seed);
    const Simulation simulation(settings);
    const int frames = 2000;
    double pull_sum = 0, pull_squares = 0, monitor_sum = 0;
    for (int i = 0; i < frames; ++i) {
        const double monitor = simulation.monitor(i);
        CHECK_UNARY(monitor > 0.8 && monitor < 1.2);
        monitor_sum += monitor;
        const auto counts = frame<float>(simulation, i);
        for (std::size_t p = 0; p < counts.size(); ++p) {
            const double mean = simulation.expected()[p] * monitor;
            const double pull = (static_cast<double>(counts[p]) - mean) / std::sqrt(mean);
            pull_sum += pull;
            pull_squares += pull * pull;
        }
    }
    // pulls have mean 0 and variance 1; their squares have variance 2 + 1/mean <= 2.25 (mean >= 4 x 0.8 x Omega); monitor
    // has variance 0.2^2/3. Six standard errors.
    const double n = frames * 21.0 * 31.0;
    CHECK(std::abs(pull_sum / n) < 6 / std::sqrt(n));
    CHECK(std::abs(pull_squares / n - 1) < 6 * std::sqrt(2.5 / n));
    CHECK(std::abs(monitor_sum / frames - 1) < 6 * 0.2 / std::sqrt(3.0 * frames));
}

TEST_CASE("without noise: the expected counts, rounded in integers") {
    auto settings = small_detector();
    settings.poisson = false;
    const Simulation simulation(settings);
    const auto exact = frame<float>(simulation, 0);
    const auto rounded = frame<std::uint32_t>(simulation, 9);
    for (std::size_t p = 0; p < exact.size(); ++p) {
        CHECK(exact[p] == static_cast<float>(simulation.expected()[p]));
        CHECK(rounded[p] == static_cast<std::uint32_t>(std::llround(simulation.expected()[p])));
    }
}

TEST_CASE("bad pixels are as many as asked for, masked, and read what no good pixel reads") {
    auto settings = small_detector();
    settings.bad_pixels = 20;
    const Simulation simulation(settings);
    const auto& bad = simulation.bad_pixels();
    CHECK(std::count(bad.begin(), bad.end(), 1) == 20);
    const auto integers = frame<std::uint16_t>(simulation, 0);
    const auto floats = frame<float>(simulation, 0);
    for (std::size_t p = 0; p < bad.size(); ++p) {
        CHECK((integers[p] == 65535) == (bad[p] == 1));
        CHECK(std::isnan(floats[p]) == (bad[p] == 1));
    }
    settings.bad_pixels = 21 * 31;
    const auto all = Simulation(settings).bad_pixels();
    CHECK(std::count(all.begin(), all.end(), 1) == 21 * 31);
}

TEST_CASE("what cannot be simulated is refused") {
    auto settings = small_detector();
    settings.bad_pixels = 1000;
    CHECK(refusal([&] { Simulation{settings}; }) == "bad_pixels = 1000, but the image has 651 pixels");
    settings = small_detector();
    settings.geometry.wavelength_m.reset();
    CHECK(refusal([&] { Simulation{settings}; }) == "the geometry has no wavelength, which q needs: give 'wavelength'");
    settings = small_detector();
    settings.geometry.poni1_m = 10.5 * 2e-4;  // the beam hits the centre of pixel [10, 15]
    settings.geometry.poni2_m = 15.5 * 2e-4;
    settings.intensity.form = Form::power_law;
    CHECK(refusal([&] { Simulation{settings}; }) ==
          "the expected counts of pixel [10, 15] are inf, must be finite and not negative");
    settings = small_detector();
    settings.intensity.flat = 60000;
    settings.intensity.form = Form::none;
    settings.solid_angle = false;
    CHECK(refusal([&] { Simulation(settings).check_fits(65535); }) == "nothing was refused");
    settings.intensity.flat = 64000;  // 64000 + 10 sqrt(64000) + 10 = 66539.8
    CHECK(refusal([&] { Simulation(settings).check_fits(65535); }) ==
          "up to 66540 counts are expected in a pixel, dtype holds 65535: choose a larger dtype or lower intensities");
}
