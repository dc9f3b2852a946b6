// SPDX-License-Identifier: BSD-3-Clause
// Are the XPCS recipe's errors honest? Many simulated runs of the fitted model: (found - truth) / error must be N(0, 1).
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "recipes/xpcs_chain.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

constexpr int seeds = 200;
constexpr double diffusion_um2_s = 8, age_drift_inv_us = 0.02;
const Json rings = Json::parse(R"([["0.008 1/angstrom", "0.012 1/angstrom"], ["0.012 1/angstrom", "0.016 1/angstrom"], ["0.016 1/angstrom", "0.020 1/angstrom"]])");

/// Five trains in each of 20 blocks, as the recipe asks for. The frames are small and the speckle is of full contrast, so that D is
/// known to 2 % from frames that cost little.
Json recipe_for(int seed) {
    const Json geometry = {{"distance", 7}, {"pixel_size", 1.91667e-3}, {"wavelength", 0.1008}};
    Json frames = {{"trains", 100}, {"shape", {24, 24}}, {"seed", seed}, {"diffusion_coefficient", diffusion_um2_s}, {"contrast", 1},
                   {"mean_count", 1}, {"age_drift", age_drift_inv_us}, {"jitter", 0.2}, {"bad_pixels", 6}, {"rings", rings}};
    frames.update(geometry);
    Json patch = simulated(frames);
    Json regions = {{"geometry", nullptr}, {"q_min", nullptr}, {"q_max", nullptr}, {"count", nullptr}, {"rings", rings}};
    regions.update(geometry);
    patch["parameters"].update({{"geometry", nullptr}, {"q_min", nullptr}, {"q_max", nullptr}, {"rings", nullptr},
                                {"temperature", {{"default", 298}}}, {"viscosity", {{"default", 1e-3}}}});
    patch["steps"]["regions"] = {{"with", regions}};
    return xpcs_recipe(patch, {"diffusion_coefficient", "start_rate", "ages_rate", "regions.q"});
}

struct Pulls {
    std::string name;
    double narrowest, widest;   ///< width
    std::vector<double> values = {};

    void take(double found, double sigma, double truth) { values.push_back((found - truth) / sigma); }
    [[nodiscard]] double mean() const {
        double sum = 0;
        for (const double each : values) sum += each;
        return sum / static_cast<double>(values.size());
    }
    [[nodiscard]] double width() const {
        double sum = 0;
        for (const double each : values) sum += (each - mean()) * (each - mean());
        return std::sqrt(sum / static_cast<double>(values.size() - 1));
    }
};

/// Pulls of D, of the rate at age 0 and of the rate in the windows, rings together.
std::vector<Pulls> pulls_of_all_seeds() {
    std::vector<Pulls> pulls{{"D", 0.92, 1.2}, {"rate at age 0", 0.97, 1.18}, {"rate in a window", 1.0, 1.14}};
    std::mutex mutex;
    std::atomic<int> next{1};
    const auto work = [&] {
        PlanOptions options;
        options.threads = 1;
        for (int seed = next++; seed <= seeds; seed = next++) {
            const auto out = run_recipe(recipe_for(seed), options);
            const auto values = [&](const char* name) { return values_of(estimate(out, name)); };
            const auto sigmas = [&](const char* name) { return sigmas_of(estimate(out, name)); };
            const auto q_inv_nm = values_of(out.at("regions.q"));
            const std::lock_guard lock(mutex);
            pulls[0].take(values("diffusion_coefficient")[0], sigmas("diffusion_coefficient")[0], diffusion_um2_s);
            for (std::size_t ring = 0; ring < q_inv_nm.size(); ++ring) {
                const double rate_inv_us = diffusion_um2_s * q_inv_nm[ring] * q_inv_nm[ring];   // um2/s / nm2 = 1/us
                pulls[1].take(values("start_rate")[ring], sigmas("start_rate")[ring], rate_inv_us);
                for (std::size_t window = 0; window < 5; ++window) {
                    const double age_us = 0.443 * (4.5 + 10 * static_cast<double>(window));
                    const std::size_t at = ring * 5 + window;
                    pulls[2].take(values("ages_rate")[at], sigmas("ages_rate")[at], rate_inv_us * (1 + age_drift_inv_us * age_us));
                }
            }
        }
    };
    std::vector<std::future<void>> workers;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) workers.push_back(std::async(std::launch::async, work));
    for (auto& worker : workers) worker.get();
    return pulls;
}

}  // namespace

// The spread of 20 blocks has 19 degrees of freedom: pulls follow Student's t, of width 1.06. That of 200 D is known to 0.055, of 600
// rates at age 0 to 0.03, of 3000 rates to 0.015; so errors of rates that are 10 % too small or too large would show,
// and 15 % of D.
TEST_CASE("seeds 1 to 200: the pulls of rates and D have mean 0 and width 1") {
    for (const auto& pulls : pulls_of_all_seeds()) {
        MESSAGE(pulls.name << ": mean pull " << pulls.mean() << ", width " << pulls.width() << " of " << pulls.values.size());
        CHECK(std::abs(pulls.mean()) < 0.2);
        CHECK(pulls.width() > pulls.narrowest);
        CHECK(pulls.width() < pulls.widest);
    }
}
