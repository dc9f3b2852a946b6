// SPDX-License-Identifier: BSD-3-Clause
// Tests of the HDF5 source as recipes meet it: what is described, what arrives, and the sentences of errors.
#include <doctest/doctest.h>
#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <vector>

#include <support/run_plugin.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

#include "writer.hpp"

namespace fs = std::filesystem;
using namespace sluice::hdf5_source;
using sluice::Array;
using sluice::Json;
using sluice::test::error_of;
using sluice::test::run_plugin;
using sluice::test::TemporaryFolder;

namespace {

constexpr int frames = 6, rows = 4, columns = 5;
constexpr std::size_t pixels = frames * rows * columns;

Array load(const Json& with) { return run_plugin("hdf5_source", with, {}).at("data"); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Checks that the step fails with this sentence.
void check_fault(const Json& with, const std::string& sentence) {
    const auto text = error_of([&] { (void)load(with); });
    CAPTURE(text);
    CAPTURE(sentence);
    CHECK(contains(text, sentence));
    CHECK(contains(text, "step 'step' (hdf5_source): "));
}

Handle deflated(const Shape& chunk) {
    Handle creation = chunked(chunk);
    H5Pset_deflate(creation.get(), 1);
    return creation;
}

void write_texts(const Writer& writer, const std::string& path, const std::vector<const char*>& texts) {
    const Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE);
    (void)writer.write(path, type.get(), type.get(), {texts.size()}, texts.data());
}

template <class T>
std::vector<T> counted(std::size_t size, T first = 0) {
    std::vector<T> values(size);
    std::iota(values.begin(), values.end(), first);
    return values;
}

/// A scan as a beamline might write it. Pixel i of all is i; its error is i / 10.
class Scan {
public:
    Scan() {
        const Writer writer(file());
        const auto counts = counted<std::uint16_t>(pixels);
        const Handle data = writer.write("entry/data/counts", H5T_STD_U16LE, H5T_NATIVE_UINT16, {frames, rows, columns},
                                         counts.data(), deflated({1, rows, columns}).get());
        set_text_attribute(data.get(), "units", "counts");
        (void)writer.write("entry/data/no_unit", {2}, {1, 2});

        std::vector<float> errors(pixels);
        for (std::size_t i = 0; i < pixels; ++i) errors[i] = static_cast<float>(i) / 10;
        (void)writer.write("entry/data/errors", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {frames, rows, columns}, errors.data(),
                           deflated({2, rows, columns}).get());
        errors[7] = -1;
        (void)writer.write("entry/data/bad_errors", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {frames, rows, columns}, errors.data());

        const auto trains = counted<std::uint64_t>(frames, (std::uint64_t{1} << 53) + 1);
        const Handle train = writer.write("index/train", H5T_STD_U64LE, H5T_NATIVE_UINT64, {frames}, trains.data());
        set_text_attribute(train.get(), "units", "1");
        const auto edges = counted<double>(columns + 1);
        const Handle x = writer.write("entry/data/x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {columns + 1}, edges.data());
        set_text_attribute(x.get(), "units", "mm");
        write_texts(writer, "entry/data/sample", {"a", "b", "c", "d", "e", "f"});

        std::vector<int> bits(rows * columns, 0);
        bits[3] = 1;
        bits[8] = 2;
        (void)writer.write("entry/mask/pixel", {rows, columns}, bits);
        (void)writer.write("entry/mask/frame", {frames}, {0, 0, 0, 0, 1, 0});
        std::vector<int> all(pixels, 0);
        all[11] = all[pixels - 1] = 4;
        (void)writer.write("entry/mask/all", H5T_STD_U8LE, H5T_NATIVE_INT, {frames, rows, columns}, all.data(),
                           deflated({1, rows, columns}).get());
        const double energy = 12.4;
        const Handle fact = writer.write("entry/energy", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {}, &energy);
        set_text_attribute(fact.get(), "units", "keV");
        write_texts(writer, "entry/title", {"glass"});
    }

    [[nodiscard]] std::string file() const { return (folder_.path() / "scan.h5").string(); }
    [[nodiscard]] Json with(const Json& more = Json::object()) const {
        Json all{{"file", file()}, {"path", "/entry/data/counts"}, {"dims", {"frame", "y", "x"}}};
        all.update(more);
        return all;
    }
    [[nodiscard]] std::string place(const std::string& path) const { return file() + ": dataset '" + path + "'"; }

private:
    TemporaryFolder folder_;
};

const sluice::Mask& mask_of(const Array& array, const std::string& name) {
    for (const auto& mask : array.description().masks)
        if (mask.name == name) return mask;
    throw std::runtime_error("no mask " + name);
}

std::vector<std::size_t> masked(const Array& array, const std::string& name) {
    std::vector<std::size_t> found;
    const auto values = mask_of(array, name).values->as_float64();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] != 0) found.push_back(i);
    return found;
}

}  // namespace

TEST_CASE("a dataset arrives as it is stored, with its own unit and name") {
    const Scan scan;
    const auto data = load(scan.with());
    CHECK(to_text(data.dims()) == "[frame: 6, y: 4, x: 5]");
    CHECK(data.dtype() == sluice::DType::uint16);
    CHECK(data.unit().same_as(sluice::Unit::parse("count")));
    CHECK(data.description().name == "counts");
    CHECK_FALSE(data.description().variances);
    const auto values = data.values<std::uint16_t>();
    CHECK(std::vector<std::uint16_t>(values.begin(), values.end()) == counted<std::uint16_t>(pixels));
}

TEST_CASE("errors become variances") {
    const Scan scan;
    const auto data = load(scan.with({{"errors", "entry/data/errors"}}));
    REQUIRE(data.variances().size() == pixels);
    for (std::size_t i = 0; i < pixels; ++i) {  // exact: the square of the float that was written
        const double error = static_cast<float>(i) / 10;
        CHECK(data.variances()[i] == error * error);
    }
    check_fault(scan.with({{"errors", "entry/data/bad_errors"}}),
                scan.place("entry/data/bad_errors") +
                    ": holds the standard deviation -1.000000, must be >= 0. Where none is known, write NaN.");
    check_fault(scan.with({{"errors", "index/train"}}),
                scan.place("index/train") +
                    ": is uint64 of size 6, but as errors of '/entry/data/counts' it must be numbers of size 6 x 4 x 5.");
}

TEST_CASE("coordinates: exact integers, bin edges, labels, one number") {
    const Scan scan;
    const auto data = load(scan.with({{"coordinates",
                                       {{"train", {{"path", "index/train"}}},
                                        {"x", {{"path", "entry/data/x"}}},
                                        {"sample", {{"path", "entry/data/sample"}}},
                                        {"energy", {{"path", "entry/energy"}, {"unit", "eV"}}}}}}));
    const auto* train = data.description().coordinate("train");
    REQUIRE(train);
    CHECK(to_text(train->values->dims()) == "[frame: 6]");
    CHECK(train->values->values<std::int64_t>()[0] == (std::int64_t{1} << 53) + 1);  // no double
    const auto* x = data.description().coordinate("x");
    REQUIRE(x);
    CHECK(x->edges);
    CHECK(x->values->size() == columns + 1);
    CHECK(x->values->unit().text() == "mm");
    const auto* sample = data.description().coordinate("sample");
    REQUIRE(sample);
    CHECK(sample->values->labels().back() == "f");
    const auto* energy = data.description().coordinate("energy");
    REQUIRE(energy);
    CHECK(energy->values->scalar() == 12.4);
    CHECK(energy->values->unit().text() == "eV");  // the recipe's word stands above the file's
}

TEST_CASE("masks: pixels, frames, every value; bits that do not count") {
    const Scan scan;
    const auto data = load(scan.with({{"masks",
                                       {{"pixel", {{"path", "entry/mask/pixel"}, {"ignore_bits", {1}}}},
                                        {"frame_mask", {{"path", "entry/mask/frame"}}},
                                        {"all", {{"path", "entry/mask/all"}}}}}}));
    CHECK(mask_of(data, "pixel").dims == std::vector<std::string>{"y", "x"});
    CHECK(masked(data, "pixel") == std::vector<std::size_t>{3});
    CHECK(masked(data, "frame_mask") == std::vector<std::size_t>{4});
    CHECK(masked(data, "all") == std::vector<std::size_t>{11, pixels - 1});
}

TEST_CASE("masks that mark what is good, read at plan and with the data") {
    const Scan scan;
    const auto of = [&](const Json& masks) { return load(scan.with({{"masks", masks}})); };
    const Json good{{"path", "entry/mask/pixel"}, {"marks", "good"}};
    std::vector<std::size_t> all_but(rows * columns - 2);  // pixels 3 (bit 0) and 8 (bit 1) are nonzero
    std::iota(all_but.begin(), all_but.end(), 0);
    for (auto& pixel : all_but) pixel += pixel >= 7 ? 2 : pixel >= 3 ? 1 : 0;
    CHECK(masked(of({{"pixel", good}}), "pixel") == all_but);
    Json without_bit = good;
    without_bit["ignore_bits"] = {1};
    all_but.insert(all_but.begin() + 7, 8);
    CHECK(masked(of({{"pixel", without_bit}}), "pixel") == all_but);

    const auto streamed = masked(of({{"all", {{"path", "entry/mask/all"}, {"marks", "good"}}}}), "all");
    CHECK(streamed.size() == pixels - 2);  // elements 11 and the last are nonzero
    CHECK(std::find(streamed.begin(), streamed.end(), std::size_t{11}) == streamed.end());
    CHECK(streamed.back() == pixels - 2);
    CHECK(masked(of({{"pixel", {{"path", "entry/mask/pixel"}, {"marks", "bad"}}}}), "pixel") == std::vector<std::size_t>{3, 8});
    check_fault(scan.with({{"masks", {{"pixel", {{"path", "entry/mask/pixel"}, {"marks", "god"}}}}}}),
                "masks.pixel.marks = \"god\", must be one of \"bad\" or \"good\". Did you mean 'good'?");
}

TEST_CASE("many blocks, with chunks of other lengths for values, errors and mask, give what was written") {
    constexpr std::size_t many = 1500, item = 16 * 20, all = many * item;
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "long.h5").string();
    std::vector<std::uint16_t> values(all);
    std::vector<float> errors(all);
    std::vector<std::uint8_t> bits(all);
    for (std::size_t i = 0; i < all; ++i) {
        values[i] = static_cast<std::uint16_t>(i % 65521);
        errors[i] = static_cast<float>(i % 127);
        bits[i] = i % 13 == 0 ? 8 : 0;
    }
    {
        const Writer writer(file);
        const Shape shape{many, 16, 20};
        (void)writer.write("d", H5T_STD_U16LE, H5T_NATIVE_UINT16, shape, values.data(), deflated({7, 16, 20}).get());
        (void)writer.write("e", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, shape, errors.data(), deflated({1, 16, 20}).get());
        (void)writer.write("m", H5T_STD_U8LE, H5T_NATIVE_UINT8, shape, bits.data(), deflated({64, 8, 20}).get());
    }
    for (const int threads : {1, 4}) {
        sluice::test::RunPluginOptions options;
        options.threads = threads;
        options.memory_bytes = std::int64_t{128} << 20;  // not enough for one block of all
        const auto data = run_plugin("hdf5_source",
                                     {{"file", file},
                                      {"path", "d"},
                                      {"dims", {"frame", "y", "x"}},
                                      {"unit", "count"},
                                      {"errors", "e"},
                                      {"masks", {{"m", {{"path", "m"}}}}}},
                                     {}, options)
                              .at("data");
        const auto read = data.values<std::uint16_t>();
        CHECK(std::equal(read.begin(), read.end(), values.begin(), values.end()));
        const auto same_error = [](double variance, float error) { return variance == static_cast<double>(error) * error; };
        CHECK(std::equal(data.variances().begin(), data.variances().end(), errors.begin(), errors.end(), same_error));
        CHECK(masked(data, "m").size() == (all + 12) / 13);
        CHECK(masked(data, "m")[7] == 7 * 13);
    }
}

TEST_CASE("facts are read or given") {
    const Scan scan;
    const auto data = load(scan.with({{"facts",
                                       {{"energy", {{"path", "entry/energy"}}},
                                        {"title", {{"path", "entry/title"}}},
                                        {"wavelength", {{"value", 0.1}, {"unit", "nm"}}},
                                        {"scale", {{"value", "relative"}}},
                                        {"smoothed", {{"value", false}}}}}}));
    const auto& facts = data.description().facts;
    CHECK(to_text(facts.at("energy")) == "12.4 keV");
    CHECK(to_text(facts.at("title")) == "glass");
    CHECK(to_text(facts.at("wavelength")) == "0.1 nm");
    CHECK(std::get<std::string>(facts.at("scale")) == "relative");
    CHECK_FALSE(std::get<bool>(facts.at("smoothed")));
    check_fault(scan.with({{"facts", {{"wavelength", {{"value", 0.1}}}}}}),
                "fact 'wavelength': a number needs its \"unit\" (\"1\" for a plain number).");
    check_fault(scan.with({{"facts", {{"wavelength", {{"unit", "nm"}}}}}}),
                "fact 'wavelength': give either \"path\" (a dataset) or \"value\".");
}

TEST_CASE("coordinates may stand in another file, data behind external links") {
    const Scan scan;
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "main.h5").string();
    {
        const Writer writer(file);
        H5Lcreate_external(scan.file().c_str(), "/entry/data/counts", writer.file(), "linked", H5P_DEFAULT, H5P_DEFAULT);
    }
    const auto data = load({{"file", file},
                            {"path", "linked"},
                            {"dims", {"frame", "y", "x"}},
                            {"coordinates", {{"train", {{"path", "index/train"}, {"file", scan.file()}}}}}});
    CHECK(data.values<std::uint16_t>()[pixels - 1] == pixels - 1);
    CHECK(data.description().coordinate("train") != nullptr);
}

TEST_CASE("a virtual dataset is one array; a missing source is refused before anything is read") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "v.h5").string();
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    const std::array<hsize_t, 2> whole{2, 3}, part{1, 3};
    for (hsize_t i = 0; i < 2; ++i) {
        const std::string name = "s" + std::to_string(i) + ".h5";
        const int first = static_cast<int>(3 * i);
        (void)Writer((folder.path() / name).string()).write("d", {1, 3}, {first, first + 1, first + 2});
        const Handle target(H5Screate_simple(2, whole.data(), nullptr)), source(H5Screate_simple(2, part.data(), nullptr));
        const std::array<hsize_t, 2> start{i, 0};
        H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, start.data(), nullptr, part.data(), nullptr);
        H5Pset_virtual(creation.get(), target.get(), name.c_str(), "d", source.get());
    }
    (void)Writer(file).create("v", H5T_NATIVE_INT, {2, 3}, creation.get());
    const Json with{{"file", file}, {"path", "v"}, {"dims", {"a", "b"}}, {"unit", "1"}};
    const auto values = load(with).as_float64();
    CHECK(values == std::vector<double>{0, 1, 2, 3, 4, 5});
    fs::remove(folder.path() / "s1.h5");
    check_fault(with, file + ": dataset 'v': its source file 's1.h5' is missing.");
}

TEST_CASE("one number has no dims") {
    const Scan scan;
    const auto energy = load({{"file", scan.file()}, {"path", "entry/energy"}, {"dims", Json::array()}});
    CHECK(energy.scalar() == 12.4);
    CHECK(energy.unit().text() == "keV");
}

TEST_CASE("the unit is told, by the file or the recipe") {
    const Scan scan;
    const Json with = scan.with({{"path", "entry/data/no_unit"}, {"dims", {"i"}}});
    check_fault(
        with, scan.place("entry/data/no_unit") + ": has no attribute 'units'. Set unit to its unit (\"1\" for a plain number).");
    Json told = with;
    told["unit"] = "photon";
    CHECK(load(told).unit().text() == "photon");
    check_fault(scan.with({{"coordinates", {{"frame", {{"path", "entry/mask/frame"}}}}}}),
                scan.place("entry/mask/frame") + ": has no attribute 'units'. Set coordinates.frame.unit to its unit");
    check_fault(scan.with({{"coordinates", {{"frame", {{"path", "entry/mask/frame"}, {"unit", "sekonds"}}}}}}),
                "coordinates.frame.unit: the unit 'sekonds' is not known.");
}

TEST_CASE("sentences of what is wrong") {
    const Scan scan;
    check_fault(scan.with({{"file", "/nowhere/a.h5"}}), "/nowhere/a.h5: no such file. Check the name and the folder.");
    check_fault(scan.with({{"path", "/entry/data/count"}}), "there is no 'count'. Group '/entry/data' holds: ");
    check_fault(scan.with({{"path", "/entry/data/count"}}), "Did you mean 'counts'?");
    check_fault(scan.with({{"dims", {"y", "x"}}}),
                scan.place("/entry/data/counts") +
                    ": has 3 dimensions (6 x 4 x 5), but dims names 2. Give one name for each, slowest first.");
    check_fault(
        scan.with({{"path", "entry/data/sample"}, {"dims", {"frame"}}}),
        scan.place("entry/data/sample") + ": holds strings, numbers are needed. Strings may be read as a coordinate or a fact.");
    check_fault(scan.with({{"coordinates", {{"y", {{"path", "entry/data/no_unit"}}}}}}),
                "coordinate 'y': " + scan.place("entry/data/no_unit") +
                    ": its shape [2] does not fit the dims [y] of the array "
                    "[frame: 6, y: 4, x: 5], in that order.");
    check_fault(scan.with({{"masks", {{"m", {{"path", "entry/data/x"}, {"dims", {"x"}}}}}}}),
                "mask 'm': " + scan.place("entry/data/x") + ": its shape [6] does not fit the dims [x] of the array");
    check_fault(scan.with({{"masks", {{"m", {{"path", "entry/data/errors"}}}}}}),
                "mask 'm' (" + scan.place("entry/data/errors") + "): a mask of type float32, needed: bool or integers.");
    check_fault(
        scan.with({{"masks", {{"a", {{"path", "entry/mask/all"}}}, {"b", {{"path", "entry/mask/all"}}}}}}),
        "masks 'a' and 'b' both change with 'frame' and other dimensions; one such mask is possible. Unite them in one dataset.");
}

TEST_CASE("a truncated file is refused") {
    const Scan scan;
    fs::resize_file(scan.file(), fs::file_size(scan.file()) - 100);
    check_fault(scan.with(), scan.file() + ": cannot be opened");
    check_fault(scan.with(), "The file is truncated, damaged, not readable for you, or being written by another program.");
}

TEST_CASE("a detector file with bitshuffle, LZ4 and a bit mask") {
    const auto file = sluice::test::shared_data("azint/real/lambda_m2_part00000.nxs");
    if (!file) return;
    const auto data = load({{"file", file->string()},
                            {"path", "/entry/instrument/detector/data"},
                            {"dims", {"frame", "y", "x"}},
                            {"unit", "count"},
                            {"masks", {{"pixel_mask", {{"path", "/entry/instrument/detector/pixel_mask"}}}}},
                            {"facts", {{"energy", {{"path", "/entry/instrument/detector/collection/beam_energy"}}}}}});
    // Expected numbers: data/azint/README.md, made by another program.
    CHECK(to_text(data.dims()) == "[frame: 10, y: 516, x: 1554]");
    const auto values = data.values<std::int16_t>();
    CHECK(*std::min_element(values.begin(), values.end()) == -1);
    CHECK(*std::max_element(values.begin(), values.end()) == 4095);
    CHECK(masked(data, "pixel_mask").size() == 27470);
    CHECK(to_text(data.description().facts.at("energy")) == "12000 eV");
}
