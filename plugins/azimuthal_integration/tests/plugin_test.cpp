// SPDX-License-Identifier: BSD-3-Clause
// The integration as a recipe meets it: axes, masks, monitors, facts, refusals, and the same bits for any loop and threads.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Counts = std::vector<std::uint16_t>;
using Doubles = std::vector<double>;

constexpr Index rows = 20, columns = 24, pixels = rows * columns;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The beam meets the corner of four pixels: (10, 12).
constexpr const char* straight = R"(poni_version: 1
PixelSize1: 1e-4
PixelSize2: 1e-4
Distance: 0.1
Poni1: 1e-3
Poni2: 1.2e-3
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";

std::string geometry(const std::string& text = straight) {
    static const TemporaryFolder folder;
    static int files = 0;
    return folder.write("geometry_" + std::to_string(++files) + ".poni", text).string();
}

/// Few bins, no correction, so that a flat image stays flat.
Json plain(const Json& more = Json::object()) {
    Json with{{"geometry", geometry()}, {"bins", 5}, {"splitting", "none"}, {"solid_angle", false}};
    with.update(more);
    return with;
}

const Dims image_dims{{"y", rows}, {"x", columns}};

template <class T>
Array image(const std::vector<T>& values, const Doubles& variances = {}) {
    return Array::from<T>("image", image_dims, "count", values, variances);
}
const Array flat_image = image(Counts(pixels, 7));

template <class T>
Array stack(const Dims& loop, const std::vector<T>& values) {
    Dims dims = loop;
    dims.insert(dims.end(), image_dims.begin(), image_dims.end());
    return Array::from<T>("image", dims, "count", values);
}

Counts random_counts(Index frames) {
    std::mt19937 generator(7);
    std::poisson_distribution<int> poisson(20);
    Counts counts(static_cast<std::size_t>(frames * pixels));
    for (auto& count : counts) count = static_cast<std::uint16_t>(poisson(generator));
    return counts;
}

using Outputs = std::map<std::string, Array>;

Outputs integrate(const Array& frames, const Json& with = plain(), Outputs others = {}, const RunPluginOptions& options = {}) {
    others.emplace("image", frames);
    return run_plugin("azimuthal_integration", with, others, options);
}

std::string refusal(const Array& frames, const Json& with = plain(), const Outputs& others = {}) {
    return error_of([&] { integrate(frames, with, others); });
}

Doubles intensity_of(const Outputs& out) { return values_of(out.at("intensity")); }

double total(const Array& array) {
    double sum = 0;
    for (const auto value : values_of(array)) sum += value;
    return sum;
}

/// Of the centre of a pixel from the beam.
double radius_mm(Index pixel) {
    return 0.1 * std::hypot(static_cast<double>(pixel / columns) - 9.5, static_cast<double>(pixel % columns) - 11.5);
}

std::vector<bool> masked_from(Index first, Index n = pixels) {
    std::vector<bool> mask(static_cast<std::size_t>(pixels), false);
    for (Index i = first; i < std::min(pixels, first + n); ++i) mask[static_cast<std::size_t>(i)] = true;
    return mask;
}

}  // namespace

TEST_CASE("a flat image: intensity, errors, sums, units and dims of every output") {
    const auto out = integrate(flat_image);
    // The mean of equal counts is the count, its standard error sqrt(7 n) / n, their spread 0.
    const auto count = values_of(out.at("count"));
    for (std::size_t bin = 0; bin < 5; ++bin) {
        CHECK(intensity_of(out)[bin] == 7);
        CHECK(variances_of(out.at("intensity"))[bin] == Approx(7 / count[bin]).epsilon(1e-14));
        CHECK(values_of(out.at("standard_deviation"))[bin] == Approx(0).epsilon(1e-7));
        CHECK(values_of(out.at("signal"))[bin] == 7 * count[bin]);
        CHECK(variances_of(out.at("signal"))[bin] == 7 * count[bin]);
        CHECK(values_of(out.at("normalisation"))[bin] == count[bin]);
    }
    CHECK(total(out.at("count")) == pixels);
    CHECK(mask_of(out.at("intensity"), "empty_bins") == std::vector<int>(5, 0));
    CHECK(to_text(out.at("intensity").dims()) == "[q: 5]");
    for (const char* port : {"intensity", "standard_deviation", "signal"}) CHECK(out.at(port).unit().text() == "count");
    for (const char* port : {"normalisation", "count"}) CHECK(out.at(port).unit().text() == "1");
}

TEST_CASE("the axis: q, two_theta or radius, centres and edges in their unit") {
    // By the formulas of the geometry at r = 1 mm, distance 100 mm, wavelength 0.1 nm.
    const double two_theta = std::atan2(1, 100), q_inv_nm = 4 * std::numbers::pi / 0.1 * std::sin(two_theta / 2);
    const struct {
        const char *unit, *dim;
        double at_1_mm;
    } all[]{{"mm", "radius", 1}, {"rad", "two_theta", two_theta}, {"deg", "two_theta", two_theta * 180 / std::numbers::pi},
            {"1/nm", "q", q_inv_nm}, {"1/angstrom", "q", q_inv_nm / 10}};
    Counts rim(static_cast<std::size_t>(pixels), 0);
    for (Index i = 0; i < pixels; ++i)   // counts where the centre lies within 1 mm of the beam
        rim[static_cast<std::size_t>(i)] = radius_mm(i) < 1 ? 3 : 0;

    for (const auto& each : all) {
        CAPTURE(each.unit);
        const auto out = integrate(image(rim), plain({{"unit", each.unit}, {"bins", 2}, {"range", {0, 2 * each.at_1_mm}}}));
        const auto& profile = out.at("intensity");
        CHECK(to_text(profile.dims()) == std::string("[") + each.dim + ": 2]");
        CHECK(values_of(profile) == Doubles{3, 0});
        const auto* centres = profile.description().coordinate(each.dim);
        const auto* edges = profile.description().coordinate(each.dim + std::string("_edges"));
        REQUIRE(centres);
        REQUIRE(edges);
        CHECK(edges->edges);
        CHECK(centres->values->unit().text() == each.unit);
        CHECK(edges->values->as_float64() == Doubles{0, each.at_1_mm, 2 * each.at_1_mm});
        CHECK(centres->values->as_float64()[1] == Approx(1.5 * each.at_1_mm).epsilon(1e-15));
    }
}

TEST_CASE("with a range, pixels outside it do not reach the edge bins") {
    Counts counts(static_cast<std::size_t>(pixels), 10000);
    for (Index i = 0; i < pixels; ++i)
        if (radius_mm(i) >= 0.4 && radius_mm(i) <= 0.9) counts[static_cast<std::size_t>(i)] = 100;
    const auto out = integrate(image(counts), plain({{"unit", "mm"}, {"bins", 3}, {"range", {0.4, 0.9}}}));
    CHECK(intensity_of(out) == Doubles{100, 100, 100});
}

TEST_CASE("masks: as an input, on the image, NaN, dummy and the two together") {
    Doubles values(pixels, 5);
    for (std::size_t i = 0; i < 100; ++i) values[i] = 1e6;
    const auto whole = image(values);
    const auto mask = Array::from<bool>("mask", image_dims, "1", masked_from(0, 100));
    const auto by_input = integrate(whole, plain(), {{"mask", mask}});
    const auto by_image = integrate(with_mask(whole, "hot", image_dims, masked_from(0, 100)));
    const auto by_both = integrate(with_mask(whole, "hot", image_dims, masked_from(0, 50)), plain(), {{"mask", mask}});
    CHECK(intensity_of(by_input) == Doubles(5, 5));
    CHECK(total(by_input.at("count")) == pixels - 100);
    for (const auto& [port, array] : by_input) {
        CAPTURE(port);
        CHECK(same_bits(array, by_image.at(port)));
        CHECK(same_bits(array, by_both.at(port)));
    }
    for (std::size_t i = 0; i < 100; ++i) values[i] = unknown;
    // A range, since masked pixels do not count for the axis, but NaN of one frame do.
    const Json with = plain({{"range", {0, 10}}});
    const auto by_nan = integrate(image(values), with);
    const auto by_dummy = integrate(whole, plain({{"range", {0, 10}}, {"dummy", 1e6}}));
    CHECK(total(by_nan.at("count")) == pixels - 100);
    CHECK(same_bits(by_nan.at("intensity"), by_dummy.at("intensity")));
    CHECK(same_bits(by_nan.at("intensity"), integrate(whole, with, {{"mask", mask}}).at("intensity")));
}

TEST_CASE("a mask with part of the image's dims, or one for each frame") {
    const auto frames = stack<std::uint16_t>({{"frame", 2}}, Counts(2 * pixels, 5));
    std::vector<bool> two_rows(rows, false);
    two_rows[3] = two_rows[4] = true;
    const auto by_rows = integrate(with_mask(frames, "rows", {{"y", rows}}, two_rows));
    CHECK(total(by_rows.at("count")) == 2 * (pixels - 2 * columns));

    auto per_frame = masked_from(0, 30);   // 30 pixels of the first frame, all of the second
    per_frame.resize(2 * pixels, true);
    const auto out = integrate(with_mask(frames, "moving", frames.dims(), per_frame));
    const auto count = values_of(out.at("count"));
    CHECK(total(out.at("count")) == pixels - 30);
    CHECK(mask_of(out.at("intensity"), "empty_bins") == std::vector<int>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
    CHECK(std::isnan(intensity_of(out)[5]));
}

TEST_CASE("a mask stored with its columns first is the same mask") {
    const auto mask = Array::from<bool>("mask", image_dims, "1", masked_from(0, 30)), turned = mask.transpose({"x", "y"});
    const auto counts = image(random_counts(1));
    const auto upright = integrate(counts, plain(), {{"mask", mask}});
    CHECK(same_bits(upright.at("signal"), integrate(counts, plain(), {{"mask", turned}}).at("signal")));
    const auto on_image = with_mask(counts, "hot", turned.dims(), [&] {
        const auto bytes = turned.values<std::uint8_t>();
        return std::vector<bool>(bytes.begin(), bytes.end());
    }());
    CHECK(same_bits(upright.at("signal"), integrate(on_image).at("signal")));
}

TEST_CASE("the flat field divides, and its NaN and zeros mask") {
    Doubles counts(pixels, 6), flat(pixels, 2);
    for (std::size_t i = 0; i < 50; ++i) {
        flat[i] = i % 2 == 0 ? unknown : 0;
        counts[i] = 1e9;
    }
    const auto response = Array::from<double>("flat", image_dims, "1", flat);
    const auto out = integrate(image(counts), plain(), {{"flat", response}});
    CHECK(intensity_of(out) == Doubles(5, 3));
    CHECK(total(out.at("normalisation")) == 2 * (pixels - 50));
    CHECK(refusal(with_fact(flat_image, "flat_corrected", true), plain(), {{"flat", response}}) ==
          Contains("the flat field enters the normalisation here: give raw counts and the input 'flat'"));
}

TEST_CASE("a frame whose monitor is masked has no data, and its neighbours have theirs") {
    const auto frames = stack<std::uint16_t>({{"frame", 3}}, Counts(3 * pixels, 8));
    const auto values = Array::from<double>("monitor", {{"frame", 3}}, "1", Doubles{1, 2, 4});
    const auto monitor = with_mask(values, "bad", {{"frame", 3}}, {false, true, false});
    const auto out = integrate(frames, plain(), {{"monitor", monitor}}, {.per_item = {{"monitor", "monitor"}}});
    const auto all = intensity_of(out);
    const auto masked = mask_of(out.at("intensity"), "empty_bins");
    for (std::size_t bin = 0; bin < 5; ++bin) {
        CHECK(all[bin] == 8);
        CHECK(std::isnan(all[5 + bin]));
        CHECK(masked[5 + bin] == 1);
        CHECK(all[10 + bin] == 2);
    }
}

TEST_CASE("a monitor for each frame divides intensity and standard error") {
    const auto frames = stack<std::uint16_t>({{"frame", 3}}, Counts(3 * pixels, 8));
    const auto monitor = Array::from<double>("monitor", {{"frame", 3}}, "1", Doubles{1, 2, 4});
    const auto out = integrate(frames, plain(), {{"monitor", monitor}}, {.per_item = {{"monitor", "monitor"}}});
    const auto all = intensity_of(out), count = values_of(out.at("count")), variance = variances_of(out.at("intensity"));
    for (std::size_t frame = 0; frame < 3; ++frame) {
        const double each = std::pow(2, static_cast<double>(frame));
        CHECK(all[5 * frame] == 8 / each);
        CHECK(variance[5 * frame] == Approx(8 / count[5 * frame] / each / each).epsilon(1e-14));
    }
    CHECK(intensity_of(integrate(flat_image, plain({{"monitor", 2}})))[0] == 3.5);
}

TEST_CASE("variances: given, of counts but at least 1, or none") {
    const auto given = integrate(image(Doubles(pixels, 6), Doubles(pixels, 0.25)), plain({{"error_model", "given"}}));
    CHECK(variances_of(given.at("intensity"))[2] == Approx(0.25 / values_of(given.at("count"))[2]).epsilon(1e-14));
    const auto floored = integrate(image(Counts(pixels, 0)), plain({{"error_model", "poisson_floor_one"}}));
    CHECK(variances_of(floored.at("signal")) == values_of(floored.at("count")));
    const auto none = integrate(flat_image, plain({{"error_model", "none"}}));
    CHECK_FALSE(none.at("intensity").description().variances);
    CHECK_FALSE(none.at("signal").description().variances);
    CHECK(refusal(flat_image, plain({{"error_model", "given"}})) ==
          Contains("step 'step' (azimuthal_integration): error_model is \"given\", but the image has no variances"));
}

TEST_CASE("facts tell how it was made") {
    const auto facts = integrate(flat_image, plain({{"polarization", 0.9}, {"flip", "slow"}})).at("intensity").description().facts;
    CHECK(to_text(facts.at("wavelength")) == "0.1 nm");
    CHECK(to_text(facts.at("solid_angle_corrected")) == "no");
    CHECK(to_text(facts.at("polarization_corrected")) == "yes");
    CHECK(to_text(facts.at("average")) == "ratio_of_sums");
    CHECK(to_text(facts.at("splitting")) == "none");
    CHECK(to_text(facts.at("error_model")) == "poisson");
    CHECK(to_text(facts.at("flip")) == "slow");
}

TEST_CASE("a frame that cannot be integrated is named, with the pixel") {
    std::vector<std::int32_t> counts(5 * pixels, 4);
    counts[3 * pixels + 2 * columns + 6] = -1;
    const auto frames = stack<std::int32_t>({{"frame", 5}}, counts);
    CHECK(refusal(frames) == Contains("step 'step' (azimuthal_integration): frame 3: pixel (row 2, column 6) holds -1; a Poisson count "
                                      "cannot be negative. Mask the pixel, give the value as dummy, or supply variances."));
    CHECK(intensity_of(integrate(frames, plain({{"dummy", -1}}))) == Doubles(25, 4));
    const auto monitor = Array::from<double>("monitor", {{"frame", 5}}, "1", Doubles{1, 1, -2, 1, 1});
    CHECK(error_of([&] { integrate(stack<std::int32_t>({{"frame", 5}}, std::vector<std::int32_t>(5 * pixels, 4)), plain(),
                                   {{"monitor", monitor}}, {.per_item = {{"monitor", "monitor"}}}); }) ==
          Contains("frame 2: the monitor is -2; it must be finite and at least 0"));
}

TEST_CASE("a frame without a good pixel gives empty bins; a mask of all pixels is refused at plan") {
    const auto dead = integrate(image(Doubles(pixels, unknown)));
    CHECK(mask_of(dead.at("intensity"), "empty_bins") == std::vector<int>(5, 1));
    CHECK(total(dead.at("count")) == 0);
    CHECK(std::isnan(intensity_of(dead)[0]));
    CHECK(refusal(with_mask(flat_image, "all", image_dims, masked_from(0))) ==
          Contains("step 'step' (azimuthal_integration): the mask leaves no pixel; check that nonzero means masked"));
}

TEST_CASE("a geometry that cannot be used is refused with file and reason") {
    CHECK(refusal(flat_image, plain({{"geometry", "/no/such.poni"}})) ==
          Contains("step 'step' (azimuthal_integration): /no/such.poni: the geometry cannot be read; is the path right?"));
    const auto cut = geometry("poni_version: 1\nPixelSize1: 1e-4\nPixelSize2: 1e-4\nDistance: 0.1\n");
    const auto text = refusal(flat_image, plain({{"geometry", cut}}));
    CHECK(text == Contains(cut + ": "));
    CHECK(text == Contains("Poni1"));
    CHECK(text == Contains("Rot3"));
    const std::string detector = R"(poni_version: 2.1
Detector: Detector
Detector_config: {"pixel1": 1e-4, "pixel2": 1e-4, "max_shape": [20, 24], "orientation": ORIENTATION}
Distance: 0.1
Poni1: 1e-3
Poni2: 1.2e-3
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";
    const auto oriented = [&](const std::string& orientation) {
        auto poni = detector;
        return geometry(poni.replace(poni.find("ORIENTATION"), 11, orientation));
    };
    CHECK(refusal(flat_image, plain({{"geometry", oriented("6")}})) == Contains("orientation"));
    const auto turned = Array::from<std::uint16_t>("image", {{"y", columns}, {"x", rows}}, "count", Counts(pixels, 1));
    CHECK(refusal(turned, plain({{"geometry", oriented("2")}})) == Contains("[24, 20]"));
    CHECK(refusal(flat_image, plain({{"geometry", geometry(std::string(straight).substr(0, std::string(straight).find("Wavelength")))}})) ==
          Contains("the geometry has no wavelength, which q needs; add Wavelength to the poni file or integrate over 2theta"));
}

TEST_CASE("parameters out of bounds are refused before any data is read") {
    CHECK(refusal(flat_image, plain({{"range", {2, 1}}})) == Contains("the radial range is 2 to 1; its first value must be below its second"));
    CHECK(refusal(flat_image, plain({{"range", {500, 600}}})) == Contains("no unmasked pixel lies in the radial range 500 to 600"));
    CHECK(refusal(flat_image, plain({{"bins", 0}})) == Contains("bins"));
    CHECK(refusal(flat_image, plain({{"splitting", "box"}})) == Contains("Did you mean"));
}

TEST_CASE("one image, a stack and a sample x temperature grid give the same bits, also under other names") {
    const auto counts = random_counts(6);
    const Json with = plain({{"splitting", "bbox"}, {"solid_angle", true}, {"polarization", 0.95}, {"range", {0.1, 0.8}}});
    const auto grid = integrate(stack<std::uint16_t>({{"sample", 2}, {"temperature", 3}}, counts), with);
    CHECK(to_text(grid.at("intensity").dims()) == "[sample: 2, temperature: 3, q: 5]");
    const Array named = Array::from<std::uint16_t>("image", {{"frame", 6}, {"row", rows}, {"column", columns}}, "count", counts);
    const auto frames = integrate(named, with, {}, {.core = {{"pixel", {"row", "column"}}}});
    for (const auto& [port, array] : grid) {
        CAPTURE(port);
        CHECK(std::memcmp(array.data(), frames.at(port).data(), static_cast<std::size_t>(array.buffer().bytes())) == 0);
    }
    for (Index i = 0; i < 6; ++i) {
        const Counts one(counts.begin() + i * pixels, counts.begin() + (i + 1) * pixels);
        const auto alone = integrate(image(one), with), in_stack = integrate(stack<std::uint16_t>({{"frame", 1}}, one), with);
        CHECK(to_text(alone.at("intensity").dims()) == "[q: 5]");
        CHECK(to_text(in_stack.at("intensity").dims()) == "[frame: 1, q: 5]");
        for (const auto& [port, array] : alone) {
            CAPTURE(port);
            const Array part = frames.at(port).slice(i, i + 1);
            CHECK(values_of(array) == values_of(part));
            CHECK(values_of(array) == values_of(in_stack.at(port)));
            CHECK(variances_of(array) == variances_of(part));
        }
    }
}

TEST_CASE("the same bits for any number of threads") {
    const auto frames = stack<std::uint16_t>({{"frame", 60}}, random_counts(60));
    const Json with = plain({{"splitting", "bbox"}, {"polarization", 0.95}});
    const auto one = integrate(frames, with, {}, {.threads = 1});
    for (const int threads : {2, 7}) {
        const auto more = integrate(frames, with, {}, {.threads = threads});
        for (const auto& [port, array] : one) {
            CAPTURE(port);
            CHECK(same_bits(array, more.at(port)));
        }
    }
}
