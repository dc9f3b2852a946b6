// SPDX-License-Identifier: BSD-3-Clause
// Tests of the image source as recipes meet it: dimensions, flips, masks, and the sentences of errors.
#include <doctest/doctest.h>
#include <tiffio.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include <support/run_plugin.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

#include "writer.hpp"

namespace fs = std::filesystem;
using namespace sluice::image_source;
using sluice::Array;
using sluice::Json;
using sluice::test::error_of;
using sluice::test::run_plugin;
using sluice::test::TemporaryFolder;
using Counts = std::vector<std::uint16_t>;

namespace {

Array load(const Json& with) { return run_plugin("image_source", with, {}).at("data"); }

void check_fault(const Json& with, const std::string& sentence) {
    const auto text = error_of([&] { (void)load(with); });
    CAPTURE(text);
    CAPTURE(sentence);
    CHECK(text.find(sentence) != std::string::npos);
    CHECK(text.find("step 'step' (image_source): ") != std::string::npos);
}

Counts counts(const Array& array) {
    const auto values = array.values<std::uint16_t>();
    return {values.begin(), values.end()};
}

/// Images of 2 x 3 pixels: run_2 with the values 10 to 15 and 20 to 25 (two pages), run_10 with 30 to 35.
class Run {
public:
    Run() {
        write_image<std::uint16_t>(file("run_2.tif"), small, {ramp<std::uint16_t>(small, 10), ramp<std::uint16_t>(small, 20)});
        write_image<std::uint16_t>(file("run_10.tif"), small, {ramp<std::uint16_t>(small, 30)});
        write_image<std::uint8_t>(file("mask.tif"), small, {{0, 0, 1, 0, 0, 0}});
        write_image<std::uint8_t>(file("other.tif"), {}, {ramp<std::uint8_t>({}, 0)});
        write_image<std::uint16_t>(file("turned.tif"), {.rows = 2, .columns = 3, .orientation = 3},
                                   {ramp<std::uint16_t>(small, 1)});
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

private:
    static constexpr Layout small{.rows = 2, .columns = 3};
    TemporaryFolder folder_;
};

std::vector<std::size_t> masked(const Array& array) {
    REQUIRE(array.description().masks.size() == 1);
    const auto values = array.description().masks.front().values->as_float64();
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] != 0) found.push_back(i);
    return found;
}

}  // namespace

TEST_CASE("one file of one page is an image") {
    const Run run;
    const auto image = load({{"file", run.file("run_10.tif")}});
    CHECK(to_text(image.dims()) == "[y: 2, x: 3]");
    CHECK(counts(image) == Counts{30, 31, 32, 33, 34, 35});
    CHECK(image.unit().text() == "count");
    CHECK(to_text(image.description().facts.at("flip")) == "none");
    CHECK_FALSE(image.description().variances);
}

TEST_CASE("pages, patterns and lists are series, files in natural order") {
    const Run run;
    CHECK(to_text(load({{"file", run.file("run_2.tif")}}).dims()) == "[frame: 2, y: 2, x: 3]");
    CHECK(to_text(load({{"file", run.file("run_1*.tif")}}).dims()) == "[frame: 1, y: 2, x: 3]");
    const auto series = load({{"file", run.file("run_*.tif")}, {"dims", {"sample", "row", "column"}}, {"unit", "photon"}});
    CHECK(to_text(series.dims()) == "[sample: 3, row: 2, column: 3]");
    CHECK(counts(series) == Counts{10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35});
    CHECK(series.unit().text() == "photon");
    const auto list = load({{"files", {run.file("run_10.tif"), run.file("run_2.tif")}}});
    CHECK(counts(list)[0] == 30);
}

TEST_CASE("flips turn the mask too") {
    const Run run;
    const Json with{{"file", run.file("run_10.tif")}, {"mask", run.file("mask.tif")}};
    const auto flipped = [&](const char* flip) {
        Json more = with;
        more["flip"] = flip;
        return load(more);
    };
    CHECK(masked(load(with)) == std::vector<std::size_t>{2});
    CHECK(counts(flipped("slow")) == Counts{33, 34, 35, 30, 31, 32});
    CHECK(masked(flipped("slow")) == std::vector<std::size_t>{5});
    CHECK(counts(flipped("fast")) == Counts{32, 31, 30, 35, 34, 33});
    CHECK(masked(flipped("fast")) == std::vector<std::size_t>{0});
    CHECK(counts(flipped("both")) == Counts{35, 34, 33, 32, 31, 30});
    CHECK(to_text(flipped("both").description().facts.at("flip")) == "both");
}

TEST_CASE("sentences of what is wrong") {
    const Run run;
    check_fault(
        Json::object(),
        "neither 'file' nor 'files' is given. Give 'file' (a name, or a pattern such as \"run1_*.tif\") or 'files' (a list).");
    check_fault({{"file", run.file("a_*.tif")}},
                "no file matches '" + run.file("a_*.tif") + "'. Check the folder and the pattern.");
    check_fault({{"file", run.file("a.tif")}}, run.file("a.tif") + ": cannot be opened as TIFF");
    check_fault({{"file", run.file("run_2.tif")}, {"dims", {"y", "x"}}},
                run.file("run_2.tif") +
                    ": there are 2 images of 2 x 3 pixels, but dims names rows and columns only. Name their order "
                    "first, such as [\"frame\", \"y\", \"x\"].");
    check_fault({{"file", run.file("run_2.tif")}, {"mask", run.file("other.tif")}},
                run.file("other.tif") + ": as mask it must be 1 image of 2 x 3 pixels, but it is 1 image of 5 x 7 pixels.");
    check_fault(
        {{"files", {run.file("run_2.tif"), run.file("other.tif")}}},
        run.file("other.tif") + ": image of 5 x 7 uint8, but the first one (" + run.file("run_2.tif") + ") is 2 x 3 uint16.");
    check_fault({{"file", run.file("turned.tif")}}, run.file("turned.tif") + ": its orientation tag is 3");
    CHECK(counts(load({{"file", run.file("turned.tif")}, {"orientation", "as_stored"}})) == Counts{1, 2, 3, 4, 5, 6});
}

TEST_CASE("damaged pixels are an error of their frame") {
    const TemporaryFolder folder;
    const auto file = (folder.path() / "damaged.tif").string();
    write_image<std::uint16_t>(file, {.compression = COMPRESSION_ADOBE_DEFLATE}, {ramp<std::uint16_t>({}, 0)});
    {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        stream.seekp(8);  // the first strip follows the header of 8 bytes
        stream << "no zlib stream";
    }
    check_fault({{"file", file}}, file + ", frame 0: strip 0 gave 0 of 28 bytes");
}

TEST_CASE("a calibration image of a Pilatus detector") {
    const auto file = sluice::test::shared_data("azint/CeO2_Pilatus1M.tif");
    if (!file) return;
    const auto image = load({{"file", file->string()}});
    // Expected numbers: data/azint/README.md, made by another program.
    CHECK(to_text(image.dims()) == "[y: 1043, x: 981]");
    const auto values = image.values<std::int32_t>();
    CHECK(*std::max_element(values.begin(), values.end()) == 621698);
    CHECK(std::count_if(values.begin(), values.end(), [](int value) { return value < 0; }) == 73560);
}
