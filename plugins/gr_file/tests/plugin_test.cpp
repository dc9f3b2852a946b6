// SPDX-License-Identifier: BSD-3-Clause
// Recipes that end in such a file: text_source reads the same numbers, units and facts back, numpy and a parser like diffpy's
// read it.
#include <doctest/doctest.h>

#include <iterator>
#include <string>

#include <sluice/host/run.hpp>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

const Json reduced = {{"use", "values"},
                      {"with",
                       {{"values", {{0.1, 2.0 / 3, -1e-7, 3.5}, {0.2, 1, 2, 3}}},
                        {"sigma", {{0.01, 0.02, 1.0 / 3, 0.5}, {1, 1, 1, 1}}},
                        {"dims", {"temperature", "r"}},
                        {"unit", "1/angstrom^2"},
                        {"coordinates",
                         {{"r", {{"values", {0.01, 0.02, 0.03, 0.04}}, {"unit", "angstrom"}}},
                          {"temperature", {{"values", {310, 320.5}}, {"dims", {"temperature"}}, {"unit", "K"}}}}},
                        {"facts", {{"composition", "La65Co25Al10"}, {"q_max", {{"value", 24}, {"unit", "1/angstrom"}}}}}}}};

Json at(int index) { return {{"use", "slice"}, {"in", {{"data", "G"}}}, {"with", {{"dim", "temperature"}, {"index", index}}}}; }

void write(const Json& steps, const std::vector<std::string>& keep, const Json& with, const std::filesystem::path& file) {
    Json recipe = recipe_of(steps, keep);
    recipe["recipe"]["title"] = "A glass";
    recipe["outputs"]["format"] = "gr_file";
    recipe["outputs"]["with"] = with;
    RunOptions options;
    options.output = file;
    run(plan_recipe(recipe), options);
}

Array read_back(const Json& more) {
    Json with{{"value", "G"}, {"sigma", "dG"}, {"coordinate", "r"}};
    with.update(more);
    return run_recipe(recipe_of({{"read", {{"use", "text_source"}, {"with", with}}}}, {"read"})).at("read.data");
}

std::string script_fault(const std::string& script, const std::filesystem::path& file) {
    const Finished finished = run_program({"/usr/bin/python3", "-c", script, file.string()});
    if (finished.code != 77 && finished.code != 127) return finished.code == 0 ? "" : finished.err;
    MESSAGE("skipped: python3 with numpy is not installed");
    return "";
}

}  // namespace

TEST_CASE("text_source reads a series back: numbers, units, temperature and facts of the header") {
    const TemporaryFolder folder;
    write({{"G", reduced}, {"first", at(0)}}, {"first"}, {{"type", "gr"}}, folder.path() / "a.gr");
    write({{"G", reduced}, {"second", at(1)}}, {"second"}, {{"type", "gr"}, {"keys", {{"mode", "xray"}}}},
          folder.path() / "b.gr");
    const Array series = read_back(
        {{"file", (folder.path() / "*.gr").string()},
         {"series", "temperature"},
         {"series_key", "temperature"},
         {"series_unit", "K"},
         {"end_key", "rmax"},
         {"header", {{"q_max", {{"key", "qmax"}, {"unit", "1/angstrom"}}}, {"composition", {{"key", "composition"}}}}}});
    CHECK(to_text(series.dims()) == "[temperature: 2, r: 4]");
    CHECK(series.unit() == Unit::parse("1/angstrom^2"));
    CHECK(values_of(*series.description().coordinate("temperature")->values) == Doubles{310, 320.5});
    CHECK(values_of(*series.description().coordinate("r")->values) == Doubles{0.01, 0.02, 0.03, 0.04});
    CHECK(series.description().coordinate("r")->values->unit() == Unit::parse("angstrom"));
    CHECK(values_of(series) == Doubles{0.1, 2.0 / 3, -1e-7, 3.5, 0.2, 1, 2, 3});
    CHECK(series.variances()[2] == doctest::Approx(1.0 / 9).epsilon(1e-15));
    CHECK(to_text(series.description().facts.at("q_max")) == "24 1/angstrom");
    CHECK(to_text(series.description().facts.at("composition")) == "La65Co25Al10");
}

TEST_CASE("numpy.loadtxt reads the table") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.gr";
    write({{"G", reduced}, {"first", at(0)}}, {"first"}, {{"type", "gr"}}, file);
    CHECK(script_fault("import sys\ntry:\n    import numpy\nexcept ImportError:\n    sys.exit(77)\n"
                       "r, g, dr, dg = numpy.loadtxt(sys.argv[1], unpack=True)\n"
                       "assert list(r) == [0.01, 0.02, 0.03, 0.04] and g[1] == 2 / 3 and not dr.any() and dg[2] == 1 / 3\n",
                       file) == "");
}

TEST_CASE("a parser as PDFgui and diffpy have it finds keys, data and errors") {
    // What these do: cut at "start data" and the comments behind it, look for 'key = number' before, split lines behind, and take
    // the fourth column for the errors when all are above 0.
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.gr";
    write({{"G", reduced}, {"first", at(0)}}, {"first"}, {{"type", "gr"}, {"keys", {{"mode", "xray"}, {"qdamp", 0.03}}}}, file);
    CHECK(script_fault(R"(import re, sys
text = open(sys.argv[1]).read()
start = re.search(r'^#+ start data\s*(?:#.*\s+)*', text, re.M)
head, body = text[:start.start()], text[start.end():].strip()
number = lambda key: float(re.search(r'\b%s *= *([-+.0-9e]+)\b' % key, head).group(1))
assert [number(k) for k in ('qmax', 'qdamp', 'temperature', 'rmax', 'rstep')] == [24, 0.03, 310, 0.04, 0.01], head
assert re.search('(x-?ray|PDFgetX)', head, re.I) and 'outputtype = gr' in head
rows = [[float(v) for v in line.split()] for line in body.split('\n')]
assert len(rows) == 4 and all(len(row) == 4 and row[2] == 0 and row[3] > 0 for row in rows), rows
)",
                       file) == "");
}

TEST_CASE("what is no single curve leaves no file, and an older one stays") {
    const TemporaryFolder folder;
    const auto file = folder.write("a.gr", "old");
    const auto fault = [&](const Json& steps, const std::vector<std::string>& keep, const Json& with) {
        return error_of([&] { write(steps, keep, with, file); });
    };
    CHECK(
        fault({{"G", reduced}}, {"G"}, {{"type", "gr"}}) ==
        Contains{
            "outputs (gr_file): 'G' holds 2 curves, and this file takes one. Keep them as nexus_result and write a file of each: "
            "sluice export RESULT --format gr_file --with type=gr --array G --at temperature=310 -o FILE"});
    CHECK(fault({{"G", reduced}, {"first", at(0)}}, {"first"}, {{"type", "sq"}}) ==
          Contains{"'first' is no S(Q) for a .sq file: its coordinate is in angstrom, needed is 1/angstrom"});
    CHECK(fault({{"G", reduced}, {"first", at(0)}, {"second", at(1)}}, {"first", "second"}, {{"type", "gr"}}) ==
          Contains{"there are 2 arrays, and this file takes one curve"});
    CHECK(fault({{"G", reduced}, {"first", at(0)}}, {"first"}, Json::object()) == Contains{"type"});
    CHECK(read_whole(file) == "old");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
