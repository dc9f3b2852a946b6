// SPDX-License-Identifier: BSD-3-Clause
// What people do to their inputs and outputs: each time one sentence, the right exit code, and no result file.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;
namespace fs = std::filesystem;

constexpr const char* frames_recipe = R"({
  "sluice": 1, "recipe": {"id": "test.frames", "version": "1.0.0"},
  "parameters": {"file": {"type": "path"}, "path": {"type": "text", "default": "/entry/data/data"}, "poni": {"type": "path", "default": "d.poni"}},
  "steps": {
    "frames": {"use": "hdf5_source", "with": {"file": "${file}", "path": "${path}", "dims": ["sample", "y", "x"], "unit": "count"}},
    "profile": {"use": "azimuthal_integration", "in": {"image": "frames"}, "with": {"geometry": "${poni}", "bins": 20}}},
  "outputs": {"default": "profile"}})";

constexpr const char* curve_recipe = R"({
  "sluice": 1, "recipe": {"id": "test.curve", "version": "1.0.0"},
  "parameters": {"file": {"type": "path"}},
  "steps": {
    "curve": {"use": "text_source", "with": {"file": "${file}", "coordinate": 0, "value": 1, "coordinate_name": "q", "dim": "q",
                                             "coordinate_unit": "1/nm", "unit": "1"}},
    "invariant": {"use": "porod_invariant", "in": {"intensity": "curve"}}},
  "outputs": {"default": "invariant", "keep": ["invariant.points_left_out"]}})";

/// NaN in one pixel of the first frame; the second frame is all NaN.
constexpr const char* nan_recipe = R"({
  "sluice": 1, "recipe": {"id": "test.nan", "version": "1.0.0"},
  "steps": {
    "frames": {"use": "values", "with": {"values": [[[1, 1], [1, null]], [[null, null], [null, null]]], "dims": ["frame", "y", "x"], "unit": "count"}},
    "profile": {"use": "azimuthal_integration", "in": {"image": "frames"},
                "with": {"geometry": "small.poni", "bins": 1, "solid_angle": false, "error_model": "none"}}},
  "outputs": {"default": "profile"}})";

constexpr const char* masked_recipe = R"({
  "sluice": 1, "recipe": {"id": "test.masked", "version": "1.0.0"},
  "steps": {
    "frames": {"use": "values", "with": {"values": [[1, 1], [1, 1]], "dims": ["y", "x"], "unit": "count"}},
    "all": {"use": "values", "with": {"values": [[1, 1], [1, 1]], "dims": ["y", "x"]}},
    "profile": {"use": "azimuthal_integration", "in": {"image": "frames", "mask": "all"}, "with": {"geometry": "small.poni", "bins": 1}}},
  "outputs": {"default": "profile"}})";

constexpr const char* image_recipe = R"({
  "sluice": 1, "recipe": {"id": "test.image", "version": "1.0.0"},
  "steps": {"image": {"use": "image_source", "with": {"file": "image.tif"}}},
  "outputs": {"default": "image"}})";

constexpr const char* poni = R"(poni_version: 2
Detector: Detector
Detector_config: {"pixel1": 0.001, "pixel2": 0.001}
Distance: 0.5
Poni1: 0.03
Poni2: 0.03
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";

/// A little-endian TIFF of one 16 x 16 uint16 strip (TIFF 6.0, section 2).
std::string tiff() {
    std::string file("II*\0\x08\0\0\0", 8);
    const auto put = [&](unsigned value, int bytes) {
        for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i) & 0xff);
    };
    struct Entry { unsigned tag, type, value; };
    constexpr unsigned shorts = 3, longs = 4, side = 16;
    const std::vector<Entry> entries = {{256, shorts, side}, {257, shorts, side}, {258, shorts, 16}, {259, shorts, 1}, {262, shorts, 1},
                                        {273, longs, 8 + 2 + 10 * 12 + 4}, {277, shorts, 1}, {278, shorts, side}, {279, longs, side * side * 2},
                                        {339, shorts, 1}};
    put(static_cast<unsigned>(entries.size()), 2);
    for (const auto& entry : entries) {
        put(entry.tag, 2);
        put(entry.type, 2);
        put(1, 4);
        put(entry.value, 4);
    }
    put(0, 4);
    for (unsigned i = 0; i < side * side; ++i) put(i, 2);
    return file;
}

std::string without_line(std::string text, const std::string& key) {
    const auto begin = text.find(key);
    return text.erase(begin, text.find('\n', begin) + 1 - begin);
}

/// More pixels, more bins, and the invariant of each frame.
std::string with_invariant(std::string recipe) {
    const auto replace = [&](const std::string& from, const std::string& to) { recipe.replace(recipe.find(from), from.size(), to); };
    replace("[[[1, 1], [1, null]], [[null, null], [null, null]]]",
            "[[[1, 1, 1], [1, 1, 1], [1, 1, null]], [[null, null, null], [null, null, null], [null, null, null]]]");
    replace(R"("bins": 1, "solid_angle": false, "error_model": "none"}})",
            R"("bins": 3}}, "invariant": {"use": "porod_invariant", "in": {"intensity": "profile"}})");
    replace(R"({"default": "profile"})", R"({"default": "invariant"})");
    return recipe;
}

class Workplace {
public:
    Workplace() {
        folder_.write("frames.json", frames_recipe);
        folder_.write("curve.json", curve_recipe);
        folder_.write("nan.json", nan_recipe);
        folder_.write("masked.json", masked_recipe);
        folder_.write("image.json", image_recipe);
        folder_.write("d.poni", poni);
        std::string small = poni;
        for (auto at = small.find("0.03"); at != std::string::npos; at = small.find("0.03")) small.replace(at, 4, "0.001");
        folder_.write("small.poni", small);
    }
    [[nodiscard]] fs::path path() const { return folder_.path(); }
    void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

    Finished run(const std::string& recipe, const std::vector<std::string>& more = {}, const std::string& output = "result.h5") const {
        std::vector<std::string> words = {"run", recipe, "-o", output, "--quiet"};
        words.insert(words.end(), more.begin(), more.end());
        return run_sluice(words, path());
    }
    void check_refused(const Finished& finished, int code, const std::string& sentence) const {
        CAPTURE(finished.err);
        CHECK(finished.code == code);
        CHECK(finished.err.find(sentence) != std::string::npos);
        CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
        CHECK_FALSE(fs::exists(path() / "result.h5"));
        for (const auto& each : fs::directory_iterator(path())) CHECK(each.path().extension() != ".partial");
    }

private:
    TemporaryFolder folder_;
};

const std::string real_frames = (source_folder() / "examples/data/three_samples.h5").string();

}  // namespace

TEST_CASE("the recipe for frames works on good ones") {
    const Workplace place;
    CHECK(place.run("frames.json", {"-p", "file=" + real_frames}).code == 0);
}

TEST_CASE("HDF5: missing, truncated, another format, wrong path") {
    const Workplace place;
    const auto refused = [&](const std::vector<std::string>& more, const std::string& sentence) {
        place.check_refused(place.run("frames.json", more), 4, sentence);
    };
    const auto whole = read_whole(real_frames);
    place.write("cut.h5", whole.substr(0, whole.size() / 2));
    place.write("text.h5", "no HDF5");
    refused({"-p", "file=none.h5"}, "step 'frames' (hdf5_source): " + (place.path() / "none.h5").string() + ": no such file. Check the name and the folder.");
    refused({"-p", "file=cut.h5"}, "The file is truncated, damaged, not readable for you, or being written by another program.");
    refused({"-p", "file=text.h5"}, "text.h5: not an HDF5 file.");
    refused({"-p", "file=" + real_frames, "-p", "path=/entry/data/dta"},
            "dataset '/entry/data/dta': there is no 'dta'. Group '/entry/data' holds: data. Did you mean 'data'?");
}

TEST_CASE("a geometry that is missing or lacks keys") {
    const Workplace place;
    const auto refused = [&](const std::string& file, const std::string& sentence) {
        place.check_refused(place.run("frames.json", {"-p", "file=" + real_frames, "-p", "poni=" + file}), 4, sentence);
    };
    place.write("short.poni", without_line(poni, "Distance"));
    place.write("dark.poni", without_line(poni, "Wavelength"));
    refused("none.poni", "none.poni: the geometry cannot be read; is the path right?");
    refused("short.poni", "short.poni: the poni text lacks Distance");
    place.check_refused(place.run("frames.json", {"-p", "file=" + real_frames, "-p", "poni=dark.poni"}), 2,
                        "the geometry has no wavelength, which q needs; add Wavelength to the poni file or integrate over 2theta");
}

TEST_CASE("TIFF: good, cut anywhere, missing") {
    const Workplace place;
    const auto whole = tiff();
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{60}, whole.size() / 2, whole.size() - 1}) {
        CAPTURE(size);
        place.write("image.tif", whole.substr(0, size));
        place.check_refused(place.run("image.json"), 4, "step 'image' (image_source): " + (place.path() / "image.tif").string());
    }
    fs::remove(place.path() / "image.tif");
    place.check_refused(place.run("image.json"), 4, "step 'image' (image_source): ");
    place.write("image.tif", whole);
    CHECK(place.run("image.json").code == 0);
}

TEST_CASE("curves: empty, only a header, no numbers, too few points, only NaN") {
    const Workplace place;
    const auto refused = [&](const std::string& text, const std::string& sentence) {
        place.write("curve.txt", text);
        place.check_refused(place.run("curve.json", {"-p", "file=curve.txt"}), 4, sentence);
    };
    refused("", "curve.txt: no lines to read. The file is empty, or first_line and last_line leave nothing.");
    refused("# q I\n", "curve.txt: no table found");
    refused("1 one\n2 two\n3 three\n", "curve.txt: no table found");
    refused("1 2\n", "1 of 1 points can be used");
    refused("1 nan\n2 nan\n3 nan\n4 nan\n", "step 'invariant' (porod_invariant): ");
}

TEST_CASE("a NaN in a curve is left out and counted") {
    const Workplace place;
    place.write("curve.txt", "1 2\n2 nan\n3 4\n4 5\n");
    const Finished finished = run_sluice({"run", "curve.json", "-p", "file=curve.txt", "-o", "result.h5", "--format", "json"}, place.path());
    CHECK(finished.code == 0);
    // Trapezoids of q^2 I over 1, 3, 4: (2 + 36) / 2 * 2 + (36 + 80) / 2 = 96, exact in binary.
    CHECK(finished.out.find(R"("array":"invariant","dims":[],"unit":"1/nm^3","values":[96.0])") != std::string::npos);
    CHECK(finished.out.find(R"("array":"invariant.points_left_out","dims":[],"unit":"1","values":[1.0])") != std::string::npos);
}

TEST_CASE("NaN pixels are left out; a frame of nothing else gives NaN, and the invariant refuses it by its number") {
    const Workplace place;
    const Finished finished = run_sluice({"run", "nan.json", "-o", "profile.h5", "--format", "json"}, place.path());
    CHECK(finished.code == 0);
    CHECK(finished.out.find(R"("values":[1.0,null])") != std::string::npos);
    place.write("invariant.json", with_invariant(nan_recipe));
    place.check_refused(place.run("invariant.json"), 4, "step 'invariant' (porod_invariant): frame 1: ");
}

TEST_CASE("a mask that leaves nothing") {
    const Workplace place;
    const Finished finished = place.run("masked.json");
    place.check_refused(finished, finished.code, "step 'profile' (azimuthal_integration): the mask leaves no pixel; check that nonzero means masked");
    CHECK(finished.code == 4);
}

TEST_CASE("outputs that cannot be") {
    const Workplace place;
    const auto refused = [&](const std::string& output, const std::string& sentence) {
        place.check_refused(place.run("frames.json", {"-p", "file=" + real_frames}, output), 8, sentence);
    };
    refused("none/result.h5", "result.h5: the folder " + (place.path() / "none").string() + " does not exist");
    fs::create_directory(place.path() / "folder");
    refused("folder", "folder: is there and is no file; give the name of a file");
    const auto pipe = place.path() / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    refused("pipe", "pipe: is there and is no file; give the name of a file");
    CHECK(fs::is_fifo(pipe));
}

TEST_CASE("too little memory: exit code 7, and the number in the sentence is enough") {
    const Workplace place;
    const auto run = [&](const std::string& memory) { return place.run("frames.json", {"-p", "file=" + real_frames, "--memory", memory}); };
    const Finished refused = run("30MB");
    place.check_refused(refused, 7, "but 30 MB are allowed. Give --memory ");
    const auto begin = refused.err.find("--memory ") + 9;
    CHECK(run(refused.err.substr(begin, refused.err.find(',', begin) - begin)).code == 0);
}
