// SPDX-License-Identifier: BSD-3-Clause
// The step as a recipe meets it: an image of which nothing is read, maps in place of a geometry, facts, refusals, real files.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Outputs = std::map<std::string, Array>;
using Doubles = std::vector<double>;

constexpr Index frames = 3, rows = 20, columns = 30, pixels = rows * columns;
const Dims pixel_dims{{"y", rows}, {"x", columns}};

/// Pixels of 1 mm, 1 m away, wavelength 0.1 nm, the beam in the middle: the corner (10, 15).
const Json upright{{"distance", "1 m"}, {"pixel_size", "1 mm"}, {"wavelength", "1 angstrom"}};

Json with(const Json& more, Json base = upright) {
    base.update(more);
    return base;
}
const Json two_rings{{"rings", {{0.2, 0.5}, {"0.05 1/angstrom", "0.08 1/angstrom"}}}};

Array image() {
    return Array::from<std::uint16_t>("frames", {{"frame", frames}, {"y", rows}, {"x", columns}}, "count",
                                      std::vector<std::uint16_t>(frames * pixels, 1));
}

Array map_of(const std::string& name, const std::string& unit, const Doubles& values, const Dims& dims = pixel_dims) {
    return Array::from<double>(name, dims, unit, values);
}

struct Place {
    double q, azimuth_deg;
};
/// From the right triangle of an upright detector.
Place place_of(Index pixel) {
    const double y = (static_cast<double>(pixel / columns) + 0.5 - 10) * 1e-3,
                 x = (static_cast<double>(pixel % columns) + 0.5 - 15) * 1e-3;
    return {4 * std::numbers::pi / 0.1 * std::sin(std::atan(std::hypot(x, y)) / 2), std::atan2(y, x) * 180 / std::numbers::pi};
}

Doubles q_map(double scale = 1) {
    Doubles q;
    for (Index p = 0; p < pixels; ++p) q.push_back(place_of(p).q * scale);
    return q;
}

Outputs regions(const Json& parameters, Outputs inputs = {}, const RunPluginOptions& options = {}) {
    inputs.emplace("image", image());
    return run_plugin("roi_map", parameters, inputs, options);
}

std::string refusal(const Json& parameters, const Outputs& inputs = {}) {
    return error_of([&] { regions(parameters, inputs); });
}

std::vector<std::int32_t> labels_of(const Outputs& out) {
    const auto labels = out.at("roi").values<std::int32_t>();
    return {labels.begin(), labels.end()};
}

}  // namespace

TEST_CASE("labels, means, dims, units and coordinates from an inline geometry") {
    const auto out = regions(with(two_rings));
    CHECK(to_text(out.at("roi").dims()) == "[y: 20, x: 30]");  // the frames are not looped over
    CHECK(out.at("roi").dtype() == DType::int32);
    const auto labels = labels_of(out);
    Doubles n(2), q(2);
    for (Index p = 0; p < pixels; ++p) {
        const double own = place_of(p).q;
        const int expected = own >= 0.2 && own < 0.5 ? 1 : own >= 0.5 && own < 0.8 ? 2 : 0;
        CHECK(labels[static_cast<std::size_t>(p)] == expected);
        if (expected == 0) continue;
        n[static_cast<std::size_t>(expected - 1)] += 1;
        q[static_cast<std::size_t>(expected - 1)] += own;
    }
    for (const auto* port : {"q", "q_square", "q_square_variance", "azimuth", "pixels", "good_fraction", "status"}) {
        CAPTURE(port);
        CHECK(to_text(out.at(port).dims()) == "[roi: 2]");
        for (const auto* name : {"ring", "sector", "q_low", "q_high"})
            CHECK(out.at(port).description().coordinate(name) != nullptr);
    }
    CHECK(out.at("q").unit().text() == "1/nm");
    CHECK(out.at("azimuth").unit().text() == "deg");
    CHECK(out.at("pixels").dtype() == DType::int64);
    CHECK(out.at("status").dtype() == DType::int8);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(values_of(out.at("q"))[i] == Approx(q[i] / n[i]).epsilon(1e-12));
        CHECK(values_of(out.at("pixels"))[i] == n[i]);
        CHECK(values_of(out.at("good_fraction"))[i] == 1);
        CHECK(values_of(out.at("status"))[i] == 0);
        CHECK(std::isnan(values_of(out.at("azimuth"))[i]));
        const double mean = values_of(out.at("q"))[i], square = values_of(out.at("q_square"))[i];
        CHECK(square > mean * mean);
        // var(q^2) = 4 <q>^2 var(q) for a narrow ring; these are wide
        CHECK(values_of(out.at("q_square_variance"))[i] == Approx(4 * mean * mean * (square - mean * mean)).epsilon(0.1));
    }
    CHECK(values_of(*out.at("q").description().coordinate("q_low")->values) == Doubles{0.2, 0.5});
    const auto& facts = out.at("roi").description().facts;
    CHECK(to_text(facts.at("regions")) == "2");
    CHECK(facts.contains("wavelength"));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 ring_empty, 2 low_good_fraction");
}

TEST_CASE("rings by number, sectors by number or by azimuth: ring by ring, then sector by sector") {
    const Json rings{{"q_min", 0.2}, {"q_max", 0.8}, {"count", 2}};
    const auto equal = regions(with({{"q_min", 0.2}, {"q_max", 0.8}, {"count", 2}, {"sectors", 3}, {"sector_start", -60}}));
    CHECK(values_of(*equal.at("q").description().coordinate("ring")->values) == Doubles{1, 1, 1, 2, 2, 2});
    CHECK(values_of(*equal.at("q").description().coordinate("sector")->values) == Doubles{1, 2, 3, 1, 2, 3});
    const auto given = regions(with({{"azimuth_ranges", {{-60, 60}, {60, 180}, {"180 deg", "300 deg"}}}}, with(rings)));
    CHECK(labels_of(given) == labels_of(equal));
    CHECK(values_of(given.at("azimuth"))[0] == Approx(0).epsilon(1e-9));  // symmetric about +x
    const auto labels = labels_of(equal);
    for (Index p = 0; p < pixels; ++p) {
        const auto [q, azimuth] = place_of(p);
        const int ring = q >= 0.2 && q < 0.5 ? 0 : q >= 0.5 && q < 0.8 ? 1 : -1;
        const int sector = std::abs(azimuth) < 60 ? 0 : azimuth > 0 ? 1 : 2;  // no centre is at an edge
        CHECK(labels[static_cast<std::size_t>(p)] == (ring < 0 ? 0 : 3 * ring + sector + 1));
    }
    const auto logarithmic = regions(with({{"spacing", "logarithmic"}}, with(rings)));
    CHECK(values_of(*logarithmic.at("q").description().coordinate("q_high")->values)[0] == Approx(0.4));
}

TEST_CASE("masks of the image and of the input leave pixels out; a thinned ring is not used") {
    std::vector<bool> of_image(pixels, false);
    std::vector<std::int16_t> of_input(pixels, 0);
    const auto plain = labels_of(regions(with(two_rings)));
    for (std::size_t p = 0; p < pixels; ++p) {
        of_image[p] = plain[p] == 2 && p % 3 != 0;
        of_input[p] = plain[p] == 1 && p % 7 == 0 ? -1 : 0;
    }
    const Array masked = with_mask(with_mask(image(), "bad", pixel_dims, of_image), "row", {{"y", rows}}, [] {
        std::vector<bool> row(rows, false);
        row[0] = true;
        return row;
    }());
    const Outputs inputs{{"image", masked}, {"mask", Array::from<std::int16_t>("mask", pixel_dims, "1", of_input)}};
    const auto out = run_plugin("roi_map", with({{"minimum_good_fraction", 0.5}}, with(two_rings)), inputs);
    const auto labels = labels_of(out);
    std::ptrdiff_t used = 0;
    for (std::size_t p = 0; p < pixels; ++p) {
        const bool good = plain[p] == 1 && of_input[p] == 0 && p >= static_cast<std::size_t>(columns);
        CHECK(labels[p] == (good ? 1 : 0));
        used += good;
    }
    CHECK(values_of(out.at("pixels")) == Doubles{static_cast<double>(used), 0});
    CHECK(values_of(out.at("status")) == Doubles{0, 2});
    CHECK(values_of(out.at("good_fraction"))[1] == Approx(1 / 3.0).epsilon(0.05));
}

TEST_CASE("maps replace the geometry, in their own unit; (pixel) and (module, slow, fast) images take them too") {
    Doubles azimuth;
    for (Index p = 0; p < pixels; ++p) azimuth.push_back(place_of(p).azimuth_deg * std::numbers::pi / 180);
    const Json sectors = with({{"sectors", 4}, {"sector_start", 10}}, two_rings);
    const auto of_geometry = regions(with(sectors));
    const Outputs maps{{"q", map_of("q", "1/angstrom", q_map(0.1))}, {"azimuth", map_of("azimuth", "rad", azimuth)}};
    const auto of_maps = regions(sectors, maps);
    CHECK(labels_of(of_maps) == labels_of(of_geometry));
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(values_of(of_maps.at("q"))[i] == Approx(values_of(of_geometry.at("q"))[i]).epsilon(1e-12));
        CHECK(values_of(of_maps.at("azimuth"))[i] == Approx(values_of(of_geometry.at("azimuth"))[i]).epsilon(1e-11));
    }
    CHECK(labels_of(regions(with(sectors), {{"q", maps.at("q")}})) == labels_of(of_geometry));  // azimuth of the geometry
    const auto plain = labels_of(regions(with(two_rings)));
    for (const Dims& dims : {Dims{{"pixel", pixels}}, Dims{{"module", 2}, {"slow", 10}, {"fast", 30}}}) {
        Dims all = dims;
        all.insert(all.begin(), {"frame", 1});
        const Array other = Array::from<float>("frames", all, "count", std::vector<float>(pixels, 0));
        const auto out = run_plugin("roi_map", two_rings, {{"image", other}, {"q", map_of("q", "1/nm", q_map(), dims)}});
        CHECK(to_text(out.at("roi").dims()) == to_text(dims));
        CHECK(labels_of(out) == plain);
    }
}

TEST_CASE("a .poni file; a stored image that is reversed; other names of rows and columns") {
    const TemporaryFolder folder;
    const auto poni = folder.write("upright.poni",
                                   "poni_version: 1\nPixelSize1: 1e-3\nPixelSize2: 1e-3\nDistance: 1\nPoni1: 0.01\n"
                                   "Poni2: 0.015\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n");
    const Json parameters = with({{"geometry", poni.string()}, {"sectors", 4}}, two_rings);
    const auto inline_labels = labels_of(regions(with({{"sectors", 4}}, with(two_rings))));
    CHECK(labels_of(regions(parameters)) == inline_labels);
    const auto flipped = labels_of(regions(with({{"flip", "slow"}}, parameters)));
    for (std::size_t p = 0; p < pixels; ++p)
        CHECK(flipped[p] == inline_labels[(static_cast<std::size_t>(rows) - 1 - p / columns) * columns + p % columns]);
    const Array renamed =
        Array::from<float>("frames", {{"row", rows}, {"column", columns}}, "count", std::vector<float>(pixels, 0));
    RunPluginOptions options;
    options.core = {{"pixel", {"row", "column"}}};
    CHECK(labels_of(run_plugin("roi_map", parameters, {{"image", renamed}}, options)) == inline_labels);
}

TEST_CASE("nothing of the image is read") {
    // 1.2 GB to be simulated, if anybody asked for it
    const Json steps{{"frames",
                      {{"use", "powder_simulation"},
                       {"with",
                        {{"frames", 1'000'000},
                         {"shape", {20, 30}},
                         {"dtype", "uint16"},
                         {"bad_pixels", 7},
                         {"distance", "1 m"},
                         {"pixel_size", "1 mm"},
                         {"wavelength", "0.1 nm"}}}}},
                     {"regions", {{"use", "roi_map"}, {"in", {{"image", "frames"}}}, {"with", with({{"rings", {{0, 10}}}})}}}};
    const auto out = run_recipe(recipe_of(steps, {"regions.roi", "regions.pixels"}));
    CHECK(out.at("regions.pixels").scalar() == pixels - 7);  // its mask is known without values
    const auto labels = out.at("regions.roi").values<std::int32_t>();
    CHECK(std::count(labels.begin(), labels.end(), 0) == 7);
}

TEST_CASE("what is wrong is said") {
    CHECK(refusal(upright) == Contains("which rings? Give 'rings', or 'q_min', 'q_max' and 'count'"));
    CHECK(refusal(with({{"q_min", 1}, {"q_max", 2}})) == Contains("which rings? Give 'rings', or 'q_min', 'q_max' and 'count'"));
    CHECK(refusal(with({{"count", 2}}, with(two_rings))) == Contains("give 'rings', or 'q_min', 'q_max' and 'count', not both"));
    CHECK(
        refusal(with({{"rings", {{0.2, 0.5}, {0.4, 0.6}}}})) ==
        Contains("rings 1 and 2 overlap: [0.2, 0.5] 1/nm and [0.4, 0.6] 1/nm. A pixel can have one label only: let one end where "
                 "the other begins, or before."));
    CHECK(refusal(with({{"rings", {{0.2, 0.5}, {0.7, 0.6}}}})) ==
          Contains("ring 2 is [0.7, 0.6] 1/nm; its first q must be at least 0 and below its second."));
    CHECK(refusal(with({{"sectors", 2}, {"azimuth_ranges", {{0, 10}}}}, with(two_rings))) ==
          Contains("give 'azimuth_ranges', or 'sectors' and 'sector_start', not both"));
    CHECK(refusal(with({{"azimuth_ranges", {{0, 90}, {80, 100}}}}, with(two_rings))) ==
          Contains("sectors 1 and 2 overlap: [0, 90] deg and [80, 100] deg."));
    CHECK(refusal(two_rings) ==
          Contains("where do the pixels lie? Give 'geometry' (a .poni file), or 'distance', 'pixel_size' and "
                   "'wavelength', or connect 'q'"));
    CHECK(refusal(with({{"distance", "1 m"}, {"pixel_size", "1 mm"}}, two_rings)) ==
          Contains("the geometry has no wavelength, which q needs: give 'wavelength'"));
    const Outputs q{{"q", map_of("q", "1/nm", q_map())}};
    CHECK(refusal(with(two_rings), q) == Contains("the maps say where the pixels lie: give no geometry besides them"));
    CHECK(refusal(with({{"sectors", 2}}, two_rings), q) == Contains("or connect 'azimuth'"));
    CHECK(refusal(two_rings, {{"q", map_of("q", "1/nm", Doubles(5 * columns), {{"y", 5}, {"x", columns}})}}) ==
          Contains("dimension 'y' has 20 elements in input 'image' and 5 in input 'q'"));
    CHECK(refusal(two_rings, {{"q", map_of("q", "1/nm", q_map(), {{"pixel", pixels}})}}) ==
          Contains("input 'q' is [pixel: 600] and the image [y: 20, x: 30]: it must have one value for each pixel of the image"));
    CHECK(refusal(two_rings, {{"q", map_of("q", "nm", q_map())}}) ==
          Contains("has the unit 'nm'; one that converts to '1/nm' is needed"));
    const Array line = Array::from<float>("frames", {{"pixel", pixels}}, "count", std::vector<float>(pixels, 0));
    CHECK(error_of([&] {
              run_plugin("roi_map", with(two_rings), {{"image", line}});
          }) ==
          Contains(
              "the image is [pixel: 600]: a geometry places images of rows and columns. Connect 'q' (and 'azimuth' for sectors) "
              "instead"));
}

TEST_CASE("no pixel in any ring is the recipe's fault, only masked ones the data's") {
    const auto kind = [](const Json& parameters, const Outputs& inputs) {
        try {
            regions(parameters, inputs);
        } catch (const Error& error) {
            CAPTURE(error.what());
            return error.kind();
        }
        return ErrorKind::plugin;
    };
    CHECK(refusal(with({{"rings", {{50, 60}}}})) == Contains("no pixel lies in any region: the detector has q from 0.0444"));
    CHECK(kind(with({{"rings", {{50, 60}}}}), {}) == ErrorKind::recipe);
    const Outputs all_bad{{"mask", map_of("mask", "1", Doubles(pixels, 1))}};
    CHECK(refusal(with(two_rings), all_bad) == Contains("no region has a pixel that may be used: their pixels are masked"));
    CHECK(kind(with(two_rings), all_bad) == ErrorKind::data);
}

namespace {

struct Experiment {
    const char* file;
    double q_min, q_max;  // 1/angstrom
    int rings;
};

Json dataset(const std::string& file, const std::string& path, const Json& dims, const Json& more = Json::object()) {
    Json all{{"file", file}, {"path", path}, {"dims", dims}};
    all.update(more);
    return {{"use", "hdf5_source"}, {"with", all}};
}

double number(const std::string& file, const std::string& path) {
    return run_recipe(recipe_of({{"n", dataset(file, path, Json::array())}}, {"n"})).at("n.data").scalar();
}

/// The file's beam_center counts from the centre of pixel [0, 0], poni from its outer corner.
Json geometry_of(const std::string& file) {
    const std::string at = "/entry/geometry/";
    const double pixel = number(file, at + "pixel_size");
    return {{"distance", number(file, at + "distance")},
            {"pixel_size", pixel},
            {"poni", {(number(file, at + "beam_center_y") + 0.5) * pixel, (number(file, at + "beam_center_x") + 0.5) * pixel}},
            {"wavelength", number(file, at + "wavelength") / 10}};
}

Json rings_of(const Experiment& experiment) {
    const auto quantity = [](double value) { return std::to_string(value) + " 1/angstrom"; };
    return {{"q_min", quantity(experiment.q_min)}, {"q_max", quantity(experiment.q_max)}, {"count", experiment.rings}};
}

}  // namespace

TEST_CASE("the regions of the shared XPCS data, from their geometry and from their q map") {
    // Edges read off the q_map of each label: they divide this range evenly.
    for (const Experiment& experiment :
         {Experiment{"devA_counts.h5", 0.009, 0.030, 5}, Experiment{"devB_artifact.h5", 0.009, 0.030, 3},
          Experiment{"devC_sparse.h5", 0.010, 0.030, 3}}) {
        const auto found = shared_data(std::string("xpcs/") + experiment.file);
        if (!found) return;
        const std::string file = found->string();
        CAPTURE(file);
        const Json image_dims{"y", "x"}, good{{"unit", "1"}, {"masks", {{"bad", {{"path", "/entry/mask"}, {"marks", "good"}}}}}};
        const Json in_image{{"image", "frames"}}, in_map{{"image", "frames"}, {"q", "q_map"}};
        const Json steps{
            {"frames", dataset(file, "/entry/frames", {"train", "pulse", "y", "x"}, good)},
            {"roi", dataset(file, "/entry/roi", image_dims, {{"unit", "1"}})},
            {"mask", dataset(file, "/entry/mask", image_dims, {{"unit", "1"}})},
            {"roi_q", dataset(file, "/entry/roi_q", {"roi"})},
            {"q_map", dataset(file, "/entry/q_map", image_dims)},
            {"placed", {{"use", "roi_map"}, {"in", in_image}, {"with", with(rings_of(experiment), geometry_of(file))}}},
            {"mapped", {{"use", "roi_map"}, {"in", in_map}, {"with", rings_of(experiment)}}}};
        const auto out =
            run_recipe(recipe_of(steps, {"placed.roi", "placed.q", "mapped.roi", "mapped.q", "roi", "mask", "roi_q"}));
        auto expected = values_of(out.at("roi.data"));
        const auto mask = values_of(out.at("mask.data"));
        for (std::size_t p = 0; p < expected.size(); ++p) expected[p] *= mask[p];
        const auto q = values_of(out.at("roi_q.data"));  // 1/angstrom
        for (const std::string step : {"placed", "mapped"}) {
            CAPTURE(step);
            CHECK(values_of(out.at(step + ".roi")) == expected);
            const auto own = values_of(out.at(step + ".q"));
            REQUIRE(own.size() == q.size());
            // q_map is float32; the geometry is that of the file's maker in double
            for (std::size_t i = 0; i < q.size(); ++i)
                CHECK(own[i] / 10 == Approx(q[i]).epsilon(step == "placed" ? 1e-12 : 1e-6));
        }
    }
}
