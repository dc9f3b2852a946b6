// SPDX-License-Identifier: BSD-3-Clause
// pipelines/saxs/absolute_scale.json gives a known intensity and a known calibration back from counts made of them.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

constexpr double calibration = 1.4e-4, dark = 0.5;   // counts per monitor count, cm and 1/cm; counts per second
constexpr int points = 200;

double q_inv_nm(int i) { return 0.08 * std::pow(50.0, i / (points - 1.0)); }
double of_sample(double q) { return 0.02 + 5 / std::pow(1 + q * q, 2); }
double of_solvent(double) { return 0.016; }
double of_standard(double q) { return 34 / (1 + 0.02 * q * q); }
double of_air(double q) { return 1 / (1 + 30 * q * q); }   // 1/cm of 1 cm: around all of them

struct Curve {
    double time_s, monitor_per_s, transmission, thickness_cm;
    double (*intensity)(double);
};

/// Poisson counts of the curve and of the air around it, as a text table; the columns carry no units.
std::string counts(const Curve& curve, std::mt19937_64& random) {
    std::string text = "# q (1/nm)  N  sigma\n";
    for (int i = 0; i < points; ++i) {
        const double q = q_inv_nm(i);
        const double per_monitor = calibration * (curve.intensity(q) * curve.thickness_cm + of_air(q)) * curve.transmission;
        const double expected = curve.time_s * (curve.monitor_per_s * per_monitor + dark);
        const auto found = std::poisson_distribution<long>(expected)(random);
        text += std::to_string(q) + " " + std::to_string(found) + " " + std::to_string(std::sqrt(expected)) + "\n";
    }
    return text;
}

/// The certified curve on a coarse grid of its own, in 1/angstrom.
std::string certificate() {
    std::string text = "# q (1/angstrom)  I (1/cm)\n";
    for (double q = 0.05; q < 5; q += 0.05) text += std::to_string(q / 10) + " " + std::to_string(of_standard(q)) + "\n";
    return text;
}

}  // namespace

TEST_CASE("counts to 1/cm: the calibration and the intensity are the truth within their errors") {
    const TemporaryFolder folder;
    std::mt19937_64 random(3600);
    const Curve sample{100, 1e6, 0.35, 0.1, of_sample}, background{150, 1.1e6, 0.36, 0.1, of_solvent},
        standard{10, 0.9e6, 0.86, 0.1055, of_standard}, empty{60, 1.2e6, 1, 0, of_air};
    std::map<std::string, Json> given{{"reference", folder.write("certificate.dat", certificate()).string()},
                                      {"sample_thickness", 0.1}, {"standard_thickness", 0.1055}, {"dark", dark}};
    const std::vector<std::pair<std::string, Curve>> curves{
        {"sample", sample}, {"background", background}, {"standard", standard}, {"empty", empty}};
    for (const auto& [name, curve] : curves) {
        given[name] = folder.write(name + ".dat", counts(curve, random)).string();
        given[name + "_time"] = curve.time_s;
        given[name + "_monitor"] = curve.monitor_per_s;
        if (name != "empty") given[name + "_transmission"] = curve.transmission;
    }
    const auto kept = run_pipeline("saxs/absolute_scale.json", given);

    const auto& factor = kept.at("calibration.value");
    CHECK(std::abs(factor.scalar() - calibration) < 4 * std::sqrt(factor.variances()[0]));
    CHECK(std::abs(factor.scalar() / calibration - 1) < 0.003);
    CHECK(kept.at("calibration.reduced_chi_square").scalar() == doctest::Approx(1).epsilon(0.35));

    const auto& intensity = kept.at("intensity.net");
    const auto values = values_of(intensity), variances = variances_of(intensity);
    double mean = 0, square = 0;
    for (int i = 0; i < points; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double q = q_inv_nm(i), pull = (values[at] - of_sample(q) + of_solvent(q)) / std::sqrt(variances[at]);
        mean += pull / points;
        square += pull * pull / points;
    }
    CHECK(std::abs(mean) < 4 / std::sqrt(points));
    CHECK(square == doctest::Approx(1).epsilon(0.4));   // 4 standard deviations of chi-square of 200 points
}
