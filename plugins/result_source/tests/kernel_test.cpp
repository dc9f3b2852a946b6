// SPDX-License-Identifier: BSD-3-Clause
// Files that are no results, or damaged ones, and boxes of masks: files written here by HDF5 calls, not by nexus_result.
#include <doctest/doctest.h>

#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/io/hdf5_tree.hpp>

#include "kernel.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice::result_source;
using sluice::io::write_attribute;
using sluice::test::quoted;
using sluice::test::TemporaryFolder;
using Texts = std::vector<std::string>;

/// One array `net` of (a: 2, b: 3), and a mask that depends on b alone but is kept for every value.
void write_result(const std::filesystem::path& file, std::int64_t version = 1) {
    const Handle out(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    write_attribute(out, "sluice_result", version);
    const auto entry = sluice::io::make_group(out, "entry", "NXentry");
    write_attribute(entry, "default_array", std::string("net.intensity"));
    const auto group = sluice::io::make_group(entry, "net", "NXdata");
    write_attribute(group, "signal", std::string("net"));
    const hsize_t shape[] = {2, 3};
    const Handle space(H5Screate_simple(2, shape, nullptr));
    const Handle values(H5Dcreate2(group, "net", H5T_STD_I16BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    const std::int16_t numbers[] = {1, 2, 3, 4, 5, -6};
    H5Dwrite(values, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers);
    for (const auto& [name, text] : {std::pair{"label", "net"}, {"array", "net.intensity"}, {"units", "1/cm"}})
        write_attribute(values, name, std::string(text));
    write_attribute(values, "dims", Texts{"a", "b"});
    write_attribute(values, "masks", Texts{"mask"});
    const Handle mask(H5Dcreate2(group, "mask", H5T_NATIVE_INT8, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    const std::int8_t masked[] = {0, 1, 0, 0, 1, 0};
    H5Dwrite(mask, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, masked);
    write_attribute(mask, "name", std::string("bad"));
    write_attribute(mask, "varies_over", Texts{"b"});
}

/// Opens for change, hands over an object, closes.
template <class F>
void change(const std::filesystem::path& file, const char* path, const F& f) {
    const Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const Handle object(H5Oopen(handle, path, H5P_DEFAULT));
    f(object.get());
}

std::string refusal(const std::filesystem::path& file, const std::string& array = "") {
    try {
        const StoredArray opened(file.string(), array);
    } catch (const std::invalid_argument& error) {
        return std::string("recipe: ") + error.what();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an array is found by its label, by step and port, and by default; boxes of it are read") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    for (const char* name : {"", "net", "net.intensity"}) {
        const StoredArray array(file.string(), name);
        CHECK(array.description().label == "net");
        CHECK(array.description().type == ElementType::int16);  // whatever the order of its bytes
        CHECK(array.description().unit == "1/cm");
        CHECK_FALSE(array.description().variances);
        std::vector<std::int16_t> part(4);
        const std::vector<std::int64_t> start{0, 1}, count{2, 2};
        array.read_values({start, count}, part.data());
        CHECK(part == std::vector<std::int16_t>{2, 3, 5, -6});
    }
}

TEST_CASE("a mask has the dimensions it depends on, whether it is read at once or in boxes") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    const StoredArray known(file.string(), "");
    REQUIRE(known.description().masks.size() == 1);
    const auto& mask = known.description().masks[0];
    CHECK(mask.name == "bad");
    REQUIRE(mask.dims.size() == 1);
    CHECK(mask.dims[0].name == "b");
    CHECK(mask.values == std::vector<std::uint8_t>{0, 1, 0});

    const StoredArray streamed(file.string(), "", 0);
    CHECK(streamed.description().masks[0].streamed);
    CHECK(streamed.description().masks[0].values.empty());
    std::vector<std::uint8_t> part(2);
    const std::vector<std::int64_t> start{1, 1}, count{1, 2};
    streamed.read_mask({start, count}, part.data());
    CHECK(part == std::vector<std::uint8_t>{1, 0});
}

TEST_CASE("an array that is not there is the recipe's fault; what there is is listed") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    CHECK(refusal(file, "net.intensities") == "recipe: " + quoted(file) + " keeps no array 'net.intensities'; it keeps: net");
}

TEST_CASE("files that are no results are refused with what they are") {
    const TemporaryFolder folder;
    const auto foreign = folder.path() / "foreign.h5", newer = folder.path() / "newer.h5", old = folder.path() / "old.h5";
    const auto missing = folder.path() / "missing.h5", text = folder.write("text.h5", "q I\n1 2\n");
    { const Handle out(H5Fcreate(foreign.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)); }
    write_result(newer, 2);
    {
        const Handle out(H5Fcreate(old.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
        const auto entry = sluice::io::make_group(out, "entry", "NXentry");
        sluice::io::write_group(entry, {"process", "NXprocess", {}, {{"provenance", "NXnote", {}, {}}}});
    }
    CHECK(refusal(missing) == quoted(missing) + " cannot be read: No such file or directory");
    CHECK(has(refusal(folder.path()), "cannot be read: "));
    CHECK(has(refusal(text), "is no HDF5 file; a result that 'sluice run' has written is needed"));
    CHECK(has(refusal(folder.write("empty.h5", "")), "is empty"));
    CHECK(has(refusal(foreign), "was not written by sluice: it has no attribute 'sluice_result'"));
    CHECK(
        has(refusal(old), "was written by a sluice whose results cannot be read back. Make it anew: sluice replay FILE -o NEW"));
    CHECK(has(refusal(newer), "has the result format 2, this sluice reads up to 1"));
}

TEST_CASE("what an unfinished run has left is named so, also where it is a whole file") {
    const TemporaryFolder folder;
    const auto file = folder.path() / ".a.h5.host-123.partial";
    write_result(file);
    CHECK(has(refusal(file), "is no result: a run leaves such a file when it is killed"));
}

TEST_CASE("a file cut anywhere is refused with file and reason") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    const auto whole = sluice::test::read_whole(file);
    for (std::size_t size = 1; size < whole.size(); size += whole.size() / 13) {
        const auto cut = folder.write("cut.h5", whole.substr(0, size));
        CAPTURE(size);
        CHECK(refusal(cut).starts_with(quoted(cut)));
    }
    const auto cut = folder.write("cut.h5", whole.substr(0, whole.size() / 2));
    CHECK(has(refusal(cut), "cannot be opened: truncated file"));
}

TEST_CASE("what another program took away or changed is told") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    change(file, "/entry/net/net", [](hid_t signal) { H5Adelete(signal, "units"); });
    CHECK(has(refusal(file), "is damaged, or was changed by another program: a dataset lacks its attribute 'units'"));
    write_result(file);
    change(file, "/entry/net", [](hid_t group) { H5Ldelete(group, "mask", H5P_DEFAULT); });
    CHECK(has(refusal(file), "is damaged, or was changed by another program: cannot open dataset 'mask'"));
    write_result(file);
    change(file, "/entry/net/net", [](hid_t signal) {
        H5Adelete(signal, "dims");
        write_attribute(signal, "dims", Texts{"a"});
    });
    CHECK(has(refusal(file), "a dataset has other dimensions than its attribute 'dims' names"));
    CHECK(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0);
}
