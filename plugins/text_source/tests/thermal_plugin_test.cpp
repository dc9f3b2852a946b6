// SPDX-License-Identifier: BSD-3-Clause
// Tests of the source on runs of thermal analysers, as recipes meet them: dialects, groups, segments, conversion, facts.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <support/run_plugin.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

namespace {

using sluice::Array;
using sluice::Json;
using sluice::test::Contains;
using sluice::test::error_of;
using sluice::test::shared_data;
using sluice::test::TemporaryFolder;
using Values = std::vector<double>;

Array load(const Json& with) { return sluice::test::run_plugin("text_source", with, {}).at("data"); }

Values axis_of(const Array& array, const std::string& name) {
    const auto* found = array.description().coordinate(name);
    REQUIRE(found);
    return found->values->as_float64();
}

std::string fact_of(const Array& array, const std::string& name) {
    const auto& facts = array.description().facts;
    const auto found = facts.find(name);
    return found == facts.end() ? "none" : to_text(found->second);
}

void check_values(const Array& array, const Values& expected) {
    const auto values = array.values<double>();
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        if (std::isnan(expected[i]))
            CHECK(std::isnan(values[i]));
        else
            CHECK(values[i] == doctest::Approx(expected[i]).epsilon(1e-12));
    }
}

constexpr double gap = NAN;

const std::string trios =
    "Instrument name\tDMA\nSample name\tglass\n\n[step]\nStep name\tat 8 Hz\nNumber of points\t3\n"
    "Variables\tTemperature\tTime\tFrequency\tStorage modulus\n\t\u00B0C\ts\tHz\tMPa\n"
    "Data point\t0\t0\t8\t3\nData point\t1\t20\t8\t2\nData point\t2\t40\t8\t1\n\n"
    "[step]\nStep name\tat 1 Hz\nNumber of points\t2\nVariables\tTemperature\tTime\tFrequency\tStorage "
    "modulus\n\t\u00B0C\ts\tHz\tMPa\n"
    "Data point\t0.5\t0\t1\t30\nData point\t1.5\t20\t1\t20\n";

/// 60 rows up and 60 down by 1 K in 6 s: 10 K/min.
std::string cycle(const std::string& head) {
    std::string text = head;
    for (int i = 0; i < 120; ++i) {
        const int level = i < 60 ? i : 119 - i;
        text += std::to_string(20 + level) + ";" + std::to_string(0.1 * i) + ";" + std::to_string(i) + "\n";
    }
    return text;
}
const std::string proteus_head =
    "#DECIMAL:POINT\n#SEPARATOR:SEMICOLON\n#SAMPLE MASS /mg:10\n#EXO:-1\n##Temp./\u00B0C;Time/min;DSC/(mW/mg)\n";

}  // namespace

TEST_CASE("TRIOS: steps are a dimension, padded where they are shorter") {
    const TemporaryFolder folder;
    const Json with{{"file", folder.write("a.txt", trios).string()},
                    {"dialect", "trios"},
                    {"coordinate", "Temperature"},
                    {"coordinate_name", "temperature"},
                    {"coordinate_as", "K"},
                    {"value", "Storage modulus"},
                    {"value_as", "Pa"}};
    const auto all = load(with);
    CHECK(to_text(all.dims()) == "[step: 2, temperature: 3]");
    CHECK(all.unit().text() == "Pa");
    check_values(all, {3e6, 2e6, 1e6, 30e6, 20e6, gap});
    const auto temperature = axis_of(all, "temperature");
    CHECK(temperature[0] == 273.15);
    CHECK(temperature[4] == 274.65);
    CHECK(std::isnan(temperature[5]));
    CHECK(axis_of(all, "rows") == Values{3, 2});
    CHECK(axis_of(all, "frequency") == Values{8, 1});
    CHECK(all.description().coordinate("step")->values->labels() == std::vector<std::string>{"at 8 Hz", "at 1 Hz"});
    REQUIRE(all.description().masks.size() == 1);
    CHECK(all.description().masks.front().name == "absent");
    CHECK(fact_of(all, "instrument") == "DMA");
    CHECK(fact_of(all, "sample") == "glass");
    CHECK(fact_of(all, "exo") == "none");

    Json one = with;
    one["step"] = "at 1 Hz";
    CHECK(to_text(load(one).dims()) == "[temperature: 2]");
    CHECK(fact_of(load(one), "frequency") == "1 Hz");
    one["step"] = 7;
    CHECK(error_of([&] { (void)load(one); }) == Contains{"a.txt: no step 7. There are 0 'at 8 Hz', 1 'at 1 Hz'."});

    Json grouped = with;
    grouped.update({{"group_by", "Frequency"}, {"group", "frequency"}});
    const auto frequencies = load(grouped);
    CHECK(to_text(frequencies.dims()) == "[frequency: 2, temperature: 3]");
    CHECK(axis_of(frequencies, "frequency") == Values{1, 8});
    check_values(frequencies, {30e6, 20e6, gap, 3e6, 2e6, 1e6});

    Json series = with;
    series.erase("file");
    series["files"] = {folder.write("a.txt", trios).string(), folder.write("b.txt", trios).string()};
    series["series"] = "sample_number";
    CHECK(to_text(load(series).dims()) == "[sample_number: 2, step: 2, temperature: 3]");
}

TEST_CASE("mixed rows by frequency, rad/s and Hz, uncertainties and unit rows") {
    const TemporaryFolder folder;
    const auto file = folder
                          .write("a.csv",
                                 "w,T,E,s\nrad/s,C,MPa,MPa\n6.283185307179586,10,5,1\n62.83185307179586,10,6,2\n"
                                 "6.283185307179586,20,7,3\n")
                          .string();
    const Json with{{"file", file}, {"coordinate", "T"}, {"value", "E"}, {"sigma", "s"}, {"group_by", "w"}};
    const auto angular = load(with);
    CHECK(to_text(angular.dims()) == "[w: 2, T: 2]");
    CHECK(angular.description().coordinate("w")->values->unit() == sluice::Unit::parse("rad/s"));
    CHECK(angular.description().coordinate("T")->values->unit().text() == "degC");
    Json hertz = with;
    hertz.update({{"group", "frequency"}, {"group_as", "Hz"}, {"value_as", "Pa"}, {"coordinate_as", "K"}});
    const auto converted = load(hertz);
    CHECK(axis_of(converted, "frequency")[0] == doctest::Approx(1).epsilon(1e-14));
    CHECK(axis_of(converted, "frequency")[1] == doctest::Approx(10).epsilon(1e-14));
    check_values(converted, {5e6, 7e6, 6e6, gap});
    CHECK(converted.variances()[1] == doctest::Approx(9e12));
    CHECK(axis_of(converted, "T")[1] == 293.15);
    hertz.update({{"group_unit", "krad/s"}, {"group_as", "mHz"}});  // 2 pi lies between any two spellings of the two kinds
    CHECK(axis_of(load(hertz), "frequency")[0] == doctest::Approx(1e6).epsilon(1e-14));
    hertz.update({{"group_unit", "kHz"}, {"group_as", "rad/s"}});
    CHECK(axis_of(load(hertz), "frequency")[0] == doctest::Approx(1e3 * std::pow(6.283185307179586, 2)).epsilon(1e-14));
    Json bad = with;
    bad["value_as"] = "K";
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"value_as: unit 'MPa' of the column cannot be converted to 'K'."});
    bad = with;
    bad["group_by"] = "E";
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"group_by: column 'E': every row has a value of its own in it"});
    bad.erase("group_by");
    bad["group"] = "x";
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"group is given, but group_by is not."});
    bad.erase("group");
    bad["step"] = 0;
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"step is given, but only dialect trios has steps."});
}

TEST_CASE("segments of a cycle, their rates, and facts of the header") {
    const TemporaryFolder folder;
    const Json with{{"file", folder.write("a.txt", cycle(proteus_head)).string()},
                    {"dialect", "proteus"},
                    {"coordinate", "Temp."},
                    {"coordinate_name", "temperature"},
                    {"value", "DSC"},
                    {"coordinates", {{"time", {{"column", "Time"}, {"as", "s"}}}}}};
    const auto whole = load(with);
    CHECK(to_text(whole.dims()) == "[temperature: 120]");
    CHECK(fact_of(whole, "mass") == "10 mg");
    CHECK(fact_of(whole, "exo") == "down");
    CHECK(fact_of(whole, "heating_rate") == "none");
    CHECK(axis_of(whole, "time")[10] == doctest::Approx(60));
    Json split = with;
    split["segments"] = "split";
    const auto both = load(split);
    CHECK(to_text(both.dims()) == "[segment: 2, temperature: 60]");
    CHECK(both.description().coordinate("segment")->values->labels() == std::vector<std::string>{"heating_1", "cooling_1"});
    CHECK(axis_of(both, "heating_rate") == Values{10, -10});
    Json cooling = with;
    cooling["segments"] = "cooling";
    CHECK(fact_of(load(cooling), "heating_rate") == "-10 K/min");
    cooling["segment_index"] = 1;
    CHECK(error_of([&] { (void)load(cooling); }) == Contains{"a.txt: no such cooling segment; there are: heating_1, cooling_1."});
    Json bad = with;
    bad["segment_index"] = 0;
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"segment_index is given, but segments is neither heating nor cooling."});
    bad = with;
    bad["first_line"] = 3;
    CHECK(error_of([&] { (void)load(bad); }) == Contains{"first_line and last_line are for dialect table only"});
    std::string up = cycle(proteus_head);
    up.replace(up.find("#EXO:-1"), 7, "#EXO:1");
    Json series = with;
    series.erase("file");
    series["files"] = {with["file"], folder.write("b.txt", up).string()};
    CHECK(error_of([&] { (void)load(series); }) == Contains{"b.txt: exo is 'up', but in the first file ("});
}

TEST_CASE("units of mass, time and frequency in the words of the file") {
    const TemporaryFolder folder;
    std::string text =
        "Size\t12 ug\nExotherm\tDown\nSig1\tt (h)\nSig2\tTemperature (\u00B0"
        "F)\nSig3\tAngular frequency (krad/s)\nStartOfData\n";
    for (int i = 0; i < 60; ++i) text += std::to_string(0.1 * i) + "\t" + std::to_string(9 * i) + "\t0.006283185307179586\n";
    Json with{{"file", folder.write("a.txt", text).string()}, {"dialect", "ta_universal"}, {"value", 2}, {"coordinate", 1}};
    CHECK(fact_of(load(with), "mass") == "0.012 mg");
    CHECK(fact_of(load(with), "frequency") == "1 Hz");
    CHECK(fact_of(load(with), "heating_rate") == "none");  // nobody says that t is a time to go by
    with["coordinates"] = {{"time", {{"column", "t"}, {"as", "s"}}}};
    CHECK(fact_of(load(with), "heating_rate") == "0.833 K/min");  // 9 degF in 0.1 h: 5 K in 6 min
}

TEST_CASE("files of unlike length are padded only when the recipe says so") {
    const TemporaryFolder folder;
    const auto a = folder.write("a.csv", "T (K),E (Pa)\n1,2\n2,3\n3,4\n").string();
    const auto b = folder.write("b.csv", "T (K),E (Pa)\n1,2\n2,3\n").string();
    Json with{{"files", {a, b}}, {"coordinate", "T"}, {"value", "E"}};
    CHECK(error_of([&] { (void)load(with); }) == Contains{"Files of a series need the same number of rows."});
    with["pad"] = true;
    check_values(load(with), {2, 3, 4, 2, 3, gap});
}

TEST_CASE("shared DMA files") {
    const auto folder = shared_data("dma");
    if (!folder) return;
    const auto path = [&](const char* name) { return (*folder / name).string(); };
    const auto exported = load({{"file", path("dma_variantA_trios_like.txt")},
                                {"dialect", "trios"},
                                {"coordinate", "Temperature"},
                                {"coordinate_name", "temperature"},
                                {"coordinate_as", "K"},
                                {"value", "Storage modulus"},
                                {"value_as", "Pa"},
                                {"group_by", "Frequency"},
                                {"group", "frequency"}});
    CHECK(to_text(exported.dims()) == "[frequency: 2, temperature: 200]");
    CHECK(axis_of(exported, "frequency") == Values{1, 8});
    CHECK(fact_of(exported, "heating_rate") == "3 K/min");
    CHECK(axis_of(exported, "temperature")[0] == doctest::Approx(260).epsilon(1e-12));
    CHECK(exported.values<double>()[0] == doctest::Approx(35171.3731e6));  // as they stand in the file
    CHECK(exported.values<double>()[200] == doctest::Approx(35230.4293e6));

    const auto swept = load({{"file", path("dma_variantA_multifreq.csv")},
                             {"coordinate", "temperature_K"},
                             {"coordinate_unit", "K"},
                             {"coordinate_name", "temperature"},
                             {"value", "tan_delta"},
                             {"unit", "1"},
                             {"group_by", "frequency_Hz"},
                             {"group", "frequency"},
                             {"group_unit", "Hz"}});
    CHECK(axis_of(swept, "frequency").front() == 0.5);
    CHECK(axis_of(swept, "frequency").back() == 32);
    CHECK(swept.values<double>()[0] == 0.004781);
    MESSAGE("multifreq: " << to_text(swept.dims()));

    const auto real = load({{"file", path("real/dma_pyvisco_freq_user_raw.csv")},
                            {"coordinate", "T"},
                            {"coordinate_name", "temperature"},
                            {"coordinate_as", "K"},
                            {"value", "E_stor"},
                            {"value_as", "Pa"},
                            {"group_by", "f"},
                            {"group", "frequency"}});
    CHECK(to_text(real.dims()) == "[frequency: 10, temperature: 21]");  // as the folder's page says
    CHECK(axis_of(real, "frequency").back() == 100);
    CHECK(real.values<double>()[0] == doctest::Approx(8097.175545e6).epsilon(1e-15));
    CHECK(axis_of(real, "temperature")[0] == doctest::Approx(273.15 - 49.9612).epsilon(1e-15));
}

TEST_CASE("shared DSC files") {
    const auto folder = shared_data("dma");
    if (!folder) return;
    const auto path = [&](const char* name) { return (*folder / name).string(); };
    const auto exported = load({{"file", path("dsc_variantA_proteus_like.txt")},
                                {"dialect", "proteus"},
                                {"coordinate", "Temp."},
                                {"coordinate_name", "temperature"},
                                {"coordinate_as", "K"},
                                {"value", "DSC"},
                                {"value_as", "W/g"}});
    CHECK(axis_of(exported, "temperature")[0] == doctest::Approx(330).epsilon(1e-12));
    CHECK(exported.values<double>()[0] == doctest::Approx(-0.098811));
    CHECK(fact_of(exported, "exo") == "up");
    CHECK(fact_of(exported, "mass") == "10 mg");
    CHECK(fact_of(exported, "heating_rate") == "40 K/min");

    const auto plain = load({{"file", path("dsc_variantA_noise0.csv")},
                             {"coordinate", "temperature_K"},
                             {"coordinate_unit", "K"},
                             {"coordinate_name", "temperature"},
                             {"value", "heat_flow_W_g"},
                             {"unit", "W/g"},
                             {"coordinates", {{"time", {{"column", "time_s"}, {"unit", "s"}}}}}});
    CHECK(fact_of(plain, "heating_rate") == "40 K/min");
    CHECK(fact_of(plain, "mass") == "none");

    const Json eicosane{{"file", path("real/dsc_eicosane_ta_universal.txt")},
                        {"dialect", "ta_universal"},
                        {"coordinate", "Temperature"},
                        {"coordinate_name", "temperature"},
                        {"coordinate_as", "K"},
                        {"value", "Heat Flow"},
                        {"segments", "split"},
                        {"coordinates", {{"time", {{"column", "Time"}, {"as", "s"}}}}}};
    const auto cycled = load(eicosane);
    CHECK(cycled.description().coordinate("segment")->values->labels() == std::vector<std::string>{"heating_1", "cooling_1"});
    CHECK(fact_of(cycled, "mass") == "9 mg");
    CHECK(fact_of(cycled, "exo") == "up");
    const auto rates = axis_of(cycled, "heating_rate");
    CHECK(rates[0] == doctest::Approx(1).epsilon(0.03));  // "1 degC min" in the file's name of the run
    CHECK(rates[1] == doctest::Approx(-1).epsilon(0.03));
    const auto rows = axis_of(cycled, "rows");
    MESSAGE("eicosane: " << rows[0] << " rows at " << rates[0] << " K/min, " << rows[1] << " at " << rates[1] << " K/min");
    CHECK(rows[0] + rows[1] <= 19000);
    CHECK(rows[0] + rows[1] > 18000);

    for (const std::string name : {"dsc_6HAW158.csv", "dsc_7HAW010.csv", "dsc_7HAW104.csv"}) {
        CAPTURE(name);
        const auto heating = load({{"file", path(("real/" + name).c_str())},
                                   {"coordinate", "Temperature"},
                                   {"coordinate_name", "temperature"},
                                   {"coordinate_as", "K"},
                                   {"value", "Heat Flow Endo Up"},
                                   {"segments", "heating"}});
        const auto temperature = axis_of(heating, "temperature");
        MESSAGE(name << ": " << temperature.size() << " rows, " << temperature.front() << " to " << temperature.back() << " K");
        CHECK(temperature.front() < 273.15 - 9);  // the start-up near -10 degC and the end at 50 degC are left out
        CHECK(temperature.back() > 273.15 + 48);
        CHECK(temperature.size() < 380);
        CHECK(fact_of(heating, "heating_rate") == "none");  // no time in the file
    }
}
