// SPDX-License-Identifier: BSD-3-Clause
// Tests of the HDF5 reader: types, boxes, chunks decoded outside HDF5, links, virtual datasets.
#include "../kernel.hpp"

#include <doctest/doctest.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

#include "writer.hpp"

namespace fs = std::filesystem;
using namespace sluice::hdf5_source;
using sluice::test::TemporaryFolder;

namespace {

Box whole(const Dataset& dataset) {
    const auto& shape = dataset.description().shape;
    return {std::vector<std::int64_t>(shape.size(), 0), shape};
}

std::size_t elements_of(const Box& box) {
    std::size_t elements = 1;
    for (const std::int64_t count : box.count) elements *= static_cast<std::size_t>(count);
    return elements;
}

template <typename T>
std::vector<T> read(const Dataset& dataset, const Box& box) {
    std::vector<T> values(elements_of(box));
    dataset.read(box, std::as_writable_bytes(std::span(values)));
    return values;
}

template <typename T>
std::vector<T> read(const Dataset& dataset) {
    return read<T>(dataset, whole(dataset));
}

template <typename T>
std::vector<T> decode(const Dataset& dataset, RawBox raw) {
    std::vector<T> values(elements_of(raw.box));
    dataset.decode(std::move(raw), std::as_writable_bytes(std::span(values)));
    return values;
}

template <typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

std::string fault_of(const std::string& file, const std::string& path) {
    return message_of([&] { Dataset(file, path); });
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Detector-like counts: mostly small, some large, so that filters have something to do.
std::vector<std::uint32_t> counts(std::size_t size) {
    std::vector<std::uint32_t> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<std::uint32_t>(i * i % 97 == 0 ? 100000 + i : i % 7);
    return values;
}

}  // namespace

TEST_CASE("every number type comes back as written, little and big endian") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    struct Kind {
        const char* name;
        hid_t little, big;
    };
    const std::array<Kind, 10> kinds{{{"int8", H5T_STD_I8LE, H5T_STD_I8BE},
                                      {"int16", H5T_STD_I16LE, H5T_STD_I16BE},
                                      {"int32", H5T_STD_I32LE, H5T_STD_I32BE},
                                      {"int64", H5T_STD_I64LE, H5T_STD_I64BE},
                                      {"uint8", H5T_STD_U8LE, H5T_STD_U8BE},
                                      {"uint16", H5T_STD_U16LE, H5T_STD_U16BE},
                                      {"uint32", H5T_STD_U32LE, H5T_STD_U32BE},
                                      {"uint64", H5T_STD_U64LE, H5T_STD_U64BE},
                                      {"float32", H5T_IEEE_F32LE, H5T_IEEE_F32BE},
                                      {"float64", H5T_IEEE_F64LE, H5T_IEEE_F64BE}}};
    const std::array<double, 6> values{0, 1, 2, 100, 126, 127};  // fit every type
    for (const Kind& kind : kinds)
        for (const hid_t type : {kind.little, kind.big}) {
            CAPTURE(kind.name);
            Writer(file).write("d", type, H5T_NATIVE_DOUBLE, {2, 3}, values.data());
            const Dataset dataset(file, "d");
            CHECK(to_string(dataset.description().type) == kind.name);
            CHECK(dataset.description().shape == std::vector<std::int64_t>{2, 3});
            std::vector<std::byte> bytes(6 * static_cast<std::size_t>(size_in_bytes(dataset.description().type)));
            dataset.read(whole(dataset), bytes);
            std::array<double, 6> converted{};  // HDF5 converts what we gave out back to double
            bytes.resize(48);
            const Handle native(H5Tget_native_type(type, H5T_DIR_ASCEND));
            REQUIRE(H5Tconvert(native.get(), H5T_NATIVE_DOUBLE, 6, bytes.data(), nullptr, H5P_DEFAULT) >= 0);
            std::memcpy(converted.data(), bytes.data(), 48);
            CHECK(converted == values);
        }
}

TEST_CASE("booleans as h5py writes them, scalars, and types that cannot be read") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    {
        const Writer writer(file);
        const Handle boolean(H5Tenum_create(H5T_NATIVE_INT8));
        const std::array<std::int8_t, 2> codes{0, 1};
        H5Tenum_insert(boolean.get(), "FALSE", &codes[0]);
        H5Tenum_insert(boolean.get(), "TRUE", &codes[1]);
        const std::array<std::int8_t, 3> flags{1, 0, 1};
        writer.write("flags", boolean.get(), boolean.get(), {3}, flags.data());
        const double wavelength = 0.4066;
        const Handle scalar = writer.write("wavelength", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, {}, &wavelength);
        set_text_attribute(scalar.get(), "units", "angstrom");
        const Handle compound(H5Tcreate(H5T_COMPOUND, 8));
        H5Tinsert(compound.get(), "x", 0, H5T_NATIVE_DOUBLE);
        (void)writer.create("compound", compound.get(), {2});
        const Handle nothing(H5Screate(H5S_NULL));
        const Handle null(
            H5Dcreate2(writer.file(), "null", H5T_NATIVE_INT, nothing.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
    const Dataset flags(file, "flags");
    CHECK(flags.description().type == ElementType::boolean);
    CHECK(read<std::int8_t>(flags) == std::vector<std::int8_t>{1, 0, 1});
    const Dataset wavelength(file, "/wavelength");
    CHECK(wavelength.description().unit == "angstrom");
    CHECK(wavelength.description().shape.empty());
    CHECK(wavelength.number() == static_cast<double>(0.4066F));
    CHECK(read<float>(wavelength).front() == 0.4066F);
    CHECK_FALSE(flags.description().unit.has_value());
    CHECK(message_of([&] { (void)flags.number(); }) == file + ": dataset 'flags': is bool of shape [3], one number is needed.");
    CHECK(fault_of(file, "compound") == file +
                                            ": dataset 'compound': HDF5 type of class 6 with 64 bits. Needed: integers of 8 to "
                                            "64 bits, floats of 32 or 64, booleans as h5py writes them, or strings.");
    CHECK(fault_of(file, "null") == file + ": dataset 'null': has no values at all (HDF5 null dataspace).");
}

TEST_CASE("strings of fixed and variable length, as dataset and as attribute") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    {
        const Writer writer(file);
        const Handle variable(H5Tcopy(H5T_C_S1));
        H5Tset_size(variable.get(), H5T_VARIABLE);
        const std::array<const char*, 3> labels{"water", "", "glassy carbon"};
        const Handle dataset = writer.write("variable", variable.get(), variable.get(), {3}, labels.data());
        const Handle space(H5Screate(H5S_SCALAR));
        const Handle attribute(H5Acreate2(dataset.get(), "units", variable.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
        const char* unit = "1/nm";
        H5Awrite(attribute.get(), variable.get(), &unit);
        const Handle number(H5Acreate2(dataset.get(), "version", H5T_NATIVE_INT, space.get(), H5P_DEFAULT, H5P_DEFAULT));
        const Handle fixed(H5Tcopy(H5T_C_S1));
        H5Tset_size(fixed.get(), 4);
        writer.write("fixed", fixed.get(), fixed.get(), {2}, "ab\0\0abcd");
        H5Tset_strpad(fixed.get(), H5T_STR_SPACEPAD);
        writer.write("padded", fixed.get(), fixed.get(), {2}, "ab  abcd");
        writer.write("number", {1}, {7});
    }
    using Strings = std::vector<std::string>;
    const Dataset variable(file, "variable");
    CHECK(variable.strings() == Strings{"water", "", "glassy carbon"});
    CHECK(variable.description().unit == "1/nm");
    CHECK(Dataset(file, "fixed").strings() == Strings{"ab", "abcd"});
    CHECK(Dataset(file, "padded").strings() == Strings{"ab", "abcd"});
    CHECK(message_of([&] { (void)Dataset(file, "number").strings(); }) ==
          file + ": dataset 'number': is int32 of shape [1], a list of strings is needed.");
    CHECK(message_of([&] { (void)read<char>(variable); }) == file + ": dataset 'variable': holds strings, numbers are needed.");
    CHECK(message_of([&] { (void)variable.text_attribute("version"); }) ==
          file + ": dataset 'variable': attribute 'version' is not one text. Correct it in the file.");
}

TEST_CASE("boxes come packed, and must lie inside") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    std::vector<int> values(24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i);
    Writer(file).write("d", {2, 3, 4}, values);
    const Dataset dataset(file, "d");
    CHECK(read<int>(dataset, {{1, 1, 2}, {1, 2, 2}}) == std::vector<int>{18, 19, 22, 23});
    CHECK(read<int>(dataset, {{2, 0, 0}, {0, 3, 4}}).empty());
    CHECK_FALSE(dataset.fetch(whole(dataset)).has_value());  // not compressed
    const std::string here = file + ": dataset 'd': ";
    CHECK(message_of([&] {
              read<int>(dataset, {{1, 0, 0}, {2, 3, 4}});
          }) == here + "box at [1, 0, 0] of size [2, 3, 4] asked, but its shape is [2, 3, 4].");
    CHECK(message_of([&] {
              (void)dataset.fetch({{0, 0}, {1, 1}});
          }) == here + "box at [0, 0] of size [1, 1] asked, but its shape is [2, 3, 4].");
    CHECK(message_of([&] { dataset.read({{0, 0, 0}, {1, 1, 1}}, {}); }) == here + "output of 0 bytes, needed 4.");
}

TEST_CASE("chunks decoded outside HDF5 equal what HDF5 reads, for random boxes") {
    constexpr unsigned seed = 20240611;
    MESSAGE("seed ", seed);
    std::mt19937 random(seed);
    struct Compression {
        const char* name;
        std::vector<H5Z_filter_t> filters;
        std::vector<unsigned> parameters;  // of the last filter
    };
    const std::array<Compression, 7> compressions{{{"deflate", {H5Z_FILTER_DEFLATE}, {4}},
                                                   {"shuffle", {H5Z_FILTER_SHUFFLE}, {}},
                                                   {"shuffle + deflate", {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}, {4}},
                                                   {"bitshuffle-LZ4", {32008}, {0, 2}},
                                                   {"LZ4", {32004}, {}},
                                                   {"bzip2", {307}, {9}},
                                                   {"LZF", {32000}, {}}}};
    const Shape shape{9, 13, 37};
    const Shape chunk{2, 3, 8};  // divides no extent
    const std::vector<std::uint32_t> values = counts(9 * 13 * 37);
    for (const Compression& compression : compressions) {
        CAPTURE(compression.name);
        if (H5Zfilter_avail(compression.filters.back()) <= 0) {
            MESSAGE("skipped: no HDF5 plugin for ", compression.name);
            continue;
        }
        const TemporaryFolder folder;
        const std::string file = (folder.path() / "a.h5").string();
        {
            const Handle creation = chunked(chunk);
            for (const H5Z_filter_t filter : compression.filters) {
                const bool last = filter == compression.filters.back();
                H5Pset_filter(creation.get(), filter, H5Z_FLAG_MANDATORY, last ? compression.parameters.size() : 0,
                              compression.parameters.data());
            }
            Writer(file).write("d", H5T_NATIVE_UINT32, H5T_NATIVE_UINT32, shape, values.data(), creation.get());
        }
        const Dataset dataset(file, "d");
        CHECK(dataset.description().chunk == std::vector<std::int64_t>{2, 3, 8});
        auto raw = dataset.fetch(whole(dataset));
        REQUIRE(raw.has_value());
        CHECK(decode<std::uint32_t>(dataset, std::move(*raw)) == values);
        int decoded_outside = 0;
        for (int repeat = 0; repeat < 200; ++repeat) {
            Box box{{0, 0, 0}, {0, 0, 0}};
            for (std::size_t i = 0; i < 3; ++i) {
                const auto extent = static_cast<std::int64_t>(shape[i]);
                box.start[i] = std::uniform_int_distribution<std::int64_t>(0, extent - 1)(random);
                box.count[i] = std::uniform_int_distribution<std::int64_t>(1, extent - box.start[i])(random);
            }
            auto part = dataset.fetch(box);
            if (!part) continue;
            ++decoded_outside;
            CHECK(decode<std::uint32_t>(dataset, std::move(*part)) == read<std::uint32_t>(dataset, box));
        }
        CHECK(decoded_outside > 20);
    }
}

TEST_CASE_TEMPLATE("shuffled elements of every size are put together", T, std::uint8_t, std::uint16_t, std::uint64_t) {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    std::vector<T> values(50);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i * 0x0102030405060708);
    const hid_t type = sizeof(T) == 1 ? H5T_NATIVE_UINT8 : sizeof(T) == 2 ? H5T_NATIVE_UINT16 : H5T_NATIVE_UINT64;
    {
        const Handle creation = chunked({7});
        H5Pset_shuffle(creation.get());
        H5Pset_deflate(creation.get(), 1);
        Writer(file).write("d", type, type, {50}, values.data(), creation.get());
    }
    const Dataset dataset(file, "d");
    auto raw = dataset.fetch(whole(dataset));
    REQUIRE(raw.has_value());
    CHECK(decode<T>(dataset, std::move(*raw)) == values);
}

TEST_CASE("fetch leaves to read() what is not simple") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    const std::vector<std::uint32_t> values = counts(64);
    {
        const Writer writer(file);
        const Handle deflate = chunked({4, 8});
        H5Pset_deflate(deflate.get(), 4);
        writer.write("simple", H5T_NATIVE_UINT32, H5T_NATIVE_UINT32, {8, 8}, values.data(), deflate.get());
        writer.write("big", H5T_STD_U32BE, H5T_NATIVE_UINT32, {8, 8}, values.data(), deflate.get());
        (void)writer.create("unwritten", H5T_NATIVE_UINT32, {8, 8}, deflate.get());
        const Handle checked = chunked({4, 8});
        H5Pset_fletcher32(checked.get());
        writer.write("checksum", H5T_NATIVE_UINT32, H5T_NATIVE_UINT32, {8, 8}, values.data(), checked.get());
    }
    const Dataset simple(file, "simple");
    CHECK(simple.fetch({{4, 0}, {2, 8}}).has_value());        // half a chunk
    CHECK_FALSE(simple.fetch({{4, 0}, {1, 8}}).has_value());  // a quarter: too much for nothing
    CHECK_FALSE(simple.fetch({{4, 0}, {0, 8}}).has_value());
    for (const char* name : {"big", "checksum"}) {
        CAPTURE(name);
        const Dataset dataset(file, name);
        CHECK_FALSE(dataset.fetch(whole(dataset)).has_value());
        CHECK(read<std::uint32_t>(dataset) == values);
    }
    const Dataset unwritten(file, "unwritten");
    CHECK_FALSE(unwritten.fetch(whole(unwritten)).has_value());
    CHECK(read<std::uint32_t>(unwritten) == std::vector<std::uint32_t>(64, 0));
}

TEST_CASE("a filter skipped for one chunk, and damaged chunks") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    const std::vector<std::uint32_t> values = counts(8);
    {
        const Handle creation = chunked({8});
        H5Pset_deflate(creation.get(), 4);
        const Handle dataset = Writer(file).create("d", H5T_NATIVE_UINT32, {24}, creation.get());
        const hsize_t stored = 0, damaged = 8, short_chunk = 16;
        H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 1, &stored, 32, values.data());
        H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, &damaged, 32, values.data());
        H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 1, &short_chunk, 20, values.data());
    }
    const Dataset dataset(file, "d");
    CHECK(decode<std::uint32_t>(dataset, *dataset.fetch({{0}, {8}})) == values);
    CHECK(message_of([&] {
              decode<std::uint32_t>(dataset, *dataset.fetch({{8}, {8}}));
          }) == file + ": dataset 'd': chunk at [8]: HDF5 filter 1 cannot decode it. The file is damaged.");
    CHECK(message_of([&] {
              decode<std::uint32_t>(dataset, *dataset.fetch({{16}, {8}}));
          }) == file + ": dataset 'd': chunk at [16]: decoded to 20 bytes, needed 32. The file is damaged.");
    CHECK(contains(message_of([&] {
                       read<std::uint32_t>(dataset, {{8}, {8}});
                   }),
                   "dataset 'd': box at [8] of size [8] cannot be read (HDF5: "));
}

TEST_CASE("many threads decode while one reads") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    constexpr std::size_t frame = 64 * 64;
    constexpr std::int64_t frames = 40;
    const std::vector<std::uint32_t> values = counts(frame * frames);
    for (const H5Z_filter_t filter : {H5Z_FILTER_DEFLATE, 32004, 32008, 307, 32000}) {
        if (H5Zfilter_avail(filter) <= 0) continue;
        CAPTURE(filter);
        {
            const Handle creation = chunked({1, 64, 64});
            const std::array<unsigned, 2> bitshuffle_lz4{0, 2};
            const unsigned level = 4;
            H5Pset_filter(creation.get(), filter, H5Z_FLAG_MANDATORY, filter == 32008 ? 2 : (filter < 1000 ? 1 : 0),
                          filter == 32008 ? bitshuffle_lz4.data() : &level);
            Writer(file).write("d", H5T_NATIVE_UINT32, H5T_NATIVE_UINT32, {frames, 64, 64}, values.data(), creation.get());
        }
        const Dataset dataset(file, "d");
        std::vector<std::uint32_t> decoded(values.size());
        std::vector<std::thread> workers;
        for (std::int64_t first = 0; first < frames; first += 10) {
            auto raw = dataset.fetch({{first, 0, 0}, {10, 64, 64}});
            REQUIRE(raw.has_value());
            const auto target =
                std::as_writable_bytes(std::span(decoded).subspan(static_cast<std::size_t>(first) * frame, 10 * frame));
            workers.emplace_back(
                [&dataset, target, held = std::move(*raw)]() mutable { dataset.decode(std::move(held), target); });
        }
        CHECK(read<std::uint32_t>(dataset) == values);
        for (std::thread& worker : workers) worker.join();
        CHECK(decoded == values);
    }
}

TEST_CASE("a filter that is not installed is named with its package") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    const auto copy = [](unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) -> std::size_t {
        return bytes;
    };
    for (const H5Z_filter_t id : {32013, 32015, 300}) {
        const std::string name = "d" + std::to_string(id);
        const H5Z_class2_t made_up{H5Z_CLASS_T_VERS, id, 1, 1, "test", nullptr, nullptr, copy};
        REQUIRE(H5Zregister(&made_up) >= 0);
        {
            const Handle creation = chunked({8});
            H5Pset_filter(creation.get(), id, H5Z_FLAG_MANDATORY, 0, nullptr);
            const std::vector<std::uint32_t> values = counts(8);
            Writer(file).write(name, H5T_NATIVE_UINT32, H5T_NATIVE_UINT32, {8}, values.data(), creation.get());
        }
        {
            const Shape size{8};
            const Handle space(H5Screate_simple(1, size.data(), nullptr));
            const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
            H5Pset_virtual(creation.get(), space.get(), file.c_str(), name.c_str(), space.get());
            (void)Writer((folder.path() / "virtual.h5").string()).create("v", H5T_NATIVE_UINT32, size, creation.get());
        }
        H5Zunregister(id);
        if (H5Zfilter_avail(id) > 0) {
            MESSAGE("skipped: the HDF5 plugin for filter ", id, " is installed");
            continue;
        }
        const std::string advice = id == 32013   ? "32013 (zfp), which is not found. Install the Debian package "
                                                   "hdf5-filter-plugin-zfp-serial."
                                   : id == 32015 ? "32015 (zstd), which is not found. Debian has no package for it: install "
                                                   "the HDF5 plugin from its makers."
                                                 : "300, which is not found. Install the HDF5 plugin for it.";
        const std::string expected = file + ": dataset '" + name + "': compressed with HDF5 filter " + advice;
        CHECK(fault_of(file, name).starts_with(expected));
        CHECK(fault_of((folder.path() / "virtual.h5").string(), "v").starts_with(expected));
        ::setenv("HDF5_PLUGIN_PATH", "/nowhere", 1);
        CHECK(fault_of(file, name)
                  .ends_with(" HDF5_PLUGIN_PATH is set to '/nowhere', so HDF5 looks "
                             "only there: unset or extend it."));
        ::unsetenv("HDF5_PLUGIN_PATH");
    }
}

TEST_CASE("soft and external links are followed, and every file on the way is listed") {
    const TemporaryFolder folder;
    fs::create_directory((folder.path() / "sub").string());
    const std::string main = (folder.path() / "main.h5").string();
    {
        const Writer writer(main);
        writer.write("entry/own", {2}, {1, 2});
        H5Lcreate_soft("/entry/own", writer.file(), "soft", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_soft("/entry/gone", writer.file(), "broken", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_external("sub/b.h5", "/link", writer.file(), "chain", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_external("none.h5", "/d", writer.file(), "no_file", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_external("sub/b.h5", "/nothing", writer.file(), "no_object", H5P_DEFAULT, H5P_DEFAULT);
        const Writer middle((folder.path() / "sub/b.h5").string());
        H5Lcreate_external("c.h5", "/d", middle.file(), "link", H5P_DEFAULT, H5P_DEFAULT);
        Writer((folder.path() / "sub/c.h5").string()).write("d", {2}, {3, 4});
    }
    using Files = std::vector<std::string>;
    const Dataset soft(main, "soft");
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_FILE) == 1);  // nothing else stays open
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_DATASET) == 1);
    CHECK(read<int>(soft) == std::vector<int>{1, 2});
    CHECK(soft.description().files == Files{main});
    const Dataset chain(main, "chain");
    CHECK(read<int>(chain) == std::vector<int>{3, 4});
    CHECK(chain.description().files == Files{main, (folder.path() / "sub/b.h5").string(), (folder.path() / "sub/c.h5").string()});
    CHECK(fault_of(main, "broken") ==
          main + ": dataset 'broken': 'broken' is a soft link to '/entry/gone', which does not exist.");
    CHECK(fault_of(main, "no_file") == main +
                                           ": dataset 'no_file': 'no_file' is an external link to '/d' in file 'none.h5', and "
                                           "there is no such file beside '" +
                                           main + "'.");
    CHECK(fault_of(main, "no_object") == main +
                                             ": dataset 'no_object': 'no_object' is an external link to '/nothing' in file "
                                             "'sub/b.h5', which cannot be opened there.");
}

TEST_CASE("virtual datasets list their sources and refuse missing or short ones") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "v.h5").string();
    const auto write_source = [&](int number, hsize_t frames) {
        Writer((folder.path() / ("s" + std::to_string(number) + ".h5")).string())
            .write("d", {frames, 2}, std::vector<int>(frames * 2, number));
    };
    {
        const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
        const Shape all{6, 2}, source{3, 2};
        const Handle source_space(H5Screate_simple(2, source.data(), nullptr));
        const Handle target(H5Screate_simple(2, all.data(), nullptr));
        for (hsize_t i = 0; i < 2; ++i) {
            const Shape start{3 * i, 0};
            H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, start.data(), nullptr, source.data(), nullptr);
            const std::string name = "s" + std::to_string(i) + ".h5";
            H5Pset_virtual(creation.get(), target.get(), name.c_str(), "d", source_space.get());
        }
        (void)Writer(file).create("v", H5T_NATIVE_INT, all, creation.get());
    }
    write_source(0, 3);
    write_source(1, 3);
    {
        const Dataset dataset(file, "v");
        CHECK(read<int>(dataset, {{2, 0}, {2, 2}}) == std::vector<int>{0, 0, 1, 1});
        CHECK(dataset.description().files ==
              std::vector<std::string>{file, (folder.path() / "s0.h5").string(), (folder.path() / "s1.h5").string()});
        CHECK_FALSE(dataset.fetch(whole(dataset)).has_value());
    }
    write_source(1, 2);
    CHECK(fault_of(file, "v") == file + ": dataset 'v': maps 6 elements in all of " + (folder.path() / "s1.h5").string() +
                                     ": dataset 'd', which has 4. The source is incomplete, and HDF5 would give fill values "
                                     "for the rest.");
    fs::remove((folder.path() / "s1.h5").string());
    CHECK(fault_of(file, "v") == file +
                                     ": dataset 'v': its source file 's1.h5' is missing. Put it where the virtual "
                                     "dataset expects it, for HDF5 would give fill values instead of data.");
    (void)Writer((folder.path() / "s1.h5").string()).write("other", {1}, {0});
    CHECK(fault_of(file, "v") == (folder.path() / "s1.h5").string() + ": dataset 'd': there is no 'd'. Group '/' holds: other.");
}

TEST_CASE("a virtual dataset of a part of a source refuses a source without that part") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "v.h5").string();
    {
        const Writer writer(file);
        writer.write("d", {3}, {1, 2, 3});
        const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
        const Shape size{2}, source{4}, start{2};
        const Handle target(H5Screate_simple(1, size.data(), nullptr));
        const Handle selection(H5Screate_simple(1, source.data(), nullptr));
        H5Sselect_hyperslab(selection.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
        H5Pset_virtual(creation.get(), target.get(), ".", "d", selection.get());
        (void)writer.create("v", H5T_NATIVE_INT, size, creation.get());
    }
    CHECK(fault_of(file, "v") == file + ": dataset 'v': maps 4 elements along dimension 0 of " + file +
                                     ": dataset 'd', which has 3. The source is incomplete, and HDF5 would give fill values "
                                     "for the rest.");
}

TEST_CASE("a virtual dataset over numbered files lists those that exist") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "v.h5").string();
    {
        const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
        const Shape now{2}, most{H5S_UNLIMITED}, zero{0}, stride{2}, block{2};
        const Handle target(H5Screate_simple(1, now.data(), most.data()));
        H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, zero.data(), stride.data(), most.data(), block.data());
        const Handle source(H5Screate_simple(1, block.data(), nullptr));
        H5Pset_virtual(creation.get(), target.get(), "s%b.h5", "d", source.get());
        const Writer writer(file);
        const Handle dataset(
            H5Dcreate2(writer.file(), "v", H5T_NATIVE_INT, target.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
        REQUIRE(dataset);
    }
    for (int n = 0; n < 3; ++n) Writer((folder.path() / ("s" + std::to_string(n) + ".h5")).string()).write("d", {2}, {n, n});
    const Dataset dataset(file, "v");
    CHECK(read<int>(dataset) == std::vector<int>{0, 0, 1, 1, 2, 2});
    CHECK(dataset.description().files.size() == 4);
}

TEST_CASE("wrong names get near ones, or all there are") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    {
        const Writer writer(file);
        writer.write("entry/data/data", {1}, {1});
        writer.write("entry/data/mask", {1}, {1});
    }
    CHECK(fault_of(file, "/entry/data/dta") ==
          file +
              ": dataset '/entry/data/dta': there is no 'dta'. Group '/entry/data' holds: data, "
              "mask. Did you mean 'data'?");
    CHECK(fault_of(file, "/scan_0001/data") ==
          file + ": dataset '/scan_0001/data': there is no 'scan_0001'. Group '/' holds: entry.");
    CHECK(fault_of(file, "/entry/data/mask/x") ==
          file + ": dataset '/entry/data/mask/x': '/entry/data/mask' is a dataset, not a group.");
    CHECK(fault_of(file, "/entry/data") ==
          file + ": dataset '/entry/data': is a group, a dataset is needed. It holds: data, mask.");
}

TEST_CASE("faulty files give one clear sentence, and HDF5 prints nothing") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.h5").string();
    CHECK(fault_of(file, "d") == file + ": no such file. Check the name and the folder.");
    std::ofstream(file) << "q,I\n1,2\n";
    CHECK(fault_of(file, "d") == file + ": not an HDF5 file.");
    Writer(file).write("d", {1000}, std::vector<int>(1000));
    fs::resize_file(file, fs::file_size(file) - 500);
    const std::string fault = fault_of(file, "d");
    CHECK(fault.starts_with(file + ": cannot be opened (HDF5: truncated file: eof = "));
    CHECK(
        fault.ends_with("The file is truncated, damaged, not readable for you, or being written by "
                        "another program."));
}

TEST_CASE("a bit-field mask becomes booleans, without the ignored bits") {
    const std::array<std::uint32_t, 5> field{0, 1, 2, 3, 1U << 31};
    const auto bytes = std::as_bytes(std::span(field));
    std::array<std::uint8_t, 5> masked{};
    mask_from_bits(ElementType::uint32, bytes, {}, Marks::bad, masked);
    CHECK(masked == std::array<std::uint8_t, 5>{0, 1, 1, 1, 1});
    const std::array<std::int64_t, 2> ignored{0, 31};
    mask_from_bits(ElementType::uint32, bytes, ignored, Marks::bad, masked);
    CHECK(masked == std::array<std::uint8_t, 5>{0, 0, 1, 1, 0});
    const std::array<std::int64_t, 1> too_high{32};
    CHECK(message_of([&] { mask_from_bits(ElementType::uint32, bytes, too_high, Marks::bad, masked); }) ==
          "ignored mask bit 32, must be 0 to 31 for uint32.");
    CHECK(message_of([&] { mask_from_bits(ElementType::float32, bytes, {}, Marks::bad, masked); }) ==
          "a mask of type float32, needed: bool or integers.");
    CHECK(message_of([&] { mask_from_bits(ElementType::uint16, bytes, {}, Marks::bad, masked); }) ==
          "a mask of 20 bytes for 5 elements of 2.");
}

TEST_CASE("a mask that marks good elements: zero is bad, and so are values of ignored bits alone") {
    const std::array<std::uint16_t, 5> field{0, 1, 2, 3, 1U << 15};
    const auto bytes = std::as_bytes(std::span(field));
    std::array<std::uint8_t, 5> masked{};
    mask_from_bits(ElementType::int16, bytes, {}, Marks::good, masked);  // -32768 is not zero
    CHECK(masked == std::array<std::uint8_t, 5>{1, 0, 0, 0, 0});
    const std::array<std::int64_t, 2> ignored{0, 15};
    mask_from_bits(ElementType::uint16, bytes, ignored, Marks::good, masked);
    CHECK(masked == std::array<std::uint8_t, 5>{1, 1, 0, 0, 1});
    const std::array<std::uint8_t, 2> flags{1, 0};
    mask_from_bits(ElementType::boolean, std::as_bytes(std::span(flags)), {}, Marks::good, std::span(masked).first(2));
    CHECK(masked == std::array<std::uint8_t, 5>{0, 1, 0, 0, 1});
}

TEST_CASE("a real detector file") {
    const auto found = sluice::test::shared_data("azint/real/lambda_m2_part00000.nxs");
    if (!found) return;
    const std::string file = found->string();
    // Expected numbers: data/azint/README.md, made by another program.
    const Dataset frames(file, "/entry/instrument/detector/data");
    CHECK(frames.description().shape == std::vector<std::int64_t>{10, 516, 1554});
    CHECK(frames.description().type == ElementType::int16);
    auto raw = frames.fetch(whole(frames));
    REQUIRE(raw.has_value());
    const auto decoded = decode<std::int16_t>(frames, std::move(*raw));
    CHECK(decoded == read<std::int16_t>(frames));
    CHECK(*std::min_element(decoded.begin(), decoded.end()) == -1);
    CHECK(*std::max_element(decoded.begin(), decoded.end()) == 4095);

    const Dataset mask(file, "/entry/instrument/detector/pixel_mask");
    const auto field = read<std::uint32_t>(mask);
    std::vector<std::uint8_t> masked(field.size());
    mask_from_bits(ElementType::uint32, std::as_bytes(std::span(field)), {}, Marks::bad, masked);
    CHECK(std::count(masked.begin(), masked.end(), 1) == 27470);
    const Dataset energy(file, "/entry/instrument/detector/collection/beam_energy");
    CHECK(energy.number() == 12000);
    CHECK(energy.description().unit == "eV");
}
