// SPDX-License-Identifier: BSD-3-Clause
// Lines on a simulated glass: where, how high, how wide; what is no line; gaps, masks, units; measured curves; bad arguments.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::bragg_check;
using namespace sluice::bragg_check::test;

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

const std::vector<Bragg> fcc{{3.09, 9000, 0.05}, {3.57, 5000, 0.05}, {5.04, 4000, 0.06}, {5.91, 3000, 0.06}, {6.17, 1500, 0.06}};

/// Numbers of a text file: rows as long as its last one.
std::vector<Doubles> rows_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::vector<Doubles> rows, kept;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        rows.emplace_back();
        for (double number = 0; words >> number;) rows.back().push_back(number);
        if (!words.eof() || rows.back().empty()) rows.pop_back();
    }
    for (auto& row : rows)
        if (row.size() == rows.back().size() && row[1] != 0) kept.push_back(row);  // bins without counts are masked ones
    return kept;
}

Data curve_of(const std::filesystem::path& path) {
    Data data;
    for (const auto& row : rows_of(path)) {
        data.q.push_back(row[0]);
        data.y.push_back(row[1]);
        if (row.size() > 2) data.variances.push_back(row[2] * row[2]);
    }
    return data;
}

}  // namespace

TEST_CASE("lines on a halo are found, each once, with position, height and width, with and without variances") {
    for (const double step : {0.02, 0.01})
        for (const bool weighted : {true, false}) {
            CAPTURE(step);
            CAPTURE(weighted);
            const Data data = glass(step, 1, 1, fcc);
            const auto result = check(weighted ? data : without_variances(data), {});
            CHECK(result.status == Status::crystalline);
            REQUIRE(result.lines.size() == fcc.size());
            for (std::size_t k = 0; k < fcc.size(); ++k) {
                const Line& line = result.lines[k];
                CHECK(std::abs(line.position.value - fcc[k].position) < 5 * std::sqrt(line.position.variance));
                CHECK(std::abs(line.width.value - fcc[k].width) < 5 * std::sqrt(line.width.variance));
                CHECK(line.height.value == near(fcc[k].height, 0.15));  // the polynomial takes a little of the halo
                CHECK(line.position.variance < 0.003 * 0.003);
                CHECK(line.significance <= result.largest_significance);
            }
        }
}

TEST_CASE("a halo without noise is no line however it is sampled, and its curvature bounds what is one") {
    for (const double step : {0.002, 0.01, 0.03})
        for (const double counts : {1.0, 1e8}) {
            const auto result = check(glass(step, counts, 0, {}, 12), {});
            CHECK(result.status == Status::amorphous);
            CHECK(result.largest_significance < 1.01);  // 1 would be a Lorentzian of narrowest_halo itself
        }
    const auto exact = check(without_variances(glass(0.01, 1, 0, {}, 12)), {});
    CHECK(exact.status == Status::amorphous);
}

TEST_CASE("what is wider than widest or narrower than narrowest is no line") {
    Options options;
    CHECK(check(glass(0.01, 1, 3, {{9, 3000, 0.12}}), options).status == Status::crystalline);
    for (const double width : {0.25, 0.35, 0.5})
        CHECK(check(glass(0.01, 1, 3, {{9, 3000, width}}), options).status == Status::amorphous);
    options.widest = 0.06, options.narrowest_halo = 0.18;
    CHECK(check(glass(0.01, 1, 3, {{9, 3000, 0.12}}), options).status == Status::amorphous);
    CHECK(check(glass(0.01, 1, 3, {{9, 3000, 0.04}}), options).status == Status::crystalline);
    options.narrowest = 0.05;
    CHECK(check(glass(0.01, 1, 3, {{9, 3000, 0.04}}), options).status == Status::amorphous);
    Data dip = glass(0.01, 1, 3);
    for (std::size_t i = 0; i < dip.q.size(); ++i) dip.y[i] -= Bragg{9, 1500, 0.05}.at(dip.q[i]);
    CHECK(check(dip, {}).status == Status::amorphous);
}

TEST_CASE("max_lines keeps the most significant ones, in the order of q") {
    Options options;
    options.max_lines = 2;
    const auto all = check(glass(0.02, 1, 1, fcc), {}), two = check(glass(0.02, 1, 1, fcc), options);
    REQUIRE(two.lines.size() == 2);
    CHECK(two.lines[0].position.value < two.lines[1].position.value);
    CHECK(std::max(two.lines[0].significance, two.lines[1].significance) == all.largest_significance);
}

TEST_CASE("1/nm gives what 1/angstrom gives; masked points, NaN and points out of range are not there") {
    const Data data = glass(0.02, 1, 1, fcc);
    const auto here = check(data, {});
    Data nm = data;
    for (double& q : nm.q) q *= 10;
    Options in_nm;
    in_nm.widest = 1.5, in_nm.narrowest = 0.15, in_nm.narrowest_halo = 4.5;
    const auto there = check(nm, in_nm);
    REQUIRE(there.lines.size() == here.lines.size());
    for (std::size_t k = 0; k < here.lines.size(); ++k) {
        CHECK(there.lines[k].position.value == near(10 * here.lines[k].position.value, 1e-8));
        CHECK(there.lines[k].significance == near(here.lines[k].significance, 1e-8));
    }

    Data masked = data;
    masked.mask.assign(data.q.size(), 0);
    for (std::size_t i = 0; i < data.q.size(); ++i)
        for (const auto& line : fcc)
            if (std::abs(data.q[i] - line.position) < 0.12) masked.mask[i] = 1;
    CHECK(check(masked, {}).status == Status::amorphous);
    Options above;
    above.first = 6.5;
    CHECK(check(data, above).status == Status::amorphous);
    Data broken = data;
    broken.y[10] = unknown;
    broken.variances[20] = 0;
    broken.variances[30] = unknown;
    CHECK(check(broken, {}).lines.size() == fcc.size());
}

TEST_CASE("points on a grid of their own: equal steps of 2 theta, random places") {
    Data data;
    for (int i = 0; i < 1500; ++i) {
        const double jitter = 0.3 * std::sin(1.7 * i + 0.3 * i * i),
                     two_theta = 1.5 + 0.025 * (i + jitter);  // degrees, at 71 keV
        data.q.push_back(4 * std::numbers::pi / 0.1746 * std::sin(two_theta / 2 * std::numbers::pi / 180));
    }
    Doubles noise(data.q.size());
    sluice::numerics::RandomStream(5, 0, 0).fill_normal(noise);
    for (const bool crystals : {false, true}) {
        data.y.clear(), data.variances.clear();
        for (std::size_t i = 0; i < data.q.size(); ++i) {
            double expected = halo(data.q[i]);
            for (const auto& line : fcc) expected += crystals ? line.at(data.q[i]) : 0;
            data.variances.push_back(expected);
            data.y.push_back(expected + std::sqrt(expected) * noise[i]);
        }
        CHECK(check(data, {}).lines.size() == (crystals ? fcc.size() : 0));
        CHECK(check(without_variances(data), {}).status == (crystals ? Status::crystalline : Status::amorphous));
    }
}

TEST_CASE("errors that are too small, or noise that is correlated, make no lines") {
    Data data = glass(0.01, 1, 7);
    for (double& each : data.variances) each /= 9;
    CHECK(check(data, {}).status == Status::amorphous);
    Data smeared = glass(0.01, 1, 8);
    for (std::size_t i = smeared.q.size() - 1; i > 0; --i) smeared.y[i] = 0.6 * smeared.y[i] + 0.4 * smeared.y[i - 1];
    CHECK(check(smeared, {}).status == Status::amorphous);
    CHECK(check(without_variances(smeared), {}).status == Status::amorphous);
}

TEST_CASE("too few points, or points too far apart: not determined") {
    CHECK(check(Data{}, {}).status == Status::not_determined);
    CHECK(std::isnan(check(Data{}, {}).largest_significance));
    CHECK(check(glass(0.1, 1, 1), {}).status == Status::not_determined);
    CHECK(check(glass(0.02, 1, 1, {}, 1.0), {}).status == Status::not_determined);
    const Data some = glass(0.02, 1, 1, {}, 1.9);  // 55 points, of which those at the ends are not searched
    CHECK(check(some, {}).status == Status::amorphous);
    CHECK(check(without_variances(some), {}).status == Status::not_determined);
    CHECK(check(some, {}).searched == 55 - 16);
}

TEST_CASE("measured and simulated curves: nickel is crystalline, the halo of a glass is not") {
    const auto nickel = sluice::test::shared_data("pdf/real/ni_pdfttp/Ni.chi");
    const auto glassy = sluice::test::shared_data("pdf/synthetic/glass_series");
    const auto silicate = sluice::test::shared_data("pdf/real/mg2sio4_glassure/Mg2SiO4_ambient.xy");
    if (!nickel || !glassy || !silicate) return;
    for (const bool weighted : {true, false}) {
        const Data data = curve_of(*nickel);
        const auto result = check(weighted ? data : without_variances(data), {});
        CHECK(result.status == Status::crystalline);
        // 111, 200 and 220 of nickel, a = 3.524 angstrom (the curve is some 0.06 % off)
        for (const double squares : {3.0, 4.0, 8.0}) {
            const double expected = 2 * std::numbers::pi * std::sqrt(squares) / 3.524;
            CHECK(std::any_of(result.lines.begin(), result.lines.end(),
                              [&](const Line& line) { return std::abs(line.position.value / expected - 1) < 0.002; }));
        }
        for (const auto* name : {"raw_300K.xy", "raw_450K.xy", "raw_600K.xy", "raw_700K.xy"}) {
            CAPTURE(name);
            const Data halo_data = curve_of(*glassy / name);
            CHECK(check(weighted ? halo_data : without_variances(halo_data), {}).status == Status::amorphous);
        }
    }
    // The silicate has one narrow maximum, 600 counts on 2750 and 0.05 wide, and is a glass beside it.
    Data data = curve_of(*silicate);
    const auto whole = check(data, {});
    REQUIRE(whole.lines.size() == 1);
    CHECK(whole.lines[0].position.value == doctest::Approx(3.593).epsilon(0.001));
    for (const double q : data.q) data.mask.push_back(std::abs(q - 3.593) < 0.1);
    CHECK(check(data, {}).status == Status::amorphous);
}

TEST_CASE("bad arguments are refused") {
    const Data data = glass(0.1, 1, 0);
    const auto refused = [&](auto change) {
        Options options;
        change(options);
        try {
            (void)check(data, options);
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    CHECK(refused([](Options& o) { o.widest = 0; }) == "widest = 0, must be above 0.");
    CHECK(refused([](Options& o) { o.narrowest = 0.2; }) == "narrowest = 0.2, must be at least 0 and below widest = 0.15.");
    CHECK(refused([](Options& o) { o.narrowest_halo = 0.2; }) ==
          "narrowest_halo = 0.2, must be at least twice widest = 0.15: else a line cannot be told from a halo. Make widest "
          "smaller.");
    CHECK(refused([](Options& o) { o.threshold = -1; }) == "threshold = -1, must be above 0.");
    CHECK(refused([](Options& o) { o.max_lines = 0; }) == "max_lines = 0, must be at least 1.");
    CHECK(refused([](Options& o) { o.first = 3, o.last = 2; }) == "q_min = 3, must be below q_max = 2.");
    CHECK_THROWS_WITH_AS((void)check(Data{{1, 1}, {1, 1}}, {}),
                         "q[1] = 1 does not lie above q[0] = 1. Sort the curve by q and merge repeated points.",
                         std::domain_error);
    CHECK_THROWS_WITH_AS((void)check(Data{{1, 2}, {1}}, {}), "intensity has 1 points and q has 2. They must agree.",
                         std::invalid_argument);
}
