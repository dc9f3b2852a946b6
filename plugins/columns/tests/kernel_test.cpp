// SPDX-License-Identifier: BSD-3-Clause
// The layout of tables and the text of files, against tables written by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernel.hpp"
#include "support/temporary_folder.hpp"

using namespace sluice::columns;
using sluice::test::read_whole;
using sluice::test::TemporaryFolder;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

GatheredArray curve(const std::string& label, std::vector<double> values, std::vector<double> variances = {}) {
    const auto n = static_cast<std::int64_t>(values.size());
    GatheredArray array{label, "1/cm", {{"q", n}}, std::move(values), std::move(variances)};
    std::vector<double> q;
    for (std::int64_t i = 0; i < n; ++i) q.push_back(0.25 * static_cast<double>(i + 1));
    array.coordinates = {{"q", {{"q", n}}, "1/nm", false, q}};
    return array;
}

/// (sample 2, q 2)
GatheredArray series() {
    auto array = curve("net", {1, 2});
    array.dims = {{"sample", 2}, {"q", 2}};
    array.values = std::vector<double>{1, 2, 3, 4};
    array.variances = {0.25, 1, 4, 9};
    array.coordinates.push_back({"temperature", {{"sample", 2}}, "K", false, {290, 300}});
    return array;
}

std::string text_of(const std::vector<GatheredArray>& arrays, const Options& options = {},
                    const std::vector<std::string>& header = {}) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "out.txt";
    TextFile file(path.string());
    write_table(file, header, lay_out(arrays, options), options);
    file.close();
    return read_whole(path);
}

std::string refusal(const std::vector<GatheredArray>& arrays, const Options& options = {}) {
    try {
        static_cast<void>(lay_out(arrays, options));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("a curve: axis, value, standard error") {
    CHECK(text_of({curve("net", {1, -0.1}, {0.25, 4})}, {}, {"A title"}) ==
          "# A title\n# q[1/nm] net[1/cm] net_sigma[1/cm]\n0.25 1 0.5\n0.5 -0.1 2\n");
}

TEST_CASE("separators and titles") {
    Options options{',', Titles::plain};
    CHECK(text_of({curve("net", {1, 2})}, options) == "q[1/nm],net[1/cm]\n0.25,1\n0.5,2\n");
    options.separator = '\t';
    options.titles = Titles::none;
    CHECK(text_of({curve("net", {1, 2})}, options) == "0.25\t1\n0.5\t2\n");
    CHECK(separator_from_name("semicolon") == ';');
    CHECK_THROWS_WITH(static_cast<void>(separator_from_name("pipe")), "separator 'pipe' is none of space, comma, semicolon, tab");
}

TEST_CASE("a series: two columns per curve, the header says which") {
    const std::vector<GatheredArray> arrays{series()};
    const Table table = lay_out(arrays, {});
    CHECK(table.header == std::vector<std::string>{"net in 1/cm, with standard errors (sigma), 2 curves",
                                                   "net_0: temperature = 290 K", "net_1: temperature = 300 K"});
    CHECK(text_of(arrays) ==
          "# q[1/nm] net_0[1/cm] net_0_sigma[1/cm] net_1[1/cm] net_1_sigma[1/cm]\n0.25 1 0.5 3 2\n0.5 2 1 4 3\n");
}

TEST_CASE("another dimension may run down the rows") {
    Options options;
    options.axis = "sample";
    CHECK(text_of({series()}, options) ==
          "# temperature[K] net_0[1/cm] net_0_sigma[1/cm] net_1[1/cm] net_1_sigma[1/cm]\n290 1 0.5 2 1\n300 3 2 4 3\n");
}

TEST_CASE("several arrays on one axis stand side by side") {
    CHECK(text_of({curve("net", {1, 2}, {1, 1}), curve("fit.curve", {5, 6})}) ==
          "# q[1/nm] net[1/cm] net_sigma[1/cm] fit.curve[1/cm]\n0.25 1 1 5\n0.5 2 1 6\n");
}

TEST_CASE("single numbers are a table of one row") {
    const GatheredArray a{"radius", "nm", {}, std::vector<double>{2.5}, {0.01}},
        b{"count", "1", {}, std::vector<std::int64_t>{7}};
    CHECK(text_of({a, b}) == "# radius[nm] radius_sigma[nm] count[1]\n2.5 0.1 7\n");
}

TEST_CASE("masked values and negative variances are nan; NaN stays") {
    auto array = curve("net", {1, 2, not_a_number}, {1, -1, 1});
    array.masked = {1, 0, 0};
    CHECK(text_of({array}) == "# q[1/nm] net[1/cm] net_sigma[1/cm]\n0.25 nan nan\n0.5 2 nan\n0.75 nan 1\n");
    CHECK(lay_out({array}, {}).header.at(0) == "net in 1/cm, with standard errors (sigma), 1 masked values are nan");
}

TEST_CASE("integers and the last digit of doubles are kept") {
    auto array = curve("id", {0, 0, 0});
    array.values = std::vector<std::int64_t>{9007199254740993, -1, 0};  // 2^53 + 1
    array.coordinates[0].values = {0.1, 1.0 / 3, 1e-300};
    CHECK(text_of({array}) == "# q[1/nm] id[1/cm]\n0.1 9007199254740993\n0.3333333333333333 -1\n1e-300 0\n");
}

TEST_CASE("a dimension without numbers gets an index; texts go to the header or into a column") {
    GatheredArray table{"Q", "1/(cm nm^3)", {{"sample", 2}}, std::vector<double>{1, 2}};
    table.coordinates = {{"sample", {{"sample", 2}}, "1", false, {}, {}, {"water", "oil, \"light\""}}};
    const std::vector<GatheredArray> arrays{table};
    CHECK(lay_out(arrays, {}).header.at(0) == "sample of the rows: water, oil, \"light\"");
    CHECK(text_of(arrays) == "# sample[1] Q[1/(cm.nm^3)]\n0 1\n1 2\n");
    Options options{',', Titles::plain};
    options.labels_as_column = true;
    CHECK(text_of(arrays, options) == "sample[1],sample,Q[1/(cm.nm^3)]\n0,water,1\n1,\"oil, \"\"light\"\"\",2\n");
}

TEST_CASE("bin edges: their centres; an axis that differs between curves stands before each") {
    auto array = series();
    array.coordinates[0] = {"q", {{"q", 3}}, "1/nm", true, {0, 1, 3}};
    CHECK(text_of({array}).find("\n0.5 1 0.5 3 2\n2 2 1 4 3\n") != std::string::npos);
    array.coordinates[0] = {"q", {{"sample", 2}, {"q", 2}}, "1/nm", false, {0.1, 0.2, 0.3, 0.4}};
    array.variances.clear();
    CHECK(text_of({array}) == "# q_0[1/nm] net_0[1/cm] q_1[1/nm] net_1[1/cm]\n0.1 1 0.3 3\n0.2 2 0.4 4\n");
}

TEST_CASE("other coordinates along the rows are columns") {
    auto array = curve("rate", {1, 2});
    array.coordinates.push_back({"q_edges", {{"q", 3}}, "1/nm", true, {0, 0.4, 0.6}});  // no column: one more than there are rows
    array.coordinates.push_back({"train_id", {{"q", 2}}, "1", false, {5, 6}, {5, 6}});
    CHECK(text_of({array}) == "# q[1/nm] train_id[1] rate[1/cm]\n0.25 5 1\n0.5 6 2\n");
    auto other = array;
    other.label = "other";
    CHECK(text_of({array, other}) == "# q[1/nm] train_id[1] rate[1/cm] other[1/cm]\n0.25 5 1 1\n0.5 6 2 2\n");
    other.coordinates[2].integers = {5, 7};  // its own: not to be taken for those of the first
    CHECK(text_of({array, other}) ==
          "# q[1/nm] train_id[1] other_train_id[1] rate[1/cm] other[1/cm]\n0.25 5 5 1 1\n0.5 6 7 2 2\n");
}

TEST_CASE("what does not fit into one table is refused with the reason") {
    const std::string advice = ". Write them into files of their own (sluice export --array … for each)";
    const GatheredArray number{"Q", "1", {}, std::vector<double>{1}};
    CHECK(refusal({curve("net", {1, 2}), number}) ==
          "'Q' does not fit into one table with 'net', whose rows run over 'q'" + advice);
    CHECK(refusal({number, curve("net", {1, 2})}) ==
          "'net' does not fit into one table with 'Q', whose rows run over nothing: it is one number" + advice);
    CHECK(refusal({curve("a", {1, 2}), curve("b", {1, 2, 3})}) == "'b' has 3 rows along 'q', 'a' has 2" + advice);
    auto other = curve("b", {1, 2});
    other.coordinates[0].values[1] = 0.7;
    CHECK(refusal({curve("a", {1, 2}), other}) == "'b' and 'a' have different values of 'q'" + advice);
    Options options;
    options.axis = "time";
    CHECK(refusal({curve("a", {1, 2})}, options) == "'a' has no dimension 'time' for the rows");
}

TEST_CASE("where it comes from: the run, and the runs before it") {
    sluice::io::RunRecord first{"sluice", "0.8", "2025-01-01T00:00:00Z", "raw.reduce", "2.0", "Reduction", "", {}, {}, {}, {}};
    sluice::io::RunRecord record{"sluice", "0.9", "2026-01-01T00:00:00Z", "export",    "1.0",  "A series",
                                 "",       {},    {{"/a.h5", "ab"}},      {"careful"}, {first}};
    CHECK(sluice::io::origin_lines(record) ==
          std::vector<std::string>{"A series", "recipe: export 1.0, run by sluice 0.9 on 2026-01-01T00:00:00Z",
                                   "input: /a.h5 (sha256 ab)", "warning: careful", "made from: Reduction",
                                   "made from: recipe: raw.reduce 2.0, run by sluice 0.8 on 2025-01-01T00:00:00Z"});
}

TEST_CASE("a file that cannot be made is an error with the reason") {
    CHECK_THROWS_WITH(TextFile{"/nowhere/a.txt"}, "cannot write '/nowhere/a.txt': No such file or directory");
    if (FILE* full = std::fopen("/dev/full", "w")) {  // Linux: a device that is always full
        std::fclose(full);
        TextFile file("/dev/full");
        CHECK_THROWS_WITH(
            [&] {
                file.write("x");
                file.close();
            }(),
            "cannot write '/dev/full': No space left on device. Free space or choose another folder for the output");
    }
}
