// SPDX-License-Identifier: BSD-3-Clause
// A result made from results carries the record of each, back to the raw data; provenance and replay tell of it.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <hdf5.h>

#include <sluice/host/fingerprint.hpp>
#include <sluice/host/result.hpp>

#include "support/run_plugin.hpp"
#include "support/run_program.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

Json recipe_called(const std::string& id, const Json& steps, const std::string& keep) {
    auto recipe = recipe_of(steps, {keep});
    recipe["recipe"]["id"] = id;
    return recipe;
}

Json mean_of(const std::string& step, const std::string& over) {
    return {{"use", "mean"}, {"in", {{"data", step}}}, {"with", {{"over", over}}}};
}
Json stored(const fs::path& file) { return {{"use", "result_source"}, {"with", {{"file", file.string()}}}}; }

RunResult run_into(const Json& recipe, const fs::path& file) {
    RunOptions options;
    options.output = file;
    return run(plan_recipe(recipe), options);
}

/// raw.txt -> first.h5 -> second.h5 -> third.h5, which also reads first.h5.
struct Chain {
    explicit Chain(const fs::path& folder)
        : raw(folder / "raw.txt"), first(folder / "first.h5"), second(folder / "second.h5"), third(folder / "third.h5") {
        write_whole(raw, "# q (1/nm)  I (1/cm)\n0.1 5\n0.2 4\n0.3 7\n");
        const Json table = {{"use", "text_source"},
                            {"with", {{"files", {raw.string()}}, {"value", "I"}, {"coordinate", "q"}, {"series", "sample"}}}};
        run_into(recipe_called("test.first", {{"curve", table}}, "curve"), first);
        run_into(recipe_called("test.second", {{"curve", stored(first)}, {"average", mean_of("curve", "sample")}}, "average"),
                 second);
        const Json steps = {{"curve", stored(second)},
                            {"original", stored(first)},
                            {"all", mean_of("curve", "q")},
                            {"same", mean_of("original", "q")}};
        auto recipe = recipe_called("test.third", steps, "all");
        recipe["outputs"]["keep"] = {"all", "same"};
        run_into(recipe, third);
    }
    fs::path raw, first, second, third;
};

std::string sha_of(const Json& record, const fs::path& file) {
    for (const auto& each : record.at("files"))
        if (each.at("path") == file.string()) return each.at("sha256");
    return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the record of a result holds those of its inputs and of theirs, each once, found by the file's SHA-256") {
    const TemporaryFolder folder;
    const Chain chain(folder.path());
    const Json record = read_provenance(chain.third);
    const Json& history = record.at("history");
    REQUIRE(history.size() == 2);
    const std::string second = sha_of(record, chain.second), first = sha_of(record, chain.first);
    CHECK(second == sha256_of_file(chain.second));
    CHECK(history.at(second).at("recipe").at("id") == "test.second");
    CHECK(history.at(first).at("recipe").at("id") == "test.first");
    CHECK(sha_of(history.at(second), chain.first) == first);
    CHECK(sha_of(history.at(first), chain.raw) == sha256_of_file(chain.raw));
    CHECK(history.at(first).at("steps").at(0).at("plugin") == "text_source");
    CHECK_FALSE(history.at(second).contains("history"));
    CHECK(read_provenance(chain.first).at("history").empty());
    // A record is what read_provenance gives of the file itself.
    CHECK(history.at(first).at("recipe") == read_provenance(chain.first).at("recipe"));
}

TEST_CASE("provenance shows the whole chain") {
    const TemporaryFolder folder;
    const Chain chain(folder.path());
    const auto shown = run_sluice({"provenance", "show", chain.third.string()});
    CAPTURE(shown.out);
    CHECK(shown.code == 0);
    for (const std::string& part :
         {std::string("recipe: test.third"), std::string("is itself a result: see below how it was made"),
          "how " + chain.second.string() + " was made\n\nrecipe: test.second",
          "how " + chain.first.string() + " was made\n\nrecipe: test.first", chain.raw.string() + "\n",
          std::string("curve (text_source")})
        CHECK(has(shown.out, part));
    CHECK(shown.out.find("recipe: test.first") == shown.out.rfind("recipe: test.first"));
}

TEST_CASE("replay says that an input is a result and checks that it is the same") {
    const TemporaryFolder folder;
    const Chain chain(folder.path());
    const auto same = run_sluice({"replay", chain.second.string(), "--verify"}, folder.path());
    CAPTURE(same.err);
    CHECK(same.code == 0);
    CHECK(has(same.err, "note: input " + quoted(chain.first) + " (a result of recipe test.first 1.0.0, made 2"));
    CHECK(has(same.err, ") has not changed; it can be replayed in turn"));

    write_whole(chain.raw, "# q (1/nm)  I (1/cm)\n0.1 5\n0.2 4\n0.3 8\n");
    run_sluice({"replay", chain.first.string(), "-o", chain.first.string() + ".new"}, folder.path());
    fs::rename(chain.first.string() + ".new", chain.first);
    const auto changed = run_sluice({"replay", chain.second.string(), "--verify"}, folder.path());
    CHECK(changed.code == 6);
    CHECK(has(changed.err, "input " + quoted(chain.first) + " (a result of recipe test.first 1.0.0, made 2"));
    CHECK(has(changed.err, ") has changed: "));

    fs::remove(chain.first);
    const auto missing = run_sluice({"replay", chain.second.string()}, folder.path());
    CHECK(missing.code == 4);
    CHECK(has(missing.err, ") is missing"));
}

TEST_CASE("a result whose recipe was changed is not read on: its history would be wrong") {
    const TemporaryFolder folder;
    const Chain chain(folder.path());
    const hid_t file = H5Fopen(chain.first.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "/entry/process/recipe/data", H5P_DEFAULT), type = H5Dget_type(dataset);
    const char* changed = "{}";
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &changed);
    H5Tclose(type);
    H5Dclose(dataset);
    H5Fclose(file);
    const Json again =
        recipe_called("test.again", {{"curve", stored(chain.first)}, {"average", mean_of("curve", "sample")}}, "average");
    CHECK(error_of([&] { run_into(again, folder.path() / "again.h5"); }) ==
          Contains{quoted(chain.first) + " keeps a recipe that was changed after the run"});
    CHECK_FALSE(fs::exists(folder.path() / "again.h5"));
}

TEST_CASE("a file that is no result, HDF5 or not, has no history; one that hdf5_source reads has") {
    const TemporaryFolder folder;
    const Chain chain(folder.path());
    const auto made = run_into(
        recipe_called("test.hdf5",
                      {{"curve",
                        {{"use", "hdf5_source"},
                         {"with", {{"file", chain.first.string()}, {"path", "/entry/curve/curve"}, {"dims", {"sample", "q"}}}}}}},
                      "curve"),
        folder.path() / "again.h5");
    CHECK(made.provenance.at("history").size() == 1);
    const hid_t plain = H5Fcreate((folder.path() / "plain.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR),
                number = H5Dcreate2(plain, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(number);
    H5Sclose(space);
    H5Fclose(plain);
    const auto other = run_into(
        recipe_called(
            "test.plain",
            {{"x",
              {{"use", "hdf5_source"},
               {"with",
                {{"file", (folder.path() / "plain.h5").string()}, {"path", "/x"}, {"dims", Json::array()}, {"unit", "1"}}}}}},
            "x"),
        folder.path() / "other.h5");
    CHECK(other.provenance.at("history").empty());
}
