// SPDX-License-Identifier: BSD-3-Clause
// The shared simulated and measured curves: S, scale and constant against their truths, each factor, the ad hoc route against
// the G(r) of another program, and data without sigma.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;
using Outputs = std::map<std::string, Array>;

/// Columns of a text file; lines that are not of numbers alone are left out.
std::vector<Doubles> columns(const std::filesystem::path& path) {
    std::ifstream file(path);
    REQUIRE(file.good());
    std::vector<Doubles> out;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Doubles row;
        for (double value = 0; words >> value;) row.push_back(value);
        if (!words.eof() || row.size() < 2) continue;
        out.resize(row.size());
        for (std::size_t k = 0; k < row.size(); ++k) out[k].push_back(row[k]);
    }
    return out;
}

Array curve(const Doubles& q, const Doubles& values, const Doubles& sigma = {}) {
    Doubles variances;
    for (const double each : sigma) variances.push_back(each * each);
    const Dims dims{{"q", static_cast<Index>(q.size())}};
    return with_coordinate(Array::from<double>("curve", dims, "1", values, variances), "q", dims, "1/angstrom", q);
}

/// The three curves of atomic factors, by the plugin of that name.
void add_factors(const Json& with, Inputs& inputs) {
    const auto factors = run_plugin("atomic_factors", with, {{"curve", inputs.at("intensity")}});
    for (const char* port : {"mean_square", "square_mean", "compton"}) inputs.emplace(port, factors.at(port));
}

struct Difference {
    double sum = 0;
    int n = 0;
    void add(double d) {
        sum += d * d;
        ++n;
    }
    [[nodiscard]] double rms() const { return std::sqrt(sum / n); }
};

/// rms of S - truth above 1 1/angstrom.
double rms_of(const Outputs& out, const Doubles& q, const Doubles& truth) {
    const auto s = values_of(out.at("structure_factor"));
    Difference difference;
    for (std::size_t i = 0; i < q.size(); ++i)
        if (q[i] > 1) difference.add(s[i] - truth[i]);
    return difference.rms();
}

struct Comparison {
    double correlation, relative_rms, scale;  ///< scale: of a over b
};
Comparison compare(const Doubles& a, const Doubles& b) {
    double ab = 0, aa = 0, bb = 0, dd = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        dd += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return {ab / std::sqrt(aa * bb), std::sqrt(dd / bb), ab / bb};
}

}  // namespace

TEST_CASE("a glass while it is heated: S, scale, constant and their errors") {
    const auto folder = shared_data("pdf/synthetic/glass_series");
    if (!folder) return;
    const auto tables = columns(*folder / "tables.csv"), truth = columns(*folder / "truth_S.csv"),
               empty = columns(*folder / "background.xy");
    const char* files[] = {"raw_300K.xy", "raw_450K.xy", "raw_600K.xy", "raw_700K.xy"};
    for (std::size_t k = 0; k < 4; ++k) {
        const auto raw = columns(*folder / files[k]);
        const Inputs inputs{{"intensity", curve(raw[0], raw[1], raw[2])},
                            {"background", curve(empty[0], empty[1], empty[2])},
                            {"mean_square", curve(tables[0], tables[1])},
                            {"square_mean", curve(tables[0], tables[2])},
                            {"compton", curve(tables[0], tables[3])}};
        for (const char* method : {"high_q", "krogh_moe"}) {
            CAPTURE(std::string(files[k]));
            CAPTURE(std::string(method));
            const auto out = run_plugin("total_scattering",
                                        {{"method", method}, {"background_scale", 0.88}, {"number_density", 0.0575}}, inputs);
            CHECK(out.at("status").scalar() == 0);
            const double rms = rms_of(out, raw[0], truth[k + 1]);
            MESSAGE("rms S " << rms << ", scale " << 1 / out.at("scale").scalar() << ", constant "
                             << out.at("constant").scalar());
            CHECK(rms < 0.004);
            CHECK(1 / out.at("scale").scalar() == Approx(52.3).epsilon(0.005));
            CHECK(std::abs(out.at("constant").scalar() - 40) < 1.5);
            CHECK(out.at("scale_spread").scalar() < 0.005);
            CHECK(out.at("most_negative").scalar() < 0.2);
            const auto s = values_of(out.at("structure_factor")), variances = variances_of(out.at("structure_factor"));
            double chi_square = 0;
            for (std::size_t i = 0; i < s.size(); ++i) chi_square += std::pow(s[i] - truth[k + 1][i], 2) / variances[i];
            CHECK(chi_square / static_cast<double>(s.size()) == Approx(1).epsilon(0.2));
        }
    }
}

TEST_CASE("four factors still in the data, each against its truth") {
    const auto folder = shared_data("pdf/synthetic/corrections");
    if (!folder) return;
    const auto raw = columns(*folder / "raw_2theta.xy"), truth = columns(*folder / "truth.csv");
    Doubles q;
    for (const double each : raw[0])
        q.push_back(4 * std::numbers::pi * 71 / 12.398419843320026 * std::sin(each * std::numbers::pi / 360));
    for (std::size_t i = 0; i < q.size(); ++i) REQUIRE(q[i] == Approx(truth[1][i]).epsilon(1e-6));
    Inputs inputs{{"intensity", curve(q, raw[1], raw[2])}};
    add_factors({{"composition", "Zr0.46 Cu0.46 Al0.08"}, {"energy", 71}}, inputs);
    const auto out = run_plugin("total_scattering",
                                {{"polarization", "full_ring"},
                                 {"solid_angle", true},
                                 {"sensor_tau", 1.4},
                                 {"absorption", "plate"},
                                 {"mu_t", 0.3},
                                 {"energy", 71},
                                 {"number_density", 0.0575}},
                                inputs);
    const std::pair<const char*, std::size_t> factors[] = {
        {"polarization", 2}, {"absorption", 3}, {"incidence", 4}, {"solid_angle", 5}};
    for (const auto& [port, column] : factors) {
        CAPTURE(std::string(port));
        const auto values = values_of(out.at(port));
        double worst = 0;
        for (std::size_t i = 0; i < q.size(); ++i) worst = std::max(worst, std::abs(values[i] / truth[column][i] - 1));
        CHECK(worst < 1e-6);  // the table has 7 digits
    }
    CHECK(rms_of(out, q, truth[6]) < 0.004);
    CHECK(out.at("status").scalar() == 0);
}

TEST_CASE("the ad hoc route through a smooth unknown error: shape of F") {
    const auto folder = shared_data("pdf/synthetic");
    if (!folder) return;
    const auto raw = columns(*folder / "adhoc/raw.xy"), truth = columns(*folder / "adhoc/truth_S.csv"),
               tables = columns(*folder / "glass_series/tables.csv");
    const auto out = run_plugin("total_scattering", {{"method", "ad_hoc"}, {"r_poly", 1.2}, {"q_max_instrument", 22}},
                                {{"intensity", curve(raw[0], raw[1], raw[2])},
                                 {"mean_square", curve(tables[0], tables[1])},
                                 {"square_mean", curve(tables[0], tables[2])}});
    Doubles f;
    for (std::size_t i = 0; i < raw[0].size(); ++i) f.push_back(raw[0][i] * (truth[1][i] - 1));
    CHECK(compare(values_of(out.at("reduced")), f).correlation > 0.95);
}

TEST_CASE("a liquid and crystals of nanometres: S by Krogh-Moe, at the level of the noise") {
    struct Sample {
        const char *folder, *element;
        double density, fit_from, rms;
    };
    for (const auto& sample :
         {Sample{"liquid_py", "Ni", 0.0792, 10, 0.003}, Sample{"fcc_nano", "Cu", 0.08467107748473354, 17, 0.006}}) {
        const auto folder = shared_data(std::string("pdf/synthetic/") + sample.folder);
        if (!folder) return;
        CAPTURE(std::string(sample.folder));
        const auto raw = columns(*folder / "raw.xy"), empty = columns(*folder / "background.xy"),
                   truth = columns(*folder / "truth_S.csv");
        Inputs inputs{{"intensity", curve(raw[0], raw[1], raw[2])}, {"background", curve(empty[0], empty[1], empty[2])}};
        add_factors({{"composition", sample.element}, {"energy", 71}, {"number_density", sample.density}}, inputs);
        const auto out = run_plugin("total_scattering", {{"method", "krogh_moe"}, {"fit_from", sample.fit_from}}, inputs);
        const double rms = rms_of(out, raw[0], truth[1]);
        MESSAGE("rms S " << rms);
        CHECK(rms < sample.rms);
        CHECK(to_text(out.at("reduced").description().facts.at("composition")).find(sample.element) != std::string::npos);
    }
}

namespace {

/// Sample and empty capillary on the points that both have; rows of 0 are masked bins.
std::vector<Doubles> common_points(const std::vector<Doubles>& sample, const std::vector<Doubles>& empty) {
    std::map<long, std::size_t> where;
    for (std::size_t i = 0; i < empty[0].size(); ++i)
        if (empty[1][i] != 0) where[std::lround(empty[0][i] * 1000)] = i;
    std::vector<Doubles> out(5);
    for (std::size_t i = 0; i < sample[0].size(); ++i) {
        const auto found = where.find(std::lround(sample[0][i] * 1000));
        if (sample[1][i] == 0 || found == where.end()) continue;
        for (std::size_t k = 0; k < 3; ++k) out[k].push_back(sample[k][i]);
        out[3].push_back(empty[1][found->second]);
        out[4].push_back(empty[2][found->second]);
    }
    return out;
}

/// G(r) = 2/pi int F sin(qr) dq to q_max by trapezoids.
Doubles direct_transform(const Doubles& q, const Doubles& f, double q_max, const Doubles& r) {
    Doubles g(r.size(), 0);
    for (std::size_t i = 0; i + 1 < q.size() && q[i + 1] <= q_max + 1e-6; ++i) {
        const double part = (q[i + 1] - q[i]) / std::numbers::pi;
        for (std::size_t j = 0; j < r.size(); ++j)
            g[j] += part * (f[i] * std::sin(q[i] * r[j]) + f[i + 1] * std::sin(q[i + 1] * r[j]));
    }
    return g;
}

}  // namespace

TEST_CASE("nickel, as measured: the ad hoc route against G(r) by PDFgetX3") {
    const auto folder = shared_data("pdf/real/ni_pdfttp");
    if (!folder) return;
    const auto points = common_points(columns(*folder / "Ni.chi"), columns(*folder / "kapton.chi")),
               reference = columns(*folder / "Ni.gr");
    Inputs inputs{{"intensity", curve(points[0], points[1], points[2])}, {"background", curve(points[0], points[3], points[4])}};
    add_factors({{"composition", "Ni"}, {"wavelength", 0.1835957}, {"anomalous", false}}, inputs);
    const auto out = run_plugin("total_scattering", {{"method", "ad_hoc"}, {"r_poly", 0.9}, {"q_max_instrument", 31.26}}, inputs);
    Doubles r, wanted;
    for (std::size_t j = 0; j < reference[0].size(); ++j) {
        if (reference[0][j] < 1.5 || reference[0][j] > 30) continue;
        r.push_back(reference[0][j]);
        wanted.push_back(reference[1][j]);
    }
    const auto same = compare(direct_transform(points[0], values_of(out.at("reduced")), 24, r), wanted);
    MESSAGE("correlation " << same.correlation << ", relative rms " << same.relative_rms << ", scale " << same.scale);
    CHECK(same.correlation > 0.9999);
    CHECK(same.relative_rms < 0.02);
    CHECK(same.scale > 0.98);
    CHECK(same.scale < 1.02);
}

TEST_CASE("a glass without sigma: the whole way runs, level 1, no error bars invented") {
    const auto folder = shared_data("pdf/real/mg2sio4_glassure");
    if (!folder) return;
    const auto raw = columns(*folder / "Mg2SiO4_ambient.xy"), empty = columns(*folder / "Mg2SiO4_ambient_bkg.xy");
    Inputs inputs{{"intensity", curve(raw[0], raw[1])}, {"background", curve(empty[0], empty[1])}};
    add_factors({{"composition", "Mg2SiO4"}, {"wavelength", 0.1908}, {"density", 2.9}}, inputs);
    for (const char* method : {"high_q", "krogh_moe"}) {
        CAPTURE(std::string(method));
        const auto out = run_plugin("total_scattering", {{"method", method}, {"fit_from", 10}, {"fit_to", 20}}, inputs);
        MESSAGE(std::string(method) << ": level " << out.at("level").scalar() << ", spread " << out.at("scale_spread").scalar()
                                    << ", constant " << out.at("constant").scalar() << ", status " << out.at("status").scalar());
        CHECK(out.at("level").scalar() == Approx(1).epsilon(0.01));
        CHECK(out.at("scale_spread").scalar() < 0.05);
        CHECK(out.at("structure_factor").variances().empty());
        CHECK(std::isnan(out.at("reduced_chi_square").scalar()));
        CHECK(out.at("points_left_out").scalar() == 0);
    }
}
