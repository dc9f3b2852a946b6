// SPDX-License-Identifier: BSD-3-Clause
// Arrays written by nexus_result come back bit by bit, with all that belongs to them, whole or streamed in bounded memory.
#include <doctest/doctest.h>

#include <complex>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

Json memory(const std::string& name) { return {{"use", "memory"}, {"with", {{"name", name}}}}; }
Json stored(const std::filesystem::path& file, const Json& array = nullptr) {
    return {{"use", "result_source"}, {"with", {{"file", file.string()}, {"array", array}}}};
}

/// A result that keeps `array` as 'kept'.
void keep(const Array& array, const std::filesystem::path& file, const Json& format_with = Json::object()) {
    PlanOptions options;
    options.arrays = {{"kept", array}};
    auto recipe = recipe_of({{"kept", memory("kept")}}, {"kept"});
    recipe["outputs"]["with"] = format_with;
    RunOptions run_options;
    run_options.output = file;
    run(plan_recipe(recipe, options), run_options);
}

Array read_back(const std::filesystem::path& file, const Json& array = nullptr) {
    return run_recipe(recipe_of({{"back", stored(file, array)}}, {"back"})).at("back.data");
}

Array there_and_back(const Array& array, const Json& format_with = Json::object()) {
    const TemporaryFolder folder;
    keep(array, folder.path() / "a.h5", format_with);
    return read_back(folder.path() / "a.h5");
}

bool same_values(const Array& a, const Array& b) {
    if (a.dtype() != b.dtype() || a.dims() != b.dims() || a.unit() != b.unit()) return false;
    if (a.dtype() == DType::string) return a.labels() == b.labels();
    return a.buffer().bytes() == b.buffer().bytes() &&
           std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.buffer().bytes())) == 0;
}

/// Everything but the name: the array's bits, and coordinates, masks and facts with theirs.
void check_same(const Array& was, const Array& is) {
    const auto &before = was.description(), &after = is.description();
    CHECK(after.dims == before.dims);
    CHECK(after.dtype == before.dtype);
    CHECK(after.unit == before.unit);
    CHECK(after.variances == before.variances);
    CHECK(after.correlated_over == before.correlated_over);
    CHECK(same_bits(was, is));
    REQUIRE(after.coordinates.size() == before.coordinates.size());
    for (std::size_t i = 0; i < before.coordinates.size(); ++i) {
        CAPTURE(before.coordinates[i].name);
        CHECK(after.coordinates[i].name == before.coordinates[i].name);
        CHECK(after.coordinates[i].edges == before.coordinates[i].edges);
        CHECK(same_values(*before.coordinates[i].values, *after.coordinates[i].values));
    }
    REQUIRE(after.masks.size() == before.masks.size());
    for (std::size_t i = 0; i < before.masks.size(); ++i) {
        CHECK(after.masks[i].name == before.masks[i].name);
        CHECK(after.masks[i].dims == before.masks[i].dims);
        REQUIRE(after.masks[i].values);
        CHECK(same_values(*before.masks[i].values, *after.masks[i].values));
    }
    CHECK(after.facts == before.facts);
}

template <class T>
Array counted(const Dims& dims, const std::string& unit = "1") {
    std::vector<T> values;
    for (Index i = 0; i < volume(dims); ++i) values.push_back(static_cast<T>(3 * i + 1));
    return Array::from<T>("counted", dims, unit, values);
}

Array with(const Array& array, Coordinate coordinate) {
    auto description = array.description();
    description.coordinates.push_back(std::move(coordinate));
    return array.with(std::move(description));
}

Array with_labels(const Array& array, const std::string& name, const Dims& dims, std::vector<std::string> labels) {
    return with(array, {name, false, std::make_shared<const Array>(Array::of_labels(name, dims, std::move(labels)))});
}

template <class T>
Array with_typed(const Array& array, const std::string& name, const Dims& dims, const std::vector<T>& values,
                 bool edges = false) {
    return with(array, {name, edges, std::make_shared<const Array>(Array::from<T>(name, dims, "s", values))});
}

/// Any bits that a double may have, but for signs and NaN where variances must not have them.
std::vector<double> random_doubles(Index count, bool variances, std::mt19937_64& random) {
    std::vector<double> values;
    for (Index i = 0; i < count; ++i) {
        const auto bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (variances) value = std::abs(value);
        values.push_back(std::isnan(value) ? not_a_number : value);
    }
    return values;
}

}  // namespace

TEST_CASE("arrays of every element type come back") {
    const Dims dims{{"frame", 3}, {"x", 2}};
    check_same(counted<double>(dims, "1/cm"), there_and_back(counted<double>(dims, "1/cm")));
    check_same(counted<float>(dims), there_and_back(counted<float>(dims)));
    check_same(counted<std::int8_t>(dims), there_and_back(counted<std::int8_t>(dims)));
    check_same(counted<std::int16_t>(dims), there_and_back(counted<std::int16_t>(dims)));
    check_same(counted<std::int32_t>(dims), there_and_back(counted<std::int32_t>(dims)));
    check_same(counted<std::int64_t>(dims), there_and_back(counted<std::int64_t>(dims)));
    check_same(counted<std::uint8_t>(dims), there_and_back(counted<std::uint8_t>(dims)));
    check_same(counted<std::uint16_t>(dims), there_and_back(counted<std::uint16_t>(dims)));
    check_same(counted<std::uint32_t>(dims), there_and_back(counted<std::uint32_t>(dims)));
    const auto large = Array::from<std::uint64_t>("large", {{"x", 2}}, "1", {~std::uint64_t{0}, (std::uint64_t{1} << 53) + 1});
    check_same(large, there_and_back(large));
    const auto flags = Array::from<bool>("flags", {{"x", 3}}, "1", {true, false, true});
    check_same(flags, there_and_back(flags));
    const auto field = Array::from<std::complex<double>>("field", {{"x", 2}}, "V", {{1, -2}, {not_a_number, -0.0}});
    check_same(field, there_and_back(field));
}

TEST_CASE("arrays of any shape come back, a single number too") {
    for (const Dims& dims : {Dims{}, Dims{{"q", 1}}, Dims{{"q", 7}}, Dims{{"a", 2}, {"b", 1}, {"c", 3}},
                             Dims{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 2}, {"e", 2}}}) {
        CAPTURE(to_text(dims));
        check_same(counted<double>(dims, "nm"), there_and_back(counted<double>(dims, "nm")));
    }
}

TEST_CASE("every bit of values and variances comes back: NaN, infinity, zero's sign, the smallest numbers") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto anything =
        Array::from<double>("x", {{"x", 20000}}, "1", random_doubles(20000, false, random), random_doubles(20000, true, random));
    check_same(anything, there_and_back(anything));
    const auto special = Array::from<double>("x", {{"x", 6}}, "K", {not_a_number, infinity, -infinity, -0.0, 5e-324, 1},
                                             {not_a_number, infinity, 0, 5e-324, 2, 1.0 / 3});
    check_same(special, there_and_back(special));
}

TEST_CASE("an array larger than a chunk comes back, compressed or not") {
    std::mt19937_64 random(1);
    const Dims dims{{"frame", 300}, {"q", 1000}};
    const auto array =
        Array::from<double>("x", dims, "1/cm", random_doubles(300000, false, random), random_doubles(300000, true, random));
    check_same(array, there_and_back(array));
    check_same(array, there_and_back(array, {{"compression", "deflate"}, {"level", 1}}));
}

TEST_CASE("coordinates come back: along any dimensions, edges, labels, integers of any size, odd names") {
    auto array = counted<double>({{"sample", 2}, {"q", 3}}, "1/cm");
    array = with_coordinate(array, "q", {{"q", 4}}, "1/nm", {0.1, 0.2, 0.4, 0.8}, true);
    array = with_coordinate(array, "temperature", {{"sample", 2}}, "degC", {-93.1, not_a_number});
    array = with_coordinate(array, "two_theta", {{"sample", 2}, {"q", 3}}, "deg", {1, 2, 3, 4, 5, 6});
    array = with_coordinate(array, "bands", {{"sample", 2}, {"q", 4}}, "eV", {1, 2, 3, 4, 5, 6, 7, 8}, true);
    array = with_coordinate(array, "q (second)", {{"q", 3}}, "1/angstrom", {3, 1, 2});
    array = with_coordinate(array, "q [second]", {{"q", 3}}, "1", {3, 1, 2});
    array = with_coordinate(array, "time", {}, "s", {0.5});
    array = with_labels(array, "sample", {{"sample", 2}}, {"2-picoline", "öl, 10 %"});
    array = with_labels(array, "cell", {{"sample", 2}, {"q", 3}}, {"a", "", "c", "d", "e", "f"});
    array = with_labels(array, "beamline", {}, {"SAXS"});
    array = with_typed<std::int64_t>(array, "train", {{"sample", 2}}, {(std::int64_t{1} << 60) + 1, -1});
    array = with_typed<std::uint64_t>(array, "pulse", {{"sample", 2}}, {std::uint64_t{1} << 62, 1});
    array = with_typed<std::uint16_t>(array, "channel", {{"q", 3}}, {1, 65535, 0});
    array = with_typed<std::int32_t>(array, "steps", {{"q", 4}}, {1, 2, 3, 4}, true);
    array = with_typed<float>(array, "monitor", {{"sample", 2}}, {0.1f, 1e30f});
    array = with_typed<bool>(array, "good", {{"sample", 2}}, {true, false});
    check_same(array, there_and_back(array));
}

TEST_CASE("masks and facts come back, and along which dimensions variances are correlated") {
    auto array = Array::from<double>("x", {{"sample", 2}, {"q", 3}}, "1/cm", {1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1});
    array = with_mask(array, "beamstop", {{"q", 3}}, {true, false, false});
    array = with_mask(array, "odd name!", {{"sample", 2}, {"q", 3}}, {false, true, false, false, false, true});
    array = with_mask(array, "crystallised", {{"sample", 2}}, {false, true});
    for (const auto& [name, fact] : std::map<std::string, Fact>{{"smoothed", true},
                                                                {"corrected", false},
                                                                {"intensity_scale", "absolute"},
                                                                {"wavelength", NumberFact{0.1, Unit::parse("nm")}},
                                                                {"count", NumberFact{3, Unit()}},
                                                                {"a b", ""}})
        array = with_fact(array, name, fact);
    auto description = array.description();
    description.correlated_over = {"sample"};
    array = array.with(std::move(description));
    check_same(array, there_and_back(array));
}

TEST_CASE("arrays are asked for by step, by step and port, or not: then the recipe's default output is meant") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    PlanOptions options;
    options.arrays = {{"curve", Array::from<double>("curve", {{"frame", 2}, {"q", 2}}, "1/cm", {1, 2, 3, 4})}};
    const Json steps = {{"curve", memory("curve")},
                        {"average", {{"use", "mean"}, {"in", {{"data", "curve"}}}, {"with", {{"over", "frame"}}}}}};
    RunOptions run_options;
    run_options.output = file;
    run(plan_recipe(recipe_of(steps, {"average.count", "average", "curve"}), options), run_options);
    const std::vector<double> means{2, 3};
    CHECK(values_of(read_back(file, "average")) == means);
    CHECK(values_of(read_back(file, "average.mean")) == means);
    CHECK(values_of(read_back(file, "curve.data")) == std::vector<double>{1, 2, 3, 4});
    CHECK(values_of(read_back(file)) == values_of(read_back(file, "average.count")));
    CHECK(read_back(file, "average").description().name == "average");
    CHECK(error_of([&] { read_back(file, "averages"); }) ==
          Contains{quoted(file) + " keeps no array 'averages'; it keeps: average, average.count, curve"});
    try {
        read_back(file, "averages");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::recipe);
    }
    try {
        read_back(folder.write("no.h5", "text"));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
    }
}

TEST_CASE("a chain cut in two by a file has the bits of the whole chain; masks made by a step come back") {
    const TemporaryFolder folder;
    std::mt19937_64 random(7);
    std::vector<double> counts, variances;
    for (int i = 0; i < 5 * 40; ++i) {
        counts.push_back(static_cast<double>(random() % 10000) / 7);
        variances.push_back(static_cast<double>(random() % 1000 + 1) / 9);
    }
    std::vector<double> q;
    for (int i = 0; i < 40; ++i) q.push_back(0.1 + 0.05 * i);
    auto sample = Array::from<double>("sample", {{"frame", 5}, {"q", 40}}, "1/cm", counts, variances);
    sample = with_mask(with_coordinate(sample, "q", {{"q", 40}}, "1/nm", q), "hot", {{"q", 40}}, std::vector<bool>(40, false));
    std::vector<bool> shadow(40, false);
    shadow[3] = true;
    auto empty = Array::from<double>("empty", {{"q", 40}}, "1/cm", std::vector<double>(40, 0.3), std::vector<double>(40, 0.01));
    empty = with_mask(with_coordinate(empty, "q", {{"q", 40}}, "1/nm", q), "shadow", {{"q", 40}}, shadow);
    PlanOptions options;
    options.arrays = {{"sample", sample}, {"empty", empty}};
    options.in_memory = true;
    const Json net = {
        {"use", "background_subtraction"}, {"in", {{"sample", "sample"}, {"background", "empty"}}}, {"with", {{"scale", 1.0}}}};
    const Json first = {{"sample", memory("sample")}, {"empty", memory("empty")}, {"net", net}};
    Json whole = first;
    whole["mean"] = {{"use", "mean"}, {"in", {{"data", "net"}}}, {"with", {{"over", "q"}}}};
    const Json second = {{"net", stored(folder.path() / "net.h5")}, {"mean", whole["mean"]}};

    const auto expected = run_recipe(recipe_of(whole, {"mean", "net"}), options);
    RunOptions run_options;
    run_options.output = folder.path() / "net.h5";
    run(plan_recipe(recipe_of(first, {"net"}), options), run_options);
    const auto got = run_recipe(recipe_of(second, {"mean", "net"}));
    check_same(expected.at("net.net"), got.at("net.data"));
    CHECK(mask_of(got.at("net.data"), "masked")[3] == 1);
    check_same(expected.at("mean.mean"), got.at("mean.mean"));
}

TEST_CASE("a large array is streamed over any dimension in little memory") {
    const TemporaryFolder folder;
    const Dims dims{{"frame", 1800}, {"y", 40}, {"x", 80}};  // 46 MB of values, as much of errors
    std::vector<double> values, variances;
    for (Index i = 0; i < volume(dims); ++i) {
        values.push_back(static_cast<double>(i % 9973 + 1));
        variances.push_back(static_cast<double>(i % 101 + 1));
    }
    const auto array = Array::from<double>("x", dims, "1", values, variances);
    keep(array, folder.path() / "a.h5");
    for (const std::string over : {"frame", "y", "x"}) {
        CAPTURE(over);
        const Json mean = {{"use", "mean"}, {"in", {{"data", "data"}}}, {"with", {{"over", over}}}};
        PlanOptions direct, little;
        direct.arrays = {{"data", array}};
        direct.in_memory = little.in_memory = true;
        little.memory_bytes = Index{80} << 20;
        const auto plan = plan_recipe(recipe_of({{"data", stored(folder.path() / "a.h5")}, {"mean", mean}}, {"mean"}), little);
        CHECK(plan.peak_memory_bytes() <= little.memory_bytes);
        const auto expected = run_recipe(recipe_of({{"data", memory("data")}, {"mean", mean}}, {"mean"}), direct).at("mean.mean");
        const auto got = run(plan).arrays.at("mean.mean");
        REQUIRE(got.dims() == expected.dims());
        for (Index i = 0; i < got.size(); ++i) {  // the order of adding may differ
            const auto at = static_cast<std::size_t>(i);
            if (std::abs(got.values<double>()[at] / expected.values<double>()[at] - 1) > 1e-12 ||
                std::abs(got.variances()[at] / expected.variances()[at] - 1) > 1e-12)
                FAIL(i);
        }
    }
}

TEST_CASE("a mask of every value that is too large to be read at once is streamed") {
    const TemporaryFolder folder;
    const Dims dims{{"frame", 900}, {"q", 20000}};  // 18 MB of mask, 144 MB of values
    std::vector<float> values;
    std::vector<bool> masked;
    for (Index i = 0; i < volume(dims); ++i) {
        values.push_back(static_cast<float>(i % 1009));
        masked.push_back(i % 7 == 3);
    }
    std::vector<double> q(20000);
    std::iota(q.begin(), q.end(), 1.0);
    const auto with_q = [&](const Array& array) { return with_coordinate(array, "q", {{"q", 20000}}, "1/nm", q); };
    const auto sample = with_mask(with_q(Array::from<float>("sample", dims, "1/cm", values)), "bad", dims, masked);
    PlanOptions options;
    options.arrays = {{"sample", sample},
                      {"empty", with_q(Array::from<double>("empty", {{"q", 20000}}, "1/cm", std::vector<double>(20000, 1)))}};
    const Json net = {
        {"use", "background_subtraction"}, {"in", {{"sample", "sample"}, {"background", "empty"}}}, {"with", {{"scale", 1.0}}}};
    RunOptions run_options;
    run_options.output = folder.path() / "a.h5";
    run(plan_recipe(recipe_of({{"sample", memory("sample")}, {"empty", memory("empty")}, {"net", net}}, {"net"}), options),
        run_options);

    PlanOptions little;
    little.memory_bytes = Index{80} << 20;
    little.in_memory = true;
    const Json mean = {{"use", "mean"}, {"in", {{"data", "net"}}}, {"with", {{"over", "frame"}}}};
    const auto plan = plan_recipe(recipe_of({{"net", stored(folder.path() / "a.h5")}, {"mean", mean}}, {"mean.count"}), little);
    const auto count = run(plan).arrays.at("mean.count");
    Index expected = 0;  // of frames with an unmasked element q = 6
    for (Index frame = 0; frame < 900; ++frame) expected += (frame * 20000 + 5) % 7 == 3 ? 0 : 1;
    CHECK(values_of(count)[5] == static_cast<double>(expected));
}
