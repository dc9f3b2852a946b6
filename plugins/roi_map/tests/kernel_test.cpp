// SPDX-License-Identifier: BSD-3-Clause
// Labels against loops over all pixels with the right triangle of an upright detector; moments against their definitions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::roi_map;
namespace numerics = sluice::numerics;
using doctest::Approx;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr numerics::ImageShape shape{60, 80};
constexpr std::size_t pixels = 60 * 80;
using Masked = std::vector<std::uint8_t>;

/// Pixels of 0.2 mm, 1 m away, wavelength 0.1 nm, the beam at the corner (slow 25, fast 30).
numerics::DetectorGeometry upright() {
    numerics::DetectorGeometry geometry;
    geometry.distance_m = 1;
    geometry.pixel1_m = geometry.pixel2_m = 2e-4;
    geometry.poni1_m = 25 * 2e-4;
    geometry.poni2_m = 30 * 2e-4;
    geometry.wavelength_m = 1e-10;
    return geometry;
}

struct Place {
    double q, azimuth_deg;
};

/// From the legs of the right triangle alone.
Place place_of(std::size_t pixel) {
    const double y = (static_cast<double>(pixel / 80) + 0.5 - 25) * 2e-4, x = (static_cast<double>(pixel % 80) + 0.5 - 30) * 2e-4;
    return {4 * pi / 0.1 * std::sin(std::atan(std::hypot(x, y)) / 2), std::atan2(y, x) * 180 / pi};
}

PixelPlaces places() {
    return {q_of_geometry(upright(), shape, numerics::Flip::none), azimuth_of_geometry(upright(), shape, numerics::Flip::none)};
}

struct Labelled {
    std::vector<std::int32_t> labels;
    std::vector<Region> table;
};

Labelled label(const Regions& regions, const Masked& masked = {}, double minimum_good_fraction = 0,
               const PixelPlaces& at = places()) {
    Labelled out{std::vector<std::int32_t>(pixels, -7), {}};
    out.table = label_pixels(regions, at, masked, minimum_good_fraction, out.labels);
    return out;
}

/// The moments of a region, literally, over the pixels that a predicate of the pixel's number chooses.
template <class F>
void check_moments(const Region& region, const F& good) {
    double n = 0, q = 0, q2 = 0, variance = 0;
    for (std::size_t p = 0; p < pixels; ++p) {
        if (!good(p)) continue;
        n += 1;
        q += place_of(p).q;
        q2 += place_of(p).q * place_of(p).q;
    }
    q /= n;
    q2 /= n;
    for (std::size_t p = 0; p < pixels; ++p)
        if (good(p)) variance += std::pow(place_of(p).q * place_of(p).q - q2, 2) / n;
    CHECK(static_cast<double>(region.labelled_pixels) == n);
    CHECK(region.q_inv_nm == Approx(q).epsilon(1e-12));
    CHECK(region.q_square_inv_nm2 == Approx(q2).epsilon(1e-12));
    CHECK(region.q_square_variance == Approx(variance).epsilon(1e-9));
}

template <class Exception = std::invalid_argument, class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const Exception& error) {
        return error.what();
    }
    return "nothing was refused";
}

}  // namespace

TEST_CASE("rings hold the pixels whose centre lies in them, and the means are those of their definition") {
    const std::vector<Interval> rings{{0.05, 0.11}, {0.2, 0.4}, {0.11, 0.2}};  // in any order, with and without gaps
    const auto [labels, table] = label(Regions(rings, {}));
    REQUIRE(table.size() == 3);
    std::ptrdiff_t unused = 0;
    for (std::size_t p = 0; p < pixels; ++p) {
        std::int32_t expected = 0;
        for (std::size_t ring = 0; ring < 3; ++ring)
            if (place_of(p).q >= rings[ring].low && place_of(p).q < rings[ring].high)
                expected = static_cast<std::int32_t>(ring) + 1;
        CHECK(labels[p] == expected);
        unused += expected == 0;
    }
    CHECK(unused > 100);
    for (std::size_t ring = 0; ring < 3; ++ring) {
        CAPTURE(ring);
        CHECK(table[ring].status == Status::ok);
        CHECK(table[ring].good_fraction == 1);
        CHECK(std::isnan(table[ring].azimuth_deg));  // a whole circle has no direction
        check_moments(table[ring], [&](std::size_t p) { return labels[p] == static_cast<std::int32_t>(ring) + 1; });
    }
}

TEST_CASE("a ring round a centred beam has the pixels of the annulus") {
    // The beam on a pixel corner: the four quadrants are mirror images, so counts are multiples of 4 and sectors equal.
    auto geometry = upright();
    geometry.poni1_m = 30 * 2e-4;
    geometry.poni2_m = 40 * 2e-4;
    const PixelPlaces at{q_of_geometry(geometry, shape, numerics::Flip::none),
                         azimuth_of_geometry(geometry, shape, numerics::Flip::none)};
    // 12 to 20 pixels from the beam, by q of these radii. No centre is exactly there: four times its squared radius is 2 mod 8,
    // four times an integer square is not.
    const auto q_at = [](double radius_px) { return 4 * pi / 0.1 * std::sin(std::atan(radius_px * 2e-4) / 2); };
    std::ptrdiff_t in_quadrant = 0;
    for (int i = 0; i < 30; ++i)
        for (int j = 0; j < 40; ++j) {
            const int four_r2 = (2 * i + 1) * (2 * i + 1) + (2 * j + 1) * (2 * j + 1);
            in_quadrant += four_r2 >= 4 * 12 * 12 && four_r2 < 4 * 20 * 20;
        }
    const std::vector<Interval> ring{{q_at(12), q_at(20)}};
    CHECK(label(Regions(ring, {}), {}, 0, at).table[0].labelled_pixels == 4 * in_quadrant);
    const auto quadrants = label(Regions(ring, equal_sectors(4, 0)), {}, 0, at).table;
    REQUIRE(quadrants.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(quadrants[i].labelled_pixels == in_quadrant);
        CHECK(quadrants[i].q_inv_nm == Approx(quadrants[0].q_inv_nm).epsilon(1e-13));
        // symmetric about its diagonal
        CHECK(quadrants[i].azimuth_deg == Approx(std::vector<double>{45, 135, -135, -45}[i]).epsilon(1e-12));
    }
}

TEST_CASE("sectors: ring by ring, from the first azimuth counter-clockwise to the second, through 180 degrees") {
    const std::vector<Interval> rings{{0.05, 0.15}, {0.15, 0.3}}, sectors{{150, -140}, {-30, 30}, {60, 120}};
    const auto [labels, table] = label(Regions(rings, sectors));
    REQUIRE(table.size() == 6);
    std::vector<std::vector<double>> azimuths(6);
    for (std::size_t p = 0; p < pixels; ++p) {
        const auto [q, azimuth] = place_of(p);
        const int ring = q >= 0.05 && q < 0.15 ? 0 : q >= 0.15 && q < 0.3 ? 1 : -1;
        const int sector = azimuth >= 150 || azimuth < -140 ? 0
                           : azimuth >= -30 && azimuth < 30 ? 1
                           : azimuth >= 60 && azimuth < 120 ? 2
                                                            : -1;
        CHECK(labels[p] == (ring < 0 || sector < 0 ? 0 : 3 * ring + sector + 1));
        if (ring >= 0 && sector >= 0)
            azimuths[static_cast<std::size_t>(3 * ring + sector)].push_back(sector == 0 && azimuth < 0 ? azimuth + 360 : azimuth);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        CAPTURE(i);
        double mean = 0;
        for (const double each : azimuths[i]) mean += each / static_cast<double>(azimuths[i].size());
        CHECK(table[i].azimuth_deg == Approx(mean > 180 ? mean - 360 : mean).epsilon(1e-10));
        check_moments(table[i], [&](std::size_t p) { return labels[p] == static_cast<std::int32_t>(i) + 1; });
    }
}

TEST_CASE("equal sectors leave no pixel out, wherever they begin") {
    const std::vector<Interval> ring{{0.01, 10}};
    for (const double start : {0.0, -180.0, 17.3, 359.9, -721.5})
        for (const std::ptrdiff_t count : {1, 2, 3, 7, 36}) {
            CAPTURE(start);
            CAPTURE(count);
            const Regions regions(ring, equal_sectors(count, start));
            const auto labels = label(regions).labels;
            std::ptrdiff_t wrong = 0;
            for (std::size_t p = 0; p < pixels; ++p) {
                if (place_of(p).q < 0.01) continue;
                const double turns = (place_of(p).azimuth_deg - start) / 360;
                const double sector = (turns - std::floor(turns)) * static_cast<double>(count);
                if (std::abs(sector - std::round(sector)) < 1e-9) continue;  // on an edge, either side is right
                wrong += labels[p] != static_cast<std::int32_t>(sector) + 1;
            }
            CHECK(wrong == 0);
            CHECK(std::count(labels.begin(), labels.end(), 0) ==
                  std::count_if(labels.begin(), labels.end(),
                                [&, p = std::size_t{0}](int) mutable { return place_of(p++).q < 0.01; }));
            // every edge belongs to one sector
            for (std::ptrdiff_t i = 0; i < count; ++i)
                CHECK(regions.label(1, start + 360 * static_cast<double>(i) / static_cast<double>(count)) != 0);
        }
}

TEST_CASE("low edges are in, high edges out; NaN is nowhere") {
    const Regions regions({{1, 2}, {2, 3}}, {{-90, 90}, {90, 180}});
    CHECK(regions.label(1, 0) == 1);
    CHECK(regions.label(2, -90) == 3);
    CHECK(regions.label(2, 90) == 4);
    CHECK(regions.label(3, 0) == 0);
    CHECK(regions.label(1, 180) == 0);
    CHECK(regions.label(1, -180) == 0);
    CHECK(regions.label(1, 450) == 2);  // once round more
    CHECK(regions.label(unknown, 0) == 0);
    CHECK(regions.label(1, unknown) == 0);
    CHECK(regions.label(1, -1e-300) == 1);
    CHECK(Regions({{1, 2}}, {}).label(1, unknown) == 1);
    CHECK(Regions({{1, 2}}, {{-10, 350}}).whole_circle());
}

TEST_CASE("masked pixels are not used; a ring with too few good ones is not labelled") {
    const std::vector<Interval> rings{{0.05, 0.15}, {0.15, 0.3}, {0.3, 0.35}};
    const Regions regions(rings, {});
    const auto all = label(regions);
    Masked masked(pixels, 0);
    std::ptrdiff_t of_second = 0;
    for (std::size_t p = 0; p < pixels; ++p) {
        if (all.labels[p] == 1) masked[p] = p % 3 == 0;
        if (all.labels[p] == 2) masked[p] = ++of_second % 4 != 0;
        if (all.labels[p] == 3) masked[p] = 2;
    }
    const auto [labels, table] = label(regions, masked, 0.5);
    const auto good = [&](std::int32_t ring) {
        return [&, ring](std::size_t p) { return all.labels[p] == ring && masked[p] == 0; };
    };
    for (std::size_t p = 0; p < pixels; ++p) CHECK(labels[p] == (good(1)(p) ? 1 : 0));
    check_moments(table[0], good(1));
    CHECK(table[0].status == Status::ok);
    CHECK(table[0].good_fraction ==
          static_cast<double>(table[0].labelled_pixels) / static_cast<double>(all.table[0].labelled_pixels));

    CHECK(table[1].status == Status::low_good_fraction);
    CHECK(table[1].labelled_pixels == 0);
    CHECK(table[1].good_fraction == static_cast<double>(of_second / 4) / static_cast<double>(of_second));
    const auto without_limit = label(regions, masked);
    CHECK(table[1].q_inv_nm == without_limit.table[1].q_inv_nm);  // told all the same
    check_moments(without_limit.table[1], good(2));

    CHECK(table[2].status == Status::ring_empty);
    CHECK(table[2].q_inv_nm == Approx(0.325));
    CHECK(table[2].good_fraction == 0);
    CHECK(std::isnan(table[2].q_square_inv_nm2));
    CHECK(std::isnan(table[2].q_square_variance));
}

TEST_CASE("a region off the detector is empty: its middle, no pixels") {
    const auto [labels, table] = label(Regions({{5, 7}, {0.05, 0.15}}, {{170, -150}, {0, 90}}));
    CHECK(*std::min_element(labels.begin(), labels.end()) == 0);
    for (const std::size_t i : {0U, 1U}) {
        CHECK(table[i].status == Status::ring_empty);
        CHECK(table[i].q_inv_nm == 6);
        CHECK(table[i].labelled_pixels == 0);
    }
    CHECK(table[0].azimuth_deg == -170);
    CHECK(table[1].azimuth_deg == 45);
    CHECK(table[2].status == Status::ok);
}

TEST_CASE("maps of q and azimuth give what the geometry gives; their NaN pixels are unused") {
    std::vector<double> q(pixels), azimuth(pixels);
    for (std::size_t p = 0; p < pixels; ++p) {
        q[p] = place_of(p).q;
        azimuth[p] = place_of(p).azimuth_deg;
    }
    const Regions regions({{0.05, 0.15}, {0.15, 0.3}}, equal_sectors(5, 10.1));
    const auto of_geometry = label(regions), of_maps = label(regions, {}, 0, {values_of_map(q), values_of_map(azimuth)});
    CHECK(of_maps.labels == of_geometry.labels);
    for (std::size_t i = 0; i < of_maps.table.size(); ++i) {
        CHECK(of_maps.table[i].q_inv_nm == Approx(of_geometry.table[i].q_inv_nm).epsilon(1e-13));
        CHECK(of_maps.table[i].azimuth_deg == Approx(of_geometry.table[i].azimuth_deg).epsilon(1e-12));
    }
    const auto first =
        static_cast<std::size_t>(std::find(of_maps.labels.begin(), of_maps.labels.end(), 1) - of_maps.labels.begin());
    const auto second =
        static_cast<std::size_t>(std::find(of_maps.labels.begin(), of_maps.labels.end(), 2) - of_maps.labels.begin());
    q[first] = azimuth[second] = unknown;
    const auto with_gaps = label(regions, {}, 0, {values_of_map(q), values_of_map(azimuth)});
    CHECK(with_gaps.labels[first] == 0);
    CHECK(with_gaps.labels[second] == 0);
    CHECK(with_gaps.table[0].labelled_pixels == of_maps.table[0].labelled_pixels - 1);
    CHECK(with_gaps.table[0].good_fraction == 1);  // they are in no region
    const auto only_q = label(Regions({{0.05, 0.15}}, {}), {}, 0, {values_of_map(q), {}});
    CHECK(only_q.table[0].labelled_pixels > 0);
}

TEST_CASE("a flipped image has flipped labels") {
    const Regions regions({{0.05, 0.15}, {0.15, 0.3}}, equal_sectors(4, 5));
    const auto plain = label(regions).labels;
    const auto flip = numerics::Flip::slow;
    const auto flipped =
        label(regions, {}, 0, {q_of_geometry(upright(), shape, flip), azimuth_of_geometry(upright(), shape, flip)});
    for (std::size_t p = 0; p < pixels; ++p) CHECK(flipped.labels[p] == plain[(59 - p / 80) * 80 + p % 80]);
}

TEST_CASE("narrow rings keep their digits") {
    // q = 100 + x 1e-6, x = 0 … n-1, evenly: <q^2> and its variance in closed form
    constexpr std::size_t n = 1000;
    std::vector<double> q(n);
    for (std::size_t i = 0; i < n; ++i) q[i] = 100 + static_cast<double>(i) * 1e-6;
    std::vector<std::int32_t> labels(n);
    const auto table = label_pixels(Regions({{99.9999, 100.001}}, {}), {values_of_map(q), {}}, {}, 0, labels);
    const double mean = (n - 1) / 2.0 * 1e-6, variance = (n * n - 1.0) / 12 * 1e-12;
    CHECK(table[0].q_inv_nm == Approx(100 + mean).epsilon(1e-15));
    CHECK(table[0].q_square_inv_nm2 == Approx(1e4 + 200 * mean + variance + mean * mean).epsilon(1e-15));
    // var(q^2) = 4 <q>^2 var(q) + var((q-<q>)^2) (odd moments are 0); the last is 1e-10 of it. q itself is rounded to 7e-15,
    // 2.5e-11 of the width.
    CHECK(table[0].q_square_variance == Approx(4 * std::pow(100 + mean, 2) * variance).epsilon(1e-9));
}

TEST_CASE("spaced rings") {
    const auto linear = spaced_rings(0.09, 0.3, 5, Spacing::linear);
    REQUIRE(linear.size() == 5);
    CHECK(linear[0].low == 0.09);
    CHECK(linear[4].high == 0.3);
    for (std::size_t i = 0; i < 5; ++i) CHECK(linear[i].low == Approx(0.09 + 0.042 * static_cast<double>(i)));
    for (std::size_t i = 1; i < 5; ++i) CHECK(linear[i].low == linear[i - 1].high);
    const auto logarithmic = spaced_rings(0.01, 10, 3, Spacing::logarithmic);
    CHECK(logarithmic[1].low == Approx(0.1));
    CHECK(logarithmic[2].low == Approx(1));
    CHECK(logarithmic[2].high == 10);
    CHECK(spaced_rings(0, 1, 1, Spacing::linear).size() == 1);
    CHECK(refusal([] { (void)spaced_rings(2, 1, 3, Spacing::linear); }) ==
          "q_min = 2 and q_max = 1 (in 1/nm); q_min must be at least 0 and below q_max.");
    CHECK(refusal([] { (void)spaced_rings(0, 1, 3, Spacing::logarithmic); }) ==
          "q_min = 0, must be above 0 for rings of logarithmic spacing.");
    CHECK(refusal([] { (void)spaced_rings(0, 1, 0, Spacing::linear); }) == "count = 0, must be at least 1.");
}

TEST_CASE("rings and sectors that cannot be are named") {
    const auto of = [](std::vector<Interval> rings, std::vector<Interval> sectors = {}) {
        return refusal([&] { Regions(std::move(rings), sectors); });
    };
    CHECK(of({}) == "there is no ring: at least one is needed.");
    CHECK(of({{1, 2}, {3, 3}}) == "ring 2 is [3, 3] 1/nm; its first q must be at least 0 and below its second.");
    CHECK(of({{-1, 2}}) == "ring 1 is [-1, 2] 1/nm; its first q must be at least 0 and below its second.");
    const std::string advice = ". A pixel can have one label only: let one end where the other begins, or before.";
    CHECK(of({{2, 3}, {5, 6}, {1, 2.5}}) == "rings 1 and 3 overlap: [2, 3] 1/nm and [1, 2.5] 1/nm" + advice);
    CHECK(of({{1, 2}}, {{0, 90}, {170, 10}}) == "sectors 1 and 2 overlap: [0, 90] deg and [170, 10] deg" + advice);
    CHECK(of({{1, 2}}, {{0, 360}, {10, 20}}) == "sectors 1 and 2 overlap: [0, 360] deg and [10, 20] deg" + advice);
    CHECK(of({{1, 2}}, {{0, 90}, {5, 5}}) ==
          "sector 2 is [5, 5] deg; it must begin and end at different azimuths, at most 360 degrees apart.");
    CHECK(of({{1, 2}}, {{0, 400}}) ==
          "sector 1 is [0, 400] deg; it must begin and end at different azimuths, at most 360 degrees apart.");
    CHECK(of({{1, 2}}, {{350, -10}}) ==
          "sector 1 is [350, -10] deg; it must begin and end at different azimuths, at most 360 degrees apart.");
    CHECK(of({{1, 2}, {2, 3}}, {{90, 180}, {-180, 90}}) == "nothing was refused");
}

TEST_CASE("nothing to label is refused, with the reason") {
    const Regions far({{5, 6}, {7, 8}}, {}), near({{0.05, 0.3}}, {});
    CHECK(refusal([&] { label(far); }).find("no pixel lies in any region: the detector has q from 0.0") == 0);
    CHECK(refusal([&] { label(far); }).find("the rings lie within 5 to 8 1/nm. Check the rings") != std::string::npos);
    CHECK(refusal<std::runtime_error>([&] { label(near, Masked(pixels, 1), 0.25); }) ==
          "no region has a pixel that may be used: their pixels are masked, or fewer are good than minimum_good_fraction = 0.25 "
          "asks for. Check the masks.");
    CHECK(refusal([&] { label(near, Masked(5, 0)); }) == "the mask has 5 pixels and the map of labels 4800.");
    CHECK(refusal([&] { label(near, {}, 1.5); }) == "minimum_good_fraction = 1.5, must be 0 to 1.");
    auto geometry = upright();
    geometry.wavelength_m.reset();
    CHECK(refusal([&] { (void)q_of_geometry(geometry, shape, numerics::Flip::none); }) ==
          "the geometry has no wavelength, which q needs: give 'wavelength'");
}
