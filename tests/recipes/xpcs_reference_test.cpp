// SPDX-License-Identifier: BSD-3-Clause
// The XPCS recipe on simulated trains of known truth that others made: shared/data/xpcs, made apart from this project.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "recipes/xpcs_chain.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

struct Truth {
    std::string file;
    double diffusion_um2_s, age_drift_inv_us, contrast;
    std::vector<double> rate_inv_us;   ///< at age 0, per ring
};

// devX.truth.json
const Truth counts{"xpcs/devA_counts.h5", 4.2, 0.03, 0.5061728395061729,
                   {0.052963198367732015, 0.09747281467336534, 0.15969766577306432, 0.23595078368182856, 0.31013728228500037}};
const Truth adu{"xpcs/devB_artifact.h5", 3.5, 0.02, 0.5555555555555556, {0.0552679835817073, 0.1323657215438096, 0.2311620560769013}};

constexpr double pulse_period_us = 0.443;

/// The recipe on one of these files, with its own region map and mask. `full` is a window of all pulses.
std::map<std::string, Array> reduce(const std::filesystem::path& file, int blocks, const Json& correlation) {
    const Json with_file = {{"default", file.string()}};
    const auto source = [&](const char* path, const Json& dims, const char* unit) -> Json {
        return {{"use", "hdf5_source"}, {"with", {{"file", file.string()}, {"path", path}, {"dims", dims}, {"unit", unit}}}};
    };
    Json patch = {
        {"parameters", {{"frames", with_file}, {"frames_path", {{"default", "/entry/frames"}}}, {"train_ids", nullptr},
                        {"mask", {{"default", "/entry/mask"}}}, {"geometry", nullptr}, {"q_min", nullptr}, {"q_max", nullptr},
                        {"rings", nullptr}, {"blocks", {{"default", blocks}}}, {"temperature", {{"default", 298}}}, {"viscosity", {{"default", 1e-3}}}}},
        {"steps",
         {{"frames", {{"with", {{"coordinates", nullptr}, {"masks", {{"bad", {{"marks", "good"}}}}}}}}},
          {"regions", nullptr},
          {"labels", source("/entry/roi", {"y", "x"}, "1")},
          {"ring_q", source("/entry/roi_q", {"roi"}, "1/angstrom")},
          {"correlation", {{"in", {{"roi", "labels"}, {"q", "ring_q"}}}, {"with", correlation}}},
          {"full", {{"use", "g2"}, {"in", {{"correlation", "correlation"}}}}},
          {"full_g2", {{"use", "jackknife"}, {"in", {{"data", "full"}}}}}}}};
    return run_recipe(xpcs_recipe(patch, {"diffusion_coefficient", "start_rate", "ages_rate", "ages_fit.status", "contrast", "free_contrast",
                                          "full_g2", "hydrodynamic_diameter", "young_rate", "effective_diffusion"}));
}

/// g2 - 1 at a lag of the full window: the mean over its elements of beta exp(-2 Gamma0 (1 + kappa t) tau).
double true_g2(const Truth& truth, std::size_t ring, int lag, int pulses) {
    double sum = 0;
    for (int k = 0; k + lag < pulses; ++k) {
        const double age_us = (k + 0.5 * lag) * pulse_period_us;
        sum += truth.contrast * std::exp(-2 * truth.rate_inv_us[ring] * (1 + truth.age_drift_inv_us * age_us) * lag * pulse_period_us);
    }
    return sum / (pulses - lag);
}

void check_chain(const Truth& truth, int blocks, const Json& correlation) {
    const auto file = shared_data(truth.file);
    if (!file) return;
    const auto out = reduce(*file, blocks, correlation);
    const auto value = [&](const char* name) { return values_of(estimate(out, name)); };
    const auto sigma = [&](const char* name) { return sigmas_of(estimate(out, name)); };
    const std::size_t rings = truth.rate_inv_us.size();

    const double found = value("diffusion_coefficient")[0], error = sigma("diffusion_coefficient")[0];
    MESSAGE(truth.file << ": D = " << found << " +- " << error << " um2/s, truth " << truth.diffusion_um2_s);
    CHECK(std::abs(found - truth.diffusion_um2_s) < 3 * error);
    CHECK(error < 0.1 * truth.diffusion_um2_s);
    for (std::size_t ring = 0; ring < rings; ++ring) {
        CAPTURE(ring);
        CHECK(std::abs(value("start_rate")[ring] - truth.rate_inv_us[ring]) < 3 * sigma("start_rate")[ring]);
        const std::size_t at = ring * 50 + 40;   // [roi, age (one), delay]
        MESSAGE("ring " << ring << ": g2 - 1 at lag 40 " << value("full_g2")[at] << " +- " << sigma("full_g2")[at] << ", truth " << true_g2(truth, ring, 40, 50)
                        << "; contrast " << value("contrast")[ring] << " +- " << sigma("contrast")[ring] << ", fitted " << value("free_contrast")[ring]);
        CHECK(std::abs(value("full_g2")[at] - true_g2(truth, ring, 40, 50)) < 3 * sigma("full_g2")[at]);
        CHECK(std::abs(value("contrast")[ring] - truth.contrast) < 3 * sigma("contrast")[ring] + 0.02);   // devB: its pattern shifts the mean
    }
    CHECK(value("hydrodynamic_diameter")[0] * found == doctest::Approx(436.54439787609937).epsilon(1e-10));   // k_B 298 K / (3 pi 1 mPa s), nm um2/s
}

}  // namespace

TEST_CASE("devA, photon counts: rates, D and baseline are the truth's within their errors") { check_chain(counts, 10, Json::object()); }

TEST_CASE("devB, ADU with a detector artefact: rates, D and baseline are the truth's within their errors") {
    check_chain(adu, 8, {{"shot_noise", "adu"}, {"adu_per_photon", 12}, {"read_noise", 1.5}});
}
