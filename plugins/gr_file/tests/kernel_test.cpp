// SPDX-License-Identifier: BSD-3-Clause
// Files of each type against lines written by hand, and what does not fit.
#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::gr_file;
using sluice::io::GatheredArray;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A few units are enough here.
double factor(std::string_view from, std::string_view to) {
    static const std::map<std::string, std::pair<char, double>> known{
        {"1/angstrom", {'q', 1}},   {"1/nm", {'q', 0.1}},    {"angstrom", {'r', 1}}, {"nm", {'r', 10}},
        {"1/angstrom^2", {'G', 1}}, {"1/nm^2", {'G', 0.01}}, {"K", {'T', 1}},        {"mK", {'T', 1e-3}},
        {"degree", {'a', 1}},       {"deg", {'a', 1}},       {"1", {'1', 1}}};
    const auto a = known.find(std::string(from)), b = known.find(std::string(to));
    if (a == known.end() || b == known.end() || a->second.first != b->second.first) return 0;
    return a->second.second / b->second.second;
}

GatheredArray reduced() {
    GatheredArray array{"G", "1/angstrom^2", {{"r", 3}}, std::vector<double>{0, 0.5, -0.25}, {0, 0.04, 0.25}};
    array.coordinates = {{"r", {{"r", 3}}, "angstrom", false, {0, 0.01, 0.02}}};
    return array;
}

sluice::io::RunRecord record() {
    sluice::io::RunRecord run;
    run.program = "sluice";
    run.version = "1";
    run.date = "today";
    run.id = "pdf";
    run.recipe_version = "2";
    run.title = "A glass";
    run.files = {{"raw.xy", "ab12"}};
    return run;
}

std::string text_of(const GatheredArray& array, const Options& options = {}) {
    return file_text(array, lay_out(array, options, factor), options, record(), factor);
}

std::string refusal(const GatheredArray& array, const Options& options = {}) {
    try {
        static_cast<void>(text_of(array, options));
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("a .gr file with errors: header, four columns") {
    auto array = reduced();
    array.facts = {
        {"q_max", 240.0, "1/nm"},     {"q_min", 0.5, "1/angstrom"},         {"composition", std::string("Zr46Cu46Al8"), "1"},
        {"wavelength", 0.0175, "nm"}, {"window", std::string("none"), "1"}, {"number_density", 0.05, "1/angstrom^3"},
        {"absolute", true, "1"}};
    array.coordinates.push_back({"temperature", {}, "K", false, {310}});
    CHECK(text_of(array) ==
          "# outputtype = gr\n# composition = Zr46Cu46Al8\n# wavelength = 0.175\n# qmin = 0.5\n# qmax = 24\n"
          "# temperature = 310\n# window = none\n# number_density = 0.05 1/angstrom^3\n# absolute = yes\n"
          "# rmin = 0\n# rmax = 0.02\n# rstep = 0.01\n"
          "# A glass\n# recipe: pdf 2, run by sluice 1 on today\n# input: raw.xy (sha256 ab12)\n"
          "#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)  dr($\\AA$)  dG($\\AA^{-2}$)\n"
          "0 0 0 0\n0.01 0.5 0 0.2\n0.02 -0.25 0 0.5\n");
}

TEST_CASE("without errors two columns; further keys") {
    Options options;
    options.errors = false;
    options.keys = {{"mode", "xray"}, {"qdamp", "0.03"}};
    const auto text = text_of(reduced(), options);
    CHECK(text.find("# rstep = 0.01\n# mode = xray\n# qdamp = 0.03\n# A glass\n") != std::string::npos);
    CHECK(text.ends_with("#L r($\\AA$)  G($\\AA^{-2}$)\n0 0\n0.01 0.5\n0.02 -0.25\n"));
    options.keys = {{"rmax", "7"}};
    CHECK(refusal(reduced(), options) == "keys: 'rmax' is there already, as '0.02', from the data. Remove it");
}

TEST_CASE("units are those of the type") {
    auto array = reduced();
    array.unit = "1/nm^2";
    array.coordinates[0].unit = "nm";
    CHECK(text_of(array).ends_with("0 0 0 0\n0.1 0.005 0 0.002\n0.2 -0.0025 0 0.005\n"));

    GatheredArray s{"S", "1", {{"q", 2}}, std::vector<double>{0.5, 1.5}, {0.01, 0.04}};
    s.coordinates = {{"q", {{"q", 2}}, "1/nm", false, {10, 20}}};
    CHECK(text_of(s, {.type = Type::sq}).ends_with("\n#L Q($\\AA^{-1}$)  S  dS\n1 0.5 0.1\n2 1.5 0.2\n"));
    s.unit = "1/angstrom";
    CHECK(
        text_of(s, {.type = Type::fq}).ends_with("\n#L Q($\\AA^{-1}$)  F($\\AA^{-1}$)  dF($\\AA^{-1}$)\n1 0.5 0.1\n2 1.5 0.2\n"));
    s.unit = "1/mm";
    CHECK(text_of(s, {.type = Type::iq}).ends_with("\n#L Q($\\AA^{-1}$)  I(1/mm)  dI(1/mm)\n1 0.5 0.1\n2 1.5 0.2\n"));
    CHECK(text_of(s, {.type = Type::chi, .errors = false}).ends_with("\n#L Q($\\AA^{-1}$)  I(1/mm)\n1 0.5\n2 1.5\n"));
    CHECK(text_of(s, {.type = Type::xy, .errors = false}).ends_with("\n#L q(1/angstrom)  S(1/mm)\n1 0.5\n2 1.5\n"));
    s.coordinates[0] = {"temperature", {{"q", 2}}, "mK", false, {1, 2}};
    CHECK(text_of(s, {.type = Type::xy, .errors = false}).ends_with("\n#L temperature(mK)  S(1/mm)\n1 0.5\n2 1.5\n"));
    CHECK(text_of(
              [&] {
                  auto angles = s;
                  angles.coordinates[0].unit = "deg";
                  return angles;
              }(),
              {.type = Type::xy, .errors = false})
              .ends_with("\n#L temperature(degree)  S(1/mm)\n1 0.5\n2 1.5\n"));
    CHECK(refusal(s, {.type = Type::iq}) ==
          "'S' is no I(Q) for a .iq file: its coordinate is in mK, needed is 1/angstrom. Choose another type (xy takes any "
          "curve), or "
          "convert it (pdf_convert)");
    CHECK(refusal(reduced(), {.type = Type::fq}).starts_with("'G' is no F(Q) for a .fq file: its coordinate is in angstrom"));
}

TEST_CASE("masked points and NaN: no row, or nan; an uneven grid has no rstep") {
    auto array = reduced();
    array.masked = {0, 1, 0};
    std::get<std::vector<double>>(array.values)[2] = not_a_number;
    const auto dropped = text_of(array);
    CHECK(dropped.ends_with("dG($\\AA^{-2}$)\n0 0 0 0\n"));
    CHECK(dropped.find("# 2 points are masked or NaN: they have no row\n") != std::string::npos);
    CHECK(text_of(array, {.rows_of_nan = true}).ends_with("0 0 0 0\n0.01 nan 0 nan\n0.02 nan 0 nan\n"));
    array.masked = {1, 1, 1};
    CHECK(refusal(array) == "'G': every point is masked or NaN: there is nothing to write");
    auto uneven = reduced();
    uneven.coordinates[0].values[1] = 0.015;
    CHECK(text_of(uneven).find("rstep") == std::string::npos);
    uneven.coordinates[0].values[1] = not_a_number;
    CHECK(refusal(uneven) == "'G': the coordinate of point 1 is not finite. Leave such points out (slice)");
}

TEST_CASE("one element along the other dimensions is one curve; more are refused with what to do") {
    GatheredArray array{"G", "1/angstrom^2", {{"temperature", 2}, {"run", 2}, {"r", 2}}, std::vector<double>(8)};
    array.coordinates = {{"r", {{"r", 2}}, "angstrom", false, {1, 2}},
                         {"temperature", {{"temperature", 2}}, "K", false, {310, 320}}};
    CHECK(
        refusal(array) ==
        "'G' holds 4 curves, and this file takes one. Keep them as nexus_result and write a file of each: sluice export RESULT "
        "--format gr_file --with type=gr --array G --at temperature=310 --at run=[0] -o FILE; or take one in the recipe (slice)");
    array.dims = {{"temperature", 1}, {"run", 1}, {"r", 2}};
    array.values = std::vector<double>{0.5, 0.25};
    array.coordinates[1] = {"temperature", {{"temperature", 1}}, "K", false, {310}};
    const auto text = text_of(array);
    CHECK(text.find("# temperature = 310\n") != std::string::npos);
    CHECK(text.ends_with("\n1 0.5\n2 0.25\n"));
    CHECK(refusal({"n", "1", {}, std::vector<double>{1}}) == "'n' is a single number, and no curve");
    array.coordinates.clear();
    CHECK(refusal(array) == "'G' has no coordinate along 'r', so no r to write");
    CHECK_THROWS_WITH(static_cast<void>(type_from_name("dat")), "type 'dat' is none of gr, sq, fq, iq, chi, xy");
}
