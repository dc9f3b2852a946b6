// SPDX-License-Identifier: BSD-3-Clause
// Tests of lists of input files: patterns, natural order, numbers in names.
#include <sluice/io/file_series.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <stdexcept>

#include <support/temporary_folder.hpp>

using namespace sluice::io;
using sluice::test::TemporaryFolder;
using Values = std::vector<double>;
using Names = std::vector<std::string>;

namespace {

template <typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("numbers are taken from file names, without the folder") {
    const std::vector<std::string> files{"/T9/x_T200.5.csv", "/T9/x_T-30.csv"};
    CHECK(numbers_from_names(files, "T(-?[0-9.]+)\\.csv") == Values{200.5, -30});
    CHECK(message_of([&] { (void)numbers_from_names(files, "U([0-9]+)"); }) ==
          "/T9/x_T200.5.csv: the file name does not match 'U([0-9]+)'.");
    CHECK(message_of([&] { (void)numbers_from_names(files, "(T[0-9]+)"); }) ==
          "/T9/x_T200.5.csv: the captured text 'T200' is not a number. Change the expression so that "
          "its first group captures a number only.");
    CHECK(message_of([&] { (void)numbers_from_names(files, "T[0-9]+"); }) ==
          "regular expression 'T[0-9]+' has no capture group. Put the part that is the number in "
          "parentheses, as in 'T([0-9.]+)_'.");
    CHECK(message_of([&] { (void)numbers_from_names(files, "T("); }).starts_with("regular expression 'T(': "));
}

TEST_CASE("patterns expand in natural order") {
    CHECK(natural_less("f9", "f10"));
    CHECK(natural_less("f09", "f9"));
    CHECK(natural_less("f", "f0"));
    CHECK(natural_less("a2b10", "a2b11"));
    CHECK_FALSE(natural_less("f10", "f9"));
    CHECK_FALSE(natural_less("f1", "f1"));
    CHECK(expand("plain.csv") == Names{"plain.csv"});
    CHECK(message_of([] { (void)expand("/nowhere/*.csv"); }) ==
          "no file matches '/nowhere/*.csv'. Check the folder and the pattern.");
}

TEST_CASE("a pattern finds the files in natural order") {
    const TemporaryFolder folder;
    for (const char* name : {"f10.tif", "f9.tif", "f100.tif", "f01.tif"}) std::ofstream((folder.path() / name).string()) << "x";
    CHECK(expand((folder.path() / "f*.tif").string()) ==
          Names{(folder.path() / "f01.tif").string(), (folder.path() / "f9.tif").string(), (folder.path() / "f10.tif").string(),
                (folder.path() / "f100.tif").string()});
}

TEST_CASE("a name is one file; a pattern and a list are a series, however short") {
    const TemporaryFolder folder;
    for (const char* name : {"a1.tif", "b1.tif", "b2.tif", "c[1].tif"}) std::ofstream((folder.path() / name).string()) << "x";
    CHECK_FALSE(find_series("no_such_file.tif", {}).is_series);
    CHECK_FALSE(find_series((folder.path() / "c[1].tif").string(), {}).is_series);  // the name of a file that is there
    const auto pattern = find_series((folder.path() / "a*.tif").string(), {});
    CHECK(pattern.is_series);
    CHECK(pattern.files == Names{(folder.path() / "a1.tif").string()});
    const auto list = find_series(std::nullopt, {(folder.path() / "b*.tif").string(), (folder.path() / "a1.tif").string()});
    CHECK(list.is_series);
    CHECK(list.files ==
          Names{(folder.path() / "b1.tif").string(), (folder.path() / "b2.tif").string(), (folder.path() / "a1.tif").string()});
}

TEST_CASE("file and files exclude each other") {
    CHECK(message_of([] { (void)find_series("a.tif", {"b.tif"}); }) ==
          "both 'file' and 'files' are given. Give 'file' (a name, or a pattern such as \"run1_*.tif\") or 'files' (a list).");
    CHECK(message_of([] { (void)find_series(std::nullopt, {}); }).starts_with("neither 'file' nor 'files' is given."));
}
