// SPDX-License-Identifier: BSD-3-Clause
// Recipes that end in a text file: text_source reads the same numbers back, numpy does, and what cannot be is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string>

#include <sluice/host/run.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

const Json net = {{"use", "values"},
                  {"with",
                   {{"values", {{0.1, 2.0 / 3, nullptr}, {1e-7, -5.0, 3.25}}},
                    {"sigma", {{0.01, 0.02, 0.03}, {0.5, 0.25, 1.0 / 3}}},
                    {"dims", {"sample", "q"}},
                    {"unit", "1/cm"},
                    {"coordinates",
                     {{"q", {{"values", {0.1, 0.3, 0.7}}, {"unit", "1/nm"}}},
                      {"temperature", {{"values", {290, 300}}, {"dims", {"sample"}}, {"unit", "K"}}}}},
                    {"facts", {{"intensity_scale", "absolute"}}}}}};

void write(const Json& steps, const std::vector<std::string>& keep, const Json& with, const std::filesystem::path& file) {
    Json recipe = recipe_of(steps, keep);
    recipe["recipe"]["title"] = "Two samples";
    recipe["outputs"]["format"] = "columns";
    recipe["outputs"]["with"] = with;
    RunOptions options;
    options.output = file;
    run(plan_recipe(recipe), options);
}

Array read_back(const std::filesystem::path& file, const std::string& value, const std::string& sigma) {
    const Json with{{"file", file.string()}, {"value", value}, {"sigma", sigma}, {"coordinate", "q"}};
    return run_recipe(recipe_of({{"read", {{"use", "text_source"}, {"with", with}}}}, {"read"})).at("read.data");
}

}  // namespace

TEST_CASE("text_source reads back the same numbers, units and axis, with every separator") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.txt";
    for (const char* separator : {"space", "comma", "semicolon", "tab"})
        for (const char* titles : {"comment", "plain"}) {
            CAPTURE(separator);
            CAPTURE(titles);
            write({{"net", net}}, {"net"}, {{"separator", separator}, {"titles", titles}}, file);
            const Array first = read_back(file, "net_0", "net_0_sigma"), second = read_back(file, "net_1", "net_1_sigma");
            CHECK(second.description().unit.text() == "1/cm");
            CHECK(second.description().coordinate("q")->values->unit().text() == "1/nm");
            CHECK(values_of(*second.description().coordinate("q")->values) == std::vector<double>{0.1, 0.3, 0.7});
            CHECK(values_of(first)[1] == 2.0 / 3);
            CHECK(std::isnan(values_of(first)[2]));
            CHECK(values_of(second) == std::vector<double>{1e-7, -5.0, 3.25});
            CHECK(second.variances()[1] == 0.0625);
        }
}

TEST_CASE("the header says what it is and where it comes from") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.txt";
    write({{"net", net}}, {"net"}, Json::object(), file);
    const std::string text = read_whole(file);
    CHECK(text.starts_with("# Two samples\n# recipe: test.recipe 1.0.0, run by sluice "));
    CHECK(text == Contains{"\n# net in 1/cm, with standard errors (sigma), 2 curves\n# net: intensity_scale = absolute\n"
                           "# net_0: temperature = 290 K\n# net_1: temperature = 300 K\n# q[1/nm] net_0[1/cm] "});
}

TEST_CASE("numpy.loadtxt reads the table") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.txt";
    write({{"net", net}}, {"net"}, Json::object(), file);
    const std::string script =
        "import sys\ntry:\n    import numpy\nexcept ImportError:\n    sys.exit(77)\n"
        "t = numpy.loadtxt(sys.argv[1])\n"
        "assert t.shape == (3, 5), t.shape\nassert list(t[:, 0]) == [0.1, 0.3, 0.7]\n"
        "assert numpy.isnan(t[2, 1]) and t[1, 1] == 2 / 3 and t[0, 3] == 1e-7 and abs(t[2, 4] - 1 / 3) < 1e-16\n";
    const Finished finished = run_program({"/usr/bin/python3", "-c", script, file.string()});
    if (finished.code == 77 || finished.code == 127) {
        MESSAGE("skipped: numpy is not installed");
        return;
    }
    CAPTURE(finished.err);
    CHECK(finished.code == 0);
}

TEST_CASE("arrays that do not fit together leave no file, and an older one stays") {
    const TemporaryFolder folder;
    const auto file = folder.write("net.txt", "old");
    const Json number{{"use", "values"}, {"with", {{"values", 1}}}};
    const std::string text = error_of([&] {
        write({{"net", net}, {"number", number}}, {"net", "number"}, Json::object(), file);
    });
    CHECK(text == Contains{"outputs (columns): 'number' does not fit into one table with 'net', whose rows run over 'q'"});
    CHECK(read_whole(file) == "old");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("frames of a source that streams: a column per row of each frame") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "frames.txt";
    const Json frames{
        {"use", "powder_simulation"},
        {"with", {{"frames", 7}, {"shape", {4, 5}}, {"distance", "0.2 m"}, {"pixel_size", "2 mm"}, {"wavelength", "0.1 nm"}}}};
    const auto whole = values_of(run_recipe(recipe_of({{"frames", frames}}, {"frames"})).at("frames.frames"));
    write({{"frames", frames}}, {"frames"}, {{"titles", "none"}}, file);
    std::vector<double> read;
    std::istringstream lines(read_whole(file));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream fields(line);
        for (std::string field; fields >> field;) read.push_back(std::strtod(field.c_str(), nullptr));
    }
    REQUIRE(read.size() % 5 == 0);
    const std::size_t columns = read.size() / 5, per_curve = (columns - 1) / 28;
    REQUIRE(columns == 1 + 28 * per_curve);  // the index along x, then values (and errors) of 7 x 4 rows
    for (std::size_t curve = 0; curve < 28; ++curve)
        for (std::size_t x = 0; x < 5; ++x) {
            const double got = read[x * columns + 1 + curve * per_curve];
            CHECK((got == whole[curve * 5 + x] || std::isnan(got)));
        }
}

TEST_CASE("what a step masks is nan in the file, and nothing else") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "profile.txt";
    const auto geometry = folder.write("small.poni", R"(poni_version: 2
Detector: Detector
Detector_config: {"pixel1": 0.004, "pixel2": 0.004, "max_shape": [40, 50]}
Distance: 0.5
Poni1: 0.08
Poni2: 0.1
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)");
    const Json frames{{"frames", 3},         {"shape", {40, 50}}, {"distance", 0.5},
                      {"pixel_size", 0.004}, {"wavelength", 0.1}, {"flat", 20}};
    const Json integration{{"geometry", geometry.string()}, {"bins", 60}, {"range", {0.2, 60}}};
    const Json steps{{"frames", {{"use", "powder_simulation"}, {"with", frames}}},
                     {"profile", {{"use", "azimuthal_integration"}, {"in", {{"image", "frames"}}}, {"with", integration}}}};
    const Array whole = run_recipe(recipe_of(steps, {"profile"})).at("profile.intensity");
    const auto masks = whole.description().masks;
    REQUIRE(masks.size() == 1);  // bins without pixels
    const auto masked = mask_of(whole, masks[0].name);
    REQUIRE(!masked.empty());
    const auto values = values_of(whole);
    write(steps, {"profile"}, {{"titles", "none"}}, file);
    std::istringstream lines(read_whole(file));
    std::size_t row = 0, left_out = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream fields(line);
        std::vector<std::string> texts(std::istream_iterator<std::string>(fields), {});
        const std::size_t per_curve = (texts.size() - 1) / 3;
        for (std::size_t frame = 0; frame < 3; ++frame) {
            const std::size_t i = frame * 60 + row;
            const std::string& text = texts.at(1 + frame * per_curve);
            if (masked[masked.size() == 60 ? row : i] != 0) {
                CHECK(text == "nan");
                ++left_out;
            } else {
                CHECK(std::strtod(text.c_str(), nullptr) == values[i]);
            }
        }
        ++row;
    }
    CHECK(row == 60);
    CHECK((left_out > 0 && left_out < 180));
}
