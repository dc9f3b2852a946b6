// SPDX-License-Identifier: BSD-3-Clause
// Tests of the readers of instrument exports: encodings, rows of units, dialects, and the sentences about faulty files.
#include "../exports.hpp"
#include "../encoding.hpp"
#include "../header_keys.hpp"
#include "../units.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <support/temporary_folder.hpp>

namespace {

using namespace sluice::text_source;
using Values = std::vector<double>;
using Titles = std::vector<std::string>;

template <typename Action>
std::string sentence_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

Titles titles_of(const Table& table) {
    Titles list;
    for (const Column& column : table.columns) list.push_back(column.name + " | " + column.unit);
    return list;
}

Titles titles_of(std::string_view text, const Format& format = {}) { return titles_of(parse_table(text, "a.csv", format)); }

const std::string trios =
    "Filename\ta.tri\nInstrument name\tDMA\nSample name\tglass\nSample mass\t0.012 g\n\n"
    "[step]\nStep name\tRamp 1\nNumber of points\t3\nVariables\tTemperature\tTime\tFrequency\tStorage modulus\tTan(delta)\tDate\n"
    "\t\u00B0C\ts\tHz\tMPa\t\t\n"
    "Data point\t-10.5\t0\t1\t35000\t0.01\t1 Jan\nData point\t-9.5\t20\t1\t34990\t\t2 Jan\nData "
    "point\t-8.5\t40\t1\t34980\t0.02\t3 Jan\n\n"
    "[step]\nStep name\tRamp 2\nNumber of points\t1\nVariables\tTemperature\tTime\tFrequency\tStorage modulus\tTan(delta)\tDate\n"
    "\t\u00B0C\ts\tHz\tMPa\t\t\nData point\t-10\t0\t8\t36000\t0.03\t4 Jan\n"
    "[step]\nStep name\tEnd\nNumber of points\t0\nVariables\tTemperature\n\t\u00B0C\n";

const std::string proteus =
    "#EXPORTTYPE:DATA ALL\n#DECIMAL:POINT\n#SEPARATOR:SEMICOLON\n#INSTRUMENT:DSC 1\n#SAMPLE:glass 7\n#SAMPLE MASS "
    "/mg:10,5\n#EXO:1\n"
    "#RANGE:57\u00B0C/40,0(K/min)/287\u00B0C\n\n##Temp./\u00B0C;Time/min;DSC/(mW/mg);dL/"
    "Lo\n57.0;0.0;-0.1;1\n57.5;0.0125;-0.2;2\n";

const std::string universal =
    "CLOSED\nInstrument\t2920 MDSC      V2.6A\nSample\tEicosane\nSize\t9.00000\tmg\nExotherm\tUp\nNsig\t3\nSig1\tTime (min)\n"
    "Sig2\tTemperature (\xB0"
    "C)\nSig3\tHeat Flow (mW)\nOrgFile\tH:\\1\xB0"
    "Cmin 2.001\nStartOfData\n-1.000000\t69.1\t0.0\n0.5\t-21.25\t-10.5\n1.0\t-20.75\t-10.25\n-1.0\t-20.7\t0.0\n";

std::string quantity(const std::optional<HeaderNumber>& number) {
    std::ostringstream text;
    if (number) text << number->value << ' ' << number->unit;
    return text.str();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
    return text;
}

}  // namespace

TEST_CASE("bytes become UTF-8: byte order marks, UTF-16, Windows-1252") {
    CHECK(to_utf8("T (\u00B0C)") == "T (\u00B0C)");
    CHECK(to_utf8("\xEF\xBB\xBFT") == "T");
    CHECK(to_utf8("T (\xB0"
                  "C)") == "T (\u00B0C)");
    CHECK(to_utf8("T (\xF8"
                  "C), 1\xF8"
                  "F, S\xF8"
                  "Cxy") == "T (\u00B0C), 1\u00B0F, S\u00F8Cxy");  // F8: DOS
    CHECK(to_utf8("\x80 \xB5m") == "\u20AC \u00B5m");              // the euro sign is 80 in Windows-1252
    CHECK(to_utf8(std::string("\xFF\xFE\xB0\0C\0\n\0", 8)) == "\u00B0C\n");
    CHECK(to_utf8(std::string("\xFE\xFF\0\xB0\0C", 6)) == "\u00B0C");
    CHECK(to_utf8(std::string("\xFF\xFE\x3D\xD8\x21\xDF", 6)) == "\U0001F721");  // a pair: alchemical symbol of copper
    CHECK(to_utf8("\xE2\x88") == "\u00E2\u02C6");                                // cut off inside a character: no UTF-8
    CHECK(to_utf8("") == "");
}

TEST_CASE("a row of units under the titles") {
    CHECK(titles_of("f,E_stor,E_loss,T,Set\nHz, MPa, MPa, C, -\n0.1,8097.175545,93.07449045,-49.9612,0\n1,2,3,4,5\n") ==
          Titles{"f | Hz", "E_stor | MPa", "E_loss | MPa", "T | degC", "Set | 1"});
    CHECK(titles_of("Temp\tHeat flow\n(\u00B0C)\t[W/g]\n1\t2\n3\t4\n", {.separator = Separator::tab}) ==
          Titles{"Temp | degC", "Heat flow | W/g"});
    CHECK(titles_of("Temp\tHeat flow\n\u00B0C\tmW/mg\n1\t2\n3\t4\n") == Titles{"Temp | degC", "Heat flow | mW/mg"});
    CHECK(titles_of("\"Temperature (\u00B0C)\",\"Modulus (MPa)\"\n1,2\n3,4\n") == Titles{"Temperature | degC", "Modulus | MPa"});
    CHECK(titles_of("T (C),charge (C)\n1,2\n3,4\n") == Titles{"T | degC", "charge | C"});
    // Titles that are no units, and letters that may be titles.
    CHECK(titles_of("a sample\nT E\n1 2\n3 4\n") == Titles{"T | ", "E | "});
    CHECK(titles_of("two words\nV K\n1 2\n3 4\n") == Titles{"V | ", "K | "});
    CHECK(titles_of("T (C),E (MPa)\nK,Pa\n1,2\n3,4\n") == Titles{"K | ", "Pa | "});
}

TEST_CASE("what counts as a unit") {
    for (const char* unit :
         {"Hz", "MPa", "rad/s", "J/(g K)", "W/g", "uV/mW", "\u00B5m", "1/nm", "-", "(\u00B0C)", "%", "mW", "s^-1"}) {
        CAPTURE(unit);
        CHECK(looks_like_unit(unit));
    }
    for (const char* text : {"", "tan", "Temperature", "Lo", "E", "q", "Time/min"}) {
        CAPTURE(text);
        CHECK_FALSE(looks_like_unit(text));
    }
}

TEST_CASE("lines end with LF, CR LF or CR") {
    const std::string text = "T (K),E (MPa)\n1,2\n3,4\n";
    for (const std::string end : {"\r\n", "\r"}) {
        std::string other;
        for (const char c : text) other += c == '\n' ? end : std::string(1, c);
        CHECK(titles_of(other) == titles_of(text));
        CHECK(parse_table(other, "a.csv").columns[1].values == Values{2, 4});
    }
    CHECK(sentence_of([] { (void)parse_table("T,E\r1,2\r3,4\r5,6\r7,x\r", "a.csv"); }).find("a.csv:5:3: 'x'") == 0);
}

TEST_CASE("commas that may be decimal marks and separators are refused") {
    const auto fault = sentence_of([] { (void)parse_table("T,E\n25,0,1,5\n26,0,1,6\n27,0,1,7\n", "a.csv"); });
    CHECK(fault ==
          "a.csv:2:1: as many titles as half the numbers: the commas look like decimal ones and like separators, which cannot be "
          "told apart. Export with semicolons or tabs and set decimal to \",\", or set separator to comma if it is right.");
    CHECK(titles_of("T,E\n25,0,1,5\n26,0,1,6\n27,0,1,7\n", {.separator = Separator::comma}).size() == 4);
    CHECK(titles_of("a,b,c,d\n25,0,1,5\n26,0,1,6\n27,0,1,7\n").size() == 4);
    CHECK(sentence_of([] {
              (void)parse_table("T;E\n25,0;1,5\n26,0;1,6\n27,0;1,7\n", "a.csv");
          }).find("decimal (\",\" if numbers look like 1,5)") != std::string::npos);
}

TEST_CASE("TRIOS: blocks, units, facts") {
    const Export found = parse_trios(trios, "a.txt", {});
    REQUIRE(found.blocks.size() == 3);
    CHECK(found.blocks[0].name == "Ramp 1");
    CHECK(found.blocks[0].line == 6);
    CHECK(titles_of(found.blocks[0].table) ==
          Titles{"Temperature | degC", "Time | s", "Frequency | Hz", "Storage modulus | MPa", "Tan(delta) | 1", "Date | 1"});
    CHECK(find_column(found.blocks[0].table, "Storage modulus").values == Values{35000, 34990, 34980});
    CHECK(std::isnan(find_column(found.blocks[0].table, "Tan(delta)").values[1]));  // an empty field
    CHECK(std::isnan(find_column(found.blocks[0].table, "Date").values[0]));        // a column of texts
    CHECK(found.blocks[1].table.columns[0].values == Values{-10});
    CHECK(found.blocks[2].table.columns[0].values.empty());
    CHECK(found.facts.instrument == "DMA");
    CHECK(found.facts.sample == "glass");
    CHECK(quantity(found.facts.mass) == "0.012 g");
    CHECK_FALSE(found.facts.heating_rate_k_per_min);
    CHECK(header_text(found.blocks[1].table, "Sample name", {}) == "glass");
}

TEST_CASE("TRIOS: faulty files") {
    const auto fault = [](const std::string& text, const Format& format = {}) {
        return sentence_of([&] { (void)parse_trios(text, "a.txt", format); });
    };
    CHECK(fault("T E\n1 2\n") ==
          "a.txt: no line [step], with which each table of a TRIOS text export (LIMS) begins. Export it so, or set dialect to "
          "what the "
          "file is.");
    CHECK(fault(trios.substr(0, trios.find("Data point\t-8.5"))) ==
          "a.txt:12: step 'Ramp 1' ends after 2 rows, but its Number of points is 3: the file was cut off or changed. Export it "
          "again.");
    CHECK(fault(trios.substr(0, trios.find("34980"))) ==
          "a.txt:13: row of 4 fields, but the step has 6 columns. The file may have been cut off there: export it again.");
    CHECK(fault(replaced(trios, "34990", "34x90")) ==
          "a.txt:12:22: '34x90' is not a number, as others of column 'Storage modulus' are.");
    CHECK(fault(trios, {.decimal = ','}) ==
          "a.txt:11:12: '-10.5' has another decimal mark than ','. Set decimal to what the file has.");
    CHECK(fault(replaced(trios, "35000\t", "35000,5\t")) ==
          "a.txt:11:22: '35000,5' has another decimal mark than '.'. Set decimal to what the file has.");
    CHECK(fault("[step]\nVariables\tTemperature\tE\nData point\t300\t5\nData point\t301\t6\n") ==
          "a.txt:3: a row of numbers where the units of the titles above it belong. Export the file with units.");
    CHECK(fault(replaced(trios, "points\t3", "points\tx")) == "a.txt:8: 'x' is no number of points.");
    const auto hint = sentence_of([] { (void)parse_table(trios, "a.txt"); });
    CHECK(hint.find("Its lines [step] are those of a TRIOS export: set dialect to trios.") != std::string::npos);
}

TEST_CASE("Proteus: titles, facts, decimal marks and separators") {
    const Export found = parse_proteus(proteus, "a.txt", {});
    const Table& table = found.blocks.front().table;
    CHECK(titles_of(table) == Titles{"Temp. | degC", "Time | min", "DSC | mW/mg", "dL/Lo | "});
    CHECK(table.columns[2].values == Values{-0.1, -0.2});
    CHECK(found.facts.exo == "up");
    CHECK(quantity(found.facts.mass) == "10.5 mg");
    CHECK(found.facts.heating_rate_k_per_min == 40);
    CHECK(found.facts.instrument == "DSC 1");
    CHECK(found.facts.sample == "glass 7");
    CHECK(header_text(table, "SAMPLE MASS /mg", {}) == "10,5");

    const Export cooling = parse_proteus(
        "#SEPARATOR:TAB\n#DECIMAL:COMMA\n#EXO:\t-1\t\t\n#RANGE:\t200\u00B0C/10.0(K/min)/-30\u00B0C\n##Temp./\u00B0C\tDSC/(mW/"
        "mg)\n200\t1,5\n190,5\t2\n",
        "a.txt", {});
    CHECK(cooling.blocks.front().table.columns[0].values == Values{200, 190.5});
    CHECK(cooling.facts.exo == "down");
    CHECK(cooling.facts.heating_rate_k_per_min == -10);
    CHECK_FALSE(cooling.facts.mass);

    // What is not said, or not in one way, is no fact.
    const Export bare = parse_proteus("#EXO:0\n#RANGE:30/10(K/min)/200/20(K/min)/30\n##Temp./C,Mass/%\n1,2\n2,3\n", "a.csv", {});
    CHECK(titles_of(bare.blocks.front().table) == Titles{"Temp. | degC", "Mass | %"});
    CHECK(bare.facts.exo.empty());
    CHECK_FALSE(bare.facts.heating_rate_k_per_min);
    CHECK(quantity(parse_proteus("#SAMPLE MASS /mg:   ,10.225,,\n##T/K,E\n1,2\n2,3\n", "a.csv", {}).facts.mass) == "10.225 mg");
}

TEST_CASE("Proteus: faulty files") {
    const auto fault = [](const std::string& text) { return sentence_of([&] { (void)parse_proteus(text, "a.txt", {}); }); };
    CHECK(fault("T E\n1 2\n") ==
          "a.txt: no title line that begins with ##, as '##Temp./degC;Time/min;DSC/(mW/mg)' of a Proteus export does. Set "
          "dialect to "
          "what the file is.");
    CHECK(fault("#EXPORTTYPE:DATA COMPARE\t DATA COMPARE\n##T\n") ==
          "a.txt: #EXPORTTYPE is DATA COMPARE, several curves side by side. Export each as DATA ALL.");
    CHECK(fault(proteus + "58.0;0.02") ==
          "a.txt:13:1: row of 2 numbers, but the table has 4 columns since line 11. Repair the row, or "
          "set first_line and last_line.");
    CHECK(fault(replaced(proteus, ";dL/Lo", "")) ==
          "a.txt:10: 3 titles over rows of 4 numbers. Check #SEPARATOR and #DECIMAL, or export again.");
    CHECK(fault(replaced(proteus, "DECIMAL:POINT", "DECIMAL:COMMA")).find("no table found") != std::string::npos);
}

TEST_CASE("Universal Analysis: signals, marks left out, the degree sign of Windows") {
    const std::string text = to_utf8(universal);
    const Export found = parse_ta_universal(text, "a.txt", {});
    const Table& table = found.blocks.front().table;
    CHECK(titles_of(table) == Titles{"Time | min", "Temperature | degC", "Heat Flow | mW"});
    CHECK(table.columns[0].values == Values{0.5, 1});
    CHECK(table.columns[1].values == Values{-21.25, -20.75});
    CHECK(quantity(found.facts.mass) == "9 mg");
    CHECK(found.facts.exo == "up");
    CHECK(found.facts.sample == "Eicosane");
    CHECK(found.facts.instrument == "2920 MDSC      V2.6A");
    CHECK_FALSE(has_modulated_signal(table));  // MDSC is the instrument's name
    CHECK(
        has_modulated_signal(parse_ta_universal(replaced(text, "Heat Flow", "Rev Heat Flow"), "a.txt", {}).blocks.front().table));

    const auto fault = [](const std::string& faulty) {
        return sentence_of([&] { (void)parse_ta_universal(faulty, "a.txt", {}); });
    };
    CHECK(fault("1 2\n") ==
          "a.txt: no line StartOfData, behind which the rows of a Universal Analysis export stand. Set dialect to what "
          "the file is.");
    CHECK(fault(text.substr(0, text.find("-1.000000"))) ==
          "a.txt:11: no rows follow StartOfData: the file was cut off. Export it again.");
    CHECK(fault(replaced(text, "Sig3", "Sigx")) ==
          "a.txt:11: 2 lines Sig1, Sig2, … above rows of 3 numbers. Export the file again.");
    CHECK(fault(text.substr(0, text.size() - 5)).find("a.txt:15:1: row of 2 numbers, but the table has 3 columns") == 0);
    CHECK(sentence_of([&] { (void)parse_table(text, "a.txt"); }) ==
          "a.txt: the lines Sig1 and StartOfData are those of TA Universal Analysis. Set dialect to ta_universal.");
}

TEST_CASE("dialects by name, files by dialect") {
    CHECK(dialect_from_name("proteus") == Dialect::proteus);
    CHECK(sentence_of([] { (void)dialect_from_name("csv"); }) ==
          "dialect 'csv' is unknown. Use table, trios, proteus or ta_universal.");
    const sluice::test::TemporaryFolder folder;
    const auto file = folder.write("a.txt", universal).string();
    CHECK(titles_of(read_export(file, Dialect::ta_universal, {}).blocks.front().table)[1] == "Temperature | degC");
    const auto plain = folder.write("b.csv", "T,Nonrev heat flow\nC,mW\n1,2\n3,4\n").string();
    CHECK(read_export(plain, Dialect::table, {}).facts.modulated);
}
