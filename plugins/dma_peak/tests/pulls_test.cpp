// SPDX-License-Identifier: BSD-3-Clause
// Errors of the apparent peak over seeds 1 to 400: pulls where the polynomial is the truth, spread and bias where it is a
// construct.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apparent.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::dma_peak;
using Doubles = std::vector<double>;

constexpr std::uint64_t seeds = 400;

/// Mean and standard deviation of what is added.
struct Moments {
    double sum = 0, squares = 0;
    int n = 0;

    void add(double x) { sum += x, squares += x * x, ++n; }
    [[nodiscard]] double mean() const { return sum / n; }
    [[nodiscard]] double width() const { return std::sqrt(squares / n - mean() * mean()); }
};

struct Errors {
    Moments pull, height_pull, temperature, height, sigma, height_sigma;
    std::array<int, 6> statuses{};

    void add(const ApparentPeak& peak, double temperature_K, double true_height) {
        ++statuses[static_cast<std::size_t>(peak.status)];
        if (peak.status != ApparentStatus::ok) return;
        const double error = std::sqrt(peak.temperature.variance), height_error = std::sqrt(peak.height.variance);
        pull.add((peak.temperature.value - temperature_K) / error);
        height_pull.add((peak.height.value - true_height) / height_error);
        temperature.add(peak.temperature.value - temperature_K);
        height.add(peak.height.value - true_height);
        sigma.add(error);
        height_sigma.add(height_error);
    }
};

Doubles noisy(const Doubles& values, double sigma, std::uint64_t seed) {
    Doubles noise(values.size());
    sluice::numerics::RandomStream(seed, 0, 0).fill_normal(noise);
    for (std::size_t i = 0; i < values.size(); ++i) noise[i] = values[i] + sigma * noise[i];
    return noise;
}

/// weighted: the variances are known; else they are from the scatter.
Errors errors_of(const Doubles& t, const Doubles& truth, const simulated::Truth& top, double sigma, bool weighted) {
    Errors errors;
    const Doubles variances(weighted ? t.size() : 0, sigma * sigma);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        errors.add(apparent_peak({t, noisy(truth, sigma, seed), variances, {}}), top.temperature_K, top.height);
    return errors;
}

}  // namespace

TEST_CASE("pulls where the polynomial is the truth: a curve of order 4") {
    const Doubles t = simulated::grid(300, 390);
    Doubles truth;
    const auto quartic = [](double x) { return 0.03 - 2e-5 * x * x + 1.5e-7 * x * x * x - 1e-9 * x * x * x * x; };
    for (const double each : t) truth.push_back(quartic(each - 345));
    for (const bool weighted : {true, false}) {
        const auto errors = errors_of(t, truth, {345, 0.03}, 1e-4, weighted);
        MESSAGE(std::string(weighted ? "variances known: " : "from the scatter: ")
                << "temperature " << errors.pull.mean() << " ± " << errors.pull.width() << ", height "
                << errors.height_pull.mean() << " ± " << errors.height_pull.width());
        CHECK(errors.statuses[0] == seeds);
        for (const auto* each : {&errors.pull, &errors.height_pull}) {
            CHECK(std::abs(each->mean()) < 0.2);
            CHECK(each->width() > 0.85);
            CHECK(each->width() < 1.2);
        }
    }
}

TEST_CASE("the spread over noise realisations is the standard error given, and the bias is bounded") {
    struct Case {
        double temperature_K, height, glass_transition_K, sigma, largest_bias_K;
    };
    // The biases: 0.1 K of the construct, and what is left of 400 seeds (3 standard errors of their mean).
    for (const auto& each : {Case{345, 0.03, 428, 2e-4, 0.1 + 0.04}, Case{345, 0.03, 428, 8e-4, 0.1 + 0.17},
                             Case{331, 0.041, 428, 2e-4, 0.1 + 0.03}, Case{383, 0.013, 473, 2e-4, 0.1 + 0.16},
                             Case{349, 0.0165, 430, 2e-4, 0.1 + 0.09}, Case{349, 0.0165, 430, 8e-4, 0.1 + 0.36}}) {
        const auto glass = simulated::tuned(each.temperature_K, each.height, each.glass_transition_K);
        const Doubles t = simulated::grid();
        const auto errors = errors_of(t, simulated::tan_delta(glass, t), {each.temperature_K, each.height}, each.sigma, false);
        MESSAGE(each.temperature_K << " K, height " << each.height << ", noise " << each.sigma << ": bias "
                                   << errors.temperature.mean() << " K, spread " << errors.temperature.width()
                                   << " K, standard error " << errors.sigma.mean() << " K; height: bias " << errors.height.mean()
                                   << ", spread " << errors.height.width() << ", standard error " << errors.height_sigma.mean());
        CHECK(errors.statuses[0] == seeds);
        CHECK(std::abs(errors.temperature.mean()) < each.largest_bias_K);
        CHECK(errors.sigma.mean() > errors.temperature.width() / 1.25);
        CHECK(errors.sigma.mean() < errors.temperature.width() * 1.25);
        CHECK(errors.height_sigma.mean() > errors.height.width() / 1.25);
        CHECK(errors.height_sigma.mean() < errors.height.width() * 1.25);
        CHECK(std::abs(errors.height.mean()) < 0.4 * errors.height.width());
    }
}

TEST_CASE("statuses under noise: a peak stays a peak, a shoulder is never one, a flat curve has neither") {
    const Doubles t = simulated::grid(260, 400);
    const auto statuses = [&](double strength, double slope, double sigma) {
        Doubles truth;
        for (const double each : t) {
            const double x = (each - 345) / 30;
            truth.push_back(0.01 + slope * std::exp((each - 400) / 40) + strength * std::exp(-x * x));
        }
        return errors_of(t, truth, {345, 0}, sigma, false).statuses;
    };
    const auto shoulder = statuses(0.012, 0.05, 4e-4), peak = statuses(0.03, 0.05, 4e-4), flat = statuses(0, 0, 4e-4),
               flank = statuses(0, 0.05, 4e-4);
    MESSAGE("shoulder: " << shoulder[1] << " shoulder, " << shoulder[3] << " none, " << shoulder[0] << " ok; peak: " << peak[0]
                         << " ok; flat: " << flat[3] << " none, " << flat[0] << " ok; flank: " << flank[3] << " none, "
                         << flank[1] << " shoulder, " << flank[0] << " ok");
    CHECK(shoulder[0] == 0);
    CHECK(shoulder[1] > 380);
    CHECK(peak[0] == seeds);
    CHECK(flat[0] <= 8);
    CHECK(flat[3] >= 380);
    CHECK(flank[0] == 0);
    CHECK(flank[3] >= 390);
}
