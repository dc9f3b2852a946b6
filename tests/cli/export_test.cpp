// SPDX-License-Identifier: BSD-3-Clause
// sluice export: arrays of a result in other formats, and what is refused.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A result: a series of curves, a number made of one of them, and that number as the default output.
struct Result {
    TemporaryFolder folder;
    Result() {
        folder.write("recipe.json", R"({
            "sluice": 1,
            "recipe": {"id": "test.export", "version": "2.1", "title": "Two samples"},
            "steps": {
                "net": {"use": "values", "with": {
                    "values": [[12.25, 8.5, 5.0, 3.0, 2.0], [11.5, 8.25, 5.25, 3.25, 2.5]], "sigma": 0.05, "dims": ["sample", "q"], "unit": "1/cm",
                    "coordinates": {"q": {"values": [0.1, 0.2, 0.4, 0.5, 0.6], "unit": "1/nm"}}}},
                "one": {"use": "values", "with": {
                    "values": [12.25, 8.5, 5.0, 3.0, 2.0], "sigma": 0.05, "dims": ["q"], "unit": "1/cm",
                    "coordinates": {"q": {"values": [0.1, 0.2, 0.4, 0.5, 0.6], "unit": "1/nm"}}}},
                "invariant": {"use": "porod_invariant", "in": {"intensity": "one"}}},
            "outputs": {"default": "invariant", "keep": ["one", "net", "invariant.cumulative"]}})");
        const Finished run = sluice({"run", "recipe.json", "-o", "result.h5", "--quiet"});
        REQUIRE_MESSAGE(run.code == 0, run.err);
    }
    Finished sluice(const std::vector<std::string>& words) const { return run_sluice(words, folder.path()); }
    [[nodiscard]] std::string text(const std::string& name) const { return read_whole(folder.path() / name); }
};

}  // namespace

TEST_CASE("what a viewer shows first is exported by default, with the history of the result") {
    const Result result;
    const Finished done = result.sluice({"export", "result.h5", "--format", "columns", "-o", "one.txt"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    CHECK(has(done.out, "exported: one.txt ("));
    const std::string text = result.text("one.txt");
    CHECK(text.starts_with("# Two samples\n# recipe: export.test.export 2.1, run by sluice "));
    CHECK(has(text, "# input: " + (result.folder.path() / "result.h5").string() + " (sha256 "));
    CHECK(has(text, "# made from: recipe: test.export 2.1, run by sluice "));
    CHECK(has(text, "\n# q[1/nm] one[1/cm] one_sigma[1/cm]\n0.1 12.25 0.05\n0.2 8.5 0.05\n0.4 5 0.05\n0.5 3 0.05\n0.6 2 0.05\n"));
}

TEST_CASE("several arrays, and parameters of the format") {
    const Result result;
    const Finished done =
        result.sluice({"export", "result.h5", "--format", "columns", "--array", "one", "--array", "invariant.cumulative",
                       "--with", "separator=comma", "--with", "titles=plain", "-o", "both.csv", "--quiet"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    CHECK(done.out == "");
    CHECK(has(result.text("both.csv"), "\nq[1/nm],one[1/cm],one_sigma[1/cm],invariant_cumulative["));
}

TEST_CASE("one element along a dimension, by its index or its value") {
    const Result result;
    const auto exported = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"export", "result.h5", "--format", "columns", "--array", "net", "-o", "part.txt", "--quiet"});
        const Finished done = result.sluice(words);
        CAPTURE(done.err);
        REQUIRE(done.code == 0);
        return result.text("part.txt");
    };
    CHECK(has(exported({"--at", "sample=[1]"}), "\n# q[1/nm] net[1/cm] net_sigma[1/cm]\n0.1 11.5 0.05\n0.2 8.25 0.05\n"));
    CHECK(has(exported({"--at", "sample=[-1]", "--at", "q=0.2"}), "\n# q[1/nm] net[1/cm] net_sigma[1/cm]\n0.2 8.25 0.05\n"));
    CHECK(has(exported({"--at", "q=0.5 1/nm", "--at", "sample=[0]"}), "\n0.5 3 0.05\n"));
}

TEST_CASE("a series as NXcanSAS") {
    const Result result;
    const Finished done = result.sluice({"export", "result.h5", "--format", "nxcansas", "--array", "net", "-o", "net.h5"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    CHECK(result.text("net.h5").starts_with("\x89HDF"));
    const Finished replaced = result.sluice({"export", "result.h5", "--format", "nxcansas", "--array", "one", "-o", "net.h5"});
    CHECK(replaced.code == 0);  // an older file is replaced, as run does
    std::filesystem::create_symlink("net.h5", result.folder.path() / "link");
    CHECK(result.sluice({"export", "result.h5", "--format", "columns", "--array", "one", "-o", "link"}).code == 0);
    CHECK(std::filesystem::is_symlink(result.folder.path() / "link"));  // but a link is followed
    CHECK(result.text("net.h5").starts_with("# Two samples"));
}

TEST_CASE("what cannot be exported is refused, and nothing is written") {
    const Result result;
    const auto refused = [&](std::vector<std::string> words, int code, const std::string& sentence) {
        words.insert(words.begin(), "export");
        const Finished done = result.sluice(words);
        CAPTURE(words);
        CAPTURE(done.err);
        CHECK(done.code == code);
        CHECK(has(done.err, sentence));
        CHECK(!std::filesystem::exists(result.folder.path() / "out"));
    };
    refused({"result.h5", "-o", "out"}, 2, "'sluice export' needs --format; ");
    refused({"result.h5", "--format", "columns"}, 2, "'sluice export' needs --output; ");
    refused({"result.h5", "--format", "colums", "-o", "out"}, 2,
            "--format colums: there is no plugin of that name that writes files (did you mean 'columns'?); there are columns, ");
    refused({"result.h5", "--format", "slice", "-o", "out"}, 2,
            "--format slice: there is no plugin of that name that writes files");
    refused({"recipe.json", "--format", "columns", "-o", "out"}, 4, "recipe.json");
    refused({"none.h5", "--format", "columns", "-o", "out"}, 4, "none.h5");
    refused({"result.h5", "--format", "columns", "--array", "nte", "-o", "out"}, 2,
            "keeps no array 'nte'; it keeps: invariant, invariant.cumulative, net, one");
    refused({"result.h5", "--format", "columns", "--array", "one", "--array", "invariant", "-o", "out"}, 2,
            "'invariant' does not fit into one table with 'one', whose rows run over 'q'");
    refused({"result.h5", "--format", "nxcansas", "--array", "invariant.cumulative", "-o", "out"}, 2,
            "'invariant_cumulative' is no curve I(q): its unit is ");
    refused({"result.h5", "--format", "columns", "--with", "separator=pipe", "-o", "out"}, 2, "separator");
    refused({"result.h5", "--format", "columns", "--with", "separater=tab", "-o", "out"}, 2, "separator");
    const auto refused_at = [&](const std::string& at, const std::string& sentence) {
        refused({"result.h5", "--format", "columns", "--array", "net", "--at", at, "-o", "out"}, 2, sentence);
    };
    refused_at("sample", "--at sample: needs a name, '=' and a value");
    refused_at("sample=two", "--at sample=two: needs a value of the coordinate 'sample', such as 310 or '310 K', or an index, such as [3]");
    refused_at("sample=[1.5]", "--at sample=[1.5]: needs a value");
    // An infinite bound would be none at all: the whole series would be written.
    for (const auto* number : {"inf", "nan", "1e999"}) refused_at(std::string("sample=") + number, "needs a value of the coordinate 'sample'");
    refused_at("sample=[2]", "there is no element 2: 'sample' has elements 0 to 1");
    refused_at("q=0.3", "no element of 'q' has 'q' between 0.3 and 0.3 1/nm: its values go from 0.1 to 0.6");
    refused_at("r=1", "dim = 'r', but the data has the dimensions sample, q");
    refused({"result.h5", "--format", "columns", "-o", "result.h5"}, 8, "reads this file, so the result must not replace it");
    refused({"result.h5", "--format", "columns", "-o", "no/folder/out"}, 8, "does not exist");
}
