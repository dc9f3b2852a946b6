// SPDX-License-Identifier: BSD-3-Clause
// Reading results back: provenance with its checksum, small arrays, and the bit by bit comparison of two files.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <hdf5.h>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>
#include <sluice/host/result.hpp>

#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using sluice::test::TemporaryFolder;
using sluice::test::quoted;

/// Writes by plain HDF5 calls what a result holds: independent of the sink that writes them in earnest.
class Writer {
public:
    explicit Writer(const std::filesystem::path& file)
        : file_(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)), links_(H5Pcreate(H5P_LINK_CREATE)) {
        H5Pset_create_intermediate_group(links_, 1);
    }
    ~Writer() {
        H5Pclose(links_);
        H5Fclose(file_);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void text(const std::string& path, const std::string& value) { write(path, text_type(value), {}, value.data()); }
    void numbers(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<double>& values) {
        write(path, H5Tcopy(H5T_NATIVE_DOUBLE), shape, values.data());
    }
    void bytes(const std::string& path, const std::vector<signed char>& values) {
        write(path, H5Tcopy(H5T_NATIVE_SCHAR), {values.size()}, values.data());
    }
    void attribute(const std::string& path, const char* name, const std::string& value) {
        const hid_t object = H5Oopen(file_, path.c_str(), H5P_DEFAULT), type = text_type(value), space = H5Screate(H5S_SCALAR);
        const hid_t id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        H5Awrite(id, type, value.data());
        H5Aclose(id);
        H5Sclose(space);
        H5Tclose(type);
        H5Oclose(object);
    }

private:
    static hid_t text_type(const std::string& value) {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, value.size() + 1);
        return type;
    }
    void write(const std::string& path, hid_t type, const std::vector<hsize_t>& shape, const void* values) {
        const hid_t space = shape.empty() ? H5Screate(H5S_SCALAR)
                                          : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
        const hid_t dataset = H5Dcreate2(file_, path.c_str(), type, space, links_, H5P_DEFAULT, H5P_DEFAULT);
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        H5Dclose(dataset);
        H5Sclose(space);
        H5Tclose(type);
    }
    hid_t file_, links_;
};

const std::string recipe = R"({"sluice": 1})";

void write_result(const std::filesystem::path& file, const std::string& checksum = sha256(recipe),
                  const std::string& unit = "1/cm") {
    Writer out(file);
    out.text("/entry/process/provenance/data", R"({"program": "sluice", "recipe": {"id": "a.b"}, "steps": []})");
    out.text("/entry/process/recipe/data", recipe);
    out.text("/entry/process/recipe/checksum", checksum);
    out.numbers("/entry/net_net/net", {2, 3}, {1, 2, 3, 4, 5, std::nan("")});
    out.numbers("/entry/net_net/net_errors", {2, 3}, {.1, .2, .3, .4, .5, .6});
    out.numbers("/entry/net_net/q", {3}, {1, 2, 3});
    out.bytes("/entry/net_net/mask", {0, 1, 0});
    out.attribute("/entry/net_net", "NX_class", "NXdata");
    out.attribute("/entry/net_net", "signal", "net");
    out.attribute("/entry/net_net/net", "long_name", "net (1/cm)");
    out.attribute("/entry/net_net/net", "units", unit);
}

/// Two results that differ in what `change` does to the second before it is complete.
std::vector<Difference> differences(const std::function<void(const std::filesystem::path&)>& change) {
    const TemporaryFolder folder;
    write_result(folder.path() / "kept.h5");
    write_result(folder.path() / "again.h5");
    change(folder.path() / "again.h5");
    return compare_results(folder.path() / "kept.h5", folder.path() / "again.h5");
}

/// Opens for change, hands over the file, closes.
void reopen(const std::filesystem::path& file, const std::function<void(hid_t)>& f) {
    const hid_t id = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    f(id);
    H5Fclose(id);
}

void overwrite(hid_t file, const char* path, const std::vector<double>& values) {
    const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(dataset);
}

std::string refusal(const std::function<void()>& f) {
    try {
        f();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("provenance is read with the recipe that was run") {
    const TemporaryFolder folder;
    write_result(folder.path() / "a.h5");
    const Json provenance = read_provenance(folder.path() / "a.h5");
    CHECK(provenance["program"] == "sluice");
    CHECK(provenance["recipe"]["id"] == "a.b");
    CHECK(provenance["recipe"]["effective_text"] == recipe);
}

TEST_CASE("a recipe that was changed in the file is refused") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file, sha256("other"));
    CHECK(refusal([&] { read_provenance(file); }) ==
          quoted(file) + " keeps a recipe that was changed after the run: its SHA-256 is " + sha256(recipe) +
              ", the checksum beside it " + sha256("other"));
}

TEST_CASE("files that are no results are refused with what they are") {
    const TemporaryFolder folder;
    const auto text = folder.write("text.h5", "no HDF5"), empty = folder.write("empty.h5", ""), foreign = folder.path() / "foreign.h5";
    const auto missing = folder.path() / "missing.h5";
    Writer(foreign).numbers("/data", {1}, {1});
    CHECK(refusal([&] { read_provenance(text); }) ==
          quoted(text) + " is no HDF5 file; give a result that 'sluice run' has written");
    CHECK(refusal([&] { read_provenance(empty); }) == quoted(empty) + " cannot be read: it is empty");
    CHECK(refusal([&] { read_provenance(missing); }) == quoted(missing) + " cannot be read: No such file or directory");
    CHECK(refusal([&] { read_provenance(foreign); }) ==
          quoted(foreign) + " was not written by sluice: it has no text /entry/process/provenance/data");
}

TEST_CASE("a result cut anywhere is refused") {
    const TemporaryFolder folder;
    write_result(folder.path() / "whole.h5");
    const std::string whole = sluice::test::read_whole(folder.path() / "whole.h5");
    for (std::size_t size = 1; size < whole.size(); size += whole.size() / 7) {
        const auto file = folder.write("cut.h5", whole.substr(0, size));
        CAPTURE(size);
        CHECK(refusal([&] { read_provenance(file); }) != "");
    }
}

TEST_CASE("small kept arrays are read by their label") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "a.h5";
    write_result(file);
    const auto kept = read_kept_values(file, "net", 6);
    REQUIRE(kept);
    CHECK(kept->values[4] == 5);
    CHECK(std::isnan(kept->values[5]));
    CHECK(kept->sigmas == std::vector<double>{.1, .2, .3, .4, .5, .6});
    CHECK_FALSE(read_kept_values(file, "net", 5));
    CHECK_FALSE(read_kept_values(file, "ne", 6));
}

TEST_CASE("equal results have no difference; NaN equals NaN") {
    CHECK(differences([](const auto&) {}).empty());
    CHECK(differences([](const auto& file) {  // a NaN of other bits
              reopen(file, [](hid_t id) { overwrite(id, "/entry/net_net/net", {1, 2, 3, 4, 5, -std::nan("7")}); });
          }).empty());
}

TEST_CASE("a difference is told with its extent and place") {
    // The largest of |a-b|/max(|a|,|b|) is (8-5)/8 = 0.375; that of 2 and its successor is far smaller.
    const double above = std::nextafter(2.0, 3.0);
    const auto found = differences([&](const auto& file) {
        reopen(file, [&](hid_t id) { overwrite(id, "/entry/net_net/net", {1, above, 3, 4, 8, std::nan("")}); });
    });
    REQUIRE(found.size() == 1);
    CHECK(found[0].array == "/entry/net_net/net");
    CHECK(found[0].message == "2 of 6 values differ, largest relative difference 0.38 at [1, 1]");
}

TEST_CASE("one bit, a sign of zero and a value in place of NaN are differences") {
    const auto message = [](const std::vector<double>& values) {
        const auto found = differences([&](const auto& file) {
            reopen(file, [&](hid_t id) { overwrite(id, "/entry/net_net/net", values); });
        });
        REQUIRE(found.size() == 1);
        return found[0].message;
    };
    // 2^-51 / (2 + 2^-51) = 2.2e-16
    CHECK(message({1, std::nextafter(2.0, 3.0), 3, 4, 5, std::nan("")}) ==
          "1 of 6 values differs, largest relative difference 2.2e-16 at [0, 1]");
    CHECK(message({1, 2, 3, 4, 5, 6}) == "1 of 6 values differs, largest relative difference inf at [1, 2]");
}

TEST_CASE("uncertainties, coordinates and masks are compared too") {
    const auto found = differences([](const auto& file) {
        reopen(file, [](hid_t id) {
            overwrite(id, "/entry/net_net/net_errors", {.1, .2, .3, .4, .5, .7});
            overwrite(id, "/entry/net_net/q", {1, 2, 4});
            const signed char mask[] = {0, 0, 0};
            const hid_t dataset = H5Dopen2(id, "/entry/net_net/mask", H5P_DEFAULT);
            H5Dwrite(dataset, H5T_NATIVE_SCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, mask);
            H5Dclose(dataset);
        });
    });
    REQUIRE(found.size() == 3);
    CHECK(found[0].array == "/entry/net_net/mask");
    CHECK(found[0].message == "1 of 3 values differs, largest relative difference 1 at [1]");
    CHECK(found[1].array == "/entry/net_net/net_errors");
    CHECK(found[2].message == "1 of 3 values differs, largest relative difference 0.25 at [2]");
}

TEST_CASE("another unit is a difference") {
    const auto found = differences([](const auto& file) { write_result(file, sha256(recipe), "1/nm"); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].array + " " + found[0].message == "/entry/net_net/net unit is '1/nm', was '1/cm'");
}

TEST_CASE("what is missing, new or of another shape is told") {
    const TemporaryFolder folder;
    const auto kept = folder.path() / "kept.h5", again = folder.path() / "again.h5";
    const auto write = [](const std::filesystem::path& file, const std::string& name, hsize_t size) {
        Writer out(file);
        out.numbers("/entry/a/" + name, {1}, {1});
        out.numbers("/entry/a/z", {size}, std::vector<double>(size, 1));
        out.attribute("/entry/a", "NX_class", "NXdata");
    };
    write(kept, "old", 2);
    write(again, "renewed", 3);
    const auto found = compare_results(kept, again);
    REQUIRE(found.size() == 3);
    CHECK(found[0].array + " " + found[0].message == "/entry/a/old is missing in the new result");
    CHECK(found[1].array + " " + found[1].message == "/entry/a/renewed is only in the new result");
    CHECK(found[2].array + " " + found[2].message == "/entry/a/z shape is [3], was [2]");
}

TEST_CASE("large arrays are compared in pieces") {
    // 5 MiB values of 8 bytes: three pieces of 16 MiB; the difference is in the last row.
    const TemporaryFolder folder;
    const auto kept = folder.path() / "kept.h5", again = folder.path() / "again.h5";
    const hsize_t rows = 5 * 1024;
    std::vector<double> values(rows * 1024, 1.0);
    const auto write = [&](const std::filesystem::path& file) {
        Writer out(file);
        out.numbers("/entry/a/a", {rows, 1024}, values);
        out.attribute("/entry/a", "NX_class", "NXdata");
    };
    write(kept);
    values[(rows - 1) * 1024 + 7] = 2;
    write(again);
    const auto found = compare_results(kept, again);
    REQUIRE(found.size() == 1);
    CHECK(found[0].message == "1 of 5242880 values differs, largest relative difference 0.5 at [5119, 7]");
}
