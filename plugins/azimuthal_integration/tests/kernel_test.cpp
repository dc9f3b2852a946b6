// SPDX-License-Identifier: BSD-3-Clause
// Azimuthal integration against formulas, symmetry, statistics and frozen values of an independent program.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "../kernel.hpp"

namespace {

using namespace sluice::azimuthal_integration;
using sluice::numerics::DetectorGeometry;
using sluice::numerics::Flip;
using sluice::numerics::ImageShape;
using sluice::numerics::LabPoint;
using sluice::numerics::PixelLocator;

constexpr double pi = std::numbers::pi;

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

DetectorGeometry straight(const ImageShape& shape) {
    DetectorGeometry geometry;
    geometry.distance_m = 0.2;
    geometry.pixel1_m = geometry.pixel2_m = 1e-4;
    geometry.poni1_m = static_cast<double>(shape.slow) * 0.5e-4;
    geometry.poni2_m = static_cast<double>(shape.fast) * 0.5e-4;
    geometry.wavelength_m = 1e-10;
    return geometry;
}

DetectorGeometry tilted(const ImageShape& shape) {
    DetectorGeometry geometry = straight(shape);
    geometry.distance_m = 0.03;
    geometry.rot1_rad = 0.3;
    geometry.rot2_rad = -0.4;
    geometry.rot3_rad = 0.5;
    return geometry;
}

IntegrationConfig plain_config(Splitting splitting, std::int64_t bins) {
    IntegrationConfig config;
    config.splitting = splitting;
    config.bins = bins;
    config.solid_angle = false;
    return config;
}

struct Profile {
    explicit Profile(std::size_t n)
        : intensity(n), variance(n), deviation(n), signal(n), signal_variance(n), normalisation(n), count(n), mask(n) {}
    std::vector<double> intensity, variance, deviation, signal, signal_variance, normalisation, count;
    std::vector<std::uint8_t> mask;

    ProfileBlock block(bool with_variance, bool with_deviation = true) {
        ProfileBlock outputs{intensity, {}, {}, signal, {}, normalisation, count, mask};
        if (with_deviation) outputs.standard_deviation = deviation;
        if (with_variance) outputs.variance = variance;
        if (with_variance) outputs.signal_variance = signal_variance;
        return outputs;
    }
};

template <typename Pixel>
std::vector<const Pixel*> pointers(const std::vector<std::vector<Pixel>>& frames) {
    std::vector<const Pixel*> result;
    for (const auto& frame : frames) result.push_back(frame.data());
    return result;
}

/// One frame; what the block needs besides its pixels comes in `block`.
template <typename Pixel>
Profile integrated(const IntegrationTable& table, const std::vector<Pixel>& image, FrameBlock block = {},
                   bool with_variance = true) {
    const Pixel* frame = image.data();
    block.pixels = FramePointers<Pixel>(&frame, 1);
    Profile profile(size(table.bins()));
    integrate(table, block, profile.block(with_variance));
    return profile;
}

template <typename Pixel>
Profile integrated_frames(const IntegrationTable& table, const std::vector<const Pixel*>& frames, const ParallelFor& parallel_for,
                          bool with_deviation) {
    Profile profile(frames.size() * size(table.bins()));
    FrameBlock block;
    block.pixels = FramePointers<Pixel>(frames);
    integrate(table, block, profile.block(true, with_deviation), parallel_for);
    return profile;
}

template <typename Pixel>
std::vector<Pixel> random_counts(const ImageShape& shape, double mean, unsigned seed) {
    std::mt19937 generator(seed);
    std::poisson_distribution<int> poisson(mean);
    std::vector<Pixel> image(size(shape.slow * shape.fast));
    for (Pixel& pixel : image) pixel = static_cast<Pixel>(poisson(generator));
    return image;
}

template <typename Value>
std::vector<Value> image_of(const ImageShape& shape, const std::function<Value(double, double)>& value) {
    std::vector<Value> image;
    for (std::int64_t slow = 0; slow < shape.slow; ++slow)
        for (std::int64_t fast = 0; fast < shape.fast; ++fast)
            image.push_back(value(static_cast<double>(slow) + 0.5, static_cast<double>(fast) + 0.5));
    return image;
}

template <typename F>
std::string message_of(F f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void in_threads(std::int64_t n, const std::function<void(std::int64_t)>& f) {
    std::vector<std::thread> threads;
    for (std::int64_t i = n - 1; i >= 0; --i) threads.emplace_back([&f, i] { f(i); });
    for (std::thread& thread : threads) thread.join();
}

/// Relative difference, or 0 where both are NaN.
double difference(double got, double expected) {
    if (std::isnan(got) && std::isnan(expected)) return 0.0;
    return std::abs(got - expected) / std::max(1e-300, std::abs(expected));
}

constexpr ImageShape shape{120, 130};
constexpr Splitting splittings[] = {Splitting::none, Splitting::bbox};

}  // namespace

TEST_CASE("a flat image is the same constant in every bin, with and without a range") {
    // Truth: the mean of equal numbers; 1e-12 allows for rounding of some thousand additions.
    const std::vector<float> image(size(shape.slow * shape.fast), 7.3F);
    for (const Splitting splitting : splittings)
        for (const bool ranged : {false, true}) {
            IntegrationConfig config = plain_config(splitting, 40);
            if (ranged) config.range = RadialRange{0.3, 1.1};
            const IntegrationTable table(straight(shape), shape, {}, config);
            const Profile profile = integrated(table, image);
            for (const double intensity : profile.intensity) CHECK(difference(intensity, static_cast<double>(7.3F)) < 1e-12);
        }
}

TEST_CASE("K times solid angle times polarization on a strongly tilted detector integrates to K") {
    // Truth: the definition of the corrections, here by trigonometry of 2theta and chi; 1e-6 as in the issue.
    const DetectorGeometry geometry = tilted(shape);
    const PixelLocator locator(geometry, shape, Flip::none);
    const auto image = image_of<double>(shape, [&](double slow, double fast) {
        const LabPoint point = locator.at(slow, fast);
        const double y_m = slow * 1e-4 - geometry.poni1_m, x_m = fast * 1e-4 - geometry.poni2_m;
        const double cosine = geometry.distance_m / std::hypot(y_m, x_m, geometry.distance_m);
        const double cos2 = std::pow(std::cos(sluice::numerics::two_theta_rad(point)), 2);
        const double azimuth = sluice::numerics::chi_rad(point);
        return 1234.5 * std::pow(cosine, 3) * 0.5 * (1.0 + cos2 - 0.95 * std::cos(2.0 * azimuth) * (1.0 - cos2));
    });
    for (const Splitting splitting : splittings)
        for (const Average average : {Average::ratio_of_sums, Average::mean_of_corrected}) {
            IntegrationConfig config = plain_config(splitting, 50);
            config.solid_angle = true;
            config.polarization = 0.95;
            config.average = average;
            const Profile profile = integrated(IntegrationTable(geometry, shape, {}, config), image);
            for (const double intensity : profile.intensity) CHECK(difference(intensity, 1234.5) < 1e-6);
        }
}

TEST_CASE("the radial axis runs over the pixel centres or their extent, in equal bins") {
    // Truth: 2theta = atan(r / distance) on a straight detector; 1e-4 of a bin.
    IntegrationConfig config = plain_config(Splitting::none, 20);
    config.unit = RadialUnit::two_theta_deg;
    const IntegrationTable table(straight(shape), shape, {}, config);
    const double nearest_m = std::hypot(0.5e-4, 0.5e-4), farthest_m = std::hypot(59.5e-4, 64.5e-4);
    const double low = std::atan(nearest_m / 0.2) * 180.0 / pi, high = std::atan(farthest_m / 0.2) * 180.0 / pi;
    const double width = (high - low) / 20.0;
    REQUIRE(table.edges().size() == 21);
    for (std::size_t bin = 0; bin < 20; ++bin) {
        CHECK(std::abs(table.edges()[bin] - (low + width * static_cast<double>(bin))) < 1e-4 * width);
        CHECK(std::abs(table.centres()[bin] - (low + width * (static_cast<double>(bin) + 0.5))) < 1e-4 * width);
    }
    config.unit = RadialUnit::radius_mm;
    config.splitting = Splitting::bbox;
    const IntegrationTable boxes(straight(shape), shape, {}, config);
    CHECK(boxes.edges().front() == 0.0);  // max(0, r - d), and the centre touches a corner
    CHECK(boxes.edges().back() == doctest::Approx(1e3 * std::hypot(60e-4, 65e-4)));
}

TEST_CASE("the edges alone are those of the table") {
    std::vector<std::uint8_t> mask(size(shape.slow * shape.fast), 0);
    std::fill(mask.begin(), mask.begin() + shape.fast * 20, std::uint8_t{1});
    const StaticImages images{mask, {}};
    for (const Splitting splitting : splittings)
        for (const bool with_range : {false, true}) {
            IntegrationConfig config = plain_config(splitting, 40);
            if (with_range) config.range = RadialRange{25.0, 40.0};
            const IntegrationTable table(tilted(shape), shape, images, config);
            const auto edges = radial_edges(tilted(shape), shape, images, config, in_threads);
            CHECK(std::equal(edges.begin(), edges.end(), table.edges().begin(), table.edges().end()));
        }
}

TEST_CASE("every pixel is counted once, whole or in shares") {
    for (const Splitting splitting : splittings) {
        const IntegrationTable table(tilted(shape), shape, {}, plain_config(splitting, 33));
        const Profile profile = integrated(table, random_counts<std::uint16_t>(shape, 20.0, 5));
        // The shares are float32, so their sum is good to about 1e-8.
        const double counted = std::accumulate(profile.count.begin(), profile.count.end(), 0.0);
        CHECK(counted == doctest::Approx(120.0 * 130.0).epsilon(1e-7));
        CHECK(table.used_pixels() == 120 * 130);
        CHECK(table.bytes() > 120 * 130 * 10);
    }
}

TEST_CASE("with a range, what lies outside is dropped and not piled into the edge bins") {
    // Truth: 100 everywhere inside; pixels outside hold 1e4. A bin that bbox shares with a pixel across the edge
    // holds part of that pixel, so the image changes two pixels away from the range.
    const DetectorGeometry geometry = straight(shape);
    const PixelLocator locator(geometry, shape, Flip::none);
    const auto image = image_of<std::uint32_t>(shape, [&](double slow, double fast) -> std::uint32_t {
        const double radius_mm = 1e3 * sluice::numerics::radius_m(locator.at(slow, fast));
        return radius_mm < 1.8 || radius_mm > 5.2 ? 10000 : 100;
    });
    for (const Splitting splitting : splittings) {
        IntegrationConfig config = plain_config(splitting, 25);
        config.unit = RadialUnit::radius_mm;
        config.range = RadialRange{2.0, 5.0};
        const Profile profile = integrated(IntegrationTable(geometry, shape, {}, config), image);
        for (const double intensity : profile.intensity) CHECK(difference(intensity, 100.0) < 1e-12);
    }
}

TEST_CASE("the last edge belongs to the last bin") {
    // One row of centres at r = 0.05, 0.15, 0.25, 0.35 mm: by floor((r - low) / width), the last edge inclusive.
    const ImageShape row{1, 4};
    DetectorGeometry geometry = straight(row);
    geometry.pixel1_m = 1e-9;  // all centres lie on the fast axis
    geometry.poni1_m = 0.5e-9;
    geometry.poni2_m = 0.0;
    IntegrationConfig config = plain_config(Splitting::none, 2);
    config.unit = RadialUnit::radius_mm;
    const std::vector<std::uint8_t> image{1, 2, 3, 4};
    const Profile profile = integrated(IntegrationTable(geometry, row, {}, config), image);
    CHECK(profile.signal == std::vector<double>{3.0, 7.0});
}

TEST_CASE("a sector may cross +-180 degrees, and equals the same sector after a half turn about the beam") {
    const DetectorGeometry geometry = straight(shape);
    auto image = random_counts<std::uint16_t>(shape, 50.0, 9);
    for (const Splitting splitting : splittings) {
        IntegrationConfig config = plain_config(splitting, 30);
        const auto with_sector = [&](double from_deg, double to_deg, const std::vector<std::uint16_t>& frame) {
            config.sector = Sector{from_deg, to_deg};
            return integrated(IntegrationTable(geometry, shape, {}, config), frame);
        };
        const Profile across = with_sector(150.0, -150.0, image);
        CHECK(same_bits(across.signal, with_sector(150.0, 210.0, image).signal));
        const std::vector<std::uint16_t> turned(image.rbegin(), image.rend());
        const Profile half_turn = with_sector(-30.0, 30.0, turned);
        const Profile rest = with_sector(-150.0, 150.0, image), all = with_sector(-180.0, 180.0, image);
        for (std::size_t bin = 0; bin < 30; ++bin) {
            CHECK(difference(across.intensity[bin], half_turn.intensity[bin]) < 1e-6);
            CHECK(across.count[bin] + rest.count[bin] == doctest::Approx(all.count[bin]).epsilon(1e-6));
        }
        CHECK(std::accumulate(across.count.begin(), across.count.end(), 0.0) > 2000.0);
    }
}

TEST_CASE("gaps, dummies, saturated and non-finite pixels leave every sum") {
    // Truth: the same image with these pixels masked.
    const auto check_dropped = [](auto bad_value, auto good, const IntegrationConfig& config) {
        using Pixel = decltype(bad_value);
        std::vector<std::uint8_t> mask(good.size());
        std::vector<Pixel> image = good;
        for (std::size_t pixel = 0; pixel < image.size(); pixel += 7) {
            image[pixel] = bad_value;
            mask[pixel] = 1;
        }
        const Profile got = integrated(IntegrationTable(tilted(shape), shape, {}, config), image);
        const Profile expected = integrated(IntegrationTable(tilted(shape), shape, {mask, {}}, config), good);
        for (std::size_t bin = 0; bin < got.intensity.size(); ++bin) {
            CHECK(difference(got.intensity[bin], expected.intensity[bin]) < 1e-12);
            CHECK(difference(got.variance[bin], expected.variance[bin]) < 1e-12);
            CHECK(difference(got.count[bin], expected.count[bin]) < 1e-12);
        }
    };
    for (const Splitting splitting : splittings) {
        IntegrationConfig config = plain_config(splitting, 20);
        config.range = RadialRange{4.0, 20.0};
        check_dropped(std::uint8_t{255}, random_counts<std::uint8_t>(shape, 20.0, 1), config);
        check_dropped(std::uint16_t{65535}, random_counts<std::uint16_t>(shape, 20.0, 2), config);
        check_dropped(std::uint32_t{4294967295}, random_counts<std::uint32_t>(shape, 20.0, 3), config);
        check_dropped(~std::uint64_t{0}, random_counts<std::uint64_t>(shape, 20.0, 4), config);
        check_dropped(std::numeric_limits<float>::quiet_NaN(), random_counts<float>(shape, 20.0, 5), config);
        check_dropped(-std::numeric_limits<double>::infinity(), random_counts<double>(shape, 20.0, 6), config);
        config.saturation = 900.0;
        check_dropped(std::int16_t{901}, random_counts<std::int16_t>(shape, 20.0, 7), config);
        config.dummy = -3.0;
        config.delta_dummy = 1.5;
        check_dropped(std::int32_t{-2}, random_counts<std::int32_t>(shape, 20.0, 8), config);
        check_dropped(std::int64_t{-4}, random_counts<std::int64_t>(shape, 20.0, 9), config);
        check_dropped(std::int8_t{-3}, random_counts<std::int8_t>(shape, 20.0, 9), config);
        config.dummy = 500.0;  // inside the range of ordinary counts
        check_dropped(std::int16_t{499}, random_counts<std::int16_t>(shape, 20.0, 9), config);
    }
}

TEST_CASE("the largest value of a signed type is a count") {
    const std::vector<std::int16_t> image(size(shape.slow * shape.fast), 32767);
    const IntegrationTable table(tilted(shape), shape, {}, plain_config(Splitting::none, 9));
    const Profile profile = integrated(table, image);
    for (const double intensity : profile.intensity) CHECK(intensity == 32767.0);
}

TEST_CASE("a mask of a frame acts as a static mask") {
    const auto image = random_counts<std::uint16_t>(shape, 30.0, 11);
    const auto mask = random_counts<std::uint8_t>(shape, 0.3, 12);
    const std::uint8_t* frame_mask = mask.data();
    for (const Splitting splitting : splittings) {
        const IntegrationConfig config = plain_config(splitting, 20);
        FrameBlock block;
        block.masks = {&frame_mask, 1};
        const IntegrationTable table(straight(shape), shape, {}, config);
        const Profile got = integrated(table, image, block);
        IntegrationConfig same_axis = config;
        same_axis.range = RadialRange{table.edges().front(), table.edges().back()};
        const Profile expected = integrated(IntegrationTable(straight(shape), shape, {mask, {}}, same_axis), image);
        for (std::size_t bin = 0; bin < 20; ++bin) {
            CHECK(difference(got.intensity[bin], expected.intensity[bin]) < 1e-12);
            CHECK(difference(got.deviation[bin], expected.deviation[bin]) < 1e-9);
        }
    }
}

TEST_CASE("the monitor divides intensity and its standard error, and a monitor of 0 leaves no data") {
    const auto image = random_counts<std::uint16_t>(shape, 30.0, 13);
    for (const Average average : {Average::ratio_of_sums, Average::mean_of_corrected}) {
        IntegrationConfig config = plain_config(Splitting::bbox, 20);
        config.average = average;
        const IntegrationTable table(straight(shape), shape, {}, config);
        const double monitors[] = {2.5, 0.0};
        FrameBlock block;
        const Profile once = integrated(table, image);
        block.monitor = {monitors, 1};
        const Profile scaled = integrated(table, image, block);
        block.monitor = {monitors + 1, 1};
        const Profile dark = integrated(table, image, block);
        for (std::size_t bin = 0; bin < 20; ++bin) {
            CHECK(difference(scaled.intensity[bin] * 2.5, once.intensity[bin]) < 1e-14);
            CHECK(difference(scaled.variance[bin] * 6.25, once.variance[bin]) < 1e-14);
            CHECK(difference(scaled.deviation[bin] * 2.5, once.deviation[bin]) < 1e-12);
            CHECK(std::isnan(dark.intensity[bin]));
            CHECK(dark.count[bin] == 0.0);
            CHECK(dark.mask[bin] == 1);
        }
    }
}

TEST_CASE("an empty bin is NaN, masked, and holds no count") {
    IntegrationConfig config = plain_config(Splitting::none, 10);
    config.unit = RadialUnit::radius_mm;
    config.range = RadialRange{0.0, 20.0};  // the corner lies at 8.8 mm
    const IntegrationTable table(straight(shape), shape, {}, config);
    const Profile profile = integrated(table, std::vector<std::uint16_t>(size(shape.slow * shape.fast), 3));
    for (std::size_t bin = 0; bin < 10; ++bin) {
        CHECK(profile.mask[bin] == (bin < 5 ? 0 : 1));
        CHECK(std::isnan(profile.intensity[bin]) == (bin >= 5));
        CHECK(std::isnan(profile.variance[bin]) == (bin >= 5));
        CHECK(std::isnan(profile.deviation[bin]) == (bin >= 5));
        CHECK((profile.count[bin] == 0.0) == (bin >= 5));
    }
}

TEST_CASE("a frame without a single good pixel gives only empty bins") {
    const std::vector<std::uint16_t> image(size(shape.slow * shape.fast), 65535);
    for (const Splitting splitting : splittings) {
        const IntegrationTable table(straight(shape), shape, {}, plain_config(splitting, 10));
        const Profile profile = integrated(table, image);
        CHECK(std::accumulate(profile.mask.begin(), profile.mask.end(), 0) == 10);
        CHECK(std::accumulate(profile.count.begin(), profile.count.end(), 0.0) == 0.0);
    }
}

TEST_CASE("sums of two halves merge into the whole") {
    // Truth: sums are additive. Integers without splitting are exact; else 1e-14.
    const auto image = random_counts<std::uint16_t>(shape, 30.0, 17);
    std::vector<std::uint8_t> upper(image.size()), lower(image.size());
    for (std::size_t pixel = 0; pixel < image.size(); ++pixel) (pixel < image.size() / 2 ? upper : lower)[pixel] = 1;
    for (const Splitting splitting : splittings) {
        IntegrationConfig config = plain_config(splitting, 20);
        config.range = RadialRange{0.0, 1.5};
        const auto part = [&](std::span<const std::uint8_t> mask) {
            return integrated(IntegrationTable(straight(shape), shape, {mask, {}}, config), image);
        };
        const Profile whole = part({}), first = part(upper), second = part(lower);
        const double tolerance = splitting == Splitting::none ? 1e-300 : 1e-14;
        for (std::size_t bin = 0; bin < 20; ++bin) {
            for (const auto sum : {&Profile::signal, &Profile::signal_variance, &Profile::normalisation, &Profile::count})
                CHECK(difference((first.*sum)[bin] + (second.*sum)[bin], (whole.*sum)[bin]) < tolerance);
        }
    }
}

TEST_CASE("pulls of Poisson frames have unit variance and no bias" * doctest::test_suite("long")) {
    // Truth: counts drawn from a known rate. 1000 frames x 12 bins: the variance of the pulls is known to
    // sqrt(2 / 12000) = 1.3 %, so 5 % is nearly four sigma. Without splitting, for splitting correlates bins.
    const ImageShape small{40, 40};
    IntegrationConfig config;
    config.bins = 12;
    config.splitting = Splitting::none;
    config.polarization = 0.9;
    const DetectorGeometry geometry = tilted(small);
    const PixelLocator locator(geometry, small, Flip::none);
    const IntegrationTable table(geometry, small, {}, config);
    const auto rates = image_of<double>(small, [&](double slow, double fast) {
        return 6.0 * locator.solid_angle(slow, fast) * sluice::numerics::polarization(locator.at(slow, fast), 0.9);
    });
    const unsigned first_seed = 1000;
    INFO("seeds from ", first_seed);
    double stated = 0.0, squares = 0.0;
    for (unsigned seed = first_seed; seed < first_seed + 1000; ++seed) {
        std::mt19937 generator(seed);
        std::vector<std::uint16_t> image;
        for (const double rate : rates)
            image.push_back(static_cast<std::uint16_t>(std::poisson_distribution<int>(rate)(generator)));
        const Profile profile = integrated(table, image);
        for (std::size_t bin = 0; bin < 12; ++bin) {
            const double pull = (profile.intensity[bin] - 6.0) / std::sqrt(6.0 / profile.normalisation[bin]);
            stated += profile.variance[bin] * profile.normalisation[bin] / 6.0;
            squares += pull * pull;
        }
    }
    CHECK(std::abs(stated / 12000.0 - 1.0) < 0.05);   // the variance that the kernel states
    CHECK(std::abs(squares / 12000.0 - 1.0) < 0.05);  // the scatter that it has
}

TEST_CASE("the bits of a frame do not depend on its block or on threads") {
    const ImageShape large{800, 1000};  // two stripes
    std::vector<std::vector<float>> floats;
    std::vector<std::vector<std::uint16_t>> counts;
    for (unsigned frame = 0; frame < 19; ++frame) {
        counts.push_back(random_counts<std::uint16_t>(large, 3.0, frame));
        floats.emplace_back(counts.back().begin(), counts.back().end());
        if (frame % 3 == 0) counts.back()[700000 + frame] = 65535;
        for (float& value : floats.back()) value *= 1.1F;
    }
    const auto check = [&](const auto& frames, const IntegrationConfig& config, bool with_deviation) {
        const IntegrationTable table(tilted(large), large, {}, config);
        const IntegrationTable in_parallel(tilted(large), large, {}, config, [](std::int64_t n, const auto& f) {
            for (std::int64_t i = n - 1; i >= 0; --i) f(i);
        });
        const auto all = pointers(frames);
        const Profile together = integrated_frames(table, all, serial_for, with_deviation);
        CHECK(same_bits(together.intensity, integrated_frames(in_parallel, all, in_threads, with_deviation).intensity));
        for (const std::size_t block : {1, 2, 3, 5, 8}) {
            Profile apart(0);
            for (std::size_t first = 0; first < all.size(); first += block) {
                const std::vector<typename std::decay_t<decltype(all)>::value_type> part(
                    all.begin() + static_cast<std::ptrdiff_t>(first),
                    all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + block)));
                const Profile some = integrated_frames(table, part, serial_for, with_deviation);
                apart.intensity.insert(apart.intensity.end(), some.intensity.begin(), some.intensity.end());
                apart.variance.insert(apart.variance.end(), some.variance.begin(), some.variance.end());
            }
            CHECK(same_bits(together.intensity, apart.intensity));
            CHECK(same_bits(together.variance, apart.variance));
        }
    };
    for (const Splitting splitting : splittings) {
        IntegrationConfig config;
        config.splitting = splitting;
        config.bins = 100;
        check(counts, config, false);
        check(counts, config, true);
        check(floats, config, false);
    }
}

TEST_CASE("simulated rings of LaB6 and CeO2 lie where Bragg's law puts them") {
    // Truth: 2theta = 2 asin(wavelength sqrt(h^2 + k^2 + l^2) / (2 a)); a of LaB6 (NIST SRM 660c) 4.156826 and of
    // CeO2 (SRM 674b) 5.411651 Angstrom. 0.003 degrees and 0.002 1/nm as the science of this plugin asks.
    const ImageShape large{700, 700};
    DetectorGeometry geometry = tilted(large);
    geometry.distance_m = 0.12;
    geometry.rot1_rad = 0.1;
    geometry.rot2_rad = -0.05;
    geometry.wavelength_m = 0.4e-10;
    const PixelLocator locator(geometry, large, Flip::none);
    const auto check_rings = [&](double lattice_angstrom, const std::vector<int>& hkl_squares) {
        std::vector<double> rings_deg;
        for (const int square : hkl_squares)
            rings_deg.push_back(2.0 * std::asin(0.4 * std::sqrt(square) / (2.0 * lattice_angstrom)) * 180.0 / pi);
        const auto image = image_of<float>(large, [&](double slow, double fast) {
            const double two_theta_deg = sluice::numerics::two_theta_rad(locator.at(slow, fast)) * 180.0 / pi;
            double value = 0.0;
            for (const double ring : rings_deg) value += 1e4 * std::exp(-0.5 * std::pow((two_theta_deg - ring) / 0.06, 2));
            return static_cast<float>(value);
        });
        for (const Splitting splitting : splittings)
            for (const RadialUnit unit : {RadialUnit::two_theta_deg, RadialUnit::q_inv_nm}) {
                IntegrationConfig config = plain_config(splitting, 1000);
                config.unit = unit;
                const IntegrationTable table(geometry, large, {}, config);
                const Profile profile = integrated(table, image);
                for (const double ring_deg : rings_deg) {
                    const double to_q = 4.0 * pi / 0.04;
                    const auto axis = [&](double deg) {
                        return unit == RadialUnit::q_inv_nm ? to_q * std::sin(deg * pi / 360.0) : deg;
                    };
                    double weight = 0.0, moment = 0.0;
                    for (std::size_t bin = 0; bin < 1000; ++bin) {
                        const double x = table.centres()[bin];
                        if (x < axis(ring_deg - 0.3) || x > axis(ring_deg + 0.3) || profile.mask[bin] != 0) continue;
                        weight += profile.intensity[bin];
                        moment += profile.intensity[bin] * x;
                    }
                    CHECK(std::abs(moment / weight - axis(ring_deg)) < (unit == RadialUnit::q_inv_nm ? 0.002 * 10 : 0.003));
                }
            }
    };
    check_rings(4.156826, {3, 4, 5, 6});
    check_rings(5.411651, {8, 11, 16});
}

TEST_CASE("what a table cannot be built from is refused with what to do") {
    const DetectorGeometry geometry = straight(shape);
    const auto message = [&](const IntegrationConfig& config, const StaticImages& images = {}) {
        return message_of([&] { IntegrationTable(geometry, shape, images, config); });
    };
    IntegrationConfig config;
    config.bins = 0;
    CHECK(message(config) == "bins = 0, must be 1 to 65536");
    config = {};
    config.range = RadialRange{3.0, 2.0};
    CHECK(message(config) == "the radial range is 3 to 2; its first value must be below its second");
    config.range = RadialRange{300.0, 400.0};
    CHECK(message(config) == "no unmasked pixel lies in the radial range 300 to 400");
    config = {};
    config.sector = Sector{0.0, 400.0};
    CHECK(message(config) == "the sector is 0 to 400 degrees; its ends must differ, by 360 at most");
    config.sector = Sector{10.0, 10.000001};
    CHECK(message(config) == "the sector 10 to 10 degrees holds no unmasked pixel");
    config = {};
    config.polarization = 1.5;
    CHECK(message(config) == "polarization = 1.5, must be -1 to 1");
    const std::vector<std::uint8_t> closed(size(shape.slow * shape.fast), 1);
    CHECK(message({}, {closed, {}}) == "the mask leaves no pixel; check that nonzero means masked");
    const std::vector<float> blind(closed.size(), std::numeric_limits<float>::quiet_NaN());
    CHECK(message({}, {{}, std::span(blind)}) ==
          "the flat field leaves no pixel: it is NaN, infinite or not above 0 wherever the mask is open; use another "
          "flat field or none");
    CHECK(message({}, {std::span(closed).first(7), {}}) == "the mask has 7 pixels; the image is [120, 130], so it needs 15600");
    DetectorGeometry no_wavelength = geometry;
    no_wavelength.wavelength_m.reset();
    CHECK(message_of([&] { IntegrationTable(no_wavelength, shape, {}, {}); }) ==
          "the geometry has no wavelength, which q needs; add Wavelength to the poni file or integrate over 2theta");
}

TEST_CASE("what a block cannot be integrated with is refused, with frame, row and column") {
    const IntegrationTable table(straight(shape), shape, {}, plain_config(Splitting::bbox, 10));
    std::vector<std::vector<std::int32_t>> frames(3, random_counts<std::int32_t>(shape, 20.0, 21));
    frames[2][size(5 * 130 + 7)] = -2;
    frames[2][size(90 * 130 + 1)] = -1;
    const auto all = pointers(frames);
    Profile profile(30);
    FrameBlock block;
    block.pixels = FramePointers<std::int32_t>(all);
    try {
        integrate(table, block, profile.block(true));
        FAIL("a negative count must be refused");
    } catch (const FrameError& error) {
        CHECK(error.frame() == 2);
        CHECK(std::string(error.what()) ==
              "pixel (row 5, column 7) holds -2; a Poisson count cannot be negative. Mask the pixel, give the value as "
              "dummy, or supply variances.");
    }
    const double monitors[] = {1.0, -1.0, 1.0};
    block.monitor = monitors;
    CHECK(message_of([&] { integrate(table, block, profile.block(true)); }) ==
          "the monitor is -1; it must be finite and at least 0");
    block.monitor = std::span(monitors).first(2);
    CHECK(message_of([&] { integrate(table, block, profile.block(true)); }) == "the block has 3 frames but 2 monitor values");
    block.monitor = {};
    Profile small(29);
    CHECK(message_of([&] { integrate(table, block, small.block(true)); }) ==
          "a profile output must be empty or hold frames x bins = 30 values; it holds 29");
}

TEST_CASE("variances must be there, and not negative, where they are given") {
    IntegrationConfig config = plain_config(Splitting::none, 10);
    config.error_model = ErrorModel::given;
    const IntegrationTable table(straight(shape), shape, {}, config);
    const auto image = random_counts<std::int32_t>(shape, 20.0, 22);
    CHECK(message_of([&] { integrated(table, image); }) == "the block has 1 frames but 0 variance images");
    std::vector<float> variances(image.size(), 2.0F);
    variances[131] = -1.0F;
    const float* frame_variances = variances.data();
    FrameBlock block;
    block.variances = FramePointers<float>(&frame_variances, 1);
    CHECK(message_of([&] { integrated(table, image, block); }) ==
          "pixel (row 1, column 1) has the variance -1; a variance cannot be negative. Mask the pixel or mend the "
          "variances.");
    config.error_model = ErrorModel::none;
    const IntegrationTable without(straight(shape), shape, {}, config);
    CHECK(message_of([&] { integrated(without, image); }) ==
          "variances are wanted but the error model is none; choose poisson or given");
    CHECK(integrated(without, image, {}, false).signal[3] > 0.0);
}

namespace {

using Case = std::map<std::string, std::vector<double>>;

std::filesystem::path reference_file() {
    return std::filesystem::path(__FILE__).parent_path() / "../../../tests/reference/azimuthal_integration/profiles.txt";
}

std::map<std::string, Case> reference_cases() {
    std::ifstream file(reference_file());
    REQUIRE(file.good());
    std::map<std::string, Case> cases;
    std::string line, key, name;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        words >> key;
        if (key == "#") continue;
        if (key == "case") words >> name;
        std::vector<double>& values = cases[name][key];
        for (std::string word; words >> word;) values.push_back(std::stod(word));
    }
    return cases;
}

DetectorGeometry geometry_of(const Case& c) {
    const std::vector<double>& p = c.at("poni");
    DetectorGeometry geometry{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], static_cast<int>(p[9]), {}};
    return geometry;
}

IntegrationConfig config_of(const Case& c) {
    const auto choice = [&](const char* key) { return static_cast<int>(c.at(key)[0]); };
    const auto optional = [&](const char* key) {
        return c.at(key).empty() ? std::optional<double>() : std::optional(c.at(key)[0]);
    };
    IntegrationConfig config;
    config.bins = 20;
    config.unit = static_cast<RadialUnit>(choice("unit"));
    config.splitting = static_cast<Splitting>(choice("splitting"));
    config.flip = static_cast<Flip>(choice("flip"));
    config.average = static_cast<Average>(choice("average"));
    config.error_model = static_cast<ErrorModel>(choice("error_model"));
    config.polarization = optional("polarization");
    config.dummy = optional("dummy");
    if (config.dummy) config.delta_dummy = c.at("dummy")[1];
    config.saturation = optional("saturation");
    if (!c.at("range").empty()) config.range = RadialRange{c.at("range")[0], c.at("range")[1]};
    if (!c.at("sector").empty()) config.sector = Sector{c.at("sector")[0], c.at("sector")[1]};
    return config;
}

void compare(const std::vector<double>& got, const std::vector<double>& expected, const Case& c, double tolerance) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t bin = 0; bin < got.size(); ++bin) {
        if (c.at("count")[bin] <= 3.0) continue;
        CAPTURE(bin);
        CHECK(difference(got[bin], expected[bin]) < tolerance);
    }
}

}  // namespace

TEST_CASE("profiles agree with an independent float64 program") {
    // Truth: tests/reference/azimuthal_integration/oracle.py. 1e-6 in bins of more than 3 counts, for the shares are
    // float32; without splitting 1e-12.
    for (const auto& [name, c] : reference_cases()) {
        if (name.empty()) continue;
        CAPTURE(name);
        const std::vector<std::uint8_t> mask(c.at("mask").begin(), c.at("mask").end());
        const IntegrationTable table(geometry_of(c), {23, 29}, {mask, std::span(c.at("flat"))}, config_of(c));
        const double* variances = c.at("variances").data();
        FrameBlock block;
        block.monitor = c.at("monitor");
        if (!c.at("variances").empty()) block.variances = FramePointers<double>(&variances, 1);
        const std::vector<std::int32_t> image(c.at("image").begin(), c.at("image").end());
        const Profile profile = integrated(table, image, block);
        for (std::size_t edge = 0; edge < 21; ++edge) CHECK(difference(table.edges()[edge], c.at("edges")[edge]) < 1e-12);
        const bool shared = c.at("splitting")[0] == 1.0 || c.at("average")[0] == 1.0;
        const double tolerance = shared ? 1e-6 : 1e-12;
        compare(profile.intensity, c.at("intensity"), c, tolerance);
        compare(profile.variance, c.at("variance"), c, tolerance);
        compare(profile.deviation, c.at("standard_deviation"), c, 2.0 * tolerance);
        compare(profile.signal, c.at("signal"), c, tolerance);
        compare(profile.signal_variance, c.at("signal_variance"), c, tolerance);
        compare(profile.normalisation, c.at("normalisation"), c, tolerance);
        compare(profile.count, c.at("count"), c, tolerance);
    }
}
