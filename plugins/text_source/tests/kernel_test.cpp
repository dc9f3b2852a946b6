// SPDX-License-Identifier: BSD-3-Clause
// Tests of the column text reader: where tables start, titles, units, series and faulty files.
#include "../kernel.hpp"
#include "../header_keys.hpp"

#include <doctest/doctest.h>

#include <clocale>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

#include <sluice/io/file_series.hpp>
#include <support/shared_data.hpp>

namespace fs = std::filesystem;
using namespace sluice::text_source;
using Values = std::vector<double>;

namespace {

Table parse(std::string_view text, const Format& format = {}) { return parse_table(text, "a.dat", format); }

template <typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

std::string fault_of(std::string_view text, const Format& format = {}) {
    return message_of([&] { (void)parse(text, format); });
}

std::vector<std::string> titles(const Table& table) {
    std::vector<std::string> list;
    for (const Column& column : table.columns) list.push_back(column.name + " | " + column.unit);
    return list;
}

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("separators are found, or taken as told") {
    for (const char* text :
         {"1 2\n3 4\n", "1,2\n3,4\n", "1, 2\n 3 ,4", "1;2\n3;4\n", "1\t2\n3\t4\n", "  1   2 \r\n\r\n 3\t4\t\t\r\n",
          "\xEF\xBB\xBF"
          "1 2\n3 4"}) {
        CAPTURE(text);
        const Table table = parse(text);
        REQUIRE(table.columns.size() == 2);
        CHECK(table.columns[0].values == Values{1, 3});
        CHECK(table.columns[1].values == Values{2, 4});
    }
    CHECK(parse("1\n2\n3").columns.front().values == Values{1, 2, 3});
    CHECK(parse("1;2\n", {.separator = separator_from_name("semicolon")}).columns.size() == 2);
    CHECK(parse("1\t2\n", {.separator = separator_from_name("tab")}).columns.size() == 2);
    CHECK(fault_of("1;2\n", {.separator = separator_from_name("comma")}).starts_with("a.dat: no table found"));
    CHECK(message_of([] { (void)separator_from_name("pipe"); }) ==
          "separator 'pipe' is unknown. Use auto, whitespace, comma, semicolon or tab.");
}

TEST_CASE("decimal commas are read when said, and hinted at when not") {
    const Format german{.decimal = ','};
    for (const char* text : {"1,5 2,25\n3 4e-1", "1,5;2,25\n3;4e-1", "1,5\t2,25\n3\t4e-1"}) {
        CAPTURE(text);
        const Table table = parse(text, german);
        CHECK(table.columns.at(0).values == Values{1.5, 3});
        CHECK(table.columns.at(1).values == Values{2.25, 0.4});
    }
    CHECK(fault_of("1,5;2,5\n") ==
          "a.dat: no table found, that is 3 successive lines of numbers, or fewer at the end of the "
          "file. Check separator and decimal (\",\" if numbers look like 1,5), or give first_line "
          "and last_line of the table.");
    CHECK(fault_of("1.5 2\n", german).starts_with("a.dat: no table found"));
    CHECK(fault_of("1", {.decimal = 'x'}) == "decimal is 'x', must be '.' or ','.");
    CHECK(fault_of("1", {.separator = Separator::comma, .decimal = ','}) == "comma cannot be both separator and decimal mark.");
}

TEST_CASE("numbers are read to the last bit, with nan and infinities, whatever the locale") {
    const char* text = "0.1,-1e-300,+3,.5,5.,NaN,-inf,Infinity\n";
    // Literals of the compiler are the oracle.
    const Values expected{0.1, -1e-300, 3, .5, 5.};
    const auto check = [&] {
        const Table table = parse(text);
        for (std::size_t i = 0; i < expected.size(); ++i) CHECK(table.columns.at(i).values.front() == expected[i]);
        CHECK(std::isnan(table.columns.at(5).values.front()));
        CHECK(table.columns.at(6).values.front() == -std::numeric_limits<double>::infinity());
        CHECK(table.columns.at(7).values.front() == std::numeric_limits<double>::infinity());
    };
    check();
    if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) MESSAGE("skipped: locale de_DE.UTF-8 is not installed");
    check();
    std::setlocale(LC_ALL, "C");
    for (const char* bad : {"1e999", "0x10", "1.2.3", "--1", "1-2", "e5"}) {
        CAPTURE(bad);
        CHECK(fault_of("1\n2\n3\n" + std::string(bad)).starts_with("a.dat:4:1: '" + std::string(bad)));
    }
}

TEST_CASE("titles and units come from the line above the table") {
    CHECK(titles(parse("# q_1/angstrom,I_1/cm,sigma_I_1/cm\n1,2,3\n")) == Titles{"q | 1/angstrom", "I | 1/cm", "sigma_I | 1/cm"});
    CHECK(titles(parse("# q_1/angstrom,I_cm^{-1},sigma_I ; as loaded by a program\n1,2,3\n")) ==
          Titles{"q | 1/angstrom", "I | cm^-1", "sigma_I | "});
    CHECK(titles(parse("q(1/nm) I sigma\n1 2 3\n")) == Titles{"q | 1/nm", "I | ", "sigma | "});
    CHECK(titles(parse("#Q [1/A]   I [1 / cm]\n1 2\n")) == Titles{"Q | 1/angstrom", "I | 1 / cm"});
    CHECK(titles(parse("\"q (nm⁻¹)\";\"T (K)\"\n1;2\n")) == Titles{"q | nm^-1", "T | K"});
    CHECK(titles(parse("# an experiment\n# T_K\tE\n1\t2\n")) == Titles{"T_K | ", "E | "});
}

TEST_CASE("titles of .gr and SPEC files: the mark #L, units as TeX writes them") {
    const auto reduced = Titles{"r | angstrom", "G | angstrom^-2"};
    CHECK(titles(parse("#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)\n1 2\n")) == reduced);
    CHECK(titles(parse("#L r(Å)  G(Å$^{-2}$)\n1 2\n")) == reduced);
    CHECK(titles(parse("#L Q($\\AA^{-1}$)  S  dS\n1 2 3\n")) == Titles{"Q | angstrom^-1", "S | ", "dS | "});
    CHECK(titles(parse("#L (mm) I\n1 2\n")) == Titles{"L | mm", "I | "});  // a column of that name
    CHECK(titles(parse("# L r G\n1 2\n")) == Titles{" | ", " | "});
    CHECK(titles(parse("# q_A^-1\t I\n1 2\n")) == Titles{"q | 1/angstrom", "I | "});
}

TEST_CASE("keys of the header") {
    const Table table = parse(
        "[PDF]\n# Wavelength: 1.908e-11\nqmax = 24\nqmin=\nqmin = \nnumber_density = 0.05 1/Å^3\ncomposition = Ni = 1\ntwice = "
        "1\n"
        "twice = 2\nplain line\n1 2\n2 3\n3 4\n");
    const Format format;
    CHECK(header_text(table, "composition", format) == "Ni = 1");
    CHECK(header_number(table, "qmax", format).value == 24);
    CHECK(header_number(table, "qmax", format).unit == "");
    CHECK(header_number(table, "Wavelength", format).value == 1.908e-11);
    CHECK(header_number(table, "number_density", format).unit == "1/angstrom^3");
    const auto fault = [&](const char* key) { return message_of([&] { (void)header_number(table, key, format); }); };
    CHECK(fault("Qmax") ==
          "a.dat: the header has no 'Qmax'; it has Wavelength, qmax, qmin, qmin, number_density, composition, twice, twice.");
    CHECK(fault("qmin") == "a.dat: 'qmin' in the header has no value.");
    CHECK(fault("composition") ==
          "a.dat: 'composition' in the header is 'Ni = 1', needed is a number. Leave out its unit in the recipe to take it as a "
          "text.");
    CHECK(fault("twice") == "a.dat: the header has 'twice' twice, as '1' and as '2'. Correct the file, or cut it by first_line.");
    CHECK(message_of([&] { (void)header_text(parse("1 2\n3 4\n"), "qmax", format); }) ==
          "a.dat: the header has no 'qmax', nor any line 'name = value'.");
}

TEST_CASE("keys of a series, and a file that was cut off") {
    const Format format;
    const std::vector<Table> tables{parse_table("qmax = 24\n1 2\n2 3\n3 4\n", "a.gr"),
                                    parse_table("qmax = 25\n1 2\n2 3\n3 4\n", "b.gr")};
    CHECK(message_of([&] { (void)common_header_number(tables, "qmax", format); }) ==
          "b.gr: 'qmax' in the header is '25', but in the first file (a.gr) it is '24'. Files of one series must agree in it: "
          "read them "
          "apart, or make it a coordinate of the files (series_coordinates with key).");
    const Table same[] = {tables[0], parse_table("qmax = 24.0\n1 2\n2 3\n3 4\n", "b.gr")};
    CHECK(common_header_number(same, "qmax", format).value == 24);  // as numbers they agree
    const auto end = [&](const char* rmax) {
        return message_of([&] { check_end(parse_table(std::string(rmax) + "\n1 2\n2 3\n3 4\n", "a.gr"), 0, "rmax", format); });
    };
    CHECK(end("rmax = 3") == "no error");
    CHECK(end("rmax = 4.2") == "no error");  // off the grid
    CHECK(end("rmax = 100") ==
          "a.gr: the last row is at 3.000000, but the header says rmax = 100. The file was cut off: get it again, or leave out "
          "end_key.");
}

TEST_CASE("a line that is no title line leaves names and units empty") {
    for (const char* line : {"# two words, and more", "3 (F12.5,2E16.6)", "# 2026-01-31 12:00", "#"}) {
        CAPTURE(line);
        CHECK(titles(parse(std::string(line) + "\n1 2 3\n")) == Titles{" | ", " | ", " | "});
    }
    CHECK(titles(parse("1 2\n3 4\n")) == Titles{" | ", " | "});
}

TEST_CASE("units are respelled for UDUNITS") {
    CHECK(respelled_unit("1/Å") == "1/angstrom");
    CHECK(respelled_unit("Å⁻¹") == "angstrom^-1");
    CHECK(respelled_unit("A^-1") == "1/angstrom");
    CHECK(respelled_unit("A^{-1}") == "1/angstrom");
    CHECK(respelled_unit("A-1") == "1/angstrom");
    CHECK(respelled_unit("$\\AA^{-1}$") == "angstrom^-1");
    CHECK(respelled_unit("A") == "A");
    CHECK(respelled_unit("m²/g") == "m^2/g");
    CHECK(respelled_unit(" nm^-1 ") == "nm^-1");
}

TEST_CASE("comments may begin with something else, and their last line may hold the titles") {
    const Table table = parse("%% q (1/nm)  I (1/cm)\n1 2\n% beam lost\n3 4\n", {.comment = "%"});
    CHECK(titles(table) == Titles{"q | 1/nm", "I | 1/cm"});
    CHECK(table.columns[1].values == Values{2, 4});
}

TEST_CASE("lines of numbers may stand in the header, and are kept there") {
    const Table table = parse("title\n 140 0 0 0 1 140\n 0 0\n 3 (F12.5)\n1 2 3\n4 5 6\n7 8 9\n");
    CHECK(table.columns.at(2).values == Values{3, 6, 9});
    CHECK(table.header == std::vector<std::string>{"title", " 140 0 0 0 1 140", " 0 0", " 3 (F12.5)"});
    CHECK(parse("8 0 0\n 0 0\ntext\n1 2\n3 4\n5 6\n").columns.at(0).values == Values{1, 3, 5});
    const Table commented = parse("# a\n1 2\n# between\n3 4\n");
    CHECK(commented.columns.at(0).values == Values{1, 3});
    CHECK(commented.header == std::vector<std::string>{"# a"});
}

TEST_CASE("first_line and last_line cut a table out of a file") {
    const Table table = parse("0 0 0\n1 2\n3 4\n<end>\n", {.first_line = 2, .last_line = 3});
    CHECK(table.columns.at(1).values == Values{2, 4});
    CHECK(fault_of("1 2\n", {.first_line = 5}) ==
          "a.dat: no lines to read. The file is empty, or first_line and last_line leave nothing.");
}

TEST_CASE("faulty tables say where and what") {
    CHECK(fault_of("") == "a.dat: no lines to read. The file is empty, or first_line and last_line leave nothing.");
    CHECK(fault_of("# only a comment\n").starts_with("a.dat: no table found"));
    CHECK(fault_of("q,I\n1,2\n3,4\n5,6\n7,8x\n") ==
          "a.dat:5:3: '8x' is not a number. If the table ends above, set last_line; if numbers are "
          "written 1,5, set decimal to \",\".");
    CHECK(fault_of("1 2\n3 4\n5 6\n7\n") ==
          "a.dat:4:1: row of 1 numbers, but the table has 2 columns since line 1. Repair the row, or "
          "set first_line and last_line.");
    CHECK(fault_of("1,2\n3,4\n5,6\n7,\n").starts_with("a.dat:4:3: '' is not a number."));
    // A bad second row must not turn the first one into header.
    CHECK(fault_of("1 2\nbad 3\n4 5\n6 7\n8 9\n") ==
          "a.dat:1:1: this row of 2 numbers is cut off from the table, which starts at line 3. "
          "Repair the lines between, or set first_line.");
    CHECK(message_of([] { (void)read_table("/nowhere/a.dat"); }) ==
          "/nowhere/a.dat: cannot be read (No such file or directory). Check the name and the "
          "permissions.");
}

TEST_CASE("columns are found by number or name") {
    const Table table = parse("q I\n1 2\n");
    CHECK(find_column(table, 1).values == Values{2});
    CHECK(find_column(table, "q").values == Values{1});
    CHECK(message_of([&] { (void)find_column(table, "Q"); }) == "a.dat: no column 'Q'. There are 0 'q', 1 'I'.");
    const Table twice = parse("# q I I\n1 2 3\n");
    CHECK(find_column(twice, 2).values == Values{3});
    CHECK(message_of([&] { (void)find_column(twice, "I"); }) ==
          "a.dat: several columns are called 'I': 0 'q', 1 'I', 2 'I'. Give the number of the one that you mean.");
    CHECK(message_of([&] { (void)find_column(parse("1 2\n"), 2); }) == "a.dat: no column 2. There are 0, 1.");
}

TEST_CASE("a series is stacked file by file") {
    const std::vector<Table> tables{parse_table("q(1/nm) I\n1 2\n3 nan\n", "a.dat"),
                                    parse_table("q(1/nm) I\n1 4\n3 nan\n", "b.dat")};
    const StackedColumn q = stack_column(tables, "q");
    CHECK(q.unit == "1/nm");
    CHECK(q.values == Values{1, 3, 1, 3});
    CHECK(q.same_in_every_file);
    const StackedColumn intensity = stack_column(tables, 1);
    CHECK(intensity.values.at(2) == 4);
    CHECK_FALSE(intensity.same_in_every_file);
}

TEST_CASE("a series names the first file that does not fit") {
    const Table a = parse_table("q(1/nm) I\n1 2\n3 4\n", "a.dat");
    const std::vector<Table> shorter{a, parse_table("q(1/nm) I\n1 2\n", "b.dat")};
    CHECK(message_of([&] { (void)stack_column(shorter, "q"); }) ==
          "b.dat: 1 rows, but the first file (a.dat) has 2. Files of a series need the same number "
          "of rows.");
    const std::vector<Table> other_unit{a, parse_table("q(1/A) I\n1 2\n3 4\n", "b.dat")};
    CHECK(message_of([&] { (void)stack_column(other_unit, "q"); }) ==
          "b.dat: column 'q' has unit '1/angstrom', but the first file (a.dat) has '1/nm'. Files of "
          "a series need the same units.");
    CHECK(message_of([] { (void)stack_column({}, 0); }) == "the list of tables is empty.");
}

TEST_CASE("real files of several programs") {
    const auto found = sluice::test::shared_data("sas/real/ISIS_98929.TXT");
    if (!found) return;
    const std::string data = found->parent_path().parent_path().string();
    // The .csv twins were written by SasView's loader (its own q unit conversion for the .pdh file).
    const auto compare = [&](const std::string& file, double q_factor, const Format& format = {}) {
        CAPTURE(file);
        const Table own = read_table(data + "/real/" + file, format);
        const Table twin = read_table(data + "/real/" + file.substr(0, file.rfind('.')) + ".csv");
        REQUIRE(own.columns.size() >= 3);
        REQUIRE(own.columns[0].values.size() == twin.columns[0].values.size());
        for (std::size_t column = 0; column < 3; ++column)
            for (std::size_t row = 0; row < twin.columns[column].values.size(); ++row) {
                const double value = own.columns[column].values[row] * (column == 0 ? q_factor : 1.0);
                // The twins are rounded to at least six digits.
                CHECK(value == doctest::Approx(twin.columns[column].values[row]).epsilon(1e-5));
            }
    };
    compare("ISIS_98929.TXT", 1.0);
    compare("apoferritin.txt", 1.0);
    compare("100nmSpheresNodQ.txt", 1.0);
    compare("Anton-Paar.pdh", 0.1, {.first_line = 6, .last_line = 678});

    for (const char* group : {"/real", "/invariant"})
        for (const auto& entry : fs::directory_iterator(data + group)) {
            if (entry.path().extension() != ".csv") continue;
            const Table table = read_table(entry.path().string());
            CAPTURE(table.file);
            CHECK(table.columns.size() >= 3);
            CHECK(table.columns[0].name == "q");
            CHECK(table.columns[0].unit == "1/angstrom");
            CHECK(std::string(group == std::string("/real") ? "sigma_I" : "1/cm") ==
                  (group == std::string("/real") ? table.columns[2].name : table.columns[2].unit));
            CHECK(table.columns[0].values.size() >= 60);
        }
    const auto series = sluice::io::expand(data + "/mixture/T*_x0.7.csv");
    CHECK(sluice::io::numbers_from_names(series, "^T([0-9]+)_") == Values{200, 230});
}
