// SPDX-License-Identifier: BSD-3-Clause
// Recipes that end in a NXcanSAS file, judged by h5py, silx and SasView's loader where they are installed.
#include <doctest/doctest.h>

#include <string>

#include <sluice/host/run.hpp>

#include "support/run_plugin.hpp"
#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

/// Two samples at two temperatures; the first has a NaN. In 1/m: 1/100 of it stands in the file.
Json net() {
    return {{"use", "values"},
            {"with",
             {{"values", {{1200, 850, nullptr, 300, 200, 100.0}, {1100, 840, 500, -300, 200, 100}}},
              {"sigma", 50},
              {"dims", {"sample", "q"}},
              {"unit", "1/m"},
              {"coordinates",
               {{"q", {{"values", {0.1, 0.2, 0.4, 0.5, 0.6, 0.8}}, {"unit", "1/nm"}}},
                {"name", {{"labels", {"water", "oil"}}, {"dims", {"sample"}}}},
                {"temperature", {{"values", {290, 300}}, {"dims", {"sample"}}, {"unit", "K"}}}}},
              {"facts", {{"intensity_scale", "absolute"}, {"wavelength", {{"value", 0.1}, {"unit", "nm"}}}}}}}};
}

RunResult write(const Json& steps, const std::vector<std::string>& keep, const std::filesystem::path& file,
                const Json& with = Json::object()) {
    Json recipe = recipe_of(steps, keep);
    recipe["recipe"]["title"] = "Two samples";
    recipe["outputs"]["format"] = "nxcansas";
    recipe["outputs"]["with"] = with;
    RunOptions options;
    options.output = file;
    return run(plan_recipe(recipe), options);
}

void check_with(const std::vector<std::string>& words, const std::string& without) {
    const Finished finished = run_program(words);
    if (finished.code == 77 || finished.code == 127) {
        MESSAGE("skipped: " << without);
        return;
    }
    CAPTURE(finished.out);
    CAPTURE(finished.err);
    CHECK(finished.code == 0);
}

void check_curves(const std::filesystem::path& file, const Json& expected) {
    check_with({"/usr/bin/python3", (source_folder() / "plugins/nxcansas/tests/check_curves.py").string(), file.string(),
                expected.dump()},
               "h5py is not installed");
    const auto judge = source_folder() / "../shared/tools/check_nxcansas.py";
    if (std::filesystem::exists(judge) && std::filesystem::exists("/usr/lib/python3/dist-packages/sas"))
        check_with({"/usr/bin/python3", judge.string(), file.string()}, "python is not installed");
    else
        MESSAGE("skipped: no check_nxcansas.py beside the source tree, or no SasView");
}

Json expected(const std::string& title, const std::vector<double>& q, const std::vector<double>& i,
              const std::vector<double>& sigma, int left_out) {
    return {{"title", title}, {"q_unit", "1/nm"}, {"i_unit", "1/cm"},    {"q", q},
            {"i", i},         {"sigma", sigma},   {"left_out", left_out}};
}

}  // namespace

TEST_CASE("a series is one entry per curve, absolute in 1/cm, without its NaN") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.h5";
    write({{"net", net()}}, {"net"}, file);
    Json first = expected("Two samples: net, name = water, temperature = 290 K", {0.1, 0.2, 0.5, 0.6, 0.8}, {12, 8.5, 3, 2, 1},
                          {0.5, 0.5, 0.5, 0.5, 0.5}, 1);
    Json second = expected("Two samples: net, name = oil, temperature = 300 K", {0.1, 0.2, 0.4, 0.5, 0.6, 0.8},
                           {11, 8.4, 5, -3, 2, 1}, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, 0);
    first["temperature"] = 290;
    second["temperature"] = 300;
    check_curves(file, {first, second});
}

TEST_CASE("a relative curve without errors, in 1/angstrom, is in arbitrary units") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.h5";
    const Json curve{{"use", "values"},
                     {"with",
                      {{"values", {5, 4, 3, 2, 1}},
                       {"dims", {"q"}},
                       {"unit", "count"},
                       {"coordinates", {{"q", {{"values", {0.01, 0.02, 0.03, 0.04, 0.05}}, {"unit", "1/angstrom"}}}}}}}};
    write({{"curve", curve}}, {"curve"}, file);
    check_curves(file, {{{"title", "Two samples: curve"},
                         {"q_unit", "1/angstrom"},
                         {"i_unit", "arbitrary"},
                         {"q", {0.01, 0.02, 0.03, 0.04, 0.05}},
                         {"i", {5, 4, 3, 2, 1}},
                         {"sigma", nullptr},
                         {"left_out", 0}}});
}

TEST_CASE("a curve without a valid point is not in the file, and the run says so") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.h5";
    Json all = net();
    all["with"]["values"][0] = {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
    const RunResult result = write({{"net", all}}, {"net"}, file);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0] ==
          "outputs (nxcansas): 'net': 1 of 2 curves have no point that is not masked or NaN; they are not in the file");
    check_curves(file, Json::array({expected("Two samples: net, name = oil, temperature = 300 K", {0.1, 0.2, 0.4, 0.5, 0.6, 0.8},
                                             {11, 8.4, 5, -3, 2, 1}, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, 0)}));
    all["with"]["values"][1] = all["with"]["values"][0];
    CHECK(error_of([&] {
              write({{"net", all}}, {"net"}, folder.path() / "none.h5");
          }) == Contains{"outputs (nxcansas): every point of every curve is masked or NaN: there is nothing to write"});
    CHECK(!std::filesystem::exists(folder.path() / "none.h5"));
}

TEST_CASE("what is no I(q), and too many curves, are refused before the run; no file is left") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.h5";
    const Json number{{"use", "values"}, {"with", {{"values", 1}}}};
    CHECK(error_of([&] {
              write({{"number", number}}, {"number"}, file);
          }) ==
          Contains{"outputs (nxcansas): 'number' is no curve I(q): it needs a coordinate q of a unit like 1/nm, and has none"});
    CHECK(error_of([&] {
              write({{"net", net()}}, {"net"}, file, {{"most_curves", 1}});
          }) == Contains{"outputs (nxcansas): there are 2 curves, and most_curves = 1. Raise it, take a part (slice), or keep "
                         "them as nexus_result"});
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a hundred curves come in their order, the processing written once") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "net.h5";
    Json values = Json::array(), all = Json::array();
    for (int k = 0; k < 100; ++k) {
        values.push_back({k + 5, k + 4, k + 3, k + 2, k + 1});
        all.push_back(expected("Two samples: net, run = " + std::to_string(k), {1, 2, 3, 4, 5},
                               {k + 5.0, k + 4.0, k + 3.0, k + 2.0, k + 1.0}, {0.5, 0.5, 0.5, 0.5, 0.5}, 0));
    }
    const Json series{{"use", "values"},
                      {"with",
                       {{"values", values},
                        {"sigma", 0.5},
                        {"dims", {"run", "q"}},
                        {"unit", "1/cm"},
                        {"coordinates", {{"q", {{"values", {1, 2, 3, 4, 5}}, {"unit", "1/nm"}}}}}}}};
    write({{"net", series}}, {"net"}, file);
    check_curves(file, all);
    CHECK(std::filesystem::file_size(file) < 2'000'000);  // the recipe of all of them is 100 times as long
}
