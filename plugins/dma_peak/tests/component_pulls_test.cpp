// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of components over 400 seeds: pulls of mean 0 and width 1 where the model is the true one.
#include <array>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "component_simulated.hpp"

namespace {

using namespace sluice::dma_peak;
using namespace sluice::dma_peak::simulated;

constexpr int seeds = 400;

struct Statistics {
    double sum = 0, squares = 0;
    int n = 0;

    void add(double x) { sum += x, squares += x * x, ++n; }
    [[nodiscard]] double mean() const { return sum / n; }
    [[nodiscard]] double width() const { return std::sqrt(squares / n - mean() * mean()); }
};

/// Bounds: 4 standard errors of a mean of 400 are 0.2; those of a width, 1/sqrt(800), are 0.14.
template <class Function>
void check_pulls(const Function& curve, const PeakTruth& truth, const std::vector<double>& temperature_K, double sigma,
                 const ComponentOptions& options, bool known) {
    std::array<Statistics, 4> pulls;
    Statistics chi_square, drift;
    int failed = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto data = noisy(curve, temperature_K, sigma, seed, known);
        const auto found = fit_component(data.curve(), options);
        if (found.status != ComponentStatus::ok) ++failed;
        if (found.status != ComponentStatus::ok) continue;
        const std::array<Value, 4> values{found.temperature, found.height, found.width, found.area};
        const std::array<double, 4> expected{truth.temperature_K, truth.height, truth.width_K, truth.area};
        for (std::size_t k = 0; k < 4; ++k) pulls[k].add((values[k].value - expected[k]) / std::sqrt(values[k].variance));
        chi_square.add(found.reduced_chi_square);
        drift.add(found.drift);
    }
    CHECK(failed == 0);
    if (known) CHECK(std::abs(chi_square.mean() - 1) < 0.03);
    const std::array<std::string, 4> names{"temperature", "height", "width", "area"};
    for (std::size_t k = 0; k < 4; ++k) {
        MESSAGE(names[k] << ": mean pull " << pulls[k].mean() << ", width " << pulls[k].width() << "; mean factor for drift "
                         << drift.mean());
        CHECK(std::abs(pulls[k].mean()) < 0.2);
        CHECK(pulls[k].width() > 0.85);
        CHECK(pulls[k].width() < 1.2);
    }
}

double with_exponential(const SkewGaussian& peak, double temperature_K) {
    return peak(temperature_K) + 0.003 + 0.02 * std::exp((temperature_K - 420) / 12);
}

}  // namespace

TEST_CASE("pulls of an asymmetric Gaussian on a constant and an exponential, seeds 1 to 400") {
    const SkewGaussian peak;
    const auto truth = measured(peak, 150, 900, false);
    const auto curve = [&](double temperature_K) { return with_exponential(peak, temperature_K); };
    ComponentOptions options;
    options.to_K = 430;
    SUBCASE("errors given") { check_pulls(curve, truth, grid(260, 430), 3e-4, options, true); }
    SUBCASE("errors from the scatter, the range by itself") {
        options.to_K = {};
        check_pulls(curve, truth, grid(260, 440), 3e-4, options, false);
    }
}

TEST_CASE("pulls of a Cole-Cole peak on a Cole-Cole background in one modulus, seeds 1 to 400") {
    const Glass glass;
    Glass alone = glass;
    alone.alpha_strength = alone.background = 0;
    const auto truth = measured([&](double temperature_K) { return alone.tan_delta(temperature_K); }, 200, 480, true);
    ComponentOptions options;
    options.peak = PeakModel::cole_cole;
    options.background = Background::cole_cole;
    check_pulls([&](double temperature_K) { return glass.tan_delta(temperature_K); }, truth, grid(260, 459, 1), 2e-4, options,
                false);
}
