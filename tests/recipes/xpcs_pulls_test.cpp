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

constexpr int seeds = 400;
constexpr double diffusion_um2_s = 8, age_drift_inv_us = 0.02;
const Json rings = Json::parse(R"([["0.008 1/angstrom", "0.012 1/angstrom"], ["0.012 1/angstrom", "0.016 1/angstrom"], ["0.016 1/angstrom", "0.020 1/angstrom"]])");

Json recipe_for(int seed) {
    const Json geometry = {{"distance", 7}, {"pixel_size", 1e-3}, {"wavelength", 0.1008}};
    Json frames = {{"trains", 40}, {"shape", {46, 46}}, {"seed", seed}, {"diffusion_coefficient", diffusion_um2_s}, {"contrast", 0.5},
                   {"mean_count", 1}, {"age_drift", age_drift_inv_us}, {"jitter", 0.2}, {"bad_pixels", 20}, {"rings", rings}};
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
    std::vector<Pulls> pulls{{"D"}, {"rate at age 0"}, {"rate in a window"}};
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

TEST_CASE("seeds 1 to 400: the pulls of rates and D have mean 0 and width 1") {
    for (const auto& pulls : pulls_of_all_seeds()) {
        MESSAGE(pulls.name << ": mean pull " << pulls.mean() << ", width " << pulls.width() << " of " << pulls.values.size());
        CHECK(std::abs(pulls.mean()) < 0.2);
        CHECK(pulls.width() > 0.85);
        CHECK(pulls.width() < 1.2);
    }
}
