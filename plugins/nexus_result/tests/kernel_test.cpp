// SPDX-License-Identifier: BSD-3-Clause
// What stands in the file, read back by HDF5 itself; and what happens when the disk is full.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>

#include <sluice/io/result_format.hpp>

#include "kernel.hpp"
#include "provenance.hpp"

using namespace sluice::nexus_result;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A path in the temporary folder that is removed afterwards.
struct TemporaryFile {
    explicit TemporaryFile(const std::string& name)
        : path((std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)).string()) {}
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    std::string path;
};

template <class T>
hid_t native();
template <>
hid_t native<double>() { return H5T_NATIVE_DOUBLE; }
template <>
hid_t native<int>() { return H5T_NATIVE_INT; }

/// Reads datasets and attributes by path.
class Reader {
public:
    explicit Reader(const std::string& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
        REQUIRE(file_.get() >= 0);
    }
    [[nodiscard]] bool has(const std::string& path) const {
        std::string part;
        for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
            if (H5Lexists(file_.get(), path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
            if (end == std::string::npos) return true;
        }
    }
    template <class T>
    [[nodiscard]] std::vector<T> numbers(const std::string& path) const {
        const Handle dataset(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT));
        REQUIRE_MESSAGE(dataset.get() >= 0, path);
        const Handle space(H5Dget_space(dataset.get()));
        std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
        REQUIRE(H5Dread(dataset.get(), native<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
        return values;
    }
    [[nodiscard]] std::vector<std::string> texts(const std::string& path) const {
        const Handle dataset(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT));
        REQUIRE_MESSAGE(dataset.get() >= 0, path);
        const Handle type(H5Dget_type(dataset.get())), space(H5Dget_space(dataset.get()));
        return read_texts(space, [&](void* to) { return H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
    }
    [[nodiscard]] std::string text(const std::string& path) const { return texts(path).at(0); }
    [[nodiscard]] std::vector<std::string> attribute_texts(const std::string& path, const std::string& name) const {
        const Handle attribute = open(path, name);
        const Handle type(H5Aget_type(attribute.get())), space(H5Aget_space(attribute.get()));
        return read_texts(space, [&](void* to) { return H5Aread(attribute.get(), type.get(), to); });
    }
    [[nodiscard]] std::string attribute(const std::string& path, const std::string& name) const {
        return attribute_texts(path, name).at(0);
    }
    [[nodiscard]] std::vector<int> attribute_numbers(const std::string& path, const std::string& name) const {
        const Handle attribute = open(path, name);
        const Handle space(H5Aget_space(attribute.get()));
        std::vector<int> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
        REQUIRE(H5Aread(attribute.get(), H5T_NATIVE_INT, values.data()) >= 0);
        return values;
    }
    [[nodiscard]] std::vector<hsize_t> chunk(const std::string& path) const {
        const Handle dataset(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT));
        const Handle creation(H5Dget_create_plist(dataset.get()));
        if (H5Pget_layout(creation.get()) != H5D_CHUNKED) return {};
        std::vector<hsize_t> shape(8);
        shape.resize(static_cast<std::size_t>(H5Pget_chunk(creation.get(), 8, shape.data())));
        return shape;
    }
    [[nodiscard]] H5T_class_t type_class(const std::string& path, std::size_t& bytes) const {
        const Handle dataset(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT));
        const Handle type(H5Dget_type(dataset.get()));
        bytes = H5Tget_size(type.get());
        return H5Tget_class(type.get());
    }

private:
    [[nodiscard]] Handle open(const std::string& path, const std::string& name) const {
        Handle attribute(H5Aopen_by_name(file_.get(), path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
        REQUIRE_MESSAGE(attribute.get() >= 0, path << "@" << name);
        return attribute;
    }
    template <class F>
    static std::vector<std::string> read_texts(const Handle& space, const F& read) {
        std::vector<char*> pointers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
        REQUIRE(read(pointers.data()) >= 0);
        std::vector<std::string> all;
        for (auto* pointer : pointers) {
            all.emplace_back(pointer ? pointer : "");
            H5free_memory(pointer);
        }
        return all;
    }
    Handle file_;
};

ArrayDescription curves() {
    ArrayDescription array;
    array.label = "net.intensity";
    array.type = ElementType::float32;
    array.unit = "1/cm";
    array.dims = {{"sample", 2}, {"q", 3}};
    array.core_rank = 1;
    array.variances = true;
    array.correlated_over = {"sample"};
    array.coordinates = {{"q", {{"q", 4}}, "1/nm", true, {1, 3, 9, 27}},
                         {"sample", {{"sample", 2}}, "1", false, {}, {"MMT", "öl"}, {}, ElementType::text},
                         {"temperature", {{"sample", 2}}, "K", false, {180, 190}}};
    array.masks = {{"beamstop", {{"q", 3}}, {1, 0, 0}}, {"hot", {{"sample", 2}, {"q", 3}}}};
    array.facts = {{"wavelength", 0.1, "nm"}, {"smoothed", false}, {"scale", "absolute"}};
    return array;
}

ArrayDescription number() {
    ArrayDescription array;
    array.label = "invariant.invariant";
    array.unit = "1/(cm nm^3)";
    array.variances = true;
    return array;
}

const std::string provenance = R"({
  "program": "sluice", "version": "0.1.0", "date": "2024-05-01T12:00:00+02:00",
  "recipe": {"id": "swaxs.invariant", "version": "1.0.0", "title": "A title", "text": "{\"sluice\": 1}",
             "effective": {"sluice": 1}, "effective_text": "{\"sluice\":1}", "effective_sha256": "abc"},
  "default": "invariant.invariant", "default_curve": "net.intensity",
  "kept": {"net.intensity": "net.intensity", "invariant": "invariant.invariant"},
  "execution": {"threads": 2, "memory_limit_bytes": 1000, "grain": {"net": 8}},
  "steps": [
    {"name": "net", "plugin": "background_subtraction", "plugin_version": "1.0.0", "library_sha256": "def",
     "sequence_index": 1, "parameters": {"scale": 1.5, "count": 3, "on": true, "none": null, "range": [1, 2.5], "tree": {"a": 1}},
     "units": {"scale": "1", "range": "1/nm"}, "inputs": {"sample": "profile.intensity"}, "resolved": {"q_max": 20},
     "warnings": ["low counts"], "seconds": 0.25},
    {"name": "invariant", "plugin": "porod_invariant", "plugin_version": "1.0.0", "sequence_index": 2,
     "parameters": {}, "units": {}, "inputs": {}, "resolved": {}, "warnings": [], "seconds": 0}],
  "files": [{"step": "frames", "path": "a.h5", "size": 10, "sha256": "123", "coverage": "full"}],
  "warnings": ["one"], "checks": []})";

void write_example(const std::string& path, const std::string& record = provenance) {
    ResultFile file(path, {curves(), number()}, 0);
    const std::vector<float> rows[] = {{1, std::nanf(""), 3}, {4, 5, 6}};
    const std::vector<double> variances[] = {{4, not_a_number, 9}, {0, 1, 16}};
    const std::vector<std::uint8_t> masks[] = {{0, 7, 0}, {0, 0, 0}};
    for (std::size_t i = 0; i < 2; ++i) {
        const std::int64_t start[] = {static_cast<std::int64_t>(i), 0}, count[] = {1, 3};
        file.write(0, {start, count, rows[i].data(), variances[i].data(), masks[i].data()});
    }
    const double value = 7, variance = 0.25;
    file.write(1, {{}, {}, &value, &variance, nullptr});
    file.finish(parse_provenance(record));
}

std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The text of what f throws.
template <class F>
std::string message(const F& f) {
    try {
        f();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

/// 64 MiB in boxes of 256 kiB.
void write_large(ResultFile& file) {
    std::vector<double> box(32 * 1024, 1.0);
    for (std::int64_t i = 0; i < 256; ++i) {
        const std::int64_t start[] = {i, 0, 0}, count[] = {1, 32, 1024};
        file.write(0, {start, count, box.data(), nullptr, nullptr});
    }
}

ArrayDescription large() {
    ArrayDescription array;
    array.label = "frames";
    array.dims = {{"frame", 256}, {"y", 32}, {"x", 1024}};
    array.core_rank = 2;
    return array;
}

}  // namespace

TEST_CASE("values, uncertainties, coordinates, masks and facts are read back") {
    const TemporaryFile file("_values.h5");
    write_example(file.path);
    const Reader in(file.path);
    const std::string group = "/entry/net_intensity";

    const auto signal = in.numbers<double>(group + "/intensity");
    CHECK(signal[0] == 1);
    CHECK(std::isnan(signal[1]));
    CHECK(signal[5] == 6);
    std::size_t bytes = 0;
    CHECK(in.type_class(group + "/intensity", bytes) == H5T_FLOAT);
    CHECK(bytes == 4);
    const auto errors = in.numbers<double>(group + "/intensity_errors");  // square roots of the variances above
    CHECK(errors[0] == 2);
    CHECK(std::isnan(errors[1]));
    CHECK(errors[2] == 3);
    CHECK(errors[5] == 4);
    CHECK(in.attribute(group + "/intensity_errors", "correlated_over") == "sample");

    CHECK(in.numbers<double>(group + "/q") == std::vector<double>{2, 6, 18});  // mid points of the edges
    CHECK(in.numbers<double>(group + "/q_edges") == std::vector<double>{1, 3, 9, 27});
    CHECK(in.attribute_numbers(group, "q_indices") == std::vector<int>{1});
    CHECK(in.texts(group + "/sample") == std::vector<std::string>{"MMT", "öl"});
    CHECK(in.attribute_texts(group, "axes") == std::vector<std::string>{"temperature", "q"});
    CHECK(in.attribute_numbers(group, "temperature_indices") == std::vector<int>{0});
    CHECK(in.attribute(group + "/temperature", "units") == "K");

    CHECK(in.numbers<int>(group + "/intensity_mask_beamstop") == std::vector<int>{1, 0, 0});
    CHECK(in.type_class(group + "/intensity_mask_beamstop", bytes) == H5T_INTEGER);
    CHECK(bytes == 1);
    CHECK(in.numbers<int>(group + "/mask") == std::vector<int>{0, 1, 0, 0, 0, 0});

    CHECK(in.numbers<double>(group + "/facts/wavelength") == std::vector<double>{0.1});
    CHECK(in.attribute(group + "/facts/wavelength", "units") == "nm");
    CHECK(in.numbers<int>(group + "/facts/smoothed") == std::vector<int>{0});
    CHECK(in.text(group + "/facts/scale") == "absolute");
    CHECK(in.attribute(group + "/intensity", "interpretation") == "spectrum");
    CHECK(in.attribute(group + "/intensity", "long_name") == "net.intensity (1/cm)");
}

TEST_CASE("what a reader needs beyond NeXus stands in attributes") {
    const TemporaryFile file("_attributes.h5");
    write_example(file.path);
    const Reader in(file.path);
    const std::string group = "/entry/net_intensity", signal = group + "/intensity";
    CHECK(in.attribute_numbers("/", "sluice_result") == std::vector<int>{1});
    CHECK(in.attribute("/entry", "default_array") == "invariant.invariant");
    CHECK(in.attribute(signal, "label") == "net.intensity");
    CHECK(in.attribute(signal, "array") == "net.intensity");
    CHECK(in.attribute_texts(signal, "dims") == std::vector<std::string>{"sample", "q"});
    CHECK(in.attribute_texts(signal, "coordinates") == std::vector<std::string>{"q", "sample", "temperature"});
    CHECK(in.attribute_texts(signal, "masks") == std::vector<std::string>{"intensity_mask_beamstop", "mask"});
    CHECK(in.attribute(group + "/q", "edges") == "q_edges");
    CHECK(in.attribute(group + "/mask", "name") == "hot");
    CHECK(in.attribute_texts(group + "/mask", "varies_over") == std::vector<std::string>{"sample", "q"});
    CHECK(in.attribute(group + "/facts/wavelength", "name") == "wavelength");
}

TEST_CASE("names that NeXus does not allow, or that meet, are kept in attributes") {
    const TemporaryFile file("_names.h5");
    ArrayDescription array;
    array.label = "a.q";
    array.type = ElementType::boolean;
    array.dims = {{"q", 2}};
    array.variances = true;
    array.coordinates = {{"q ", {{"q", 2}}, "1", false, {0, 1}}, {"q!", {{"q", 2}}, "1", false, {3, 1}},
                         {"q_errors", {}, "1", false, {3}}, {"on", {{"q", 2}}, "1", false, {0, 1}, {}, {}, ElementType::boolean},
                         {"öl", {{"q", 2}}, "1", false, {1, 2}, {}, {1, 2}, ElementType::uint16}};
    array.facts = {{"a b", true}, {"a_b", false}};
    ResultFile(file.path, {array}, 0).finish(parse_provenance(provenance));
    const Reader in(file.path);
    CHECK(in.attribute("/entry/a_q", "signal") == "q_values");   // what would be the errors of q is taken
    CHECK(in.attribute("/entry/a_q/q_values", "dtype") == "boolean");
    CHECK(in.attribute("/entry/a_q/q_", "name") == "q ");
    CHECK(in.attribute("/entry/a_q/q__2", "name") == "q!");
    CHECK(in.attribute("/entry/a_q/on", "dtype") == "boolean");
    std::size_t bytes = 0;
    CHECK(in.type_class("/entry/a_q/__l", bytes) == H5T_INTEGER);
    CHECK(bytes == 2);
    CHECK(in.attribute("/entry/a_q/__l", "name") == "öl");
    CHECK(in.attribute("/entry/a_q/facts/a_b_2", "name") == "a_b");
}

TEST_CASE("square and correction give the variance again, bit by bit") {
    namespace format = sluice::io::result_format;
    const auto there_and_back = [](double variance) { return format::variance_of(std::sqrt(variance), format::variance_rounding(variance)); };
    std::mt19937_64 random(20240501);
    int exact = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto variance = std::bit_cast<double>(random() % std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()));
        const auto rounding = format::variance_rounding(variance);
        if (there_and_back(variance) != variance || std::abs(rounding) > 3) FAIL_CHECK(variance);
        if (rounding == 0) ++exact;
    }
    CHECK(exact < 150000);   // without it, squares often miss: that is what it is for
    for (const double variance : {0.0, 1.0, 2.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                                  std::numeric_limits<double>::infinity()})
        CHECK(there_and_back(variance) == variance);
    CHECK(std::isnan(there_and_back(not_a_number)));
    CHECK(std::isnan(there_and_back(-1)));
}

TEST_CASE("the default leads to the curve that a single number came from") {
    const TemporaryFile file("_default.h5");
    write_example(file.path);
    CHECK(Reader(file.path).attribute("/", "default") == "entry");
    CHECK(Reader(file.path).attribute("/entry", "default") == "net_intensity");

    auto record = provenance;  // without a hint: the first array that can be drawn
    record.replace(record.find(R"("net.intensity")"), 15, "null");
    write_example(file.path, record);
    CHECK(Reader(file.path).attribute("/entry", "default") == "net_intensity");
}

TEST_CASE("the first output of a step is labelled by the step alone") {
    const TemporaryFile file("_label.h5");
    auto first = curves(), second = curves();
    first.label = "other";
    second.label = "net";
    ResultFile out(file.path, {first, second}, 0);
    auto ending = parse_provenance(provenance);
    ending.default_array = "net.intensity";
    out.finish(ending);
    const Reader in(file.path);
    CHECK(in.attribute("/entry", "default") == "net");
    CHECK(in.attribute("/entry/net", "signal") == "net");
}

TEST_CASE("logarithmic scales are for intensities over a decade of q") {
    const TemporaryFile file("_style.h5");
    const auto has_style = [&](const ArrayDescription& array) {
        ResultFile(file.path, {array}, 0).finish(parse_provenance(provenance));
        const Handle opened(H5Fopen(file.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
        const Handle group(H5Gopen2(opened.get(), "/entry/net_intensity", H5P_DEFAULT));
        return H5Aexists(group.get(), "SILX_style") > 0;
    };
    auto array = curves();
    array.coordinates[0] = {"q", {{"q", 3}}, "1/nm", false, {0.1, 0.5, 1.0}};
    CHECK(has_style(array));
    array.coordinates[0].values = {0.2, 0.5, 1.0};  // less than a decade
    CHECK_FALSE(has_style(array));
    array.coordinates[0].values = {0.0, 0.5, 1.0};  // q = 0 has no logarithm
    CHECK_FALSE(has_style(array));
    array.coordinates[0].values = {0.1, 0.5, 1.0};
    array.unit = "1";  // S(q) and the like
    CHECK_FALSE(has_style(array));
}

TEST_CASE("a coordinate of no dimension, number or text, is a scalar field") {
    const TemporaryFile file("_scalar.h5");
    ArrayDescription array;
    array.label = "mean";
    array.coordinates = {{"time", {}, "s", false, {3}}, {"sample", {}, "1", false, {}, {"MMT"}, {}, ElementType::text},
                         {"run", {}, "1", false, {7}, {}, {7}, ElementType::int64}};
    ResultFile out(file.path, {array}, 0);
    const double value = 2;
    out.write(0, {{}, {}, &value, nullptr, nullptr});
    out.finish(parse_provenance(provenance));
    const Reader in(file.path);
    CHECK(in.numbers<double>("/entry/mean/time") == std::vector<double>{3});
    CHECK(in.attribute("/entry/mean/time", "units") == "s");
    CHECK(in.text("/entry/mean/sample") == "MMT");
    CHECK(in.numbers<int>("/entry/mean/run") == std::vector<int>{7});
}

TEST_CASE("a dimension without a coordinate gets an index axis, beside a coordinate of its name") {
    const TemporaryFile file("_axes.h5");
    auto array = curves();
    array.coordinates = {{"sample", {{"sample", 2}}, "1", false, {}, {"a", "b"}, {}, ElementType::text}};
    array.label = "net.q";  // a signal of a dimension's name steps aside
    ResultFile(file.path, {array}, 0).finish(parse_provenance(provenance));
    const Reader in(file.path);
    CHECK(in.attribute_texts("/entry/net_q", "axes") == std::vector<std::string>{"sample_2", "q"});
    CHECK(in.numbers<int>("/entry/net_q/sample_2") == std::vector<int>{0, 1});
    CHECK(in.attribute("/entry/net_q/q", "units") == "1");
    CHECK(in.attribute("/entry/net_q", "signal") == "q_values");
}

TEST_CASE("the record of the run") {
    const TemporaryFile file("_record.h5");
    write_example(file.path);
    const Reader in(file.path);
    CHECK(in.text("/entry/title") == "A title");
    CHECK(in.text("/entry/process/program") == "sluice");
    CHECK(in.text("/entry/process/date") == "2024-05-01T12:00:00+02:00");
    CHECK(in.text("/entry/process/warnings") == "one");
    CHECK(in.text("/entry/process/recipe/type") == "application/json");
    CHECK(in.text("/entry/process/recipe/data") == R"({"sluice":1})");
    CHECK(in.text("/entry/process/recipe/checksum") == "abc");
    CHECK(in.text("/entry/process/recipe_source/data") == R"({"sluice": 1})");
    CHECK(in.text("/entry/process/provenance/data") == provenance);
    CHECK(in.numbers<int>("/entry/process/execution/threads") == std::vector<int>{2});
    CHECK(in.text("/entry/process/execution/grain") == R"({"net":8})");
    CHECK(in.text("/entry/process/inputs/file_1/sha256") == "123");

    const std::string step = "/entry/step_01_net";
    CHECK(in.text(step + "/program") == "background_subtraction");
    CHECK(in.numbers<int>(step + "/sequence_index") == std::vector<int>{1});
    CHECK(in.numbers<double>(step + "/parameters/scale") == std::vector<double>{1.5});
    CHECK(in.attribute(step + "/parameters/scale", "units") == "1");
    CHECK(in.numbers<double>(step + "/parameters/range") == std::vector<double>{1, 2.5});
    CHECK(in.numbers<int>(step + "/parameters/on") == std::vector<int>{1});
    CHECK(in.text(step + "/parameters/tree") == R"({"a":1})");
    CHECK_FALSE(in.has(step + "/parameters/none"));
    CHECK(in.text(step + "/inputs/sample") == "profile.intensity");
    CHECK(in.numbers<int>(step + "/resolved/q_max") == std::vector<int>{20});
    CHECK(in.text(step + "/warnings") == "low counts");
    CHECK_FALSE(in.has("/entry/step_02_invariant/warnings"));

    CHECK(message([] { (void)parse_provenance("{}"); }).starts_with("the record of the run cannot be used: "));
}

TEST_CASE("every element type keeps its own type, and a boolean is int8") {
    const TemporaryFile file("_types.h5");
    struct Case { ElementType type; H5T_class_t kind; std::size_t bytes; };
    for (const auto& each : {Case{ElementType::int8, H5T_INTEGER, 1}, Case{ElementType::int16, H5T_INTEGER, 2},
                             Case{ElementType::int32, H5T_INTEGER, 4}, Case{ElementType::int64, H5T_INTEGER, 8},
                             Case{ElementType::uint8, H5T_INTEGER, 1}, Case{ElementType::uint16, H5T_INTEGER, 2},
                             Case{ElementType::uint32, H5T_INTEGER, 4}, Case{ElementType::uint64, H5T_INTEGER, 8},
                             Case{ElementType::float32, H5T_FLOAT, 4}, Case{ElementType::float64, H5T_FLOAT, 8},
                             Case{ElementType::boolean, H5T_INTEGER, 1}, Case{ElementType::complex128, H5T_COMPOUND, 16}}) {
        CAPTURE(static_cast<int>(each.type));
        ArrayDescription array;
        array.label = "a.b";
        array.type = each.type;
        array.dims = {{"x", 2}};
        const std::vector<std::uint8_t> ones(32, 1);
        ResultFile out(file.path, {array}, 0);
        const std::int64_t start[] = {0}, count[] = {2};
        out.write(0, {start, count, ones.data(), nullptr, nullptr});
        out.finish(parse_provenance(provenance));
        std::size_t bytes = 0;
        CHECK(Reader(file.path).type_class("/entry/a_b/b", bytes) == each.kind);
        CHECK(bytes == each.bytes);
    }
}

TEST_CASE("large arrays are chunked by about 1 MiB, small ones are not; boxes that cut chunks agree, also when compressed") {
    const TemporaryFile file("_chunks.h5");
    auto array = curves();
    array.label = "a.b";
    array.type = ElementType::float64;
    array.dims = {{"frame", 700}, {"q", 1000}};
    array.coordinates = {};
    array.masks = {};
    std::vector<double> values(700 * 1000), variances(values.size());
    std::iota(values.begin(), values.end(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) variances[i] = values[i] * values[i];
    for (const int level : {0, 4}) {
        ResultFile out(file.path, {array}, level);
        for (std::int64_t first = 0; first < 700; first += 90) {
            const std::int64_t start[] = {first, 0}, count[] = {std::min<std::int64_t>(90, 700 - first), 1000};
            out.write(0, {start, count, values.data() + first * 1000, variances.data() + first * 1000, nullptr});
        }
        out.finish(parse_provenance(provenance));
        const Reader in(file.path);
        CHECK(in.chunk("/entry/a_b/b") == std::vector<hsize_t>{131, 1000});  // 131 rows of 8000 bytes fit in 1 MiB
        CHECK(in.numbers<double>("/entry/a_b/b") == values);
        CHECK(in.numbers<double>("/entry/a_b/b_errors") == values);  // sqrt(x^2) = x
    }
    write_example(file.path);
    CHECK(Reader(file.path).chunk("/entry/net_intensity/intensity").empty());
}

TEST_CASE("memory stays bounded while a large array is written") {
    const TemporaryFile file("_memory.h5");
    const auto peak_kib = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    write_example(file.path);  // HDF5's own tables
    const auto before = peak_kib();
    ResultFile out(file.path, {large()}, 0);
    write_large(out);
    out.finish(parse_provenance(provenance));
    CHECK(std::filesystem::file_size(file.path) > 64u << 20);
    CHECK(peak_kib() - before < 24 * 1024);  // the cache is 4 MiB, the file 64 MiB; sanitizers add some
}

TEST_CASE("the same arrays and record give the same bytes") {
    const TemporaryFile first("_first.h5"), second("_second.h5");
    write_example(first.path);
    write_example(second.path);
    CHECK(bytes_of(first.path) == bytes_of(second.path));
    // Not by luck within one second: no object holds a time.
    const hid_t file = H5Fopen(first.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    REQUIRE(file >= 0);
    int objects = 0;
    const auto visit = [](hid_t, const char* name, const H5O_info_t* info, void* count) -> herr_t {
        CAPTURE(std::string(name));
        CHECK(info->mtime == 0);
        ++*static_cast<int*>(count);
        return 0;
    };
    H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &objects);
    H5Fclose(file);
    CHECK(objects > 10);
}

TEST_CASE("a disk that is full, at creation or later, is reported with the system's reason and leaves nothing open") {
    CHECK(message([] { ResultFile("/dev/full", {large()}, 0).finish(parse_provenance(provenance)); }) ==
          "cannot write '/dev/full': No space left on device. Free space or choose another folder for the output");
    CHECK(message([] { ResultFile("/nowhere/x.h5", {large()}, 0); }) ==
          "cannot write '/nowhere/x.h5': No such file or directory");
    CHECK(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0);
}

TEST_CASE("a limit on the file's size is reported by write or by finish, and leaves nothing open") {
    const TemporaryFile file("_limit.h5");
    const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
    for (const rlim_t limit : {rlim_t{1} << 10, rlim_t{3} << 20, rlim_t{63} << 20, (rlim_t{64} << 20) + 4096}) {
        CAPTURE(limit);
        const rlimit small{limit, old_limit.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
        const auto text = message([&] {
            ResultFile out(file.path, {large()}, 0);
            write_large(out);
            out.finish(parse_provenance(provenance));
        });
        REQUIRE(setrlimit(RLIMIT_FSIZE, &old_limit) == 0);
        CHECK(text == "cannot write '" + file.path +
                          "': File too large: the file reached the size limit of the process (ulimit -f) or of the file system");
        CHECK(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0);
    }
    std::signal(SIGXFSZ, old_action);
}

TEST_CASE("abandon is silent at any time") {
    const TemporaryFile file("_abandon.h5");
    ResultFile out(file.path, {large()}, 0);
    write_large(out);
    out.abandon();
    out.abandon();
    CHECK(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0);
}

TEST_CASE("a box beyond the array is refused") {
    const TemporaryFile file("_beyond.h5");
    ResultFile out(file.path, {large()}, 0);
    const std::vector<double> box(32 * 1024);
    const std::int64_t start[] = {256, 0, 0}, count[] = {1, 32, 1024};
    const auto text = message([&] { out.write(0, {start, count, box.data(), nullptr, nullptr}); });
    CHECK(text.starts_with("cannot write '" + file.path + "': cannot write: "));
}

TEST_CASE("silx finds a plottable default, errors and recipe") {
    const auto* data = std::getenv("SLUICE_SHARED_DATA");
    const auto tool = std::filesystem::path(data ? data : "") / "../tools/check_nexus.py";
    if (!data || !std::filesystem::exists(tool)) {
        MESSAGE("skipped: no check_nexus.py beside SLUICE_SHARED_DATA");
        return;
    }
    const TemporaryFile file("_silx.h5");
    write_example(file.path);
    const auto command = "/usr/bin/python3 " + tool.string() + " --allow-nan --recipe " + file.path;
    CHECK(std::system(command.c_str()) == 0);
}
