// SPDX-License-Identifier: BSD-3-Clause
// pipelines/saxs/nanocrystal_phases.json gives the truth of simulated curves back: sizes, volume fraction, amplitudes and S(q).
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

std::map<std::string, Array> phases(const std::string& liquid, const Json& patch = Json::object()) {
    const std::string folder = (source_folder() / "examples/data/nanocrystals/").string();
    return run_pipeline("saxs/nanocrystal_phases.json", {{"colloid", folder + "colloid.dat"}, {"liquid", folder + liquid}}, patch);
}

void check_within(const std::map<std::string, Array>& kept, const std::string& name, double truth) {
    CAPTURE(name);
    const auto& array = kept.at(name);
    const double sigma = std::sqrt(array.variances()[0]);
    CHECK(std::abs(array.scalar() - truth) < 4 * sigma);
    CHECK(sigma > 0);
    CHECK(sigma < 0.1 * std::abs(truth));
}

/// Where S is known: how far from `truth` in standard errors, the mean and the mean square over the points.
struct Pulls {
    double mean = 0, square = 0;
    int points = 0;
};

Pulls pulls(const Array& s, const std::vector<double>& truth) {
    const auto values = values_of(s), variances = variances_of(s);
    const auto none = mask_of(s, "not_determined");
    Pulls out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (none[i] != 0) continue;
        const double pull = (values[i] - truth[i]) / std::sqrt(variances[i]);
        out.mean += pull;
        out.square += pull * pull;
        ++out.points;
    }
    out.mean /= out.points;
    out.square /= out.points;
    return out;
}

}  // namespace

TEST_CASE("colloid and liquid side by side") {
    const auto kept = phases("coexistence.dat");
    check_within(kept, "colloid_model.radius", 2.9);
    check_within(kept, "colloid_model.size_spread", 0.07);
    check_within(kept, "colloid_model.amplitude", 1200);
    check_within(kept, "liquid_model.volume_fraction", 0.30);
    check_within(kept, "liquid_model.hard_sphere_radius", 3.25);
    check_within(kept, "liquid_model.amplitude", 1000);
    check_within(kept, "liquid_model.colloid_amplitude", 400);
    check_within(kept, "liquid_model.porod_amplitude", 0.02);
    CHECK(kept.at("liquid_model.status").scalar() == 0);
    CHECK(kept.at("liquid_model.reduced_chi_square").scalar() == doctest::Approx(1).epsilon(0.4));   // 4 of its standard deviations
}

TEST_CASE("S(q): 1 for the colloid, Percus-Yevick with its peak at 2 q r = 6.338 for the liquid") {
    const auto kept = phases("liquid.dat", {{"steps", {{"liquid_model", {{"with", {{"colloid_amplitude", 0}}}}}}}});
    const auto& colloid = kept.at("colloid_structure.structure_factor");
    const auto flat = pulls(colloid, std::vector<double>(static_cast<std::size_t>(colloid.size()), 1.0));
    CHECK(flat.points > 120);
    CHECK(std::abs(flat.mean) < 0.4);
    CHECK(flat.square > 0.6);
    CHECK(flat.square < 1.4);

    check_within(kept, "liquid_model.volume_fraction", 0.30);
    const auto& liquid = kept.at("liquid_structure.structure_factor");
    const auto found = pulls(liquid, values_of(kept.at("liquid_model.structure_factor")));
    CHECK(std::abs(found.mean) < 0.4);
    CHECK(found.square > 0.6);
    CHECK(found.square < 1.4);
    // The first maximum of S at a volume fraction of 0.30: 2 q r = 6.338, S = 1.5155 (Percus-Yevick).
    const auto& position = kept.at("liquid_peak.position");
    const auto& height = kept.at("liquid_peak.height");
    CHECK(std::abs(values_of(position)[0] - 6.338 / 6.5) < 4 * std::sqrt(variances_of(position)[0]) + 1e-4);
    CHECK(std::abs(values_of(height)[0] - 1.5155) < 4 * std::sqrt(variances_of(height)[0]) + 1e-4);
}
