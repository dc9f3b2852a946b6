// SPDX-License-Identifier: BSD-3-Clause
// Tests of the text source as recipes meet it: columns, units, series, and the sentences of errors.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <support/run_plugin.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

using sluice::Array;
using sluice::Json;
using sluice::test::error_of;
using sluice::test::run_plugin;
using sluice::test::TemporaryFolder;
using Values = std::vector<double>;

namespace {

Array load(const Json& with) { return run_plugin("text_source", with, {}).at("data"); }

void check_fault(const Json& with, const std::string& sentence) {
    const auto text = error_of([&] { (void)load(with); });
    CAPTURE(text);
    CAPTURE(sentence);
    CHECK(text.find(sentence) != std::string::npos);
}

/// Curves of three rows, and the parameters that read one.
class Curves {
public:
    Curves() {
        write("T200K.dat", "# q (1/nm)  I (1/cm)  sigma (1/cm)\n0.1 10 1\n0.2 nan 2\n0.3 30 0.5\n");
        write("T30K.dat", "# q (1/nm)  I (1/cm)  sigma (1/cm)\n0.1 11 1\n0.2 21 2\n0.3 31 0.5\n");
        write("shifted.dat", "# q (1/nm)  I (1/cm)  sigma (1/cm)\n0.1 11 1\n0.25 21 2\n0.3 31 0.5\n");
        write("bare.dat", "1 2 -1\n3 4 1\n");
        write("odd.dat", "# q (1/nm)  I (bananas)  sigma (1/m)\n1 2 3\n4 5 6\n7 8 9\n");
        write("torn.dat", "# q (1/nm)  I (1/cm)\n1 2\n3 4\n5 6\n7\n");
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] Json with(const std::string& name, const Json& more = Json::object()) const {
        Json all{{"file", file(name)}, {"coordinate", "q"}, {"value", "I"}};
        all.update(more);
        return all;
    }

private:
    void write(const std::string& name, const std::string& text) { (void)folder_.write(name, text); }
    TemporaryFolder folder_;
};

Values coordinate(const Array& array, const std::string& name) {
    const auto* found = array.description().coordinate(name);
    REQUIRE(found);
    return found->values->as_float64();
}

}  // namespace

TEST_CASE("one file is a curve; NaN stays") {
    const Curves curves;
    const auto curve = load(curves.with("T200K.dat", {{"sigma", "sigma"}, {"scale", "absolute"}}));
    CHECK(to_text(curve.dims()) == "[q: 3]");
    CHECK(curve.unit().text() == "1/cm");
    CHECK(curve.description().name == "I");
    CHECK(curve.values<double>()[0] == 10);
    CHECK(std::isnan(curve.values<double>()[1]));
    CHECK(curve.values<double>()[2] == 30);
    CHECK(Values(curve.variances().begin(), curve.variances().end()) == Values{1, 4, 0.25});  // sigma^2
    CHECK(coordinate(curve, "q") == Values{0.1, 0.2, 0.3});
    CHECK(curve.description().coordinate("q")->values->unit().text() == "1/nm");
    CHECK(to_text(curve.description().facts.at("intensity_scale")) == "absolute");
}

TEST_CASE("columns by number, names and units from the recipe") {
    const Curves curves;
    const auto curve = load({{"file", curves.file("bare.dat")},
                             {"coordinate", 0},
                             {"value", 1},
                             {"coordinate_name", "temperature"},
                             {"dim", "point"},
                             {"unit", "MPa"},
                             {"coordinate_unit", "degC"}});
    CHECK(to_text(curve.dims()) == "[point: 2]");
    CHECK(coordinate(curve, "temperature") == Values{1, 3});
    CHECK(curve.description().coordinate("temperature")->values->unit().text() == "degC");
    CHECK(curve.unit().text() == "MPa");
    CHECK_FALSE(curve.description().variances);
}

TEST_CASE("a series is stacked in natural order, with its numbers from the names") {
    const Curves curves;
    const auto series =
        load(curves.with("T*K.dat", {{"series", "temperature"}, {"series_pattern", "T([0-9]+)K"}, {"series_unit", "K"}}));
    CHECK(to_text(series.dims()) == "[temperature: 2, q: 3]");
    CHECK(coordinate(series, "temperature") == Values{30, 200});
    CHECK(coordinate(series, "q") == Values{0.1, 0.2, 0.3});  // the same in both files: once
    CHECK(series.values<double>()[0] == 11);
    CHECK(series.values<double>()[3] == 10);
}

TEST_CASE("a list with numbers from the recipe, and one q per file") {
    const Curves curves;
    const Json list{{"files", {curves.file("T200K.dat"), curves.file("shifted.dat")}}, {"coordinate", "q"}, {"value", "I"}};
    Json told = list;
    told.update({{"series", "time"}, {"series_values", {5, 7.5}}, {"series_unit", "s"}});
    const auto series = load(told);
    CHECK(coordinate(series, "time") == Values{5, 7.5});
    CHECK(to_text(series.description().coordinate("q")->values->dims()) == "[time: 2, q: 3]");
    CHECK(coordinate(series, "q") == Values{0.1, 0.2, 0.3, 0.1, 0.25, 0.3});
    CHECK(load(list).description().coordinate("file")->values->labels() == std::vector<std::string>{"T200K.dat", "shifted.dat"});
}

TEST_CASE("several coordinates of the files of a series") {
    const Curves curves;
    const auto series = load(curves.with("T*K.dat", {{"series", "sample"},
                                                     {"series_coordinates",
                                                      {{"temperature", {{"pattern", "T([0-9]+)K"}, {"unit", "K"}}},
                                                       {"composition", {{"values", {0.25, 1}}, {"unit", "1"}}}}}}));
    CHECK(to_text(series.dims()) == "[sample: 2, q: 3]");
    CHECK(coordinate(series, "temperature") == Values{30, 200});
    CHECK(coordinate(series, "composition") == Values{0.25, 1});
    CHECK(series.description().coordinate("temperature")->values->unit().text() == "K");
    CHECK(series.description().coordinate("sample")->values->labels() == std::vector<std::string>{"T30K.dat", "T200K.dat"});

    const auto fault = [&](const char* file, const Json& coordinates, const std::string& text) {
        check_fault(curves.with(file, {{"series_coordinates", coordinates}}), text);
    };
    fault("T*K.dat", {{"x", {{"unit", "1"}}}},
          "series_coordinates.x: none of values, pattern and key is given: give one of them");
    fault("T*K.dat", {{"x", {{"unit", "1"}, {"values", {1}}}}}, "series_coordinates.x.values has 1 numbers for 2 files");
    fault("T*K.dat", {{"file", {{"unit", "1"}, {"values", {1, 2}}}}},
          "series_coordinates.file: series has that name. Remove one.");
    fault("T*K.dat", {{"q", {{"unit", "1"}, {"values", {1, 2}}}}},
          "series_coordinates.q: the parameter coordinate has that name.");
    fault("T30K.dat", {{"x", {{"unit", "1"}, {"values", {1}}}}}, "series_coordinates is given, but file is one file.");
}

TEST_CASE("a table of samples with several columns as coordinates") {
    const Curves curves;
    const Json table =
        curves.with("T200K.dat", {{"dim", "sample"}, {"coordinates", {{"spread", {{"column", "sigma"}, {"unit", "1/cm"}}}}}});
    const auto samples = load(table);
    CHECK(to_text(samples.dims()) == "[sample: 3]");
    CHECK(coordinate(samples, "q") == Values{0.1, 0.2, 0.3});
    CHECK(coordinate(samples, "spread") == Values{1, 2, 0.5});
    CHECK(samples.description().coordinate("spread")->values->unit().text() == "1/cm");
    Json twice = table;
    twice["coordinates"] = {{"q", {{"column", 2}}}};
    check_fault(twice, "coordinates.q: the parameter coordinate has that name. Remove one.");
    Json series = curves.with("T*K.dat", {{"coordinates", {{"file", {{"column", 2}}}}}});
    check_fault(series, "coordinates.file: series has that name. Remove one.");
    series["coordinates"] = {{"T", {{"column", 2}}}};
    series["series_coordinates"] = {{"T", {{"unit", "K"}, {"values", {1, 2}}}}};
    check_fault(series, "series_coordinates.T: coordinates.T has that name. Remove one.");
    twice["coordinates"] = {{"x", {{"column", "y"}}}};
    check_fault(twice, "no column 'y'");
}

namespace {

/// Two .gr files as PDFgetX3 writes them.
class GrFiles {
public:
    GrFiles() {
        write("a_150K.gr", "qmax = 25.0\nrmax = 3\ntemperature = 150");
        write("a_180K.gr", "qmax = 25.0\nrmax = 3\ntemperature = 180 K");
        write("mixed_200K.gr", "qmax = 24.0\nrmax = 3\ntemperature =");
        write("mixed_210K.gr", "qmax = 25.0\nrmax = 30\ntemperature = cold");
    }
    [[nodiscard]] Json with(const char* name, const Json& more = Json::object()) const {
        Json all{{"file", (folder_.path() / name).string()}, {"coordinate", "r"}, {"value", "G"}};
        all.update(more);
        return all;
    }

private:
    void write(const std::string& name, const std::string& keys) {
        (void)folder_.write(name, "[PDF]\nwavelength = 0.1\ncomposition = SrFe2As2\n" + keys +
                                      "\n\n#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)\n0 0\n1 0.25\n2 -0.5\n3 0.125\n");
    }
    TemporaryFolder folder_;
};

const Json facts{{"header",
                  {{"q_max", {{"key", "qmax"}, {"unit", "1/angstrom"}}},
                   {"wavelength", {{"key", "wavelength"}, {"unit", "angstrom"}}},
                   {"composition", {{"key", "composition"}}}}}};

}  // namespace

TEST_CASE("a .gr file: titles, and facts from the header") {
    const GrFiles files;
    const auto curve = load(files.with("a_150K.gr", facts));
    CHECK(to_text(curve.dims()) == "[r: 4]");
    CHECK(curve.unit() == sluice::Unit::parse("1/angstrom^2"));
    CHECK(curve.description().coordinate("r")->values->unit() == sluice::Unit::parse("angstrom"));
    CHECK(to_text(curve.description().facts.at("q_max")) == "25 1/angstrom");
    CHECK(to_text(curve.description().facts.at("wavelength")) == "0.1 angstrom");
    CHECK(to_text(curve.description().facts.at("composition")) == "SrFe2As2");
    CHECK(load(files.with("a_150K.gr", {{"end_key", "rmax"}})).size() == 4);
}

TEST_CASE("a series takes numbers from the header, and its files must agree in facts") {
    const GrFiles files;
    const Json key{{"series", "temperature"}, {"series_key", "temperature"}, {"series_unit", "K"}};
    CHECK(coordinate(load(files.with("a_*.gr", key)), "temperature") == Values{150, 180});
    const auto further = load(files.with("a_*.gr", {{"series_coordinates", {{"T", {{"key", "temperature"}, {"unit", "mK"}}}}}}));
    CHECK(coordinate(further, "T") == Values{150, 180000});  // a bare number is in the unit of the recipe
    CHECK(to_text(load(files.with("a_*.gr", facts)).description().facts.at("q_max")) == "25 1/angstrom");

    check_fault(files.with("*.gr", facts), "mixed_200K.gr: 'qmax' in the header is '24.0', but in the first file (");
    check_fault(files.with("*.gr", key), "mixed_200K.gr: 'temperature' in the header has no value.");
    check_fault(files.with("mixed_21*.gr", key), "mixed_210K.gr: 'temperature' in the header is 'cold', needed is a number.");
    check_fault(files.with("*.gr", {{"end_key", "rmax"}}),
                "mixed_210K.gr: the last row is at 3.000000, but the header says rmax = 30. The file was cut off");
    check_fault(files.with("a_150K.gr", {{"header", {{"window", {{"key", "window"}}}}}}),
                "a_150K.gr: the header has no 'window'; it has wavelength, composition, qmax, rmax, temperature.");
    check_fault(files.with("a_150K.gr", {{"series_key", "temperature"}}), "series_key is given, but file is one file.");
    Json both = key;
    both["series_pattern"] = "([0-9]+)K";
    check_fault(files.with("a_*.gr", both), "both series_pattern and series_key are given: remove one");
}

TEST_CASE("real .gr, .chi and .xy files of other programs") {
    const auto folder = sluice::test::shared_data("pdf/real");
    if (!folder) return;
    const auto path = [&](const char* name) { return (*folder / name).string(); };
    const Json header{{"q_max", {{"key", "qmax"}, {"unit", "1/angstrom"}}}, {"composition", {{"key", "composition"}}}};
    const auto series = load({{"file", path("srfe2as2_pdfttp/SrFe2As2_*K.gr")},
                              {"coordinate", "r"},
                              {"value", "G"},
                              {"series", "temperature"},
                              {"series_pattern", "_([0-9]+)K"},
                              {"series_unit", "K"},
                              {"header", header},
                              {"end_key", "rmax"}});
    CHECK(to_text(series.dims()) == "[temperature: 4, r: 10001]");
    CHECK(coordinate(series, "temperature") == Values{150, 180, 210, 246});
    CHECK(to_text(series.description().facts.at("q_max")) == "25 1/angstrom");
    CHECK(series.unit() == sluice::Unit::parse("1/angstrom^2"));
    const auto values = series.values<double>();  // as they stand in the files
    CHECK(values[1] == 0.000354083);
    CHECK(values[10000] == -0.00605652);
    CHECK(values[10001 + 9999] == -7.43201e-05);
    CHECK(values[3 * 10001 + 16] == -0.00222345);

    const auto nickel =
        load({{"file", path("ni_pdfttp/Ni.gr")}, {"coordinate", "r"}, {"value", "G"}, {"header", header}, {"end_key", "rmax"}});
    CHECK(to_text(nickel.dims()) == "[r: 6001]");
    CHECK(nickel.values<double>()[1] == -0.0121578);
    CHECK(to_text(nickel.description().facts.at("q_max")) == "24 1/angstrom");
    CHECK(to_text(nickel.description().facts.at("composition")) == "Ni");

    const auto raw = load({{"file", path("ni_pdfttp/Ni.chi")},
                           {"coordinate", 0},
                           {"value", 1},
                           {"sigma", 2},
                           {"coordinate_name", "q"},
                           {"coordinate_unit", "1/angstrom"},
                           {"unit", "1"},
                           {"header", {{"wavelength", {{"key", "wavelength"}, {"unit", "angstrom"}}}}}});
    CHECK(to_text(raw.description().facts.at("wavelength")) == "0.1835957 angstrom");
    CHECK(raw.values<double>()[3] == 1164.81);
    CHECK(raw.values<double>()[raw.size() - 1] == 0);  // masked bins of the program that wrote it: see the page

    const auto glass = load({{"file", path("mg2sio4_glassure/Mg2SiO4_ambient.xy")},
                             {"coordinate", "q"},
                             {"value", "I"},
                             {"unit", "1"},
                             {"header", {{"wavelength", {{"key", "Wavelength"}, {"unit", "m"}}}}}});
    CHECK(coordinate(glass, "q")[0] == 1.235171111);
    CHECK(glass.description().coordinate("q")->values->unit() == sluice::Unit::parse("1/angstrom"));
    CHECK(to_text(glass.description().facts.at("wavelength")) == "1.908e-11 m");
}

TEST_CASE("sentences of what is wrong") {
    const Curves curves;
    const auto name = [&](const char* file) { return "step 'step' (text_source): " + curves.file(file); };
    check_fault(curves.with("none.dat"),
                name("none.dat") + ": cannot be read (No such file or directory). Check the name and the permissions.");
    check_fault(curves.with("T30K.dat", {{"value", "intensity"}}),
                name("T30K.dat") + ": no column 'intensity'. There are 0 'q', 1 'I', 2 'sigma'.");
    check_fault(curves.with("torn.dat"), name("torn.dat") + ":5:1: row of 1 numbers, but the table has 2 columns since line 2.");
    const Json bare = curves.with("bare.dat", {{"coordinate", 0}, {"value", 1}});
    check_fault(bare,
                name("bare.dat") +
                    ": the title '' of the coordinate's column is no name of letters, digits and '_'. Set coordinate_name.");
    Json named = bare;
    named["coordinate_name"] = "q";
    check_fault(named, name("bare.dat") + ": column 1 has no unit in the file. Set unit (\"1\" for a plain number).");
    named["unit"] = "1";
    check_fault(named, name("bare.dat") + ": column 0 has no unit in the file. Set coordinate_unit (\"1\" for a plain number).");
    named["sigma"] = 2;
    check_fault(named,
                name("bare.dat") + ": row 0 of the table has sigma -1.000000, must be >= 0. Where none is known, write nan.");
    check_fault(curves.with("odd.dat"),
                name("odd.dat") + ": column 'I' has the unit 'bananas', which is not known. Set unit to what it means.");
    check_fault(curves.with("odd.dat", {{"sigma", "sigma"}}),
                name("odd.dat") + ": sigma has the unit '1/m', and the values have 'bananas'.");
    check_fault(curves.with("T*K.dat", {{"series_values", {1, 2}}}),
                "the numbers of the series 'file' have no unit. Set series_unit");
    check_fault(curves.with("T*K.dat", {{"series_values", {1}}, {"series_unit", "K"}}),
                "series_values has 1 numbers for 2 files");
    check_fault(curves.with("T*K.dat", {{"series_values", {1, 2}}, {"series_pattern", "(.)"}}),
                "both series_values and series_pattern are given");
    check_fault(curves.with("T30K.dat", {{"series_values", {1}}}),
                "series_values is given, but file is one file. Use a pattern, or files.");
    check_fault({{"files", {curves.file("T30K.dat"), curves.file("bare.dat")}}, {"coordinate", 0}, {"value", 1}},
                name("bare.dat") + ": 2 rows, but the first file (" + curves.file("T30K.dat") + ") has 3.");
}

TEST_CASE("a curve as an instrument wrote it") {
    const auto file = sluice::test::shared_data("sas/real/ISIS_98929.TXT");
    if (!file) return;
    // The twin of it was written by SasView's loader; both are rounded to at least six digits.
    const Json columns{{"coordinate", 0}, {"value", 1}, {"sigma", 2}, {"coordinate_name", "q"}, {"coordinate_unit", "1/angstrom"},
                       {"unit", "1/cm"}};
    Json own = columns, twin = columns;
    own["file"] = file->string();
    twin["file"] = (file->parent_path() / "ISIS_98929.csv").string();
    const auto a = load(own), b = load(twin);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.values<double>().size(); ++i) {
        CHECK(a.values<double>()[i] == doctest::Approx(b.values<double>()[i]).epsilon(1e-5));
        CHECK(a.variances()[i] == doctest::Approx(b.variances()[i]).epsilon(1e-4));
    }
}
