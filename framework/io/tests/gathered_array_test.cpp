// SPDX-License-Identifier: BSD-3-Clause
// Curves of an array, their coordinates, boxes put in their place, numbers as text, and the record of a run.
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <sluice/io/gathered_array.hpp>
#include <sluice/io/run_record.hpp>

using namespace sluice::io;

namespace {

/// (sample 2, q 3, run 2): value = 100 sample + 10 q + run
GatheredArray grid() {
    GatheredArray array{"net", "1/cm", {{"sample", 2}, {"q", 3}, {"run", 2}}, std::vector<double>(12)};
    array.coordinates = {{"q", {{"q", 3}}, "1/nm", false, {0.1, 0.2, 0.3}},
                         {"temperature", {{"sample", 2}}, "K", false, {290.5, 300}},
                         {"name", {{"sample", 2}}, "1", false, {}, {}, {"water", "oil"}}};
    return array;
}

}  // namespace

TEST_CASE("the curves along any dim, and where they lie") {
    const auto array = grid();
    const Curves along_q(array, "q");
    CHECK(along_q.count() == 4);
    CHECK(along_q.length() == 3);
    CHECK(along_q.stride() == 2);
    CHECK(along_q.offset(0) == 0);
    CHECK(along_q.offset(1) == 1);  // run 1 of sample 0
    CHECK(along_q.offset(2) == 6);  // run 0 of sample 1
    CHECK(along_q.indices(3) == Indices{1, 0, 1});
    const Curves along_sample(array, "sample");
    CHECK(along_sample.count() == 6);
    CHECK(along_sample.stride() == 6);
    CHECK(Curves(GatheredArray{"n", "1", {}, std::vector<double>(1)}, "").count() == 1);
    CHECK_THROWS_WITH(Curves(array, "x"), "'net' has no dimension 'x'");
}

TEST_CASE("a curve is named by its coordinates, and by its index where a dim has none") {
    const auto array = grid();
    CHECK(describe_curve(array, "q", {1, 0, 1}) == "run = 1, temperature = 300 K, name = oil");
    CHECK(describe_curve(array, "sample", {0, 2, 0}) == "run = 0, q = 0.3 1/nm");
}

TEST_CASE("the axis is the coordinate of the dim's name, else the first number along it alone") {
    auto array = grid();
    CHECK(axis_coordinate(array, "q")->name == "q");
    CHECK(axis_coordinate(array, "sample")->name == "temperature");
    CHECK(axis_coordinate(array, "run") == nullptr);
    array.coordinates[0].dims = {{"sample", 2}, {"q", 3}};
    CHECK(axis_coordinate(array, "q")->name == "q");  // also when it differs between curves
}

TEST_CASE("bin edges become centres along their last dim") {
    const Coordinate edges{"q", {{"sample", 2}, {"q", 3}}, "1/nm", true, {0, 1, 3, 10, 20, 40}};
    CHECK(centres(edges) == std::vector<double>{0.5, 2, 15, 30});
}

TEST_CASE("boxes fill the whole array in any order") {
    const auto array = grid();
    std::vector<double> whole(12, -1);
    const auto put = [&](const Indices& start, const Indices& count, const std::vector<double>& box) {
        for_each_row(array.dims, start, count, [&](std::int64_t to, std::int64_t from, std::int64_t n) {
            for (std::int64_t i = 0; i < n; ++i)
                whole[static_cast<std::size_t>(to + i)] = box[static_cast<std::size_t>(from + i)];
        });
    };
    put({1, 0, 0}, {1, 3, 2}, {100, 101, 110, 111, 120, 121});
    put({0, 1, 1}, {1, 2, 1}, {11, 21});
    put({0, 0, 0}, {1, 3, 1}, {0, 10, 20});
    put({0, 0, 1}, {1, 1, 1}, {1});
    put({0, 0, 0}, {0, 3, 2}, {});
    CHECK(whole == std::vector<double>{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
}

TEST_CASE("a mask over some dims is spread over all") {
    std::vector<std::uint8_t> masked;
    const std::vector<std::uint8_t> second{0, 1, 0}, last{0, 1};
    const auto array = grid();
    unite_mask(masked, array.dims, std::vector<Dim>{{"q", 3}}, second);
    unite_mask(masked, array.dims, std::vector<Dim>{{"sample", 2}}, last);
    CHECK(masked == std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("numbers read back as the same double") {
    for (const double value : {0.1, 1.0 / 3, 1e-310, -2.5e300, 123456789.0, 0.0})
        CHECK(std::strtod(number_text(value).c_str(), nullptr) == value);
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
    CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

TEST_CASE("facts in words") {
    GatheredArray array;
    array.facts = {{"smoothed", true}, {"wavelength", 0.1, "nm"}, {"intensity_scale", std::string("absolute")}};
    CHECK(describe_facts(array) == "smoothed = true, wavelength = 0.1 nm, intensity_scale = absolute");
}

TEST_CASE("the record of a run, and of the run before it") {
    const auto record = parse_run_record(R"({
        "program": "sluice", "version": "0.9", "date": "2026-01-31T12:00:00Z",
        "recipe": {"id": "a.b", "version": "2", "title": "T", "effective_text": "{}"},
        "steps": [{"name": "net", "plugin": "slice", "plugin_version": "1", "units": {"q_min": "1/nm"},
                   "parameters": {"q_min": 0.3, "dim": "q", "none": null}}],
        "files": [{"path": "/x/a.h5", "sha256": "ff", "step": "a"}, {"path": "/x/a.h5", "sha256": "ff", "step": "b"}],
        "history": {"ee": {"program": "sluice", "version": "0.7", "date": "c", "recipe": {"id": "raw", "version": "1"}, "files": []},
                    "ff": {"program": "sluice", "version": "0.8", "date": "d", "recipe": {"id": "first", "version": "1"}, "files": []}},
        "warnings": ["careful"]})");
    CHECK(describe_run(record) == "a.b 2, run by sluice 0.9 on 2026-01-31T12:00:00Z");
    CHECK(record.steps.at(0).parameters == std::vector<std::string>{"q_min = 0.3 1/nm", "dim = q"});
    CHECK(record.files.size() == 1);
    CHECK(record.files[0].path == "/x/a.h5");
    CHECK(record.history.at(0).id == "raw");
    CHECK(record.history.at(1).id == "first");
    CHECK(record.warnings.at(0) == "careful");
    CHECK_THROWS_WITH(parse_run_record("nonsense"), "the record of the run is no JSON object");
}
